"""Families on pages: what an author sees of their variants, and what is said in place of a form."""

from quiz.operations import banks
from tests.cast import NOW
from tests.operations.test_families import load, question_id


def test_the_page_of_a_family_shows_its_variants_and_no_form(browser, cast):
    load(cast)
    ada = browser("ada")
    ada.get(f"/questions/{question_id(cast, 'joined-when')}")
    page = ada.page
    assert "In which year did China join?" in page.get_text()
    assert "as of the date of the paper" in page.get_text()
    assert "changed in its bank file" in page.get_text()
    assert not page.find_all("a", string="Edit")
    rows = page.find("section", {"aria-labelledby": "h-variants"}).find_all("tr", recursive=True)
    assert len(rows) == 8
    ada.get(page.find("a", string="IN")["href"])
    assert "In which year did India join?" in ada.page.find(id="prompt").get_text()


def test_variants_come_in_pages(browser, cast):
    load(cast)
    ada = browser("ada")
    ada.get(f"/questions/{question_id(cast, 'members-on')}")
    page = ada.page
    total = banks.question(cast.ada, question_id(cast, "members-on"), NOW.date()).variants.total
    assert f"{total} variants today." in page.get_text()
    assert len(page.find("section", {"aria-labelledby": "h-variants"}).find_all("th", scope="row")) == 20


def test_the_editor_of_a_family_says_where_it_is_changed(browser, cast):
    load(cast)
    ada = browser("ada")
    family = question_id(cast, "joined-when")
    for address in (f"/questions/{family}/edit", f"/questions/{family}/try"):
        answer = ada.get(address)
        assert answer.status_code == 409, address
        assert "in its bank file" in answer.text
    ada.get(f"/questions/{family}/history/1")
    assert "China" in ada.page.find(id="prompt").get_text()

"""What the rules say: beside the question that is being written, on the bank's page of findings, on the rules' own."""

import pytest

from quiz.lint.rule import rules
from quiz.operations import authoring, banks, linting
from tests.cast import NOW
from tests.pages.forms import press

EDITOR = {"data-editor": True}
RIDDLE = {
    "type": "single_choice",
    "prompt": "Which metal is not magnetic?",
    "timeless": True,
    "options": [{"text": "Iron"}, {"text": "Copper", "correct": True}, {"text": "Nickel"}],
    "explanation": "Copper is diamagnetic.",
    "evidence": [{"source": {"title": "A book"}, "supports": "the key"}],
}


@pytest.fixture
def ada(browser):
    return browser("ada")


@pytest.fixture
def bank(cast):
    return authoring.add_bank(cast.ada, "metals", "Metals", "en", NOW)


@pytest.fixture
def riddle(cast, bank):
    return authoring.save_question(cast.ada, bank, None, 0, RIDDLE, NOW)[0]


def said(browser):
    """What the rules say in the editor: the ids of the rules that are linked."""
    found = browser.page.find(id="preview").find("section", {"aria-labelledby": "h-findings"})
    links = found.find_all("a") if found else []
    return [link["href"].removeprefix("/rules#") for link in links if link["href"].startswith("/rules#")]


def test_the_editor_shows_what_the_rules_say_to_what_is_typed(ada, riddle):
    ada.get(f"/questions/{riddle}/edit")
    assert said(ada) == ["N01"]
    assert "not" in ada.page.find(id="preview").find("q").get_text()
    press(
        ada,
        "preview",
        {"prompt": "Which metal is magnetic?", "own-options-2-text": "Copper ore, always"},
        attrs=EDITOR,
    )
    assert said(ada) == ["A01"]
    assert ada.page.find(id="preview").find("a", href="#own-options-2-text").get_text() == "Option 3"
    press(ada, "preview", {"part": "preview", "prompt": "Which metal is it?"}, attrs=EDITOR)
    assert ada.page.find("html") is None


def test_a_click_mends_what_changes_no_meaning(ada, riddle):
    ada.get(f"/questions/{riddle}/edit")
    press(ada, "mend:N01:prompt", attrs=EDITOR)
    assert ada.page.find(id="prompt").get_text(strip=True) == "Which metal is **NOT** magnetic?"
    assert ada.page.find(id="prompt").has_attr("autofocus")
    assert not ada.page.find("button", value="mend:N01:prompt")
    numbers = {f"own-options-{place}-text": text for place, text in enumerate(("1991", "1 985", "1989"))}
    press(ada, "preview", {"prompt": "When was it?", **numbers, "shuffle": None}, attrs=EDITOR)
    assert said(ada) == ["O04"]
    key = ada.page.find("input", {"name": "own-key", "checked": True})["value"]
    press(ada, "mend:O04:options", attrs=EDITOR)
    typed = [ada.page.find(id=f"own-options-{place}-text").get_text(strip=True) for place in range(3)]
    assert typed == ["1 985", "1989", "1991"]
    assert ada.page.find("input", {"name": "own-options-0-id"})["value"] == key  # 1985 was right, and is
    assert said(ada) == []
    above = {"shuffle": "y", "own-options-0-text": "All of the above"}
    press(ada, "preview", {"prompt": "When  was it ?", "tags": "time\ntime", **above}, attrs=EDITOR)
    assert said(ada) == ["O01", "T07"]
    press(ada, "mend:T07:prompt", attrs=EDITOR)
    press(ada, "mend:O01:options[0].text", attrs=EDITOR)
    assert ada.page.find(id="prompt").get_text(strip=True) == "When was it?"
    assert ada.page.find(id="own-options-2-text").get_text(strip=True) == "All of the above"
    assert not ada.page.find(id="shuffle").has_attr("checked")


def test_what_is_not_whole_yet_is_not_blamed_for_what_is_not_typed_yet(ada, bank):
    ada.get(f"/banks/{bank}/questions/new?type=true_false")
    press(ada, "preview", {"prompt": "Penguins cannot swim.", "own-answer": "false"}, attrs=EDITOR)
    assert said(ada) == ["N01"]


def test_an_error_keeps_a_question_from_ready_and_is_said_at_its_field(ada, cast, riddle):
    ada.get(f"/questions/{riddle}/edit")
    answer = press(ada, "save", {"own-options-0-text": "Not iron"}, attrs=EDITOR)
    assert answer.status_code == 422
    (link,) = ada.page.find(class_="q-errors").find_all("a")
    assert link["href"] == "#own-options-0-text"
    assert "or save it as a draft" in ada.text
    answer = press(ada, "save", {"own-options-0-text": "Not iron", "status": "draft"}, attrs=EDITOR)
    assert answer.status_code == 303
    assert authoring.sheet(cast.ada, riddle).number == 2


def test_a_page_sums_a_bank_up_by_rule(ada, cast, bank, riddle):
    excused = {**RIDDLE, "suppress": [{"rule": "N01", "reason": "It is a riddle."}]}
    for number in range(60):
        fields = {
            **(RIDDLE if number else excused),
            "prompt": f"Which of metals {number} and {number + 100} is not magnetic?",
        }
        authoring.save_question(cast.ada, bank, None, 0, fields, NOW)
    ada.get(f"/banks/{bank}/findings")
    first = ada.page.find("table").tbody.find("tr")
    assert [cell.get_text(" ", strip=True) for cell in first.find_all(["th", "td"])] == [
        "N01 Negative question",
        "Warning",
        "60",
    ]
    ada.get(first.find("a")["href"])
    rows = ada.page.find_all("table")[1].tbody.find_all("tr")
    assert len(rows) == 50
    assert "page=2" in ada.page.find("nav", {"aria-label": "Pages"}).find_all("a")[-1]["href"]
    ada.get(f"/banks/{bank}/findings?rule=N01&page=2")
    last = ada.page.find_all("table")[1].tbody.find_all("tr")[-1]
    assert "It stands, because: It is a riddle." in last.get_text(" ", strip=True)
    ada.get(last.find("a")["href"])
    assert ada.page.find("form", {"data-editor": True})


def test_the_page_says_what_the_bank_covers(ada, cast, bank, riddle):
    ada.get(f"/banks/{bank}/findings")
    rows = ada.page.find(id="h-coverage").parent.tbody.find_all("tr")
    told = [[cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])] for row in rows]
    counted = sum(int(count) for row in told for count in row[2:] if count != "–")
    assert counted == banks.bank(cast.ada, bank, 1, NOW.date()).questions.total > 0


def test_findings_follow_the_bank(cast, bank, riddle):
    assert [one.rule for one in linting.findings(cast.ada, bank, "", 1).counts] == ["N01"]
    mended = {**RIDDLE, "prompt": "Which metal is magnetic?"}
    authoring.save_question(cast.ada, bank, riddle, 1, mended, NOW)
    assert linting.findings(cast.ada, bank, "", 1).counts == ()


def test_a_bank_in_another_language_says_which_rules_do_not_apply(ada, cast):
    german = authoring.add_bank(cast.ada, "metalle", "Metalle", "de", NOW)
    ada.get(f"/banks/{german}/findings")
    assert "These rules do not know the bank's language: A01, A02" in ada.text
    assert "Nothing found" in ada.text


def test_every_rule_is_explained_with_an_example(ada):
    ada.get("/rules")
    for name, rule in rules().items():
        section = ada.page.find(id=name)
        assert rule.title in section.get_text()
        assert len(section.find_all(class_="q-verbatim")) >= 2


def test_readers_are_led_to_the_question_not_to_the_editor(browser, cast, bank, riddle):
    banks.share(cast.ada, bank, "di", "read", NOW)
    di = browser("di")
    di.get(f"/banks/{bank}/findings")
    assert di.page.find_all("table")[1].tbody.find("a")["href"] == f"/questions/{riddle}"

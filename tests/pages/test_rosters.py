"""A roster on the page, and cards to print."""

from io import BytesIO

import pytest

from tests.pages.doors import status

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])
ROSTER = "username;name;group\r\nivan;Иван;Вторник\r\ndi;;\r\n"


def test_a_roster_is_looked_at_entered_and_taken_back(browser, cast):
    ada, page = browser("ada"), f"/courses/{cast.course}/roster"
    ada.get(f"/courses/{cast.course}/people")
    assert ada.page.main.find("a", href=page)
    ada.get(page)
    assert ada.post(page, {"text": "username\nann\nann\n"}).status_code == 422
    assert "stands in line 2 too" in ada.text
    file = (BytesIO(ROSTER.encode("cp1251")), "roster.csv")
    assert ada.post(page, {"file": file}, content_type="multipart/form-data").status_code == 200
    assert "2 people would come in or change" in ada.text
    assert "gets an account and a card" in ada.text
    text = ada.page.find("textarea").get_text().removeprefix("\n")  # as a browser reads it
    ada.post(f"{page}/enter", {"text": text})
    assert ada.title == "A card to hand out"
    code = ada.page.main.find(class_="q-cards").code.get_text()
    ivan = browser()
    ivan.get("/return")
    assert ivan.post("/return", {"code": code}).status_code == 303
    assert status(browser, "di", f"/courses/{cast.course}") == 200
    ada.post(f"{page}/enter", {"text": text})  # the page loaded again: nobody is made twice
    ada.get(page)
    assert "The last roster" in ada.text
    assert ada.post(f"{page}/undo").status_code == 409  # that roster was not looked at
    ada.get(page)
    seen = ada.page.find("input", attrs={"name": "seen"})["value"]
    assert ada.post(f"{page}/undo", {"seen": seen}).status_code == 303


def test_cards_for_those_who_are_ticked(browser, cast):
    ada, bo, page = browser("ada"), browser("bo"), f"/courses/{cast.course}/people/cards"
    ada.post(page, {"user": str(cast.ada.id)})
    ada.get(f"/courses/{cast.course}/people")
    assert "Nobody is chosen who signs in with a return code" in ada.text
    ada.post(page, {"user": [str(cast.bo.id), str(cast.cy.id)]})
    assert ada.title == "Cards with new return codes for 2 students?"
    ada.post(page, {"user": [str(cast.bo.id)], "sure": "1"})
    assert "Bo" in ada.page.main.find(class_="q-cards").get_text()
    assert bo.get("/account").request.path == "/login"  # the code that they had, and its sessions, have ended

"""The page that calibrates a bank: what it says before and after there are answers, what it writes, who may."""

from datetime import timedelta

import pytest

from quiz.operations import banks
from tests.cast import NOW
from tests.pages.doors import status
from tests.pages.forms import controls
from tests.sittings import sit_class

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])


def test_a_bank_is_looked_at_calibrated_and_taken_back(browser, cast, watch):
    bank = banks.find_bank("small")
    address = f"/banks/{bank}/calibrate"
    ada = browser("ada")
    ada.get(f"/banks/{bank}")
    assert ada.page.find("a", href=address)
    ada.get(address)
    assert "It takes 30 finished attempts" in ada.text
    sit_class(cast, 32)
    watch.now = NOW + timedelta(hours=2)
    ada.get(address)
    assert ada.page.find("svg", role="img").title.string.startswith("Map of abilities")
    table = ada.page.find("table")
    assert len(table.tbody.find_all("tr")) == 5
    assert "Fewer than 250 answers: the slope is rough." in table.get_text()
    boxes = table.find_all("input", attrs={"type": "checkbox"})
    assert boxes
    assert not any(box.has_attr("checked") for box in boxes)  # too few to be proposed
    form = controls(ada.page, action=address)
    assert ada.post(address, form).status_code == 422
    assert "no question is ticked" in ada.text
    ticked = {**form, "question": [boxes[0]["value"]]}
    assert ada.post(address, {**ticked, "seen": ["else"]}).status_code == 409
    assert "Look again." in ada.text
    ada.get(ada.post(address, ticked).headers["Location"])
    assert "Calibrated: one question." in ada.text
    assert "you calibrated one" in ada.text
    ada.get(f"{address}?onto=theirs")
    assert "kept" in ada.page.find("table").get_text()
    ada.get(ada.post(f"/banks/{bank}/undo").headers["Location"])
    assert "you calibrated one" not in ada.text


def test_who_may_read_the_bank_sees_it_and_who_may_change_it_writes(browser, cast):
    bank = banks.find_bank("small")
    banks.share(cast.ada, bank, "di", "read", NOW)
    assert status(browser, "di", f"/banks/{bank}/calibrate") == 200
    assert browser("di").post(f"/banks/{bank}/calibrate").status_code == 403
    assert status(browser, "bo", f"/banks/{bank}/calibrate") == 404
    ada = browser("ada")
    assert ada.post(f"/banks/{bank}/calibrate", {"until": "never", "onto": "x"}).status_code == 409

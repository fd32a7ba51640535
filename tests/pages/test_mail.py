"""The report by mail as people ask for it and end it."""

import pytest
from sqlalchemy import select

from quiz.db import reading
from quiz.models.mailing import ReportMail
from tests.pages.doors import field_error

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])


def test_somebody_asks_for_it_and_ends_it_without_signing_in(browser, cast):
    ada, stranger = browser("ada"), browser()
    page = f"/quizzes/{cast.quiz}/report/mail"
    ada.get(f"/quizzes/{cast.quiz}/report")
    assert ada.page.main.find("a", href=page)
    ada.get(page)
    assert "This site sends no mail yet" in ada.text
    assert ada.post(page, {"address": "ada at home", "every": "week"}).status_code == 422
    assert "no mail address" in field_error(ada.page, "address")
    assert ada.post(page, {"address": " ada@example.org ", "every": "day"}).status_code == 303
    ada.get(page)
    assert "The next one goes to ada@example.org: 24 November 2026, 06:00" in ada.text
    with reading() as connection:
        key = connection.execute(select(ReportMail.stop_key)).scalar_one()
    assert stranger.get(f"/report-mail/{key}").status_code == 200
    assert "A small quiz" in stranger.text
    assert stranger.post(f"/report-mail/{key}").status_code == 303
    assert stranger.get(f"/report-mail/{key}").status_code == 404
    ada.get(page)
    assert "The next one" not in ada.text

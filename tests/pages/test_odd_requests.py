"""Numbers that no column holds, and characters that no database takes: they are answered, and nothing is asked for them."""

import pytest

pytestmark = pytest.mark.parametrize("engine", ["postgresql"])  # the stricter one
HUGE = ("9" * 30, str(2**40))


def test_no_number_is_too_large_and_no_character_too_odd(browser, cast):
    ada, eve = browser("ada"), browser("eve")
    for huge in HUGE:
        assert eve.get(f"/audit-log?before={huge}").status_code == 200
        assert ada.get(f"/questions/1/compare?old={huge}").status_code == 200
        assert ada.get(f"/banks/1/transfer?look=1&target={huge}").status_code == 422
        ada.get("/questions/1")
        # an answer to no comment begins a thread
        assert ada.post("/questions/1/comments", {"text": "x\0y", "thread": huge}).status_code == 303
        ada.get(f"/courses/{cast.course}/people")
        assert ada.post(f"/courses/{cast.course}/people/cards", {"user": huge, "sure": "1"}).status_code < 500
    assert ada.get("/banks/1/change?look=1&add_tags=a&question=%00").status_code == 422
    cast.start()
    ada.get(f"/quizzes/{cast.quiz}/live")
    assert ada.post(f"/quizzes/{cast.quiz}/live/message", {"text": "a\0b", "all": "1"}).status_code == 303

"""The pages of accommodations and of the live view, without a script."""

import pytest

from quiz.operations import accommodating

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def test_a_student_is_granted_more_time_and_reads_of_it(browser, cast):
    ada, bo = browser("ada"), browser("bo")
    address = f"/courses/{cast.course}/people/{cast.bo.id}/accommodations"
    ada.get(f"/courses/{cast.course}/people")
    assert ada.page.find("a", href=address)
    attempt = cast.start()
    assert ada.post(address, {"time_factor": "1.5", "extra_attempts": "many"}).status_code == 422
    assert ada.post(address, {"time_factor": "1.5", "extra_attempts": "2"}).status_code == 303
    ada.get(address)
    assert "An attempt in progress has its new deadline." in ada.text
    bo.get(f"/quizzes/{cast.quiz}")
    assert "30 minutes (20 minutes and your extra time)" in bo.text.replace("\xa0", " ")
    bo.get(f"/attempts/{attempt}/slots/1")
    assert bo.page.find(attrs={"data-timer-note": True}).text == "30 min (20 + extra time)"
    told = bo.post(f"/attempts/{attempt}/presence", {"slot": "1"}).json
    assert (told["ended"], told["open"], told["note"]) == (False, True, "30 min (20 + extra time)")


def test_other_dates_are_typed_in_the_zone_of_the_course(browser, cast):
    ada = browser("ada")
    address = f"/courses/{cast.course}/people/{cast.bo.id}/accommodations/quizzes/{cast.quiz}"
    wrong = {"opens_at": "2026-12-02T09:00", "closes_at": "2026-12-01T09:00"}
    assert ada.post(address, wrong).status_code == 422
    assert ada.post(address, {"opens_at": "", "closes_at": "2026-12-01T09:00"}).status_code == 303
    quiz = accommodating.accommodations(cast.ada, cast.course, cast.bo.id).get_quiz(cast.quiz)
    assert quiz.own_closes_at.isoformat() == "2026-12-01T01:00:00+00:00"
    ada.get(address)
    assert ada.page.find(id="closes_at")["value"] == "2026-12-01T09:00"
    bo = browser("bo")
    bo.get(f"/quizzes/{cast.quiz}")
    assert "a date of your own" in bo.text


def test_a_teacher_gives_time_and_ends_an_attempt(browser, cast):
    ada, attempt = browser("ada"), cast.start()
    address = f"/quizzes/{cast.quiz}/live"
    ada.get(address)
    assert [cell.get_text(" ", strip=True) for cell in ada.page.find("table").tbody.tr.find_all(["th", "td"])][:3] == [
        "Bo", "–", "0 of 5",
    ]  # fmt: skip
    ada.post(f"{address}/extend", {"attempt": str(attempt), "minutes": "5"})
    ada.get(address)
    assert "One student has 5 minutes more." in ada.text.replace("\xa0", " ")
    ada.post(f"{address}/extend", {"attempt": str(attempt), "minutes": "x"})
    ada.get(address)
    assert "write 1 to 600" in ada.text
    ada.post(f"{address}/extend", {"minutes": "5"})
    ada.get(address)
    assert "Nobody is chosen" in ada.text
    ada.post(f"{address}/message", {"all": "1", "text": ""})
    ada.get(address)
    assert "write 1 to 300 characters" in ada.text
    ada.post(f"{address}/message", {"all": "1", "text": "Read <east>."})
    ada.get(address)
    assert "One student is told." in ada.text
    bo = browser("bo")
    bo.get(f"/attempts/{attempt}/slots/1")
    assert "Your teacher, 17:00:00: Read <east>." in bo.text
    ada.get(address)
    assert "Ada → Bo · seen by 0 of 1" in ada.text
    (told,) = bo.post(f"/attempts/{attempt}/presence", {"slot": "1"}).json["messages"]
    ada.get(address)
    assert "Ada → Bo · seen" in ada.text
    assert "seen by" not in ada.text
    assert (told["text"], told["sent_at"]) == ("Read <east>.", "2026-11-23T09:00:00.000Z")
    sure = ada.post(f"{address}/close", {"all": "1"})
    assert "End one attempt now?" in sure.text
    ada.post(f"{address}/close", {"attempt": str(attempt), "sure": "1"})
    ada.get(address)
    assert "One attempt was ended." in ada.text
    assert "Nobody is at work" in ada.text
    bo.get(f"/attempts/{attempt}/review")
    assert "Ended by the teacher on" in bo.text
    assert "Read <east>." in bo.text

"""Taking a quiz without JavaScript, and the rules of a save as programs see them (docs: the web contract)."""

from datetime import timedelta

import pytest
from flask_babel import get_timezone

from quiz.operations import attempts, quizzes
from quiz.web.html import iso, until
from tests.cast import BLUEPRINT, GRACE, NOW
from tests.statements import statements

UP = NOW + timedelta(minutes=20)


@pytest.fixture
def bo(browser):
    return browser("bo")


@pytest.fixture
def attempt(bo):
    return bo.start()


def another_quiz(cast, change):
    text = BLUEPRINT
    for old, new in change.items():
        text = text.replace(old, new)
    quiz = quizzes.create(cast.ada, cast.course, text, NOW)
    quizzes.publish(cast.ada, quiz, NOW)
    return quiz


def fields(browser):
    """What the form of the page would send, without the answer."""
    return {
        field["name"]: field.get("value", "")
        for field in browser.page.find(id="answer").find_all("input", {"type": "hidden"})
    }


# Pages -----------------------------------------------------------------------------------------------------------


def test_the_course_leads_to_the_quiz(bo, cast):
    bo.get(f"/courses/{cast.course}")
    assert bo.page.find("a", href=f"/quizzes/{cast.quiz}")
    bo.get(f"/quizzes/{cast.quiz}")
    assert bo.title == "A small quiz"
    for words in (
        "5, one a page",
        "20\xa0minutes",
        "as many as you like",
        "50 to pass",
        "Rests on arithmetic.",
    ):
        assert words in bo.text.replace("20 minutes", "20\xa0minutes")


def test_an_attempt_is_taken_up_again(bo, cast, attempt):
    assert bo.start() == attempt
    bo.get(f"/courses/{cast.course}")
    assert bo.page.find("a", href=f"/attempts/{attempt}")


def test_starting_is_refused_with_its_code(bo, cast):
    soon = another_quiz(cast, {"limit: 20": "opens: 2027-01-01T09:00", "attempts: null": "attempts: 1"})
    answer = bo.json(f"/quizzes/{soon}/attempts", {})
    assert (answer.status_code, answer.json["code"]) == (409, "not-open")
    bo.get(f"/quizzes/{soon}")
    assert "It is not open yet." in bo.text
    assert not bo.page.main.find("form")


def test_no_attempts_left(bo, cast):
    once = another_quiz(cast, {"attempts: null": "attempts: 1"})
    bo.post(f"/attempts/{bo.start(once)}/finish")
    answer = bo.json(f"/quizzes/{once}/attempts", {})
    assert (answer.status_code, answer.json["code"]) == (409, "no-attempts-left")


def test_the_question_page(bo, attempt):
    answer = bo.get(f"/attempts/{attempt}")
    assert answer.request.path == f"/attempts/{attempt}/slots/1"
    assert answer.headers["Cache-Control"] == "no-store"
    assert bo.title == "Question 1 of 5"
    assert fields(bo)["seq"] == "1"
    assert len(fields(bo)["writer"]) == 32
    cells = bo.page.find(class_="q-navpanel").find_all(class_="q-cell", href=True)
    assert [cell.get_text() for cell in cells] == ["1", "2", "3", "4", "5"]
    assert cells[0]["aria-current"] == "step"
    timer = bo.page.find(attrs={"data-timer": True})
    assert timer["data-due"] == iso(UP)
    assert not timer.has_attr("aria-live")


def test_a_page_carries_no_script_or_style_of_its_own(bo, attempt):
    for path in (f"/attempts/{attempt}/slots/1", f"/attempts/{attempt}/summary", "/", "/account"):
        bo.get(path)
        assert all(script.get("src", "").startswith("/static/") for script in bo.page.find_all("script"))
        assert not bo.page.find_all("style")
        assert not [
            tag
            for tag in bo.page.find_all(True)
            if "style" in tag.attrs or any(name.startswith("on") for name in tag.attrs)
        ]


def test_a_journey_by_forms(bo, cast, attempt):
    for slot in range(1, 6):
        bo.get(f"/attempts/{attempt}/slots/{slot}")
        last = slot == 5
        go = bo.page.find("button", attrs={"data-next": True})
        assert go["value"] == ("summary" if last else "next")
        answer = bo.post(
            f"/attempts/{attempt}/slots/{slot}", {**fields(bo), "answer": "0", "go": go["value"]}
        )
        expected = f"/attempts/{attempt}/summary" if last else f"/attempts/{attempt}/slots/{slot + 1}"
        assert (answer.status_code, answer.headers["Location"]) == (303, expected)
    bo.get(f"/attempts/{attempt}/summary")
    assert bo.title == "All questions are answered"
    answer = bo.post(f"/attempts/{attempt}/finish")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/attempts/{attempt}/review")
    assert bo.post(f"/attempts/{attempt}/finish").headers["Location"] == f"/attempts/{attempt}/review"
    bo.get(f"/attempts/{attempt}/review")
    assert bo.title == "A small quiz: your result"
    assert bo.get(f"/attempts/{attempt}").request.path == f"/attempts/{attempt}/review"
    assert bo.get(f"/attempts/{attempt}/slots/1").request.path == f"/attempts/{attempt}/review"
    assert bo.get("/grades").status_code == 200
    assert "A small quiz" in bo.text


@pytest.mark.parametrize(
    "go, target",
    [
        ("previous", "slots/1"),
        ("4", "slots/4"),
        ("summary", "summary"),
        ("stay", "slots/2"),
        ("", "slots/2"),
        ("next", "slots/3"),
    ],
)
def test_the_buttons_save_first_and_lead_on(bo, attempt, go, target):
    bo.get(f"/attempts/{attempt}/slots/2")
    answer = bo.post(f"/attempts/{attempt}/slots/2", {**fields(bo), "answer": "1", "go": go})
    assert answer.headers["Location"] == f"/attempts/{attempt}/{target}"
    bo.get(f"/attempts/{attempt}/slots/2")
    assert fields(bo)["seq"] == "2"


def test_an_answer_comes_back_on_the_page(bo, cast, attempt):
    for slot in range(1, 6):
        cast.save(attempt, slot, 1, "1")
    for slot in range(1, 6):
        bo.get(f"/attempts/{attempt}/slots/{slot}")
        controls = bo.page.find_all("input", {"name": "answer"})
        checked = [control["value"] for control in controls if control.has_attr("checked")]
        typed = [control["value"] for control in controls if control.get("type") not in ("radio", "checkbox")]
        assert checked + typed == ["1"]
    assert "5 of 5 answered" in bo.page.find(class_="q-navpanel").get_text()


def test_a_complaint_stands_by_the_control(bo, cast, attempt):
    for slot in range(1, 6):
        bo.get(f"/attempts/{attempt}/slots/{slot}")
        if "12 × 12" in bo.text:
            cast.save(attempt, slot, 1, "a dozen dozens")
            bo.get(f"/attempts/{attempt}/slots/{slot}")
            assert bo.page.find(class_="q-complaint").get_text().strip()
            return
    pytest.fail("no numerical question on the paper")


def test_a_flag_by_form_saves_the_answer_too(bo, attempt):
    bo.get(f"/attempts/{attempt}/slots/2")
    flag = bo.page.find("button", attrs={"data-flag": "2"})
    answer = bo.post(
        f"/attempts/{attempt}/slots/2", {**fields(bo), "answer": "1", flag["name"]: flag["value"]}
    )
    assert answer.headers["Location"].startswith(f"/attempts/{attempt}/slots/2")
    bo.get(f"/attempts/{attempt}/slots/2")
    assert bo.page.find("button", attrs={"data-flag": "2"})["aria-pressed"] == "true"
    assert (
        bo.page.find(class_="q-cell", href=f"/attempts/{attempt}/slots/2")["aria-label"]
        == "Question 2, answered, flagged"
    )


def test_a_flag_by_script(bo, attempt):
    bo.get(f"/attempts/{attempt}/slots/2")
    headers = {"Accept": "application/json", "X-CSRFToken": bo.token}
    assert (
        bo.client.post(
            f"/attempts/{attempt}/slots/2/flag", data={"flagged": "1"}, headers=headers
        ).status_code
        == 204
    )
    assert bo.post(f"/attempts/{attempt}/slots/2/flag", {"flagged": "0"}).status_code == 303
    assert bo.post(f"/attempts/{attempt}/slots/2/flag", {"flagged": "yes"}).status_code == 422
    assert bo.post(f"/attempts/{attempt}/slots/9/flag", {"flagged": "1"}).status_code == 404


def test_the_summary_names_what_is_open(bo, cast, attempt):
    cast.save(attempt, 2, 1, "0")
    attempts.flag(cast.bo, attempt, 2, True, NOW)
    bo.get(f"/attempts/{attempt}/summary")
    assert bo.title == "4 questions have no answer yet"
    assert "Submit 1 of 5 answers" in bo.text
    assert "Flagged by you" in bo.text


def test_all_questions_on_one_page(bo, cast):
    quiz = another_quiz(cast, {"limit: 20": "layout: all"})
    attempt = bo.start(quiz)
    assert bo.get(f"/attempts/{attempt}").request.path == f"/attempts/{attempt}/slots"
    sent = fields(bo)
    assert [sent[f"s{slot}-seq"] for slot in range(1, 6)] == ["1"] * 5
    answers = {f"s{slot}-answer": "0" for slot in range(1, 4)}
    answer = bo.post(f"/attempts/{attempt}/slots", {**sent, **answers, "go": "summary"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/attempts/{attempt}/summary")
    page = attempts.summary(cast.bo, attempt, NOW)
    assert [state.answered for state in page.slots] == [True, True, True, False, False]
    bo.get(f"/attempts/{attempt}/slots")
    answer = bo.post(f"/attempts/{attempt}/slots", {**fields(bo), **answers, "s2-flag": "1"})
    assert answer.headers["Location"] == f"/attempts/{attempt}/slots#q2"


def test_the_time_is_up(bo, attempt, watch):
    watch.now = UP + timedelta(seconds=5)
    assert bo.get(f"/attempts/{attempt}/slots/1").request.path == f"/attempts/{attempt}/summary"
    assert bo.title == "The time is up"
    assert not bo.page.find(attrs={"data-timer": True})
    watch.now = UP + GRACE + timedelta(seconds=1)
    assert bo.get(f"/attempts/{attempt}/review").status_code == 200
    assert "when the time was up" in bo.text


# Saving, row by row -------------------------------------------------------------------------------------------------


def test_a_save_is_acknowledged(bo, attempt):
    answer = bo.save(attempt, 1, 1, "0")
    assert answer.status_code == 200
    assert answer.json == {"seq": 1, "saved_at": iso(NOW), "current_seq": 1}
    assert answer.mimetype == "application/json"


def test_a_save_as_json(bo, cast, attempt):
    body = {"seq": 1, "writer": "w1", "fields": {"answer": ["2", "0"], "answered": ["1"], "evil": ["x"]}}
    assert bo.json(f"/attempts/{attempt}/slots/1", body).json["seq"] == 1
    page = attempts.page(cast.bo, attempt, 1, NOW)
    assert page.questions[0].fields == {"answer": ["2", "0"], "answered": ["1"]}


def test_only_the_fields_of_an_answer_are_kept(bo, cast, attempt):
    bo.save(
        attempt,
        1,
        1,
        ["1", "2"],
        **{"answer-0": "3", "certainty": "2", "grade": "100", "user_id": "1", "answer-x": "y"},
    )
    page = attempts.page(cast.bo, attempt, 1, NOW)
    assert page.questions[0].fields == {
        "answer": ["1", "2"],
        "answer-0": ["3"],
        "answered": ["1"],
        "certainty": ["2"],
    }


@pytest.mark.parametrize(
    "text", ["", " leading and trailing ", "Ω≈ç√ 中文 ё", "a\r\nb", "\0", "\ud800", "😀" * 100, "<script>"]
)
def test_what_was_typed_is_kept_raw(bo, cast, attempt, text):
    body = {"seq": 1, "writer": "w", "fields": {"answer": [text]}}
    assert bo.json(f"/attempts/{attempt}/slots/1", body).status_code == 200
    assert bo.json(f"/attempts/{attempt}/slots/1", body).status_code == 200
    kept = text.replace("\ud800", "\N{REPLACEMENT CHARACTER}")
    assert attempts.page(cast.bo, attempt, 1, NOW).questions[0].fields == {"answer": [kept]}
    assert bo.get(f"/attempts/{attempt}/slots/1").status_code == 200


def test_a_cleared_answer_is_sent_as_such(bo, cast, attempt):
    bo.save(attempt, 1, 1, "0")
    assert bo.save(attempt, 1, 2, []).status_code == 200
    assert attempts.summary(cast.bo, attempt, NOW).answered == 0


def test_signed_out(bo, attempt):
    bo.client.delete_cookie("quiz")
    answer = bo.save(attempt, 1, 1, "0")
    assert (answer.status_code, answer.json["code"]) == (401, "signed-out")


def test_signed_out_on_another_device(bo, browser, attempt):
    browser("bo").post("/logout", {"everywhere": "1"})
    answer = bo.save(attempt, 1, 1, "0")
    assert (answer.status_code, answer.json["code"]) == (401, "signed-out")
    both = bo.json(
        f"/attempts/{attempt}/slots", {"writer": "w", "slots": [{"slot": 1, "seq": 1, "fields": {}}]}
    )
    assert both.status_code == 401


@pytest.mark.parametrize("number", [2**31, 10**23, "9" * 5000])
def test_a_number_that_no_row_has(bo, attempt, number):
    for address in (
        f"/attempts/{number}",
        f"/attempts/{attempt}/slots/{number}",
        f"/quizzes/{number}",
        f"/courses/{number}",
        f"/banks/{number}",
    ):
        assert bo.get(address).status_code == 404


@pytest.mark.parametrize("attempt_shift, slot", [(0, 6), (0, 0), (1, 1), (1000, 1)])
def test_not_theirs_or_no_such_slot(browser, bo, attempt, attempt_shift, slot):
    other = browser("cy")
    foreign = other.start()
    assert foreign == attempt + 1
    answer = bo.save(attempt + attempt_shift, slot, 1, "0")
    assert (answer.status_code, answer.json["code"]) == (404, "not-found")


def test_a_repeat_is_a_success_also_after_the_end(bo, attempt, watch):
    first = bo.save(attempt, 1, 1, "0").json
    bo.save(attempt, 1, 2, "1")
    watch.now = UP + timedelta(hours=1)
    assert bo.save(attempt, 1, 1, "0").json == {**first, "current_seq": 2}


def test_too_late_is_kept_and_says_so(browser, bo, attempt, watch):
    watch.now = UP + GRACE
    assert bo.save(attempt, 1, 1, "0").status_code == 200
    watch.now += timedelta(seconds=1)
    answer = bo.save(attempt, 1, 2, "1")
    assert (answer.status_code, answer.json["code"], answer.json["kept"]) == (409, "too-late", True)
    bo.get(f"/attempts/{attempt}/review")
    assert "Came too late" in bo.text
    assert "could be seen by then" not in bo.text
    ada = browser("ada")
    ada.get(f"/attempts/{attempt}/review")
    assert "The right answer could be seen by then." in ada.text


def test_too_late_by_form_says_what_was_kept(bo, attempt, watch):
    bo.get(f"/attempts/{attempt}/slots/1")
    sent = fields(bo)
    watch.now = UP + GRACE + timedelta(seconds=1)
    assert bo.post(f"/attempts/{attempt}/slots/1", {**sent, "answer": "0"}).status_code == 409
    assert bo.title == "The time is up"
    assert "kept" in bo.text
    assert bo.page.main.find("a", href=f"/attempts/{attempt}")


def test_a_submitted_attempt_is_closed(bo, attempt):
    bo.post(f"/attempts/{attempt}/finish")
    answer = bo.save(attempt, 1, 1, "0")
    assert (answer.status_code, answer.json["code"]) == (409, "attempt-closed")


@pytest.mark.parametrize("seq", [1, 3, 10**15])
def test_stale_shows_the_current_answer(bo, attempt, seq):
    bo.save(attempt, 1, 1, "0", writer="phone")
    answer = bo.save(attempt, 1, seq, "1", writer="laptop")
    assert (answer.status_code, answer.json["code"]) == (409, "stale")
    assert answer.json["current"] == {
        "seq": 1, "writer": "phone", "saved_at": iso(NOW), "fields": {"answer": ["0"], "answered": ["1"]},
    }  # fmt: skip


def test_stale_by_form_offers_both_answers(bo, cast, attempt):
    bo.get(f"/attempts/{attempt}/slots/1")
    mine = {**fields(bo), "answer": "1", "go": "next"}
    cast.save(attempt, 1, 1, "0", writer="phone")
    assert bo.post(f"/attempts/{attempt}/slots/1", mine).status_code == 409
    assert bo.title == "This question has two answers"
    assert bo.page.main.find("a", string="Keep the other answer")["href"] == f"/attempts/{attempt}/slots/1"
    form = bo.page.main.find("form")
    again = {
        field["name"]: field["value"]
        for field in form.find_all("input", {"type": "hidden"})
        if not field["name"].startswith("mine")
    }
    answer = bo.post(form["action"], again)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/attempts/{attempt}/slots/2")
    assert attempts.page(cast.bo, attempt, 1, NOW).questions[0].fields["answer"] == ["1"]


def test_a_page_of_many_conflicts_reads_the_paper_once(bo, cast, attempt):
    """Two statements a slot: the save, and why it was refused."""
    for slot in range(1, 6):
        cast.save(attempt, slot, 1, "0", writer="phone")
    counted = []
    for slots in ([1], [1, 2, 3, 4, 5]):
        form = {"writer": "laptop", "go": "next"}
        for slot in slots:
            form |= {f"s{slot}-seq": "1", f"s{slot}-answered": "1", f"s{slot}-answer": "1"}
        with statements() as seen:
            assert bo.post(f"/attempts/{attempt}/slots", form).status_code == 409
        counted.append(len([one for one in seen if one.startswith(("SELECT", "INSERT"))]))
        assert len(bo.page.main.find_all("form")) == len(slots)
    assert counted == [2 + 2, 5 * 2 + 2]


@pytest.mark.parametrize("seq", ["0", "-1", "x", "", "1.5", "1e3", "٣", "9" * 40])
def test_a_seq_that_is_no_positive_number(bo, attempt, seq):
    answer = bo.save(attempt, 1, seq, "0")
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert answer.json["problems"][0]["where"] == "seq"


@pytest.mark.parametrize("writer", ["", "a b", "x" * 65, "ü", "a\n"])
def test_a_writer_that_is_none(bo, attempt, writer):
    assert bo.save(attempt, 1, 1, "0", writer=writer).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        [],
        "x",
        5,
        {"seq": True, "writer": "w"},
        {"seq": 1, "writer": "w", "fields": []},
        {"seq": 1, "writer": "w", "fields": {"answer": [1]}},
        {"seq": 1, "writer": "w", "fields": {"answer": 1}},
    ],
)
def test_json_of_another_shape(bo, attempt, body):
    assert bo.json(f"/attempts/{attempt}/slots/1", body).status_code == 422


def test_json_that_is_none(bo, attempt):
    headers = {"Accept": "application/json", "X-CSRFToken": bo.token, "Content-Type": "application/json"}
    assert bo.client.post(f"/attempts/{attempt}/slots/1", data="{", headers=headers).status_code == 400


def test_json_without_end(bo, attempt):
    headers = {"Accept": "application/json", "X-CSRFToken": bo.token, "Content-Type": "application/json"}
    answer = bo.client.post(f"/attempts/{attempt}/slots", data="[" * 900_000, headers=headers)
    assert answer.status_code == 422


@pytest.mark.parametrize("slot", [10**4, 10**30])
def test_a_slot_that_no_paper_has(bo, attempt, slot):
    slots = [{"slot": slot, "seq": 1, "fields": {}}]
    assert bo.json(f"/attempts/{attempt}/slots", {"writer": "w", "slots": slots}).status_code == 422


@pytest.mark.parametrize("answer", ["x" * 70_000, ["x"] * 101])
def test_an_answer_that_is_too_large(bo, attempt, answer):
    refused = bo.save(attempt, 1, 1, answer)
    assert (refused.status_code, refused.json["code"]) == (413, "too-large")


def test_a_save_needs_its_token(bo, attempt):
    bo.token = ""
    answer = bo.save(attempt, 1, 1, "0")
    assert (answer.status_code, answer.json["code"]) == (400, "csrf")


def test_many_slots_each_with_its_outcome(bo, attempt):
    bo.save(attempt, 2, 1, "0", writer="phone")
    slots = [{"slot": slot, "seq": 1, "fields": {"answer": ["1"]}} for slot in (1, 2, 9)]
    answer = bo.json(f"/attempts/{attempt}/slots", {"writer": "laptop", "slots": slots})
    assert answer.status_code == 200
    assert [(one["slot"], one["status"]) for one in answer.json["results"]] == [(1, 200), (2, 409), (9, 404)]
    assert answer.json["results"][0] == {
        "slot": 1,
        "status": 200,
        "seq": 1,
        "saved_at": iso(NOW),
        "current_seq": 1,
    }
    assert answer.json["results"][1]["current"]["writer"] == "phone"


@pytest.mark.parametrize(
    "slots", [None, {}, [], [1], [{"seq": 1, "fields": {}}], [{"slot": 1, "fields": {}}]]
)
def test_many_slots_of_another_shape(bo, attempt, slots):
    assert bo.json(f"/attempts/{attempt}/slots", {"writer": "w", "slots": slots}).status_code == 422


def test_more_slots_than_any_paper_has(bo, attempt):
    slots = [{"slot": 1, "seq": 1, "fields": {}}] * 301
    assert bo.json(f"/attempts/{attempt}/slots", {"writer": "w", "slots": slots}).status_code == 413


def test_a_form_of_many_slots_that_names_none(bo, attempt):
    assert bo.post(f"/attempts/{attempt}/slots", {"writer": "w", "answer": "0"}).status_code == 422


def test_the_end_of_the_time_has_its_date_where_it_is_more_than_a_day_away(app):
    """Close to midnight it had one, and the bar of a phone was wider than the phone."""
    with app.test_request_context():
        assert (
            until(NOW + timedelta(hours=23), NOW)
            == f"{NOW.astimezone(get_timezone()) - timedelta(hours=1):%H:%M}"
        )
        assert "26 Nov 2026, " in until(NOW + timedelta(days=3), NOW).replace("\xa0", " ")

"""Practice by form and by JSON: check, hint, tries, what is closed; certainty; late answers; what is told beforehand."""

import re
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import delete, select, update

from quiz.db import transaction
from quiz.models.attempt import Answer, AttemptSlot
from quiz.models.bank import QuestionVersion
from quiz.operations import attempts, enrolling, importing, quizzes, upkeep
from quiz.questions import types
from quiz.web.html import iso
from tests.cast import BANK, BLUEPRINT, GRACE, NOW
from tests.every.test_types import twins
from tests.kernel.questions import question
from tests.statements import statements

UP = NOW + timedelta(minutes=20)
HINTED = BANK.replace(
    "    prompt: How much is 12 × 12?",
    "    hints: [A dozen is twelve., Ten dozens and two.]\n    prompt: How much is 12 × 12?",
)
PROMPTS = {
    "single_choice": "1 + 1", "multiple_response": "even", "true_false": "2 − 1", "short_text": "9 − 9",
    "numerical": "12 × 12",
}  # fmt: skip


@pytest.fixture
def bo(browser):
    return browser("bo")


@pytest.fixture
def publish(cast):
    """Publishes a quiz over the cast's bank with further settings (YAML lines). Returns its id."""

    def make(lines, bank=HINTED):
        importing.import_bank(cast.ada, bank, "small.yaml", NOW)
        quiz = quizzes.create(cast.ada, cast.course, BLUEPRINT + lines, NOW)
        quizzes.publish(cast.ada, quiz, NOW)
        return quiz

    return make


@pytest.fixture
def practise(bo, cast, publish):
    """Starts Bo in a practice. Returns the attempt and the slot of each type."""

    def begin(tries="one", more=""):
        attempt = bo.start(publish(f"  mode: practice\n  tries: {tries}\n{more}"))
        page = attempts.page(cast.bo, attempt, None, NOW)
        found = {
            name: view.slot
            for name, prompt in PROMPTS.items()
            for view in page.questions
            if prompt in view.presented.prompt
        }
        return attempt, found

    return begin


def fields(browser, **more):
    """What the form of the page would send, and what a button adds."""
    found = browser.page.find(id="answer").find_all("input", {"type": "hidden"})
    return {field["name"]: field.get("value", "") for field in found} | more


def check(browser, attempt, slot, seq, answer):
    return browser.save(attempt, slot, seq, answer, act="check")


def part(browser, slot):
    return browser.page.find(attrs={"data-slot": str(slot)})


def words(element):
    return " ".join(element.get_text(" ").split())


def buttons(browser, name="act"):
    return [button["value"] for button in browser.page.main.find_all("button", attrs={"name": name})]


# Check --------------------------------------------------------------------------------------------------------------


def test_a_check_is_a_save_that_says_whether_the_question_is_closed(bo, practise):
    attempt, slots = practise("interactive")
    slot = slots["numerical"]
    told = {"saved_at": iso(NOW)}
    assert check(bo, attempt, slot, 1, "24").json == {"seq": 1, "current_seq": 1, "closed": False, **told}
    assert bo.save(attempt, slot, 2, "12").json == {"seq": 2, "current_seq": 2, **told}
    assert check(bo, attempt, slot, 3, "144").json == {"seq": 3, "current_seq": 3, "closed": True, **told}
    assert check(bo, attempt, slot, 3, "144").json["closed"] is True  # a repeat


def test_what_a_check_shows(bo, practise):
    attempt, slots = practise()
    slot = slots["single_choice"]
    address = f"/attempts/{attempt}/slots/{slot}"
    bo.get(address)
    assert buttons(bo) == ["check"]
    assert "You check it once" in bo.text
    option = next(
        box["value"] for box in bo.page.main.find_all("input", type="radio") if "11" in words(box.parent)
    )
    answer = bo.post(address, fields(bo, answer=option, act="check"))
    assert answer.headers["Location"] == f"{address}#q{slot}-check"
    bo.get(address)
    heading = bo.page.find(id=f"q{slot}-check")
    assert (heading.name, words(heading)) == ("h2", "Wrong")
    for told in (
        "0 of 1 mark", "Your answer, wrong", "Not side by side.", "Right answer", "Two ones.", "One too many.",
        "Count on from one.", "Elements",
    ):  # fmt: skip
        assert told in bo.text
    assert buttons(bo) == []
    assert not bo.page.main.find("fieldset")
    assert bo.page.find(class_="q-cell", href=address)["aria-label"] == f"Question {slot}, checked"


def test_next_is_the_primary_button_once_nothing_is_left_to_check(bo, practise):
    attempt, slots = practise()
    slot = slots["numerical"]

    def look():
        bo.get(f"/attempts/{attempt}/slots/{slot}")
        return [
            button["class"][1] for button in bo.page.find_all("button", attrs={"data-next": True})
        ], bo.page.main.find_all("button", class_="btn-primary")

    before, primary = look()
    assert before == ["btn-secondary", "btn-secondary"]
    assert [words(button) for button in primary] == ["Check"]
    check(bo, attempt, slot, 1, "144")
    assert look()[0] == ["btn-primary", "btn-primary"]


def test_a_closed_question_takes_nothing_by_any_way(bo, practise):
    attempt, slots = practise()
    slot = slots["numerical"]
    address = f"/attempts/{attempt}/slots/{slot}"
    bo.get(address)
    old = fields(bo, answer="144")
    check(bo, attempt, slot, 1, "24")
    for act in ("save", "check", "hint"):
        answer = bo.save(attempt, slot, 2, "144", act=act)
        assert (answer.status_code, answer.json["code"]) == (409, "slot-closed")
    body = {"writer": "w", "slots": [{"slot": slot, "seq": 2, "fields": {"answer": ["144"]}}]}
    assert bo.json(f"/attempts/{attempt}/slots", body).json["results"][0]["code"] == "slot-closed"
    assert bo.post(address, {**old, "seq": "2"}).status_code == 409
    bo.get(address)
    assert "Your answer, wrong" in bo.text


def test_a_closed_page_leads_on_and_can_be_flagged(bo, practise):
    """Its form holds nothing to save."""
    attempt, slots = practise()
    slot = slots["numerical"]
    check(bo, attempt, slot, 1, "144")
    address = f"/attempts/{attempt}/slots/{slot}"
    bo.get(address)
    sent, other = fields(bo), slot % 5 + 1
    assert "seq" not in sent
    assert bo.post(address, {**sent, "go": str(other)}).headers["Location"].endswith(f"/slots/{other}")
    assert bo.post(address, {**sent, "go": "summary"}).headers["Location"].endswith("/summary")
    bo.post(address, {**sent, "flag": "1"})
    assert bo.post(address, {**sent, "answer": "24"}).status_code == 422
    bo.get(address)
    assert words(part(bo, slot).find("button", attrs={"data-flag": True})) == "Flagged"


def test_nothing_to_check(bo, cast, practise):
    """No answer, or one that cannot be read: saved, no try, and said."""
    attempt, slots = practise()
    slot = slots["numerical"]
    address = f"/attempts/{attempt}/slots/{slot}"
    bo.get(address)
    bo.post(address, fields(bo, answer=" ", act="check"))
    bo.get(address)
    assert "Give an answer first, then check it." in bo.text
    bo.post(address, fields(bo, answer="a dozen dozens", act="check"))
    bo.get(address)
    assert part(bo, slot).find(class_="q-complaint")
    assert buttons(bo) == ["check", "hint"]
    assert attempts.page(cast.bo, attempt, slot, NOW).questions[0].standing.tries == 0


def test_in_a_test_nothing_can_be_checked(bo, publish):
    attempt = bo.start(publish(""))
    bo.get(f"/attempts/{attempt}/slots/1")
    assert buttons(bo) == []
    assert check(bo, attempt, 1, 1, "0").json == {
        "seq": 1,
        "current_seq": 1,
        "saved_at": iso(NOW),
        "closed": False,
    }
    assert bo.save(attempt, 1, 2, "0", act="hint").status_code == 422
    bo.get(f"/attempts/{attempt}/slots/1")
    assert not bo.page.find(class_="q-feedback")
    assert bo.page.main.find("fieldset") or bo.page.main.find("input", attrs={"name": "answer"})


# Tries and hints ----------------------------------------------------------------------------------------------------


def test_tries_left_and_what_they_cost(bo, practise):
    attempt, slots = practise("interactive")
    slot = slots["short_text"]
    address = f"/attempts/{attempt}/slots/{slot}"
    bo.get(address)
    assert "3 tries left. Each but the first costs 0.33 marks." in bo.text
    check(bo, attempt, slot, 1, "nought")
    bo.get(address)
    for told in ("Partly right", "Your latest try", "0.5 of 1 mark", "An old word.", "2 tries left."):
        assert told in bo.text
    for hidden in ("zero", "Nothing is left.", "Elements"):
        assert hidden not in bo.text
    check(bo, attempt, slot, 2, "nothing")
    bo.get(address)
    assert "One try left: then you see the answer." in bo.text
    check(bo, attempt, slot, 3, "nothing at all")
    bo.get(address)
    assert "zero" in bo.text
    assert "0 of 1 mark" in bo.text


def test_adaptive_goes_on_until_right(bo, practise):
    attempt, slots = practise("adaptive")
    slot = slots["short_text"]
    for seq in range(1, 6):
        assert check(bo, attempt, slot, seq, f"nothing {seq}").json["closed"] is False
    bo.get(f"/attempts/{attempt}/slots/{slot}")
    assert "You may check as often as you like." in bo.text
    assert "your best counts" in bo.text
    assert buttons(bo) == ["check"]


@pytest.mark.parametrize(
    "tries, button", [("interactive", "Show a hint (costs one try)"), ("one", "Show a hint")]
)
def test_a_hint_keeps_what_was_typed(bo, practise, tries, button):
    attempt, slots = practise(tries)
    slot = slots["numerical"]
    address = f"/attempts/{attempt}/slots/{slot}"
    bo.get(address)
    assert words(bo.page.find("button", attrs={"value": "hint"})) == button
    answer = bo.post(address, fields(bo, answer="120", act="hint"))
    assert answer.headers["Location"] == f"{address}#q{slot}-hint"
    bo.get(address)
    assert "A dozen is twelve." in words(bo.page.find(id=f"q{slot}-hint"))
    assert "Ten dozens" not in bo.text
    assert part(bo, slot).find("input", attrs={"name": "answer"})["value"] == "120"


def test_there_is_no_hint_where_none_is_left(bo, practise):
    attempt, slots = practise("one")
    slot = slots["numerical"]
    for seq in (1, 2):
        assert bo.save(attempt, slot, seq, "", act="hint").status_code == 200
    bo.get(f"/attempts/{attempt}/slots/{slot}")
    assert buttons(bo) == ["check"]
    assert "Hint 2" in bo.text
    assert bo.save(attempt, slot, 3, "", act="hint").json["problems"][0]["where"] == "hint"


def test_the_summary_says_what_is_unchecked(bo, practise):
    attempt, slots = practise()
    check(bo, attempt, slots["numerical"], 1, "144")
    bo.save(attempt, slots["true_false"], 1, "0")
    bo.get(f"/attempts/{attempt}/summary")
    sections = {
        words(section.h2): words(section.find("ul"))
        for section in bo.page.main.find_all("section")
        if section.find("ul")
    }
    assert sections["Answered, not checked"] == f"Question {slots['true_false']} Answered"
    assert sections["Checked"] == f"Question {slots['numerical']} Checked"
    assert "What you have not checked is marked as your last try." in bo.text
    bo.post(f"/attempts/{attempt}/finish")
    bo.get(f"/attempts/{attempt}/review")
    assert "2 of 5 marks" in bo.text


def test_all_on_one_page_by_form(bo, practise):
    attempt, slots = practise("one", "  layout: all\n")
    address = f"/attempts/{attempt}/slots"
    slot = slots["numerical"]
    bo.get(address)
    sent = fields(bo, **{f"s{slot}-answer": "144", f"s{slots['true_false']}-answer": "0"})
    answer = bo.post(address, {**sent, f"s{slot}-act": "check"})
    assert answer.headers["Location"] == f"{address}#q{slot}-check"
    bo.get(address)
    assert words(bo.page.find("h3", id=f"q{slot}-check")) == "Right"
    assert f"s{slot}-seq" not in fields(bo)
    assert not part(bo, slots["true_false"]).find(class_="q-feedback")
    flagged = bo.post(address, fields(bo, **{f"s{slot}-flag": "1"}))
    assert flagged.headers["Location"] == f"{address}#q{slot}"


# No key before its time ---------------------------------------------------------------------------------------------


def put(attempt, slot, content, order):
    """Another question on the paper, with nothing answered."""
    given = question(content.pop("type"), content, hints=["A hint."], penalty="0.25")
    with transaction() as connection:
        connection.execute(delete(Answer).where(Answer.attempt_id == attempt))
        connection.execute(
            update(AttemptSlot)
            .where(AttemptSlot.attempt_id == attempt, AttemptSlot.slot == slot)
            .values(shown_order=list(order), closed_at=None)
        )
        connection.execute(
            update(QuestionVersion)
            .where(
                QuestionVersion.id
                == select(AttemptSlot.version_id)
                .where(AttemptSlot.attempt_id == attempt, AttemptSlot.slot == slot)
                .scalar_subquery()
            )
            .values(content=given.dump(), digest=given.digest)
        )


def given_out(browser, attempt, slot):
    """All that the server sends of the slot before it is checked."""
    addresses = [f"/attempts/{attempt}/{path}" for path in (f"slots/{slot}", "slots", "paper", "summary")]
    texts = [browser.client.get(address).text for address in addresses]
    texts += [browser.save(attempt, slot, seq, "", act=act).text for seq, act in ((1, "check"), (2, "hint"))]
    texts += [browser.save(attempt, slot, 9, "0").text]
    texts += [browser.client.get(address).text for address in addresses]
    return [
        re.sub(r'(csrf_token" value|data-token|"writer" value)="[^"]*"|request_id": *"\w+"', r"\1", text)
        for text in texts
    ]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", types.names())
def test_before_a_check_the_key_makes_no_difference(bo, practise, name):
    """Contents that differ in key, credits, feedback, authored order and ids alone: the same bytes."""
    attempt, slots = practise("interactive")
    slot = slots["numerical"]

    @settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
    @given(twins(name))
    def compare(pair):
        seen = []
        for content, order in pair:
            put(attempt, slot, {**content, "type": name}, order)
            seen.append(given_out(bo, attempt, slot))
        assert seen[0] == seen[1]
        assert "A hint." in seen[0][-4]

    compare()


# Certainty ----------------------------------------------------------------------------------------------------------


def test_certainty_is_asked_kept_and_told(bo, cast, publish):
    attempt = bo.start(publish("  certainty: true\n"))
    views = attempts.page(cast.bo, attempt, None, NOW).questions
    slot = next(view.slot for view in views if "12 × 12" in view.presented.prompt)
    address = f"/attempts/{attempt}/slots/{slot}"
    bo.get(address)
    asked = bo.page.find("fieldset", class_="q-certainty")
    assert words(asked.legend) == "How certain are you?"
    assert [box["value"] for box in asked.find_all("input", {"name": "certainty"})] == ["1", "2", "3"]
    bo.post(address, fields(bo, answer="24", certainty="3"))
    bo.get(address)
    chosen = bo.page.find("fieldset", class_="q-certainty").find_all("input", checked=True)
    assert [box["value"] for box in chosen] == ["3"]
    bo.post(f"/attempts/{attempt}/finish")
    bo.get(f"/attempts/{attempt}/review")
    assert "the answers were 0\xa0% right" in bo.client.get(f"/attempts/{attempt}/review").text
    assert "they earned −1.2 points a question on average" in bo.text
    assert "where you doubt, say so" in bo.text


def test_certainty_is_not_asked_where_the_quiz_does_not(bo, publish):
    attempt = bo.start(publish(""))
    bo.get(f"/attempts/{attempt}/slots/1")
    assert not bo.page.find(class_="q-certainty")
    bo.post(f"/attempts/{attempt}/finish")
    bo.get(f"/attempts/{attempt}/review")
    assert "Certainty" not in bo.text


# Late answers -------------------------------------------------------------------------------------------------------


@pytest.fixture
def late(bo, cast, publish, watch):
    """Bo's right answer to 12 × 12 came after the time was up; the attempt is closed. Returns its id."""
    attempt = bo.start(publish(""))
    views = attempts.page(cast.bo, attempt, None, NOW).questions
    slot = next(view.slot for view in views if "12 × 12" in view.presented.prompt)
    watch.now = UP + GRACE + timedelta(seconds=1)
    assert bo.save(attempt, slot, 1, "144").json["kept"] is True
    upkeep.run(watch.now, GRACE)
    return attempt


def test_a_teacher_lets_a_late_answer_count(browser, bo, late):
    ada = browser("ada")
    ada.get(f"/attempts/{late}/review")
    assert "does not count: 144" in ada.text
    form = next(form for form in ada.page.main.find_all("form") if words(form) == "Let it count")
    answer = ada.post(form["action"])
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/attempts/{late}/review")
    ada.get(f"/attempts/{late}/review")
    assert "counts all the same: 144" in ada.text
    assert "1 of 5 marks" in ada.text
    assert "Let it count" not in ada.text
    bo.get(f"/attempts/{late}/review")
    assert "counts all the same: 144" in bo.text


def test_who_may_not_let_it_count(browser, bo, cast, late):
    bo.get(f"/attempts/{late}/review")
    assert "does not count: 144" in bo.text
    assert "Let it count" not in bo.text
    assert bo.post(f"/attempts/{late}/late/1/accept").status_code == 403
    enrolling.enrol(cast.ada, cast.course, "di", "reader", NOW)
    di = browser("di")
    di.get(f"/attempts/{late}/review")
    assert "does not count: 144" in di.text
    assert "Let it count" not in di.text
    assert di.post(f"/attempts/{late}/late/1/accept").status_code == 403
    assert browser("ada").post(f"/attempts/{late + 1}/late/1/accept").status_code == 404


# What is told beforehand --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines, told",
    [
        (
            "",
            [
                "whether they are right, the right answers, the reasons and explanations and sources.",
                "After you submit: your grade, your marks, your answers,",
            ],
        ),
        (
            "  closes: 2027-01-01T09:00\n  review: {after: [], later: [attempt, marks], closed: [attempt, marks, answer]}\n",
            [
                "In the first two minutes after you submit: nothing yet.",
                "Later: your marks and your answers.",
                "After the quiz closes: your marks, your answers and the right answers.",
            ],
        ),
        (
            "  mode: practice\n  tries: adaptive\n  review: {during: [right_wrong]}\n",
            [
                "After each check: whether they are right.",
                "You check each answer as often as you like, and your best try counts.",
            ],
        ),
        ("  certainty: true\n", ["You also say how certain you are, from 1 to 3."]),
    ],
)
def test_the_start_page_says_what_will_be_shown(bo, publish, lines, told):
    bo.get(f"/quizzes/{publish(lines)}")
    for sentence in told:
        assert sentence in bo.text


def test_after_a_check_is_a_column_of_practice_alone(browser, cast, publish):
    ada = browser("ada")
    for lines, offered in (("", False), ("  mode: practice\n", True)):
        quiz = publish(lines)
        ada.get(f"/quizzes/{quiz}/edit")
        assert bool(ada.page.find("input", attrs={"name": "review_during"})) == offered


def test_a_test_that_turns_into_practice_shows_what_practice_shows(cast, publish):
    quiz = publish("")
    managed = quizzes.manage(cast.ada, quiz)
    text = managed.blueprint_text + "  mode: practice\n"
    quizzes.edit(cast.ada, quiz, managed.edits, managed.sheet, text, NOW)
    during = quizzes.manage(cast.ada, quiz).sheet.review["during"]
    assert {"right_wrong", "answer", "feedback", "explanation"} <= set(during)


# The whole paper ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["one", "all"])
def test_the_paper_holds_a_part_for_each_question(bo, cast, publish, layout):
    attempt = bo.start(publish(f"  layout: {layout}\n"))
    with statements() as seen:
        bo.get(f"/attempts/{attempt}/paper")
    assert len([sql for sql in seen if sql.startswith("SELECT")]) == 2
    pages = [section["data-page"] for section in bo.page.find_all("template")]
    assert pages == ([f"/attempts/{attempt}/slots/{n}" for n in range(1, 6)] if layout == "one" else [])
    assert len(bo.page.find_all(attrs={"data-row": True})) == 5
    bo.post(f"/attempts/{attempt}/finish")
    assert bo.client.get(f"/attempts/{attempt}/paper").status_code == 409

"""Matching, ordering and cloze on the pages, without a script: what the forms send is what counts."""

import pytest

from quiz.operations import importing, quizzes
from tests.cast import NOW

BANK = """
format: quiz-bank/1
bank: parts
title: Parts
questions:
  - {id: pairs, type: matching, prompt: Which capital?, timeless: true, distractors: [Tehran],
     pairs: [{stem: Kazakhstan, choice: Astana}, {stem: Tajikistan, choice: Dushanbe}]}
  - {id: order, type: ordering, prompt: Which order?, timeless: true, items: [Founding, Charter, Treaty]}
  - {id: gaps, type: cloze, prompt: Which words?, timeless: true, text: "Signed in [[1]] in [[2]], $x^2$.",
     gaps: [{type: single_choice, options: [{text: St Petersburg, correct: true}, Moscow]}, {type: numerical, answers: [2002]}]}
"""
BLUEPRINT = """
format: quiz-blueprint/1
title: Parts
sections: [{bank: parts, count: 3}]
order: as_listed
settings: {attempts: null}
"""
RIGHT = {"Kazakhstan": "Astana", "Tajikistan": "Dushanbe"}
ORDER = ["Founding", "Charter", "Treaty"]


@pytest.fixture
def quiz(cast):
    importing.import_bank(cast.ada, BANK, "parts.yaml", NOW)
    quiz = quizzes.create(cast.ada, cast.course, BLUEPRINT, NOW)
    quizzes.publish(cast.ada, quiz, NOW)
    return quiz


@pytest.fixture
def bo(browser, quiz):
    """Bo, who has started the quiz: the address of the attempt in ``bo.attempt``."""
    bo = browser("bo")
    bo.attempt = f"/attempts/{bo.start(quiz)}"
    return bo


def open_question(bo, prompt):
    """Goes to the question with this prompt. Returns its address and its controls by name."""
    for slot in (1, 2, 3):
        bo.get(f"{bo.attempt}/slots/{slot}")
        if prompt in bo.text:
            return f"{bo.attempt}/slots/{slot}", bo.page.find(id="answer")
    raise AssertionError(prompt)


def as_it_stands(form):
    """What the form sends while nobody has touched it."""
    fields = {field["name"]: field.get("value", "") for field in form.select("input[name]")}
    for select in form.select("select"):
        chosen = select.select_one("option[selected]") or select.option
        fields[select["name"]] = chosen.get("value", chosen.text)
    return fields


def choose(form, field, words):
    """The value of an option of a select by its words."""
    return next(
        option.get("value", option.text)
        for option in form.find(attrs={"name": field}).select("option")
        if option.text == words
    )


def label_of(form, select):
    return form.find("label", attrs={"for": select["id"]}).text


def test_an_order_that_nobody_moved_is_no_answer(bo):
    address, form = open_question(bo, "Which order?")
    shown = [label.text for label in form.select("[data-order] label")]
    assert sorted(shown) == sorted(ORDER)
    assert shown != ORDER, "it is never shown in its right order"
    assert bo.post(address, as_it_stands(form)).status_code == 303
    bo.get(f"{bo.attempt}/summary")
    assert "3 questions have no answer yet" in bo.title


def test_ranks_are_an_answer(bo):
    address, form = open_question(bo, "Which order?")
    ranks = {select["name"]: str(ORDER.index(label_of(form, select)) + 1) for select in form.select("select")}
    bo.post(address, {**as_it_stands(form), **ranks})
    _, form = open_question(bo, "Which order?")
    assert as_it_stands(form).items() >= ranks.items()
    bo.get(f"{bo.attempt}/summary")
    assert "2 questions have no answer yet" in bo.title
    assert bo.post(f"{bo.attempt}/finish").status_code == 303
    bo.get(f"{bo.attempt}/review")
    assert "1 of 1 mark" in bo.text


def test_one_place_for_two_is_complained_of_and_kept(bo):
    address, form = open_question(bo, "Which order?")
    bo.post(address, {**as_it_stands(form), "answer-0": "1", "answer-1": "1", "answer-2": "3"})
    open_question(bo, "Which order?")
    assert "Two items have the same place" in bo.text
    assert [select.select_one("[selected]").text for select in bo.page.select("[data-order] select")] == [
        "1",
        "1",
        "3",
    ]


def test_a_matching_is_answered_stem_by_stem(bo):
    address, form = open_question(bo, "Which capital?")
    first, second = form.select("select")
    assert [label_of(form, select) for select in (first, second)] == [*RIGHT]
    assert {option.text for option in first.select("option[value]")} - {"Choose"} == {
        *RIGHT.values(),
        "Tehran",
    }
    bo.post(
        address,
        {
            **as_it_stands(form),
            first["name"]: choose(form, first["name"], "Astana"),
            second["name"]: choose(form, second["name"], "Tehran"),
        },
    )
    bo.post(f"{bo.attempt}/finish")
    bo.get(f"{bo.attempt}/review")
    assert "0.5 of 1 mark" in bo.text
    assert "Tajikistan Tehran Your answer, wrong Right answer: Dushanbe" in bo.text


def test_gaps_are_filled_where_they_stand(bo):
    address, form = open_question(bo, "Which words?")
    assert form.select_one("math")["alttext"] == "x^2"
    city, year = (form.find(attrs={"name": f"answer-{place}"}) for place in (0, 1))
    assert (city["aria-label"], year["aria-label"]) == ("Gap 1 of 2", "Gap 2 of 2, a number")
    bo.post(
        address, {**as_it_stands(form), "answer-0": choose(form, "answer-0", "Moscow"), "answer-1": "year"}
    )
    open_question(bo, "Which words?")
    assert "Gap 2: This is not a number." in bo.text
    bo.post(address, {**as_it_stands(bo.page.find(id="answer")), "answer-1": " 2002 "})
    bo.post(f"{bo.attempt}/finish")
    bo.get(f"{bo.attempt}/review")
    assert "0.5 of 1 mark" in bo.text
    assert "Your answer, wrong: Moscow Right answer: St Petersburg" in bo.text

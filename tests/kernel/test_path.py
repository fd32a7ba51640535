"""The path of an adaptive test keeps its rules, whatever is answered; what a bank cannot keep is said in words."""

from datetime import date
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.assembly.blueprint import read_blueprint
from quiz.assembly.index import ListIndex
from quiz.assembly.path import (
    Path,
    Pooled,
    category,
    measured,
    share_at,
    shortfalls,
    stock_of,
    tried,
    with_lottery,
)
from quiz.banks.yaml import read_bank
from quiz.errors import Invalid
from quiz.statistics.adaptive import simulation
from tests import scaled

DAY = date(2026, 11, 23)
SECTIONS = "  - {bank: scaled, topic: sums, count: 3}\n  - {bank: scaled, topic: products, count: 1}\n"
BANK = read_bank(scaled.bank(24, 4), "scaled.yaml")


def stock_for(blueprint, bank=BANK):
    return stock_of(blueprint, ListIndex.of([bank]), DAY)


@cache
def stock_with_lottery(exposure, sections):
    blueprint = read_blueprint(scaled.plan(f"fewest: 3, most: 8, exposure: {exposure}", sections))
    return with_lottery(blueprint, stock_for(blueprint))


def walked(path, answers):
    """The steps of a path on which these answers are given, over and over."""
    steps = []
    while (step := path.next()) is not None:
        path.take(step.question, answers[len(steps) % len(answers)])
        steps.append(step)
    return steps


@given(
    seed=st.integers(0, 2**48 - 1),
    answers=st.lists(st.sampled_from([0.0, 1.0, None]), min_size=1, max_size=12),
    exposure=st.sampled_from(["randomesque", "progressive", "sympson-hetter, rate: 0.6"]),
    method=st.sampled_from(["eap", "map", "ml", "wle"]),
    error=st.sampled_from(["", ", error: 0.7"]),
    trial=st.integers(0, 4),
    sections=st.sampled_from(["  - bank: scaled\n", SECTIONS]),
)
def test_a_path_keeps_its_rules(seed, answers, exposure, method, error, trial, sections):
    rules = f"fewest: 3, most: 8, exposure: {exposure}, method: {method}, trial: {trial}{error}"
    blueprint = read_blueprint(scaled.plan(rules, sections))
    stock = stock_with_lottery(exposure, sections)
    path = Path(blueprint, stock, seed)
    steps = walked(path, answers)
    names = [step.question for step in steps]
    assert len(names) == len(set(names))
    assert not {"scaled/q00", "scaled/q01"} <= set(names)  # enemies
    marks = [answers[place % len(answers)] for place in range(len(steps))]
    known = sum(mark is not None and not step.trial for mark, step in zip(marks, steps, strict=True))
    if path.stopped == "items":  # what cannot be marked tells nothing, and is not asked again
        assert None in answers
    else:
        assert 3 <= known <= 8
        assert sum(step.trial for step in steps) == trial
        assert path.stopped == "error" or known == 8
    if sections == SECTIONS and path.stopped != "items" and None not in answers:
        sums = sum(int(name[-2:]) % 2 == 0 for name, step in zip(names, steps, strict=True) if not step.trial)
        assert abs(sums - 0.75 * known) <= 1
    again = walked(Path(blueprint, stock, seed), answers)
    assert again == steps
    assert all(step.out_of > 0 for step in steps)


@pytest.mark.parametrize("trial", [1, 3])
def test_questions_on_trial_do_not_touch_the_path(trial):
    """Without enemies among them the others are the same, in the same order."""
    plain = read_blueprint(scaled.plan("fewest: 4, most: 8"))
    mixed = read_blueprint(scaled.plan(f"fewest: 4, most: 8, trial: {trial}"))
    alone = [step.question for step in walked(Path(plain, stock_for(plain), 5), [1.0])]
    beside = walked(Path(mixed, stock_for(mixed), 5), [1.0])
    assert [step.question for step in beside if not step.trial] == alone
    assert sum(step.trial for step in beside) == trial


def test_what_was_asked_before_is_barred_while_enough_is_left():
    blueprint = read_blueprint(scaled.plan("fewest: 4, most: 8"))
    stock = stock_for(blueprint)
    first = {step.question for step in walked(Path(blueprint, stock, 1), [1.0, 0.0])}
    second = {step.question for step in walked(Path(blueprint, stock, 2, first), [1.0, 0.0])}
    assert not first & second
    had = {one.question for one in stock.items[:20]}
    assert len(walked(Path(blueprint, stock, 3, had), [1.0])) == 8  # four are too few: all may come


@pytest.mark.parametrize(
    "rules, said",
    [
        ("fewest: 4, most: 30", "calibrated questions"),
        ("fewest: 4, most: 8, error: 0.2", "standard error"),
        ("fewest: 4, most: 8, trial: 9", "to be tried"),
        ("fewest: 4, most: 12, exposure: sympson-hetter, rate: 0.3", "rate"),
    ],
)
def test_what_the_bank_cannot_keep_is_said(rules, said):
    blueprint = read_blueprint(scaled.plan(rules))
    (short,) = shortfalls(blueprint, stock_for(blueprint))
    assert said in short["constraint"]


def test_a_share_that_the_pool_does_not_hold_is_said_with_its_section():
    sections = SECTIONS.replace("topic: sums", "title: Adding, topic: sums")
    blueprint = read_blueprint(scaled.plan("fewest: 4, most: 20", sections))
    (short,) = shortfalls(blueprint, stock_for(blueprint))
    assert "section Adding" in short["constraint"]
    assert (short["required"], short["available"]) == (15, 12)


@pytest.mark.parametrize(
    "more, where",
    [
        ("  mode: practice\n", "settings.mode"),
        ("  layout: all\n", "settings.layout"),
        ("questions: 8\n", "questions"),
        ("forms: {count: 2}\n", "forms"),
        ("order: shuffled\n", "order"),
    ],
)
def test_what_an_adaptive_test_cannot_keep_is_refused(more, where):
    with pytest.raises(Invalid) as refused:
        read_blueprint(scaled.plan(more=more))
    assert where in [problem.where for problem in refused.value.problems]


def test_the_expected_share_of_the_pool_goes_up_with_the_ability_and_by_points():
    blueprint = read_blueprint(scaled.plan())
    stock = stock_for(blueprint)
    low, middle, high = share_at(stock, [-2, 0, 2])
    assert low < middle < high
    assert middle == pytest.approx(0.5, abs=0.05)  # locations lie evenly about 0
    right = measured(blueprint, stock, [("scaled/q05", 1.0), ("scaled/q06", 1.0)])
    assert right.low < right.share < right.high
    assert right.ability > 0 > measured(blueprint, stock, [("scaled/q05", 0.0)]).ability
    assert measured(blueprint, stock, [("scaled/q24", 1.0)]) is None  # on trial: it tells nothing


def test_a_large_stock_is_tried_by_as_many_students_as_fit(monkeypatch):
    blueprint = read_blueprint(scaled.plan("fewest: 4, most: 8, exposure: sympson-hetter, rate: 0.5"))
    stock = stock_for(blueprint)
    monkeypatch.setattr(simulation, "MOST_ANSWERS", 30 * len(stock.items))
    assert tried(blueprint, with_lottery(blueprint, stock)).whole.n == 30


@pytest.mark.parametrize(
    "fraction, steps, reached", [(1, 1, 1), (0.5, 1, 0), (-1, 1, 0), (2 / 3, 3, 2), (0.6, 2, 1)]
)
def test_a_step_counts_once_it_is_reached(fraction, steps, reached):
    assert category(fraction, steps) == reached


def test_a_question_of_a_pool_is_read_as_it_was_written():
    one = Pooled("a/b", "S", 2.0, "1", ("a/c",), 1.2, (-0.5, 0.5), 0.0, 0.4)
    assert Pooled.load({**one.dump(), "version_id": 3}) == one

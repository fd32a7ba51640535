"""Where supply is tight: a paper is found if and only if trying everything finds one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.assembly.draw import ListIndex, draw
from quiz.errors import Invalid, Unmeetable
from tests.kernel.papers import DAY, banks, blueprint, counts_hold, drawn, fits, item, meetable, sections


def plans(most):
    return st.tuples(st.lists(sections(most), min_size=1, max_size=3), st.none() | st.integers(1, 5))


def check(items, plan, seed):
    """Draws; the result must agree with trying everything, and a paper must hold every constraint."""
    listed, total = plan
    try:
        made = blueprint(*listed, **({} if total is None else {"questions": total}))
    except Invalid:
        return
    if meetable(made, items):
        check_paper(made, items, draw(made, ListIndex(items), seed, DAY))
        return
    with pytest.raises(Unmeetable) as caught:
        draw(made, ListIndex(items), seed, DAY)
    assert caught.value.unmet
    for entry in caught.value.unmet:
        assert entry["required"] > entry["available"] >= 0
        assert entry["required"] - entry["available"] == entry["short"]


def check_paper(made, items, paper):
    by_id = {one.qualified: one for one in items}
    assert len(set(drawn(paper))) == len(paper.slots)
    at = 0
    chosen = []
    for section, row in zip(made.sections, paper.table, strict=True):
        held = [by_id[id] for id in drawn(paper)[at : at + row.drawn]]
        at += row.drawn
        assert all(one.id in section.include or fits(section, one) for one in held)
        assert {one.id for one in held} >= set(section.include)
        chosen.append(held)
    assert counts_hold(made, chosen)
    assert all(
        by_id[id].enemies == () or not set(by_id[id].enemies) & set(drawn(paper)) for id in drawn(paper)
    )


@settings(deadline=None, max_examples=150)
@given(banks(6, enemies="none"), plans(4), st.integers(0, 99))
def test_without_enemies_it_agrees_with_trying_everything(items, plan, seed):
    check(items, plan, seed)


@settings(deadline=None, max_examples=150)
@given(banks(6, enemies="families"), plans(3), st.integers(0, 99))
def test_with_families_of_enemies_it_agrees_with_trying_everything(items, plan, seed):
    check(items, plan, seed)


@settings(deadline=None, max_examples=150)
@given(banks(6), plans(3), st.integers(0, 99))
def test_with_any_enemies_it_agrees_with_trying_everything(items, plan, seed):
    check(items, plan, seed)


@settings(deadline=None, max_examples=60)
@given(banks(5), sections(4), st.data(), st.integers(0, 99))
def test_what_is_included_is_always_drawn(items, section, data, seed):
    include = data.draw(
        st.lists(st.sampled_from([one.id for one in items if one.start is None] or ["q0"]), unique=True)
    )
    section.pop("exclude", None)
    if all(one.in_force(DAY) for one in items if one.id in include):
        check(items, ([{**section, "include": include}], None), seed)


def test_sections_that_share_a_topic_leave_each_other_what_they_need():
    items = [item(f"q{n}", topic="t/a" if n < 3 else "t/b") for n in range(6)]
    made = blueprint({"title": "all", "count": 3}, {"title": "a", "topic": "t/a", "count": 3})
    for seed in range(20):
        paper = draw(made, ListIndex(items), seed, DAY)
        assert set(drawn(paper)[3:]) == {"m/q0", "m/q1", "m/q2"}


def test_a_long_chain_of_enemies_is_solved():
    ring = [f"m/q{n:02}" for n in range(40)]
    items = [item(f"q{n:02}", enemies=(ring[n - 1],)) for n in range(40)]
    paper = draw(blueprint({"count": 20}), ListIndex(items), 5, DAY)
    assert sorted(drawn(paper)) in (ring[::2], ring[1::2])


def test_a_hopeless_search_ends_and_says_so():
    # five rings of seven hold three questions at peace each; a bound by pairs and triples cannot see that
    items = [item(f"q{ring}{n}", enemies=(f"m/q{ring}{(n + 1) % 7}",)) for ring in range(5) for n in range(7)]
    assert len(draw(blueprint({"count": 15}), ListIndex(items), 1, DAY).slots) == 15
    with pytest.raises(Unmeetable) as caught:
        draw(blueprint({"count": 16}), ListIndex(items), 1, DAY)
    (entry,) = caught.value.unmet
    assert entry["constraint"].startswith("questions, enemies kept apart")
    assert (entry["required"], entry["available"], entry["short"]) == (16, 15, 1)


def test_two_hundred_questions_out_of_two_hundred():
    items = [item(f"q{n:03}", topic=f"t/{n % 7}", difficulty=("easy", "hard")[n % 2]) for n in range(200)]
    made = blueprint({"count": 150}, {"topic": "t/3", "count": 20}, {"difficulty": "hard", "count": 30})
    assert len(set(drawn(draw(made, ListIndex(items), 3, DAY)))) == 200

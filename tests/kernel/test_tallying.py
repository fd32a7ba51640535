"""Counts of papers: the figures are those of the papers laid out, whatever the order; what was added can be taken back."""

import json
from dataclasses import fields, is_dataclass
from math import isclose

import numpy as np
import pytest

from quiz.banks.analysing import Held, figures
from quiz.banks.tallying import Line, Paper, Tally, read_cell, tally_of, two_digits, write_cell
from quiz.statistics.analysis import analyse_table
from quiz.statistics.table import ResponseTable
from tests.kernel.questions import question

OPTIONS = "abcd"
MAXIMA = (1.0, 2.0, 0.5, 1.0)


def classroom(seed, n=60):
    """So many papers of four questions: the abler choose the key, b, more often. Papers, and who chose what."""
    dice = np.random.default_rng(seed)
    ability = dice.normal(size=(n, 1))
    right = dice.random((n, len(MAXIMA))) < 1 / (1 + np.exp(-1.5 * ability - [0, 1, -1, 0.5]))
    chosen = np.where(right, "b", dice.choice([*"acd"], (n, len(MAXIMA))))
    chosen[dice.random(chosen.shape) < 0.05] = ""
    return [
        paper(row, seconds) for row, seconds in zip(chosen, dice.integers(1, 900, n), strict=True)
    ], chosen


def paper(row, seconds=60):
    lines = [
        Line(
            version_id=place + 1,
            slot=place + 1,
            section="S",
            points=points,
            fraction=float(option == "b"),
            picks=(str(option),) if option else (),
            text=None,
            answered=bool(option),
            seconds=two_digits(float(seconds)),
            variant=None,
            as_of=None,
        )
        for place, (option, points) in enumerate(zip(row, MAXIMA, strict=True))
    ]
    return Paper(tuple(lines), 1.0, float(seconds))


def held():
    content = {"options": [{"text": option, "correct": option == "b"} for option in OPTIONS]}
    asked = [question("single_choice", content, id=f"q{place}") for place in range(len(MAXIMA))]
    return {place + 1: Held(1, "?", lambda *_, one=one: one) for place, one in enumerate(asked)}


def equal(one, other):
    """Equal to nine digits, through values, tuples and numbers."""
    if is_dataclass(one):
        return all(equal(getattr(one, part.name), getattr(other, part.name)) for part in fields(one))
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, float) and isinstance(other, float | int):
        return isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return one == other


def found_in(item):
    """Its flags; in the table nothing is blank, so that all is reached."""
    return [(flag.code, flag.level) for flag in item.flags if flag.code != "not-reached"]


@pytest.mark.parametrize("seed", range(6))
def test_figures_of_counts_are_those_of_the_table(seed):
    """``quiz stats`` reads the same answers row by row: totals and rests in marks there, in percent here."""
    papers, chosen = classroom(seed)
    full = sum(MAXIMA)
    found = figures(tally_of(papers), held(), full)
    marks = (chosen == "b") * np.array(MAXIMA)
    table = ResponseTable(
        items=tuple(f"b/q{place}" for place in range(len(MAXIMA))),
        scores=marks,
        maxima=np.array(MAXIMA),
        options=tuple(map(tuple, chosen.T)),
        key=("b",) * len(MAXIMA),
    )
    expected = analyse_table(table, "zero")
    assert equal(found.whole, expected.whole)
    assert equal(found.omega_total, expected.omega_total)
    for ours, theirs, maximum in zip(found.questions, expected.items, MAXIMA, strict=True):
        for name in ("facility", "sd", "item_total", "item_rest", "discriminative_efficiency", "variance"):
            assert equal(getattr(ours.figures, name), getattr(theirs.figures, name)), name
        for name in ("d27", "intended_weight", "effective_weight", "alpha_if_deleted"):
            assert equal(getattr(ours, name), getattr(theirs, name)), name
        options = {one.option: one.figures for one in theirs.options}
        for option, letter in zip(ours.options, OPTIONS, strict=True):
            other = options[letter]
            assert (option.figures.n, option.key) == (other.n, letter == "b")
            assert equal(option.figures.by_fifth, other.by_fifth)
            assert equal(option.figures.item_rest, other.item_rest)
            assert equal(option.figures.mean_rest, 100 * other.mean_rest / (full - maximum))
        assert found_in(ours) == found_in(theirs)


def test_order_does_not_matter_and_what_was_added_can_be_taken_back():
    papers, _ = classroom(1)
    more, _ = classroom(2)
    whole = tally_of([*papers, *more])
    changing = Tally()
    for one in [*more[::-1], *papers[::2]]:
        changing.add(one)
    for one in more[:30]:
        changing.add(one, -1)
    for one in [*papers[1::2], *more[:30]]:
        changing.add(one)
    assert changing.kinds() == whole.kinds()
    assert changing.pairs == whole.pairs
    assert figures(changing, held(), 100) == figures(whole, held(), 100)


def test_a_million_papers_are_as_many_counts_as_a_few():
    papers, _ = classroom(3)
    thousandfold = Tally()
    for one in papers:
        thousandfold.add(one, 20_000)
    found, few = figures(thousandfold, held(), 100), figures(tally_of(papers), held(), 100)
    assert found.whole.n == 1_200_000
    assert equal(found.whole.mean, few.whole.mean)
    assert [one.figures.facility for one in found.questions] == [
        pytest.approx(one.figures.facility) for one in few.questions
    ]


def test_products_are_not_summed_over_papers_of_other_questions():
    papers, _ = classroom(4, 12)
    odd = Paper(papers[0].lines[:3], 1.0)
    mixed = tally_of([*papers, odd])
    assert (mixed.pairs.n, figures(mixed, held(), 100).omega_total) == (12, None)
    mixed.add(odd, -1)
    assert figures(mixed, held(), 100) == figures(tally_of(papers), held(), 100)


def test_a_paper_and_a_cell_come_back_from_their_text():
    papers, _ = classroom(5, 3)
    for one in (*papers, Paper()):
        assert Paper.load(json.loads(json.dumps(one.dump()))) == one
        for _version, _kind, values in Tally(tally_of([one]).counts).counts:
            assert read_cell(write_cell(values)) == values


def test_an_unsettled_paper_is_counted_as_that_only():
    assert tally_of([Paper()]).kinds() == {0: {"open": {(): 1}}}


@pytest.mark.parametrize("seconds, kept", [(0.4, 0), (61.5, 62), (99.4, 99), (123, 120), (86_399, 86_000)])
def test_times_are_kept_to_two_digits(seconds, kept):
    assert two_digits(seconds) == kept

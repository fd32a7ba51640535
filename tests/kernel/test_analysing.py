"""From papers to a report, and a report as tables and JSON, without a database."""

import json

import numpy as np
import pytest

from quiz.banks import report_tables
from quiz.banks.analysing import Answered, analyse
from quiz.statistics.analysis import analyse_table
from quiz.statistics.table import ResponseTable
from quiz.statistics.words import WORDS
from tests.kernel.questions import question

CHOICE = {
    "options": [
        {"text": "no"},
        {"text": "yes", "correct": True},
        {"text": "perhaps, *when* the moon is full and nobody looks"},
    ]
}
KEY = "b"


def answered(name, response, *, slot=1, section="S", points=1.0, version=1, version_id=None, content=None):
    """An answer to a question of this name, scored by its own rule."""
    kind = "single_choice" if content is None else "short_text"
    asked = question(kind, content or CHOICE, id=name)
    return Answered(
        version_id=version_id or sum(map(ord, name)),
        version=version,
        question=asked,
        slot=slot,
        section=section,
        points=points,
        fraction=float(asked.score(response).fraction),
        response=response,
        seconds=None,
    )


def paper(answers, order="xyz"):
    """A paper of one question a letter: the answers in the order of ``xyz``, the slots as ``order`` has them."""
    return [
        answered(name, response, slot=1 + order.index(name))
        for name, response in zip("xyz", answers, strict=True)
    ]


def test_questions_are_numbered_by_slot_where_all_papers_agree():
    same = analyse([paper("abc", "zyx"), paper("bbb", "zyx")], 100)
    assert [(one.number, one.question) for one in same.questions] == [(1, "b/z"), (2, "b/y"), (3, "b/x")]
    shuffled = analyse([paper("abc", "zyx"), paper("bbb", "xyz")], 100)
    assert [(one.number, one.question) for one in shuffled.questions] == [(1, "b/x"), (2, "b/y"), (3, "b/z")]


def test_totals_are_in_the_units_of_the_scale():
    found = analyse([paper("abc"), paper("bbb")], 20)
    assert (found.whole.mean, found.whole.median) == (pytest.approx(40 / 3), pytest.approx(40 / 3))
    assert found.quartiles == (pytest.approx(10), pytest.approx(50 / 3))


def test_alpha_over_questions_places_or_nothing():
    same = [paper(row) for row in ("bbb", "bba", "baa", "aaa")]
    found = analyse(same, 100)
    assert (found.over, found.whole.alpha) == ("questions", pytest.approx(0.75))
    drawn = [
        [
            answered(name, response, section=section)
            for name, section, response in zip(names, "SST", row, strict=True)
        ]
        for names, row in (("pqr", "bbb"), ("pst", "bba"), ("quv", "baa"), ("wpr", "aaa"))
    ]
    assert (analyse(drawn, 100).over, analyse(drawn, 100).whole.alpha) == ("places", pytest.approx(0.75))
    drawn[0].pop()
    assert (analyse(drawn, 100).over, analyse(drawn, 100).whole.alpha) == ("", None)
    assert analyse(drawn, 100).whole.sd is not None


def test_a_place_of_drawn_papers_has_moodles_figures_and_so_have_the_questions_in_it():
    """Moodle subtracts the mark from the total for a position on the paper, not for a question that was drawn there."""
    dice = np.random.default_rng(4)
    names = [[*dice.permutation([*"pqr"])[:2], "x"] for _ in range(40)]
    right = dice.random((40, 3)) < dice.random((40, 1))
    papers = [
        [
            answered(name, KEY if is_right else "a", section=section)
            for name, section, is_right in zip(drawn, "SST", row, strict=True)
        ]
        for drawn, row in zip(names, right, strict=True)
    ]
    found, marks = analyse(papers, 100), right.astype(float)
    totals = marks.sum(axis=1)
    assert [(one.section, one.place) for one in found.places] == [("S", 1), ("S", 2), ("T", 1)]
    covariances = [np.cov(marks[:, place], totals)[0, 1] for place in range(3)]
    for place, one in enumerate(found.places):
        x, rest = marks[:, place], totals - marks[:, place]
        assert one.figures.discrimination_index == pytest.approx(100 * np.corrcoef(x, rest)[0, 1])
        most = np.cov(np.sort(x), np.sort(rest))[0, 1]
        assert one.figures.discriminative_efficiency == pytest.approx(100 * np.cov(x, rest)[0, 1] / most)
        assert one.intended_weight == pytest.approx(100 / 3)
        weight = 100 * np.sqrt(covariances[place]) / np.sqrt(covariances).sum()
        assert one.effective_weight == pytest.approx(weight)
    for one in found.questions:
        held = one.question.removeprefix("b/")
        rows, columns = np.nonzero(np.array(names) == held)
        x, total = marks[rows, columns], totals[rows]
        of_ours, of_moodle = total - x, total if held != "x" else total - x
        for figures, rest in ((one.figures, of_ours), (one.moodle, of_moodle)):
            assert figures.discrimination_index == pytest.approx(100 * np.corrcoef(x, rest)[0, 1])


def test_a_report_and_a_table_of_the_same_marks_have_the_same_figures():
    """What quiz stats says of a table: shares in marks there, in percent here, so that only what has no unit is equal."""
    rows = ["bbb", "bba", "bab", "baa", "aba", "aaa", "bbc", "cab", "bbb", "acb", "bca"]
    found = analyse([paper(row) for row in rows], 3)
    marks = np.array([[float(answer == KEY) for answer in row] for row in rows])
    table = analyse_table(ResponseTable(("b/x", "b/y", "b/z"), marks, np.ones(3)), "complete")
    assert found.omega_total == pytest.approx(table.omega_total)
    assert found.whole.standard_error == pytest.approx(table.whole.standard_error)
    for ours, theirs in zip(found.questions, table.items, strict=True):
        assert ours.question == theirs.item
        for name in ("d27", "intended_weight", "effective_weight", "alpha_if_deleted"):
            assert getattr(ours, name) == pytest.approx(getattr(theirs, name)), name
        for name in ("facility", "sd", "item_total", "item_rest", "discriminative_efficiency"):
            assert getattr(ours.figures, name) == pytest.approx(getattr(theirs.figures, name)), name


def test_questions_that_are_not_reached():
    """One of twelve stops after the first question; a blank between answers, or on a blank paper, was reached."""
    papers = [paper("bbb")] * 9 + [paper(("b", None, None)), paper(("b", None, "b")), paper((None,) * 3)]
    codes = [[flag.code for flag in one.flags] for one in analyse(papers, 100).questions]
    assert ["not-reached" in found for found in codes] == [False, True, True]


def test_a_new_version_is_a_question_of_its_own():
    old = [answered("x", "b", version=1, version_id=1), answered("y", "b")]
    new = [answered("x", "a", version=2, version_id=2), answered("y", "a")]
    found = analyse([old, old, new], 100)
    assert [(one.question, one.version, one.figures.n, one.figures.facility) for one in found.questions] == [
        ("b/x", 1, 2, 1.0),
        ("b/x", 2, 1, 0.0),
        ("b/y", 1, 3, pytest.approx(2 / 3)),
    ]


def test_points_that_differ_between_papers():
    """The same question for one and for three marks: its facility is the mean fraction, its maximum the mean."""
    papers = [
        [answered("x", "b", points=1.0), answered("y", "b")],
        [answered("x", "a", points=3.0), answered("y", "b")],
    ]
    one = next(one for one in analyse(papers, 100).questions if one.question == "b/x")
    assert (one.figures.max, one.figures.facility) == (2.0, 0.5)
    assert one.figures.rest_variance == 0  # the rest was whole for both


def test_a_paper_of_one_question_has_no_rest():
    (one,) = analyse([[answered("x", "b")], [answered("x", "a")], [answered("x", None)]], 100).questions
    assert (one.blank, one.figures.item_rest) == (1, None)
    assert [option.figures.mean_rest for option in one.options] == [None, None, None]
    assert [option.figures.share for option in one.options] == [pytest.approx(1 / 3), pytest.approx(1 / 3), 0]


def test_long_options_are_named_shortly_and_plainly():
    (one,) = analyse([[answered("x", "b")]], 100).questions
    assert [option.name for option in one.options] == [
        "A “no”",
        "B “yes”",
        "C “perhaps, when the moon is full and nobo…”",
    ]


def test_ways_of_writing_one_answer_are_one():
    content = {"answers": [{"text": "Shanghai Spirit"}, {"text": "*spirit*", "credit": "0.5"}]}
    given = ["Shanghai Spirit", "shanghai  spirit", "the spirit", "a spirit", "Charter", "charter", None]
    papers = [[answered("t", text, content=content)] for text in given]
    (one,) = analyse(papers, 100).questions
    assert (one.blank, one.options, len(one.answers)) == (1, (), 4)
    assert one.answers[0].right
    assert one.answers[0].n == 2
    assert sum(answer.n for answer in one.answers) == 6


def test_nobody():
    found = analyse([], 100)
    assert (found.questions, found.over, found.whole.n) == ((), "", 0)
    json.dumps(report_tables.document(found), allow_nan=False)


def miskeyed():
    """40 papers of three questions; in x the strong choose the option that is not the key."""
    return analyse([paper("abb" if n % 2 else "baa" if n % 4 else "cab", "xyz") for n in range(40)], 100)


def test_the_document_has_the_names_of_the_contract_and_no_numbers_that_are_none():
    document = report_tables.document(miskeyed())
    json.dumps(document, allow_nan=False)
    assert set(document["test"]) >= {
        "mean", "median", "sd", "skewness", "kurtosis", "alpha", "alpha_ci", "cic", "error_ratio", "standard_error",
    }  # fmt: skip
    item = document["items"][0]
    assert set(item) >= {
        "item", "n", "max", "facility", "sd", "item_total", "item_rest", "discrimination_index",
        "discriminative_efficiency", "intended_weight", "effective_weight", "variance", "rest_variance",
        "covariance", "covariance_max", "options", "flags",
    }  # fmt: skip
    assert set(item["options"][0]) >= {"option", "n", "share", "mean_rest", "item_rest", "key"}
    flag = item["flags"][0]
    assert (flag["code"], flag["level"]) == ("possible-miskey", "verdict")
    assert flag["message"].startswith("The strongest students choose A “no”: is the key wrong?")
    assert {flag["code"] for one in document["items"] for flag in one["flags"]} <= set(WORDS)


def test_tables_hold_the_same_figures_as_the_document():
    found = miskeyed()
    document = report_tables.document(found)
    whole, questions, options, places = report_tables.tables(found)
    assert (places.rows, document["places"]) == ((), [])
    assert dict(whole.rows)["alpha"] == document["test"]["alpha"]
    for row, item in zip(questions.rows, document["items"], strict=True):
        cells = dict(zip(questions.header, row, strict=True))
        assert {name: cells[name] for name in cells.keys() & item.keys() - {"flags"}} == {
            name: item[name] for name in cells.keys() & item.keys() - {"flags"}
        }
    listed = [option for item in document["items"] for option in item["options"]]
    for row, option in zip(options.rows, listed, strict=True):
        cells = dict(zip(options.header, row, strict=True))
        assert {name: cells[name] for name in option if name != "by_fifth"} == {
            name: value for name, value in option.items() if name != "by_fifth"
        }
        assert [cells[f"fifth_{n}"] for n in range(1, 6)] == list(option["by_fifth"])

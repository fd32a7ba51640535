"""The fairness report: expectations with their source and error, differences in which shared questions cancel, curves."""

import json
from datetime import date
from fractions import Fraction
from math import ceil, sqrt

import pytest

from quiz.assembly.draw import Paper, PaperSlot
from quiz.assembly.expecting import expectation
from quiz.assembly.fairness import Z95, Fairness
from quiz.assembly.fairness_page import FairnessPage
from quiz.assembly.measures import THETAS, Measures
from quiz.banks.calibration import Calibration


def slot(name, facility="0.65", points=1, *, authored=False, asks=True):
    return PaperSlot(
        1, "One", name, None, (), Fraction(points), Fraction(facility), asks,
        topic="t", type="true_false", difficulty="easy", is_authored=authored,
    )  # fmt: skip


def paper(form, *slots):
    return Paper(slots, 1, form, date(2026, 11, 26), (), "label")


def report(*papers, measures=None):
    return Fairness(papers, measures or {})


def answered(share, n):
    return Measures(answers=(share, n))


CURVE = Measures(calibration=Calibration.model_validate({"a": 1, "b": 0, "n": 400}))


@pytest.mark.parametrize(
    "given, share, error, source, n",
    [
        ((False, None), 0.65, 0.15, "label", 0),
        ((True, None), 0.65, 0.1, "authored", 0),
        ((False, CURVE), 0.5, sqrt(0.25 / 400), "calibrated", 400),
        # 100 answers: a standard error of 0.04 beside 0.15 of the label; none right of two: as if one of four, 0.31 beside 0.15
        (
            (False, answered(0.8, 100)),
            (0.8 / 0.04**2 + 0.65 / 0.15**2) / (1 / 0.04**2 + 1 / 0.15**2),
            0.038649,
            "answers",
            100,
        ),
        ((False, answered(0.0, 2)), 0.65 / 0.15**2 / (32 / 3 + 1 / 0.15**2), 0.134704, "answers", 2),
        ((False, answered(-0.5, 2)), 0.65 / 0.15**2 / (32 / 3 + 1 / 0.15**2), 0.134704, "answers", 2),
        ((False, answered(0.0, 0)), 0.65, 0.15, "label", 0),
    ],
)
def test_an_expectation_rests_on_the_best_that_is_known(given, share, error, source, n):
    authored, measures = given
    found = expectation(Fraction("0.65"), authored=authored, measures=measures)
    assert (found.share, found.error) == pytest.approx((share, error), rel=1e-4)
    assert (found.source, found.n) == (source, n)


def test_what_two_papers_share_adds_nothing_to_the_error_of_their_difference():
    found = report(
        paper(1, slot("m/a"), slot("m/b", "0.4", 2)),
        paper(2, slot("m/a"), slot("m/c", "0.85", 2), slot("m/t", asks=False)),
    )
    assert [form.expected for form in found.forms] == pytest.approx([1.45, 2.35])
    assert found.apart.forms == (1, 2)
    assert found.apart.marks == pytest.approx(0.9)
    assert found.apart.high - found.apart.marks == pytest.approx(Z95 * sqrt(2 * (2 * 0.15) ** 2))
    assert (found.mean, found.spread) == pytest.approx((1.9, 0.45))
    assert found.at_most == ceil(100 * found.apart.high) / 100
    assert found.overlap == ((2, 1), (1, 3))
    assert found.most_shared == 1
    assert ("difficulty", "easy", (2, 3)) in found.coverage
    assert found.sources == {"label": 3}


def test_what_is_said_of_all_pairs_holds_for_them_together():
    """Three papers without a difference: each of three pairs is told at 98.33 %, and the widest counts."""
    found = report(paper(1, slot("m/a")), paper(2, slot("m/b")), paper(3, slot("m/c", authored=True)))
    assert found.apart.marks == pytest.approx(0)
    assert found.at_most == ceil(100 * 2.393980 * 0.15 * sqrt(2)) / 100


def test_papers_of_easy_questions_alone_are_named_where_others_are_not():
    easy, hard = slot("m/a", "0.85"), slot("m/b", "0.4")
    assert report(paper(1, easy), paper(2, hard)).easy_unlike_others == (1,)
    assert report(paper(1, easy), paper(2, easy)).easy_unlike_others == ()
    # what answers say wins: the easy one was hard
    assert (
        report(paper(1, easy), paper(2, hard), measures={"m/a": answered(0.3, 50)}).easy_unlike_others == ()
    )


def test_information_is_summed_over_the_calibrated_questions():
    found = report(
        paper(1, slot("m/a"), slot("m/b")), paper(2, slot("m/c")), measures={"m/a": CURVE, "m/b": CURVE}
    )
    assert found.calibrated == 2
    assert found.information[0][THETAS.index(0)] == pytest.approx(0.5)
    assert found.information[1] == (0,) * len(THETAS)
    assert json.loads(json.dumps(found.dump()))["information"]["theta"] == [*THETAS]
    many = found.dump(compared=False)
    assert (many["overlap"], many["at_most"], many["information"]) == (None, None, None)
    assert many["spread"] == found.dump()["spread"]


@pytest.mark.parametrize(
    "language, said",
    [
        ("en", "differ by at most 0.45"),
        ("ru", "не более чем на 0,45"),
        ("zh", "至多相差 0.45"),
        ("fr", "differ"),
    ],
)
def test_the_page_says_it_in_the_language_of_the_paper(language, said):
    found = report(paper(1, slot("m/a", "0.85")), paper(2, slot("m/b", "0.4")), measures={"m/a": CURVE})
    page = FairnessPage(report(paper(1, slot("m/a", "0.85")), paper(2, slot("m/b", "0.4"))), language)
    assert said in page.lede
    assert len(page.images) == 1
    assert len(FairnessPage(found, language).images) == 2
    assert "400" in FairnessPage(found, language).lede


def test_many_forms_are_told_without_a_column_each():
    page = FairnessPage(report(*(paper(n, slot(f"m/q{n}")) for n in range(1, 31))), "en")
    tables = [block for entry in page.entries() for block in entry if hasattr(block, "rows")]
    assert [table.head for table in tables] == [("Kind", "min", "max")]

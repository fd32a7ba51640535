"""How many questions of the banks match each section of a blueprint."""

from datetime import date

import pytest

from quiz.assembly.index import ListIndex
from quiz.banks.yaml import read_bank
from quiz.db import reading
from quiz.errors import Forbidden, Invalid, NotFound
from quiz.models.drawing import SqlIndex
from quiz.operations import banks, enrolling, importing, quizzes
from tests.cast import BANK, NOW

DAYS = """\
    valid: {from: 2026-11-23, to: 2026-12-01}
    prompt: How much is 1 + 1?
"""


def blueprint(*sections, settings=""):
    return (
        "format: quiz-blueprint/1\ntitle: T\nsections:\n"
        + "".join(f"  - {one}\n" for one in sections)
        + settings
    )


@pytest.mark.parametrize(
    "section, least, most, available",
    [
        ("{bank: small, count: 3}", 3, 3, 5),
        ("{bank: small, count: {min: 1, max: 2}, topic: sums/plus}", 1, 2, 2),
        ("{bank: small, count: {min: 1}, types: [numerical]}", 1, None, 1),
        ("{bank: small, count: 2, difficulty: [easy]}", 2, 2, 2),
        ("{bank: small, difficulty: {easy: 1, medium: 1}}", 2, 2, 4),
        ("{bank: small, count: 2, exclude: [one, two]}", 2, 2, 3),
        ("{bank: small, count: 2, topic: sums/minus, include: [one]}", 2, 2, 3),
        ("{bank: small, count: 1, tags: {any: [no-such]}}", 1, 1, 0),
        ("{bank: small, count: 1, levels: [apply]}", 1, 1, 0),
    ],
)
def test_a_section_counts_the_questions_that_may_stand_in_it(cast, section, least, most, available):
    (row,) = quizzes.supply(cast.ada, cast.course, blueprint(section), NOW).sections
    assert (row.least, row.most, row.available) == (least, most, available)


def test_the_database_knows_the_same_kinds_as_a_list(cast):
    text = BANK.replace("    timeless: true\n    prompt: How much is 1 + 1?\n", DAYS + "    tags: [a, b c]\n")
    bank_id = importing.import_bank(cast.ada, text, "small.yaml", NOW).bank_id
    with reading() as connection:
        index = SqlIndex(connection, {"small": bank_id})
        listed = ListIndex.of([read_bank(text, "x")]).kinds(["small"])
        assert index.kinds(["small"]) == listed == index.kinds(["small"])  # read, and kept
    assert sum(listed.values()) == 5


def test_the_day_with_fewest_counts(cast):
    text = BANK.replace("    timeless: true\n    prompt: How much is 1 + 1?\n", DAYS)
    importing.import_bank(cast.ada, text, "small.yaml", NOW)
    settings = "settings: {opens: 2026-11-24T09:00, closes: 2026-12-24T09:00}\n"
    found = quizzes.supply(
        cast.ada, cast.course, blueprint("{bank: small, count: 5}", settings=settings), NOW
    )
    assert found.days == (date(2026, 11, 24), date(2026, 12, 1))
    assert (found.sections[0].available, found.sections[0].on) == (4, date(2026, 12, 1))
    assert [one["short"] for one in found.unmet] == [1]


def test_sections_that_compete_are_told_together(cast):
    two = ["{title: A, bank: small, count: 3}", "{title: B, bank: small, count: 3}"]
    found = quizzes.supply(cast.ada, cast.course, blueprint(*two), NOW)
    assert [row.available for row in found.sections] == [5, 5]
    assert [(one["required"], one["available"]) for one in found.unmet] == [(6, 5)]


def test_a_bank_that_may_not_be_used_holds_nothing(cast):
    importing.import_bank(cast.di, BANK.replace("bank: small", "bank: foreign"), "x", NOW)
    text = blueprint("{bank: foreign, count: 1}", "{bank: small, count: 1}")
    found = quizzes.supply(cast.ada, cast.course, text, NOW)
    assert found.unknown == ("foreign",)
    assert [row.available for row in found.sections] == [0, 5]
    banks.share(cast.di, banks.find_bank("foreign"), "ada", "use", NOW)
    assert [row.available for row in quizzes.supply(cast.ada, cast.course, text, NOW).sections] == [5, 5]


def test_it_is_for_the_teachers_of_the_course(cast):
    text = blueprint("{bank: small, count: 1}")
    with pytest.raises(NotFound):
        quizzes.supply(cast.di, cast.course, text, NOW)
    with pytest.raises(Forbidden):
        quizzes.supply(cast.bo, cast.course, text, NOW)
    enrolling.enrol(cast.ada, cast.course, "di", "reader", NOW)
    with pytest.raises(Forbidden):
        quizzes.supply(cast.di, cast.course, text, NOW)
    with pytest.raises(Invalid):
        quizzes.supply(cast.ada, cast.course, "format: quiz-blueprint/1\ntitle: T\nsections: []\n", NOW)

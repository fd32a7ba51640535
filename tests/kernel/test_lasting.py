"""What stays as it is while a quiz is open: of that its fixed forms are made."""

from datetime import date

import pytest

from quiz.assembly.blueprint import Blueprint
from quiz.assembly.index import ListIndex
from quiz.assembly.parallel import parallel
from quiz.assembly.supply import Window, lasting, turning
from quiz.errors import Unmeetable
from tests.kernel.test_families import bank, path  # noqa: F401 -- fixtures

JOINED = date(2023, 7, 4)
TURNS = {f"b/{name}": JOINED for name in ("joined-when", "joined-in", "capitals")}


def plan(**fields):
    return Blueprint.load(
        {"format": "quiz-blueprint/1", "title": "T", "sections": [{"bank": "b", "count": 3}], **fields}
    )


@pytest.mark.parametrize(
    "first, last, found",
    [
        (date(2023, 7, 3), date(2023, 7, 4), TURNS),
        (date(2023, 7, 4), date(2024, 7, 3), {}),
        (date(2023, 7, 1), date(2023, 7, 3), {}),
        (date(2023, 7, 3), date.max, TURNS),
    ],
)
def test_a_family_turns_where_its_variants_do(bank, first, last, found):  # noqa: F811 -- a fixture
    got = turning(plan(), ListIndex.of([bank]), Window(first, last))
    assert {name: got[name] for name in TURNS if name in got} == found
    assert "b/product" not in got


def test_what_stands_on_forms_is_the_same_question_on_every_day(bank):  # noqa: F811
    index, window = ListIndex.of([bank]), Window(date(2023, 7, 3), date(2023, 8, 1))
    two = plan(sections=[{"bank": "b", "count": 2}])
    made = parallel(lasting(two, index, window), index, 1, window.first, 2)
    slots = [slot for paper in made.papers for slot in paper.slots]
    assert len(slots) == 4
    for slot in slots:
        family = bank.by_id[slot.question.removeprefix("b/")]
        first, last = (family.variant(slot.variant, day) for day in (window.first, window.last))
        assert (first.prompt, first.content) == (last.prompt, last.content)


def test_what_always_stands_there_is_told_with_the_day_on_which_it_turns(bank):  # noqa: F811
    included = plan(sections=[{"bank": "b", "count": 3, "include": ["capitals"]}])
    with pytest.raises(Unmeetable) as error:
        lasting(included, ListIndex.of([bank]), Window(date(2023, 7, 3), date(2023, 8, 1)))
    (entry,) = error.value.unmet
    assert (entry["constraint"], entry["as_of"]) == ("section b, include b/capitals", "2023-07-04")

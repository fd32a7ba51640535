"""Which attempts of a quiz a report is over, as statements; what is counted of them stands in ``counting``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, get_args

from sqlalchemy import and_, func, select

from quiz.errors import Invalid, Problem, Said
from quiz.models.attempt import Attempt

#: Which of a student's finished attempts count: the first, the last, all, or those that the grade counts.
Which: TypeAlias = Literal["first", "last", "all", "counted"]
WHICH: Final[tuple[Which, ...]] = get_args(Which)


def unknown_which(which: str) -> Invalid:
    """The failure to be raised where there are no such attempts."""
    what = Said("there are no '%(which)s' attempts", which=which)
    return Invalid([Problem("which", what, Said("say %(names)s", names=", ".join(WHICH)))])


def counted_ids(quiz_id: int, which: str, grading: str) -> Any:
    """The ids of the attempts that count. Of equally high grades the earlier one is the highest."""
    orders: dict[str, list[Any]] = {
        "first": [Attempt.number],
        "last": [Attempt.number.desc()],
        "highest": [Attempt.grade.is_(None), Attempt.grade.desc(), Attempt.number],
    }
    order = orders.get(grading if which == "counted" else which)
    finished = and_(Attempt.quiz_id == quiz_id, Attempt.finished_at.is_not(None))
    if order is None:  # all, and the average, which every attempt is part of
        return select(Attempt.id).where(finished)
    place = func.row_number().over(partition_by=Attempt.user_id, order_by=order)
    ranked = select(Attempt.id, place.label("place")).where(finished).subquery()
    return select(ranked.c.id).where(ranked.c.place == 1)


def key_is_out(review: Mapping[str, Sequence[str]], closes_at: datetime | None, now: datetime) -> bool:
    """Whether students who have finished may have seen right answers by now."""
    closed = closes_at is not None and now >= closes_at
    moments = ("during", "after", "later", *(("closed",) if closed else ()))
    return any("answer" in review.get(one, ()) for one in moments)

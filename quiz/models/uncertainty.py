"""How exact a grade is: the standard error of measurement of a quiz's grades, worked out by the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from math import sqrt
from typing import Any, Final

from sqlalchemy import Float, Row, Select, cast, func, select
from sqlalchemy.engine import Connection

from quiz.models.attempt import Attempt, AttemptSlot, Mark
from quiz.models.scoring import counting_mark
from quiz.statistics.classical import EQUAL

#: With fewer attempts nothing is said.
FEWEST: Final = 10


def standard_errors(connection: Connection, quiz_ids: Collection[int]) -> dict[int, float]:
    """The standard error of a grade of each quiz as a share of the scale: SD · √(1 − alpha) over the first finished, wholly
    marked attempts (statistics.md). A quiz is left out where there is none: fewer than ``FEWEST`` attempts, papers that
    have no places in common, or grades that do not vary. Three statements.

    Alpha is over the questions where all papers hold the same ones, else over the n-th places of the sections.
    """
    marks = _marks(quiz_ids)
    wholes = {row.quiz_id: row for row in connection.execute(_wholes(marks))}
    by_question = _grouped(connection.execute(_sums(marks, marks.c.version_id)))
    by_place = _grouped(connection.execute(_sums(marks, marks.c.section, marks.c.place)))
    found = {}
    for quiz_id, whole in wholes.items():
        same = next(
            (
                rows
                for rows in (by_question[quiz_id], by_place[quiz_id])
                if all(row.n == whole.n for row in rows)
            ),
            (),
        )
        error = _error(whole, same)
        if error is not None:
            found[quiz_id] = error
    return found


def _marks(quiz_ids: Collection[int]) -> Any:
    """The mark on each question of the attempts that count, with its place among those of its section."""
    order = func.row_number().over(partition_by=(Attempt.quiz_id, Attempt.user_id), order_by=Attempt.number)
    ranked = (
        select(Attempt.id, Attempt.quiz_id, Attempt.grade, order.label("place"))
        .where(Attempt.quiz_id.in_(quiz_ids), Attempt.finished_at.is_not(None))
        .subquery()
    )
    first = (
        select(ranked.c.id, ranked.c.quiz_id)
        .where(ranked.c.place == 1, ranked.c.grade.is_not(None))
        .subquery()
    )
    place = func.row_number().over(
        partition_by=(AttemptSlot.attempt_id, AttemptSlot.section), order_by=AttemptSlot.slot
    )
    return (
        select(
            first.c.quiz_id,
            AttemptSlot.attempt_id,
            AttemptSlot.version_id,
            AttemptSlot.section,
            place.label("place"),
            Mark.points.label("x"),
            AttemptSlot.points.label("most"),
        )
        .select_from(AttemptSlot)
        .join(first, first.c.id == AttemptSlot.attempt_id)
        .join(Mark, counting_mark())
        .where(AttemptSlot.asks, AttemptSlot.bonus.is_(False))
        .subquery()
    )


def _wholes(marks: Any) -> Select[Any]:
    """n, and the sums of totals in marks and as shares, of each quiz."""
    papers = (
        select(
            marks.c.quiz_id,
            func.sum(marks.c.x).label("marks"),
            (func.sum(marks.c.x) / func.sum(marks.c.most)).label("share"),
        )
        .group_by(marks.c.quiz_id, marks.c.attempt_id)
        .having(func.sum(marks.c.most) > 0)
        .subquery()
    )
    columns = [
        func.sum(power).label(name)
        for name, power in (
            ("marks", papers.c.marks),
            ("marks2", papers.c.marks * papers.c.marks),
            ("share", papers.c.share),
            ("share2", papers.c.share * papers.c.share),
        )
    ]
    return select(papers.c.quiz_id, func.count().label("n"), *columns).group_by(papers.c.quiz_id)


def _sums(marks: Any, *by: Any) -> Select[Any]:
    x = cast(marks.c.x, Float)
    return select(
        marks.c.quiz_id, func.count().label("n"), func.sum(x).label("x"), func.sum(x * x).label("xx")
    ).group_by(marks.c.quiz_id, *by)


def _grouped(rows: Iterable[Row[Any]]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.quiz_id].append(row)
    return found


def _error(whole: Row[Any], items: Sequence[Row[Any]]) -> float | None:
    k, spread = len(items), _variance(whole.n, whole.marks, whole.marks2)
    if whole.n < FEWEST or k < 2 or not spread > EQUAL:
        return None
    within = sum(_variance(row.n, row.x, row.xx) for row in items)
    alpha = k / (k - 1) * (1 - within / spread)
    return sqrt(_variance(whole.n, whole.share, whole.share2) * max(0.0, 1 - alpha))


def _variance(n: int, total: float, squares: float) -> float:
    """With n − 1, from sums."""
    return max(0.0, (squares - total * total / n) / (n - 1)) if n > 1 else 0.0

"""How exact a grade is: the standard error of measurement of quizzes' grades, from what is counted of their attempts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from quiz.banks.analysing import standard_error
from quiz.banks.tallying import WHOLE, read_cell
from quiz.models.counting import ItemStatistics, standings_in

#: With fewer attempts nothing is said.
FEWEST: Final = 10
#: The kinds of cells that it follows from.
_KINDS: Final = ("paper", "marks", "mark", "place")


def standard_errors(connection: Connection, quiz_ids: Collection[int]) -> dict[int, float]:
    """The standard error of a grade of each quiz as a share of the scale, SD · √(1 − alpha), over the first attempts that
    the upkeep has counted. A quiz is left out where there is none: fewer than ``FEWEST`` attempts, papers without places
    in common, or grades that do not vary. One statement.
    """
    table = ItemStatistics
    columns = table.quiz_id, table.version_id, table.kind, table.cell
    rows = connection.execute(
        select(*columns, func.sum(table.n).label("n"))
        .where(
            table.quiz_id.in_(quiz_ids),
            table.standing.in_(standings_in("first", "")),
            table.kind.in_(_KINDS),
        )
        .group_by(*columns)
        .having(func.sum(table.n) > 0)
        .order_by(*columns)
    )
    counts: dict[int, dict[int, dict[str, dict[tuple[Any, ...], int]]]] = {}
    for row in rows:
        kinds = counts.setdefault(row.quiz_id, {}).setdefault(row.version_id, {})
        kinds.setdefault(row.kind, {})[read_cell(row.cell)] = int(row.n)
    found = {
        quiz_id: standard_error(of_quiz)
        for quiz_id, of_quiz in counts.items()
        if sum(of_quiz.get(WHOLE, {}).get("paper", {}).values()) >= FEWEST
    }
    return {quiz_id: error for quiz_id, error in found.items() if error}

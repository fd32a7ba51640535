"""The days from which on something else may be true: found in the conditions that compare ``as_of`` with a date.

Between two of them nothing changes, so what holds on each of them, and on the day before the first, holds at any date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from quiz.banks.expressions import AS_OF, Expression
from quiz.banks.expressions.terms import Binary, Call, Literal, Name, Node
from quiz.banks.facts import Table

_MIRRORED: Final = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_DAY: Final = timedelta(days=1)
#: On which days after the one compared with the condition turns: as_of < x turns at x, as_of <= x on the day after.
_TURNS: Final = {"<": (0,), ">=": (0,), "<=": (1,), ">": (1,), "==": (0, 1), "!=": (0, 1)}


def is_as_of(node: Node) -> bool:
    """Whether this is the date of the paper."""
    return isinstance(node, Name) and node.name == AS_OF


def turning_days(used: Iterable[Expression], tables: Iterable[Table]) -> list[date]:
    """The days on which one of these may get another value, in order."""
    known = [*tables]
    return sorted({day for expression in used for day in _of(expression, known)})


def is_free(expression: Expression) -> bool:
    """Whether the value depends on the date in another way than by comparing it with dates that are written down."""
    dates = sum(map(is_as_of, expression.nodes))
    return dates != sum(1 for node in expression.nodes for _ in _compared(node))


def _of(expression: Expression, tables: list[Table]) -> Iterator[date]:
    if is_free(expression):
        for table in tables:
            yield from (day + after * _DAY for day in table.days() for after in (0, 1))
    for node in expression.nodes:
        for others, turns in _compared(node):
            days = [day for other in others for day in _days(other, tables)]
            yield from (day + after * _DAY for day in days for after in turns)


def _compared(node: Node) -> Iterator[tuple[tuple[Node, ...], tuple[int, ...]]]:
    """What as_of is compared with in this node, if it is: columns and dates as they are written."""
    if isinstance(node, Call) and node.name == "during" and is_as_of(node.given[0]):
        if all(_is_plain(other) for other in node.given[1:]):
            yield node.given[1:], (0,)
    elif isinstance(node, Binary) and node.sign in _TURNS:
        sides = (
            (node.left, node.right, node.sign),
            (node.right, node.left, _MIRRORED.get(node.sign, node.sign)),
        )
        for side, other, sign in sides:
            if is_as_of(side) and _is_plain(other):
                yield (other,), _TURNS[sign]


def _is_plain(node: Node) -> bool:
    return isinstance(node, Literal) or (isinstance(node, Name) and not is_as_of(node))


def _days(node: Node, tables: list[Table]) -> Iterator[date]:
    if isinstance(node, Literal) and isinstance(node.given, date):
        yield node.given
    elif isinstance(node, Name):
        column = node.name.rpartition(".")[2]
        for table in tables:
            yield from table.days(column)

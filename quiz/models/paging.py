"""Pages of a list: every list that a person sees is cut into them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Row, Select, func, select
from sqlalchemy.engine import Connection

T = TypeVar("T")
PER_PAGE = 50
#: No list is as long; a larger number from an address is no page, and may be none that a database can count.
MOST_PAGES = 10_000_000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list: ``number`` counts from 1, ``total`` is the number of rows on all pages."""

    rows: tuple[T, ...]
    number: int
    total: int
    per_page: int = PER_PAGE

    @property
    def pages(self) -> int:
        """How many pages there are; at least 1."""
        return max(1, -(-self.total // self.per_page))


def part_of(rows: Sequence[T], number: int, per_page: int = PER_PAGE) -> Page[T]:
    """The page of this number of rows that are there already; a number past the end gives the last page."""
    number = min(max(1, number), max(1, -(-len(rows) // per_page)))
    return Page(tuple(rows[(number - 1) * per_page : number * per_page]), number, len(rows), per_page)


def page_of(
    connection: Connection,
    statement: Select[Any],
    number: int,
    make: Callable[[Row[Any]], T],
    per_page: int = PER_PAGE,
) -> Page[T]:
    """The page of this number of an ordered statement; a number past the end gives the last page. Two statements."""
    total: int = connection.execute(
        select(func.count()).select_from(statement.order_by(None).subquery())
    ).scalar_one()
    last = max(1, -(-total // per_page))
    number = min(max(1, number), last)
    rows = connection.execute(statement.limit(per_page).offset((number - 1) * per_page))
    return Page(tuple(make(row) for row in rows), number, total, per_page)


def page_at_once(
    connection: Connection, statement: Select[Any], number: int, make: Callable[[Row[Any]], T]
) -> Page[T]:
    """The same by one statement, where finding the rows is most of the work, as in a search; past the end by three."""
    number = min(max(1, number), MOST_PAGES)
    counted = statement.add_columns(func.count().over().label("rows_on_all_pages"))
    rows = connection.execute(counted.limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all()
    if not rows and number > 1:
        return page_of(connection, statement, number, make)
    return Page(tuple(make(row) for row in rows), number, rows[0].rows_on_all_pages if rows else 0)

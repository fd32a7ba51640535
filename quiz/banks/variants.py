"""Which variants a family has: rows of fact tables, or values of variables. A variant's key is stable.

Where there are more than are wanted, they are chosen by hashes of the family's name and the rows: the same everywhere
and always, and a row that is added or left out changes as few of the others as can be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from itertools import combinations, islice, product
from math import comb, prod
from typing import Final, Protocol

from quiz.banks.expressions import AS_OF, ROWS, Expression, Scope, Value
from quiz.banks.facts import BETWEEN, Row, Table
from quiz.errors import Problem, Said

#: Combinations up to so many are listed whole; of more, samples are taken.
MOST_LISTED: Final = 2_000
#: Samples for each one that is wanted, before it is taken that there are no more.
TRIES: Final = 50
#: Variants of a family, and combinations of rows looked at for it.
MOST_VARIANTS: Final = 2_000
MOST_COMBINED: Final = 20_000
USUAL_VARIANTS: Final = 100


@dataclass(frozen=True, slots=True)
class Drawn:
    """One variant: its key, the values that its names stand for, and the rows that it takes."""

    key: str
    values: Mapping[str, Value]
    tables: Mapping[str, Sequence[Row]]

    @property
    def rows(self) -> Sequence[Row]:
        """The rows taken; none where the family does not take any."""
        return self.tables.get(ROWS, ())

    def scope(self, language: str) -> Scope:
        """What its texts in a language are written from."""
        return Scope(self.values, self.tables, language)


class Maker(Protocol):
    """What makes the variants of a family."""

    @property
    def names(self) -> Sequence[str]:
        """The names that the family's texts may use."""
        ...

    @property
    def row_names(self) -> Sequence[str]:
        """The names in the rows that lists are made of."""
        ...

    @property
    def columns(self) -> Mapping[str, Sequence[str]]:
        """The columns of each table that can be looked into."""
        ...

    def faults(self) -> Iterator[Problem]:
        """What is wrong with it as a whole."""
        ...

    def all(self, on: date) -> Sequence[Drawn]:
        """Everything that is true on that day, before some are chosen."""
        ...

    def chosen(self, on: date) -> Sequence[Drawn]:
        """The variants on that day."""
        ...

    def drawn(self, key: str, on: date) -> Drawn:
        """The variant of this key. Raises KeyError where there is none."""
        ...


def lot(*parts: str | int) -> bytes:
    """A hash by which a choice is made."""
    return sha256("\n".join(map(str, parts)).encode()).digest()


# Rows of tables ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rows:
    """Variants from tables: a row of each, or with ``take`` that many rows of the last and one of each other.

    ``where`` is asked for the rows together, ``distinct`` must differ between the rows taken, ``having`` is asked for
    all of them as ``rows``. ``most`` None: all there are, or with ``take`` the usual number.
    """

    name: str
    each: tuple[Table, ...]
    tables: Mapping[str, Table]
    take: int | None = None
    where: Expression | None = None
    distinct: tuple[Expression, ...] = ()
    having: Expression | None = None
    most: int | None = None

    @property
    def _named(self) -> tuple[Table, ...]:
        return self.each if self.take is None else self.each[:-1]

    @cached_property
    def names(self) -> Sequence[str]:
        return [*_names(self._named), AS_OF]

    @cached_property
    def row_names(self) -> Sequence[str]:
        return [] if self.take is None else [*_names(self.each[-1:])]

    @cached_property
    def columns(self) -> Mapping[str, Sequence[str]]:
        known: dict[str, Sequence[str]] = {name: table.columns for name, table in self.tables.items()}
        return known if self.take is None else {**known, ROWS: self.row_names}

    @cached_property
    def _called(self) -> Sequence[Mapping[str, Row]]:
        """The rows of each table that a variant takes one of, by the names that columns have there."""
        return [_by_name(table, {*self.names}) for table in self._named]

    @cached_property
    def _inner(self) -> Mapping[str, Row]:
        """The rows of the table that a variant takes several of."""
        return _by_name(self.each[-1], {*self.row_names})

    @cached_property
    def _facts(self) -> Mapping[str, Sequence[Row]]:
        return {name: [*table.rows.values()] for name, table in self.tables.items()}

    def faults(self) -> Iterator[Problem]:
        """More combinations than can be gone through."""
        size = prod(len(table.rows) for table in self.each)
        if size > MOST_COMBINED:
            what = Said("gives %(size)s combinations of rows", size=f"{size:,}")
            mend = Said("%(most)s are the most", most=f"{MOST_COMBINED:,}")
            yield Problem("each", what, mend)
        elif self.take is not None and self.take > len(self.each[-1].rows):
            rows = len(self.each[-1].rows)
            yield Problem(
                "take",
                Said(
                    "takes %(take)s rows of '%(name)s', which has %(rows)s",
                    take=self.take,
                    name=self.each[-1].name,
                    rows=rows,
                ),
                "take fewer",
            )

    def all(self, on: date) -> Sequence[Drawn]:
        if self.take is not None:
            return self.chosen(on)
        found = (self._of(keys, (), on) for keys in product(*(table.rows for table in self.each)))
        return [drawn for drawn in found if self.where is None or self.where.truth(drawn.scope("en"))]

    def chosen(self, on: date) -> Sequence[Drawn]:
        if self.take is None:
            return self._some(self.all(on))
        groups = [*product(*(table.rows for table in self._named))]
        each = max(1, (self.most or USUAL_VARIANTS) // len(groups))
        return [drawn for keys in groups for drawn in islice(self._taken(keys, on), each)]

    def _some(self, found: Sequence[Drawn]) -> Sequence[Drawn]:
        most = self.most or MOST_VARIANTS
        if len(found) <= most:
            return found
        kept = {drawn.key for drawn in sorted(found, key=lambda one: lot(self.name, one.key))[:most]}
        return [drawn for drawn in found if drawn.key in kept]

    def _taken(self, named: Sequence[str], on: date) -> Iterator[Drawn]:
        """The variants with these rows of the first tables, in the order in which they are chosen."""
        scope = self._of(named, (), on).scope("en")
        keys = [
            key
            for key, row in self._inner.items()
            if self.where is None or self.where.truth(scope.inner(row))
        ]
        for taken in _lots(keys, self.take or 0, (self.name, *named), self.most or USUAL_VARIANTS):
            if self._differ(scope, taken):
                drawn = self._of(named, taken, on)
                if self.having is None or self.having.truth(drawn.scope("en")):
                    yield drawn

    def _differ(self, scope: Scope, taken: Sequence[str]) -> bool:
        scopes = [scope.inner(self._inner[key]) for key in taken]
        return all(len({one.value(inner) for inner in scopes}) == len(scopes) for one in self.distinct)

    def _of(self, named: Sequence[str], taken: Sequence[str], on: date) -> Drawn:
        values: dict[str, Value] = {AS_OF: on}
        for rows, key in zip(self._called, named, strict=True):
            values |= rows[key]
        if self.take is None:
            return Drawn(BETWEEN.join(named), values, self._facts)
        inner = [self._inner[key] for key in taken]
        return Drawn(BETWEEN.join((*named, *taken)), values, {**self._facts, ROWS: inner})

    def drawn(self, key: str, on: date) -> Drawn:
        keys = key.split(BETWEEN)
        first = len(self._named)
        if len(keys) != first + (self.take or 0):
            raise KeyError(key)
        return self._of(keys[:first], keys[first:], on)


def _names(tables: Sequence[Table]) -> Iterator[str]:
    """The names by which columns are called: by themselves where only one table has them, and with their table's."""
    columns = [column for table in tables for column in table.columns]
    yield from (column for column in columns if columns.count(column) == 1)
    yield from (f"{table.name}.{column}" for table in tables for column in table.columns)


def _by_name(table: Table, known: Collection[str]) -> dict[str, Row]:
    """The rows of a table, their values under each of the known names that their column has."""
    called = [
        (name, column)
        for column in table.columns
        for name in (column, f"{table.name}.{column}")
        if name in known
    ]
    return {key: {name: row[column] for name, column in called} for key, row in table.rows.items()}


def _lots(keys: Sequence[str], take: int, seed: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    """Combinations of so many keys, each once, in the order of their lots; the keys in a combination in their order."""
    if comb(len(keys), take) <= MOST_LISTED:
        yield from sorted(combinations(keys, take), key=lambda taken: lot(*seed, BETWEEN.join(taken)))
        return
    seen: set[frozenset[str]] = set()
    for number in range(most * TRIES):
        taken = frozenset(sorted(keys, key=lambda key: lot(*seed, number, key))[:take])
        if taken not in seen:
            seen.add(taken)
            yield [key for key in keys if key in taken]


# Values of variables -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Combinations:
    """Variants "1", "2" …: combinations of the values of variables for which ``where`` holds."""

    name: str
    values: Mapping[str, Sequence[Value]]
    where: Expression | None
    most: int
    row_names: Sequence[str] = ()

    @property
    def names(self) -> Sequence[str]:
        return [*self.values]

    @property
    def columns(self) -> Mapping[str, Sequence[str]]:
        return {}

    def faults(self) -> Iterator[Problem]:
        """No combination for which the condition holds."""
        if not self._listed:
            yield Problem(
                "where", "no combination of the values satisfies it", "widen the values, or the condition"
            )

    @cached_property
    def _listed(self) -> Mapping[str, Drawn]:
        fitting = (one for one in self._in_turn() if self.where is None or self.where.truth(Scope(one)))
        return {str(n): Drawn(str(n), one, {}) for n, one in enumerate(islice(fitting, self.most), 1)}

    def _in_turn(self) -> Iterator[Mapping[str, Value]]:
        """The combinations in the order of their lots."""
        sizes = [range(len(values)) for values in self.values.values()]
        if prod(map(len, sizes)) <= MOST_COMBINED:
            yield from map(self._at, sorted(product(*sizes), key=lambda at: lot(self.name, *at)))
            return
        seen = set()
        for number in range(self.most * TRIES):
            at = tuple(
                int.from_bytes(lot(self.name, number, name)) % len(values)
                for name, values in self.values.items()
            )
            if at not in seen:
                seen.add(at)
                yield self._at(at)

    def _at(self, places: Sequence[int]) -> Mapping[str, Value]:
        return {name: values[at] for (name, values), at in zip(self.values.items(), places, strict=True)}

    def all(self, on: date) -> Sequence[Drawn]:
        return [*self._listed.values()]

    chosen = all

    def drawn(self, key: str, on: date) -> Drawn:
        return self._listed[key]

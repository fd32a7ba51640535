"""The index that a draw works on, over the database (the same protocol as over lists, ``assembly.draw.Index``)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from datetime import date
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from quiz.assembly.index import Item, ItemSet, Stratum
from quiz.assembly.measures import Measures, measures_of
from quiz.assembly.pick import AT_ONCE
from quiz.banks.calibration import Calibration
from quiz.banks.model import Authored
from quiz.banks.stimuli import SharedStimulus
from quiz.db import Prepared
from quiz.models.bank import Bank, Question, QuestionVersion, StratumSize, load_authored

_ITEM = select(
    QuestionVersion.draw_rank,
    QuestionVersion.item,
    QuestionVersion.level,
    QuestionVersion.languages,
    select(Bank.language).where(Bank.id == QuestionVersion.bank_id).scalar_subquery().label("own"),
)
_IN_STRATUM: tuple[Any, ...] = (
    QuestionVersion.bank_id,
    QuestionVersion.topic,
    QuestionVersion.type,
    QuestionVersion.difficulty,
)
_LISTED = Prepared(
    _ITEM.where(
        *(column == bindparam(column.key) for column in _IN_STRATUM), QuestionVersion.draw_rank.is_not(None)
    ).order_by(QuestionVersion.draw_rank)
)
_PLACE: tuple[Any, ...] = (*_IN_STRATUM, QuestionVersion.draw_rank)


def _item(row: Any) -> Item:
    """The item; its level from the column, since items written by older versions do not hold it, and its languages."""
    return Item.load({**row.item, "level": row.level, "languages": _languages(row)})


def _languages(row: Any) -> tuple[str, ...]:
    return (row.own, *row.languages.split())


@lru_cache(100)
def _placed(count: int) -> Prepared:
    """The questions of so many places, whose columns are bound as ``c0``, ``c1`` … of the first place, and so on.

    One OR a place lets both engines find each by the index; SQLite reads the whole table for a list of row values.
    """
    places = (
        and_(
            *(
                column == bindparam(f"c{number}", type_=column.type)
                for number, column in enumerate(_PLACE, start)
            )
        )
        for start in range(0, count * len(_PLACE), len(_PLACE))
    )
    return Prepared(_ITEM.add_columns(*_IN_STRATUM).where(or_(*places)))


_READY = (
    select(
        Bank.digest,
        *_IN_STRATUM[1:],
        QuestionVersion.level,
        QuestionVersion.languages,
        Bank.language.label("own"),
        QuestionVersion.starts_on,
        QuestionVersion.ends_on,
        QuestionVersion.item["tags"].as_string().label("tags"),
        QuestionVersion.item["spans"].as_string().label("spans"),
    )
    .join(Bank, Bank.id == QuestionVersion.bank_id)
    .where(QuestionVersion.bank_id == bindparam("of_bank"), QuestionVersion.draw_rank.is_not(None))
    .subquery()
)
#: The kinds of a bank's ready questions with its digest, in one statement: both are of one moment.
_KINDS = select(*_READY.c, func.count().label("questions")).group_by(*_READY.c)
#: Kinds by the bank's id, name and digest: so an entry is good for ever; the bound keeps memory small.
_kinds: dict[tuple[int, str, str], Mapping[Item, int]] = {}
_KINDS_MOST = 100


_these: Any = bindparam("banks", expanding=True)
_SIZES = Prepared(select(StratumSize).where(StratumSize.bank_id.in_(_these)))
_STIMULI = Prepared(select(Bank.id, Bank.header["stimuli"]).where(Bank.id.in_(_these)))
_DIGESTS = Prepared(select(Bank.id, Bank.digest).where(Bank.id.in_(_these)))


class SqlIndex:
    """The ready questions of some banks. ``banks`` maps the names that a blueprint uses to bank ids."""

    def __init__(self, connection: Connection, banks: Mapping[str, int]) -> None:
        self._connection = connection
        self._ids = dict(banks)
        self._names = {bank_id: name for name, bank_id in banks.items()}
        self._listed: dict[Stratum, Sequence[Item]] = {}

    def strata(self, banks: Sequence[str]) -> Sequence[Stratum]:
        """Each (bank, topic, type, difficulty) with its number of ready questions."""
        rows = _SIZES.run(self._connection, {"banks": self._known(banks)})
        found = [
            Stratum(self._names[row.bank_id], row.topic, row.type, row.difficulty, row.size) for row in rows
        ]
        return sorted(found, key=astuple)  # by code point, whatever the database's order of letters

    def sets(self, banks: Sequence[str]) -> Sequence[ItemSet]:
        """The sets, which the banks' headers name with their questions: no paper costs more where there are many."""
        rows = _STIMULI.run(self._connection, {"banks": self._known(banks)})
        found = [
            ItemSet.of(self._names[bank_id], SharedStimulus.model_validate(one))
            for bank_id, stimuli in rows
            for one in stimuli or ()
        ]
        return sorted(found, key=attrgetter("bank", "id"))

    def at(self, wanted: Sequence[tuple[Stratum, int]]) -> Mapping[tuple[Stratum, int], Item]:
        """The questions of these ranks, in one statement."""
        if not wanted:
            return {}
        strata = {self._key(stratum): stratum for stratum, _ in wanted}
        places = {(*self._key(stratum), rank) for stratum, rank in wanted}
        values = {f"c{number}": value for number, value in enumerate(chain.from_iterable(places))}
        rows = _placed(len(places)).run(self._connection, values)
        return {
            (strata[row.bank_id, row.topic, row.type, row.difficulty], row.draw_rank): _item(row)
            for row in rows
        }

    def named(self, qualified: Sequence[str]) -> Mapping[str, Item]:
        """The ready questions of these names ("bank/id"); unknown ones are left out."""
        by_bank: dict[int, list[str]] = {}
        for name in qualified:
            bank, _, slug = name.partition("/")
            if bank in self._ids:
                by_bank.setdefault(self._ids[bank], []).append(slug)
        if not by_bank:
            return {}
        rows = self._connection.execute(
            _ITEM.join(Question, Question.id == QuestionVersion.question_id).where(
                QuestionVersion.draw_rank.is_not(None),
                or_(
                    *(
                        and_(Question.bank_id == bank, Question.slug.in_(slugs))
                        for bank, slugs in by_bank.items()
                    )
                ),
            )
        )
        items = [_item(row) for row in rows]
        return {item.qualified: item for item in items}

    def listed(self, stratum: Stratum) -> Sequence[Item]:
        """The whole stratum, by rank. Read once: sections of one blueprint ask for the same strata."""
        if stratum not in self._listed:
            values = {
                column.key: value for column, value in zip(_IN_STRATUM, self._key(stratum), strict=True)
            }
            self._listed[stratum] = [_item(row) for row in _LISTED.run(self._connection, values)]
        return self._listed[stratum]

    def kinds(self, banks: Sequence[str]) -> Mapping[Item, int]:
        """How many there are of each kind; read once for each state of a bank, which its digest names."""
        found: Counter[Item] = Counter()
        rows = _DIGESTS.run(self._connection, {"banks": self._known(banks)})
        for bank_id, digest in rows.all():
            known = _kinds.get((bank_id, self._names[bank_id], digest))
            found.update(self._read_kinds(bank_id) if known is None else known)
        return found

    def _read_kinds(self, bank_id: int) -> Mapping[Item, int]:
        rows = self._connection.execute(_KINDS, {"of_bank": bank_id}).all()
        kinds: Counter[Item] = Counter()
        for row in rows:
            kinds[_kind(self._names[bank_id], row)] += row.questions
        if rows:
            if len(_kinds) >= _KINDS_MOST:
                _kinds.clear()
            _kinds[bank_id, self._names[bank_id], rows[0].digest] = kinds
        return kinds

    def families(self, items: Sequence[Item]) -> Mapping[str, Authored]:
        """The families among these, whole."""
        return self._whole([item for item in items if item.family])

    def measures(self, items: Sequence[Item]) -> Mapping[str, Measures]:
        """What is measured of these, read from their texts."""
        return {name: measures_of(one) for name, one in self._whole(items).items()}

    def calibrations(self, items: Sequence[Item]) -> Mapping[str, Calibration]:
        """Those of the calibrated ones among these: a statement for each bank, whose texts are not read."""
        found: dict[str, Calibration] = {}
        wanted = {item.qualified for item in items}
        for bank in dict.fromkeys(item.bank for item in items):
            rows = self._connection.execute(
                select(Question.slug, QuestionVersion.content["calibration"])
                .join(Question, Question.id == QuestionVersion.question_id)
                .where(
                    QuestionVersion.bank_id == self._ids[bank],
                    QuestionVersion.draw_rank.is_not(None),
                    QuestionVersion.content["calibration"].as_string().is_not(None),
                )
            )
            for slug, calibration in rows:
                if f"{bank}/{slug}" in wanted:
                    found[f"{bank}/{slug}"] = Calibration.model_validate(calibration)
        return found

    def _whole(self, items: Sequence[Item]) -> Mapping[str, Authored]:
        """A statement for each ``AT_ONCE`` of them."""
        found: dict[str, Authored] = {}
        for start in range(0, len(items), AT_ONCE):
            found.update(self._read_whole(items[start : start + AT_ONCE]))
        return found

    def _read_whole(self, items: Sequence[Item]) -> Mapping[str, Authored]:
        rows = self._connection.execute(
            select(Question.bank_id, Question.slug, QuestionVersion.digest, QuestionVersion.content)
            .join(QuestionVersion, and_(QuestionVersion.question_id == Question.id, QuestionVersion.current))
            .where(
                or_(
                    *(
                        and_(Question.bank_id == self._ids[item.bank], Question.slug == item.id)
                        for item in items
                    )
                )
            )
        )
        return {
            f"{self._names[row.bank_id]}/{row.slug}": load_authored(row.digest, row.content) for row in rows
        }

    def _known(self, banks: Sequence[str]) -> list[int]:
        return [self._ids[name] for name in banks if name in self._ids]

    def _key(self, stratum: Stratum) -> tuple[int, str, str, str]:
        return self._ids[stratum.bank], stratum.topic, stratum.type, stratum.difficulty


def _kind(bank: str, row: Row[Any]) -> Item:
    return Item(
        bank,
        "",
        row.topic,
        row.type,
        row.difficulty,
        tags=tuple(json.loads(row.tags or "[]")),
        start=_day(row.starts_on),
        end=_day(row.ends_on),
        spans=None if row.spans is None else tuple(json.loads(row.spans)),
        level=row.level,
        languages=_languages(row),
    )


def _day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def bank_digests(connection: Connection, banks: Mapping[str, int]) -> dict[str, str]:
    """{name: digest} of the banks as they are now."""
    rows = _DIGESTS.run(connection, {"banks": list(banks.values())})
    digests = {row.id: row.digest for row in rows}
    return {name: digests[bank_id] for name, bank_id in banks.items()}


_VERSIONS = Prepared(
    select(Question.bank_id, Question.slug, QuestionVersion.id)
    .join(QuestionVersion, and_(QuestionVersion.question_id == Question.id, QuestionVersion.current))
    .where(Question.bank_id.in_(_these), Question.slug.in_(bindparam("slugs", expanding=True)))
)


def version_ids(connection: Connection, banks: Mapping[str, int], questions: Sequence[str]) -> dict[str, int]:
    """{"bank/id": id of the current version} of these questions."""
    names = {bank_id: name for name, bank_id in banks.items()}
    slugs = [name.partition("/")[2] for name in questions]
    rows = _VERSIONS.run(connection, {"banks": list(names), "slugs": slugs})
    found = {f"{names[row.bank_id]}/{row.slug}": row.id for row in rows}
    return {question: found[question] for question in questions}


def renumber(connection: Connection, bank_id: int) -> None:
    """Gives the current, ready questions of a bank their dense ranks by id in each stratum, all others none."""
    ranked = (
        select(
            QuestionVersion.id,
            (
                func.row_number().over(
                    partition_by=_stratum_columns(),
                    order_by=Question.slug.collate(_binary(connection)),
                )
                - 1
            ).label("rank"),
        )
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(QuestionVersion.bank_id == bank_id, QuestionVersion.current, QuestionVersion.status == "ready")
        .cte("ranked")
    )
    # those alone whose rank is another one: a bank may hold 50,000
    connection.execute(
        update(QuestionVersion)
        .where(QuestionVersion.id == ranked.c.id, QuestionVersion.draw_rank.is_distinct_from(ranked.c.rank))
        .values(draw_rank=ranked.c.rank)
    )
    drawable = QuestionVersion.current & (QuestionVersion.status == "ready")
    connection.execute(
        update(QuestionVersion)
        .where(QuestionVersion.bank_id == bank_id, QuestionVersion.draw_rank.is_not(None), ~drawable)
        .values(draw_rank=None)
    )
    connection.execute(delete(StratumSize).where(StratumSize.bank_id == bank_id))
    connection.execute(
        insert(StratumSize).from_select(
            ["bank_id", *_STRATUM, "size"],
            select(QuestionVersion.bank_id, *_stratum_columns(), func.count())
            .where(QuestionVersion.bank_id == bank_id, QuestionVersion.draw_rank.is_not(None))
            .group_by(QuestionVersion.bank_id, *_stratum_columns()),
        )
    )


_STRATUM = ("topic", "type", "difficulty")


def _stratum_columns() -> list[Any]:
    return [getattr(QuestionVersion, name) for name in _STRATUM]


def _binary(connection: Connection) -> str:
    """The collation that orders by code point, as the draw over lists does."""
    return "C" if connection.dialect.name == "postgresql" else "BINARY"

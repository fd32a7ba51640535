"""What a draw looks questions up in: by rank in a stratum, so that 100,000 questions cost no more than 100."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from operator import attrgetter
from typing import Any, Protocol

from quiz.assembly.measures import Measures, measures_of
from quiz.banks.calibration import Calibration
from quiz.banks.families import Family
from quiz.banks.model import EXPECTED, Authored, Bank, Question
from quiz.banks.stimuli import SharedStimulus


@dataclass(frozen=True, slots=True)
class Stratum:
    """Ready questions alike in bank, topic, type and difficulty, numbered 0 … size − 1 by id."""

    bank: str
    topic: str
    type: str
    difficulty: str
    size: int


@dataclass(frozen=True, slots=True)
class Item:
    """What a draw has to know of a ready question."""

    bank: str
    id: str
    topic: str
    type: str
    difficulty: str
    tags: tuple[str, ...] = ()
    #: As ``bank/id``.
    enemies: tuple[str, ...] = ()
    #: Authored; None: by difficulty.
    facility: Fraction | None = None
    points: Fraction = Fraction(1)
    #: True from this day; None: always was.
    start: date | None = None
    #: True before this day; None: no end.
    end: date | None = None
    #: Ids whose order may be shuffled, in authored order.
    option_ids: tuple[str, ...] = ()
    shuffle: bool = True
    #: True where the order is shuffled whatever the author and the quiz say.
    always_shuffled: bool = False
    #: True where the authored order is the key, so that it is never the shown one.
    order_is_key: bool = False
    #: True for a family: the paper gets one of its variants, whose options are not known here.
    family: bool = False
    #: When a family has variants that depend on the date: spans such as ``2001-06-15/2017-06-09``, the second day
    #: exclusive, an open end empty.
    spans: tuple[str, ...] | None = None
    #: False for a text without a question.
    asks: bool = True
    #: The id of the stimulus that it shares with others of its bank; "" for none.
    stimulus: str = ""
    #: "" where the question does not say.
    level: str = ""
    #: In which it can be read: its bank's first, as far as that is known here, then its translations'.
    languages: tuple[str, ...] = ()

    @property
    def qualified(self) -> str:
        """``bank/id``."""
        return f"{self.bank}/{self.id}"

    @property
    def expected_facility(self) -> Fraction:
        """The expected share of the mark, 0 to 1."""
        return EXPECTED[self.difficulty] if self.facility is None else self.facility

    def in_force(self, on: date) -> bool:
        """Whether the key is true on that day."""
        if self.spans is not None:
            return any(_within(on.isoformat(), span) for span in self.spans)
        return (self.start is None or self.start <= on) and (self.end is None or on < self.end)

    @property
    def turns(self) -> set[date]:
        """The days on which it comes into force or goes out of it."""
        days = {day for day in (self.start, self.end) if day is not None}
        return days | {date.fromisoformat(day) for span in self.spans or () for day in span.split("/") if day}

    def dump(self) -> dict[str, Any]:
        """JSON-able, for a column of an index; what is as usual is left out."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: _plain(value) for name, value in values.items() if value != _USUAL.get(name, ...)}

    @classmethod
    def load(cls, values: Mapping[str, Any]) -> Item:
        """The item of which ``dump`` made these values."""
        read = dict(values)
        read.update((name, tuple(read[name])) for name in _LISTS if name in read)
        read.update((name, Fraction(read[name])) for name in ("facility", "points") if name in read)
        read.update((name, date.fromisoformat(read[name])) for name in ("start", "end") if name in read)
        return cls(**read)


_USUAL = {
    name: field.default for name, field in Item.__dataclass_fields__.items() if name in Item.__slots__[5:]
}


#: Fields that are lists as JSON.
_LISTS = ("tags", "enemies", "option_ids", "spans", "languages")


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Fraction | date) else value


def _within(day: str, span: str) -> bool:
    start, _, end = span.partition("/")
    return start <= day and (not end or day < end)


def item_of(question: Authored, language: str = "") -> Item:
    """The item that stands for a question or a family in an index; ``language``: its bank's, "" where nobody asks for it."""
    start, end = question.as_of, None
    if question.valid is not None:
        start, end = question.valid.start, question.valid.end
    return Item(
        bank=question.bank,
        id=question.id,
        topic=question.topic,
        type=question.type,
        difficulty=question.difficulty,
        tags=tuple(question.tags),
        enemies=tuple(question.enemies),
        facility=question.facility,
        points=question.worth,
        start=start,
        end=end,
        option_ids=question.kind.shuffled(question.content) if isinstance(question, Question) else (),
        shuffle=question.shuffle,
        always_shuffled=question.kind.always_shuffled,
        order_is_key=question.kind.order_is_key,
        family=isinstance(question, Family),
        spans=_spans(question) if isinstance(question, Family) and question.generated else None,
        asks=question.kind.asks,
        stimulus=question.stimulus.id if question.stimulus else "",
        level=question.level,
        languages=(language, *sorted(question.translations)) if language else (),
    )


def kind_of(item: Item) -> Item:
    """What conditions see of an item but its name: equal for all that they let through on the same days."""
    return Item(
        item.bank,
        "",
        item.topic,
        item.type,
        item.difficulty,
        tags=item.tags,
        start=item.start,
        end=item.end,
        spans=item.spans,
        level=item.level,
        languages=item.languages,
    )


def _spans(family: Family) -> tuple[str, ...]:
    days = (("" if day is None else day.isoformat() for day in span) for span in family.spans())
    return tuple(map("/".join, days))


@dataclass(frozen=True, slots=True)
class ItemSet:
    """Questions of a bank that share a stimulus: they stand on a paper together and next to each other, or not at all."""

    bank: str
    #: The stimulus.
    id: str
    #: The ids of its questions as the author orders them, ready or not.
    questions: tuple[str, ...]
    #: How many a paper holds at least (None: all that are ready and in force), and at most.
    least: int | None
    most: int

    @property
    def qualified(self) -> str:
        """``bank/id`` of the stimulus."""
        return f"{self.bank}/{self.id}"

    @property
    def names(self) -> tuple[str, ...]:
        """Its questions as ``bank/id``."""
        return tuple(f"{self.bank}/{id}" for id in self.questions)

    @classmethod
    def of(cls, bank: str, stimulus: SharedStimulus) -> ItemSet:
        """The set of a stimulus in a bank's header."""
        return cls(bank, stimulus.id, stimulus.questions, stimulus.least, stimulus.most)


class Index(Protocol):
    """Ready questions by stratum and rank. Each method is one query where a database answers."""

    def strata(self, banks: Sequence[str]) -> Sequence[Stratum]:
        """The strata of these banks, in order of bank, topic, type, difficulty; none is empty."""
        ...

    def sets(self, banks: Sequence[str]) -> Sequence[ItemSet]:
        """The sets of these banks, in order of bank and id. They are few; their items are looked up by name."""
        ...

    def at(self, wanted: Sequence[tuple[Stratum, int]]) -> Mapping[tuple[Stratum, int], Item]:
        """The items at these ranks."""
        ...

    def named(self, qualified: Sequence[str]) -> Mapping[str, Item]:
        """The ready questions among these (``bank/id``)."""
        ...

    def listed(self, stratum: Stratum) -> Sequence[Item]:
        """All items of a stratum by rank."""
        ...

    def kinds(self, banks: Sequence[str]) -> Mapping[Item, int]:
        """How many items of these banks there are of each kind (``kind_of``)."""
        ...

    def families(self, items: Sequence[Item]) -> Mapping[str, Authored]:
        """The families among these, whole, by ``bank/id``."""
        ...

    def measures(self, items: Sequence[Item]) -> Mapping[str, Measures]:
        """What is measured of these, by ``bank/id``."""
        ...

    def calibrations(self, items: Sequence[Item]) -> Mapping[str, Calibration]:
        """Those of the calibrated ones among these, by ``bank/id``."""
        ...


class ListIndex:
    """An index over items in memory."""

    def __init__(
        self,
        items: Iterable[Item],
        families: Iterable[Authored] = (),
        sets: Iterable[ItemSet] = (),
        authored: Mapping[str, Authored] | None = None,
    ) -> None:
        self._authored = authored or {}
        self._sets = sorted(sets, key=attrgetter("bank", "id"))
        self._families = {family.qualified: family for family in families}
        self._named = {item.qualified: item for item in items}
        groups: dict[tuple[str, str, str, str], list[Item]] = defaultdict(list)
        for item in sorted(self._named.values(), key=attrgetter("id")):
            groups[item.bank, item.topic, item.type, item.difficulty].append(item)
        self._lists = {Stratum(*key, len(group)): group for key, group in sorted(groups.items())}

    @classmethod
    def of(cls, banks: Iterable[Bank]) -> ListIndex:
        """Over the ready questions and families of banks."""
        banks = [*banks]
        ready = [(one, bank) for bank in banks for one in bank.authored if one.status == "ready"]
        sets = [ItemSet.of(bank.slug, stimulus) for bank in banks for stimulus in bank.stimuli]
        return cls(
            [item_of(one, bank.language) for one, bank in ready],
            [one for one, _bank in ready if isinstance(one, Family)],
            sets,
            {one.qualified: one for one, _bank in ready},
        )

    @property
    def items(self) -> Iterable[Item]:
        """All items."""
        return self._named.values()

    def strata(self, banks: Sequence[str]) -> Sequence[Stratum]:
        return [stratum for stratum in self._lists if stratum.bank in banks]

    def sets(self, banks: Sequence[str]) -> Sequence[ItemSet]:
        return [one for one in self._sets if one.bank in banks]

    def at(self, wanted: Sequence[tuple[Stratum, int]]) -> Mapping[tuple[Stratum, int], Item]:
        return {(stratum, rank): self._lists[stratum][rank] for stratum, rank in wanted}

    def named(self, qualified: Sequence[str]) -> Mapping[str, Item]:
        return {id: self._named[id] for id in qualified if id in self._named}

    def listed(self, stratum: Stratum) -> Sequence[Item]:
        return self._lists[stratum]

    def kinds(self, banks: Sequence[str]) -> Mapping[Item, int]:
        return Counter(kind_of(item) for item in self.items if item.bank in banks)

    def families(self, items: Sequence[Item]) -> Mapping[str, Authored]:
        return {item.qualified: self._families[item.qualified] for item in items if item.family}

    def measures(self, items: Sequence[Item]) -> Mapping[str, Measures]:
        names = {item.qualified for item in items} & self._authored.keys()
        return {name: measures_of(self._authored[name]) for name in names}

    def calibrations(self, items: Sequence[Item]) -> Mapping[str, Calibration]:
        return {
            name: measures.calibration
            for name, measures in self.measures(items).items()
            if measures.calibration
        }

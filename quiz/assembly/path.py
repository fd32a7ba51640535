"""Adaptive tests out of a blueprint: what they choose from (``Stock``), and the path of one student (``Path``).

A path hangs on the stock, the rules, the seed and the marks alone, so it can be followed once more at any time. It is
that of ``quiz.statistics.adaptive.session`` with one examinee, whose chance is thrown by ``quiz.assembly.dice``; beside it
questions that are not calibrated are asked on trial, at places and in an order that are thrown too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from math import isfinite
from typing import Any, Final

import numpy as np

from quiz.assembly.adaptive import shares_of_sections
from quiz.assembly.blueprint import LABELS, Blueprint, Section
from quiz.assembly.dice import Dice
from quiz.assembly.index import Index
from quiz.assembly.index import Item as Drawable
from quiz.assembly.parts import admits, covers, shortfall
from quiz.assembly.pools import shares_of
from quiz.assembly.settings import Adaptive
from quiz.errors import Said
from quiz.questions import types
from quiz.statistics.adaptive.ability import Abilities
from quiz.statistics.adaptive.pool import GRID, Item, Pool, at
from quiz.statistics.adaptive.session import Rules, Session, best_error
from quiz.statistics.adaptive.simulation import Figures, chances_to_pass, most_examinees, simulate
from quiz.statistics.classical import Values

ALGORITHM: Final = "adaptive/1"
#: Why a test has ended by its rules: precise enough, as long as it gets, nothing left to ask.
STOPPED: Final = ("error", "most", "items")
#: The seed of the simulations that adjust the lottery of sympson-hetter.
_LOTTERY: Final = 1
#: Students that sit a test before anybody does.
SIMULATED: Final = 500
_BLOCK: Final = 4


@dataclass(frozen=True, slots=True)
class Pooled:
    """A question of a stock. ``topic`` is what it is counted under, where shares are asked for."""

    #: ``bank/id``.
    question: str
    section: str
    points: float
    topic: str = ""
    enemies: tuple[str, ...] = ()
    #: Its slope, the location of each step, its lower asymptote; none where it is not calibrated.
    a: float = 0
    b: tuple[float, ...] = ()
    c: float = 0
    #: The chance with which the lottery lets it through.
    passes: float = 1

    def dump(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self)

    @classmethod
    def load(cls, values: Mapping[str, Any]) -> Pooled:
        """The question of which ``dump`` made these values; others beside them are passed over."""
        known = {name: values[name] for name in cls.__slots__}
        return cls(**known | {"b": tuple(known["b"]), "enemies": tuple(known["enemies"])})

    @property
    def item(self) -> Item:
        """As the statistics know it."""
        return Item(self.question, self.a, self.b, self.c, self.topic, enemies=self.enemies)


@dataclass(frozen=True)
class Stock:
    """What adaptive tests choose from: calibrated questions, and those to be tried beside them."""

    items: tuple[Pooled, ...]
    trials: tuple[Pooled, ...]

    @cached_property
    def pool(self) -> Pool:
        """The calibrated ones with their curves."""
        return _pool(tuple(one.item for one in self.items))


# Four: the curves of 5,000 questions take 50 MB, in each process that serves.
_pool = lru_cache(4)(Pool)


# The stock of a blueprint -------------------------------------------------------------------------------------------


def stock_of(blueprint: Blueprint, index: Index, on: date) -> Stock:
    """The questions of this day that an adaptive blueprint admits; each stands in the first section that does.

    Left out are those that a person marks, and those that share a stimulus with others, which a paper holds together.
    """
    sections = _admitted(blueprint, index, on)
    told = index.calibrations([item for _, item in sections.values()])
    by_topic = bool(blueprint.topics)
    items, trials = [], []
    for name, (number, item) in sorted(sections.items()):
        section = blueprint.sections[number - 1]
        points = item.points if section.points is None else section.points
        one = Pooled(
            name,
            section.name,
            float(points),
            item.topic if by_topic else str(number),
            item.enemies,
        )
        if name in told:
            curve = told[name]
            steps = tuple(map(float, curve.b))
            items.append(replace(one, a=float(curve.a), b=steps, c=float(curve.c)))
        else:
            trials.append(one)
    return Stock(tuple(items), tuple(trials))


def _admitted(blueprint: Blueprint, index: Index, on: date) -> dict[str, tuple[int, Drawable]]:
    found: dict[str, tuple[int, Drawable]] = {}
    for stratum in index.strata(blueprint.banks):
        kind = types.get(stratum.type)
        numbers = [
            number
            for number, section in enumerate(blueprint.sections, 1)
            if covers(section, stratum) and _of_label(section, stratum.difficulty)
        ]
        if not numbers or kind.by_hand or not kind.asks:
            continue
        for item in index.listed(stratum):
            fits = (n for n in numbers if admits(blueprint.sections[n - 1], item, on))
            number = 0 if item.stimulus else next(fits, 0)
            if number:
                found[item.qualified] = number, item
    return found


def _of_label(section: Section, difficulty: str) -> bool:
    return any(label == difficulty and section.demand(label).max != 0 for label in LABELS)


def shares(blueprint: Blueprint) -> Mapping[str, float]:
    """What of each topic or section a test is to have; {} where it does not matter."""
    return shares_of(blueprint) if blueprint.topics else shares_of_sections(blueprint)


def rules_of(blueprint: Blueprint) -> Rules:
    """The rules of the blueprint's adaptive test."""
    given = adaptive_of(blueprint)
    low, high = given.start
    return Rules(
        method=given.method,
        exposure=given.exposure,
        among=given.among,
        rate=float(given.rate),
        shares=shares(blueprint),
        start=(float(low), float(high)),
        fewest=given.fewest,
        most=given.most,
        error=float(given.error or 0),
    )


def adaptive_of(blueprint: Blueprint) -> Adaptive:
    """The settings of an adaptive test; it is one."""
    given = blueprint.settings.adaptive
    if given is None:
        raise ValueError("the blueprint is of no adaptive test")
    return given


def shortfalls(blueprint: Blueprint, stock: Stock) -> list[dict[str, Any]]:
    """What the stock lacks for tests of this blueprint, in words (constraint, required, available, short)."""
    rules, trial = rules_of(blueprint), adaptive_of(blueprint).trial
    found = [shortfall(Said("adaptive, calibrated questions"), rules.most, len(stock.items))]
    found += [
        shortfall(Said("adaptive, questions to be tried that are not calibrated"), trial, len(stock.trials))
    ]
    names = {str(number): section.name for number, section in enumerate(blueprint.sections, 1)}
    for topic, wanted, held in _by_share(rules, stock.items):
        what = (
            Said("topic %(name)s", name=topic)
            if blueprint.topics
            else Said("section %(name)s", name=names[topic])
        )
        found.append(shortfall(Said("adaptive, calibrated questions of %(what)s", what=what), wanted, held))
    missing = [one for one in found if one["short"] > 0]
    return missing or [*_out_of_reach(rules, stock)]


def _by_share(rules: Rules, items: Sequence[Pooled]) -> Iterator[tuple[str, int, int]]:
    """Each topic of the shares, how many of the longest test are to be of it, and how many of these questions are."""
    whole = sum(rules.shares.values())
    for topic, share in rules.shares.items():
        held = sum(f"{one.topic}/".startswith(f"{topic}/") for one in items)
        yield topic, int(np.ceil(share / whole * rules.most)), held


def _out_of_reach(rules: Rules, stock: Stock) -> Iterator[dict[str, Any]]:
    """The rules that a large enough stock cannot keep."""
    least, most = rules.most / len(stock.items), rules.most
    if rules.exposure == "sympson-hetter" and rules.rate < least:
        what = Said("adaptive, rate: the share of students that get a question, on average")
        yield _beyond(what, rules.rate, least)
    best = best_error(rules, stock.pool)
    if rules.error and rules.error < best:
        what = Said(
            "adaptive, error: the standard error to which the %(most)s questions that tell most come down",
            most=most,
        )
        yield _beyond(what, rules.error, best)


def _beyond(what: str, wanted: float, there: float) -> dict[str, Any]:
    return {
        **shortfall(what, 0, 0),
        "required": wanted,
        "available": round(there, 3),
        "short": round(there - wanted, 3),
    }


def with_lottery(blueprint: Blueprint, stock: Stock) -> Stock:
    """The stock with the chances of the lottery, where the rules ask for one: that takes 7 ms a question."""
    rules = rules_of(blueprint)
    if rules.exposure != "sympson-hetter":
        return stock
    passes = chances_to_pass(stock.pool, rules, np.random.default_rng(_LOTTERY)).tolist()
    items = tuple(replace(one, passes=chance) for one, chance in zip(stock.items, passes, strict=True))
    return replace(stock, items=items)


def tried(blueprint: Blueprint, stock: Stock) -> Figures:
    """What tests of this blueprint give: ``SIMULATED`` made-up students of N(0, 1) sit them, or as many as can be simulated
    with a stock of this size. Takes a second or two.
    """
    sitting = min(SIMULATED, most_examinees(stock.pool))
    abilities = np.random.default_rng((_LOTTERY, 1)).standard_normal(sitting)
    return simulate(stock.pool, rules_of(blueprint), abilities, _LOTTERY)


# The path of one student --------------------------------------------------------------------------------------------


class Thrown:
    """Chance out of dice, number after number (``session.Chance``)."""

    def __init__(self, dice: Dice) -> None:
        self._dice, self._block, self._left = dice, 0, np.zeros(0)

    def random(self, size: tuple[int, ...]) -> Values:
        """Numbers in [0, 1) of this shape."""
        count = int(np.prod(size))
        while len(self._left) < count:
            more = -(-(count - len(self._left)) // _BLOCK)
            blocks = range(self._block, self._block + more)
            thrown = b"".join(self._dice.throw("chance", block).to_bytes(32, "big") for block in blocks)
            numbers = (np.frombuffer(thrown, ">u8") >> np.uint64(11)) * 2.0**-53
            self._left, self._block = np.concatenate([self._left, numbers]), self._block + more
        found, self._left = self._left[:count], self._left[count:]
        return np.asarray(found.reshape(size))

    def uniform(self, low: float, high: float, size: int) -> Values:
        """So many numbers from ``low`` to ``high``."""
        return low + (high - low) * self.random((size,))


@dataclass(frozen=True, slots=True)
class Step:
    """A question that comes next, and what was known then: the ability with its standard error (None: nothing yet), and out
    of how many questions it was chosen. ``trial``: it is not calibrated, and does not count.
    """

    question: str
    trial: bool
    out_of: int
    ability: float | None = None
    error: float | None = None

    def dump(self) -> dict[str, Any]:
        """What an attempt keeps beside the question, JSON-able."""
        return {"out_of": self.out_of, "ability": self.ability, "error": self.error}


class Path:
    """An adaptive test of one student: ``next`` and ``take`` in turn.

    ``had``: the questions of earlier tests (``bank/id``); they are not asked again while the rules can be kept without.
    """

    def __init__(self, blueprint: Blueprint, stock: Stock, seed: int, had: Iterable[str] = ()) -> None:
        self._rules, self._stock, self._dice = rules_of(blueprint), stock, Dice(seed)
        self._places = {one.question: place for place, one in enumerate(stock.items)}
        passes = np.array([one.passes for one in stock.items])
        self._session = Session(stock.pool, self._rules, 1, Thrown(self._dice), passes)
        self._had = frozenset(had)
        if self._can_spare():
            self._session.barred[0, [self._places[name] for name in self._had & self._places.keys()]] = True
        trial = min(adaptive_of(blueprint).trial, len(stock.trials))
        # before the last question that every test has, so that each student is asked them
        places = range(1, self._rules.fewest + trial)
        self._trial_places = frozenset(
            sorted(places, key=lambda place: self._dice.throw("trial", place))[:trial]
        )
        self._asked: list[str] = []
        self._coming: Step | None = None

    def next(self) -> Step | None:
        """The question that comes next; None where the test has ended (``stopped``)."""
        if self._coming is None:
            self._coming = self._on_trial() or self._chosen()
        return self._coming

    def take(self, question: str, fraction: float | None) -> None:
        """What was asked next, and the share of its mark that it earned; None where it could not be marked, and tells nothing.

        That is what ``next`` says, unless another version of this program has asked it: then that holds.
        """
        self.next()
        self._coming = None
        self._asked.append(question)
        if question not in self._places:
            self._bar_enemies_of(question)
            return
        who, place = np.array([0]), self._places[question]
        if fraction is None:
            self._session.barred[0, [place, *self._stock.pool.enemies[place]]] = True
            return
        reached = category(fraction, len(self._stock.items[place].b))
        self._session.take(who, np.array([place]), np.array([reached]))

    @property
    def stopped(self) -> str | None:
        """Which rule has ended the test, one of ``STOPPED``; None where it goes on."""
        if self.next() is not None:
            return None
        rules, length = self._rules, int(self._session.lengths[0])
        if length >= rules.fewest and self._session.error[0] <= rules.error:
            return "error"
        return "most" if length >= rules.most else "items"

    def _chosen(self) -> Step | None:
        session = self._session
        who, items = session.choose() if session.going[0] else (np.zeros(0), np.zeros(0))
        if not len(who):
            return None
        ability, error = float(session.theta[0]), float(session.error[0])
        known = bool(session.lengths[0]) and isfinite(ability)
        return Step(
            self._stock.items[int(items[0])].question,
            trial=False,
            out_of=int(session.out_of[0]),
            ability=ability if known else None,
            error=error if known and isfinite(error) else None,
        )

    def _on_trial(self) -> Step | None:
        if len(self._asked) + 1 not in self._trial_places:
            return None
        apart = self._enemies_of_asked()
        left = [
            one.question
            for one in self._stock.trials
            if one.question not in apart and not apart_from(one, self._asked)
        ]
        fresh = [name for name in left if name not in self._had] or left
        if not fresh:
            return None
        name = min(fresh, key=lambda name: self._dice.throw("tried", name))
        return Step(name, trial=True, out_of=len(left))

    def _enemies_of_asked(self) -> set[str]:
        """What was asked, and what those questions name as enemies."""
        asked = set(self._asked)
        every = (*self._stock.items, *self._stock.trials)
        return asked.union(*(one.enemies for one in every if one.question in asked))

    def _bar_enemies_of(self, trial: str) -> None:
        (tried,) = (one for one in self._stock.trials if one.question == trial)
        for place, one in enumerate(self._stock.items):
            if one.question in tried.enemies or trial in one.enemies:
                self._session.barred[0, place] = True

    def _can_spare(self) -> bool:
        """Whether the rules can be kept without what the student has had."""
        rest = [one for one in self._stock.items if one.question not in self._had]
        return len(rest) >= self._rules.most and all(
            held >= wanted for _, wanted, held in _by_share(self._rules, rest)
        )


def apart_from(one: Pooled, asked: Iterable[str]) -> bool:
    """Whether the question names one of these as its enemy."""
    return not set(one.enemies).isdisjoint(asked)


def category(fraction: float, steps: int) -> int:
    """How many of so many steps a share of the mark has reached."""
    return max(0, int(fraction * steps + 1e-9))


# What came out --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Measured:
    """An ability in logits with its standard error, and the share of the points of the whole stock that is expected of it,
    with its 95 % interval (Lord 1980, the true score of a domain). ``error`` None: all answers are right, or all wrong, and
    the method tells no end.
    """

    ability: float
    error: float | None
    share: float
    low: float
    high: float


def measured(blueprint: Blueprint, stock: Stock, marks: Sequence[tuple[str, float]]) -> Measured | None:
    """What these marks, as (``bank/id``, share of the mark), tell; None where there is none of a calibrated question."""
    pool, places = stock.pool, {one.question: place for place, one in enumerate(stock.items)}
    who, abilities = np.array([0]), Abilities(stock.pool, 1)
    taken = [(places[name], fraction) for name, fraction in marks if name in places]
    for place, fraction in taken:
        reached = category(fraction, int(pool.steps[place]))
        abilities.take(who, np.array([place]), np.array([reached]))
    if not taken:
        return None
    theta, error = (float(one[0]) for one in abilities.estimates(who, rules_of(blueprint).method))
    if isfinite(theta):
        return expected(stock, theta, error)
    return expected(stock, float(np.copysign(GRID[-1], theta)), None)


def expected(stock: Stock, ability: float, error: float | None) -> Measured:
    """What an ability comes to in shares of the whole stock."""
    reach = 1.96 * (error or 0.0)
    low, share, high = share_at(stock, [ability - reach, ability, ability + reach])
    return Measured(ability, error, share, low, high)


def share_at(stock: Stock, abilities: Sequence[float]) -> list[float]:
    """The expected share of the points of the whole stock at each of these abilities."""
    points = np.array([one.points for one in stock.items])
    expected = stock.pool.expected @ points / points.sum()
    return [float(one) for one in at(expected, np.array(abilities))]

"""Which item comes next, and when the test ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from quiz.errors import Invalid, Problem, Said
from quiz.statistics.adaptive.ability import Abilities
from quiz.statistics.adaptive.pool import Pool, at
from quiz.statistics.classical import Values

#: How no item is shown to too many (``Rules.exposure``).
EXPOSURES: Final = ("randomesque", "progressive", "sympson-hetter")


class Chance(Protocol):
    """Where chance comes from: a generator of numpy, or any other that has these of its methods."""

    def random(self, size: tuple[int, ...], /) -> Values:
        """Numbers in [0, 1) of this shape."""
        ...

    def uniform(self, low: float, high: float, size: int, /) -> Values:
        """So many numbers from ``low`` to ``high``."""
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of an adaptive test: the item with most information comes next, unless ``exposure`` or ``shares`` say else."""

    #: By which abilities are estimated: one of ``irt.persons.METHODS``.
    method: str = "eap"
    #: One of ``EXPOSURES``. randomesque: one of the ``among`` best items, at random (Kingsbury & Zara 1989).
    #: progressive: information counts the more, the longer the test is; chance the less (Revuelta & Ponsoda 1998).
    #: sympson-hetter: a lottery lets an item through, so that at most ``rate`` of all get it (Sympson & Hetter 1985).
    exposure: str = "randomesque"
    among: int = 1
    rate: float = 0.25
    #: What each topic is to have of the test, in any unit; a topic stands for those below it, others have none. Empty: topics do not matter.
    shares: Mapping[str, float] = field(default_factory=dict)
    #: The first item is the best at an ability out of these bounds, each equally likely.
    start: tuple[float, float] = (0.0, 0.0)
    #: The test ends after ``most`` items, or from ``fewest`` on when the standard error is at most ``error``,
    #: or when no item is left that fits into ``minutes``.
    fewest: int = 1
    most: int = 30
    error: float = 0.0
    minutes: float = np.inf


def demand_sense(rules: Rules, pool: Pool) -> None:
    """Raises Invalid where no test of this pool can keep the rules."""
    held = len(pool.items)
    problems = []
    if rules.most > held:
        what = Said("%(most)s items are asked for, the pool holds %(held)s", most=rules.most, held=held)
        problems.append(Problem("most", what, "ask for fewer, or calibrate more"))
    if rules.fewest > rules.most:
        what = Said("%(fewest)s is above most, %(most)s", fewest=rules.fewest, most=rules.most)
        problems.append(Problem("fewest", what, Said("write %(most)s or less", most=rules.most)))
    if rules.exposure == "sympson-hetter" and rules.rate * held < rules.most:
        least = rules.most / held
        what = Said(
            "%(most)s items out of %(held)s are shown to %(least)s of all on average, above %(rate)s",
            most=rules.most,
            held=held,
            least=f"{least:.3g}",
            rate=f"{rules.rate:g}",
        )
        mend = Said("allow more than %(least)s, ask for fewer items, or calibrate more", least=f"{least:.3g}")
        problems.append(Problem("rate", what, mend))
    whole = sum(rules.shares.values())
    for topic, share in rules.shares.items():
        has, wanted = int(pool.within(topic).sum()), int(np.ceil(share / whole * rules.most))
        if has < wanted:
            what = Said(
                "asks for %(wanted)s of %(most)s items, the pool holds %(held)s",
                wanted=wanted,
                most=rules.most,
                held=has,
            )
            problems.append(Problem(f"share of {topic}", what, "give it a smaller share, or calibrate more"))
    best = best_error(rules, pool)
    if rules.error and best > rules.error:
        what = Said(
            "%(error)s is out of reach: the %(most)s items that tell most come down to %(best)s",
            error=f"{rules.error:g}",
            most=rules.most,
            best=f"{best:.3f}",
        )
        mend = Said(
            "write %(least)s or more, ask for more items, or calibrate more",
            least=f"{np.ceil(100 * best) / 100:.2f}",
        )
        problems.append(Problem("error", what, mend))
    if problems:
        raise Invalid(problems)


def best_error(rules: Rules, pool: Pool) -> float:
    """The least standard error that ``most`` items of this pool give anybody."""
    most = min(rules.most, len(pool.items))
    told = np.partition(pool.information, -most, axis=1)[:, -most:].sum(axis=1).max()
    # The normal prior of these two tells as much as one unit.
    return float(1 / np.sqrt(told + (rules.method in {"eap", "map"})))


class Session:
    """An adaptive test as ``n`` examinees sit it: ``choose`` and ``take`` in turn, while anybody is ``going``.

    ``passes``: the chance with which the lottery of *sympson-hetter* lets each item through. All chance comes from ``rng``:
    the same seed and answers give the same items.
    """

    def __init__(
        self,
        pool: Pool,
        rules: Rules,
        n: int,
        rng: np.random.Generator | Chance,
        passes: Values | None = None,
    ) -> None:
        self._pool, self._rules, self._rng = pool, rules, rng
        self._abilities = Abilities(pool, n)
        #: Which items are of which topic of the shares, shape (items, topics).
        self._member = np.stack(
            [pool.within(topic) for topic in rules.shares] or [np.ones(len(pool.items), np.bool_)], axis=1
        )
        items = len(pool.items)
        #: The estimates so far; ±inf where there is none yet.
        self.theta = rng.uniform(*rules.start, n)
        self.error = np.full(n, np.inf)
        self.going = np.ones(n, dtype=np.bool_)
        self.lengths = np.zeros(n, dtype=np.intp)
        self.seen = np.zeros((n, items), dtype=np.bool_)
        #: What each never gets: enemies of what they saw, and whatever else is barred from outside.
        self.barred = np.zeros((n, items), dtype=np.bool_)
        #: Out of how many items the last one of each was chosen.
        self.out_of = np.zeros(n, dtype=np.intp)
        #: What each saw, or would have seen had the lottery let it through.
        self.came_up = np.zeros((n, items), dtype=np.bool_)
        self.minutes = np.zeros(n)
        self._aim = self.theta.copy()  # where an item is to be best: finite
        # An item is drawn for once, when it first comes up; whenever that is, the lottery is the same.
        self._admitted = rng.random((n, items)) < (1 if passes is None else passes)

    def choose(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Who goes on, and the next item of each of them. Ends the test of those for whom no item is left."""
        who = np.flatnonzero(self.going)
        allowed = self._allowed(who)
        left = allowed.any(axis=1)
        self.going[who[~left]] = False
        who, allowed = who[left], allowed[left]
        self.out_of[who] = allowed.sum(axis=1)
        worth = np.where(allowed, self._worth(who), -np.inf)
        admitted = _unless_none(allowed, self._admitted[who])
        items = self._one_of_the_best(np.where(admitted, worth, -np.inf))
        self.came_up[who] |= worth >= worth[np.arange(len(who)), items, None]
        return who, items

    def take(self, who: NDArray[np.intp], items: NDArray[np.intp], categories: NDArray[np.intp]) -> None:
        """The answers to the items chosen, as the category reached; estimates anew, and ends tests."""
        rules = self._rules
        self._abilities.take(who, items, categories)
        self.seen[who, items] = True
        for examinee, item in zip(who, items, strict=True):
            self.barred[examinee, self._pool.enemies[item]] = True
        self.lengths[who] += 1
        self.minutes[who] += self._pool.minutes[items]
        theta, error = self._abilities.estimates(who, rules.method)
        missed = np.isinf(theta)
        self.theta[who], self.error[who] = theta, np.where(missed, np.inf, error)
        low, high = self._pool.reach
        # Halfway to the pool's end, where all answers so far are right, or wrong (Dodd 1990).
        halfway = (self._aim[who] + np.where(theta > 0, high, low)) / 2
        self._aim[who] = np.where(missed, halfway, theta)
        enough = (self.lengths[who] >= rules.fewest) & (self.error[who] <= rules.error)
        self.going[who] = ~enough & (self.lengths[who] < rules.most)

    def _allowed(self, who: NDArray[np.intp]) -> NDArray[np.bool_]:
        """The items that each may get: not seen or barred, within the time, and of the topic that is farthest behind its share."""
        in_time = self.minutes[who, None] + self._pool.minutes <= self._rules.minutes
        free: NDArray[np.bool_] = ~self.seen[who] & ~self.barred[who] & in_time
        if not self._rules.shares:
            return free
        member, shares = self._member, np.array([*self._rules.shares.values()])
        behind = (
            shares / shares.sum() * (self.lengths[who, None] + 1) - self.seen[who].astype(np.float64) @ member
        )
        behind = np.where(free.astype(np.float64) @ member > 0, behind, -np.inf)
        # Of topics that are as far behind one comes by lot, the bigger not always first.
        turn = (np.round(behind, 9) + 1e-10 * self._rng.random(behind.shape)).argmax(axis=1)
        free &= member.T[turn]
        return free

    def _worth(self, who: NDArray[np.intp]) -> Values:
        """What speaks for each item, shape (examinees, items)."""
        information = at(self._pool.information, self._aim[who])
        if self._rules.exposure != "progressive":
            return information
        part = (self.lengths[who] / self._rules.most)[:, None]
        by_chance = self._rng.random(information.shape) * information.max(axis=1, keepdims=True)
        return np.asarray((1 - part) * by_chance + part * information)

    def _one_of_the_best(self, worth: Values) -> NDArray[np.intp]:
        among = self._rules.among if self._rules.exposure == "randomesque" else 1
        if among == 1:
            return np.asarray(worth.argmax(axis=1))
        there = np.minimum(np.isfinite(worth).sum(axis=1), among)
        rank = (self._rng.random((len(worth),)) * there).astype(np.intp)
        # The worth of this rank, without a sort of all; of equals the first comes first.
        value = np.partition(-worth, np.unique(rank), axis=1)[np.arange(len(worth)), rank]
        better = (-worth < value[:, None]).sum(axis=1)
        equals = np.cumsum(-worth == value[:, None], axis=1)
        return np.asarray((equals > (rank - better)[:, None]).argmax(axis=1))


def _unless_none(allowed: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Those that are wanted, too; where none is, all that are allowed."""
    both = allowed & wanted
    return np.where(both.any(axis=1, keepdims=True), both, allowed)

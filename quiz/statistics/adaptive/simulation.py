"""What a pool gives under some rules: an adaptive test that simulated examinees sit, whose abilities are known."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from quiz.errors import Invalid, Problem, Said
from quiz.statistics.adaptive.pool import Pool
from quiz.statistics.adaptive.results import overlap
from quiz.statistics.adaptive.session import Rules, Session, demand_sense
from quiz.statistics.classical import Values

#: The bounds of the groups of abilities whose figures are told apart.
GROUPS: Final = (-np.inf, -1.5, -0.5, 0.5, 1.5, np.inf)
#: How often the lottery of *sympson-hetter* is adjusted, and by how many examinees each time.
ROUNDS: Final = 8
TRIED: Final = 1000
#: Examinees × items × steps that are simulated at once; these take about 700 MB.
MOST_ANSWERS: Final = 6_000_000


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Of ``n`` examinees with abilities from ``low`` to ``high``; None where nobody has an estimate.

    ``bias`` is the mean of estimate − ability, ``rmse`` the root of the mean of its square, ``error`` the mean standard error.
    """

    low: float
    high: float
    n: int
    bias: float | None
    rmse: float | None
    error: float | None
    length: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """``whole`` is of all, ``groups`` by ability. ``unplaced`` have no estimate (*ml*, all right or all wrong).

    ``exposure``: the part of examinees that saw each item. ``overlap``: the part of the mean test that two examinees share
    on average (Chen, Ankenmann & Spray 2003). ``precise``: the part whose standard error came down to ``Rules.error``.
    """

    whole: Accuracy
    groups: tuple[Accuracy, ...]
    unplaced: int
    shortest: int
    longest: int
    precise: float
    exposure: Values
    overlap: float | None
    #: The part of all items shown that each topic of the shares has.
    topics: dict[str, float]


def most_examinees(pool: Pool) -> int:
    """How many can be simulated at once."""
    return int(MOST_ANSWERS // (len(pool.items) * (pool.log.shape[1] - 1)))


def simulate(pool: Pool, rules: Rules, abilities: Values, seed: int) -> Figures:
    """The test as examinees of these abilities sit it; the same seed gives the same. Raises Invalid (``demand_sense``)."""
    demand_sense(rules, pool)
    given, most = len(abilities), most_examinees(pool)
    if given > most:
        what = Said("%(given)s are too many for a pool of this size", given=given)
        raise Invalid([Problem("examinees", what, Said("simulate %(most)s or fewer", most=most))])
    rng = np.random.default_rng(seed)
    passes = chances_to_pass(pool, rules, rng) if rules.exposure == "sympson-hetter" else None
    return _figures(pool, rules, abilities, sat(pool, rules, abilities, rng, passes))


def sat(
    pool: Pool, rules: Rules, abilities: Values, rng: np.random.Generator, passes: Values | None = None
) -> Session:
    """The session when all have ended."""
    answers = pool.answers(abilities, rng)
    session = Session(pool, rules, len(abilities), rng, passes)
    while session.going.any():
        who, items = session.choose()
        session.take(who, items, answers[who, items])
    return session


def chances_to_pass(pool: Pool, rules: Rules, rng: np.random.Generator) -> Values:
    """With which chance each item passes the lottery, so that about ``rate`` of N(0, 1) examinees at most get it.

    Adjusted in simulations: rate / P(the item comes up), at most 1 (Sympson & Hetter 1985).
    """
    passes = np.ones(len(pool.items))
    tried = min(TRIED, most_examinees(pool))
    for _ in range(ROUNDS):
        session = sat(pool, rules, rng.standard_normal(tried), rng, passes)
        passes = rules.rate / np.maximum(session.came_up.mean(axis=0), rules.rate)
    return passes


def _figures(pool: Pool, rules: Rules, abilities: Values, session: Session) -> Figures:
    shown = session.seen.sum(axis=0)
    return Figures(
        whole=_accuracy(abilities, session, -np.inf, np.inf),
        groups=tuple(_accuracy(abilities, session, low, high) for low, high in pairwise(GROUPS)),
        unplaced=int((~np.isfinite(session.theta)).sum()),
        shortest=int(session.lengths.min()),
        longest=int(session.lengths.max()),
        precise=float((session.error <= rules.error).mean()),
        exposure=shown / len(abilities),
        overlap=overlap(shown, len(abilities)),
        topics={
            topic: float(shown[pool.within(topic)].sum() / max(1, shown.sum())) for topic in rules.shares
        },
    )


def _accuracy(abilities: Values, session: Session, low: float, high: float) -> Accuracy:
    some = np.flatnonzero((abilities >= low) & (abilities < high))
    placed = some[np.isfinite(session.theta[some])]
    if not len(placed):
        return Accuracy(low, high, len(some), None, None, None, None)
    apart = session.theta[placed] - abilities[placed]
    return Accuracy(
        low=low,
        high=high,
        n=len(some),
        bias=float(apart.mean()),
        rmse=float(np.sqrt((apart**2).mean())),
        error=float(session.error[placed].mean()),
        length=float(session.lengths[some].mean()),
    )

"""Adaptive tests: abilities as ``irt.persons`` has them, rules that are kept, and accuracy as catsim has it."""

import csv
import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from quiz.errors import Invalid
from quiz.statistics.adaptive.ability import Abilities
from quiz.statistics.adaptive.pool import GRID, Item, Pool, at
from quiz.statistics.adaptive.results import reliability
from quiz.statistics.adaptive.session import Rules, Session, demand_sense
from quiz.statistics.adaptive.simulation import sat, simulate
from quiz.statistics.irt import persons
from quiz.statistics.irt.models import fit
from quiz.statistics.table import Columns, read_table

FOLDER = Path(__file__).parent / "statistics"
#: As ``adaptive_catsim.py`` has them.
RUNS = {
    "length 20": Rules("ml", most=20),
    "error 0.3": Rules("ml", fewest=5, most=40, error=0.3),
    "one of 5, length 20": Rules("ml", among=5, most=20),
}
GRADED = Pool([Item("a", 1.2, (-0.8, 0.4)), Item("b", 0.9, (0.0, 0.7)), Item("c", 1.5, (0.2,))])


@cache
def pool():
    rows = csv.DictReader((FOLDER / "adaptive-pool.csv").read_text(encoding="utf-8").splitlines())
    return Pool([Item(row["item"], float(row["a"]), (float(row["b"]),), topic=row["topic"]) for row in rows])


def normal(n, seed=1):
    return np.random.default_rng(seed).standard_normal(n)


def sessions(rules, n=60, seed=1):
    return sat(pool(), rules, normal(n), np.random.default_rng(seed))


@pytest.mark.parametrize("number, name", [*enumerate(RUNS)])
def test_accuracy_is_that_of_catsim(number, name):
    stored = json.loads((FOLDER / "adaptive-figures.json").read_bytes())[name]
    found = simulate(pool(), RUNS[name], normal(2000, 2026 + number), 1)
    assert abs(found.whole.bias) < 0.05
    assert found.whole.rmse == pytest.approx(stored["rmse"], rel=0.05)
    assert found.whole.length == pytest.approx(stored["length"], rel=0.01)
    assert found.overlap == pytest.approx(stored["overlap"], rel=0.02)
    assert found.exposure.max() == pytest.approx(stored["exposure"], abs=0.02)
    assert (found.exposure > 0).mean() == pytest.approx(stored["used"], abs=0.03)


@pytest.mark.parametrize("model, method", [(m, k) for m in ("2pl", "3pl", "gpcm") for k in persons.METHODS])
def test_abilities_are_those_of_persons(model, method):
    fitted, table = fitted_to(model)
    theta, error = persons.abilities(fitted, method)
    whole = Pool([Item(one.item, one.a, one.b, one.c or 0) for one in fitted.items])
    abilities = Abilities(whole, table.n)
    everybody = np.arange(table.n)
    for item, scores in enumerate(table.scores.T):
        abilities.take(everybody, np.full(table.n, item), scores.astype(np.intp))
    ours, our_error = abilities.estimates(everybody, method)
    placed = abs(np.nan_to_num(theta, nan=99)) < GRID[-1] - 0.1
    assert placed.sum() > table.n / 3
    assert ours[placed] == pytest.approx(theta[placed], abs=2e-3)
    assert our_error[placed] == pytest.approx(error[placed], rel=5e-3)
    assert np.isinf(ours[np.isnan(theta)]).all()


@cache
def fitted_to(model):
    names, maxima = "abcde", None
    rows = json.loads((FOLDER / "irt-tables.json").read_bytes())["lsat7"][::5]
    if model == "gpcm":
        names, maxima = "abc", {"a": 2.0, "b": 2.0}
        rows = GRADED.answers(normal(300), np.random.default_rng(1)).tolist()
    text = "\n".join(",".join(map(str, row)) for row in [names, *rows])
    table = read_table(text.encode(), "t.csv", Columns(), None, maxima)
    return fit(table, "complete", model, prior=model == "3pl"), table


def test_every_item_is_the_best_that_is_left():
    whole = pool()
    session = Session(whole, Rules(most=6), 1, np.random.default_rng(3))
    theta, seen = np.zeros(1), []
    while session.going.any():
        who, items = session.choose()
        information = at(whole.information, theta)[0]
        information[seen] = 0
        assert items.tolist() == [information.argmax()]
        seen.append(items[0])
        session.take(who, items, np.array([len(seen) % 2]))
        theta = session.theta.copy()
    assert len(set(seen)) == 6


def test_the_same_seed_gives_the_same_items():
    rules = Rules(among=5, most=10)
    assert (sessions(rules).seen == sessions(rules).seen).all()
    assert (sessions(rules).seen != sessions(rules, seed=2).seen).any()


def test_a_test_ends_when_it_is_precise_or_long_enough():
    found = sessions(Rules(fewest=8, most=18, error=0.35))
    assert found.lengths.min() >= 8
    assert found.lengths.max() <= 18
    early = found.lengths < 18
    assert early.any()
    assert (found.error[early] <= 0.35).all()
    assert (found.seen.sum(axis=1) == found.lengths).all()


def test_a_test_ends_when_no_item_fits_into_the_time():
    found = sessions(Rules(most=30, minutes=7.5))
    assert (found.lengths == 7).all()


def test_topics_have_their_shares():
    shares = {"A": 2, "B": 1}
    found = simulate(pool(), Rules(most=12, shares=shares), normal(50), 1)
    assert found.topics == {"A": pytest.approx(2 / 3), "B": pytest.approx(1 / 3)}


def test_exposure_is_bounded_by_a_lottery():
    free = simulate(pool(), Rules(most=6), normal(2000), 1)
    held = simulate(pool(), Rules(most=6, exposure="sympson-hetter", rate=0.2), normal(2000), 1)
    assert free.exposure.max() == 1
    assert held.exposure.max() < 0.24
    assert held.overlap < free.overlap / 2


def test_progressive_uses_the_whole_pool():
    free = simulate(pool(), Rules(most=10), normal(500), 1)
    held = simulate(pool(), Rules(most=10, exposure="progressive"), normal(500), 1)
    assert (held.exposure > 0).sum() > 2 * (free.exposure > 0).sum()
    assert held.overlap < free.overlap


def test_a_start_between_bounds_spreads_the_first_item():
    first = sessions(Rules(most=1, start=(-1.0, 1.0)))
    assert first.seen.any(axis=0).sum() > 5
    assert sessions(Rules(most=1)).seen.any(axis=0).sum() == 1


def test_a_pool_that_is_too_easy_for_all_places_none_by_ml():
    easy = Pool([Item(str(n), 2.0, (-5.0,)) for n in range(4)])
    found = simulate(easy, Rules("ml", most=4), np.full(20, 5.0), 1)
    assert (found.unplaced, found.whole.bias, found.whole.n) == (20, None, 20)


def test_more_examinees_than_fit_are_refused():
    with pytest.raises(Invalid, match="20001 are too many for a pool of this size – simulate 20000 or fewer"):
        simulate(pool(), Rules(most=2), np.zeros(20_001), 1)


@pytest.mark.parametrize(
    "rules, where, what",
    [
        (Rules(most=301), "most", "301 items are asked for, the pool holds 300"),
        (Rules(fewest=31), "fewest", "31 is above most, 30"),
        (Rules(exposure="sympson-hetter", rate=0.05), "rate", "30 items out of 300 are shown to 0.1 of all"),
        (Rules(most=150, shares={"A": 1}), "share of A", "asks for 150 of 150 items, the pool holds 100"),
    ],
)
def test_rules_that_no_test_can_keep_are_refused(rules, where, what):
    with pytest.raises(Invalid) as found:
        demand_sense(rules, pool())
    problem = found.value.problems[0]
    assert problem.where == where
    assert problem.what.startswith(what)
    assert problem.mend


# Results ------------------------------------------------------------------------------------------------------------


def test_the_reliability_that_errors_tell_is_that_of_abilities_that_are_known():
    """The square of the correlation of estimates with abilities, where each test is as sure as the next."""
    rng = np.random.default_rng(11)
    ability = rng.standard_normal(20_000)
    seen = ability + 0.5 * rng.standard_normal(len(ability))
    error = np.full(len(ability), 0.5)
    known = np.corrcoef(seen, ability)[0, 1] ** 2
    assert reliability(seen, error, "ml") == pytest.approx(known, abs=0.01)
    shrunken, posterior = 0.8 * seen, np.full(len(ability), np.sqrt(0.2))
    assert reliability(shrunken, posterior, "eap") == pytest.approx(known, abs=0.01)


def test_a_reliability_that_does_not_exist_is_none():
    assert reliability(np.zeros(1), np.ones(1), "eap") is None
    assert reliability(np.zeros(3), np.ones(3), "eap") is None
    assert reliability(np.array([0, 0.1]), np.ones(2), "ml") is None

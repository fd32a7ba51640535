"""Exact forms: what they must hold, written apart from the code; by trying everything, the solver's optimum is the optimum;
a conflict is one, and without any of its rules there are forms.
"""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, combinations_with_replacement, product

import numpy as np
import pytest

from quiz.assembly import supply
from quiz.assembly.conflict import conflict, smallest, unmet
from quiz.assembly.draw import Bench, ItemSet, ListIndex
from quiz.assembly.measures import Measures
from quiz.assembly.optimal import assemble, refuted, solve
from quiz.assembly.program import Answer, Limits, Program
from quiz.assembly.steps import Step
from quiz.assembly.tasks import Task
from quiz.banks.calibration import Calibration
from quiz.errors import Invalid
from tests.kernel.papers import DAY, LABELS, at_peace, blueprint, counts_hold, fits, item

LEVELS = ("remember", "analyse")


class Measured(ListIndex):
    """Items with measures that stand in no text: a curve each, one minute, ten words."""

    def measures(self, items):
        return {one.qualified: measures(one) for one in items}


def measures(one):
    number = int(one.id[1:])
    curve = Calibration.model_validate(
        {"a": str(Fraction(6 + number % 5, 8)), "b": str((number % 7 - 3) / 2)}
    )
    return Measures(10 + number, 0, Fraction(1), calibration=curve)


def made(plan, items, forms=1, seed=1, sets=(), past=None):
    bench = Bench(plan, Measured(items, sets=sets), DAY, {})
    return assemble(bench, seed, forms, past)


def ids(form):
    return {one.qualified for _, one in form}


# --- random tasks and all their papers ---------------------------------------------------------------------------------


def task(seed):
    """A small random bank and blueprint, the number of forms, and sets."""
    throw = np.random.default_rng(seed)

    def some(chance):
        return bool(throw.random() < chance)

    size = int(throw.integers(4, 7))
    items = [
        item(
            f"q{n}",
            topic=("t", "u")[int(throw.integers(2))],
            difficulty=LABELS[int(throw.integers(3))],
            level=LEVELS[int(throw.integers(2))],
            facility=Fraction(int(throw.integers(5, 20)), 20),
            points=Fraction(int(throw.integers(1, 3))),
            enemies=(f"m/q{int(throw.integers(size))}",) if some(0.3) else (),
        )
        for n in range(size)
    ]
    items = [replace(one, enemies=tuple(foe for foe in one.enemies if foe != one.qualified)) for one in items]
    sets = []
    if some(0.4):
        items[0], items[1] = (replace(one, stimulus="s", topic="t") for one in items[:2])
        sets.append(ItemSet("m", "s", ("q0", "q1"), None if some(0.6) else 1, 2))
    sections = [{"count": int(throw.integers(1, 4))}]
    if some(0.4):
        sections = [{"topic": "t", "count": {"min": 1, "max": 2}}, {"topic": "u", "count": 1}]
    forms = int(throw.integers(1, 4)) if size < 6 else int(throw.integers(1, 3))
    rules = {
        "overlap": some(0.6) and {"max": int(throw.integers(0, 2))},
        "exposure": some(0.5) and {"max": "0.67", **({"uses": 2} if some(0.3) else {})},
    }
    maximin = {"information": [{"theta": -1}, {"theta": "0.5"}], "objective": "maximin"}
    wishes = {
        "levels": some(0.4) and {"analyse": {"min": 1}},
        "expected_facility": some(0.3) and {"min": "0.5", "max": "0.8"},
        "words": some(0.3) and {"max": 40},
        "points": some(0.3) and {"max": 4},
        "forms": some(0.5) and {name: rule for name, rule in rules.items() if rule},
        **(maximin if some(0.4) else {}),
    }
    return blueprint(*sections, **{name: wish for name, wish in wishes.items() if wish}), items, forms, sets


def papers(plan, items, sets):
    """All papers of a blueprint, as tuples of the ids in each section."""
    places = [[None, *(n for n, section in enumerate(plan.sections) if fits(section, one))] for one in items]
    for choice in product(*places):
        chosen = [
            [one for one, place in zip(items, choice, strict=True) if place == number]
            for number in range(len(plan.sections))
        ]
        held = [one for own in chosen for one in own]
        if (
            counts_hold(plan, chosen)
            and at_peace(held)
            and whole_holds(plan, held)
            and sets_hold(sets, chosen)
        ):
            yield tuple(frozenset(one.qualified for one in own) for own in chosen)


def whole_holds(plan, held):
    points = sum(one.points for one in held)
    facility = sum(one.points * one.facility for one in held) / points
    levels = Counter(one.level for one in held)
    return (
        all(count.min <= levels[level] for level, count in plan.levels.items())
        and (
            plan.expected_facility is None
            or plan.expected_facility.min <= facility <= plan.expected_facility.max
        )
        and (plan.words is None or sum(10 + int(one.id[1:]) for one in held) <= plan.words.max)
        and (plan.points is None or points <= plan.points.max)
    )


def sets_hold(sets, chosen):
    for one in sets:
        counts = [sum(held.qualified in one.names for held in own) for own in chosen]
        least = len(one.names) if one.least is None else one.least
        if sum(map(bool, counts)) > 1 or any(0 < count < least for count in counts):
            return False
    return True


def by_trying(plan, items, forms, sets):
    """The best value of all choices of forms; None: there is none, 0 without an objective."""
    by_name = {one.qualified: one for one in items}
    every = [*papers(plan, items, sets)]
    rules = plan.forms
    choices = []
    for choice in combinations_with_replacement(every, forms):
        held = [frozenset().union(*paper) for paper in choice]
        uses = Counter(id for form in held for id in form)
        shared = max((len(one & other) for one, other in combinations(held, 2)), default=0)
        if len({tuple(map(len, paper)) for paper in choice}) > 1:
            continue
        if rules and not _apart(rules, shared, max(uses.values()), forms):
            continue
        choices.append((held, max(uses.values())))
    if not choices:
        return None
    silent = rules is None or (
        rules.overlap.max is None and rules.exposure.max == 1 and not rules.exposure.uses
    )
    objective = plan.objective or ("balance" if forms > 1 else None)
    if silent and objective == "balance":
        choices = [choice for choice in choices if choice[1] == min(uses for _, uses in choices)]
    most = max(len(held[0]) for held, _ in choices)
    values = [
        _value(objective, [[by_name[id] for id in form] for form in held])
        for held, _ in choices
        if len(held[0]) == most
    ]
    return max(values) if objective == "maximin" else min(values)


def _apart(rules, shared, uses, forms):
    return (
        (rules.overlap.max is None or shared <= rules.overlap.max)
        and uses <= int(rules.exposure.max * forms)
        and uses <= (rules.exposure.uses or forms)
    )


def _value(objective, forms):
    if objective == "maximin":
        return min(
            sum(measures(one).information(theta) for one in form) for form in forms for theta in (-1, 0.5)
        )
    marks = [sum(float(one.points) * expected(one) for one in form) for form in forms]
    return max(marks) - min(marks) if objective else 0


def expected(one):
    """The share of the mark that students of abilities N(0, 1), in steps of a quarter, get by the curve."""
    curve, abilities = measures(one).calibration, np.linspace(-3, 3, 25)
    right = 1 / (1 + np.exp(-float(curve.a) * (abilities - float(curve.b[0]))))
    return float(np.average(right, weights=np.exp(-(abilities**2) / 2)))


@pytest.mark.parametrize("seed", range(50))
def test_what_the_solver_finds_is_what_trying_everything_finds(seed):
    plan, items, forms, sets = task(seed)
    best = by_trying(plan, items, forms, sets)
    given, outcome = made(plan, items, forms, sets=sets)
    assert given.at_once
    if best is None:
        assert outcome.status == "infeasible"
        rules = conflict(given)
        assert refuted(given, rules)
        assert not any(refuted(given, [one for one in rules if one != rule]) for rule in rules)
        assert [entry["constraint"] for entry in unmet(given, outcome)] == [
            given.rules[rule].name for rule in rules
        ]
        return
    every = {frozenset().union(*paper) for paper in papers(plan, items, sets)}
    assert outcome.status == "optimal"
    assert (outcome.value or 0) == pytest.approx(float(best), abs=1e-5)
    assert all(ids(form) in every for form in outcome.forms)
    assert len(outcome.forms) == forms


def test_the_random_tasks_are_of_all_kinds():
    found = Counter(by_trying(*task(seed)) is None for seed in range(50))
    assert found[True] >= 10
    assert found[False] >= 25


# --- forms one after the other ----------------------------------------------------------------------------------------

POOL = [
    item(
        f"q{n}",
        topic=f"t/{n % 3}",
        difficulty=LABELS[n % 3],
        facility=Fraction(30 + n * 7 % 60, 100),
        enemies=(f"m/q{n + 1}",) if n % 9 == 0 else (),
    )
    for n in range(120)
]
SECTIONS = [{"topic": f"t/{n}", "count": 4} for n in range(3)]


@pytest.mark.parametrize("objective", ["balance", "maximin"])
def test_forms_in_turn_meet_the_rules_and_tell_how_near_the_best_they_are(objective):
    plan = blueprint(
        *SECTIONS,
        words={"max": 1100},
        information=[{"theta": 0, "min": 1}],
        forms={"overlap": {"max": 4, "anchors": ["q5"]}, "exposure": {"max": "0.4"}},
        objective=objective,
    )
    given, outcome = made(plan, POOL, 6)
    assert not given.at_once
    held = [ids(form) for form in outcome.forms]
    assert len(held) == 6
    for form in outcome.forms:
        assert Counter(part.number for part, _ in form) == {1: 4, 2: 4, 3: 4}
        assert at_peace([one for _, one in form])
        assert sum(measures(one).words for _, one in form) <= 1100
        assert sum(measures(one).information(0) for _, one in form) >= 1
        assert "m/q5" in ids(form)
    assert max(len(one & other) for one, other in combinations(held, 2)) <= 4
    uses = Counter(id for form in held for id in form - {"m/q5"})
    assert max(uses.values()) <= 2
    chosen = [[one for _, one in form] for form in outcome.forms]
    if objective == "balance":
        assert outcome.value == pytest.approx(float(_value("balance", chosen)), abs=1e-6)
        assert 0 <= outcome.bound <= outcome.value <= 0.05
    else:
        least = min(sum(measures(one).information(0) for one in form) for form in chosen)
        assert outcome.value == pytest.approx(least)
        assert 0.9 * outcome.bound <= outcome.value <= outcome.bound + 1e-6
    assert (outcome.status == "optimal") == (outcome.gap < 1e-5)


def test_the_same_seed_gives_the_same_forms_and_another_others():
    plan = blueprint(*SECTIONS)
    first, again, other = (made(plan, POOL, 4, seed)[1] for seed in (4, 4, 5))
    assert first == replace(again, seconds=first.seconds)
    assert [ids(form) for form in first.forms] != [ids(form) for form in other.forms]


def test_forms_without_a_rule_of_their_own_share_as_few_questions_as_can_be():
    held = [ids(form) for form in made(blueprint(*SECTIONS), POOL[:36], 3)[1].forms]
    assert max(len(one & other) for one, other in combinations(held, 2)) == 0
    uses = Counter(id for form in made(blueprint(*SECTIONS), POOL[:36], 4)[1].forms for id in ids(form))
    assert max(uses.values()) == 2  # 16 of 12 in a section


def test_past_use_counts():
    plan = blueprint({"count": 3}, forms={"exposure": {"uses": 2}})
    past = {f"m/q{n}": 2 for n in range(4)}
    assert ids(made(plan, POOL[:7], past=past)[1].forms[0]) == {"m/q4", "m/q5", "m/q6"}
    given, outcome = made(plan, POOL[:6], past=past)
    assert outcome.status == "infeasible"
    assert unmet(given, outcome) == [
        {"constraint": "section m", "required": 3, "available": 2, "short": 1},
        {
            "constraint": "uses with those of earlier papers, at most",
            "required": 2,
            "available": 3,
            "short": 1,
        },
    ]


# --- in words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "plan, forms, told",
    [
        (blueprint({"count": 4}, forms={"exposure": {"max": "0.5"}}), 1, {"exposure, at most 0.5 of 1 forms": (0, 1)}),
        (blueprint({"count": 4}, forms={"exposure": {"max": "0.34"}}), 3, {"section m": (4, 3), "exposure, at most 0.34 of 3 forms": (1, 2)}),
        (
            blueprint({"count": 3}, forms={"overlap": {"anchors": ["q0", "q1"]}}),
            2,
            {"m/q0 and m/q1, enemies kept apart": (1, 2), "anchor m/q0 on every form": (1, 0), "anchor m/q1 on every form": (1, 0)},
        ),
        (blueprint({"count": 3}, forms={"overlap": {"anchors": ["q99"]}}), 2, {"anchor m/q99 on every form": (1, 0)}),
        (blueprint({"count": 3}, expected_facility={"min": "0.99"}), 1, {"expected facility, at least": (0.99, 0.86)}),
        (blueprint({"count": 3}, words={"max": 34}), 1, {"section m": (3, 2), "words, at most": (34, 35), "m/q0 and m/q1, enemies kept apart": (1, 2)}),
        (blueprint({"count": 9, "difficulty": {"easy": 5}}), 1, {"section m, difficulty easy": (5, 4)}),
    ],
)  # fmt: skip
def test_a_conflict_is_told_with_what_each_rule_lacks(plan, forms, told):
    given, outcome = made(plan, POOL[:10], forms)
    assert outcome.status == "infeasible"
    found = {entry["constraint"]: (entry["required"], entry["available"]) for entry in unmet(given, outcome)}
    assert found == told


class Told(Measured):
    """The same; those with even numbers are of the objective o and by Ann."""

    def measures(self, items):
        said = {"objective": ("o", ""), "author": ("Ann", "Ben")}
        found = super().measures(items)
        return {
            one.qualified: replace(
                found[one.qualified], **{name: told[int(one.id[1:]) % 2] for name, told in said.items()}
            )
            for one in items
        }


#: Six questions: of each difficulty two, of two topics, the first a number, the last two of a set.
SIX = [
    item(
        f"q{n}",
        topic=("t", "u")[n % 2],
        type="numerical" if n == 0 else "single_choice",
        difficulty=LABELS[n % 3],
        level=LEVELS[n % 2],
        facility=Fraction(4 + 2 * n, 20),
        enemies=("m/q1",) if n == 0 else (),
        stimulus="s" if n > 3 else "",
    )
    for n in range(6)
]
WHOLE, SOME = ItemSet("m", "s", ("q4", "q5"), None, 2), ItemSet("m", "s", ("q4", "q5"), 1, 1)
THREE = {"count": 3}


@pytest.mark.parametrize(
    "kind, sections, wishes, forms, set_",
    [
        ("section m, difficulty hard", [{"difficulty": {"hard": 3}}], {}, 1, None),
        ("section m, difficulty easy, at most", [{"count": 5, "difficulty": {"easy": {"max": 1}, "hard": {"max": 1}}}], {}, 1, None),
        ("section m", [{"count": 7}], {}, 1, None),
        ("section m, at most", [{"count": {"max": 2}}], {"levels": {"remember": {"min": 3}}}, 1, None),
        ("section m, include m/q0", [{"count": 3, "include": ["q0"]}], {"types": {"numerical": {"max": 0}}}, 1, None),
        ("questions", [{"count": {"max": 9}}], {"questions": 7}, 1, None),
        ("questions, at most", [{"count": {"min": 1}}], {"questions": 1, "points": {"min": 2}}, 1, None),
        ("level analyse, at least", [THREE], {"levels": {"analyse": {"min": 3}}, "topics": {"t": {"min": 1}}}, 1, None),
        ("difficulty easy, at least", [THREE], {"difficulty": {"easy": {"min": 3}}}, 1, None),
        ("type numerical, at least", [THREE], {"types": {"numerical": {"min": 2}}}, 1, None),
        ("topic u, at most", [{"count": 4}], {"topics": {"u": {"max": 0}}}, 1, None),
        ("objective o, at least", [THREE], {"objectives": {"o": {"min": 4}}}, 1, None),
        ("author Ann, at most", [{"count": 4}], {"authors": {"Ann": {"max": 0}}}, 1, None),
        ("expected facility, at least", [THREE], {"expected_facility": {"min": "0.9"}}, 1, None),
        ("expected facility, at most", [THREE], {"expected_facility": {"max": "0.1"}}, 1, None),
        ("points, at most", [THREE], {"points": {"max": 2}}, 1, None),
        ("minutes, at least", [THREE], {"minutes": {"min": 4}}, 1, None),
        ("words, at most", [THREE], {"words": {"max": 20}}, 1, None),
        ("information at 0, at least", [THREE], {"information": [{"theta": 0, "min": 3}]}, 1, None),
        ("set m/s, whole or none", [{"count": 1, "include": ["q4"]}], {}, 1, WHOLE),
        ("set m/s, 1 to 1 of its questions or none", [{"count": 2, "include": ["q4", "q5"]}], {}, 1, SOME),
        ("m/q0 and m/q1, enemies kept apart", [{"count": 2, "include": ["q0"]}], {"forms": {"overlap": {"anchors": ["q1"]}}}, 1, None),
        ("anchor m/q2 on every form", [{"count": 1}], {"forms": {"overlap": {"anchors": ["q2", "q3"]}}}, 2, None),
        ("overlap of two forms, at most", [{"count": 4}], {"forms": {"overlap": {"max": 1}}}, 2, None),
        ("exposure, at most 0.5 of 2 forms", [{"count": 4}], {"forms": {"exposure": {"max": "0.5"}}}, 2, None),
        ("uses with those of earlier papers, at most", [{"count": 4}], {"forms": {"exposure": {"uses": 1}}}, 2, None),
    ],
)  # fmt: skip
def test_without_any_rule_of_a_conflict_there_are_forms(kind, sections, wishes, forms, set_):
    """For a rule of each kind: forms that break none of the others are found as soon as one is dropped."""
    items = SIX if set_ else [replace(one, stimulus="") for one in SIX]
    bench = Bench(blueprint(*sections, **wishes), Told(items, sets=[set_] if set_ else ()), DAY, {})
    given = Task.of(bench, 1, forms)
    assert given.at_once
    rules = conflict(given)
    assert kind in [given.rules[rule].name for rule in rules]
    assert _forms_by(given, rules) is None
    for dropped in rules:
        rest = [rule for rule in rules if rule != dropped]
        found = _forms_by(given, rest)
        assert found is not None
        assert not {given.rules[rule].name for rule in rest} & {*given.broken(found)}


def _forms_by(given, rules):
    """Forms that meet these rules; None where the solver proves that there are none."""
    step = Step(given, frozenset(rules))
    step.write(given.forms, 0, "none")
    answer = step.program.solve(Limits(2_000))
    if answer.values is None:
        assert answer.proven
        return None
    return step.forms(answer.values)


def test_a_smallest_conflict_is_found_by_halves():
    asked = []

    def impossible(rules):
        asked.append([*rules])
        return {3, 700, 901} <= {*rules}

    assert smallest(range(1000), impossible) == [3, 700, 901]
    assert len(asked) < 70


def test_what_is_given_up_is_not_called_impossible(monkeypatch):
    """A solver that stops at the second form without an answer."""
    answers = []

    def stopping(program, limits):
        answers.append(answered(program, limits))
        return Answer(None, proven=False, bound=0, seconds=0) if len(answers) % 4 == 0 else answers[-1]

    answered = Program.solve
    monkeypatch.setattr(Program, "solve", stopping)
    plan = blueprint(*SECTIONS, forms={"overlap": {"max": 4}})
    given = Task.of(Bench(plan, Measured(POOL), DAY, {}), 1, 5)
    outcome = solve(given)
    assert (outcome.status, outcome.made) == ("unsolved", 2)
    (entry,) = unmet(given, outcome)
    assert (entry["required"], entry["available"]) == (5, 2)
    assert "no proof" in entry["constraint"]


def test_a_program_without_rows_or_columns_is_solved():
    program = Program()
    column = program.column(0, 3, whole=True, worth=2)
    assert program.solve(Limits(1)).values[column] == 3
    program.row([column], [1], 4, 5)
    assert program.solve(Limits(1)).values is None


def test_a_page_does_not_arrange_what_takes_long():
    plan = blueprint({"count": 3}, forms={"count": 2, "overlap": {"max": 3}})
    assert supply.unmet(plan, ListIndex(POOL[:12]), DAY) == []
    with pytest.raises(Invalid) as error:
        supply.unmet(plan, ListIndex([replace(POOL[0], id=f"q{n}", enemies=()) for n in range(1501)]), DAY)
    assert error.value.problems[0].where == "forms.count"


def test_maximin_needs_abilities():
    with pytest.raises(Invalid):
        blueprint({"count": 1}, objective="maximin")

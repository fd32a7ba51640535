"""The draw: reproducible, uniform, within its filters, at few queries."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from fractions import Fraction
from hashlib import sha256
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.assembly.dice import Dice, reduced
from quiz.assembly.draw import Item, ListIndex, draw
from quiz.assembly.index import item_of
from quiz.assembly.supply import Window, change_dates, unmet
from quiz.banks.model import Question
from quiz.errors import Unmeetable
from tests.kernel.papers import DAY, LABELS, blueprint, drawn, item


class Asked:
    """An index that counts what it is asked."""

    def __init__(self, index):
        self._index = index
        self.asked: Counter = Counter()

    def strata(self, banks):
        self.asked["strata"] += 1
        return self._index.strata(banks)

    def sets(self, banks):
        return self._index.sets(banks)

    def at(self, wanted):
        self.asked["at"] += 1
        self.asked["rows"] += len(wanted)
        return self._index.at(wanted)

    def named(self, qualified):
        self.asked["named"] += 1
        return self._index.named(qualified)

    def listed(self, stratum):
        self.asked["listed"] += 1
        return self._index.listed(stratum)


def bank(size, name="m", **fields):
    """Items of three topics and difficulties."""
    return [
        item(f"q{n:05}", name, topic=f"t/{n % 3}", difficulty=LABELS[n // 3 % 3], **fields)
        for n in range(size)
    ]


def unmet_of(plan, items, on=DAY):
    with pytest.raises(Unmeetable) as caught:
        draw(plan, ListIndex(items), 1, on)
    return caught.value.unmet


# --- the same for ever ---------------------------------------------------------------------------------------------


#: Section, end of the question's id and order of its options, slot by slot.
VECTORS = {
    1: "B04cadb A00dabc A06acbd A27cadb A25cdba B19dcab",
    2: "A26abdc A01bcad A27dcba B22dcab B04cabd A13dbca",
    9_007_199_254_740_993: "B07bdac A19cdba A12dabc A00acbd B04acdb A25dabc",
}


@pytest.mark.parametrize("seed", VECTORS)
def test_stored_vectors(seed):
    plan = blueprint(
        {"title": "A", "count": 4, "difficulty": {"easy": 2, "hard": {"min": 1}}},
        {"title": "B", "topic": "t/1", "count": {"min": 1, "max": 3}, "include": ["q00004"]},
        questions=6,
        order="shuffled",
    )
    paper = draw(plan, ListIndex(bank(30)), seed, DAY)
    shown = [f"{slot.section}{slot.question[-2:]}{''.join(slot.order)}" for slot in paper.slots]
    assert " ".join(shown) == VECTORS[seed]


def test_a_simple_draw_by_hand():
    def number(*fields):
        return int.from_bytes(sha256("\n".join(map(str, fields)).encode()).digest(), "big")

    # one stratum of fifty questions with ids in order: rank n is question n
    met = dict.fromkeys(number("draw/1", 7, "pick/1", 1, j) % 50 for j in range(400))
    chosen = [f"m/q{rank:02}" for rank in met][:12]
    chosen.sort(key=lambda id: number("draw/1", 7, "order/1", 0, id))
    paper = draw(
        blueprint({"count": 12}, order="shuffled"), ListIndex(item(f"q{n:02}") for n in range(50)), 7, DAY
    )
    assert drawn(paper) == chosen
    third = sorted("abcd", key=lambda id: number("draw/1", 7, "options/1", 3, id))
    assert paper.slots[2].order == tuple(third)


def test_the_bytes_that_are_hashed():
    text = b"draw/1\n7\npick/1\n2:hard\n0"
    assert next(Dice(7).ranks("2:hard", 10)) == int.from_bytes(sha256(text).digest(), "big") % 10
    text = b"draw/1\n7\noptions/2\n3\na"
    assert Dice(7, 2).throw("options", 3, "a") == int.from_bytes(sha256(text).digest(), "big")


def test_a_throw_that_would_add_bias_is_rejected():
    assert Counter(reduced(number, 3, span=8) for number in range(8)) == {0: 2, 1: 2, 2: 2, None: 2}


@given(st.integers(0, 2**63 - 1))
@settings(max_examples=30, deadline=None)
def test_the_same_seed_gives_the_same_paper(seed):
    plan = blueprint({"count": 5, "difficulty": {"easy": 2}}, {"topic": "t/1", "count": 3}, order="shuffled")
    assert draw(plan, ListIndex(bank(40)), seed, DAY) == draw(plan, ListIndex(bank(40)[::-1]), seed, DAY)


@pytest.mark.parametrize("size", [400, 5_000])
def test_looking_up_more_at_a_time_changes_nothing(size):
    items = [replace(one, tags=("x",) if one.id.endswith("7") else ()) for one in bank(size)]
    plan = blueprint({"count": 6, "tags": {"any": ["x"]}})
    for seed in range(10):
        assert draw(plan, ListIndex(items), seed, DAY) == draw(plan, Lavish(ListIndex(items)), seed, DAY)


class Lavish(Asked):
    """An index that gives whole strata where some of their questions were asked for."""

    def at(self, wanted):
        strata = {stratum for stratum, _ in wanted}
        return super().at([(stratum, rank) for stratum in strata for rank in range(stratum.size)])


def test_form_one_is_the_paper_of_the_seed_and_the_others_differ():
    plan, index = blueprint({"count": 10}), ListIndex(bank(200))
    forms = [draw(plan, index, 7, DAY, form) for form in (1, 2, 3)]
    assert forms[0] == draw(plan, index, 7, DAY)
    assert len({frozenset(drawn(form)) for form in forms}) == 3


# --- uniform -------------------------------------------------------------------------------------------------------


def counted(plan, items, draws):
    """How often each question is drawn."""
    index = ListIndex(items)
    return Counter(id for seed in range(draws) for id in drawn(draw(plan, index, seed, DAY)))


def spread(met, draws, among):
    """χ² per degree of freedom of how often each of these questions is drawn, for draws without replacement."""
    size, number = len(among), sum(met[id] for id in among) / draws
    expected = number * draws / size
    found = sum((met[id] - expected) ** 2 / expected for id in among)
    return found * (size - 1) / (size - number) / (size - 1)


def test_every_question_that_fits_is_equally_likely():
    # strata of 1, 10 and 49 questions, a third of them without the tag
    sizes = {"t/a": 1, "t/b": 10, "t/c": 49}
    topics = [topic for topic, size in sizes.items() for _ in range(size)]
    items = [item(f"q{n:02}", topic=t, tags=("x",) if n % 3 else ()) for n, t in enumerate([*topics])]
    fitting = {one.qualified for one in items if one.tags}
    met = counted(blueprint({"count": 6, "tags": {"all": ["x"]}}), items, 2_000)
    assert set(met) == fitting
    assert 0.5 < spread(met, 2_000, fitting) < 1.5
    for topic, most in (("t/b", 3.7), ("t/c", 2.0)):  # 0.1 % of 6 and of 31 degrees of freedom
        assert 0 < spread(met, 2_000, fitting & {one.qualified for one in items if one.topic == topic}) < most


def test_option_orders_are_equally_likely():
    index, plan = ListIndex([item("q", option_ids=("a", "b", "c"))]), blueprint({"count": 1})
    orders = Counter(draw(plan, index, seed, DAY).slots[0].order for seed in range(3_000))
    assert len(orders) == 6
    assert sum((count - 500) ** 2 / 500 for count in orders.values()) < 15.09  # 1 %, 5 degrees of freedom


# --- cheap ---------------------------------------------------------------------------------------------------------


def test_twenty_from_a_hundred_thousand_take_two_queries():
    items = [one for name in "abcd" for one in bank(25_000, name)]
    index = Asked(ListIndex(items))
    plan = blueprint(
        {"bank": "a", "count": 6, "difficulty": {"easy": 2, "medium": 3, "hard": 1}},
        {"bank": "b", "count": {"min": 5, "max": 6}, "types": ["single_choice", "numerical"]},
        {"bank": "c", "count": 4, "topic": "t/1"},
        {"bank": "d", "count": 4, "exclude": ["q00001"]},
        questions=20,
        order="shuffled",
    )
    assert len(draw(plan, index, 1, DAY).slots) == 20
    assert index.asked["strata"] == index.asked["at"] == 1
    assert index.asked["rows"] < 60
    assert not index.asked["listed"]


def test_a_rare_tag_takes_a_few_queries_more_and_lists_nothing():
    items = [replace(one, tags=("x",) if one.id.endswith("7") else ()) for one in bank(10_000)]
    index = Asked(ListIndex(items))
    assert len(draw(blueprint({"count": 5, "tags": {"any": ["x"]}}), index, 1, DAY).slots) == 5
    assert index.asked["at"] <= 4
    assert not index.asked["listed"]


# --- what a paper holds --------------------------------------------------------------------------------------------


def test_order_as_listed_keeps_sections_and_puts_the_included_first():
    plan = blueprint({"title": "B", "count": 3, "include": ["q00007"]}, {"title": "A", "count": 2})
    paper = draw(plan, ListIndex(bank(20)), 1, DAY)
    assert [slot.section for slot in paper.slots] == ["B", "B", "B", "A", "A"]
    assert drawn(paper)[0] == "m/q00007"
    assert [slot.slot for slot in paper.slots] == [1, 2, 3, 4, 5]


def test_order_easy_to_hard_goes_by_expected_facility():
    items = [*bank(9), item("authored", facility=Fraction(99, 100), difficulty="hard")]
    paper = draw(blueprint({"count": 10}, order="easy_to_hard"), ListIndex(items), 1, DAY)
    facilities = [slot.expected_facility for slot in paper.slots]
    assert facilities == sorted(facilities, reverse=True)
    assert drawn(paper)[0] == "m/authored"


def test_order_shuffled_mixes_the_sections():
    plan = blueprint({"title": "A", "count": 6}, {"title": "B", "count": 6}, order="shuffled")
    starts = {draw(plan, ListIndex(bank(40)), seed, DAY).slots[0].section for seed in range(10)}
    assert starts == {"A", "B"}


def test_options_keep_their_order_where_author_or_blueprint_says_so():
    items = [item("fixed", shuffle=False), *bank(20)]
    for seed in range(5):
        paper = draw(blueprint({"count": 21}), ListIndex(items), seed, DAY)
        orders = {slot.question: slot.order for slot in paper.slots}
        assert orders.pop("m/fixed") == ("a", "b", "c", "d")
        assert set(orders.values()) != {("a", "b", "c", "d")}
        still = draw(blueprint({"count": 21}, shuffle_options=False), ListIndex(items), seed, DAY)
        assert {slot.order for slot in still.slots} == {("a", "b", "c", "d")}


def test_where_the_authored_order_is_the_key_it_is_never_shown():
    fixed = {"option_ids": ("a", "b"), "shuffle": False, "always_shuffled": True}
    items = [item("q", **fixed, order_is_key=True)]
    plan = blueprint({"count": 1}, shuffle_options=False)
    assert {draw(plan, ListIndex(items), seed, DAY).slots[0].order for seed in range(20)} == {("b", "a")}
    items = [item("q", **fixed)]
    both = {draw(plan, ListIndex(items), seed, DAY).slots[0].order for seed in range(20)}
    assert both == {("a", "b"), ("b", "a")}, (
        "in a matching any order may come, or the pairs of two were known"
    )


def test_types_that_are_always_shuffled_are_so_in_a_drawn_paper():
    """An ordering is never shown in its right order, whatever author and quiz say; a matching in any."""
    common = {"bank": "m", "prompt": "P", "timeless": True, "shuffle": False}
    ordering = Question.load({**common, "id": "o", "type": "ordering", "items": ["A", "B", "C"]})
    pairs = [{"stem": "1", "choice": "A"}, {"stem": "2", "choice": "B"}]
    matching = Question.load({**common, "id": "p", "type": "matching", "pairs": pairs})
    index = ListIndex([item_of(ordering), item_of(matching)])
    plan = blueprint({"count": 2}, shuffle_options=False)
    slots = [slot for seed in range(60) for slot in draw(plan, index, seed, DAY).slots]
    seen = {name: {slot.order for slot in slots if slot.question == name} for name in ("m/o", "m/p")}
    assert seen["m/o"] == {*permutations("abc")} - {("a", "b", "c")}
    assert seen["m/p"] == {*permutations("ab")}


def test_points_and_expected_score():
    items = [item("easy", points=Fraction(2)), item("hard", difficulty="hard")]
    paper = draw(blueprint({"count": 2}), ListIndex(items), 1, DAY)
    assert paper.points == 3
    assert paper.expected_score == Fraction(2 * 85 + 40, 100)
    paper = draw(blueprint({"count": 2, "points": "0.5"}), ListIndex(items), 1, DAY)
    assert paper.points == 1
    assert paper.expected_score == Fraction(85 + 40, 200)


def test_the_expected_score_is_authored_only_where_all_of_it_is():
    known = [item("a", facility=Fraction(1, 2)), item("b", facility=Fraction(1, 4))]
    plan = blueprint({"count": 2})
    assert draw(plan, ListIndex(known), 1, DAY).expected_source == "authored"
    assert draw(plan, ListIndex([known[0], item("c")]), 1, DAY).expected_source == "label"


def test_sections_grow_in_turn_until_the_total_is_reached():
    plan = blueprint(
        {"title": "A", "count": {"min": 1, "max": 9}},
        {"title": "B", "count": {"min": 3, "max": 4}},
        {"title": "C", "count": {"min": 0}},
        questions=10,
    )
    for seed in range(5):
        rows = draw(plan, ListIndex(bank(30)), seed, DAY).table
        assert [(row.section, row.required, row.drawn) for row in rows] == [
            ("A", 1, 4),
            ("B", 3, 4),
            ("C", 0, 2),
        ]


def test_without_a_total_a_section_takes_up_to_its_maximum():
    plan = blueprint({"count": {"min": 2, "max": 5}, "topic": "t/0"})
    assert len(draw(plan, ListIndex(bank(60)), 1, DAY).slots) == 5
    assert len(draw(plan, ListIndex(bank(9)), 1, DAY).slots) == 3


@pytest.mark.parametrize(
    "enemies",
    [{"a": ("m/b",)}, {"b": ("m/a",)}, {"a": ("m/b",), "b": ("m/a",)}],
    ids=["one says so", "the other says so", "both say so"],
)
def test_enemies_are_kept_apart_whoever_says_so(enemies):
    items = [item(id, enemies=enemies.get(id, ())) for id in "abc"]
    for seed in range(20):
        assert "m/c" in drawn(draw(blueprint({"count": 2}), ListIndex(items), seed, DAY))


def test_an_included_question_keeps_its_enemies_away():
    items = [item("a", enemies=("m/b",)), item("b"), item("c")]
    plan = blueprint({"count": 2, "include": ["a"]})
    assert {frozenset(drawn(draw(plan, ListIndex(items), seed, DAY))) for seed in range(9)} == {
        frozenset({"m/a", "m/c"})
    }


def test_only_what_is_in_force_is_drawn():
    spans = {"old": (None, date(2026, 11, 23)), "now": (DAY, None), "soon": (date(2026, 11, 24), None)}
    items = [item(id, start=start, end=end) for id, (start, end) in spans.items()]
    assert drawn(draw(blueprint({"count": 1}), ListIndex(items), 1, DAY)) == ["m/now"]


def test_a_topic_is_a_prefix_by_segment():
    items = [item("a", topic="t"), item("b", topic="t/x"), item("c", topic="tt")]
    plan = blueprint({"topic": "t", "count": {"min": 1}})
    assert set(drawn(draw(plan, ListIndex(items), 1, DAY))) == {"m/a", "m/b"}


# --- what cannot be met --------------------------------------------------------------------------------------------


def test_each_shortfall_is_named():
    plan = blueprint(
        {"title": "Membership", "types": ["numerical"], "count": 6},
        {"title": "Easy", "difficulty": {"easy": 4, "hard": 1}, "topic": "t/0"},
        {"title": "Fine", "count": 1},
    )
    items = [*bank(9), *(item(f"n{n}", type="numerical") for n in range(4))]
    assert unmet_of(plan, items) == [
        {"constraint": "section Membership, type numerical", "required": 6, "available": 4, "short": 2},
        {"constraint": "section Easy, topic t/0, difficulty easy", "required": 4, "available": 1, "short": 3},
    ]


def test_a_bank_that_is_not_there_holds_nothing():
    plan = blueprint({"bank": "other", "count": 2})
    assert unmet_of(plan, bank(9)) == [
        {"constraint": "section other", "required": 2, "available": 0, "short": 2}
    ]


def test_sections_that_compete_are_named_together():
    plan = blueprint(
        {"title": "A", "count": 3}, {"title": "B", "count": 2}, {"title": "C", "bank": "n", "count": 1}
    )
    assert unmet_of(plan, [*bank(4), *bank(3, "n")]) == [
        {"constraint": "sections A, B together", "required": 5, "available": 4, "short": 1}
    ]


def test_a_total_beyond_the_supply_is_named():
    plan = blueprint({"count": {"min": 1}}, questions=12)
    assert unmet_of(plan, bank(9)) == [
        {"constraint": "questions", "required": 12, "available": 9, "short": 3}
    ]


def test_enemies_that_leave_too_few_are_named():
    items = [item("a", enemies=("m/b", "m/c")), item("b", enemies=("m/c",)), item("c"), item("d")]
    assert unmet_of(blueprint({"count": 3}), items) == [
        {"constraint": "section m, enemies kept apart", "required": 3, "available": 2, "short": 1}
    ]


def test_included_questions_that_cannot_stand_are_named():
    items = [*bank(9), item("gone", end=DAY), item("a", enemies=("m/b",)), item("b")]
    plan = blueprint({"title": "S", "count": 5, "include": ["gone", "nowhere", "a", "b"]})
    assert unmet_of(plan, items) == [
        {"constraint": "section S, include m/gone", "required": 1, "available": 0, "short": 1},
        {"constraint": "section S, include m/nowhere", "required": 1, "available": 0, "short": 1},
        {"constraint": "include m/a and m/b, enemies kept apart", "required": 2, "available": 1, "short": 1},
    ]


def test_included_questions_of_a_difficulty_that_is_not_wanted_are_named():
    plan = blueprint({"title": "S", "difficulty": "easy", "count": 2, "include": ["x"]})
    assert unmet_of(plan, [*bank(9), item("x", difficulty="hard")]) == [
        {"constraint": "section S, include of difficulty hard", "required": 1, "available": 0, "short": 1}
    ]


def test_a_paper_without_questions_is_none():
    assert unmet_of(blueprint({"count": {"max": 3}, "topic": "nowhere"}), bank(9)) == [
        {"constraint": "questions", "required": 1, "available": 0, "short": 1}
    ]


# --- supply over time ----------------------------------------------------------------------------------------------


def test_supply_changes_on_the_days_on_which_questions_come_and_go():
    items = [
        item("always"),
        item("past", start=date(2020, 1, 1)),
        item("coming", start=date(2026, 12, 1)),
        item("going", end=date(2027, 1, 1)),
        item("beyond", end=date(2030, 1, 1)),
    ]
    days = change_dates(items, Window(DAY, date(2027, 6, 1)))
    assert days == [DAY, date(2026, 12, 1), date(2027, 1, 1)]
    assert change_dates(items, Window(DAY, date.max)) == [*days, date(2030, 1, 1)]
    plan, index = blueprint({"count": 4}), ListIndex(items)
    assert [bool(unmet(plan, index, day)) for day in days] == [False, False, False]
    plan = blueprint({"count": 5})
    assert [bool(unmet(plan, index, day)) for day in days] == [True, False, True]


# --- the item of an index ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "one",
    [
        Item("m", "q", "t", "numerical", "hard"),
        item(
            "q",
            tags=("x",),
            enemies=("m/r",),
            facility=Fraction(1, 3),
            points=Fraction(1, 2),
            start=DAY,
            end=date(2027, 1, 1),
            shuffle=False,
            always_shuffled=True,
            order_is_key=True,
        ),
    ],
    ids=["usual", "everything"],
)
def test_an_item_survives_json(one):
    assert Item.load(json.loads(json.dumps(one.dump()))) == one

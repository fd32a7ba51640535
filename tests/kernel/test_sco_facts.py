"""The shipped generators, held to the tables by another reading of them: one key, and no distractor that is right too.

At every day on which a row of the tables or a named day turns, the day before and the day after; every variant that
there is at any of them is looked at, at the first and the last of these days.
"""

import csv
from datetime import date, timedelta
from functools import cache

import pytest

from quiz.banks.yaml import read_bank
from quiz.files.shipped import shipped

FOLDER = shipped("question_banks")
LAST = date(2026, 6, 15)


def table(name):
    with (FOLDER / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


STATES, SUMMITS, SECRETARIES = table("states"), table("summits"), table("secretaries")
BY_NAME = {row["country"]: row for row in STATES.values()}


@cache
def bank():
    return read_bank(FOLDER / "sco-facts.yaml")


def member(row, day):
    return row["joined"] != "" and row["joined"] <= day


def observer(row, day):
    return row["observer_from"] != "" and row["observer_from"] <= day < row["observer_to"]


def rows(key):
    return [STATES[code] for code in key.split("+")]


def options(question):
    """The texts keyed right, and the others."""
    sides = {True: [], False: []}
    for option in question.content.options:
        sides[bool(option.correct)].append(option.text)
    return sides[True], sides[False]


def one_of(question, is_right):
    """Exactly one option is right by this reading, and it is the key; none is left without a reading."""
    right, wrong = options(question)
    return len(right) == 1 and is_right(right[0]) and not any(map(is_right, wrong))


def joined_when(key, question):
    return one_of(question, STATES[key]["joined"].startswith)


def member_on(key, question):
    day, _ = key.split("+")
    return one_of(question, lambda name: member(BY_NAME[name], day))


def members_among(key, question):
    day, *_ = key.split("+")
    right, wrong = options(question)
    return {name: member(BY_NAME[name], day) for name in (*right, *wrong)} == (
        dict.fromkeys(right, True) | dict.fromkeys(wrong, False)
    ) and 2 <= len(right) <= 3


def was_member(key, question):
    day, code = key.split("+")
    return question.content.answer is member(STATES[code], day)


def member_count(key, question):
    return [answer.value for answer in question.content.answers] == [
        sum(member(row, key) for row in STATES.values())
    ]


def observer_on(key, question):
    day, _ = key.split("+")
    return one_of(question, lambda name: observer(BY_NAME[name], day))


def observer_count(key, question):
    return [answer.value for answer in question.content.answers] == [
        sum(observer(row, key) for row in STATES.values())
    ]


def linked_first(key, question):
    first = min(row["linked"] for row in rows(key))
    return one_of(question, lambda name: BY_NAME[name]["linked"] == first)


def order_of_links(key, question):
    days = [BY_NAME[item.text]["linked"] for item in question.content.items]
    return days == sorted(set(days)) and {item.text for item in question.content.items} == {
        row["country"] for row in rows(key)
    }


def match_link_years(key, question):
    pairs = [(BY_NAME[pair.stem]["linked"][:4], pair.choice) for pair in question.content.pairs]
    return all(year == choice for year, choice in pairs) and len({year for year, _ in pairs}) == 4


def match_capitals(key, question):
    pairs = [(BY_NAME[pair.stem]["capital"], pair.choice) for pair in question.content.pairs]
    return all(capital == choice for capital, choice in pairs) and len(set(pairs)) == 4


def summit_place(key, question):
    places = {
        row["place"] for row in SUMMITS.values() if row["closed"].startswith(SUMMITS[key]["closed"][:4])
    }
    return one_of(question, places.__contains__)


def summit_year(key, question):
    years = {row["closed"][:4] for row in SUMMITS.values() if row["place"] == SUMMITS[key]["place"]}
    return one_of(question, years.__contains__)


def secretary_on(key, question):
    day = int(key[:4])
    by_name = {
        row["name"]: int(row["first_year"]) <= day <= int(row["last_year"]) for row in SECRETARIES.values()
    }
    return one_of(question, by_name.__getitem__)


def secretary_from(key, question):
    return one_of(question, SECRETARIES[key]["country"].__eq__)


READINGS = {
    name.replace("_", "-"): read
    for name, read in globals().items()
    if name.replace("_", "-") in {family.id for family in bank().families}
}


def dates_in(text):
    for word in text.split():
        try:
            yield date.fromisoformat(word)
        except ValueError:
            continue


def days_of(family):
    """Each day that the tables of a family, or the family itself, name; and the days beside it."""
    text = (
        str(family.dump())
        .replace("'", " ")
        .replace(",", " ")
        .replace("\\n", " ")
        .replace("]", " ")
        .replace(")", " ")
    )
    named = {day for day in dates_in(text) if day <= LAST}
    return sorted({day + timedelta(after) for day in named for after in (-1, 0, 1)} | {LAST})


def test_each_generator_has_its_own_reading():
    assert READINGS.keys() == {family.id for family in bank().families}


@pytest.mark.parametrize("name", READINGS)
def test_each_variant_has_one_key_and_no_distractor_that_is_right(name):
    family, read = bank().by_id[name], READINGS[name]
    days = days_of(family)
    met = {}
    for day in days:
        for key in family.variants(day):
            met.setdefault(key, [day, day])[1] = day
    assert met.keys() == family.every_key()
    for key, first_and_last in met.items():
        for day in dict.fromkeys(first_and_last):
            question = family.variant(key, day)
            assert read(key, question), (key, day)
            assert question.as_of == day
            assert question.explanation
            assert {*question.translations} == {"ru", "zh"}


#: Variants whose facts lie after the date of the paper would tell the future.
KNOWN_BY = {
    "joined-when": lambda key: STATES[key]["joined"],
    "summit-place": lambda key: SUMMITS[key]["closed"],
    "summit-year": lambda key: SUMMITS[key]["closed"],
    "linked-first": lambda key: max(row["linked"] for row in rows(key)),
    "order-of-links": lambda key: max(row["linked"] for row in rows(key)),
    "match-link-years": lambda key: max(row["linked"] for row in rows(key)),
    "match-capitals": lambda key: max(row["joined"] for row in rows(key)),
    **dict.fromkeys(
        (
            "member-on",
            "members-among",
            "was-member",
            "member-count",
            "observer-on",
            "observer-count",
            "secretary-on",
        ),
        lambda key: key[:10],
    ),
}


@pytest.mark.parametrize("name", KNOWN_BY)
def test_no_paper_asks_for_what_comes_after_its_date(name):
    family = bank().by_id[name]
    for day in days_of(family)[::5]:
        assert all(KNOWN_BY[name](key) <= day.isoformat() for key in family.variants(day)), day


def test_there_are_more_than_a_thousand_variants():
    assert sum(len(family.variants(date(2026, 1, 1))) for family in bank().families) > 1_000


def test_nothing_is_asked_before_the_founding():
    assert not any(family.variants(date(2001, 6, 14)) for family in bank().families)

"""The shipped map and its questions: regions lie where the states do, apart from each other, and the key is the tables'."""

import csv
import math
from datetime import date
from fractions import Fraction
from itertools import combinations

import pytest

from quiz.banks.yaml import read_bank
from quiz.files.shipped import shipped
from quiz.questions.rules.regions import area_at, contains

FOLDER = shipped("question_banks")
DAY = date(2026, 2, 1)
#: Places inside of states, in degrees north and east.
INSIDE = {
    "AF": (34.5, 66.0), "BY": (53.9, 27.6), "CN": (30.7, 104.1), "EG": (27.0, 30.0), "IN": (23.3, 77.4), "IR": (35.7, 51.4),
    "KG": (41.5, 76.0), "KZ": (49.8, 73.1), "LA": (19.9, 102.1), "MM": (22.0, 96.1), "MN": (47.9, 106.9), "PK": (30.2, 71.5),
    "RU": (55.0, 82.9), "SA": (24.7, 46.7), "TJ": (37.9, 69.5), "TM": (38.0, 58.4), "TR": (39.9, 32.9), "UZ": (39.8, 64.4),
}  # fmt: skip


@pytest.fixture(scope="module")
def bank():
    return read_bank(FOLDER / "sco-map.yaml")


def on_map(north, east):
    """Lambert's azimuthal equal-area projection as the map has it (tools/asia_map.py)."""
    x, y, middle = math.radians(east - 78), math.radians(north), math.radians(36)
    factor = 612 * math.sqrt(
        2 / (1 + math.sin(middle) * math.sin(y) + math.cos(middle) * math.cos(y) * math.cos(x))
    )
    across = 452 + factor * math.cos(y) * math.sin(x)
    down = 322 - factor * (math.cos(middle) * math.sin(y) - math.sin(middle) * math.cos(y) * math.cos(x))
    return Fraction(str(round(across, 3))), Fraction(str(round(down, 3)))


def test_each_region_lies_where_its_state_does(bank):
    content = bank.questions[0].content
    ids = [region.id.upper() for region in content.regions]
    for code, where in INSIDE.items():
        assert ids[area_at(content.areas, on_map(*where))] == code


#: Kashmir, Aksai Chin, Arunachal Pradesh, Crimea, Taiwan, Golan.
DISPUTED = [(34.1, 74.8), (35.2, 79.5), (28.0, 94.5), (45.0, 34.1), (24.0, 121.0), (33.0, 35.8)]


@pytest.mark.parametrize("where", DISPUTED)
def test_no_region_reaches_where_states_disagree(bank, where):
    assert area_at(bank.questions[0].content.areas, on_map(*where)) is None


def test_no_corner_of_a_region_lies_in_another(bank):
    for one, other in combinations(bank.questions[0].content.areas, 2):
        corners = zip(one.coords[::2], one.coords[1::2], strict=True)
        assert not any(contains(other, (Fraction(x), Fraction(y))) for x, y in corners)


def test_all_questions_have_the_same_regions(bank):
    def places(question):
        return [(region.id, region.coords) for region in question.content.regions]

    samples = [*bank.questions, *(family.sample() for family in bank.families)]
    assert len({str(places(one)) for one in samples}) == 1


def test_the_keys_are_those_of_the_table(bank):
    with (FOLDER / "tables" / "states.csv").open(encoding="utf-8", newline="") as file:
        states = {row["code"]: row for row in csv.DictReader(file)}
    where, joined = bank.families
    for key in where.variants(DAY):
        assert where.variant(key, DAY).content.key == {key.lower()}
    for key in joined.variants(DAY):
        right = {code.lower() for code, row in states.items() if row["joined"] == key}
        assert joined.variant(key, DAY).content.key == right
        assert right

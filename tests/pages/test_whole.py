"""A quiz as a whole and papers side by side: findings first, pictures with their tables, groups, doors."""

import pytest

from quiz.operations import enrolling
from tests.cast import NOW
from tests.pages.doors import status
from tests.sittings import EVERY, join, sit

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])  # what is shown does not depend on it


@pytest.fixture
def ada(browser):
    return browser("ada")


@pytest.fixture
def two_groups(cast):
    """Monday knows three kinds or all, and is quick; Tuesday the easy ones or nothing, and slow."""
    for name, known, seconds in (("Monday", EVERY, 50), ("Tuesday", {"single_choice", "true_false"}, 100)):
        people = [join(cast, f"{name} {number}") for number in range(6)]
        for number, who in enumerate(people):
            sit(cast, who, known - ({"true_false"} if number % 2 else set()), seconds=seconds + number)
        enrolling.set_group(cast.ada, cast.course, [who.id for who in people], name, NOW)


def test_how_it_went(ada, cast, two_groups, engine):
    ada.get(f"/quizzes/{cast.quiz}/whole")
    assert ada.title == "12 of 14 finished"
    assert "Half took between 5 and 10 minutes" in ada.text
    assert "Who was quicker did better" in ada.text
    assert "The groups differ by more than chance" in ada.text
    assert "probability of < 0.01" in ada.text
    pictures = ada.page.main.find_all("svg", role="img")
    assert [svg.title.string.split(":")[0] for svg in pictures][:2] == ["Bar chart", "Points"]
    words = [text.get_text() for text in pictures[2].find_all("text")]
    assert {"Monday", "Tuesday", "Pass mark: 50"} <= set(words)
    assert "style=" not in str(ada.page.main)
    ada.get(f"/quizzes/{cast.quiz}/whole?group=Tuesday")
    assert ada.title == "6 of 6 finished"
    assert "Teach again: sums › times" in ada.text
    assert "The group Tuesday" in ada.text


def test_columns_lead_to_what_explains_them(ada, cast, two_groups, engine):
    ada.get(f"/quizzes/{cast.quiz}/whole")
    addresses = {link["href"] for link in ada.page.select("th[role=columnheader] a")}
    ada.get("/methods")
    assert len(addresses) == 2
    assert all(ada.page.find(id=address.removeprefix("/methods#")) for address in addresses)


def test_before_anybody_has_finished_and_without_groups(ada, cast, engine):
    ada.get(f"/quizzes/{cast.quiz}/whole")
    assert ada.title == "Nobody has finished yet"
    ada.get(f"/quizzes/{cast.quiz}/side-by-side")
    assert "Nothing to report yet" in ada.text
    sit(cast, cast.bo)
    ada.get(f"/quizzes/{cast.quiz}/whole")
    assert ada.title == "1 of 2 finished"
    assert "The course has no groups." in ada.text
    assert len(ada.page.main.find_all("svg", role="img")) == 1


def test_side_by_side(ada, cast, two_groups, engine):
    ada.get(f"/quizzes/{cast.quiz}/side-by-side?order=grade")
    rows = ada.page.find("table").tbody.find_all("tr")
    assert [len(row.find_all(["th", "td"])) for row in rows] == [8] * 12
    assert rows[0].get_text(" ", strip=True).startswith("Monday 0 Monday 100 5 right")
    assert rows[-1].get_text(" ", strip=True).count("no mark") == 4
    assert rows[0].th.a["href"].endswith("/review")
    group = next(a for a in ada.page.main.find_all("a") if a.get_text(strip=True) == "Tuesday")
    ada.get(group["href"])
    assert len(ada.page.find("table").tbody.find_all("tr")) == 6


@pytest.mark.parametrize("place", ["whole", "side-by-side"])
def test_doors(browser, cast, place, engine):
    path = f"/quizzes/{cast.quiz}/{place}"
    people = ("ada", "bo", "di", "eve", None)
    assert [status(browser, name, path) for name in people] == [200, 404, 404, 404, "login"]
    assert status(browser, "ada", f"{path}?group=Friday") == 422

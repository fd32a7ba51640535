"""Gaps that lie on a picture: what may stand in a bank file, and what a page is given."""

import pytest

from quiz.errors import Invalid
from quiz.questions import types
from tests.kernel.questions import question, render

CONTENT = {
    "text": "[[1]] [[2]]",
    "choices": ["a", "b"],
    "gaps": {"1": "a", "2": "b"},
}
PICTURE = {"file": "images/map.png", "alt": "A map", "width": 80, "height": 60}


def placed(**places):
    """The question with these places of its gaps."""
    named = {name.lstrip("_"): place for name, place in places.items()}
    return question("drag_words", {**CONTENT, "picture": {**PICTURE, "places": named}})


def test_a_point_and_an_area_are_shown_with_their_numbers():
    found = placed(_1={"coords": "10, 20"}, _2={"shape": "rect", "coords": [20, 10, 40, 30]})
    shown = types.get("drag_words").present(found.content, ())
    assert shown["picture"]["places"] == [
        {"x": "10", "y": "20", "outline": ""},
        {"x": "30", "y": "20", "outline": "M20 10H40V30H20Z"},
    ]
    assert found.dump()["picture"]["places"]["2"] == {"shape": "rect", "coords": "20, 10, 40, 30"}
    page = render(
        "types/drag_words/answer.html", presented=found.present(()), fields={}, prefix="", disabled=False
    )
    assert page.count("<circle") == 2
    assert page.count("<select") == 2


@pytest.mark.parametrize(
    "places, where, said",
    [
        ({"_1": {"coords": [1, 2]}}, "picture.places", "the gap '2' has no place"),
        ({"_1": {"coords": [1, 2]}, "_2": {"coords": [1]}}, "picture.places.2.coords", "a point has 2"),
        ({"_1": {"coords": [81, 2]}, "_2": {"coords": [1, 2]}}, "picture.places.1.coords", "lies beside"),
        (
            {"_1": {"coords": [1, 2]}, "_2": {"shape": "circle", "coords": [1, 1, 5]}},
            "picture.places.2.coords",
            "reaches beyond",
        ),
        (
            {"_1": {"coords": [1, 2]}, "_2": {"coords": [1, 2]}, "_3": {"coords": [1, 2]}},
            "picture.places.3",
            "there is no gap",
        ),
    ],
)
def test_places_that_do_not_fit_are_told(places, where, said):
    with pytest.raises(Invalid) as caught:
        placed(**places)
    (problem,) = caught.value.problems
    assert (problem.where, said in problem.what) == (where, True)

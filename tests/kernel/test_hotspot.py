"""Hotspot: exact geometry, where numbers stand, complaints, and a list of areas that does not give the key away."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.errors import Invalid
from quiz.questions.rules.regions import Area, area_at, contains, markers, misshapen, outline
from tests.kernel.questions import question, render

IMAGE = {"file": "images/m.svg", "alt": "A map", "width": 100, "height": 50}
ALL = frozenset({"attempt", "marks", "max", "right_wrong", "answer", "feedback", "explanation", "grade"})


def area(shape, *coords):
    return Area.of(shape, [*map(Fraction, coords)])


def spot(*regions, **more):
    return question("hotspot", {"image": IMAGE, "regions": list(regions), **more})


def rect(id, coords, **more):
    return {"id": id, "label": f"side {id}", "shape": "rect", "coords": coords, **more}


LEFT = rect("left", "0, 0, 40, 50", correct=True)
RIGHT = rect("right", "60, 0, 100, 50")


@pytest.mark.parametrize(
    "shape, coords, point, inside",
    [
        ("rect", (10, 10, 30, 20), (10, 20), True),
        ("rect", (10, 10, 30, 20), (30, "20.001"), False),
        ("circle", (0, 0, 5), (3, 4), True),  # on the border, exactly
        ("circle", (0, 0, 5), (3, "4.000001"), False),
        ("poly", (0, 0, 3, 1, 0, 2), ("1.5", "0.5"), True),  # on a slanting side
        ("poly", (0, 0, 3, 1, 0, 2), (3, 1), True),  # a corner
        ("poly", (0, 0, 3, 1, 0, 2), ("1.5", "0.49"), False),
        ("poly", (0, 0, 10, 0, 10, 10, 5, 5, 0, 10), (5, 6), False),  # in its notch
        ("poly", (0, 0, 10, 0, 10, 10, 5, 5, 0, 10), (1, 5), True),  # as high as a corner
        ("poly", (0, 0, 10, 0, 10, 10, 5, 5, 0, 10), (-1, 5), False),
    ],
)
def test_what_lies_in_a_region(shape, coords, point, inside):
    assert contains(area(shape, *coords), tuple(map(Fraction, point))) is inside


WHOLE = st.integers(0, 20)


@given(st.lists(st.tuples(WHOLE, WHOLE), min_size=3, max_size=7, unique=True), st.tuples(WHOLE, WHOLE))
def test_a_polygon_is_the_same_from_every_corner_and_the_other_way_round(corners, point):
    def holds(corners):
        return contains(
            area("poly", *(part for corner in corners for part in corner)), tuple(map(Fraction, point))
        )

    ways = [corners[turn:] + corners[:turn] for turn in range(len(corners))]
    assert len({holds(way) for way in (*ways, corners[::-1])}) == 1
    assert all(contains(area("poly", *sum(corners, ())), tuple(map(Fraction, corner))) for corner in corners)


@given(st.lists(st.tuples(WHOLE, WHOLE, st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=6))
def test_a_number_stands_in_its_own_region(boxes):
    areas = tuple(area("rect", x, y, x + w, y + h) for x, y, w, h in boxes)
    assert [area_at(areas, marker) for marker in markers(areas)] == [*range(len(markers(areas)))]
    assert markers(areas)


@pytest.mark.parametrize(
    "shape, coords, said",
    [
        ("rect", (1, 2, 3), "a rect has 4 coordinates, here are 3"),
        ("circle", (1, 2, 0), "the region has no size"),
        ("poly", (1, 2, 3, 4), "6 or more"),
        ("poly", (1, 1, 2, 2, 3, 3, 4), "even number"),
        ("rect", (5, 5, 1, 9), "the region has no size"),
    ],
)
def test_what_is_no_shape_is_said(shape, coords, said):
    assert said in misshapen(area(shape, *coords))


def test_an_outline_is_drawn_as_a_path():
    assert outline(area("rect", 1, "2.5", 3, 4)) == "M1 2.5H3V4H1Z"
    assert outline(area("poly", 0, 0, 2, 0, 1, 1)) == "M0 0L2 0L1 1Z"
    assert outline(area("circle", 5, 5, 2)) == "M5 5m-2 0a2 2 0 1 0 4 0a2 2 0 1 0 -4 0Z"


@pytest.mark.parametrize(
    "regions, more, where, said",
    [
        ([RIGHT], {}, "regions", "no region is marked as right"),
        ([LEFT, {**RIGHT, "id": "left"}], {}, "regions[1].id", "'left' stands twice"),
        ([LEFT, rect("far", "90,0,101,9")], {}, "regions[1].coords", "beyond the picture, which is 100 × 50"),
        ([LEFT, rect("in", "1,1,2,2")], {}, "regions[1].coords", "cover it, so that it cannot be marked"),
        ([LEFT, {**RIGHT, "correct": True}], {"choose": 1}, "choose", "asks for 1, but 2 regions are right"),
        ([LEFT, RIGHT], {"choose": 21}, "choose", "20 is the most"),
        ([{**LEFT, "coords": "1, x, 3, 4"}], {}, "regions[0].coords[1]", "'x' is not a number"),
    ],
)
def test_faults_say_where_and_what(regions, more, where, said):
    with pytest.raises(Invalid) as caught:
        spot(*regions, **more)
    assert [(one.where, said in one.what) for one in caught.value.problems] == [(where, True)]


def test_an_overlap_belongs_to_the_first():
    inner = rect("inner", "10, 10, 20, 20", correct=True)
    q = spot(inner, rect("outer", "0, 0, 40, 50"))
    assert q.score([[20, 20]]).fraction == 1
    assert q.score([[20, 20.001]]).fraction == 0


def test_region_ids_and_points_say_the_same():
    q = spot(LEFT, RIGHT)
    for response in (["left"], [[1, 1]], [[0, 50]]):
        q.kind.check(q.content, response)
        assert q.score(response).fraction == 1
        assert q.kind.summarise(q.content, response) == "side left"
    assert q.kind.summarise(q.content, [[50, 10.5]]) == "outside (50, 10.5)"


@pytest.mark.parametrize(
    "response, said",
    [
        ([["1", "2"]], "neither a point [x, y] nor the id of a region"),
        ([[1, 2, 3]], "neither a point"),
        ([[1, float("nan")]], "neither a point"),
        ([[True, 1]], "neither a point"),
        ([[101, 1]], "does not lie on the picture, which is 100 × 50"),
        (["middle"], "there is no region 'middle'"),
        (["left", "right"], "the response has 2 places, the question asks for 1"),
    ],
)
def test_a_program_hears_what_is_wrong(response, said):
    q = spot(LEFT, RIGHT)
    with pytest.raises(Invalid) as caught:
        q.kind.check(q.content, response)
    assert said in str(caught.value.problems[0])


def test_where_the_list_would_be_the_key_there_is_none():
    assert spot(LEFT).present(()).controls["areas"] == []
    assert spot(LEFT, RIGHT, choose=2).present(()).controls["areas"] == []
    assert len(spot(LEFT, RIGHT).present(()).controls["areas"]) == 2


def test_the_list_goes_by_where_areas_lie_and_says_labels_where_asked():
    q = spot(RIGHT, LEFT)
    areas = q.present(()).controls["areas"]
    assert [(one["number"], one["place"], one["label"]) for one in areas] == [
        (1, "20,25", ""),
        (2, "80,25", ""),
    ]
    assert "side left" not in render(
        "types/hotspot/answer.html", presented=q.present(()), fields={}, prefix="", disabled=False
    )
    named = spot(RIGHT, LEFT, list="labels").present(()).controls["areas"]
    assert [one["label"] for one in named] == ["side left", "side right"]


def test_ticking_an_area_is_marking_its_number():
    q = spot(LEFT, RIGHT)
    ticked = q.present(()).controls["areas"][0]["place"]
    assert q.score(q.parse({"answer": [ticked]}, ()).response).fraction == 1


def test_a_review_draws_the_right_regions_and_names_what_was_marked():
    q = spot({**LEFT, "feedback": "**Here.**"}, {**RIGHT, "feedback": "Too far."}, choose=2)
    told = q.review([[90, 10], [50, 10]], (), ALL)
    assert [(one["label"], one["state"]) for one in told["points"]] == [
        ("side right", "wrong"),
        ("", "wrong"),
    ]
    assert told["points"][0]["feedback"].strip() == "<p>Too far.</p>"
    assert [(one["label"], one["missed"]) for one in told["regions"]] == [("side left", True)]
    page = render("types/hotspot/review.html", reviewed=told)
    assert 'd="M0 0H40V50H0Z"' in page
    assert "1✗" in page
    alone = q.review([[90, 10]], (), frozenset({"attempt"}))
    assert "label" not in alone["points"][0]
    assert "regions" not in alone


def test_a_guess_among_the_areas():
    q = spot(LEFT, RIGHT, rect("middle", "45,0,55,50"))
    assert q.kind.random_guess(q.content, "per_region") == Fraction(1, 3)
    assert q.kind.random_guess(spot(LEFT).content, "per_region") is None

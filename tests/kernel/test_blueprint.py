"""Blueprints: what they mean, what is wrong with them in words, and that they come back as they were."""

import json
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.assembly.blueprint import Blueprint, Count, read_blueprint, schema
from quiz.assembly.settings import AFTER_A_CHECK, EVERYTHING, QuizSettings
from quiz.errors import Invalid
from tests.kernel.papers import blueprint, sections

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted((ROOT / "question_banks" / "blueprints").glob("*.yaml"))
PLAIN = {"format": "quiz-blueprint/1", "title": "T", "sections": [{"bank": "m", "count": 5}]}


def problems(**fields):
    """The faults of a plain blueprint with these fields, as text."""
    with pytest.raises(Invalid) as caught:
        Blueprint.load({**PLAIN, **fields})
    return [str(problem) for problem in caught.value.problems]


def problem(**fields):
    (only,) = problems(**fields)
    return only


def section(**fields):
    return [{"bank": "m", "count": 5, **fields}]


# --- what is meant -------------------------------------------------------------------------------------------------


def test_what_is_left_out_has_its_default():
    plain = Blueprint.load(PLAIN)
    assert (plain.order, plain.shuffle_options, plain.as_of, plain.questions) == (
        "as_listed",
        True,
        None,
        None,
    )
    settings = plain.settings
    assert (settings.mode, settings.tries, settings.navigation, settings.layout) == (
        "test",
        "one",
        "free",
        "one",
    )
    assert (settings.attempts, settings.limit, settings.opens, settings.closes) == (None, None, None, None)
    assert settings.grading == "highest"
    assert [settings.scale, settings.pass_mark] == [100, 50]
    assert settings.shown == {"during": (), "after": EVERYTHING, "later": EVERYTHING, "closed": EVERYTHING}


def test_practice_shows_what_was_right_after_each_check_unless_the_author_says_otherwise():
    assert (
        Blueprint.load(PLAIN | {"settings": {"mode": "practice"}}).settings.shown["during"] == AFTER_A_CHECK
    )
    said = Blueprint.load(
        PLAIN | {"settings": {"mode": "practice", "review": {"during": ["marks"]}}}
    ).settings
    assert said.shown["during"] == ("marks",)


@pytest.mark.parametrize(
    "settings, where",
    [
        ({"tries": "interactive"}, "settings.tries"),
        ({"review": {"during": ["marks"]}}, "settings.review.during"),
    ],
)
def test_a_test_has_one_try_and_tells_nothing_before_its_end(settings, where):
    assert problem(settings=settings).startswith(where)
    assert Blueprint.load(PLAIN | {"settings": {"mode": "practice", **settings}})


@pytest.mark.parametrize(
    "written, meant",
    [
        ({"count": 5}, Count(min=5, max=5)),
        ({"count": {"min": 2, "max": 5}}, Count(min=2, max=5)),
        ({"count": {"min": 2}}, Count(min=2)),
        ({"count": {"max": 3}, "difficulty": {"easy": 1, "hard": {"min": 1}}}, Count(min=2, max=3)),
        ({"difficulty": {"easy": 2, "hard": {"min": 1, "max": 4}}}, Count(min=3, max=6)),
        ({"count": 5, "difficulty": "easy"}, Count(min=5, max=5)),
        ({"count": {"min": 1}, "include": ["a", "b"]}, Count(min=2)),
    ],
)
def test_how_many_a_section_wants(written, meant):
    assert blueprint(written).sections[0].bounds == meant


def test_a_label_or_a_list_of_labels_admits_these_alone():
    (one,) = blueprint({"count": 5, "difficulty": ["easy", "hard"]}).sections
    assert [one.demand(label) for label in ("easy", "medium", "hard")] == [Count(), Count(max=0), Count()]
    assert blueprint({"count": 5, "difficulty": "hard"}) == blueprint({"count": 5, "difficulty": ["hard"]})


def test_difficulties_that_are_not_named_fill_up_what_count_leaves():
    assert blueprint({"count": 5, "difficulty": {"hard": 2}}).sections[0].demand("easy") == Count()
    assert blueprint({"difficulty": {"hard": 2}}).sections[0].demand("easy") == Count(max=0)


def test_ids_stand_with_or_without_the_bank():
    (one,) = blueprint({"count": 5, "include": ["a", "m/b"], "exclude": ["c"]}).sections
    assert (one.included, one.excluded) == (("m/a", "m/b"), {"m/c"})


def test_a_section_is_called_by_its_title_or_its_banks():
    made = blueprint({"title": "First", "count": 1}, {"count": 1}, {"banks": ["a", "b"], "count": 1})
    assert [one.name for one in made.sections] == ["First", "m", "a, b"]
    assert made.banks == ("m", "a", "b")


def test_the_pass_mark_is_half_of_the_scale_unless_said_otherwise():
    assert QuizSettings.model_validate({"scale": 10}).pass_mark == 5
    assert QuizSettings.model_validate({"scale": 10, "pass": "6.5"}).pass_mark == Fraction(13, 2)
    assert QuizSettings.model_validate({"pass": None}).pass_mark is None


# --- there and back ------------------------------------------------------------------------------------------------


@given(
    st.lists(sections(5), min_size=1, max_size=3),
    st.sampled_from([{}, {"pass": None}, {"scale": 10, "limit": 5}]),
)
def test_a_blueprint_survives_json(listed, settings):
    try:
        made = blueprint(*listed, settings=settings)
    except Invalid:
        return
    again = Blueprint.load(json.loads(json.dumps(made.dump())))
    assert again == made
    assert again.digest == made.digest


def test_equal_blueprints_have_equal_digests_and_others_others():
    short = blueprint({"count": 5})
    long = blueprint({"count": {"min": 5, "max": 5}}, shuffle_options=True, settings={"scale": "100.0"})
    assert short.digest == long.digest
    assert short.digest != blueprint({"count": 4}).digest


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_the_shipped_blueprints_are_read(path):
    made = read_blueprint(path.read_bytes(), path.name)
    assert Blueprint.load(made.dump()) == made


def test_the_shipped_schema_is_that_of_the_code():
    shipped = ROOT / "question_banks" / "quiz-blueprint-1.schema.json"
    assert json.loads(shipped.read_text()) == schema(), "write it anew: quiz bank schema --blueprint"


# --- what is wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields, told",
    [
        ({"objective": "maximin"}, "objective: maximin needs to know where"),
        ({"information": [{"theta": 0}, {"theta": 0}]}, "information[1].theta: stands there twice"),
        ({"information": [{"theta": 21}]}, "information[0].theta: 21 is not between -20 and 20"),
        ({"words": {"min": 9, "max": 8}}, "words: min 9 is above max 8"),
        ({"minutes": {"max": -1}}, "minutes.max: -1 is below 0"),
        ({"forms": {"exposure": {"max": 2}}}, "forms.exposure.max: 2 is no share"),
        ({"forms": {"overlap": {"max": 1, "anchors": ["a", "b"]}}}, "forms.overlap.max: is 1, and 2 anchors"),
        ({"forms": {"overlap": {"anchors": ["x/a"]}}}, "forms.overlap.anchors[0]: 'x/a' is in no bank"),
    ],
)  # fmt: skip
def test_conditions_that_cannot_be_meant_are_refused_where_they_stand(fields, told):
    assert problem(**fields).startswith(told)


def test_all_questions_on_one_page_leave_nothing_to_go_on_to():
    sequential = {"navigation": "sequential"}
    assert Blueprint.load(PLAIN | {"settings": sequential}).settings.navigation == "sequential"
    assert problem(settings={**sequential, "layout": "all"}).startswith("settings.navigation: ")


@pytest.mark.parametrize(
    "fields, said",
    [
        ({"ordr": "shuffled"}, "ordr: unknown field 'ordr', did you mean 'order'?"),
        ({"order": "shufled"}, "order: 'shufled' is not known here, did you mean 'shuffled'?"),
        ({"questions": 5, "levels": {"apply": 5, "create": 1}}, "levels: ask for at least 6 questions"),
        ({"levels": {"know": 2}}, "levels.know"),
        ({"levels": {"apply": {"min": 3, "max": 2}}}, "levels.apply: min 3 is above max 2"),
        ({"expected_facility": {"min": 60}}, "expected_facility.min: 60 is no share"),
        ({"expected_facility": {"min": 0.7, "max": 0.6}}, "expected_facility: min 0.7 is above max 0.6"),
        ({"as_of": "13.7.2021"}, "as_of: '13.7.2021' is not a date"),
        ({"questions": 0}, "questions: 0 is too few"),
        ({"shuffle_options": "yes"}, "shuffle_options: 'yes' is neither true nor false"),
        ({"sections": []}, "sections: has no section"),
        ({"sections": [{"count": 1}]}, "sections[0]: needs either bank or banks"),
        ({"sections": section(banks=["a"])}, "sections[0]: needs either bank or banks"),
        ({"sections": section(count=-1)}, "sections[0].count: -1 is not a whole number"),
        ({"sections": section(count="5")}, "sections[0].count: '5' is not a whole number"),
        ({"sections": section(count=True)}, "sections[0].count: 'True' is not a whole number"),
        ({"sections": section(count=2.5)}, "sections[0].count: 2.5 is not a whole number"),
        ({"sections": section(count=0)}, "sections[0].count: asks for no question"),
        ({"sections": section(count={"min": 3, "max": 2})}, "sections[0].count: min 3 is above max 2"),
        ({"sections": section(count={"from": 3})}, "sections[0].count.from: unknown field 'from'"),
        (
            {"sections": section(types=["hotspt"])},
            "sections[0].types[0]: unknown type 'hotspt', did you mean 'hotspot'?",
        ),
        ({"sections": section(types=["single"])}, "sections[0].types[0]: unknown type 'single'"),
        ({"sections": section(topic="a//b")}, "sections[0].topic: 'a//b' is not well formed"),
        ({"sections": section(points=-1)}, "sections[0].points: -1 is below 0"),
        ({"sections": section(tags={"some": ["x"]})}, "sections[0].tags.some: unknown field 'some'"),
        (
            {"sections": section(difficulty={"esy": 1})},
            "sections[0].difficulty.esy: 'esy' is not known here, did you",
        ),
        (
            {"sections": section(difficulty=["esy"])},
            "sections[0].difficulty: 'esy' is not known here, did you",
        ),
        (
            {"sections": section(difficulty={"easy": 6})},
            "sections[0].difficulty: asks for at least 6 questions and",
        ),
        (
            {"sections": section(count=1, include=["a", "b"])},
            "sections[0].include: asks for at least 2 questions and",
        ),
        (
            {"sections": section(include=["n/a"])},
            "sections[0].include[0]: 'n/a' is in no bank of this section",
        ),
        (
            {"sections": section(include=["a"], exclude=["m/a"])},
            "sections[0].exclude: 'm/a' is both included and excl",
        ),
        ({"sections": section(include=["a", "m/a"])}, "sections[0].include[1]: 'm/a' is included twice"),
        ({"sections": [{"bank": "m", "difficulty": "easy"}]}, "sections[0]: 'count' is missing"),
        (
            {"sections": [{"banks": ["a", "b"], "count": 1, "exclude": ["q"]}]},
            "sections[0].exclude[0]: 'q' could be in",
        ),
        ({"questions": 4}, "questions: is 4, and the sections ask for at least 5"),
        ({"questions": 6}, "questions: is 6, and the sections ask for at most 5"),
        ({"settings": {"limit": 0}}, "settings.limit: 0 is too few"),
        ({"settings": {"scale": 0}}, "settings.scale: 0 is not above 0"),
        ({"settings": {"pass": 101}}, "settings.pass: is above the scale"),
        ({"settings": {"opens": "2026-01-01"}}, "settings.opens: '2026-01-01' is not a day with a time"),
        (
            {"settings": {"review": {"after": ["mark"]}}},
            "settings.review.after[0]: 'mark' is not known here, did you",
        ),
        (
            {"settings": {"opens": "2026-01-02T09:00", "closes": "2026-01-02T09:00"}},
            "settings.closes: is not after opens",
        ),
        (
            {"settings": {"opens": "2026-01-02T09:00", "closes": "2026-01-02T12:00Z"}},
            "settings.closes: has a time zone where opens has none",
        ),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(fields, said):
    assert problem(**fields).startswith(said)


@pytest.mark.parametrize("given", [[], "text", 3])
def test_what_is_no_mapping_is_said(given):
    with pytest.raises(Invalid, match="must be a mapping"):
        Blueprint.load(given)


def test_all_faults_are_listed_with_their_lines():
    text = """\
format: quiz-blueprint/1
titel: T
sections:
  - {bank: m, count: 5}
  - bank: m
    count: 1e999
    types:
      - single_choice
      - hotspt
settings:
  navigation: sideways
"""
    with pytest.raises(Invalid) as caught:
        read_blueprint(text, "plan.yaml")
    assert str(caught.value) == "plan.yaml has errors"
    assert {(fault.line, fault.where) for fault in caught.value.problems} == {
        (1, ""),  # the title is missing
        (2, "titel"),
        (6, "sections[1].count"),
        (9, "sections[1].types[1]"),
        (11, "settings.navigation"),
    }


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["count", "bank", "min", "easy", "any"]), inner)
        ),
        max_leaves=8,
    ),
    st.sampled_from([*Blueprint.model_fields, "section"]),
)
def test_nonsense_is_read_or_refused_and_never_breaks_the_reader(value, field):
    given = {**PLAIN, field: value} if field != "section" else {**PLAIN, "sections": [value]}
    with suppress(Invalid):
        assert Blueprint.load(given).sections


def test_sections_and_points_are_bounded():
    """A hundred sections are looked at in a second, two thousand in hours."""
    few = {"bank": "m", "count": {"min": 0, "max": 1}}
    Blueprint.load({**PLAIN, "sections": [few] * 100})
    assert "more than 100 sections" in problem(sections=[few] * 101)
    assert "above 1000000" in problem(sections=section(points=Decimal("1e7")))
    assert "above 1000000" in problem(settings={"scale": Decimal("1e7")})

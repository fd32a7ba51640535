"""What is measured of a question: words, minutes, and the information of its curve."""

from math import exp

import pytest

from quiz.assembly.measures import count_words, expected_share, information, measures_of
from quiz.banks.calibration import Calibration
from quiz.banks.model import Question
from quiz.errors import Invalid

PLAIN = {
    "bank": "m", "id": "q", "type": "single_choice", "timeless": True, "prompt": "How **many** member states?",
    "options": [{"id": "a", "text": "eight of them", "correct": True}, {"id": "b", "text": "six"}],
}  # fmt: skip


@pytest.mark.parametrize(
    "text, words",
    [
        ("In 2001, the SCO's Shanghai-born members", 6),
        ("上海合作组织成立于2001年", 11),
        ("<b>да</b> и нет", 3),
        ("", 0),
    ],
)
def test_words_are_counted_in_scripts_with_and_without_spaces(text, words):
    assert count_words([text]) == words


def test_a_question_is_measured_as_students_see_it():
    found = measures_of(
        Question.load({**PLAIN, "objective": "size", "author": "Ada", "explanation": "no word"})
    )
    assert (found.words, found.minutes, found.objective, found.author) == (8, 1, "size", "Ada")
    assert found.information(0) == 0
    assert measures_of(Question.load({**PLAIN, "minutes": "2.5"})).minutes == 2.5


def by_hand(a, b, c, theta):
    """P′² / (P (1 − P)), the derivative as a difference."""

    def p(at):
        return c + (1 - c) / (1 + exp(-a * (at - b)))

    slope = (p(theta + 1e-5) - p(theta - 1e-5)) / 2e-5
    return slope**2 / (p(theta) * (1 - p(theta))), p(theta)


@pytest.mark.parametrize("a, b, c", [(1, 0, 0), (1.7, -0.4, 0), (1.2, 0.5, 0.2)])
@pytest.mark.parametrize("theta", [-2, 0, 1.5])
def test_information_and_expected_share_are_those_of_the_curve(a, b, c, theta):
    one = Calibration.model_validate({"a": a, "b": b, "c": c})
    assert (information(one, theta), expected_share(one, theta)) == pytest.approx(
        by_hand(a, b, c, theta), rel=1e-6
    )


def test_a_question_of_two_steps_tells_more_than_each_step_alone():
    """At the middle of two steps half of the mark is expected, and the variance is that of three categories."""
    two = Calibration.model_validate({"a": 1, "b": [-1, 1]})
    middle = exp(1) / (2 + exp(1))
    assert expected_share(two, 0) == pytest.approx(0.5)
    assert information(two, 0) == pytest.approx(1 - middle)


@pytest.mark.parametrize(
    "given, where",
    [
        ({"b": []}, "calibration.b"),
        ({"b": [0, 1], "c": "0.2"}, "calibration.c"),
        ({"b": 0, "a": 0}, "calibration.a"),
        ({"a": 1}, "calibration"),
        ({"b": 0, "d": 1}, "calibration.d"),
    ],
)
def test_what_is_no_curve_is_refused_where_it_stands(given, where):
    with pytest.raises(Invalid) as error:
        Question.load({**PLAIN, "calibration": given})
    assert where in [problem.where for problem in error.value.problems]
    assert Question.load({**PLAIN, "calibration": {"b": 0}}).dump()["calibration"] == {"b": ["0"]}

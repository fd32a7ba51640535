"""The settings of a quiz, beside its blueprint or in the blueprint's ``settings:`` (docs/formats/blueprint.md)."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)

from quiz.errors import Said
from quiz.questions.fields import Exact, Truth, between, decimal_of, fault, not_negative, positive, worth

ReviewField: TypeAlias = Literal[
    "attempt", "marks", "max", "right_wrong", "answer", "feedback", "explanation", "grade"
]
EVERYTHING: tuple[ReviewField, ...] = (
    "attempt", "marks", "max", "right_wrong", "answer", "feedback", "explanation", "grade",
)  # fmt: skip
#: Nothing that is counted here goes beyond this.
MOST = 1_000_000
#: Pydantic's shape of every model here: what is written is all there is, and nothing changes it.
STRICT = ConfigDict(frozen=True, extra="forbid")


def whole(value: Any) -> int:
    """A number without a fraction, from 0. Raises the validator's error otherwise."""
    if isinstance(value, bool | str):
        raise fault(
            Said("'%(value)s' is not a whole number", value=str(value)[:40]), "write a number such as 5"
        )
    number = decimal_of(value)
    if number < 0 or number > MOST or number != int(number):
        raise fault(
            Said("%(value)s is not a whole number from 0 to %(most)s", value=value, most=MOST),
            "write a number such as 5",
        )
    return int(number)


def _from_one(value: int) -> int:
    if value < 1:
        raise fault("0 is too few", "write 1 or more")
    return value


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and len(value) > 10:
            return datetime.fromisoformat(value)
    except ValueError:
        pass
    raise fault(
        Said("'%(value)s' is not a day with a time", value=str(value)[:40]),
        "write such as 2026-11-23T09:00 or 2026-11-23T09:00+08:00",
    )


_WHOLE_SCHEMA = WithJsonSchema({"type": "integer", "minimum": 0})
Whole: TypeAlias = Annotated[int, PlainValidator(whole), _WHOLE_SCHEMA]
#: A whole number from 1.
Positive: TypeAlias = Annotated[
    int, PlainValidator(whole), AfterValidator(_from_one), WithJsonSchema({"type": "integer", "minimum": 1})
]
#: A day with a time; without an offset it is in the course's time zone.
Moment: TypeAlias = Annotated[
    datetime,
    PlainValidator(_moment),
    PlainSerializer(datetime.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


def _pass(value: Any) -> Fraction | Literal["half"] | None:
    if value is None:
        return None
    return "half" if value == "half" else not_negative(Fraction(decimal_of(value)))


#: A grade, null (nobody fails), or "half" of the scale.
PassMark: TypeAlias = Annotated[
    Fraction | Literal["half"] | None,
    PlainValidator(_pass),
    PlainSerializer(lambda value: None if value is None else str(value)),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0}, {"type": "null"}, {"const": "half"}]}),
]


#: What practice shows after a check, where the author says nothing.
AFTER_A_CHECK: tuple[ReviewField, ...] = ("marks", "max", "right_wrong", "answer", "feedback", "explanation")


class Review(BaseModel):
    """What a student sees of an attempt, and when. *after* = two minutes from finishing.

    ``during`` None: as the mode has it (test: nothing; practice: ``AFTER_A_CHECK``).
    """

    model_config = STRICT

    during: tuple[ReviewField, ...] | None = None
    after: tuple[ReviewField, ...] = EVERYTHING
    later: tuple[ReviewField, ...] = EVERYTHING
    closed: tuple[ReviewField, ...] = EVERYTHING


def _pair(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value, value)


#: Abilities from which a test can start, in logits.
_Start: TypeAlias = Annotated[Exact, AfterValidator(between(-6, 6, "logits; 0 is the mean"))]


class Adaptive(BaseModel):
    """How each next question of an adaptive test is chosen, and when it ends; as ``quiz simulate`` names it."""

    model_config = STRICT

    method: Literal["eap", "map", "ml", "wle"] = "eap"
    exposure: Literal["randomesque", "progressive", "sympson-hetter"] = "randomesque"
    #: With randomesque one of so many best, at random.
    among: Positive = 5
    #: With sympson-hetter the share of students that may get a question, about.
    rate: Annotated[Exact, AfterValidator(positive), AfterValidator(between(0, 1))] = Fraction(3, 10)
    #: The first question is the best at an ability between these.
    start: Annotated[tuple[_Start, _Start], BeforeValidator(_pair, _Start | tuple[_Start, _Start])] = (
        Fraction(0),
        Fraction(0),
    )
    #: The standard error of the ability, in logits, at which it ends from ``fewest`` questions on; None: at ``most``.
    error: Annotated[Exact, AfterValidator(positive)] | None = None
    fewest: Positive = 8
    most: Positive = 20
    #: How many questions that are not calibrated each student is asked besides; they do not count.
    trial: Whole = 0

    @property
    def longest(self) -> int:
        """How many questions a student is asked at most."""
        return self.most + self.trial

    @property
    def shortest(self) -> int:
        """How many questions a student is asked at least, as far as the stock and the time reach."""
        return (self.fewest if self.error else self.most) + self.trial


class QuizSettings(BaseModel):
    """How a quiz is taken, graded and shown. None: no limit, no date, no pass mark."""

    model_config = STRICT

    mode: Literal["test", "practice"] = "test"
    tries: Literal["one", "interactive", "adaptive", "countback"] = "one"
    certainty: Truth = False
    navigation: Literal["free", "sequential"] = "free"
    layout: Literal["one", "all"] = "one"
    attempts: Positive | None = None
    grading: Literal["highest", "average", "first", "last"] = "highest"
    #: The grade of a full score.
    scale: Annotated[Exact, AfterValidator(positive), AfterValidator(worth)] = Fraction(100)
    passing: PassMark = Field("half", alias="pass")
    #: Minutes.
    limit: Positive | None = None
    adaptive: Adaptive | None = None
    opens: Moment | None = None
    closes: Moment | None = None
    review: Review = Review()

    @property
    def sequential(self) -> bool:
        """Whether there is no way back to a question that was left; so it is in every adaptive test."""
        return self.navigation == "sequential" or self.adaptive is not None

    @property
    def pass_mark(self) -> Fraction | None:
        """The grade that passes, in grade units; None: there is none."""
        return self.scale / 2 if self.passing == "half" else self.passing

    @property
    def shown(self) -> dict[str, tuple[ReviewField, ...]]:
        """What is shown at each moment: during, after, later, closed."""
        usual = AFTER_A_CHECK if self.mode == "practice" else ()
        during = usual if self.review.during is None else self.review.during
        return {
            "during": during,
            "after": self.review.after,
            "later": self.review.later,
            "closed": self.review.closed,
        }

"""What a blueprint says of the paper as a whole, and of several forms together (docs/formats/blueprint.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from quiz.assembly.settings import STRICT, Positive, Whole, whole
from quiz.banks.calibration import FARTHEST
from quiz.errors import Problem, Said
from quiz.questions import types
from quiz.questions.fields import Exact, Text, Words, between, fault, matches, not_negative
from quiz.questions.validation import suggest

Label: TypeAlias = Literal["easy", "medium", "hard"]
Level: TypeAlias = Literal["remember", "understand", "apply", "analyse", "evaluate", "create"]
LABELS: Final[tuple[Label, ...]] = get_args(Label)


class Count(BaseModel):
    """How many questions: at least ``min``, at most ``max`` (None: as many as there are)."""

    model_config = STRICT

    min: Whole = 0
    max: Whole | None = None

    @model_validator(mode="after")
    def _spans(self) -> Count:
        if self.max is not None and self.min > self.max:
            raise fault(
                Said("min %(min)s is above max %(max)s", min=self.min, max=self.max),
                "write a max of at least min",
            )
        return self

    def short(self) -> int | dict[str, int]:
        """As an author writes it: 5, or {min: 5, max: 6}."""
        if self.min == self.max:
            return self.min
        return self.model_dump(exclude_defaults=True)


def _count(value: Any) -> Any:
    if isinstance(value, Mapping | Count):
        return value
    number = whole(value)
    return {"min": number, "max": number}


def _type(name: str) -> str:
    if name in types.names():
        return name
    known = ", ".join(types.names())
    raise fault(
        Said("unknown type '%(name)s'%(hint)s", name=name, hint=suggest(name, types.names())),
        Said("write some of %(names)s", names=known),
    )


def _share(value: Fraction) -> Fraction:
    if not 0 <= value <= 1:
        raise fault(
            Said("%(value)s is no share", value=f"{float(value):g}"),
            "write a number from 0 to 1, such as 0.65",
        )
    return value


class Facility(BaseModel):
    """Bounds of a paper's expected share of the marks, 0 to 1."""

    model_config = STRICT

    min: Annotated[Exact, AfterValidator(_share)] = Fraction(0)
    max: Annotated[Exact, AfterValidator(_share)] = Fraction(1)

    @model_validator(mode="after")
    def _spans(self) -> Facility:
        if self.min > self.max:
            what = Said(
                "min %(min)s is above max %(max)s", min=f"{float(self.min):g}", max=f"{float(self.max):g}"
            )
            raise fault(what, "write a max of at least min")
        return self


CountField: TypeAlias = Annotated[Count, BeforeValidator(_count, int | Count), PlainSerializer(Count.short)]

TypeName: TypeAlias = Annotated[Text, AfterValidator(_type), WithJsonSchema({"enum": [*types.names()]})]
#: A topic, which stands for those below it too.
TopicName: TypeAlias = Annotated[
    Text,
    AfterValidator(matches(r"[^\s/]+(/[^\s/]+)*", "segments parted by '/', such as proposals/security")),
]


class Span(BaseModel):
    """Bounds of a sum over the paper: at least ``min``, at most ``max`` (None: any)."""

    model_config = STRICT

    min: Annotated[Exact, AfterValidator(not_negative)] = Fraction(0)
    max: Annotated[Exact, AfterValidator(not_negative)] | None = None

    @model_validator(mode="after")
    def _spans(self) -> Span:
        if self.max is not None and self.min > self.max:
            what = Said(
                "min %(min)s is above max %(max)s", min=f"{float(self.min):g}", max=f"{float(self.max):g}"
            )
            raise fault(what, "write a max of at least min")
        return self


class Information(Span):
    """Bounds of the paper's information about an ability of ``theta``, in the logits of calibrated questions."""

    theta: Annotated[Exact, AfterValidator(between(-FARTHEST, FARTHEST, "logits, such as -1, 0 or 1.5"))]


class Overlap(BaseModel):
    """How many questions two forms share at most (None: any), and which stand on every form."""

    model_config = STRICT

    max: Whole | None = None
    anchors: tuple[Words, ...] = ()


class Exposure(BaseModel):
    """On which share of this run's forms a question stands at most, and how often in all, earlier papers included."""

    model_config = STRICT

    max: Annotated[Exact, AfterValidator(_share)] = Fraction(1)
    uses: Positive | None = None


#: Fixed forms of a quiz.
MOST_FORMS: Final = 50


def _few(value: int) -> int:
    if value > MOST_FORMS:
        raise fault(
            Said("%(value)s is too many", value=value), Said("write at most %(most)s", most=MOST_FORMS)
        )
    return value


class FormRules(BaseModel):
    """What holds between several forms of one run. Anchors are not counted in ``exposure``.

    ``count``: how many a quiz has, of which each attempt gets one; ``seed``: by which they are made.
    """

    model_config = STRICT

    count: Annotated[Positive, AfterValidator(_few)] | None = None
    seed: Whole = 1

    overlap: Overlap = Overlap()
    exposure: Exposure = Exposure()


#: What of several papers that meet everything is the best: ``quiz.assembly.optimal``.
Objective: TypeAlias = Literal["maximin", "balance"]


def whole_faults(
    information: tuple[Information, ...], objective: Objective | None, rules: FormRules | None
) -> Iterator[Problem]:
    """What is well formed and yet cannot be meant."""
    if objective == "maximin" and not information:
        mend = "write at which abilities: information: [{theta: 0}]"
        yield Problem("objective", "maximin needs to know where information is wanted", mend)
    seen: set[Fraction] = set()
    for place, entry in enumerate(information):
        if entry.theta in seen:
            yield Problem(f"information[{place}].theta", "stands there twice", "write one entry an ability")
        seen.add(entry.theta)
    overlap = rules.overlap if rules else Overlap()
    if overlap.max is not None and len(set(overlap.anchors)) > overlap.max:
        what = Said(
            "is %(max)s, and %(count)s anchors stand on every form",
            max=overlap.max,
            count=len(set(overlap.anchors)),
        )
        yield Problem("forms.overlap.max", what, "raise max, or name fewer anchors")

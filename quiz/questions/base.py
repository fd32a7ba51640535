"""What a question type is: the values that pass between a type and the rest of the program.

The phases of a question are *present* (what a student may see), *parse* (what the student typed), *score*, and
*review* (what a student may see afterwards). A type is pure: no clock, no database, no request.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar, Generic, NamedTuple, Self, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from quiz.errors import Problem

#: Raw fields of one slot as posted: field name → values in order (contracts.md §5, "Fields").
Raw: TypeAlias = Mapping[str, Sequence[str]]
#: Authored ids in the order in which they are shown; stored with the attempt.
Order: TypeAlias = Sequence[str]
#: The answer as a JSON value (contracts.md §2, "quiz score"); None = no answer.
Response: TypeAlias = Any


class Content(BaseModel):
    """The authored content of one type: validated, immutable, JSON-able through ``model_dump(mode="json")``."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        validate_by_name=True,
        defer_build=True,  # a command pays only for the models it uses
    )

    #: Fields of the format that this version does not do yet: refused by name, never ignored.
    later: ClassVar[frozenset[str]] = frozenset()

    def faults(self) -> Iterator[Problem]:
        """What is wrong although every field by itself is well formed; nothing where all is right."""
        yield from ()


class Part(Content):
    """A part of content that may also be written as its one main value: ``- text`` for ``- {text: text}``."""

    #: The field that the bare value stands for.
    main: ClassVar[str]

    @model_validator(mode="before")
    @classmethod
    def _from_bare(cls, given: Any) -> Any:
        if type(given) is dict or given is None or isinstance(given, Mapping | Part):
            return given
        return {cls.main: given}

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The schema of bank files: the bare value is allowed, and an id need not be given."""
        reference = handler(core)
        whole = handler.resolve_ref_schema(reference)
        whole["required"] = [name for name in whole.get("required", ()) if name != "id"]
        return {"anyOf": [reference, {"type": ["string", "number"]}]}


C = TypeVar("C", bound=Content)


@dataclass(frozen=True, slots=True)
class Stimulus:
    """What a question shares with others: a title ("" for none), ``html`` to read ("" for none), and a picture."""

    id: str
    title: str
    html: str
    #: Address, alternative text, width and height.
    picture: tuple[str, str, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Presented:
    """What a student may see of a question before its key is released.

    ``prompt`` is sanitised HTML, ``controls`` JSON-able values whose meaning is the type's own. Controls are named
    by shown position only, never by authored id, and nothing here depends on key, credits or feedback.
    """

    type: str
    prompt: str
    controls: Mapping[str, Any]
    stimulus: Stimulus | None = None


class PartComplaint(str):
    """A complaint about one part of a question; ``part`` is its number as the student counts, from 1."""

    __slots__ = ("part",)
    part: int

    def __new__(cls, text: str, part: int) -> Self:
        """The complaint ``text`` about the part of this number."""
        made = super().__new__(cls, text)
        made.part = part
        return made


@dataclass(frozen=True, slots=True)
class Parsed:
    """A response read from raw fields, and complaints to show beside it (English, for gettext)."""

    response: Response
    complaints: tuple[str, ...] = ()
    #: What was understood, where that helps ("read as 1.234"); empty otherwise.
    read_as: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """A scored response: ``fraction`` in [−1, 1], or None where a person must grade it."""

    fraction: Fraction | None
    parts: Mapping[str, Any] = field(default_factory=dict)
    #: Authored Markdown texts of feedback that this response earns.
    feedback: tuple[str, ...] = ()


class Tally(NamedTuple):
    """What a part of an answer counts by itself: its share of the whole question, and the fraction of it, −1 to 1."""

    share: Fraction
    fraction: Fraction


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be chosen in answer to a question, for statistics: its id, its plain text, whether the key holds it."""

    id: str
    text: str
    right: bool


def state_of(fraction: Fraction) -> str:
    """``right``, ``partly`` or ``wrong``, as pages and reports name it."""
    return "right" if fraction >= 1 else "partly" if fraction > 0 else "wrong"


@dataclass(frozen=True, slots=True)
class Example:
    """A response with the score it must get. Drives contract tests, docs and newcomers.

    ``raw`` are the fields that a browser would post when the options are shown in authored order.
    ``kind`` is one of right, partly, wrong, empty, malformed; by_hand, of fraction None, where a person has to judge.
    """

    kind: str
    content: Mapping[str, Any]
    raw: Raw
    response: Response
    fraction: Fraction | None
    rule: str = ""
    complains: bool = False


@dataclass(frozen=True, slots=True)
class Twins:
    """Two contents that a student must not be able to tell apart: only key, credits, feedback, ids or file order differ.

    ``orders`` are the ids of either in the order in which both show the same; empty where nothing is shuffled.
    """

    contents: tuple[Mapping[str, Any], Mapping[str, Any]]
    orders: tuple[Order, Order] = ((), ())


class QuestionType(ABC, Generic[C]):
    """One question type. Its folder holds this, its authoring form and its templates."""

    name: ClassVar[str]
    content: ClassVar[type[Content]]
    #: Names of the scoring rules; the first is the default (scoring.md).
    rules: ClassVar[tuple[str, ...]]
    #: True where the shown order is always shuffled, whatever the author says.
    always_shuffled: ClassVar[bool] = False
    #: True where the authored order is the right answer, so that it is never the shown one.
    order_is_key: ClassVar[bool] = False
    #: True where the type can be a gap in a text; its folder then holds gap.html, the control inside a sentence.
    fits_gap: ClassVar[bool] = False
    #: True where a response names several answers at once, so that none of them can count in another gap.
    several_answers: ClassVar[bool] = False
    #: False for a text that asks nothing: on a paper it is worth no points, and has neither answer nor mark.
    asks: ClassVar[bool] = True
    #: True where a person judges each answer: until then it has no fraction.
    by_hand: ClassVar[bool] = False

    def shuffled(self, content: C) -> tuple[str, ...]:
        """Authored ids whose order may be shuffled, in authored order; empty where nothing is."""
        return ()

    def shape(self, content: C) -> Any:
        """What gives posted fields their meaning besides the order shown: fields posted for one content say the same for
        another of equal shape. Neither key, credits nor texts are part of it.
        """
        return sorted(self.shuffled(content))

    def beside(self, content: C, languages: Sequence[C]) -> C:
        """The content of a question in one of several ``languages``, the authored one first: answers mean the same in
        all of them, and what is right in one is right. Nothing to do where nothing is typed, and parts keep their place.
        """
        return content

    @abstractmethod
    def present(self, content: C, order: Order) -> Mapping[str, Any]:
        """The controls of ``Presented``: JSON-able, by shown position, free of anything that gives the key away."""

    @abstractmethod
    def parse(self, content: C, raw: Raw, order: Order) -> Parsed:
        """Reads posted fields. Never raises for what a person typed: it complains."""

    @abstractmethod
    def check(self, content: C, response: Response) -> None:
        """Raises Invalid where a program's response is of another JSON type or names an unknown id."""

    @abstractmethod
    def score(self, content: C, response: Response, rule: str) -> Score:
        """Scores a response that ``parse`` or ``check`` let pass. None (no answer) is 0."""

    def tallied(self, content: C, score: Score, rule: str) -> Mapping[str, Tally]:
        """The parts of a scored response that count by themselves under this rule, by name; the whole answer where none
        does. Σ share · fraction, held to the bounds of the rule, is the score's fraction.
        """
        return {"": Tally(Fraction(1), score.fraction or Fraction(0))}

    @abstractmethod
    def review(
        self, content: C, response: Response, order: Order, allowed: frozenset[str]
    ) -> Mapping[str, Any]:
        """What review.html shows: JSON-able, holding only what ``allowed`` lets out.

        ``allowed`` ⊆ {attempt, marks, max, right_wrong, answer, feedback, explanation, grade} (contracts.md §4).
        """

    @abstractmethod
    def summarise(self, content: C, response: Response) -> str:
        """The response as one line of plain text, for tables and CSV; "" for no answer."""

    @abstractmethod
    def right_answer(self, content: C) -> str:
        """The right answer as one line of plain text."""

    def right_answers(self, content: C) -> tuple[str, ...]:
        """Every authored answer that gives the full mark, as plain text; ``right_answer`` is the first."""
        return (self.right_answer(content),)

    def taken_for(self, content: C, response: Response) -> str:
        """The authored answer that a response is taken for, as in ``right_answers``, else the response itself.

        Two responses that are taken for the same one are the same answer, however they are written.
        """
        return self.summarise(content, response)

    def choices(self, content: C) -> tuple[Choice, ...]:
        """What can be chosen, in authored order; empty where answers are typed or built."""
        return ()

    def chosen(self, content: C, response: Response) -> frozenset[str]:
        """The ids of the ``choices`` that a response chooses."""
        return frozenset()

    @abstractmethod
    def random_guess(self, content: C, rule: str) -> Fraction | None:
        """The expected fraction of a random response; None where that means nothing."""

    @abstractmethod
    def examples(self) -> tuple[Example, ...]:
        """At least one right, one wrong, one empty, one malformed, and partly right ones where the type has them.

        One by_hand in place of right and wrong where the type is; neither where it asks nothing.
        """

    def twins(self) -> tuple[Twins, ...]:
        """Pairs for the contract test that no page gives the key away; () where tests draw them at random."""
        return ()

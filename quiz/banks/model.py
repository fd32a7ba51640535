"""A question and a bank: immutable values, the same from a file, from the database and from an importer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cache, cached_property
from hashlib import sha256
from itertools import chain
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import Field, PlainValidator, PrivateAttr, ValidationError

from quiz.banks.common import Common, Document, Language, TopicName
from quiz.banks.shape import (
    common_problems,
    kind_of,
    scoring_problems,
    shape_problems,
    text_class,
    time_problems,
    type_problems,
)
from quiz.banks.stimuli import SharedStimulus
from quiz.banks.translations import in_languages, misfits
from quiz.errors import Invalid, Problem, Said
from quiz.files.richtext import TEXT_FORMATS, to_html, to_prompt_html
from quiz.questions import types
from quiz.questions.base import Content, Order, Parsed, Presented, QuestionType, Raw, Response, Score, Tally
from quiz.questions.fields import (
    Id,
    Slug,
    Text,
    Words,
)
from quiz.questions.images import with_pins, without_pins
from quiz.questions.validation import (
    validate,
)

FORMAT: Final = "quiz-bank/1"
#: Of a bank that does not say in which language it is.
USUAL_LANGUAGE: Final = "en"
#: The share of the mark that is expected while there are no data, by the author's label.
EXPECTED = {"easy": Fraction(85, 100), "medium": Fraction(65, 100), "hard": Fraction(40, 100)}

#: For values that are validated already: no validator is built for them again, which would cost every command 10 ms.
_AS_IT_IS = PlainValidator(lambda value: value, json_schema_input_type=Any)


#: From a question to what is wrong with it besides its form.
Further: TypeAlias = Callable[["Question"], Iterable[Problem]]


def nothing_further(_question: Question) -> Iterable[Problem]:
    """Finds nothing: the form alone is looked at."""
    return ()


class Authored(Common):
    """What stands in a bank: a question, or a family of them (``quiz.banks.families``)."""

    def dump(self) -> dict[str, Any]:
        """The canonical JSON-able form."""
        raise NotImplementedError

    @cached_property
    def digest(self) -> str:
        """``sha256:…`` over the canonical form."""
        return digest_of(self.dump())

    @property
    def qualified(self) -> str:
        """``bank/id``."""
        return f"{self.bank}/{self.id}"

    @property
    def expected_facility(self) -> Fraction:
        """The expected share of the mark: authored, or by difficulty."""
        return EXPECTED[self.difficulty] if self.facility is None else self.facility

    @property
    def kind(self) -> QuestionType[Any]:
        """The question's type."""
        return types.get(self.type)

    @property
    def worth(self) -> Fraction:
        """Its points on a paper whose section names none: those authored, 0 where it asks nothing."""
        return self.points if self.kind.asks else Fraction(0)

    def in_force(self, on: date) -> bool:
        """Whether the key is true at this date (contracts.md §3, "Time"), whatever the status."""
        if self.timeless:
            return True
        if self.valid is None:
            return self.as_of is not None and self.as_of <= on
        return (self.valid.start is None or self.valid.start <= on) and (
            self.valid.end is None or on < self.valid.end
        )

    def drawable(self, on: date) -> bool:
        """Whether a paper of this date may hold the question."""
        return self.status == "ready" and self.in_force(on)

    def variants(self, on: date) -> tuple[str, ...]:
        """The keys of the variants that a paper of this date may hold; a question that is no family has none."""
        return ()

    def variant(self, key: str | None, on: date) -> Question:
        """The question that stands on a paper of this date. Raises Invalid where there is no such variant."""
        raise NotImplementedError

    @property
    def generated(self) -> bool:
        """Whether it is made from tables, and is as of the date of the paper."""
        return False

    def sample(self) -> Question | None:
        """One of the questions that it stands for; None where there is none at any date."""
        raise NotImplementedError

    def sample_faults(self) -> Iterator[Problem]:
        """What is wrong with it as a whole, and with those of its variants that are looked at when it is read."""
        yield from ()

    def every_key(self) -> frozenset[str]:
        """The keys of all variants that there are at any date."""
        return frozenset()

    def faults(self, further: Further = nothing_further) -> Iterator[Problem]:
        """What is wrong with any of its variants at any date, and what ``further`` says to any of its questions."""
        raise NotImplementedError


def _given(content: Content) -> Iterator[str]:
    """The names, as they are written, of the fields whose value is not their default one."""
    for name, written, default in _defaults(type(content)):
        if getattr(content, name) != default:
            yield written


@cache
def _defaults(model: type[Content]) -> list[tuple[str, str, Any]]:
    return [
        (name, field.alias or name, field.get_default(call_default_factory=True))
        for name, field in model.model_fields.items()
        if not field.exclude
    ]


class Question(Authored):
    """One question version. ``load(q.dump()) == q``; equal questions have equal digests."""

    content: Annotated[Content, _AS_IT_IS] = Field(exclude=True)
    _in_languages: Mapping[str, Question] = PrivateAttr(default_factory=dict)

    @classmethod
    def load(cls, fields: Mapping[str, Any]) -> Question:
        """A question from its flat form: common fields, ``bank``, and the fields of its type.

        Raises Invalid with all problems; their ``where`` is relative to the question.
        """
        fields = with_pins(fields)
        kind = kind_of(fields)
        if kind is None:
            raise Invalid([*type_problems(fields), *common_problems(fields, set(fields))])
        own = kind.content.model_fields
        common = {name: value for name, value in fields.items() if name not in own}
        common.setdefault("scoring", kind.rules[0])
        context = text_class(fields)
        try:
            content = kind.content.model_validate(
                {name: fields[name] for name in own if name in fields}, context=context
            )
            question = cls.model_validate({**qualified_enemies(common), "content": content}, context=context)
        except ValidationError:
            raise Invalid(shape_problems(fields, common, kind, cls.load)) from None
        found = [*question.own_faults()]
        if found:
            raise Invalid([*found, *misfits(question.dump())])
        return question.with_languages() if question.translations else question

    def with_languages(self) -> Question:
        """The question with itself in all its languages, each of which accepts what is right in another."""
        alone = in_languages(self.dump(), Question.load)
        contents = [self.content, *(other.content for other in alone.values())]
        question = self.beside(contents)
        translated = {name: other.beside(contents) for name, other in alone.items()}
        question._in_languages = translated  # noqa: SLF001 (our own, just made)
        return question

    def beside(self, contents: Sequence[Content]) -> Question:
        """The question as one of several languages (``QuestionType.beside``)."""
        return self.model_copy(update={"content": self.kind.beside(self.content, contents)})

    def in_language(self, language: str) -> Question:
        """The question in this language; as it was authored where it has no such translation."""
        return self._in_languages.get(language, self)

    def dump(self) -> dict[str, Any]:
        """The canonical JSON-able form: ids explicit, numbers as text, what has its default value left out."""
        options: dict[str, Any] = {"mode": "json", "by_alias": True, "exclude_defaults": True}
        dumped = {**self.model_dump(**options), **self.content.model_dump(**options)}
        return without_pins(dumped) if self.images else dumped

    def given(self) -> Iterator[str]:
        """The names of the fields that ``dump`` has."""
        return chain(_given(self), _given(self.content))

    def variant(self, key: str | None, on: date) -> Question:
        """The question itself. Raises Invalid where a variant is asked for."""
        if key is not None:
            raise Invalid(Said("'%(qualified)s' has no variants", qualified=self.qualified))
        return self

    def sample(self) -> Question:
        """The question itself."""
        return self

    def faults(self, further: Further = nothing_further) -> Iterator[Problem]:
        """What ``further`` says: a question that could be loaded has no faults of its own."""
        yield from further(self)

    def present(self, order: Order) -> Presented:
        """What a student may see, with the parts in this order of authored ids (empty: as authored)."""
        controls = self.kind.present(self.content, order)
        stimulus = self.stimulus.present() if self.stimulus else None
        return Presented(self.type, to_prompt_html(self.prompt), controls, stimulus)

    def parse(self, raw: Raw, order: Order) -> Parsed:
        """Reads posted fields, given in shown positions of this order."""
        return self.kind.parse(self.content, raw, order)

    def score(self, response: Response) -> Score:
        """Scores a response by the question's own rule; adds the general feedback that it earns."""
        scored = self.kind.score(self.content, response, self.scoring)
        general = self._general_feedback(scored.fraction)
        return Score(scored.fraction, scored.parts, (*scored.feedback, general)) if general else scored

    def tallied(self, score: Score) -> Mapping[str, Tally]:
        """The parts of a scored response that count by themselves under the question's rule."""
        return self.kind.tallied(self.content, score, self.scoring)

    def answered(self, response: Response) -> bool:
        """Whether a response answers at all: null, a blank text, and a list or object without answers do not."""
        if isinstance(response, Mapping):
            return any(map(self.answered, response.values()))
        return bool(response.strip()) if isinstance(response, str) else response not in (None, [], ())

    def review(self, response: Response, order: Order, allowed: frozenset[str]) -> Mapping[str, Any]:
        """What review.html may show (``QuestionType.review``), and ``general``: the general feedback as HTML, or "".

        General feedback tells how right the attempt was: it needs *attempt* and *feedback*.
        """
        told = self.kind.review(self.content, response, order, allowed)
        fraction = self.kind.score(self.content, response, self.scoring).fraction
        general = self._general_feedback(fraction) if {"attempt", "feedback"} <= allowed else None
        return {**told, "general": to_html(general or "")}

    def _general_feedback(self, fraction: Fraction | None) -> str | None:
        if self.feedback is None or fraction is None or not self.kind.asks:
            return None
        if fraction >= 1:
            return self.feedback.right
        return self.feedback.partly if fraction > 0 else self.feedback.wrong

    def own_faults(self) -> Iterator[Problem]:
        """What is wrong across the fields, of the question and of its content."""
        yield from time_problems(self.__dict__)
        yield from scoring_problems(self.scoring, self.kind)
        yield from self.content.faults()
        for place, evidence in enumerate(self.evidence):
            yield from _below(f"evidence[{place}]", evidence.faults())
        for name, part in (("valid", self.valid), ("calibration", self.calibration)):
            if part:
                yield from _below(name, part.faults())


class Topic(Content):
    """What a bank says of one of its topics."""

    #: What people call it, where that is not its name.
    title: Words | None = None
    description: Words | None = None
    #: How the description is written, as ``Common.text_format``.
    text_format: Literal["markdown", "html", "plain"] = "markdown"
    #: By what another system knows it.
    idnumber: Words | None = None

    def shown(self) -> str:
        """The description as safe HTML; "" where there is none."""
        return to_html(TEXT_FORMATS[self.text_format](self.description or ""))


class HeaderTexts(Content):
    """What a bank says at its head, in another language."""

    title: Words | None = None
    perspective: Words | None = None


class Bank(Content):
    """A question bank. ``slug`` is written ``bank`` in files."""

    format: Literal["quiz-bank/1"] = FORMAT
    slug: Slug = Field(alias="bank")
    title: Words
    language: Language = USUAL_LANGUAGE
    perspective: Text | None = None
    licence: Text | None = None
    documents: dict[Id, Document] = Field(default_factory=dict)
    stimuli: tuple[SharedStimulus, ...] = ()
    topics: dict[TopicName, Topic] = Field(default_factory=dict)
    translations: dict[Language, HeaderTexts] = Field(default_factory=dict)
    questions: Annotated[tuple[Question, ...], _AS_IT_IS] = Field((), exclude=True)
    #: Questions with variables, and generators.
    families: Annotated[tuple[Authored, ...], _AS_IT_IS] = Field((), exclude=True)

    @classmethod
    def load(cls, header: Mapping[str, Any], authored: Sequence[Authored] = ()) -> Bank:
        """A bank from its header (the form that ``header()`` gives) and what stands in it. Raises Invalid."""
        return validate(cls, header).holding(authored)

    def holding(self, authored: Sequence[Authored]) -> Bank:
        """The bank with these questions and families in place of its own."""
        questions = tuple(one for one in authored if isinstance(one, Question))
        families = tuple(one for one in authored if not isinstance(one, Question))
        return self.model_copy(update={"questions": questions, "families": families})

    @property
    def authored(self) -> tuple[Authored, ...]:
        """The questions, then the families."""
        return (*self.questions, *self.families)

    def header(self) -> dict[str, Any]:
        """Everything but the questions and families, JSON-able."""
        return {"format": self.format, **self.model_dump(mode="json", by_alias=True, exclude_defaults=True)}

    @cached_property
    def digest(self) -> str:
        """``sha256:…`` over header and questions, which are taken in the order of their ids."""
        listed = sorted((question.id, question.digest) for question in self.authored)
        return digest_of({"header": self.header(), "questions": listed})

    @cached_property
    def by_id(self) -> Mapping[str, Authored]:
        """The questions and families by id without the bank's name."""
        return {question.id: question for question in self.authored}


def digest_of(value: Any) -> str:
    """``sha256:…`` of a JSON value in canonical form: sorted keys, no white space, UTF-8."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def _below(where: str, found: Iterator[Problem]) -> Iterator[Problem]:
    for problem in found:
        yield Problem(f"{where}.{problem.where}" if problem.where else where, problem.what, problem.mend)


def qualified_enemies(common: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields with the names of enemies as ``bank/id``."""
    enemies, bank = common.get("enemies"), common.get("bank")
    if not isinstance(enemies, list | tuple):
        return common
    whole = tuple(name if not isinstance(name, str) or "/" in name else f"{bank}/{name}" for name in enemies)
    return {**common, "enemies": whole}

"""A question and a bank: immutable values, the same from a file, from the database and from an importer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cache, cached_property
from hashlib import sha256
from itertools import chain
from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias

from pydantic import AfterValidator, ConfigDict, Field, PlainValidator, PrivateAttr, ValidationError

from quiz.banks.calibration import Calibration
from quiz.banks.stimuli import SharedStimulus, Shown
from quiz.banks.translations import Texts, in_languages, misfits
from quiz.errors import Invalid, Problem, Said
from quiz.files.richtext import TEXT_FORMATS, to_html, to_prompt_html
from quiz.questions import types
from quiz.questions.base import Content, Order, Parsed, Presented, QuestionType, Raw, Response, Score, Tally
from quiz.questions.fields import (
    Count,
    Day,
    Id,
    Share,
    Slug,
    Text,
    Truth,
    Words,
    between,
    matches,
    positive,
    worth,
)
from quiz.questions.images import Pin, with_pins, without_pins
from quiz.questions.validation import (
    field_names,
    not_yet,
    part_faults,
    problems,
    steps,
    suggest,
    unknown_field,
    validate,
)

FORMAT: Final = "quiz-bank/1"
#: Of a bank that does not say in which language it is.
USUAL_LANGUAGE: Final = "en"
#: The share of the mark that is expected while there are no data, by the author's label.
EXPECTED = {"easy": Fraction(85, 100), "medium": Fraction(65, 100), "hard": Fraction(40, 100)}
DEFAULT_PENALTY = Fraction(1, 3)

#: Of which a question has exactly one.
_TIMES: Final = ("as_of", "valid", "timeless")
#: For values that are validated already: no validator is built for them again, which would cost every command 10 ms.
_AS_IT_IS = PlainValidator(lambda value: value, json_schema_input_type=Any)

_Topic: TypeAlias = Annotated[
    Text,
    AfterValidator(
        matches(
            r"[^\s/]+(/[^\s/]+)*|",
            "write it without spaces, such as truth-tables; '/' parts levels, as in membership/size",
        )
    ),
]
_Facility: TypeAlias = Annotated[
    Share, AfterValidator(between(0, 1, "a share of the mark: write 0.85 for 85 %"))
]
_Minutes: TypeAlias = Annotated[
    Share, AfterValidator(positive), AfterValidator(between(0, 600, "minutes, up to 600"))
]
_Penalty: TypeAlias = Annotated[
    Share, AfterValidator(between(0, 1, "a share of the mark: write 0.1 for 10 %"))
]
_Digest: TypeAlias = Annotated[
    Text, AfterValidator(matches(r"[0-9a-f]{64}", "64 hexadecimal digits, as sha256sum prints them"))
]
#: A language by its tag.
Language: TypeAlias = Annotated[
    Text, AfterValidator(matches(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "a tag such as en, ru or zh"))
]


class Validity(Content):
    """From when (inclusive) to when (exclusive) the key is true; None leaves that end open."""

    start: Day | None = Field(None, alias="from")
    end: Day | None = Field(None, alias="to")

    def faults(self) -> Iterator[Problem]:
        """An empty span."""
        if self.start is None and self.end is None:
            yield Problem(
                "", "has neither from nor to", "write from, to or both; or timeless: true in place of valid"
            )
        if self.start and self.end and self.start >= self.end:
            what = Said("from %(start)s is not before to %(end)s", start=self.start, end=self.end)
            yield Problem("", what, "the key is true from … up to, not including, to")


class Source(Content):
    """Where a claim comes from, outside the documents that can be checked by machine."""

    title: Words
    publisher: Text | None = None
    url: Text | None = None
    published: Text | None = None
    accessed: Day | None = None


class Evidence(Content):
    """Either terms in a paragraph of a document (checked), or a source and what it supports (not machine-checked)."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["document", "paragraph", "terms"]}, {"required": ["source", "supports"]}]
        }
    )

    document: Text | None = None
    paragraph: Count | None = None
    terms: tuple[Words, ...] = ()
    source: Source | None = None
    supports: Text | None = None

    def faults(self) -> Iterator[Problem]:
        """Neither of the two forms, or a mixture."""
        if (self.document is None) == (self.source is None):
            yield Problem(
                "",
                "needs either a document or a source",
                "write {document, paragraph, terms} or {source, supports}",
            )
        elif self.document is not None:
            yield from self._document_faults()
        elif self.supports is None or self.paragraph is not None or self.terms:
            yield Problem(
                "", "a source goes with 'supports' only", "say in your own words what the source supports"
            )

    def _document_faults(self) -> Iterator[Problem]:
        if self.paragraph is None:
            yield Problem("", "'paragraph' is missing", "count the blocks between blank lines, from 1")
        if not self.terms:
            yield Problem("", "'terms' is missing", "list words that stand in the paragraph")
        if self.supports is not None:
            yield Problem("supports", "goes with a source, not with a document", "leave it out")


class GeneralFeedback(Content):
    """Markdown shown by how right the whole response was."""

    right: Text | None = None
    partly: Text | None = None
    wrong: Text | None = None


class Suppression(Content):
    """A lint rule that does not hold for this question, and why."""

    rule: Words
    reason: Words


class Document(Content):
    """A document that evidence points into, found by its digest."""

    title: Words
    publisher: Text | None = None
    date: Day | None = None
    sha256: _Digest | None = None
    url: Text | None = None
    language: Language | None = None


class Common(Content):
    """What every question has, whatever its type."""

    later: ClassVar[frozenset[str]] = frozenset({"certainty"})

    bank: Slug
    id: Id
    type: Text
    #: What the question is called in lists, where another system gave it a name.
    name: Text | None = None
    #: How its texts are written: those of other systems keep their HTML, which is made safe when it is shown.
    text_format: Literal["markdown", "html", "plain"] = "markdown"
    prompt: Words
    topic: _Topic = ""
    level: Literal["", "remember", "understand", "apply", "analyse", "evaluate", "create"] = ""
    difficulty: Literal["easy", "medium", "hard"] = "medium"
    objective: Text | None = None
    facility: _Facility | None = None
    #: What trial answers told of it.
    calibration: Calibration | None = None
    #: How long an answer takes; None: as long as questions of its type do (``quiz.assembly.measures``).
    minutes: _Minutes | None = None
    points: Annotated[Share, AfterValidator(worth)] = Fraction(1)
    scoring: Text
    penalty: _Penalty = DEFAULT_PENALTY
    shuffle: Truth = True
    as_of: Day | None = None
    valid: Validity | None = None
    timeless: Truth = False
    evidence: tuple[Evidence, ...] = ()
    explanation: Text | None = None
    facts: tuple[Text, ...] = ()
    tags: tuple[Text, ...] = ()
    enemies: tuple[Text, ...] = ()
    hints: tuple[Words, ...] = ()
    feedback: GeneralFeedback | None = None
    #: What it shares with other questions of its bank; in a file it is named (``quiz.banks.stimuli``).
    stimulus: Shown | None = None
    author: Text | None = None
    licence: Text | None = None
    status: Literal["draft", "ready", "retired"] = "ready"
    #: What the names of its images stand for; written down by whoever reads them (``quiz.banks.images``).
    images: dict[Text, Pin] = Field(default_factory=dict)
    suppress: tuple[Suppression, ...] = ()
    translations: dict[Language, Texts] = Field(default_factory=dict)


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
            raise Invalid([*type_problems(fields), *_common_problems(fields, set(fields))])
        own = kind.content.model_fields
        common = {name: value for name, value in fields.items() if name not in own}
        common.setdefault("scoring", kind.rules[0])
        context = _text_class(fields)
        try:
            content = kind.content.model_validate(
                {name: fields[name] for name in own if name in fields}, context=context
            )
            question = cls.model_validate({**qualified_enemies(common), "content": content}, context=context)
        except ValidationError:
            raise Invalid(_shape_problems(fields, common, kind)) from None
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
        yield from _time_problems(self.__dict__)
        yield from _scoring_problems(self.scoring, self.kind)
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
    topics: dict[_Topic, Topic] = Field(default_factory=dict)
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


def kind_of(fields: Mapping[str, Any]) -> QuestionType[Any] | None:
    """The question's type; None where it is none that there is (``type_problems`` then says so)."""
    name = fields.get("type")
    return types.get(name) if isinstance(name, str) and name in types.names() else None


def _text_class(fields: Mapping[str, Any]) -> type[str] | None:
    """The class of the question's texts; None: Markdown, or a name that is no format (which is reported)."""
    name = fields.get("text_format", "markdown")
    return TEXT_FORMATS.get(name) if name != "markdown" and isinstance(name, str) else None


def type_problems(fields: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with the type."""
    given = fields.get("type")
    if given is None:
        yield Problem(
            "", "'type' is missing", Said("write type: and one of %(names)s", names=", ".join(types.names()))
        )
    else:
        hint = suggest(str(given), types.names())
        what = Said("unknown type '%(given)s'%(hint)s", given=given, hint=hint)
        mend = Said("write one of %(names)s", names=", ".join(types.names()))
        yield Problem("type", what, mend)


def _shape_problems(
    fields: Mapping[str, Any], common: Mapping[str, Any], kind: QuestionType[Any]
) -> list[Problem]:
    """All faults of a question that is not well formed, in the order of its fields, as far as none hides another."""
    own = kind.content
    given = {name: fields[name] for name in own.model_fields if name in fields}
    shape = [*_unknown(common, own), *_common_problems(common, set(Common.model_fields))]
    across = [*part_faults(Common, common)]
    try:
        across += own.model_validate(given).faults()
    except ValidationError as error:
        shape += problems(error, own)
        across += part_faults(own, given)
    if isinstance(common["scoring"], str):
        across += _scoring_problems(common["scoring"], kind)
    return [*shape, *across, *_translation_problems(fields, shape)]


def _translation_problems(fields: Mapping[str, Any], found: Sequence[Problem]) -> Iterator[Problem]:
    """What is wrong with translations, as far as the question can be read without its fields that are wrong."""
    wrong = {steps(problem.where)[:1] for problem in found}
    left_out = {name for (name,) in filter(None, wrong)} | {*_TIMES}
    kept = {**{name: value for name, value in fields.items() if name not in left_out}, "timeless": True}
    if "translations" not in kept or kept.keys() == fields.keys():
        return
    try:
        Question.load(kept)
    except Invalid as error:
        for problem in error.problems:
            path = steps(problem.where)
            if path[:1] == ("translations",) and path[2:3] not in wrong:
                yield problem


def _unknown(common: Mapping[str, Any], own: type[Content]) -> Iterator[Problem]:
    later = Common.later | own.later
    known = {*field_names(Common), *field_names(own)} - {"bank"}
    for name in common:
        if name in later:
            yield not_yet(name, ())
        elif name not in Common.model_fields:
            yield unknown_field(str(name), known, ())


def _common_problems(fields: Mapping[str, Any], names: set[str]) -> Iterator[Problem]:
    given = {name: value for name, value in fields.items() if name in names and name in Common.model_fields}
    given.setdefault("scoring", "")
    given["type"] = str(given.get("type", ""))
    try:
        Common.model_validate(given)
    except ValidationError as error:
        yield from problems(error, Common)
    yield from _time_problems(fields)


def _time_problems(fields: Mapping[str, Any]) -> Iterator[Problem]:
    said = [name for name in _TIMES if fields.get(name)]
    if not said:
        mend = "write as_of: (the prompt names its date), valid: {from, to} or timeless: true"
        yield Problem("", "does not say when its key is true", mend)
    elif len(said) > 1:
        what = Said("has both %(one)s and %(other)s", one=said[0], other=said[1])
        yield Problem(said[1], what, "keep exactly one of as_of, valid, timeless")


def _scoring_problems(rule: str, kind: QuestionType[Any]) -> Iterator[Problem]:
    if rule not in kind.rules:
        mend = Said("write one of %(names)s", names=", ".join(kind.rules))
        what = Said(
            "'%(rule)s' is no scoring rule of %(name)s%(hint)s",
            rule=rule,
            name=kind.name,
            hint=suggest(rule, kind.rules),
        )
        yield Problem("scoring", what, mend)


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

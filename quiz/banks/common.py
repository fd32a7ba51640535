"""What every question has, whatever its type: its prompt, its truth in time, its evidence, its points."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import AfterValidator, ConfigDict, Field

from quiz.banks.calibration import Calibration
from quiz.banks.stimuli import Shown
from quiz.banks.translations import Texts
from quiz.errors import Problem, Said
from quiz.questions.base import Content
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
from quiz.questions.images import Pin

DEFAULT_PENALTY = Fraction(1, 3)
TopicName: TypeAlias = Annotated[
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
    topic: TopicName = ""
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

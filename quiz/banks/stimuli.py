"""Stimuli: a text or an image that several questions of a bank share and that stands with each of them.

In a bank file a stimulus is written once, under ``stimuli:``, and questions name it. Whoever reads the file puts its words
into each of these questions (``Shown``), so that a version of a question shows the same for ever, with the pins of its
images and in all its languages; and the questions' ids, in the order of the file, into the bank's header, so that a draw
knows the set without looking for it. ``in_file`` takes the words out again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

from pydantic import Field

from quiz.errors import Invalid, Problem, Said
from quiz.files.richtext import to_html, to_text
from quiz.questions.base import Content, Stimulus
from quiz.questions.fields import Count, Id, Number, Words
from quiz.questions.images import ImageRef
from quiz.questions.validation import suggest, validate

#: Where stimuli stand in a bank file, and where a question names its own.
FIELD: Final = "stimuli"
NAMED: Final = "stimulus"
#: What a question holds of its stimulus. The title is its label: a text, as those of translations are.
_WORDS: Final = {"title": "label", "text": "text", "image": "image"}

Picked: TypeAlias = Literal["all"]


class Shown(Content):
    """What a question shows of its stimulus."""

    id: Id
    label: Words | None = None
    text: Words | None = None
    image: ImageRef | None = None

    def present(self) -> Stimulus:
        """The title as text, what there is to read as HTML, the picture's address and alternative text."""
        picture = (self.image.address, to_text(self.image.alt), *self.image.size) if self.image else None
        return Stimulus(self.id, to_text(self.label or ""), to_html(self.text or ""), picture)


class Pick(Content):
    """How many of the set's questions a paper holds that holds any."""

    min: Count = 1
    max: Count | None = None

    def faults(self) -> Iterator[Problem]:
        """A maximum below the minimum."""
        if self.max is not None and self.max < self.min:
            what = Said("%(max)s is below min, which is %(min)s", max=self.max, min=self.min)
            yield Problem("max", what, "write min ≤ max")


class Alternative(Content):
    """The alternative text of the image in another language."""

    alt: Words


class StimulusTexts(Content):
    """A stimulus in another language."""

    title: Words | None = None
    text: Words | None = None
    image: Alternative | None = None


class SharedStimulus(Content):
    """A stimulus as it stands in the header of a bank. ``questions``: those that name it, in the order of a paper."""

    id: Id
    title: Words | None = None
    text: Words | None = None
    image: ImageRef | None = None
    pick: Picked | Pick = "all"
    questions: tuple[Id, ...] = ()
    translations: dict[str, StimulusTexts] = Field(default_factory=dict)

    @property
    def least(self) -> int | None:
        """How many of its questions a paper holds at least; None: all of them."""
        return self.pick.min if isinstance(self.pick, Pick) else None

    @property
    def most(self) -> int:
        """How many of its questions a paper holds at most."""
        most = self.pick.max if isinstance(self.pick, Pick) else None
        return len(self.questions) if most is None else min(most, len(self.questions))

    def faults(self) -> Iterator[Problem]:
        """Nothing to show, or fewer questions than are to be picked."""
        if self.text is None and self.image is None:
            yield Problem("", "has neither text nor image", "write text: or image: {file, alt}")
        if isinstance(self.pick, Pick):
            for problem in self.pick.faults():
                yield Problem(f"pick.{problem.where}", problem.what, problem.mend)
            if self.questions and len(self.questions) < self.pick.min:
                what = Said(
                    "asks for %(min)s of its questions, %(count)s name it",
                    min=self.pick.min,
                    count=len(self.questions),
                )
                yield Problem("pick.min", what, "write a smaller number, or more questions")


# Reading a file -----------------------------------------------------------------------------------------------------


class Reading:
    """The stimuli of one bank file while its questions are read."""

    def __init__(self, listed: Any) -> None:
        """``listed``: what stands under ``stimuli:``; its faults come with ``faults``."""
        self._listed = listed
        entries = listed if isinstance(listed, list) else []
        self._known = {
            _name(one.get("id")): one for one in entries if isinstance(one, Mapping) and _name(one.get("id"))
        }

    def put_in(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The question with the words of the stimulus that it names. Raises Invalid where there is none of that name."""
        name = _name(fields[NAMED])
        if name not in self._known:
            what = Said("unknown stimulus '%(name)s'%(hint)s", name=name, hint=suggest(name, self._known))
            raise Invalid([Problem(NAMED, what, Said("declare it under %(field)s:", field=FIELD))])
        stimulus = self._known[name]
        made = {**fields, NAMED: {"id": name, **_words(stimulus)}}
        translated = _translations(stimulus)
        if translated and isinstance(fields.get("translations", {}), Mapping):
            own = fields.get("translations", {})
            made["translations"] = {
                language: {**given, NAMED: translated[language]} if language in translated else given
                for language, given in own.items()
                if isinstance(given, Mapping)
            }
        return made

    def header(self, questions: Sequence[Mapping[str, Any]]) -> Any:
        """What stands under ``stimuli:`` in the header: with each its questions, which are given as in the file."""
        if not isinstance(self._listed, list):
            return self._listed
        named = _named(questions)
        return [
            {**one, "questions": named.get(_name(one.get("id")), [])} if isinstance(one, Mapping) else one
            for one in self._listed
        ]

    def faults(self, questions: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
        """What is wrong with the stimuli among themselves and with their questions; each by itself is judged as a field."""
        named = _named(questions)
        seen: set[str] = set()
        for place, one in enumerate(self._listed if isinstance(self._listed, list) else ()):
            where, name = f"{FIELD}[{place}]", _name(one.get("id")) if isinstance(one, Mapping) else ""
            if not name:
                continue
            if name in seen:
                yield Problem(
                    f"{where}.id",
                    Said("the id '%(name)s' stands twice", name=name),
                    "give each stimulus its own id",
                )
            elif name not in named:
                what = Said("no question names the stimulus '%(name)s'", name=name)
                mend = Said(
                    "write %(field)s: %(name)s in its questions, or leave it out", field=NAMED, name=name
                )
                yield Problem(where, what, mend)
            seen.add(name)
            if "questions" in one:
                yield Problem(
                    f"{where}.questions",
                    "'questions' are those that name it, in the order of the file",
                    "leave it out",
                )
            else:
                yield from _own_faults(where, {**one, "questions": named.get(name, [])})


def _name(given: Any) -> str:
    """The name that a scalar of a file gives; "" where it gives none."""
    return given.written if isinstance(given, Number) else given if isinstance(given, str) else ""


def _named(questions: Sequence[Mapping[str, Any]]) -> Mapping[str, list[Any]]:
    """The ids of the questions that name each stimulus, by its name; none where these have no ids."""
    found: dict[str, list[Any]] = {}
    for fields in questions:
        if name := _name(fields.get(NAMED)):
            found.setdefault(name, []).extend([fields["id"]] if "id" in fields else [])
    return found


def _own_faults(where: str, given: Any) -> Iterator[Problem]:
    """What is wrong across the fields of one stimulus; what is wrong with a field is told where the header is judged."""
    try:
        stimulus = validate(SharedStimulus, given)
    except Invalid:
        return
    for problem in stimulus.faults():
        yield Problem(f"{where}.{problem.where}".rstrip("."), problem.what, problem.mend)


def _words(stimulus: Mapping[str, Any]) -> dict[str, Any]:
    """What a question holds of a stimulus, or of its translation."""
    return {own: stimulus[name] for name, own in _WORDS.items() if stimulus.get(name) is not None}


def _translations(stimulus: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    given = stimulus.get("translations")
    if not isinstance(given, Mapping):
        return {}
    return {language: _words(texts) for language, texts in given.items() if isinstance(texts, Mapping)}


# Writing a file -----------------------------------------------------------------------------------------------------


def in_file(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A question as it stands in a file: it names its stimulus, whose words stand elsewhere."""
    if NAMED not in fields:
        return dict(fields)
    made = {**fields, NAMED: fields[NAMED]["id"]}
    if "translations" in made:
        made["translations"] = {
            language: {name: value for name, value in texts.items() if name != NAMED}
            for language, texts in made["translations"].items()
        }
    return made


def header_in_file(header: Mapping[str, Any]) -> dict[str, Any]:
    """The header as it stands in a file: without the questions of stimuli, which name them."""
    if FIELD not in header:
        return dict(header)
    kept: Iterable[Mapping[str, Any]] = header[FIELD]
    return {
        **header,
        FIELD: [{name: value for name, value in one.items() if name != "questions"} for one in kept],
    }

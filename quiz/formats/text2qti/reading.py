"""Lines of a quiz to questions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from quiz.errors import Invalid, Said
from quiz.formats._pictures import Pictures
from quiz.formats.base import (
    Entry,
    Fault,
    Found,
    Head,
    Loss,
    Source,
    Unsupported,
    decoded,
)
from quiz.formats.text2qti.markup import in_ours
from quiz.questions.images import references, renamed
from quiz.questions.rules.numbers import read_number
from quiz.questions.rules.text import exactly

_HEAD: Final = re.compile(
    r"([Qq]uiz [Tt]itle|[Qq]uiz [Dd]escription|[Tt]itle|[Pp]oints|[Tt]ext [Tt]itle|[Tt]ext):\s*(.*)",
    re.DOTALL,
)
_STEM: Final = re.compile(r"\d+[.)]\s+(.*)", re.DOTALL)
#: An answer by its kind: how it is marked, and its text where it has one.
_ANSWERS: Final = {
    "choice": re.compile(r"(?P<mark>\*?)[a-zA-Z]\)\s*(?P<text>.*)", re.DOTALL),
    "boxes": re.compile(r"\[(?P<mark>[ *]?)\]\s*(?P<text>.*)", re.DOTALL),
    "typed": re.compile(r"\*\s+(?P<text>.*)", re.DOTALL),
    "number": re.compile(r"=\s*(?P<text>.*)"),
    "essay": re.compile(r"_{3,}"),
    "upload": re.compile(r"\^{3,}"),
}
#: What begins a text; what goes on with it is indented as far as the text begins.
_MARK: Final = re.compile(r"(\d+[.)]|\*?[a-zA-Z]\)|\[[ *]?\]|\*|\.\.\.|[-+!])\s+(?=\S)")
_TOLERANT: Final = re.compile(r"\+-|±")
_TOLD: Final = re.compile(r"(\.\.\.|\+|-|!)\s+(.*)", re.DOTALL)
_EACH: Final = re.compile(r"(?:GROUP|END_GROUP|[Pp]oints per question:\s*(.+))")
_GROUP: Final = re.compile(
    r"(GROUP|END_GROUP|((?i:(solutions )?pick|points per question|shuffle answers|show correct answers"
    r"|one question at a time|can't go back|feedback is solution|solutions (sample|randomize) groups)):.*)"
)
#: Code whose output would be part of the quiz.
_CODE: Final = re.compile(r"```+\s*([^\s`].*)")
#: In front of how a comment or code would end that does not: ``decoded`` lets no such character through.
_LACKS: Final = "\0"
#: The attributes of a picture, such as its width, which stand behind it.
_ATTRIBUTES: Final = re.compile(r"(!\[[^\[\]]*\]\([^()\s]*\))\{[^{}\n]*\}")
#: Numbers and units as the LaTeX package siunitx has them.
_UNITS: Final = re.compile(r"\\(?:num|si|SI)\{")
#: The mark in front of a feedback, and what of the question it is.
_TELLING: Final = {"...": "explanation", "+": "right", "-": "wrong", "!": "solution"}


class _Wrong(Exception):
    """What is wrong with a question, and how to mend it."""


@dataclass(slots=True)
class _Part:
    """An answer: how it is marked, its text, and the feedback to it."""

    text: str
    mark: str = ""
    feedback: str = ""


@dataclass(slots=True)
class _Draft:
    """A question as far as it has been read; ``kind`` is that of its answers."""

    line: int
    #: The lines of its prompt.
    asked: list[str]
    kind: str = ""
    wrong: str = ""
    name: str = ""
    points: str = ""
    parts: list[_Part] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)

    @property
    def prompt(self) -> str:
        """What is asked."""
        return "\n".join(self.asked).strip()

    def tell(self, mark: str, text: str) -> None:
        """Takes a feedback: to the answer above it, else to the question."""
        part = self.parts[-1] if self.parts and mark == "..." else None
        if part.feedback if part else _TELLING[mark] in self.told:
            self.wrong = self.wrong or Said(
                "'%(line)s' is a second feedback to the same – keep one, or indent this one where it goes on",
                line=f"{mark} {text}"[:40],
            )
        elif part:
            part.feedback = text
        else:
            self.told[_TELLING[mark]] = text

    def go_on(self, line: str) -> None:
        """Takes a line that is an answer, or goes on with what is asked."""
        for kind, pattern in _ANSWERS.items():
            if found := pattern.fullmatch(line):
                self._answer(kind, found.groupdict())
                return
        if self.kind:
            self.wrong = self.wrong or Said(
                "'%(line)s' belongs to nothing – indent it where it goes on with an answer", line=line[:40]
            )
        self.asked.append(line)

    def _answer(self, kind: str, said: Mapping[str, str]) -> None:
        """``said``: the fields of its part; an essay has none, so that feedback below it is that to the question."""
        self.kind = self.kind or kind
        if kind != self.kind:
            self.wrong = "its answers are of several kinds – write all with a), all with [ ], or all with *"
        if said:
            self.parts.append(_Part(**said))


def read(source: Source) -> Iterator[Entry]:
    """The questions of a quiz; its title, and what is lost of the whole, in front. Raises Invalid where it is no text."""
    reader = _Reader(source)
    text, sizes = _ATTRIBUTES.subn(r"\1", decoded(source))
    entries = [*reader.entries(text.split("\n"))]
    losses = [Loss("questions", "groups and settings of the quiz are left out")] if reader.groups else []
    losses += [Loss("images", "the sizes of pictures")] if sizes else []
    if reader.description:
        losses.append(
            Loss(
                "title",
                Said("the description of the quiz: %(description)s", description=reader.description[:200]),
            )
        )
    if reader.head or losses:
        yield Head(reader.head, losses)
    yield from entries


def _shown(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The lines that are no comments, and their numbers; of code that is to be run the first line.

    Of a comment or code that does not end another line says how it would, behind ``_LACKS``.
    """
    end, begun = "", 0
    for number, whole in enumerate(lines, 1):
        line = whole.strip()
        if end:
            end = "" if line == end else end
        elif whole.rstrip() == "COMMENT":
            end, begun = "END_COMMENT", number
        elif not whole.startswith("%"):
            yield number, whole
            if _CODE.fullmatch(whole):
                end, begun = line[: len(line) - len(line.lstrip("`"))], number
    if end:
        yield begun, f"{_LACKS}{end}"


def _whole(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Each line with those below it that are indented and go on with it, with the blank ones between, and its number.

    These lose the indentation at which the text of the line begins; below a name and a colon that of the first of them.
    """
    begun, text, width, blank = 0, "", 0, 0
    for number, whole in lines:
        line = whole.expandtabs(4).rstrip()
        indent = len(line) - len(line.lstrip())
        if not line:
            blank += 1
            continue
        if text and indent:
            width = width or indent
            text += "\n" * (blank + 1) + line[min(width, indent) :]
        else:
            if text:
                yield begun, text
            mark = _MARK.match(line)
            begun, text, width = number, line.lstrip(), mark.end() if mark else 0
        blank = 0
    if text:
        yield begun, text


class _Reader:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._pictures = Pictures()
        self.head: dict[str, str] = {}
        self.description = ""
        self.groups = False
        #: The points of each question of the group that is open.
        self._each = ""
        self._next: dict[str, str] = {}
        self._draft: _Draft | None = None
        self._text: tuple[int, dict[str, str]] | None = None

    def entries(self, lines: Sequence[str]) -> Iterator[Entry]:
        """What the lines hold."""
        for number, line in _whole(_shown(lines)):
            if code := _CODE.fullmatch(line):
                yield Unsupported(Said("line %(n)s", n=number), "code that is to be run", code[1][:60])
            elif line.startswith(_LACKS):
                yield Fault(
                    Said("line %(n)s", n=number),
                    Said(
                        "what begins here does not end, so that all below was left out – write %(end)s on a line of its own where it ends",
                        end=line.removeprefix(_LACKS)[:40],
                    ),
                )
            elif _GROUP.fullmatch(line):
                self.groups = True
                if each := _EACH.fullmatch(line):
                    self._each = each[1] or ""
            elif found := _HEAD.fullmatch(line):
                name = found[1].capitalize()
                if self._draft or self._begins(name):
                    yield from self._done()
                self._told(number, name, found[2])
            else:
                yield from self._line(number, line)
        yield from self._done()

    def _begins(self, name: str) -> bool:
        """Whether this begins another text, or something else than a text."""
        return self._text is not None and (name != "Text" or name in self._text[1])

    def _told(self, number: int, name: str, text: str) -> None:
        if name == "Quiz title":
            self.head["title"] = text or "Quiz"
        elif name in ("Text title", "Text"):
            line, said = self._text or (number, {})
            self._text = line, {**said, name: text}
        elif name == "Quiz description":
            self.description = text
        else:
            self._next[name] = text

    def _line(self, number: int, line: str) -> Iterator[Entry]:
        if stem := _STEM.fullmatch(line):
            yield from self._done()
            name, points = self._next.pop("Title", ""), self._next.pop("Points", self._each)
            self._draft = _Draft(number, [stem[1]], name=name, points=points)
        elif self._draft is None:
            yield Fault(
                Said("line %(n)s", n=number),
                Said("'%(line)s' belongs to no question – begin one with 1. and its text", line=line[:40]),
            )
        elif found := _TOLD.fullmatch(line):
            self._draft.tell(found[1], found[2])
        else:
            self._draft.go_on(line)

    def _done(self) -> Iterator[Entry]:
        draft, self._draft = self._draft, None
        if self._text:
            line, said = self._text
            self._text = None
            text = said.get("Text") or said.get("Text title") or ""
            name = {"name": said["Text title"]} if said.get("Text title") else {}
            if text:
                yield self._found(Said("line %(n)s", n=line), {"type": "description", "prompt": text, **name})
        if draft is None:
            return
        where = Said("line %(n)s", n=draft.line)
        if draft.kind == "upload":
            yield Unsupported(where, "file upload", draft.name or draft.prompt[:60])
            return
        try:
            yield self._found(where, _fields(draft))
        except _Wrong as error:
            yield Fault(where, str(error))

    def _found(self, where: str, fields: dict[str, Any]) -> Entry:
        """The question with the pictures that lie beside the file; those of one that came alone are named only."""
        files, names = dict[str, bytes](), dict[str, str]()
        units = any(map(_UNITS.search, texts_in(fields)))
        fields = in_ours(fields)
        losses = (
            [Loss("text_format", "numbers and units of siunitx stay as they were typed")] if units else []
        )
        for file in {one.file: None for one in references(fields)} if self._source.folder else ():
            content = self._source.beside(file)
            if content is None:
                what = Said(
                    "there is no '%(file)s' beside the file – put it there, or leave it out", file=file[:60]
                )
                return Fault(where, what)
            try:
                name, image = self._pictures.name(file.rpartition("/")[2], content)
            except Invalid as error:
                return Fault(where, Said("the picture '%(file)s': %(error)s", file=file[:60], error=error))
            names[file], files[name] = name, image.content
        return Found(where, renamed(fields, names), losses, files)


def _fields(draft: _Draft) -> dict[str, Any]:
    if draft.wrong:
        raise _Wrong(draft.wrong)
    if draft.kind not in _CONTENTS:
        raise _Wrong("there is no answer – write a) …, [ ] …, * …, = … or ____ below the question")
    told = {name: text for name, text in draft.told.items() if name in ("right", "wrong")}
    explained = "\n\n".join(draft.told[name] for name in ("explanation", "solution") if name in draft.told)
    return {
        **_CONTENTS[draft.kind](draft.parts),
        "prompt": draft.prompt,
        **({"name": draft.name} if draft.name else {}),
        **({"points": _decimal(draft.points, Said("points"))} if draft.points else {}),
        **({"explanation": explained} if explained else {}),
        **({"feedback": told} if told else {}),
    }


def texts_in(value: Any) -> Iterator[str]:
    """The texts in a value of a bank file."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from texts_in(one)


def _told(part: _Part) -> dict[str, str]:
    return {"feedback": part.feedback} if part.feedback else {}


def _choice(parts: Sequence[_Part]) -> dict[str, Any]:
    right = [part for part in parts if part.mark == "*"]
    if len(right) != 1:
        raise _Wrong(
            Said(
                "%(count)s options are marked with * – mark one, or use [*] and [ ]",
                count=len(right) or Said("no"),
            )
        )
    words = {part.text.casefold(): part for part in parts}
    if len(parts) == 2 and words.keys() == {"true", "false"}:
        told = {f"feedback_{word}": part.feedback for word, part in words.items() if part.feedback}
        return {"type": "true_false", "answer": words["true"].mark == "*", **told}
    return {"type": "single_choice", "options": [_option(part) for part in parts]}


def _option(part: _Part) -> dict[str, Any]:
    return {"text": part.text, **({"correct": True} if part.mark == "*" else {}), **_told(part)}


def _number(parts: Sequence[_Part]) -> dict[str, Any]:
    return {
        "type": "numerical",
        "answers": [{**_accepted(part.text.strip()), **_told(part)} for part in parts],
    }


def _accepted(text: str) -> dict[str, Any]:
    if text.startswith("[") and text.endswith("]") and "," in text:
        low, high = text[1:-1].split(",", 1)
        return {"min": _decimal(low, Said("number")), "max": _decimal(high, Said("number"))}
    value, *by = _TOLERANT.split(text, maxsplit=1)
    found: dict[str, Any] = {"value": _decimal(value, Said("number"))}
    if by:
        width = _decimal(by[0].removesuffix("%"), Said("tolerance"))
        relative = {"tolerance": width / 100, "tolerance_type": "relative"}
        found |= relative if by[0].endswith("%") else {"tolerance": width}
    return found


def _decimal(text: str, what: str) -> Decimal:
    """A number, which may have ``_`` between its thousands, and no comma. Raises _Wrong."""
    value = None if "," in text else read_number(text.replace("_", ""))
    if value is None:
        raise _Wrong(
            Said(
                "the %(what)s '%(text)s' is no number – write = 3, = 3 +- 0.5, = 3 +- 5%% or = [2, 4]",
                what=what,
                text=text.strip()[:40],
            )
        )
    return value


_CONTENTS: Final[Mapping[str, Callable[[Sequence[_Part]], dict[str, Any]]]] = {
    "choice": _choice,
    "boxes": lambda parts: {
        "type": "multiple_response",
        "options": [_option(part) for part in parts],
        "scoring": "right_minus_wrong",
    },
    "typed": lambda parts: {
        "type": "short_text",
        "answers": [{"text": exactly(part.text), **_told(part)} for part in parts],
    },
    "number": _number,
    "essay": lambda _parts: {"type": "essay"},
}

"""Aiken: one question after the other, a line for its text, for each of its options and for its key.

Read as Moodle does (``question/format/aiken``), save where that takes half of a question for the whole: a text may go
on over several lines, and a question with a fault does not come in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from string import ascii_uppercase
from typing import Any, Final

from quiz.banks.model import Question
from quiz.errors import Said
from quiz.files.richtext import to_text
from quiz.formats.base import (
    Entry,
    Fault,
    Format,
    Found,
    Loss,
    Source,
    Unwritable,
    Writer,
    decoded,
    demand_words,
)

_OPTION: Final = re.compile(r"([A-Z])[.)]\s*(.*)")
#: Bytes of a line that is more than a slip.
_LEAST: Final = 2
_ANSWER: Final = re.compile(r"ANSWER:\s*(.*)", re.IGNORECASE)
_KEY: Final = re.compile(r"([A-Z])(?![^\W_])", re.IGNORECASE)
#: Several letters where one belongs, such as "A, C" and "a and c".
_SEVERAL: Final = re.compile(r"[A-Z](?:\s*(?:[,;/&+]|and)\s*[A-Z])+", re.IGNORECASE)


# Reading -------------------------------------------------------------------------------------------------------------


def _read(source: Source) -> Iterator[Entry]:
    """A question ends with its ANSWER; a text below a blank line begins another one, and the first has no key."""
    begun: _Begun | None = None
    for number, text, apart in _lines(decoded(source)):
        option, answer = _OPTION.fullmatch(text), _ANSWER.fullmatch(text)
        if begun and apart and not option and not answer:
            yield begun.left(_NO_KEY)
            begun = None
        begun = begun or _Begun(number)
        if answer:
            yield begun.ended(answer[1].strip())
            begun = None
        elif option:
            begun.add_option(option[1], option[2])
        else:
            begun.go_on(text)
    if begun:
        yield begun.left(
            Said("the file ends before the ANSWER – end each question with ANSWER: and a letter")
        )


_NO_KEY: Final = Said("another question begins below it – end each question with ANSWER: and a letter")
_NO_OPTIONS: Final = Said(
    "there is an ANSWER without a question – write the question and its options above it"
)
_NO_TEXT: Final = Said("there is an option without a question – write the question above it")


def _lines(text: str) -> Iterator[tuple[int, str, bool]]:
    """The lines that say something: their numbers, and whether an empty line stands above."""
    apart = False
    for number, line in enumerate(map(str.strip, text.split("\n")), 1):
        apart = apart or not line
        if len(line.encode()) >= _LEAST:
            yield number, line, apart
            apart = False


@dataclass(slots=True)
class _Begun:
    """A question whose ANSWER has not come: the number of its first line, its text, and its options by their letters."""

    line: int
    text: list[str] = field(default_factory=list)
    options: dict[str, list[str]] = field(default_factory=dict)
    #: A letter that stands before two options.
    twice: str = ""

    def add_option(self, letter: str, text: str) -> None:
        """Begins an option."""
        if letter in self.options:
            self.twice = self.twice or letter
        self.options[letter] = [text]

    def go_on(self, text: str) -> None:
        """Adds a line to what was begun last."""
        [self.text, *self.options.values()][-1].append(text)

    def left(self, why: str) -> Fault:
        """The fault of a question that has no end, or whose end says ``why`` it is none; first of all it needs a text."""
        without = _NO_TEXT if self.options else _NO_OPTIONS
        return Fault(Said("line %(n)s", n=self.line), why if self.text else without)

    def ended(self, answer: str) -> Entry:
        """The question; what stands behind the letter of its key says nothing, "B) Shanghai", but a word is no letter."""
        found = _KEY.match(answer)
        key = found[1].upper() if found else ""
        fault = self._fault(key, answer)
        if fault or not self.text:
            return self.left(fault)
        rows = [
            {"text": "\n".join(text), **({"correct": True} if letter == key else {})}
            for letter, text in self.options.items()
        ]
        fields = {"type": "single_choice", "text_format": "plain", "prompt": "\n".join(self.text)}
        return Found(Said("line %(n)s", n=self.line), {**fields, "options": rows})

    def _fault(self, key: str, answer: str) -> str:
        faults = (
            (
                len(self.options) < 2,
                Said(
                    "Question must have at least 2 answers – write them as A. … and B. …, with capital letters"
                ),
            ),
            (
                self.twice,
                Said("there are two options %(letter)s – give each its own letter", letter=self.twice),
            ),
            (
                _SEVERAL.fullmatch(answer),
                Said("the ANSWER '%(answer)s' names several options – name one", answer=answer[:20]),
            ),
            (
                key not in self.options,
                Said(
                    "the ANSWER '%(answer)s' is none of the options %(names)s",
                    answer=answer[:20],
                    names=", ".join(self.options),
                ),
            ),
        )
        return next((fault for applies, fault in faults if applies), "")


# Writing -------------------------------------------------------------------------------------------------------------


class _Writer(Writer):
    types = frozenset({"single_choice"})
    holds = frozenset({"prompt", "options"})

    def add(self, question: Question, files: Mapping[str, bytes]) -> Sequence[Loss]:
        content: Any = question.content
        credits = [one.worth for one in content.options]
        if credits.count(Fraction(1)) != 1:
            raise Unwritable("single_choice without exactly one right option")
        if len(credits) > len(ascii_uppercase):
            raise Unwritable("single_choice with more than 26 options")
        prompt, texts = _line(question.prompt), [to_text(option.text) for option in content.options]
        demand_words(texts)
        rows = [f"{letter}. {text}" for letter, text in zip(ascii_uppercase, texts, strict=False)]
        key = ascii_uppercase[credits.index(Fraction(1))]
        self.target.write("\n".join([prompt, *rows, f"ANSWER: {key}", "", ""]).encode())
        return [
            *self._losses(question, credits),
            *([Loss("images", "Aiken has no pictures")] if files else []),
        ]

    def _losses(self, question: Question, credits: Sequence[Fraction]) -> Iterator[Loss]:
        content: Any = question.content
        written = [question.prompt, *(option.text for option in content.options)]
        if any(to_text(text) != text.strip() for text in written):
            yield Loss("text_format", "Aiken holds plain text, one line each")
        if any(option.feedback for option in content.options):
            yield Loss("feedback", "Aiken has no feedback")
        if any(credit not in (0, 1) for credit in credits):
            yield Loss("options", "Aiken has no partial credit")

    def close(self) -> None:
        return


def _line(text: str) -> str:
    """The text on one line, which must not look like an option or the key."""
    line = to_text(text)
    if len(line.encode()) < _LEAST or _OPTION.fullmatch(line) or _ANSWER.fullmatch(line):
        raise Unwritable("a text that Aiken would take for something else")
    return line


def _sniff(head: bytes, name: str) -> float:
    text = head.decode("utf-8", "replace")
    if not re.search(r"^\s*[A-Z][.)]\s", text, re.MULTILINE):
        return 0.5 if name.endswith(".aiken") else 0.0
    return 0.95 if re.search(r"^\s*ANSWER:", text, re.MULTILINE | re.IGNORECASE) else 0.2


FORMAT = Format("aiken", "Aiken", (".aiken", ".aiken.txt"), _sniff, _read, _Writer, own_suffix=True)

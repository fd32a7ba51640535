"""Aiken: one question after the other, a line each for its text, its options and its key; as strict as Moodle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from string import ascii_uppercase
from typing import Any, Final

from quiz.banks.model import Question
from quiz.errors import Said
from quiz.files.richtext import to_text
from quiz.formats.base import Entry, Fault, Format, Found, Loss, Source, Unwritable, Writer, decoded

_OPTION: Final = re.compile(r"([A-Z])[.)]\s*(.*)")
#: Bytes of a line that is more than a slip.
_LEAST: Final = 2
_ANSWER: Final = re.compile(r"ANSWER:\s*(.*)")


def _read(source: Source) -> Iterator[Entry]:
    """A question ends with its ANSWER line; a text before that begins another one, and the first has no key."""
    prompt, line = "", 0
    options: dict[str, str] = {}
    for number, text in _lines(decoded(source)):
        option, answer = _OPTION.fullmatch(text), _ANSWER.fullmatch(text)
        if answer:
            yield _question(prompt, line or number, options, answer[1].strip())
            prompt, line, options = "", 0, {}
        elif option and not prompt:
            yield Fault(
                Said("line %(n)s", n=number),
                "there is an option without a question – write the question above it",
            )
        elif option:
            if option[1] in options:
                yield Fault(
                    Said("line %(n)s", n=number),
                    Said("there are two options %(letter)s – give each its own letter", letter=option[1]),
                )
            options[option[1]] = option[2]
        else:
            if prompt:
                mend = (
                    Said("end each question with ANSWER: and a letter")
                    if options
                    else Said("write the question on one line")
                )
                yield Fault(
                    Said("line %(n)s", n=line),
                    Said(
                        "another question begins on line %(n)s, and this has no ANSWER – %(mend)s",
                        n=number,
                        mend=mend,
                    ),
                )
            prompt, line, options = text, number, {}
    if prompt:
        yield Fault(
            Said("line %(n)s", n=line),
            "the file ends before the ANSWER – end each question with ANSWER: and a letter",
        )


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that say something, and their numbers."""
    for number, line in enumerate(text.split("\n"), 1):
        if len(line.strip().encode()) >= _LEAST:
            yield number, line.strip()


def _option_faults(number: int, letter: str, prompt: str, options: Mapping[str, str]) -> Iterator[Fault]:
    if not prompt:
        yield Fault(
            Said("line %(n)s", n=number),
            "there is an option without a question – write the question above it",
        )
    elif letter in options:
        yield Fault(
            Said("line %(n)s", n=number),
            Said("there are two options %(letter)s – give each its own letter", letter=letter),
        )


def _question(prompt: str, line: int, options: Mapping[str, str], answer: str) -> Entry:
    where = Said("line %(n)s", n=line)
    if not prompt:
        return Fault(
            where, "there is an ANSWER without a question – write the question and its options above it"
        )
    if len(options) < 2:
        return Fault(where, "Question must have at least 2 answers – write them as A. … and B. …")
    key = answer[:1]  # what stands behind the letter says nothing, "B) Shanghai"
    if key not in options:
        return Fault(
            where,
            Said(
                "the ANSWER '%(answer)s' is none of the options %(names)s",
                answer=answer[:20],
                names=", ".join(options),
            ),
        )
    rows = [
        {"text": text, **({"correct": True} if letter == key else {})} for letter, text in options.items()
    ]
    return Found(where, {"type": "single_choice", "text_format": "plain", "prompt": prompt, "options": rows})


class _Writer(Writer):
    types = frozenset({"single_choice"})
    holds = frozenset({"prompt", "options"})

    def add(self, question: Question, files: Mapping[str, bytes]) -> Sequence[Loss]:
        content: Any = question.content
        credits = [
            Fraction(bool(one.correct)) if one.credit is None else one.credit for one in content.options
        ]
        if credits.count(Fraction(1)) != 1:
            raise Unwritable("single_choice without exactly one right option")
        if len(credits) > len(ascii_uppercase):
            raise Unwritable("single_choice with more than 26 options")
        texts = [_line(question.prompt), *(to_text(option.text) for option in content.options)]
        if not all(texts):
            raise Unwritable("an option without words")
        rows = [f"{letter}. {text}" for letter, text in zip(ascii_uppercase, texts[1:], strict=False)]
        key = ascii_uppercase[credits.index(Fraction(1))]
        self.target.write("\n".join([texts[0], *rows, f"ANSWER: {key}", "", ""]).encode())
        return [
            *self._losses(question, credits),
            *([Loss("images", "Aiken has no pictures")] if files else []),
        ]

    def _losses(self, question: Question, credits: Sequence[Fraction]) -> Iterator[Loss]:
        content: Any = question.content
        written = [question.prompt, *(option.text for option in content.options)]
        if any(to_text(text) != text for text in written):
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
    return 0.95 if re.search(r"^\s*ANSWER:", text, re.MULTILINE) else 0.2


FORMAT = Format("aiken", "Aiken", (".aiken", ".aiken.txt"), _sniff, _read, _Writer, own_suffix=True)

"""Blackboard's text file for uploading questions: a line each, its fields parted by tabs, the first one the type."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Final

from quiz.banks.model import Question
from quiz.formats.base import (
    Entry,
    Fault,
    Format,
    Found,
    Loss,
    Source,
    Unsupported,
    Unwritable,
    Writer,
    decoded,
)
from quiz.questions.rules.numbers import show_number

_MARKS: Final = {"correct": True, "incorrect": False}
_TRUTHS: Final = {"true": True, "t": True, "yes": True, "false": False, "f": False, "no": False}
#: Types of Blackboard that we have no match for.
_OTHERS: Final = {
    "FIB_PLUS": "fill in multiple blanks", "FIL": "file response", "OP": "opinion scale", "JUMBLED_SENTENCE": "jumbled sentence",
    "QUIZ_BOWL": "quiz bowl", "HOTSPOT": "hot spot",
}  # fmt: skip


class _Wrong(Exception):
    """What is wrong with a line, and how to mend it."""


def _read(source: Source) -> Iterator[Entry]:
    rows = csv.reader(io.StringIO(decoded(source)), delimiter="\t", quoting=csv.QUOTE_NONE)
    for cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        where = f"line {rows.line_num}"
        kind, *rest = (cell.strip() for cell in cells)
        kind = kind.upper()
        if kind in _OTHERS:
            yield Unsupported(where, _OTHERS[kind], rest[0][:60] if rest else "")
            continue
        try:
            yield Found(where, _question(kind, rest))
        except _Wrong as error:
            yield Fault(where, str(error))


def _question(kind: str, cells: Sequence[str]) -> dict[str, Any]:
    if kind not in _KINDS:
        raise _Wrong(
            f"there is no type '{kind[:20]}' – begin the line with one of {', '.join(_KINDS)} and a tab"
        )
    if not cells or not cells[0]:
        raise _Wrong("there is no question – write it after the type and a tab")
    given = list(cells[1:])
    while given and not given[-1]:
        given.pop()
    return {"prompt": cells[0], "text_format": "html", **_KINDS[kind](given)}


def _options(cells: Sequence[str]) -> list[dict[str, Any]]:
    texts, marks = cells[::2], [mark.lower() for mark in cells[1::2]]
    if len(texts) != len(marks) or not {*marks} <= {*_MARKS}:
        raise _Wrong("an answer has no mark – write correct or incorrect after each, with tabs between")
    return [
        {"text": text, **({"correct": True} if _MARKS[mark] else {})}
        for text, mark in zip(texts, marks, strict=True)
    ]


def _choice(cells: Sequence[str]) -> dict[str, Any]:
    options = _options(cells)
    right = sum("correct" in option for option in options)
    if right != 1:
        raise _Wrong(f"{right or 'no'} answers are correct – mark one, or make it MA")
    return {"type": "single_choice", "options": options}


def _truth(cells: Sequence[str]) -> dict[str, Any]:
    word = cells[0].lower() if cells else ""
    if word not in _TRUTHS:
        raise _Wrong(f"'{word[:20]}' is neither true nor false")
    return {"type": "true_false", "answer": _TRUTHS[word]}


def _matching(cells: Sequence[str]) -> dict[str, Any]:
    stems, choices = cells[::2], cells[1::2]
    if len(stems) != len(choices):
        raise _Wrong("a stem has nothing to go with it – write stem, tab, match, tab, and so on")
    pairs = [{"stem": stem, "choice": choice} for stem, choice in zip(stems, choices, strict=True) if stem]
    alone = [{"choice": choice} for stem, choice in zip(stems, choices, strict=True) if not stem]
    return {"type": "matching", "pairs": pairs, **({"distractors": alone} if alone else {})}


def _number(cells: Sequence[str]) -> dict[str, Any]:
    if not cells:
        raise _Wrong("there is no number – write it after the question and a tab")
    values = [_decimal(cell) for cell in cells[:2]]
    tolerance = {"tolerance": values[1]} if len(values) > 1 and values[1] else {}
    return {"type": "numerical", "answers": [{"value": values[0], **tolerance}]}


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise _Wrong(f"'{text[:40]}' is no number")
    return value


_KINDS: Final[Mapping[str, Callable[[Sequence[str]], dict[str, Any]]]] = {
    "MC": _choice,
    "MA": lambda cells: {"type": "multiple_response", "options": _options(cells)},
    "TF": _truth,
    "ESS": lambda cells: {"type": "essay", **({"model_answer": cells[0]} if cells and cells[0] else {})},
    "SR": lambda cells: {"type": "essay", **({"model_answer": cells[0]} if cells and cells[0] else {})},
    "FIB": lambda cells: {"type": "short_text", "answers": [{"text": cell} for cell in cells if cell]},
    "MAT": _matching,
    "ORD": lambda cells: {"type": "ordering", "items": [{"text": cell} for cell in cells if cell]},
    "NUM": _number,
}


# Writing -------------------------------------------------------------------------------------------------------------


class _Writer(Writer):
    types = frozenset(
        {
            "single_choice", "multiple_response", "true_false", "essay", "short_text", "matching", "ordering", "numerical",
        }
    )  # fmt: skip
    holds = frozenset(
        {"prompt", "options", "answer", "answers", "pairs", "distractors", "items", "model_answer"}
    )

    def add(self, question: Question, files: Mapping[str, bytes]) -> Sequence[Loss]:
        kind, cells, losses = _BODIES[question.type](question.content)
        line = [kind, *(_cell(cell) for cell in (question.prompt, *cells))]
        self.target.write(("\t".join(line) + "\r\n").encode())
        if any(_cell(cell) != cell for cell in (question.prompt, *cells)):
            losses = [*losses, Loss("prompt", "line breaks and tabs become spaces")]
        if question.text_format == "markdown":
            losses = [*losses, Loss("text_format", "Blackboard shows Markdown as it is written")]
        return [*losses, *([Loss("images", "Blackboard's text file has no pictures")] if files else [])]

    def close(self) -> None:
        return


def _cell(text: str) -> str:
    cell = " ".join(text.split())
    if not cell and text:
        raise Unwritable("a text of white space only")
    return cell


Body = tuple[str, list[str], list[Loss]]


def _told(parts: Sequence[Any]) -> list[Loss]:
    return (
        [Loss("feedback", "Blackboard's text file has no feedback")]
        if any(one.feedback for one in parts)
        else []
    )


def _chosen(content: Any, kind: str) -> Body:
    options = content.options
    right = [
        bool(one.correct) if one.credit is None else one.credit == 1 if kind == "MC" else one.credit > 0
        for one in options
    ]
    if kind == "MC" and sum(right) != 1:
        raise Unwritable("single_choice without exactly one right option")
    cells = [
        cell
        for option, good in zip(options, right, strict=True)
        for cell in (option.text, "correct" if good else "incorrect")
    ]
    credited = any(one.credit not in (None, Fraction(0), Fraction(1)) for one in options)
    return (
        kind,
        cells,
        [*_told(options), *([Loss("options", "it has no partial credit")] if credited else [])],
    )


def _typed(content: Any) -> Body:
    full = [answer.text for answer in content.answers if answer.credit == 1]
    lost = [Loss("answers", "it has no partial credit")] if len(full) < len(content.answers) else []
    return "FIB", full, [*_told(content.answers), *lost]


def _numbers(content: Any) -> Body:
    full = [answer for answer in content.answers if answer.credit == 1]
    if len(full) != 1 or full[0].value is None or full[0].tolerance_type != "absolute":
        raise Unwritable("numerical with several answers, a range or a relative tolerance")
    (answer,) = full
    lost = [Loss("answers", "it has no partial credit")] if len(content.answers) > 1 else []
    return "NUM", [show_number(answer.value), show_number(answer.tolerance)], [*_told(content.answers), *lost]


def _pairs(content: Any) -> Body:
    rows = [(pair.stem, pair.choice) for pair in content.pairs]
    rows += [("", one.choice) for one in content.distractors]
    return "MAT", [cell for row in rows for cell in row], []


_BODIES: Final[Mapping[str, Callable[[Any], Body]]] = {
    "single_choice": lambda content: _chosen(content, "MC"),
    "multiple_response": lambda content: _chosen(content, "MA"),
    "true_false": lambda content: ("TF", [str(content.answer).lower()], []),
    "essay": lambda content: ("ESS", [content.model_answer or ""], []),
    "short_text": _typed,
    "matching": _pairs,
    "ordering": lambda content: ("ORD", [item.text for item in content.items], []),
    "numerical": _numbers,
}


def _sniff(head: bytes, name: str) -> float:
    first = head.decode("utf-8", "replace").lstrip("\ufeff\r\n ").split("\t", 1)
    known = len(first) == 2 and first[0].strip().upper() in {*_KINDS, *_OTHERS}
    return (0.95 if name.endswith(".txt") else 0.8) if known else 0.0


FORMAT = Format("blackboard", "Blackboard's text file", (".blackboard.txt",), _sniff, _read, _Writer)

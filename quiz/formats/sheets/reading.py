"""Rows of a sheet to questions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from quiz.errors import Invalid, Said
from quiz.formats.base import Entry, Fault, Found
from quiz.formats.sheets.columns import AFTER, COMMON, MOST, NAMES, PART, letters
from quiz.questions.validation import suggest

#: A number as it stands in a cell: 8, 8 ± 0.5, 8 ± 5 %, 8 × 0.1 (geometric), 5 .. 7.
_TOLERANT: Final = re.compile(r"(?P<value>[^±×]+?)\s*(?P<sign>±|\+-|\+/-|×)\s*(?P<by>[^%]+?)\s*(?P<share>%?)")
_RANGE: Final = re.compile(r"(.+?)\s*(?:\.\.|…)\s*(.+)")
_WORDS: Final = {
    **dict.fromkeys(("true", "yes", "1", "x", "right", "wahr", "да", "是"), True),
    **dict.fromkeys(("false", "no", "0", "wrong", "falsch", "нет", "否"), False),
}
#: Rows above the names of the columns that are passed over.
_HEAD_WITHIN: Final = 20


class Wrong(Exception):
    """What is wrong with a row, and how to mend it."""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row by the name of their column, blank ones left out."""

    cells: Mapping[str, str]

    def get(self, name: str) -> str:
        """The cell's text; "" where there is none."""
        return self.cells.get(name, "")

    def parts(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """The letter of each part that something is said of, and what is said."""
        for letter in letters(MOST):
            said = {
                name: self.get(f"{name} {letter.lower()}")
                for name in ("option", "match", "group", "credit", "feedback")
            }
            if any(said.values()):
                yield letter, said


def entries(rows: Iterable[Sequence[str]], name: str) -> Iterator[Entry]:
    """The questions of a sheet, whose cells are texts. Raises Invalid where it has no row of column names."""
    counted = enumerate(rows, 1)
    columns = _columns(counted, name)
    for number, cells in counted:
        found = {
            column: cell for column, cell in zip(columns, cells, strict=False) if column and cell.strip()
        }
        if not found:
            continue
        where = Said("row %(n)s", n=number)
        try:
            yield Found(where, question(Row(found)))
        except Wrong as error:
            yield Fault(where, str(error))


def _columns(rows: Iterator[tuple[int, Sequence[str]]], name: str) -> list[str]:
    for number, cells in rows:
        named = [" ".join(cell.split()).casefold() for cell in cells]
        if {"type", "prompt"} <= {*named} or "prompt" in named:
            _demand_known(named, name, number)
            return named
        if number == _HEAD_WITHIN:
            break
    raise Invalid(
        Said(
            "%(name)s: no row names the columns – the first row has to hold: type, prompt, option A, …",
            name=name,
        )
    )


def _demand_known(named: Sequence[str], name: str, number: int) -> None:
    strange = [column for column in named if column and column not in NAMES]
    twice = [column for column in dict.fromkeys(named) if column and named.count(column) > 1]
    if strange:
        raise Invalid(
            Said(
                "%(name)s: row %(n)s: there is no column '%(column)s'%(hint)s – the columns are %(names)s",
                name=name,
                n=number,
                column=strange[0],
                hint=suggest(strange[0], NAMES),
                names=", ".join(("id", "type", *COMMON, *(f"{one} A" for one in PART), *AFTER)),
            )
        )
    if twice:
        raise Invalid(
            Said(
                "%(name)s: row %(n)s: the column '%(column)s' stands twice – keep one",
                name=name,
                n=number,
                column=twice[0],
            )
        )


def question(row: Row) -> dict[str, Any]:
    """The question of a row, in the flat form of bank files. Raises Wrong."""
    kind = row.get("type").strip().casefold().replace(" ", "_").replace("-", "_")
    kind = _ALIASES.get(kind, kind) or _guessed(row)
    if kind not in _CONTENTS:
        raise Wrong(
            Said(
                "there is no type '%(kind)s' in sheets%(hint)s – write one of %(names)s",
                kind=kind,
                hint=suggest(kind, _CONTENTS),
                names=", ".join(_CONTENTS),
            )
        )
    return {"type": kind, **_common(row), **_CONTENTS[kind](row)}


_ALIASES: Final = {
    "multiple_choice": "single_choice", "mc": "single_choice", "choice": "single_choice",
    "multiple_answer": "multiple_response", "multiple_answers": "multiple_response", "ma": "multiple_response",
    "truefalse": "true_false", "tf": "true_false", "t/f": "true_false",
    "short_answer": "short_text", "text": "short_text", "number": "numerical", "numeric": "numerical",
    "match": "matching", "order": "ordering",
}  # fmt: skip


def _guessed(row: Row) -> str:
    """The type of a row that does not say it: by what is right."""
    right, parts = row.get("right"), [*row.parts()]
    if right.strip().casefold() in ("true", "false"):
        return "true_false"
    if len(parts) > 1 and right:
        return "single_choice" if len(_listed(right)) == 1 else "multiple_response"
    raise Wrong("the type is missing – write it into the column type")


def _common(row: Row) -> dict[str, Any]:
    texts = {
        "id": "id", "name": "name", "topic": "topic", "difficulty": "difficulty", "level": "level", "prompt": "prompt",
        "explanation": "explanation", "scoring": "scoring", "text_format": "format", "as_of": "as of",
    }  # fmt: skip
    found: dict[str, Any] = {
        name: row.get(column).strip() for name, column in texts.items() if row.get(column)
    }
    found |= {name: _number(row.get(name), name) for name in ("points", "penalty") if row.get(name)}
    if row.get("shuffle"):
        found["shuffle"] = _truth(row.get("shuffle"), "shuffle")
    if row.get("hints"):
        found["hints"] = [line.strip() for line in row.get("hints").split("\n") if line.strip()]
    if row.get("tags"):
        found["tags"] = [tag.strip() for tag in row.get("tags").split(",") if tag.strip()]
    told = {
        one: row.get(f"feedback {one}") for one in ("right", "partly", "wrong") if row.get(f"feedback {one}")
    }
    span = {one: row.get(f"valid {one}").strip() for one in ("from", "to") if row.get(f"valid {one}")}
    return {**found, **({"feedback": told} if told else {}), **({"valid": span} if span else {})}


# The types -----------------------------------------------------------------------------------------------------------


def _options(row: Row) -> list[dict[str, Any]]:
    credited = any(said["credit"] for _, said in row.parts())
    right = {one.upper() for one in _listed(row.get("right"))}
    parts = [*row.parts()]
    missing = right - {letter for letter, _ in parts}
    if missing:
        raise Wrong(
            Said("the column right names %(letter)s, and there is no option %(letter)s", letter=min(missing))
        )
    if not right and not credited:
        raise Wrong(
            "nothing says what is right – write the letters of the right options into the column right"
        )
    return [
        {
            "text": said["option"],
            **({"credit": _number(said["credit"] or ("1" if letter in right else "0"), f"credit {letter}")} if credited
               else {"correct": True} if letter in right else {}),
            **({"feedback": said["feedback"]} if said["feedback"] else {}),
        }
        for letter, said in parts
    ]  # fmt: skip


def _choice(row: Row) -> dict[str, Any]:
    choose = {"choose": _count(row.get("choose"), "choose")} if row.get("choose") else {}
    return {"options": _options(row), **choose}


def _truth_content(row: Row) -> dict[str, Any]:
    told = {
        name: row.get(f"feedback {letter}")
        for name, letter in (("feedback_true", "a"), ("feedback_false", "b"))
    }
    return {
        "answer": _truth(row.get("right"), "right"),
        **{name: text for name, text in told.items() if text},
    }


def _answers(row: Row, read: Callable[[str, str], Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The accepted answers: of the parts, and in front of them that of the column right."""
    first = (
        [("right", {"option": row.get("right"), "credit": "", "feedback": ""})] if row.get("right") else []
    )
    parts = [*first, *row.parts()]
    return [
        {
            **read(said["option"], letter),
            **({"credit": _number(said["credit"], f"credit {letter}")} if said["credit"] else {}),
            **({"feedback": said["feedback"]} if said["feedback"] else {}),
        }
        for letter, said in parts
    ]


def _short_text(row: Row) -> dict[str, Any]:
    case = (
        {"case_sensitive": True}
        if row.get("case sensitive") and _truth(row.get("case sensitive"), "case sensitive")
        else {}
    )
    return {"answers": _answers(row, lambda text, _: {"text": text.strip()}), **case}


def _numerical(row: Row) -> dict[str, Any]:
    return {"answers": _answers(row, _accepted)}


def _accepted(text: str, letter: str) -> dict[str, Any]:
    tolerant, span = _TOLERANT.fullmatch(text.strip()), _RANGE.fullmatch(text.strip())
    if span:
        return {"min": _number(span[1], letter), "max": _number(span[2], letter)}
    if not tolerant:
        return {"value": _number(text, letter)}
    by = _number(tolerant["by"], letter)
    kind = "geometric" if tolerant["sign"] == "×" else "relative" if tolerant["share"] else "absolute"
    shown = by / 100 if tolerant["share"] else by
    usual = {} if kind == "absolute" else {"tolerance_type": kind}
    return {"value": _number(tolerant["value"], letter), "tolerance": shown, **usual}


def _matching(row: Row) -> dict[str, Any]:
    parts = [said for _, said in row.parts()]
    alone = [{"choice": said["match"]} for said in parts if not said["option"]]
    return {
        "pairs": [{"stem": said["option"], "choice": said["match"]} for said in parts if said["option"]],
        **({"distractors": alone} if alone else {}),
    }


def _ordering(row: Row) -> dict[str, Any]:
    return {"items": [{"text": said["option"]} for _, said in row.parts()]}


def _word_gaps(row: Row) -> dict[str, Any]:
    parts = [*row.parts()]
    ids = {letter: letter.lower() for letter, _ in parts}
    return {
        "text": row.get("text"),
        "choices": [
            {"id": ids[letter], "text": said["option"], **({"group": _count(said["group"], f"group {letter}")} if said["group"] else {})}
            for letter, said in parts
        ],
        "gaps": {gap: ids[letter] for letter, said in parts for gap in _listed(said["match"])},
        **({"reuse": True} if row.get("reuse") and _truth(row.get("reuse"), "reuse") else {}),
    }  # fmt: skip


_CONTENTS: Final[Mapping[str, Callable[[Row], dict[str, Any]]]] = {
    "single_choice": lambda row: {"options": _options(row)},
    "multiple_response": _choice,
    "true_false": _truth_content,
    "short_text": _short_text,
    "numerical": _numerical,
    "matching": _matching,
    "ordering": _ordering,
    "gap_select": _word_gaps,
    "drag_words": _word_gaps,
    "essay": lambda _row: {},
    "description": lambda _row: {},
}


# Cells ---------------------------------------------------------------------------------------------------------------


def _listed(text: str) -> list[str]:
    return [one.strip() for one in re.split(r"[,;\s]+", text) if one.strip()]


def _number(text: str, column: str) -> Decimal:
    try:
        value = Decimal(text.strip().replace(",", ".").replace("\N{MINUS SIGN}", "-"))
    except InvalidOperation:
        raise Wrong(
            Said(
                "%(column)s: '%(text)s' is no number – write 8, 8 ± 0.5 or 5 .. 7",
                column=column,
                text=text.strip()[:40],
            )
        ) from None
    return value


def _count(text: str, column: str) -> Decimal:
    value = _number(text, column)
    return value.to_integral_value() if value == value.to_integral_value() else value


def _truth(text: str, column: str) -> bool:
    word = text.strip().casefold()
    if word not in _WORDS:
        raise Wrong(
            Said(
                "%(column)s: '%(text)s' is neither true nor false – write true or false",
                column=column,
                text=text.strip()[:40],
            )
        )
    return _WORDS[word]

"""Blackboard's text file for uploading questions: a line each, its fields parted by tabs, the first one the type."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import Any, Final

from quiz.banks.model import Question
from quiz.errors import Said
from quiz.files.richtext import to_inline_html, to_prompt_html
from quiz.formats._moodle import joined, moved, on_a_line, parted, without_marks
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
    literal_texts,
    restyled,
    rounded,
)
from quiz.questions.rules.numbers import read_number, show_number
from quiz.questions.rules.text import exactly

_MARKS: Final = {"correct": True, "incorrect": False}
_TRUTHS: Final = {"true": True, "t": True, "yes": True, "false": False, "f": False, "no": False}
#: Types of Blackboard that we have no match for.
_OTHERS: Final = {
    "FIL": Said("file response"), "OP": Said("opinion scale"), "QUIZ_BOWL": Said("quiz bowl"),
    "HOTSPOT": Said("hot spot"),
}  # fmt: skip


_BLANKS: Final = "FIB_PLUS"
_JUMBLED: Final = "JUMBLED_SENTENCE"
#: A number with commas between its thousands, as Blackboard's own sample file has one.
_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_BLANK: Final = re.compile(r"\[([^\[\]]+)\]")
#: A cell as spreadsheets save one that holds a comma or a quotation mark.
_QUOTED: Final = re.compile(r'"(?:[^",]|(,|""))*+"')


#: Cells behind the question of types that have no lists.
_MOST: Final = {"TF": 1, "ESS": 1, "SR": 1, "NUM": 2}


class _Wrong(Exception):
    """What is wrong with a line, and how to mend it."""


def _read(source: Source) -> Iterator[Entry]:
    text = decoded(source)
    cell_of = _unquoted if _is_quoted(text) else str.strip
    for number, line in enumerate(io.StringIO(text), 1):
        if not line.strip():
            continue
        where = Said("line %(n)s", n=number)
        kind, *rest = map(cell_of, line.split("\t"))
        kind = kind.upper()
        if kind in _OTHERS:
            yield Unsupported(where, _OTHERS[kind], rest[0][:60] if rest else "")
            continue
        try:
            yield Found(where, _question(kind, rest), _beyond(kind, rest))
        except _Wrong as error:
            yield Fault(where, str(error))


def _beyond(kind: str, cells: Sequence[str]) -> list[Loss]:
    """A loss of cells behind all that a question of this type has."""
    left = [cell for cell in cells[1 + _MOST.get(kind, len(cells)) :] if cell]
    lost = Said("%(type)s has no '%(columns)s'", type=kind, columns="', '".join(left)[:80])
    return [Loss("columns", lost)] if left else []


def _is_quoted(text: str) -> bool:
    """Whether a spreadsheet has written the file: it quotes just the cells that hold a comma or a quotation mark."""
    cells = (cell.strip() for line in io.StringIO(text) for cell in line.split("\t"))
    marked = [_is_cell_quoted(cell) for cell in cells if '"' in cell or "," in cell]
    return bool(marked) and all(marked)


def _is_cell_quoted(cell: str) -> bool:
    found = _QUOTED.fullmatch(cell)
    return bool(found and found[1])


def _unquoted(cell: str) -> str:
    bare = cell.strip()
    return bare[1:-1].replace('""', '"').strip() if _is_cell_quoted(bare) else bare


def _question(kind: str, cells: Sequence[str]) -> dict[str, Any]:
    if kind not in _READ:
        raise _Wrong(
            Said(
                "there is no type '%(kind)s' – begin the line with one of %(names)s and a tab",
                kind=kind[:20],
                names=", ".join(_READ),
            )
        )
    if not cells or not cells[0]:
        raise _Wrong("there is no question – write it after the type and a tab")
    given = list(cells[1:])
    while given and not given[-1]:
        given.pop()
    own = _TEXTS[kind](cells[0], given) if kind in _TEXTS else _KINDS[kind](given)
    return {"prompt": cells[0], "text_format": "html", **own}


def _blanks(text: str, cells: Sequence[str]) -> dict[str, Any]:
    """``[x]`` in the text is a blank; for each come its name and its answers, an empty field between two of them."""
    runs = [*_runs(cells)]
    gaps = {name: {"type": "short_text", "answers": _accepted(found)} for name, *found in runs}
    if len(gaps) < len(runs) or any(len(run) == 1 for run in runs):
        raise _Wrong("a blank has no answers, or stands twice – write each once, a tab, and its answers")
    return {"type": "cloze", **_marked(text, gaps)}


def _jumbled(text: str, cells: Sequence[str]) -> dict[str, Any]:
    """Words to choose from, each followed by the blanks that it belongs in; every blank offers all of them.

    What follows an empty field is a word, also where a blank is called so.
    """
    blanks = {*_BLANK.findall(text)}
    choices: list[dict[str, str]] = []
    key: dict[str, str] = {}
    for place, cell in chain.from_iterable(map(enumerate, _runs(cells))):
        if place and cell in blanks and cell not in key:
            key[cell] = choices[-1]["id"]
        else:
            choices.append({"id": str(len(choices) + 1), "text": cell})
    reuse = {"reuse": True} if _is_twice(key) else {}
    return {"type": "gap_select", "choices": choices, **reuse, **_marked(text, key)}


def _is_twice(key: Mapping[str, str]) -> bool:
    """Whether a word belongs in several gaps."""
    return len({*key.values()}) < len(key)


def _marked(text: str, filled: Mapping[str, Any]) -> dict[str, Any]:
    """The text with our marks for the blanks that are filled, in order, and what fills them. Raises _Wrong."""
    gaps: dict[str, Any] = {}

    def gap(found: re.Match[str]) -> str:
        if found[1] not in filled:
            return found[0]
        number = str(len(gaps) + 1)
        gaps[number] = filled[found[1]]
        return f"[[{number}]]"

    marked = _BLANK.sub(gap, text.replace("[[", "&#91;["))
    if not gaps or len(gaps) != len(filled):
        raise _Wrong(
            "the blanks of the text are not those that have answers – write [x] in it, then x and its answers"
        )
    return {**parted({"prompt": marked, "text_format": "html"}), "gaps": gaps}


def _runs(cells: Sequence[str]) -> Iterator[list[str]]:
    """What stands between empty fields."""
    run: list[str] = []
    for cell in (*cells, ""):
        if cell:
            run.append(cell)
        elif run:
            yield run
            run = []


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
        raise _Wrong(
            Said("%(count)s answers are correct – mark one, or make it MA", count=right)
            if right
            else "no answers are correct – mark one, or make it MA"
        )
    return {"type": "single_choice", "options": options}


def _truth(cells: Sequence[str]) -> dict[str, Any]:
    word = cells[0].lower() if cells else ""
    if word not in _TRUTHS:
        raise _Wrong(Said("'%(word)s' is neither true nor false", word=word[:20]))
    return {"type": "true_false", "answer": _TRUTHS[word]}


def _matching(cells: Sequence[str]) -> dict[str, Any]:
    stems, choices = cells[::2], cells[1::2]
    if len(stems) != len(choices):
        raise _Wrong("a stem has nothing to go with it – write stem, tab, match, tab, and so on")
    pairs = [{"stem": stem, "choice": choice} for stem, choice in zip(stems, choices, strict=True) if stem]
    alone = [{"choice": choice} for stem, choice in zip(stems, choices, strict=True) if not stem]
    return {"type": "matching", "pairs": pairs, **({"distractors": alone} if alone else {})}


def _accepted(texts: Iterable[str]) -> list[dict[str, str]]:
    return [{"text": exactly(text)} for text in texts]


def _number(cells: Sequence[str]) -> dict[str, Any]:
    if not cells:
        raise _Wrong("there is no number – write it after the question and a tab")
    values = [_decimal(cell) for cell in cells[:2]]
    tolerance = {"tolerance": values[1]} if len(values) > 1 and values[1] else {}
    return {"type": "numerical", "answers": [{"value": values[0], **tolerance}]}


def _decimal(text: str) -> Decimal:
    value = read_number(text.replace(",", "") if _THOUSANDS.fullmatch(text) else text)
    if value is None:
        raise _Wrong(Said("'%(text)s' is no number", text=text[:40]))
    return value


_KINDS: Final[Mapping[str, Callable[[Sequence[str]], dict[str, Any]]]] = {
    "MC": _choice,
    "MA": lambda cells: {"type": "multiple_response", "options": _options(cells)},
    "TF": _truth,
    "ESS": lambda cells: {"type": "essay", **({"model_answer": cells[0]} if cells and cells[0] else {})},
    "SR": lambda cells: {"type": "essay", **({"model_answer": cells[0]} if cells and cells[0] else {})},
    "FIB": lambda cells: {"type": "short_text", "answers": _accepted(filter(None, cells))},
    "MAT": _matching,
    "ORD": lambda cells: {"type": "ordering", "items": [{"text": cell} for cell in cells if cell]},
    "NUM": _number,
}
_TEXTS: Final = {_BLANKS: _blanks, _JUMBLED: _jumbled}
_READ: Final = (*_KINDS, *_TEXTS)


# Writing -------------------------------------------------------------------------------------------------------------


#: Texts of other formats as the HTML that shows them: those of the question, and those of its parts where that differs.
_AS_HTML: Final[Mapping[str, Sequence[Callable[[str], str]]]] = {
    "plain": (lambda text: on_a_line(text, "plain"),),
    "markdown": (to_prompt_html, to_inline_html),
}


class _Writer(Writer):
    types = frozenset(
        {
            "single_choice", "multiple_response", "true_false", "essay", "short_text", "matching", "ordering", "numerical",
            "cloze", "gap_select",
        }
    )  # fmt: skip
    holds = frozenset(
        {
            "prompt",
            "options",
            "answer",
            "answers",
            "pairs",
            "distractors",
            "items",
            "model_answer",
            "text",
            "gaps",
            "choices",
        }
    )

    def held(self, question: Question) -> frozenset[str]:
        words = question.type == "gap_select" and _is_twice(question.content.gaps)  # type: ignore[attr-defined]
        return self.holds | ({"reuse"} if words else frozenset())

    def add(self, question: Question, files: Mapping[str, bytes]) -> Sequence[Loss]:
        if question.text_format in _AS_HTML:
            question = restyled(question, "html", *_AS_HTML[question.text_format])
        content: Any = question.content
        if question.type not in ("cloze", "gap_select"):
            kind, cells, losses = _BODIES[question.type](content)
            cells = [question.prompt, *cells]
        else:
            front = without_marks(question.prompt, "html")
            whole = content.model_copy(update={"text": joined(front, content.text, "html")})
            kind, cells, losses = _BODIES[question.type](whole)
            losses = [*losses, *moved(question.prompt, content.text, "html")]
        typed = kind in ("FIB", _BLANKS)
        line = [kind, *(_cell(cell, typed=typed and place > 0) for place, cell in enumerate(cells))]
        self.target.write(("\t".join(line) + "\r\n").encode())
        return [*losses, *([Loss("images", "Blackboard's text file has no pictures")] if files else [])]

    def close(self) -> None:
        return


def _cell(text: str, *, typed: bool) -> str:
    """HTML without the ends of lines and cells, which mean nothing there but in what is preformatted.

    Raises Unwritable for what cannot be a cell, such as what is ``typed`` and looks as if a spreadsheet had quoted it.
    """
    cell = on_a_line(text, "html").replace("\t", " ")
    if not cell and text:
        raise Unwritable("a text of white space only")
    if not _is_cell_quoted(cell):
        return cell
    if typed:
        raise Unwritable("an answer that looks like a cell that a spreadsheet has quoted")
    return f"&quot;{cell[1:]}"


Body = tuple[str, list[str], list[Loss]]


def _told(parts: Sequence[Any]) -> list[Loss]:
    return (
        [Loss("feedback", "Blackboard's text file has no feedback")]
        if any(one.feedback for one in parts)
        else []
    )


def _chosen(content: Any, kind: str) -> Body:
    options = content.options
    right = [one.worth == 1 if kind == "MC" else one.right for one in options]
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
    texts, losses = literal_texts(content.answers)
    partial = any(answer.credit != 1 for answer in content.answers)
    lost = [Loss("answers", "it has no partial credit")] if partial else []
    return "FIB", texts, [*_told(content.answers), *losses, *lost]


def _numbers(content: Any) -> Body:
    full = [answer for answer in content.answers if answer.credit == 1]
    if len(full) != 1 or full[0].value is None or full[0].tolerance_type != "absolute":
        raise Unwritable("numerical with several answers, a range or a relative tolerance")
    (answer,) = full
    lost = [Loss("answers", "it has no partial credit")] if len(content.answers) > 1 else []
    numbers = [answer.value, answer.tolerance]
    lost += rounded(numbers)
    return "NUM", [*map(show_number, numbers)], [*_told(content.answers), *lost]


def _pairs(content: Any) -> Body:
    rows = [(pair.stem, pair.choice) for pair in content.pairs]
    rows += [("", one.choice) for one in content.distractors]
    return "MAT", [cell for row in rows for cell in row], []


def _gapped(content: Any) -> Body:
    """The text with a name in brackets for each gap; the names and their answers."""
    names = {name: f"b{number}" for number, name in enumerate(content.shown, 1)}
    text = _named(content.text, names)
    cells: list[str] = []
    losses: list[Loss] = []
    for name, gap in content.shown.items():
        if gap.type != "short_text":
            raise Unwritable(Said("a gap of type %(type)s", type=gap.type))
        _, answers, lost = _typed(gap.content)
        cells += ["", names[name], *answers] if cells else [names[name], *answers]
        losses += [Loss("gaps", one.detail) for one in lost]
        if gap.weight != 1 or gap.content.case_sensitive or gap.content.fold or gap.content.typo:
            losses.append(Loss("gaps", "how much a gap counts and how exactly it is read"))
    if content.interchangeable:
        losses.append(Loss("interchangeable", "answers of gaps cannot be swapped"))
    return _BLANKS, [text, *cells], losses


def _chosen_words(content: Any) -> Body:
    """The text with a name in brackets for each gap; the words, each with the names where it belongs."""
    if len({one.group for one in content.choices}) > 1:
        raise Unwritable("gaps that offer different words")
    names = {name: f"b{number}" for number, name in enumerate(content.shown, 1)}
    text = _named(content.text, names)
    if {one.text for one in content.choices} & {*names.values()}:
        raise Unwritable("a word that Blackboard would take for a blank")
    cells = [
        cell
        for one in content.choices
        for cell in (one.text, *(names[gap] for gap, word in content.gaps.items() if word == one.id), "")
    ]
    return _JUMBLED, [text, *cells[:-1]], []


def _named(text: str, names: Mapping[str, str]) -> str:
    """The text with blanks as Blackboard marks them. Raises Unwritable."""
    marks = re.compile(rf"\[\[({'|'.join(map(re.escape, names))})\]\]")
    if not {*_BLANK.findall(marks.sub("\n", text))}.isdisjoint(names.values()):
        raise Unwritable("a text with what Blackboard would take for a blank")
    return marks.sub(lambda mark: f"[{names[mark[1]]}]", text)


_BODIES: Final[Mapping[str, Callable[[Any], Body]]] = {
    "single_choice": lambda content: _chosen(content, "MC"),
    "multiple_response": lambda content: _chosen(content, "MA"),
    "true_false": lambda content: ("TF", [str(content.answer).lower()], []),
    "essay": lambda content: ("ESS", [content.model_answer or ""], []),
    "short_text": _typed,
    "matching": _pairs,
    "ordering": lambda content: ("ORD", [item.text for item in content.items], []),
    "numerical": _numbers,
    "cloze": _gapped,
    "gap_select": _chosen_words,
}


def _sniff(head: bytes, name: str) -> float:
    first = head.decode("utf-8", "replace").lstrip("\ufeff\r\n ").split("\t", 1)
    known = len(first) == 2 and first[0].strip().upper() in {*_READ, *_OTHERS}
    return (0.95 if name.endswith(".txt") else 0.8) if known else 0.0


FORMAT = Format("blackboard", "Blackboard's text file", (".blackboard.txt",), _sniff, _read, _Writer)

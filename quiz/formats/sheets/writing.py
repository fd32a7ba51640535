"""Questions to rows of a sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import Any, Final, TypeVar

from quiz.banks.model import Question
from quiz.errors import Said
from quiz.files.tables import LONGEST_CELL
from quiz.formats.base import Loss, Unwritable, Writer, rounded
from quiz.formats.sheets.columns import AFTER, COMMON, MOST, PART, USUAL, letters
from quiz.questions.fields import exact
from quiz.questions.rules.numbers import show_number

Cells = dict[str, str]
_Part = TypeVar("_Part")
#: What stands behind a number for its tolerance.
_TOLERANCES: Final = {"absolute": " ± {}", "relative": " ± {} %", "geometric": " × {}"}


class SheetWriter(Writer):
    """Gathers the rows, since the columns are known when all questions are; ``write_rows`` puts them into a file."""

    types = frozenset(
        {
            "single_choice", "multiple_response", "true_false", "short_text", "numerical", "matching", "ordering",
            "gap_select", "drag_words", "essay", "description",
        }
    )  # fmt: skip
    holds = frozenset(
        {
            "name", "topic", "difficulty", "level", "points", "prompt", "explanation", "hints", "feedback", "tags", "as_of",
            "valid", "scoring", "penalty", "shuffle", "options", "choose", "answer", "feedback_true", "feedback_false",
            "answers", "case_sensitive", "pairs", "distractors", "items", "text", "choices", "gaps", "reuse",
            "words", "model_answer",
        }
    )  # fmt: skip

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._rows: list[Cells] = []

    def add(self, question: Question, files: Mapping[str, bytes]) -> Sequence[Loss]:
        cells, losses = row_of(question)
        if max(map(len, cells.values())) > LONGEST_CELL:
            raise Unwritable(Said("a text of more than %(most)s characters", most=LONGEST_CELL))
        self._rows.append(cells)
        return [*losses, *([Loss("images", "sheets have no pictures")] if files else [])]

    def close(self) -> None:
        names = [f"{one} {letter}" for letter in letters(MOST) for one in PART]
        kept = {f"option {letter}" for letter in letters(USUAL)}.union(*self._rows)
        head = [
            "id", "type", *COMMON,
            *(name for name in names if name in kept),
            *AFTER,
        ]  # fmt: skip
        self.write_rows(head, ([cells.get(name, "") for name in head] for cells in self._rows))

    def write_rows(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Writes the file."""
        raise NotImplementedError


def row_of(question: Question) -> tuple[Cells, list[Loss]]:
    """The cells of a question by the name of their column, and what of it they cannot hold. Raises Unwritable."""
    told = question.feedback
    span = question.valid
    cells = {
        "id": question.id,
        "type": question.type,
        "name": question.name or "",
        "topic": question.topic,
        "difficulty": question.difficulty if question.difficulty != "medium" else "",
        "level": question.level,
        "points": show_number(question.points) if question.points != 1 else "",
        "prompt": question.prompt,
        "explanation": question.explanation or "",
        "hints": "\n".join(" ".join(hint.split()) for hint in question.hints),
        "feedback right": (told and told.right) or "",
        "feedback partly": (told and told.partly) or "",
        "feedback wrong": (told and told.wrong) or "",
        "tags": ", ".join(question.tags),
        "as of": str(question.as_of or ""),
        "valid from": str((span and span.start) or ""),
        "valid to": str((span and span.end) or ""),
        "scoring": question.scoring if question.scoring != question.kind.rules[0] else "",
        "penalty": show_number(question.penalty) if "penalty" in question.dump() else "",
        "shuffle": "" if question.shuffle else "false",
        "format": question.text_format if question.text_format != "markdown" else "",
    }
    own, losses = _CONTENTS[question.type](question.content)
    losses += _rounded([question.points], "points") + _rounded([question.penalty], "penalty")
    if any("," in tag for tag in question.tags):
        losses.append(Loss("tags", "a comma parts tags"))
    if any(hint != " ".join(hint.split()) for hint in question.hints):
        losses.append(Loss("hints", "a hint is one line of its cell"))
    written = {name: text for name, text in {**cells, **own}.items() if text}
    return {name: text.strip() for name, text in written.items()}, losses


Body = tuple[Cells, list[Loss]]


def _options(content: Any) -> Body:
    cells: Cells = {}
    for letter, option in _lettered(content.options):
        cells[f"option {letter}"] = option.text
        cells[f"feedback {letter}"] = option.feedback or ""
        if option.credit is not None:
            cells[f"credit {letter}"] = show_number(option.credit)
    if not content.credited:
        cells["right"] = ", ".join(letter for letter, option in _lettered(content.options) if option.correct)
    cells["choose"] = str(getattr(content, "choose", None) or "")
    return cells, _rounded([one.credit for one in content.options if one.credit is not None], "options")


def _truth(content: Any) -> Body:
    return {
        "right": str(content.answer).lower(),
        "feedback A": content.feedback_true or "",
        "feedback B": content.feedback_false or "",
    }, []


def _typed(content: Any) -> Body:
    cells, losses = _answers(content.answers, lambda answer: answer.text)
    return {**cells, "case sensitive": "true" if content.case_sensitive else ""}, losses


def _numbers(content: Any) -> Body:
    cells, losses = _answers(content.answers, _number)
    return cells, [*losses, *rounded(chain.from_iterable(map(_numbers_of, content.answers)))]


def _numbers_of(answer: Any) -> tuple[Fraction, Fraction]:
    """The numbers in a cell: both ends, or the value and its tolerance, a relative one in percent."""
    if answer.value is None:
        low, high = answer.bounds
        return low, high
    return answer.value, answer.tolerance * (100 if answer.tolerance_type == "relative" else 1)


def _number(answer: Any) -> str:
    first, second = map(show_number, _numbers_of(answer))
    if answer.value is None:
        return f"{first} .. {second}"
    return first + (_TOLERANCES[answer.tolerance_type].format(second) if answer.tolerance else "")


def _answers(answers: Sequence[Any], text: Callable[[Any], str]) -> Body:
    cells: Cells = {}
    for letter, answer in _lettered(answers):
        cells[f"option {letter}"] = text(answer)
        cells[f"credit {letter}"] = "" if answer.credit == 1 else show_number(answer.credit)
        cells[f"feedback {letter}"] = answer.feedback or ""
    return cells, _rounded([answer.credit for answer in answers], "answers")


def _rounded(shares: Sequence[Fraction], field: str) -> list[Loss]:
    """A loss where a share, as it is written, is read as another one (``exact``)."""
    good = all(exact(Decimal(show_number(share))) == share for share in shares)
    return [] if good else [Loss(field, "a number is rounded to fifteen digits")]


def _pairs(content: Any) -> Body:
    rows = [
        *((pair.stem, pair.choice) for pair in content.pairs),
        *(("", one.choice) for one in content.distractors),
    ]
    cells: Cells = {}
    for letter, (stem, choice) in _lettered(rows):
        cells |= {f"option {letter}": stem, f"match {letter}": choice}
    return cells, []


def _items(content: Any) -> Body:
    return {f"option {letter}": item.text for letter, item in _lettered(content.items)}, []


def _word_gaps(content: Any) -> Body:
    cells: Cells = {"text": content.text, "reuse": "true" if content.reuse else ""}
    for letter, word in _lettered(content.choices):
        cells[f"option {letter}"] = word.text
        cells[f"group {letter}"] = str(word.group) if word.group != 1 else ""
        cells[f"match {letter}"] = ", ".join(gap for gap, right in content.gaps.items() if right == word.id)
    return cells, []


def _essay(content: Any) -> Body:
    asked = content.words
    words = f"{asked.min or ''}..{asked.max or ''}" if asked else ""
    return {"words": words, "model answer": content.model_answer or ""}, []


def _lettered(parts: Sequence[_Part]) -> Iterator[tuple[str, _Part]]:
    """The parts, each with its letter. Raises Unwritable where there are more than letters."""
    if len(parts) > MOST:
        raise Unwritable(Said("more than %(most)s parts", most=MOST))
    return zip(letters(MOST), parts, strict=False)


def _nothing(_content: Any) -> Body:
    return {}, []


_CONTENTS: Final[Mapping[str, Callable[[Any], Body]]] = {
    "single_choice": _options,
    "multiple_response": _options,
    "true_false": _truth,
    "short_text": _typed,
    "numerical": _numbers,
    "matching": _pairs,
    "ordering": _items,
    "gap_select": _word_gaps,
    "drag_words": _word_gaps,
    "essay": _essay,
    "description": _nothing,
}

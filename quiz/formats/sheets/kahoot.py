"""Kahoot's sheet for importing quizzes: the question, two to four answers, a time limit, the numbers of the right ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from quiz.banks.model import Question
from quiz.errors import Invalid, Said
from quiz.files.richtext import to_text
from quiz.files.tables import Table, write_xlsx
from quiz.formats.base import Entry, Fault, Found, Loss, Unwritable, Writer

#: Kahoot's own bounds, in characters.
LONGEST_QUESTION: Final = 120
LONGEST_ANSWER: Final = 75
MOST_ANSWERS: Final = 4
HEAD: Final = (
    "", "Question - max 120 characters", "Answer 1 - max 75 characters", "Answer 2 - max 75 characters",
    "Answer 3 - max 75 characters", "Answer 4 - max 75 characters",
    "Time limit (sec) – 5, 10, 20, 30, 60, 90, 120, or 240 secs", "Correct answer(s) - choose at least one",
)  # fmt: skip
_SECONDS: Final = 20
#: Rows in which the names of the columns stand.
HEAD_WITHIN: Final = 30


def entries(rows: Iterable[Sequence[str]], name: str) -> Iterator[Entry]:
    """The questions of the sheet. Raises Invalid where it is none."""
    counted = enumerate(rows, 1)
    place = next(
        (found for number, row in counted if (found := begins(row)) is not None or number > HEAD_WITHIN), None
    )
    if place is None:
        raise Invalid(
            Said(
                "%(name)s: there is no row with Question and Answer 1 – begin with Kahoot's own template",
                name=name,
            )
        )
    for number, row in counted:
        cells = [*(cell.strip() for cell in row[place:]), *[""] * 7]
        if any(cells[:5]):
            yield _question(Said("row %(n)s", n=number), cells)


def begins(row: Sequence[str]) -> int | None:
    """The place of the question in a row that names Kahoot's columns; None for another row."""
    for place, cell in enumerate(row[:-1]):
        if cell.strip().lower().startswith("question") and row[place + 1].strip().lower().startswith(
            "answer 1"
        ):
            return place
    return None


def _question(where: str, cells: Sequence[str]) -> Entry:
    prompt, answers, right = cells[0], [*cells[1 : 1 + MOST_ANSWERS]], cells[6]
    given = [place for place, answer in enumerate(answers, 1) if answer]
    numbers = [int(float(number)) for number in re.findall(r"\d+(?:\.0+)?", right)]
    if not prompt:
        return Fault(where, "there are answers and no question – write it into the first column")
    if len(given) < 2:
        return Fault(where, "there are fewer than two answers – fill Answer 1 and Answer 2")
    if not numbers or not {*numbers} <= {*given}:
        return Fault(
            where,
            Said(
                "the correct answer '%(right)s' names none that is given – write their numbers, such as 1,3",
                right=right,
            ),
        )
    losses = [Loss("minutes", Said("the time limit of %(n)s seconds", n=cells[5]))] if cells[5] else []
    if [answer.casefold() for answer in answers if answer] == ["true", "false"]:
        return Found(
            where,
            {"type": "true_false", "prompt": prompt, "text_format": "plain", "answer": numbers == [1]},
            losses,
        )
    options = [
        {"text": answers[place - 1], **({"correct": True} if place in numbers else {})} for place in given
    ]
    kind = "single_choice" if len(numbers) == 1 else "multiple_response"
    return Found(where, {"type": kind, "prompt": prompt, "text_format": "plain", "options": options}, losses)


def _credits(question: Question) -> list[Fraction]:
    """What each option is worth; of a single choice only the full mark counts, for Kahoot knows no other."""
    options = question.content.options  # type: ignore[attr-defined]
    credits = [Fraction(bool(one.correct)) if one.credit is None else one.credit for one in options]
    return [Fraction(credit == 1) for credit in credits] if question.type == "single_choice" else credits


class KahootWriter(Writer):
    """Writes the sheet as Kahoot's template has it, from its row of heads on."""

    types = frozenset({"single_choice", "multiple_response", "true_false"})
    holds = frozenset({"prompt", "options", "answer"})

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._rows: list[tuple[object, ...]] = []

    def add(self, question: Question, files: Mapping[str, bytes]) -> Sequence[Loss]:
        content: Any = question.content
        if question.type == "true_false":
            answers, right = ["True", "False"], [1 if content.answer else 2]
        else:
            answers = [to_text(option.text) for option in content.options]
            right = [number for number, credit in enumerate(_credits(question), 1) if credit > 0]
            if (len(right) == 1) != (question.type == "single_choice"):
                raise Unwritable(
                    Said("%(type)s with %(count)s right options", type=question.type, count=len(right))
                )
        prompt = to_text(question.prompt)
        if len(answers) > MOST_ANSWERS:
            raise Unwritable("more than four answers")
        if len(prompt) > LONGEST_QUESTION or max(map(len, answers)) > LONGEST_ANSWER:
            raise Unwritable("a text longer than Kahoot takes (120 characters, answers 75)")
        cells = [*answers, *[""] * (MOST_ANSWERS - len(answers))]
        number = len(self._rows) + 1
        self._rows.append((number, prompt, *cells, _SECONDS, ",".join(map(str, right))))
        return [
            *self._losses(question, content),
            *([Loss("images", "Kahoot's sheet has no pictures")] if files else []),
        ]

    def _losses(self, question: Question, content: Any) -> Iterator[Loss]:
        options = getattr(content, "options", ())
        if question.text_format != "plain" or any(to_text(one.text) != one.text for one in options):
            yield Loss("text_format", "Kahoot's sheet holds plain text on one line")
        if any(one.feedback for one in options):
            yield Loss("feedback", "Kahoot has no feedback")
        if any(one.credit not in (None, Fraction(0), Fraction(1)) for one in options):
            yield Loss("options", "Kahoot has no partial credit")

    def close(self) -> None:
        self.target.write(write_xlsx([Table("Quiz", HEAD, tuple(self._rows))]))

"""Kahoot's sheet for importing quizzes: the question, two to four answers, a time limit, the numbers of the right ones.

It is read as every sheet (``reading``), whose columns may have Kahoot's names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from quiz.banks.model import Question
from quiz.errors import Said
from quiz.files.richtext import to_text
from quiz.files.tables import Table, write_xlsx
from quiz.formats.base import Loss, Unwritable, Writer, demand_words

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
_HEAD_ROW: Final = 8


class KahootWriter(Writer):
    """Writes the sheet as Kahoot's template has it: the title above, the names of the columns in the eighth row."""

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
            single = question.type == "single_choice"
            key = [one.worth == 1 if single else one.right for one in content.options]
            right = [number for number, good in enumerate(key, 1) if good]
            if (len(right) == 1) != single:
                raise Unwritable(
                    Said("%(type)s with %(count)s right options", type=question.type, count=len(right))
                )
        prompt = to_text(question.prompt)
        if not prompt:
            raise Unwritable("a text of white space only")
        demand_words(answers)
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
        above = ("", self.bank.title)
        rows = (*[()] * (_HEAD_ROW - 2), HEAD, *self._rows)
        self.target.write(write_xlsx([Table("Quiz", above, rows)]))

"""The sheet that a teacher begins with: every column, and a row of each type to be put other questions into."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Final

from quiz.banks.model import Bank
from quiz.formats.sheets.columns import AFTER, COMMON, PART, USUAL, letters
from quiz.formats.sheets.writing import SheetWriter

HEAD: Final = ("type", *COMMON, *(f"{one} {letter}" for letter in letters(USUAL) for one in PART), *AFTER)
_PLACES: Final = "The secretariat is in [[1]], the anti-terrorist structure in [[2]]."
_CITIES: Final = {"option A": "Beijing", "match A": "1", "option B": "Tashkent", "match B": "2", "option C": "Astana"}  # fmt: skip
#: A question of each type, by what is to be filled in for it.
ROWS: Final[tuple[Mapping[str, str], ...]] = (
    {"type": "single_choice", "topic": "founding", "prompt": "Where was the SCO founded?", "option A": "Shanghai", "option B": "Astana",
     "option C": "Moscow", "right": "A", "feedback B": "There it was joined by two more states.", "explanation": "On 15 June 2001."},
    {"type": "multiple_response", "topic": "founding", "prompt": "Which of these founded it?", "option A": "Kazakhstan", "option B": "Tajikistan",
     "option C": "India", "right": "A, B"},
    {"type": "true_false", "topic": "founding", "prompt": "It was founded by six states.", "right": "true"},
    {"type": "short_text", "topic": "seats", "prompt": "In which city is its secretariat?", "option A": "Beijing", "option B": "Peking"},
    {"type": "numerical", "topic": "founding", "prompt": "In which year was it founded?", "option A": "2001", "option B": "2001 ± 1", "credit B": "0.5"},
    {"type": "matching", "topic": "seats", "prompt": "Which city belongs to which state?", "option A": "Kazakhstan", "match A": "Astana",
     "option B": "Tajikistan", "match B": "Dushanbe", "match C": "Tashkent"},
    {"type": "ordering", "topic": "founding", "prompt": "Put them in order, the earliest first.", "option A": "The Shanghai Five",
     "option B": "The SCO", "option C": "India and Pakistan become members"},
    {"type": "gap_select", "topic": "seats", "prompt": "Complete the sentence.", "text": _PLACES, **_CITIES},
    {"type": "drag_words", "topic": "seats", "prompt": "Drag the cities to where they belong.", "text": _PLACES, **_CITIES},
    {"type": "description", "topic": "founding", "prompt": "The next question is to be answered in a few sentences."},
    {"type": "essay", "topic": "founding", "prompt": "Why did six states found it?", "points": "5", "words": "100..300",
     "model answer": "Their borders had been settled in the nineties, and the trust of these years was to be kept."},
)  # fmt: skip


def template(writer: type[SheetWriter]) -> bytes:
    """The file, as this writer writes it."""
    target = BytesIO()
    rows = ([row.get(name, "") for name in HEAD] for row in ROWS)
    writer(target, Bank.load({"bank": "questions", "title": "Questions"})).write_rows(HEAD, rows)
    return target.getvalue()

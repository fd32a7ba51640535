"""The sheet that a teacher fills in: one row a question, its columns by name, in any order (docs/formats/csv.md).

``option A``, ``option B`` … are the parts of a question, ``credit A``, ``feedback A``, ``match A``, ``group A`` belong to
them. What a part is depends on the type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from quiz.errors import Said
from quiz.files.tables import column_letters

#: Columns that every question may fill, besides ``id`` and ``type``.
COMMON: Final = (
    "name",
    "topic",
    "difficulty",
    "level",
    "points",
    "prompt",
    "text",
    "right",
)
#: Columns after the parts.
AFTER: Final = (
    "explanation",
    "hints",
    "feedback right",
    "feedback partly",
    "feedback wrong",
    "tags",
    "as of",
    "valid from",
    "valid to",
    "scoring",
    "penalty",
    "shuffle",
    "choose",
    "case sensitive",
    "reuse",
    "words",
    "model answer",
    "format",
)
#: What belongs to a part, in front of its letter.
PART: Final = ("option", "match", "group", "credit", "feedback")
#: Parts that a blank sheet has, and a question may have: A to AX.
USUAL: Final = 5
MOST: Final = 50


def letters(count: int) -> list[str]:
    """A … Z, AA, AB and so on."""
    return [*map(column_letters, range(1, count + 1))]


#: Every name that a column may have.
NAMES: Final = frozenset(
    {"id", "type", *COMMON, *AFTER, *(f"{one} {letter.lower()}" for one in PART for letter in letters(MOST))}
)

#: What other programs and teachers call these columns (the sheets of Kahoot, Blooket, Gimkit and Wayground, which was Quizizz),
#: without spaces; teachers also in German, French, Spanish, Russian and Chinese.
_OTHERS: Final = {
    "prompt": "question questiontext frage fragetext enoncé énoncé pregunta вопрос текствопроса 题目 题干 问题 試題",
    "type": "questiontype fragetyp типвопроса тип 题型 类型",
    "right": "answer correctanswer correctanswers correct key answerkey rightanswer"
    " richtig richtigeantwort richtigeantworten lösung bonneréponse réponsecorrecte respuestacorrecta correcta"
    " правильныйответ правильныеответы правильный верныйответ ключ 答案 正确答案 正確答案 antwort réponse respuesta ответ",
    "explanation": "answerexplanation feedback erklärung erläuterung explication explicación пояснение объяснение 解析 说明",
    "topic": "thema thème tema тема 主题 知识点",
    "points": "score marks punkte баллы балл puntos 分值 分数",
    "minutes": "timelimit timeinseconds", "images": "imagelink questionimage",
    "number": "question# questionnumber # no no. nr nr. n° № №п/п п/п 序号 题号",
    "notes": "note comment comments remark remarks notiz notizen bemerkung bemerkungen примечание примечания комментарий 备注",
}  # fmt: skip
_ANY_ANSWER: Final = frozenset("answer antwort réponse respuesta ответ 答案".split())
_NAMED: Final = {other: name for name, others in _OTHERS.items() for other in (name, *others.split())}
#: Columns of theirs that we have not, each with what is lost with it; "" for nothing.
LOST: Final[Mapping[str, str]] = {
    "minutes": "time limits of questions",
    "images": "pictures that lie at an address",
    "notes": Said("the column '%(column)s'", column="notes"),
    "number": "",
}
_OPTION: Final = "answer ?option|answer|option|choice|antwort|réponse|respuesta|opción|вариант ?ответа|вариант|ответ|选项|答案"
_PLACED: Final = re.compile(
    rf"(?:(incorrect|wrong)(?: ?(?:answer|option|choice))?|{_OPTION}) ?([0-9]{{1,2}})"
)
#: An option by its letter, which is often all that stands above it.
_LETTERED: Final = re.compile(rf"(?:(?:{_OPTION}) ?)?([a-h])[.)]?")
#: What follows the name of a column: (optional), - max 75 characters.
_MORE: Final = re.compile(r"(?:\(| [-–—:] ).*")


def is_any_answer(heading: str) -> bool:
    """Whether this heading says the right answer only where no other does."""
    return heading.strip().casefold() in _ANY_ANSWER


def known(heading: str) -> str:
    """Our name of the column with this heading, without capitals; the heading itself where we have no such column.

    Wrong answers that are numbered by themselves stand behind option A, which is then the right one.
    """
    text = " ".join(heading.replace("_", " ").split()).casefold()
    if text in NAMES:
        return text
    bare = _MORE.sub("", text).strip()
    if bare in NAMES:
        return bare
    if lettered := _LETTERED.fullmatch(bare):
        return f"option {lettered[1]}"
    placed = _PLACED.fullmatch(bare)
    number = int(placed[2]) + bool(placed[1]) if placed else 0
    if 1 <= number <= MOST:
        return f"option {letters(MOST)[number - 1].lower()}"
    return _NAMED.get(bare.replace(" ", "").rstrip(":"), text)

"""GIFT, written: a line with the id and the tags, then the question; a category where the topic changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, BinaryIO, Final, TypeAlias

from quiz.banks.model import Bank, Question
from quiz.errors import Said
from quiz.formats._moodle import (
    MARKUP,
    added_up,
    category,
    graded,
    holds_markup,
    kept,
    literal,
    on_a_line,
    order_word,
    path_of,
    says_more,
    takes_nothing_off,
    ticked,
)
from quiz.formats.base import Loss, Unwritable, Writer, percentage, rounded, untold
from quiz.formats.gift.reading import CATEGORY, MARKER, WEIGHT
from quiz.questions.rules.numbers import show_number

#: How a text begins that would be taken for what stands in front of one.
_FRONT: Final = re.compile(rf"{MARKER.pattern}|{WEIGHT.pattern}", re.IGNORECASE)
#: What means something inside an ordering, where there are no escapes, but entities: Moodle would take ``}`` for the
#: end, ``//`` for a comment, ``####`` for feedback, and 0 for nothing; we ``$CATEGORY:`` for the end of the question.
_INSIDE: Final = re.compile(rf"\}}|^/(?=/)|^\$(?={CATEGORY[1:]})|#(?=###)|^0$")
#: Types that have no general feedback in GIFT.
_UNTOLD: Final = frozenset({"ordering", "description"})
#: What is written for characters that mean something.
_ESCAPES: Final = str.maketrans({**{mark: f"\\{mark}" for mark in "\\~=#{}:"}, "\n": "\\n"})
#: What ends the line of a comment.
_ENDS: Final = re.compile(r"[\r\n]+")


class GiftWriter(Writer):
    """Writes a file of GIFT, without pictures."""

    types = frozenset(
        {
            "single_choice", "multiple_response", "true_false", "short_text", "numerical", "matching", "ordering",
            "essay", "description",
        }
    )  # fmt: skip
    holds = frozenset(
        {
            "name", "topic", "prompt", "explanation", "tags", "options", "answers", "answer", "feedback_true",
            "feedback_false", "pairs", "distractors", "items",
        }
    )  # fmt: skip

    def __init__(self, target: BinaryIO, bank: Bank) -> None:
        super().__init__(target, bank)
        self._topic = ""
        self._written: set[str] = set()

    def held(self, question: Question) -> frozenset[str]:
        told = question.feedback
        only_wrong = told is not None and not told.right and not told.partly
        more = {"feedback"} if question.type == "numerical" and only_wrong else set()
        told_apart = question.type == "ordering" or added_up(question)
        return self.holds | more | ({"scoring"} if told_apart else set())

    def add(self, question: Question, files: Mapping[str, bytes]) -> Sequence[Loss]:
        body, losses = _BODIES[question.type](question, question.content)
        lines = []
        if question.topic != self._topic:
            lines = [f"{CATEGORY} {_path(path_of(question.topic, self.topics)[0])}", ""]
            self._topic = question.topic
            self._written.add(question.topic)
        lines.append(
            " ".join(["//", f"[id:{question.id}]", *(f"[tag:{_meta(tag)}]" for tag in question.tags)])
        )
        if any(map(_ENDS.search, question.tags)):
            losses = [*losses, Loss("tags", "line breaks and tabs become spaces")]
        general = ""
        if question.explanation and question.type in _UNTOLD:
            losses = [*losses, Loss("explanation", "GIFT has no feedback to a question of this type")]
        elif question.explanation:
            general = f"\n\t####{_shown(question.explanation, question)}"
        answers = "" if body is None else " {" + body + general + ("\n}" if body or general else "}")
        marker = _marker(question)
        lines += [f"::{_out(question.name or question.id)}::{marker}{_out(question.prompt)}{answers}", "", ""]
        self.target.write("\n".join(lines).encode())
        if files:
            losses = [*losses, Loss("images", "GIFT has no pictures")]
        return losses

    def topic_losses(self) -> Sequence[Loss]:
        return untold(self.topics, self._written)

    def close(self) -> None:
        return


def _path(path: str) -> str:
    """The path of a category; below the top where its first name would be taken for a place in Moodle."""
    below = f"top/{path}".removesuffix("/")
    return path if path and category(path) == category(below) else below


def _meta(tag: str) -> str:
    """A tag on one line; a backslash at its end would take the meaning from the bracket, but for a space."""
    line = _ENDS.sub(" ", tag).replace("]", "\\]")
    return f"{line} " if line.endswith("\\") else line


def _marker(question: Question) -> str:
    """Moodle's own format needs none; plain text that looks like markup or the like has to say that it is none."""
    if question.text_format == "plain":
        suspicious = any(says_more(text) or _FRONT.match(text) for text in _all_texts(question.dump()))
        return "[plain]" if suspicious else ""
    return f"[{question.text_format}]"


def _all_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _all_texts(one)


def _out(text: str | None) -> str:
    """Text with everything escaped that GIFT would take for its own."""
    return (text or "").strip().replace("\r\n", "\n").replace("\r", "\n").translate(_ESCAPES)


def _shown(text: str, question: Question) -> str:
    """A text that is shown; one that begins like a marker or a weight needs a marker in front."""
    return (f"[{question.text_format}]" if _FRONT.match(text) else "") + _out(text)


def _told(part: Any, question: Question) -> str:
    return f"#{_shown(part.feedback, question)}" if part.feedback else ""


def _weight(credit: Fraction) -> str:
    return f"%{percentage(credit)}%"


#: What stands between the braces (None: there are none), and what of it was lost.
Body: TypeAlias = tuple[str | None, list[Loss]]


def _single(question: Question, content: Any) -> Body:
    credits = [one.worth for one in content.options]
    if 1 not in credits:
        raise Unwritable("single_choice without a right option")
    key = credits.index(Fraction(1))
    rows = [
        f"\n\t{'=' if place == key else f'~{_weight(credit)}' if credit else '~'}"
        f"{_shown(option.text, question)}{_told(option, question)}"
        for place, (option, credit) in enumerate(zip(content.options, credits, strict=True))
    ]
    return "".join(rows), graded(credits, "options")


def _multiple(question: Question, content: Any) -> Body:
    credits, losses = ticked(question)
    rows = [
        f"\n\t~{_weight(credit)}{_shown(option.text, question)}{_told(option, question)}"
        for option, credit in zip(content.options, credits, strict=True)
    ]
    return "".join(rows), [*losses, *graded(credits, "options")]


def _truth(question: Question, content: Any) -> Body:
    right, wrong = content.feedback_true or "", content.feedback_false or ""
    if not content.answer:
        right, wrong = wrong, right
    told = f"#{_shown(wrong, question)}" if wrong or right else ""
    return str(content.answer).upper() + told + (f"#{_shown(right, question)}" if right else ""), []


def _typed(question: Question, content: Any) -> Body:
    if any("->" in f"{answer.text}#{answer.feedback}" for answer in content.answers):
        raise Unwritable("short_text with -> in an answer or its feedback")
    rows = [
        f"\n\t={_weight(answer.credit)}{_shown(answer.text, question)}{_told(answer, question)}"
        for answer in content.answers
    ]
    return "".join(rows), graded([answer.credit for answer in content.answers], "answers")


def _numbers(question: Question, content: Any) -> Body:
    credits = [answer.credit for answer in content.answers]
    losses = [*graded(credits, "answers"), *takes_nothing_off(credits, "answers")]
    rows = []
    for answer in content.answers:
        sign, numbers = "..", answer.bounds
        if answer.value is not None and answer.tolerance_type == "absolute":
            sign, numbers = ":", (answer.value, answer.tolerance)
        elif answer.value is not None:
            losses.append(
                Loss("answers", Said("a %(kind)s tolerance became a range", kind=answer.tolerance_type))
            )
        losses += rounded(numbers)
        said = sign.join(map(show_number, numbers))
        rows.append(f"\n\t={_weight(answer.credit)}{said}{_told(answer, question)}")
    wrong = question.feedback.wrong if question.feedback else None
    return "#" + "".join(rows) + (f"\n\t~#{_shown(wrong, question)}" if wrong else ""), losses


def _pairs(question: Question, content: Any) -> Body:
    if any("->" in pair.stem for pair in content.pairs):
        raise Unwritable("matching with -> in a stem")
    rows, losses = [], []
    for stem, choice in [
        *((_shown(pair.stem, question), pair.choice.strip()) for pair in content.pairs),
        *(("", one.choice.strip()) for one in content.distractors),
    ]:
        words = _out(literal(kept(choice, question.text_format)))
        if not words:
            raise Unwritable("an option without words")
        rows.append(f"\n\t={stem} -> {words}")
        if holds_markup(choice, question.text_format):
            losses.append(Loss("pairs" if stem else "distractors", "Moodle has plain text here: its markup"))
    return "".join(rows), losses


def _items(question: Question, content: Any) -> Body:
    """Moodle takes what stands in front of the first brace, escaped or not, for the question."""
    if "{" in f"{question.name or question.id}{question.prompt}":
        raise Unwritable("ordering with { in its name or text")
    word, losses = order_word(question.scoring)
    items = [_item(item.text, question.text_format) for item in content.items]
    if question.text_format != "html" and any(map(MARKUP.search, items)):
        losses.append(Loss("text_format", "the items of an ordering are HTML"))
    head = f">{len(content.items)} ALL VERTICAL {word} SHOW none"
    return "\n\t".join([head, *items]), losses


def _item(text: str, text_format: str) -> str:
    """A text on a line, in Moodle's own format."""
    return _INSIDE.sub(lambda found: f"&#{ord(found[0])};", on_a_line(text, text_format))


_BODIES: Final[Mapping[str, Callable[[Question, Any], Body]]] = {
    "single_choice": _single,
    "multiple_response": _multiple,
    "true_false": _truth,
    "short_text": _typed,
    "numerical": _numbers,
    "matching": _pairs,
    "ordering": _items,
    "essay": lambda _question, _content: ("", []),
    "description": lambda _question, _content: (None, []),
}

"""Families as Moodle's calculated questions: each variant an item of every dataset, formulas in Moodle's words.

A number, or a choice whose texts differ by numbers only, goes; every other family is written as single questions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, TypeAlias

from quiz.banks.answering import ANSWER
from quiz.banks.distractors import FIELD as WRONG_ANSWERS
from quiz.banks.expressions import Expression, Scope, Template
from quiz.banks.expressions.terms import Call, Literal, Name, Node
from quiz.banks.expressions.values import typed, written
from quiz.banks.families import Family
from quiz.banks.model import Question
from quiz.banks.templates import expressions
from quiz.errors import Invalid, Said
from quiz.formats._moodle import graded, ticked
from quiz.formats.base import Loss, Unwritable
from quiz.formats.moodle_xml.calculated import PLACE_IN_TEXT, SHOWN_DIGITS, TABLE, described
from quiz.formats.moodle_xml.formulas import moodle_formula, wildcard
from quiz.formats.moodle_xml.sheet import Sheet, coded
from quiz.questions.rules.numbers import show_number

#: Items that Moodle takes of a dataset.
MOST_ITEMS: Final = 100
#: How Moodle rounds what it shows of an answer: ``1`` decimals or ``2`` significant figures, and how many.
Length: TypeAlias = tuple[int, int]
_USUAL: Final[Length] = (1, 2)
#: Places after the point up to which an answer is shown whole; longer ones with as many figures.
_MOST_PLACES: Final = 9
#: The list of answers of each type that can go, and where the value of one stands.
_LISTS: Final = {
    "numerical": ("answers", "value"),
    "single_choice": ("options", "text"),
    "multiple_response": ("options", "text"),
}
_LENGTHS: Final = {"round": 1, "significant": 2}
_TOLERANCES: Final = {"relative": 1, "absolute": 2, "geometric": 3}
#: An opening brace that Moodle does not see, and every page shows; plain text has none.
_BRACE: Final = "&#123;"
_NO_NUMBER: Final = Said("family whose texts hold more than numbers")


@dataclass(frozen=True, slots=True)
class Calculation:
    """A family in Moodle's words: a question whose texts hold Moodle's places, and what Moodle wants besides."""

    question: Question
    #: Of each answer: its text or formula, and its length.
    answers: Sequence[tuple[str, Length]]
    #: The values of each wildcard, an item each.
    datasets: Mapping[str, Sequence[Decimal]]
    losses: Sequence[Loss]

    @property
    def kind(self) -> str:
        """Moodle's word."""
        return "calculated" if self.question.type == "numerical" else "calculatedmulti"


def calculation(family: Family, on: date) -> Calculation:
    """The family as of a date in Moodle's words. Raises Unwritable where it has none."""
    keys = family.variants(on)
    template = family.template
    if not keys or family.type not in _LISTS or ANSWER in template or WRONG_ANSWERS in template:
        raise Unwritable("family")
    items = [family.drawn(key, on) for key in keys[:MOST_ITEMS]]
    if items[0].rows:
        raise Unwritable("family")
    scopes = [item.scope(family.language) for item in items]
    try:
        return _Maker(family, scopes).made(_losses(family, keys))
    except Invalid:  # it is told of each question by itself
        raise Unwritable("family") from None


def _losses(family: Family, keys: Sequence[str]) -> list[Loss]:
    """What is lost besides the fields of a question: how the variants are made, and other languages.

    Nothing where the variants are the table that Moodle's items become.
    """
    name, fields = "each" if family.generated else "variables", family.dump()
    numbers = [str(number) for number in range(1, len(keys) + 1)]
    found = []
    if len(keys) > MOST_ITEMS:
        found.append(
            Loss(
                name,
                Said(
                    "%(count)s of its %(all)s questions became the items of datasets",
                    count=MOST_ITEMS,
                    all=len(keys),
                ),
            )
        )
    elif fields.get("each") != TABLE or [*keys] != numbers or "where" in fields:
        found.append(Loss(name, "its questions became the items of datasets"))
    if "translations" in fields:
        found.append(Loss("translations", "the format has no field for 'translations'"))
    return found


class _Maker:
    """Puts a family into Moodle's words; ``items``: what names stand for in each variant."""

    def __init__(self, family: Family, items: Sequence[Scope]) -> None:
        self._family, self._items = family, items
        self._list, self._main = _LISTS[family.type]
        left_out = ("translations", "images")
        self._given = {name: part for name, part in family.template.items() if name not in left_out}
        nodes = (node for _, one in expressions(self._given) for node in one.nodes)
        named = {node.name for node in nodes if isinstance(node, Name)}
        self._used = [name for name in items[0].values if name in named]
        if len(self._used) < len(named):
            raise Unwritable(_NO_NUMBER)

    def made(self, losses: Sequence[Loss]) -> Calculation:
        """Raises Unwritable, and Invalid where something cannot be calculated for an item."""
        for _, one in expressions(self._given):
            for item in self._items:
                one.value(item)
        texts = {name: self._text(self._given.get(name), self._place) for name in ("prompt", "explanation")}
        parts = [self._part(one) for one in self._given[self._list]]
        rest = {name: part for name, part in self._given.items() if name not in (*texts, self._list)}
        if any(True for _ in expressions(rest)):
            raise Unwritable("family that differs where Moodle's cannot")
        fields = {
            **rest,
            **{name: text for name, text in texts.items() if text is not None},
            self._list: [fields for fields, _, _ in parts],
            **({"timeless": True} if self._family.generated else {}),
        }
        datasets = {wildcard(name): self._values(name) for name in self._used}
        answers = [(said, length) for _, said, length in parts]
        return Calculation(Question.load(fields), answers, datasets, losses)

    def _values(self, name: str) -> list[Decimal]:
        found = [scope.find(name) for scope in self._items]
        said = [str(written(value)) for value in found]
        if not all(isinstance(value, Fraction) for value in found) or any("/" in one for one in said):
            raise Unwritable(_NO_NUMBER)
        return [Decimal(one) for one in said]

    # One answer ------------------------------------------------------------------------------------------------------

    def _part(self, one: Any) -> tuple[dict[str, Any], str, Length]:
        """The fields of an answer or option, what Moodle calculates, and how long it is shown."""
        given = dict(one) if isinstance(one, Mapping) else {self._main: one}
        value, feedback = given.pop(self._main, None), given.pop("feedback", None)
        if value is None or any(True for _ in expressions(given)):
            raise Unwritable("family that differs where Moodle's cannot")
        length = self._length([*_in(feedback), *(_in(value) if self._main == "text" else ())])
        if self._main == "value":
            length = length or self._length_of(value)
            said, shown = _formula(value), self._first(value)
        else:
            length = length or _USUAL
            shown = said = self._text(value, lambda place: self._in_answer(place, length)) or ""
        told = self._text(feedback, lambda place: self._in_answer(place, length))
        fields = {self._main: shown, **given, **({"feedback": told} if told is not None else {})}
        return fields, said, length

    def _first(self, value: Any) -> str:
        """What the answer is in the first variant."""
        return (
            str(written(typed(value.value(self._items[0])))) if isinstance(value, Expression) else str(value)
        )

    def _length_of(self, value: Any) -> Length:
        """A length that shows the value of every variant whole, or with as many figures as there is room for."""
        if not isinstance(value, Expression):
            return _USUAL
        places = max(_places(typed(value.value(scope))) for scope in self._items)
        return (1, max(places, _USUAL[1])) if places <= _MOST_PLACES else (2, _MOST_PLACES)

    def _length(self, places: Iterable[Expression]) -> Length | None:
        """The length of the formulas in the texts of an answer; None where there are none. Raises Unwritable."""
        found = {self._said_length(one) for one in places if not isinstance(one.node, Name)}
        if len({kind for kind, _ in found}) > 1 or any(places > _MOST_PLACES for _, places in found):
            raise Unwritable("family whose answers are rounded in several ways")
        return max(found) if found else None

    def _said_length(self, one: Expression) -> Length:
        """How a place is rounded; one that is not has all the places that any variant needs."""
        said = _rounding(one.node)
        return said[1] if said else (1, max(_places(one.value(scope)) for scope in self._items))

    # Texts -----------------------------------------------------------------------------------------------------------

    def _text(self, value: Any, place: Callable[[Expression], str]) -> str | None:
        """The text with Moodle's places."""
        if value is None:
            return None
        pieces = value.pieces if isinstance(value, Template) else (str(value),)
        return "".join(
            place(piece) if isinstance(piece, Expression) else self._literal(piece) for piece in pieces
        )

    def _literal(self, text: str) -> str:
        """A text without what Moodle would take for a place. Raises Unwritable where it cannot be written otherwise."""
        names = {*map(wildcard, self._used)}

        def apart(found: Any) -> str:
            if found[1] is None and found[2] not in names:
                return str(found[0])
            if self._family.text_format == "plain":
                raise Unwritable("a text that Moodle would take for a formula")
            return str(found[0]).replace("{", _BRACE)

        return PLACE_IN_TEXT.sub(apart, text)

    def _place(self, one: Expression) -> str:
        """A place of a text that Moodle rounds to so many digits by itself."""
        if isinstance(one.node, Name):
            return moodle_formula(one.node)
        inner, length = _rounding(one.node) or (one.node, None)
        return f"{{={moodle_formula(inner if length == (2, SHOWN_DIGITS) else one.node)}}}"

    def _in_answer(self, one: Expression, length: Length) -> str:
        """A place of a text that Moodle rounds as it rounds the answer."""
        if isinstance(one.node, Name):
            return moodle_formula(one.node)
        inner, own = _rounding(one.node) or (one.node, length)
        return f"{{={moodle_formula(inner if own == length else one.node)}}}"


def _in(value: Any) -> tuple[Expression, ...]:
    return value.expressions if isinstance(value, Template) else ()


def _formula(value: Any) -> str:
    return moodle_formula(value.node) if isinstance(value, Expression) else str(value)


def _rounding(node: Node) -> tuple[Node, Length] | None:
    """What is rounded, and how, where the whole of a formula is."""
    if not isinstance(node, Call) or node.name not in _LENGTHS:
        return None
    inner, *more = node.given
    digits = more[0].given if more and isinstance(more[0], Literal) else Fraction(0) if not more else None
    if not isinstance(digits, Fraction) or digits.denominator != 1:
        return None
    return inner, (_LENGTHS[node.name], digits.numerator)


def _places(value: Any) -> int:
    """Digits after the point of a number; very many where it does not end. Raises Unwritable for what is none."""
    if not isinstance(value, Fraction):
        raise Unwritable(_NO_NUMBER)
    said = str(written(value))
    return 99 if "/" in said else len(said.partition(".")[2])


# XML -----------------------------------------------------------------------------------------------------------------


def write_answers(sheet: Sheet, found: Calculation) -> None:
    """The answers of a calculated question, and what stands before them."""
    question, content = found.question, found.question.content
    single = question.type == "single_choice"
    for name, value in (
        ("synchronize", 0),
        ("single", int(single)),
        ("answernumbering", "abc"),
        ("shuffleanswers", int(question.shuffle and question.type != "numerical")),
    ):
        sheet.put(name, value)
    if question.type != "numerical":
        sheet.combined()
    parts: Sequence[Any] = getattr(content, _LISTS[question.type][0])
    credits, losses = _credits(question)
    sheet.losses += losses
    for part, credit, (said, length) in zip(parts, credits, found.answers, strict=True):
        width, kind = getattr(part, "tolerance", Fraction(0)), getattr(part, "tolerance_type", "absolute")
        if Fraction(show_number(width)) != width:
            sheet.lose("answers", "a number was rounded to fifteen figures")
        more = _more(show_number(width), _TOLERANCES[kind], length)
        text = f"<text>{coded(said)}</text>" if question.type == "numerical" else sheet.text(said)
        sheet.answer(credit, text, sheet.format, part.feedback, more)
    sheet.losses += graded(credits, _LISTS[question.type][0])


def write_other(sheet: Sheet, told: str) -> None:
    """What is said to any other number."""
    sheet.answer(Fraction(0), "<text>*</text>", "moodle_auto_format", told, _more("0", 1, _USUAL))


def _more(width: str, kind: int, length: Length) -> list[str]:
    parts = {
        "tolerance": width,
        "tolerancetype": kind,
        "correctanswerformat": length[0],
        "correctanswerlength": length[1],
    }
    return [f"      <{name}>{value}</{name}>" for name, value in parts.items()]


def _credits(question: Question) -> tuple[list[Fraction], list[Loss]]:
    """What each answer or option is worth in Moodle, and what is lost by it."""
    if question.type != "numerical":
        return ticked(question)
    return [answer.credit for answer in question.content.answers], []  # type: ignore[attr-defined]


def write_datasets(sheet: Sheet, found: Calculation) -> None:
    """The values of the wildcards."""
    sheet.line("    <dataset_definitions>")
    for name, values in found.datasets.items():
        said = described(values)
        sheet.line("      <dataset_definition>")
        sheet.line(f"        <status><text>{said.pop('status')}</text></status>")
        sheet.line(f"        <name><text>{name}</text></name>\n        <type>{found.kind}</type>")
        sheet.lines += (f"        <{part}><text>{value}</text></{part}>" for part, value in said.items())
        sheet.line(f"        <itemcount>{len(values)}</itemcount>\n        <dataset_items>")
        for number, value in enumerate(values, 1):
            sheet.line(
                f"          <dataset_item><number>{number}</number><value>{value:f}</value></dataset_item>"
            )
        sheet.line("        </dataset_items>")
        sheet.line(f"        <number_of_items>{len(values)}</number_of_items>\n      </dataset_definition>")
    sheet.line("    </dataset_definitions>")

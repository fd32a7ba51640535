"""Moodle's calculated questions, read: a generator over a table of the values of its wildcards, an item a row.

Moodle takes the same item of every dataset (``question/type/calculated``), so that a row is what one student meets. Texts
show a wildcard as ``{a}`` and a formula as ``{={a}*2}``; in answers it is rounded to so many places or figures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from html import unescape
from typing import Any, Final

from quiz.banks.expressions import RESERVED, Expression, Scope
from quiz.banks.expressions.functions import MOST_PLACES
from quiz.banks.expressions.values import typed
from quiz.errors import Invalid, Said
from quiz.files.xml import Element
from quiz.formats._moodle import Styled
from quiz.formats.moodle_xml.formulas import WILDCARD, Reader
from quiz.formats.moodle_xml.item import Item, Wrong, children, decimal, word_of

KINDS: Final = frozenset({"calculated", "calculatedsimple", "calculatedmulti"})
#: What we call the table of values, and the column that counts its rows.
TABLE: Final = "items"
KEY: Final = "item"
#: Digits that Moodle shows of a formula that says nothing of rounding.
SHOWN_DIGITS: Final = 14
PLACE_IN_TEXT: Final = re.compile(rf"\{{=((?:[^{{}}]|\{{[^{{}}]+\}})*)\}}|{WILDCARD}")
#: A formula whose value may have more digits than its wildcards.
_ENDLESS: Final = re.compile(r"/|\*\*|[a-z0-9]\(")
#: Values of answers that are calculated to see whether they can be.
_MOST_LOOKS: Final = 100_000
_TOLERANCES: Final = {
    "1": "relative", "relative": "relative", "2": "absolute", "nominal": "absolute",
    "3": "geometric", "geometric": "geometric",
}  # fmt: skip
#: Our functions for Moodle's two kinds of lengths.
_ROUNDING: Final = {"1": "round", "2": "significant"}


@dataclass(frozen=True, slots=True)
class Dataset:
    """The values of a wildcard by the numbers of their items, and from what Moodle makes more of them."""

    values: Mapping[int, str]
    said: Mapping[str, str]

    @property
    def is_usual(self) -> bool:
        """Whether what is said of it follows from the values themselves."""
        usual = described([Decimal(value) for value in self.values.values()])
        return all(_plain(said) in ("", _plain(usual[part])) for part, said in self.said.items())


@dataclass(slots=True)
class Calculated(Item):
    """A calculated question as it is read: its texts come with our places in the place of Moodle's."""

    datasets: dict[str, Dataset] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    _reader: Reader = field(init=False)
    #: The formulas of answers to type, and how Moodle rounds them where it shows them.
    _answers: list[tuple[str, tuple[str, int]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        Item.__post_init__(self)
        self._reader = Reader(self.names)

    def prepare(self) -> None:
        """Reads the datasets. Raises Wrong."""
        taken: dict[str, int] = {}
        for element in (one for part in self.all("dataset_definitions") for one in part):
            name, dataset = _dataset(element)
            if name not in self.names:
                self.names[name] = _column(name, taken)
            self.datasets[name] = dataset

    # Texts and formulas ----------------------------------------------------------------------------------------------

    def styled_of(self, element: Element, parts: Mapping[str, Element]) -> Styled:
        """A text with our places; the text of an answer to type, which is a formula, as it stands."""
        text = Item.styled_of(self, element, parts)
        if element.tag == "answer" and self.element.get("type") != "calculatedmulti":
            self._answers.append((text, _length(element)))
            return text
        if element.tag == "answer" and not text.style:  # from before Moodle had formats for them
            text = Styled(text, "plain")
        if element.tag in ("questiontext", "generalfeedback"):
            return self._placed(text, _significant)
        parent = element.getparent() if element.tag == "feedback" else element
        return self._placed(text, _rounding(parent) if parent.tag == "answer" else None)

    def number(self, text: str) -> Any:
        """The formula of an answer."""
        return {"formula": self._reader.read(text)}

    def spread(self, parts: Mapping[str, Element]) -> dict[str, str]:
        word = word_of(parts, "tolerancetype") if "tolerancetype" in parts else "2"
        if word not in _TOLERANCES:
            raise Wrong(
                Said(
                    "there is no tolerance type '%(word)s' – write 1 (relative), 2 (nominal) or 3 (geometric)",
                    word=word,
                )
            )
        kind = _TOLERANCES[word]
        return {} if kind == "absolute" else {"tolerance_type": kind}

    def _placed(self, text: Styled, rounding: Callable[[str], str] | None) -> Styled:
        """The text with our places; without ``rounding`` Moodle puts nothing into it, and what looks like a place is none."""
        made, last = "", 0
        for found in PLACE_IN_TEXT.finditer(text) if rounding else ():
            place = self._place(found, text.style, rounding)
            if place is not None:
                made += f"{_literal(text[last : found.start()], text.style)}{{{{ {place} }}}}"
                last = found.end()
        return Styled(made + _literal(text[last:], text.style), text.style)

    def _place(self, found: re.Match[str], style: str, rounding: Callable[[str], str] | None) -> str | None:
        """Our expression for a place; None for what only looks like one."""
        if found[1] is not None:
            formula = self._reader.read(found[1] if style == "plain" else unescape(found[1]))
            return rounding(formula) if rounding else formula
        return self._reader.read(found[0]) if found[2] in self.names else None

    # The family ------------------------------------------------------------------------------------------------------

    def family(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a generator over the values of the wildcards that are used. Raises Wrong."""
        used = [name for name in self.datasets if name in self._reader.used]
        if len(used) < len(self.datasets):
            self.lose("tables", "wildcards that nothing uses")
        for name in used:
            if not self.datasets[name].is_usual:
                self.lose("tables", "from what Moodle makes more values: distribution, bounds, decimals")
        rows = self._rows(used)
        self._look_at_answers(rows)
        key = KEY if KEY not in self.names.values() else f"{KEY}_"
        lines = [[key, *(self.names[name] for name in used)]]
        lines += [[str(number), *row.values()] for number, row in enumerate(rows, 1)]
        csv = "".join(f"{','.join(line)}\n" for line in lines)
        return {"each": TABLE, "tables": {TABLE: {"key": key, "csv": csv}}, **_bare(fields)}

    def _rows(self, used: Sequence[str]) -> list[dict[str, str]]:
        """The items that all these wildcards have, their values under our names."""
        kept = {name: self.datasets[name].values for name in used}
        numbers = sorted(set.intersection(*map(set, kept.values()))) if kept else [1]
        if any(len(values) > len(numbers) for values in kept.values()):
            self.lose("tables", "items that not all wildcards have")
        if not numbers:
            raise Wrong("there is no item that all wildcards have – export the question with its datasets")
        return [{self.names[name]: values[n] for name, values in kept.items()} for n in numbers]

    def _look_at_answers(self, rows: Sequence[Mapping[str, str]]) -> None:
        """That each answer can be calculated for each item; what Moodle rounds of it where it shows it is a loss.

        Of very many answers only the first items are looked at: a file may hold a hundred thousand of both.
        """
        looked = rows[: max(1, _MOST_LOOKS // max(1, len(self._answers)))]
        for text, (kind, length) in self._answers:
            if text in ("", "*"):
                continue
            shown = Expression.read(f"{_ROUNDING[kind]}(x, {length})")
            if _differs(Expression.read(self._reader.read(text)), shown, looked):
                decimals, figures = (
                    Said("%(n)s decimals", n=length),
                    Said("%(n)s significant figures", n=length),
                )
                places = decimals if kind == "1" else figures
                self.lose(
                    "answers",
                    Said("right answers are shown with all their digits, not with %(places)s", places=places),
                )


def _differs(answer: Expression, shown: Expression, rows: Sequence[Mapping[str, str]]) -> bool:
    """Whether an answer is shown (``x``) otherwise than it is, for any item. Raises Wrong where one has none."""
    found = False
    for number, row in enumerate(rows, 1):
        try:
            value = typed(answer.value(Scope({name: Fraction(said) for name, said in row.items()})))
            found |= shown.value(Scope({"x": value})) != value
        except Invalid as error:
            raise Wrong(
                Said(
                    "with the values of item %(n)s: %(error)s – mend that item in Moodle",
                    n=number,
                    error=Said(str(error)),
                )
            ) from None
    return found


def described(numbers: Sequence[Decimal]) -> dict[str, str]:
    """What Moodle is told of a dataset besides its values, in the order of the file."""
    places = max((-int(number.as_tuple().exponent) for number in numbers), default=0)
    return {
        "status": "private",
        "distribution": "uniform",
        "minimum": f"{min(numbers):f}",
        "maximum": f"{max(numbers):f}",
        "decimals": str(max(0, places)),
    }


def _dataset(element: Element) -> tuple[str, Dataset]:
    parts = children(element)
    name = word_of(parts, "name")
    values = {}
    for item in parts.get("dataset_items", ()):
        inside = children(item)
        number = decimal(word_of(inside, "number"), Said("the dataset %(name)s", name=name))
        values[int(number)] = _value(word_of(inside, "value"), name)
    count = word_of(parts, "itemcount")
    last = decimal(count, "<itemcount>") if count else Decimal("Infinity")
    kept = {n: value for n, value in values.items() if n <= last}
    if not kept:
        raise Wrong(
            Said("the wildcard {%(name)s} has no values – export the question with its datasets", name=name)
        )
    return name, Dataset(kept, {part: word_of(parts, part) for part in described([Decimal(0)])})


def _plain(text: str) -> str:
    """A number without needless zeros; any other word as it is."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def _value(text: str, name: str) -> str:
    """A value as a table holds it."""
    value = decimal(text, Said("the dataset %(name)s", name=name))
    if abs(value) >= 10**18 or int(value.as_tuple().exponent) < -18:
        raise Wrong(
            Said(
                "'%(text)s' in the dataset %(name)s has more than 18 digits – round it",
                text=text[:40],
                name=name,
            )
        )
    return _plain(f"{value:f}")


def _column(name: str, taken: dict[str, int]) -> str:
    """A column's name for a wildcard: small letters, digits and _, no word of formulas, once.

    ``taken``: the names there are, each with the last number that was put behind it.
    """
    base = re.sub(r"[^a-z0-9_]", "_", name.lower())[:60]
    found = base = base if re.match(r"[a-z]", base) and base not in RESERVED else f"x_{base}"
    while found in taken:
        taken[base] += 1
        found = f"{base}_{taken[base]}"
    taken[found] = 1
    return found


def _length(answer: Element) -> tuple[str, int]:
    """How Moodle rounds what it shows of an answer: ``1`` decimals or ``2`` significant figures, and how many."""
    parts = {child.tag: child for child in answer}
    kind = word_of(parts, "correctanswerformat") or "1"
    length = word_of(parts, "correctanswerlength") or "2"
    if kind not in _ROUNDING or not re.fullmatch("[0-9]{1,3}", length) or int(length) > MOST_PLACES:
        raise Wrong(
            Said(
                "'%(kind)s', '%(length)s' is no length of an answer – write 1 or 2, and 0 to %(most)s places",
                kind=kind[:40],
                length=length[:40],
                most=MOST_PLACES,
            )
        )
    return kind, max(int(length), int(kind) - 1)  # no figure at all is one


def _rounding(answer: Element) -> Callable[[str], str]:
    kind, length = _length(answer)
    return lambda formula: f"{_ROUNDING[kind]}({formula}, {length})"


def _significant(formula: str) -> str:
    return f"significant({formula}, {SHOWN_DIGITS})" if _ENDLESS.search(formula) else formula


def _literal(text: str, style: str) -> str:
    """A text without what would be a place of ours."""
    return text.replace("{{", "{ {" if style == "plain" else "{&#123;")


def _bare(value: Any) -> Any:
    """A value as a family holds it: numbers as texts."""
    if isinstance(value, Mapping):
        return {name: _bare(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_bare(part) for part in value]
    if isinstance(value, Decimal):
        return _plain(f"{value:f}")
    if type(value) is str:  # a word; texts (``Styled``) and formulas hold our places by now
        return _literal(value, "plain")
    return str(value) if isinstance(value, Fraction | int) and not isinstance(value, bool) else value

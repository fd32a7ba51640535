"""Values of QTI: a tuple of what they hold, () for NULL; those without an order are sorted, so that equal bags are equal.

An identifier or string is a ``str``, a number a ``Fraction``, a pair or point a tuple of two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from math import cos, pi, sin
from typing import Any, Final, TypeAlias, cast

from quiz.errors import Said
from quiz.files.xml import Element
from quiz.questions.fields import LARGEST_EXPONENT, MOST_DIGITS
from quiz.questions.rules.numbers import show_number
from quiz.questions.rules.regions import Area, bounds
from quiz.questions.rules.regions import Shape as ShapeName

Value: TypeAlias = tuple[Any, ...]
NULL: Final[Value] = ()
TRUE: Final[Value] = (True,)
FALSE: Final[Value] = (False,)


#: Characters of a number: all digits that it may have, zeros before them, an exponent, and room around it.
_LONGEST: Final = 3 * MOST_DIGITS
#: Numbers of an area: outlines of countries have some hundred, and each answer that is tried is looked for in all.
_MOST_COORDS: Final = 4_000
#: Corners of the polygon that an ellipse becomes.
_CORNERS: Final = 24


class Wrong(Exception):
    """What is wrong with an item, and how to mend it."""


@lru_cache(maxsize=4096)
def number(text: str) -> Fraction:
    """A number. Raises Wrong, also for one that is longer, larger or smaller than numbers of questions may be."""
    try:
        value = Decimal(text.strip() if len(text) <= _LONGEST else "NaN")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value.adjusted()) > LARGEST_EXPONENT:
        raise Wrong(Said("'%(text)s' is no number – write one such as 0.5", text=text.strip()[:40]))
    return Fraction(value)


def number_of(text: str) -> Fraction | None:
    """The number that a text is; None where it is none."""
    try:
        return number(text)
    except Wrong:
        return None


def atom(text: str, base: str) -> Any:
    """A single value of a base type. Raises Wrong."""
    return _ATOMS.get(base, str.strip)(text)


def _point(text: str) -> tuple[Fraction, ...]:
    return tuple(map(number, _two(text)))


def unbroken(text: str) -> str:
    """A text without the lines around it that only lay out the document."""
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    kept = ("" if "\n" in one else one for one in (before, after))
    return text.strip().join(kept)


def holds(element: Element, name: str, usual: str = "false") -> bool:
    """Whether a truth value is said of an element, as XML Schema has it: ``true`` or ``1``."""
    return bool(atom(element.get(name, usual), "boolean"))


def count_of(element: Element, name: str) -> int | None:
    """The number of pixels, words or the like that an element says; None where it says none, or one beyond all use."""
    said = element.get(name, "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else None


def _two(text: str) -> list[str]:
    words = text.split()
    if len(words) != 2:
        raise Wrong(Said("'%(text)s' are not two values – write them with a space between", text=text[:40]))
    return words


_ATOMS: Final[Mapping[str, Callable[[str], Any]]] = {
    "string": unbroken,
    "file": str,
    "uri": str,
    "integer": number,
    "float": number,
    "duration": number,
    "boolean": lambda text: text.strip().lower() in ("true", "1"),
    "point": _point,
    "pair": lambda text: tuple(sorted(_two(text))),
    "directedPair": lambda text: tuple(_two(text)),
}


def as_typed(value: Any) -> str:
    """A single value as somebody would type it, and as identifiers name it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return show_number(value) if isinstance(value, Fraction) else str(value)


def bag(atoms: Iterable[Any]) -> Value:
    """A value whose order does not matter."""
    return tuple(sorted(atoms, key=repr))


def truth(value: bool) -> Value:
    """A truth value."""
    return TRUE if value else FALSE


@dataclass(slots=True)
class Table:
    """What each value of a response is worth."""

    entries: list[tuple[Any, Fraction, bool]]
    default: Fraction = Fraction(0)
    lower: Fraction | None = None
    upper: Fraction | None = None
    #: Where the first entry of each value stands, and the first of each text whose case does not matter.
    _places: dict[Any, int] = field(init=False, repr=False)
    _caseless: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        listed = [*enumerate(self.entries)][::-1]
        self._places = {key: place for place, (key, _, _) in listed}
        self._caseless = {str(key).casefold(): place for place, (key, _, matters) in listed if not matters}

    def total(self, value: Value) -> Value:
        """The sum over the different values, within the bounds."""
        return (self.clamped(sum((self.worth(one) for one in dict.fromkeys(value)), Fraction(0))),)

    def worth(self, one: Any) -> Fraction:
        """What a value is worth: the first entry that it fits says it."""
        none = len(self.entries)
        place = min(self._places.get(one, none), self._caseless.get(str(one).casefold(), none))
        return self.default if place == none else self.entries[place][1]

    def clamped(self, total: Fraction) -> Fraction:
        """A sum within the bounds."""
        if self.lower is not None and total < self.lower:
            return self.lower
        return total if self.upper is None else min(total, self.upper)


@dataclass(slots=True)
class Lookup:
    """A table of numbers: what each stands for, tested in order; ``steps``: an entry stands for all numbers from its own on."""

    #: The number, what it stands for, and, of a step, whether the number itself is part of it.
    entries: list[tuple[Fraction, Any, bool]]
    steps: bool
    default: Value = NULL

    def find(self, wanted: Fraction) -> Value:
        """What a number stands for."""
        for source, target, closed in self.entries:
            if wanted == source if not self.steps else wanted >= source if closed else wanted > source:
                return (target,)
        return self.default


@dataclass(slots=True)
class Declaration:
    """A response or outcome variable."""

    name: str
    cardinality: str = "single"
    base: str = "identifier"
    correct: Value = NULL
    default: Value = NULL
    mapping: Table | None = None
    areas: Table | None = None
    #: What a number is looked up as.
    table: Lookup | None = None

    def agrees(self, value: Value) -> bool:
        """Whether a value is the correct response; of several for a single value, which many write, any one is."""
        if self.cardinality == "single" and len(self.correct) > 1:
            return bool(value) and value[0] in self.correct
        return bool(value) and value == self.correct

    def value(self, atoms: Iterable[Any]) -> Value:
        """A value of this variable."""
        return bag(atoms) if self.cardinality == "multiple" else tuple(atoms)


def text_of(element: Element) -> str:
    """All text inside an element."""
    return "".join(element.itertext())


def declared(element: Element, base: str | None = None) -> Declaration:
    """A declaration; ``base``: the base type that its values have whatever it says. Raises Wrong."""
    made = Declaration(
        element.get("identifier", ""),
        element.get("cardinality", "single"),
        base or element.get("baseType", "identifier"),
    )
    for child in element:
        if child.tag == "correctResponse":
            made.correct = _values(child, made)
        elif child.tag == "defaultValue":
            made.default = _values(child, made)
        elif child.tag == "mapping":
            made.mapping = _mapping(child, made.base)
        elif child.tag == "areaMapping":
            made.areas = _areas(child)
        elif child.tag in ("matchTable", "interpolationTable"):
            made.table = _lookup(child, made.base)
    return made


def _lookup(element: Element, base: str) -> Lookup:
    entries = [
        (
            number(one.get("sourceValue", "")),
            atom(one.get("targetValue", ""), base),
            holds(one, "includeBoundary", "true"),
        )
        for one in element
    ]
    default = element.get("defaultValue")
    return Lookup(entries, element.tag == "interpolationTable", (atom(default, base),) if default else NULL)


def _values(element: Element, declaration: Declaration) -> Value:
    """The values said; an empty one is none where the base type knows no empty value."""
    said = ((text_of(one), one.get("baseType") or declaration.base) for one in element if one.tag == "value")
    return declaration.value(atom(text, base) for text, base in said if text.strip() or base == "string")


def _bounds(element: Element) -> Mapping[str, Any]:
    return {
        "default": number(element.get("defaultValue") or "0"),
        "lower": number(element.get("lowerBound", "")) if element.get("lowerBound") else None,
        "upper": number(element.get("upperBound", "")) if element.get("upperBound") else None,
    }


def _mapping(element: Element, base: str) -> Table:
    entries = [
        (
            atom(one.get("mapKey", ""), base),
            number(one.get("mappedValue", "0")),
            base != "string" or holds(one, "caseSensitive", "true"),
        )
        for one in element
    ]
    return Table(entries, **_bounds(element))


def _areas(element: Element) -> Table:
    entries = [
        (shape_of(one), number(one.get("mappedValue", "0")), True)
        for one in element
        if one.get("shape") != "default"
    ]
    return Table(entries, **_bounds(element))


#: A shape and its coordinates as hotspots have them.
Shape: TypeAlias = tuple[str, tuple[Fraction, ...]]


def shape_of(element: Element) -> Shape:
    """The shape of an area. Raises Wrong."""
    kind = element.get("shape", "default")
    coords = tuple(number(part) for part in element.get("coords", "").replace(",", " ").split())
    if kind == "ellipse" and len(coords) == 4:
        kind, coords = ("circle", coords[:3]) if coords[2] == coords[3] else ("poly", _around(*coords))
    fits = {
        "rect": len(coords) == 4,
        "circle": len(coords) == 3,
        "poly": 6 <= len(coords) <= _MOST_COORDS and not len(coords) % 2,
    }
    if not fits.get(kind):
        raise Wrong(
            Said(
                "there is no area '%(kind)s' with %(count)s numbers – write a rect, circle or poly",
                kind=kind,
                count=len(coords),
            )
        )
    if kind == "poly" and len(coords) > 6 and coords[:2] == coords[-2:]:
        coords = coords[:-2]
    return kind, coords


def _around(x: Fraction, y: Fraction, across: Fraction, down: Fraction) -> tuple[Fraction, ...]:
    """The corners of a polygon on an ellipse, to a hundredth."""
    turns = [2 * pi * n / _CORNERS for n in range(_CORNERS)]
    corners = ((x + across * Fraction(cos(turn)), y + down * Fraction(sin(turn))) for turn in turns)
    return tuple(Fraction(round(one * 100), 100) for corner in corners for one in corner)


def cut(shape: Shape, width: int, height: int) -> Shape:
    """The part of a shape that lies on a picture of this size, about: editors let areas reach beyond its edge."""
    left, top, right, bottom = bounds(area_of(shape))
    if left >= 0 and top >= 0 and right <= width and bottom <= height:
        return shape
    kind, coords = shape
    corners = _around(coords[0], coords[1], coords[2], coords[2]) if kind == "circle" else coords
    most = [Fraction(width), Fraction(height)] * (len(corners) // 2)
    inside = tuple(min(max(one, Fraction(0)), limit) for one, limit in zip(corners, most, strict=True))
    return ("rect" if kind == "rect" else "poly"), inside


def area_of(shape: Shape) -> Area:
    """The same to be hit."""
    kind, coords = shape
    return Area.of(cast(ShapeName, kind), coords)

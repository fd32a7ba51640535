"""Operators of QTI: what expressions give. An item that uses another than these, or one of its own making, raises Unknown.

NULL in a test is no truth, as the specification says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final
from unicodedata import combining, normalize

from quiz.errors import Said
from quiz.files.xml import Element
from quiz.formats.qti.arithmetic import ARITHMETIC
from quiz.formats.qti.context import Context, Unknown, pair_of, texts_of, whole_of
from quiz.formats.qti.values import (
    FALSE,
    NULL,
    TRUE,
    Table,
    Value,
    Wrong,
    area_of,
    atom,
    bag,
    holds,
    shape_of,
    truth,
)
from quiz.questions.rules.regions import contains
from quiz.questions.rules.text import matches


def mapped(context: Context, name: str) -> Value:
    """What the mapping of a response says of its value. Raises Wrong where it has none."""
    declaration = context.declaration(name)
    if declaration.mapping is None:
        raise Wrong(
            Said(
                "the response '%(name)s' has no mapping – add a mapping, or score it by match_correct",
                name=name,
            )
        )
    return declaration.mapping.total(context.variable(name))


def _mapped_roughly(context: Context, name: str) -> Value:
    """What ONYX has beside the standard: a mapping that forgives typing errors; here it is taken at its word."""
    if context.declaration(name).base != "string":
        raise Unknown("mapTolResponse")
    return mapped(context, name)


def mapped_point(context: Context, name: str) -> Value:
    """What the areas of a response say of the points that are its value. Raises Wrong where it has none."""
    declaration, points = context.declaration(name), _points(context.variable(name))
    if declaration.areas is None:
        raise Wrong(Said("the response '%(name)s' has no areaMapping – add one", name=name))
    return (worth_of_points(declaration.areas, points),)


def worth_of_points(areas: Table, points: Value) -> Fraction:
    """Each area counts once, and the default once for each point outside."""
    hit, outside = {}, 0
    for point in points:
        area = next((one for one in areas.entries if contains(area_of(one[0]), point)), None)
        outside += area is None
        if area:
            hit[area[0]] = area[1]
    return areas.clamped(sum(hit.values(), Fraction(0)) + outside * areas.default)


def _points(value: Value) -> Value:
    """The value, all of it points. Raises Wrong."""
    if not all(isinstance(one, tuple) and all(isinstance(part, Fraction) for part in one) for one in value):
        raise Wrong("an area holds points only – declare baseType point")
    return value


def _base_value(_context: Context, node: Element) -> Value:
    return (atom("".join(node.itertext()), node.get("baseType", "string")),)


def _and(context: Context, node: Element) -> Value:
    values = context.values(node)
    return FALSE if FALSE in values else NULL if NULL in values else TRUE


def _or(context: Context, node: Element) -> Value:
    values = context.values(node)
    return TRUE if TRUE in values else NULL if NULL in values else FALSE


def _not(context: Context, node: Element) -> Value:
    value = context.value(node[0])
    return truth(not value[0]) if value else NULL


def _any_n(context: Context, node: Element) -> Value:
    values = context.values(node)
    true, unknown = values.count(TRUE), values.count(NULL)
    low, high = whole_of(node, "min", "0"), whole_of(node, "max", "0")
    if low <= true and true + unknown <= high:
        return TRUE
    return FALSE if true > high or true + unknown < low else NULL


def _match(context: Context, node: Element) -> Value:
    one, other = pair_of(context, node)
    if not one or not other:
        return NULL
    keys = [context.declaration(child.get("identifier", "")) for child in node if child.tag == "correct"]
    return truth(
        keys[0].agrees(one if node[1].tag == "correct" else other) if len(keys) == 1 else one == other
    )


def _string_match(context: Context, node: Element) -> Value:
    found = texts_of(context, node)
    if found is None:
        return NULL
    first, second = found
    return truth(second in first if holds(node, "substring") else first == second)


def _substring(context: Context, node: Element) -> Value:
    found = texts_of(context, node)
    return NULL if found is None else truth(found[0] in found[1])


def _own(context: Context, node: Element) -> Value:
    """``customOperator``, as far as its name says what it does."""
    change = _OWN.get(node.get("definition", "").rpartition(":")[2])
    if change is None:
        raise Unknown("customOperator")
    return tuple(change(one) if isinstance(one, str) else one for one in context.value(node[0]))


def _without_accents(text: str) -> str:
    # Sign by sign: of a whole text it would put the accents into order, which of a long run takes its length squared.
    parted = (one for sign in text for one in normalize("NFD", sign))
    return normalize("NFC", "".join(one for one in parted if not combining(one)))


#: Operators of the making of Cito, whose delivery and scoring programs know them as ``depcp:``, ``questify:`` and ``qade:``.
_OWN: Final[Mapping[str, Callable[[str], str]]] = {
    "Trim": str.strip,
    "ToAscii": _without_accents,
    "ParseCommaDecimal": lambda text: text.replace(",", "."),
}


def _pattern_match(context: Context, node: Element) -> Value:
    value, found = context.value(node[0]), context.stars(node.get("pattern", ""))
    if found is None:
        raise Unknown("patternMatch")
    return truth(matches(found[0], str(value[0]), case_sensitive=found[1])) if value else NULL


def _member(context: Context, node: Element) -> Value:
    one, other = pair_of(context, node)
    return truth(one[0] in other) if one and other else NULL


def _contains(context: Context, node: Element) -> Value:
    one, other = pair_of(context, node)
    if not one or not other:
        return NULL
    return truth(Counter(other) <= Counter(one))


def _inside(context: Context, node: Element) -> Value:
    points = _points(context.value(node[0]))
    if not points:
        return NULL
    return truth(any(contains(area_of(shape_of(node)), point) for point in points))


def _index(context: Context, node: Element) -> Value:
    value, place = context.value(node[0]), whole_of(node, "n", "1")
    return (value[place - 1],) if 0 < place <= len(value) else NULL


def _delete(context: Context, node: Element) -> Value:
    one, other = pair_of(context, node)
    return tuple(part for part in other if part != one[0]) if one and other else NULL


def _together(context: Context, node: Element) -> Value:
    atoms = [one for value in context.values(node) for one in value]
    return bag(atoms) if node.tag == "multiple" else tuple(atoms)


#: The operators by their elements.
OPERATORS: Final[Mapping[str, Callable[[Context, Element], Value]]] = {
    **ARITHMETIC,
    "baseValue": _base_value,
    "variable": lambda context, node: context.variable(node.get("identifier", "")),
    "correct": lambda context, node: context.declaration(node.get("identifier", "")).correct,
    "default": lambda context, node: context.declaration(node.get("identifier", "")).default,
    "mapResponse": lambda context, node: mapped(context, node.get("identifier", "")),
    "mapTolResponse": lambda context, node: _mapped_roughly(context, node.get("identifier", "")),
    "mapResponsePoint": lambda context, node: mapped_point(context, node.get("identifier", "")),
    "null": lambda _context, _node: NULL,
    "isNull": lambda context, node: truth(context.value(node[0]) in (NULL, ("",))),
    "not": _not,
    "and": _and,
    "or": _or,
    "anyN": _any_n,
    "match": _match,
    "customOperator": _own,
    "stringMatch": _string_match,
    "substring": _substring,
    "patternMatch": _pattern_match,
    "member": _member,
    "contains": _contains,
    "inside": _inside,
    "index": _index,
    "delete": _delete,
    "multiple": _together,
    "ordered": _together,
    "containerSize": lambda context, node: (Fraction(len(context.value(node[0]))),),
}

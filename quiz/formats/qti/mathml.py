"""Formulas as both schemas have them, of MathML 2 to which QTI 2.1 refers, and of MathML 3 to which 2.2 and 3.0 do.

Authors' formulas are shown by browsers whatever is in them; what no schema knows is left out, and parts that are missing
or too many get rows of their own. Of formulas as editors write them nothing changes.

Source: W3C, the XML Schemas of presentation MathML 2.0 (2003) and 3.0 (2014).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from quiz.errors import Invalid
from quiz.files.mathematics import PARTS
from quiz.files.xml import Element, read_xml
from quiz.formats.base import Unwritable

_YES: Final = "true|false"
_NUMBER: Final = r"(?:[0-9]+|[0-9]*\.[0-9]+)"
_UNIT: Final = "(?:em|ex|px|in|cm|mm|pt|pc|%)"
_SPACE: Final = "(?:(?:very){0,2}thi(?:n|ck)|medium)mathspace"
_LENGTH: Final = f"-?{_NUMBER}{_UNIT}|0"
_WIDTH: Final = f"{_LENGTH}|{_SPACE}"
_PADDED: Final = rf"[+-]?{_NUMBER}(?:%? ?(?:width|height|depth)|{_UNIT})"
_SIDE: Final = "left|center|right"
_ROW: Final = "top|bottom|center|baseline|axis"
_LINE: Final = "none|solid|dashed"
_VARIANT: Final = (
    "normal|bold|italic|bold-italic|double-struck|bold-fraktur|script|bold-script|fraktur|sans-serif|bold-sans-serif"
    "|sans-serif-italic|sans-serif-bold-italic|monospace"
)
_NOTATION: Final = (
    "longdiv|actuarial|radical|box|roundedbox|circle|left|right|top|bottom|updiagonalstrike|downdiagonalstrike"
    "|verticalstrike|horizontalstrike"
)
_ANY: Final = r"(?s).*"


def _several(value: str) -> str:
    return f"(?:{value})(?: (?:{value}))*"


_TOKEN: Final = {"mathvariant": _VARIANT}
_CELLS: Final = {"rowalign": _several(_ROW), "columnalign": _several(_SIDE)}
#: Elements, and what the values of their attributes look like.
_ATTRIBUTES: Final[Mapping[str, Mapping[str, str]]] = {
    **dict.fromkeys(("mi", "mn", "mtext"), _TOKEN),
    "math": {"display": "block|inline", "alttext": _ANY},
    "mo": {
        **_TOKEN,
        **dict.fromkeys("accent fence largeop movablelimits separator stretchy symmetric".split(), _YES),
        **dict.fromkeys(("lspace", "rspace", "minsize"), _WIDTH),
        "form": "prefix|infix|postfix",
        "maxsize": f"{_WIDTH}|infinity",
    },
    "ms": {**_TOKEN, "lquote": _ANY, "rquote": _ANY},
    "mspace": {"width": _WIDTH, "height": _LENGTH, "depth": _LENGTH},
    "mstyle": {"displaystyle": _YES, "scriptlevel": "[+-]?[0-9]{1,3}"},
    "mfrac": {
        "linethickness": f"{_NUMBER}{_UNIT}?|thin|medium|thick",
        "numalign": _SIDE,
        "denomalign": _SIDE,
        "bevelled": _YES,
    },
    "mpadded": dict.fromkeys(("width", "height", "depth", "lspace"), _PADDED),
    "mfenced": dict.fromkeys(("open", "close", "separators"), _ANY),
    "menclose": {"notation": _several(_NOTATION)},
    "mover": {"accent": _YES},
    "munder": {"accentunder": _YES},
    "munderover": {"accent": _YES, "accentunder": _YES},
    "mtable": {
        **_CELLS,
        **dict.fromkeys(("rowlines", "columnlines"), _several(_LINE)),
        **dict.fromkeys(("equalrows", "equalcolumns", "displaystyle"), _YES),
        "rowspacing": _LENGTH,
        "columnspacing": _LENGTH,
        "frame": _LINE,
    },
    "mtr": _CELLS,
    "mtd": {
        "rowalign": _ROW,
        "columnalign": _SIDE,
        "rowspan": "[1-9][0-9]{0,2}",
        "columnspan": "[1-9][0-9]{0,2}",
    },
    "annotation": {"encoding": _ANY},
}
_BARE: Final = (
    "merror mmultiscripts mphantom mprescripts mroot mrow msqrt msub msubsup msup none semantics".split()
)
#: The elements, and the attributes of each.
ELEMENTS: Final[Mapping[str, Collection[str]]] = {
    **{tag: {*names} for tag, names in _ATTRIBUTES.items()},
    **dict.fromkeys(_BARE, frozenset()),
}
#: Spaces to the left, which MathML 3 alone has names for, in eighteenths of an em.
_BACK: Final = {
    f"negative{name}mathspace": f"-{eighteenths / 18:.4f}em"
    for eighteenths, name in enumerate("veryverythin verythin thin medium thick verythick veryverythick".split(), 1)
}  # fmt: skip
_SPACES: Final = " \t\r\n"
#: What holds words alone, and what holds nothing.
_WORDS: Final = frozenset("annotation mi mn mo ms mtext".split())
_EMPTY: Final = frozenset("mprescripts mspace none".split())
#: What stands in certain elements only; elsewhere it becomes a row, or says nothing.
_WITHIN: Final = {"mtr": ("mtable",), "mtd": ("mtr", "mtable")}
_LOOSE: Final = {"none": "mmultiscripts", "mprescripts": "mmultiscripts", "annotation": "semantics"}


def with_formulas(xhtml: str) -> str:
    """The same text with every formula as the schemas have it; where all are so already, byte for byte.

    Raises Unwritable for elements nested deeper than readers of XML go.
    """
    if "<math" not in xhtml:
        return xhtml
    try:
        root = read_xml(f"<div>{xhtml}</div>".encode())
    except Invalid:
        raise Unwritable("a text that is nested too deeply") from None
    from lxml import etree  # noqa: PLC0415 - slow; only what reads XML pays

    formulas = root.xpath("//math[not(ancestor::math)]")
    _fill_empty(formulas)
    before = etree.tostring(root, encoding="unicode")
    for formula in formulas:
        # From the last element to the first: what is inside comes before what is around it.
        for element in [*formula.iter()][:0:-1]:
            _mend(element)
        _mend_inside(formula)
    _fill_empty(formulas)
    written: str = etree.tostring(root, encoding="unicode")
    return xhtml if written == before else written.removeprefix("<div>").removesuffix("</div>")


def _fill_empty(formulas: Iterable[Element]) -> None:
    """Lets empty elements be written as readers of HTML write them again: ``<mrow></mrow>``."""
    for formula in formulas:
        for element in formula.iter():
            element.text = element.text or ""


def _mend(element: Element) -> None:
    """Mends an element of a formula; one that no formula has becomes a row."""
    if element.tag not in ELEMENTS or element.tag == "math":
        element.tag = "mrow"
    _mend_inside(element)


def _mend_inside(element: Element) -> None:
    _leave_out_attributes(element)
    if element.tag in _WORDS:
        element.text = "".join(element.itertext())
        element[:] = []
    elif element.tag in _EMPTY:
        element[:], element.text = [], None
    else:
        _put_words_in_elements(element)
        _settle(element)
        _SETTLED.get(element.tag, _fill)(element)


def _leave_out_attributes(element: Element) -> None:
    looks = _ATTRIBUTES.get(element.tag, {})
    said = {name: _BACK.get(value, value) for name, value in element.attrib.items()}
    element.attrib.clear()
    for name, value in said.items():
        if re.fullmatch(looks.get(name, "(?!)"), value):
            element.set(name, value)


def _put_words_in_elements(element: Element) -> None:
    """Words stand in elements for words only."""
    for place, child in [*enumerate(element)][::-1]:
        if (child.tail or "").strip(_SPACES):
            element.insert(place + 1, _made(element, "mtext", child.tail))
            child.tail = None
    if (element.text or "").strip(_SPACES):
        element.insert(0, _made(element, "mtext", element.text))
        element.text = None


def _made(element: Element, tag: str, text: str | None = None, *children: Element) -> Element:
    made = element.makeelement(tag, {})
    made.text = text
    made.extend(children)
    return made


def _settle(element: Element) -> None:
    """Makes rows of the parts of tables, and leaves out what says nothing, where they stand outside of these."""
    for child in [*element]:
        if _LOOSE.get(child.tag, element.tag) != element.tag:
            element.remove(child)
        elif element.tag not in _WITHIN.get(child.tag, (element.tag,)):
            _as_rows(child)


def _as_rows(part: Element) -> None:
    """Makes rows of a part of a table, and of those in it."""
    part.tag = "mrow"
    part.attrib.clear()
    for child in part:
        if child.tag in _WITHIN:
            _as_rows(child)


def _fill(element: Element) -> None:
    """As many parts as the element takes: empty rows for those that are missing, one row for those too many."""
    count = PARTS.get(element.tag)
    if count is None:
        return
    element.extend(_made(element, "mrow") for _ in range(count - len(element)))
    if len(element) > count:
        element.append(_made(element, "mrow", None, *element[count - 1 :]))


def _fill_table(element: Element) -> None:
    for child in [*element]:
        if child.tag != "mtr":
            row = _made(element, "mtr")
            element.replace(child, row)
            row.append(child)
            _fill_row(row)
    if not len(element):
        element.tag = "mrow"
        element.attrib.clear()


def _fill_row(element: Element) -> None:
    for child in [*element]:
        if child.tag != "mtd":
            cell = _made(element, "mtd")
            element.replace(child, cell)
            cell.append(child)
    if not len(element):
        element.append(_made(element, "mtd"))


def _pair_scripts(element: Element) -> None:
    """A base, then a lower and an upper script for each place, then those in front of it; else a row."""
    names = "".join("|" if child.tag == "mprescripts" else "." for child in element)
    if not re.fullmatch(r"\.(\.\.)*(\|(\.\.)*)?", names) or element[0].tag == "none":
        _as_row(element, ("none", "mprescripts"))


def _annotate(element: Element) -> None:
    """A formula, then what is said of it; else a row."""
    names = [child.tag == "annotation" for child in element]
    if names[:1] != [False] or len(names) < 2 or not all(names[1:]):
        _as_row(element, ("annotation",))


def _as_row(element: Element, without: Collection[str]) -> None:
    element.tag = "mrow"
    element[:] = [child for child in element if child.tag not in without]


_SETTLED: Final = {
    "mtable": _fill_table,
    "mtr": _fill_row,
    "mmultiscripts": _pair_scripts,
    "semantics": _annotate,
}

"""HTML nested as QTI demands, which is stricter than browsers: lists hold entries, quotations blocks, lines no blocks.

Source: the content models of XHTML in the item bodies of QTI 2.1 (2012), which 2.2 has too and 3.0 allows; XML Schema 1.0,
part 2, 3.2.17, for addresses.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from quiz.errors import Invalid
from quiz.files.xml import Element, read_xml
from quiz.formats.base import Unwritable
from quiz.formats.qti.markup import BLOCKS

#: What stands by itself: blocks of HTML, and options to be ticked, by both their names.
_BLOCKS: Final = BLOCKS | {"choiceInteraction", "qti-choice-interaction"}
#: What holds no blocks, and what it becomes where it does; how it looked, and where it led, is lost.
_LINES: Final[Mapping[str, str]] = {
    "dt": "dd",
    **dict.fromkeys(
        "a abbr address b cite code dfn em h1 h2 h3 h4 h5 h6 i kbd p pre q samp small span strong sub sup var".split(),
        "div",
    ),
}
#: What holds certain elements only: those, and what a run of anything else is put into.
_HOLDERS: Final[Mapping[str, tuple[Collection[str], str]]] = {
    "blockquote": (_BLOCKS, "p"),
    "dl": (("dd", "dt"), "dd"),
    "ol": (("li",), "li"),
    "ul": (("li",), "li"),
}
#: What stands in certain elements only; elsewhere it becomes a ``div``.
_ENTRIES: Final = {"dd": ("dl",), "dt": ("dl",), "li": ("ol", "ul")}
#: The parts of a table in their order, those of them that hold rows, and what a part that stands once already becomes.
_PARTS: Final = "caption col colgroup thead tfoot tbody".split()
_ROWS: Final = frozenset({"thead", "tfoot", "tbody"})
_FURTHER: Final = {"caption": "div", "thead": "tbody", "tfoot": "tbody"}
_SPACES: Final = " \t\r\n"
#: An address, and what is none: a scheme or a way, then the host with its port, and what follows.
_FOLLOWS: Final = r'(?:[^"#%\[\]]|%[0-9A-Fa-f]{2})*+'
_ADDRESS: Final = (
    r'(?:[A-Za-z][A-Za-z0-9+.-]*:|(?![^"/?#]*:))(?://(?:[^"/?#@:]*@)?[^"/?#@:]*(?::[0-9]{1,5})?(?=["/?#]|$)|(?!//))'
    rf"{_FOLLOWS}(?:\#{_FOLLOWS})?"
)
_LINE: Final = (
    rf"(?:[^<]|</a>|<a\b[^<>]*? href=\"{_ADDRESS}\"[^<>]*>"
    rf"|</?(?!(?:a|{'|'.join(sorted(_BLOCKS | {*_ENTRIES}))})\b)[a-z][^<>]*>)*+"
)
#: A line, or paragraphs one after the other, as most texts are: nothing in them can stand wrongly.
_PLAIN: Final = re.compile(rf"{_LINE}|\s*(?:<p\b[^<>]*>{_LINE}</p>\s*)*+")


def nested(xhtml: str) -> str:
    """The same text with every element where QTI allows it; what is so already stays as it is, byte for byte.

    Raises Unwritable for blocks nested deeper than readers of XML go.
    """
    if _PLAIN.fullmatch(xhtml):
        return xhtml
    try:
        root = read_xml(f"<div>{xhtml}</div>".encode())
    except Invalid:
        raise Unwritable("a text that is nested too deeply") from None
    # From the last element to the first: what is inside comes before what is around it.
    mended = [_is_mended(element) for element in reversed([*root.iter()])]
    if not any(mended):
        return xhtml
    from lxml import etree  # noqa: PLC0415 - slow; only what reads XML pays

    written: str = etree.tostring(root, encoding="unicode")
    return written.removeprefix("<div>").removesuffix("</div>")


def _is_mended(element: Element) -> bool:
    """Mends where an element stands and what it holds; whether there was anything to mend."""
    before = element.tag
    if before in _ENTRIES and element.getparent().tag not in _ENTRIES[before]:
        element.tag = "div"
    if element.tag in _LINES and _holds_blocks(element):
        element.tag = _LINES[before]
        element.attrib.pop("href", None)
    elif before == "a" and not re.fullmatch(_ADDRESS, element.get("href", ":")):
        element.tag = "span"
        element.attrib.pop("href", None)
    if before in _HOLDERS:
        return _is_filled(element, *_HOLDERS[before])
    if before == "table":
        return _is_ordered(element)
    return bool(element.tag != before)


def _is_filled(element: Element, fitting: Collection[str], wrapper: str) -> bool:
    """Puts every run of what does not fit into a wrapper."""
    pieces = [(None, element.text), *((child, child.tail) for child in element)]
    if all((child is None or child.tag in fitting) and not _is_said(text) for child, text in pieces):
        return False
    element[:], element.text, run = [], None, None
    for child, text in pieces:
        if child is not None:
            child.tail = None
            run = None if child.tag in fitting else _run(element, run, wrapper)
            (element if run is None else run).append(child)
        if run is not None or _is_said(text):
            run = _run(element, run, wrapper)
            _say(run, text or "")
    return True


def _run(element: Element, run: Element | None, wrapper: str) -> Element:
    if run is None:
        run = element.makeelement(wrapper, {})
        element.append(run)
    return run


def _say(element: Element, text: str) -> None:
    """Adds text at the end of an element."""
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def _is_said(text: str | None) -> bool:
    return bool((text or "").strip(_SPACES))


def _holds_blocks(element: Element) -> bool:
    return any(child.tag in _BLOCKS for child in element)


def _is_ordered(table: Element) -> bool:
    """Puts the parts of a table into their order, one of them its body, without rows that have no cells; what is said
    above it in blocks comes in front of it. A table without rows is none.
    """
    before = [[part.tag, *part] for part in table]
    for row in table.findall("*/tr"):
        if not len(row):
            row.getparent().remove(row)
    _settle(table)
    groups = [part for part in table if part.tag in _ROWS]
    if not groups:
        table[:] = [part for part in table if part.tag == "caption"]
        for element in (table, *table):
            element.tag = "div"
        return True
    if all(part.tag != "tbody" for part in groups):
        groups[-1].tag = "tbody"
    table[:] = sorted(table, key=lambda part: _PARTS.index(part.tag))
    return [[part.tag, *part] for part in table] != before


def _settle(table: Element) -> None:
    """Takes out parts without rows, and what cannot stand in the table; a second head or foot is a body."""
    seen = set()
    for part in [*table]:
        if part.tag in seen or (part.tag == "caption" and _holds_blocks(part)):
            part.tag = _FURTHER.get(part.tag, part.tag)
        seen.add(part.tag)
        if part.tag in _ROWS and part.find("tr") is None:
            table.remove(part)
        elif part.tag == "div":
            part.tail = None
            table.addprevious(part)

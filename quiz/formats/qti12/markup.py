"""Texts of QTI 1.2, which stand in ``<material>``: from XML to a text with its format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from html import escape
from typing import Final

from quiz.files.xml import Element, local_name, write_xml
from quiz.formats._moodle import Styled

_MARKUP: Final = re.compile(r"<[a-zA-Z/!]|&[a-zA-Z#][a-zA-Z0-9]*;")
_BLOCK: Final = re.compile(r"<(?:p|div|ul|ol|table|h[1-6]|pre|blockquote|dl|hr)\b", re.IGNORECASE)
#: White space around a text; what a text begins with that stands close to what is before; what others stand close to.
_EDGES: Final = re.compile(r"^\s+|\s+$")
_JOINED: Final = re.compile(r"[\s.,;:!?)\]}%…’”»]|</")
_OPENING: Final = frozenset("([{‘“«")
#: Material that sounds, moves or runs.
_PLAYED: Final = frozenset("mataudio matvideo matapplet matapplication".split())
#: What Blackboard calls HTML.
_HTML: Final = frozenset({"html", "smart_text", "text/html", "text/xhtml", "text/rtf"})

#: The tag of a picture, from its element; "" for none that is there.
Picture = Callable[[Element], str]


def normalise(root: Element) -> None:
    """Takes the namespaces off the names of elements, but for what stands in a text."""
    for element in root.iter():
        element.tag = local_name(element.tag)


def string(element: Element) -> str:
    """What stands in an element: its text, its children as they are written."""
    if not len(element):
        return element.text or ""
    parts = [escape(element.text or "", quote=False)]
    for child in element:
        parts += [write_xml(child).decode(), escape(child.tail or "", quote=False)]
    return "".join(parts)


def style_of(element: Element) -> str:
    """``html`` or ``plain``, as the text says of itself, or as it looks where it says nothing."""
    said = (element.get("texttype") or element.get("type") or "").strip().lower()
    if said in _HTML or len(element):
        return "html"
    return "plain" if said else "html" if _MARKUP.search(element.text or "") else "plain"


def has_content(element: Element) -> bool:
    """Whether an element shows anything: a text, or a picture that it names or holds."""
    return bool("".join(element.itertext()).strip()) or any(map(address_of, element.iter("matimage")))


def address_of(picture: Element) -> str:
    """The address of a picture; "" for one that the document holds itself."""
    return (picture.get("uri") or picture.get("entityref") or "").strip()


def pieces(element: Element, picture: Picture, lose: Callable[[str, str], None]) -> Iterator[Styled]:
    """The texts in an element, in order; what is below a response belongs to that."""
    name = element.tag
    if name in ("mattext", "mat_formattedtext", "matemtext"):
        text = Styled(string(element), style_of(element))
        yield Styled(f"<em>{_as_html(text)}</em>", "html") if name == "matemtext" and text else text
    elif name == "matimage":
        yield Styled(picture(element), "html")
    elif name == "matbreak":
        yield Styled("<br />", "html")
    elif name in _PLAYED:
        lose("files", "sound, film and programs cannot be played")
    elif not name.startswith(("response_", "render_")):
        for child in element:
            yield from pieces(child, picture, lose)


def _as_html(text: Styled) -> str:
    return str(text) if text.style != "plain" else escape(text, quote=False).replace("\n", "<br />")


def joined(texts: Iterable[Styled]) -> Styled:
    """Texts that stand one below the other, as one: HTML where any of them is."""
    shown = [text for text in texts if text]
    if len(shown) == 1:
        return shown[0]
    if all(text.style == "plain" for text in shown):
        return Styled("\n\n".join(shown), "plain" if shown else "")
    html = [_as_html(text) for text in shown]
    return Styled("\n".join(one if _BLOCK.search(one) else f"<p>{one}</p>" for one in html), "html")


def running_on(texts: Iterable[Styled]) -> Styled:
    """Texts that run on from one to the next: a space where there is none between two that would grow together."""
    shown = [text for text in texts if text.strip()]
    html = any(text.style == "html" for text in shown)
    made = ""
    for text in shown:
        part = _EDGES.sub(" ", _as_html(text) if html else text)
        apart = made and not made[-1:].isspace() and made[-1:] not in _OPENING and not _JOINED.match(part)
        made += f" {part}" if apart else part
    return Styled(made.strip(), "html" if html else "plain" if shown else "")


def in_line(texts: Iterable[Styled]) -> Styled:
    """Texts that stand beside each other."""
    shown = [text for text in texts if text]
    if len(shown) == 1:
        return shown[0]
    if not any(text.style == "html" for text in shown):
        return Styled(" ".join(shown), "plain" if shown else "")
    return Styled(" ".join(map(_as_html, shown)), "html")

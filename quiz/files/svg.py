"""SVG drawings, held to a list of elements and attributes: shapes, text and paint, and nothing that runs or loads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from quiz.errors import Invalid, Problem, Said
from quiz.files.xml import Element, local_name, namespace, read_xml, without_named_type, write_xml

SVG: Final = "http://www.w3.org/2000/svg"
XLINK: Final = "http://www.w3.org/1999/xlink"
_XML: Final = "http://www.w3.org/XML/1998/namespace"

#: How the document type begins that drawing programs write (SVG 1.1, 1.3).
_PUBLISHED: Final = rb"svg\s+PUBLIC"

#: The size of a drawing that names none, in pixels: what browsers take.
DEFAULT_SIZE: Final = (300, 150)
#: Elements of a drawing, those that ``use`` repeats counted each time: few bytes could otherwise draw for hours.
MOST_ELEMENTS: Final = 50_000
#: How deep ``use`` may lead.
DEEPEST: Final = 100

_ELEMENTS: Final = frozenset(
    """circle clipPath defs desc ellipse feBlend feColorMatrix feComponentTransfer feComposite feDropShadow feFlood
    feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset feTile filter g line
    linearGradient marker mask path pattern polygon polyline radialGradient rect stop style svg switch symbol text
    textPath title tspan use view""".split()
)
_ATTRIBUTES: Final = frozenset(
    """alignment-baseline amplitude baseline-shift class clip-path clip-rule clipPathUnits color
    color-interpolation color-interpolation-filters cx cy d direction display dominant-baseline dx dy exponent fill
    fill-opacity fill-rule filter filterUnits flood-color flood-opacity font font-family font-size font-size-adjust
    font-stretch font-style font-variant font-weight fr fx fy gradientTransform gradientUnits height id in in2
    intercept k1 k2 k3 k4 lang lengthAdjust letter-spacing marker-end marker-mid marker-start markerHeight markerUnits
    markerWidth mask maskContentUnits maskUnits mode offset opacity operator order orient overflow paint-order
    pathLength patternContentUnits patternTransform patternUnits points preserveAspectRatio primitiveUnits r radius
    refX refY result role rotate rx ry shape-rendering slope spreadMethod startOffset stdDeviation stop-color
    stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit
    stroke-opacity stroke-width style tableValues text-anchor text-decoration text-rendering textLength transform
    transform-origin type unicode-bidi values vector-effect version viewBox visibility width word-spacing writing-mode
    x x1 x2 y y1 y2""".split()
)
#: Style and paint that could load something, or hide that it does.
_LOADS: Final = re.compile(
    r"url\s*\(\s*(?![\"']?#)|[@\\<]|expression|javascript:|/\*|image-set|src\s*\(", re.IGNORECASE
)
#: Numbers and the letters of a path can load nothing: a map has a million of them, which are quickly told like this.
_FIGURES: Final = re.compile(r"[0-9\s.,+\-MmZzLlHhVvCcSsQqTtAa]*")
_LENGTH: Final = re.compile(r"\s*([0-9]{1,6}(?:\.[0-9]*)?)\s*(px|pt|pc|mm|cm|in)?\s*")
_PIXELS: Final = {None: 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}


def clean_svg(content: bytes, most_bytes: int) -> tuple[bytes, int, int]:
    """The drawing without what is not on the lists, in one spelling, and its width and height in pixels.

    A cleaned drawing comes out the same again. Raises Invalid where it is no drawing or would take for ever to draw.
    """
    root = read_xml(without_named_type(content, _PUBLISHED), most_bytes)
    if root.tag != f"{{{SVG}}}svg":
        raise Invalid(
            [Problem("", "the root element is not svg", Said('begin with <svg xmlns="%(name)s">', name=SVG))]
        )
    _clean(root)
    _demand_finite(root)
    width, height = _size(root)
    return write_xml(_without_strange_names(root)), width, height


def _clean(element: Element) -> None:
    for name, value in element.attrib.items():
        if not _may_stand(name, value):
            del element.attrib[name]
    children, kept = [*element], []
    said: list[list[str]] = [[element.text or ""]]
    for child in children:
        if _may_be(child):
            _clean(child)
            kept.append(child)
            said.append([])
        else:
            element.remove(child)
        said[-1].append(child.tail or "")
    if len(kept) < len(children):
        _say(element, kept, ["".join(pieces) or None for pieces in said])


def _say(element: Element, children: Sequence[Element], texts: Sequence[str | None]) -> None:
    """The texts of an element before its first child and behind each, those behind children that went among them."""
    element.text = texts[0]
    for child, text in zip(children, texts[1:], strict=True):
        child.tail = text


def _may_be(element: Element) -> bool:
    name = local_name(element.tag)
    if name not in _ELEMENTS or namespace(element.tag) != SVG:
        return False
    return name != "style" or (len(element) == 0 and not _LOADS.search(element.text or ""))


def _may_stand(name: str, value: str) -> bool:
    own, place = local_name(name), namespace(name)
    if own == "href" and place in ("", XLINK):
        return value.strip().startswith("#")
    if place == _XML:
        return own in ("lang", "space")
    if place:
        return False
    known = own in _ATTRIBUTES or own.startswith("aria-")
    return known and (_FIGURES.fullmatch(value) is not None or not _LOADS.search(value))


def _without_strange_names(root: Element) -> Element:
    """Drops the declarations of namespaces that no name uses any more (those of drawing programs)."""
    from lxml import etree  # noqa: PLC0415 - slow; see quiz.files.xml

    etree.cleanup_namespaces(root, keep_ns_prefixes=[])
    return root


def _demand_finite(root: Element) -> None:
    """Raises Invalid where ``use`` repeats itself, or more than there is time to draw."""
    by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
    if _drawn(root, 0, by_id, {}) > MOST_ELEMENTS:
        what = Said("the drawing has more than %(most)s elements", most=MOST_ELEMENTS)
        raise Invalid([Problem("", what, "simplify it, or save it as PNG")])


def _drawn(element: Element, depth: int, by_id: dict[str, Element], counted: dict[Element, int]) -> int:
    """How many elements are drawn for one; no inner function, which would keep the whole drawing in memory."""
    if element not in counted:
        if depth > DEEPEST:
            what = "use elements lead in a circle, or too deep"
            raise Invalid([Problem("", what, "draw it without them")])
        parts = _drawn_with(element, by_id)
        counted[element] = 1 + sum(_drawn(part, depth + 1, by_id, counted) for part in parts)
    return counted[element]


def _drawn_with(element: Element, by_id: dict[str, Element]) -> Iterator[Element]:
    yield from element
    reference = element.get("href") or element.get(f"{{{XLINK}}}href") or ""
    target = by_id.get(reference.strip()[1:])
    if target is not None and local_name(element.tag) == "use":
        yield target


def _size(root: Element) -> tuple[int, int]:
    """Width and height in pixels: as named, else the view box's, else the default; at least one."""
    box = [float(part) for part in re.findall(r"-?[0-9]{1,7}(?:\.[0-9]+)?", root.get("viewBox") or "")]
    drawn = (box[2], box[3]) if len(box) == 4 and min(box[2:]) > 0 else None
    width, height = _pixels(root.get("width")), _pixels(root.get("height"))
    if drawn and (width is None) != (height is None):  # one side named: the other follows the box
        width = width if width is not None else (height or 0) * drawn[0] / drawn[1]
        height = height if height is not None else width * drawn[1] / drawn[0]
    default = drawn or DEFAULT_SIZE
    return max(1, round(width or default[0])), max(1, round(height or default[1]))


def _pixels(length: str | None) -> float | None:
    found = _LENGTH.fullmatch(length or "")
    return float(found[1]) * _PIXELS[found[2]] if found else None

"""Safe HTML (``quiz.files.richtext``) as paragraphs of plain text and pictures, for media that have no markup.

Mathematics is written on the line: ``(a + b)/c``, ``x²``, ``√(x)``, a matrix as ``[a, b; c, d]``. Emphasis is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from quiz.files.mathematics import PARTS

_VOID: Final = frozenset({"br", "hr", "img", "mspace"})
_BLOCKS: Final = frozenset(
    "p div li ul ol dl dt dd tr table caption pre blockquote br hr h3 h4 h5 h6".split()
)
_RAISED: Final = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_LOWERED: Final = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
#: Signs of formulas that mean the same as a more usual one, or are not seen.
_USUAL: Final = str.maketrans(
    {
        "⋅": "·",
        "∣": "|",
        "∥": "‖",
        "⟨": "〈",
        "⟩": "〉",
        "\u2061": "",
        "\u2062": "",
        "\u2063": "",
        "\u2064": "",
    }
)
#: How deep elements are told apart; what lies deeper, where no author's hand has put it, is one with what is around it.
_DEEPEST: Final = 100
#: Where a paragraph ends, and what stands around the address of a picture, while texts are put together.
_END, _OPEN, _CLOSE = "\ue000", "\ue001", "\ue002"


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture in a text: its address and alternative text."""

    address: str
    alt: str


@dataclass(slots=True)
class _Node:
    tag: str
    attributes: Mapping[str, str | None] = field(default_factory=dict)
    children: list[_Node | str] = field(default_factory=list)


class _Tree(HTMLParser):
    """The elements of a piece of HTML below ``root``."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.root = _Node("")
        self._open = [self.root]
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = _Node(tag, dict(attrs))
        self._open[-1].children.append(node)
        if tag not in _VOID and len(self._open) < _DEEPEST:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if any(node.tag == tag for node in self._open[1:]):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def paragraphs(html: str) -> Iterator[str | Seen]:
    """What stands in the HTML, in its order; blank paragraphs are left out."""
    for paragraph in _said(_Tree(html).root).split(_END):
        for place, piece in enumerate(paragraph.replace(_CLOSE, _OPEN).split(_OPEN)):
            if place % 2:
                yield Seen(*piece.split("\n", 1))
            elif piece.strip():
                yield piece.strip() if "\n" in piece else " ".join(piece.split())


def _said(node: _Node | str) -> str:
    if isinstance(node, str):
        return " ".join([*_ends(node)])
    if node.tag == "img":
        alt = " ".join(str(node.attributes.get("alt") or "").split())
        return f"{_OPEN}{node.attributes['src']}\n{alt}{_CLOSE}"
    whole = node.tag not in PARTS or len(_elements(node)) == PARTS[node.tag]
    written = (_WRITTEN.get(node.tag, _plain) if whole else _plain)(node)
    return f"{_END}{written}{_END}" if node.tag in _BLOCKS else written


def _ends(text: str) -> Iterator[str]:
    """The words, with the spaces at both ends kept as one."""
    words = text.split()
    yield from [""] * text[:1].isspace()
    yield from words
    yield from [""] * (text[-1:].isspace() and bool(words))


def _elements(node: _Node) -> list[_Node]:
    return [child for child in node.children if isinstance(child, _Node)]


def _plain(node: _Node) -> str:
    return "".join(map(_said, node.children))


def _list(node: _Node) -> str:
    """The entries, each after a bullet or its number."""
    entries = _elements(node)
    first = int(node.attributes.get("start") or 1)
    marks = [f"{number}." if node.tag == "ol" else "•" for number, _ in enumerate(entries, first)]
    return _END.join(
        f"{mark} {_plain(entry).strip(_END)}" for mark, entry in zip(marks, entries, strict=True)
    )


def _row(node: _Node) -> str:
    return " | ".join(map(_plain, _elements(node)))


def _lines(node: _Node) -> str:
    """Text whose lines and spaces are kept."""
    text = "".join(child if isinstance(child, str) else _lines(child) for child in node.children)
    return text.strip("\n").replace("\n", _END) if node.tag == "pre" else text


# Mathematics -------------------------------------------------------------------------------------------------------


def _formula(node: _Node) -> str:
    return _plain(node).translate(_USUAL)


def _operator(node: _Node) -> str:
    sign = _plain(node)
    return f" {sign} " if sign and sign in "=+−<>≤≥≠≈→⇒∈∉⊂∪∩±×" else sign


def _parts(node: _Node) -> list[str]:
    return [_said(child).strip() for child in _elements(node)]


def _grouped(text: str) -> str:
    return text if len(text) == 1 or text.isdecimal() else f"({text})"


def _raised(text: str) -> str:
    return text.translate(_RAISED) if all(ord(sign) in _RAISED for sign in text) else f"^{_grouped(text)}"


def _lowered(text: str) -> str:
    return text.translate(_LOWERED) if all(ord(sign) in _LOWERED for sign in text) else f"_{_grouped(text)}"


def _fraction(node: _Node) -> str:
    above, below = _parts(node)
    return f"{_grouped(above)}/{_grouped(below)}"


def _root(node: _Node) -> str:
    if node.tag == "msqrt":
        return f"√({_plain(node).strip()})"
    inner, index = _parts(node)
    return f"{_raised(index)}√({inner})"


def _scripts(below: bool, above: bool) -> Callable[[_Node], str]:
    def written(node: _Node) -> str:
        base, *scripts = _parts(node)
        low = _lowered(scripts[0]) if below else ""
        return f"{base}{low}{_raised(scripts[-1]) if above else ''}"

    return written


def _matrix(node: _Node) -> str:
    return f"[{'; '.join(', '.join(_parts(row)) for row in _elements(node))}]"


#: How the elements are written that are more than what stands in them.
_WRITTEN: Final[Mapping[str, Callable[[_Node], str]]] = {
    "ul": _list,
    "ol": _list,
    "tr": _row,
    "pre": _lines,
    "sup": lambda node: _raised(_plain(node)),
    "sub": lambda node: _lowered(_plain(node)),
    "math": _formula,
    "mo": _operator,
    "mfrac": _fraction,
    "msqrt": _root,
    "mroot": _root,
    "mtable": _matrix,
    "msup": _scripts(below=False, above=True),
    "msub": _scripts(below=True, above=False),
    "msubsup": _scripts(below=True, above=True),
    "mover": _scripts(below=False, above=True),
    "munder": _scripts(below=True, above=False),
    "munderover": _scripts(below=True, above=True),
}

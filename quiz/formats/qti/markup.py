"""Texts of an item, from XML to HTML: what QTI adds is taken away, pictures get our names, gaps their marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Final

from quiz.errors import Invalid
from quiz.files.xml import Element

#: Elements of HTML that have no end.
VOID: Final = frozenset("br hr img wbr col input source track".split())
_HTML: Final = frozenset(
    "a abbr acronym address article aside b bdi bdo big blockquote br caption cite code col colgroup dd del details dfn"
    " div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd label li mark nav ol p pre q rb rp"
    " rt ruby s samp section small span strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr"
    " math annotation annotation-xml semantics mi mn mo ms mtext mspace mrow mfrac msqrt mroot mstyle merror mpadded"
    " mphantom mfenced menclose msub msup msubsup munder mover munderover mmultiscripts mprescripts none mtable mtr"
    " mtd mlabeledtr maligngroup malignmark mstack mlongdiv".split()
)
BLOCKS: Final = frozenset(
    "address article aside blockquote div dl figure footer h1 h2 h3 h4 h5 h6 header hr ol p pre section table ul".split()
)
#: What is told after an answer, or to others than who answers: not part of the text itself.
APART: Final = frozenset("feedbackInline feedbackBlock modalFeedback rubricBlock stylesheet script style catalogInfo templateInline templateBlock".split())  # fmt: skip
_SPACES: Final = re.compile(r"[ \t\r\n]+")

#: Whether elements lie in each other more often than in any item: some ten deep is much.
_DEEP: Final = f"boolean({'/*' * 101})"

#: What stands in place of an element; None: the element itself.
Put = Callable[[Element], str | None]


def demand_flat(root: Element) -> None:
    """Raises Invalid where elements lie too deep in each other: texts and rules are read from the outside in."""
    if root.xpath(_DEEP):
        raise Invalid("elements lie too deep in each other")


def nothing_put(_element: Element) -> str | None:
    """Every element stands for itself."""
    return None


def html_inside(element: Element, put: Put = nothing_put, *, marks: bool = False) -> str:
    """The HTML inside an element. ``marks``: what only looks like the mark of a gap is written otherwise."""
    parts = [_text(element.text, marks)]
    for child in element:
        parts += (html_of(child, put, marks=marks), _text(child.tail, marks))
    return "".join(parts)


def html_of(element: Element, put: Put = nothing_put, *, marks: bool = False) -> str:
    """The HTML of an element itself, without the text after it."""
    instead = put(element)
    if instead is not None:
        return instead
    name = element.tag
    if name in APART or not name:
        return ""
    inside = html_inside(element, put, marks=marks)
    if name not in _HTML or element.get("class", "").startswith("quiz-"):
        return inside
    said = "".join(f' {key}="{escape(value)}"' for key, value in element.attrib.items() if _is_kept(key))
    return f"<{name}{said}>" if name in VOID else f"<{name}{said}>{inside}</{name}>"


def _is_kept(attribute: str) -> bool:
    """Not what binds to a style or script that does not come along."""
    return attribute not in ("style", "id", "base", "label", "aria-describedby") and not attribute.startswith(
        ("on", "data-")
    )


def _text(text: str | None, marks: bool) -> str:
    shown = escape(text or "", quote=False)
    return shown.replace("[[", "&#91;[") if marks else shown


def is_blank(html: str) -> bool:
    """Whether nothing is to be seen in the HTML."""
    return not re.search(r"<(img|math|hr|table)\b", html) and not re.sub(r"<[^<>]*>|\s|&nbsp;", "", html)


def has_blocks(html: str) -> bool:
    """Whether the HTML holds blocks, so that it cannot stand in a line of text."""
    return any(found in BLOCKS for found in re.findall(r"<([a-z][a-z0-9]*)", html))


def joined(pieces: Iterable[str]) -> str:
    """Texts that stand one below the other: a line of text alone stays one, of several each becomes a paragraph.

    What some programs say twice, around an interaction and in it, is said once.
    """
    shown = [*{_words(piece): piece.strip() for piece in pieces if not is_blank(piece)}.values()]
    if len(shown) < 2:
        return "".join(shown)
    return "\n".join(piece if has_blocks(piece) else f"<p>{piece}</p>" for piece in shown)


def _words(html: str) -> str:
    return "".join(re.sub(r"</?(p|div|span)\b[^<>]*>", "", html).split())


def words_of(html: str) -> str:
    """The words of HTML without its markup, in small letters."""
    return re.sub(r"<[^<>]*>", "", html).strip().lower()


def image(attributes: Mapping[str, str]) -> str:
    """The tag of a picture."""
    return "<img" + "".join(f' {name}="{escape(value)}"' for name, value in attributes.items()) + ">"


def one_line(html: str) -> str:
    """The words of a label without markup and line breaks, as they stand in a list."""
    return _SPACES.sub(" ", html).strip()

r"""TeX in authored text to MathML: ``$…$`` and ``\(…\)`` in a line, ``$$…$$`` apart.

A dollar opens only before and closes only after something that is no space, and not before a digit, and the first
dollar after an opening one decides: "$5 and $10" are amounts. What cannot be converted is shown as it was typed.

Text that is HTML comes from systems whose pages have MathJax: there ``\(…\)``, ``\[…\]`` and ``$$…$$`` are formulas, a single
dollar is none, and nothing is one in code (MathJax's ``tex2jax``, which Moodle and Canvas take as it is).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

#: MathML that may stand in a page: presentation only, no links, no foreign content.
MATH_TAGS: Final = frozenset(
    "math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace"
    " msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none".split()
)
#: Attributes of MathML: nothing that colours, links, styles or names.
MATH_ATTRIBUTES: Final = frozenset(
    "accent accentunder alttext aria-label columnalign columnlines columnspacing columnspan depth display displaystyle fence"
    " form height largeop linethickness lspace mathvariant maxsize minsize movablelimits notation rowalign rowlines"
    " rowspacing rowspan rspace scriptlevel separator stretchy symmetric voffset width".split()
)
#: How many parts what has a fixed number of them takes, and what holds words alone (MathML 3, 3.1.3 and 3.2).
PARTS: Final = {
    **dict.fromkeys(("mfrac", "mover", "mroot", "msub", "msup", "munder"), 2),
    **dict.fromkeys(("msubsup", "munderover"), 3),
}
_WORDS: Final = frozenset({"mi", "mn", "mo", "ms", "mtext"})
#: TeX longer than this is shown as it was typed.
LONGEST_TEX: Final = 2000
MOST_LINES: Final = 100

#: Opening and closing; ``$$`` goes before ``$``.
_DELIMITERS: Final = {"apart": ("$$", "$$"), "dollar": ("$", "$"), "round": (r"\(", r"\)")}
#: Commands that define others: a few lines of them can grow without end.
_DEFINES: Final = re.compile(
    r"\\(?:[a-z]*def|let|[a-z]*command|[a-z]*environment|DeclareMathOperator)(?![a-z])"
)
#: A measure of more than two digits could push the page aside.
_HUGE: Final = re.compile(r"\d{3}")
#: Characters that stand for something else in our own texts (places of gaps).
_PRIVATE: Final = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
#: Where a formula may begin in HTML.
HOLDS_TEX: Final = re.compile(r"\\[(\[]|\$\$")
#: A formula in the words of HTML, in which a backslash takes the next character with it and none begins anew, so that one
#: look along the text is enough; and a tag, with its name.
_IN_WORDS: Final = re.compile(
    r"\\\((?P<line>(?:[^\\]|\\[^()])++)\\\)"
    r"|\\\[(?P<square>(?:[^\\]|\\[^\[\]])++)\\\]"
    r"|\$\$(?P<dollars>.+?)\$\$",
    re.DOTALL,
)
_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*+)[^<>]*>")
_VERBATIM: Final = frozenset({"code", "kbd", "math", "pre"})
#: A tag whose attributes may hold any sign, and those that say what stands around and between the parts of a formula.
_ANY_TAG: Final = re.compile(
    r"""<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9]*+)(?P<said>(?:[^<>"']|"[^"<]*+"|'[^'<]*+')*+)>"""
)
_FENCES: Final = re.compile(r"""\b(open|close|separators)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


@lru_cache(maxsize=2048)
def to_mathml(tex: str, apart: bool = False) -> str | None:
    """MathML with the TeX as its text alternative; None for what is no TeX that we know. Never raises."""
    if len(tex) > LONGEST_TEX or _DEFINES.search(tex) or _PRIVATE.search(tex):
        return None
    from latex2mathml.converter import convert_to_element  # noqa: PLC0415 - slow; only texts with TeX pay

    try:
        written = "".join(map(_written, convert_to_element(tex, display="block" if apart else "inline")))
    except Exception:  # noqa: BLE001 (whatever it stumbles over, the author's text is shown)
        return None
    display = ' display="block"' if apart else ""
    words = escape(" ".join(tex.split()))
    # Without the label a control whose label is a formula has no name: browsers make names of text alone.
    return f'<math{display} alttext="{words}" aria-label="{words}">{written}</math>'


def in_html(html: str) -> str:
    """The HTML with MathML in place of its TeX."""
    if not HOLDS_TEX.search(html):
        return html
    made, last, verbatim = "", 0, 0
    for tag in _TAG.finditer(html):
        words = html[last : tag.start()]
        made += (words if verbatim else _IN_WORDS.sub(_formula, words)) + tag[0]
        last = tag.end()
        if tag[2].lower() in _VERBATIM:
            verbatim = max(0, verbatim + (-1 if tag[1] else 1))
    return made + (html[last:] if verbatim else _IN_WORDS.sub(_formula, html[last:]))


def with_brackets(html: str) -> str:
    """The HTML with the brackets and separators of ``mfenced`` as signs: browsers show none of them (MathML Core has no
    such element), so that f(x) was fx.

    Source: W3C, MathML 3.0 (2014), 3.3.8.
    """
    if "<mfenced" not in html:
        return html
    made, last, around, opened = [], 0, list[_Around](), Counter[str]()
    for tag in _ANY_TAG.finditer(html):
        made.append(html[last : tag.start()])
        made.append((_ended if tag["end"] else _begun)(tag, around, opened))
        last = tag.end()
    return "".join(made) + html[last:]


@dataclass(slots=True)
class _Around:
    """An element in which others are; of ``mfenced`` what stands after it and between its parts."""

    name: str
    closing: str = ""
    separators: str = ""
    parts: int = 0


def _begun(tag: re.Match[str], around: list[_Around], opened: Counter[str]) -> str:
    """What stands for the tag with which an element begins; ``opened``: how many of each name do not end yet."""
    before, written = "", tag[0]
    if around:
        before = _sign(around[-1].separators[: around[-1].parts][-1:])
        around[-1].parts += 1
    inside = _Around(tag["name"].lower())
    if inside.name == "mfenced":
        said = {name: unescape(one or other) for name, one, other in _FENCES.findall(tag["said"])}
        inside.closing = f"{_sign(said.get('close', ')'))}</mrow>"
        inside.separators = "".join(said.get("separators", ",").split())
        written = f"<mrow>{_sign(said.get('open', '('))}"
    if tag["said"].endswith("/"):
        return before + written + inside.closing
    around.append(inside)
    opened[inside.name] += 1
    return before + written


def _ended(tag: re.Match[str], around: list[_Around], opened: Counter[str]) -> str:
    """What stands for the tag with which an element ends, and all in it that did not."""
    name = tag["name"].lower()
    while opened[name]:
        inside = around.pop()
        opened[inside.name] -= 1
        if inside.name == name:
            return inside.closing or tag[0]
    return "" if name == "mfenced" else tag[0]


def _sign(text: str) -> str:
    return f"<mo>{escape(text)}</mo>" if text else ""


def _formula(found: re.Match[str]) -> str:
    kind = str(found.lastgroup)
    tex = unescape(found[kind]).replace("\xa0", " ").strip()
    return to_mathml(tex, apart=kind != "line") or found[0]


class _WrongTexError(Exception):
    """A command that the converter passed through as it is, or that lacks what it is about."""


def _written(element: Element) -> str:
    """The element as HTML. The converter escapes nothing and lets links through, so that we write it ourselves."""
    text, tag = unescape(element.text or ""), element.tag
    if text.startswith("\\") or len(element) != PARTS.get(tag, len(element)):
        raise _WrongTexError(text or tag)
    inner = escape(text) + "".join(map(_written, element))
    if tag not in MATH_TAGS:
        return inner
    if tag in _WORDS and len(element):
        return f"<mrow>{inner}</mrow>"
    named = "".join(f' {name}="{escape(value)}"' for name, value in _attributes(element))
    return f"<{tag}{named}>{inner}</{tag}>"


def _attributes(element: Element) -> Iterator[tuple[str, str]]:
    return (
        (name, value)
        for name, value in element.attrib.items()
        if name in MATH_ATTRIBUTES and not _HUGE.search(value)
    )


def install(renderer: MarkdownIt) -> None:
    """Teaches a Markdown renderer to read mathematics. ``env["plain"]`` asks for the TeX in place of MathML."""
    renderer.inline.ruler.before("escape", "mathematics", _inline)
    renderer.block.ruler.before("fence", "mathematics", _block, {"alt": ["paragraph", "blockquote", "list"]})
    renderer.add_render_rule("mathematics", _rendered)


def _inline(state: StateInline, silent: bool) -> bool:
    found = _found(state.src, state.pos, state.posMax)
    if found is None:
        return False
    kind, tex, end = found
    if not silent:
        token = state.push("mathematics", "", 0)
        token.content, token.markup = tex, kind
    state.pos = end
    return True


def _found(text: str, start: int, stop: int) -> tuple[str, str, int] | None:
    """Kind, TeX and end of the formula that begins here."""
    if text[start] not in "$\\":
        return None
    for kind, (opening, closing) in _DELIMITERS.items():
        if text.startswith(opening, start):
            begin = start + len(opening)
            end = _closing(text, begin, stop, closing)
            tex = text[begin:end] if end >= 0 else ""
            allowed = kind != "dollar" or _is_dollar_pair(tex, text[end + 1 : end + 2])
            return (kind, tex.strip(), end + len(closing)) if tex.strip() and allowed else None
    return None


def _closing(text: str, begin: int, stop: int, closing: str) -> int:
    r"""Where the closing delimiter stands; −1 for nowhere near. In ``\$`` and ``\\`` nothing closes."""
    place = begin
    while place < min(stop, begin + LONGEST_TEX):
        if text.startswith(closing, place):
            return place if place + len(closing) <= stop else -1
        place += 2 if text[place] == "\\" else 1
    return -1


def _is_dollar_pair(tex: str, after: str) -> bool:
    return not tex[:1].isspace() and not tex[-1:].isspace() and not after.isdecimal()


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A block from ``$$`` at the beginning of a line to ``$$`` at the end of that or of a later line."""
    lines = [_line(state, start)[2:]]
    if not _line(state, start).startswith("$$") or state.is_code_block(start):
        return False
    while not lines[-1].rstrip().endswith("$$"):
        line = start + len(lines)
        if (
            line >= min(end, start + MOST_LINES)
            or state.isEmpty(line)
            or state.sCount[line] < state.blkIndent
        ):
            return False
        lines.append(_line(state, line))
    tex = "\n".join(lines).rstrip().removesuffix("$$")
    if not tex.strip() or "$$" in tex:
        return False
    if not silent:
        token = state.push("mathematics", "", 0)
        token.block, token.content, token.markup = True, tex.strip(), "apart"
        token.map = [start, start + len(lines)]
        state.line = start + len(lines)
    return True


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _rendered(_renderer: Any, tokens: Any, index: int, _options: Any, env: Any) -> str:
    token = tokens[index]
    html = escape(token.content) if env.get("plain") else _shown(token)
    return f"<p>{html}</p>\n" if token.block else html


def _shown(token: Any) -> str:
    opening, closing = _DELIMITERS[token.markup]
    found = to_mathml(token.content, apart=token.markup == "apart")
    return found or f"<code>{escape(opening + token.content + closing)}</code>"

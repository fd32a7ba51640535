"""Markdown to HTML, and the one sanitiser. All authored text that reaches a page goes through here.

Raw HTML in the Markdown is shown as text; what the renderer makes is then held to a list of tags, attributes and
link schemes. Text that came from another system as HTML or as plain text says so by its class (``Html``, ``Plain``)
and keeps its characters. Of images only our own are shown, those that a question has pinned (``quiz.banks.images``);
in the place of others stands their alternative text. TeX becomes MathML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from html import escape, unescape
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import nh3

from quiz.files.mathematics import MATH_ATTRIBUTES, MATH_TAGS, in_html, install, with_brackets

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

#: What may stand in authored text, with the attributes that may stand on it.
TAGS: Final = frozenset(
    [
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "caption",
        "code",
        "dd",
        "del",
        "div",
        "dl",
        "dt",
        "em",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "rb",
        "rp",
        "rt",
        "ruby",
        "s",
        "small",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ]
)
INLINE_TAGS: Final = frozenset(
    [
        "a",
        "abbr",
        "b",
        "br",
        "code",
        "del",
        "em",
        "i",
        "img",
        "kbd",
        "mark",
        "q",
        "rb",
        "rp",
        "rt",
        "ruby",
        "s",
        "small",
        "strong",
        "sub",
        "sup",
        "u",
    ]
)
ATTRIBUTES: Final = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"alt", "height", "src", "width"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_ATTRIBUTES: Final = {**ATTRIBUTES, **dict.fromkeys(MATH_TAGS, MATH_ATTRIBUTES)}
SCHEMES: Final = frozenset({"http", "https", "mailto"})

#: Text that no renderer would change: words, and marks that mean nothing in Markdown.
_NO_MARKUP: Final = re.compile(r"(?:[^\W\d_]|\d+(?![\d.)]))(?:[^\W_]|[ ,.;?'’“”%/()…–—-])*")
#: Where a mark stood, while the text around it is made into HTML: private characters, which nothing touches.
_PLACE: Final = re.compile("\ue000([0-9]+)\ue001")
_PRIVATE: Final = re.compile("[\ue000\ue001]")
_BLANK_LINES: Final = re.compile(r"\n[ \t]*\n\s*")
#: Elements of HTML by what they are on our pages: blocks that mean nothing more here, and headings above the page's own.
_OURS: Final = {
    **dict.fromkeys(
        "address article aside center details fieldset figcaption figure footer form header main section summary".split(),
        "div",
    ),
    "h1": "h3",
    "h2": "h3",
}
_OTHERS: Final = re.compile(rf"<(/?)({'|'.join(_OURS)})\b[^<>]*>", re.IGNORECASE)
#: Where blocks of HTML begin and end: a line break where there is no room for blocks.
_EDGES: Final = re.compile(
    r"(?:</?(?:p|div|h[1-6]|ul|ol|li|dl|dt|dd|table|caption|thead|tbody|tr|blockquote|pre|hr)\b[^<>]*>\s*)+",
    re.IGNORECASE,
)
_CELLS: Final = re.compile(r"</?t[dh]\b[^<>]*>", re.IGNORECASE)
_TAG: Final = re.compile(r'<[^<>"]*(?:"[^"]*"[^<>"]*)*>')
#: A pinned image (``quiz.questions.images``) as a tag names it, and the address of an image on our pages.
_PINNED: Final = re.compile(
    r"""\bsrc\s*=\s*(["']?)media:([0-9a-f]{64})/(\d{1,5})x(\d{1,5})/[\w./-]*\1""", re.IGNORECASE
)
#: What attributes may say that could do harm: images are our own, and links name a scheme (``//host`` would leave the site
#: unseen).
_VALUES: Final = {
    "colspan": re.compile(r"[1-9][0-9]?\Z"),
    "href": re.compile(rf"(?:{'|'.join(sorted(SCHEMES))}):", re.IGNORECASE),
    "rowspan": re.compile(r"[1-9][0-9]?\Z"),
    "src": re.compile(r"/media/[0-9a-f]{64}\Z"),
    "start": re.compile(r"-?[0-9]{1,9}\Z"),
}
#: An image that the sanitiser has left without an address; its alternative text, if any, is the first group.
_NOT_SHOWN: Final = re.compile(r'<img(?! [^<>]*src=)(?:(?: alt="([^"]*)")|(?: [a-z]+="[^"]*"))*>')
#: A formula of MathML that the sanitiser has left, and the TeX in its attributes.
_FORMULA: Final = re.compile(r'<math\b((?:[^<>"]|"[^"]*")*)>(.*?)</math>', re.DOTALL)
_TEX: Final = re.compile(r' alttext="([^"]+)"')
_BLOCK_ENDS: Final = re.compile(r"</?(?:p|div|li|dd|dt|caption|td|th|h[3-6]|pre|blockquote)\b[^<>]*>|<br>")


class Html(str):
    """Authored text that is HTML. It is kept as written, and made safe when it is shown."""

    __slots__ = ()


class Plain(str):
    """Authored text in which no character means more than itself."""

    __slots__ = ()


#: A character between tags, by which it is known of most texts at once that something of them is seen.
SEEN: Final = re.compile(r"(?:^|>)[^<>&]*[^<>&\s]")
#: The class of authored text by the name of its format (``text_format`` in bank files).
TEXT_FORMATS: Final[Mapping[str, type[str]]] = {"markdown": str, "html": Html, "plain": Plain}


def _blocks(text: str) -> str:
    """The text's own HTML, before it is made safe."""
    if isinstance(text, Html):
        return in_html(_ours(text))
    if isinstance(text, Plain):
        return "".join(f"<p>{_lines(block)}</p>" for block in _BLANK_LINES.split(text.strip()) if block)
    return str(_renderer().render(text))


def _inline(text: str) -> str:
    if isinstance(text, Html):
        pieces = _EDGES.split(_CELLS.sub(" ", in_html(_ours(text))))
        return "<br>".join(filter(None, map(str.strip, pieces)))
    return _lines(text.strip()) if isinstance(text, Plain) else str(_renderer().renderInline(text.strip()))


def _ours(html: str) -> str:
    return with_brackets(_OTHERS.sub(lambda tag: f"<{tag[1]}{_OURS[tag[2].lower()]}>", html))


def _lines(plain: str) -> str:
    return escape(plain, quote=False).replace("\n", "<br>")


def to_html_once(text: str) -> str:
    """Safe HTML blocks of a text that is hardly shown twice, such as an essay: it is not kept in memory."""
    return _safe(_blocks(text), TAGS).strip()


@lru_cache(maxsize=8192, typed=True)
def to_html(text: str) -> str:
    """Safe HTML blocks."""
    return to_html_once(text)


@lru_cache(maxsize=8192, typed=True)
def to_inline_html(text: str) -> str:
    """Safe HTML without blocks, for an option or another label: line breaks are kept, paragraphs become breaks."""
    return _safe(_inline(text), INLINE_TAGS)


@lru_cache(maxsize=8192, typed=True)
def to_prompt_html(text: str) -> str:
    """Safe HTML for a legend or label: inline where the text is one paragraph, blocks otherwise."""
    html = to_html(text)
    return html[3:-4] if html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1 else html


@lru_cache(maxsize=8192, typed=True)
def to_html_around(text: str, mark: re.Pattern[str]) -> tuple[str, ...]:
    """Safe HTML blocks, cut where the marks stand: HTML, first group of a mark, HTML, … HTML.

    A mark that occurs again, or stands where nothing can be put (in the address of a link), is left out.
    """
    names, numbers = mark.findall(text), count()
    placed = type(text)(mark.sub(lambda _: f"\ue000{next(numbers)}\ue001", _PRIVATE.sub("", text)))
    html = _TAG.sub(lambda tag: _PLACE.sub("", tag[0]), to_html(placed))
    cut = _PLACE.split(html)
    pieces = cut[:1]
    for number, after in zip(cut[1::2], cut[2::2], strict=True):
        name = names[int(number)]
        if name in pieces[1::2]:
            pieces[-1] += after
        else:
            pieces += [name, after]
    return tuple(pieces)


@lru_cache(maxsize=8192, typed=True)
def to_text(text: str) -> str:
    """The words alone on one line, for tables, CSV and page titles; mathematics as TeX."""
    if isinstance(text, Plain) or _NO_MARKUP.fullmatch(text):
        return " ".join(text.split())
    html = _ours(text) if isinstance(text, Html) else _rendered(text, {"plain": True})
    safe = sanitise(html, _with_formulas(html, TAGS))  # images are not put in place: their words stay
    bare = sanitise(_BLOCK_ENDS.sub(" ", _FORMULA.sub(_in_words, safe)), frozenset())
    return " ".join(unescape(bare).split())


def is_blank(text: str) -> bool:
    """Whether nothing of a text is seen, neither a word nor a picture: an empty paragraph, say, or a film."""
    return not (to_text(text) or "<img" in to_html(text))


def _in_words(formula: re.Match[str]) -> str:
    """A formula as the TeX that it names, else as its signs one after the other."""
    tex = _TEX.search(formula[1])
    return tex[1].replace("<", "&lt;") if tex else _TAG.sub("", formula[2])


def _rendered(text: str, env: dict[str, Any]) -> str:
    """Markdown as HTML: one line as options are, in which ``1. May`` and ``+`` are no lists."""
    line = text.strip()
    renderer = _renderer()
    return str(renderer.render(text, env) if "\n" in line else renderer.renderInline(line, env))


def media_address(digest: str) -> str:
    """Where the image of this digest (SHA-256) lies on our pages."""
    return f"/media/{digest}"


def _shown_image(found: re.Match[str]) -> str:
    _quote, digest, width, height = found.groups()
    return f'src="{media_address(digest)}" width="{width}" height="{height}"'


def _safe(html: str, tags: frozenset[str]) -> str:
    """What our renderer has made, sanitised; MathML is admitted where the renderer has made some."""
    html = _PINNED.sub(_shown_image, html)
    return sanitise(html, _with_formulas(html, tags))


def _with_formulas(html: str, tags: frozenset[str]) -> frozenset[str]:
    return tags | MATH_TAGS if "<math" in html else tags


def sanitise(html: str, tags: frozenset[str] = TAGS) -> str:
    """The part of the HTML that is safe on our pages: nothing that runs, loads, styles or leaves the scheme list."""
    return _NOT_SHOWN.sub(lambda image: image[1] or "", _cleaner(tags).clean(html))


@cache
def _cleaner(tags: frozenset[str]) -> nh3.Cleaner:
    """To be made once for each of our few sets of elements: that costs many times a short text."""
    return nh3.Cleaner(
        tags=set(tags),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items() if tag in tags},
        attribute_filter=_attribute,
        url_schemes=set(SCHEMES),
        clean_content_tags={"script", "style"},
        link_rel="noopener noreferrer nofollow",
    )


def _attribute(_tag: str, name: str, value: str) -> str | None:
    return value if name not in _VALUES or _VALUES[name].match(value) else None


@cache
def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - slow; only what shows Markdown pays

    renderer = MarkdownIt("commonmark", {"html": False, "breaks": False}).enable(["table", "strikethrough"])
    renderer.add_render_rule("image", _image)
    renderer.add_render_rule("softbreak", _softbreak)
    for heading in ("heading_open", "heading_close"):
        renderer.add_render_rule(heading, _lower_heading)
    install(renderer)
    return renderer


def _image(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    """The tag without a title: what an image shows is said where everybody is told, in its alternative text."""
    text = escape(str(self.renderInlineAsText(tokens[index].children, options, env)))
    return f'<img alt="{text}" src="{escape(str(tokens[index].attrGet("src")))}">'


def _softbreak(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:  # noqa: ARG001 - markdown-it's call
    """The end of a line; beside an image that has a line of its own it is one on the page, too."""
    return "<br>\n" if any(_has_own_line(tokens, place) for place in (index - 1, index + 1)) else "\n"


def _has_own_line(tokens: Any, place: int) -> bool:
    beside = {token.type for token in (*tokens[max(0, place - 1) : place], *tokens[place + 1 : place + 2])}
    return bool(tokens[place].type == "image" and beside <= {"softbreak"})


def _lower_heading(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    """The page's own headings end at h2, so that a text's h1 becomes h3."""
    token = tokens[index]
    token.tag = f"h{min(6, int(token.tag[1]) + 2)}" if token.meta.get("lowered") is None else token.tag
    token.meta["lowered"] = True
    return str(self.renderToken(tokens, index, options, env))

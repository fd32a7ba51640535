"""Markdown to HTML, and the one sanitiser. All authored text that reaches a page goes through here.

Raw HTML in the Markdown is shown as text; what the renderer makes is then held to a list of tags, attributes and
link schemes. Images are not supported yet: their description is shown in their place.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from html import unescape
from typing import TYPE_CHECKING, Any, Final

import nh3

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
        "code",
        "del",
        "em",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
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
        "kbd",
        "mark",
        "q",
        "s",
        "small",
        "strong",
        "sub",
        "sup",
        "u",
    ]
)
ATTRIBUTES: Final = {"a": {"href", "title"}, "abbr": {"title"}, "ol": {"start"}}
SCHEMES: Final = frozenset({"http", "https", "mailto"})

#: Text that no renderer would change: words, and marks that mean nothing in Markdown.
_NO_MARKUP: Final = re.compile(r"(?:[^\W\d_]|\d+(?![\d.)]))(?:[^\W_]|[ ,.;?'’“”%/()…–—-])*")
_BLOCK_ENDS: Final = re.compile(r"</(?:p|li|td|th|h[3-6]|pre|blockquote)>|<br>")


@lru_cache(maxsize=8192)
def to_html(markdown: str) -> str:
    """Safe HTML blocks."""
    return sanitise(_renderer().render(markdown)).strip()


@lru_cache(maxsize=8192)
def to_inline_html(markdown: str) -> str:
    """Safe HTML without blocks, for an option or another label: line breaks are kept, paragraphs become breaks."""
    return sanitise(_renderer().renderInline(markdown.strip()), INLINE_TAGS)


@lru_cache(maxsize=8192)
def to_prompt_html(markdown: str) -> str:
    """Safe HTML for a legend or label: inline where the text is one paragraph, blocks otherwise."""
    html = to_html(markdown)
    return html[3:-4] if html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1 else html


@lru_cache(maxsize=8192)
def to_text(markdown: str) -> str:
    """The words alone on one line, for tables, CSV and page titles."""
    if _NO_MARKUP.fullmatch(markdown):
        return " ".join(markdown.split())
    bare = nh3.clean(_BLOCK_ENDS.sub(" ", to_html(markdown)), tags=set())
    return " ".join(unescape(bare).split())


def sanitise(html: str, tags: frozenset[str] = TAGS) -> str:
    """The part of the HTML that is safe on our pages: nothing that runs, loads, styles or leaves the scheme list."""
    return nh3.clean(
        html,
        tags=set(tags),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items() if tag in tags},
        attribute_filter=_attribute,
        url_schemes=set(SCHEMES),
        clean_content_tags={"script", "style"},
        link_rel="noopener noreferrer nofollow",
    )


def _attribute(_tag: str, name: str, value: str) -> str | None:
    """Links that name no scheme are refused too: ``//host`` would leave the site unseen."""
    if name == "href" and not value.lower().startswith(tuple(f"{scheme}:" for scheme in SCHEMES)):
        return None
    return value


@cache
def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - slow; only what shows Markdown pays

    renderer = MarkdownIt("commonmark", {"html": False, "breaks": False}).enable(["table", "strikethrough"])
    renderer.add_render_rule("image", _description)
    for heading in ("heading_open", "heading_close"):
        renderer.add_render_rule(heading, _lower_heading)
    return renderer


def _description(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    return str(self.renderInlineAsText(tokens[index].children, options, env)).replace("<", "&lt;")


def _lower_heading(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    """The page's own headings end at h2, so that a text's h1 becomes h3."""
    token = tokens[index]
    token.tag = f"h{min(6, int(token.tag[1]) + 2)}" if token.meta.get("lowered") is None else token.tag
    token.meta["lowered"] = True
    return str(self.renderToken(tokens, index, options, env))

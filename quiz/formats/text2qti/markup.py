r"""Texts as text2qti takes them: Python-Markdown with ``$…$`` for formulas, in which HTML means what it says.

In our Markdown HTML is text, ``\(…\)`` and ``$$…$$`` are formulas too, and a backslash takes the meaning of every mark, there
only of some (``Markdown.ESCAPED_CHARS`` and its extensions): the others are written as entities, which both understand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from html import escape, unescape
from string import punctuation
from typing import TYPE_CHECKING, Any, Final

from quiz.files.richtext import INLINE_TAGS
from quiz.formats.base import rendered
from quiz.questions.images import references

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

#: Code, in which nothing means more than itself: indented below a blank line, between fences, between backticks.
_CODE: Final = (
    r"(?P<code>(?:(?<=\n\n)|\A)(?:(?: {4}|\t).*\n?)+"
    r"|^[ \t]*(?P<fence>```|~~~)(?:.*\n)*?(?:[ \t]*(?P=fence).*|\Z)"
    r"|(?P<ticks>`+)(?!`)[^\n]{1,2000}?(?<!`)(?P=ticks)(?!`))"
)
#: What our Markdown and theirs read otherwise.
_OURS: Final = re.compile(
    _CODE + r"|\$\$(?P<apart>[^$]{1,2000})\$\$"
    r"|\\\((?P<round>[^$]{1,2000}?)\\\)"
    r"|(?P<formula>\$(?=\S)(?:[^$\\]|\\.){1,2000}?(?<=\S)\$(?!\d))"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?P<bare>\$|<(?=[A-Za-z/!?])(?![a-z]{3,6}:))",
    re.MULTILINE,
)
#: What a backslash takes the meaning from there, besides dollars.
_ESCAPED: Final = frozenset("\\`*_{}[]()>#+-.!|\"'$")
#: What means nothing there and something here, and the entities that ``_marked`` writes.
_THEIRS: Final = re.compile(
    _CODE + r"|(?P<comment><!--(?:(?!-->|<!--)[\s\S])*+-->)|\\(?:(?P<round>[()])|(?P<other>.))",
    re.MULTILINE,
)
_ENTITY: Final = re.compile(_CODE + r"|&#(?P<entity>\d{2,3});", re.MULTILINE)
#: Characters of plain text that may mean more there: marks, quotes that become curly, lines that become lists or headings.
_MARKS: Final = re.compile(
    r"[\\`*_{}\[\]<>#|~$&!^=:+\"]|(?<!\w)'|'(?!\w)|(?<=[-.])[-.]|^[-.]|"
    + "|".join(rf"(?<=^\d{{{digits}}})[.)]" for digits in range(1, 10)),
    re.MULTILINE,
)
#: Words of HTML: formulas, entities, and marks.
_WORDS: Final = re.compile(
    r"\\\((?P<round>[^$]{1,2000}?)\\\)|\\\[(?P<square>[^$]{1,2000}?)\\\]|\$\$(?P<apart>[^$]{1,2000})\$\$"
    rf"|(?P<entity>&#?\w+;)|(?P<mark>{_MARKS.pattern})",
    re.MULTILINE,
)
_TAG: Final = re.compile(r"(<[A-Za-z/!?][^<>]*>)")
_NAME: Final = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)")
#: Elements of HTML that may stand in the lines of Markdown.
_IN_LINES: Final = INLINE_TAGS | {"p", "span", "font"}
#: Where a formula stood, while the text around it is made into HTML: private characters, which nothing touches.
_PLACE: Final = re.compile("\ue000([0-9]+)\ue001")
_PRIVATE: Final = re.compile("[\ue000\ue001]")
_PRE: Final = re.compile(r"<pre\b(?:(?!</?pre\b)[\s\S])*", re.IGNORECASE)


# Writing -------------------------------------------------------------------------------------------------------------


def of_plain(text: str) -> str:
    """Plain text as Markdown that shows just it; its lines are those of a paragraph."""
    return _MARKS.sub(lambda mark: _marked(mark[0]), text)


def of_markdown(text: str) -> str:
    """Our Markdown as theirs."""
    return _OURS.sub(_as_theirs, text)


def _as_theirs(found: re.Match[str]) -> str:
    kind = str(found.lastgroup)
    if kind in ("apart", "round"):
        return f"${found[kind].strip()}$"
    return _marked(found[kind]) if kind in ("escaped", "bare") else found[0]


def _marked(mark: str) -> str:
    """A mark without its meaning."""
    return f"\\{mark}" if mark in _ESCAPED else f"&#{ord(mark)};"


def of_html(text: str) -> str:
    """HTML in Markdown: paragraphs as such, with the elements that stand in lines; what has others is an element of its own.

    Pictures of ours are those of Markdown, since no others are packed; ``holds_far_picture`` says which cannot be.
    """
    lines = _in_lines(text)
    whole = _PRE.sub(lambda pre: pre[0].replace("\n", "&#10;"), text)
    made = "".join(
        _tag(piece, lines) if place % 2 else _words(piece, lines)
        for place, piece in enumerate(_TAG.split(" ".join(whole.split("\n"))))
    )
    paragraphs = filter(None, map(str.strip, made.split("\n\n")))
    return ("\n\n".join(paragraphs) or "&nbsp;") if lines else f"<div>{made}</div>"


def holds_far_picture(text: str) -> bool:
    """Whether HTML has a picture of ours where only elements stand, as in a table: it is not packed there."""
    return not _in_lines(text) and any(references({"text": text, "text_format": "html"}))


def _in_lines(text: str) -> bool:
    return all(name.lower() in _IN_LINES for name in _NAME.findall(text))


def _tag(tag: str, lines: bool) -> str:
    """A tag; in lines a paragraph is one of Markdown, and a picture too."""
    name = (found := _NAME.match(tag)) and found[1].lower()
    if name == "p" and lines:
        return "\n\n"
    for picture in references({"text": tag, "text_format": "html"}):
        words = of_plain(unescape(picture.alt))
        return f"![{words}]({picture.file})" if lines else words
    return tag.replace("$", "&#36;") if found else ""


def _words(words: str, lines: bool) -> str:
    """What stands between tags: marks mean nothing there where only elements stand, but for those of formulas and code."""

    def word(found: re.Match[str]) -> str:
        kind = str(found.lastgroup)
        if kind in ("round", "square", "apart"):
            return f"${unescape(found[kind]).strip()}$"
        if kind == "entity":
            return found[0]
        return _marked(found[0]) if lines else f"&#{ord(found[0])};"

    return _WORDS.sub(word, words)


# Reading -------------------------------------------------------------------------------------------------------------


def in_ours(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a question with their texts in our Markdown, or all in HTML where one of them holds any."""
    held = False

    def bared(text: str) -> str:
        nonlocal held
        bare = _THEIRS.sub(_without, text)
        held = held or ("<" in bare and _holds_html(bare))
        return bare

    bare: dict[str, Any] = rendered(fields, bared)
    if held:
        return {**rendered(bare, _as_html), "text_format": "html"}
    return {**rendered(bare, lambda text: _ENTITY.sub(_as_author, text))}


def _without(found: re.Match[str]) -> str:
    """Nothing of a comment; a bracket that begins no formula."""
    if found["round"]:
        return f"&#{ord(found['round'])};"
    return "" if found["comment"] else found[0]


def _as_author(found: re.Match[str]) -> str:
    """A mark that only an entity could take the meaning from there, as authors write it here."""
    mark = chr(int(found["entity"] or 0))
    return f"\\{mark}" if mark in punctuation and mark not in _ESCAPED else found[0]


def _holds_html(text: str) -> bool:
    tokens = _renderer().parse(_placed(text)[0])
    return any(one.type.startswith("html_") for token in tokens for one in (token, *(token.children or ())))


def _placed(text: str) -> tuple[str, list[str]]:
    """The text with private characters in place of its formulas, which are none of Markdown or HTML, and these."""
    formulas: list[str] = []

    def place(found: re.Match[str]) -> str:
        if found["formula"] is None:
            return found[0]
        formulas.append(found["formula"][1:-1])
        return f"\ue000{len(formulas) - 1}\ue001"

    return _OURS.sub(place, _PRIVATE.sub("", text)), formulas


def _as_html(text: str) -> str:
    """HTML; that in one paragraph, or in the element of its own that ``of_html`` makes, is what stands in it."""
    placed, formulas = _placed(text)
    html = _ENTITY.sub(_as_itself, str(_renderer().render(placed)).strip())
    html = _PLACE.sub(lambda found: f"\\({escape(formulas[int(found[1])], quote=False)}\\)", html)
    for name in ("p", "div"):
        begin, end = f"<{name}>", f"</{name}>"
        if html.startswith(begin) and html.endswith(end) and _is_one(html, name):
            return html.removeprefix(begin).removesuffix(end).strip()
    return html


def _as_itself(found: re.Match[str]) -> str:
    """A mark that means nothing in HTML, for its entity."""
    mark = chr(int(found["entity"] or 0))
    return mark if mark in punctuation and mark not in "&<>\"'$\\" else found[0]


def _is_one(html: str, name: str) -> bool:
    """Whether the element that begins here ends where the text does."""
    depth = 0
    for tag in re.finditer(rf"<(/?){name}\b", html):
        depth += -1 if tag[1] else 1
        if not depth:
            return tag.end() + 1 == len(html)
    return False


@cache
def _renderer() -> MarkdownIt:
    """Markdown in which HTML means what it says."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - slow; only what holds HTML pays

    return MarkdownIt("commonmark", {"html": True, "breaks": False}).enable(["table", "strikethrough"])

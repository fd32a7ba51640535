"""One ``<question>`` of a file: its parts by name, its texts with their formats, its pictures, and what is lost of it."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from html import escape, unescape
from itertools import chain
from typing import Any, Final
from urllib.parse import unquote

from quiz.errors import Invalid, Said
from quiz.files.images import Image
from quiz.files.xml import Element
from quiz.formats._moodle import (
    BLANK,
    PLACE,
    Styled,
    from_html,
    holds_languages,
    shown,
    unseen,
    without_files,
)
from quiz.formats._pictures import Pictures, embedded
from quiz.formats.base import Loss, blind
from quiz.questions.images import elsewhere, references
from quiz.questions.rules.numbers import read_number

#: Names of formats, and their numbers in old files. ``wiki_like`` is Moodle's own with marks that Moodle has given up.
_STYLES: Final = {
    "html": "html", "1": "html", "plain_text": "plain", "plain": "plain", "2": "plain", "markdown": "markdown",
    "4": "markdown", "moodle_auto_format": "moodle", "0": "moodle", "wiki_like": "moodle", "3": "moodle", "": "",
}  # fmt: skip
#: Types whose answers are typed, or are words of Moodle's: plain text, whatever it looks like.
_TYPED: Final = frozenset("shortanswer numerical truefalse calculated calculatedsimple".split())
#: What may stand in an element beside its text, which old files have there without a ``<text>``.
_BESIDE: Final = frozenset(
    "answer clearwrong correctanswerformat correctanswerlength feedback file fraction hintcontent options shownumcorrect"
    " tolerance tolerancetype".split()
)
#: HTML that editors leave behind where nothing was written.
_SHOWS_NOTHING: Final = re.compile(r"(?:\s|&nbsp;|<br ?/?>|</?(?:p|div|span)(?: [^<>]*)?>)*+", re.IGNORECASE)
#: Where a text may name a picture or another file.
_PICTURED: Final = re.compile(rf"<img\b|!\[|{PLACE}", re.IGNORECASE)
#: Where the address of a file may end, the last place first, and what editors and Moodle put behind it.
_ADDRESSES: Final = [*map(re.compile, (r"[^\"<>?]*", r"[^\"<>?\s]*", r"[^\"'<>()?\s]*"))]
_QUERY: Final = re.compile(r"\A\?\w+=[\w=&;.-]*")


class Wrong(Exception):
    """What is wrong with a question, and how to mend it."""


class Foreign(Exception):
    """A question of a kind that we do not have; the text of the exception says what."""


def string(element: Element) -> str:
    """All text of an element; what older exports left unescaped in it counts too."""
    text: str = element.text or ""
    for child in element if len(element) else ():  # an empty loop over an element costs ten times its length
        text += string(child) + (child.tail or "")
    return text


def markup(element: Element) -> str:
    """The text of an element, with the HTML that stands in it unescaped; what is said beside it is none of it."""
    if not len(element):
        return element.text or ""
    from lxml.etree import tostring  # noqa: PLC0415 - loaded by now

    inside = (
        tostring(child, encoding="unicode", method="html") for child in element if child.tag not in _BESIDE
    )
    return escape(element.text or "", quote=False) + "".join(inside)


def within(element: Element, name: str) -> str:
    """All text of the first child of this name; "" where there is none."""
    return word_of(children(element), name)


def children(element: Element) -> dict[str, Element]:
    """The first child of each name. To be asked for once: lxml makes each element anew that Python looks at."""
    found: dict[str, Element] = {}
    for child in element:
        found.setdefault(child.tag, child)
    return found


def word_of(parts: Mapping[str, Element], name: str) -> str:
    """All text of the part of this name; "" where there is none."""
    return string(parts[name]).strip() if name in parts else ""


@dataclass(slots=True)
class Item:
    """A question as it is read: ``losses`` and ``images`` gather while its parts are asked for."""

    element: Element
    pictures: Pictures
    parts: dict[str, list[Element]] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    images: dict[str, Image] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for child in self.element:
            self.parts.setdefault(child.tag, []).append(child)

    @property
    def files(self) -> dict[str, bytes]:
        """The pictures by name."""
        return {name: image.content for name, image in self.images.items()}

    def lose(self, name: str, detail: str, *, spoils: bool = False) -> None:
        """Notes a loss of the field of this name."""
        self.losses.append(Loss(name, detail, spoils=spoils))

    def prepare(self) -> None:
        """Reads what the other parts need. Raises Wrong."""

    def family(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The fields of the question; of a family, with what makes it one. Raises Wrong."""
        return fields

    # Parts -----------------------------------------------------------------------------------------------------------

    def all(self, name: str) -> Sequence[Element]:
        """The parts of this name, in order."""
        return self.parts.get(name, ())

    def has(self, name: str) -> bool:
        """Whether there is a part of this name: some say all by being there."""
        return name in self.parts

    def word(self, name: str, default: str = "") -> str:
        """The text of the first part of this name, with or without a ``<text>`` around it."""
        found = self.parts.get(name)
        return string(found[0]).strip(BLANK) if found else default

    def truth(self, name: str, default: bool) -> bool:
        """A part that is true or false, in small letters or not; 1 and 0 in old files."""
        return self.word(name, "1" if default else "").lower() not in ("", "0", "false")

    # Texts -----------------------------------------------------------------------------------------------------------

    def text(self, name: str) -> Styled:
        """The text of the first part of this name; "" where there is none."""
        found = self.parts.get(name)
        return self.styled(found[0]) if found else Styled("")

    def styled(self, element: Element) -> Styled:
        """The text of an element that has ``<text>``, a format, and files."""
        return self.styled_of(element, children(element))

    def styled_of(self, element: Element, parts: Mapping[str, Element]) -> Styled:
        """The same, of an element whose parts have been asked for; nothing where HTML shows nothing."""
        text = markup(parts.get("text", element)).strip(BLANK)
        style = _STYLES.get(element.get("format", "").strip(), "html")
        if element.tag == "answer" and self.element.get("type") in _TYPED:
            return Styled(text, style)
        if "file" in parts:
            text = self._with_files(text, element.findall("file"))
        if style not in ("plain", "markdown"):
            if _SHOWS_NOTHING.fullmatch(text):
                return Styled("", style)
            self._lose_what_is_not_shown(text)
        return Styled(self._pictured(text, style or "html") if _PICTURED.search(text) else text, style)

    def shown(self, text: str) -> Styled:
        """A text of a place where Moodle shows HTML without its tags; what is in several languages stays apart."""
        if not holds_languages(text):
            return shown(text)
        self._lose_what_is_not_shown(text)
        return from_html(text)

    def worded(self, text: str) -> Styled:
        """A text of a place where Moodle shows HTML, but keeps no files."""
        self._lose_what_is_not_shown(text)
        return from_html(self._pictured(text, "html") if _PICTURED.search(text) else text)

    def _lose_what_is_not_shown(self, html: str) -> None:
        self.losses += unseen(html)

    def _pictured(self, text: str, style: str) -> str:
        """The text with the pictures that have come with it; what is not right with the others is lost."""
        if style not in ("plain", "markdown"):
            text = self._with_embedded(text)
        if PLACE in text:
            self.lose("files", "a file that a text names does not come with it", spoils=True)
            text = without_files(text)
        for one in references({"text": text, "text_format": style}):
            if not one.alt.strip():
                self.losses.append(blind(one.file))
        return text

    def _with_files(self, text: str, files: Sequence[Element]) -> str:
        """The text with its pictures by our names; one that it does not show is a loss."""
        ours: dict[str, str] = {}
        for file in files:
            name = self.picture(file)
            if name is not None:
                folders = filter(None, (file.get("path") or "").split("/"))
                ours["/".join(("", *folders, file.get("name", "")))] = name
        made, used = _renamed(text, ours)
        for path, name in ours.items():
            if name not in used:
                self.lose("files", Said("'%(file)s' is shown in no text", file=path.rpartition("/")[2]))
        return made

    def _with_embedded(self, html: str) -> str:
        """The HTML with the pictures that it holds itself by their names; those on other sites are not shown."""
        made, last = "", 0
        for one in elsewhere(html):
            content = embedded(one.file)
            name = None if content is None else self.keep("image", content)
            if content is None:
                self.lose("images", Said("'%(address)s' lies elsewhere", address=one.file[:60]), spoils=True)
            elif name is not None:
                made += html[last : one.span[0]] + name
                last = one.span[1]
        return made + html[last:]

    def number(self, text: str) -> Any:
        """What stands in an answer to type as its number. Raises Wrong."""
        return decimal(text, Said("an answer"))

    def spread(self, parts: Mapping[str, Element]) -> dict[str, str]:
        """How the tolerance of an answer is meant: absolute, unless it says something else. Raises Wrong."""
        return {}

    def picture(self, file: Element) -> str | None:
        """The name of the picture in a ``<file>``; None where it holds none that we can show, which is a loss."""
        return self.keep(file.get("name", ""), unpacked(string(file)))

    def keep(self, wished: str, content: bytes) -> str | None:
        """The name of a picture; None, and a loss, where it is none."""
        try:
            name, image = self.pictures.name(wished, content)
        except Invalid as error:
            self.lose(
                "files",
                Said(
                    "'%(file)s' is no picture that can be shown: %(error)s",
                    file=wished[:60],
                    error=Said(str(error)),
                ),
                spoils=True,
            )
            return None
        self.images[name] = image
        return name

    def unknown(self, known: frozenset[str]) -> Iterator[str]:
        """The names of parts that nobody asks for."""
        return (name for name in self.parts if name not in known and isinstance(name, str))


def _renamed(text: str, ours: Mapping[str, str]) -> tuple[str, set[str]]:
    """The text with our names in the place of addresses of files, by their paths, and those that it has now."""
    first, *pieces = text.split(PLACE)
    lengths = sorted({*map(len, ours)}, reverse=True)
    made, used = [first], set()
    for piece in pieces:
        coded = (found[0] for one in _ADDRESSES if (found := one.match(piece)))
        # Markdown and plain text may have a name as it is.
        starts = (piece[:length] for length in lengths if length <= len(piece))
        known = ((way, unquote(unescape(way))) for way in chain(coded, starts))
        way, path = next(((way, path) for way, path in known if path in ours), ("", ""))
        made.append(ours[path] + _QUERY.sub("", piece[len(way) :]) if way else PLACE + piece)
        used.add(ours.get(path, ""))
    return "".join(made), used


def unpacked(coded: str) -> bytes:
    """What is coded in Base64; nothing where it is no Base64."""
    try:
        return b64decode(coded)
    except ValueError:
        return b""


#: Characters of a number that is read once: files hold few of these, thousands of times each.
_SHORT: Final = 16
_usual = lru_cache(maxsize=1024)(read_number)


def decimal(text: str, where: str) -> Decimal:
    """A number, as one is typed. Raises Wrong."""
    value = _usual(text) if len(text) <= _SHORT else read_number(text)
    if value is None:
        raise Wrong(
            Said(
                "'%(text)s' in %(where)s is no number – write one such as 0.5",
                text=text.strip()[:40],
                where=where,
            )
        )
    return value

"""Texts of a question as XHTML that stands in an item: well-formed, with the elements that QTI knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

import nh3

from quiz.files.images import read_image
from quiz.files.richtext import (
    ATTRIBUTES,
    TAGS,
    Html,
    Plain,
    media_address,
    to_inline_html,
    to_prompt_html,
    to_text,
)
from quiz.formats.base import Unwritable
from quiz.formats.qti.dialect import MATHML, quoted
from quiz.formats.qti.markup import VOID
from quiz.formats.qti.mathml import ELEMENTS, with_formulas
from quiz.formats.qti.nesting import nested
from quiz.questions.images import address_of, pin_of, references, renamed, without_pins
from quiz.questions.parts import MARK

#: Elements of HTML that all versions have; ``div`` and ``span`` carry classes.
_TAGS: Final = (
    set(TAGS)
    | set(
        "acronym address big caption cite col colgroup dd dfn div dl dt h1 h2 pre samp span tfoot tt var".split()
    )
    | ELEMENTS.keys()
)
_CELLS: Final = {"colspan", "rowspan", "scope", "abbr"}
_ATTRIBUTES: Final = {
    **{tag: ATTRIBUTES[tag] for tag in ("a", "abbr", "img", "ol")},
    "*": {"class"},
    "td": _CELLS,
    "th": _CELLS,
    **{tag: {*names} for tag, names in ELEMENTS.items()},
}
#: What the values of attributes look like; one that looks otherwise is left out.
_LENGTH: Final = re.compile(r"[0-9]+%?")
_VALUES: Final[Mapping[tuple[str, str], re.Pattern[str]]] = {
    ("img", "width"): _LENGTH,
    ("img", "height"): _LENGTH,
    **{
        (cell, name): re.compile(values)
        for cell in ("td", "th")
        for name, values in (
            ("colspan", "[0-9]{1,5}"),
            ("rowspan", "[0-9]{1,5}"),
            ("scope", "(?:row|col)(?:group)?"),
        )
    },
}
#: What browsers let stand in an address, and XML Schema does not.
_UNSAFE: Final = re.compile(r"[\[\]]|%(?![0-9A-Fa-f]{2})")
#: Characters that no XML document can hold.
NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_IMAGE: Final = re.compile(r"<img\b[^<>]*>")
#: Elements that some version does not have; they only change how words look.
_LOOKS: Final = re.compile(r"</?(?:del|mark|s|u|acronym|big|tt|ruby|rb|rt|rp)\b[^<>]*>")
#: Attributes that no version has, and those of them that say something: titles, and a list's number unless it is 1.
_MORE: Final = re.compile(r'(<(?:a|abbr|ol)\b[^<>]*?) (?:title|rel|start)="[^"]*"')
_SAYS: Final = re.compile(r'<(?:(?:a|abbr)\b[^<>]*? title="[^"]|ol\b[^<>]*? start="(?!1"))')
_OPEN: Final = re.compile(rf"<({'|'.join(sorted(VOID))})\b([^<>]*?)/?>")
_MATH: Final = re.compile(r"<math\b")
_PRIVATE: Final = re.compile("[\ue000\ue001]")
_PLACE: Final = re.compile("\ue000([0-9]+)\ue001")
#: Where nothing can be put: formulas and tags.
_NO_ROOM: Final = re.compile(r'<math\b.*?</math>|<[^<>"]*(?:"[^"]*"[^<>"]*)*>', re.DOTALL)


class Texts:
    """The texts of one question. ``where`` is the way from the item's file to the folder of the pictures' names."""

    def __init__(self, files: Mapping[str, bytes], where: str) -> None:
        self._where = where
        self._pins, self._names = {}, {}
        for name, content in files.items():
            image = read_image(content)
            self._pins[name] = address_of(pin_of(image.digest, image.width, image.height), name)
            self._names[media_address(image.digest)] = name
        self.shown: set[str] = set()
        self.missing: set[str] = set()
        self.plain = False
        #: Whether a title, or the number with which a list begins, was left out.
        self.unsaid = False

    def xhtml(self, text: str | None, shown: Callable[[str], str] = to_prompt_html) -> str:
        """The text as XHTML; ``shown`` renders Markdown."""
        if not text:
            return ""
        html = self._cleaned(text) if isinstance(text, Html) else self._rendered(text, shown)
        self.plain = self.plain or bool(_LOOKS.search(html))
        self.unsaid = self.unsaid or bool(_SAYS.search(html))
        html = _MORE.sub(r"\1", _MORE.sub(r"\1", html))
        html = _OPEN.sub(r"<\1\2/>", _LOOKS.sub("", html).replace("&nbsp;", "\u00a0"))
        if not NO_XML.search(html):
            html = with_formulas(html)
            loose, html = html, nested(html)
            self.plain = (
                self.plain or html.count("<div") > loose.count("<div") or _links(html) < _links(loose)
            )
        return _MATH.sub(f'<math xmlns="{MATHML}"', html)

    def entry(self, text: str) -> str:
        """An option, or an entry of a list, as XHTML: in its Markdown ``1. May`` and ``+`` are no lists.

        Raises Unwritable where nothing is left of it, as of a comment.
        """
        made = self.xhtml(text, to_inline_html).strip()
        if not made:
            raise Unwritable("an option without words")
        return made

    def around(self, text: str, put: Mapping[str, str]) -> str:
        """The text as XHTML with these pieces of XML in place of the marks of gaps; what has no place stands behind."""
        names = MARK.findall(text)
        numbers = iter(range(len(names)))
        placed = type(text)(MARK.sub(lambda _: f"\ue000{next(numbers)}\ue001", _PRIVATE.sub("", text)))
        html = _NO_ROOM.sub(lambda found: _PLACE.sub("", found[0]), self.xhtml(placed))
        there = {names[int(number)] for number in _PLACE.findall(html)}
        done = _PLACE.sub(lambda found: put.get(names[int(found[1])], ""), html)
        return done + "".join(piece for name, piece in put.items() if name not in there)

    def line(self, text: str) -> str:
        """The words alone, as they stand where QTI has no markup."""
        return plain(self.label(text))

    def keeps(self, text: str) -> bool:
        """Whether ``line`` loses nothing of the text."""
        return self.entry(text) == self.line(text)

    def label(self, text: str) -> str:
        """The words alone, for an attribute."""
        return to_text(text)

    def object(self, source: str, alt: str, width: int, height: int, content: bytes) -> str:
        """A picture as 2.x has it in interactions; ``content`` says its kind."""
        kind = read_image(content).mime
        said = f'data="{quoted(source)}" type="{kind}" width="{width}" height="{height}"'
        return f"<object {said}>{plain(alt)}</object>"

    def source(self, name: str) -> str:
        """The address of a picture, from the item's file."""
        self.shown.add(name)
        return f"{self._where}{name}"

    def shown_in(self, document: str) -> list[str]:
        """The pictures that a document shows: some that were looked at stand there as words."""
        return sorted(name for name in self.shown if f'"{quoted(self._where + name)}"' in document)

    def _rendered(self, text: str, shown: Callable[[str], str]) -> str:
        """Markdown and plain text: as our pages show them."""
        bare = type(text)(without_pins(str(text)))
        if not isinstance(text, Plain):
            fields = {"prompt": str(bare), "text_format": "markdown"}
            self.missing.update(one.file for one in references(fields) if one.file not in self._pins)
            bare = renamed(fields, self._pins)["prompt"]
        html = shown(bare)
        for address, name in self._names.items():
            if address in html:
                html = html.replace(address, self.source(name))
        return str(without_pins(html))  # of what only looks like a picture, in a piece of code

    def _cleaned(self, text: Html) -> str:
        def kept(tag: str, name: str, value: str) -> str | None:
            if (tag, name) == ("a", "href"):
                return _UNSAFE.sub(lambda sign: quote(sign[0]), value.strip())
            if (tag, name) != ("img", "src"):
                looks = _VALUES.get((tag, name))
                return value if looks is None or looks.fullmatch(value) else None
            if value in self._pins:
                return self.source(value)
            self.missing.add(value)
            return None

        html = nh3.clean(
            without_pins(str(text)),
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            attribute_filter=kept,
            clean_content_tags={"annotation-xml", "script", "style"},
            link_rel=None,
        )
        return _IMAGE.sub(_shown_or_told, html)


def _shown_or_told(image: re.Match[str]) -> str:
    """A picture has an alternative text, be it empty; in the place of one that is not there its text stands."""
    alt = re.search(r' alt="([^"]*)"', image[0])
    if " src=" not in image[0]:
        return alt[1] if alt else ""
    return image[0] if alt else image[0].replace("<img", '<img alt=""', 1)


def _links(html: str) -> int:
    return html.count(' href="')


def plain(text: str) -> str:
    """Plain text in XML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")

"""An ``<item>`` while it is read: its metadata, responses, texts and pictures, and what is lost of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from html import escape, unescape
from typing import Final
from urllib.parse import unquote

from quiz.errors import Invalid, Said
from quiz.files.xml import Element
from quiz.formats._moodle import Styled, without_marks
from quiz.formats._pictures import Pictures, embedded
from quiz.formats.base import Loss, blind
from quiz.formats.qti12.markup import address_of, has_content, in_line, joined, pieces, running_on, string
from quiz.formats.qti12.processing import Processing, is_yes, number
from quiz.questions.rules.numbers import show_number

ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
#: The elements that ask for something.
RESPONSES: Final = ("response_lid", "response_str", "response_num", "response_xy", "response_grp")
#: What stands in addresses for the folder of a package's files.
BASES: Final = (
    "$IMS-CC-FILEBASE$",
    "$IMS_CC_FILEBASE$",
    "$CANVAS_COURSE_REFERENCE$/file_contents/course files",
)
_TAG: Final = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_SRC: Final = re.compile(r"""(?<![\w-])src\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_ALT: Final = re.compile(r"""(?<![\w-])alt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
#: Where Canvas has pictures of TeX, which its server makes, and the attributes that have the TeX, the best first.
_EQUATION: Final = "equation_images/"
_TEX: Final = tuple(
    re.compile(rf"""(?<![\w-]){name}\s*=\s*(?:"{begin}([^"]+)"|'{begin}([^']+)')""", re.IGNORECASE)
    for name, begin in (("data-equation-content", ""), ("alt", r"LaTeX:\s*"), ("title", ""))
)
#: What Blackboard puts before the names of files (``location``, ``requestUrlStub``).
_PLACE: Final = re.compile(r"^@X@EmbeddedFile\.\w+@X@")
_ELSEWHERE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|#")

#: Gives the bytes of a file of the package, by an address in it; None where it has none.
Media = Callable[[str], bytes | None]


class Wrong(Exception):
    """What is wrong with an item, and how to mend it."""


class Foreign(Exception):
    """An item of a kind that we do not have; the text of the exception is the source's word."""


@dataclass(frozen=True, slots=True)
class Label:
    """An option of a response."""

    ident: str
    text: Styled
    element: Element


@dataclass(frozen=True, slots=False)
class Response:
    """One ``<response_…>``. ``stem`` is the text in it or beside it."""

    ident: str
    element: Element
    labels: Sequence[Label]
    stem: Styled

    @property
    def name(self) -> str:
        """What Canvas calls it in texts."""
        return self.ident.removeprefix("response_")

    @property
    def kind(self) -> str:
        """``lid``, ``str``, ``num``, ``xy`` or ``grp``."""
        return str(self.element.tag).partition("_")[2]

    @property
    def cardinality(self) -> str:
        """``single``, ``multiple`` or ``ordered``."""
        return (self.element.get("rcardinality") or "Single").strip().lower()

    @cached_property
    def chosen(self) -> bool:
        """Whether it is answered by choosing, not by typing."""
        return self.kind in ("lid", "grp")

    @cached_property
    def shuffle(self) -> bool:
        """Whether the options are shuffled, as far as the source says."""
        return all(is_yes(one, "shuffle", True) for one in self.element.iter("render_choice"))


@dataclass(slots=False)
class Item:
    """An item. ``losses`` and ``files`` gather while it is read."""

    element: Element
    media: Media
    pictures: Pictures
    losses: dict[Loss, None] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    #: The most that the rules give, once they are worked out.
    best: Fraction | None = None

    def lose(self, name: str, detail: str, *, spoils: bool = False) -> None:
        """Notes a loss of the field of this name, once: texts are read wherever they are asked for."""
        self.losses[Loss(name, detail, spoils=spoils)] = None

    @cached_property
    def metadata(self) -> Mapping[str, Sequence[str]]:
        """What is said of the item, by label in small letters, wherever it stands."""
        found: dict[str, list[str]] = {}
        for block in self.element.iterchildren("itemmetadata"):
            for one in block.iter("qtimetadatafield", "qti_metadatafield"):
                label = string_of(one.find("fieldlabel")).lower()
                found.setdefault(label, []).append(string_of(one.find("fieldentry")))
            for one in block:
                if one.tag != "qtimetadata":
                    found.setdefault(one.tag.lower(), []).append(string(one).strip())
        return found

    def said(self, *labels: str) -> str:
        """The first value of any of these labels that says something."""
        return next((value for label in labels for value in self.metadata.get(label, ()) if value), "")

    # What is asked ---------------------------------------------------------------------------------------------------

    @cached_property
    def presentation(self) -> Element | None:
        """``<presentation>``; None where there is none."""
        found: Element | None = self.element.find("presentation")
        return found

    @cached_property
    def responses(self) -> Sequence[Response]:
        """The responses in order."""
        if self.presentation is None:
            return ()
        found = [
            one
            for one in self.presentation.iter("response_lid", "response_str", "response_num", "response_xy")
            if one.get("ident")
        ]
        return [self._response(one) for one in found]

    def _response(self, element: Element) -> Response:
        labels = [
            Label(one.get("ident", ""), in_line(text for part in one for text in self.texts(part)), one)
            for one in element.iter("response_label")
        ]
        own = [text for child in element for text in self.texts(child)]
        if not any(own) and _holds_one(element):
            own = [text for child in element.getparent() for text in self.texts(child)]
        return Response(element.get("ident"), element, labels, in_line(own))

    @cached_property
    def asked(self) -> Styled:
        """The text of the question, without the stems of several responses."""
        if self.block("QUESTION_BLOCK") is not None:
            return joined(self.texts(self.block("QUESTION_BLOCK")))
        if len(self.responses) == 1:
            alone = self.responses[0]
            own = [text for child in alone.element for text in self.texts(child) if text != alone.name]
            return joined([*self.texts(self.presentation), *own])
        stems = {one.element.getparent() for one in self.responses if one.stem and _holds_one(one.element)}
        return joined(self._outside(self.presentation, stems))

    def _outside(self, element: Element | None, left_out: Collection[Element]) -> Iterator[Styled]:
        for child in () if element is None else element:
            if child.tag == "flow" and child not in left_out:
                yield from self._outside(child, left_out)
            elif child not in left_out:
                yield from self.texts(child)

    def goes_on(self, response: Response) -> bool:
        """Whether text stands on both sides of a response, which is a gap in it then."""
        inside = {*response.element.iter()} - {response.element}
        parts = (
            ()
            if self.presentation is None
            else self.presentation.iter("mattext", "mat_formattedtext", "response_str", "response_num")
        )
        shown = [one for one in parts if one is response.element or (one not in inside and has_content(one))]
        return 0 < shown.index(response.element) < len(shown) - 1

    def with_gaps(self, marks: Mapping[str, str]) -> Styled:
        """The text with a mark at the place of each response."""
        return running_on(self._marked(self.presentation, marks))

    def _marked(self, element: Element | None, marks: Mapping[str, str]) -> Iterator[Styled]:
        for child in () if element is None else element:
            mark = marks.get(child.get("ident", "")) if child.tag.startswith("response_") else None
            if mark:
                yield from (text for part in child for text in self._pieces(part))
                yield Styled(mark, "")
            elif child.tag in ("flow", "response_grp"):
                yield from self._marked(child, marks)
            else:
                yield from (
                    Styled(without_marks(text, text.style), text.style) for text in self._pieces(child)
                )

    def block(self, name: str) -> Element | None:
        """Blackboard's part of this name."""
        if self.presentation is None:
            return None
        return next((one for one in self.presentation.iter("flow") if one.get("class") == name), None)

    # Scoring ---------------------------------------------------------------------------------------------------------

    @cached_property
    def processing(self) -> Processing:
        """The rules."""
        single = [one.ident for one in self.responses if not one.chosen or one.cardinality == "single"]
        ordered = [one.ident for one in self.responses if one.cardinality == "ordered"]
        cased = [
            one.ident
            for one in self.responses
            if one.chosen and len({label.ident.casefold() for label in one.labels}) < len(one.labels)
        ]
        return Processing(self.element.iterchildren("resprocessing"), single, ordered, cased)

    @cached_property
    def points(self) -> Fraction | None:
        """What the whole is worth, where the item says so. Blackboard says -1 where nobody has said it."""
        if said := self.said("points_possible", "cc_weighting", "qmd_absolutescore_max", "qmd_weighting"):
            found = number(said)
            if found is None:
                self.lose("points", Said("'%(text)s' is no number", text=said[:40]))
            return None if found is None or found < 0 else found
        most = self.best if self.processing.high is None else self.processing.high
        return None if most is None or most == 100 else Fraction(show_number(most))

    # Texts -----------------------------------------------------------------------------------------------------------

    def texts(self, element: Element | None) -> Sequence[Styled]:
        """The texts in an element, their pictures by our names."""
        if element is None:
            return ()
        return [Styled(text.strip(), text.style) for text in self._pieces(element)]

    def _pieces(self, element: Element) -> Iterator[Styled]:
        """The texts in an element with the white space around them."""
        return (self.shown(text) for text in pieces(element, self._picture, self.lose))

    def shown(self, text: Styled) -> Styled:
        """A text with our names of its pictures."""
        if text.style != "html" or "<img" not in text.lower():
            return text
        return Styled(_TAG.sub(self._renamed, text), "html")

    def _renamed(self, tag: re.Match[str]) -> str:
        """The tag of a picture with our name of it; what it shows, in words, where the package does not have it.

        A picture of TeX is the TeX.
        """
        found, said = _SRC.search(tag[0]), _ALT.search(tag[0])
        if found is None or not found[found.lastindex or 0]:
            return tag[0]
        address = unescape(found[found.lastindex or 0])
        if _EQUATION in address and (tex := next(filter(None, (one.search(tag[0]) for one in _TEX)), None)):
            return rf"\({tex[tex.lastindex or 0]}\)"
        alt = said[said.lastindex or 0].strip() if said else ""
        held = embedded(address)
        if held is None and _ELSEWHERE.match(address.strip()):
            return tag[0]
        name = self._name(address) if held is None else self._kept(alt or "image", held)
        if name is None:
            return alt or ("" if held is not None else escape(local_address(address).rpartition("/")[2]))
        if not alt:
            self.losses[blind(name)] = None
        start, end = found.span(found.lastindex or 0)
        return f"{tag[0][:start]}{name}{tag[0][end:]}"

    def _picture(self, element: Element) -> str:
        """The tag of a picture, by its address or as a ``data:`` URL where it stands in the document (base64)."""
        address, held = address_of(element), (element.text or "").strip()
        if not address and held:
            address = f"data:;base64,{held}"
        return f'<img src="{escape(address)}" alt="{escape(element.get("label", ""))}">' if address else ""

    def _name(self, address: str) -> str | None:
        """Our name of a picture of the package; None, with a loss, for what is none."""
        plain = local_address(address)
        content = self.media(plain)
        if content is None:
            self.lose("files", Said("'%(path)s' is not in the package", path=plain[:60]), spoils=True)
            return None
        return self._kept(plain, content)

    def _kept(self, plain: str, content: bytes) -> str | None:
        """Our name of a picture with this content, which is kept; None, with a loss, for what is none."""
        try:
            name, image = self.pictures.name(plain.rpartition("/")[2], content)
        except Invalid as error:
            self.lose(
                "files",
                Said(
                    "'%(path)s' is no picture that can be shown: %(error)s",
                    path=plain[:60],
                    error=Said(str(error)),
                ),
                spoils=True,
            )
            return None
        self.files[name] = image.content
        return name


def _holds_one(response: Element) -> bool:
    """Whether a response stands in a flow of its own, with its stem."""
    flow = response.getparent()
    return bool(flow.tag == "flow") and sum(one.tag.startswith("response_") for one in flow) == 1


def local_address(address: str) -> str:
    """An address in a package, without what stands for its folder and what a server would be asked."""
    plain = _PLACE.sub("", unquote(re.split(r"[?#]", address.strip())[0])).replace("\\", "/")
    for base in BASES:
        plain = plain.removeprefix(base)
    return plain.lstrip("/")


def string_of(element: Element | None) -> str:
    """The text of an element; "" for None."""
    return "" if element is None else string(element).strip()


def each_word(values: Sequence[str]) -> Iterator[str]:
    """Words in lists parted by commas."""
    return (word.strip() for value in values for word in value.split(",") if word.strip())

"""Pictures of questions of other formats: the names that they get here, and those under which they are written."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from urllib.parse import unquote_to_bytes

from quiz.errors import Invalid
from quiz.files.images import SUFFIXES, Image, read_image
from quiz.files.richtext import media_address, to_prompt_html
from quiz.questions.images import address_of, pin_of, references, renamed, without_pins

_STEM: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(slots=True)
class Pictures:
    """The names that the pictures of a file have got: each name stands for one content."""

    _named: dict[tuple[str, str], str] = field(default_factory=dict)
    #: Each name that is taken, with the last number that was put behind it.
    _last: dict[str, int] = field(default_factory=dict)

    def name(self, wished: str, content: bytes) -> tuple[str, Image]:
        """The name under ``images/`` and the picture to keep. Raises Invalid where it is none."""
        image = read_image(content)
        stem, _, ending = wished.rpartition(".")
        suffix = f".{ending.lower()}"
        if suffix not in SUFFIXES[image.mime]:
            stem, suffix = stem or wished, SUFFIXES[image.mime][0]
        stem = _STEM.sub("-", stem).strip("-.")[:80] or "image"
        key = (f"images/{stem}{suffix}", image.digest)
        if key not in self._named:
            self._named[key] = self._apart(f"images/{stem}", suffix)
        return self._named[key], image

    def _apart(self, stem: str, suffix: str) -> str:
        """The name itself, or with a number behind its stem where it is taken."""
        first = name = f"{stem}{suffix}"
        while name in self._last:
            self._last[first] += 1
            name = f"{stem}-{self._last[first]}{suffix}"
        self._last[name] = 1
        return name


def embedded(address: str) -> bytes | None:
    """What an address holds itself (a ``data:`` URL, RFC 2397); None where it is an address of something."""
    about, comma, content = address.partition(",")
    if not comma or not about.lower().startswith("data:"):
        return None
    plain = unquote_to_bytes(content)
    try:
        return b64decode(plain) if about.lower().endswith(";base64") else plain
    except binascii.Error:
        return b""


class Shown:
    """The texts of a question in HTML, each picture under the name that it has where they are written.

    ``used`` gathers the pictures that a text has shown, by our names.
    """

    def __init__(self, style: str, files: Mapping[str, bytes], place: Callable[[str], str]) -> None:
        """``style``: the ``text_format`` of the texts, which is not plain; ``place`` gives the name there for ours."""
        self._style, self._files, self._place = style, files, place
        self.used: dict[str, bytes] = {}

    def html(self, text: str, render: Callable[[str], str] = to_prompt_html) -> str:
        """A text; ``render`` makes HTML of Markdown."""
        if self._style != "markdown":
            return self._named(text, self._place)
        html = render(self._named(text, self._pinned))
        for name, content in self.used.items():
            html = html.replace(media_address(sha256(content).hexdigest()), self._place(name))
        return str(without_pins(html))  # of what only looks like a picture, in a piece of code

    def _named(self, text: str, naming: Callable[[str], str]) -> str:
        if not self._files:
            return text
        fields = {"text": str(text), "text_format": self._style}
        names = [one.file for one in references(fields) if one.file in self._files]
        self.used.update((name, self._files[name]) for name in names)
        return str(renamed(fields, {name: naming(name) for name in names})["text"]) if names else text

    def _pinned(self, name: str) -> str:
        """The name with which our renderer shows a picture; its own where the content is none."""
        content = self._files[name]
        try:
            image = read_image(content)
        except Invalid:
            return name
        return address_of(pin_of(sha256(content).hexdigest(), image.width, image.height), name)

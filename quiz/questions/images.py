"""The images of a question: which files its texts name, and what stands in their place once they are known.

An author writes ``![what it shows](images/name.png)``, the file's path beside the bank file; fields that are an image
(``ImageRef``) write the same path as ``file``. Whoever reads a question finds its images (``quiz.banks.images.bind``)
and writes down in ``images`` which content each name stands for, so that a version shows the same for ever.
``Question.load`` then puts these pins into the texts, from which ``quiz.files.richtext`` makes tags, and
``Question.dump`` takes them out again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Annotated, Any, Final, NamedTuple, TypeAlias

from pydantic import AfterValidator

from quiz.errors import Said
from quiz.files.richtext import media_address
from quiz.questions.base import Content
from quiz.questions.fields import Count, Text, Words, fault, matches
from quiz.questions.validation import path_text

#: The path of an image beside the bank file, at most 200 characters.
FILE: Final = r"(?=.{1,200}\Z)images(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)+\.(?:png|jpe?g|gif|webp|svg|PNG|JPE?G|GIF|WEBP|SVG)"
#: What stands in its place once the image is known (``quiz.banks.images``).
_PINNED: Final = re.compile(
    rf"media:(?P<digest>[0-9a-f]{{64}})/(?P<width>\d{{1,5}})x(?P<height>\d{{1,5}})/{FILE}"
)


def address_of(pin: str, file: str) -> str:
    """What stands in a text in place of the file's name, so that the image is shown; ``pin`` as ``Pin``."""
    return f"media:{pin}/{file}"


def _file(value: str) -> str:
    if re.fullmatch(FILE, value) or _PINNED.fullmatch(value):
        return value
    raise fault(
        Said("'%(value)s' is no image of the folder images", value=value[:60]),
        "write images/name.png, a file beside the bank",
    )


#: How Markdown and HTML name an image, and addresses that lead elsewhere.
_ALT: Final = r"(?P<alt>(?:[^\[\]\\]|\\.|\[(?:[^\[\]\\]|\\.)*\])*)"
_MARKDOWN: Final = re.compile(rf"!\[{_ALT}\]\(\s*(?P<file>[^\s()<>]+)(?=[\s)])", re.DOTALL)
_TAG: Final = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_SRC: Final = re.compile(
    r"""(?<![\w-])src\s*=\s*(?:"(?P<a>[^"]*)"|'(?P<b>[^']*)'|(?P<c>[^\s"'<>]+))""", re.IGNORECASE
)
_TAG_ALT: Final = re.compile(
    r"""(?<![\w-])alt\s*=\s*(?:"(?P<a>[^"]*)"|'(?P<b>[^']*)'|(?P<c>[^\s"'<>]+))""", re.IGNORECASE
)
_ELSEWHERE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|#")


#: SHA-256 of an image and its size in pixels: ``<64 hexadecimal digits>/640x480``.
Pin: TypeAlias = Annotated[
    Text, AfterValidator(matches(r"[0-9a-f]{64}/\d{1,5}x\d{1,5}", "the digest of an image, and its size"))
]


class ImageRef(Content):
    """An image. ``width`` and ``height``: the units in which positions on it are written, by default its pixels."""

    file: Annotated[Text, AfterValidator(_file)]
    alt: Words
    width: Count | None = None
    height: Count | None = None

    @property
    def address(self) -> str:
        """Where it lies on our pages; "" while the file is not known."""
        found = _PINNED.fullmatch(self.file)
        return media_address(found["digest"]) if found else ""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in its own units; 0 where neither the author nor a known file says them."""
        found = _PINNED.fullmatch(self.file)
        known = (int(found["width"]), int(found["height"])) if found else (0, 0)
        return self.width or known[0], self.height or known[1]


# Where texts name images ------------------------------------------------------------------------------------------


class Reference(NamedTuple):
    """An image that a text names: the text's path in the question, the file, what it shows; ``span`` of the file."""

    where: str
    file: str
    alt: str
    span: tuple[int, int]


def pin_of(digest: str, width: int, height: int) -> str:
    """What a question writes down of an image."""
    return f"{digest}/{width}x{height}"


def digest_of_pin(pin: str) -> str:
    """The digest of the image that a pin names."""
    return pin.partition("/")[0]


def size_of_pin(pin: str) -> tuple[int, int]:
    """Width and height in pixels of the image that a pin names."""
    width, _, height = pin.partition("/")[2].partition("x")
    return int(width), int(height)


def references(fields: Mapping[str, Any]) -> Iterator[Reference]:
    """The images that a question names, in the order of its fields; those on other sites are none of ours."""
    in_text = _in_text(fields)
    for path, value in _walk({name: value for name, value in fields.items() if name != "images"}, ()):
        if isinstance(value, Mapping):
            file = value["file"]
            yield Reference(f"{path_text(path)}.file", file, str(value.get("alt") or ""), (0, len(file)))
        else:
            yield from (one._replace(where=path_text(path)) for one in in_text(value))


def _walk(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """The texts of a question, and its fields that are an image, with their paths."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        if isinstance(value.get("file"), str):
            yield path, value
        for name, part in value.items():
            if name != "file":
                yield from _walk(part, (*path, name))
    elif isinstance(value, list | tuple):
        for place, part in enumerate(value):
            yield from _walk(part, (*path, place))


def _in_text(fields: Mapping[str, Any]) -> Callable[[str], Iterator[Reference]]:
    """How images are named in the texts of a question of this ``text_format``."""
    return {"html": _in_html, "plain": _in_plain}.get(str(fields.get("text_format")), _in_markdown)


def _in_markdown(text: str) -> Iterator[Reference]:
    if "![" not in text:
        return
    for found in _MARKDOWN.finditer(text):
        if not _ELSEWHERE.match(found["file"]):
            yield Reference("", found["file"], found["alt"], found.span("file"))


def elsewhere(html: str) -> Iterator[Reference]:
    """The images of a text in HTML that lie on other sites, or in their addresses: no page of ours shows them."""
    return (one for one in _tags(html) if _ELSEWHERE.match(one.file))


def _in_html(text: str) -> Iterator[Reference]:
    return (one for one in _tags(text) if not _ELSEWHERE.match(one.file))


def _tags(html: str) -> Iterator[Reference]:
    for tag in _TAG.finditer(html):
        source, words = _SRC.search(tag[0]), _TAG_ALT.search(tag[0])
        file = source and source[source.lastgroup or 0].strip()
        if source and file:
            start, end = source.span(source.lastgroup or 0)
            alt = words[words.lastgroup or 0] if words else ""
            yield Reference("", file, alt, (tag.start() + start, tag.start() + end))


def _in_plain(_text: str) -> Iterator[Reference]:
    yield from ()


# In and out of the texts ---------------------------------------------------------------------------------------------


def renamed(fields: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The question with other names of its images: in its texts, and where a field is an image."""
    in_text = _in_text(fields)

    def text(value: str) -> str:
        made, last = "", 0
        for one in in_text(value):
            start, end = one.span
            made += value[last:start] + names.get(one.file, one.file)
            last = end
        return made + value[last:] if last else value

    return _changed(fields, text, lambda file: names.get(file, file))


def worded(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The question with words for the images in its texts that have none: the names of their files."""
    style = str(fields.get("text_format", "markdown"))
    if style not in _WORDED:
        return dict(fields)
    pattern, word = _WORDED[style]
    return _changed(fields, lambda text: pattern.sub(word, text), lambda file: file)


def _words(file: str) -> str:
    return file.rpartition("/")[2]


def _worded_markdown(found: re.Match[str]) -> str:
    if found["alt"].strip() or _ELSEWHERE.match(found["file"]):
        return found[0]
    return f"![{_words(found['file'])}]{found[0].partition(']')[2]}"


def _worded_tag(tag: re.Match[str]) -> str:
    blind = [one for one in _in_html(tag[0]) if not one.alt.strip()]
    if not blind:
        return tag[0]
    rest = _TAG_ALT.sub("", tag[0])[len("<img") :]
    return f'<img alt="{escape(_words(blind[0].file))}"{rest}'


#: How an image without words is found in a text, and what becomes of it; plain text has none.
_WORDED: Final = {"markdown": (_MARKDOWN, _worded_markdown), "html": (_TAG, _worded_tag)}


def _changed(
    fields: Mapping[str, Any], text: Callable[[str], str], file: Callable[[str], str]
) -> dict[str, Any]:
    """The question with other texts, and other files where a field is an image."""

    def part(value: Any) -> Any:
        if type(value) is str:
            return text(value)
        if isinstance(value, Mapping):
            return {
                name: file(inner) if name == "file" and isinstance(inner, str) else part(inner)
                for name, inner in value.items()
            }
        return [part(inner) for inner in value] if isinstance(value, list | tuple) else value

    return {name: value if name == "images" else part(value) for name, value in fields.items()}


def with_pins(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """A question in which the pins of its ``images`` stand in place of the names."""
    pins = fields.get("images")
    if not isinstance(pins, Mapping) or not pins:
        return fields
    return renamed(fields, {file: address_of(str(pin), file) for file, pin in pins.items()})


_PIN: Final = re.compile(r"media:[0-9a-f]{64}/\d{1,5}x\d{1,5}/(?=images/)")


def without_pins(value: Any) -> Any:
    """The same with the names in place of the pins."""
    if isinstance(value, str):
        return _PIN.sub("", value)
    if isinstance(value, Mapping):
        return {name: without_pins(part) for name, part in value.items()}
    return [without_pins(part) for part in value] if isinstance(value, list | tuple) else value

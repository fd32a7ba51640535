"""The image files of a bank: where they are read from, and that each image of a question is there and in order."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn, TypeAlias

from quiz.errors import Invalid, Problem, Said
from quiz.files.archive import Archive, is_archive
from quiz.files.images import MOST_BYTES, SUFFIXES, Image, named_rightly, read_image
from quiz.questions.images import FILE, Reference, pin_of, references

#: The folder beside a bank file in which its images lie.
FOLDER: Final = "images"
_NAME_RULE: Final = Said(
    "write %(folder)s/name.png: letters, digits, '-', '_' and '.', no spaces", folder=FOLDER
)
_WELL_NAMED: Final = re.compile(FILE)

#: What a file's name stands for, such as ``<sha256>/640x480``. Raises Invalid where there is no such image.
Find: TypeAlias = Callable[[str], str]
#: Reads the bytes of a file beside the bank. Raises Invalid.
Read: TypeAlias = Callable[[str], bytes]


class Pictures:
    """The image files beside one bank, each read once, when it is first asked for."""

    def __init__(self, read: Read) -> None:
        self.read = read
        self._found: dict[str, Image | Invalid] = {}

    @property
    def images(self) -> Mapping[str, Image]:
        """Those that have been asked for and are in order, by name."""
        return {file: image for file, image in self._found.items() if isinstance(image, Image)}

    def find(self, file: str) -> str:
        """The pin of the file. Raises Invalid with what is wrong with it."""
        if file not in self._found:
            self._found[file] = self._load(file)
        image = self._found[file]
        if isinstance(image, Invalid):
            raise image
        return pin_of(image.digest, image.width, image.height)

    def _load(self, file: str) -> Image | Invalid:
        try:
            image = read_image(self.read(file))
            named_rightly(image, file)
        except Invalid as error:
            return error
        return image


def missing(file: str, mend: str = "") -> Invalid:
    """That there is no such file."""
    what = Said("there is no image '%(file)s'", file=file)
    return Invalid([Problem("", what, mend or "put it there, or mend its name")])


def beside(bank: Path) -> Read:
    """Reads image files in the folder ``images`` beside a bank file, and nothing outside of it."""

    def read(file: str) -> bytes:
        path = bank.parent / file
        within = [path, *(parent for parent in path.parents if bank.parent in parent.parents)]
        if any(step.is_symlink() for step in within):
            raise Invalid(
                [Problem("", Said("'%(file)s' is a link", file=file), "put the image itself there")]
            )
        if not path.is_file():
            raise missing(
                file,
                Said(
                    "put it into the folder %(folder)s beside the bank file, or mend its name", folder=FOLDER
                ),
            )
        with path.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)

    return read


def opened(path: Path) -> tuple[bytes, Read]:
    """The text of a bank file, and how the images beside it are read. A zip archive holds both.

    Raises Invalid where it is a damaged archive, or one without a bank.
    """
    content = path.read_bytes()
    return unpacked(content) if is_archive(content) else (content, beside(path))


def unpacked(content: bytes) -> tuple[bytes, Read]:
    """The same from the content of a zip archive: its one YAML file, and the folder of images beside that."""
    archive = Archive(content)
    banks = [name for name in archive.names if name.lower().endswith((".yaml", ".yml"))]
    if len(banks) != 1:
        what = Said("the archive holds %(count)s YAML files", count=len(banks) or "no")
        mend = Said("pack one bank file, and beside it the folder %(folder)s", folder=FOLDER)
        raise Invalid([Problem("", what, mend)])
    folder = banks[0].rpartition("/")[0]

    def read(file: str) -> bytes:
        name = f"{folder}/{file}" if folder else file
        if name not in archive.names:
            raise missing(
                file, Said("pack it into the folder %(folder)s beside the bank file", folder=FOLDER)
            )
        return archive.read(name)

    return archive.read(banks[0]), read


def nowhere(file: str) -> NoReturn:
    """For a text that came without its folder."""
    raise missing(
        file, Said("bring a .zip that holds the bank file and the folder %(folder)s", folder=FOLDER)
    )


def among(folder: Mapping[str, str], *older: Mapping[str, str]) -> Find:
    """Finds an image among known pins by name; an older one where the folder has none of that name."""

    def find(file: str) -> str:
        for known in (folder, *older):
            if file in known:
                return known[file]
        raise missing(file, "add the image to the bank, or mend its name")

    return find


def bound(fields: Mapping[str, Any], find: Find) -> dict[str, Any]:
    """The question with the pins of its images. Raises Invalid with every fault of an image."""
    pins, found = bind(fields, find)
    if found:
        raise Invalid(found)
    rest = {name: value for name, value in fields.items() if name != "images"}
    return {**rest, "images": pins} if pins else rest


def bind(fields: Mapping[str, Any], find: Find) -> tuple[dict[str, str], list[Problem]]:
    """The pins of all images that a question names, and what is wrong with them: located, one each."""
    pins: dict[str, str] = {}
    found: list[Problem] = []
    for one in references(fields):
        fault = _fault(one)
        try:
            if fault is None:
                pins[one.file] = find(one.file)
        except Invalid as error:
            fault = error.problems[0]
        if fault is not None:
            found.append(Problem(one.where, fault.what, fault.mend))
    return pins, found


def _fault(one: Reference) -> Problem | None:
    """What is wrong with how the image is named."""
    if not _WELL_NAMED.fullmatch(one.file):
        what = Said("'%(file)s' is no image of the folder %(folder)s", file=one.file, folder=FOLDER)
        endings = ", ".join(ending for each in SUFFIXES.values() for ending in each)
        return Problem(
            "",
            what,
            Said("%(name_rule)s; it ends in one of %(endings)s", name_rule=_NAME_RULE, endings=endings),
        )
    if not one.alt.strip():
        mend = Said("write it between [ and ]: ![what it shows](%(file)s)", file=one.file)
        return Problem("", Said("the image '%(file)s' has no alternative text (X01)", file=one.file), mend)
    return None

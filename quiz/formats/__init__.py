"""File formats, one module each: found, not listed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path

from quiz.errors import Invalid, Said
from quiz.files.encodings import in_utf8
from quiz.formats.base import HEAD_BYTES, Format
from quiz.questions.validation import suggest
from quiz.registry import modules

_NOT_FORMATS = frozenset({"base", "conversion"})
#: What people call formats by the system that they come from or go to.
_SYSTEMS = {"canvas": "qti12", "brightspace": "qti12", "d2l": "qti12", "excel": "xlsx", "sheet": "xlsx"}
#: Confidence below which a file is of no format that we know.
_LEAST = 0.3


@cache
def formats() -> dict[str, Format]:
    """The formats by name, sorted."""
    found = [import_module(f"{__name__}.{name}") for name in modules(__name__) if name not in _NOT_FORMATS]
    listed = [format for module in found for format in getattr(module, "FORMATS", ()) or (module.FORMAT,)]
    return {format.name: format for format in sorted(listed, key=lambda format: format.name)}


def get(name: str) -> Format:
    """The format of this name. Raises Invalid, with a guess at what was meant."""
    known = formats()
    if name not in known:
        raise Invalid(
            Said(
                "there is no format '%(name)s'%(hint)s – one of %(names)s",
                name=name,
                hint=suggest(_SYSTEMS.get(name.lower(), name.lower()), known),
                names=", ".join(known),
            )
        )
    return known[name]


def recognise(head: bytes, name: str) -> Format:
    """The format of a file that begins with ``head`` and is called ``name``: as it looks, else by its ending.

    Raises Invalid.
    """
    head = in_utf8(head)
    ranked = sorted(
        ((format.sniff(head, name.lower()), format.name) for format in formats().values() if format.read),
        reverse=True,
    )
    if not ranked or ranked[0][0] < _LEAST:
        known = [one for one in formats().values() if one.read]
        if called := _own(name, known):
            return called
        names = _called(name, known)
        raise Invalid(
            Said(
                "%(name)s: the format is not recognised – say it with --from: %(names)s",
                name=name,
                names=names,
            )
        )
    return formats()[ranked[0][1]]


def format_of(path: Path) -> Format:
    """The format of a file. Raises Invalid."""
    with path.open("rb") as file:
        return recognise(file.read(HEAD_BYTES), path.name)


def by_suffix(name: str) -> Format:
    """The format that a file of this name is to be written in. Raises Invalid where the ending says too little."""
    known = [one for one in formats().values() if one.writer]
    if called := _own(name, known):
        return called
    names = _called(name, known)
    raise Invalid(
        Said(
            "%(name)s: the ending does not say which format is meant – say it with --to: %(names)s",
            name=name,
            names=names,
        )
    )


def _own(name: str, known: Sequence[Format]) -> Format | None:
    """The format that has the longest ending of this name to itself, as each has an ending of two parts (.quiz.md)."""
    named = name.lower()
    endings = [
        (len(suffix), one.name)
        for one in known
        for suffix in one.suffixes
        if named.endswith(suffix) and (one.own_suffix or suffix.count(".") > 1)
    ]
    return formats()[max(endings)[1]] if endings else None


def _called(name: str, known: Sequence[Format]) -> str:
    """The names of the formats whose files may be called so; of all, where that is no ending of any."""
    ending = Path(name.lower()).suffix
    likely = [one.name for one in known if ending and any(suffix.endswith(ending) for suffix in one.suffixes)]
    return ", ".join(likely or [one.name for one in known])

"""Ids of questions, once each in a bank, and the names of banks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from quiz.errors import Said
from quiz.formats.base import Loss
from quiz.questions.fields import Number

#: What an id looks like.
ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ID_WORDS = Said("letters, digits, '.', '_' and '-', at most 64")
_UNFIT = re.compile(r"[^A-Za-z0-9]+")


def as_written(given: object) -> str:
    """What a source gives as text; a number of YAML by its characters there, so that 007 and 6e26 stay what they are."""
    return given.written if isinstance(given, Number) else str(given)


def renamed(given: object, id: str) -> Iterator[Loss]:
    if given and as_written(given) != id:
        yield Loss(
            "id",
            Said(
                "'%(given)s' became '%(id)s': an id has %(rule)s, once in a bank",
                given=given,
                id=id,
                rule=_ID_WORDS,
            ),
        )


class Ids:
    """The ids that are taken, each with the last number that was put behind it."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def apart(self, base: str) -> str:
        """The id itself, or with a number behind it where it is taken."""
        name = base
        while name in self._last:
            self._last[base] += 1
            number = self._last[base]
            name = f"{base[: 63 - len(str(number))]}-{number}"
        return name

    def take(self, id: str) -> None:
        """From now on the id is taken."""
        self._last.setdefault(id, 1)


def as_id(text: str) -> str:
    """Letters, digits and hyphens of a name, at most 64; "" where it has none (Chinese, say)."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _UNFIT.sub("-", bare).strip("-")[:64].strip("-")


def as_slug(text: str) -> str:
    """The name of a bank, made of any text."""
    return as_id(text).lower() or "bank"

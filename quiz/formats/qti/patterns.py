r"""Patterns of QTI that say no more than our answers with stars do, from one to the other.

No regular expression of a stranger is ever run: what is read is literal text, ``.*`` and ``[xX]``, all else is none of
ours. ``[xX]`` stands for a letter in a pattern that does not heed case, ``[.]`` for the sign itself.
"""

from __future__ import annotations

import re
from typing import Final

_TOKEN: Final = re.compile(r"\\(?P<escaped>[^A-Za-z0-9])|\[(?P<letter>[^\W\d_])(?P<other>[^\W\d_])\]|(?P<any>\.\*)|\[(?P<alone>[^\\\[\]^])\]|(?P<plain>[^\\\[\]().*+?{}|^$])")  # fmt: skip
#: What means more than itself, and may have a backslash in front, in the expressions of XML Schema, which patterns are.
_SPECIAL: Final = re.compile(r"([\\\[\]().*+?{}|^])")
_PARTS: Final = re.compile(r"\\\*|\*|[^*\\]+|\\")


def to_stars(pattern: str) -> tuple[str, bool] | None:
    """The answer with stars that means the same, and whether case matters; None where there is none."""
    made, place, heeds = "", 0, True
    while place < len(pattern):
        found = _TOKEN.match(pattern, place)
        if found is None:
            return None
        letter, other = found["letter"], found["other"]
        if letter and (letter.swapcase() != other or len(other) != 1):
            return None
        heeds = heeds and not letter
        text = found["escaped"] or letter or found["alone"] or found["plain"]
        made += "*" if found["any"] else "\\*" if text == "*" else text or ""
        place = found.end()
    return made, heeds


def from_stars(answer: str, case_sensitive: bool) -> str:
    """The pattern that means the same as an answer with stars."""
    return "".join(_piece(part, case_sensitive) for part in _PARTS.findall(answer))


def _piece(part: str, case_sensitive: bool) -> str:
    if part == "*":
        return ".*"
    text = "*" if part == "\\*" else part
    return "".join(_itself(one) if case_sensitive else _either(one) for one in text)


def in_other_case(text: str) -> str:
    """The text with each letter in its other case; one that has none of its own, such as the German ß, as it is."""
    return "".join(one.swapcase() if _has_other(one) else one for one in text)


def _has_other(one: str) -> bool:
    return one.isalpha() and one.swapcase().swapcase() == one


def _either(one: str) -> str:
    other = in_other_case(one)
    if one != other:
        return f"[{one}{other}]"
    return _itself(one)


def _itself(one: str) -> str:
    """A dollar ends a text for some programs, and with a backslash XML Schema has none."""
    return "[$]" if one == "$" else _SPECIAL.sub(r"\\\1", one)

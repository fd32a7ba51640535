"""What a manifest says of an item in LOM (IEEE 1484.12): its keywords are our tags, its difficulty ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from quiz.banks.model import Question
from quiz.files.xml import Element
from quiz.formats.qti.values import text_of
from quiz.formats.qti.xhtml import plain

_LOM: Final = "http://ltsc.ieee.org/xsd/LOM"
#: LOM's words, of which several are one of ours.
_DIFFICULTIES: Final[Mapping[str, str]] = {
    "very easy": "easy",
    "easy": "easy",
    "medium": "medium",
    "difficult": "hard",
    "very difficult": "hard",
}
_WORDS: Final = {"easy": "easy", "hard": "difficult"}


def said_of(resource: Element) -> dict[str, Any]:
    """The fields that the metadata of a resource give."""
    # Inspera's labels, OpenOLAT's subjects.
    labels = (one for one in resource.iter("taxon") if one.find("id") is None)
    said = (
        text_of(word) for one in (*resource.iter("keyword"), *labels) for word in one if word.tag != "taxon"
    )
    tags = [*dict.fromkeys(filter(None, (" ".join(word.split()) for word in said)))]
    named = resource.find(".//difficulty/value")
    difficulty = "" if named is None else _DIFFICULTIES.get(text_of(named).strip().lower(), "")
    return {
        **({"tags": tags} if tags else {}),
        **({"difficulty": difficulty} if difficulty in _WORDS else {}),
    }


def metadata(question: Question) -> str:
    """The metadata of an item; "" where there is nothing to say."""
    keywords = "".join(f"<keyword><string>{plain(tag)}</string></keyword>" for tag in question.tags)
    general = f"<general>{keywords}</general>" if keywords else ""
    word = _WORDS.get(question.difficulty)
    value = f"<difficulty><source>LOMv1.0</source><value>{word}</value></difficulty>"
    educational = f"<educational>{value}</educational>" if word else ""
    if not general and not educational:
        return ""
    return f'<metadata><lom xmlns="{_LOM}">{general}{educational}</lom></metadata>'

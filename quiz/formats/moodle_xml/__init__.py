"""Moodle XML: read from any version of Moodle, written as Moodle 4.5 does (``question/format/xml``)."""

from __future__ import annotations

import re

from quiz.formats.base import Format
from quiz.formats.moodle_xml.reading import read
from quiz.formats.moodle_xml.writing import MoodleWriter

_BEGINS = re.compile(r"<quiz[\s>/]")


def _sniff(head: bytes, name: str) -> float:
    text = head.decode("utf-8", "replace")
    if _BEGINS.search(text) and text.lstrip("\ufeff \t\r\n").startswith("<"):
        return 0.95
    return 0.3 if name.endswith(".xml") and not text.strip() else 0.0


FORMAT = Format("moodle-xml", "Moodle XML", (".xml",), _sniff, read, MoodleWriter)

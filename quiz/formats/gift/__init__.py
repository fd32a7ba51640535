"""GIFT, the text format of Moodle: read and written as Moodle 4.5 does (``question/format/gift``)."""

from __future__ import annotations

import re

from quiz.formats.base import Format
from quiz.formats.gift.reading import read
from quiz.formats.gift.writing import GiftWriter


def _sniff(head: bytes, name: str) -> float:
    if name.endswith(".gift"):
        return 0.95
    text = head.decode("utf-8", "replace")
    if text.lstrip("\ufeff \t\r\n").startswith("<") or "\0" in text:
        return 0.0
    if re.search(r"^\s*(::.*?::|\$CATEGORY:)", text, re.MULTILINE):
        return 0.9
    return 0.6 if re.search(r"\{[^{}]*[=~#]|\{\s*(T|F|TRUE|FALSE)\s*[}#]", text) else 0.0


FORMAT = Format("gift", "GIFT", (".gift", ".gift.txt"), _sniff, read, GiftWriter, own_suffix=True)

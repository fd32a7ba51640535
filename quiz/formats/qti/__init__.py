"""QTI 2.1, 2.2 and 3.0: packages and single items. One reader for all, a writer for each."""

from __future__ import annotations

from quiz.formats.base import Format
from quiz.formats.qti.dialect import DIALECTS
from quiz.formats.qti.reading import read
from quiz.formats.qti.sniffing import sniff

FORMATS = tuple(Format(one.name, one.title, (".zip", ".xml"), sniff(one), read, None) for one in DIALECTS)

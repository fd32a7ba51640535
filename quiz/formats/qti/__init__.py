"""QTI 2.1, 2.2 and 3.0: packages and single items. One reader for all, a writer for each."""

from __future__ import annotations

from quiz.formats.base import Format
from quiz.formats.qti.dialect import DIALECTS, Dialect
from quiz.formats.qti.reading import read
from quiz.formats.qti.sniffing import sniff
from quiz.formats.qti.writing import QtiWriter


def _writer(dialect: Dialect) -> type[QtiWriter]:
    """The writer of a version."""
    heads = frozenset({"language", *["stimuli"] * dialect.hyphens})
    return type("QtiWriter", (QtiWriter,), {"dialect": dialect, "heads": heads})


FORMATS = tuple(
    Format(one.name, one.title, (".zip", ".xml"), sniff(one), read, _writer(one)) for one in DIALECTS
)

"""QTI 1.2: read as Canvas, Blackboard, Respondus, D2L and Common Cartridges have it, written for all of them."""

from __future__ import annotations

from quiz.formats.base import Format
from quiz.formats.qti12.reading import read
from quiz.formats.qti12.sniffing import sniff
from quiz.formats.qti12.writing import Qti12DocumentWriter, Qti12Writer

FORMAT = Format(
    "qti12",
    "QTI 1.2",
    (".zip", ".xml", ".imscc"),
    sniff,
    read,
    Qti12Writer,
    by_ending={".xml": Qti12DocumentWriter},
)

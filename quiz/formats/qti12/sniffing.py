"""Whether a file is QTI 1.2, by how it begins."""

from __future__ import annotations

import re
from typing import Final

from quiz.files.archive import START, beginning

_ROOT: Final = re.compile(r"<(?:\w+:)?questestinterop\b|<POOL>\s*<(?:COURSEID|TITLE|QUESTIONLIST)\b")
#: What the manifest or the first file of a package says.
_MARKS: Final = (
    "imsqti_xmlv1p",
    "questestinterop",
    "x-bb-qti",
    "imscc_xmlv1p",
    "ims_qtiasiv1p2",
    "d2lcp_v2p0",
)
#: Names of files that only such packages have.
_NAMES: Final = (b"assessment_meta.xml", b".xml.qti", b"assessment_qti.xml", b"res00001.dat")


def sniff(head: bytes, name: str) -> float:
    """The confidence that a file which begins so is QTI 1.2."""
    if not head.startswith(START):
        return 0.95 if _ROOT.search(head.decode("utf-8", "replace")) else 0.0
    text = beginning(head)
    if any(mark in text for mark in _MARKS) or any(one in head for one in _NAMES):
        return 0.95
    return 0.6 if name.endswith(".imscc") else 0.0

"""What a click mends of what the rules find: only where neither the question nor its key changes by that."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from quiz.banks.findings import Finding

#: What has been typed: the values of the whole form.
Typed = dict[str, Any]

_NUMBER = re.compile(r"[-−+]?\d+([.,]\d+)?")


def mended(finding: Finding, typed: Typed) -> Typed | None:
    """The form's values without what was found; None where that is not for a click to do."""
    mend = _MENDS.get(finding.rule)
    return mend(finding, typed) if mend and finding.suppressed is None else None


def _emphasised(finding: Finding, typed: Typed) -> Typed | None:
    """N01: the word that says *not* in capitals and bold, where it stands once."""
    word = re.compile(rf"(?<!\*){re.escape(finding.evidence)}(?!\*)", re.IGNORECASE)
    if finding.where != "prompt" or len(word.findall(typed["prompt"])) != 1:
        return None
    return {**typed, "prompt": word.sub(lambda found: f"**{found[0].upper()}**", typed["prompt"])}


def _ordered(_finding: Finding, typed: Typed) -> Typed | None:
    """O04: options that are plain numbers, by size."""
    rows = [row for row in typed["own"]["options"] if row["text"]]
    if not all(_NUMBER.fullmatch(row["text"].strip()) for row in rows):
        return None
    return {**typed, "own": {**typed["own"], "options": sorted(rows, key=_size)}}


def _size(row: Mapping[str, str]) -> float:
    return float(row["text"].strip().replace(",", ".").replace("−", "-"))


_MENDS: Mapping[str, Callable[[Finding, Typed], Typed | None]] = {"N01": _emphasised, "O04": _ordered}

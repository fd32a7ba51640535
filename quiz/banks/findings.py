"""A finding: what a rule has to say about a bank that is valid (contracts.md §2)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend or to think about. ``severity`` is error, warning or info.

    ``question`` is ``bank/id``, None where the bank as a whole is meant; ``where`` a path inside it, such as
    ``options[2].text``; ``evidence`` the words that gave rise to it. ``suppressed`` is the reason that the question
    gives for letting it stand, else None. ``file`` and ``line`` are "" and 0 for what does not come from a file.
    """

    rule: str
    severity: str
    file: str
    line: int
    question: str | None
    where: str
    evidence: str
    message: str
    fix: str
    guideline: str = ""
    suppressed: str | None = None

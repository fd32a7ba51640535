"""How far two people agree who have marked the same answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def kappa(pairs: Sequence[tuple[int, int]]) -> float | None:
    """Cohen's kappa of two people's verdicts, a pair for each thing judged: agreement beyond chance, at most 1.

    (p − e) / (1 − e), with p the share of equal verdicts, and e the share to be expected of two people who give theirs
    as often, but without a look at the thing (Cohen 1960). None without pairs, and where both give one and the same
    verdict always: then chance explains everything.
    """
    if not pairs:
        return None
    count = len(pairs)
    firsts, seconds = (Counter(one) for one in zip(*pairs, strict=True))
    equal = sum(one == other for one, other in pairs) / count
    expected = sum(firsts[verdict] * seconds[verdict] for verdict in firsts) / count**2
    return None if expected == 1 else (equal - expected) / (1 - expected)

"""How much a test of faults does: a little in ``make test``, the full count in ``make soak``, or a share of it.

``make soak`` sets SOAK to the share, 1 for all.
"""

import os

SHARE = float(os.environ.get("SOAK", "0"))
FULL = SHARE > 0


def some(first, *others):
    """What a test is tried with: the first alone in ``make test``, all of it in ``make soak``."""
    return [first, *(others if FULL else ())]


def count(reduced, full):
    """The one of the two counts that this run is for; of the full one its share, never less than the reduced one."""
    return max(reduced, round(full * SHARE)) if FULL else reduced

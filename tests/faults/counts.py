"""How much a test of faults does: a little in ``make test``, the full count in ``make soak`` (which sets SOAK=1)."""

import os

FULL = os.environ.get("SOAK") == "1"


def count(reduced, full):
    """The one of the two counts that this run is for."""
    return full if FULL else reduced

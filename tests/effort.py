"""Bounds of work: what a text may cost at most, beside a bare loop in the same process, so that any machine agrees."""

from contextlib import contextmanager
from functools import cache
from time import process_time


@contextmanager
def within(millions):
    """Fails where what is inside takes more of the processor than so many million steps of a loop."""
    begun = process_time()
    yield
    took = (process_time() - begun) / _million_steps()
    assert took <= millions, f"the work of {took:.0f} million steps of a loop; {millions} are allowed"


@cache
def _million_steps():
    """Seconds of the processor that a million steps take, the least of five times."""
    return min(_spent_on_a_million() for _ in range(5))


def _spent_on_a_million():
    begun = process_time()
    sum(number * number for number in range(1_000_000))
    return process_time() - begun

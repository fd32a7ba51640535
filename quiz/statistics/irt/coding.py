"""Scores of a table as categories: which items a model can place, and the different patterns of answers."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from quiz.statistics.classical import EQUAL, Values
from quiz.statistics.irt.curves import Steps
from quiz.statistics.table import ResponseTable

#: The code of a missing answer.
ABSENT: Final = -1
#: Steps that an item may have.
MOST_STEPS: Final = 100


@dataclass(frozen=True, slots=True)
class Coded:
    """The items that can be placed, by their place in the table, and what everybody has of them.

    ``codes`` has shape (rows, items): the category, ``ABSENT`` where missing; it holds every row of the table. The
    ``patterns`` are the different ones among the rows that are ``used`` to fit, with how many rows each ``weighs``.
    """

    places: NDArray[np.int_]
    steps: Steps
    codes: NDArray[np.int8]
    used: NDArray[np.int_]
    patterns: NDArray[np.int8]
    weighs: Values
    #: Why the other items are not placed, and what is to be said of those that are, by place in the table.
    messages: dict[int, str]

    @property
    def n(self) -> int:
        """How many examinees the fit rests on."""
        return len(self.used)


def code(table: ResponseTable, rule: str, several: bool, shared: bool, known: Collection[int] = ()) -> Coded:
    """The table for a model of items right or wrong, or of ``several`` steps; missing cells by ``analysis.RULES``.

    A category that nobody reached is taken out, unless the steps are ``shared`` by all items, or those of the item (by its
    place) are ``known``.
    """
    scores = np.nan_to_num(table.scores, nan=0.0) if rule == "zero" else table.scores
    given = np.isfinite(scores)
    used = np.flatnonzero(given.all(axis=1) if rule == "complete" else given.any(axis=1))
    messages: dict[int, str] = {}
    placed: list[tuple[int, Values]] = []
    met = np.unique(scores[used][given[used]]) if shared else np.zeros(0)
    for place, maximum in enumerate(map(float, table.maxima)):
        x = scores[used, place]
        values = np.unique(np.round(x[np.isfinite(x)], 9))
        why = _unplaced(values, maximum, several, known=place in known)
        if why:
            messages[place] = why
            continue
        wanted = np.arange(round(maximum) + 1.0) if several else np.array([0.0, maximum])
        empty = [f"{value:g}" for value in wanted if value not in values]
        if place in known:
            values = wanted
        elif empty and several:
            messages[place] = f"nobody scored {', '.join(empty)}"
        if shared:
            values = wanted[np.isin(wanted, met)]
        placed.append((place, values if several else wanted))
    return _coded(scores, used, placed, messages, several)


def _unplaced(values: Values, maximum: float, several: bool, *, known: bool) -> str:
    """Why an item cannot be placed, given the different scores that it was met with; "" where it can."""
    if not len(values):
        return "cannot be placed: nobody has an answer"
    if several and (np.abs(values - np.round(values)) > EQUAL).any():
        return "cannot be placed: its scores are not whole numbers"
    if not several and not set(values.tolist()) <= {0.0, round(maximum, 9)}:
        return "cannot be placed: it is scored in steps; take the model pcm, rsm, gpcm or grm"
    if several and maximum > MOST_STEPS:
        return f"cannot be placed: it has more than {MOST_STEPS} steps"
    if len(values) < 2 and not known:
        return f"cannot be placed: everybody scored {values[0]:g}"
    return ""


def _coded(
    scores: Values,
    used: NDArray[np.int_],
    placed: list[tuple[int, Values]],
    messages: dict[int, str],
    several: bool,
) -> Coded:
    longest = max((len(values) for _, values in placed), default=2)
    of_categories = np.zeros((len(placed), longest))
    exist = np.zeros((len(placed), longest), dtype=np.bool_)
    codes = np.full((len(scores), len(placed)), ABSENT, dtype=np.int8)
    for row, (place, values) in enumerate(placed):
        # Right or wrong is one step of one, whatever the marks.
        of_categories[row, : len(values)] = values if several else (0.0, 1.0)
        exist[row, : len(values)] = True
        given = np.isfinite(scores[:, place])
        codes[given, row] = np.searchsorted(values, np.round(scores[given, place], 9))
    patterns, weighs = _patterns(codes[used])
    places = np.array([place for place, _ in placed], dtype=np.int_)
    return Coded(places, Steps(of_categories, exist), codes, used, patterns, weighs, messages)


def _patterns(codes: NDArray[np.int8]) -> tuple[NDArray[np.int8], Values]:
    """The different rows, and how often each stands."""
    patterns, _, counts = distinct(codes)
    return patterns, counts.astype(np.float64)


def distinct(codes: NDArray[np.int8]) -> tuple[NDArray[np.int8], NDArray[np.int_], NDArray[np.int_]]:
    """The different rows, which of them each row is, and how often each stands."""
    if not codes.size:
        return codes[:0], np.zeros(len(codes), int), np.zeros(0, int)
    whole = np.ascontiguousarray(codes).view(np.dtype((np.void, codes.shape[1]))).ravel()
    _, first, place, counts = np.unique(whole, return_index=True, return_inverse=True, return_counts=True)
    return codes[first], place, counts


def only(coded: Coded, keep: NDArray[np.bool_], why: Callable[[int], str]) -> Coded:
    """Without the items that are not to be kept; ``why``, of an item's place in ``coded``, is the message of each."""
    dropped = {int(coded.places[row]): why(int(row)) for row in np.flatnonzero(~keep)}
    codes = np.ascontiguousarray(coded.codes[:, keep])
    patterns, weighs = _patterns(codes[coded.used])
    return Coded(
        coded.places[keep],
        Steps(coded.steps.scores[keep], coded.steps.exist[keep]),
        codes,
        coded.used,
        patterns,
        weighs,
        {**coded.messages, **dropped},
    )

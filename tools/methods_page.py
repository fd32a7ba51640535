"""The page docs/methods.md: what each figure and flag is, and how often flags err."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from quiz.statistics.flags import ENOUGH, FEWEST
from quiz.statistics.methods import FLAGS, ITEM, TEST, Method

#: What benchmarks/flags.py has printed.
MEASURED = Path(__file__).resolve().parent.parent / "benchmarks" / "flags.md"

PAGE = """\
# Methods

What each figure of the reports and of `quiz stats` is. This page is written by `make docs`, from the same list as the page
*What the figures mean* of the site. x is the mark on an item, T the total, R = T − x the rest, k the number of items, n that
of examinees; variances and covariances divide by n − 1. A figure that does not exist (nobody differs, too few examinees) is
empty, never 0. [Agreement with R](agreement.md).

## Of an item

{items}

## Of the test

{tests}

## Missing cells and papers that differ

- *complete* (default of `quiz stats`): only rows without a missing cell.
- *pairwise*: an item's figures rest on those who have its score; T is scaled from the items that are there to the maximum
  of all, R likewise without the item; a covariance rests on those who have both scores, and alpha and omega on these
  covariances.
- *zero* (default of a quiz): a blank counts 0.

On papers that differ between students T = 100 · Σ marks / Σ max and R = 100 · (Σ marks − x) / (Σ max − max of the item).
Groups are compared (DIF) over rows with a group and every score; the first group in sort order is the reference, all others
together are compared with it, and items scored in steps are passed over.

## Flags

Below {fewest} examinees there is none, below {enough} they are hints. From {enough} on they are verdicts; those that name
Holm's sequence are verdicts only where they hold over all items of the quiz together, and hints otherwise.

{flags}

How often they err (`python -m benchmarks.flags`; questions by a logistic model with guessing, all of which discriminate; what it
simulates stands at its head). *Accused*: any verdict out of possible-miskey, negative-discrimination, competing-options,
no-discrimination, guessing, too-hard; below {enough} students any hint.

{measured}
"""


def page() -> str:
    """The page."""
    return PAGE.format(
        items=_table("figure", ITEM),
        tests=_table("figure", TEST),
        flags=_table("flag", FLAGS),
        fewest=FEWEST,
        enough=ENOUGH,
        measured=MEASURED.read_text(encoding="utf-8").strip(),
    )


def _table(first: str, methods: Iterable[Method]) -> str:
    head = f"| {first} | what it says | formula | source |\n| --- | --- | --- | --- |\n"
    return head + "\n".join(
        f"| `{one.code}` {one.title} | {one.says} | {one.formula.replace('|', chr(92) + '|')} | {one.source} |"
        for one in methods
    )

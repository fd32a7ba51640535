"""The part of docs/methods.md on adaptive tests."""

from __future__ import annotations

import json
from pathlib import Path

#: What catsim has told (``adaptive_catsim.py`` beside it).
STORED = Path(__file__).resolve().parent.parent / "tests" / "kernel" / "statistics" / "adaptive-figures.json"
FIGURES = ("bias", "rmse", "length", "exposure", "overlap")

SECTION = """
## Adaptive tests

`quiz simulate`: simulated examinees, whose abilities are known, sit adaptive tests of a pool. Items have the curves of `2pl`, `3pl` or
`gpcm`, as a question's `calibration` says; abilities are looked for on 241 places from −6 to 6, the prior is N(0, 1).

| what | how | source |
| --- | --- | --- |
| next item | the one with most information at the ability so far, out of those that are left, fit into the time and are of the topic whose turn it is | Lord 1980 |
| ability so far | `eap`, `map`, `ml` or `wle` as above, in tests within 0.002 of what `quiz stats` tells | Bock & Mislevy 1982; Warm 1989 |
| without one (`ml`, all right or all wrong) | halfway to the highest, or the lowest, location of the pool | Dodd 1990 |
| `--start` | the first item is the best at an ability between two bounds, each equally likely | |
| `--blueprint` | the turn is of the topic that is farthest behind its share of the items so far | Kingsbury & Zara 1989 |
| `randomesque` | one of the `--among` best items, each equally likely | Kingsbury & Zara 1989 |
| `progressive` | (1 − w) R + w I is made large; w is the part of the test that is over, R equally likely from 0 to the largest I | Revuelta & Ponsoda 1998 |
| `sympson-hetter` | before the test a lottery admits each item with the chance rate / P(it comes up), at most 1; P by eight rounds of 1,000 simulated examinees, each with the lottery of the round before. In trials the most seen item came to about 1.15 times the rate. Where no item is admitted, one of the others comes | Sympson & Hetter 1985 |
| end | after `--most` items, or when none fits into `--minutes`; from `--fewest` on at a standard error of `--error` | |
| bias, RMSE | the mean of estimate − ability, the root of the mean of its square; of those who have an estimate | |
| exposure | the part of the examinees that saw an item | |
| overlap | Σ n_j (n_j − 1) / ((N − 1) Σ n_j), n_j of N examinees having seen item j: what two share of a test, on average | Chen, Ankenmann & Spray 2003 |

The same seed, pool and rules give the same figures (NumPy's PCG64). Beside catsim 0.21 (Meneghetti & Aquino Junior 2017), 2,000 examinees
and 300 items of `2pl` (`tests/kernel/statistics/adaptive-pool.csv`), by `ml`, each with its own chance. A test holds ours to these: the bias within 0.05, the RMSE within 5 %, the length within 1 %, the overlap within 2 %,
the exposure within 0.02.

| catsim | bias | RMSE | length | most seen item | overlap |
| --- | --- | --- | --- | --- | --- |
{catsim}

Enemies never meet in a test.

**On the site** (`settings.adaptive`, [format](formats/blueprint.md#adaptive-tests)) a test is such a session with one examinee, whose chance
is SHA-256 of the attempt's seed in place of PCG64; a test holds the two to the same questions. A partly right answer to a
question of one step is not right; one of m steps reaches the whole steps of its mark. An answer that could not be marked tells
nothing. At the end the ability is estimated by the same method from the marks that count then: rescored ones, without trial and dropped
questions, and without a last question that was not answered.

| what | how | source |
| --- | --- | --- |
| grade | scale × Σ w_j E_j(θ) / Σ w_j over all questions of the pool, w_j their points, E_j(θ) the expected share of the mark: the true score of the domain | Lord 1980; Bock, Thissen & Zimowski 1997 |
| its interval | the same at θ ± 1.96 standard errors | |
| ended too early | times answered / `fewest`, where the student or the time ended the test before its rules did: whoever could choose when to stop would else gain by it | |
| all right or all wrong (`ml`) | the ability is taken to be ±6, without an error | |
| further attempts | what was asked before is barred while the pool without it meets the rules | |
| report | grades count as they are; facilities are conditional on ability, and there are no rests, discriminations, alpha or places: selection by ability has taken away what they are made of. Trial questions are left out | Wainer 2000 |
| progress, mastery, topics side by side | adaptive tests are left out: of what is chosen by ability everybody has about half right | |
"""


def section() -> str:
    """The section, from its heading on."""
    stored = json.loads(STORED.read_bytes())
    rows = (
        f"| {name} | {' | '.join(f'{found[figure]:.3f}' for figure in FIGURES)} |"
        for name, found in stored.items()
    )
    return SECTION.format(catsim="\n".join(rows))

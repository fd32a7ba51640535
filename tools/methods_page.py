"""The page docs/methods.md: what each figure and flag is, and how often flags err."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from quiz.assembly.spacing import LEAST_RETENTION, LONGEST, MOST_RETENTION, USUAL_RETENTION
from quiz.statistics.flags import ENOUGH, FEWEST
from quiz.statistics.mastery import ENOUGH as MASTERY
from quiz.statistics.methods import COMPARED, CURVE, FLAGS, ITEM, TEST, Method
from tools import adaptive_page

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

## Of a question's curve

{curve}

## Of the class

{compared}

## Of practice

| mark of an answer | is told to the model as |
| --- | --- |
| all of it | *good* |
| half or more: partly right, or with tries and hints before | *hard* |
| less | *again* |

When a question of a practice quiz has its last mark (what is not answered has none), the model FSRS-6, with the weights of the
library `fsrs`, says how long it will be remembered, and it is due on the day on which that probability falls to the student's wish
({usual:.0%} unless they choose another, {least:.0%} to {most:.0%}), after {longest} days at the latest. Days are those of the student's time zone, or else
of the course's; no step is shorter than a day and nothing is left to chance. *Easy* is never told: no mark says so. A change of the
wish holds from a question's next answer on. Source: Ye, Su & Cao 2022; py-fsrs.

| shares of the marks of a topic or objective in an attempt | from *not started* | *attempted* | *familiar* | *proficient* | *mastered* |
| --- | --- | --- | --- | --- | --- |
| all | proficient | proficient | proficient | mastered | mastered |
| {passed:.0%} or more | familiar | familiar | familiar | familiar | proficient |
| less | attempted | attempted | attempted | familiar | proficient |

That is the mastery of *Progress* and of the grade book: each attempt in turn, by when it ended, tests and practice. Students see
theirs as far as their quizzes show marks. The levels are Khan Academy's; the rule is ours.

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
no-discrimination, guessing, too-hard; below {enough} students any hint. That a question is too easy or an option hardly chosen
is what was observed, and mostly true of these quizzes. *Drift*: each question was on 200 papers of an earlier quiz; in the other
thousand one question has become known, so that half of those who would have had it wrong have it right. A class that is stronger or
weaker than the earlier ones moves many questions at once: then many have the flag, and the class is the likelier reason.

{measured}

## Item response theory

`quiz stats --model`: how likely an examinee of ability θ is to reach each score. Logistic metric, D = 1; s_k is the score of
category k, m the highest. [Agreement with R and with what is printed](agreement-models.md).

| model | curve | abilities | told |
| --- | --- | --- | --- |
| `rasch`, by `cml` | P(1) = logistic(θ − b) | nothing is assumed: given the totals they drop out | b, which sum to 0; a is 1 |
| `rasch`, by `mml` | the same | N(0, σ²) | b, σ; a is 1 |
| `1pl` | P(1) = logistic(a (θ − b)), one a | N(0, 1) | a, b |
| `2pl` | P(1) = logistic(a (θ − b)) | N(0, 1) | a, b |
| `3pl` | P(1) = c + (1 − c) logistic(a (θ − b)) | N(0, 1) | a, b, c |
| `pcm` | P(k) ∝ exp Σ (θ − b_v) over the steps v ≤ k | N(0, σ²) | a location b_v for each step, σ |
| `rsm` | the same, b_v = b + t_v with one t for all items | N(0, σ²) | b_v, σ |
| `gpcm` | P(k) ∝ exp Σ a (θ − b_v) over the steps v ≤ k | N(0, 1) | a, b_v: where categories v − 1 and v are equally likely |
| `grm` | P(X ≥ v) = logistic(a (θ − b_v)) | N(0, 1) | a, b_v: where v or more is as likely as less |

| figure | how it is found | source |
| --- | --- | --- |
| estimates, `cml` | Newton's method; the symmetric functions are sums of positive terms only, forward and backward over the items | Andersen 1972; Fischer 1974 |
| estimates, `mml` | EM over 61 equidistant nodes on −6 … 6, every second pair of steps extrapolated; it stops where a step of EM moves no slope, intercept or asymptote by 0.00001, and a step of Newton ends it | Bock & Aitkin 1981; Varadhan & Roland 2008 |
| `--prior` | the density of beta(5, 17) on c is a factor of what is made large; the log-likelihood is told without it | |
| standard errors | the inverse of the observed information, then the delta method | Louis 1982 |
| `aic`, `bic` | 2 p − 2 ln L; p ln n − 2 ln L, with p parameters and n examinees used | Akaike 1974; Schwarz 1978 |
| `eap`, `map` | mean and mode of the posterior; its deviation, or 1 / √(information + 1 / σ²). After `cml` the prior is the normal distribution that makes the answers likeliest | Bock & Mislevy 1982 |
| `ml`, `wle` | the root of S, or of S + J / 2I, with S the slope of the log-likelihood, I the information, J = Σ P′P″ / P; 1 / √I. None outside −20 … 20: a perfect score has none by `ml` | Warm 1989 |
| information | Σ P′² / P over the categories | Samejima 1969 |
| `infit`, `outfit` | Σ (x − E)² / Σ var; mean of (x − E)² / var. At EAP (`mml`; shrunken abilities put both below 1), at ML without those who have none (`cml`) | Wright & Masters 1982 |
| `s_x2`, `df`, `p` | Σ (observed − expected)² / expected over the scores on the item at each total; cells below 1 are joined with their neighbours; of those with every score | Orlando & Thissen 2000; Kang & Chen 2008 |

An item that everybody has right, or wrong, cannot be placed: it says so and the others are estimated. By `cml` that holds for each item
that is not linked with the others: right for somebody who has another wrong, and the reverse, or so along a chain (Fischer 1981).
With `--anchors FILE` (columns `item,a,b` and, where wanted, `c`; the locations of several steps parted by spaces) the items of the file
keep these parameters, and the others are placed on their scale. All answers are fitted together, and abilities are N(μ, σ²)
with both free (fixed parameter calibration with the distribution and the items updated in every cycle of EM, Kim 2006; his
distribution is a histogram, ours stays normal). With θ = μ + σ z an anchor's slope is a σ and its intercept a (μ − b), linear in σ and
μ; what is not known of these is part of the standard errors (delta method), what is not known of the anchors is not.
An item with fewer than 30 answers is not calibrated, and says so. A test holds the figures to those of R, which climbs the
likelihood written out anew; of 120 simulated items (2PL, 600 answers each) 96 % of the intervals of 95 % held a, and 97 % b.
Anchors have steps as of `gpcm`, so `grm` and `rsm` take none.

*Calibrate* of a bank fits `gpcm` to the answers on the site: with the calibrated questions as anchors, or anew with these students as
N(0, 1). A row is the first finished attempt of a student in a test (not in practice), a column a question; answers to another wording
or key of it do not count, nor what an adaptive test asked and nobody answered; what a paper did not hold is missing. An adaptive test chooses by
the answers before, which are all there, so that what is missing may be passed over (missing at random, Rubin 1976; Mislevy & Wu 1996). A
question whose slope runs away is left out where it keeps the fit from an end. An anchor departs where its answers lie, on average, a tenth of the
mark or more from what it expects at the abilities by EAP, and by more than 2.58 standard errors.

A score that nobody has is told; the step into it has no location, and the next step spans both. Missing answers (*pairwise*) are
passed over. A model that did not converge, and one whose observed information has no inverse, says so.
"""


def page() -> str:
    """The page."""
    return (
        PAGE.format(
            items=_table("figure", ITEM),
            tests=_table("figure", TEST),
            curve=_table("figure", CURVE),
            compared=_table("figure", COMPARED),
            flags=_table("flag", FLAGS),
            fewest=FEWEST,
            enough=ENOUGH,
            usual=USUAL_RETENTION,
            least=LEAST_RETENTION,
            most=MOST_RETENTION,
            longest=LONGEST,
            passed=MASTERY,
            measured=MEASURED.read_text(encoding="utf-8").strip(),
        )
        + adaptive_page.section()
    )


def _table(first: str, methods: Iterable[Method]) -> str:
    head = f"| {first} | what it says | formula | source |\n| --- | --- | --- | --- |\n"
    return head + "\n".join(
        f"| `{one.code}` {one.title} | {one.says} | {one.formula.replace('|', chr(92) + '|')} | {one.source} |"
        for one in methods
    )

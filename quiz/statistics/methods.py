"""What each figure and each flag is: in words, as a formula, and where it comes from. One list for page and docs.

x is the mark on an item, T the total, R = T − x the rest; sums run over examinees, n − 1 divides each variance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Method:
    """``code`` is the figure's name in files, or the flag's code; the texts are English, for gettext."""

    code: str
    title: str
    #: What it says, and how to read it.
    says: str
    formula: str
    source: str


_MOODLE: Final = "Moodle, quiz statistics"

ITEM: Final = (
    Method(
        "n",
        "Attempts",
        "How many attempts held the question and are wholly marked; of each student the first, unless another choice is made.",
        "n",
        "what was counted",
    ),
    Method(
        "seconds",
        "Seconds",
        "The median of the time from the save before to the save of this question: what somebody thinks without answering counts for the next. Times are kept to whole seconds, from 100 on to two digits.",
        "median",
        "times of the saves",
    ),
    Method(
        "place",
        "Place on the paper",
        "Where papers differ, the n-th question of a section is another one on each. The figures of a place are over whatever stood there.",
        "as those of a question",
        _MOODLE,
    ),
    Method(
        "moodle",
        "As Moodle has it",
        "In files, of a question that not all papers hold: discrimination index and efficiency with the question itself in the rest, which flatters. Everywhere else the rest is without it.",
        "R = T",
        _MOODLE,
    ),
    Method(
        "facility",
        "Facility (right)",
        "The mean share of the mark. Low is hard; what suits the quiz depends on its purpose.",
        "mean(x) / max",
        _MOODLE,
    ),
    Method("sd", "Standard deviation", "How far the marks on the question lie apart.", "√var(x)", _MOODLE),
    Method(
        "item_total",
        "Item–total correlation",
        "How closely the question goes with the total that it is part of; flattering in short quizzes.",
        "cov(x, T) / √(var x · var T)",
        "Pearson; point-biserial where marks are 0 or 1",
    ),
    Method(
        "item_rest",
        "Item–rest correlation",
        "How closely the question goes with all the others, −1 to 1. Above 0.3 is good, below 0 is a warning.",
        "cov(x, R) / √(var x · var R)",
        "Henrysson 1963; R's psych: r.drop",
    ),
    Method(
        "discrimination_index",
        "Discrimination index",
        "The item–rest correlation in percent; it is not the difference of the upper and lower 27 %.",
        "100 · cov(x, R) / √(var x · var R)",
        _MOODLE,
    ),
    Method(
        "discriminative_efficiency",
        "Discriminative efficiency",
        "The covariance with the others as a part of the most that these marks allow; fair to very easy and hard ones.",
        "100 · cov(x, R) / cov(x sorted, R sorted)",
        _MOODLE,
    ),
    Method(
        "d27",
        "Upper less lower 27 %",
        "The mean share of the mark of the best 27 % by total, less that of the weakest. Those tied at a border count in part.",
        "mean(x of the upper 0.27 n) / max − mean(x of the lower 0.27 n) / max",
        "Kelley 1939",
    ),
    Method(
        "intended_weight",
        "Intended weight",
        "The share of the attainable marks that the question has.",
        "100 · max / Σ max",
        _MOODLE,
    ),
    Method(
        "effective_weight",
        "Effective weight",
        "The share of the spread of totals that the question makes; none where it works against the total.",
        "100 · √cov(x, T) / Σ √cov(x, T)",
        _MOODLE,
    ),
    Method(
        "alpha_if_deleted",
        "Alpha without it",
        "The reliability of the others. Above that of the whole, the question lowers it.",
        "alpha of the other items",
        "R's psych: alpha.drop",
    ),
    Method(
        "options",
        "Options",
        "By how many each option was chosen, their mean rest, the correlation of having chosen it with R, and its share in each fifth by total.",
        "corr(chosen, R)",
        "point-biserial, R without the item",
    ),
    Method(
        "dif",
        "Differential item functioning",
        "Whether, of students with equal totals, one group finds it harder. Δ below 0: harder for the other group. Class A is negligible, C large.",
        "odds ratio = Σ AD/N / Σ BC/N over equal totals; Δ = −2.35 · ln(odds ratio). A: |Δ| < 1, or p ≥ .05 by the χ² with "
        "continuity correction; C: |Δ| ≥ 1.5 and (|Δ| − 1) / se > 1.645; else B",
        "Mantel & Haenszel 1959; Holland & Thayer 1988; Robins, Breslow & Greenland 1986 (se)",
    ),
)

TEST: Final = (
    Method(
        "alpha",
        "Alpha",
        "Reliability: which part of the spread of totals is not error, if the questions measure one thing alike.",
        "k / (k − 1) · (1 − Σ var x / var T)",
        "Cronbach 1951",
    ),
    Method(
        "alpha_ci",
        "Its 95 % interval",
        "Where the alpha of many such classes may lie.",
        "1 − (1 − alpha) · F quantile (n − 1, (n − 1)(k − 1)) at .975 and .025",
        "Feldt 1965",
    ),
    Method(
        "omega_total",
        "Omega total",
        "Reliability if one factor makes the correlations, each question as strongly as it does.",
        "1 − Σ (1 − l²) / Σ r, with the loadings l that make Σ (r_ij − l_i l_j)² over i ≠ j least",
        "McDonald 1999; Harman & Jones 1966",
    ),
    Method("cic", "Coefficient of internal consistency", "Alpha in percent.", "100 · alpha", _MOODLE),
    Method(
        "error_ratio",
        "Error ratio",
        "How much of the standard deviation is error.",
        "100 · √(1 − CIC / 100)",
        _MOODLE,
    ),
    Method(
        "standard_error",
        "Standard error of measurement",
        "So far a grade may lie from what the student would have on many such quizzes, in two of three cases.",
        "error ratio / 100 · SD of the totals",
        _MOODLE,
    ),
    Method(
        "skewness",
        "Skewness",
        "Below 0: a tail of low grades; above 0: of high ones.",
        "G1 = k3 / k2^1.5 of the k-statistics",
        "Fisher; Joanes & Gill 1998",
    ),
    Method(
        "kurtosis",
        "Kurtosis",
        "Above 0: more very low and very high grades than in a normal distribution.",
        "G2 = k4 / k2²",
        "Fisher; Joanes & Gill 1998",
    ),
    Method(
        "marginal_reliability",
        "Marginal reliability",
        "Of an adaptive test: the part of the variance of abilities that is not error. From 0.8 on single students are told apart.",
        "S² / (S² + mean(error²)) by EAP or MAP; 1 − mean(error²) / S² by ML or WLE",
        "Green, Bock, Humphreys, Linn & Reckase 1984",
    ),
)

COMPARED: Final = (
    Method(
        "share",
        "Share of the marks, with its interval",
        "Of all marks that a topic, objective or section had to give. To be taught again: the whole interval is below what is wanted, the pass mark or 60 %.",
        "Σ m / Σ p over the attempts, ± t(.975, n − 1) · √(Σ (m − share · p)² · n / (n − 1)) / Σ p",
        "ratio estimator: Cochran 1977, 6.4",
    ),
    Method(
        "group_mean",
        "Mean of a group, with its interval",
        "Where the mean of many such groups may lie.",
        "mean ± t(.975, n − 1) · sd / √n",
        "Student 1908",
    ),
    Method(
        "groups_differ",
        "Whether groups differ",
        "The probability of means as far apart where all groups are alike; groups of fewer than five attempts are left out.",
        "F of weighted means, weights n / var",
        "Welch 1951; R's oneway.test",
    ),
    Method(
        "time_and_grade",
        "Time and grade",
        "Whether who takes longer does better: said where p < .05.",
        "Pearson's r; t = r √((n − 2) / (1 − r²))",
        "R's cor.test",
    ),
)

CURVE: Final = (
    Method(
        "calibration",
        "Calibration",
        "Difficulty and slope as they are written into a question, by the answers of all quizzes: adaptive tests choose by them. Questions that have one stay, and the others are placed on their scale.",
        "generalised partial credit model (2PL where marks are all or nothing), abilities N(μ, σ²)",
        "Bock & Aitkin 1981; Muraki 1992; Kim 2006",
    ),
    Method(
        "curve",
        "Characteristic curve",
        "The share of the mark to be expected of a student of some ability. Rasch's model below 250 papers a question, else one with a slope for each.",
        "E(x) / max by the models rasch, 2pl, or pcm, gpcm where marks come in up to six equal steps",
        "Rasch 1960; Birnbaum 1968; Masters 1982; Muraki 1992",
    ),
    Method(
        "band",
        "Its band",
        "Where the curve of many such classes may lie, 95 %.",
        "logistic(logit E ± 1.96 · se(logit E)) by the delta method",
        "the observed information: Louis 1982",
    ),
    Method(
        "points",
        "Points",
        "Papers in groups of like ability: their mean share of the mark at their mean ability. Where they leave the band, the model does not fit.",
        "abilities by EAP",
        "Bock & Mislevy 1982",
    ),
    Method(
        "location",
        "Difficulty and slope",
        "b: the ability (in logits, 0 is the mean of the class) at which two neighbouring marks are equally likely. a: how steeply the curve rises there.",
        "P = logistic(a (θ − b))",
        "R's mirt and ltm agree",
    ),
    Method(
        "item_fit",
        "Infit and outfit",
        "About 1 where the question fits; above 1.3 answers are more erratic than the model has it, below 0.7 more regular.",
        "Σ (x − E)² / Σ var; mean of (x − E)² / var",
        "Wright & Masters 1982",
    ),
    Method(
        "information",
        "Information",
        "How much an answer tells about the ability of a student: 1 / √(information of all questions) is the standard error there.",
        "Σ P′² / P over the marks",
        "Samejima 1969",
    ),
)

FLAGS: Final = (
    Method(
        "possible-miskey",
        "Key probably wrong",
        "A wrong option behaves like the right one, and the key does not.",
        "an option chosen by 5 or more whose item–rest exceeds the key's (p < .03) and 0 (p < .03), while the key's upper 95 % limit is below .15",
        "dependent correlations: Williams' T2 (Steiger 1980)",
    ),
    Method(
        "negative-discrimination",
        "Goes against the rest",
        "The stronger the student, the likelier a wrong answer.",
        "upper 95 % limit of item–rest < 0; a verdict over the whole quiz by Holm's sequence at .025",
        "Fisher's z; Holm 1979",
    ),
    Method(
        "competing-options",
        "Rival of the key",
        "More students choose a wrong option than the key, and not the weaker ones.",
        "chosen by more than the key (sign test of the two, p < .01), item–rest not below the key's",
        "binomial",
    ),
    Method(
        "dif",
        "Harder for one group",
        "Of students with equal totals one group finds it harder.",
        "class B or C; a verdict over the whole quiz by Holm's sequence at .025",
        "Mantel & Haenszel 1959",
    ),
    Method(
        "drift",
        "Easier or harder than before",
        "The same version of the question had another facility in earlier quizzes: its answer may have got about, or the teaching changed.",
        "|difference of the facilities| ≥ 0.10 (two proportions, p < .01); a verdict over the whole quiz by Holm's sequence at .025",
        "z with the pooled share",
    ),
    Method(
        "no-discrimination",
        "Hardly tells apart",
        "It hardly tells strong students from weak ones.",
        "upper 95 % limit of item–rest < 0.10; a verdict over the whole quiz by Holm's sequence at .025",
        "Fisher's z; Holm 1979",
    ),
    Method(
        "guessing",
        "Guessed",
        "The marks are those of guessing, and no option is preferred.",
        "facility within 0.10 of the random guess score, which its 95 % interval holds; shares not unequal (χ², p > .05); item–rest not "
        "above 0 (p > .05); a verdict where the whole interval is within 0.10",
        "Wilson's score interval; Pearson",
    ),
    Method(
        "too-hard",
        "As if guessed",
        "Students do no better than by guessing.",
        "upper 95 % limit of the facility ≤ random guess score + 0.05",
        "Wilson's score interval",
    ),
    Method(
        "not-reached",
        "Not reached by many",
        "Students ran out of time, or gave up.",
        "blank here and in every later slot, on 5 % of the papers or more",
        "what was observed",
    ),
    Method(
        "too-easy",
        "Too easy here",
        "Nearly everybody has it right.",
        "facility ≥ 0.95",
        "what was observed",
    ),
    Method(
        "unused-distractor",
        "Option hardly chosen",
        "A wrong option that misleads nobody.",
        "chosen by fewer than 5 %",
        "what was observed",
    ),
)

"""From counted papers to the figures of a report: of the whole, of each question, of each option. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from string import ascii_uppercase
from typing import Any, Final, TypeAlias

import numpy as np

from quiz.banks.model import Question
from quiz.banks.tallying import WHOLE, Answered, Paper, Tally, tally_of
from quiz.errors import Invalid
from quiz.files.richtext import to_text
from quiz.questions.base import Choice
from quiz.statistics.classical import (
    ItemFigures,
    TotalFigures,
    Values,
    alpha_from,
    effective_weights,
    intended_weight,
    item_figures,
    mean,
    quantile,
    tails,
    variance,
    whole_figures,
)
from quiz.statistics.distractors import OptionFigures, option_figures
from quiz.statistics.flags import Earlier, Flag, Observed, flags, settle
from quiz.statistics.reliability import alpha_if_deleted, omega_total

__all__ = [
    "Analysis",
    "Answered",
    "Held",
    "OptionReport",
    "PlaceReport",
    "QuestionReport",
    "analyse",
    "figures",
    "letter_of",
    "median_of",
]

#: The counts of a version, or of papers as a whole, by kind (``tallying``).
Kinds: TypeAlias = Mapping[str, Mapping[tuple[Any, ...], int]]
#: So many of the answers that were typed or built are listed, the commonest first.
MOST_ANSWERS: Final = 12


@dataclass(frozen=True, slots=True)
class Held:
    """A question version that papers held: ``number`` counts versions from 1, ``prompt`` is plain."""

    number: int
    prompt: str
    #: The question on a paper: by variant (None: no family), and by the date of the paper.
    question: Callable[[str | None, date], Question]
    #: How it did in earlier quizzes; None: it was in none.
    earlier: Earlier | None = None


@dataclass(frozen=True, slots=True)
class OptionReport:
    """An option and who chose it. ``letter`` counts in authored order."""

    letter: str
    text: str
    key: bool
    figures: OptionFigures

    @property
    def name(self) -> str:
        """The option as sentences name it."""
        return f"{self.letter} “{self.text if len(self.text) <= 40 else self.text[:39] + '…'}”"


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer that was typed or built, and by how many; ways of writing that count as the same are one."""

    text: str
    n: int
    right: bool


@dataclass(frozen=True, slots=True)
class VariantReport:
    """A variant of a family and its figures over the papers that held it. ``prompt`` is plain."""

    key: str
    prompt: str
    figures: ItemFigures


@dataclass(frozen=True, slots=True)
class PlaceReport:
    """A place of papers that differ, the ``place``-th of a section, with the figures of whatever question stood there."""

    section: str
    place: int
    figures: ItemFigures
    intended_weight: float | None
    effective_weight: float | None


@dataclass(frozen=True, slots=True)
class QuestionReport:
    """A question version's figures over the papers that held it; texts are plain."""

    #: From 1: its slot where every paper has it there, else its place by bank and id.
    number: int
    version_id: int
    #: The number of the version, from 1.
    version: int
    #: "bank/id".
    question: str
    type: str
    topic: str
    prompt: str
    figures: ItemFigures
    #: As Moodle has them: the rest of a question that not all papers hold is the total, the question with it.
    moodle: ItemFigures
    random_guess: float | None
    #: The mean fraction of the upper 27 % by T, less that of the lower.
    d27: float | None
    intended_weight: float | None
    effective_weight: float | None
    #: Alpha of the other questions; None where papers differ in their questions.
    alpha_if_deleted: float | None
    #: Papers without an answer to it.
    blank: int
    options: tuple[OptionReport, ...]
    answers: tuple[GivenAnswer, ...]
    #: Of a family, each variant that was asked; its options and answers differ, so there are no common ones.
    variants: tuple[VariantReport, ...]
    flags: tuple[Flag, ...]
    #: The median of the seconds spent on it; None where no save tells.
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Analysis:
    """The figures of the whole, in units of the scale, and those of each question."""

    whole: TotalFigures
    #: None where papers differ in their questions.
    omega_total: float | None
    #: What alpha is over: questions (all papers hold the same), places (the n-th of a section), or "" (no alpha).
    over: str
    questions: tuple[QuestionReport, ...]
    #: Empty where all papers hold the same questions, and where they have no places in common.
    places: tuple[PlaceReport, ...]
    #: Half of the totals lie from the first to the second; None without any.
    quartiles: tuple[float, float] | None
    #: There are so many different totals that they were counted to two decimals of a percent.
    binned: bool = False


def analyse(papers: Sequence[Sequence[Answered]], scale: float) -> Analysis:
    """The analysis of finished papers, wholly marked and with something to attain; ``scale`` is a full grade."""
    held: dict[int, Held] = {}
    questions: dict[tuple[int, str | None], Question] = {}
    for one in (one for paper in papers for one in paper):
        questions.setdefault((one.version_id, one.variant), one.question)
        asked = partial(_asked, questions, one.version_id)
        held.setdefault(one.version_id, Held(one.version, one.prompt or to_text(one.question.prompt), asked))
    return figures(tally_of([Paper(tuple(one.line for one in paper), 0.0) for paper in papers]), held, scale)


def _asked(
    questions: Mapping[tuple[int, str | None], Question], version_id: int, key: str | None, _on: date
) -> Question:
    return questions[version_id, key]


def figures(tally: Tally, held: Mapping[int, Held], scale: float) -> Analysis:
    """The analysis of the papers that were counted; ``scale`` is a full grade.

    Blanks count 0. A question's figures are over the papers that held this version.
    """
    counts = tally.kinds()
    versions = {version: kinds for version, kinds in counts.items() if version != WHOLE}
    over, grades, times, whole = _whole(counts, scale)
    alike = over == "questions" and tally.pairs.n == times.sum() > 2
    between = tally.pairs.covariances() if alike else None
    without = (
        {} if between is None else dict(zip(tally.pairs.versions, alpha_if_deleted(between), strict=True))
    )
    numbers = _numbers(versions, held)
    drafts = [
        _question(numbers[version], version, versions[version], held[version], round(times.sum()))
        for version in sorted(versions, key=lambda version: numbers[version])
    ]
    low, high = quantile(grades, 0.25, times), quantile(grades, 0.75, times)
    return Analysis(
        whole=whole,
        omega_total=None if between is None else omega_total(between),
        over=over,
        questions=_together(drafts, without),
        places=_places(counts.get(WHOLE, {})) if over == "places" else (),
        quartiles=None if low is None or high is None else (low, high),
        binned=tally.coarse,
    )


def standard_error(counts: Mapping[int, Kinds]) -> float | None:
    """The standard error of measurement of a grade, as a share of the scale, from the counts of kind paper, marks, mark and
    place by version; None where there is no alpha.
    """
    return _whole(counts, 1.0)[3].standard_error


def _whole(counts: Mapping[int, Kinds], scale: float) -> tuple[str, Values, Values, TotalFigures]:
    """What alpha is over, the different grades, how often each, and the figures of the whole."""
    whole = counts.get(WHOLE, {})
    versions = {version: kinds for version, kinds in counts.items() if version != WHOLE}
    totals, times = _columns(whole.get("paper", {}), 1)
    grades = totals * scale / 100
    over, laid = _laid(versions, whole, round(times.sum()))
    alpha = alpha_from(
        [variance(*one) for one in laid], variance(*_columns(whole.get("marks", {}), 1)), round(times.sum())
    )
    return over, grades, times, whole_figures(grades, alpha, len(laid), times)


def _columns(counts: Mapping[tuple[Any, ...], int], width: int) -> tuple[Values, ...]:
    """The values of cells, a column each, with NaN for None; and how often each row was counted."""
    rows = np.array([*counts], dtype=np.float64).reshape(len(counts), width)
    return *rows.T, np.array([*counts.values()], dtype=np.float64)


def _laid(
    versions: Mapping[int, Kinds], whole: Kinds, papers: int
) -> tuple[str, Sequence[tuple[Values, Values]]]:
    """What all papers have: the same questions, or else the same places. For each the different marks, how often each."""
    if "marks" not in whole:
        return "", ()
    by_question = [_columns(kinds["mark"], 1) for kinds in versions.values()]
    by_place: dict[tuple[str, int], dict[tuple[float], int]] = defaultdict(dict)
    for (section, place, mark), n in whole.get("place", {}).items():
        by_place[section, place][mark,] = n
    for over, found in (
        ("questions", by_question),
        ("places", [_columns(one, 1) for one in by_place.values()]),
    ):
        if found and all(times.sum() == papers for _, times in found):
            return over, [(marks, times) for marks, times in found]
    return "", ()


def _numbers(versions: Mapping[int, Kinds], held: Mapping[int, Held]) -> dict[int, int]:
    """The number of each version: its slot where that is the same on every paper, else by bank and id, from 1."""
    slots = {version: [slot for (slot,) in kinds["slot"]] for version, kinds in versions.items()}
    single = {version: min(found) for version, found in slots.items() if len(found) == 1}
    if len(set(single.values())) == len(versions):
        return single
    names = {version: _sample(kinds, held[version]).qualified for version, kinds in versions.items()}
    ordered = sorted(versions, key=lambda version: (names[version], version))
    return {version: number for number, version in enumerate(ordered, 1)}


# A question --------------------------------------------------------------------------------------------------------


def _sample(kinds: Kinds, held: Held) -> Question:
    """The question; of a family its first variant that was asked."""
    keys = sorted({key for key, *_place in kinds.get("variant", {})})
    return next(_asked_of(keys, kinds, held)) if keys else held.question(None, date.min)


def _asked_of(keys: Sequence[str], kinds: Kinds, held: Held) -> Iterator[Question]:
    """These variants of a family, each as of the first date of a paper at which there is one."""
    days = [date.fromisoformat(day) for (day,) in kinds["dated"]]
    for key in keys:
        yield _first(held, key, days)


def _first(held: Held, key: str, days: Sequence[date]) -> Question:
    for day in days[:-1]:
        try:
            return held.question(key, day)
        except Invalid:
            continue
    return held.question(key, days[-1])


def _question(number: int, version_id: int, kinds: Kinds, held: Held, papers: int) -> QuestionReport:
    question = _sample(kinds, held)
    fractions, total, rest, times = _columns(kinds["seen"], 3)
    points, attainable, worth = _columns(kinds["worth"], 2)
    n, maximum = round(times.sum()), mean(points, worth)
    x = fractions * maximum
    variants = _variants(kinds, held, maximum)
    choices = () if variants else question.kind.choices(question.content)
    chosen = _chosen(choices, kinds)
    guess = question.kind.random_guess(question.content, question.scoring)
    seen = Observed(
        x=x,
        maximum=maximum,
        rest=rest,
        guess=None if guess is None else float(guess),
        chosen=chosen,
        keys=tuple(place for place, choice in enumerate(choices) if choice.right),
        not_reached=_count(kinds, "beyond") / n,
        times=times,
        several=_count(kinds, "several") > 0,
        earlier=held.earlier,
    )
    weights = tails(total, times)
    return QuestionReport(
        number=number,
        version_id=version_id,
        version=held.number,
        question=question.qualified,
        type=question.type,
        topic=question.topic,
        prompt=held.prompt,
        figures=item_figures(x, maximum, total, rest, times),
        moodle=item_figures(x, maximum, total, rest if n == papers else total, times),
        random_guess=seen.guess,
        d27=None if weights is None else float((weights * fractions * times).sum()),
        intended_weight=intended_weight(maximum, mean(attainable, worth)),
        effective_weight=None,
        alpha_if_deleted=None,
        blank=_count(kinds, "blank"),
        options=_options(choices, option_figures(chosen, total, rest, times)),
        answers=_answers(kinds.get("answer", {})),
        variants=variants,
        flags=tuple(flags(seen)),
        seconds=median_of(kinds.get("seconds", {})),
    )


def _count(kinds: Kinds, kind: str) -> int:
    return kinds.get(kind, {}).get((), 0)


def median_of(counts: Mapping[tuple[Any, ...], int]) -> float | None:
    """The median of counted values; None without any."""
    values, times = _columns(counts, 1)
    return quantile(values, 0.5, times)


def _variants(kinds: Kinds, held: Held, maximum: float) -> tuple[VariantReport, ...]:
    """The variants by key; none where the question is no family."""
    by_key = _grouped(kinds.get("variant", {}), 1)
    keys = sorted(key for (key,) in by_key)
    return tuple(
        VariantReport(key, to_text(asked.prompt), _figures(by_key[key,], maximum))
        for key, asked in zip(keys, _asked_of(keys, kinds, held) if keys else (), strict=True)
    )


def _grouped(
    counts: Mapping[tuple[Any, ...], int], width: int
) -> Mapping[tuple[Any, ...], dict[tuple[Any, ...], int]]:
    """Counts by the first values of their cells, so many of them, and by the others."""
    found: dict[tuple[Any, ...], dict[tuple[Any, ...], int]] = defaultdict(dict)
    for values, n in counts.items():
        found[values[:width]][values[width:]] = n
    return found


def _figures(counts: Mapping[tuple[Any, ...], int], maximum: float) -> ItemFigures:
    """Those of cells (x, T, R)."""
    fractions, total, rest, times = _columns(counts, 3)
    return item_figures(fractions * maximum, maximum, total, rest, times)


def _places(whole: Kinds) -> tuple[PlaceReport, ...]:
    """The places, in the order of their sections' names."""
    found = _grouped(whole.get("stood", {}), 2)
    figures = {place: _placed(found[place]) for place in sorted(found)}
    weights = effective_weights([one.total_covariance for one in figures.values()])
    attainable = sum(one.max for one in figures.values())
    return tuple(
        PlaceReport(section, place, one, intended_weight(one.max, attainable), weight)
        for ((section, place), one), weight in zip(figures.items(), weights, strict=True)
    )


def _placed(counts: Mapping[tuple[Any, ...], int]) -> ItemFigures:
    """Those of cells (points, x, T, R)."""
    points, fractions, total, rest, times = _columns(counts, 4)
    return item_figures(fractions * points, mean(points, times), total, rest, times)


def _chosen(choices: Sequence[Choice], kinds: Kinds) -> Values:
    """Of shape (rows of those who have seen it, choices): how many of each chose what."""
    rows = {place: row for row, place in enumerate(kinds["seen"])}
    columns = {choice.id: column for column, choice in enumerate(choices)}
    found = np.zeros((len(rows), len(choices)))
    for (option, *place), n in kinds.get("pick", {}).items():
        if option in columns:
            found[rows[tuple(place)], columns[option]] = n
    return found


def _options(choices: Sequence[Choice], figures: Sequence[OptionFigures]) -> tuple[OptionReport, ...]:
    return tuple(
        OptionReport(letter_of(place), choice.text, choice.right, of_one)
        for place, (choice, of_one) in enumerate(zip(choices, figures, strict=True))
    )


def letter_of(place: int) -> str:
    """The letters A … Z, then AA, BB and so on."""
    return ascii_uppercase[place % 26] * (1 + place // 26)


def _answers(counts: Mapping[tuple[Any, ...], int]) -> tuple[GivenAnswer, ...]:
    """What was typed or built, the commonest first; of equally common ones the right one."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(GivenAnswer(text, n, not wrong) for (wrong, text), n in ordered[:MOST_ANSWERS])


def _together(
    drafts: Sequence[QuestionReport], without: Mapping[int, float | None]
) -> tuple[QuestionReport, ...]:
    """The questions with what needs all of them: weights, alpha ``without`` each, which verdicts hold over the whole."""
    weights = effective_weights([draft.figures.total_covariance for draft in drafts])
    settled = settle([draft.flags for draft in drafts])
    return tuple(
        replace(
            draft,
            effective_weight=weight,
            alpha_if_deleted=without.get(draft.version_id),
            flags=tuple(of_one),
        )
        for draft, weight, of_one in zip(drafts, weights, settled, strict=True)
    )

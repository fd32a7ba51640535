"""From finished papers to the figures of a report: of the whole, of each question, of each option. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from string import ascii_uppercase
from typing import Any

import numpy as np

from quiz.banks.model import Question
from quiz.files.richtext import to_text
from quiz.questions.base import Choice, Response
from quiz.statistics.classical import (
    ItemFigures,
    TotalFigures,
    Values,
    effective_weights,
    intended_weight,
    item_figures,
    percent_rests,
    percent_totals,
    tails,
    total_figures,
)
from quiz.statistics.distractors import OptionFigures, option_figures
from quiz.statistics.flags import Flag, Observed, flags, settle
from quiz.statistics.reliability import alpha_if_deleted, covariances, omega_total

#: So many of the answers that were typed or built are listed, the commonest first.
MOST_ANSWERS = 12


@dataclass(frozen=True, slots=True)
class Answered:
    """One question of a finished paper. ``points`` is its maximum, ``fraction`` what it earned of it."""

    version_id: int
    #: The number of the version, from 1.
    version: int
    question: Question
    slot: int
    section: str
    points: float
    fraction: float
    response: Response
    #: Seconds spent on it, as far as saves tell; None where it was never saved.
    seconds: float | None
    #: Which variant of a family it was; None where it is no family.
    variant: str | None = None
    #: The prompt as the bank has it, plain: that of a family names what differs.
    prompt: str = ""


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
    """A variant of a family: how many papers held it, and its facility, 0 to 1. ``prompt`` is plain."""

    key: str
    prompt: str
    n: int
    facility: float


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
    #: Half of the totals lie from the first to the second; None without any.
    quartiles: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class _Cell:
    """A question in the paper of this row."""

    row: int
    answered: Answered


def analyse(papers: Sequence[Sequence[Answered]], scale: float) -> Analysis:
    """The analysis of finished papers, wholly marked and with something to attain; ``scale`` is a full grade.

    Blanks count 0. A question's figures are over the papers that held this version.
    """
    marks = np.array([sum(one.fraction * one.points for one in paper) for paper in papers])
    attainable = np.array([sum(one.points for one in paper) for paper in papers])
    totals = percent_totals(marks, attainable)
    over, names, columns = _columns(papers)
    alike = columns if over == "questions" and len(papers) > 2 else None
    between = None if alike is None else covariances(alike)
    cells: dict[int, list[_Cell]] = defaultdict(list)
    for row, paper in enumerate(papers):
        for answered in paper:
            cells[answered.version_id].append(_Cell(row, answered))
    numbers = _numbers(cells)
    last = [_last_answered(paper) for paper in papers]
    drafts = [
        _question(numbers[version_id], of_one, marks, attainable, totals, last)
        for version_id, of_one in sorted(cells.items(), key=lambda item: numbers[item[0]])
    ]
    grades = totals * scale / 100
    quartiles = (float(np.quantile(grades, 0.25)), float(np.quantile(grades, 0.75))) if papers else None
    return Analysis(
        whole=total_figures(grades, columns),
        omega_total=None if between is None else omega_total(between),
        over=over,
        questions=_together(
            drafts, {} if between is None else dict(zip(names, alpha_if_deleted(between), strict=True))
        ),
        quartiles=quartiles,
    )


def _last_answered(paper: Sequence[Answered]) -> int:
    """The last slot with an answer: what stands after it was not reached. 0 for a blank paper."""
    return max((one.slot for one in paper if one.question.answered(one.response)), default=0)


def _columns(papers: Sequence[Sequence[Answered]]) -> tuple[str, Sequence[Any], Values | None]:
    """The marks laid beside each other, shape (papers, k): by question, else by place, where all papers have the same.

    With what the columns are: version ids, or places.
    """
    by_question = [{one.version_id: _mark(one) for one in paper} for paper in papers]
    by_place = [_by_place(paper) for paper in papers]
    for over, laid in (("questions", by_question), ("places", by_place)):
        found = _table(laid)
        if found is not None:
            return over, [*laid[0]], found
    return "", (), None


def _mark(answered: Answered) -> float:
    return answered.fraction * answered.points


def _by_place(paper: Sequence[Answered]) -> dict[tuple[str, int], float]:
    """Marks by (section, how many-eth of it): what a slot is in a paper that is drawn."""
    places: Counter[str] = Counter()
    found = {}
    for one in paper:
        places[one.section] += 1
        found[one.section, places[one.section]] = _mark(one)
    return found


def _table(laid: Sequence[Mapping[Any, float]]) -> Values | None:
    if not laid or any(row.keys() != laid[0].keys() for row in laid):
        return None
    return np.array([[row[key] for key in laid[0]] for row in laid])


def _numbers(cells: Mapping[int, Sequence[_Cell]]) -> dict[int, int]:
    """The number of each version: its slot where that is the same on every paper, else by bank and id, from 1."""
    slots = {version: {cell.answered.slot for cell in of_one} for version, of_one in cells.items()}
    single = {version: min(found) for version, found in slots.items() if len(found) == 1}
    if len(set(single.values())) == len(cells):
        return single
    ordered = sorted(cells, key=lambda version: (cells[version][0].answered.question.qualified, version))
    return {version: number for number, version in enumerate(ordered, 1)}


# A question --------------------------------------------------------------------------------------------------------


def _question(
    number: int,
    cells: Sequence[_Cell],
    marks: Values,
    attainable: Values,
    totals: Values,
    last: Sequence[int],
) -> QuestionReport:
    question = cells[0].answered.question
    rows = [cell.row for cell in cells]
    fractions = np.array([cell.answered.fraction for cell in cells])
    points = np.array([cell.answered.points for cell in cells])
    maximum = float(points.mean())
    x, total = fractions * maximum, totals[rows]
    rest = percent_rests(marks[rows], attainable[rows], fractions * points, points)
    variants = _variants(cells)
    choices = () if variants else question.kind.choices(question.content)
    chosen = _chosen(question, choices, cells)
    guess = question.kind.random_guess(question.content, question.scoring)
    keys = tuple(place for place, choice in enumerate(choices) if choice.right)
    beyond = sum(0 < last[cell.row] < cell.answered.slot for cell in cells) / len(cells)
    seen = Observed(x, maximum, rest, None if guess is None else float(guess), chosen, keys, beyond)
    weights = tails(total)
    seconds = [cell.answered.seconds for cell in cells if cell.answered.seconds is not None]
    return QuestionReport(
        number=number,
        version_id=cells[0].answered.version_id,
        version=cells[0].answered.version,
        question=question.qualified,
        type=question.type,
        topic=question.topic,
        prompt=cells[0].answered.prompt or to_text(question.prompt),
        figures=item_figures(x, maximum, total, rest),
        random_guess=seen.guess,
        d27=None if weights is None else float((weights * fractions).sum()),
        intended_weight=intended_weight(maximum, attainable[rows]),
        effective_weight=None,
        alpha_if_deleted=None,
        blank=sum(not question.answered(cell.answered.response) for cell in cells),
        options=_options(choices, option_figures(chosen, total, rest)),
        answers=() if choices or variants or question.kind.by_hand else _answers(question, cells),
        variants=variants,
        flags=tuple(flags(seen)),
        seconds=median(seconds) if seconds else None,
    )


def _variants(cells: Sequence[_Cell]) -> tuple[VariantReport, ...]:
    """The variants by key; none where the question is no family."""
    by_key: dict[str, list[Answered]] = defaultdict(list)
    for cell in cells:
        if cell.answered.variant is not None:
            by_key[cell.answered.variant].append(cell.answered)
    return tuple(
        VariantReport(
            key,
            to_text(given[0].question.prompt),
            len(given),
            float(np.mean([one.fraction for one in given])),
        )
        for key, given in sorted(by_key.items())
    )


def _chosen(question: Question, choices: Sequence[Choice], cells: Sequence[_Cell]) -> np.ndarray:
    """Of shape (papers, choices): who chose what."""
    found = np.zeros((len(cells), len(choices)), dtype=np.bool_)
    for row, cell in enumerate(cells):
        picked = question.kind.chosen(question.content, cell.answered.response)
        found[row] = [choice.id in picked for choice in choices]
    return found


def _options(choices: Sequence[Choice], figures: Sequence[OptionFigures]) -> tuple[OptionReport, ...]:
    return tuple(
        OptionReport(_letter(place), choice.text, choice.right, of_one)
        for place, (choice, of_one) in enumerate(zip(choices, figures, strict=True))
    )


def _letter(place: int) -> str:
    """The letters A … Z, then AA, BB and so on."""
    return ascii_uppercase[place % 26] * (1 + place // 26)


def _answers(question: Question, cells: Sequence[_Cell]) -> tuple[GivenAnswer, ...]:
    """What was typed or built, the commonest first; of equally common ones the right one."""
    counts: Counter[tuple[str, bool]] = Counter()
    for cell in cells:
        response = cell.answered.response
        if question.answered(response):
            text = question.kind.taken_for(question.content, response)
            counts[text, cell.answered.fraction >= 1] += 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], not item[0][1], item[0]))
    return tuple(GivenAnswer(text, n, right) for (text, right), n in ordered[:MOST_ANSWERS])


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

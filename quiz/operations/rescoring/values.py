"""What a rescoring is asked for, and what comes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, log10

from quiz.banks.model import digest_of
from quiz.banks.rescoring import Policy
from quiz.errors import Problem
from quiz.models.paging import Page, part_of
from quiz.operations.access import QuizHead

#: Characters that a reason may have.
LONGEST_REASON = 1_000


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for: a policy for one question of the quiz, or for all of them (``version_id`` None).

    ``version_id`` is any version of the question. A key is that of the newest version; answers to it and to all versions
    before it are scored by it. ``full-credit`` and ``drop`` are for answers to this version and those before it.
    """

    policy: Policy
    version_id: int | None = None
    by_hand: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RescoredQuestion:
    """A question that is rescored: by which version, how many answers there are, how many marks change, how many stay
    because a person gave them. ``left_out`` says why it cannot be scored so; then nothing changes.
    """

    version_id: int
    question_id: int
    question: str
    prompt: str
    version: int
    #: Whether I may change its bank, and so mend its key.
    editable: bool
    answers: int
    changed: int
    kept: int
    left_out: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What changes for one attempt: the marks of the rescored questions together, and the grade.

    None: something needs grading, or nothing is left that is worth points.
    """

    attempt_id: int
    number: int
    student: str
    marks_before: float | None
    marks_after: float | None
    max_before: float
    max_after: float
    grade_before: float | None
    grade_after: float | None
    #: None where the quiz has no pass mark, or there is no grade.
    passed_before: bool | None
    passed_after: bool | None

    @property
    def difference(self) -> float | None:
        """By how much the grade changes."""
        if self.grade_before is None or self.grade_after is None:
            return None
        return round(self.grade_after - self.grade_before, 9)


#: So many lines say how grades change.
MOST_PARTS = 10


@dataclass(frozen=True, slots=True)
class Part:
    """``n`` grades change by from ``low`` up to, not including, ``high``; by exactly that where both are the same."""

    low: float
    high: float
    n: int


def _step_width(least: float) -> float:
    """The smallest of 1, 2, 5, 10 … times a power of ten that is not below ``least``."""
    power = 10.0 ** floor(log10(least))
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit >= least)


@dataclass(frozen=True, slots=True)
class Rescored(QuizHead):
    """What a rescoring changes, or has changed. ``changes`` by student."""

    scale: float | None
    request: Request
    questions: tuple[RescoredQuestion, ...]
    changes: tuple[Change, ...]
    #: Slots that get another mark or the newest version.
    touched: int
    #: Attempts in progress, which are scored so when they end.
    in_progress: int
    #: None for a dry run.
    rescoring_id: int | None

    @property
    def differences(self) -> Mapping[float, int]:
        """How many grades change by how much, the largest loss first; attempts without a grade are left out."""
        return dict(
            sorted(Counter(one.difference for one in self.changes if one.difference is not None).items())
        )

    @property
    def spread(self) -> tuple[Part, ...]:
        """The same for a reader: each difference by itself, or, where there are many, in steps of equal width."""
        found = self.differences
        if len(found) <= MOST_PARTS:
            return tuple(Part(one, one, n) for one, n in found.items())
        width = _step_width((max(found) - min(found)) / MOST_PARTS)
        steps = Counter(dict.fromkeys(range(floor(min(found) / width), floor(max(found) / width) + 1), 0))
        for difference, n in found.items():
            steps[floor(difference / width)] += n
        return tuple(Part(step * width, (step + 1) * width, n) for step, n in sorted(steps.items()))

    def page(self, number: int) -> Page[Change]:
        """The changes of this page."""
        return part_of(self.changes, number)

    @property
    def raised(self) -> int:
        """Grades that rise."""
        return sum(n for difference, n in self.differences.items() if difference > 0)

    @property
    def lowered(self) -> int:
        """Grades that fall."""
        return sum(n for difference, n in self.differences.items() if difference < 0)

    @property
    def lost(self) -> int:
        """Grades that there are no more: an answer needs marking, or nothing is left that is worth points."""
        return sum(one.grade_before is not None and one.grade_after is None for one in self.changes)

    @property
    def refused(self) -> tuple[Problem, ...]:
        """Why nothing can be done: every question is left out. Empty where something can."""
        if not all(one.left_out for one in self.questions):
            return ()
        return tuple(problem for one in self.questions for problem in one.left_out)

    @property
    def token(self) -> str:
        """Says what was seen: two dry runs with the same changes have the same."""
        seen = [
            (
                one.attempt_id,
                one.marks_before,
                one.marks_after,
                one.max_after,
                one.grade_before,
                one.grade_after,
            )
            for one in self.changes
        ]
        rule = (self.request.policy, self.request.version_id, self.request.by_hand)
        return digest_of([rule, [(one.version_id, one.kept) for one in self.questions], seen])

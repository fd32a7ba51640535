"""From marks to the grade of an attempt, and from attempts to the grade of a quiz (scoring.md, "Grade")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

Method: TypeAlias = Literal["highest", "average", "first", "last"]


@dataclass(frozen=True, slots=True)
class SlotMark:
    """What a slot earned. ``fraction`` None: it still needs grading. ``points`` is its maximum mark."""

    fraction: Fraction | None
    points: Fraction
    bonus: bool = False
    #: The question was taken out afterwards: it leaves numerator and denominator.
    dropped: bool = False
    #: Everybody gets the full mark, also for a blank.
    full_credit: bool = False

    @property
    def mark(self) -> Fraction | None:
        """Points earned; None while it needs grading."""
        if self.full_credit:
            return self.points
        return None if self.fraction is None else self.fraction * self.points


@dataclass(frozen=True, slots=True)
class Grade:
    """``value`` on the quiz's scale, None where there is none (yet); ``at_least`` is what is sure so far."""

    value: Fraction | None
    at_least: Fraction


def grade(marks: Sequence[SlotMark], scale: Fraction) -> Grade:
    """Scale · max(0, Σ marks) / Σ max over slots that are no bonus; bonus marks add, up to the scale.

    Without such slots there is no grade; a slot that needs grading leaves it open.
    """
    counted = [slot for slot in marks if not slot.dropped]
    most = sum((slot.points for slot in counted if not slot.bonus), Fraction(0))
    if most == 0:
        return Grade(None, Fraction(0))
    earned = [slot.mark for slot in counted]
    total = sum((mark for mark in earned if mark is not None), Fraction(0))
    value = min(scale, scale * max(Fraction(0), total) / most)
    return Grade(None if None in earned else value, value)


def combine(grades: Sequence[Fraction], method: Method) -> Fraction | None:
    """One grade from those of the finished and graded attempts, in their order; None where there are none."""
    if not grades:
        return None
    if method == "average":
        return sum(grades, Fraction(0)) / len(grades)
    return {"highest": max(grades), "first": grades[0], "last": grades[-1]}[method]


def passed(value: Fraction | float, mark: Fraction | float) -> bool:
    """Whether a grade reaches the pass mark, both taken to nine decimals (grades are stored as doubles)."""
    return round(Fraction(value), 9) >= round(Fraction(mark), 9)

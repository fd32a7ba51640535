"""Response processing of QTI 1.2: what a response is worth, and which feedback it gets.

Conditions are worked through in order (IMS QTI ASI 1.2, "Response Processing"). One that held ends the run where it says
``continue="No"``, and where it says nothing but sets the score; those that add to it go on, as Canvas means them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cached_property
from typing import Final, TypeAlias

from quiz.errors import Said
from quiz.files.xml import Element
from quiz.questions.fields import LARGEST_EXPONENT

#: What is answered: the values given to each response, in order.
Given: TypeAlias = Mapping[str, Sequence[str]]
#: Tests that compare a response with one value.
COMPARE: Final = frozenset("varequal varsubset varsubstring".split())
_BOUNDS: Final = frozenset("vargt vargte varlt varlte".split())
#: What numbers may have that anybody means: characters; and binary digits of a score made of them.
_MOST_CHARACTERS: Final = 200
_MOST_BITS: Final = 2_000
#: How systems call the feedback of the whole question, by our fields: Canvas and Blackboard, ILIAS, OpenOLAT, Respondus.
_NAMED: Final = {
    "explanation": frozenset("general_fb general solution _all".split()),
    "right": frozenset("correct_fb correct response_allcorrect mastery _c".split()),
    "wrong": frozenset("general_incorrect_fb incorrect_fb incorrect response_onenotcorrect fail _ic".split()),
}
_RESPONDUS: Final = re.compile(r"^que_\d+(?=_(?:all|c|ic)$)")


class Unknown(Exception):
    """A rule that is not worked out here; the text is its name."""


def number(text: str | None) -> Fraction | None:
    """The number that a text is; None where it is none, or none of a size that anybody means."""
    said = (text or "").strip()
    try:
        value = Decimal(said.replace(",", ".") if len(said) <= _MOST_CHARACTERS else "NaN")
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value.adjusted()) > LARGEST_EXPONENT:
        return None
    return Fraction(value)


def is_yes(element: Element, name: str, default: bool) -> bool:
    """An attribute that says Yes or No."""
    return bool((element.get(name) or ("yes" if default else "no")).strip().lower() == "yes")


class Processing:
    """The rules of an item. ``single``: responses that take one value; ``ordered``: those whose order counts; ``cased``:
    those with values that differ in small and capital letters only.
    """

    def __init__(
        self,
        rules: Iterable[Element],
        single: Collection[str],
        ordered: Collection[str],
        cased: Collection[str],
    ) -> None:
        rules = [*rules]
        self._single, self._ordered, self._cased = frozenset(single), frozenset(ordered), frozenset(cased)
        self.conditions = [one for rule in rules for one in rule.iter("respcondition", "respcond_ext")]
        declared = {_variable(one): one for rule in rules for one in rule.iter("decvar")}
        self._name = self._scoring(declared)
        found = declared.get(self._name)
        self.low = number(found.get("minvalue")) if found is not None else None
        self.high = number(found.get("maxvalue")) if found is not None else None
        self._start = (number(found.get("defaultval")) if found is not None else None) or Fraction(0)
        self._worth = [self._changes(one) for one in self.conditions]
        if not any(value > 0 for changes in self._worth for _, value in changes):
            self._worth = [
                [("Add", Fraction(1))] if _says_correct(one) else changes
                for one, changes in zip(self.conditions, self._worth, strict=True)
            ]

    def _scoring(self, declared: Mapping[str, Element]) -> str:
        """The name of the variable that is the score."""
        used = [_variable(one) for condition in self.conditions for one in condition.iter("setvar")]
        if "SCORE" in used or (not used and len(declared) != 1):
            return "SCORE"
        return next((name for name in used or declared if name in declared), "".join(used[:1]))

    def _changes(self, condition: Element) -> list[tuple[str, Fraction]]:
        return [
            ((one.get("action") or "Set").strip().capitalize(), self._value(one.text))
            for one in condition.iter("setvar")
            if _variable(one) == self._name
        ]

    def _value(self, text: str | None) -> Fraction:
        word = (text or "").strip().lower()
        if word.endswith(".max"):
            return Fraction(100) if self.high is None else self.high
        if word.endswith(".min"):
            return self.low or Fraction(0)
        return number(word) or Fraction(0)

    @cached_property
    def bounded(self) -> frozenset[str]:
        """The responses that are compared with bounds."""
        return frozenset(one.get("respident", "") for rule in self.conditions for one in rule.iter(*_BOUNDS))

    @property
    def scores(self) -> bool:
        """Whether any rule gives a score above zero."""
        return any(value > 0 for changes in self._worth for _, value in changes)

    def clamped(self, score: Fraction) -> Fraction:
        """The score in the bounds that the item declares."""
        low = score if self.low is None else max(score, self.low)
        return low if self.high is None else min(low, self.high)

    def run(self, given: Given) -> Fraction:
        """The score, without bounds. Raises Unknown."""
        score, scored = self._start, False
        for condition, changes in zip(self.conditions, self._worth, strict=True):
            if not self._fulfilled(condition, given, scored):
                continue
            score, scored = _changed(score, changes), scored or bool(changes)
            ends = any(action == "Set" for action, _ in changes)
            if not is_yes(condition, "continue", not ends):
                break
        return score

    def shown(self, given: Given, *, first: bool = False) -> frozenset[str]:
        """The names of the feedback that is shown, whichever condition ends the scoring. Raises Unknown.

        ``first``: of the conditions that score, only the first that holds shows something.
        """
        shown, scored = set[str](), False
        for condition, changes in zip(self.conditions, self._worth, strict=True):
            if self._fulfilled(condition, given, scored) and not (first and scored and changes):
                shown |= named_by(condition)
                scored = scored or bool(changes)
        return frozenset(shown)

    def _fulfilled(self, condition: Element, given: Given, scored: bool) -> bool:
        return all(self._holds(one, given, scored) for one in condition.iterchildren("conditionvar"))

    @property
    def scoring(self) -> Iterator[Element]:
        """The conditions that change the score."""
        return (one for one, changes in zip(self.conditions, self._worth, strict=True) if changes)

    def changes(self, condition: Element) -> Sequence[tuple[str, Fraction]]:
        """What a condition does to the score."""
        return self._worth[self.conditions.index(condition)]

    def alone(self, condition: Element) -> Fraction:
        """What one condition gives by itself."""
        return _changed(self._start, self.changes(condition))

    # Conditions ------------------------------------------------------------------------------------------------------

    def _holds(self, test: Element, given: Given, scored: bool) -> bool:
        name = test.tag
        if name in ("conditionvar", "and"):
            return self._all(test, given, scored)
        if name == "or":
            return any(self._holds(one, given, scored) for one in test)
        if name == "not":
            return not any(self._holds(one, given, scored) for one in test)
        if name == "other":
            return not scored
        if name == "unanswered":
            return not given.get(test.get("respident", ""))
        if name in COMPARE or name in _BOUNDS:
            name = test.get("respident", "")
            return any(_fits(test, value, cased=name in self._cased) for value in given.get(name, ()))
        raise Unknown(name)

    def _all(self, tests: Element, given: Given, scored: bool) -> bool:
        """All tests hold; where one value cannot be equal to several, one of them is enough."""
        either: dict[str, bool] = {}
        places: Counter[str] = Counter()
        for test in tests:
            name = test.get("respident", "")
            if name in self._ordered and test.tag in COMPARE:
                places[name] += 1
                place = int(number(test.get("index")) or places[name]) - 1
                placed = next(iter(given.get(name, ())[place : place + 1]), "")
                if not _fits(test, placed, cased=name in self._cased):
                    return False
            elif name in self._single and test.tag in COMPARE and tests.tag == "conditionvar":
                either[name] = either.get(name, False) or self._holds(test, given, scored)
            elif not self._holds(test, given, scored):
                return False
        return all(either.values())


def told_as(name: str) -> str | None:
    """Our field for the feedback of this name: ``explanation``, ``right`` or ``wrong``; None where it says nothing."""
    plain = _RESPONDUS.sub("", name.lower())
    return next((field for field, names in _NAMED.items() if plain in names), None)


def named_by(condition: Element) -> frozenset[str]:
    """The names of the feedback that a condition shows."""
    return frozenset(one.get("linkrefid", "") for one in condition.iter("displayfeedback"))


def _variable(element: Element) -> str:
    return str(element.get("varname") or element.get("variablename") or "SCORE")


def _says_correct(condition: Element) -> bool:
    """Blackboard leaves the score out where each part is worth the same; others where there is but one right answer."""
    if not any(one.tag in ("setvar", "displayfeedback") for one in condition):
        return True
    named = {told_as(name) for name in named_by(condition)}
    return told_as(condition.get("title") or "") == "right" or "right" in named


def _changed(score: Fraction, changes: Iterable[tuple[str, Fraction]]) -> Fraction:
    """The score after these changes. Raises Unknown for one that is not known, or makes a number that nobody means."""
    for action, value in changes:
        if action == "Set":
            score = value
        elif action == "Add":
            score += value
        elif action == "Subtract":
            score -= value
        elif action == "Multiply":
            score *= value
        elif action == "Divide" and value:
            score /= value
        else:
            raise Unknown(Said("setvar %(action)s", action=action))
        if max(score.numerator.bit_length(), score.denominator.bit_length()) > _MOST_BITS:
            raise Unknown(Said("setvar %(action)s", action=action))
    return score


def _fits(test: Element, given: str, *, cased: bool) -> bool:
    wanted = (test.text or "").strip()
    if test.tag in _BOUNDS:
        value, bound = number(given), number(wanted)
        if value is None or bound is None:
            return False
        above, equal = test.tag.startswith("vargt"), test.tag.endswith("e")
        return (value > bound if above else value < bound) or (equal and value == bound)
    if not cased and not is_yes(test, "case", False):
        wanted, given = wanted.casefold(), given.casefold()
    return wanted == given.strip() if test.tag == "varequal" else wanted in given


def mentioned(tests: Iterable[Element], response: str | None) -> Iterator[Element]:
    """The comparisons of a response, or of any, with a value that has to be there, not with one that must not."""
    for test in tests:
        if test.tag in COMPARE and response in (None, test.get("respident")):
            yield test
        elif test.tag != "not":
            yield from mentioned(test, response)

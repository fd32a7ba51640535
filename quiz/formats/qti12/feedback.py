"""Feedback of an item: by name where the name says what it is for, else by the responses that it is shown to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, Final

from quiz.formats._moodle import Styled
from quiz.formats.qti12.item import Item
from quiz.formats.qti12.markup import joined, style_of
from quiz.formats.qti12.processing import Given, named_by, told_as

#: What a solution is called here, whatever the source calls it.
_SOLUTION: Final = "solution"


class Feedback:
    """The feedback of an item. What is asked for by ``of_each`` and ``named`` is told; ``fields`` tells the rest."""

    def __init__(self, item: Item) -> None:
        self._item = item
        found = [joined(item.texts(one)) for one in item.element.iter("hintmaterial")]
        found += [Styled(one.text or "", style_of(one)) for one in item.element.iterchildren("solutionhint")]
        self._hints = [hint for hint in found if hint]
        texts = defaultdict[str, list[Styled]](list)
        self._told: set[str] = set()
        self._of_option: dict[str, str] = {}
        linked = {name for one in item.processing.conditions for name in named_by(one)}
        for one in item.element.iterchildren("itemfeedback"):
            shown = [text for part in one if part.tag != "hint" for text in item.texts(part)]
            name = one.get("ident", "")
            if name not in linked and next(one.iter("solution"), None) is not None:
                name = _SOLUTION
            elif name not in linked and told_as(name) is None:
                self._of_option[_number(name)] = name
            texts[name] += shown
        self._texts = {name: joined(parts) for name, parts in texts.items()}

    def of_each(self, givens: Sequence[Given], beside: Given, *, typed: bool = False) -> list[Styled]:
        """What is told to each of these answers alone; what is told to all of them explains the question.

        ``beside``: what is answered to other responses, with its own feedback; ``typed``: several answers may hold, and
        the first counts, and others than these are given too.
        """
        shown = [self._item.processing.shown(given, first=typed) | self._numbered(given) for given in givens]
        shared = self._item.processing.shown(beside)
        rest = [self._item.processing.shown(dict.fromkeys(givens[0], ("",)))] if typed and givens else []
        shared |= frozenset.intersection(*shown, *rest) if len(shown) > 1 else frozenset()
        return [self.named(one - shared) for one in shown]

    def _numbered(self, given: Given) -> frozenset[str]:
        """Feedback that no rule shows and that ends with the number of an option, as D2L has it."""
        numbers = {_number(value) for values in given.values() for value in values} - {""}
        return frozenset(name for number, name in self._of_option.items() if number in numbers)

    def named(self, names: Collection[str]) -> Styled:
        """The feedback of these names but for that on the whole."""
        own = [name for name in self._texts if name in names and told_as(name) is None]
        self._told.update(own)
        return joined([self._texts[name] for name in own])

    def solution(self) -> Styled:
        """The solution, where it is told apart from feedback."""
        self._told.add(_SOLUTION)
        return self._texts.get(_SOLUTION, Styled(""))

    def fields(self) -> dict[str, Any]:
        """``explanation``, ``feedback`` and ``hints``."""
        parts: dict[str, list[Styled]] = {}
        for name, text in self._texts.items():
            if name not in self._told:
                parts.setdefault(told_as(name) or "explanation", []).append(text)
        said = {name: text for name, texts in parts.items() if (text := joined(texts))}
        whole = {name: said[name] for name in ("right", "wrong") if name in said}
        return {
            **({"explanation": said["explanation"]} if "explanation" in said else {}),
            **({"feedback": whole} if whole else {}),
            **({"hints": self._hints} if self._hints else {}),
        }


def _number(name: str) -> str:
    """The number at the end of a name."""
    return name[len(name.rstrip("0123456789")) :]

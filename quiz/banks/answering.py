"""The answers of one variant that are made of a right one and wrong ones: as fields of an ordinary question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from quiz.banks.distractors import FIELD, Candidate, in_order
from quiz.banks.templates import Compiled, filled
from quiz.banks.variants import Drawn

#: The field that holds the right answer where the options are made of it and of wrong ones.
ANSWER: Final = "answer"


class Answers:
    """None of that kind: all stand in the template. Others take the place of the ``replaced`` fields."""

    replaced: ClassVar[tuple[str, ...]] = ()

    @property
    def told(self) -> Sequence[Candidate]:
        """What was chosen."""
        return ()

    def written(
        self, texts: Mapping[str, Compiled], drawn: Drawn, language: str, *, translation: bool
    ) -> dict[str, Any]:
        """The fields that take their place."""
        return {}


class Options(Answers):
    """Options: the right one among the wrong ones, in an order that tells nothing."""

    replaced = (ANSWER, FIELD)

    def __init__(self, right: Candidate, wrong: Sequence[Candidate]) -> None:
        self._right = right
        self._listed = in_order([right, *wrong])

    @property
    def told(self) -> Sequence[Candidate]:
        return self._listed

    def written(
        self, texts: Mapping[str, Compiled], drawn: Drawn, language: str, *, translation: bool
    ) -> dict[str, Any]:
        if translation and not {ANSWER, FIELD} & texts.keys():
            return {}
        scope = drawn.scope(language)
        options: list[Any] = []
        for one in self._listed:
            right = one is self._right
            given = as_mapping(texts.get(ANSWER)) if right else texts.get(FIELD, {})
            made = filled(given, scope, (ANSWER,)) if right else one.written(given, scope)
            options.append({**made, "correct": True} if right and not translation else made or None)
        return {"options": options}


class Choices(Answers):
    """Wrong choices of a matching."""

    replaced = (FIELD,)

    def __init__(self, wrong: Sequence[Candidate]) -> None:
        self._wrong = in_order(wrong)

    @property
    def told(self) -> Sequence[Candidate]:
        return self._wrong

    def written(
        self, texts: Mapping[str, Compiled], drawn: Drawn, language: str, *, translation: bool
    ) -> dict[str, Any]:
        if FIELD not in texts:
            return {}
        scope = drawn.scope(language)
        written = [one.written(texts[FIELD], scope) for one in self._wrong]
        return {FIELD: [one and one["text"] for one in written]}


def as_mapping(given: Compiled) -> Mapping[str, Compiled]:
    """An answer with its parts; a bare one is its text, none has no parts."""
    return given if isinstance(given, Mapping) else {} if given is None else {"text": given}

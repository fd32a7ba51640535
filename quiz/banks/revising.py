"""One change to many questions: tags, topic, points, difficulty, status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from quiz.banks.model import Question

#: Fields that are given a value, and the others.
_SET: Final = ("topic", "points", "difficulty", "status")
#: What a value is tried on: the smallest question there is.
_PROBE: Final = {
    "bank": "probe",
    "id": "probe",
    "type": "true_false",
    "prompt": "?",
    "answer": True,
    "timeless": True,
}


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be changed; None leaves a field as it is, and a topic "" takes it away. ``points`` as it is typed."""

    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    topic: str | None = None
    points: str | None = None
    difficulty: str | None = None
    status: str | None = None

    def __bool__(self) -> bool:
        """Whether anything is to be changed."""
        return bool(self.add_tags or self.remove_tags or self._values())

    def canonical(self) -> Canonical:
        """The change with its values in canonical form. Raises Invalid where one is none that a question can have."""
        values = self._values()
        dumped = Question.load({**_PROBE, "tags": list(self.add_tags), **values}).dump()
        return Canonical({name: dumped.get(name) for name in values}, self)

    def _values(self) -> dict[str, str]:
        given = {name: getattr(self, name) for name in _SET}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Canonical:
    """A change whose values are as questions store them; None: the usual value, which is not written down."""

    values: Mapping[str, str | None]
    change: Change

    def of(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The question, in its canonical form, with the change."""
        revised = {**fields, **self.values, "tags": self._tags(fields.get("tags", ()))}
        return {name: value for name, value in revised.items() if value is not None and value != []}

    def _tags(self, tags: Any) -> list[str]:
        kept = [tag for tag in tags if tag not in self.change.remove_tags]
        return [*dict.fromkeys([*kept, *self.change.add_tags])]


#: What a question has that says nothing.
_USUAL: Final = {"topic": "", "points": "1", "difficulty": "medium", "status": "ready", "tags": []}


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The fields that a change alters: name, before, after; tags parted by commas."""
    for name, usual in _USUAL.items():
        old, new = before.get(name, usual), after.get(name, usual)
        if old != new:
            yield name, _words(old), _words(new)


def _words(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)

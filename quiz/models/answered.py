"""What is measured of questions, with the answers that they got on this site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.engine import Connection

from quiz.assembly.index import Item
from quiz.assembly.measures import Measures, measures_of
from quiz.banks.model import Authored
from quiz.models.drawing import SqlIndex, version_ids
from quiz.models.itemising import answers_of


class AnsweredIndex(SqlIndex):
    """An index that knows the answers which questions got in the first attempts of all quizzes, as far as they are counted."""

    def measures(self, items: Sequence[Item]) -> Mapping[str, Measures]:
        """With the answers to the current versions."""
        versions = version_ids(self._connection, self._ids, [item.qualified for item in items])
        answers = answers_of(self._connection, versions.values())
        found = super().measures(items)
        return {name: replace(one, answers=answers.get(versions[name])) for name, one in found.items()}


def measured(connection: Connection, versions: Mapping[int, Authored]) -> dict[str, Measures]:
    """What is measured of these versions, by id, as ``bank/id``, with the answers to them."""
    answers = answers_of(connection, versions)
    return {one.qualified: replace(measures_of(one), answers=answers.get(id)) for id, one in versions.items()}

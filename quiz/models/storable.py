"""What the store holds of a bank: how long its texts may be, and families all of whose variants are right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from quiz.banks.model import Authored
from quiz.banks.model import Bank as LoadedBank
from quiz.banks.yaml import BankProblem
from quiz.db import parts, reading
from quiz.errors import Invalid, Problem, Said
from quiz.models.bank import LONGEST_LANGUAGE, LONGEST_TITLE, LONGEST_TOPIC, LONGEST_VARIANT, QuestionVersion


def demand_storable(question: Authored) -> None:
    """Raises Invalid for a question that the store does not hold, and for a family with wrong variants, at any date."""
    found = [*_unstorable(question)]
    if found:
        raise Invalid(found)


def _unstorable(question: Authored) -> Iterator[Problem]:
    if len(question.topic) > LONGEST_TOPIC:
        mend = Said("use up to %(most)s characters", most=LONGEST_TOPIC)
        yield Problem("topic", "this is too long", mend)
    yield from question.faults()
    longest = max(map(len, question.every_key()), default=0)
    if longest > LONGEST_VARIANT:
        what = Said("the key of a variant has %(most)s characters", most=longest)
        mend = Said("up to %(most)s: take fewer rows, or give them shorter keys", most=LONGEST_VARIANT)
        yield Problem("take", what, mend)


def faults_of(bank: LoadedBank) -> Iterator[Problem]:
    """What the store does not hold. Families that are stored already, in any version, have been looked through."""
    for where, value, most in (
        ("title", bank.title, LONGEST_TITLE),
        ("language", bank.language, LONGEST_LANGUAGE),
    ):
        if len(value) > most:
            yield BankProblem(where, "this is too long", Said("use up to %(most)s characters", most=most))
    there = stored([family.digest for family in bank.families])
    known = {family.id for family in bank.families if family.digest in there}
    for question in bank.authored:
        for one in () if question.id in known else _unstorable(question):
            yield BankProblem(one.where, one.what, one.mend, question=question.qualified)


def stored(digests: Sequence[str]) -> set[str]:
    """Which of these contents there are in the store."""
    with reading() as connection:
        return {
            digest
            for part in parts(digests)
            for digest in connection.execute(
                select(QuestionVersion.digest).where(QuestionVersion.digest.in_(part))
            ).scalars()
        }

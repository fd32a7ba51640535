"""The JSON record of papers, read: to draw them once more, or to know which questions were used."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from quiz.assembly.blueprint import Blueprint
from quiz.assembly.draw import ALGORITHM, ListIndex
from quiz.assembly.forms import Forms
from quiz.assembly.optimal import ALGORITHM as EXACT
from quiz.assembly.parallel import Exactness, recorded
from quiz.banks.model import Bank
from quiz.errors import Invalid, Problem

_NO_RECORD = Problem("", "this is no record of drawn papers", "give the JSON that quiz assemble wrote")
#: What a text that is no record raises where it is read as one.
_NOT_READ = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Record:
    """What a record says of its run, so that its papers can be had once more."""

    seed: int
    as_of: date
    numbers: tuple[int, ...]
    with_content: bool
    forms: tuple[Any, ...]
    #: Of exact forms: how good they are, the number of the section and ``bank/id`` of each question, and past use.
    exactness: Exactness | None = None
    chosen: tuple[tuple[tuple[int, str], ...], ...] = ()
    past: Mapping[str, int] | None = None

    def again(self, blueprint: Blueprint, banks: Mapping[str, Bank], numbers: Iterable[int]) -> Forms:
        """The papers once more: drawn anew, or put together of the recorded questions, which have to meet every rule.

        ``numbers`` are the record's, as they are to be gone through. Raises Invalid where the papers are others.
        """
        if self.exactness is None:
            made = Forms.draw(blueprint, banks, self.seed, self.as_of, numbers)
        else:
            index, past = ListIndex.of(banks.values()), self.past or {}
            papers, broken = recorded(blueprint, index, self.seed, self.as_of, self.chosen, past)
            made = Forms(blueprint, banks, self.seed, self.as_of, papers, exactness=self.exactness, past=past)
            if broken:
                what = (
                    f"the recorded forms do not meet: {'; '.join(filter(None, broken)) or 'a question once'}"
                )
                raise Invalid([Problem("forms", what, "was the record changed?")])
        self.check(made)
        return made

    def check(self, made: Forms) -> None:
        """Raises Invalid where the forms that were drawn are others than those recorded."""
        document = made.document(with_content=self.with_content)
        if [*self.forms] != document["forms"]:
            mend = "was the record changed, or made by another version of this program?"
            raise Invalid([Problem("forms", "the forms drawn now differ from those recorded", mend)])


def read_record(text: str | bytes, blueprint: Blueprint, banks: Mapping[str, Bank]) -> Record:
    """The record in a JSON text. Raises Invalid where it is none, or is of another blueprint or other banks."""
    try:
        given = json.loads(text)
        found = [*_differences(given, blueprint, banks)]
        record = _read(given)
    except _NOT_READ:
        raise Invalid([_NO_RECORD]) from None
    if found or not record.numbers:
        raise Invalid(found or [_NO_RECORD])
    return record


def _read(given: Any) -> Record:
    forms, exact = given["forms"], given["algorithm"] == EXACT
    return Record(
        int(given["seed"]),
        date.fromisoformat(given["as_of"]),
        tuple(int(form["form"]) for form in forms),
        any("key" in question for form in forms for question in form["questions"]),
        tuple(forms),
        Exactness.load(given) if exact else None,
        tuple(tuple((int(q["part"]), str(q["question"])) for q in form["questions"]) for form in forms)
        if exact
        else (),
        {str(id): int(count) for id, count in given["exposure"]["past"].items()} if exact else None,
    )


def uses(texts: Iterable[str | bytes]) -> Counter[str]:
    """On how many papers of these records each question (``bank/id``) stands. Raises Invalid where one is no record."""
    found: Counter[str] = Counter()
    for text in texts:
        try:
            forms = json.loads(text)["forms"]
            found.update(str(question["question"]) for form in forms for question in form["questions"])
        except _NOT_READ:
            raise Invalid([_NO_RECORD]) from None
    return found


def _differences(given: Any, blueprint: Blueprint, banks: Mapping[str, Bank]) -> Iterator[Problem]:
    if given["algorithm"] not in {ALGORITHM, EXACT}:
        yield Problem("algorithm", f"is {given['algorithm']}, this version does {ALGORITHM} and {EXACT}")
    if given["blueprint"] != blueprint.digest:
        yield Problem(
            "blueprint", "the paper was drawn from another blueprint", "give the one it was drawn from"
        )
    for slug, digest in given["bank_digests"].items():
        if slug not in banks or banks[slug].digest != digest:
            mend = "give the bank as it was when the paper was drawn"
            yield Problem(f"bank_digests.{slug}", f"the bank {slug} has changed since", mend)

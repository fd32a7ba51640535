"""Parallel forms of one blueprint over banks in memory, and the JSON record of them (contracts: ``quiz assemble``)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import combinations
from typing import Any

from quiz.assembly.blueprint import Blueprint, Section
from quiz.assembly.draw import ALGORITHM, ListIndex, Paper, PaperSlot, draw
from quiz.banks.model import Bank
from quiz.errors import Invalid, Problem, Unmeetable
from quiz.questions.validation import suggest

_NO_RECORD = Problem("", "this is no record of drawn papers", "give the JSON that quiz assemble wrote")


@dataclass(frozen=True, slots=True)
class Forms:
    """The papers of one run; none where the blueprint could not be met, and then ``unmet`` says why."""

    blueprint: Blueprint
    #: By slug.
    banks: Mapping[str, Bank]
    seed: int
    as_of: date
    papers: tuple[Paper, ...]
    unmet: tuple[dict[str, Any], ...] = ()

    @classmethod
    def draw(
        cls, blueprint: Blueprint, banks: Mapping[str, Bank], seed: int, as_of: date, numbers: Iterable[int]
    ) -> Forms:
        """Draws the forms with these numbers, from 1."""
        index = ListIndex.of(banks.values())
        try:
            papers = tuple(draw(blueprint, index, seed, as_of, number) for number in numbers)
        except Unmeetable as error:
            return cls(blueprint, banks, seed, as_of, (), tuple(error.unmet))
        return cls(blueprint, banks, seed, as_of, papers)

    def document(self, *, with_content: bool = False) -> dict[str, Any]:
        """The record: JSON-able. With content each question stands there as presented, with its key."""
        return {
            "blueprint": self.blueprint.digest,
            "bank_digests": {slug: self.banks[slug].digest for slug in self.blueprint.banks},
            "algorithm": ALGORITHM,
            "seed": self.seed,
            "as_of": self.as_of.isoformat(),
            "status": "infeasible" if self.unmet else "drawn",
            "forms": [self._form(paper, with_content) for paper in self.papers],
            "table": self._table(),
            "overlap": _overlap(self.papers),
            "unmet": [*self.unmet],
        }

    def _form(self, paper: Paper, with_content: bool) -> dict[str, Any]:
        return {
            "form": paper.form,
            "points": _number(paper.points),
            "expected_score": float(paper.expected_score),
            "expected_source": paper.expected_source,
            "questions": [
                {**_question(slot), **(self._content(slot) if with_content else {})} for slot in paper.slots
            ],
        }

    def _content(self, slot: PaperSlot) -> dict[str, Any]:
        bank, _, id = slot.question.partition("/")
        question = self.banks[bank].by_id[id].variant(slot.variant, self.as_of)
        shown = question.present(slot.order)
        return {
            "type": question.type,
            "prompt": shown.prompt,
            "controls": dict(shown.controls),
            "key": question.kind.right_answer(question.content),
        }

    def _table(self) -> list[dict[str, Any]]:
        """What each section asked for at least, and what it got: in the form that got least."""
        rows = zip(*(paper.table for paper in self.papers), strict=True)
        return [
            {"section": row[0].section, "required": row[0].required, "drawn": min(part.drawn for part in row)}
            for row in rows
        ]


def _question(slot: PaperSlot) -> dict[str, Any]:
    return {
        "slot": slot.slot,
        "section": slot.section,
        "question": slot.question,
        "variant": slot.variant,
        "order": [*slot.order],
        "points": _number(slot.points),
        **({"stimulus": slot.stimulus} if slot.stimulus else {}),
    }


def _number(value: Fraction) -> int | float:
    return value.numerator if value.denominator == 1 else float(value)


def _overlap(papers: Sequence[Paper]) -> dict[str, Any]:
    """How many questions two forms share, at most and on average; null where there are no two.

    Two variants of a family are two questions.
    """
    sets = [{(slot.question, slot.variant) for slot in paper.slots} for paper in papers]
    shared = [len(one & other) for one, other in combinations(sets, 2)]
    return {"max": max(shared, default=None), "mean": sum(shared) / len(shared) if shared else None}


@dataclass(frozen=True, slots=True)
class Record:
    """What a record says of its run, so that it can be drawn once more."""

    seed: int
    as_of: date
    numbers: tuple[int, ...]
    with_content: bool
    forms: tuple[Any, ...]

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
        record = Record(
            int(given["seed"]),
            date.fromisoformat(given["as_of"]),
            tuple(int(form["form"]) for form in given["forms"]),
            any("key" in question for form in given["forms"] for question in form["questions"]),
            tuple(given["forms"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Invalid([_NO_RECORD]) from None
    if found or not record.numbers:
        raise Invalid(found or [_NO_RECORD])
    return record


def _differences(given: Any, blueprint: Blueprint, banks: Mapping[str, Bank]) -> Iterator[Problem]:
    if given["algorithm"] != ALGORITHM:
        yield Problem("algorithm", f"is {given['algorithm']}, this version does {ALGORITHM}")
    if given["blueprint"] != blueprint.digest:
        yield Problem(
            "blueprint", "the paper was drawn from another blueprint", "give the one it was drawn from"
        )
    for slug, digest in given["bank_digests"].items():
        if slug not in banks or banks[slug].digest != digest:
            mend = "give the bank as it was when the paper was drawn"
            yield Problem(f"bank_digests.{slug}", f"the bank {slug} has changed since", mend)


def unknown_names(blueprint: Blueprint, banks: Mapping[str, Bank]) -> Iterator[Problem]:
    """The banks and questions that a blueprint names and that are not among these banks."""
    for place, section in enumerate(blueprint.sections):
        for problem in (*_unknown_banks(section, banks), *_unknown_questions(section, banks)):
            yield Problem(f"sections[{place}].{problem.where}", problem.what, problem.mend)


def _unknown_banks(section: Section, banks: Mapping[str, Bank]) -> Iterator[Problem]:
    for place, slug in enumerate(section.sources):
        if slug not in banks:
            hint = suggest(slug, banks)
            mend = f"give its file; given: {', '.join(sorted(banks))}"
            where = "bank" if section.bank else f"banks[{place}]"
            yield Problem(where, f"there is no bank '{slug}' among those given{hint}", mend)


def _unknown_questions(section: Section, banks: Mapping[str, Bank]) -> Iterator[Problem]:
    for field in ("include", "exclude"):
        for place, id in enumerate(getattr(section, field)):
            slug, _, name = section.qualified(id).partition("/")
            if slug in banks and name not in banks[slug].by_id:
                hint = suggest(name, banks[slug].by_id)
                what = f"there is no question '{name}' in the bank {slug}{hint}"
                yield Problem(f"{field}[{place}]", what, "name a question of the bank")

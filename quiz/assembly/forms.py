"""Parallel forms of one blueprint over banks in memory, and the JSON record of them (contracts: ``quiz assemble``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import combinations
from typing import Any, Final

from quiz.assembly.blueprint import Blueprint, Section
from quiz.assembly.draw import ALGORITHM, ListIndex, Paper, PaperSlot, draw
from quiz.assembly.fairness import Fairness
from quiz.assembly.measures import Measures, measures_of
from quiz.assembly.optimal import ALGORITHM as EXACT
from quiz.assembly.parallel import Exactness, parallel
from quiz.banks.model import Bank
from quiz.errors import Problem, Unmeetable
from quiz.questions.validation import suggest

#: So many forms are compared pair by pair.
MOST_COMPARED: Final = 100


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
    #: Of exact forms.
    exactness: Exactness | None = None
    #: On how many earlier papers a question (``bank/id``) stood.
    past: Mapping[str, int] = field(default_factory=dict)
    #: The title on the papers, where it is not the blueprint's any more.
    name: str = ""
    #: Those of the banks when the papers were made, where ``banks`` hold no more than stands on them.
    digests: Mapping[str, str] | None = None
    #: What is measured of questions (``bank/id``) where that is more than their banks say.
    known: Mapping[str, Measures] = field(default_factory=dict)

    @classmethod
    def exact(
        cls,
        blueprint: Blueprint,
        banks: Mapping[str, Bank],
        seed: int,
        as_of: date,
        count: int,
        past: Mapping[str, int],
    ) -> Forms:
        """So many parallel forms, by the exact engine."""
        made = parallel(blueprint, ListIndex.of(banks.values()), seed, as_of, count, past)
        return cls(blueprint, banks, seed, as_of, made.papers, made.unmet, made.exactness, past)

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
            "bank_digests": dict(self.bank_digests),
            "algorithm": self.algorithm,
            "seed": self.seed,
            "as_of": self.as_of.isoformat(),
            "status": self.status,
            **(self.exactness.dump() if self.exactness else {}),
            "forms": [self._form(paper, with_content) for paper in self.papers],
            "table": self._table(),
            "overlap": _overlap(self.papers),
            **(
                {"fairness": self.fairness.dump(compared=len(self.papers) <= MOST_COMPARED)}
                if self.papers
                else {}
            ),
            "exposure": {"forms": dict(sorted(self.uses.items())), "past": dict(sorted(self.past.items()))},
            "unmet": [*self.unmet],
        }

    @property
    def title(self) -> str:
        """What stands at the head of the papers."""
        return self.name or self.blueprint.title

    @property
    def bank_digests(self) -> Mapping[str, str]:
        """The digests of the banks by slug."""
        if self.digests is not None:
            return self.digests
        return {slug: self.banks[slug].digest for slug in self.blueprint.banks}

    @property
    def algorithm(self) -> str:
        """The algorithm that chose the questions."""
        return EXACT if self.exactness else ALGORITHM

    @property
    def status(self) -> str:
        """drawn, optimal, feasible, infeasible, or unsolved."""
        if self.exactness:
            return self.exactness.status
        return "infeasible" if self.unmet else "drawn"

    @property
    def fairness(self) -> Fairness:
        """How fair the papers are; there has to be one."""
        authored = {name: self.banks[slug].by_id[id] for name, slug, id in map(_parted, self.uses)}
        return Fairness(
            self.papers, {**{name: measures_of(one) for name, one in authored.items()}, **self.known}
        )

    @property
    def uses(self) -> Counter[str]:
        """On how many of the forms each question (``bank/id``) stands."""
        return Counter(slot.question for paper in self.papers for slot in paper.slots)

    def _form(self, paper: Paper, with_content: bool) -> dict[str, Any]:
        return {
            "form": paper.form,
            "points": _number(paper.points),
            "expected_score": float(paper.expected_score),
            "expected_source": paper.expected_source,
            "questions": [
                {
                    **_question(slot),
                    **({"part": slot.part} if self.exactness else {}),
                    **(self._content(slot) if with_content else {}),
                }
                for slot in paper.slots
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


def _parted(name: str) -> tuple[str, str, str]:
    """``bank/id``, the bank, the id."""
    slug, _, id = name.partition("/")
    return name, slug, id


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


def unknown_names(blueprint: Blueprint, banks: Mapping[str, Bank]) -> Iterator[Problem]:
    """The banks and questions that a blueprint names and that are not among these banks."""
    for place, section in enumerate(blueprint.sections):
        for problem in (*_unknown_banks(section, banks), *_unknown_questions(section, banks)):
            yield Problem(f"sections[{place}].{problem.where}", problem.what, problem.mend)
    for place, id in enumerate(blueprint.anchors):
        slug, _, name = id.partition("/")
        if slug in banks and name not in banks[slug].by_id:
            yield _unknown(f"forms.overlap.anchors[{place}]", name, banks[slug])


def _unknown_banks(section: Section, banks: Mapping[str, Bank]) -> Iterator[Problem]:
    for place, slug in enumerate(section.sources):
        if slug not in banks:
            hint = suggest(slug, banks)
            mend = f"give its file; given: {', '.join(sorted(banks))}"
            where = "bank" if section.bank else f"banks[{place}]"
            yield Problem(where, f"there is no bank '{slug}' among those given{hint}", mend)


def _unknown_questions(section: Section, banks: Mapping[str, Bank]) -> Iterator[Problem]:
    for key in ("include", "exclude"):
        for place, id in enumerate(getattr(section, key)):
            slug, _, name = section.qualified(id).partition("/")
            if slug in banks and name not in banks[slug].by_id:
                yield _unknown(f"{key}[{place}]", name, banks[slug])


def _unknown(where: str, name: str, bank: Bank) -> Problem:
    what = f"there is no question '{name}' in the bank {bank.slug}{suggest(name, bank.by_id)}"
    return Problem(where, what, "name a question of the bank")

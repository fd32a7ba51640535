"""What a section of a quiz can be made of: lists to choose from, each entry with how many ready questions it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, get_args

from flask_babel import gettext as _

from quiz.assembly.blueprint import LABELS, Level
from quiz.operations import building
from quiz.operations.building import Pick, Shelf
from quiz.operations.quizzes import UsableBank, Workbench
from quiz.questions import types
from quiz.web.html import language_name
from quiz.web.quizzes.plan_form import PlanForm, SectionForm
from quiz.web.session import get_actor
from quiz.web.topics import tree

#: (value, words, how many ready questions).
Choice: TypeAlias = tuple[str, str, int]

LEVELS = get_args(Level)


@dataclass(frozen=True)
class Offer:
    """What one section may choose from, by its banks. What it has chosen is there, even where no question has it."""

    ready: int
    #: (value, words), topics below others behind more space.
    topics: Sequence[tuple[str, str]]
    others: Sequence[Choice]
    types: Sequence[Choice]
    levels: Sequence[Choice]
    #: Empty where there is but one.
    languages: Sequence[Choice]
    tags: Sequence[Choice]
    #: How many ready questions there are of each difficulty.
    difficulty: Mapping[str, int]
    #: What is always asked.
    picked: Sequence[Pick]
    #: What a search has found.
    found: Sequence[Pick]
    #: What the section is narrowed down to, in words.
    narrowed: str


def offers(bench: Workbench, plan: PlanForm, sought: str = "") -> list[Offer]:
    """What each section may choose from; of the one whose name is ``sought`` also what its search finds."""
    course_id = bench.course_id
    sections: list[SectionForm] = [row.form for row in plan.sections]
    slugs = [*dict.fromkeys(bank for section in sections for bank in section.banks)]
    held = building.shelf(get_actor(), course_id, slugs)
    names = [name for section in sections for name in section.include.data or ()]
    picks = {pick.name: pick for pick in building.named(get_actor(), course_id, names)} if names else {}
    return [
        _offer(
            section,
            held.of(section.banks),
            bench.banks,
            picks,
            _found(course_id, section) if row.name == sought else (),
        )
        for row, section in zip(plan.sections, sections, strict=True)
    ]


def _found(course_id: int, section: SectionForm) -> tuple[Pick, ...]:
    return building.find(get_actor(), course_id, section.banks, section.words.data or "")


def _offer(
    section: SectionForm,
    held: Shelf,
    banks: Sequence[UsableBank],
    picks: Mapping[str, Pick],
    found: Sequence[Pick],
) -> Offer:
    chosen = section.include.data or []
    kinds = {name: str(types.editing(name).NAME) for name in types.names()}
    return Offer(
        ready=held.ready,
        topics=[(one.name, one.indented) for one in tree(held.by("topic").items())],
        others=[(bank.slug, bank.title, bank.total) for bank in banks if bank.slug != section.bank.data],
        types=_choices(kinds, held.by("type"), section.types.data),
        levels=_choices({level: level for level in LEVELS}, held.by("level"), section.levels.data),
        languages=_spoken(held.by_language, section.languages.data),
        tags=_choices(
            {tag: tag for tag in held.by_tag},
            held.by_tag,
            [*(section.tags.form.any.data or ()), *(section.tags.form.none.data or ())],
            said=False,
        ),
        difficulty={label: held.by("difficulty").get(label, 0) for label in LABELS},
        picked=[picks.get(name) or Pick(name, "", "", name) for name in chosen],
        found=[pick for pick in found if pick.name not in chosen],
        narrowed=" · ".join(_narrowed(section, kinds)),
    )


def _narrowed(section: SectionForm, kinds: Mapping[str, str]) -> Iterator[str]:
    spans = [f"{span.data} {_(span.short_name)}" for span in section.difficulty.form if span.data]
    yield from [", ".join(spans)] if spans else []
    yield from (
        [", ".join(_(kinds.get(kind, kind)) for kind in section.types.data)] if section.types.data else []
    )
    yield from [", ".join(_(level) for level in section.levels.data)] if section.levels.data else []
    if section.languages.data:
        yield f"{section.languages.label.text}: {', '.join(map(language_name, section.languages.data))}"
    for field in section.tags.form:
        if field.data:
            yield f"{field.label.text}: {', '.join(field.data)}"
    if section.others.data:
        yield f"{section.others.label.text}: {', '.join(section.others.data)}"
    if section.points.data:
        yield f"{section.points.label.text}: {section.points.data}"


def _choices(
    words: Mapping[str, str], counts: Mapping[str, int], chosen: Iterable[str] | None, *, said: bool = True
) -> list[Choice]:
    """Those of which there are some, or that are chosen."""
    known = {**words, **{value: value for value in chosen or () if value not in words}}
    return [
        (value, _(text) if said and value in words else text, counts.get(value, 0))
        for value, text in known.items()
        if counts.get(value) or value in (chosen or ())
    ]


def _spoken(counts: Mapping[str, int], chosen: Iterable[str] | None) -> list[Choice]:
    """The languages in which questions can be read; nothing to choose where all are in one."""
    if len(counts) < 2 and not chosen:
        return []
    return _choices({code: language_name(code) for code in counts}, counts, chosen, said=False)

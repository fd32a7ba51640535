"""What a paper is to hold: the file format ``quiz-blueprint/1`` (docs/formats/blueprint.md)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from quiz.assembly.adaptive import adaptive_faults
from quiz.assembly.settings import STRICT, Positive, QuizSettings
from quiz.assembly.whole import (
    LABELS,
    Count,
    CountField,
    Facility,
    FormRules,
    Information,
    Label,
    Level,
    Objective,
    Span,
    TopicName,
    TypeName,
    whole_faults,
)
from quiz.banks.common import Language
from quiz.banks.model import digest_of
from quiz.errors import Invalid, Problem, Said
from quiz.questions.fields import Day, Exact, Slug, Truth, Words, fault, worth
from quiz.questions.validation import suggest, validate

__all__ = [
    "LABELS",
    "Blueprint",
    "Count",
    "Label",
    "Level",
    "QuizSettings",
    "Section",
    "Tags",
    "read_blueprint",
    "schema",
]


def _difficulty(value: Any) -> Any:
    """A label or a list of labels admits these alone: the others are wanted 0 times."""
    labels = [value] if isinstance(value, str) else value
    if not isinstance(labels, list | tuple):
        return value
    for label in labels:
        if label not in LABELS:
            raise fault(
                Said("'%(given)s' is not known here%(hint)s", given=label, hint=suggest(str(label), LABELS)),
                Said("write %(names)s", names=", ".join(LABELS)),
            )
    return {label: {} if label in labels else 0 for label in LABELS}


class Tags(BaseModel):
    """Conditions on a question's tags: some of ``any``, all of ``all``, none of ``none``."""

    model_config = STRICT

    any: tuple[Words, ...] = ()
    all: tuple[Words, ...] = ()
    none: tuple[Words, ...] = ()

    def admit(self, tags: tuple[str, ...]) -> bool:
        """Whether a question with these tags meets the conditions."""
        has = set(tags)
        return (
            (not self.any or not has.isdisjoint(self.any))
            and has.issuperset(self.all)
            and has.isdisjoint(self.none)
        )


class Section(BaseModel):
    """A block of the paper: which questions may stand in it, and how many."""

    model_config = ConfigDict(
        **STRICT, json_schema_extra={"oneOf": [{"required": [field]} for field in ("bank", "banks")]}
    )

    title: Words | None = None
    bank: Slug | None = None
    banks: tuple[Slug, ...] = ()
    topic: TopicName | None = None
    types: tuple[TypeName, ...] = ()
    difficulty: Annotated[
        dict[Label, CountField],
        BeforeValidator(_difficulty, Label | list[Label] | dict[Label, int | Count]),
    ] = {}
    levels: tuple[Level, ...] = ()
    languages: tuple[Language, ...] = ()
    tags: Tags = Tags()
    count: CountField | None = None
    include: tuple[Words, ...] = ()
    exclude: tuple[Words, ...] = ()
    points: Annotated[Exact, AfterValidator(worth)] | None = None

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The banks that questions come from."""
        return (self.bank,) if self.bank else self.banks

    @property
    def name(self) -> str:
        """The title, or else the banks."""
        return self.title or ", ".join(self.sources)

    @cached_property
    def included(self) -> tuple[str, ...]:
        """The questions that are always drawn, as ``bank/id``."""
        return tuple(map(self.qualified, self.include))

    @cached_property
    def excluded(self) -> frozenset[str]:
        """The questions that are never drawn, as ``bank/id``."""
        return frozenset(map(self.qualified, self.exclude))

    def may_name(self, qualified: str) -> bool:
        """Whether ``bank/id`` is of one of the section's banks."""
        return qualified.partition("/")[0] in self.sources

    def qualified(self, id: str) -> str:
        """``bank/id`` of an id that may stand without the bank."""
        return id if "/" in id else f"{self.sources[0]}/{id}"

    def demand(self, label: Label) -> Count:
        """How many questions of this difficulty are wanted. Without ``count``, those not named are not wanted."""
        rest = Count() if self.count or not self.difficulty else Count(max=0)
        return self.difficulty.get(label, rest)

    @cached_property
    def bounds(self) -> Count:
        """How many questions are wanted, by ``count`` and by ``difficulty`` together; min may be above max."""
        demands = [self.demand(label) for label in LABELS]
        given = self.count or Count()
        most = [given.max, _sum(demand.max for demand in demands)]
        return Count.model_construct(
            min=max(given.min, len(self.include), sum(demand.min for demand in demands)),
            max=min((number for number in most if number is not None), default=None),
        )


#: Sections of a blueprint: what they have in common is counted for all of them together, at every look.
MOST_SECTIONS: Final = 100


def _some(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    if not sections:
        raise fault("has no section", "write one entry a section, beginning with '- '")
    if len(sections) > MOST_SECTIONS:
        raise fault(
            Said("has more than %(most)s sections", most=MOST_SECTIONS),
            "make one section of several, or several quizzes",
        )
    return sections


class Blueprint(BaseModel):
    """A blueprint. ``load(blueprint.dump()) == blueprint``; equal blueprints have equal digests."""

    model_config = STRICT

    format: Literal["quiz-blueprint/1"]
    title: Words
    as_of: Day | None = None
    sections: Annotated[tuple[Section, ...], AfterValidator(_some), Field(json_schema_extra={"minItems": 1})]
    questions: Positive | None = None
    levels: dict[Level, CountField] = {}
    difficulty: dict[Label, CountField] = {}
    types: dict[TypeName, CountField] = {}
    topics: dict[TopicName, CountField] = {}
    objectives: dict[Words, CountField] = {}
    authors: dict[Words, CountField] = {}
    expected_facility: Facility | None = None
    points: Span | None = None
    words: Span | None = None
    minutes: Span | None = None
    information: tuple[Information, ...] = ()
    objective: Objective | None = None
    forms: FormRules | None = None
    order: Literal["as_listed", "easy_to_hard", "shuffled", "interleaved"] = "as_listed"
    shuffle_options: Truth = True
    settings: QuizSettings = QuizSettings()

    @classmethod
    def load(cls, given: object) -> Blueprint:
        """A blueprint from the mapping of a file or from ``dump()``. Raises Invalid with all problems."""
        blueprint = validate(cls, given)
        found = [*_faults(blueprint)]
        if found:
            raise Invalid(found)
        return blueprint

    def dump(self) -> dict[str, Any]:
        """The canonical JSON-able form: numbers as text, what has its default value left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    def without(self, names: Collection[str]) -> Blueprint:
        """The blueprint with these questions (``bank/id``) excluded; none of them may be included."""
        sections = [
            {**given, "exclude": [*section.exclude, *sorted(filter(section.may_name, names))]}
            for given, section in zip(self.dump()["sections"], self.sections, strict=True)
        ]
        return Blueprint.load({**self.dump(), "sections": sections})

    @cached_property
    def digest(self) -> str:
        """``sha256:…`` over the canonical form."""
        return digest_of(self.dump())

    @property
    def is_counted(self) -> bool:
        """Whether something says how many questions there are, where a section does not."""
        return self.questions is not None or self.settings.adaptive is not None

    @property
    def banks(self) -> tuple[str, ...]:
        """The banks that questions come from, each once."""
        return tuple(dict.fromkeys(bank for section in self.sections for bank in section.sources))

    @cached_property
    def anchors(self) -> tuple[str, ...]:
        """The questions that stand on every form, as ``bank/id``, each once."""
        named = self.forms.overlap.anchors if self.forms else ()
        only = self.banks[0]
        return tuple(dict.fromkeys(id if "/" in id else f"{only}/{id}" for id in named))

    @property
    def needs_engine(self) -> tuple[str, ...]:
        """The keys that only the exact engine meets: a draw makes one paper, without looking at others or for the best."""
        given = {"forms": self.forms is not None, "objective": self.objective is not None}
        return tuple(key for key, is_given in given.items() if is_given)

    @property
    def fixed_forms(self) -> int:
        """How many forms a quiz has of which each attempt gets one; 0: each attempt has a paper of its own."""
        return (self.forms.count if self.forms else None) or 0

    @property
    def seed(self) -> int:
        """The seed of fixed forms."""
        return self.forms.seed if self.forms else 1

    @property
    def engine(self) -> Literal["draw", "exact"]:
        """The engine that it asks for."""
        return "exact" if self.needs_engine else "draw"


def read_blueprint(text: str | bytes, name: str = "the blueprint") -> Blueprint:
    """A blueprint from YAML. Raises Invalid with all problems, each with its line; ``name`` is the file's."""
    from quiz.banks.yaml import located, read_mapping  # noqa: PLC0415 -- a draw reads no YAML

    data, lines = read_mapping(text)
    try:
        return Blueprint.load(data)
    except Invalid as error:
        raise Invalid(located(error.problems, lines), Said("%(name)s has errors", name=name)) from None


def schema() -> dict[str, Any]:
    """The JSON Schema of blueprint files, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Blueprint.model_json_schema(by_alias=True, mode="validation"),
    }


def _faults(blueprint: Blueprint) -> Iterator[Problem]:
    """What is well formed and yet cannot be meant."""
    for place, section in enumerate(blueprint.sections):
        for problem in _section_faults(section, counted=blueprint.is_counted):
            where = f"sections[{place}]"
            yield Problem(f"{where}.{problem.where}" if problem.where else where, problem.what, problem.mend)
    if all(section.sources for section in blueprint.sections):
        yield from _twice_included(blueprint)
        yield from _total_faults(blueprint)
        yield from _anchor_faults(blueprint)
    yield from whole_faults(blueprint.information, blueprint.objective, blueprint.forms)
    yield from _settings_faults(blueprint.settings)
    yield from adaptive_faults(blueprint)


def _section_faults(section: Section, *, counted: bool) -> Iterator[Problem]:
    if bool(section.bank) == bool(section.banks):
        yield Problem("", "needs either bank or banks", "write bank: slug, or banks: [one, two]")
        return
    yield from _id_faults(section)
    if section.count is None and section.bounds.max is None and not counted:
        yield Problem(
            "", "'count' is missing", "say how many questions: count: 5, or count: {min: 4, max: 6}"
        )
    yield from _count_faults(section)


def _id_faults(section: Section) -> Iterator[Problem]:
    for field in ("include", "exclude"):
        for place, id in enumerate(getattr(section, field)):
            bank, slash, rest = id.partition("/")
            if slash and (bank not in section.sources or not rest):
                yield Problem(
                    f"{field}[{place}]",
                    Said("'%(id)s' is in no bank of this section", id=id),
                    "write bank/id of its bank",
                )
            elif not slash and len(section.sources) > 1:
                yield Problem(
                    f"{field}[{place}]", Said("'%(id)s' could be in several banks", id=id), "write bank/id"
                )
    for id in sorted(set(section.included) & section.excluded):
        yield Problem(
            "exclude", Said("'%(id)s' is both included and excluded", id=id), "keep it in one of the two"
        )


def _count_faults(section: Section) -> Iterator[Problem]:
    bounds, field = section.bounds, "difficulty" if section.difficulty else "count"
    if bounds.max == 0:
        yield Problem(field, "asks for no question", "ask for at least 1, or leave the section out")
    elif bounds.max is not None and bounds.min > bounds.max:
        what = Said(
            "asks for at least %(min)s questions and for at most %(max)s", min=bounds.min, max=bounds.max
        )
        mend = "make count, difficulty and include agree"
        yield Problem("include" if len(section.include) > bounds.max else field, what, mend)


def _twice_included(blueprint: Blueprint) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, section in enumerate(blueprint.sections):
        for place, id in enumerate(section.included):
            if id in seen:
                where = f"sections[{number}].include[{place}]"
                yield Problem(
                    where, Said("'%(id)s' is included twice", id=id), "a question stands once on a paper"
                )
            seen.add(id)


def _anchor_faults(blueprint: Blueprint) -> Iterator[Problem]:
    for place, id in enumerate(blueprint.forms.overlap.anchors if blueprint.forms else ()):
        where, banks = f"forms.overlap.anchors[{place}]", blueprint.banks
        if "/" not in id and len(banks) > 1:
            yield Problem(where, Said("'%(id)s' could be in several banks", id=id), "write bank/id")
        elif "/" in id and id.partition("/")[0] not in banks:
            yield Problem(
                where, Said("'%(id)s' is in no bank of the sections", id=id), "write bank/id of one of them"
            )


def _total_faults(blueprint: Blueprint) -> Iterator[Problem]:
    total, bounds = blueprint.questions, [section.bounds for section in blueprint.sections]
    if total is None:
        return
    least, most = sum(bound.min for bound in bounds), _sum(bound.max for bound in bounds)
    mend = "make the sections' counts and questions agree"
    if least > total:
        yield Problem(
            "questions",
            Said("is %(total)s, and the sections ask for at least %(least)s", total=total, least=least),
            mend,
        )
    demanded = sum(count.min for count in blueprint.levels.values())
    if demanded > total:
        yield Problem(
            "levels",
            Said(
                "ask for at least %(demanded)s questions, and questions is %(total)s",
                demanded=demanded,
                total=total,
            ),
            mend,
        )
    if most is not None and most < total:
        yield Problem(
            "questions",
            Said("is %(total)s, and the sections ask for at most %(most)s", total=total, most=most),
            mend,
        )


def _settings_faults(settings: QuizSettings) -> Iterator[Problem]:
    opens, closes = settings.opens, settings.closes
    if opens and closes and bool(opens.tzinfo) != bool(closes.tzinfo):
        yield Problem(
            "settings.closes",
            "has a time zone where opens has none, or none where it has one",
            "write both alike",
        )
    elif opens and closes and opens >= closes:
        yield Problem("settings.closes", "is not after opens", "let the quiz close after it opens")
    if settings.pass_mark is not None and settings.pass_mark > settings.scale:
        yield Problem("settings.pass", "is above the scale: nobody could pass", "write it in grade units")
    if settings.navigation == "sequential" and settings.layout == "all":
        what = "with all questions on one page there is none to go on to"
        yield Problem("settings.navigation", what, "write layout: one, or navigation: free")
    if settings.mode == "test":
        yield from _test_faults(settings)


def _test_faults(settings: QuizSettings) -> Iterator[Problem]:
    """A test has one try and tells nothing before its end."""
    if settings.tries != "one":
        yield Problem(
            "settings.tries",
            Said("'%(tries)s' is for practice", tries=settings.tries),
            "write mode: practice, or tries: one",
        )
    if settings.review.during:
        yield Problem(
            "settings.review.during", "a test shows nothing before its end", "write mode: practice, or []"
        )


def _sum(numbers: Iterator[int | None]) -> int | None:
    """Their sum; None as soon as one has no bound."""
    listed = [*numbers]
    return None if None in listed else sum(number for number in listed if number is not None)

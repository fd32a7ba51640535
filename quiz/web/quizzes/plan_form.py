"""A blueprint as a form. The text stays what is stored: a form begins from one and makes another.

A field of the form that nobody has changed leaves its part of the text as it was, and what the form does not show is
kept; so a text that only went through the form is the same, character by character. As in every form of ours nothing
that was typed is refused here: it is written into the text, whose reader judges it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final, TypeAlias

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FieldList, Form, FormField, SelectMultipleField, StringField

from quiz.assembly.blueprint import LABELS, MOST_SECTIONS, Blueprint, Count, Section, read_blueprint
from quiz.assembly.settings import Adaptive
from quiz.assembly.whole import FormRules
from quiz.banks.rewriting import rewritten
from quiz.banks.yaml import dump_yaml, read_mapping
from quiz.errors import Invalid, Problem, TooLarge
from quiz.questions.editing import said

#: The mode of the form that stands for an adaptive test; "adaptive" is one of practice.
ADAPTIVE: Final = "adaptive-test"
#: Questions of a section that is added.
USUAL_COUNT: Final = "5"
#: Controls that one page sends.
MOST_CONTROLS: Final = 20_000

_NAME = re.compile(r"[a-z_]{1,20}(-\d{1,3})?(-[a-z_]{1,20}){0,2}")
_PLACE = re.compile(r"-(\d+)(?=-|$)")
_SPAN = re.compile(r"(\d{0,7})\s*[-–—]\s*(\d{0,7})")


class DifficultyForm(Form):
    """How many questions of each difficulty, as ``CountField`` is typed."""

    easy = StringField(_l("Easy"))
    medium = StringField(_l("Medium"))
    hard = StringField(_l("Hard"))


class TagsForm(Form):
    """Tags of which a question has one, and of which it has none."""

    any = SelectMultipleField(_l("With one of these tags"), validate_choice=False)
    none = SelectMultipleField(_l("Without these tags"), validate_choice=False)


class SectionForm(Form):
    """A section. ``place`` is the one of the text that it began from, "" for none."""

    place = StringField("")
    count = StringField(_l("Questions"))
    bank = StringField(_l("Bank"))
    others = SelectMultipleField(_l("Also from"), validate_choice=False)
    topic = StringField(_l("Topic"))
    title = StringField(_l("Name of the section"))
    points = StringField(_l("Marks for each question"))
    difficulty = FormField(DifficultyForm, _l("Difficulty"))
    types = SelectMultipleField(_l("Types"), validate_choice=False)
    levels = SelectMultipleField(_l("Levels"), validate_choice=False)
    languages = SelectMultipleField(_l("In each of these languages"), validate_choice=False)
    tags = FormField(TagsForm, _l("Tags"))
    include = SelectMultipleField(_l("Always asked"), validate_choice=False)
    #: What is looked for among the questions that could always be asked.
    words = StringField(_l("Find a question"))

    @classmethod
    def start(cls, bank: str) -> dict[str, Any]:
        """The values of a new section over this bank."""
        return {"bank": bank, "count": USUAL_COUNT}

    @property
    def banks(self) -> list[str]:
        """The banks that are chosen, the first one first."""
        return [*dict.fromkeys(bank for bank in (self.bank.data, *(self.others.data or ())) if bank)]


class AdaptiveForm(Form):
    """The rules of an adaptive test (``settings.Adaptive``); ``low`` and ``high`` are its ``start``."""

    fewest = StringField(_l("Questions at least"))
    most = StringField(_l("Questions at most"))
    error = StringField(_l("Ends at this standard error"))
    trial = StringField(_l("Questions on trial"))
    exposure = StringField(_l("How the next question is chosen"))
    among = StringField(_l("Among how many of the best"))
    rate = StringField(_l("Share of students that may get a question"))
    method = StringField(_l("How the ability is estimated"))
    low = StringField(_l("Starts from an ability of at least"))
    high = StringField(_l("Starts from an ability of at most"))


class FixedForm(Form):
    """How many fixed forms there are, "" for none, and how many questions two of them share at most."""

    count = StringField(_l("Fixed forms"))
    shared = StringField(_l("Questions that two of them share, at most"))


class PlanForm(Form):
    """The paper as a whole. ``mode`` is test, ``ADAPTIVE``, or for practice how often an answer can be checked."""

    sections = FieldList(FormField(SectionForm), _l("Section"))
    mode = StringField(_l("Test or practice"))
    adaptive = FormField(AdaptiveForm, _l("Adaptive test"))
    order = StringField(_l("Order of the questions"))
    layout = StringField(_l("Questions on a page"))
    shuffle_options = BooleanField(_l("Each student sees the options in another order"))
    certainty = BooleanField(_l("Students say how certain they are"))
    as_of = StringField(_l("The questions are true on"))
    scale = StringField(_l("Grade of a full score"))
    forms = FormField(FixedForm, _l("Fixed forms"))

    def name_sections(self, titles: Mapping[str, str]) -> None:
        """A section that is called like a bank, or a new one that is called nothing, is called like its own bank."""
        for row in self.sections:
            section = row.form
            new = not section.place.data
            if section.title.data in titles.values() or (new and not section.title.data):
                section.title.data = titles.get(section.bank.data or "", section.title.data)


def plan_of(text: str) -> PlanForm:
    """The form of a blueprint. Raises Invalid with the faults of the text."""
    return PlanForm(data=_data(read_blueprint(text)))


def posted(controls: MultiDict[str, str]) -> PlanForm:
    """The form that a browser has sent. TooLarge where no page of ours has so many sections."""
    names = [name for name in controls if _NAME.fullmatch(name)]
    if len(names) > MOST_CONTROLS or any(
        int(place) >= MOST_SECTIONS for name in names for place in _PLACE.findall(name)
    ):
        raise TooLarge(_("This quiz has more sections than the form takes."))
    cleaned = ((name, value.replace("\0", "")) for name in names for value in controls.getlist(name))
    return PlanForm(MultiDict(cleaned))


# From a text to the form ---------------------------------------------------------------------------------------------


def _data(blueprint: Blueprint) -> dict[str, Any]:
    settings = blueprint.settings
    return {
        "sections": [
            {"place": str(place), **_section_data(section)}
            for place, section in enumerate(blueprint.sections)
        ],
        "mode": ADAPTIVE if settings.adaptive else "test" if settings.mode == "test" else settings.tries,
        "adaptive": _adaptive_data(settings.adaptive or Adaptive()),
        "order": blueprint.order,
        "layout": settings.layout,
        "shuffle_options": blueprint.shuffle_options,
        "certainty": settings.certainty,
        "as_of": blueprint.as_of.isoformat() if blueprint.as_of else "",
        "scale": _figure(settings.scale),
        "forms": _forms_data(blueprint.forms or FormRules()),
    }


def _forms_data(rules: FormRules) -> dict[str, str]:
    shared = rules.overlap.max
    return {"count": str(rules.count or ""), "shared": "" if shared is None else str(shared)}


def _adaptive_data(rules: Adaptive) -> dict[str, str]:
    low, high = rules.start
    return {
        "fewest": str(rules.fewest),
        "most": str(rules.most),
        "error": "" if rules.error is None else _figure(rules.error),
        "trial": str(rules.trial),
        "exposure": rules.exposure,
        "among": str(rules.among),
        "rate": _figure(rules.rate),
        "method": rules.method,
        "low": _figure(low),
        "high": _figure(high),
    }


def _section_data(section: Section) -> dict[str, Any]:
    counted = section.count is not None
    return {
        "title": section.title or "",
        "count": span_text(section.count) if section.count else "",
        "bank": section.sources[0],
        "others": [*section.sources[1:]],
        "topic": section.topic or "",
        "points": "" if section.points is None else _figure(section.points),
        "difficulty": {
            label: _label_text(section.difficulty[label], counted) if label in section.difficulty else ""
            for label in LABELS
        },
        "types": [*section.types],
        "levels": [*section.levels],
        "languages": [*section.languages],
        "tags": {"any": [*section.tags.any], "none": [*section.tags.none]},
        "include": [*section.included],
    }


def _label_text(count: Count, counted: bool) -> str:
    """Where the section says how many in all, "any number" of a difficulty says nothing; else it admits it."""
    return "" if counted and count == Count() else span_text(count)


def span_text(count: Count) -> str:
    """A count as it is typed: 5, 4-6, 4- for at least, -6 for at most."""
    if count.min == count.max:
        return str(count.min)
    return f"{count.min if count.min or count.max is None else ''}-{'' if count.max is None else count.max}"


def _figure(value: Any) -> str:
    """An exact number in decimals."""
    return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"


# From the form to a text ---------------------------------------------------------------------------------------------

#: What a field says: the keys of a blueprint with their values, from what was typed and from what stood there.
Writer: TypeAlias = Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]
Writers: TypeAlias = Mapping[tuple[str, ...], Writer]
#: The value of a key that is not written.
ABSENT: Final = object()


def text_of(plan: PlanForm, begun: str, title: str | None = None, settings: Mapping[str, Any] = {}) -> str:
    """The text that the form says; ``begun`` is the one that it began from.

    ``title`` and ``settings`` come from beside the form; a setting that is ABSENT leaves the text. Raises Invalid where
    ``begun`` is no blueprint.
    """
    before, given = _data(read_blueprint(begun)), _plain(read_mapping(begun)[0])
    was = given.get("settings", {})
    beside = {
        name: value for name, value in settings.items() if value is not ABSENT or was.get(name) is not None
    }
    made = _written(
        {
            **given,
            **_changed(plan.data, before, _WHOLE, given),
            **({} if title is None else {"title": title}),
            "sections": [*_sections(plan, before["sections"], given["sections"])],
            "settings": _written({**was, **_changed(plan.data, before, _SETTINGS, was), **beside}),
        }
    )
    if not made["settings"] and "settings" not in given:
        del made["settings"]
    return begun if made == given else _with_remarks(begun, given, made)


def _with_remarks(begun: str, given: Mapping[str, Any], made: Mapping[str, Any]) -> str:
    """The text that says ``made``, with the remarks of ``begun`` where its layout allows."""
    text = rewritten(begun, given, made)
    try:
        return text if _plain(read_mapping(text)[0]) == made else dump_yaml(made)
    except Invalid:
        return dump_yaml(made)


def alone(text: str) -> list[str]:
    """For each section of a text, which may have faults, a blueprint that holds it alone."""
    data = _plain(read_mapping(text)[0])
    whole = {name: value for name, value in data.items() if name in ("format", "title", "as_of")}
    return [dump_yaml({**whole, "sections": [section]}) for section in data["sections"]]


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not ABSENT}


def _sections(
    plan: PlanForm, before: Sequence[Mapping[str, Any]], given: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    for row in plan.sections:
        place = said(row.data, "place")
        known = place.isdecimal() and int(place) < len(given)
        old, was = (given[int(place)], before[int(place)]) if known else ({}, {})
        yield _written({**old, **_changed(row.form.data, was, _SECTION, old)})


def _changed(
    data: Mapping[str, Any], before: Mapping[str, Any], writers: Writers, given: Mapping[str, Any]
) -> dict[str, Any]:
    """The keys of those fields that hold something else than before."""
    made: dict[str, Any] = {}
    for fields, write in writers.items():
        if any(_typed(data.get(name)) != _typed(before.get(name)) for name in fields):
            made |= write(data, given)
    return made


def _typed(value: Any) -> Any:
    """A value for comparison: nothing typed is nothing, whatever the form makes of it."""
    if isinstance(value, Mapping):
        found = {name: _typed(part) for name, part in value.items()}
        return {name: part for name, part in found.items() if part} or ""
    if isinstance(value, list):
        return sorted(value) or ""
    return value.strip() if isinstance(value, str) else value or ""


def _text(name: str) -> Writer:
    return lambda data, _given: {name: said(data, name).strip() or ABSENT}


def _number(name: str) -> Writer:
    return lambda data, _given: {name: said(data, name).strip().replace(",", ".") or ABSENT}


def _list(name: str) -> Writer:
    return lambda data, _given: {name: data[name] or ABSENT}


def _truth(name: str) -> Writer:
    return lambda data, _given: {name: bool(data[name])}


def _sources(data: Mapping[str, Any], _given: Mapping[str, Any]) -> dict[str, Any]:
    banks = [*dict.fromkeys([said(data, "bank"), *(data["others"] or ())])]
    return {"bank": banks[0], "banks": ABSENT} if len(banks) == 1 else {"bank": ABSENT, "banks": banks}


def _count(data: Mapping[str, Any], _given: Mapping[str, Any]) -> dict[str, Any]:
    return {"count": _span(said(data, "count"))}


def _difficulty(data: Mapping[str, Any], _given: Mapping[str, Any]) -> dict[str, Any]:
    spans: dict[str, Any] = {label: _span(said(data["difficulty"], label)) for label in LABELS}
    return {"difficulty": _written(spans) or ABSENT}


def _span(typed: str) -> Any:
    """A count as a blueprint writes it. What is no count stays as it was typed."""
    found = _SPAN.fullmatch(typed.strip())
    if not found:
        return typed.strip() or ABSENT
    return {name: number for name, number in zip(("min", "max"), found.groups(), strict=True) if number}


def _tags(data: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    tags = {**given.get("tags", {}), "any": data["tags"]["any"], "none": data["tags"]["none"]}
    return {"tags": {name: value for name, value in tags.items() if value} or ABSENT}


def _mode(data: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    mode = said(data, "mode")
    if mode not in ("test", ADAPTIVE):
        return {"mode": "practice", "tries": mode, "adaptive": ABSENT}
    kept = {name: value for name, value in given.get("review", {}).items() if name != "during"}
    rules = _rules(data["adaptive"], given.get("adaptive") or {}) if mode == ADAPTIVE else ABSENT
    return {"mode": ABSENT, "tries": ABSENT, "review": kept or ABSENT, "adaptive": rules}


def _order(data: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The order of a paper. An adaptive test has none of its own, and the form no way to say that."""
    order = said(data, "order")
    unsaid = "order" not in given and order == Blueprint.model_fields["order"].default
    return {"order": ABSENT if unsaid or said(data, "mode") == ADAPTIVE else order}


def _rules(typed: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What the form says of an adaptive test; what is usual only where it stood there."""
    usual = _adaptive_data(Adaptive())
    values = {name: said(typed, name).strip().replace(",", ".") for name in usual}
    start = [values.pop("low"), values.pop("high")]
    made: dict[str, Any] = {
        name: value for name, value in values.items() if value and (value != usual[name] or name in given)
    }
    if start != [usual["low"], usual["high"]] or "start" in given:
        made["start"] = start
    return made


def _forms(data: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What holds between forms; with their number it goes."""
    count, shared = (said(data["forms"], name).strip() for name in ("count", "shared"))
    was = given.get("forms") or {}
    overlap = _written({**(was.get("overlap") or {}), "max": shared or ABSENT})
    return {"forms": _written({**was, "count": count, "overlap": overlap or ABSENT}) if count else ABSENT}


_SECTION: Final[Writers] = {
    ("title",): _text("title"),
    ("bank", "others"): _sources,
    ("topic",): _text("topic"),
    ("types",): _list("types"),
    ("levels",): _list("levels"),
    ("languages",): _list("languages"),
    ("difficulty",): _difficulty,
    ("tags",): _tags,
    ("count",): _count,
    ("include",): _list("include"),
    ("points",): _number("points"),
}
_WHOLE: Final[Writers] = {
    ("as_of",): _text("as_of"),
    ("order", "mode"): _order,
    ("shuffle_options",): _truth("shuffle_options"),
    ("forms",): _forms,
}
_SETTINGS: Final[Writers] = {
    ("mode", "adaptive"): _mode,
    ("layout",): _text("layout"),
    ("certainty",): _truth("certainty"),
    ("scale",): _number("scale"),
}


def _plain(value: Any) -> Any:
    """What a text holds, without what its reader remembers of how it was written: a number by its characters."""
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return getattr(value, "written", str(value)) if isinstance(value, str | Decimal) else value


# What the form does not show -----------------------------------------------------------------------------------------

_SHOWN_WHOLE: Final = {"format", "title", "sections", "settings", "as_of", "order", "shuffle_options", "forms"}  # fmt: skip
_SHOWN_SECTION: Final = {"title", "bank", "banks", "topic", "types", "levels", "languages", "difficulty", "tags", "count", "include", "points"}  # fmt: skip


def unseen(text: str) -> list[str]:
    """The parts of a blueprint that the form does not show and keeps, such as ``levels`` and ``sections[0].exclude``.

    Settings are not among them: they stand beside the form.
    """
    given = read_mapping(text)[0]
    whole = [name for name in given if name not in _SHOWN_WHOLE]
    forms = given.get("forms") or {}
    whole += (f"forms.{name}" for name in forms if name not in ("count", "overlap"))
    whole += (f"forms.overlap.{name}" for name in forms.get("overlap") or () if name != "max")
    for place, section in enumerate(given["sections"]):
        whole += (f"sections[{place}].{name}" for name in section if name not in _SHOWN_SECTION)
        whole += (f"sections[{place}].tags.all" for name in section.get("tags") or () if name == "all")
    return whole


# Faults --------------------------------------------------------------------------------------------------------------

#: Where the form says what a text says elsewhere.
_ELSEWHERE: Final = {
    "settings.mode": "mode",
    "settings.tries": "mode",
    "settings.layout": "layout",
    "settings.certainty": "certainty",
    "settings.scale": "scale",
    "settings.limit": "limit_minutes",
    "settings.attempts": "attempts_allowed",
    "settings.opens": "opens_at",
    "settings.closes": "closes_at",
    "settings.pass": "pass_grade",
    "forms.overlap.max": "forms.shared",
}


def at_form(problem: Problem) -> Problem:
    """A fault of the text, at the field that says it."""
    where = _ELSEWHERE.get(problem.where, problem.where)
    where = re.sub(r"^settings\.adaptive\.start(\[\d\])?$", "adaptive.low", where)
    where = re.sub(r"^settings\.adaptive\b", "adaptive", where)
    if problem.what == "'count' is missing":
        where = f"{where}.count"
    where = re.sub(r"\.(count|difficulty\.\w+)\.(min|max)$", r".\1", where)
    where = re.sub(r"\.banks?(\[\d+\])?$", ".bank", where)
    where = re.sub(r"\.(types|levels|languages|include|any|none)\[\d+\]$", r".\1", where)
    return replace(problem, where=where, line=None)

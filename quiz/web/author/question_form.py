"""The form of a question: what every type has, and in ``own`` the fields of its type.

It deals in text (``quiz.questions.editing``): nothing that was typed is refused here, the operation judges the whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, StringField, TextAreaField

from quiz.banks.common import Common
from quiz.banks.translations import carried
from quiz.banks.yaml import dump_yaml
from quiz.errors import TooLarge
from quiz.questions import types
from quiz.questions.base import QuestionType
from quiz.questions.editing import MOST_ROWS, filled, given, lines, said, texts, with_points
from quiz.questions.images import size_of_pin

#: Controls that one page sends.
MOST_CONTROLS = 5000
#: What is typed on one line by nature: spaces around it mean nothing.
_VALUES = ("topic", "level", "facility", "points", "penalty", "scoring", "id")
#: Fields of the format that the form holds; the others stay as they are.
EDITED = frozenset(
    {*_VALUES, "type", "prompt", "difficulty", "status", "objective", "explanation", "as_of", "valid", "timeless"}
    | {"evidence", "hints", "tags", "enemies", "feedback", "bank", "calibration"}
)  # fmt: skip

_NAME = re.compile(r"[A-Za-z0-9_-]{1,120}")
_PLACE = re.compile(r"-(\d+)(?=-|$)")


class SourceForm(Form):
    """Where a claim comes from, outside the bank's documents."""

    title = StringField(_l("Title"))
    publisher = StringField(_l("Publisher"))
    url = StringField(_l("Address"))
    published = StringField(_l("Published"))
    accessed = StringField(_l("Read on"))


class EvidenceForm(Form):
    """One piece of evidence: words in a paragraph of a document, or another source and what it supports."""

    kind = StringField("")
    document = StringField(_l("Document"))
    paragraph = StringField(_l("Paragraph"))
    terms = TextAreaField(_l("Words that stand there"))
    source = FormField(SourceForm, "")
    supports = TextAreaField(_l("What it supports"))

    @classmethod
    def start(cls, kind: str) -> dict[str, str]:
        """The values of a new piece of this kind; none where there is no such kind."""
        return {"kind": kind} if kind in ("document", "source") else {}


class ValidForm(Form):
    """From when, inclusive, to when, exclusive, the key is true."""

    start = StringField(_l("From"))
    end = StringField(_l("Until, not including"))


class FeedbackForm(Form):
    """Feedback by how right the whole answer was."""

    right = TextAreaField(_l("To a right answer"))
    partly = TextAreaField(_l("To a partly right answer"))
    wrong = TextAreaField(_l("To a wrong answer"))


class CalibrationForm(Form):
    """What trial answers told: ``b`` has the location of each step, parted by spaces."""

    b = StringField(_l("Difficulty (b)"))
    a = StringField(_l("Slope (a)"))
    c = StringField(_l("Chance of a guess (c)"))
    n = StringField(_l("Answers it rests on"))
    source = StringField(_l("Whose answers"))


class CommonForm(Form):
    """What every question has. ``number`` is the version seen; ``against`` another one that differs from what is typed."""

    number = HiddenField()
    against = HiddenField()
    prompt = TextAreaField(_l("Question"))
    explanation = TextAreaField(_l("Explanation"))
    time = StringField(_l("When the answer is true"))
    as_of = StringField(_l("As of"))
    valid = FormField(ValidForm, _l("From when until when"))
    evidence = FieldList(FormField(EvidenceForm), _l("Evidence"))
    topic = StringField(_l("Topic"))
    level = StringField(_l("Level"))
    difficulty = StringField(_l("Difficulty"))
    points = StringField(_l("Marks"))
    status = StringField(_l("Status"))
    tags = TextAreaField(_l("Tags"))
    enemies = TextAreaField(_l("Never on one paper with"))
    hints = FieldList(TextAreaField(), _l("Hint"))
    feedback = FormField(FeedbackForm, _l("General feedback"))
    scoring = StringField(_l("How it is scored"))
    shuffle = BooleanField(_l("Show the options in another order each time"))
    penalty = StringField(_l("Each wrong try costs"))
    facility = StringField(_l("Expected share of the mark"))
    objective = StringField(_l("Learning objective"))
    calibration = FormField(CalibrationForm, _l("Calibration"))
    id = StringField(_l("Id"))


@cache
def form_class(kind: str) -> type[CommonForm]:
    """The form of questions of this type."""
    own = FormField(types.editing(kind).EditForm)
    return type("QuestionForm", (CommonForm,), {"own": own})


def form_of(kind: str, fields: Mapping[str, Any], number: int = 0) -> CommonForm:
    """The form that shows a question's canonical fields; {} for one to begin with."""
    return form_class(kind)(data={"number": str(number), **data_of(kind, fields)})


def posted(kind: str, controls: MultiDict[str, str]) -> CommonForm:
    """The form that a browser has sent. TooLarge where no page of ours has so many rows."""
    names = [name for name in controls if _NAME.fullmatch(name)]
    if len(names) > MOST_CONTROLS or any(
        int(place) >= MOST_ROWS for name in names for place in _PLACE.findall(name)
    ):
        raise TooLarge(_("This question has more rows than the editor takes. Import it from a file."))
    cleaned = ((name, _clean(value)) for name in names for value in controls.getlist(name))
    return form_class(kind)(MultiDict(cleaned))


def _clean(text: str) -> str:
    """With the line ends of files, and without what no database takes."""
    return text.replace("\r\n", "\n").replace("\0", "")


def can_shuffle(kind: str) -> bool:
    """Whether questions of this type have parts whose order is shuffled unless their author says no."""
    found = types.get(kind)
    return not found.always_shuffled and type(found).shuffled is not QuestionType.shuffled


def has_rules(kind: str) -> bool:
    """Whether there is more than one way to score questions of this type."""
    return len(types.get(kind).rules) > 1


# From a question to the form ---------------------------------------------------------------------------------------


def data_of(kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The form's values for a question in its canonical form."""
    valid = fields.get("valid", {})
    return {
        **texts(fields, *_VALUES, "prompt", "objective", "explanation", "as_of"),
        "points": str(fields.get("points", "1")),
        "difficulty": fields.get("difficulty", "medium"),
        "status": fields.get("status", "ready"),
        "time": next((name for name in ("as_of", "valid", "timeless") if fields.get(name)), ""),
        "valid": {"start": valid.get("from", ""), "end": valid.get("to", "")},
        "evidence": [_evidence_row(one) for one in fields.get("evidence", ())] if fields else [_NO_EVIDENCE],
        "hints": list(fields.get("hints", ())),
        "tags": _lines(fields.get("tags", ())),
        "enemies": _lines(fields.get("enemies", ())),
        "feedback": texts(fields.get("feedback", {}), "right", "partly", "wrong"),
        "calibration": _calibration_row(fields.get("calibration", {})),
        "scoring": str(fields.get("scoring", "")) if has_rules(kind) else "",
        "shuffle": can_shuffle(kind) and fields.get("shuffle", True),
        "own": types.editing(kind).from_fields(fields),
    }


#: The row that a new question begins with, since it has to rest on something.
_NO_EVIDENCE: Final = {"kind": "source"}


def _evidence_row(evidence: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": "document" if "document" in evidence else "source",
        **texts(evidence, "document", "paragraph", "supports"),
        "terms": _lines(evidence.get("terms", ())),
        "source": texts(evidence.get("source", {}), "title", "publisher", "url", "published", "accessed"),
    }


def _calibration_row(calibration: Mapping[str, Any]) -> dict[str, str]:
    return {**texts(calibration, "a", "c", "n", "source"), "b": " ".join(calibration.get("b", ()))}


def _lines(parts: Any) -> str:
    return "\n".join(part.replace("\n", " ") for part in parts)


def with_fields(kind: str, form: CommonForm, patch: Mapping[str, Any]) -> CommonForm:
    """The form with these fields of the question, in their canonical form, in place of what it holds."""
    data = data_of(kind, {**fields_of(kind, form, {}), **patch})
    changed = {name if name in data else "own" for name in patch}
    return form_class(kind)(data={**form.data, **{name: data[name] for name in changed}})


# From the form to a question ---------------------------------------------------------------------------------------


def fields_of(kind: str, form: CommonForm, base: Mapping[str, Any]) -> dict[str, Any]:
    """The question that the form says, in the flat form of bank files.

    ``base`` is the version that the author began with: where nothing was changed it comes back as it was, and of a
    changed one what the form does not hold.
    """
    if base and typed(form) == typed(form_of(kind, base)):
        return dict(base)
    data = form.data
    kept = {name: base[name] for name in Common.model_fields if name in base and name not in EDITED}
    feedback = given(data["feedback"], "right", "partly", "wrong")
    made = {
        **kept,
        **bare_fields(kind, form),
        **{name: value.strip() for name, value in given(data, *_VALUES).items()},
        **given(data, "objective", "explanation"),
        "difficulty": said(data, "difficulty"),
        "status": said(data, "status"),
        **_time(data),
        "evidence": [_evidence(row) for row in filled(data["evidence"])],
        "hints": [hint or "" for hint in filled(data["hints"])],
        "tags": [*dict.fromkeys(lines(data["tags"]))],
        "enemies": lines(data["enemies"]),
        **({"feedback": feedback} if feedback else {}),
        **_calibration(data["calibration"]),
        **({"shuffle": data["shuffle"]} if can_shuffle(kind) else {}),
    }
    return {**made, "translations": carried(base, made)} if "translations" in base else made


def bare_fields(kind: str, form: CommonForm) -> dict[str, Any]:
    """What a student sees of the question."""
    own = types.editing(kind).to_fields(form.own.form)
    return {"type": kind, "prompt": said(form.data, "prompt"), **own}


def _time(data: Mapping[str, Any]) -> dict[str, Any]:
    if data["time"] == "timeless":
        return {"timeless": True}
    if data["time"] == "as_of":
        return {"as_of": said(data, "as_of").strip()}
    if data["time"] == "valid":
        ends = {"from": said(data["valid"], "start").strip(), "to": said(data["valid"], "end").strip()}
        return {"valid": {name: day for name, day in ends.items() if day}}
    return {}


def _calibration(row: Mapping[str, Any]) -> dict[str, Any]:
    """Nothing where nothing was typed; a calibration without any location is told by the whole."""
    told = with_points(given(row, "a", "c", "n", "source"), "a", "c")
    b = [with_points({"b": place}, "b")["b"] for place in said(row, "b").replace(";", " ").split()]
    return {"calibration": {**told, "b": b}} if told or b else {}


def _evidence(row: Mapping[str, Any]) -> dict[str, Any]:
    if row["kind"] == "document":
        return {**given(row, "document", "paragraph"), "terms": lines(row["terms"])}
    source = row["source"]
    about = given(source, "publisher", "url", "published", "accessed")
    return {"source": {"title": said(source, "title"), **about}, **given(row, "supports")}


# What differs -------------------------------------------------------------------------------------------------------


class Difference(NamedTuple):
    """A field that two versions have filled differently: its name in the form, its words, both values in words."""

    name: str
    label: str
    theirs: str
    mine: str


def typed(form: CommonForm) -> Any:
    """All that the form holds of the question; nothing typed is "", whatever the form makes of it."""
    data = {name: value for name, value in form.data.items() if name not in ("number", "against", "id")}
    return _plain(data)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return "" if value is None else value


def differences(theirs: CommonForm, mine: CommonForm) -> Iterator[Difference]:
    """The fields in which two forms differ, in the order of the page."""
    for one, other in zip(_parts(theirs), _parts(mine), strict=True):
        if _plain(one.data) != _plain(other.data):
            label = _(str(other.label.text)) or _(other.short_name)
            yield Difference(other.name, label, in_words(one.data), in_words(other.data))


def plain_differences(theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> Iterator[Difference]:
    """The fields in which two questions differ, each as it stands in the file, by its name there."""
    for name in dict.fromkeys([*theirs, *mine]):
        if theirs.get(name) != mine.get(name):
            yield Difference(
                name, _(name.replace("_", " ")), _as_written(name, theirs), _as_written(name, mine)
            )


def _as_written(name: str, fields: Mapping[str, Any]) -> str:
    """The field as a bank file has it, but of pictures their sizes: digests mean nothing to people."""
    value = fields.get(name)
    if name == "images" and value:
        value = {file: "{} × {}".format(*size_of_pin(pin)) for file, pin in value.items()}
    if value is None or isinstance(value, str):
        return value or ""
    return dump_yaml(value).removesuffix("...\n").rstrip()


def _parts(form: CommonForm) -> Iterator[Any]:
    yield from form.own
    yield from (field for field in form if field.name not in ("own", "number", "against", "id"))


def in_words(value: Any) -> str:
    """A value of the form as text, a line a row; a row begins with its id, or else its number."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        rows = enumerate(filled(value), 1)
        return "\n".join(f"{_row_id(row) or number}. {in_words(row)}" for number, row in rows)
    if isinstance(value, Mapping):
        shown = (in_words(part) for name, part in value.items() if name not in ("id", "choice_id", "kind"))
        return " · ".join(part for part in shown if part)
    return str(value or "")


def _row_id(row: Any) -> str:
    return row.get("id") or "" if isinstance(row, Mapping) else ""

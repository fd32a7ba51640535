"""The forms of quizzes. Dates are typed in the course's time zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    DecimalField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired

from quiz.assembly.blueprint import read_blueprint
from quiz.assembly.settings import EVERYTHING
from quiz.errors import Invalid
from quiz.operations.quizzes import ManagedQuiz, QuizSheet, in_zone
from quiz.web.forms import Form
from quiz.web.quizzes.plan_form import ABSENT, ADAPTIVE

GRADING = {
    "highest": _l("The highest"),
    "average": _l("The average"),
    "first": _l("The first"),
    "last": _l("The last"),
}
#: How a quiz is taken: a test, an adaptive one, or practice with checks of this kind.
MODES = {
    "test": _l("Test: nothing is told before the end"),
    ADAPTIVE: _l("Adaptive test: each next question is chosen by the answers before it"),
    "one": _l("Practice: each answer can be checked once"),
    "interactive": _l("Practice: several tries, each one before costs a part of the mark"),
    "countback": _l("Practice: several tries, each part of an answer costs for itself"),
    "adaptive": _l("Practice: as many tries as wanted, the best one counts less what the others cost"),
}
#: How no question of an adaptive test is shown to too many.
EXPOSURES = {
    "randomesque": _l("One of the best, at random"),
    "progressive": _l("Chance at first, the best later"),
    "sympson-hetter": _l("A lottery that keeps to a share of students"),
}
#: How abilities are estimated.
METHODS = {
    "eap": _l("EAP: the mean of what is likely"),
    "map": _l("MAP: the likeliest, with what is usual"),
    "ml": _l("ML: the likeliest by the answers alone"),
    "wle": _l("WLE: the same without its bias"),
}
ORDERS = {
    "as_listed": _l("Section by section"),
    "easy_to_hard": _l("From easy to hard"),
    "shuffled": _l("Mixed"),
    "interleaved": _l("Topics in turn"),
}
LAYOUTS = {"one": _l("One"), "all": _l("All on one page")}
#: What may be shown, in the order of the review's page.
SHOWN = {
    "attempt": _l("What they answered"),
    "right_wrong": _l("Whether it was right"),
    "marks": _l("Marks"),
    "max": _l("Marks that could be had"),
    "answer": _l("The right answer"),
    "feedback": _l("Reasons and feedback"),
    "explanation": _l("Explanation and sources"),
    "grade": _l("Grade"),
}
#: When it may be shown.
WHEN = {
    "during": _l("After a check"),
    "after": _l("First 2 minutes"),
    "later": _l("Later"),
    "closed": _l("After closing"),
}


def _choices(words: Mapping[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in words.items()]


class Whole(IntegerField):
    """A whole number or nothing. What was typed is kept: a number's own control would drop what is none."""

    widget = widgets.TextInput()

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data: int | None = None
        if text:
            try:
                self.data = int(text)
            except ValueError:
                raise ValueError(_("Write a whole number in figures, such as 40.")) from None


class _Number(DecimalField):
    """A number or nothing, with a point or a comma."""

    widget = widgets.TextInput()

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0].strip().replace(",", ".") if valuelist else ""
        self.data: float | None = None
        if text:
            try:
                self.data = float(text)
            except ValueError:
                raise ValueError(_("Write a number in figures, such as 50.")) from None

    def _value(self) -> str:
        if self.raw_data:
            return self.raw_data[0]
        return "" if self.data is None else f"{self.data:g}"


class Local(DateTimeLocalField):
    """A day with a time, without zone, or nothing."""

    def __init__(self, label: Any = None, **keywords: Any) -> None:
        super().__init__(label, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **keywords)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data: datetime | None = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Write a day and a time, such as 2026-11-23T09:00.")) from None


class _Boxes(SelectMultipleField):
    """Several of several, as boxes."""

    option_widget = widgets.CheckboxInput()


class NewQuizForm(Form):
    """What a new quiz is made from: a blueprint, and beside its form the settings that are asked for at once."""

    title = StringField(_l("Title"))
    opens_at = Local(_l("Opens"))
    closes_at = Local(_l("Closes"))
    limit_minutes = Whole(_l("Time limit in minutes"))
    attempts_allowed = Whole(_l("Attempts"))
    blueprint = TextAreaField(_l("Blueprint"), [DataRequired(_l("Write a blueprint."))])

    @classmethod
    def of(cls, text: str, time_zone: str) -> NewQuizForm:
        """The form that begins with a blueprint; with nothing but its text where that has faults."""
        try:
            blueprint = read_blueprint(text)
        except Invalid:
            return cls(None, blueprint=text)
        settings = blueprint.settings
        return cls(
            None,
            title=blueprint.title,
            opens_at=local(in_zone(settings.opens, time_zone), time_zone),
            closes_at=local(in_zone(settings.closes, time_zone), time_zone),
            limit_minutes=settings.limit,
            attempts_allowed=settings.attempts,
            blueprint=text,
        )

    def settings(self, time_zone: str, now: datetime) -> Mapping[str, Any]:
        """What was typed beside the blueprint, as its ``settings:`` write it; what is wrong with it goes to its fields."""
        begun = NewQuizForm.of(self.blueprint.data or "", time_zone)
        if not (self.title.data or "").strip():
            self.title.errors = [_("Enter a title.")]
        made: dict[str, Any] = {}
        for name, key in (("limit_minutes", "limit"), ("attempts_allowed", "attempts")):
            made[key] = ABSENT if self[name].data is None else str(self[name].data)
        for name, key in (("opens_at", "opens"), ("closes_at", "closes")):
            if self[name].data != begun[name].data:
                moment_typed(self[name], None, time_zone)
                made[key] = self[name].data.isoformat("T", "minutes") if self[name].data else ABSENT
        if "closes" in made:
            demand_to_come(self.closes_at, moment_typed(self.closes_at, None, time_zone), now)
        return made


class StartForm(Form):
    """What the text of a new blueprint begins with; sent by GET."""

    start = SelectField(_l("Begin with"))


class CopyForm(Form):
    """Where a quiz is copied to."""

    course = SelectField(_l("Into which course"))


class QuizForm(Form):
    """What can be changed of a quiz."""

    edits = HiddenField()
    title = StringField(_l("Title"), [DataRequired(_l("Enter a title."))])
    opens_at = Local(_l("Opens"))
    closes_at = Local(_l("Closes"))
    limit_minutes = Whole(_l("Time limit in minutes"))
    attempts_allowed = Whole(_l("Attempts"))
    grading = SelectField(_l("Which grade counts"), choices=_choices(GRADING))
    pass_grade = _Number(_l("Grade to pass"))
    access_code = StringField(_l("Access code"))
    sequential = BooleanField(_l("One question after the other"))
    review_during = _Boxes(WHEN["during"], choices=_choices(SHOWN))
    review_after = _Boxes(WHEN["after"], choices=_choices(SHOWN))
    review_later = _Boxes(WHEN["later"], choices=_choices(SHOWN))
    review_closed = _Boxes(WHEN["closed"], choices=_choices(SHOWN))
    blueprint = TextAreaField(_l("Blueprint"), [DataRequired(_l("Write a blueprint."))])

    @classmethod
    def of(cls, quiz: ManagedQuiz) -> QuizForm:
        """The form with what is stored."""
        sheet = quiz.sheet
        return cls(
            None,
            edits=str(quiz.edits),
            title=sheet.title,
            opens_at=local(sheet.opens_at, quiz.time_zone),
            closes_at=local(sheet.closes_at, quiz.time_zone),
            limit_minutes=sheet.limit_minutes,
            attempts_allowed=sheet.attempts_allowed,
            grading=sheet.grading,
            pass_grade=sheet.pass_grade,
            access_code=sheet.access_code or "",
            sequential=sheet.sequential,
            blueprint=quiz.blueprint_text,
            **{f"review_{moment}": list(sheet.review.get(moment, ())) for moment in WHEN},
        )

    @property
    def seen_edits(self) -> int:
        """The number of the edit that the page was made from; one that never was where the field was tampered with."""
        text = self.edits.data or ""
        return int(text) if text.isdecimal() and len(text) < 10 else -1

    def sheet(self, quiz: ManagedQuiz, now: datetime) -> QuizSheet | None:
        """What was typed, for a form whose shape is right; None where a time does not exist, or a new one to close at
        is past: then its field says so.
        """
        opens_at = moment_typed(self.opens_at, quiz.sheet.opens_at, quiz.time_zone)
        closes_at = moment_typed(self.closes_at, quiz.sheet.closes_at, quiz.time_zone)
        if closes_at != quiz.sheet.closes_at:
            demand_to_come(self.closes_at, closes_at, now)
        if self.opens_at.errors or self.closes_at.errors:
            return None
        return QuizSheet(
            title=(self.title.data or "").strip(),
            opens_at=opens_at,
            closes_at=closes_at,
            limit_minutes=self.limit_minutes.data,
            attempts_allowed=self.attempts_allowed.data,
            grading=self.grading.data,
            pass_grade=self.pass_grade.data,
            review=self.review,
            access_code=(self.access_code.data or "").strip() or None,
            sequential=self.sequential.data,
        )

    @property
    def review(self) -> Mapping[str, list[str]]:
        """What is shown, by moment, in the order of the format."""
        chosen = {moment: set(self[f"review_{moment}"].data or ()) for moment in WHEN}
        return {moment: [name for name in EVERYTHING if name in names] for moment, names in chosen.items()}


def moment_typed(field: Local, stored: datetime | None, time_zone: str) -> datetime | None:
    """The moment that was typed; the stored one where it was not changed, to the second.

    A time that the zone's clock skips is put among the field's errors.
    """
    if field.data is None:
        return None
    if stored is not None and local(stored, time_zone) == field.data:
        return stored
    zone = ZoneInfo(time_zone)
    moment = field.data.replace(tzinfo=zone)
    if moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != field.data:
        field.errors = [_("The clocks go forward: this time does not exist on that day.")]
    return moment


def demand_to_come(field: Local, moment: datetime | None, now: datetime) -> None:
    """Puts among the field's errors that a moment to close at is past."""
    if moment is not None and moment <= now and not field.errors:
        field.errors = [_("This moment is past: nobody could begin. Write a later one.")]


def local(moment: datetime | None, time_zone: str) -> datetime | None:
    """A moment as the course's clock shows it, to the minute, without zone."""
    if moment is None:
        return None
    return moment.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None, second=0, microsecond=0)

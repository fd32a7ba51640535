"""The forms of making a course and of its people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired

from quiz.web.forms import Form, time_zones


class CourseForm(Form):
    """A new course."""

    title = StringField(_l("Title"), [DataRequired(_l("Enter a title."))])
    time_zone = SelectField(_l("Time zone"))

    def offer_time_zones(self) -> None:
        """Fills the list of time zones."""
        self.time_zone.choices = [*map(SelectChoice, time_zones())]


COURSE_ROLES = [
    SelectChoice("student", _l("Student")),
    SelectChoice("assistant", _l("Assistant")),
    SelectChoice("teacher", _l("Teacher")),
    SelectChoice("reader", _l("Reader of results")),
]


class EnrolForm(Form):
    """Somebody with an account, and what they are to be in the course."""

    username = StringField(_l("User name"), [DataRequired(_l("Enter a user name."))])
    role = SelectField(_l("Role"), choices=COURSE_ROLES)


class GroupForm(Form):
    """The part of the course that people are put into; empty: none."""

    group = StringField(_l("Group"))

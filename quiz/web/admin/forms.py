"""The forms of people's accounts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SearchField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired

from quiz.web.forms import Form

ROLES = [
    SelectChoice("user", _l("User: what their courses give")),
    SelectChoice("author", _l("Author: makes banks and courses")),
    SelectChoice("administrator", _l("Administrator: all users and settings")),
]


class SearchForm(Form):
    """Part of a name."""

    search = SearchField(_l("Name or user name"))


class UserForm(Form):
    """A new person with a password."""

    username = StringField(_l("User name"), [DataRequired(_l("Enter a user name."))])
    name = StringField(_l("Name"))
    password = PasswordField(_l("Password"), [DataRequired(_l("Enter a password."))])
    role = SelectField(_l("Role"), choices=ROLES)


class RoleForm(Form):
    """A person's role in the site."""

    role = SelectField(_l("Role"), choices=ROLES)


class EraseForm(Form):
    """That this very person is meant."""

    name = StringField(_l("Name"), [DataRequired(_l("Type the name."))])


class PasswordForm(Form):
    """A new password for somebody."""

    password = PasswordField(_l("New password"), [DataRequired(_l("Enter a password."))])

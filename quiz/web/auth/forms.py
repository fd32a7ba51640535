"""The forms of signing in, joining and the account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, RadioField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Length

from quiz.operations.accounts import LANGUAGES
from quiz.web.forms import Form, time_zones
from quiz.web.html import language_name

LONGEST = 500


class LoginForm(Form):
    """User name and password."""

    username = StringField(_l("User name"), [DataRequired(_l("Enter your user name.")), Length(max=LONGEST)])
    password = PasswordField(_l("Password"), [DataRequired(_l("Enter your password.")), Length(max=LONGEST)])


class SecondFactorForm(Form):
    """A code of an authenticator, or a recovery code."""

    code = StringField(_l("Code"), [DataRequired(_l("Enter the code.")), Length(max=LONGEST)])


class SureForm(Form):
    """The password once more, for what weakens the account."""

    current = PasswordField(_l("Present password"), [DataRequired(_l("Enter your present password."))])


class PasskeyForm(Form):
    """A new passkey: the password once more, and a name for the key."""

    name = StringField(_l("Name"), [Length(max=80)])
    current = PasswordField(_l("Present password"), [DataRequired(_l("Enter your present password."))])


class RegisterForm(Form):
    """An account of one's own."""

    username = StringField(_l("User name"), [DataRequired(_l("Choose a user name.")), Length(max=LONGEST)])
    name = StringField(_l("Your name"), [Length(max=LONGEST)])
    password = PasswordField(_l("Password"), [DataRequired(_l("Choose a password."))])


class CodeForm(Form):
    """A course's join code."""

    code = StringField(_l("Join code"), [DataRequired(_l("Enter the code that your teacher gave you."))])


class JoinForm(Form):
    """The name with which somebody joins."""

    name = StringField(_l("Your name"), [DataRequired(_l("Enter your name."))])


class ReturnForm(Form):
    """A personal return code."""

    code = StringField(_l("Return code"), [DataRequired(_l("Enter your return code."))])


class PreferencesForm(Form):
    """Language, colours and time zone."""

    language = SelectField(_l("Language"))

    theme = RadioField(
        _l("Colours"),
        choices=[
            SelectChoice("auto", _l("As this device")),
            SelectChoice("light", _l("Light")),
            SelectChoice("dark", _l("Dark")),
        ],
    )
    time_zone = SelectField(_l("Time zone"))

    def offer_choices(self) -> None:
        """Fills the lists; their first entries are the browser's language and the course's time zone."""
        self.language.choices = [
            SelectChoice("", _l("As this browser")),
            *(SelectChoice(tag, language_name(tag)) for tag in LANGUAGES),
        ]
        self.time_zone.choices = [
            SelectChoice("", _l("That of the course")),
            *map(SelectChoice, time_zones()),
        ]


class PasswordForm(Form):
    """A new password."""

    current = PasswordField(_l("Present password"), [DataRequired(_l("Enter your present password."))])
    new = PasswordField(_l("New password"), [DataRequired(_l("Enter a new password."))])


class ForgottenForm(Form):
    """Whose password is forgotten."""

    username = StringField(_l("User name"), [DataRequired(_l("Enter your user name.")), Length(max=LONGEST)])


class NewPasswordForm(Form):
    """The password that a link lets somebody choose."""

    password = PasswordField(_l("New password"), [DataRequired(_l("Enter a new password."))])


class AddressForm(Form):
    """Where links for a new password are mailed to; empty: nowhere."""

    address = StringField(_l("Mail address"))
    current = PasswordField(
        _l("Present password"), [DataRequired(_l("Enter your present password."))], id="address-current"
    )

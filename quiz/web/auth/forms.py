"""The forms of signing in, joining and the account."""

from __future__ import annotations

from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from quiz.web.forms import Form

LONGEST = 500


class LoginForm(Form):
    """User name and password."""

    username = StringField(_l("User name"), [DataRequired(_l("Enter your user name.")), Length(max=LONGEST)])
    password = PasswordField(_l("Password"), [DataRequired(_l("Enter your password.")), Length(max=LONGEST)])


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
    """Colours and time zone."""

    theme = RadioField(
        _l("Colours"),
        choices=[("auto", _l("As this device")), ("light", _l("Light")), ("dark", _l("Dark"))],
    )
    time_zone = SelectField(_l("Time zone"))

    def offer_time_zones(self) -> None:
        """Fills the list of time zones; the first is the course's own."""
        named = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
        self.time_zone.choices = [
            ("", _l("That of the course")),
            ("UTC", "UTC"),
            *((zone, zone) for zone in named),
        ]


class PasswordForm(Form):
    """A new password."""

    current = PasswordField(_l("Present password"), [DataRequired(_l("Enter your present password."))])
    new = PasswordField(_l("New password"), [DataRequired(_l("Enter a new password."))])

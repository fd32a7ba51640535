"""How much a student wants to remember of what they practise."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from quiz.web.forms import Form

#: In percent, the bounds of ``assembly.spacing``.
LEAST: Final = 70
MOST: Final = 97
_WRONG = _l("Type a whole number from %(least)s to %(most)s.", least=LEAST, most=MOST)


class RetentionForm(Form):
    """The share of questions that they want still to know when they come again, in percent."""

    retention = IntegerField(
        _l("How much do you want to remember?"), [InputRequired(_WRONG), NumberRange(LEAST, MOST, _WRONG)]
    )

    @property
    def share(self) -> float:
        """The same as a share of 1; the form is valid."""
        return (self.retention.data or 0) / 100

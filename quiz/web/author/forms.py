"""The forms of bringing banks in and sharing them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired

from quiz.web.forms import Form


class ImportForm(Form):
    """A bank file, chosen or pasted."""

    file = FileField(_l("File"))
    text = TextAreaField(_l("Text"))


class CommitForm(Form):
    """The text that has been looked at, on its way through the preview."""

    text = TextAreaField()
    name = HiddenField()
    prune = BooleanField(_l("Retire the questions that are no longer in the file"))


class ShareForm(Form):
    """Who may do what with a bank."""

    username = StringField(_l("User name"), [DataRequired(_l("Enter a user name."))])
    right = SelectField(
        _l("What they may do"),
        choices=[
            SelectChoice("read", _l("Read the questions")),
            SelectChoice("use", _l("Use them in quizzes")),
            SelectChoice("edit", _l("Use and change them")),
            SelectChoice("none", _l("Nothing any more")),
        ],
    )

"""The forms of banks: making, searching, bringing in, sharing."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired

from quiz.operations.exporting import Filter
from quiz.web.forms import Form


class BankForm(Form):
    """A new bank."""

    title = StringField(_l("Title"), [DataRequired(_l("Enter a title."))])
    bank = StringField(_l("Name in blueprints"))
    language = StringField(_l("Language"), [DataRequired(_l("Enter a language."))], default="en")


class HeadForm(Form):
    """What stands at a bank's head."""

    title = StringField(_l("Title"), [DataRequired(_l("Enter a title."))])
    perspective = TextAreaField(_l("What it rests on"))
    licence = StringField(_l("Licence"))


class FilterForm(Form):
    """Which questions of a bank to list; sent by GET."""

    words = StringField(_l("Words"), default="")
    topic = StringField(_l("Topic"), default="")
    tag = StringField(_l("Tags"), default="")
    type = StringField(_l("Type"), default="")
    difficulty = StringField(_l("Difficulty"), default="")
    level = StringField(_l("Level"), default="")
    status = StringField(_l("State"), default="")
    time = StringField(_l("Changing with time"), default="")
    rule = StringField(_l("Rule"), default="")
    language = StringField(_l("Language"), default="")

    def wanted(self, on: date) -> Filter:
        """The filter, on this day."""
        return Filter(**self.data, on=on)


class ImportForm(Form):
    """A bank file or a file of another system, chosen or pasted."""

    file = FileField(_l("File"))
    text = TextAreaField(_l("Text"))
    format = SelectField(_l("Format"), default="", validate_choice=False)
    #: The name of a bank of mine, "" for one of its own; of a bank file this is said in the file.
    bank = SelectField(_l("Into which bank"), default="", validate_choice=False)
    topic = StringField(_l("Topic in front of theirs"), default="")


class CommitForm(Form):
    """The text that has been looked at, on its way through the preview."""

    text = TextAreaField()
    #: A zip archive in base64, where the bank came in one.
    archive = TextAreaField()
    name = HiddenField()
    #: The name of the bank that the questions come into; not there where the file is the bank.
    into = HiddenField()
    #: What the preview stands for (``ImportReport.seen``).
    seen = HiddenField(default="")
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

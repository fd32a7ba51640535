"""The authoring form of drag_words."""

from quiz.questions.wordgaps_edit import EditForm, from_fields, to_fields

__all__ = ["NAME", "SUMMARY", "EditForm", "from_fields", "to_fields"]

NAME = "Drag the words"
SUMMARY = "Words are moved into the gaps of a text."

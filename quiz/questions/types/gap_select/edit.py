"""The authoring form of gap_select."""

from quiz.questions.wordgaps_edit import EditForm, from_fields, to_fields

__all__ = ["NAME", "SUMMARY", "EditForm", "from_fields", "to_fields"]

NAME = "Gap select"
SUMMARY = "Each gap of a text is filled from a list."

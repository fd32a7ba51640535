"""The tables. Importing this package makes all of them known to ``quiz.db.Base.metadata``."""

from quiz.models import (
    accommodating,
    attempt,
    audit,
    bank,
    counting,
    gradebook,
    mailing,
    media,
    people,
    presence,
    quiz,
    rescored,
    searching,
)

__all__ = [
    "accommodating",
    "attempt",
    "audit",
    "bank",
    "counting",
    "gradebook",
    "mailing",
    "media",
    "people",
    "presence",
    "quiz",
    "rescored",
    "searching",
]

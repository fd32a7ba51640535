"""The tables. Importing this package makes all of them known to ``quiz.db.Base.metadata``."""

from quiz.models import attempt, audit, bank, counting, gradebook, mailing, media, people, quiz, rescored

__all__ = [
    "attempt",
    "audit",
    "bank",
    "counting",
    "gradebook",
    "mailing",
    "media",
    "people",
    "quiz",
    "rescored",
]

"""Which questions of a bank are meant: found by their words and properties, or named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import JSON, ForeignKey, String, or_
from sqlalchemy.orm import Mapped, mapped_column

from quiz.db import Base
from quiz.models.bank import Question, QuestionVersion
from quiz.models.peer_review import in_review
from quiz.models.searching import has_tag, has_words


@dataclass(frozen=True, slots=True)
class Filter:
    """Which questions of a bank to list; "" = all. ``words``: each of them occurs in the question's texts."""

    words: str = ""
    topic: str = ""
    tag: str = ""
    type: str = ""
    difficulty: str = ""
    level: str = ""
    status: str = ""


NO_FILTER: Final = Filter()
#: The status of a draft whose review is asked for; files know it as a draft.
REVIEW: Final = "review"
#: Characters of the name of a saved search.
LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class Selection:
    """Questions of a bank: those of these names, or, where none is named, those that the filter lets through."""

    names: tuple[str, ...] = ()
    wanted: Filter = NO_FILTER


def conditions(bank_id: int, wanted: Filter) -> Iterator[Any]:
    """What holds for the questions of a bank, and their current versions, that the filter lets through."""
    if wanted.words.strip():
        yield from has_words(bank_id, wanted.words)
    if wanted.tag:
        yield has_tag(bank_id, wanted.tag)
    if wanted.topic:
        yield or_(
            QuestionVersion.topic == wanted.topic,
            QuestionVersion.topic.startswith(f"{wanted.topic}/", autoescape=True),
        )
    for name in ("type", "difficulty", "level"):
        if getattr(wanted, name):
            yield getattr(QuestionVersion, name) == getattr(wanted, name)
    if wanted.status:
        yield in_review() if wanted.status == REVIEW else QuestionVersion.status == wanted.status


def selected(bank_id: int, selection: Selection) -> Iterator[Any]:
    """What holds for the questions of a bank, and their current versions, that are selected."""
    if selection.names:
        yield Question.slug.in_(selection.names)
    else:
        yield from conditions(bank_id, selection.wanted)


class SavedSearch(Base):
    """A search in a bank that a person wants to find again by a name."""

    __tablename__ = "saved_search"

    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"), primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), primary_key=True)
    #: The fields of ``Filter`` that are not "".
    wanted: Mapped[dict[str, str]] = mapped_column(JSON)

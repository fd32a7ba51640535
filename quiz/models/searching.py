"""What a search in a bank rests on: the terms of each question, which both engines find by the same index.

A term is a word in any script, of Chinese and Japanese two neighbouring characters, or a tag with ``#`` before it. The
terms that there are stand once each; a part of a word is looked for among them, and not in all texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import ForeignKey, Index, String, bindparam, delete, false, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from quiz.banks.model import Authored
from quiz.db import Base, conflict_insert, parts
from quiz.models.bank import QuestionVersion

#: Characters of a term: what is longer is found by its beginning.
LONGEST_TERM: Final = 100
#: Letters of a word that may lie within another one; shorter ones are whole words, else "a" would find everything.
SHORTEST_PART: Final = 3
#: Scripts without spaces between their words: kana and Han characters.
_UNSPACED: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS: Final = re.compile(f"([{_UNSPACED}]+)|([^\\W_{_UNSPACED}]+)")


class SearchTerm(Base):
    """A term that occurs, or once did, in a question of any bank."""

    __tablename__ = "search_term"

    id: Mapped[int] = mapped_column(primary_key=True)
    term: Mapped[str] = mapped_column(String(LONGEST_TERM), unique=True)


class SearchHit(Base):
    """A term of a question, as its current version has it."""

    __tablename__ = "search_hit"
    __table_args__ = (
        # what a question has, when it is written anew or moves
        Index(None, "question_id"),
        {"sqlite_with_rowid": False},
    )

    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"), primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("search_term.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True)


# Terms ---------------------------------------------------------------------------------------------------------------


def words(text: str) -> Iterator[str]:
    """The words of a text without case, width and ё; runs of Chinese as overlapping pairs, a lone character as such."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    for unspaced, word in _RUNS.findall(folded):
        if len(unspaced) > 1:
            yield from (unspaced[at : at + 2] for at in range(len(unspaced) - 1))
        else:
            yield (unspaced or word)[:LONGEST_TERM]


def terms_of(question: Authored) -> frozenset[str]:
    """What finds a question: the words of its id, topic, facts and of every text, and its tags."""
    dumped = question.dump()
    found = {word for text in _texts(dumped) for word in words(text)}
    return frozenset(found | {_tag(tag) for tag in dumped.get("tags", ())})


def _tag(tag: str) -> str:
    return f"#{tag}"[:LONGEST_TERM]


#: Fields whose words would make every search find everything.
_NOT_SEARCHED: Final = frozenset(
    {"type", "scoring", "difficulty", "level", "status", "bank", "digest", "tables"}
)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for name, one in value.items() if name not in _NOT_SEARCHED for text in _texts(one))
    elif isinstance(value, list | tuple):
        yield from (text for one in value for text in _texts(one))


# Written -------------------------------------------------------------------------------------------------------------


def index_terms(connection: Connection, bank_id: int, questions: Sequence[tuple[int, Authored]]) -> None:
    """Writes down the terms of the questions of a bank (by id); of those that they had already only what differs."""
    found = {question_id: terms_of(question) for question_id, question in questions}
    ids = _term_ids(connection, sorted(frozenset().union(*found.values())))
    wanted = {(bank_id, ids[term], question_id) for question_id, terms in found.items() for term in terms}
    had = _hits_of(connection, [*found])
    if gone := had - wanted:
        connection.execute(
            delete(SearchHit).where(*(column == bindparam(f"p_{column.key}") for column in _HIT)),
            [{f"p_{column.key}": value for column, value in zip(_HIT, hit, strict=True)} for hit in gone],
        )
    if new := wanted - had:
        names = [column.key for column in _HIT]
        connection.execute(insert(SearchHit), [dict(zip(names, hit, strict=True)) for hit in sorted(new)])


_HIT = (SearchHit.bank_id, SearchHit.term_id, SearchHit.question_id)


def _hits_of(connection: Connection, question_ids: Sequence[int]) -> set[tuple[int, int, int]]:
    return {
        (row.bank_id, row.term_id, row.question_id)
        for part in parts(question_ids)
        for row in connection.execute(select(*_HIT).where(SearchHit.question_id.in_(part)))
    }


def forget_terms(connection: Connection, question_ids: Sequence[int]) -> None:
    """Nothing finds these questions any more."""
    for part in parts(question_ids):
        connection.execute(delete(SearchHit).where(SearchHit.question_id.in_(part)))


def _term_ids(connection: Connection, terms: Sequence[str]) -> dict[str, int]:
    """The ids of terms, which are written down where they are new.

    In their order, so that of two who bring the same ones the second waits for the first, and not each for the other.
    """
    known = _known_ids(connection, terms)
    if new := [term for term in terms if term not in known]:
        connection.execute(
            conflict_insert(connection, SearchTerm).on_conflict_do_nothing(), [{"term": term} for term in new]
        )
        known |= _known_ids(connection, new)
    return known


def _known_ids(connection: Connection, terms: Sequence[str]) -> dict[str, int]:
    return {
        row.term: row.id
        for part in parts(terms)
        for row in connection.execute(select(SearchTerm.term, SearchTerm.id).where(SearchTerm.term.in_(part)))
    }


# Found ---------------------------------------------------------------------------------------------------------------


def has_words(bank_id: int, wanted: str) -> Iterator[Any]:
    """What holds for the questions of a bank in which each of these words occurs; where it has none, for no question."""
    found = [*dict.fromkeys(words(wanted))]
    yield from (_has(bank_id, _like(word)) for word in found)
    if not found:
        yield false()


def has_tag(bank_id: int, tag: str) -> Any:
    """What holds for the questions of a bank that have this tag."""
    return _has(bank_id, SearchTerm.term == _tag(tag))


def _like(word: str) -> Any:
    """The terms that a word stands for: those in which it lies, or itself where it is too short for that, or a pair."""
    unspaced = re.match(f"[{_UNSPACED}]", word) is not None
    if (len(word) == 1) if unspaced else (len(word) >= SHORTEST_PART):
        return SearchTerm.term.contains(word, autoescape=True)
    return SearchTerm.term == word


def _has(bank_id: int, which: Any) -> Any:
    terms = select(SearchTerm.id).where(which)
    return QuestionVersion.question_id.in_(
        select(SearchHit.question_id).where(SearchHit.bank_id == bank_id, SearchHit.term_id.in_(terms))
    )


def tags_of(connection: Connection, bank_id: int) -> tuple[str, ...]:
    """The tags that questions of a bank have, in their order."""
    here = select(SearchHit.term_id).where(SearchHit.bank_id == bank_id, SearchHit.term_id == SearchTerm.id)
    tags = select(SearchTerm.term).where(SearchTerm.term.startswith("#"), here.exists())
    return tuple(sorted(term[1:] for term in connection.execute(tags).scalars()))

"""What a search in a bank rests on: the terms of each question, which both engines find by the same index.

A term is a word in any script, of Chinese and Japanese two neighbouring characters, or a tag with ``#`` before it. The
terms that there are stand once each; a part of a word is looked for among them, and not in all texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ForeignKey, Index, String, bindparam, delete, false, intersect, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

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


def terms_of(fields: Mapping[str, Any]) -> frozenset[str]:
    """What finds a question in its canonical form: the words of its id, topic, facts and of every text, and its tags."""
    found = {word for text in _texts(fields) for word in words(text)}
    return frozenset(found | {_tag(tag) for tag in fields.get("tags", ())})


def _tag(tag: str) -> str:
    return f"#{tag}"[:LONGEST_TERM]


#: Fields whose words would make every search find everything.
_NOT_SEARCHED: Final = frozenset(
    {"type", "scoring", "difficulty", "level", "status", "points", "bank", "digest", "tables"}
)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for name, one in value.items() if name not in _NOT_SEARCHED for text in _texts(one))
    elif isinstance(value, list | tuple):
        yield from (text for one in value for text in _texts(one))


# Written -------------------------------------------------------------------------------------------------------------


def index_terms(
    connection: Connection,
    bank_id: int,
    questions: Iterable[tuple[int, Mapping[str, Any], Mapping[str, Any]]],
) -> None:
    """Writes down what finds the questions of a bank: id, fields as they were found until now ({}: not at all), as they are.

    Only what differs is written, so that a change of the tags of thousands is no work on all their words.
    """
    gained: list[tuple[str, int]] = []
    lost: list[tuple[str, int]] = []
    for question_id, old, new in questions:
        more, less = _difference(old, new)
        gained += [(term, question_id) for term in more]
        lost += [(term, question_id) for term in less]
    if lost:
        gone = _known_ids(connection, sorted({term for term, _ in lost}))
        here = (
            SearchHit.bank_id == bank_id,
            SearchHit.term_id == bindparam("p_term"),
            SearchHit.question_id == bindparam("p_question"),
        )
        connection.execute(
            delete(SearchHit).where(*here),
            [{"p_term": gone.get(term, 0), "p_question": question} for term, question in lost],
        )
    if gained:
        ids = _term_ids(connection, sorted({term for term, _ in gained}))
        connection.execute(
            conflict_insert(connection, SearchHit).on_conflict_do_nothing(),
            sorted(
                (
                    {"bank_id": bank_id, "term_id": ids[term], "question_id": question}
                    for term, question in gained
                ),
                key=lambda hit: (hit["term_id"], hit["question_id"]),
            ),
        )


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    """The terms that a question gains and loses; a word stays that occurs in a field which has not changed."""
    changed = {name for name in {**old, **new} if old.get(name) != new.get(name)}
    before, after = (
        terms_of({name: fields[name] for name in changed if name in fields}) for fields in (old, new)
    )
    lost = before - after
    if lost:
        lost -= terms_of({name: value for name, value in new.items() if name not in changed})
    return after - before, lost


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


def finds(bank_id: int, wanted: str, tag: str = "") -> Any:
    """What holds for the questions of a bank that have each of these words, and the tag; where there is none, for no question."""
    terms = [_like(word) for word in dict.fromkeys(words(wanted))]
    if not terms and (wanted.strip() or not tag):
        return false()
    if tag:
        terms.append(SearchTerm.term == _tag(tag))
    hits = intersect(*(_hits(bank_id, which) for which in terms))
    # One set, found once and looked up, whatever PostgreSQL knows of its tables: it would take terms that come together for
    # rare, and join one after the other (11 s in 50,000 questions); or find them anew for each question of a bank that has
    # just come in (17 s for 500).
    once = hits.cte().prefix_with("MATERIALIZED", dialect="postgresql")
    return QuestionVersion.question_id.in_(select(once.c.question_id))


def _like(word: str) -> Any:
    """The terms that a word stands for: those in which it lies, or itself where it is too short for that, or a pair."""
    unspaced = re.match(f"[{_UNSPACED}]", word) is not None
    if (len(word) == 1) if unspaced else (len(word) >= SHORTEST_PART):
        return SearchTerm.term.contains(word, autoescape=True)
    return SearchTerm.term == word


def _hits(bank_id: int, which: Any) -> Any:
    terms = select(SearchTerm.id).where(which)
    return select(SearchHit.question_id).where(SearchHit.bank_id == bank_id, SearchHit.term_id.in_(terms))


def tags_of(connection: Connection, bank_id: int) -> tuple[str, ...]:
    """The tags that questions of a bank have, in their order."""
    here = select(SearchHit.term_id).where(SearchHit.bank_id == bank_id, SearchHit.term_id == SearchTerm.id)
    tags = select(SearchTerm.term).where(SearchTerm.term.startswith("#"), here.exists())
    return tuple(sorted(term[1:] for term in connection.execute(tags).scalars()))

"""Banks as authors see them: my own, those shared with me, the shipped ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, and_, case, delete, func, insert, select
from sqlalchemy.engine import Connection

from quiz.banks.calibration import Calibration
from quiz.banks.families import Family
from quiz.banks.model import Bank as LoadedBank
from quiz.banks.model import Question as LoadedQuestion
from quiz.banks.model import Topic
from quiz.db import conflict_insert, reading, transaction
from quiz.errors import Forbidden, Invalid, NotFound, Problem, Said
from quiz.files.richtext import TEXT_FORMATS, to_html, to_text
from quiz.models.audit import record
from quiz.models.bank import (
    SHARE_RIGHTS,
    Bank,
    BankShare,
    Question,
    QuestionVersion,
    SourceLine,
    StratumSize,
    load_authored,
    load_variant,
    source_line,
)
from quiz.models.choosing import (
    LONGEST_NAME,
    NO_FILTER,
    REVIEW,
    Filter,
    SavedSearch,
    conditions,
    saved_searches,
)
from quiz.models.paging import Page, page_at_once, page_of, part_of
from quiz.models.peer_review import in_review
from quiz.models.people import Enrolment, User
from quiz.models.searching import tags_of
from quiz.models.validity import Turn, turns
from quiz.operations.access import AUTHORING, TEACHING, Actor, missing, readable_banks, role_of
from quiz.questions.base import Presented


@dataclass(frozen=True, slots=True)
class BankRow:
    """A bank in a list. ``access`` is own, edit, use, read or shipped."""

    id: int
    slug: str
    title: str
    language: str
    access: str
    owner: str | None
    questions: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question in its bank's list. ``drawable`` on the day that was asked for; ``status`` "review": a draft in review."""

    question_id: int
    slug: str
    version: int
    type: str
    topic: str
    difficulty: str
    status: str
    prompt: str
    drawable: bool


@dataclass(frozen=True, slots=True)
class Share:
    """Somebody whom a bank is shared with."""

    user_id: int
    name: str
    username: str | None
    right: str


@dataclass(frozen=True, slots=True)
class BankPage:
    """A bank with a page of its questions."""

    id: int
    slug: str
    title: str
    language: str
    licence: str
    perspective: str
    access: str
    by_type: tuple[tuple[str, int], ...]
    by_difficulty: tuple[tuple[str, int], ...]
    by_topic: tuple[tuple[str, int], ...]
    #: What the bank says of its topics, by name.
    topics: Mapping[str, Topic]
    tags: tuple[str, ...]
    questions: Page[QuestionRow]
    #: Ready questions, and how many of them are translated into each language.
    ready: int
    languages: Mapping[str, int]
    turns: tuple[Turn, ...]
    #: What I have saved: the fields of the filter by name.
    searches: Mapping[str, Mapping[str, str]]
    shares: tuple[Share, ...]


#: Searches that a person keeps in a bank.
MOST_SEARCHES = 30
#: So many variants of a family are shown at once.
VARIANTS_PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class VariantRow:
    """A variant of a family; prompt and right answer as plain text."""

    key: str
    prompt: str
    answer: str


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """A version of a question as its author sees it: presented, with its key and reasons."""

    question_id: int
    access: str
    current: bool
    bank_id: int
    bank_title: str
    question: str
    version: int
    type: str
    topic: str
    level: str
    difficulty: str
    calibration: Calibration | None
    points: Fraction
    presented: Presented
    reviewed: Any
    right_answer: str
    #: Safe HTML, "" for none.
    explanation: str
    #: What each piece of evidence rests on, and what it supports there.
    sources: tuple[tuple[SourceLine, str], ...]
    #: True for ever as of this day, or between two days (to: exclusive); all None where it is timeless.
    as_of: date | None
    valid_from: date | None
    valid_to: date | None
    drawable: bool
    status: str
    #: The one shown, and all that the question has, the authored one first.
    language: str
    languages: tuple[str, ...]
    #: Of a family a page of those that there are on the day; None: it is none.
    variants: Page[VariantRow] | None


def banks(actor: Actor, page: int) -> Page[BankRow]:
    """The banks that I may read, my own first."""
    owner = User.__table__.alias("owner")
    count = (
        select(func.count())
        .where(
            QuestionVersion.bank_id == Bank.id, QuestionVersion.current, QuestionVersion.status != "retired"
        )
        .correlate(Bank)
        .scalar_subquery()
    )
    statement = (
        readable_banks(
            actor,
            Bank.id,
            Bank.slug,
            Bank.title,
            Bank.language,
            owner.c.name.label("owner"),
            count.label("questions"),
            Bank.updated_at,
        )
        .outerjoin(owner, owner.c.id == Bank.owner_id)
        .order_by(case((Bank.owner_id == actor.id, 0), else_=1), Bank.title, Bank.id)
    )
    with reading() as connection:
        found = page_of(connection, statement, page, _bank_row)
        if not found.total:
            _demand_maker(connection, actor)
        return found


def _bank_row(row: Row[Any]) -> BankRow:
    return BankRow(
        row.id, row.slug, row.title, row.language, row.access, row.owner, row.questions, row.updated_at
    )


def _demand_maker(connection: Connection, actor: Actor) -> None:
    """Forbidden to whoever neither makes banks nor teaches: for them there is no list of banks."""
    if role_of(connection, actor) in AUTHORING:
        return
    teaches = select(Enrolment.user_id).where(Enrolment.user_id == actor.id, Enrolment.role.in_(TEACHING))
    if connection.execute(teaches).first() is None:
        raise Forbidden


def _bank(connection: Connection, actor: Actor, bank_id: int) -> Row[Any]:
    found: Row[Any] | None = connection.execute(readable_banks(actor, Bank).where(Bank.id == bank_id)).first()
    if found is None:
        raise missing(connection, actor)
    return found


def bank(actor: Actor, bank_id: int, page: int, on: date, wanted: Filter = NO_FILTER) -> BankPage:
    """A bank with its counts and a page of its questions, those that the filter lets through.

    When keys turn true or false is told of the whole bank only: of a search nothing is.
    """
    with reading() as connection:
        found = _bank(connection, actor, bank_id)
        counts = _counts(connection, bank_id)
        return BankPage(
            id=found.id,
            slug=found.slug,
            title=found.title,
            language=found.language,
            licence=found.header.get("licence") or "",
            perspective=found.header.get("perspective") or "",
            access=found.access,
            by_type=_sums(counts, "type"),
            by_difficulty=_sums(counts, "difficulty"),
            by_topic=_sums(counts, "topic"),
            topics=LoadedBank.load(found.header).topics,
            tags=tags_of(connection, bank_id),
            questions=_questions(connection, bank_id, page, on, wanted),
            ready=_ready(connection, bank_id),
            languages=found.languages,
            turns=turns(connection, bank_id, on) if replace(wanted, on=None) == NO_FILTER else (),
            searches=saved_searches(connection, bank_id, actor.id),
            shares=_shares(connection, bank_id) if found.access == "own" else (),
        )


def _ready(connection: Connection, bank_id: int) -> int:
    found: int = connection.execute(
        select(func.coalesce(func.sum(StratumSize.size), 0)).where(StratumSize.bank_id == bank_id)
    ).scalar_one()
    return found


def _questions(
    connection: Connection, bank_id: int, number: int, on: date, wanted: Filter
) -> Page[QuestionRow]:
    """A page of a bank's questions. Only those on it are read with their content, which is most of a row."""
    slug = select(Question.slug).where(Question.id == QuestionVersion.question_id).scalar_subquery()
    listed = (
        select(QuestionVersion.question_id)
        .where(
            QuestionVersion.bank_id == bank_id,
            QuestionVersion.current,
            *conditions(connection, bank_id, wanted),
        )
        .order_by(QuestionVersion.topic, slug)
    )
    page = page_at_once(connection, listed, number, lambda row: row.question_id)
    rows = connection.execute(
        select(
            Question.id,
            Question.slug,
            QuestionVersion.number,
            QuestionVersion.digest,
            QuestionVersion.content,
            in_review().label("in_review"),
        )
        .join(QuestionVersion, and_(QuestionVersion.question_id == Question.id, QuestionVersion.current))
        .where(Question.id.in_(page.rows))
    )
    by_id = {row.id: _question_row(row, on) for row in rows}
    return replace(page, rows=tuple(by_id[question_id] for question_id in page.rows))


def _question_row(row: Row[Any], on: date) -> QuestionRow:
    question = load_authored(row.digest, row.content)
    return QuestionRow(
        question_id=row.id,
        slug=row.slug,
        version=row.number,
        type=question.type,
        topic=question.topic,
        difficulty=question.difficulty,
        status=REVIEW if row.in_review else question.status,
        prompt=to_text(TEXT_FORMATS[question.text_format](question.prompt)),  # a family's is a template
        drawable=question.drawable(on),
    )


def _counts(connection: Connection, bank_id: int) -> Sequence[Row[Any]]:
    """How many questions of a bank, but retired ones, there are of each topic, type and difficulty."""
    columns = QuestionVersion.topic, QuestionVersion.type, QuestionVersion.difficulty
    return connection.execute(
        select(*columns, func.count().label("questions"))
        .where(
            QuestionVersion.bank_id == bank_id, QuestionVersion.current, QuestionVersion.status != "retired"
        )
        .group_by(*columns)
    ).all()


def _sums(rows: Sequence[Row[Any]], name: str) -> tuple[tuple[str, int], ...]:
    counts: Counter[str] = Counter()
    for row in rows:
        counts[getattr(row, name)] += row.questions
    return tuple(sorted(counts.items()))


def _shares(connection: Connection, bank_id: int) -> tuple[Share, ...]:
    rows = connection.execute(
        select(User.id, User.name, User.username, BankShare.right)
        .join(BankShare, BankShare.user_id == User.id)
        .where(BankShare.bank_id == bank_id)
        .order_by(User.name, User.id)
    )
    return tuple(Share(*row) for row in rows)


def question(
    actor: Actor,
    question_id: int,
    on: date,
    number: int | None = None,
    language: str = "",
    variant: str = "",
    page: int = 1,
) -> QuestionPage:
    """A version of a question (None: the current one), with its key, for those who may read its bank.

    ``drawable`` on that day; in the ``language``, where it has that one. Of a family the ``variant`` ("" = the first)
    and a page of all there are on that day; where there is none, one of the last day that had any.
    """
    wanted = QuestionVersion.current if number is None else QuestionVersion.number == number
    with reading() as connection:
        row = connection.execute(
            readable_banks(
                actor,
                Bank.id,
                Bank.title,
                Bank.header,
                Bank.language,
                QuestionVersion.question_id,
                QuestionVersion.number,
                QuestionVersion.current,
                QuestionVersion.digest,
                QuestionVersion.content,
            )
            .join(QuestionVersion, QuestionVersion.bank_id == Bank.id)
            .where(QuestionVersion.question_id == question_id, wanted)
        ).first()
        if row is None:
            raise missing(connection, actor)
    family = load_authored(row.digest, row.content)
    keys = family.variants(on)
    if variant and variant not in keys:
        raise NotFound
    shown = load_variant(row.digest, row.content, variant or keys[0], on) if keys else family.sample()
    if shown is None:
        raise NotFound
    rows = _variant_rows(family, on, language, page) if isinstance(family, Family) else None
    return replace(_question_page(row, shown, on, language), drawable=family.drawable(on), variants=rows)


def _variant_rows(family: Family, on: date, language: str, number: int) -> Page[VariantRow]:
    keys = part_of(family.variants(on), number, VARIANTS_PER_PAGE)
    rows = tuple(_variant_row(key, family.variant(key, on), language) for key in keys.rows)
    return Page(rows, keys.number, keys.total, keys.per_page)


def _variant_row(key: str, question: LoadedQuestion, language: str) -> VariantRow:
    shown = question.in_language(language)
    return VariantRow(key, to_text(shown.prompt), shown.kind.right_answer(shown.content))


def _question_page(row: Row[Any], authored: LoadedQuestion, on: date, language: str) -> QuestionPage:
    loaded = authored.in_language(language)
    key = frozenset({"right_wrong", "answer", "feedback", "explanation"})
    return QuestionPage(
        question_id=row.question_id,
        access=row.access,
        current=row.current,
        bank_id=row.id,
        bank_title=row.title,
        question=loaded.qualified,
        version=row.number,
        type=loaded.type,
        topic=loaded.topic,
        level=loaded.level,
        difficulty=loaded.difficulty,
        calibration=loaded.calibration,
        points=loaded.points,
        presented=loaded.present(()),
        reviewed=loaded.kind.review(loaded.content, None, (), key),
        right_answer=loaded.kind.right_answer(loaded.content),
        explanation=to_html(loaded.explanation or ""),
        sources=tuple(
            (source_line(one, row.header), one.supports or ", ".join(one.terms)) for one in loaded.evidence
        ),
        as_of=loaded.as_of,
        valid_from=loaded.valid.start if loaded.valid else None,
        valid_to=loaded.valid.end if loaded.valid else None,
        drawable=loaded.drawable(on),
        status=loaded.status,
        language=row.language if loaded is authored else language,
        languages=(row.language, *authored.translations),
        variants=None,
    )


def share(actor: Actor, bank_id: int, username: str, right: str, now: datetime) -> None:
    """Lets another person read, use or edit my bank; right "none" takes that back."""
    if right not in (*SHARE_RIGHTS, "none"):
        what = Said("there is no right '%(name)s'", name=right)
        mend = Said("use one of %(all)s", all=", ".join(SHARE_RIGHTS))
        raise Invalid([Problem("right", what, mend)])
    with transaction() as connection:
        if _bank(connection, actor, bank_id).access != "own":
            raise Forbidden
        user_id = connection.execute(
            select(User.id).where(User.username == username.strip().casefold(), User.id != actor.id)
        ).scalar()
        if user_id is None:
            raise Invalid(
                [
                    Problem(
                        "username",
                        Said("there is nobody else called '%(username)s'", username=username),
                        "check the user name",
                    )
                ]
            )
        connection.execute(
            delete(BankShare).where(BankShare.bank_id == bank_id, BankShare.user_id == user_id)
        )
        if right != "none":
            connection.execute(insert(BankShare).values(bank_id=bank_id, user_id=user_id, right=right))
        record(connection, actor.id, "bank.share", ("bank", bank_id), now, user=user_id, right=right)


def save_search(actor: Actor, bank_id: int, name: str, wanted: Filter) -> None:
    """Keeps a search in a bank that I may read under a name, in the place of an earlier one of that name.

    Raises Invalid where it has no name, searches for nothing, or I keep too many.
    """
    fields = {name: value for name, value in asdict(wanted).items() if value and name != "on"}
    with transaction() as connection:
        _bank(connection, actor, bank_id)
        kept = saved_searches(connection, bank_id, actor.id)
        problems = [*_search_problems(name.strip(), fields, kept)]
        if problems:
            raise Invalid(problems)
        mine = dict(zip(_SEARCH_KEY, (bank_id, actor.id, name.strip()), strict=True))
        keep = conflict_insert(connection, SavedSearch).values(**mine, wanted=fields)
        connection.execute(keep.on_conflict_do_update(index_elements=_SEARCH_KEY, set_={"wanted": fields}))


_SEARCH_KEY = ("bank_id", "user_id", "name")


def _search_problems(name: str, fields: Mapping[str, str], kept: Mapping[str, Any]) -> Iterator[Problem]:
    if not name:
        yield Problem("name", "it has no name", "say how you want to find it again")
    if len(name) > LONGEST_NAME:
        yield Problem("name", "this is too long", Said("use up to %(most)s characters", most=LONGEST_NAME))
    if not fields:
        yield Problem("", "nothing is searched for", "search first, then keep the search")
    if name not in kept and len(kept) >= MOST_SEARCHES:
        yield Problem(
            "", Said("you keep %(most)s searches in this bank", most=MOST_SEARCHES), "drop one of them"
        )


def drop_search(actor: Actor, bank_id: int, name: str) -> None:
    """I do not search for that again."""
    with transaction() as connection:
        _bank(connection, actor, bank_id)
        mine = dict(zip(_SEARCH_KEY, (bank_id, actor.id, name), strict=True))
        connection.execute(delete(SavedSearch).filter_by(**mine))


def find_bank(slug: str) -> int | None:
    """The id of a bank by its name, a shipped one first; for the command line."""
    with reading() as connection:
        return connection.execute(
            select(Bank.id).where(Bank.slug == slug).order_by(Bank.owner_id.is_not(None), Bank.id).limit(1)
        ).scalar()

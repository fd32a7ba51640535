"""What reports are made of, kept while attempts come, change and go (statistics.md: "Reports that stay fast").

Each finished attempt is counted once, in its *standing* among the attempts of its student: the first, the last, the highest,
any of these or none. So the attempts that count are a sum of standings, whichever of them a report is asked for.

An attempt whose ``counted_at`` is NULL is not counted as it is now: it has just ended, or its marks have changed
(``scoring.take_out``). ``count`` counts such attempts, some at a time; ``counted_of_quiz`` adds them to what is counted, so
that a report is always exact and never waits. With each counted attempt stands the paper that was counted, so that it can
be taken back whatever has become of the attempt.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    ForeignKey,
    Row,
    SmallInteger,
    String,
    and_,
    delete,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, aliased, mapped_column

from quiz.banks.analysing import MOST_ANSWERS
from quiz.banks.tallying import MOST_TOTALS, WHOLE, Cell, Pairs, Paper, Tally, coarse, read_cell, write_cell
from quiz.db import Base, UtcDateTime, conflict_insert
from quiz.models.attempt import Attempt, over
from quiz.models.papers import papers_of
from quiz.models.people import Enrolment

#: Of the attempts of a student: a standing is a sum of these.
FIRST, LAST, HIGHEST = 1, 2, 4
STANDINGS: Final = range(8)
#: Attempts that are counted in one transaction: on SQLite saves wait for it.
BATCH: Final = 50
#: Compared by code points on both engines, as Python does.
_text = String(2000).with_variant(String(2000, collation="C"), "postgresql")


class CountedQuiz(Base):
    """How a quiz is counted; its row is locked by who counts."""

    __tablename__ = "counted_quiz"

    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), primary_key=True, autoincrement=False)
    #: Totals and rests have two decimals, since there were more than ``MOST_TOTALS`` different ones.
    coarse: Mapped[bool]
    #: When the first and the last of the counted attempts ended; NULL = none is counted.
    first_finished: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_finished: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ItemStatistics(Base):
    """How many papers count in a cell (``banks.tallying``)."""

    __tablename__ = "item_statistics"

    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), primary_key=True, autoincrement=False)
    standing: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    #: 0: of the paper as a whole.
    version_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    #: The values, as JSON.
    cell: Mapped[str] = mapped_column(_text, primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)


class PairSums(Base):
    """The sums of marks and of their products (``tallying.Pairs``)."""

    __tablename__ = "pair_sums"

    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), primary_key=True, autoincrement=False)
    standing: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    versions: Mapped[list[int]] = mapped_column(JSON)
    n: Mapped[int] = mapped_column(BigInteger)
    sums: Mapped[list[int]] = mapped_column(JSON)


class CountedAttempt(Base):
    """An attempt as it was counted. Who deletes attempts calls ``forget`` before: the database sees to it."""

    __tablename__ = "counted_attempt"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True, autoincrement=False)
    standing: Mapped[int] = mapped_column(SmallInteger)
    #: ``Paper.dump()``.
    paper: Mapped[list[Any]] = mapped_column(JSON)


#: A finished attempt that is not counted as it is now.
UNCOUNTED: Final = and_(Attempt.finished_at.is_not(None), Attempt.counted_at.is_(None))


def standings_of(attempts: Iterable[Row[Any]]) -> dict[int, int]:
    """The standing of each finished attempt (id, user_id, number, grade) of these students in one quiz, by its id.

    Of equally high grades the earlier one is the highest; no grade is lower than any.
    """
    by_user: dict[int, list[Row[Any]]] = defaultdict(list)
    for one in sorted(attempts, key=lambda one: one.number):
        by_user[one.user_id].append(one)
    found = {one.id: 0 for of_one in by_user.values() for one in of_one}
    for of_one in by_user.values():
        highest = min(of_one, key=lambda one: (one.grade is None, -(one.grade or 0.0), one.number))
        found[of_one[0].id] |= FIRST
        found[of_one[-1].id] |= LAST
        found[highest.id] |= HIGHEST
    return found


def standings_in(which: str, grading: str) -> Sequence[int]:
    """The standings whose attempts count: ``which`` is first, last, all or counted (by this method of grading)."""
    bits = {"first": FIRST, "last": LAST, "highest": HIGHEST}
    bit = bits.get(grading if which == "counted" else which)
    return [one for one in STANDINGS if bit is None or one & bit]


# What has changed ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """An attempt to be counted anew: the standing and paper that are counted, None where it is not counted, and those
    that are to be, None where it goes.
    """

    attempt_id: int
    finished_at: datetime
    before: tuple[int, Paper] | None
    after: tuple[int, Paper] | None


def changes(connection: Connection, quiz_id: int, these: ColumnElement[bool]) -> list[Change]:
    """What counting the attempts for which the condition holds would change: they, and others of the same students whose
    standing is another since. A statement, and where there are any four more.
    """
    students = select(Attempt.user_id).where(Attempt.quiz_id == quiz_id, these).distinct().subquery()
    of_student = and_(
        Attempt.quiz_id == quiz_id,
        Attempt.user_id == students.c.user_id,
        Attempt.finished_at.is_not(None),
    )
    finished = connection.execute(
        select(
            Attempt.id,
            Attempt.user_id,
            Attempt.number,
            Attempt.grade,
            Attempt.finished_at,
            these.label("anew"),
            CountedAttempt.standing,
            CountedAttempt.paper,
        )
        .select_from(students)
        .outerjoin(
            Attempt, of_student
        )  # each has one: an outer join, so that SQLite begins with the students
        .outerjoin(CountedAttempt, CountedAttempt.attempt_id == Attempt.id)
        .order_by(Attempt.id)
    ).all()
    if not finished:
        return []
    papers = papers_of(connection, and_(Attempt.quiz_id == quiz_id, these))
    now = standings_of(finished)
    found = []
    for one in finished:
        before = _counted(one)
        if one.anew:
            found.append(Change(one.id, one.finished_at, before, (now[one.id], papers[one.id])))
        elif before is not None and before[0] != now[one.id]:
            found.append(Change(one.id, one.finished_at, before, (now[one.id], before[1])))
    return found


def _counted(row: Row[Any]) -> tuple[int, Paper] | None:
    return None if row.standing is None else (row.standing, Paper.load(row.paper))


def _added(changes: Iterable[Change], pairs: Mapping[int, Pairs], *, coarse: bool) -> dict[int, Tally]:
    """What the changes add to the counts of each standing; its pairs are those that it had, changed."""
    found: dict[int, Tally] = {}
    for change in changes:
        for side, times in ((change.before, -1), (change.after, 1)):
            if side is not None:
                standing, paper = side
                present = Tally(pairs=pairs.get(standing, Pairs()), coarse=coarse)
                found.setdefault(standing, present).add(paper, times)
    return found


# Reading -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counted:
    """The attempts of a quiz that have ended: the counts of those asked for; how many students they all are of, and when the
    first and the last of them ended.
    """

    tally: Tally
    students: int
    first_finished: datetime | None
    last_finished: datetime | None


def counted_of_quiz(connection: Connection, quiz_id: int, standings: Collection[int]) -> Counted:
    """What there is of a quiz's attempts with these standings, counted yet or not. To be read in a snapshot. Six statements,
    and four more where some are not counted yet.

    Of answers that were typed, only as many as a report lists.
    """
    row = connection.execute(select(CountedQuiz).where(CountedQuiz.quiz_id == quiz_id)).first()
    is_coarse = row is not None and row.coarse
    new = changes(connection, quiz_id, UNCOUNTED)
    pairs = _pairs(connection, quiz_id, standings)
    added = _added(new, pairs, coarse=is_coarse)
    found = Tally(coarse=is_coarse)
    for standing in standings:
        if standing in added:
            found.counts.update(added[standing].counts)
        found.pairs.merge(added[standing].pairs if standing in added else pairs.get(standing, Pairs()))
    for cell, n in _cells(connection, quiz_id, standings, [*found.counts]):
        found.counts[cell] += n
    if found.alike and found.pairs.n != found.number_of("paper"):
        found.pairs = _pairs_anew(connection, quiz_id, standings, new)
    return Counted(found, _students(connection, quiz_id) + sum(map(_first_more, new)), *_from_to(row, new))


def _from_to(row: Row[Any] | None, new: Sequence[Change]) -> tuple[datetime | None, datetime | None]:
    """When the first and the last attempt ended, of those counted (a row of ``CountedQuiz``) and those that come."""
    ends = [one.finished_at for one in new if one.after is not None]
    if row is not None and row.first_finished is not None:
        ends += [row.first_finished, row.last_finished]
    return min(ends, default=None), max(ends, default=None)


def _students(connection: Connection, quiz_id: int) -> int:
    """How many students have a counted attempt: each has one that is the first."""
    table = ItemStatistics
    found: int = connection.execute(
        select(func.coalesce(func.sum(table.n), 0)).where(
            table.quiz_id == quiz_id,
            table.standing.in_([one for one in STANDINGS if one & FIRST]),
            table.version_id == WHOLE,
            table.kind.in_(["paper", "open"]),
        )
    ).scalar_one()
    return int(found)


def _first_more(change: Change) -> int:
    """How many first attempts a change adds."""
    before, after = (side is not None and bool(side[0] & FIRST) for side in (change.before, change.after))
    return after - before


@dataclass(frozen=True, slots=True)
class Going:
    """Beside what has ended: the students of the course; those with an attempt but none that has ended, and for how many of
    these the time is up.
    """

    students: int
    begun: int
    over: int


def going_on(connection: Connection, quiz_id: int, course_id: int, now: datetime, grace: timedelta) -> Going:
    """How far a quiz has got, beside what has ended. Two statements, neither of which looks at each attempt."""
    ended = aliased(Attempt)
    has_ended = (
        select(ended.id)
        .where(ended.quiz_id == quiz_id, ended.user_id == Attempt.user_id, ended.finished_at.is_not(None))
        .correlate(Attempt)
        .exists()
    )
    begun = connection.execute(
        select(func.count(), func.count().filter(over(now, grace))).where(
            Attempt.quiz_id == quiz_id, Attempt.finished_at.is_(None), not_(has_ended)
        )
    ).one()
    students: int = connection.execute(
        select(func.count()).where(Enrolment.course_id == course_id, Enrolment.role == "student")
    ).scalar_one()
    return Going(students, *begun)


def _cells(
    connection: Connection, quiz_id: int, standings: Collection[int], known: Sequence[Cell]
) -> Iterable[tuple[Cell, int]]:
    """What is counted, summed over the standings. Of answers the commonest of each question, so many that none is missed
    that would be among those listed when the ``known`` ones are added, and these. Two statements.
    """
    table = ItemStatistics
    where = and_(table.quiz_id == quiz_id, table.standing.in_(standings))
    n = func.sum(table.n).label("n")
    columns = table.version_id, table.kind, table.cell
    rows = connection.execute(
        select(*columns, n).where(where, table.kind != "answer").group_by(*columns)
    ).all()
    answers = {write_cell(values) for _version, kind, values in known if kind == "answer"}
    place = func.row_number().over(partition_by=table.version_id, order_by=(n.desc(), table.cell))
    ranked = (
        select(*columns, n, place.label("place"))
        .where(where, table.kind == "answer")
        .group_by(*columns)
        .subquery()
    )
    listed = ranked.c.place <= MOST_ANSWERS + len(answers)
    if len(answers) < MOST_ANSWERS * 100:  # else nearly all are listed
        listed = or_(listed, ranked.c.cell.in_(answers))
    rows = [*rows, *connection.execute(select(ranked).where(listed))]
    return [((row.version_id, row.kind, read_cell(row.cell)), int(row.n)) for row in rows]


def _pairs(connection: Connection, quiz_id: int, standings: Collection[int]) -> dict[int, Pairs]:
    rows = connection.execute(
        select(PairSums)
        .where(PairSums.quiz_id == quiz_id, PairSums.standing.in_(standings))
        .order_by(PairSums.standing)
    )
    return {row.standing: Pairs(tuple(row.versions), row.n, row.sums) for row in rows}


def _pairs_anew(
    connection: Connection, quiz_id: int, standings: Collection[int], new: Sequence[Change]
) -> Pairs:
    """The sums over the papers that are counted, and those that are to be: where the first paper that came had other
    questions than all that are left.
    """
    rows = connection.execute(
        select(CountedAttempt)
        .join(Attempt, Attempt.id == CountedAttempt.attempt_id)
        .where(Attempt.quiz_id == quiz_id, CountedAttempt.standing.in_(standings))
    )
    sides = {row.attempt_id: _counted(row) for row in rows} | {one.attempt_id: one.after for one in new}
    found = Pairs()
    for side in sides.values():
        if side is not None and side[0] in standings:
            found.add(side[1])
    return found


# Counting ----------------------------------------------------------------------------------------------------------


def quizzes_to_count(connection: Connection) -> Sequence[int]:
    """The quizzes with attempts that are not counted as they are now."""
    return connection.execute(select(Attempt.quiz_id).where(UNCOUNTED).distinct()).scalars().all()


def count(connection: Connection, quiz_id: int, now: datetime, most: int = BATCH) -> int:
    """Counts so many of a quiz's attempts that are not counted as they are now. Returns how many: 0 where none is left, or
    others work on those that are. In a transaction of its own.

    Attempts are locked before they are read: a mark that changes meanwhile makes them uncounted again.
    """
    quiz = _lock(connection, quiz_id)
    claimed = connection.execute(
        select(Attempt.id)
        .where(Attempt.quiz_id == quiz_id, UNCOUNTED)
        .order_by(Attempt.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).scalars()
    ids = claimed.all()
    if ids:
        new = changes(connection, quiz_id, Attempt.id.in_(ids))
        _apply(connection, quiz_id, new, quiz.coarse)
        _set_from_to(connection, quiz_id, *_from_to(quiz, new))
        connection.execute(update(Attempt).where(Attempt.id.in_(ids)).values(counted_at=now))
    return len(ids)


def forget(connection: Connection, attempt_ids: Collection[int]) -> None:
    """Takes attempts that are about to be deleted out of the figures for good; those of the same students that stay are
    counted anew.
    """
    going = Attempt.id.in_(attempt_ids)
    quizzes = connection.execute(select(Attempt.quiz_id).where(going).distinct().order_by(Attempt.quiz_id))
    for quiz_id in quizzes.scalars().all():
        quiz = _lock(connection, quiz_id)
        here = Attempt.quiz_id == quiz_id
        counted = select(CountedAttempt, Attempt.finished_at).join(
            Attempt, Attempt.id == CountedAttempt.attempt_id
        )
        rows = connection.execute(counted.where(here, going)).all()
        gone = [Change(row.attempt_id, row.finished_at, _counted(row), None) for row in rows]
        _apply(connection, quiz_id, gone, quiz.coarse)
        left = counted.where(here).with_only_columns(
            func.min(Attempt.finished_at), func.max(Attempt.finished_at)
        )
        _set_from_to(connection, quiz_id, *connection.execute(left).one())
        students = select(Attempt.user_id).where(here, going)
        connection.execute(update(Attempt).where(here, Attempt.user_id.in_(students)).values(counted_at=None))


def _lock(connection: Connection, quiz_id: int) -> Row[Any]:
    """One at a time counts a quiz. Its row."""
    first = conflict_insert(connection, CountedQuiz).values(quiz_id=quiz_id, coarse=False)
    connection.execute(first.on_conflict_do_nothing())
    return connection.execute(
        select(CountedQuiz).where(CountedQuiz.quiz_id == quiz_id).with_for_update()
    ).one()


def _set_from_to(connection: Connection, quiz_id: int, first: datetime | None, last: datetime | None) -> None:
    values = {"first_finished": first, "last_finished": last}
    connection.execute(update(CountedQuiz).where(CountedQuiz.quiz_id == quiz_id).values(values))


def _apply(connection: Connection, quiz_id: int, these: Sequence[Change], is_coarse: bool) -> None:
    """Writes the changes."""
    pairs = _pairs(connection, quiz_id, STANDINGS)
    added = _added(these, pairs, coarse=is_coarse)
    _write_attempts(connection, these)
    _write_cells(connection, quiz_id, added)
    for standing, tally in added.items():
        if not tally.pairs.n:
            tally.pairs = _pairs_anew(connection, quiz_id, [standing], ())
        _write_pairs(connection, quiz_id, standing, tally.pairs)
    if not is_coarse and _different_totals(connection, quiz_id) > MOST_TOTALS:
        _make_coarse(connection, quiz_id)


def _write_attempts(connection: Connection, these: Sequence[Change]) -> None:
    gone = [one.attempt_id for one in these if one.after is None]
    if gone:
        connection.execute(delete(CountedAttempt).where(CountedAttempt.attempt_id.in_(gone)))
    rows = [
        {"attempt_id": one.attempt_id, "standing": one.after[0], "paper": one.after[1].dump()}
        for one in these
        if one.after is not None
    ]
    if rows:
        statement = conflict_insert(connection, CountedAttempt)
        new = {"standing": statement.excluded.standing, "paper": statement.excluded.paper}
        connection.execute(statement.on_conflict_do_update(index_elements=["attempt_id"], set_=new), rows)


def _write_cells(connection: Connection, quiz_id: int, added: Mapping[int, Tally]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "quiz_id": quiz_id,
            "standing": standing,
            "version_id": version,
            "kind": kind,
            "cell": write_cell(values),
            "n": n,
        }
        for standing, tally in added.items()
        for (version, kind, values), n in tally.counts.items()
        if n
    ]
    if not rows:
        return
    statement = conflict_insert(connection, ItemStatistics)
    key = ["quiz_id", "standing", "version_id", "kind", "cell"]
    summed = {"n": ItemStatistics.n + statement.excluded.n}
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=summed), rows)
    if any(row["n"] < 0 for row in rows):
        connection.execute(
            delete(ItemStatistics).where(ItemStatistics.quiz_id == quiz_id, ItemStatistics.n == 0)
        )


def _write_pairs(connection: Connection, quiz_id: int, standing: int, pairs: Pairs) -> None:
    here = PairSums.quiz_id == quiz_id, PairSums.standing == standing
    connection.execute(delete(PairSums).where(*here))
    if pairs.n:
        values = {"versions": list(pairs.versions), "n": pairs.n, "sums": pairs.sums}
        connection.execute(insert(PairSums).values(quiz_id=quiz_id, standing=standing, **values))


def _different_totals(connection: Connection, quiz_id: int) -> int:
    """How many there are, those of each standing apart."""
    found: int = connection.execute(
        select(func.count()).where(
            ItemStatistics.quiz_id == quiz_id,
            ItemStatistics.standing.in_(STANDINGS),
            ItemStatistics.version_id == WHOLE,
            ItemStatistics.kind == "paper",
        )
    ).scalar_one()
    return found


def _make_coarse(connection: Connection, quiz_id: int) -> None:
    """Gives totals and rests two decimals, in all that is counted."""
    here = ItemStatistics.quiz_id == quiz_id
    tallies: dict[int, Tally] = defaultdict(Tally)
    for row in connection.execute(select(ItemStatistics).where(here)):
        tallies[row.standing].counts[coarse((row.version_id, row.kind, read_cell(row.cell)))] += row.n
    connection.execute(delete(ItemStatistics).where(here))
    _write_cells(connection, quiz_id, tallies)
    connection.execute(update(CountedQuiz).where(CountedQuiz.quiz_id == quiz_id).values(coarse=True))

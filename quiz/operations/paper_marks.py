"""Marks of printed forms: a table of who got what on which fixed form becomes attempts with these marks.

The table is looked at first: the grades that it would give, and all that is wrong, by line. Then all of it is entered, or
nothing; and as long as nobody has changed a mark of it, it can be taken back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import Row, and_, delete, func, insert, select
from sqlalchemy.engine import Connection

from quiz.db import reading, transaction
from quiz.errors import Conflict, EditConflict, Invalid, Problem, Said
from quiz.models import counting
from quiz.models.attempt import Attempt, AttemptSlot, Mark
from quiz.models.audit import last_event, record
from quiz.models.drawing import bank_digests
from quiz.models.fixed import QuizForm
from quiz.models.people import Enrolment, User
from quiz.models.quiz import QuizRevision
from quiz.models.scoring import grade_of
from quiz.operations.access import Actor, taught_quiz
from quiz.operations.rosters import table_of
from quiz.questions.rules.numbers import read_number

MOST_ROWS: Final = 1_000
ENTERED, TAKEN_BACK = "quiz.paper-marks", "quiz.paper-marks-undo"


# Reading -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one student got on a form, by the number of the question; ``lines`` says where each mark stands."""

    username: str
    form: int
    line: int
    marks: dict[int, Fraction] = field(default_factory=dict)
    lines: dict[int, int] = field(default_factory=dict)


def read_marks(text: str) -> list[Sheet]:
    """The sheets of a CSV text, in the order of their first lines.

    ``username`` holds the user name, or the name where one student alone has it. A row a student: the columns ``username``, ``form``, and one a question, named by its number (``q3`` or ``3``). Or a row a
    mark: ``username``, ``form``, ``question``, ``mark``. An empty cell is no mark. Raises Invalid with all that is wrong, by line.
    """
    head, rows = table_of(text)
    problems = [*_head_problems(head)]
    if len(rows) > MOST_ROWS * (50 if "mark" in head else 1):
        problems.append(
            Problem("", Said("%(count)s rows are too many", count=len(rows)), "cut the file into several", 1)
        )
    if problems:
        raise Invalid(problems)
    sheets: dict[str, Sheet] = {}
    for line, row in rows:
        try:
            _read_row(head, line, row, sheets)
        except Invalid as error:
            problems += error.problems
    if not rows:
        problems.append(
            Problem("", "there is no row below the names of the columns", "write one a student", 1)
        )
    if problems:
        raise Invalid(problems)
    return [*sheets.values()]


def _head_problems(head: Sequence[str]) -> Iterator[Problem]:
    for name in ("username", "form"):
        if name not in head:
            what = Said("the column '%(name)s' is missing", name=name)
            yield Problem("", what, "name the columns in the first line", 1)
    others = [name for name in head if name not in {"username", "form"}]
    if {*others} == {"question", "mark"} and len(others) == 2:
        return
    for name in others:
        if _number(name) is None:
            what = Said("unknown column '%(name)s'", name=name)
            yield Problem("", what, "name questions by their number, or use the columns question and mark", 1)
        elif others.count(name) > 1:
            yield Problem("", Said("the column '%(name)s' stands twice", name=name), "keep one of them", 1)
    if not others:
        yield Problem("", "there is no column of marks", "add one a question, named by its number", 1)


def _number(name: str) -> int | None:
    digits = name.removeprefix("q")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 4 else None


def _read_row(head: Sequence[str], line: int, row: Sequence[str], sheets: dict[str, Sheet]) -> None:
    if len(row) != len(head):
        what = Said("%(cells)s cells under %(columns)s columns", cells=len(row), columns=len(head))
        raise Invalid([Problem("", what, "quote a cell that holds a comma or semicolon", line)])
    cells = dict(zip(head, row, strict=True))
    username, form = cells.pop("username").casefold(), _number(cells.pop("form"))
    if form is None:
        raise Invalid([Problem("form", "this is no number of a form", "write 1, 2 …", line)])
    of_marks = "mark" in cells
    sheet = sheets.setdefault(username, Sheet(username, form, line))
    if sheet.line != line and (not of_marks or sheet.form != form):
        what = Said("'%(name)s' stands in line %(line)s too", name=username, line=sheet.line)
        raise Invalid([Problem("username", what, "keep one row a student, of one form", line)])
    given = {cells["question"]: cells["mark"]} if of_marks else cells
    problems = [problem for name, mark in given.items() for problem in _put(sheet, name, mark, line)]
    if problems:
        raise Invalid(problems)


def _put(sheet: Sheet, name: str, written: str, line: int) -> Iterator[Problem]:
    number = _number(name.casefold())
    if number is None:
        yield Problem(
            "question", Said("'%(name)s' is no number of a question", name=name), "write 1, 2 …", line
        )
    elif number in sheet.marks:
        what = Said(
            "question %(number)s has a mark in line %(line)s", number=number, line=sheet.lines[number]
        )
        yield Problem("question", what, "keep one of them", line)
    elif (mark := read_number(written)) is not None:
        sheet.marks[number] = Fraction(mark)
        sheet.lines[number] = line
    elif written:
        what = Said("'%(mark)s' is no mark", mark=written[:40])
        yield Problem(f"q{number}", what, "write a number such as 1 or 0.5", line)


# What it would do ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entered:
    """What a sheet comes to: the student, the form, the points of all, and the grade."""

    user_id: int
    student: str
    form: int
    points: float
    most: float
    grade: float | None
    sheet: Sheet


@dataclass(frozen=True, slots=True)
class Plan:
    """What the sheets would give; ``entered_at`` is when those were entered that can be taken back, None for none.

    ``seen`` names what was entered or taken back last: another number says that somebody has done so since.
    """

    quiz_id: int
    title: str
    course_id: int
    course_title: str
    time_zone: str
    scale: float
    #: By number: how many questions have a mark, and the points of all.
    forms: Mapping[int, tuple[int, float]]
    entered: tuple[Entered, ...] = ()
    entered_at: datetime | None = None
    seen: int = 0


def plan(actor: Actor, quiz_id: int, sheets: Sequence[Sheet]) -> Plan:
    """What the sheets would give, for the teachers of the quiz's course. Nothing is written.

    Raises Invalid with what cannot be entered, by line.
    """
    with reading() as connection:
        return _plan(connection, actor, quiz_id, sheets)[0]


def _plan(
    connection: Connection, actor: Actor, quiz_id: int, sheets: Sequence[Sheet], *, lock: bool = False
) -> tuple[Plan, Row[Any] | None, Mapping[int, Row[Any]]]:
    """The plan, the current revision and its forms by number."""
    quiz = taught_quiz(connection, actor, quiz_id, lock=lock)
    revision = connection.execute(
        select(QuizRevision).where(QuizRevision.quiz_id == quiz_id, QuizRevision.current)
    ).first()
    of_revision = QuizForm.revision_id == (revision.id if revision else None)
    forms = {row.number: row for row in connection.execute(select(QuizForm).where(of_revision))}
    if sheets and not forms:
        mend = "write forms: {count: 4} in the blueprint and publish it"
        raise Invalid([Problem("", "this quiz has no fixed forms, so that no marks can be entered", mend)])
    scale = revision.scale if revision else 0.0
    people, several = _people(connection, quiz.course_id, quiz_id)
    had = {
        *connection.execute(select(Attempt.user_id, Attempt.form).where(Attempt.quiz_id == quiz_id)).tuples()
    }
    problems = [*_twice(sheets, people)]
    problems += [problem for sheet in sheets for problem in _problems(sheet, people, several, forms, had)]
    if problems:
        raise Invalid(problems)
    last = _last(connection, quiz_id)
    undoable = last is not None and last.act == ENTERED
    found = Plan(
        quiz_id,
        quiz.title,
        quiz.course_id,
        quiz.course_title,
        quiz.time_zone,
        scale,
        {number: _size(form) for number, form in sorted(forms.items())},
        tuple(_entered(sheet, people[sheet.username], forms[sheet.form], scale) for sheet in sheets),
        last.at if last and undoable else None,
        last.id if last else 0,
    )
    return found, revision, forms


def _people(
    connection: Connection, course_id: int, quiz_id: int
) -> tuple[Mapping[str, Row[Any]], Collection[str]]:
    """The students of the course, each with how many attempts they have and how many are in progress, by user name and by
    name; and the names that several have.
    """
    rows = connection.execute(
        select(
            User.id,
            User.username,
            User.name,
            func.coalesce(func.max(Attempt.number), 0).label("number"),
            func.count(Attempt.id).filter(Attempt.finished_at.is_(None)).label("at_work"),
        )
        .join(Enrolment, Enrolment.user_id == User.id)
        .outerjoin(Attempt, and_(Attempt.user_id == User.id, Attempt.quiz_id == quiz_id))
        .where(Enrolment.course_id == course_id, Enrolment.role == "student")
        .group_by(User.id, User.username, User.name)
    ).all()
    names = Counter(row.name.casefold() for row in rows)
    by_name = {row.name.casefold(): row for row in rows if names[row.name.casefold()] == 1}
    by_username = {row.username.casefold(): row for row in rows if row.username}
    several = {name for name, count in names.items() if count > 1} - by_username.keys()
    return {**by_name, **by_username}, several


def _size(form: Row[Any]) -> tuple[int, float]:
    asked = [slot for slot in form.slots if slot["asks"]]
    return len(asked), sum(slot["points"] for slot in asked)


def _twice(sheets: Sequence[Sheet], people: Mapping[str, Row[Any]]) -> Iterator[Problem]:
    """Students who stand there by their name and by their user name."""
    seen: dict[int, int] = {}
    for sheet in sheets:
        person = people.get(sheet.username)
        if person is not None and seen.setdefault(person.id, sheet.line) != sheet.line:
            what = Said("'%(name)s' stands in line %(line)s too", name=sheet.username, line=seen[person.id])
            yield Problem("username", what, "keep one row a student, of one form", sheet.line)


def _problems(
    sheet: Sheet,
    people: Mapping[str, Row[Any]],
    several: Collection[str],
    forms: Mapping[int, Row[Any]],
    had: Collection[tuple[int, int | None]],
) -> Iterator[Problem]:
    person, form = people.get(sheet.username), forms.get(sheet.form)
    if sheet.username in several:
        what = Said("several students are called '%(name)s'", name=sheet.username)
        yield Problem(
            "username", what, "write the user name, or tell them apart on the page People", sheet.line
        )
    elif person is None:
        what = Said("'%(name)s' is no student of this course", name=sheet.username)
        yield Problem("username", what, "write the user name, or the name, as on the page People", sheet.line)
    elif person.at_work:
        what = Said("'%(name)s' is taking this quiz at the moment", name=sheet.username)
        yield Problem("username", what, "wait until that attempt has ended", sheet.line)
    elif (person.id, sheet.form) in had:
        what = Said("'%(name)s' has had form %(number)s already", name=sheet.username, number=sheet.form)
        yield Problem("form", what, "take this line out, or take the marks entered before back", sheet.line)
    if form is None:
        what = Said("there is no form %(number)s", number=sheet.form)
        mend = Said("the forms are %(all)s", all=", ".join(map(str, sorted(forms))))
        yield Problem("form", what, mend, sheet.line)
    else:
        yield from _mark_problems(
            sheet, {slot["slot"]: slot["points"] for slot in form.slots if slot["asks"]}
        )


def _mark_problems(sheet: Sheet, points: Mapping[int, float]) -> Iterator[Problem]:
    for number in sorted(sheet.marks.keys() | points.keys()):
        line = sheet.lines.get(number, sheet.line)
        if number not in points:
            what = Said(
                "form %(form)s has no question %(number)s that is marked", form=sheet.form, number=number
            )
            yield Problem(f"q{number}", what, "leave the cell empty", line)
        elif number not in sheet.marks:
            what = Said("question %(number)s has no mark", number=number)
            yield Problem(f"q{number}", what, "write 0 where there was no answer", line)
        elif not 0 <= sheet.marks[number] <= points[number]:
            what = Said(
                "%(mark)s is not between 0 and %(most)s", mark=float(sheet.marks[number]), most=points[number]
            )
            yield Problem(f"q{number}", what, "write the points of the question at most", line)


def _entered(sheet: Sheet, person: Row[Any], form: Row[Any], scale: float) -> Entered:
    marks = [_fraction(sheet, slot) for slot in form.slots if slot["asks"]]
    grade = grade_of([(share, most, bonus) for share, most, bonus in marks], scale)
    total = sum(share * most for share, most, _bonus in marks)
    return Entered(person.id, person.name, sheet.form, total, _size(form)[1], grade, sheet)


def _fraction(sheet: Sheet, slot: Mapping[str, Any]) -> tuple[float, float, bool]:
    """The share of a slot's points, the points, and whether they are a bonus."""
    points = slot["points"]
    return float(sheet.marks[slot["slot"]] / Fraction(points)) if points else 0.0, points, slot["bonus"]


# Entering, and taking it back ------------------------------------------------------------------------------------------


def enter(actor: Actor, quiz_id: int, sheets: Sequence[Sheet], now: datetime, seen: int | None = None) -> int:
    """Enters what ``plan`` says, all of it or nothing. Returns for how many students.

    Raises EditConflict where somebody has entered marks since they were ``seen`` (None: whatever they are).
    """
    with transaction() as connection:
        found, revision, forms = _plan(connection, actor, quiz_id, sheets, lock=True)
        if seen not in (None, found.seen):
            raise EditConflict
        if revision is None:
            return 0
        digests = bank_digests(connection, revision.banks)
        people, _several = _people(connection, found.course_id, quiz_id)
        made = []
        for one in found.entered:
            form = forms[one.form]
            attempt_id: int = connection.execute(
                insert(Attempt)
                .values(
                    quiz_id=quiz_id,
                    revision_id=revision.id,
                    user_id=one.user_id,
                    number=people[one.sheet.username].number + 1,
                    seed=form.seed,
                    form=form.number,
                    as_of=form.as_of,
                    algorithm=form.algorithm,
                    bank_digests=digests,
                    exposure={},
                    started_at=now,
                    finished_at=now,
                    ended_by="teacher",
                    grade=one.grade,
                )
                .returning(Attempt.id)
            ).scalar_one()
            made.append(attempt_id)
            connection.execute(
                insert(AttemptSlot), [{**slot, "attempt_id": attempt_id} for slot in form.slots]
            )
            connection.execute(insert(Mark), [*_marks(one, form, attempt_id, actor, now)])
        record(connection, actor.id, ENTERED, ("quiz", quiz_id), now, attempts=made)
    return len(made)


def _marks(
    one: Entered, form: Row[Any], attempt_id: int, actor: Actor, now: datetime
) -> Iterator[dict[str, Any]]:
    for slot in form.slots:
        if slot["asks"]:
            share, most, _bonus = _fraction(one.sheet, slot)
            yield {
                "attempt_id": attempt_id,
                "slot": slot["slot"],
                "round": 1,
                "try": 1,
                "fraction": share,
                "points": share * most,
                "max": most,
                "final": True,
                "graded_by": actor.id,
                "by_hand": True,
                "created_at": now,
            }


def _last(connection: Connection, quiz_id: int) -> Row[Any] | None:
    """What was entered, or taken back, last."""
    return last_event(connection, ("quiz", quiz_id), (ENTERED, TAKEN_BACK))


def undo(actor: Actor, quiz_id: int, now: datetime, seen: int | None = None) -> int:
    """Takes the marks entered last back, with the attempts that they made. Returns for how many students.

    Raises Conflict where there are none, somebody has changed a mark since, or other marks were entered last than those ``seen``.
    """
    with transaction() as connection:
        taught_quiz(connection, actor, quiz_id, lock=True)
        last = _last(connection, quiz_id)
        if last is None or last.act != ENTERED:
            raise Conflict("There are no marks to take back in this quiz.")
        if seen not in (None, last.id):
            raise Conflict("Somebody has entered marks since: look at them first.")
        attempts = last.details["attempts"]
        changed = select(Mark.slot).where(Mark.attempt_id.in_(attempts), Mark.round > 1)
        if connection.execute(changed.limit(1)).first():
            raise Conflict("Somebody has changed a mark of these since: change what is wrong one by one.")
        counting.forget(connection, attempts)
        for table in (Mark, AttemptSlot):
            connection.execute(delete(table).where(table.attempt_id.in_(attempts)))
        connection.execute(delete(Attempt).where(Attempt.id.in_(attempts)))
        record(connection, actor.id, TAKEN_BACK, ("quiz", quiz_id), now, attempts=attempts)
    return len(attempts)

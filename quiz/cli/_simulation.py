"""The demo's other courses: made-up students whose attempts of some weeks give the reports something to say.

Nothing here is anybody's: names and titles say *simulated*. Who knows how much, which question is how hard and who
answers what follow from SHA-256 of names, so they are the same on every machine. Right answers come by a two-parameter
logistic model; the attempts are written by the operations that real students go through, at times that have passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256
from math import exp
from statistics import NormalDist
from typing import Any
from zoneinfo import ZoneInfo

from quiz.assembly.blueprint import read_blueprint
from quiz.banks.model import Question
from quiz.banks.yaml import read_bank
from quiz.files.shipped import shipped
from quiz.operations import accounts, attempts, courses, enrolling, importing, joining, quizzes, reporting
from quiz.operations.access import Actor
from quiz.operations.attempts import QuestionView, SlotSave

#: The groups that reports compare.
GROUPS = ("Morning", "Afternoon")
#: Of the seeds tried, one by which the report finds the planted faults and no others.
SEED = 20
#: The account with which somebody can look at the first student's own pages; the others cannot sign in.
ACCOUNT = "simulated01"
ADDRESS = "127.0.0.1"
GRACE = timedelta(0)
#: The courses' time of day, from … for so many hours.
MORNING, HOURS = time(8), 12
#: How much everybody learns in a course, in standard deviations of ability.
LEARNED = 0.5
DIFFICULTY = {"easy": -0.9, "medium": -0.2, "hard": 0.5}
#: Of a hundred answers so many are left blank.
BLANK = 0.01


@dataclass(frozen=True, slots=True)
class Sheet:
    """A quiz of a course: its blueprint's name, the days within which it is taken, who takes it again, and when."""

    stem: str
    first_day: int
    days: int
    again_every: int = 0
    again_day: int = 0


@dataclass(frozen=True, slots=True)
class Class:
    """A course: the numbers of its students, how long it runs, what they sit, and the share that misses a quiz."""

    title: str
    students: range
    days: int
    sheets: tuple[Sheet, ...]
    absent: float = 0


#: The quiz whose report has most to say.
FLAWED = "2-solar-system"
SMALL = Class(
    "Simulated course (students and attempts are made up)",
    range(1, 31),
    14,
    (
        Sheet("1-principles-and-membership", 0, 4, again_every=3, again_day=12),
        Sheet(FLAWED, 5, 4),
        Sheet("3-proposals-and-anniversary", 9, 3, again_every=5, again_day=13),
    ),
)
#: What ``--large`` adds: sixty students in all, some of them in two courses, and a quiz every week.
LARGE = (
    Class(
        "Simulated: history of the SCO, six weeks",
        range(16, 46),
        42,
        (
            Sheet("history-1-founding", 1, 5),
            Sheet("history-2-first-steps", 8, 5, again_every=4, again_day=14),
            Sheet("history-3-members", 15, 5),
            Sheet("history-4-partners", 22, 5, again_every=3, again_day=28),
            Sheet("history-5-jubilees", 29, 5),
            Sheet("history-6-everything", 36, 5, again_every=5, again_day=41),
        ),
        absent=0.08,
    ),
    Class(
        "Simulated: principles and proposals, six weeks",
        range(22, 61),
        42,
        (
            Sheet("ideas-1-spirit", 2, 4, again_every=3, again_day=7),
            Sheet("ideas-2-charter", 9, 4),
            Sheet("ideas-3-decisions", 16, 4),
            Sheet("ideas-4-solar-system", 23, 4),
            Sheet("ideas-5-proposals", 30, 4, again_every=4, again_day=36),
            Sheet("ideas-6-everything", 37, 4),
        ),
        absent=0.12,
    ),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """How students meet a planted fault; options by their ids."""

    #: What is really right, and what most of those take who do not know it.
    truth: str | None = None
    lure: str | None = None
    solved_by_all: bool = False
    never_chosen: str | None = None


#: The planted faults of ``quiz/demo/demo-flawed.yaml``; docs/teacher.md lists them.
FAULTS = {
    "demo-flawed/hottest-planet": Fault(truth="b", lure="a"),
    "demo-flawed/kind-of-body": Fault(solved_by_all=True),
    "demo-flawed/first-landing": Fault(never_chosen="d"),
}
#: How sharply strong students see through a wrong key, and the share of the others whom it lures.
SHARP, LURED = 3.0, 0.5


@dataclass(frozen=True, slots=True)
class Student:
    """A simulated student; ``ability`` in standard deviations."""

    number: int
    actor: Actor
    ability: float


@dataclass(frozen=True, slots=True)
class Sitting:
    """One attempt to come: whose, at which quiz, which of theirs, and when it starts."""

    student: Student
    sheet: Sheet
    quiz_id: int
    number: int
    starts_at: datetime
    #: How much of the course is over, from 0 to 1.
    progress: float


def chance(*names: object) -> float:
    """A number in [0, 1) that hangs on the seed and these names alone."""
    return int.from_bytes(sha256("|".join(map(str, (SEED, *names))).encode()).digest()[:6]) / 2**48


def name_of(number: int) -> str:
    """The name of a student, which says what they are."""
    return f"Simulated student {number:02}"


def build(
    notes: dict[str, Any],
    teacher: tuple[str, str],
    time_zone: str,
    now: datetime,
    say: Callable[[str], None],
    *,
    large: bool,
) -> int:
    """Makes what is missing, marks it as done in the notes; returns the quiz whose report has most to say.

    ``teacher`` is the user name and password of who will teach the courses; ``large``: all of them, not the small one only.
    """
    done = notes.setdefault("simulated", {})
    there = {course_id for course_id, _, _ in courses.courses()}
    missing = [
        one
        for one in (SMALL, *(LARGE if large else ()))
        if done.get(one.title, {}).get("course") not in there
    ]
    if missing:
        actor = accounts.sign_in(*teacher, ADDRESS, now)
        known = _questions()
        people: dict[str, Actor] = {}
        for one in missing:
            say(f"Simulating {one.days // 7} weeks: {one.title}")
            done[one.title] = _simulate(one, actor, teacher[0], ZoneInfo(time_zone), now, known, people)
    return int(done[SMALL.title]["quizzes"][FLAWED])


def _simulate(
    class_: Class,
    teacher: Actor,
    username: str,
    zone: ZoneInfo,
    now: datetime,
    known: Mapping[str, Question],
    people: dict[str, Actor],
) -> dict[str, Any]:
    """A course whose last day is yesterday, as the notes keep it; ``people`` are the simulated ones of other courses."""
    first_day = datetime.combine(now.astimezone(zone).date() - timedelta(class_.days), MORNING, zone)
    begin = first_day - timedelta(hours=1)
    course_id = _course(class_.title, username, zone.key, begin)
    _import_bank(teacher, begin)
    students = _students(class_, teacher, course_id, begin, people)
    for place, group in enumerate(GROUPS):
        of_group = [one.actor.id for one in students if one.number % len(GROUPS) == place]
        enrolling.set_group(teacher, course_id, of_group, group, begin)
    made = {sheet.stem: _quiz(teacher, course_id, sheet.stem, begin) for sheet in class_.sheets}
    for sitting in _missing(_plan(class_, students, made, first_day), made, begin):
        _sit(sitting, known)
    return {"course": course_id, "quizzes": made}


# The course --------------------------------------------------------------------------------------------------------


def _course(title: str, teacher: str, time_zone: str, begin: datetime) -> int:
    if not any(known == title for _, known, _ in courses.courses()):
        courses.add_course(None, title, time_zone, begin)
    course_id = next(course_id for course_id, known, _ in courses.courses() if known == title)
    enrolling.enrol(None, course_id, teacher, "teacher", begin)
    return course_id


def _import_bank(teacher: Actor, begin: datetime) -> None:
    """The flawed bank is the teacher's own: no other author sees it among theirs."""
    file = shipped("demo") / "demo-flawed.yaml"
    importing.import_bank(teacher, file.read_text("utf-8"), file.name, begin)


def _students(
    class_: Class, teacher: Actor, course_id: int, begin: datetime, people: dict[str, Actor]
) -> list[Student]:
    """All students by number; those who are missing join. Their abilities are spread as a normal distribution is."""
    if 1 in class_.students:
        enrolling.enrol(None, course_id, ACCOUNT, "student", begin)
    code = next(code for known, _, code in courses.courses() if known == course_id)
    there = _members(teacher, course_id)
    people |= {name: Actor(user_id, 1) for name, user_id in there.items()}
    order = sorted(class_.students, key=lambda number: chance("ability", number - 1))
    spread = NormalDist()
    found = []
    for number in class_.students:
        name = name_of(number)
        if name not in people:
            people[name] = joining.join(code, name, ADDRESS, begin).actor
        elif name not in there:
            joining.join_as(people[name], code, ADDRESS, begin)
        ability = spread.inv_cdf((order.index(number) + 0.5) / len(class_.students))
        found.append(Student(number, people[name], ability))
    return found


def _members(teacher: Actor, course_id: int) -> dict[str, int]:
    """The ids of the course's students by name."""
    found: dict[str, int] = {}
    page = 1
    while True:
        people = enrolling.people(teacher, course_id, page).people
        found |= {person.name: person.user_id for person in people.rows if person.role == "student"}
        if page >= people.pages:
            return found
        page += 1


def _quiz(teacher: Actor, course_id: int, stem: str, begin: datetime) -> int:
    """The published quiz of this blueprint."""
    text = (shipped("demo") / f"{stem}.yaml").read_text("utf-8")
    title = read_blueprint(text, stem).title
    there = {known: (quiz_id, published) for quiz_id, known, published in quizzes.quizzes_of(course_id)}
    quiz_id, published = there.get(title, (None, False))
    if quiz_id is None:
        quiz_id = quizzes.create(teacher, course_id, text, begin)
    if not published:
        quizzes.publish(teacher, quiz_id, begin)
    return quiz_id


# The attempts ------------------------------------------------------------------------------------------------------


def _plan(
    class_: Class, students: Sequence[Student], made: Mapping[str, int], first_day: datetime
) -> Iterator[Sitting]:
    """Who sits when."""
    for sheet in class_.sheets:
        for student in students:
            if chance("absent", sheet.stem, student.number) < class_.absent:
                continue
            days = [sheet.first_day + int(sheet.days * chance("day", sheet.stem, student.number))]
            if sheet.again_every and student.number % sheet.again_every == 1:
                days.append(sheet.again_day)
            for number, day in enumerate(days, 1):
                hour = HOURS * chance("hour", sheet.stem, student.number, number)
                starts_at = first_day + timedelta(days=day, hours=hour)
                yield Sitting(student, sheet, made[sheet.stem], number, starts_at, day / class_.days)


def _missing(plan: Iterator[Sitting], made: Mapping[str, int], begin: datetime) -> list[Sitting]:
    """What has not been finished yet: a start of the demo may have been broken off."""
    finished = {(quiz_id, *row) for quiz_id in made.values() for row in _finished(quiz_id, begin)}
    return [
        sitting
        for sitting in plan
        if (sitting.quiz_id, sitting.student.actor.id, sitting.number) not in finished
    ]


def _finished(quiz_id: int, begin: datetime) -> Iterator[tuple[int, int | None]]:
    """(student, number) of the attempts that were submitted; seen from ``begin`` none is over that was broken off."""
    page = 1
    while True:
        rows = reporting.results(None, quiz_id, page, begin).rows
        yield from ((row.user_id, row.number) for row in rows.rows if row.state == "finished")
        if page >= rows.pages:
            return
        page += 1


def _questions() -> dict[str, Question]:
    """The questions of all banks that the quizzes draw from, by their prompts as students see them."""
    files = [shipped("demo") / "demo-flawed.yaml", *sorted(shipped("question_banks").glob("*.yaml"))]
    banks = [read_bank(file) for file in files]
    return {question.present(()).prompt: question for bank in banks for question in bank.questions}


def _sit(sitting: Sitting, known: Mapping[str, Question]) -> None:
    """One attempt, from start to end."""
    who, now = sitting.student.actor, sitting.starts_at
    seed = int(2**48 * chance("paper", sitting.sheet.stem, sitting.student.number, sitting.number))
    attempt_id = attempts.start(who, sitting.quiz_id, "", now, GRACE, seed=seed)
    for view in attempts.page(who, attempt_id, None, now).questions:
        question = known[view.presented.prompt]
        now += timedelta(seconds=_seconds(sitting, question))
        choice = _choice(sitting, question)
        if choice is not None and not view.seq:
            answer = {"answer": [str(_position(question, view, choice))]}
            attempts.save(who, attempt_id, SlotSave(view.slot, 1, answer), "simulation", now, GRACE)
    attempts.finish(who, attempt_id, now + timedelta(seconds=10))


def _seconds(sitting: Sitting, question: Question) -> float:
    """A question takes 10 to 90 seconds, a hard one longer."""
    part = chance("seconds", question.qualified, sitting.student.number, sitting.number)
    return 10 + 40 * part * part + 20 * (DIFFICULTY[question.difficulty] + 0.9) * part


def _choice(sitting: Sitting, question: Question) -> str | None:
    """The id of what the student chooses; None for no answer."""
    names = (question.qualified, sitting.student.number, sitting.number)
    if chance("blank", *names) < BLANK:
        return None
    fault = FAULTS.get(question.qualified, Fault())
    choices = question.kind.choices(question.content)
    right = fault.truth or next(choice.id for choice in choices if choice.right)
    if fault.solved_by_all or chance("answer", *names) < _probability(sitting, question, fault):
        return right
    if fault.lure and chance("lure", *names) < LURED:
        return fault.lure
    wrong = [choice.id for choice in choices if choice.id not in (right, fault.never_chosen)]
    turn = int(len(wrong) * chance("turn", question.qualified))
    return wrong[(sitting.student.number + turn) % len(wrong)]  # in turn, so that each has its share


def _probability(sitting: Sitting, question: Question, fault: Fault) -> float:
    """The two-parameter logistic model: 1 / (1 + exp(−a (θ − b)))."""
    a = SHARP if fault.truth else 1.2 + 0.8 * chance("a", question.qualified)
    b = DIFFICULTY[question.difficulty] + 0.4 * (chance("b", question.qualified) - 0.5)
    theta = sitting.student.ability + LEARNED * sitting.progress
    return 1 / (1 + exp(-a * (theta - b)))


def _position(question: Question, view: QuestionView, choice: str) -> int:
    """Where the student sees this choice; True and False always stand in this order."""
    place = [one.id for one in question.kind.choices(question.content)].index(choice)
    shown = view.presented.controls.get("options")
    return place if shown is None else shown.index(question.present(()).controls["options"][place])

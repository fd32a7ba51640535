"""The demo's second course: made-up students whose attempts of two weeks give the reports something to say.

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
from quiz.operations import accounts, attempts, courses, importing, quizzes, reporting
from quiz.operations.access import Actor
from quiz.operations.attempts import QuestionView, SlotSave

COURSE = "Simulated course (students and attempts are made up)"
#: The groups that reports compare.
GROUPS = ("Morning", "Afternoon")
#: Of the seeds tried, one by which the report finds the planted faults and no others.
SEED = 20
STUDENTS = 30
DAYS = 14
#: The account with which somebody can look at a simulated student's own pages; the others cannot sign in.
ACCOUNT = "simulated01"
ADDRESS = "127.0.0.1"
GRACE = timedelta(0)
#: The course's time of day, from … for so many hours.
MORNING, HOURS = time(8), 12
#: How much everybody learns in the two weeks, in standard deviations of ability.
LEARNED = 0.5
DIFFICULTY = {"easy": -0.9, "medium": -0.2, "hard": 0.5}
#: Of a hundred answers so many are left blank.
BLANK = 0.01


@dataclass(frozen=True, slots=True)
class Sheet:
    """A quiz of the course: its blueprint's name, the days within which it is taken, who takes it again, and when."""

    stem: str
    first_day: int
    days: int
    again_every: int = 0
    again_day: int = 0


SHEETS = (
    Sheet("1-principles-and-membership", 0, 4, again_every=3, again_day=12),
    Sheet("2-solar-system", 5, 4),
    Sheet("3-proposals-and-anniversary", 9, 3, again_every=5, again_day=13),
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
    day: int


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
) -> int:
    """Makes what is missing, marks it as done in the notes; returns the quiz whose report has most to say.

    ``teacher`` is the user name and password of who will teach the course.
    """
    done = notes.get("simulated")
    if done and any(course_id == done["course"] for course_id, _, _ in courses.courses()):
        return int(done["quiz"])
    say("Simulating two weeks of a course")
    zone = ZoneInfo(time_zone)
    first_day = datetime.combine(now.astimezone(zone).date() - timedelta(DAYS), MORNING, zone)
    begin = first_day - timedelta(hours=1)
    actor = accounts.sign_in(*teacher, ADDRESS, now)
    course_id = _course(teacher[0], time_zone, begin)
    _import_bank(actor, begin)
    students = _students(actor, course_id, begin)
    for place, group in enumerate(GROUPS):
        of_group = [one.actor.id for one in students if one.number % len(GROUPS) == place]
        courses.set_group(actor, course_id, of_group, group, begin)
    made = {sheet.stem: _quiz(actor, course_id, sheet.stem, begin) for sheet in SHEETS}
    known = _questions()
    for sitting in _missing(_plan(students, made, first_day), made, begin):
        _sit(sitting, known)
    notes["simulated"] = {"course": course_id, "quiz": made["2-solar-system"]}
    return made["2-solar-system"]


# The course --------------------------------------------------------------------------------------------------------


def _course(teacher: str, time_zone: str, begin: datetime) -> int:
    if not any(title == COURSE for _, title, _ in courses.courses()):
        courses.add_course(None, COURSE, time_zone, begin)
    course_id = next(course_id for course_id, title, _ in courses.courses() if title == COURSE)
    courses.enrol(None, course_id, teacher, "teacher", begin)
    return course_id


def _import_bank(teacher: Actor, begin: datetime) -> None:
    """The flawed bank is the teacher's own: no other author sees it among theirs."""
    file = shipped("demo") / "demo-flawed.yaml"
    importing.import_bank(teacher, file.read_text("utf-8"), file.name, begin)


def _students(teacher: Actor, course_id: int, begin: datetime) -> list[Student]:
    """All students by number; those who are missing join. Their abilities are spread as a normal distribution is."""
    courses.enrol(None, course_id, ACCOUNT, "student", begin)
    code = next(code for known, _, code in courses.courses() if known == course_id)
    there = _members(teacher, course_id)
    order = sorted(range(STUDENTS), key=lambda number: chance("ability", number))
    spread = NormalDist()
    found = []
    for number in range(1, STUDENTS + 1):
        name = name_of(number)
        user_id = there.get(name)
        actor = Actor(user_id, 1) if user_id else courses.join(code, name, ADDRESS, begin).actor
        ability = spread.inv_cdf((order.index(number - 1) + 0.5) / STUDENTS)
        found.append(Student(number, actor, ability))
    return found


def _members(teacher: Actor, course_id: int) -> dict[str, int]:
    """The ids of the course's students by name."""
    found: dict[str, int] = {}
    page = 1
    while True:
        people = courses.people(teacher, course_id, page).people
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


def _plan(students: Sequence[Student], made: Mapping[str, int], first_day: datetime) -> Iterator[Sitting]:
    """Who sits when."""
    for sheet in SHEETS:
        for student in students:
            day = sheet.first_day + int(sheet.days * chance("day", sheet.stem, student.number))
            yield _sitting(student, sheet, made[sheet.stem], 1, first_day, day)
            if sheet.again_every and student.number % sheet.again_every == 1:
                yield _sitting(student, sheet, made[sheet.stem], 2, first_day, sheet.again_day)


def _sitting(
    student: Student, sheet: Sheet, quiz_id: int, number: int, first_day: datetime, day: int
) -> Sitting:
    hour = HOURS * chance("hour", sheet.stem, student.number, number)
    return Sitting(student, sheet, quiz_id, number, first_day + timedelta(days=day, hours=hour), day)


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
    theta = sitting.student.ability + LEARNED * sitting.day / DAYS
    return 1 / (1 + exp(-a * (theta - b)))


def _position(question: Question, view: QuestionView, choice: str) -> int:
    """Where the student sees this choice; True and False always stand in this order."""
    place = [one.id for one in question.kind.choices(question.content)].index(choice)
    shown = view.presented.controls.get("options")
    return place if shown is None else shown.index(question.present(()).controls["options"][place])

"""Builds the demo installation: each step looks at what is there already, so that a repeat only adds what is missing."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from quiz.assembly.blueprint import read_blueprint
from quiz.banks.images import Pictures, opened
from quiz.cli import _simulation
from quiz.files.shipped import shipped
from quiz.operations import accounts, banks, courses, enrolling, importing, installation, quizzes

COURSE = "SCO demo course"
TIME_ZONE = "Asia/Shanghai"
TEACHER = "teacher"

#: (role as the demo tells it, user name, name, role of the site, role in the course)
PEOPLE = (
    ("administrator", "admin", "Eve Admin", "administrator", None),
    ("teacher", TEACHER, "Ada Teacher", "author", "teacher"),
    ("student", "student1", "Bo Student", "user", "student"),
    ("student", "student2", "Cy Student", "user", "student"),
    ("student", "student3", "Di Student", "user", "student"),
    ("student", "student4", "Flo Student", "user", "student"),
    ("student", "student5", "Gus Student", "user", "student"),
    ("student", _simulation.ACCOUNT, _simulation.name_of(1), "user", "student"),
)


class Folder:
    """The demo's own folder. What it keeps there is for the person who started it: nobody else may read it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def secret(self) -> str:
        """The key of this demo's cookies, made once: a restart signs nobody out."""
        file = self.path / "secret"
        if not file.exists():
            _write_private(file, installation.new_secret())
        return file.read_text("utf-8")

    def notes(self) -> dict[str, Any]:
        """What the demo has made so far: passwords by user name, quizzes by blueprint, who is in which course,
        and the digest of the files that its banks are from.
        """
        file = self.path / "demo.json"
        empty: dict[str, Any] = {"passwords": {}, "enrolled": {}, "quizzes": {}, "banks": ""}
        return {**empty, **json.loads(file.read_text("utf-8"))} if file.exists() else empty

    def keep(self, notes: dict[str, Any]) -> None:
        """Writes the notes, whole or not at all."""
        _write_private(self.path / "demo.json", json.dumps(notes, indent=1))


def _write_private(file: Path, text: str) -> None:
    beside = file.with_name(f"{file.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(
        os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as out:
        out.write(text)
    beside.replace(file)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in at once."""

    role: str
    username: str
    password: str


@dataclass(frozen=True, slots=True)
class Demo:
    """What stands ready: contracts.md §5 without the address."""

    accounts: tuple[Account, ...]
    course_id: int
    join_code: str
    quizzes: tuple[tuple[int, str], ...]
    #: The quiz of the simulated course whose report has most to say.
    simulated: int

    def document(self, url: str) -> dict[str, Any]:
        """The JSON document for programs."""
        return {
            "url": url,
            "accounts": [asdict(account) for account in self.accounts],
            "course": {"id": self.course_id, "join_code": self.join_code},
            "quizzes": [
                {"id": quiz_id, "title": title, "url": f"{url}/quizzes/{quiz_id}"}
                for quiz_id, title in self.quizzes
            ],
        }


def build(folder: Folder, now: datetime, say: Callable[[str], None], *, large: bool = False) -> Demo:
    """Creates or upgrades everything; ``say`` is told of each step that takes its time.

    ``large``: with three simulated courses of sixty students in place of one of thirty.
    """
    if installation.present() != installation.head():
        say("Creating the database")
        installation.upgrade()
    notes = folder.notes()
    keep = partial(folder.keep, notes)
    _import_banks(notes, now, say, keep)
    course_id, join_code = _course(now)
    _people(notes, course_id, now, say, keep)
    made = _quizzes(notes, course_id, now, say, keep)
    password = notes["passwords"][TEACHER]
    simulated = _simulation.build(notes, (TEACHER, password), TIME_ZONE, now, say, large=large)
    keep()
    known = tuple(Account(role, name, notes["passwords"][name]) for role, name, *_ in PEOPLE)
    return Demo(known, course_id, join_code, made, simulated)


def _import_banks(
    notes: dict[str, Any], now: datetime, say: Callable[[str], None], keep: Callable[[], None]
) -> None:
    """The banks that ship. One that stands there from the same files is not read again: that takes most of a start."""
    files = shipped("question_banks")
    content_of_all = b"".join(path.read_bytes() for path in sorted(files.rglob("*")) if path.is_file())
    digest = hashlib.sha256(content_of_all).hexdigest()
    for file in sorted(files.glob("*.yaml")):
        if notes["banks"] == digest and banks.find_bank(file.stem) is not None:
            continue
        content, read = opened(file)
        pictures = Pictures(read)
        report = importing.import_bank(None, content.decode(), file.name, now, pictures=pictures)
        if report.new or report.changed:
            say(f"Imported {len(report.new) + len(report.changed)} questions: {report.title}")
    notes["banks"] = digest
    keep()


def _course(now: datetime) -> tuple[int, str]:
    if not any(title == COURSE for _, title, _ in courses.courses()):
        courses.add_course(None, COURSE, TIME_ZONE, now)
    return next((course_id, code) for course_id, title, code in courses.courses() if title == COURSE)


def _people(
    notes: dict[str, Any], course_id: int, now: datetime, say: Callable[[str], None], keep: Callable[[], None]
) -> None:
    """Accounts with passwords of this installation's own, and their places in the course."""
    new = 0
    for _, username, name, site_role, course_role in PEOPLE:
        user_id = accounts.find_user(username)
        password = notes["passwords"].get(username)
        if password is None:
            password = notes["passwords"][username] = accounts.new_password()
            keep()
            if user_id is not None:  # its password is known to nobody: the notes are gone
                accounts.set_password(None, user_id, password, now)
        if user_id is None:
            accounts.add_user(None, username, name, password, site_role, now)
            new += 1
        if course_role and (user_id is None or notes["enrolled"].get(username) != course_id):
            enrolling.enrol(None, course_id, username, course_role, now)
            notes["enrolled"][username] = course_id
            keep()
    if new:
        say(f"Created {new} accounts")


def _quizzes(
    notes: dict[str, Any], course_id: int, now: datetime, say: Callable[[str], None], keep: Callable[[], None]
) -> tuple[tuple[int, str], ...]:
    """A published quiz for each blueprint that ships; one that somebody has renamed or edited is left as it is."""
    made = []
    for file in sorted((shipped("question_banks") / "blueprints").glob("*.yaml")):
        text = file.read_text("utf-8")
        there = {quiz_id: (title, published) for quiz_id, title, published in quizzes.quizzes_of(course_id)}
        quiz_id = notes["quizzes"].get(file.stem)
        if quiz_id not in there:
            title = read_blueprint(text, file.name).title
            found = (known for known, (its_title, _) in there.items() if its_title == title)
            quiz_id = next(found, None) or quizzes.create(None, course_id, text, now)
            notes["quizzes"][file.stem] = quiz_id
            keep()
        if quiz_id not in there or not there[quiz_id][1]:
            quizzes.publish(None, quiz_id, now)
            say(f"Published the quiz {file.stem}")
        made.append(quiz_id)
    titles = {quiz_id: title for quiz_id, title, _ in quizzes.quizzes_of(course_id)}
    return tuple((quiz_id, titles[quiz_id]) for quiz_id in made)


def readable(demo: Demo, url: str, folder: Path) -> str:
    """What a person reads who has just started the demo."""
    width = max(len(account.username) for account in demo.accounts)
    people = (
        f"  {account.role:<15}{account.username:<{width}}  {account.password}" for account in demo.accounts
    )
    sheets = (f"  {url}/quizzes/{quiz_id}  {title}" for quiz_id, title in demo.quizzes)
    return "\n".join(
        [
            "",
            f"  The demo runs at {click.style(url, bold=True)}",
            f"  Students join by name alone at {url}/join/{demo.join_code}",
            "",
            *people,
            "",
            *sheets,
            f"  {url}/quizzes/{demo.simulated}/report  the report on simulated attempts",
            "",
            f"  Everything is kept in {folder}. Ctrl-C ends the server.",
            "",
        ]
    )

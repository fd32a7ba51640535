"""``quiz course``: courses and who is in them."""

from __future__ import annotations

from pathlib import Path

import click

from quiz.cli._store import as_json as json_option

COURSE_ROLES = ("student", "assistant", "teacher", "reader")


@click.group()
def course() -> None:
    """Courses: add them, list them, give people a role in them, one by one or from a roster.

    Example: quiz course add "International relations" --teacher ada
    """


@course.command()
@click.argument("title")
@click.option(
    "--time-zone", default="UTC", show_default=True, help="Zone of the course's dates: Asia/Shanghai."
)
@click.option("--teacher", metavar="USERNAME", help="Make this person its teacher.")
@json_option
def add(title: str, time_zone: str, teacher: str | None, as_json: bool) -> None:
    """Add a course; prints its id and the code by which students join.

    Example: quiz course add "International relations" --time-zone Asia/Shanghai --teacher ada
    """
    from quiz import clock
    from quiz.cli._store import print_json, store
    from quiz.errors import Invalid, Problem
    from quiz.operations import accounts, courses, enrolling

    with store():
        if teacher and accounts.find_user(teacher) is None:
            raise Invalid(
                [Problem("--teacher", f"there is nobody called {teacher!r}", "see: quiz user list")]
            )
        course_id = courses.add_course(None, title, time_zone, clock.now())
        if teacher:
            enrolling.enrol(None, course_id, teacher, "teacher", clock.now())
        code = next(code for known, _, code in courses.courses() if known == course_id)
    if as_json:
        print_json({"id": course_id, "title": title, "join_code": code})
    else:
        click.echo(f"Course {course_id} is added. Students join with the code {code}.")


@course.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List courses with their ids and join codes.

    Example: quiz course list
    """
    from quiz.cli._store import print_json, store
    from quiz.operations import courses

    with store():
        found = courses.courses()
    if as_json:
        print_json(
            {"courses": [{"id": one, "title": title, "join_code": code} for one, title, code in found]}
        )
        return
    for one, title, code in found:
        click.echo(f"{one:>6}  {code}  {title}")


@course.command()
@click.argument("course_id", type=int)
@click.argument("username")
@click.option(
    "--role",
    type=click.Choice(COURSE_ROLES),
    default="student",
    show_default=True,
    help="assistant and reader see results; teacher changes the course too.",
)
def enrol(course_id: int, username: str, role: str) -> None:
    """Give a person with an account a role in a course, or change the one they have.

    Example: quiz course enrol 1 ada --role teacher
    """
    from quiz import clock
    from quiz.cli._store import store
    from quiz.operations import enrolling

    with store():
        enrolling.enrol(None, course_id, username, role, clock.now())
    click.echo(f"{username} is {role} of course {course_id}.")


@course.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--course", "course_id", type=int, required=True, metavar="ID", help="See: quiz course list.")
@json_option
def roster(file: Path, course_id: int, as_json: bool) -> None:
    """Give everybody in a CSV FILE a role in a course; who has no account gets one, with a new password.

    The first line names the columns: username, and where wanted name, role (student, assistant, teacher, reader;
    default: student) and group (the part of the course that reports compare; empty: none). Cells are parted by comma, semicolon or tabulator, as Excel saves them, in UTF-8, GB 18030, Windows-1251 or -1252. Where something is wrong, nothing is changed. New passwords are printed this once.

    Example: quiz course roster students.csv --course 1 --json > passwords.json
    """
    from quiz import clock
    from quiz.cli._store import print_json, reading_file, store
    from quiz.files.encodings import text_of
    from quiz.operations import rosters

    with reading_file(file):
        entries = rosters.read_roster(text_of(file.read_bytes()))
    with store():
        done = rosters.enrol_all(course_id, entries, clock.now())
    if as_json:
        people = [
            {"username": one.username, "role": one.role, "new": bool(one.password), "password": one.password}
            for one in done
        ]
        print_json({"course": course_id, "people": people})
        return
    for one in done:
        click.echo(
            f"{one.username}  {one.role}" + (f"  new, password {one.password}" if one.password else "")
        )


COMMANDS = (course,)

"""The grade book's first page, 5,000 students × 50 quizzes: against one grouped statement over the same attempts."""

import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, insert, select

from benchmarks.servers import SECRET
from quiz.app import create_app
from quiz.config import Settings
from quiz.db import db, reading, transaction
from quiz.models.attempt import Attempt
from quiz.models.people import Enrolment, User
from quiz.models.quiz import QuizRevision
from quiz.operations import gradebook, installation, quizzes
from quiz.operations.gradebook import Wish
from tests.cast import BLUEPRINT, Cast
from tests.servers import running_postgresql

SIZES = ((500, 50), (5_000, 50))
ROUNDS = 5
MUST = 3.0


def main():
    """Prints the pages by name and by the total, and the floor, on both databases."""
    print(f"grade book: {ROUNDS} rounds, alternating, median in ms")
    with tempfile.TemporaryDirectory(prefix="quiz-bench-") as folder:
        for students, count in SIZES:
            _measure("SQLite", f"sqlite:///{folder}/{students}.db", students, count)
        with running_postgresql(durable=True) as cluster:
            for students, count in SIZES:
                _measure("PostgreSQL", cluster.create(f"book_{students}"), students, count)


def _measure(name, url, students, count):
    app = create_app(Settings(secret_key=SECRET, database_url=url, data_dir=Path.cwd()))
    with app.app_context():
        installation.upgrade()
        cast = Cast.appear()
        now = datetime.now(UTC)
        ids = _fill(cast, students, count, now)
        works = {
            "floor": lambda: _floor(ids),
            "first page": lambda: gradebook.grade_book(cast.ada, cast.course, Wish(), now),
            "by total": lambda: gradebook.grade_book(cast.ada, cast.course, Wish(sort="total"), now),
        }
        taken = {kind: [] for kind in works}
        for _ in range(ROUNDS):
            for kind, work in works.items():
                before = time.perf_counter()
                work()
                taken[kind].append(1000 * (time.perf_counter() - before))
        found = {kind: statistics.median(times) for kind, times in taken.items()}
        ratio, sorting = found["first page"] / found["floor"], found["by total"] / found["floor"]
        verdict = "reached" if ratio <= MUST else "FALLS SHORT"
        print(
            f"  {name}, {students:,} × {count}: one grouped statement {found['floor']:.0f}, first page "
            f"{found['first page']:.0f} = {ratio:.2f} × (must ≤ {MUST:g}: {verdict}); sorted by total {sorting:.2f} ×"
        )
        db.engine.dispose()


def _floor(quiz_ids):
    """The best grade of each student in each quiz: one statement, all rows of which are read."""
    best = (
        select(Attempt.user_id, Attempt.quiz_id, func.max(Attempt.grade))
        .where(Attempt.quiz_id.in_(quiz_ids), Attempt.finished_at.is_not(None))
        .group_by(Attempt.user_id, Attempt.quiz_id)
    )
    with reading() as connection:
        return connection.execute(best).all()


def _fill(cast, students, count, now):
    """A graded attempt of each student in each quiz, written as rows: papers are not needed here."""
    ids = [cast.quiz]
    for number in range(1, count):
        ids.append(
            quizzes.create(cast.ada, cast.course, BLUEPRINT.replace("small quiz", f"quiz {number}"), now)
        )
        quizzes.publish(cast.ada, ids[-1], now)
    with transaction() as connection:
        pattern = _pattern(now)
        revisions = _revisions(connection, ids)
        for part in range(0, students, 500):
            numbers = range(part, min(part + 500, students))
            people = connection.execute(
                insert(User).returning(User.id),
                [{"name": f"Student {n:05}", "role": "user", "created_at": now} for n in numbers],
            ).scalars()
            people = list(people)
            connection.execute(
                insert(Enrolment),
                [
                    {"course_id": cast.course, "user_id": one, "role": "student", "created_at": now}
                    for one in people
                ],
            )
            connection.execute(
                insert(Attempt),
                [
                    pattern
                    | {
                        "quiz_id": quiz,
                        "revision_id": revisions[quiz],
                        "user_id": one,
                        "grade": (one * quiz) % 101,
                    }
                    for one in people
                    for quiz in ids
                ],
            )
    return ids


def _revisions(connection, ids):
    rows = connection.execute(
        select(QuizRevision.quiz_id, QuizRevision.id).where(
            QuizRevision.quiz_id.in_(ids), QuizRevision.current
        )
    )
    return {row.quiz_id: row.id for row in rows}


def _pattern(now):
    return {
        "number": 1,
        "seed": 1,
        "as_of": now.date(),
        "algorithm": "draw/1",
        "bank_digests": {},
        "exposure": {},
        "started_at": now - timedelta(minutes=10),
        "finished_at": now,
        "ended_by": "student",
    }


if __name__ == "__main__":
    main()

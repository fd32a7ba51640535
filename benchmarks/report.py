"""A quiz's report after a million attempts against the same after a thousand; and what counting an attempt costs.

SQLite. Ten thousand attempts, ten a student, are made up one by one and counted by the upkeep; students and attempts are
then copied in the database until there are enough, and the counts multiplied.
"""

import itertools
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select

from quiz.app import create_app
from quiz.config import Settings
from quiz.db import db, reading, transaction
from quiz.models.asking import ASKED, asked
from quiz.models.attempt import Answer, Attempt, AttemptSlot, Mark
from quiz.models.bank import QuestionVersion
from quiz.models.people import Enrolment, User
from quiz.operations import analysis, attempts, installation, upkeep
from tests.cast import GRACE, NOW, Cast

FEW, MADE_UP, MANY = 1_000, 10_000, 1_000_000
ROUNDS = 9
#: Attempts of a student.
EACH = 10
MUST, AIM = 2.0, 1.2
#: Where the ids of those who are made up begin.
SPACE = 1_000
#: What students give: by type, the values of the field; how often each, and of the able.
GIVEN = {
    "single_choice": [["0"], ["1"], ["2"]],
    "multiple_response": [["0"], ["1"], ["2"], ["0", "1"], ["1", "2"], ["0", "2"], ["0", "1", "2"], []],
    "true_false": [["0"], ["1"]],
    "short_text": [["zero"], ["nought"], ["nothing"], ["nil"], ["none"], ["null"], []],
    "numerical": [["144"], ["24"], ["134"], ["124"], ["12"], []],
}


def main(many=MANY):
    """Prints the ratio, and the cost of counting."""
    with tempfile.TemporaryDirectory(prefix="quiz-bench-") as folder:
        few, _ = _site(Path(folder) / "few", FEW)
        big, each = _site(Path(folder) / "many", min(MADE_UP, many))
        copied = _copy(Path(folder) / "many" / "quiz.db", many)
        for which in ("first", "all"):
            _compare(few, big, copied, which)
        print(f"  counting an attempt of five questions: {1e3 * each:.2f} ms of CPU, once\n")


def _compare(few, big, many, which):
    times = {few: [], big: []}
    for app in itertools.chain(*[(few, big)] * (ROUNDS + 1)):
        with app.app_context():
            before = time.process_time()
            found = analysis.quiz_report(None, 1, which, NOW + timedelta(days=1), GRACE)
            times[app].append(time.process_time() - before)
            expected = (FEW if app is few else many) // (EACH if which == "first" else 1)
            if found.attempts != expected:
                raise SystemExit(f"the report is of {found.attempts} attempts, not of {expected}")
    one, other = (statistics.median(times[app][1:]) for app in (few, big))  # the first loads the questions
    ratio = other / one
    told = "reached" if ratio <= MUST else "FALLS SHORT"
    print(
        f"report after {many:,} attempts ({which}): {1e3 * other:.0f} ms of CPU, after {FEW:,}: {1e3 * one:.0f} ms"
    )
    print(f"  = {ratio:.2f} × (must ≤ {MUST:g}, aim ≤ {AIM:g}: {told})")


def _site(folder, sittings):
    """A site whose quiz has been taken so often, all counted. The application, and seconds of CPU an attempt."""
    folder.mkdir()
    url = f"sqlite:///{folder / 'quiz.db'}"
    app = create_app(Settings(secret_key="s" * 16 + "t" * 16, database_url=url, data_dir=folder))
    with app.app_context():
        installation.upgrade()
        cast = Cast.appear()
        first = attempts.start(cast.bo, cast.quiz, "", NOW, GRACE)
        with reading() as connection:
            pattern = connection.execute(select(Attempt).where(Attempt.id == first)).one()._asdict()
            slots = connection.execute(
                select(AttemptSlot, QuestionVersion.type, *ASKED)
                .join(Attempt, Attempt.id == AttemptSlot.attempt_id)
                .join(QuestionVersion, QuestionVersion.id == AttemptSlot.version_id)
                .where(AttemptSlot.attempt_id == first)
            ).all()
        _make_up(cast, pattern, [_Slot(row) for row in slots], sittings)
        before = time.process_time()
        upkeep.run(NOW, GRACE)
        each = (time.process_time() - before) / sittings
        db.engine.dispose()
    return app, each


class _Slot:
    """A slot of the pattern, with what each of the given answers earns."""

    def __init__(self, row):
        question = asked(row)
        self.row, self.slot, self.points = row, row.slot, row.points
        self.fields = [{"answer": values} for values in GIVEN[row.type]]
        self.earned = [
            float(question.score(question.parse(fields, row.shown_order).response).fraction)
            for fields in self.fields
        ]

    def give(self, dice, ability):
        """Which answer a student of this ability gives: the able the better ones."""
        return dice.choices(range(len(self.fields)), [0.3 + one * 3 * ability for one in self.earned])[0]


def _make_up(cast, pattern, slots, sittings):
    dice = random.Random(1)  # noqa: S311 (the same students each time)
    rows = {table: [] for table in (User, Enrolment, Attempt, AttemptSlot, Answer, Mark)}
    for number in range(sittings):
        person, attempt = SPACE + number // EACH, SPACE + number
        if number % EACH == 0:
            ability = dice.random()
            rows[User].append({"id": person, "name": f"Student {person}", "created_at": NOW})
            rows[Enrolment].append(
                {"course_id": cast.course, "user_id": person, "role": "student", "created_at": NOW}
            )
        at, earned = NOW, 0.0
        for slot in slots:
            at += timedelta(seconds=dice.lognormvariate(3.5, 0.7))
            earned += _answer(rows, slot, attempt, slot.give(dice, ability), at)
        grade = 100 * earned / sum(slot.points for slot in slots)
        ended = {"finished_at": at, "ended_by": "student", "number": 1 + number % EACH, "grade": grade}
        rows[Attempt].append({**pattern, **ended, "id": attempt, "user_id": person})
    with transaction() as connection:
        for table, values in rows.items():
            connection.execute(insert(table), values)


def _answer(rows, slot, attempt, choice, at):
    """Adds a slot with this answer. What it earns."""
    kept = {name: getattr(slot.row, name) for name in ("version_id", "section", "variant", "shown_order")}
    here = {"attempt_id": attempt, "slot": slot.slot}
    given = {"seq": 1, "act": "save", "fields": slot.fields[choice], "writer": "w", "saved_at": at}
    share = slot.earned[choice]
    points = share * slot.points
    mark = {"fraction": share, "points": points, "max": slot.points, "final": True, "created_at": at}
    rows[AttemptSlot].append({**here, **kept, "points": slot.points})
    rows[Answer].append({**here, **given})
    rows[Mark].append({**here, "round": 1, "try": 1, **mark})
    return points


def _copy(path, many):
    """Copies students and attempts until there are so many, and multiplies what is counted. How many there are."""
    times = many // MADE_UP
    if times < 2:
        return many
    copied = ("user", "enrolment", "attempt", "attempt_slot", "answer", "mark", "counted_attempt")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        for table in copied:
            columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
            who = next(name for name in ("attempt_id", "user_id", "id") if name in columns)
            moved = [
                f"{name} + k.n * {MADE_UP}"
                if name == "id" or name in ("attempt_id", "user_id")
                else f'"{name}"'
                for name in columns
            ]
            copies = "WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < ?)"
            rows = f'SELECT {", ".join(moved)} FROM k, "{table}" WHERE {who} >= {SPACE}'  # noqa: S608 (names of our own)
            connection.execute(f'{copies} INSERT INTO "{table}" {rows}', [times - 1])
        connection.execute("UPDATE item_statistics SET n = n * ?", [times])
        for standing, n, sums in connection.execute("SELECT standing, n, sums FROM pair_sums").fetchall():
            more = json.dumps([one * times for one in json.loads(sums)])
            connection.execute(
                "UPDATE pair_sums SET n = ?, sums = ? WHERE standing = ?", (n * times, more, standing)
            )
    return many


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

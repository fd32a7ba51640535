"""Everything in one file and back, between both databases; also while somebody writes."""

import json
import zipfile
from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import MetaData, select

from quiz.db import reading, transaction
from quiz.models.spacing import remember
from quiz.operations import attempts, backups, banks, drafting, installation, learning, media, peer_review
from quiz.operations.attempts import SlotSave
from tests.cast import GRACE, NOW
from tests.cli.commands import Shell
from tests.databases import app_on, dispose
from tests.pictures import png


def contents():
    """All rows of all tables, as a backup writes them."""
    found = MetaData()
    with reading() as connection:
        found.reflect(connection)
        return {
            table.name: sorted(
                json.dumps([backups._plain(value) for value in row], default=str)
                for row in connection.execute(select(table))
            )
            for table in found.sorted_tables
        }


@pytest.fixture
def lived(app, cast):
    """An installation in which somebody has taken a quiz. Returns what it holds."""
    attempt = attempts.start(cast.bo, cast.quiz, "", NOW, GRACE)
    for seq, answer in enumerate(["1", "2"], 1):
        attempts.save(cast.bo, attempt, SlotSave(1, seq, {"answer": [answer]}), "w", NOW, GRACE)
    attempts.finish(cast.bo, attempt, NOW + timedelta(minutes=3))
    with transaction() as connection:
        remember(connection, attempt, {1: Fraction(1)}, NOW)
    learning.set_retention(cast.bo, 0.8)
    media.add_image(cast.ada, 1, "field.png", png(), NOW)
    drafting.keep(cast.ada, 1, 1, "single_choice", [("prompt", "How")], NOW)
    for thread in (None, 1):
        peer_review.say(cast.ada, 1, "Is that clear?", thread, NOW)
    banks.save_search(cast.ada, 1, "Sums", banks.Filter(topic="sums"))
    return contents()


@pytest.fixture(params=["sqlite", "postgresql"])
def other(request, tmp_path):
    """The URL of a database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'other.db'}"
    return request.getfixturevalue("postgresql").create(
        f"other_{tmp_path.name[-30:]}".lower().replace("-", "_")
    )


def test_a_backup_restores_everything_into_either_database(lived, cast, database_url, other, tmp_path):
    file = tmp_path / "all.zip"
    told = Shell(database_url).json("backup", file)
    assert told["rows"]["answer"] == 2
    assert Shell(other).json("restore", file)["rows"] == told["rows"]
    app = app_on(other)
    with app.app_context():
        assert contents() == lived
        attempts.start(cast.cy, cast.quiz, "", NOW + timedelta(hours=1), GRACE)  # ids go on where they ended
        dispose(app)


def test_a_backup_is_of_one_moment(lived, cast, database_url, beside, tmp_path):
    """While the tables are written one after the other, somebody adds to those that come later."""
    file = tmp_path / "all.zip"

    def write_meanwhile(table):
        if table == "course":
            beside(lambda: attempts.start(cast.cy, cast.quiz, "", NOW, GRACE)).result()

    backups.backup(file, NOW, write_meanwhile)
    assert len(contents()["attempt"]) == len(lived["attempt"]) + 1
    other = f"sqlite:///{tmp_path / 'other.db'}"
    Shell(other)("restore", file)
    app = app_on(other)
    with app.app_context():
        assert contents() == lived
        dispose(app)


def test_nothing_is_overwritten(lived, database_url, tmp_path):
    file, shell = tmp_path / "all.zip", Shell(database_url)
    shell("backup", file)
    assert "there is such a file already" in shell("backup", file, code=1).output
    assert "holds something already" in shell("restore", file, code=1).output
    assert contents() == lived


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("harm", ["text", "cut", "row", "table", "value", "later"])
def test_what_is_no_backup_restores_nothing(lived, database_url, harm, tmp_path):
    file, harmed = tmp_path / "all.zip", tmp_path / "harmed.zip"
    Shell(database_url)("backup", file)
    if harm == "text":
        harmed.write_text("not a backup")
    elif harm == "cut":
        harmed.write_bytes(file.read_bytes()[:-2000])
    else:
        rewrite(file, harmed, HARMS[harm])
    other = Shell(f"sqlite:///{tmp_path / 'other.db'}")
    said = other("restore", harmed, code=1).output
    assert "backup" in said or "archive" in said
    assert "Traceback" not in said
    app = app_on(f"sqlite:///{tmp_path / 'other.db'}")
    with app.app_context():
        assert not any(contents().get(table) for table in ("user", "course", "answer"))
        dispose(app)
    other("restore", file)


def without_a_row(name, content):
    return (
        content.rpartition(b"\n")[0].rpartition(b"\n")[0] + b"\n"
        if name == "tables/answer.jsonl"
        else content
    )


def without_a_table(name, content):
    return None if name == "tables/answer.jsonl" else content


def with_a_wrong_value(name, content):
    return content.replace(b"2026-", b"when-", 1) if name == "tables/answer.jsonl" else content


def of_a_later_revision(name, content):
    return content.replace(installation.head().encode(), b"9999") if name == backups.MANIFEST else content


HARMS = {
    "row": without_a_row, "table": without_a_table, "value": with_a_wrong_value, "later": of_a_later_revision,
}  # fmt: skip


def rewrite(source, target, change):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)


def test_an_earlier_revision_is_brought_up(lived, database_url, tmp_path):
    """As if the backup had been taken before the last migration."""
    file = tmp_path / "old.zip"
    installation.downgrade("0001")
    backups.backup(file, NOW, str)
    other = f"sqlite:///{tmp_path / 'other.db'}"
    Shell(other)("restore", file)
    app = app_on(other)
    with app.app_context():
        assert installation.present() == installation.head()
        assert len(contents()["answer"]) == len(lived["answer"])
        dispose(app)

"""The audit log as administrators read it."""

import json
from datetime import timedelta

import pytest

from quiz.db import transaction
from quiz.errors import Forbidden
from quiz.models.audit import record
from quiz.operations import overseeing
from quiz.operations.overseeing import PER_PAGE, Search
from tests.cast import NOW

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])


def acts(cast, **search):
    return [event.act for event in overseeing.log(cast.eve, Search(**search)).events]


@pytest.fixture
def deeds(cast):
    """Ada gives time, the program ends something, Eve changes a role a day later."""
    with transaction() as connection:
        record(connection, cast.ada.id, "quiz.extend", ("quiz", cast.quiz), NOW, minutes=5)
        record(connection, None, "test.program", ("course", 9999), NOW)
        record(
            connection, cast.eve.id, "user.role", ("user", cast.bo.id), NOW + timedelta(days=1), role="author"
        )
    return cast


def test_it_is_searched_by_who_what_on_what_and_when(deeds):
    cast = deeds
    assert acts(cast)[:3] == ["user.role", "test.program", "quiz.extend"]
    assert acts(cast, who="EVE") == ["user.role"]
    assert acts(cast, who="Ad", act="extend") == ["quiz.extend"]
    assert acts(cast, act="%") == []
    assert acts(cast, subject_type="user", subject_id=cast.bo.id) == ["user.role"]
    assert acts(cast, since=NOW + timedelta(hours=1)) == ["user.role"]
    assert "user.role" not in acts(cast, until=NOW + timedelta(hours=1))


def test_an_event_tells_todays_names_and_its_figures(deeds):
    newest, program, extend = overseeing.log(deeds.eve, Search()).events[:3]
    assert (newest.actor, newest.subject, json.loads(newest.details)) == ("Eve", "Bo", {"role": "author"})
    assert (program.actor, program.subject, program.details) == (None, None, "")
    assert (extend.actor, extend.subject) == ("Ada", "A small quiz")


def test_its_pages_follow_each_other_also_while_it_grows(cast):
    with transaction() as connection:
        for number in range(PER_PAGE + 3):
            record(connection, cast.ada.id, f"test.{number}", ("user", 1), NOW)
    first = overseeing.log(cast.eve, Search(act="test."))
    with transaction() as connection:
        record(connection, cast.ada.id, "test.new", ("user", 1), NOW)
    second = overseeing.log(cast.eve, Search(act="test."), first.older)
    assert [event.act for event in second.events] == ["test.2", "test.1", "test.0"]
    assert second.older is None


def test_an_export_holds_what_was_searched_and_is_in_the_log_itself(deeds):
    table = overseeing.export(deeds.eve, Search(act="user.role"), NOW)
    assert [row[table.header.index("subject")] for row in table.rows] == ["Bo"]
    assert acts(deeds)[0] == "audit.export"


def test_only_administrators_read_it(cast):
    for act in (
        lambda who: overseeing.log(who, Search()),
        lambda who: overseeing.export(who, Search(), NOW),
        overseeing.kinds,
    ):
        for who in (cast.ada, cast.bo):
            with pytest.raises(Forbidden):
                act(who)

"""A reader of results changes nothing: every POST that is not about their own account is refused, and writes nothing."""

import pytest

from quiz.operations import accounts, enrolling
from tests.cast import NOW, PASSWORD
from tests.every.test_endpoints import ANONYMOUS, SIGNED_IN, TABLE, Place, sign_in, world  # noqa: F401 - a fixture

READER = "rea"
#: What belongs to everybody who is signed in: their session, their account, joining a course; and which reports they get by mail.
OWN = {name for name, people in TABLE.items() if people >= SIGNED_IN or ANONYMOUS in people} | {
    "POST mail.wish",
    "POST mail.unwish",
}
WRITES = sorted(name for name in TABLE if name.startswith("POST") and name not in OWN)
#: Pages about results, which a reader opens.
READS = sorted(
    name
    for name in TABLE
    if name.startswith(("GET reports", "GET gradebook", "GET survey"))
    and name != "GET gradebook.category_form"
)


@pytest.fixture(scope="module")
def place(world, tmp_path_factory, sqlite_with_cast):  # noqa: F811
    """The world with a reader of Ada's course."""
    made = Place(world, tmp_path_factory.mktemp("reader") / "quiz.db")
    cast = sqlite_with_cast[1]
    with made.app.app_context():
        accounts.add_user(None, READER, "Rea", PASSWORD, "user", NOW)
        enrolling.enrol(cast.ada, cast.course, READER, "reader", NOW)
        made.cookies = {**made.cookies, READER: sign_in(made.app, cast, READER)}
    return made


def test_there_is_something_to_refuse():
    assert {"POST gradebook.decide", "POST quizzes.publish", "POST courses.enrol"} <= set(WRITES)


@pytest.mark.parametrize("name", WRITES)
def test_a_reader_writes_nothing(place, name):
    before = place.stored()
    answer = place.ask(READER, *name.split())
    assert answer.status_code in (403, 404)
    assert place.stored() == before


@pytest.mark.parametrize("name", READS)
def test_a_reader_opens_what_is_about_results(place, name):
    assert place.ask(READER, *name.split()).status_code == 200

"""Reports on nobody, on one student, on equal scores: every page and file of results, and no figure that there is not.

The pages are those of the route table, so that a new one is read too.
"""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from quiz.db import reading
from quiz.models.attempt import Attempt, AttemptSlot
from quiz.operations import upkeep
from tests.cast import GRACE, NOW
from tests.sittings import join, sit

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])  # what is shown does not depend on it
#: "None of the tests" is English.
NOTHING = re.compile(r"\b(NaN|None(?! of )|null|undefined|Infinity|inf|nan)\b")
ABOUT_RESULTS = {"reports", "whole", "items", "gradebook", "survey", "marking", "rescoring"}
#: These are about one attempt, answer or question, so that there is none where nobody has finished.
SINGLE = {"version_id", "attempt_id", "slot"}


def pages(app, cast):
    """The addresses of all pages on results that there are now."""
    known = {
        "quiz_id": cast.quiz,
        "course_id": cast.course,
        "user_id": cast.bo.id,
        "ending": "csv",
        "printed": "html",
    }
    with reading() as connection:
        row = connection.execute(
            select(Attempt.id.label("attempt_id"), AttemptSlot.slot, AttemptSlot.version_id)
            .join(AttemptSlot, AttemptSlot.attempt_id == Attempt.id)
            .where(Attempt.finished_at.is_not(None))
        ).first()
    known |= row._asdict() if row else {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in ABOUT_RESULTS and "GET" in rule.methods:
            if known.keys() >= rule.arguments:
                yield rule.endpoint, rule.build({name: known[name] for name in rule.arguments})[1]
            else:
                assert rule.arguments - known.keys() <= SINGLE


def read(browser, path):
    """The words of a page, or of a file of text; bytes of others are not read."""
    answer = browser.get(path)
    assert answer.status_code == 200, path
    if answer.mimetype == "text/html":
        for code in browser.page.find_all(["script", "style"]):
            code.decompose()
        attributes = [
            value
            for tag in browser.page.find_all(True)
            for value in (tag.get("aria-label"), tag.get("title"))
        ]
        return " ".join([browser.page.get_text(" "), *filter(None, attributes)])
    return answer.text if answer.mimetype.startswith("text/") else ""


def nobody(cast):
    cast.start()  # and does not finish


def one(cast):
    sit(cast, cast.bo, {"single_choice"}, blank={"short_text"})


def all_equal(cast):
    for who in (cast.bo, cast.cy, *(join(cast, f"Student {number}") for number in range(10))):
        sit(cast, who, {"single_choice", "true_false"})


@pytest.mark.parametrize("state", [nobody, one, all_equal])
def test_no_page_shows_a_figure_that_there_is_not(app, browser, cast, watch, state):
    state(cast)
    watch.now = NOW + timedelta(hours=1)
    upkeep.run(watch.now, GRACE)
    ada, bo = browser("ada"), browser("bo")
    found = {
        endpoint: read(ada, path) for endpoint, path in pages(app, cast) if endpoint != "reports.progress"
    }
    found |= {path: read(bo, path) for path in ("/progress", "/grades", f"/quizzes/{cast.quiz}", "/")}
    assert len(found) > 15
    assert {name: NOTHING.search(text)[0] for name, text in found.items() if NOTHING.search(text)} == {}


def test_the_crawl_would_find_one(app, browser, cast):
    """A title that says so is a figure that there is not, as far as the crawl can tell."""
    from tests.operations.test_quizzes import edit

    edit(cast, title="None")
    assert NOTHING.search(read(browser("ada"), f"/quizzes/{cast.quiz}/report"))

"""Every endpoint × everybody: who gets in, who does not, and that only a POST with its token changes anything.

A new route fails here until it stands in the table below.
"""

import re
import shutil
import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import select

from quiz.db import reading
from quiz.errors import TooLate
from quiz.files.images import read_image
from quiz.models.mailing import ReportMail
from quiz.operations import attempts, inviting, links, mailing, media, peer_review, rescoring
from tests.browsing import Watch
from tests.cast import NOW, PASSWORD
from tests.databases import app_on, dispose
from tests.pictures import png

ANONYMOUS, STRANGER, STUDENT, OTHER, TEACHER, ADMINISTRATOR = "nobody", "di", "bo", "cy", "ada", "eve"
SIGNED_IN = {STRANGER, STUDENT, OTHER, TEACHER, ADMINISTRATOR}
EVERYBODY = {ANONYMOUS, *SIGNED_IN}
AUTHORS = {STRANGER, TEACHER, ADMINISTRATOR}
MEMBERS = {STUDENT, OTHER, TEACHER}

#: Who gets in. Di teaches elsewhere, Bo owns the attempt, Cy is in Bo's course and has finished, Ada teaches it and owns the bank.
TABLE = {
    "GET admin.add": {ADMINISTRATOR},
    "POST admin.add": {ADMINISTRATOR},
    "GET admin.erase": {ADMINISTRATOR},
    "POST admin.erase": {ADMINISTRATOR},
    "POST admin.set_active": {ADMINISTRATOR},
    "POST admin.set_password": {ADMINISTRATOR},
    "POST admin.set_role": {ADMINISTRATOR},
    # nobody: Cy has no password (tests/pages/test_links.py)
    "POST admin.issue_password_link": set(),
    "POST courses.issue_password_link": set(),
    "GET admin.password_link": {ADMINISTRATOR},
    "GET courses.password_link": {TEACHER},
    "GET admin.user": {ADMINISTRATOR},
    "GET admin.users": {ADMINISTRATOR},
    "GET accommodating.dates": {TEACHER},
    "POST accommodating.dates": {TEACHER},
    "GET accommodating.granted": {TEACHER},
    "POST accommodating.granted": {TEACHER},
    "POST attempt.accept_late": {TEACHER},
    "GET attempt.all_questions": {STUDENT},
    "GET attempt.enter": {STUDENT},
    "POST attempt.finish": {STUDENT},
    "POST attempt.flag": {STUDENT},
    "POST attempt.language": {STUDENT},
    # nobody where there is a way back, as here (tests/pages/test_sequential.py)
    "GET attempt.leaving": set(),
    "POST attempt.leave": set(),
    "GET attempt.paper": {STUDENT},
    "GET attempt.question": {STUDENT},
    "GET attempt.review": {STUDENT, TEACHER},
    "POST attempt.presence": {STUDENT},
    "POST attempt.save": {STUDENT},
    "POST attempt.save_many": {STUDENT},
    "GET attempt.summary": {STUDENT},
    "GET auth.account": SIGNED_IN,
    "GET auth.back": EVERYBODY,
    "POST auth.back": EVERYBODY,
    "POST auth.change_password": SIGNED_IN,
    "GET auth.current_session": EVERYBODY,
    "GET auth.my_data": SIGNED_IN,
    "GET auth.join": EVERYBODY,
    "POST auth.join": EVERYBODY,
    "GET auth.join_form": EVERYBODY,
    "GET auth.joined": SIGNED_IN,
    "GET auth.login": EVERYBODY,
    "POST auth.login": EVERYBODY,
    "POST auth.logout": EVERYBODY,
    # closed to all but where REGISTRATION is open (tests/pages/test_registration.py)
    "GET auth.register": set(),
    "POST auth.register": set(),
    "POST auth.set_preferences": SIGNED_IN,
    "POST author.add_bank": AUTHORS,
    "GET author.bank": {TEACHER},
    "GET author.bank_head": {TEACHER},
    "GET author.bank_topics": {TEACHER},
    "POST author.edit_topics": {TEACHER},
    "GET author.banks_list": AUTHORS,
    "POST author.commit": AUTHORS,
    "POST author.undo": {TEACHER},
    "POST author.delete_bank": {TEACHER},
    "GET calibrating.look": {TEACHER},
    "POST calibrating.run": {TEACHER},
    # of adaptive quizzes only (tests/pages/test_measuring.py)
    "GET measuring.page": set(),
    "GET exporting.form": {TEACHER},
    "GET exporting.file": {TEACHER},
    "GET exporting.quiz_file": {TEACHER},
    "GET exporting.quiz_form": {TEACHER},
    "GET exporting.template": AUTHORS,
    "POST author.edit_bank": {TEACHER},
    "GET author.import_form": AUTHORS,
    "GET author.new_bank": AUTHORS,
    "POST author.preview": AUTHORS,
    "GET author.question": {TEACHER},
    "POST author.save_search": {TEACHER},
    "POST author.share": {TEACHER},
    "GET courses.create": AUTHORS,
    "POST courses.create": AUTHORS,
    "POST courses.enrol": {TEACHER},
    "POST courses.issue_return_code": {TEACHER},
    "GET courses.join_sheet": {TEACHER},
    "GET courses.people": {TEACHER},
    "GET courses.remove": {TEACHER},
    "POST courses.remove": {TEACHER},
    "GET courses.return_code": {TEACHER},
    "POST courses.set_group": {TEACHER},
    "POST courses.set_joining": {TEACHER},
    "POST editor.answer": {TEACHER},
    "POST editor.create": {TEACHER},
    "GET editor.compare": {TEACHER},
    "GET editor.edit": {TEACHER},
    "GET editor.history": {TEACHER},
    "GET editor.new": {TEACHER},
    "POST editor.restore": {TEACHER},
    "POST editor.save": {TEACHER},
    "GET editor.trial": {TEACHER},
    "GET editor.version": {TEACHER},
    "GET health.alive": EVERYBODY,
    "GET health.ready": EVERYBODY,
    "GET links.confirm_address": EVERYBODY,
    "POST links.confirm_address": EVERYBODY,
    "GET links.forgotten": EVERYBODY,
    "POST links.forgotten": EVERYBODY,
    "GET links.new_password": EVERYBODY,
    "POST links.new_password": EVERYBODY,
    # no mail goes out here (tests/pages/test_links.py)
    "POST links.set_address": set(),
    "GET inviting.invitations": {ADMINISTRATOR},
    "GET inviting.invite": {ADMINISTRATOR},
    "POST inviting.invite": {ADMINISTRATOR},
    "POST inviting.revoke": {ADMINISTRATOR},
    "GET invited.invitation": EVERYBODY,
    "POST invited.invitation": EVERYBODY,
    "GET rosters.form": {TEACHER},
    "POST rosters.look": {TEACHER},
    "POST rosters.enter": {TEACHER},
    "POST rosters.undo": {TEACHER},
    "POST rosters.cards": {TEACHER},
    "GET second.authenticator": SIGNED_IN,
    # with a password, or somebody half signed in, whom nobody is here (tests/pages/test_second.py)
    "GET second.code": set(),
    "POST second.code": set(),
    "GET second.setup": set(),
    "POST second.setup": set(),
    "POST second.confirm": SIGNED_IN,
    "POST second.renew": SIGNED_IN,
    "POST second.start": SIGNED_IN,
    "POST second.turn_off": SIGNED_IN,
    "POST admin.take_authenticator": set(),
    # only where there is another system to sign in through (tests/pages/test_single_sign_on.py)
    "GET single.back": set(),
    "GET single.go": set(),
    "GET single.mine": set(),
    "POST single.mine": set(),
    "POST single.remove": set(),
    "GET single.sign_in": set(),
    "GET passkeys.mine": SIGNED_IN,
    "POST passkeys.add": SIGNED_IN,
    "POST passkeys.add_options": SIGNED_IN,
    # nobody has one (tests/pages/test_passkeys.py)
    "POST passkeys.remove": set(),
    "POST passkeys.sign_in": EVERYBODY,
    "POST passkeys.sign_in_options": EVERYBODY,
    "GET overseeing.log": {ADMINISTRATOR},
    "GET overseeing.log_file": {ADMINISTRATOR},
    "GET overseeing.settings": {ADMINISTRATOR},
    "POST admin.sign_out": {ADMINISTRATOR},
    "GET linting.all_rules": SIGNED_IN,
    "GET linting.findings": {TEACHER},
    "GET mail.ending": EVERYBODY,
    "POST mail.stop": EVERYBODY,
    "POST mail.unwish": {TEACHER},
    "GET mail.wish": {TEACHER},
    "POST mail.wish": {TEACHER},
    "GET live.page": {TEACHER},
    "POST live.close": {TEACHER},
    "POST live.tell": {TEACHER},
    "POST live.extend": {TEACHER},
    "GET marking.answer": {TEACHER},
    "GET marking.begin": {TEACHER},
    "GET marking.queue": {TEACHER},
    "POST marking.give": {TEACHER},
    "GET quizzes.checklist": {TEACHER},
    "GET quizzes.papers": {TEACHER},
    "GET fixed.forms": {TEACHER},
    "GET fixed.file": {TEACHER},
    "GET fixed.marks": {TEACHER},
    "POST fixed.look": {TEACHER},
    "POST fixed.enter": {TEACHER},
    "POST fixed.undo": {TEACHER},
    "GET quizzes.copy_form": {TEACHER},
    "POST quizzes.copy": {TEACHER},
    "POST quizzes.set_template": {TEACHER},
    "POST images.delete": {TEACHER},
    "GET images.folder": {TEACHER},
    "GET images.image": {TEACHER},
    "POST quizzes.create": {TEACHER},
    "GET transferring.form": {TEACHER},
    "POST transferring.run": {TEACHER},
    "GET peer_review.queue": SIGNED_IN,
    "POST peer_review.resolve": {TEACHER},
    "POST peer_review.review": {TEACHER},
    "POST peer_review.say": {TEACHER},
    "GET translating.translation": {TEACHER},
    "POST translating.save": {TEACHER},
    "GET quizzes.edit": {TEACHER},
    "GET quizzes.new": {TEACHER},
    "POST quizzes.publish": {TEACHER},
    "POST quizzes.save": {TEACHER},
    "GET gradebook.book": {TEACHER},
    "GET gradebook.book_file": {TEACHER},
    "GET gradebook.category_form": {TEACHER},
    "POST gradebook.set_categories": {TEACHER},
    "GET gradebook.grade": {TEACHER},
    "POST gradebook.decide": {TEACHER},
    "GET gradebook.student": {TEACHER},
    "GET gradebook.student_file": {TEACHER},
    "GET reports.item": {TEACHER},
    "GET reports.methods": SIGNED_IN,
    "GET reports.progress": SIGNED_IN,
    "GET reports.report": {TEACHER},
    "GET reports.report_csv": {TEACHER},
    "GET reports.report_file": {TEACHER},
    "GET reports.report_xlsx": {TEACHER},
    "GET reports.results": {TEACHER},
    "GET reports.results_csv": {TEACHER},
    "GET revising.form": {TEACHER},
    "POST revising.run": {TEACHER},
    "GET rescoring.history": {TEACHER},
    "GET rescoring.look": {TEACHER},
    "POST rescoring.run": {TEACHER},
    "POST rescoring.undo": {TEACHER},
    "GET survey.file": SIGNED_IN,
    "GET survey.page": SIGNED_IN,
    "GET static": EVERYBODY,
    "GET student.course": MEMBERS,
    "GET student.grades": SIGNED_IN,
    "GET student.home": EVERYBODY,
    # whose mark was changed
    "GET reports.mastery": {TEACHER},
    "GET student.practice": SIGNED_IN,
    "POST student.practice": SIGNED_IN,
    "POST student.read_notice": {OTHER},
    "POST student.start": {STUDENT, OTHER},
    "GET student.start_page": MEMBERS,
    "GET items.answers": {TEACHER},
    "GET whole.page": {TEACHER},
    "GET whole.side_by_side": {TEACHER},
}
#: Enough of a form to come to the question of who may.
FORM = {
    "image": "images/x.png",
    "seq": "1",
    "s1-seq": "1",
    "writer": "w",
    "answer": "0",
    "flagged": "1",
    "username": "cy",
    "role": "student",
}
REFUSED = (401, 403, 404)


@pytest.fixture(scope="module")
def world(sqlite_with_cast, tmp_path_factory):
    """A database with the cast and Bo's attempt, and the cookie of everybody."""
    source, cast = sqlite_with_cast
    path = tmp_path_factory.mktemp("world") / "quiz.db"
    shutil.copy(source, path)
    app = app_on(f"sqlite:///{path}")
    app.extensions["clock"] = Watch()
    with app.app_context():
        attempt = cast.start()
        with pytest.raises(TooLate):
            cast.save(attempt, 1, 1, "0", now=NOW + timedelta(hours=1))
        attempts.finish(cast.cy, cast.start(cast.cy), NOW)
        done = rescoring.run(cast.ada, cast.quiz, rescoring.Request("full-credit", 1), NOW)
        media.add_image(cast.ada, 1, "x.png", png(), NOW)
        peer_review.say(cast.ada, 1, "Is this too easy?", None, NOW)
        mailing.wish(cast.ada, cast.quiz, "ada@example.org", "week", NOW)
        key = links.issue(cast.eve, cast.di.id, NOW)
        links.set_address(cast.ada, "ada@example.org", PASSWORD, NOW)
        invitation_key = inviting.invite(cast.eve, inviting.Offer("user"), "Somebody", 1, 7, NOW)
        mailed = []
        links.send_due(mailed.append, "https://quiz.example.org", NOW)
        address_key = re.search(r"/address/(\S+)", mailed[0].get_content()).group(1)
        with reading() as connection:
            stop_key = connection.execute(select(ReportMail.stop_key)).scalar_one()
        cookies = {name: sign_in(app, cast, name) for name in SIGNED_IN}
    dispose(app)
    values = {
        "address_key": address_key, "attempt_id": attempt, "bank_id": 1, "code": cast.join_code, "comment_id": 1, "course_id": cast.course, "ending": "csv", "printed": "html", "digest": read_image(png()).digest, "late_id": 1,
        "invitation_id": 1, "invitation_key": invitation_key, "key": key, "name": "theme.css", "number": 1, "passkey_id": 1, "question_id": 1, "quiz_id": cast.quiz, "rescoring_id": done.rescoring_id, "slot": 1, "stop_key": stop_key, "user_id": cast.cy.id, "version_id": 1,
    }  # fmt: skip
    return path, cookies, values


def sign_in(app, cast, name):
    client = app.test_client()
    token = client.get("/session").json["csrf_token"]
    code = cast.codes.get(name)
    path, form = ("/return", {"code": code}) if code else ("/login", {"username": name, "password": PASSWORD})
    assert client.post(path, data={**form, "csrf_token": token}).status_code == 303
    return client.get_cookie("quiz").value


class Place:
    """A copy of the world, and a request to it by somebody."""

    def __init__(self, world, path):
        origin, self.cookies, self.values = world
        shutil.copy(origin, path)
        self.path = path
        self.app = app_on(f"sqlite:///{path}")
        self.app.extensions["clock"] = Watch()

    def ask(self, name, method, endpoint, *, token=True, query=None):
        client = self.app.test_client()
        if name != ANONYMOUS:
            client.set_cookie("quiz", self.cookies[name])
        form = dict(FORM)
        if token:
            form["csrf_token"] = client.get("/session").json["csrf_token"]
        rule = next(rule for rule in self.app.url_map.iter_rules(endpoint) if method in rule.methods)
        _domain, address = rule.build({name: self.values[name] for name in rule.arguments})
        return client.open(
            address, method=method, query_string=query, data=form if method == "POST" else None
        )

    def stored(self):
        dispose(self.app)
        with sqlite3.connect(self.path) as connection:
            return list(connection.iterdump())


@pytest.fixture
def place(world, tmp_path):
    made = Place(world, tmp_path / "quiz.db")
    yield made
    dispose(made.app)


def endpoints(app):
    return {
        f"{method} {rule.endpoint}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }


def test_the_table_is_whole(place):
    assert endpoints(place.app) == set(TABLE)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_who_gets_in_and_who_does_not(place, name):
    method, endpoint = name.split()
    before = place.stored()
    for person in sorted(EVERYBODY - TABLE[name]):
        answer = place.ask(person, method, endpoint)
        led_to_sign_in = answer.status_code == 303 and answer.headers["Location"].startswith("/login?next=")
        assert answer.status_code in REFUSED or (person == ANONYMOUS and led_to_sign_in), (
            person,
            answer.status,
        )
    assert place.stored() == before, "somebody who may not has changed something"
    for person in sorted(TABLE[name]):
        answer = place.ask(person, method, endpoint)
        assert answer.status_code in (200, 204, 303, 409, 422), (person, answer.status)
        assert not answer.headers.get("Location", "").startswith("/login")


@pytest.mark.parametrize("name", sorted(name for name in TABLE if name.startswith("GET")))
def test_looking_changes_nothing(place, name):
    """But an export leaves its line in the audit log."""
    before = place.stored()
    for person in sorted(TABLE[name]):
        place.ask(person, *name.split())
    new = [line for line in place.stored() if line not in before]
    assert all('INTO "audit_event"' in line and "export" in line for line in new)
    assert not new or name.endswith(("_csv", "_xlsx", "export", "file"))


@pytest.mark.parametrize("name", sorted(name for name in TABLE if name.startswith("POST")))
def test_a_change_needs_its_token(place, name):
    before = place.stored()
    for person in sorted(TABLE[name]):
        assert place.ask(person, *name.split(), token=False).status_code == 400
    assert place.stored() == before


def test_no_argument_in_an_address_breaks_a_page_or_leads_elsewhere(place):
    """Names that mean something to ``url_for``, numbers of any size: a stranger may have written the link."""
    odd = {"endpoint": "x", "_scheme": "javascript", "_external": "1", "_anchor": "x", "_method": "POST"}
    odd |= dict.fromkeys(("course_id", "quiz_id", "question_id", "version_id", "ending"), "9")
    odd |= dict.fromkeys(("page", "target", "down"), "9" * 30)
    for name in sorted(name for name in TABLE if name.startswith("GET") and TEACHER in TABLE[name]):
        answer = place.ask(TEACHER, *name.split(), token=False, query=odd)
        assert answer.status_code < 500, name
        assert b"javascript:" not in answer.data, name

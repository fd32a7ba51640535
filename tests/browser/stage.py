"""An installation with something to see on every page, in each of its states: the demo, and what the demo lacks."""

import json
import re
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pyotp
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from quiz import clock
from quiz.banks.images import Pictures
from quiz.cli import _demo
from quiz.db import reading
from quiz.errors import TooLate
from quiz.models.mailing import ReportMail
from quiz.operations import (
    accounts,
    analysis,
    attempts,
    authoring,
    banks,
    courses,
    factors,
    importing,
    inviting,
    links,
    mailing,
    marking,
    media,
    peer_review,
    practice,
    quizzes,
    rescoring,
    rosters,
    watching,
)
from quiz.operations.access import Actor
from quiz.operations.attempts import SlotSave
from quiz.operations.marking import Given, Place
from tests import scaled
from tests.browser.sample_bank import ANSWERS, BANK, SMALL, TYPES, WRONG
from tests.browsing import cookie
from tests.databases import SECRET as SITE_KEY
from tests.databases import app_on
from tests.faults.site import Site
from tests.pictures import SHAPES, SVG, png, svg

PASSWORD = "correct horse battery"
ADDRESS = "127.0.0.1"
#: Long: what has run out stays to be seen as such before it is closed.
GRACE = timedelta(hours=1)
LIMIT = 40
TOLD = "In question 3 read “east” for “west”. Whoever has answered it already may change the answer."


#: Another system that people could sign in through: nobody does here, but the pages have what belongs to it.
ELSEWHERE = {
    "OIDC_ISSUER": "https://login.example.edu",
    "OIDC_CLIENT_ID": "quiz",
    "OIDC_CLIENT_SECRET": "a secret of both",
    "OIDC_LABEL": "Campus account",
}


class Stage:
    """The site and who is on it. ``ids`` are the names by which addresses are written: ``/quizzes/{types}``."""

    def __init__(self, site, app, people, ids):
        self.site, self.ids = site, ids
        self.address = f"http://{ADDRESS}:{site.port}"
        with app.app_context():
            self.cookies = {name: cookie(app, actor) for name, actor in people.items()}
        self._rules = app.url_map.bind(ADDRESS)

    def path(self, pattern):
        """An address of the site, such as ``/quizzes/7``."""
        return pattern.format_map(self.ids)

    def endpoint(self, pattern):
        """The endpoint that answers there; None where none does."""
        try:
            return self._rules.match(self.path(pattern).partition("?")[0])[0]
        except NotFound:
            return None


@contextmanager
def staged(folder):
    """The site, running, with all its data in this folder."""
    url = f"sqlite:///{folder / 'quiz.db'}"
    app = app_on(url, data_dir=folder)
    with app.app_context():
        people, ids = build(_demo.Folder(folder / "demo"), clock.now())
    site = Site(url, folder, GRACE_SECONDS=str(int(GRACE.total_seconds())), REGISTRATION="open", **ELSEWHERE)
    site.environment["PUBLIC_URL"] = f"http://{ADDRESS}:{site.port}"
    with site:
        yield Stage(site, app, people, ids)


def build(folder, now):
    """The demo and what it lacks. Returns the people by name and the ids by name."""
    demo = _demo.build(folder, now, lambda _: None)
    accounts.add_user(None, "newcomer", "Nora Newcomer", PASSWORD, "user", now)
    accounts.add_user(None, "author", "Max Author", PASSWORD, "author", now)
    accounts.add_user(None, "careful", "Cora Careful", PASSWORD, "author", now)
    names = ["newcomer", "author", "careful", *(account.username for account in demo.accounts)]
    people = {name: Actor(accounts.find_user(name), 1) for name in names}
    teacher = people["teacher"]
    ids = {
        **{f"user_{name}": actor.id for name, actor in people.items()},
        "course": demo.course_id,
        "join_code": demo.join_code,
        "report": demo.simulated,
        "report_bank": banks.find_bank("demo-flawed"),
        "report_course": quizzes.manage(teacher, demo.simulated).course_id,
        **{f"demo_{number}": quiz for number, (quiz, _) in enumerate(demo.quizzes, 1)},
    }
    ids |= write_banks(teacher, now)
    ids |= ask_for_reviews(teacher, people["admin"], now)
    ids |= make_quizzes(teacher, demo.course_id, now)
    ids["empty_course"] = courses.add_course(teacher, "An empty course", "Europe/Berlin", now)
    ids["empty_draft"] = draft(teacher, ids["empty_course"], "A draft in an empty course", now)
    ids |= sit(people, ids, now)
    ids |= reported(teacher, ids, now)
    rescore(teacher, ids["essays"], now)
    ids["class"] = small_class(teacher, now)
    return people, ids | mailed(teacher, ids["report"], now) | linked(people, ids["course"], now)


# Banks and quizzes -------------------------------------------------------------------------------------------------


TRIANGLE = '<path d="M2 98H238V2z" fill="none" stroke="#000" stroke-width="2"/>'
IMAGES = {
    "images/triangle.svg": svg(TRIANGLE, 'viewBox="0 0 240 100" width="480"'),
    "images/bar.png": png(340, 30, 120),
    "images/shapes.svg": SHAPES,
}


def write_banks(teacher, now):
    """A bank with a question of each type, one of which has a history, and an empty bank."""
    pictures = Pictures(IMAGES.__getitem__)
    bank = importing.import_bank(teacher, BANK, "samples.yaml", now, pictures=pictures).bank_id
    importing.import_bank(teacher, BANK.replace("Which of these are prime?", "Which ones are prime?"), "samples.yaml", now)  # fmt: skip
    for name in ("an unused image.png", "another one.svg"):
        media.add_image(teacher, bank, name, png(900, 300, 200) if name.endswith("png") else SVG, now)
    empty = authoring.add_bank(teacher, "to-be-written", "A bank to be written", "en", now)
    return {"bank": bank, "empty_bank": empty, **question_ids(teacher, bank)}


def ask_for_reviews(teacher, colleague, now):
    """Drafts in a bank of two people: of one a review is asked for, one came back with a comment."""
    bank = authoring.add_bank(teacher, "in-the-works", "A bank in the works", "en", now)
    banks.share(teacher, bank, "admin", "edit", now)
    found = {}
    for name in ("asked", "returned"):
        fields = {"id": name, "type": "true_false", "prompt": f"Is the question {name}?", "answer": True, "timeless": True, "status": "draft"}  # fmt: skip
        found[f"q_{name}"], _ = authoring.save_question(teacher, bank, None, 0, fields, now, "A first try")
        peer_review.ask(teacher, found[f"q_{name}"], "admin", now)
    peer_review.say(colleague, found["q_asked"], "Is that not too easy?\nEverybody will say yes.", None, now)
    peer_review.say(teacher, found["q_asked"], "It is to warm them up.", peer_review.talk(teacher, found["q_asked"]).threads[0].id, now)  # fmt: skip
    peer_review.decide(colleague, found["q_returned"], 1, "returned", "Say returned by whom.", now)
    return {"works_bank": bank, **found}


def question_ids(teacher, bank):
    """The id of each question of the samples, as ``q_matching``."""
    rows = banks.bank(teacher, bank, 1, date(2026, 1, 1)).questions.rows
    return {f"q_{row.slug}": row.question_id for row in rows}


def blueprint(title, **settings):
    sections = [{"title": type_, "bank": "samples", "types": [type_], "count": 1} for type_ in TYPES]
    return json.dumps(
        {"format": "quiz-blueprint/1", "title": title, "sections": sections, "order": "as_listed",
         "shuffle_options": False, "settings": {"attempts": None, **settings}}
    )  # fmt: skip


def draft(teacher, course, title, now, **settings):
    return quizzes.create(teacher, course, blueprint(title, **settings), now)


def make_quizzes(teacher, course, now):
    """A quiz of each kind and in each state."""
    made = {
        "types": {"title": "A test of every type", "limit": LIMIT, "pass": 50, "certainty": True},
        "page": {"title": "All on one page", "layout": "all"},
        "practice": {"title": "Practice of every type", "mode": "practice", "tries": "interactive"},
        "practice_page": {"title": "Practice on one page", "mode": "practice", "tries": "adaptive", "layout": "all"},
        "practice_one": {"title": "Practice with one try", "mode": "practice", "tries": "one"},
        "practice_one_page": {"title": "Practice with one try on one page", "mode": "practice", "tries": "one", "layout": "all"},
        "sequential": {"title": "No way back", "navigation": "sequential", "limit": LIMIT},
        "coded": {"title": "With an access code", "attempts": 2},
        "scheduled": {"title": "For next week", "opens": (now + timedelta(days=7)).isoformat()},
        "closed": {"title": "Of last week", "opens": (now - timedelta(days=9)).isoformat(),
                   "closes": (now - timedelta(days=7)).isoformat()},
        "essays": {"title": "With essays to mark"},
        "secret": {"title": "Shown to nobody yet", "review": {"after": [], "later": [], "closed": []}},
    }  # fmt: skip
    made_at = {"closed": now - timedelta(days=10)}  # a new quiz does not close in the past
    ids = {
        name: draft(teacher, course, now=made_at.get(name, now), **settings)
        for name, settings in made.items()
    }
    coded = quizzes.manage(teacher, ids["coded"])
    sheet = replace(coded.sheet, access_code="sesame")
    quizzes.edit(teacher, coded.id, coded.edits, sheet, coded.blueprint_text, now)
    for quiz in ids.values():
        quizzes.publish(teacher, quiz, now)
    return {
        **ids,
        "draft": draft(teacher, course, "A draft", now),
        "unmet": unmeetable(teacher, course, now),
        "fixed": with_fixed_forms(teacher, course, now),
        "adaptive": adaptive(teacher, course, now),
    }


def with_fixed_forms(teacher, course, now):
    """A quiz with two fixed forms, of four questions each."""
    text = json.dumps(
        {"format": "quiz-blueprint/1", "title": "Two fixed forms", "forms": {"count": 2},
         "sections": [{"title": "All", "bank": "samples", "count": 4}]}
    )  # fmt: skip
    quiz = quizzes.create(teacher, course, text, now)
    quizzes.publish(teacher, quiz, now)
    return quiz


def adaptive(teacher, course, now):
    """An adaptive quiz of a bank that is calibrated but for two questions."""
    importing.import_bank(teacher, scaled.bank(20, 2), "scaled.yaml", now)
    quiz = quizzes.create(teacher, course, scaled.plan("fewest: 3, most: 6, error: 0.7, trial: 1"), now)
    quizzes.publish(teacher, quiz, now)
    return quiz


def unmeetable(teacher, course, now):
    """A draft whose bank has lost a question since."""
    text = SMALL.format(status="ready")
    importing.import_bank(teacher, text, "shrinking.yaml", now)
    sections = [{"title": "All of it", "bank": "shrinking", "count": 1}]
    wanted = {"format": "quiz-blueprint/1", "title": "More than the bank holds", "sections": sections}
    quiz = quizzes.create(teacher, course, json.dumps(wanted), now)
    importing.import_bank(teacher, SMALL.format(status="draft"), "shrinking.yaml", now)
    return quiz


# Attempts ----------------------------------------------------------------------------------------------------------


def sit(people, ids, now):
    """Attempts in every state: under way, out of time, submitted, with a late answer; practice at each step."""
    one, two, three, four = (people[f"student{number}"] for number in range(1, 5))
    begin = partial(attempts.start, access_code="", now=now, grace=GRACE, seed=1)
    running, page = begin(one, ids["types"]), begin(one, ids["page"])
    answer(one, running, TYPES[:6], now)
    answer(one, page, TYPES[:2], now)
    attempts.flag(one, running, 3, True, now)
    found = {"running": running, "running_page": page, "fresh": begin(two, ids["types"])}
    for name, quiz in (("done", "types"), ("done_page", "page"), ("hidden", "secret")):
        found[name] = begin(three, ids[quiz])
        answer(three, found[name], TYPES[:7], now, WRONG)
        attempts.finish(three, found[name], now + timedelta(minutes=9))
    watching.tell(people["teacher"], ids["types"], [found["fresh"]], TOLD, now, GRACE)
    found["over"] = begin(four, ids["types"], now=now - timedelta(minutes=LIMIT + 1))
    answer(four, found["over"], TYPES[:3], now - timedelta(minutes=LIMIT))
    found["late"] = late(people["student5"], ids["types"], now)
    found["forward"], found["forward_fresh"] = begin(one, ids["sequential"]), begin(two, ids["sequential"])
    for number, kind in enumerate(TYPES[:3], 1):
        answer(one, found["forward"], [kind], now)
        attempts.leave(one, found["forward"], number, now)
    answer(one, found["forward"], TYPES[3:4], now)
    found["adaptive_done"], found["adapting"] = begin(three, ids["adaptive"]), begin(one, ids["adaptive"])
    while (place := attempts.entry(three, found["adaptive_done"], now)).state == "open":
        give(three, found["adaptive_done"], place.slot, now)
    give(one, found["adapting"], 1, now)
    found |= hand_in(people["teacher"], (two, three, four), ids["essays"], begin, now)
    return found | practise(one, three, ids, begin, now)


def answer(who, attempt, kinds, now, answers=ANSWERS, seq=1):
    for type_ in kinds:
        fields = {**answers[type_], "certainty": ["2"]}
        attempts.save(who, attempt, SlotSave(TYPES.index(type_) + 1, seq, fields), "stage", now, GRACE)


def give(who, attempt, slot, now):
    """Answers a question of an adaptive test for good, every second one wrong."""
    fields = {"answer": [str(slot % 2)]}
    practice.save(who, attempt, SlotSave(slot, 1, fields, "check"), "stage", now, GRACE)


def hand_in(teacher, students, quiz, begin, now):
    """Essays: the first is marked, the others wait."""
    made = []
    for who in students:
        made.append(begin(who, quiz))
        answer(who, made[-1], ("essay",), now)
        attempts.finish(who, made[-1], now + timedelta(minutes=9))
    place = Place(made[0], TYPES.index("essay") + 1)
    marking.give(teacher, quiz, place, 1, Given((1, 1), "", "You name it, but *why* is it one?"), now)
    return {"judged": made[0], "unmarked": made[1], "essay_slot": place.slot}


def late(who, quiz, now):
    """An attempt with an answer that came too late."""
    begun = now - timedelta(hours=9)
    attempt = attempts.start(who, quiz, "", begun, GRACE, seed=1)
    answer(who, attempt, TYPES[:4], begun)
    with suppress(TooLate):
        answer(who, attempt, TYPES[:1], begun + timedelta(hours=8), WRONG, seq=2)
    return attempt


def practise(one, three, ids, begin, now):
    """Practice: with a hint and tries, submitted, all on one page, with one try."""
    running, page, single, all_ = (
        begin(one, ids[name]) for name in ("practice", "practice_page", "practice_one", "practice_one_page")
    )
    try_once(one, running, "single_choice", 1, now, "hint")
    try_once(one, running, "multiple_response", 1, now)
    for type_ in ("true_false", "matching", "cloze"):
        until_closed(one, running, type_, now)
    try_once(one, page, "numerical", 1, now)
    try_once(one, single, "single_choice", 1, now)
    for type_ in TYPES:
        try_once(one, all_, type_, 1, now)
    done = begin(three, ids["practice"])
    until_closed(three, done, "single_choice", now)
    attempts.finish(three, done, now + timedelta(minutes=5))
    return {"practising": running, "practising_page": page, "practised": single, "practised_page": all_,
                    "practice_done": done}  # fmt: skip


def rescore(teacher, quiz, now):
    """A question of a quiz gives everybody its whole mark; the students have not read of it yet."""
    version = rescoring.find_version(teacher, quiz, "single_choice")
    reason = "Two of the options could be read as right."
    rescoring.run(teacher, quiz, rescoring.Request("full-credit", version, reason=reason), now)


def mailed(teacher, quiz, now):
    """The key of the link that ends the mails that a quiz's teacher gets."""
    mailing.wish(teacher, quiz, "teacher@example.org", "week", now)
    with reading() as connection:
        return {"stop_key": connection.execute(select(ReportMail.stop_key)).scalar_one()}


def linked(people, course, now):
    """The keys of links: for a new password, to confirm a mail address, to come in by."""
    password_key = links.issue(people["admin"], people["author"].id, now)
    links.set_address(people["author"], "max@example.org", PASSWORD, now)
    factors.begin(people["author"], PASSWORD, SITE_KEY, now)
    people["careful"] = with_authenticator(people["careful"], now)
    mails = []
    links.send_due(mails.append, "", now)
    (address_key,) = re.findall(r"/address/(\S+)", mails[0].get_content())
    offer = inviting.Offer("author", course, "teacher")
    invitation_key = inviting.invite(people["admin"], offer, "The new teacher of physics", 3, 7, now)
    return {"password_key": password_key, "address_key": address_key, "invitation_key": invitation_key}


def with_authenticator(who, now):
    """The new session of somebody who has set one up."""
    secret = factors.begin(who, PASSWORD, SITE_KEY, now).text
    return factors.confirm(who, pyotp.TOTP(secret).at(now), SITE_KEY, ADDRESS, now)[0]


def small_class(teacher, now):
    """A course whose students came by a roster, and sign in with return codes."""
    course = courses.add_course(teacher, "A small class", "Europe/Berlin", now)
    rosters.enter(
        teacher, course, rosters.read_roster("username,name\nlea,Léa Martin\nsimon,Simon Li\n"), now
    )
    return course


def reported(teacher, ids, now):
    """The version ids of questions that reports look at: ``item_`` and the question's name in its bank."""
    found = [
        one
        for quiz in ("report", "types")
        for one in analysis.quiz_report(teacher, ids[quiz], "all", now).questions
    ]
    return {f"item_{one.question.rpartition('/')[2]}": one.version_id for one in found}


def try_once(who, attempt, type_, seq, now, act="check"):
    one = SlotSave(TYPES.index(type_) + 1, seq, WRONG[type_], act)
    return practice.save(who, attempt, one, "stage", now, GRACE)


def until_closed(who, attempt, type_, now):
    seq = 1
    while not try_once(who, attempt, type_, seq, now).closed:
        seq += 1

"""Reports by mail, to a mail server on this machine: who may ask, when they come, what stands in them, how they end."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from quiz.db import reading
from quiz.errors import Invalid, NotFound
from quiz.files.languages import Speech
from quiz.models.mailing import ReportMail
from quiz.operations import accounts, enrolling, mailing
from tests.cast import GRACE, NOW
from tests.cli.commands import Shell
from tests.mailbox import mail_server
from tests.operations.test_quizzes import edit
from tests.sittings import join, sit

SITE = "https://quiz.example.org"
ADDRESS = "ada@example.org"
#: The course is in Shanghai; NOW is a Monday, at five in the afternoon there.
TUESDAY, MONDAY = datetime(2026, 11, 23, 22, tzinfo=UTC), datetime(2026, 11, 29, 22, tzinfo=UTC)


@pytest.fixture
def mailbox():
    with mail_server() as (url, found):
        yield url, found


def send(mailbox, now):
    return mailing.send_due(mailing.post_by(mailbox[0]), SITE, now, GRACE)


def wishes():
    with reading() as connection:
        return connection.execute(select(func.count()).select_from(ReportMail)).scalar_one()


def text_of(message):
    return message.get_body(["plain"]).get_content()


@pytest.mark.parametrize("every, due", [("day", TUESDAY), ("week", MONDAY)])
def test_a_report_comes_in_the_morning_of_the_course_and_once(cast, mailbox, every, due):
    sit(cast, cast.bo)
    mailing.wish(cast.ada, cast.quiz, ADDRESS, every, NOW)
    assert mailing.my_wish(cast.ada, cast.quiz).next_at == due
    assert send(mailbox, due - timedelta(seconds=1)) == 0
    assert send(mailbox, due + timedelta(hours=1)) == 1
    assert send(mailbox, due + timedelta(hours=2)) == 0
    assert mailing.my_wish(cast.ada, cast.quiz).next_at == due + timedelta(days=1 if every == "day" else 7)


def test_what_stands_in_a_mail(cast, mailbox):
    """Figures and findings in words, links that work without signing in where they end it; nobody's name."""
    edit(cast, title="Сложение\r\n加法")
    sit(cast, join(cast, "Secret Name"))
    mailing.wish(cast.ada, cast.quiz, ADDRESS, "day", NOW)
    send(mailbox, TUESDAY)
    (message,) = mailbox[1]
    assert (message["To"], message["From"], message["Subject"]) == (
        ADDRESS,
        "quiz@example.org",
        "Report: Сложение 加法",
    )
    assert message["Auto-Submitted"] == "auto-generated"
    words, page = text_of(message), message.get_body(["html"]).get_content()
    assert "1 attempt (first attempts)" in words
    assert "- Mean grade: 100" in words.splitlines()
    assert "Too few attempts to judge questions" in words
    assert "Too few attempts to judge questions" in page
    for part in (words, page):
        assert "Secret Name" not in part
        assert not re.search(r"\b(nan|None|null)\b", part)
    assert f"{SITE}/quizzes/{cast.quiz}/report" in words
    (key,) = re.findall(rf"{SITE}/report-mail/(\S+)", words)
    assert message["List-Unsubscribe"] == f"<{SITE}/report-mail/{key}>"
    assert "加法" in mailing.about(key)
    for _ in range(2):
        mailing.stop(key, TUESDAY)
    with pytest.raises(NotFound):
        mailing.about(key)
    assert wishes() == 0


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_mail_is_written_in_the_language_of_who_reads_it(cast, mailbox):
    sit(cast, cast.bo)
    accounts.set_preferences(cast.ada, "auto", "", "zh")
    mailing.wish(cast.ada, cast.quiz, ADDRESS, "day", NOW)
    send(mailbox, TUESDAY)
    (message,) = mailbox[1]
    assert Speech("zh").gettext("first attempts") in text_of(message)
    assert '<html lang="zh">' in message.get_body(["html"]).get_content()


def test_a_server_that_is_away_is_tried_again_in_an_hour(cast, caplog):
    mailing.wish(cast.ada, cast.quiz, ADDRESS, "week", NOW)
    with mail_server() as away:
        pass
    assert send(away, MONDAY) == 0
    assert "could not be sent" in caplog.text
    with mail_server() as there:
        assert send(there, MONDAY + timedelta(minutes=59)) == 0
        assert send(there, MONDAY + timedelta(hours=1)) == 1
        assert len(there[1]) == 1
    assert mailing.my_wish(cast.ada, cast.quiz).next_at == MONDAY + timedelta(days=7)


def test_a_round_ends_with_the_first_failure_and_after_so_many(cast, mailbox):
    """Attempts whose time is up wait for it: a mail server that hangs is asked once a round."""
    enrolling.enrol(cast.ada, cast.course, "di", "reader", NOW)
    for who in (cast.ada, cast.di):
        mailing.wish(who, cast.quiz, ADDRESS, "day", NOW)
    with mail_server() as away:
        pass
    assert send(away, TUESDAY) == 0
    post = mailing.post_by(mailbox[0])
    assert mailing.send_due(post, SITE, TUESDAY, GRACE) == 1
    later = TUESDAY + timedelta(days=1, hours=1)
    assert mailing.send_due(post, SITE, later, GRACE, most=1) == 1
    assert mailing.send_due(post, SITE, later, GRACE, most=1) == 1
    assert mailing.send_due(post, SITE, later, GRACE, most=1) == 0


def test_who_may_ask_and_that_a_right_that_has_ended_ends_it(cast, mailbox):
    for who in (cast.bo, cast.di):
        with pytest.raises(NotFound):
            mailing.wish(who, cast.quiz, ADDRESS, "day", NOW)
    enrolling.enrol(cast.ada, cast.course, "di", "reader", NOW)
    mailing.wish(cast.di, cast.quiz, "di@example.org", "day", NOW)
    enrolling.remove(cast.ada, cast.course, cast.di.id, NOW)
    assert send(mailbox, TUESDAY) == 0
    assert (mailbox[1], wishes()) == ([], 0)


def test_a_second_wish_takes_the_place_of_the_first(cast):
    mailing.wish(cast.ada, cast.quiz, ADDRESS, "day", NOW)
    mailing.wish(cast.ada, cast.quiz, "other@example.org", "week", NOW)
    found = mailing.my_wish(cast.ada, cast.quiz)
    assert (found.address, found.every, wishes()) == ("other@example.org", "week", 1)
    mailing.unwish(cast.ada, cast.quiz, NOW)
    mailing.unwish(cast.ada, cast.quiz, NOW)
    assert (mailing.my_wish(cast.ada, cast.quiz).address, wishes()) == ("", 0)


@pytest.mark.parametrize(
    "address",
    ["", "ada", "ada@", "@example.org", "a@b, c@d", "ada@example.org\r\nBcc: x@y", "a" * 260 + "@b.c"],
)
def test_what_is_no_address(cast, address):
    with pytest.raises(Invalid) as error:
        mailing.wish(cast.ada, cast.quiz, address, "day", NOW)
    assert [problem.where for problem in error.value.problems] == ["address"]
    assert wishes() == 0


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_upkeep_sends_them(cast, database_url, mailbox):
    mailing.wish(cast.ada, cast.quiz, ADDRESS, "day", datetime(2020, 1, 1, tzinfo=UTC))
    shell = Shell(database_url)
    told = shell("upkeep", "--once", SMTP_URL=mailbox[0], PUBLIC_URL=SITE).stdout
    assert "Reports sent by mail: 1" in told
    assert [message["To"] for message in mailbox[1]] == [ADDRESS]
    assert "Reports sent by mail: 0" in shell("upkeep", "--once", SMTP_URL=mailbox[0], PUBLIC_URL=SITE).stdout


@pytest.mark.parametrize(
    "url, address",
    [
        ("smtp://h.example", "quiz@h.example"),
        ("smtps://ada%40example.org:x@h.example", "ada@example.org"),
        ("smtp://ada:x@h.example?from=quiz@example.org", "quiz@example.org"),
    ],
)
def test_from_whom_mail_comes(url, address):
    assert mailing.sender(url) == address

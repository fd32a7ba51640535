"""Reports by mail: who wants one, how often, and sending those that are due.

A mail holds no name and no single answer, only what the page of the report says of the whole; whoever may see that page may
have it sent. It is due in the morning, in the time zone of the course. A right that has ended ends it.
"""

from __future__ import annotations

import logging
import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from secrets import token_urlsafe
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import Row, delete, select, update
from sqlalchemy.engine import Connection

from quiz.db import conflict_insert, reading, transaction
from quiz.errors import Invalid, NotFound, Problem, Said, SignedOut
from quiz.files.languages import DEFAULT, Speech
from quiz.files.pages import shown, write_page
from quiz.models.audit import record
from quiz.models.mailing import EVERY, LONGEST_ADDRESS, ReportMail
from quiz.models.people import Course, User
from quiz.models.quiz import Quiz
from quiz.operations.access import Actor, QuizHead, head_of, quiz_of_results
from quiz.operations.analysis import quiz_report
from quiz.operations.sheets import Sheet, sheet_of

log = logging.getLogger(__name__)

#: When mail is due, in the time zone of the course; a week begins on Monday.
MORNING: Final = time(6)
#: After a failure it is tried again so much later.
AGAIN: Final = timedelta(hours=1)
#: Seconds that a mail server may take.
PATIENCE: Final = 20
_ADDRESS: Final = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\.]+(\.[^\s@<>,;:\"()\[\]\\.]+)*")

#: What takes a mail.
Post = Callable[[EmailMessage], None]


@dataclass(frozen=True, slots=True)
class Wish(QuizHead):
    """Somebody's wish to get the report of a quiz; ``address`` "" where there is none. ``every`` is day or week."""

    address: str
    every: str
    next_at: datetime | None


# Wishes ------------------------------------------------------------------------------------------------------------


def my_wish(actor: Actor, quiz_id: int) -> Wish:
    """Whether this person gets the report of a quiz by mail; for those who see its results."""
    with reading() as connection:
        quiz = quiz_of_results(connection, actor, quiz_id)
        row = connection.execute(select(ReportMail).where(*_mine(actor, quiz_id))).first()
    if row is None:
        return Wish(**head_of(quiz), address="", every="week", next_at=None)
    return Wish(**head_of(quiz), address=row.address, every=row.every, next_at=row.next_at)


def _mine(actor: Actor, quiz_id: int) -> tuple[Any, Any]:
    return ReportMail.quiz_id == quiz_id, ReportMail.user_id == actor.id


def wish(actor: Actor, quiz_id: int, address: str, every: str, now: datetime) -> None:
    """Lets this person get the report of a quiz from the next morning, or Monday, on; in the place of an earlier wish."""
    problems = _faults(address, every)
    if problems:
        raise Invalid(problems)
    with transaction() as connection:
        quiz = quiz_of_results(connection, actor, quiz_id)
        values = {"address": address, "every": every, "next_at": _next(every, quiz.time_zone, now)}
        statement = conflict_insert(connection, ReportMail).values(
            quiz_id=quiz_id, user_id=actor.id, stop_key=token_urlsafe(32), **values
        )
        connection.execute(
            statement.on_conflict_do_update(index_elements=["quiz_id", "user_id"], set_=values)
        )
        record(connection, actor.id, "report.mail", ("quiz", quiz_id), now, every=every)


def is_address(address: str) -> bool:
    """Whether this is a mail address, as far as that can be told without sending mail there."""
    return len(address) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(address) is not None


def _faults(address: str, every: str) -> list[Problem]:
    found = []
    if not is_address(address):
        found.append(Problem("address", "this is no mail address", "write one such as ada@example.org"))
    if every not in EVERY:
        found.append(
            Problem("every", "there is no such choice", Said("say %(names)s", names=", ".join(EVERY)))
        )
    return found


def unwish(actor: Actor, quiz_id: int, now: datetime) -> None:
    """Ends it. A repeat changes nothing."""
    with transaction() as connection:
        quiz_of_results(connection, actor, quiz_id)
        connection.execute(delete(ReportMail).where(*_mine(actor, quiz_id)))
        record(connection, actor.id, "report.mail-stop", ("quiz", quiz_id), now)


def about(stop_key: str) -> str:
    """The title of the quiz whose mail a link ends. NotFound where it has ended."""
    with reading() as connection:
        found: str | None = connection.execute(
            select(Quiz.title)
            .join(ReportMail, ReportMail.quiz_id == Quiz.id)
            .where(ReportMail.stop_key == stop_key)
        ).scalar()
    if found is None:
        raise NotFound
    return found


def stop(stop_key: str, now: datetime) -> None:
    """Ends it by the link in a mail, whoever has it. A repeat changes nothing."""
    with transaction() as connection:
        row = connection.execute(
            delete(ReportMail)
            .where(ReportMail.stop_key == stop_key)
            .returning(ReportMail.quiz_id, ReportMail.user_id)
        ).first()
        if row is not None:
            record(connection, row.user_id, "report.mail-stop", ("quiz", row.quiz_id), now)


def _next(every: str, zone: str, now: datetime) -> datetime:
    """The first morning, or Monday morning, after now."""
    here = now.astimezone(ZoneInfo(zone))
    day = here.date()
    while True:
        at = datetime.combine(day, MORNING, here.tzinfo)
        if at > here and (every == "day" or day.weekday() == 0):
            return at
        day += timedelta(days=1)


# Sending -----------------------------------------------------------------------------------------------------------


def send_due(post: Post, site: str, now: datetime, grace: timedelta, most: int | None = None) -> int:
    """Sends mails that are due, so many at most (None: all); ``site`` is the address under which people reach the pages.
    How many were sent.

    Each is moved to its next day before it is sent, so that two processes do not send it twice. The first that the mail
    server does not take ends the round: it is tried again an hour later, the rest with the next round, and the log is told.
    """
    sent = 0
    while (most is None or sent < most) and (due := _claim(now)) is not None:
        sheet = _sheet(due, now, grace)
        if sheet is None:
            continue
        if not _posted(due, _message(sheet, due, site, now), post, now):
            break
        sent += 1
    return sent


def _claim(now: datetime) -> Row[Any] | None:
    with transaction() as connection:
        due = connection.execute(
            select(ReportMail, User.session_epoch, User.language, Course.time_zone)
            .join(User, User.id == ReportMail.user_id)
            .join(Quiz, Quiz.id == ReportMail.quiz_id)
            .join(Course, Course.id == Quiz.course_id)
            .where(ReportMail.next_at <= now)
            .order_by(ReportMail.next_at)
            .limit(1)
            .with_for_update(of=ReportMail, skip_locked=True)
        ).first()
        if due is not None:
            _move(connection, due, _next(due.every, due.time_zone, now))
    return due


def _move(connection: Connection, due: Row[Any], to: datetime) -> None:
    connection.execute(update(ReportMail).where(ReportMail.stop_key == due.stop_key).values(next_at=to))


def _sheet(due: Row[Any], now: datetime, grace: timedelta) -> Sheet | None:
    """What is to be sent; None, and the wish ends, where the right to see it has ended, or the account."""
    try:
        found = quiz_report(Actor(due.user_id, due.session_epoch), due.quiz_id, "first", now, grace)
    except (NotFound, SignedOut):
        with transaction() as connection:
            connection.execute(delete(ReportMail).where(ReportMail.stop_key == due.stop_key))
        return None
    return sheet_of(found, language=due.language or DEFAULT)


def _posted(due: Row[Any], message: EmailMessage, post: Post, now: datetime) -> bool:
    try:
        post(message)
    except (OSError, smtplib.SMTPException):
        log.exception("a report could not be sent; it is tried again in an hour", extra={"quiz": due.quiz_id})
        with transaction() as connection:
            _move(connection, due, now + AGAIN)
        return False
    return True


def letter(address: str, subject: str, site: str, now: datetime) -> EmailMessage:
    """An empty mail of the program to this address. Its sender is the post's."""
    message = EmailMessage()
    message["Subject"] = subject
    message["To"] = address
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=urlsplit(site).hostname or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    return message


def _message(sheet: Sheet, due: Row[Any], site: str, now: datetime) -> EmailMessage:
    """The report as text and as page, with the link that ends it."""
    page, end = f"{site}/quizzes/{due.quiz_id}/report", f"{site}/report-mail/{due.stop_key}"
    speech = Speech(sheet.language)
    _ = speech.gettext
    ways = [
        _("The whole report: %(address)s", address=page),
        _("No more of these mails: %(address)s", address=end),
    ]
    lines = [
        f"- {about}: {shown(what, sheet.language)}"
        for table in sheet.tables[:2]
        for about, what, *_more in table.rows
    ]
    subject = _("Report: %(quiz)s", quiz=" ".join(sheet.title.split()))
    message = letter(due.address, subject, site, now)
    message["List-Unsubscribe"] = f"<{end}>"
    message.set_content("\n\n".join([sheet.title, sheet.lede, "\n".join(lines), "\n".join(ways)]) + "\n")
    lede = " · ".join([sheet.lede, *ways])
    message.add_alternative(write_page(sheet.title, lede, sheet.tables, sheet.language), subtype="html")
    return message


def post_by(url: str) -> Post:
    """What sends mail by the server of a setting ``SMTP_URL``: smtp://USER:PASSWORD@HOST:587?from=ADDRESS, or smtps://.

    smtp:// is encrypted by STARTTLS where the server offers it, and never sends a password without.
    """

    def post(message: EmailMessage) -> None:
        parts = urlsplit(url)
        user, password = (unquote(one) if one else "" for one in (parts.username, parts.password))
        message["From"] = sender(url)
        with _connect(parts.scheme, parts.hostname or "", parts.port) as server:
            if user:
                server.login(user, password)
            server.send_message(message)

    return post


def _connect(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=PATIENCE, context=context)
    server = smtplib.SMTP(host, port or 587, timeout=PATIENCE)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=context)
        server.ehlo()
    elif "auth" in server.esmtp_features:
        server.esmtp_features.pop(
            "auth"
        )  # so that no password goes in the clear: login then fails, and says so
    return server


def sender(url: str) -> str:
    """From whom mail comes by this SMTP_URL: its ``from``, else its user where that is an address, else quiz@host."""
    parts = urlsplit(url)
    user = unquote(parts.username or "")
    return parse_qs(parts.query).get("from", [user if "@" in user else f"quiz@{parts.hostname}"])[0]

"""Links into an account: a forgotten password, a mail address to be confirmed.

A link holds a key that is stored as its digest only; it works once, until it expires, and not after another new password.
Mail is not sent by the request that asks for it: the upkeep makes key and mail, so that a mail server that hangs holds
nobody up, and nothing in the answer tells whether there is such an account.
"""

from __future__ import annotations

import logging
import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any, Final

from sqlalchemy import Row, and_, delete, literal, select, update
from sqlalchemy.engine import Connection

from quiz.db import conflict_insert, reading, transaction
from quiz.errors import Invalid, NotFound, Problem, SignedOut
from quiz.files.languages import DEFAULT, Speech
from quiz.models.audit import record
from quiz.models.codes import key_digest, new_key
from quiz.models.guessing import count_failure, demand_patience
from quiz.models.links import AccountLink
from quiz.models.people import User
from quiz.operations import accounts, mailing, return_codes
from quiz.operations.access import Actor, acting, demand_role

log = logging.getLogger(__name__)

#: How long a link works that somebody hands over, or that lies in a mailbox.
HANDED: Final = timedelta(days=1)
MAILED: Final = timedelta(hours=1)
#: A mail that the server did not take is tried again so much later, until that long after it was asked for.
AGAIN: Final = timedelta(minutes=5)
GIVEN_UP: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Opened:
    """The account that a link opens."""

    user_id: int
    name: str
    username: str | None
    #: The address that a link confirms.
    address: str | None


# Asking for one ----------------------------------------------------------------------------------------------------


def ask(username: str, address: str, now: datetime) -> None:
    """Has a link for a new password mailed to the person of this user name, where they have confirmed an address.

    Whoever asks cannot tell whether there is such a person: the statements are the same. Raises TooMany as signing in does.
    """
    account = username.strip().casefold()[: accounts.LONGEST_USERNAME]
    subject = f"password-link:{account}"
    with reading() as connection:
        demand_patience(connection, subject, address, now)
    with transaction() as connection:
        count_failure(connection, subject, address, now)
        asked = and_(
            User.username == account,
            User.active,
            User.password_hash.is_not(None),
            User.mail_address.is_not(None),
        )
        _wish(connection, "password", User.mail_address, asked, now)


def _wish(connection: Connection, purpose: str, address: Any, whose: Any, now: datetime) -> None:
    """Has a link mailed to ``address`` (a text or a column of the user); one statement, whether there is somebody or not."""
    values = {
        "user_id": User.id,
        "purpose": literal(purpose),
        "address": address,
        "epoch": User.session_epoch,
        "created_at": literal(now, AccountLink.created_at.type),
        "expires_at": literal(now + GIVEN_UP, AccountLink.expires_at.type),
        "send_at": literal(now, AccountLink.send_at.type),
    }
    statement = conflict_insert(connection, AccountLink).from_select(
        [*values], select(*(value.label(name) for name, value in values.items())).where(whose)
    )
    taken = {name: statement.excluded[name] for name in values if name not in ("user_id", "purpose")}
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["user_id", "purpose"], set_={**taken, "key_hash": None}
        )
    )


def issue(actor: Actor, user_id: int, now: datetime) -> str:
    """The key of a link for a new password of anybody who has one, made by an administrator. Shown once, not stored."""
    with transaction() as connection:
        demand_role(connection, actor, ("administrator",))
        return _issue(connection, actor, user_id, now)


def issue_to_student(actor: Actor, course_id: int, user_id: int, now: datetime) -> str:
    """The same for one of my students, made by their teacher.

    Only for somebody who is nothing but a student, and whom I teach in every course they belong to: the link opens the
    whole account. Forbidden else.
    """
    with transaction() as connection:
        return_codes.demand_own_student(connection, actor, course_id, user_id, has_password=True)
        return _issue(connection, actor, user_id, now)


def _issue(connection: Connection, actor: Actor, user_id: int, now: datetime) -> str:
    key = new_key()
    epoch = connection.execute(
        select(User.session_epoch).where(User.id == user_id, User.active, User.password_hash.is_not(None))
    ).scalar()
    if epoch is None:
        raise NotFound
    values = {
        "key_hash": key_digest(key),
        "address": None,
        "epoch": epoch,
        "created_at": now,
        "expires_at": now + HANDED,
        "send_at": None,
    }
    statement = conflict_insert(connection, AccountLink).values(user_id=user_id, purpose="password", **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["user_id", "purpose"], set_=values))
    record(connection, actor.id, "user.password-link", ("user", user_id), now)
    return key


# Opening one ---------------------------------------------------------------------------------------------------------


def opened(purpose: str, key: str, address: str, now: datetime) -> Opened:
    """Whose account a link opens. NotFound where it was used, has expired, or never was; misses are counted."""
    with reading() as connection:
        demand_patience(connection, f"link:{key_digest(key)}", address, now)
        found = _link(connection, purpose, key, now)
    if found is None:
        with transaction() as connection:
            count_failure(connection, f"link:{key_digest(key)}", address, now)
        raise NotFound("This link was used already, has expired, or is not whole. Ask for a new one.")
    return Opened(found.id, found.name, found.username, found.address)


def _link(connection: Connection, purpose: str, key: str, now: datetime) -> Row[Any] | None:
    return connection.execute(
        select(User.id, User.name, User.username, AccountLink.address)
        .join(AccountLink, AccountLink.user_id == User.id)
        .where(
            AccountLink.key_hash == key_digest(key),
            AccountLink.purpose == purpose,
            AccountLink.expires_at > now,
            AccountLink.epoch == User.session_epoch,
            User.active,
        )
    ).first()


def choose_password(key: str, password: str, address: str, now: datetime) -> None:
    """Sets the password of the account that the link opens: all sessions end, and the link with them.

    Raises NotFound as ``opened`` does, Invalid for a password that does not do; the link then still works.
    """
    accounts.demand_good(password, "password")
    user_id = opened("password", key, address, now).user_id
    hashed = accounts.hash_password(password)
    with transaction() as connection:
        same_epoch = select(User.session_epoch).where(User.id == AccountLink.user_id, User.active)
        gone = (
            delete(AccountLink)
            .where(AccountLink.key_hash == key_digest(key), AccountLink.epoch == same_epoch.scalar_subquery())
            .returning(AccountLink.user_id)
        )
        if connection.execute(gone).first() is None:  # of two at once one finds it
            raise NotFound
        connection.execute(
            update(User)
            .where(User.id == user_id)
            .values(password_hash=hashed, session_epoch=User.session_epoch + 1)
        )
        record(connection, user_id, "user.password", ("user", user_id), now, by="link")


# The mail address ------------------------------------------------------------------------------------------------


def set_address(actor: Actor, address: str, password: str, now: datetime) -> None:
    """Has mail sent to an address of mine, which counts once its link is opened; "" takes away the one there is.

    Raises Invalid for what is no address, and where this is not my present password: who has the address has the account.
    """
    accounts.demand_password(actor, password, now)
    if address and not mailing.is_address(address):
        raise Invalid([Problem("address", "this is no mail address", "write one such as ada@example.org")])
    with transaction() as connection:
        if address:
            _wish(connection, "address", literal(address), acting(actor), now)
            return
        gone = update(User).where(acting(actor)).values(mail_address=None).returning(User.id)
        if connection.execute(gone).first() is None:
            raise SignedOut
        connection.execute(delete(AccountLink).where(AccountLink.user_id == actor.id))
        record(connection, actor.id, "user.address", ("user", actor.id), now, confirmed=False)


def confirm_address(key: str, address: str, now: datetime) -> None:
    """The address that the link was mailed to is that of the account from now on; a repeat changes nothing.

    NotFound as ``opened``.
    """
    found = opened("address", key, address, now)
    with transaction() as connection:
        connection.execute(update(User).where(User.id == found.user_id).values(mail_address=found.address))
        record(connection, found.user_id, "user.address", ("user", found.user_id), now, confirmed=True)


# Sending -----------------------------------------------------------------------------------------------------------


def send_due(post: mailing.Post, site: str, now: datetime, most: int | None = None) -> int:
    """Mails the links that are due, so many at most (None: all). How many were sent.

    Each gets its key just before, so that none is stored. The first that the mail server does not take ends the round:
    it is tried again five minutes later with another key, for a day, and the log is told.
    """
    sent = 0
    while (most is None or sent < most) and (due := _claim(now)) is not None:
        link, key = due
        try:
            post(_message(link, key, site, now))
        except (OSError, smtplib.SMTPException):
            log.exception("a link could not be mailed; it is tried again", extra={"user": link.user_id})
            break
        with transaction() as connection:
            connection.execute(
                update(AccountLink).where(AccountLink.key_hash == key_digest(key)).values(send_at=None)
            )
        sent += 1
    return sent


def _claim(now: datetime) -> tuple[Row[Any], str] | None:
    """The next link to send, with its new key; it is not due again before ``AGAIN``."""
    key = new_key()
    with transaction() as connection:
        connection.execute(
            delete(AccountLink).where(AccountLink.send_at <= now, AccountLink.created_at <= now - GIVEN_UP)
        )
        due = connection.execute(
            select(
                AccountLink.user_id,
                AccountLink.purpose,
                AccountLink.address,
                User.name,
                User.username,
                User.language,
            )
            .join(User, and_(User.id == AccountLink.user_id, User.active))
            .where(AccountLink.send_at <= now, AccountLink.epoch == User.session_epoch)
            .order_by(AccountLink.send_at)
            .limit(1)
            .with_for_update(of=AccountLink, skip_locked=True)
        ).first()
        if due is None:
            return None
        connection.execute(
            update(AccountLink)
            .where(AccountLink.user_id == due.user_id, AccountLink.purpose == due.purpose)
            .values(key_hash=key_digest(key), expires_at=now + MAILED, send_at=now + AGAIN)
        )
    return due, key


def _message(link: Row[Any], key: str, site: str, now: datetime) -> EmailMessage:
    """The mail, in the language of its reader."""
    _ = Speech(link.language or DEFAULT).gettext
    if link.purpose == "password":
        subject = _("A new password")
        why = _(
            "somebody, we hope you, has asked for a new password for the account %(username)s. Choose it here, within an hour:",
            username=link.username,
        )
        otherwise = _("If it was not you, do nothing: the password stays as it is.")
    else:
        subject = _("Is this your mail address?")
        why = _(
            "the account %(username)s names this address for links to a new password. Confirm it here, within an hour:",
            username=link.username,
        )
        otherwise = _("If this is not your account, do nothing: nobody gets mail here then.")
    message = mailing.letter(link.address, subject, site, now)
    lines = f"{link.name},", why, f"{site}/{link.purpose}/{key}", otherwise
    message.set_content("\n\n".join(lines) + "\n")
    return message

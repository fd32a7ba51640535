"""Who somebody is: signing in and out, passwords, return codes, roles of the site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from threading import BoundedSemaphore
from zoneinfo import available_timezones

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import func, or_, select, update
from sqlalchemy.engine import Connection

from quiz.db import conflict_insert, reading, transaction
from quiz.errors import Invalid, NotFound, Problem, Said, SignedOut
from quiz.models.audit import record
from quiz.models.codes import digest, grouped, new_code
from quiz.models.factors import Authenticator, Passkey
from quiz.models.guessing import count_account, count_failure, demand_patience
from quiz.models.paging import Page, page_of
from quiz.models.people import SITE_ROLES, Course, Enrolment, User
from quiz.operations.access import Actor, acting, demand_role

THEMES = ("auto", "light", "dark")
#: Languages of the pages, as BCP 47 tags; the first is the one that all words are written in.
LANGUAGES = ("en", "ru", "zh")
LONGEST_USERNAME = 80
MINIMUM_PASSWORD = 10
LONGEST_PASSWORD = 500
NO_PASSWORD = Problem("current", "this account has no password", "ask the administrator for one")
WRONG = "User name or password are not right."
WRONG_CODE = "This return code is not right."

_hasher = PasswordHasher()  # argon2id with the library's parameters (RFC 9106, low memory)
#: A hash takes 64 MiB: at most two at once, so that a crowd signing in cannot fill the memory.
_hashing = BoundedSemaphore(2)


@cache
def _nobody() -> str:
    """Checked where there is no such user, so that both answers take the same time."""
    return hash_password("there is no such user")


@dataclass(frozen=True, slots=True)
class MyCourse:
    """A course that I belong to, and as what."""

    id: int
    title: str
    role: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Me:
    """The signed-in person. ``time_zone`` None = that of the course, ``language`` None = the browser's."""

    id: int
    name: str
    username: str | None
    role: str
    theme: str
    time_zone: str | None
    language: str | None
    has_password: bool
    #: Comes back with a return code.
    has_code: bool
    #: Where links for a new password are mailed to; None: nowhere.
    mail_address: str | None
    courses: tuple[MyCourse, ...]


@dataclass(frozen=True, slots=True)
class UserRow:
    """A person as the administrator sees them."""

    id: int
    name: str
    username: str | None
    role: str
    active: bool
    created_at: datetime
    has_password: bool
    #: Signs in with an authenticator too, or with a passkey.
    has_authenticator: bool
    #: Comes back with a return code.
    has_code: bool


def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    with _hashing:
        return _hasher.hash(password)


def new_password() -> str:
    """A random password that can be read out and typed: 60 bits in groups of four."""
    return grouped(new_code(12))


def _fits(password_hash: str, password: str) -> bool:
    with _hashing:
        try:
            return _hasher.verify(password_hash, password)
        except (VerifyMismatchError, InvalidHashError):
            return False


def sign_in(username: str, password: str, address: str, now: datetime) -> Actor:
    """Signs in by user name and password. Raises Invalid with one message for whatever is wrong, and TooMany."""
    account = username.strip().casefold()
    with reading() as connection:
        demand_patience(connection, account, address, now)
        user = connection.execute(
            select(User.id, User.session_epoch, User.password_hash).where(
                User.username == account, User.active, User.password_hash.is_not(None)
            )
        ).first()
    fits = _fits(user.password_hash if user else _nobody(), password[:LONGEST_PASSWORD])
    if user is None or not fits:
        with transaction() as connection:
            count_failure(connection, account, address, now)
        raise Invalid(WRONG)
    return Actor(user.id, user.session_epoch)


def register(username: str, name: str, password: str, address: str, now: datetime) -> Actor:
    """Makes an account of my own, without a course and with no rights but those that courses give. I am signed in by it.

    Raises Invalid, also where the name is taken, and TooMany where this address has tried too often in this hour.
    """
    account, shown = good_account(username, name, password, "user")
    with transaction() as connection:  # of its own: what was tried counts, and a password costs a hash
        count_account(connection, "register", address, now)
    hashed = hash_password(password)
    with transaction() as connection:
        user_id = insert_account(connection, account, shown, hashed, "user", now)
        record(connection, user_id, "user.register", ("user", user_id), now)
    return Actor(user_id, 1)


def return_with_code(code: str, address: str, now: datetime) -> Actor:
    """Signs in by a personal return code, typed in any case, with or without hyphens."""
    hashed = digest(code)
    with reading() as connection:
        demand_patience(connection, f"code:{hashed}", address, now)
        user = connection.execute(
            select(User.id, User.session_epoch).where(User.return_code_hash == hashed, User.active)
        ).first()
    if user is None:
        with transaction() as connection:
            count_failure(connection, f"code:{hashed}", address, now)
        raise Invalid(WRONG_CODE)
    return Actor(user.id, user.session_epoch)


def me(actor: Actor) -> Me:
    """Who I am and which courses I belong to. SignedOut where the session is over. One statement."""
    with reading() as connection:
        rows = connection.execute(
            select(
                User.id,
                User.name,
                User.username,
                User.role,
                User.theme,
                User.time_zone,
                User.language,
                User.password_hash.is_not(None).label("has_password"),
                User.return_code_hash.is_not(None).label("has_code"),
                User.mail_address,
                Course.id.label("course_id"),
                Course.title,
                Enrolment.role.label("course_role"),
                Course.time_zone.label("course_time_zone"),
            )
            .outerjoin(Enrolment, Enrolment.user_id == User.id)
            .outerjoin(Course, Course.id == Enrolment.course_id)
            .where(acting(actor))
            .order_by(Course.title, Course.id)
        ).all()
    if not rows:
        raise SignedOut
    first = rows[0]
    return Me(
        id=first.id,
        name=first.name,
        username=first.username,
        role=first.role,
        theme=first.theme,
        time_zone=first.time_zone,
        language=first.language,
        has_password=first.has_password,
        has_code=first.has_code,
        mail_address=first.mail_address,
        courses=tuple(
            MyCourse(row.course_id, row.title, row.course_role, row.course_time_zone)
            for row in rows
            if row.course_id is not None
        ),
    )


def sign_out_everywhere(actor: Actor, now: datetime) -> None:
    """Ends all sessions of this person, on every device."""
    with transaction() as connection:
        _next_epoch(connection, actor)
        _audit(connection, actor, "user.sign-out-everywhere", actor.id, now)


def _next_epoch(connection: Connection, actor: Actor) -> int:
    epoch = connection.execute(
        update(User)
        .where(acting(actor))
        .values(session_epoch=User.session_epoch + 1)
        .returning(User.session_epoch)
    ).scalar()
    if epoch is None:
        raise SignedOut
    return epoch


def change_password(actor: Actor, current: str, new: str, now: datetime) -> Actor:
    """Sets a new password. All other sessions end; the returned actor is this one's new session."""
    demand_good(new)
    demand_password(actor, current, now)
    hashed = hash_password(new)
    with transaction() as connection:
        epoch = _next_epoch(connection, actor)
        connection.execute(update(User).where(User.id == actor.id).values(password_hash=hashed))
        _audit(connection, actor, "user.password", actor.id, now)
    return Actor(actor.id, epoch)


def demand_password(actor: Actor, current: str, now: datetime) -> None:
    """Raises Invalid, at the field ``current``, where this is not my present password, or I have none.

    TooMany after too many in an hour: whoever sits at an open session guesses no better than at the sign-in page.
    """
    guesser = f"present-password:{actor.id}"
    with reading() as connection:
        demand_patience(connection, guesser, guesser, now)
        row = connection.execute(select(User.password_hash).where(acting(actor))).first()
    if row is None:
        raise SignedOut
    if row.password_hash is None:
        raise Invalid([NO_PASSWORD])
    if not _fits(row.password_hash, current[:LONGEST_PASSWORD]):
        with transaction() as connection:
            count_failure(connection, guesser, guesser, now)
        raise Invalid([Problem("current", "this is not the present password")])


def demand_good(password: str, where: str = "new") -> None:
    """Raises Invalid at this field for a password that is too short or too long."""
    problems = [*_password_problems(password, where)]
    if problems:
        raise Invalid(problems)


def _password_problems(password: str, where: str) -> Iterator[Problem]:
    if not MINIMUM_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        mend = Said("use %(least)s characters or more", least=MINIMUM_PASSWORD)
        yield Problem(where, "this password is too short or too long", mend)


def set_preferences(actor: Actor, theme: str, time_zone: str, language: str = "") -> None:
    """Sets colours (auto, light, dark), time zone ("" = that of the course) and language ("" = the browser's)."""
    problems = []
    if theme not in THEMES:
        problems.append(
            Problem("theme", "there is no such choice", Said("use one of %(all)s", all=", ".join(THEMES)))
        )
    if time_zone and time_zone not in available_timezones():
        problems.append(
            Problem("time_zone", "there is no such time zone", "use a name such as Europe/Berlin")
        )
    if language and language not in LANGUAGES:
        mend = Said("use one of %(all)s", all=", ".join(LANGUAGES))
        problems.append(Problem("language", "there is no such choice", mend))
    if problems:
        raise Invalid(problems)
    with transaction() as connection:
        found = connection.execute(
            update(User)
            .where(acting(actor))
            .values(theme=theme, time_zone=time_zone or None, language=language or None)
            .returning(User.id)
        ).first()
        if found is None:
            raise SignedOut


# What administrators do; from the command line ``actor`` is None ------------------------------------------------


@contextmanager
def as_administrator(actor: Actor | None) -> Iterator[Connection]:
    """A transaction of an administrator, or of the command line; Forbidden for anybody else."""
    with transaction() as connection:
        if actor is not None:
            demand_role(connection, actor, ("administrator",))
        yield connection


def add_user(actor: Actor | None, username: str, name: str, password: str, role: str, now: datetime) -> int:
    """Adds a person with a password. Returns the id. Raises Invalid for a name that is taken or ill-formed."""
    account, shown = good_account(username, name, password, role)
    hashed = hash_password(password)
    with as_administrator(actor) as connection:
        user_id = insert_account(connection, account, shown, hashed, role, now)
        _audit(connection, actor, "user.add", user_id, now, role=role)
    return user_id


def good_account(username: str, name: str, password: str, role: str) -> tuple[str, str]:
    """The user name as it is stored, and the name to show. Raises Invalid with all that is wrong."""
    account, shown = username.strip().casefold(), name.strip()
    problems = [*account_problems(account, shown, role), *_password_problems(password, "password")]
    if problems:
        raise Invalid(problems)
    return account, shown or account


def insert_account(
    connection: Connection, account: str, shown: str, password_hash: str, role: str, now: datetime
) -> int:
    """Stores a person with a password. Raises Invalid where the user name is taken, be it since a moment ago."""
    user_id: int | None = connection.execute(
        conflict_insert(connection, User)
        .values(username=account, name=shown, password_hash=password_hash, role=role, created_at=now)
        .on_conflict_do_nothing()
        .returning(User.id)
    ).scalar()
    if user_id is None:
        what = Said("the user name '%(username)s' is taken", username=account)
        raise Invalid([Problem("username", what, "choose another one")])
    return user_id


def account_problems(account: str, name: str, role: str) -> Iterator[Problem]:
    """What is wrong with a user name (folded), the name to show and the role of a new account."""
    if not 1 <= len(account) <= LONGEST_USERNAME or any(letter.isspace() for letter in account):
        yield Problem("username", "a user name has 1 to 80 characters and no spaces", "choose another one")
    if len(name) > 120:
        yield Problem("name", "a name has at most 120 characters", "shorten it")
    if role not in SITE_ROLES:
        what = Said("there is no role '%(name)s'", name=role)
        mend = Said("use one of %(all)s", all=", ".join(SITE_ROLES))
        yield Problem("role", what, mend)


def set_password(actor: Actor | None, user_id: int, password: str, now: datetime) -> None:
    """Gives somebody a new password and ends their sessions."""
    demand_good(password, "password")
    hashed = hash_password(password)
    with as_administrator(actor) as connection:
        _change(connection, user_id, password_hash=hashed, session_epoch=User.session_epoch + 1)
        _audit(connection, actor, "user.password", user_id, now)


def set_role(actor: Actor | None, user_id: int, role: str, now: datetime) -> None:
    """Changes somebody's role of the site. The last administrator keeps it."""
    if role not in SITE_ROLES:
        what = Said("there is no role '%(name)s'", name=role)
        mend = Said("use one of %(all)s", all=", ".join(SITE_ROLES))
        raise Invalid([Problem("role", what, mend)])
    with as_administrator(actor) as connection:
        with _keeping_an_administrator(connection):
            _change(connection, user_id, role=role)
        _audit(connection, actor, "user.role", user_id, now, role=role)


def end_sessions(actor: Actor, user_id: int, now: datetime) -> None:
    """Ends all sessions of somebody, who can sign in again: a device was lost, or left signed in."""
    with as_administrator(actor) as connection:
        _change(connection, user_id, session_epoch=User.session_epoch + 1)
        _audit(connection, actor, "user.sign-out-everywhere", user_id, now)


def set_active(actor: Actor | None, user_id: int, active: bool, now: datetime) -> None:
    """Lets somebody in, or keeps them out: then all their sessions end at once."""
    with as_administrator(actor) as connection:
        with _keeping_an_administrator(connection):
            _change(connection, user_id, active=active, session_epoch=User.session_epoch + 1)
        _audit(connection, actor, "user.active", user_id, now, active=active)


def _change(connection: Connection, user_id: int, **values: object) -> None:
    found = connection.execute(
        update(User).where(User.id == user_id).values(**values).returning(User.id)
    ).first()
    if found is None:
        raise NotFound


@contextmanager
def _keeping_an_administrator(connection: Connection) -> Iterator[None]:
    """Whoever is the last active administrator stays it; where there is none yet, there is nothing to keep.

    Locks the administrators, so that no two of them take the right from each other.
    """
    administrators = select(User.id).where(User.role == "administrator", User.active).order_by(User.id)
    before = connection.execute(administrators.with_for_update(key_share=True)).first()
    yield
    if before is not None and connection.execute(administrators.limit(1)).first() is None:
        raise Invalid(Said("somebody has to be administrator: make another person one first"))


def demand(actor: Actor, roles: tuple[str, ...]) -> None:
    """Raises Forbidden where I have none of these roles of the site: for a form that shows no rows."""
    with reading() as connection:
        demand_role(connection, actor, roles)


_ROWS = select(
    User.id,
    User.name,
    User.username,
    User.role,
    User.active,
    User.created_at,
    User.password_hash.is_not(None).label("has_password"),
    or_(
        select(Authenticator.user_id)
        .where(Authenticator.user_id == User.id, Authenticator.confirmed_at.is_not(None))
        .exists(),
        select(Passkey.id).where(Passkey.user_id == User.id).exists(),
    ).label("has_authenticator"),
    User.return_code_hash.is_not(None).label("has_code"),
)


def users(actor: Actor | None, search: str, page: int) -> Page[UserRow]:
    """People by name, those whose name or user name holds ``search``, in whatever case."""
    statement = _ROWS
    if search.strip():
        held = search.strip().lower()
        statement = statement.where(
            or_(
                func.lower(User.name).contains(held, autoescape=True),
                User.username.contains(held, autoescape=True),
            )
        )
    with reading() as connection:
        if actor is not None:
            demand_role(connection, actor, ("administrator",))
        return page_of(connection, statement.order_by(User.name, User.id), page, lambda row: UserRow(*row))


def user(actor: Actor | None, user_id: int) -> UserRow:
    """One person, for administrators and the command line."""
    with reading() as connection:
        if actor is not None:
            demand_role(connection, actor, ("administrator",))
        row = connection.execute(_ROWS.where(User.id == user_id)).first()
    if row is None:
        raise NotFound
    return UserRow(*row)


def courses_of(actor: Actor, user_id: int) -> list[MyCourse]:
    """The courses that somebody belongs to, and as what; for administrators."""
    with reading() as connection:
        demand_role(connection, actor, ("administrator",))
        rows = connection.execute(
            select(Course.id, Course.title, Enrolment.role, Course.time_zone)
            .join(Enrolment, Enrolment.course_id == Course.id)
            .where(Enrolment.user_id == user_id)
            .order_by(Course.title, Course.id)
        )
        return [MyCourse(*row) for row in rows]


def find_user(username: str) -> int | None:
    """The id of the person with this user name; for the command line."""
    with reading() as connection:
        return connection.execute(
            select(User.id).where(User.username == username.strip().casefold())
        ).scalar()


def _audit(
    connection: Connection, actor: Actor | None, act: str, user_id: int, now: datetime, **details: object
) -> None:
    record(connection, actor.id if actor else None, act, ("user", user_id), now, **details)

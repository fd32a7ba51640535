"""Settings: read from the environment once, typed, frozen, refused by name where they are wrong or unsafe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from quiz.errors import Invalid, Problem

MINIMUM_SECRET_BYTES = 32
REGISTRATION = ("join", "open", "invitation", "closed")
#: Whose signing in asks for a second factor whether they like or not, by the setting SECOND_FACTOR: roles of the site.
SECOND_FACTOR: dict[str, tuple[str, ...]] = {
    "optional": (),
    "administrators": ("administrator",),
    "authors": ("author", "administrator"),
}
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def _database_url(text: str) -> str:
    for prefix in ("postgres://", "postgresql://"):
        if text.startswith(prefix):
            return "postgresql+psycopg://" + text.removeprefix(prefix)
    if text.startswith(("postgresql+psycopg://", "sqlite:///")):
        return text
    raise ValueError("use sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME")


def _secret(text: str) -> str:
    if len(text.encode()) < MINIMUM_SECRET_BYTES:
        raise ValueError(f"use at least {MINIMUM_SECRET_BYTES} random bytes")
    return text


def _seconds(text: str) -> int:
    if not text.isdecimal() or int(text) > 3600:
        raise ValueError("use a whole number of seconds from 0 to 3600")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) > 10:
        raise ValueError("use a whole number from 0 to 10")
    return int(text)


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(
            "use the address under which people reach the site, such as https://quiz.example.org"
        )
    return text.rstrip("/")


def _smtp_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("use smtp://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST")
    return text


def _one_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError("use one of " + ", ".join(allowed))
        return text

    return read


def _read(env: str, read: Callable[[str], Any], doc: str) -> dict[str, Any]:
    return {"env": env, "read": read, "doc": doc}


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation decides. Each field names its environment variable; docs/settings.md is made from here."""

    secret_key: str = field(
        metadata=_read(
            "SECRET_KEY",
            _secret,
            "Signs the cookies and seals the secrets of authenticators. At least 32 bytes. A new one signs everybody out, and "
            "authenticators are set up anew (recovery codes go on working).",
        ),
        repr=False,
    )
    database_url: str = field(
        default="",
        metadata=_read(
            "DATABASE_URL",
            _database_url,
            "sqlite:///PATH, or postgresql://USER:PASSWORD@HOST/NAME. Default: quiz.db in DATA_DIR.",
        ),
        repr=False,
    )
    data_dir: Path = field(
        default=Path("quiz-data"),
        metadata=_read("DATA_DIR", Path, "Folder of the SQLite database and of uploads."),
    )
    public_url: str = field(
        default="",
        metadata=_read(
            "PUBLIC_URL", _url, "The address people use. With https, cookies are sent over https only."
        ),
    )
    trusted_proxies: int = field(
        default=0,
        metadata=_read(
            "TRUSTED_PROXIES", _count, "How many proxies stand in front and may name the client's address."
        ),
    )
    grace_seconds: int = field(
        default=30,
        metadata=_read(
            "GRACE_SECONDS",
            _seconds,
            "How long after the deadline a save that was under way is still accepted.",
        ),
    )
    registration: str = field(
        default="join",
        metadata=_read(
            "REGISTRATION",
            _one_of(REGISTRATION),
            "join: students join by a course's code; open: people may also make an account of their own, by user name "
            "and password; invitation: people come by an administrator's invitation only, which works with join and open too; "
            "closed: nobody joins, people are added by hand.",
        ),
    )
    second_factor: str = field(
        default="optional",
        metadata=_read(
            "SECOND_FACTOR",
            _one_of(tuple(SECOND_FACTOR)),
            "Who has to sign in with an authenticator beside the password: optional (whoever wants to), administrators, or "
            "authors (and administrators). Others may.",
        ),
    )
    smtp_url: str = field(
        default="",
        metadata=_read(
            "SMTP_URL",
            _smtp_url,
            "The server that takes mail: smtp://USER:PASSWORD@HOST:587 (encrypted by STARTTLS where the server offers it) or "
            "smtps://. With ?from=ADDRESS at the end mail comes from there. Reports go out by it where PUBLIC_URL is set too.",
        ),
        repr=False,
    )
    oidc_issuer: str = field(
        default="",
        metadata=_read(
            "OIDC_ISSUER",
            _url,
            "The system that people sign in through (OpenID Connect), such as https://login.example.edu/realms/all. Goes with "
            "OIDC_CLIENT_ID, OIDC_CLIENT_SECRET and PUBLIC_URL.",
        ),
    )
    oidc_client_id: str = field(
        default="", metadata=_read("OIDC_CLIENT_ID", str, "What that system calls this site.")
    )
    oidc_client_secret: str = field(
        default="",
        metadata=_read(
            "OIDC_CLIENT_SECRET", str, "By which this site proves to that system that it is itself."
        ),
        repr=False,
    )
    oidc_label: str = field(
        default="",
        metadata=_read(
            "OIDC_LABEL",
            str,
            "What people call it, such as University account. Default: the host in OIDC_ISSUER.",
        ),
    )
    oidc_username_claim: str = field(
        default="",
        metadata=_read(
            "OIDC_USERNAME_CLAIM",
            str,
            "Which claim of that system is the user name here, such as preferred_username: opens the account of that name "
            "(administrators' excepted). Only where nobody chooses it themselves, there or here: not with REGISTRATION=open. "
            "Default: none.",
        ),
    )
    log_level: str = field(
        default="INFO", metadata=_read("LOG_LEVEL", _one_of(LOG_LEVELS), "DEBUG, INFO, WARNING or ERROR.")
    )

    #: Which settings (by field) the environment gave and which the program chose; the rest are defaults.
    origins: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.data_dir.resolve() / 'quiz.db'}")

    @property
    def mails(self) -> bool:
        """Whether this installation sends mail: it has a server for it, and an address that mail can name."""
        return bool(self.smtp_url and self.public_url)

    @property
    def oidc_name(self) -> str:
        """What people call the system that they sign in through; "" where there is none."""
        return self.oidc_label or urlsplit(self.oidc_issuer).hostname or ""

    @property
    def sqlite_path(self) -> Path | None:
        """Where the SQLite database lies; None with PostgreSQL."""
        prefix = "sqlite:///"
        return Path(self.database_url.removeprefix(prefix)) if self.database_url.startswith(prefix) else None

    @classmethod
    def from_env(cls, environ: Mapping[str, str], **known: Any) -> Settings:
        """Reads every setting; all that are wrong are named in one ``Invalid``. ``known`` go before the environment."""
        values, problems = dict(known), []
        origins = dict.fromkeys(known, "program")
        for one in read_from_env():
            text = environ.get(one.metadata["env"], "")
            if one.name in known:
                continue
            if text:
                try:
                    values[one.name] = one.metadata["read"](text)
                    origins[one.name] = "environment"
                except ValueError as error:
                    problems.append(Problem(one.metadata["env"], "this value does not work", str(error)))
            elif one.default is MISSING:
                problems.append(
                    Problem(one.metadata["env"], "is not set", "set it to at least 32 random bytes")
                )
        problems += _lacking_for_oidc(values)
        if problems:
            raise Invalid(problems)
        return cls(**values, origins=origins)


def _lacking_for_oidc(values: Mapping[str, Any]) -> list[Problem]:
    """Without an address of its own, or a name and secret there, a site cannot send people to another system.

    Where people choose user names here, one could wait under somebody's name for them to come by the other system.
    """
    if not values.get("oidc_issuer"):
        return []
    needed = ("public_url", "oidc_client_id", "oidc_client_secret")
    problems = [
        Problem(name.upper(), "is not set", "OIDC_ISSUER goes with it")
        for name in needed
        if not values.get(name)
    ]
    if values.get("oidc_username_claim") and values.get("registration") == "open":
        what = "opens accounts by user names that people choose themselves while REGISTRATION is open"
        problems.append(Problem("OIDC_USERNAME_CLAIM", what, "set REGISTRATION to join, or leave one out"))
    return problems


def read_from_env() -> list[Field[Any]]:
    """The settings that are read from the environment: ``metadata`` has ``env`` and ``doc``; a secret's ``repr`` is off."""
    return [one for one in fields(Settings) if "env" in one.metadata]

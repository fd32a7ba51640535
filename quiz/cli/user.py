"""``quiz user``: people and their accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import click

from quiz.cli._store import as_json as json_option
from quiz.errors import NotFound

SITE_ROLES = ("user", "author", "administrator")

password_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input, not from the terminal."
)


@click.group()
def user() -> None:
    """People with an account: add them, set passwords and roles, keep them out.

    Example: quiz user add ada --name "Ada Lovelace" --role author
    """


@user.command()
@click.argument("username")
@click.option("--name", default="", help="The name that others see.  [default: the user name]")
@click.option(
    "--role",
    type=click.Choice(SITE_ROLES),
    default="user",
    show_default=True,
    help="author: makes banks and courses; administrator: sees to users and settings.",
)
@password_stdin
def add(username: str, name: str, role: str, password_stdin: bool) -> None:
    """Add a person with a password.

    Example: quiz user add ada --name "Ada Lovelace" --role author --password-stdin < password.txt
    """
    from quiz import clock
    from quiz.cli._store import password_from, store
    from quiz.operations import accounts

    password = password_from(password_stdin)
    with store():
        accounts.add_user(None, username, name, password, role, clock.now())
    click.echo(f"{username} is added, with the role {role}.")


@user.command()
@click.argument("username")
@password_stdin
def password(username: str, password_stdin: bool) -> None:
    """Give a person a new password; their sessions end.

    Example: quiz user password ada
    """
    from quiz import clock
    from quiz.cli._store import password_from, store
    from quiz.operations import accounts

    with store():
        user_id = _find(username)
        accounts.set_password(None, user_id, password_from(password_stdin), clock.now())
    click.echo(f"{username} has a new password and is signed out everywhere.")


@user.command()
@click.argument("username")
@click.argument("role", type=click.Choice(SITE_ROLES))
def role(username: str, role: str) -> None:
    """Change a person's role of the site.

    Example: quiz user role ada administrator
    """
    from quiz import clock
    from quiz.cli._store import store
    from quiz.operations import accounts

    with store():
        accounts.set_role(None, _find(username), role, clock.now())
    click.echo(f"{username} has the role {role}.")


@user.command()
@click.argument("username")
def disable(username: str) -> None:
    """Keep a person out; their sessions end at once, what they did stays.

    Example: quiz user disable ada
    """
    _set_active(username, False)
    click.echo(f"{username} cannot sign in any more.")


@user.command()
@click.argument("username")
def enable(username: str) -> None:
    """Let a person in again.

    Example: quiz user enable ada
    """
    _set_active(username, True)
    click.echo(f"{username} can sign in again.")


@user.command("authenticator-off")
@click.argument("username")
def authenticator_off(username: str) -> None:
    """Take away authenticator and passkeys of a person who has lost them; their sessions end.

    Example: quiz user authenticator-off eve
    """
    from quiz import clock
    from quiz.cli._store import store
    from quiz.operations import factors

    with store():
        factors.take_away(None, _find(username), clock.now())
    click.echo(f"{username} signs in with the password alone.")


@user.command("list")
@click.option("--search", default="", help="Only those whose name or user name holds this.")
@json_option
def list_(search: str, as_json: bool) -> None:
    """List people by name.

    Example: quiz user list --search ada --json
    """
    from quiz.cli._store import print_json, store
    from quiz.operations import accounts

    rows: list[accounts.UserRow] = []
    page, pages = 0, 1
    with store():
        while page < pages:
            found = accounts.users(None, search, page + 1)
            page, pages = page + 1, found.pages
            rows += found.rows
    if as_json:
        print_json({"users": [asdict(row) for row in rows]})
        return
    for row in rows:
        state = "" if row.active else "  disabled"
        click.echo(f"{row.id:>6}  {row.username or '–':<20}  {row.role:<13}  {row.name}{state}")


by_id = click.option(
    "--id", "user_id", type=int, help="By number (quiz user list), for who has no user name."
)


@user.command()
@click.argument("username", required=False)
@by_id
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False), help="The file to write.  [default: standard output]"
)
def export(username: str | None, user_id: int | None, output: str | None) -> None:
    """Write all that is kept of a person, as JSON (docs/personal-data.md); it is logged.

    Example: quiz user export ada -o ada.json
    """
    from quiz import clock
    from quiz.cli._store import as_json_text, store
    from quiz.operations import personal

    with store():
        found = personal.data_of(_who(username, user_id), clock.now())
    with click.open_file(output or "-", "w", encoding="utf-8") as file:
        file.write(as_json_text(found) + "\n")


@user.command()
@click.argument("username", required=False)
@by_id
@click.option(
    "--idle-days", type=click.IntRange(min=1), help="All students who have done nothing for so many days."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(username: str | None, user_id: int | None, idle_days: int | None, yes: bool) -> None:
    """Put a pseudonym in the place of a person, for good; answers and marks stay without the name.

    Example: quiz user erase ada
    """
    from quiz import clock
    from quiz.cli._store import store
    from quiz.operations import accounts, personal

    now = clock.now()
    with store():
        people: Sequence[accounts.UserRow | personal.Idle]
        if idle_days is None:
            people = [accounts.user(None, _who(username, user_id))]
        elif username is None and user_id is None:
            people = personal.idle(now, idle_days)
        else:
            raise click.UsageError("name one person, or erase by --idle-days, not both")
        for one in people:
            click.echo(f"{one.id:>6}  {one.username or '–':<20}  {one.name}")
        if people and not yes:
            click.confirm(f"Erase {len(people)} for good? There is no way back.", abort=True)
        for one in people:
            personal.erase(None, one.id, now)
    click.echo(f"{len(people)} erased. Backups made before still hold them.")


def _set_active(username: str, active: bool) -> None:
    from quiz import clock
    from quiz.cli._store import store
    from quiz.operations import accounts

    with store():
        accounts.set_active(None, _find(username), active, clock.now())


def _find(username: str) -> int:
    from quiz.operations import accounts

    user_id = accounts.find_user(username)
    if user_id is None:
        raise NotFound(f"There is nobody with the user name {username!r}: see quiz user list.")
    return user_id


def _who(username: str | None, user_id: int | None) -> int:
    if (username is None) == (user_id is None):
        raise click.UsageError("name one person, by user name or with --id")
    return _find(username) if username is not None else user_id or 0


COMMANDS = (user,)

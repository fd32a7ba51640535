"""``quiz init``: the database of an installation."""

from __future__ import annotations

import click


@click.command()
@click.option("--admin", metavar="NAME", help="Create this administrator too.")
@click.option("--password-stdin", is_flag=True, help="Read the administrator's password from standard input.")
def init(admin: str | None, password_stdin: bool) -> None:
    """Create the database, or bring it to the version of this program. A repeat changes nothing.

    Example: quiz init --admin eve --password-stdin < password.txt
    """
    from quiz import clock
    from quiz.cli._store import database, password_from, settings_of
    from quiz.operations import accounts, installation

    if password_stdin and not admin:
        raise click.UsageError("--password-stdin belongs to --admin NAME.")
    password = password_from(password_stdin) if admin else ""
    settings = settings_of()
    if settings.sqlite_path is not None:
        settings.sqlite_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with database(settings):
        installation.upgrade()
        click.echo(f"The database is at revision {installation.head()}.")
        if admin:
            accounts.add_user(None, admin, "", password, "administrator", clock.now())
            click.echo(f"{admin} is administrator.")


COMMANDS = (init,)

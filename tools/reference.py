"""Write the pages of docs/ that the code says (``PAGES``): `python -m tools.reference` (or `make docs`).

A test holds the files equal to what the code says, so a setting or command cannot go undocumented.
"""

from collections.abc import Iterator
from dataclasses import MISSING
from pathlib import Path

import click

from quiz.cli import main as quiz
from quiz.config import read_from_env
from tools import agreement, agreement_models, formats_page, lint_page, methods_page, personal_page

DOCS = Path(__file__).resolve().parent.parent / "docs"
WIDTH = 100

SETTINGS = """\
# Settings

The program reads its settings from the environment when it starts. `quiz serve` refuses to start with one that is
missing, wrong or unsafe, and names it; `quiz doctor` says the same without starting. The other commands need no
`SECRET_KEY`.

| variable | default | what it decides |
| --- | --- | --- |
{rows}

`quiz serve` and `quiz demo` take the address and port to listen on as options: see [commands](commands.md).
This page is written by `make docs`.
"""
COMMANDS = """\
# Commands

What `quiz COMMAND --help` says, in one place. Exit codes: 0 done; 1 the input has errors, each named with its place and
what to do; 2 wrong usage. With `--json` a command prints one JSON document on standard output and nothing else there.
This page is written by `make docs`.
{commands}"""


def settings() -> str:
    """The page on settings: a row for each field of Settings."""
    rows = (
        f"| `{field.metadata['env']}` | {_default(field.default)} | {field.metadata['doc']} |"
        for field in read_from_env()
    )
    return SETTINGS.format(rows="\n".join(rows))


def _default(value: object) -> str:
    if value is MISSING:
        return "none: has to be set"
    return f"`{value}`" if str(value) else ""


def commands() -> str:
    """The page on commands: the help of each, found as the command line finds them."""
    context = click.Context(quiz, info_name="quiz", **{**quiz.context_settings, "terminal_width": WIDTH})
    return COMMANDS.format(commands="".join(_sections(quiz, context)))


def _sections(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"\n## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None and not found.hidden:
                yield from _sections(found, click.Context(found, info_name=name, parent=context))


PAGES = {
    "settings.md": settings,
    "commands.md": commands,
    "lint.md": lint_page.page,
    "agreement.md": agreement.page,
    "agreement-models.md": agreement_models.page,
    "methods.md": methods_page.page,
    "personal-data.md": personal_page.page,
    **{f"formats/{name}": page for name, page in formats_page.pages().items()},
}


def main() -> None:
    """Write each page."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()

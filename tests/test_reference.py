"""The reference in docs/ is what the code says; every command shows how it is used."""

import click
import pytest

from quiz.cli import main
from tools import reference


@pytest.mark.parametrize("name", reference.PAGES)
def test_the_page_is_up_to_date(name):
    written = (reference.DOCS / name).read_text(encoding="utf-8")
    assert written == reference.PAGES[name](), f"docs/{name} is stale: run make docs"


def every_command(command=main, name="quiz"):
    """Each command and group with its whole name."""
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for sub in command.list_commands(context):
            yield from every_command(command.get_command(context, sub), f"{name} {sub}")


COMMANDS = dict(every_command())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name):
    """A group's example may be one of its commands."""
    _, _, example = (COMMANDS[name].help or "").partition("Example:")
    assert name in " ".join(example.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_does(name):
    silent = [
        option.name
        for option in COMMANDS[name].params
        if isinstance(option, click.Option) and not option.hidden and not option.help
    ]
    assert silent == []

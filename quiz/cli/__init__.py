"""The command ``quiz``. Each module here is a family of commands; they are found, not listed.

A module names its commands in ``COMMANDS`` and imports what they need only when they run, so that ``quiz --help``
stays quick. Exit codes: 0 done, 1 the input has errors, 2 wrong usage.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from errno import EPIPE
from importlib import import_module
from typing import Any

import click

from quiz import __version__
from quiz.errors import Invalid, QuizError
from quiz.registry import modules

# Without this pydantic searches every installed package for plugins: 15 ms of each command.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
# Imports make many objects that stay; looking for garbage among them at every 700 would cost another 15 ms.
gc.set_threshold(50_000, 20, 20)


class _Commands(click.Group):
    """Finds commands in the modules of this package; tells expected failures in words."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(command.name or "" for name in modules(__name__) for command in _family(name))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        families = modules(__name__)
        likely = [cmd_name] if cmd_name in families else []
        for family in (*likely, *families):
            for command in _family(family):
                if command.name == cmd_name:
                    return command
        return None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except QuizError as error:
            for line in lines_of(error):
                click.echo(line, err=True)
            ctx.exit(error.exit_code)
        except OSError as error:  # no leave to read or write, a full disk
            if error.errno in (None, EPIPE):  # a bug; who read has gone, of which click says no word
                raise
            click.echo(f"{error.filename or 'input or output'}: {error.strerror}", err=True)
            ctx.exit(1)


def _family(name: str) -> tuple[click.Command, ...]:
    found: tuple[click.Command, ...] = import_module(f"{__name__}.{name}").COMMANDS
    return found


#: So many faults of one file are listed; nobody reads on, and mending these mends most of the others.
MOST_FAULTS = 200


def lines_of(error: QuizError) -> Iterator[str]:
    """The failure in words, a line for each problem: ``file:line: question: what – how to mend``.

    The first ``MOST_FAULTS`` of them, and how many more there are.
    """
    if not isinstance(error, Invalid):
        yield error.text
        return
    for problem in error.problems[:MOST_FAULTS]:
        file, question = getattr(problem, "file", ""), getattr(problem, "question", "")
        place = (
            f"{file}:{problem.line}"
            if file and problem.line
            else f"line {problem.line}"
            if problem.line
            else file
        )
        yield ": ".join(part for part in (place, question, str(problem)) if part)
    if len(error.problems) > MOST_FAULTS:
        yield f"and {len(error.problems) - MOST_FAULTS} more"


@click.command(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(__version__, prog_name="quiz")
def main() -> None:
    """Question banks, quizzes drawn from them, scores, statistics.

    Example: quiz bank check question_banks
    """

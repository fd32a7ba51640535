"""``quiz replay``: the paths of adaptive tests followed once more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from quiz.cli._store import as_json as json_option

if TYPE_CHECKING:
    from quiz.operations.adaptive import Replayed


@click.command()
@click.argument("quiz_id", type=int, metavar="QUIZ")
@json_option
@click.pass_context
def replay(context: click.Context, quiz_id: int, as_json: bool) -> None:
    """Follow the adaptive attempts at a QUIZ (its id) once more, and say where a record differs.

    Which questions came, in which order, what was known at each step and why the test ended follow from the pool that was
    frozen when the quiz was published, its rules, the attempt's seed and its first marks. Exits with 1 where one differs.

    Example: quiz replay 3
    """
    from quiz.cli._store import print_json, store
    from quiz.operations import adaptive

    with store():
        found = adaptive.replay(quiz_id)
    if as_json:
        print_json(
            {"quiz": quiz_id, "attempts": [{**asdict(one), "differences": _plain(one)} for one in found]}
        )
    else:
        click.echo("\n".join(_lines(found)))
    context.exit(int(any(one.differences for one in found)))


def _plain(one: Replayed) -> list[dict[str, object]]:
    return [difference._asdict() for difference in one.differences]


def _lines(found: list[Replayed]) -> Iterator[str]:
    for one in found:
        told = "no ability" if one.ability is None else f"ability {one.ability:.2f}"
        error = "" if one.error is None else f" ± {one.error:.2f}"
        yield (
            f"{one.attempt_id}: {one.student}, attempt {one.number}: {one.questions} questions, "
            f"ended by {one.stopped or 'no rule'}, {told}{error}: "
            + (f"{len(one.differences)} differences" if one.differences else "the same")
        )
        for difference in one.differences:
            where = f"question {difference.slot}" if difference.slot else "the end"
            yield f"  {where}, {difference.what}: {difference.recorded} is recorded, {difference.found} is found"
    if not found:
        yield "no adaptive attempt"


COMMANDS = (replay,)

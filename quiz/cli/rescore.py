"""``quiz rescore`` and ``quiz rescorings``: answers that were given are scored again, after a key was mended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from quiz.cli._store import as_json as json_option

if TYPE_CHECKING:
    from quiz.operations.rescoring import Change, Done, Rescored

#: Those of ``quiz.banks.rescoring``, which takes longer to import than this command may cost the others.
POLICIES = ("new-key", "both-keys", "full-credit", "drop", "never-lower")
#: Learners that are listed on a terminal; --json has them all.
MOST_LISTED = 50


@click.command()
@click.argument("quiz_id", type=int, metavar="QUIZ")
@click.argument("question", required=False)
@click.option(
    "--policy",
    type=click.Choice(POLICIES),
    required=True,
    help="new-key: by the newest version; both-keys: by the better of that and the version asked; full-credit: the whole"
    " mark to all; drop: out of marks and maximum; never-lower: by the newest version where nobody loses.",
)
@click.option("--by-hand", is_flag=True, help="Replace marks that people have given too.")
@click.option(
    "--reason", default="", metavar="TEXT", help="Why; students read it where they may see the key."
)
@click.option("--dry-run", is_flag=True, help="Say who would change by how much, and change nothing.")
@json_option
def rescore(
    quiz_id: int,
    question: str | None,
    policy: Any,
    by_hand: bool,
    reason: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Score the answers of a QUIZ (its id) again: those to one QUESTION (bank/id), or all.

    A key is mended in a new version of the question; the ids of its parts stay. Nothing is lost: see quiz rescorings.

    Example: quiz rescore 1 membership/founded --policy both-keys --dry-run
    """
    from quiz import clock
    from quiz.cli._store import print_json, store
    from quiz.errors import Invalid
    from quiz.operations import rescoring

    with store():
        version_id = rescoring.find_version(None, quiz_id, question) if question else None
        act = rescoring.dry_run if dry_run else rescoring.run
        found = act(None, quiz_id, rescoring.Request(policy, version_id, by_hand, reason), clock.now())
    if found.refused:
        raise Invalid(found.refused)
    if as_json:
        print_json(_document(found))
    else:
        _tell(found)


@click.command()
@click.argument("quiz_id", type=int, metavar="QUIZ")
@click.option("--undo", type=int, metavar="ID", help="Take this one back: every mark and grade is as before.")
@json_option
def rescorings(quiz_id: int, undo: int | None, as_json: bool) -> None:
    """List what has been rescored in a QUIZ (its id), or take a rescoring back.

    Marks that people have given since stay as they are.

    Example: quiz rescorings 1 --undo 3
    """
    from quiz import clock
    from quiz.cli._store import print_json, store
    from quiz.operations import rescoring

    with store():
        if undo is not None:
            rescoring.undo(None, quiz_id, undo, clock.now())
        done = rescoring.history(None, quiz_id).done
    if as_json:
        print_json({"quiz": quiz_id, "rescorings": [_done(one) for one in done]})
    else:
        _tell_done(done)


def _document(found: Rescored) -> dict[str, Any]:
    return {
        "quiz": found.quiz_id,
        "title": found.title,
        "policy": found.request.policy,
        "by_hand": found.request.by_hand,
        "rescoring": found.rescoring_id,
        "questions": [
            {
                "question": one.question,
                "version": one.version,
                "answers": one.answers,
                "changed": one.changed,
                "kept_by_hand": one.kept,
                "left_out": [str(problem) for problem in one.left_out],
            }
            for one in found.questions
        ],
        "changes": [_change(one) for one in found.changes],
        "differences": [{"difference": difference, "n": n} for difference, n in found.differences.items()],
        "raised": found.raised,
        "lowered": found.lowered,
        "lost": found.lost,
        "in_progress": found.in_progress,
    }


def _change(one: Change) -> dict[str, Any]:
    return {
        "student": one.student,
        "attempt": one.attempt_id,
        "number": one.number,
        "marks": {"before": one.marks_before, "after": one.marks_after},
        "max": {"before": one.max_before, "after": one.max_after},
        "grade": {"before": one.grade_before, "after": one.grade_after},
        "passed": {"before": one.passed_before, "after": one.passed_after},
    }


def _done(one: Done) -> dict[str, Any]:
    return {
        "id": one.id,
        "policy": one.policy,
        "by_hand": one.by_hand,
        "reason": one.reason,
        "questions": list(one.questions),
        "attempts": one.attempts,
        "at": one.at,
        "by": one.by,
        "undone_at": one.undone_at,
        "undone_by": one.undone_by,
    }


def _tell(found: Rescored) -> None:
    done = found.rescoring_id is not None
    for one in found.questions:
        told = "; ".join(map(str, one.left_out)) or f"{one.changed} of {one.answers} marks change"
        kept = f", {one.kept} given by hand stay" if one.kept else ""
        click.echo(f"{one.question} (version {one.version}): {told}{kept}")
    for change in found.changes[:MOST_LISTED]:
        grades = f"grade {_figure(change.grade_before)} -> {_figure(change.grade_after)}"
        marks = f"marks {_figure(change.marks_before)} -> {_figure(change.marks_after)}"
        click.echo(f"  {change.student}, attempt {change.number}: {marks}, {grades}")
    if len(found.changes) > MOST_LISTED:
        click.echo(f"  and {len(found.changes) - MOST_LISTED} more attempts: --json has them all")
    verb = "rose" if done else "would rise"
    other = "fell" if done else "would fall"
    click.echo(
        f"{len(found.changes)} attempts change: {found.raised} grades {verb}, {found.lowered} {other}."
    )
    if found.lost:
        click.echo(
            f"{found.lost} attempts have no grade by it: an answer needs marking, or nothing is worth points."
        )
    if found.in_progress:
        click.echo(f"{found.in_progress} attempts in progress are scored so when they end.")
    if done:
        click.echo(f"Done. To take it back: quiz rescorings {found.quiz_id} --undo {found.rescoring_id}")
    else:
        click.echo("Nothing is changed yet: leave --dry-run out to do it.")


def _figure(value: float | None) -> str:
    return "none" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def _tell_done(done: tuple[Done, ...]) -> None:
    if not done:
        click.echo("Nothing has been rescored in this quiz.")
    for one in done:
        undone = f", undone {one.undone_at:%Y-%m-%d %H:%M} UTC" if one.undone_at else ""
        who = f" by {one.by}" if one.by else ""
        click.echo(
            f"{one.id:>6}  {one.at:%Y-%m-%d %H:%M} UTC{who}: {one.policy}, {', '.join(one.questions)},"
            f" {one.attempts} attempts{undone}"
        )


COMMANDS = (rescore, rescorings)

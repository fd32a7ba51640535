"""``quiz publish``: from a blueprint to a quiz that students can take."""

from __future__ import annotations

from pathlib import Path

import click

from quiz.cli._store import as_json as json_option


@click.command()
@click.argument("blueprint", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--course", "course_id", type=int, required=True, metavar="ID", help="See: quiz course list.")
@json_option
def publish(blueprint: Path, course_id: int, as_json: bool) -> None:
    """Make a quiz from a BLUEPRINT file and publish it in a course.

    Its settings (dates, limit, attempts, review) are those in the file. A blueprint that the banks cannot meet is
    refused, with what is short. The address is whole where PUBLIC_URL is set; without it only the path is printed.

    Example: quiz publish question_banks/blueprints/membership.yaml --course 1
    """
    from quiz import clock
    from quiz.cli._store import print_json, reading_file, store
    from quiz.operations import quizzes

    with store() as settings, reading_file(blueprint):
        quiz_id = quizzes.create_published(None, course_id, blueprint.read_text("utf-8"), clock.now())
        title = next(title for known, title, _ in quizzes.quizzes_of(course_id) if known == quiz_id)
    url = f"{settings.public_url}/quizzes/{quiz_id}"
    if as_json:
        print_json({"id": quiz_id, "title": title, "url": url})
    else:
        click.echo(f"Published: {title} (quiz {quiz_id}), {url}")
    if not settings.public_url:
        click.echo("The address is a path of your site: set PUBLIC_URL to have it whole.", err=True)


COMMANDS = (publish,)

"""``quiz score``: scores responses without a database."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import click


@click.command()
@click.argument("bank", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("responses", type=click.File("rb"))
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The date of variants of generated questions (default: today).",
)
@click.option(
    "--json", "_as_json", is_flag=True, hidden=True, help="The output is JSON, a line each, in any case."
)
def score(bank: Path, responses: BinaryIO, as_of: datetime | None, _as_json: bool) -> None:
    """Score RESPONSES to the questions of a BANK file.

    RESPONSES holds one JSON object a line, {"question": "id", "response": R}, with "variant": "KZ" where the question is
    a family; - reads standard input. Each line gives
    one JSON object with fraction, score, max, feedback and the right answer, or with an error (exit code 1 then).

    R is the id of an option (a list of them for a multiple response or an ordering), true or false, a text as it is typed
    (numbers too), an object from stem to choice or from gap to answer, a list of [x, y] for a hotspot, null for no answer.
    Options without ids are a, b, c and so on; stems and gaps 1, 2, 3. A file of another system is converted first (quiz
    convert).

    Example: quiz score question_banks/membership.yaml responses.jsonl
    """
    import json

    from quiz.banks.scoring import score_line
    from quiz.banks.yaml import read_bank
    from quiz.clock import now

    loaded = read_bank(bank, str(bank))
    day = (as_of or now()).date()
    failed = False
    hidden = sys.stdout.isatty() or not sys.stderr.isatty()  # on a terminal the scores show how far it is
    with click.progressbar(
        responses, label="Scoring", show_pos=True, update_min_steps=20, file=sys.stderr, hidden=hidden
    ) as lines:
        for line in filter(bytes.strip, lines):
            scored = score_line(loaded, line, day)
            failed = failed or "error" in scored
            # Half of a surrogate pair, which JSON may hold and UTF-8 may not, is written as it came: \udXXX.
            click.echo(json.dumps(scored, ensure_ascii=False).encode("utf-8", "backslashreplace"))
    sys.exit(1 if failed else 0)


COMMANDS = (score,)

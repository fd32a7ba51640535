"""``quiz score``: scores responses without a database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

import click


@click.command()
@click.argument("bank", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("responses", type=click.File("rb"))
@click.option(
    "--json", "_as_json", is_flag=True, hidden=True, help="The output is JSON, a line each, in any case."
)
def score(bank: Path, responses: BinaryIO, _as_json: bool) -> None:
    """Score RESPONSES to the questions of a BANK file.

    RESPONSES holds one JSON object a line, {"question": "id", "response": R}; - reads standard input. Each line gives
    one JSON object with fraction, score, max, feedback and the right answer, or with an error (exit code 1 then).

    Example: quiz score question_banks/membership.yaml responses.jsonl
    """
    import json

    from quiz.banks.scoring import score_line
    from quiz.banks.yaml import read_bank

    loaded = read_bank(bank, str(bank))
    failed = False
    for line in responses:
        if not line.strip():
            continue
        scored = score_line(loaded, line)
        failed = failed or "error" in scored
        click.echo(json.dumps(scored, ensure_ascii=False))
    sys.exit(1 if failed else 0)


COMMANDS = (score,)

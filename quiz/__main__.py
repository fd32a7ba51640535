"""``python -m quiz``: the command ``quiz``."""

from __future__ import annotations

from quiz.cli import main

if __name__ == "__main__":
    main(prog_name="quiz")

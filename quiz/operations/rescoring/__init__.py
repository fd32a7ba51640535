"""Rescoring: answers that were given are scored in another way, after a look at who gains and who loses by it."""

from quiz.banks.rescoring import POLICIES
from quiz.operations.rescoring.doing import dry_run, find_version, run, undo
from quiz.operations.rescoring.showing import Done, Waiting, history, my_notices, read_notice, waiting
from quiz.operations.rescoring.values import Change, Request, Rescored

__all__ = [
    "POLICIES",
    "Change",
    "Done",
    "Request",
    "Rescored",
    "Waiting",
    "dry_run",
    "find_version",
    "history",
    "my_notices",
    "read_notice",
    "run",
    "undo",
    "waiting",
]

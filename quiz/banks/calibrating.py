"""Writing calibrations into questions: which answers told of a question as it is, and calibrations out of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from quiz.banks.calibration import Calibration
from quiz.banks.model import digest_of
from quiz.errors import Invalid, Problem, Said
from quiz.questions.validation import validate
from quiz.statistics.table import CellProblem, bounded, read_rows

Told = TypeVar("Told")

#: What may change while a question stays the same to who answers it.
_UNASKED: Final = frozenset({
    "bank", "id", "name", "topic", "level", "difficulty", "objective", "facility", "calibration", "minutes", "points", "penalty",
    "as_of", "valid", "timeless", "evidence", "explanation", "facts", "tags", "enemies", "hints", "feedback",
    "author", "licence", "status", "suppress",
})  # fmt: skip
#: Decimals that are written: standard errors are larger by far.
_DECIMALS: Final = 3
#: The columns of a table of calibrations; those that must be there, and the others.
NEEDED: Final = ("item", "b")
OPTIONAL: Final = ("a", "c", "n", "source")


def asked_digest(fields: Mapping[str, Any]) -> str:
    """Stands for all that a question in its canonical form asks and holds right, in each language."""
    asked = _asked(fields)
    translations = {code: _asked(texts) for code, texts in fields.get("translations", {}).items()}
    return digest_of({**asked, "translations": translations})


def _asked(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in _UNASKED}


def calibrated(fields: Mapping[str, Any], calibration: Calibration | None) -> dict[str, Any]:
    """A question in its canonical form with this calibration; without any for None."""
    kept = {name: value for name, value in fields.items() if name != "calibration"}
    return (
        kept
        if calibration is None
        else {**kept, "calibration": calibration.model_dump(mode="json", exclude_defaults=True)}
    )


def estimated(a: float, b: Sequence[float], n: int) -> Calibration:
    """What a fit told, with as many decimals as are written. Raises Invalid where no question can have it."""
    locations = [f"{location:.{_DECIMALS}f}" for location in b]
    return _sound({"a": f"{a:.{_DECIMALS}f}", "b": locations, "n": n})


def _sound(given: Mapping[str, Any]) -> Calibration:
    calibration = validate(Calibration, given)
    if problems := [*calibration.faults()]:
        raise Invalid(problems)
    return calibration


# Out of a table ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table of calibrations: where it stands, of which question it tells, and what."""

    number: int
    item: str
    calibration: Calibration


def read_calibrations(text: bytes, name: str) -> list[Line]:
    """The lines of a CSV file with the columns ``item,b`` and, where wanted, ``a,c,n,source``. Raises Invalid.

    Where marks come in steps ``b`` has the location of each, parted by spaces. An empty a is 1, an empty c 0.
    """
    return [Line(*line) for line in read_lines(text, name, NEEDED, OPTIONAL, read_parameters)]


def read_lines(
    text: bytes,
    name: str,
    needed: Sequence[str],
    optional: Sequence[str],
    read: Callable[[Mapping[str, str]], Told],
) -> list[tuple[int, str, Told]]:
    """Where each line of a CSV file with these columns stands, its ``item``, and what ``read`` makes of its cells.

    Raises Invalid: every fault at its line, those that ``read`` raises among them.
    """
    head, rows = read_rows(text, name)
    _demand_columns(head, name, needed, optional)
    found: dict[str, tuple[int, str, Told]] = {}
    problems: list[Problem] = []
    for number, cells in enumerate(rows, 2):
        row = {column: cell.strip() for column, cell in zip(head, cells, strict=True)}
        item = row["item"]
        try:
            told = read(row)
        except Invalid as error:
            problems += [
                CellProblem(f"{item}, {one.where}", one.what, one.mend, number, name)
                for one in error.problems
            ]
            continue
        if item in found or not item:
            what = "stands twice" if item else "this item has no name"
            problems.append(CellProblem(item, what, "give each item one line and its name", number, name))
        found[item] = number, item, told
    if problems:
        raise Invalid(bounded(problems))
    return [*found.values()]


def read_parameters(row: Mapping[str, str]) -> Calibration:
    """The calibration that the cells of a line tell, by its columns; an empty one is as if it were not there."""
    given: dict[str, Any] = {name: row[name] for name in ("a", "c", "n", "source") if row.get(name)}
    return _sound({**given, "b": row["b"].split()})


def _demand_columns(head: Sequence[str], name: str, needed: Sequence[str], optional: Sequence[str]) -> None:
    """Raises Invalid where a column is missing, or is none of these."""
    mend = Said("the columns are %(columns)s", columns=", ".join([*needed, *optional]))
    missing = [(column, "this column is missing") for column in needed if column not in head]
    odd = [
        (column, "there is no such column")
        for column in head
        if column not in needed and column not in optional
    ]
    if problems := [CellProblem(column, what, mend, 1, name) for column, what in [*missing, *odd]]:
        raise Invalid(problems)

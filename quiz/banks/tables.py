"""The fact tables of a bank file: read beside it or inside it, handed to the generators, and written back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from quiz.banks.images import Read
from quiz.banks.model import Authored
from quiz.errors import Invalid, Problem, Said
from quiz.questions.base import Content
from quiz.questions.fields import Id, Text
from quiz.questions.validation import problems

#: Where they stand in a bank file.
FIELD: Final = "tables"
#: Tables of a bank: each generator is loaded with all of them.
MOST: Final = 200
#: Where their files lie, beside the bank.
_FILE: Final = re.compile(r"(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9][A-Za-z0-9._-]*\.csv")


@dataclass(frozen=True, slots=True)
class TableProblem(Problem):
    """A fault in a table that is a file of its own; ``line`` is counted in that file."""

    file: str = ""


class TableSource(Content):
    """Where a table is: the CSV file beside the bank, or its text; ``key`` is the column that names its rows."""

    key: Id
    file: Text | None = None
    csv: Text | None = None

    def faults(self) -> Iterator[Problem]:
        """Neither or both, or a file that lies elsewhere."""
        if (self.file is None) == (self.csv is None):
            yield Problem("", "needs either a file or csv", "write {file: tables/members.csv, key: code}")
        elif self.file is not None and not _FILE.fullmatch(self.file):
            what = Said("'%(file)s' is no CSV file beside the bank", file=self.file)
            yield Problem("file", what, "write tables/members.csv")


def read_tables(given: Any, read: Read | None) -> tuple[dict[str, dict[str, str]], list[Problem]]:
    """The tables by name as generators hold them (``key``, ``csv``), and the faults of those that are none.

    ``read`` None: the bank came as a text, without its folder.
    """
    if given is None:
        return {}, []
    if not isinstance(given, Mapping):
        return {}, [
            Problem(FIELD, "must be a mapping", "write members: {file: tables/members.csv, key: code}")
        ]
    if len(given) > MOST:
        return {}, [
            Problem(
                FIELD,
                Said("has %(count)s tables", count=len(given)),
                Said("write at most %(most)s", most=MOST),
            )
        ]
    made: dict[str, dict[str, str]] = {}
    found: list[Problem] = []
    for name, value in given.items():
        try:
            made[name] = _table(name, value, read)
        except Invalid as error:
            found += error.problems
    return made, found


def brought(fields: Mapping[str, Any], tables: Mapping[str, Any]) -> dict[str, Any]:
    """What a family is loaded with besides its fields: the bank's tables, behind those that a generator brings itself.

    Raises Invalid.
    """
    if "each" not in fields:
        return {}
    own, found = read_tables(fields.get(FIELD), None)
    if found:
        raise Invalid(found)
    return {FIELD: {**tables, **own}}


def _table(name: str, given: Any, read: Read | None) -> dict[str, str]:
    from quiz.banks.facts import Table  # noqa: PLC0415 - with the language of formulas; only a bank with tables pays

    where = f"{FIELD}.{name}"
    try:
        source = TableSource.model_validate(given)
    except ValidationError as error:
        raise Invalid(problems(error, TableSource, (FIELD, name))) from None
    found = [Problem(f"{where}.{one.where}".rstrip("."), one.what, one.mend) for one in source.faults()]
    if found:
        raise Invalid(found)
    text = source.csv if source.file is None else _text(where, source.file, read)
    try:
        Table.read(name, source.key, text or "")
    except Invalid as error:
        raise Invalid(_placed(one, where, source.file) for one in error.problems) from None
    return {"key": source.key, "csv": text or ""}


def _text(where: str, file: str, read: Read | None) -> str:
    if read is None:
        mend = "bring a .zip that holds the bank file and the folder, or write the table's text under csv:"
        raise Invalid(
            [Problem(f"{where}.file", Said("'%(file)s' did not come with the bank", file=file), mend)]
        )
    try:
        return read(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise Invalid([TableProblem(where, "is not UTF-8 text", "save it as UTF-8", line, file)]) from None
    except Invalid:
        mend = "put the file there (not a link to it), or mend its name"
        raise Invalid(
            [Problem(f"{where}.file", Said("there is no table '%(file)s' beside the bank", file=file), mend)]
        ) from None


def _placed(problem: Problem, where: str, file: str | None) -> Problem:
    """A fault of a table with its file and line; inside a bank file with the line of the table."""
    if file is not None:
        return TableProblem(where, problem.what, problem.mend, problem.line, file)
    what = problem.what
    if problem.line:
        what = Said("line %(line)s of the table: %(what)s", line=problem.line, what=Said(what))
    return Problem(f"{where}.csv", what, problem.mend)


def unused(tables: Mapping[str, Any], authored: Sequence[Authored | None]) -> Iterator[Problem]:
    """Tables that no generator looks into. None authored stands for one with faults, which may be the one that does."""
    used = {name for one in authored if one is not None for name in one.dump().get(FIELD, ())}
    if None not in authored:
        for name in (name for name in tables if name not in used):
            what = "no generator looks into this table"
            yield Problem(f"{FIELD}.{name}", what, "name it in each: or in an expression, or leave it out")


def shared(generators: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The tables of the bank, and the generators without them.

    Where tables of one name have different contents, each generator keeps its own.
    """
    tables: dict[str, Any] = {}
    apart: set[str] = set()
    for generator in generators:
        for name, table in generator.get(FIELD, {}).items():
            if tables.setdefault(name, table) != table:
                apart.add(name)
    rest = []
    for generator in generators:
        own = {name: table for name, table in generator.get(FIELD, {}).items() if name in apart}
        fields = {name: value for name, value in generator.items() if name != FIELD}
        rest.append({**fields, FIELD: own} if own else fields)
    return {name: table for name, table in tables.items() if name not in apart}, rest

"""Templates: authored values with places for what differs between the questions of a family.

``{{ expression }}`` stands in texts, ``{formula: expression}`` in place of a value. All else is as in a question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from quiz.banks.expressions import Expression, Scope, Template
from quiz.banks.expressions.values import typed, written
from quiz.errors import Invalid, Problem, Said
from quiz.questions.fields import Ambiguous, Number
from quiz.questions.validation import Path, path_text

#: A value in which texts with places have become Templates and formulas Expressions.
Compiled: TypeAlias = Any
_FORMULA = frozenset({"formula"})


def plain(value: Any, path: Path, found: list[Problem]) -> Any:
    """An authored value as JSON has it, numbers as the texts that were written; bare words such as no are faults."""
    if isinstance(value, Mapping):
        return {str(name): plain(part, (*path, str(name)), found) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part, (*path, place), found) for place, part in enumerate(value)]
    if isinstance(value, Ambiguous):
        what = Said("%(value)s without quotes is a truth value for many programs", value=value)
        mend = Said('put it in quotes: "%(value)s", or write true or false', value=value)
        found.append(Problem(path_text(path), what, mend))
    return value.written if isinstance(value, Number) else value


def is_formula(value: Any) -> bool:
    """Whether an authored value is a formula."""
    return isinstance(value, Mapping) and value.keys() == _FORMULA


def compiled(value: Any, path: Path, found: list[Problem]) -> Compiled:
    """The value with its expressions read; what is wrong with them is added to ``found``."""
    try:
        if isinstance(value, str) and "{{" in value:
            return Template.read(value)
        if is_formula(value):
            return Expression.read(str(value["formula"]))
    except Invalid as error:
        found += below(path, error)
        return value
    if isinstance(value, Mapping):
        return {name: compiled(part, (*path, name), found) for name, part in value.items()}
    if isinstance(value, list):
        return [compiled(part, (*path, place), found) for place, part in enumerate(value)]
    return value


def filled(value: Compiled, scope: Scope, path: Path = ()) -> Any:
    """The value with what its places stand for in the scope. Raises Invalid with the place."""
    try:
        if isinstance(value, Template):
            return value.text(scope)
        if isinstance(value, Expression):
            found = value.value(scope)
            return written(typed(found) if _is_answer(path) else found)
    except Invalid as error:
        raise Invalid(below(path, error)) from None
    if isinstance(value, Mapping):
        return {name: filled(part, scope, (*path, name)) for name, part in value.items()}
    if isinstance(value, list):
        return [filled(part, scope, (*path, place)) for place, part in enumerate(value)]
    return value


def _is_answer(path: Path) -> bool:
    """Whether the value at this place is one to type: ``answers[0].value``, or ``answers[0]`` where that is all."""
    return path[-1:] == ("value",) or path[-2:-1] == ("answers",)


def expressions(value: Compiled, path: Path = ()) -> Iterator[tuple[Path, Expression]]:
    """The expressions in a compiled value, and where they stand."""
    if isinstance(value, Expression):
        yield path, value
    elif isinstance(value, Template):
        yield from ((path, expression) for expression in value.expressions)
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from expressions(part, (*path, name))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from expressions(part, (*path, place))


def below(path: Path, error: Invalid) -> list[Problem]:
    """The problems of something that stands at this place."""
    return [
        Problem(
            ".".join(filter(None, (path_text(path), problem.where))), problem.what, problem.mend, problem.line
        )
        for problem in error.problems
    ]

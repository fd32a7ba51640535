"""What is wrong with the fields of a question that cannot be read: every fault at once, as far as none hides another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from pydantic import ValidationError

from quiz.banks.common import Common
from quiz.errors import Invalid, Problem, Said
from quiz.files.richtext import TEXT_FORMATS
from quiz.questions import types
from quiz.questions.base import Content, QuestionType
from quiz.questions.validation import (
    field_names,
    not_yet,
    part_faults,
    problems,
    steps,
    suggest,
    unknown_field,
)

#: Of which a question has exactly one.
_TIMES: Final = ("as_of", "valid", "timeless")


def kind_of(fields: Mapping[str, Any]) -> QuestionType[Any] | None:
    """The question's type; None where it is none that there is (``type_problems`` then says so)."""
    name = fields.get("type")
    return types.get(name) if isinstance(name, str) and name in types.names() else None


def text_class(fields: Mapping[str, Any]) -> type[str] | None:
    """The class of the question's texts; None: Markdown, or a name that is no format (which is reported)."""
    name = fields.get("text_format", "markdown")
    return TEXT_FORMATS.get(name) if name != "markdown" and isinstance(name, str) else None


def type_problems(fields: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with the type."""
    given = fields.get("type")
    if given is None:
        yield Problem(
            "", "'type' is missing", Said("write type: and one of %(names)s", names=", ".join(types.names()))
        )
    else:
        hint = suggest(str(given), types.names())
        what = Said("unknown type '%(given)s'%(hint)s", given=given, hint=hint)
        mend = Said("write one of %(names)s", names=", ".join(types.names()))
        yield Problem("type", what, mend)


#: Reads a question; raises Invalid.
Load: TypeAlias = Callable[[Mapping[str, Any]], object]


def shape_problems(
    fields: Mapping[str, Any], common: Mapping[str, Any], kind: QuestionType[Any], load: Load
) -> list[Problem]:
    """All faults of a question that is not well formed, in the order of its fields. ``load`` reads what is left of it
    without those that are wrong.
    """
    own = kind.content
    given = {name: fields[name] for name in own.model_fields if name in fields}
    shape = [*_unknown(common, own), *common_problems(common, set(Common.model_fields))]
    across = [*part_faults(Common, common)]
    try:
        across += own.model_validate(given).faults()
    except ValidationError as error:
        shape += problems(error, own)
        across += part_faults(own, given)
    if isinstance(common["scoring"], str):
        across += scoring_problems(common["scoring"], kind)
    return [*shape, *across, *_translation_problems(fields, shape, load)]


def _translation_problems(
    fields: Mapping[str, Any], found: Sequence[Problem], load: Load
) -> Iterator[Problem]:
    """What is wrong with translations, as far as the question can be read without its fields that are wrong."""
    wrong = {steps(problem.where)[:1] for problem in found}
    left_out = {name for (name,) in filter(None, wrong)} | {*_TIMES}
    kept = {**{name: value for name, value in fields.items() if name not in left_out}, "timeless": True}
    if "translations" not in kept or kept.keys() == fields.keys():
        return
    try:
        load(kept)
    except Invalid as error:
        for problem in error.problems:
            path = steps(problem.where)
            if path[:1] == ("translations",) and path[2:3] not in wrong:
                yield problem


def _unknown(common: Mapping[str, Any], own: type[Content]) -> Iterator[Problem]:
    later = Common.later | own.later
    known = {*field_names(Common), *field_names(own)} - {"bank"}
    for name in common:
        if name in later:
            yield not_yet(name, ())
        elif name not in Common.model_fields:
            yield unknown_field(str(name), known, ())


def common_problems(fields: Mapping[str, Any], names: set[str]) -> Iterator[Problem]:
    """What is wrong with these of the fields that every question has, and with when its key is true."""
    given = {name: value for name, value in fields.items() if name in names and name in Common.model_fields}
    given.setdefault("scoring", "")
    given["type"] = str(given.get("type", ""))
    try:
        Common.model_validate(given)
    except ValidationError as error:
        yield from problems(error, Common)
    yield from time_problems(fields)


def time_problems(fields: Mapping[str, Any]) -> Iterator[Problem]:
    """A question says in one way when its key is true."""
    said = [name for name in _TIMES if fields.get(name)]
    if not said:
        mend = "write as_of: (the prompt names its date), valid: {from, to} or timeless: true"
        yield Problem("", "does not say when its key is true", mend)
    elif len(said) > 1:
        what = Said("has both %(one)s and %(other)s", one=said[0], other=said[1])
        yield Problem(said[1], what, "keep exactly one of as_of, valid, timeless")


def scoring_problems(rule: str, kind: QuestionType[Any]) -> Iterator[Problem]:
    """The rule is one of the type's."""
    if rule not in kind.rules:
        mend = Said("write one of %(names)s", names=", ".join(kind.rules))
        what = Said(
            "'%(rule)s' is no scoring rule of %(name)s%(hint)s",
            rule=rule,
            name=kind.name,
            hint=suggest(rule, kind.rules),
        )
        yield Problem("scoring", what, mend)

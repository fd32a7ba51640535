"""The one place that turns the validator's errors into our problems: where, what is wrong, how to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import islice
from typing import Any, Final, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from quiz.errors import Invalid, Problem, Said

M = TypeVar("M", bound=BaseModel)
Path = tuple[str | int, ...]

#: Names that a wrong one is compared with, and the most characters of one: comparing is work, and files may name many.
_MOST_COMPARED: Final = 500
_LONGEST: Final = 100

#: By the validator's name of a fault: what is wrong, and how to mend it (English, for gettext).
KINDS = {
    "tuple_type": ("must be a list", "write [one, two] or one line each, beginning with '- '"),
    "list_type": ("must be a list", "write [one, two] or one line each, beginning with '- '"),
    "dict_type": ("must be a mapping", "write name: value"),
    "mapping_type": ("must be a mapping", "write name: value"),
    "model_type": ("must be a mapping", "write name: value"),
    "model_attributes_type": ("must be a mapping", "write name: value"),
    "string_type": ("must be text", "write it in quotes"),
    "too_short": ("has too few entries", "%(min_length)s is the least"),
    "too_long": ("is too long", "%(max_length)s is the most"),
}


def validate(model: type[M], given: object, context: Any = None) -> M:
    """The validated model. Raises Invalid with every fault found. ``context``: see ``fields.Text``."""
    try:
        return model.model_validate(given, context=context)
    except ValidationError as error:
        raise Invalid(problems(error, model)) from None


def problems(error: ValidationError, model: type[BaseModel], where: Path = ()) -> list[Problem]:
    """The faults of one validation, in the order in which the validator met them."""
    found = error.errors(include_url=False)
    places = {detail["loc"] for detail in found}
    return [_problem(detail, model, where) for detail in found if not _follows(detail, places)]


def _follows(detail: Mapping[str, Any], places: Iterable[Path]) -> bool:
    """Whether a list is only called too short because entries with faults of their own do not count."""
    loc = detail["loc"]
    return detail["type"] == "too_short" and any(
        len(place) > len(loc) and place[: len(loc)] == loc for place in places
    )


def path_text(path: Iterable[str | int]) -> str:
    """``("options", 1, "text")`` → ``options[1].text``. The validator's step for a bad key itself is left out."""
    text = ""
    for step in (step for step in path if step != "[key]"):
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def steps(where: str) -> Path:
    """``questions[3].prompt`` → ``("questions", 3, "prompt")``."""
    return tuple(int(index) if index else name for index, name in re.findall(r"\[(\d+)\]|([^.\[\]]+)", where))


def suggest(word: str, known: Iterable[str]) -> str:
    """``, did you mean 'prompt'?`` or the empty string, also where the word is too long for a name."""
    close = get_close_matches(word, islice(known, _MOST_COMPARED), n=1) if len(word) <= _LONGEST else ()
    return Said(", did you mean '%(word)s'?", word=close[0]) if close else ""


def unknown_field(name: str, known: Iterable[str], where: Path) -> Problem:
    """A field that the format does not have."""
    known = sorted(known)
    hint = suggest(name, known)
    what = Said("unknown field '%(name)s'%(hint)s", name=name, hint=hint)
    return Problem(
        path_text((*where, name)), what, "" if hint else Said("known here: %(names)s", names=", ".join(known))
    )


def not_yet(name: str, where: Path) -> Problem:
    """A key or value of the format that this version does not do yet."""
    what = Said("'%(name)s' is known, not supported yet", name=name)
    return Problem(path_text((*where, name)), what, "leave it out for now")


def _problem(detail: Mapping[str, Any], model: type[BaseModel], where: Path) -> Problem:
    path: Path = tuple(detail["loc"])
    kind = detail["type"]
    if kind == "extra_forbidden":
        return _extra(path, detail["input"], model, where)
    text = path_text((*where, *path))
    if kind == "fault":
        return Problem(text, detail["ctx"]["what"], detail["ctx"]["mend"])
    if kind == "missing":
        return Problem(
            path_text((*where, *path[:-1])),
            Said("'%(name)s' is missing", name=path[-1]),
            Said("add %(name)s: …", name=path[-1]),
        )
    if detail["input"] is None:
        return Problem(text, "is empty", "write a value or leave the field out")
    if kind == "literal_error":
        return _one_of(text, detail)
    what, mend = KINDS.get(kind, (detail["msg"][:1].lower() + detail["msg"][1:], ""))
    return Problem(text, what, Said(mend, **detail.get("ctx", {})))


def _one_of(where: str, detail: Mapping[str, Any]) -> Problem:
    expected = detail["ctx"]["expected"]
    choices = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ") if word != "''"]
    given = str(detail["input"])
    what = Said("'%(given)s' is not known here%(hint)s", given=given[:40], hint=suggest(given, choices))
    mend = Said("write one of %(names)s", names=", ".join(choices))
    return Problem(where, what, mend)


def _extra(path: Path, given: object, model: type[BaseModel], where: Path) -> Problem:
    owner, name = _model_at(model, path[:-1]), str(path[-1])
    if given is None and " " in name:  # YAML's reading of {text: one, two and three}
        what = Said("a comma cut off '%(rest)s', which stands alone now", rest=name)
        return Problem(path_text((*where, *path)), what, "put the whole text into quotes")
    if name in getattr(owner, "later", ()):
        return not_yet(name, (*where, *path[:-1]))
    return unknown_field(name, field_names(owner), (*where, *path[:-1]))


def field_names(model: type[BaseModel]) -> list[str]:
    """The names under which a model's fields are written."""
    return [field.alias or name for name, field in model.model_fields.items() if not field.exclude]


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel]:
    for step in path:
        if isinstance(step, str):
            named = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
            model = next(_models(named[step]), model) if step in named else model
    return model


def part_faults(
    model: type[BaseModel], given: Mapping[str, Any], context: Any = None, where: Path = ()
) -> Iterator[Problem]:
    """What is wrong across the fields of those parts that are well formed, in a value that as a whole is not.

    Parts are models of their own that say what is wrong with them by ``faults``.
    """
    for name, field in model.model_fields.items():
        written = field.alias or name
        part = next(_models(field.annotation), None)
        if part is not None and given.get(written) is not None:
            for step, entry in _entries(given[written], get_origin(field.annotation)):
                yield from _faults_of(part, entry, context, (*where, written, *step))


def _entries(value: Any, origin: Any) -> Iterator[tuple[Path, Any]]:
    """The parts in the value of a field, and where in it they stand."""
    if isinstance(value, list | tuple):
        yield from (((place,), entry) for place, entry in enumerate(value))
    elif origin is dict and isinstance(value, Mapping):
        yield from (((str(name),), entry) for name, entry in value.items())
    else:
        yield (), value


def _faults_of(part: type[BaseModel], given: Any, context: Any, where: Path) -> Iterator[Problem]:
    try:
        found = part.model_validate(given, context=context)
    except ValidationError:
        if isinstance(given, Mapping):
            yield from part_faults(part, given, context, where)
        return
    for problem in getattr(found, "faults", tuple)():
        place = ".".join(filter(None, (path_text(where), problem.where)))
        yield Problem(place, problem.what, problem.mend)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)

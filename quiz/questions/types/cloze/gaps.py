"""One gap of a text: a question of a type that fits into a sentence, and its weight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    GetJsonSchemaHandler,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema, InitErrorDetails

from quiz.errors import Invalid, Problem, Said
from quiz.questions import types
from quiz.questions.base import Content, QuestionType, Response, Score
from quiz.questions.fields import Share, Text, fault, positive
from quiz.questions.validation import suggest, validate


class Gap(Content):
    """A gap: ``type``, ``weight`` and the fields of that type, which are kept in ``content``."""

    type: Text
    weight: Annotated[Share, AfterValidator(positive)] = Fraction(1)
    content: Annotated[Content, PlainValidator(lambda value: value)]

    @property
    def kind(self) -> QuestionType[Any]:
        """The gap's type."""
        return types.get(self.type)

    @property
    def rule(self) -> str:
        """The scoring rule: always the type's first."""
        return self.kind.rules[0]

    def score(self, response: Response) -> Score:
        """The score of a response to this gap alone."""
        return self.kind.score(self.content, response, self.rule)

    def faults(self) -> Iterator[Problem]:
        """What is wrong with the small question."""
        yield from self.content.faults()

    def beside(self, languages: Sequence[Gap]) -> Gap:
        """The gap of a question in one of several languages (``QuestionType.beside``)."""
        content = self.kind.beside(self.content, [language.content for language in languages])
        return self.model_copy(update={"content": content})

    @model_validator(mode="before")
    @classmethod
    def _of_its_type(cls, given: Any, info: ValidationInfo) -> Any:
        if not isinstance(given, Mapping) or isinstance(given.get("content"), Content):
            return given
        own = {name: given[name] for name in ("type", "weight") if name in given}
        rest = {name: value for name, value in given.items() if name not in own}
        try:
            return {**own, "content": validate(_kind(given.get("type")).content, rest, info.context)}
        except Invalid as error:
            raise ValidationError.from_exception_data("Gap", [*map(_detail, error.problems)]) from None

    @model_serializer(mode="plain")
    def _dumped(self) -> dict[str, Any]:
        weight = {} if self.weight == 1 else {"weight": str(self.weight)}
        own = self.content.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return {"type": self.type, **weight, **own}

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The schema of bank files: one alternative for each type that fits."""
        own = handler.resolve_ref_schema(handler(core))
        weight = own["properties"]["weight"]
        return {"oneOf": [_alternative(name, weight, handler) for name in fitting()]}


def fitting() -> tuple[str, ...]:
    """The names of the types that can be a gap."""
    return tuple(name for name in types.names() if types.get(name).fits_gap)


def numbered(gaps: Any) -> Any:
    """Gaps by id: those of a list are numbered from 1."""
    return {str(n): gap for n, gap in enumerate(gaps, 1)} if isinstance(gaps, list | tuple) else gaps


def _kind(name: Any) -> QuestionType[Any]:
    if name is None:
        raise fault("'type' is missing", Said("write type: and one of %(names)s", names=", ".join(fitting())))
    if not isinstance(name, str) or name not in types.names() or not types.get(name).fits_gap:
        hint = suggest(str(name), fitting())
        raise fault(
            Said("'%(name)s' is no type of a gap%(hint)s", name=name, hint=hint),
            Said("write one of %(names)s", names=", ".join(fitting())),
        )
    return types.get(name)


def _detail(problem: Problem) -> InitErrorDetails:
    """The problem for the validator above, which puts its own path in front."""
    loc = (problem.where,) if problem.where else ()
    return InitErrorDetails(type=fault(problem.what, problem.mend), loc=loc, input=None)


def _alternative(name: str, weight: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
    content = types.get(name).content
    content.model_rebuild()
    own = handler.resolve_ref_schema(handler(content.__pydantic_core_schema__))
    properties = {"type": {"const": name}, "weight": weight, **own["properties"]}
    return {**own, "properties": properties, "required": ["type", *own.get("required", ())]}

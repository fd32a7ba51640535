"""The JSON Schema of bank files, made from the content models, so that editors complete and check what is typed."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from quiz.banks.common import Common
from quiz.banks.making import Calculated, Generator
from quiz.banks.model import FORMAT, Bank
from quiz.banks.tables import TableSource
from quiz.banks.translations import LISTED, TEXTS
from quiz.questions import types

_REF = "#/$defs/{model}"
_NAME = {"type": ["string", "number"]}
_WRITTEN = {"type": ["string", "number", "null"]}


def bank_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of ``format: quiz-bank/1``."""
    definitions: dict[str, Any] = {}
    of_type = {name: _question(name, definitions) for name in types.names()}
    header = _model(Bank, definitions)
    calculated = _template(Calculated, ["id", "type", "prompt", "variables"], definitions)
    generator = _template(Generator, ["id", "type", "prompt", "each"], definitions)
    header["properties"] |= {
        "format": {"const": FORMAT},
        "questions": {"type": "array", "items": _by_type(of_type, calculated)},
        "tables": {"type": "object", "additionalProperties": _model(TableSource, definitions)},
        "generators": {"type": "array", "items": generator},
    }
    definitions.pop("Question", None)  # the questions stand under their types
    definitions.pop("Shown", None)  # which questions name
    del definitions["SharedStimulus"]["properties"]["questions"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A question bank (quiz-bank/1)",
        "type": "object",
        "properties": _untitled(header["properties"]),
        "required": ["format", "bank", "title"],
        "anyOf": [{"required": ["questions"]}, {"required": ["generators"]}],
        "additionalProperties": False,
        "$defs": _untitled(dict(sorted(definitions.items()))),
    }


def _untitled(schema: Any) -> Any:
    """The schema without the titles that only repeat the fields' names."""
    if isinstance(schema, list):
        return [_untitled(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: part for name, part in schema.items() if name != "title" or not isinstance(part, str)}
    return {name: _untitled(part) for name, part in kept.items()}


def _by_type(of_type: dict[str, Any], calculated: dict[str, Any]) -> dict[str, Any]:
    """A question by its ``type``; not one out of all types, so that a fault lies at its field and not at the question."""
    chosen = [
        {"if": {"properties": {"type": {"const": name}}, "required": ["type"]}, "then": schema}
        for name, schema in of_type.items()
    ]
    plain = {"properties": {"type": {"enum": [*of_type]}}, "required": ["type"], "allOf": chosen}
    return {"type": "object", "if": {"required": ["variables"]}, "then": calculated, "else": plain}


def _question(name: str, definitions: dict[str, Any]) -> dict[str, Any]:
    """A question of one type: the common fields and its own."""
    kind = types.get(name)
    common, own = _model(Common, definitions), _model(kind.content, definitions)
    properties = {**common["properties"], **own["properties"]}
    properties |= {"type": {"const": name}, "scoring": {"enum": list(kind.rules), "default": kind.rules[0]}}
    own_texts = {**properties, "translations": {}, "stimulus": {}}  # those of a stimulus stand with it
    texts = _translated({"type": "object", "properties": own_texts}, definitions)
    properties["translations"] = {"type": "object", "additionalProperties": texts}
    properties["stimulus"] = _NAME
    del properties["bank"], properties["images"]
    required = [*common["required"], *own.get("required", ())]
    definitions[name] = {
        "type": "object",
        "properties": properties,
        "required": [field for field in required if field not in ("bank", "scoring")],
        "additionalProperties": False,
        "oneOf": [{"required": [field]} for field in ("as_of", "valid", "timeless")],
    }
    return {"$ref": _REF.format(model=name)}


def _template(maker: type[BaseModel], required: list[str], definitions: dict[str, Any]) -> dict[str, Any]:
    """A family: what makes its variants, and common fields; those of the type are templates, and checked when read."""
    own, common = _model(maker, definitions), _model(Common, definitions)
    properties = {**common["properties"], **own["properties"], "type": {"enum": [*types.names()]}}
    properties["stimulus"] = _NAME
    left_out = ("bank", "images", "translations", "scoring")
    kept = {name: schema for name, schema in properties.items() if name not in left_out}
    return {"type": "object", "properties": kept, "required": required}


def _translated(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any] | None:
    """What a translation holds of a value with this schema: its texts. None where it has none."""
    if "$ref" in schema:
        return _translated(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return _one_of([_translated(choice, definitions) for choice in choices])
    if "items" in schema:
        part = _translated(schema["items"], definitions)
        return part and {"type": "array", "items": {"anyOf": [part, _WRITTEN]}}
    for values in (schema.get("additionalProperties"), *schema.get("patternProperties", {}).values()):
        if isinstance(values, dict):
            part = _translated(values, definitions)
            return part and {"type": "object", "additionalProperties": part}
    return _texts(schema.get("properties", {}), definitions)


def _texts(properties: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any] | None:
    kind = properties.get("type", {}).get("const")
    held = {name: _field(name, kind, schema, definitions) for name, schema in properties.items()}
    texts = {name: schema for name, schema in held.items() if schema}
    return {"type": "object", "properties": texts, "additionalProperties": False} if texts else None


def _field(
    name: str, kind: str, schema: dict[str, Any], definitions: dict[str, Any]
) -> dict[str, Any] | None:
    if (kind, name) == LISTED:
        return schema
    found = _translated(schema, definitions)
    if found or name not in TEXTS:
        return found
    return {"type": "array", "items": _WRITTEN} if schema.get("type") == "array" else _WRITTEN


def _one_of(found: list[dict[str, Any] | None]) -> dict[str, Any] | None:
    """Any of the alternatives that hold texts; equal ones once."""
    texts = [one for one in found if one]
    kept = [one for place, one in enumerate(texts) if one not in texts[:place]]
    return {"anyOf": kept} if len(kept) > 1 else kept[0] if kept else None


def _model(model: type[BaseModel], definitions: dict[str, Any]) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True, ref_template=_REF)
    definitions.update(schema.pop("$defs", {}))
    return schema

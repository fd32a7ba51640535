"""The JSON Schema that editors use is the one that the code makes."""

import json

from quiz.banks.model import Common
from quiz.banks.schema import bank_schema
from quiz.files.shipped import shipped
from quiz.questions import types


def test_the_shipped_schema_is_that_of_the_code():
    """When this fails: quiz bank schema > question_banks/quiz-bank-1.schema.json."""
    text = (shipped("question_banks") / "quiz-bank-1.schema.json").read_text()
    assert json.loads(text) == bank_schema()


def test_every_type_has_all_its_fields_and_no_other():
    schema = bank_schema()
    question = schema["properties"]["questions"]["items"]
    chosen = {one["if"]["properties"]["type"]["const"]: one["then"] for one in question["else"]["allOf"]}
    assert chosen == {name: {"$ref": f"#/$defs/{name}"} for name in types.names()}
    assert question["if"] == {"required": ["variables"]}
    assert "variables" in question["then"]["required"]
    for name in types.names():
        question = schema["$defs"][name]
        wanted = {*Common.model_fields, *types.get(name).content.model_fields} - {"bank", "images"}
        assert set(question["properties"]) == wanted
        assert question["additionalProperties"] is False
        assert {"id", "type", "prompt"} <= set(question["required"])
        assert question["properties"]["type"] == {"const": name}


def test_every_reference_leads_somewhere():
    schema = bank_schema()
    text = json.dumps(schema)
    for name in schema["$defs"]:
        assert f'"#/$defs/{name}"' in text, f"{name} is never used"
    for reference in set(text.split('"#/$defs/')[1:]):
        assert reference.partition('"')[0] in schema["$defs"]

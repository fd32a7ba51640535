"""The JSON Schema that editors use is the one that the code makes."""

import json
from functools import cache

import pytest
import yaml
from jsonschema import Draft202012Validator

from quiz.banks.common import Common
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


#: The shipped banks as any YAML library reads them, but for days: JSON has none.
BANKS = sorted(shipped("question_banks").glob("*.yaml"))
GOOD = """
format: quiz-bank/1
bank: good
title: A good bank
questions:
  - id: q1
    type: single_choice
    prompt: Which of these is a mammal?
    timeless: true
    options: [{text: A whale, correct: true}, A shark, A trout]
    evidence: [{source: {title: A textbook}, supports: whales are mammals}]
"""


class Loader(yaml.CSafeLoader):
    """Days stay texts."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith(":timestamp")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@cache
def validator():
    return Draft202012Validator(bank_schema())


def faults(text):
    """Where a validator finds something wrong, by path."""
    return {error.json_path for error in validator().iter_errors(yaml.load(text, Loader))}


@pytest.mark.parametrize("path", BANKS, ids=lambda path: path.stem)
def test_a_validator_accepts_the_shipped_banks(path):
    assert faults(path.read_text("utf-8")) == set()


@pytest.mark.parametrize(
    "before, after, place",
    [
        ("quiz-bank/1", "quiz-bank/9", "$.format"),
        ("title: A good bank\n", "", "$"),
        ("bank: good", "bank: Good Bank", "$.bank"),
        ("id: q1", "id: of mammals", "$.questions[0].id"),
        ("single_choice", "singlechoice", "$.questions[0].type"),
        ("prompt:", "promt:", "$.questions[0]"),
        ("prompt: Which of these is a mammal?", "prompt: [a, b]", "$.questions[0].prompt"),
        ("timeless: true", "timeless: true\n    level: remembering", "$.questions[0].level"),
        ("timeless: true", "timeless: true\n    as_of: 2021-07-13", "$.questions[0]"),
        ("timeless: true", "timeless: true\n    suppress: [{rule: C01}]", "$.questions[0].suppress[0]"),
        (", A shark, A trout]", "]", "$.questions[0].options"),
        ("A textbook}, supports: whales are mammals}", "A textbook}}", "$.questions[0].evidence[0]"),
    ],
)
def test_a_validator_finds_a_fault_where_it_is(before, after, place):
    assert faults(GOOD) == set()
    assert before in GOOD
    assert faults(GOOD.replace(before, after)) == {place}

"""What docs/formats/bank.md shows is true."""

import re
from pathlib import Path

from quiz.banks.common import Common
from quiz.banks.expressions.functions import FUNCTIONS
from quiz.banks.expressions.grammar import OVER_TABLES
from quiz.banks.model import Bank
from quiz.banks.yaml import read_bank, read_mapping
from quiz.questions import types
from tests.kernel.questions import question
from tests.kernel.test_families import MEMBERS

TEXT = (Path(__file__).parents[2] / "docs" / "formats" / "bank.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_the_whole_bank_can_be_read():
    assert read_bank(blocks("yaml")[0]).questions[0].score("b").fraction == 1


def test_the_examples_of_types_are_valid():
    names = (
        "single_choice",
        "matching",
        "ordering",
        "cloze",
        "gap_select",
        "short_text",
        "numerical",
        "essay",
        "hotspot",
    )
    examples = [block for block in blocks("yaml")[1:] if not block.startswith("stimuli:")]
    for name, text in zip(names, examples, strict=True):
        question(name, read_mapping(text)[0])


def test_the_stimuli_can_be_read():
    (text,) = (block for block in blocks("yaml") if block.startswith("stimuli:"))
    bank = read_bank(f"format: quiz-bank/1\nbank: b\ntitle: T\n{text}", find=lambda _: f"{'0' * 64}/40x20")
    assert bank.stimuli[0].questions == ("aims", "means")


def test_the_families_can_be_read(tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "members.csv").write_text(MEMBERS, "utf-8")
    head = "format: quiz-bank/1\nbank: b\ntitle: Families\n"
    (tmp_path / "b.yaml").write_text(head + "".join(blocks("yml")), "utf-8")
    bank = read_bank(tmp_path / "b.yaml")
    assert [problem for family in bank.families for problem in family.faults()] == []
    assert [family.id for family in bank.families] == ["product", "joined-when", "in-order", "how-many"]
    said = set(re.findall(r"`([a-z0-9_]+)", TEXT.partition("### Expressions")[2].partition("## ")[0]))
    assert {*FUNCTIONS, *OVER_TABLES} <= said


def test_every_field_type_and_rule_is_described():
    said = set(re.findall(r"`([a-z_]+)`", TEXT)) | set(re.findall(r"^([a-z_]+):", TEXT, re.MULTILINE))
    said |= set(re.findall(r"`([a-z_]+):", TEXT))
    fields = {*Common.model_fields, *Bank.model_fields} - {"bank", "slug"}
    wanted = fields | set(types.names())
    for name in types.names():
        wanted |= {*types.get(name).rules, *types.get(name).content.model_fields}
    assert wanted <= said, wanted - said
    assert {*Common.later, *Bank.later} == {"certainty"}, "a setting of quizzes"

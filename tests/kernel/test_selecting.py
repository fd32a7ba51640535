"""Some questions of a bank, and those of several banks, as a bank that can be written and read."""

from pathlib import Path

from quiz.banks.selecting import as_shown, chosen, together
from quiz.banks.transferring import named_apart
from quiz.banks.yaml import read_bank, write_bank

SHIPPED = Path(__file__).parents[2] / "question_banks"
FIRST = """
format: quiz-bank/1
bank: first
title: First
perspective: Rests on one.
documents: {paper: {title: A paper}}
stimuli: [{id: text, title: A text, text: Read., pick: {min: 2}}, {id: other, text: Look.}]
questions:
  - {id: a, type: true_false, prompt: Is it?, answer: true, timeless: true, stimulus: text, enemies: [b],
     evidence: [{document: paper, paragraph: 1, terms: [one]}]}
  - {id: b, type: true_false, prompt: Is that?, answer: true, timeless: true, stimulus: text}
  - {id: c, type: true_false, prompt: Is this?, answer: false, timeless: true, stimulus: other}
"""
SECOND = FIRST.replace("first", "second").replace("A paper", "Another paper").replace("Read.", "Hear.")


def test_a_selection_leaves_behind_what_it_does_not_show():
    bank = read_bank(FIRST)
    made = chosen(bank, [bank.by_id["a"]])
    assert [(one.id, one.questions, one.pick) for one in made.stimuli] == [("text", ("a",), "all")]
    again = read_bank(write_bank(made))
    assert [one.id for one in again.authored] == ["a"]
    assert again.by_id["a"].stimulus.text == "Read."


def test_several_banks_become_one_that_can_be_read():
    made = together("both", "Both", [read_bank(FIRST), read_bank(SECOND)])
    again = read_bank(write_bank(made))
    assert again == made
    assert [one.id for one in again.authored] == ["a", "b", "c", "second-a", "second-b", "second-c"]
    second = again.by_id["second-a"]
    assert (second.stimulus.id, second.stimulus.text) == ("second-text", "Hear.")
    assert again.documents[second.evidence[0].document].title == "Another paper"
    assert second.enemies == ("both/second-b",)
    assert again.perspective == "First: Rests on one.\n\nFirst: Rests on one."


def test_an_id_that_is_taken_by_another_banks_name_too_is_numbered():
    first = FIRST.replace("id: c,", "id: second-a,")
    made = together("both", "Both", [read_bank(first), read_bank(SECOND)])
    ids = [one.id for one in read_bank(write_bank(made)).authored]
    assert ids == ["a", "b", "second-a", "second-a-2", "second-b", "c"]


def test_shared_pictures_keep_their_names_apart():
    first = FIRST.replace("text: Look.", "image: {file: images/m.png, alt: A map}")
    names: dict[str, str] = {}
    banks = []
    for text, digest in ((first, "1" * 64), (first.replace("first", "second"), "2" * 64)):
        bank = read_bank(text, find=lambda _file, digest=digest: f"{digest}/3x2")
        banks.append(as_shown(bank.holding([named_apart(one, names) for one in bank.authored])))
    made = together("both", "Both", banks)
    pictures = {one.id: one.image.file for one in made.stimuli if one.image}
    assert pictures == {"first-other": "images/m.png", "second-other": "images/m-222222222222.png"}
    assert made.by_id["second-c"].stimulus.image.file.endswith("m-222222222222.png")
    assert {*names} == {"images/m.png", "images/m-222222222222.png"}
    newer = bank.model_copy(
        update={"stimuli": tuple(one.model_copy(update={"text": "Newer."}) for one in bank.stimuli)}
    )
    assert as_shown(newer).stimuli == newer.stimuli, "an older question says nothing of what is shown now"


def test_one_bank_stays_what_it_is():
    bank = read_bank(FIRST)
    assert together("x", "X", [bank]) is bank


def test_the_shipped_banks_go_together():
    """Families with tables, maps, translations."""
    banks = [read_bank(SHIPPED / f"{name}.yaml") for name in ("membership", "sco-facts", "sco-map")]
    made = together("all", "All", banks)
    assert len(made.authored) == sum(len(bank.authored) for bank in banks)
    assert {one.bank for one in made.authored} == {"all"}
    facts = next(bank for bank in banks if bank.slug == "sco-facts")
    family = facts.families[0]
    moved = next(one for one in made.families if one.prompt == family.prompt)
    assert moved.every_key() == family.every_key()


TOPICS = FIRST.replace(
    "questions:",
    """topics:
  a: {title: An a}
  a/b: {description: Within it}
  ab: {title: No part of a}
questions:
  - {id: d, type: true_false, topic: a/b/c, prompt: Or not?, answer: true, timeless: true}""",
)


def test_what_is_said_of_topics_goes_with_their_questions():
    bank = read_bank(TOPICS)
    assert [*chosen(bank, [bank.by_id["d"]]).topics] == ["a", "a/b"]
    assert not chosen(bank, [bank.by_id["a"]]).topics
    other = read_bank(TOPICS.replace("first", "second").replace("An a", "Another a"))
    assert together("both", "Both", [bank, other]).topics == bank.topics

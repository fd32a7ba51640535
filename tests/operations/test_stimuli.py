"""Stimuli in the database: the same draw as over files, export, what a student reads beside the question."""

import pytest
from sqlalchemy import select

from quiz.assembly.blueprint import Blueprint
from quiz.assembly.draw import draw
from quiz.assembly.index import ListIndex
from quiz.banks.yaml import read_bank
from quiz.db import reading
from quiz.models.bank import Question
from quiz.models.drawing import SqlIndex
from quiz.operations import authoring, exporting, importing
from tests.cast import NOW

BANK = """
format: quiz-bank/1
bank: sets
title: Sets
stimuli:
  - {id: text, title: A text, text: Read *this*.}
  - {id: other, text: Read that., pick: {min: 1, max: 2}}
questions:
  - {id: b, type: true_false, prompt: B?, timeless: true, answer: true, stimulus: text}
  - {id: a, type: true_false, prompt: A?, timeless: true, answer: true, stimulus: text}
  - {id: c, type: true_false, prompt: C?, timeless: true, answer: true, stimulus: other}
  - {id: d, type: true_false, prompt: D?, timeless: true, answer: true, stimulus: other}
  - {id: e, type: true_false, prompt: E?, timeless: true, answer: true, stimulus: other}
  - {id: f, type: true_false, prompt: F?, timeless: true, answer: true}
  - {id: g, type: true_false, prompt: G?, timeless: true, answer: true}
"""
PLAN = {
    "format": "quiz-blueprint/1",
    "title": "Sets",
    "sections": [{"bank": "sets", "count": 4}],
    "order": "shuffled",
}


@pytest.fixture
def bank_id(cast):
    return importing.import_bank(cast.ada, BANK, "sets.yaml", NOW).bank_id


def test_the_draw_over_the_database_is_that_over_files(cast, bank_id):
    plan = Blueprint.load(PLAN)
    with reading() as connection:
        index = SqlIndex(connection, {"sets": bank_id})
        for seed in range(20):
            listed = draw(plan, ListIndex.of([read_bank(BANK)]), seed, NOW.date())
            assert draw(plan, index, seed, NOW.date()) == listed
            held = [slot.question for slot in listed.slots if slot.stimulus == "sets/text"]
            assert held in ([], ["sets/b", "sets/a"])


def test_an_export_is_the_bank_again(cast, bank_id):
    assert read_bank(exporting.export_text(cast.ada, bank_id, NOW)) == read_bank(BANK)


def test_another_text_is_a_change_of_its_questions(cast, bank_id):
    report = importing.import_bank(cast.ada, BANK.replace("*this*", "*it*"), "sets.yaml", NOW)
    assert {*report.changed} == {"a", "b"}


def test_an_edited_question_keeps_its_stimulus(cast, bank_id):
    with reading() as connection:
        question_id = connection.execute(
            select(Question.id).where(Question.bank_id == bank_id, Question.slug == "a")
        ).scalar_one()
    sheet = authoring.edit_sheet(cast.ada, question_id)
    changed = {**sheet.fields, "prompt": "Another?", "status": "draft"}
    authoring.save_question(cast.ada, bank_id, question_id, sheet.number, changed, NOW)
    changed = authoring.edit_sheet(cast.ada, question_id)
    assert (changed.number, changed.fields["stimulus"]) == (2, sheet.fields["stimulus"])

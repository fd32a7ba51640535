"""The hand-written shipped banks, held to the rules that they are written by and that the check does not know."""

from functools import cache
from itertools import product

import pytest

from quiz.banks.coverage import DIFFICULTIES
from quiz.banks.yaml import read_bank
from quiz.files.shipped import shipped

BANKS = ("anniversary", "membership", "principles", "proposals")
#: Facts of the dossier for which no text was found that says so itself.
NOT_VERIFIED = set("ANN-014 ANN-015 PRI-004 MEM-030 HIS-014 HIS-026 HIS-029 ORG-005 ORG-020".split())
#: Asks what one text says, and names it; so that text alone is its source.
ABOUT_ONE_TEXT = {"open-to-others"}

LEVELS = ("remember", "understand", "apply", "analyse")


def nothing_to_ask(topic, level, difficulty):
    """To read a text critically is more than to remember it, and to take something apart is not easy."""
    return (topic, level) == ("proposals/reading", "remember") or (level, difficulty) == ("analyse", "easy")


@cache
def questions(bank):
    return read_bank(shipped("question_banks") / f"{bank}.yaml").questions


def sources(question):
    return {one.document or (one.source.title, one.source.publisher) for one in question.evidence}


def typed(question):
    """The fields of a question in which a text is typed, by name."""
    if question.type == "short_text":
        return {"": question.content}
    gaps = question.content.gaps if question.type == "cloze" else {}
    return {name: gap.content for name, gap in gaps.items() if gap.type == "short_text"}


@pytest.mark.parametrize("bank", BANKS)
def test_enough_questions_and_enough_that_ask_for_more_than_memory(bank):
    above = [one for one in questions(bank) if one.level != "remember"]
    assert len(questions(bank)) >= 60
    assert len(above) >= 0.3 * len(questions(bank))


@pytest.mark.parametrize("bank", BANKS)
def test_each_topic_is_asked_at_each_level_and_difficulty(bank):
    topics = {one.topic for one in questions(bank)}
    empty = set(product(topics, LEVELS, DIFFICULTIES)) - {
        (one.topic, one.level, one.difficulty) for one in questions(bank)
    }
    assert [cell for cell in empty if not nothing_to_ask(*cell)] == []


@pytest.mark.parametrize("bank", BANKS)
def test_no_key_rests_on_a_fact_that_was_not_verified(bank):
    told = {one.id: set(one.facts) for one in questions(bank)}
    assert any(told.values())
    assert {name: facts & NOT_VERIFIED for name, facts in told.items() if facts & NOT_VERIFIED} == {}


def test_what_is_said_of_membership_rests_on_two_sources():
    for question in questions("membership"):
        of_the_document = all(one.document for one in question.evidence)
        if not of_the_document and question.id not in ABOUT_ONE_TEXT:
            assert len(sources(question)) >= 2, question.id


@pytest.mark.parametrize("bank", BANKS)
def test_a_wrong_answer_in_english_has_its_reason_in_russian_and_chinese(bank):
    for question in questions(bank):
        for name, field in typed(question).items():
            told = {answer.text: answer.feedback for answer in field.answers if answer.feedback}
            for language in ("ru", "zh"):
                shown = typed(question.in_language(language))[name]
                for text, english in told.items():
                    assert shown.find(text).feedback not in (None, english), (question.id, language, text)

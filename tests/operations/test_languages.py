"""An attempt in another language: what is shown changes, what was answered stays."""

import pytest
from sqlalchemy import select

from quiz.db import reading
from quiz.errors import AttemptClosed, Invalid, NotFound
from quiz.files.richtext import to_text
from quiz.models.bank import Bank, QuestionVersion
from quiz.operations import attempts, banks, exporting, importing, reviews, starting
from tests.cast import BANK, GRACE, NOW

RUSSIAN = {
    'One too many.}\n      - {text: "11", feedback: Not side by side.}\n': (
        "    translations: {ru: {prompt: Сколько будет 1 + 1?, explanation: Считай от одного.,"
        " options: [{feedback: Две единицы.}, {feedback: На одну больше.}, {feedback: Не рядом.}]}}\n"
    ),
    "- {text: five}\n": (
        "    translations: {ru: {prompt: Какие чётные?, options: [два, три, четыре, пять]},"
        " zh: {prompt: 哪些是偶数？}}\n"
    ),
    "feedback: An old word.}\n": "    translations: {ru: {prompt: Сколько будет 9 − 9?, answers: [ноль]}}\n",
}  # fmt: skip


def translated(text=BANK):
    for before, more in RUSSIAN.items():
        assert before in text
        text = text.replace(before, before + more)
    return text


@pytest.fixture
def school(cast):
    importing.import_bank(cast.ada, translated(), "small.yaml", NOW)
    return cast


def start(cast, language=""):
    return attempts.start(cast.bo, cast.quiz, "", NOW, GRACE, language=language)


def shown(cast, attempt):
    """The questions of the attempt by type."""
    return {view.presented.type: view for view in attempts.page(cast.bo, attempt, None, NOW).questions}


def test_the_start_page_tells_the_languages(school):
    page = starting.start_page(school.bo, school.quiz, NOW)
    assert page.languages == {"en": 5, "ru": 3, "zh": 1}
    assert page.ready == 5
    assert page.as_of.isoformat() == "2026-11-23"


@pytest.mark.parametrize(
    "language, found", [("ru", 3), ("-ru", 2), ("zh", 1), ("-zh", 4), ("-r", 5), ("en", 5), ("-en", 0)]
)
def test_a_bank_lists_what_is_translated_and_what_is_not(school, language, found):
    (bank,) = banks.banks(school.ada, 1).rows
    wanted = banks.Filter(language=language)
    assert banks.bank(school.ada, bank.id, 1, NOW.date(), wanted).questions.total == found


def test_a_quiz_in_one_language_has_no_choice(cast):
    assert starting.start_page(cast.bo, cast.quiz, NOW).languages == {}


def test_the_counts_follow_the_versions(school):
    importing.import_bank(school.ada, BANK, "small.yaml", NOW)
    assert starting.start_page(school.bo, school.quiz, NOW).languages == {}
    with reading() as connection:
        kept = connection.execute(select(QuestionVersion.languages).where(QuestionVersion.languages != ""))
        assert sorted(kept.scalars()) == ["ru", "ru", "ru zh"]
        assert connection.execute(select(Bank.languages)).scalar() == {}


def test_questions_are_shown_in_the_language_as_far_as_they_have_it(school):
    views = shown(school, start(school, "ru"))
    assert "Сколько будет 1 + 1?" in views["single_choice"].presented.prompt
    assert views["single_choice"].language == "ru"
    assert views["single_choice"].languages == ("en", "ru")
    assert views["true_false"].language == "en"
    assert views["true_false"].languages == ("en",)
    assert views["multiple_response"].languages == ("en", "ru", "zh")


def test_a_change_of_language_keeps_the_answers(school):
    attempt = start(school)
    slots = {kind: view.slot for kind, view in shown(school, attempt).items()}
    school.save(attempt, slots["multiple_response"], 1, ["0", "2"])
    before = shown(school, attempt)["multiple_response"]
    attempts.set_language(school.bo, attempt, "ru", NOW)
    after = shown(school, attempt)["multiple_response"]
    assert (after.fields, after.seq) == (before.fields, 1)
    names = {"two": "два", "three": "три", "four": "четыре", "five": "пять"}
    words = [[*map(to_text, view.presented.controls["options"])] for view in (before, after)]
    assert [names[word] for word in words[0]] == words[1]
    attempts.set_language(school.bo, attempt, "", NOW)
    assert shown(school, attempt)["multiple_response"].presented == before.presented


@pytest.mark.parametrize("language", ["", "ru"])
@pytest.mark.parametrize("typed", ["zero", "Ноль"])
def test_the_mark_does_not_depend_on_the_language(school, language, typed):
    attempt = start(school, language)
    slots = {kind: view.slot for kind, view in shown(school, attempt).items()}
    school.save(attempt, slots["short_text"], 1, typed)
    attempts.finish(school.bo, attempt, NOW)
    found = reviews.review(school.bo, attempt, NOW, GRACE)
    (question,) = [one for one in found.questions if one.presented.type == "short_text"]
    assert question.verdict == "right"
    assert question.right_answer == ("ноль" if language else "zero")
    assert found.points == 1


def test_the_review_is_in_the_language_of_the_attempt(school):
    attempt = start(school, "ru")
    attempts.finish(school.bo, attempt, NOW)
    with pytest.raises(AttemptClosed):
        attempts.set_language(school.bo, attempt, "en", NOW)
    for reader in (school.bo, school.ada):
        questions = {one.presented.type: one for one in reviews.review(reader, attempt, NOW, GRACE).questions}
        assert questions["single_choice"].language == "ru"
        assert "Считай от одного." in questions["single_choice"].explanation
        assert "Две единицы." in str(questions["single_choice"].reviewed)
        assert questions["numerical"].language == "en"


def test_what_is_no_language_is_refused(school):
    with pytest.raises(Invalid):
        start(school, "not a language")
    attempt = start(school, "ru")
    for wrong in ("Русский", "x" * 30, "ru'"):
        with pytest.raises(Invalid):
            attempts.set_language(school.bo, attempt, wrong, NOW)
    with pytest.raises(NotFound):
        attempts.set_language(school.cy, attempt, "ru", NOW)
    assert shown(school, attempt)["single_choice"].language == "ru"


def test_an_export_gives_the_translations_back(school):
    bank = banks.banks(school.ada, 1).rows[0].id
    text = exporting.export_text(school.ada, bank, NOW)
    assert importing.import_bank(school.ada, text, "again.yaml", NOW).unchanged == tuple(
        importing.import_bank(school.ada, translated(), "small.yaml", NOW).unchanged
    )
    assert "Какие чётные?" in text

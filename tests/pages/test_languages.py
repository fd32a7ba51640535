"""Choosing the language of the questions without JavaScript; the page says which language a text is in."""

import pytest

from quiz.operations import importing, quizzes
from tests.cast import BLUEPRINT, NOW
from tests.operations.test_languages import translated

ALL = "\n    translations: {ru: {prompt: По-русски.}}\n"


@pytest.fixture
def school(cast):
    importing.import_bank(cast.ada, translated(), "small.yaml", NOW)
    return cast


@pytest.fixture
def bo(school, browser):
    return browser("bo")


def options(page, id="language"):
    select = page.find("select", {"id": id})
    return [
        (one["value"], one.get_text(strip=True), one.has_attr("selected"))
        for one in select.find_all("option")
    ]


def form(page):
    """What the form of the page would send without any control of the question."""
    return {
        field["name"]: field.get("value", "")
        for field in page.find(id="answer").find_all("input", {"type": "hidden"})
    }


def slot_of(bo, attempt, words):
    for slot in range(1, 6):
        bo.get(f"/attempts/{attempt}/slots/{slot}")
        if words in bo.text:
            return slot
    raise AssertionError(words)


def test_the_start_page_offers_the_languages(bo, school):
    bo.get(f"/quizzes/{school.quiz}")
    assert options(bo.page) == [
        ("en", "English", True),
        ("ru", "Русский – 3 of 5 questions", False),
        ("zh", "中文 – 1 of 5 questions", False),
    ]
    assert "True as of 23 November 2026" in bo.text.replace("\xa0", " ")


@pytest.mark.parametrize(
    "accepts, chosen",
    [("ru, en;q=0.5", "ru"), ("zh", "en"), ("fr", "en"), ("ru-RU, ru;q=0.9", "ru"), ("", "en")],
)
def test_the_browser_chooses_where_all_questions_have_its_language(bo, school, accepts, chosen):
    text = translated()
    for before in ("    prompt: 2 − 1 = 1\n", "    prompt: How much is 12 × 12?\n"):
        assert before in text
        text = text.replace(before, before.rstrip("\n") + ALL)
    importing.import_bank(school.ada, text, "small.yaml", NOW)
    bo.get(f"/quizzes/{school.quiz}", headers={"Accept-Language": accepts})
    assert [value for value, _, selected in options(bo.page) if selected] == [chosen]


def test_without_translations_there_is_nothing_to_choose(cast, browser):
    bo = browser("bo")
    bo.get(f"/quizzes/{cast.quiz}")
    assert not bo.page.find("select", {"id": "language"})
    bo.get(f"/attempts/{bo.start()}/slots/1")
    assert not bo.page.find("select", {"id": "language"})
    assert bo.page.find("fieldset").parent["lang"] == "en"


def test_a_language_is_chosen_at_the_start(bo, school):
    answer = bo.post(f"/quizzes/{school.quiz}/attempts", {"language": "ru"})
    attempt = int(answer.headers["Location"].rsplit("/", 1)[1])
    slot_of(bo, attempt, "Какие чётные?")
    assert bo.page.find("fieldset").parent["lang"] == "ru"
    assert bo.page.html["lang"] == "en"
    assert options(bo.page) == [("en", "English", False), ("ru", "Русский", True), ("zh", "中文", False)]
    slot_of(bo, attempt, "2 − 1 = 1")
    assert not bo.page.find("select", {"id": "language"})


def test_a_change_on_the_way_saves_and_comes_back_to_the_question(bo, school):
    attempt = bo.start()
    slot = slot_of(bo, attempt, "How much is 1 + 1?")
    given = {**form(bo.page), "answer": "1", "language": "ru", "language-go": "1"}
    answer = bo.post(f"/attempts/{attempt}/slots/{slot}", given)
    assert answer.headers["Location"] == f"/attempts/{attempt}/slots/{slot}"
    bo.get(answer.headers["Location"])
    assert "Сколько будет 1 + 1?" in bo.text
    assert [field["value"] for field in bo.page.find_all("input", checked=True)] == ["1"]
    bo.post(f"/attempts/{attempt}/finish")
    bo.get(f"/attempts/{attempt}/review")
    prompts = [(one["lang"], one.get_text(strip=True)) for one in bo.page.find_all("h3", lang=True)]
    assert ("ru", "Сколько будет 1 + 1?") in prompts
    assert ("en", "2 − 1 = 1") in prompts


def test_the_same_on_a_page_of_all_questions(bo, school):
    text = BLUEPRINT.replace("limit: 20", "layout: all")
    quiz = quizzes.create(school.ada, school.course, text, NOW)
    quizzes.publish(school.ada, quiz, NOW)
    attempt = bo.start(quiz)
    bo.get(f"/attempts/{attempt}/slots")
    (select,) = bo.page.find_all("select", {"name": "language"})
    assert {one["value"] for one in select.find_all("option")} == {"en", "ru", "zh"}
    place = next(q for q in bo.page.find_all(class_="q-question") if "9 − 9" in q.get_text())["data-slot"]
    given = {**form(bo.page), f"s{place}-answer": "нуль", "language": "ru", "language-go": "1"}
    answer = bo.post(f"/attempts/{attempt}/slots", given)
    bo.get(answer.headers["Location"])
    assert "Сколько будет 9 − 9?" in bo.text
    assert bo.page.find("input", {"name": f"s{place}-answer"})["value"] == "нуль"


def test_a_script_asks_for_another_language_alone(bo, school):
    attempt = bo.start()
    headers = {"Accept": "application/json", "X-CSRFToken": bo.token}
    answer = bo.client.post(f"/attempts/{attempt}/language", data={"language": "zh"}, headers=headers)
    assert answer.status_code == 204
    slot_of(bo, attempt, "哪些是偶数？")
    answer = bo.client.post(f"/attempts/{attempt}/language", data={"language": "?"}, headers=headers)
    assert answer.status_code == 422
    assert bo.post(f"/attempts/{attempt}/language", {"language": "en"}).status_code == 303


def test_the_paper_for_the_script_is_in_the_language_too(bo, school):
    attempt = bo.start()
    bo.post(f"/attempts/{attempt}/language", {"language": "ru"})
    assert "Какие чётные?" in bo.get(f"/attempts/{attempt}/paper").text
    assert "Which are even?" not in bo.get(f"/attempts/{attempt}/paper").text


def test_in_practice_feedback_and_explanation_are_in_the_language(bo, school):
    text = BLUEPRINT.replace("limit: 20", "mode: practice")
    quiz = quizzes.create(school.ada, school.course, text, NOW)
    quizzes.publish(school.ada, quiz, NOW)
    answer = bo.post(f"/quizzes/{quiz}/attempts", {"language": "ru"})
    attempt = int(answer.headers["Location"].rsplit("/", 1)[1])
    slot = slot_of(bo, attempt, "Сколько будет 9 − 9?")
    bo.post(f"/attempts/{attempt}/slots/{slot}", {**form(bo.page), "answer": "zero", "act": "check"})
    bo.get(f"/attempts/{attempt}/slots/{slot}")
    assert bo.page.find(class_="q-feedback")["data-state"] == "right"
    assert bo.page.find(class_="q-prompt")["lang"] == "ru"
    given = {"language": "en", "language-go": "1"}  # a closed question has nothing to save
    bo.get(bo.post(f"/attempts/{attempt}/slots/{slot}", given).headers["Location"])
    assert "What is 9 − 9 called?" in bo.text

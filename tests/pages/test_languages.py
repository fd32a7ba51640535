"""Choosing the language of the questions without JavaScript; the page says which language a text is in."""

import pytest

from quiz.operations import importing, quizzes
from tests.cast import BLUEPRINT, NOW
from tests.operations.test_languages import translated
from tests.pages.forms import press

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
    assert "Questions as of 23 November 2026" in bo.text.replace("\xa0", " ")


@pytest.mark.parametrize(
    "accepts, chosen",
    [("ru, en;q=0.5", "ru"), ("zh", "en"), ("fr", "en"), ("ru-RU, ru;q=0.9", "ru"), ("", "en")],
)
def test_the_browser_chooses_where_all_questions_have_its_language(bo, school, accepts, chosen):
    text = translated()
    for before in ("    prompt: 2 − 1 = 1\n", "    prompt: How much is 12 × 12?\n"):
        assert before in text
        text = text.replace(before, before.rstrip("\n") + ALL)
    text = text.replace("licence:", "translations: {ru: {title: Малый банк}}\nlicence:", 1)
    importing.import_bank(school.ada, text, "small.yaml", NOW)
    bo.get(f"/quizzes/{school.quiz}", headers={"Accept-Language": accepts})
    assert ("Малый банк Rests on arithmetic." in bo.text) == (chosen == "ru")
    assert [value for value, _, selected in options(bo.page) if selected] == [chosen]


def test_without_translations_there_is_nothing_to_choose(cast, browser):
    bo = browser("bo")
    bo.get(f"/quizzes/{cast.quiz}")
    assert not bo.page.find("select", {"id": "language"})
    bo.get(f"/attempts/{bo.start()}/slots/1")
    assert not bo.page.find("select", {"id": "language"})
    assert [one["lang"] for one in bo.page.find(id="answer").find_all("div", lang=True)] == ["en"]


def test_a_language_is_chosen_at_the_start(bo, school):
    answer = bo.post(f"/quizzes/{school.quiz}/attempts", {"language": "ru"})
    attempt = int(answer.headers["Location"].rsplit("/", 1)[1])
    slot_of(bo, attempt, "Какие чётные?")
    assert bo.page.find("fieldset").parent["lang"] == "ru"
    assert "Выберите все верные варианты." in bo.page.find("fieldset").get_text()
    assert bo.page.html["lang"] == "en"
    assert "Flag" in bo.page.main.get_text()
    assert options(bo.page) == [("en", "English", False), ("ru", "Русский", True), ("zh", "中文", False)]
    slot = slot_of(bo, attempt, "2 − 1 = 1")
    assert not bo.page.find("select", {"id": "language"})
    bo.get(
        f"/attempts/{attempt}/slots/{slot}", headers={"Accept-Language": "ru"}
    )  # a question that has no Russian, on a Russian page
    assert "Верно" in bo.page.find("fieldset").get_text()


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


# For authors -----------------------------------------------------------------------------------------------------


@pytest.fixture
def ada(school, browser):
    return browser("ada")


def question_id(ada, slug):
    ada.get("/banks/1")
    cell = next(cell for cell in ada.page.find_all("th") if cell.find("span", string=slug))
    return int(cell.a["href"].rsplit("/", 1)[1])


def typed(page):
    """What the form of the page would send."""
    form = next(form for form in page.main.find_all("form") if form.find("textarea"))
    hidden = {field["name"]: field.get("value", "") for field in form.find_all("input")}
    return hidden | {area["name"]: area.get_text().lstrip("\r\n") for area in form.find_all("textarea")}


def field_of(page, text):
    """The name of the control below this text of the question."""
    (help_text,) = [one for one in page.find_all(class_="form-text") if one.get_text() == text]
    return help_text["id"].removesuffix("-help")


def test_the_bank_page_counts_languages(ada):
    ada.get("/banks/1")
    assert "English, Русский (3 of 5 questions), 中文 (1 of 5 questions)" in ada.text


def test_an_author_sees_each_language(ada):
    number = question_id(ada, "two")
    ada.get(f"/questions/{number}?language=ru")
    assert ada.page.find(id="prompt")["lang"] == "ru"
    assert "два" in ada.text
    links = {
        link.get_text(strip=True)
        for link in ada.page.find("nav", {"aria-label": "Language of the question"})("a")
    }
    assert links == {"English", "Русский", "中文"}
    ada.get(f"/questions/{number}/try?language=ru")
    assert "Какие чётные?" in ada.text
    ada.get(f"/questions/{number}")
    assert ada.page.find(id="prompt")["lang"] == "en"


def test_an_author_writes_a_translation(ada):
    number = question_id(ada, "three")
    ada.get(f"/questions/{number}/translation")
    assert ada.page.find("input", {"id": "language"})
    ada.get(f"/questions/{number}/translation?language=kk")
    names = {text: field_of(ada.page, text) for text in ("2 − 1 = 1", "Take one away.")}
    given = typed(ada.page) | {
        names["2 − 1 = 1"]: "Екіден бір шықса – бір",
        names["Take one away."]: "Бірді ал.",
    }
    answer = ada.post(f"/questions/{number}/translation", given)
    assert answer.status_code == 303
    ada.get(answer.headers["Location"])
    assert "Екіден бір шықса – бір" in ada.text
    assert "Бірді ал." in ada.text
    assert "It leaves one." in ada.text  # what is not translated
    ada.get(f"/questions/{number}/translation?language=kk")
    assert typed(ada.page)[names["Take one away."]] == "Бірді ал."
    emptied = {
        name: value if name in ("number", "language", "csrf_token") else ""
        for name, value in typed(ada.page).items()
    }
    assert ada.post(f"/questions/{number}/translation", emptied).status_code == 303
    ada.get(f"/questions/{number}")
    assert not ada.page.find("nav", {"aria-label": "Language of the question"})


def test_accepted_answers_are_a_list_of_their_own(ada):
    number = question_id(ada, "four")
    ada.get(f"/questions/{number}/translation?language=ru")
    name = field_of(ada.page, "zero\nnought")
    assert typed(ada.page)[name] == "ноль"
    ada.post(f"/questions/{number}/translation", typed(ada.page) | {name: "ноль\nнуль"})
    ada.get(f"/questions/{number}/translation?language=ru")
    assert typed(ada.page)[name] == "ноль\nнуль"


@pytest.mark.parametrize(
    "language, change, words",
    [
        ("en", {}, "the question itself is in"),
        ("not one", {}, "not well formed"),
        ("ru", {"1": "{{ a }}"}, "is not in the original"),
    ],
)
def test_a_faulty_translation_is_told_and_kept(ada, language, change, words):
    number = question_id(ada, "one")
    ada.get(f"/questions/{number}/translation?language=ru")
    name = field_of(ada.page, "How much is 1 + 1?")
    given = typed(ada.page) | {"language": language, name: change.get("1", "Сколько?")}
    answer = ada.post(f"/questions/{number}/translation", given)
    assert answer.status_code == 422
    assert words in ada.text
    assert typed(ada.page)[name] == given[name]


def test_two_translators_meet(ada):
    number = question_id(ada, "one")
    ada.get(f"/questions/{number}/translation?language=ru")
    name, mine = field_of(ada.page, "How much is 1 + 1?"), typed(ada.page)
    assert ada.post(f"/questions/{number}/translation", mine | {name: "Раз?"}).status_code == 303
    assert ada.post(f"/questions/{number}/translation", mine | {name: "Два?"}).status_code == 409
    assert "Somebody has saved the question meanwhile" in ada.text
    assert ada.post(f"/questions/{number}/translation", typed(ada.page)).status_code == 303
    assert "Два?" in ada.get(f"/questions/{number}?language=ru").text


def test_the_editor_carries_translations_along(ada):
    number = question_id(ada, "two")
    ada.get(f"/questions/{number}/edit")
    press(ada, "down:own-options:0", attrs={"data-editor": True})
    assert press(ada, "save", attrs={"data-editor": True}).status_code == 303
    shown = ada.get(f"/questions/{number}?language=ru").text
    assert sorted(("два", "три", "четыре", "пять"), key=shown.index) == ["три", "два", "четыре", "пять"]


def test_what_goes_stale_is_listed(school, browser):
    text = translated()
    for slug, valid in (
        ("one", "{from: 2020-01-01, to: 2026-11-23}"),
        ("two", "{to: 2027-11-23}"),
        ("three", "{to: 2027-11-24}"),
        ("four", "{from: 2026-11-24}"),
    ):
        before, after = text.split(f"  - id: {slug}\n")
        text = f"{before}  - id: {slug}\n{after.replace('timeless: true', f'valid: {valid}', 1)}"
    importing.import_bank(school.ada, text, "small.yaml", NOW)
    ada = browser("ada")
    ada.get("/banks/1")
    section = ada.page.find(id="h-turns").parent
    told = [" ".join(one.get_text(" ").split()) for one in section.find_all("li")]
    assert told == [
        "How much is 1 + 1? one, not drawn since 23 November 2026",
        "Which are even? two, drawn until before 23 November 2027",
        "What is 9 − 9 called? four, drawn from 24 November 2026",
    ]
    assert section.find("a")["href"] == f"/questions/{question_id(ada, 'one')}"


def test_nothing_is_listed_where_nothing_goes_stale(ada):
    ada.get("/banks/1")
    assert not ada.page.find(id="h-turns")

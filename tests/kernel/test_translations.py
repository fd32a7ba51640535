"""Questions in several languages: texts laid over the authored question, and nothing but texts."""

import pytest

from quiz.banks.model import Question
from quiz.banks.numerals import spelled
from quiz.banks.schema import bank_schema
from quiz.banks.translations import carried, differences, in_languages, missing, numbers, read, written
from quiz.banks.yaml import BankProblem, read_bank, write_bank
from quiz.errors import Invalid
from quiz.questions import types
from tests.kernel.questions import examples, of_example

BANK = """
format: quiz-bank/1
bank: b
title: Founding
perspective: Ours.
translations:
  ru: {title: Основание, perspective: Наша.}
questions:
  - id: year
    type: single_choice
    timeless: true
    prompt: In which year was it founded?
    hints: [Before 2010.]
    feedback: {right: Good.}
    options: [1996, {text: In 2001, correct: true, feedback: In June.}]
    explanation: On 15 June 2001.
    translations:
      ru:
        prompt: В каком году она основана?
        hints: [До 2010.]
        feedback: {right: Верно.}
        options: [null, {text: В 2001, feedback: В июне.}]
        explanation: 15 июня 2001.
  - id: city
    type: short_text
    timeless: true
    prompt: Where?
    answers: [Shanghai, {text: "*", credit: 0, feedback: No such place.}]
    translations:
      ru: {prompt: Где?, answers: [Шанхай, {text: Пудун, credit: 0.5, feedback: Точнее?}]}
      zh: {prompt: 在哪里？, answers: [上海]}
  - id: gaps
    type: cloze
    timeless: true
    prompt: Fill in.
    text: Founded in [[1]] in [[2]].
    gaps:
      "1": {type: short_text, answers: [Shanghai]}
      "2": {type: single_choice, options: [winter, {text: summer, correct: true}]}
    translations:
      ru:
        prompt: Дополните.
        text: "[[2]] основана в городе [[1]]."
        gaps: {"1": {answers: [Шанхай]}, "2": {options: [Зимой, Летом]}}
  - id: pairs
    type: matching
    timeless: true
    prompt: Match.
    pairs: [{stem: Kazakhstan, choice: Central Asia}, {stem: India, choice: South Asia}]
    distractors: [Europe]
    translations:
      ru:
        prompt: Соедините.
        pairs: [{stem: Казахстан, choice: Средняя Азия}, {stem: Индия, choice: Южная Азия}]
        distractors: [Европа]
"""


@pytest.fixture(scope="module")
def bank():
    return read_bank(BANK)


def test_texts_are_laid_over_and_the_skeleton_stays(bank):
    question = bank.by_id["year"]
    russian = question.in_language("ru")
    assert (russian.prompt, russian.explanation) == ("В каком году она основана?", "15 июня 2001.")
    assert (russian.hints, russian.feedback.right) == (("До 2010.",), "Верно.")
    assert [option.text for option in russian.content.options] == ["1996", "В 2001"]
    assert russian.content.options[1].feedback == "В июне."
    assert russian.content.ids == question.content.ids
    assert russian.score("b").fraction == question.score("b").fraction == 1
    assert question.in_language("en") is question.in_language("zh") is question


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
@pytest.mark.parametrize(
    "typed, credit", [("shanghai", 1), ("Шанхай", 1), ("上海", 1), ("пудун", 0.5), ("Moscow", 0)]
)
def test_what_is_right_in_one_language_is_right_in_all(bank, language, typed, credit):
    question = bank.by_id["city"].in_language(language)
    assert question.score(typed).fraction == credit


def reasons(question, typed):
    """What is told of a typed answer, by language of the page."""
    return [question.in_language(name).score(typed).feedback for name in ("en", "ru")]


def test_the_reason_is_told_in_the_language_shown_whatever_was_typed():
    pudong, peking = (
        "{text: Pudong, credit: 0.5, feedback: Near.}",
        "{text: Peking, credit: 0, feedback: Far.}",
    )
    own = "{text: Пудун, credit: 0.5, feedback: Близко.}, {text: Пу-дун, credit: 0.5, feedback: Близко.}"
    text = BANK.replace('{text: "*", credit: 0, feedback: No such place.}', f"{pudong}, {peking}").replace(
        "{text: Пудун, credit: 0.5, feedback: Точнее?}",
        f"{own}, {{text: Пекин, credit: 0, feedback: Далеко.}}",
    )
    question = read_bank(text).by_id["city"]
    for typed in ("Pudong", "Пудун", "пу-дун"):
        assert reasons(question, typed) == [("Near.",), ("Близко.",)]
    for typed in ("Peking", "Пекин"):
        assert reasons(question, typed) == [("Far.",), ("Далеко.",)]
    assert reasons(question, "Shanghai") == reasons(question, "Rome") == [(), ()]
    fewer = read_bank(text.replace(", {text: Пекин, credit: 0, feedback: Далеко.}", "")).by_id["city"]
    assert reasons(fewer, "Peking") == [("Far.",), ("Far.",)]  # nothing in Russian says the same


def test_the_right_answer_is_told_in_the_language_shown(bank):
    told = {name: bank.by_id["city"].in_language(name) for name in ("en", "ru", "zh")}
    assert [one.kind.right_answer(one.content) for one in told.values()] == ["Shanghai", "Шанхай", "上海"]


def test_gaps_keep_their_fields_where_words_change_places(bank):
    question = bank.by_id["gaps"]
    russian = question.in_language("ru")
    raw = {"answered": ["1"], "answer-0": ["шанхай"], "answer-1": ["1"]}
    for one in (question, russian):
        assert one.parse(raw, ()).response == {"1": "шанхай", "2": "b"}
        assert one.score({"1": "shanghai", "2": "b"}).fraction == 1
        assert one.score({"1": "шанхай", "2": "a"}).parts == {"1": 1, "2": 0}
    places = [piece["gap"] for piece in russian.present(()).controls["text"]]
    assert places == [1, 0, None]


def test_a_choice_of_a_matching_keeps_its_id(bank):
    russian = bank.by_id["pairs"].in_language("ru").content
    assert {name: choice.text for name, choice in russian.choices.items()} == {
        "a": "Средняя Азия",
        "b": "Южная Азия",
        "c": "Европа",
    }


def test_nothing_is_lost_on_the_way(bank):
    assert read_bank(write_bank(bank)) == bank
    for question in bank.questions:
        again = Question.load(question.dump())
        assert again == question
        assert again.digest == question.digest
        assert again.in_language("ru") == question.in_language("ru")
    fields = bank.by_id["year"].dump()
    assert Question.load({**fields, "translations": {}}).digest != bank.by_id["year"].digest
    assert bank.header()["translations"] == {"ru": {"title": "Основание", "perspective": "Наша."}}


FAULTS = {
    "another number of options": ("[null, {text: В 2001, feedback: В июне.}]", "[раз]", "options", "has 1 entries"),
    "a key": ("{text: В 2001, feedback: В июне.}", "{text: В, correct: true}", "options[1].correct", "texts only"),
    "an id": ("{text: В 2001, feedback: В июне.}", "{id: a, text: В}", "options[1].id", "texts only"),
    "a field unknown": ("explanation: 15 июня 2001.", "explanaton: х", "explanaton", "did you mean 'explanation'?"),
    "a field that is not there": ("feedback: {right: Верно.}", "feedback: {wrong: Нет.}", "feedback.wrong", "has no 'wrong'"),
    "an empty text": ("prompt: В каком году она основана?", "prompt: ' '", "prompt", "is empty"),
    "no text": ("prompt: В каком году она основана?", "prompt: [а]", "prompt", "must be text"),
    "no mapping": ("feedback: {right: Верно.}", "feedback: Верно.", "feedback", "is a bare text"),
    "equal options": ("[null, {text: В 2001, feedback: В июне.}]", "[В 2001, В 2001]", "options[1].text", "twice"),
    "a gap mark lost": ("основана в городе [[1]].", "основана.", "text", "[[1]] is missing"),
    "a gap mark more": ("основана в городе [[1]].", "основана [[1]] [[3]].", "text", "[[3]] is not in the original"),
    "a placeholder": ("prompt: Дополните.", "prompt: 'Дополните {{ a }}.'", "prompt", "{{ a }} is not in the original"),
    "no full mark": ("answers: [Шанхай, {text: Пудун, credit: 0.5", "answers: [{text: Пудун, credit: 0.5", "answers", "full mark"),
    "the choices made one": ("choice: Южная Азия", "choice: Средняя Азия", "pairs[1].choice_id", "has two ids"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_where_it_stands(name):
    old, new, where, words = FAULTS[name]
    assert old in BANK
    with pytest.raises(Invalid) as caught:
        read_bank(BANK.replace(old, new), "b.yaml")
    (problem,) = caught.value.problems
    assert isinstance(problem, BankProblem)
    assert problem.where == f"translations.ru.{where}"
    assert words in problem.what
    assert problem.mend or "did you mean" in problem.what
    assert problem.line > 15


def test_the_rest_of_the_file_is_still_checked():
    text = BANK.replace("prompt: Где?", "prompt: ''").replace("prompt: Дополните.", "promt: Д")
    with pytest.raises(Invalid) as caught:
        read_bank(text)
    assert [problem.question for problem in caught.value.problems] == ["b/city", "b/gaps"]


@pytest.mark.parametrize("language", ["ru", "zh"])
def test_no_translation_into_the_language_of_the_bank(language):
    text = BANK.replace("title: Founding", f"title: Founding\nlanguage: {language}")
    with pytest.raises(Invalid, match=f"the question itself is in '{language}'"):
        read_bank(text)


def test_texts_keep_their_characters():
    text = BANK.replace("explanation: 15 июня 2001.", "explanation: 1.50")
    assert read_bank(text).by_id["year"].in_language("ru").explanation == "1.50"


@pytest.mark.parametrize("word", ["yes", "true"])
def test_truth_values_are_no_texts(word):
    with pytest.raises(Invalid, match="in quotes"):
        read_bank(BANK.replace("explanation: 15 июня 2001.", f"explanation: {word}"))


def test_what_is_missing(bank):
    fields = bank.by_id["year"].dump()
    assert [*missing(fields, fields["translations"]["ru"])] == []  # 1996 needs no translation
    assert {*missing(fields, {"prompt": "?"})} == {
        ("hints", 0),
        ("feedback", "right"),
        ("explanation",),
        ("options", 1, "text"),
        ("options", 1, "feedback"),
    }
    assert [*missing(bank.by_id["city"].dump(), {"prompt": "?"})] == [("answers",)]
    gaps = [("text",), ("gaps", "1", "answers"), *(("gaps", "2", "options", n, "text") for n in (0, 1))]
    assert [*missing(bank.by_id["gaps"].dump(), {"prompt": "?"})] == gaps


def test_numbers_are_compared_by_their_digits():
    assert numbers("1,000 and 1 000, 0.5 and 0,5") == {"1000": 2, "05": 2}
    assert numbers("2001年6月15日，共５个") == {"2001": 1, "6": 1, "15": 1, "5": 1}
    assert numbers("In 2017, 2021.") == {"2017": 1, "2021": 1}


def test_wide_signs_part_numbers():
    assert numbers("分别为6，2021，202") == {"6": 1, "2021": 1, "202": 1}
    assert numbers("７．2021年") == {"7": 1, "2021": 1}
    fields = {"type": "true_false", "prompt": "Founded in 2001; 6 members."}
    assert [*differences(fields, {"prompt": "成员国为6，2001年成立。"})] == []


@pytest.mark.parametrize(
    "digits, text",
    [
        ("20", "двадцатая годовщина"),
        ("20", "二十周年"),
        ("25", "двадцатипятилетие"),
        ("25", "Двадцать пять лет"),
        ("2", "两个国家"),
        ("8", "восемь стран"),
        ("10", "十个"),
        ("16", "十六"),
        ("3", "трёх"),
    ],
)
def test_numbers_may_stand_in_words(digits, text):
    assert spelled(digits, text)


@pytest.mark.parametrize(
    "digits, text", [("20", "тридцатая"), ("25", "двадцать"), ("100", "сто"), ("7", "八")]
)
def test_other_words_are_no_such_number(digits, text):
    assert not spelled(digits, text)


def test_differences_are_told(bank):
    fields = bank.by_id["year"].dump()
    assert [*differences(fields, fields["translations"]["ru"])] == []
    found = [*differences(fields, {"explanation": "16 июня 2001.", "prompt": "`Где`?"})]
    assert found == [(("explanation",), "15", "the number 15 of the original is missing")]
    linked = {**fields, "explanation": "See [this](https://example.org/) and $x^2$."}
    told = {span for _, span, _ in differences(linked, {"explanation": "Смотри $x^2$."})}
    assert told == {"<a>"}


@pytest.mark.parametrize("kind", types.names())
def test_every_example_can_be_translated_into_itself(kind):
    """A translation that repeats the texts changes nothing: derived from any content, whatever the type."""
    for name, example in examples():
        if name == kind:
            question = of_example(name, example)
            fields = question.dump()
            same = {"zz": _texts(fields)}
            (made,) = in_languages({**fields, "translations": same}, Question.load).values()
            assert made == question
            assert not [*missing(fields, same["zz"])]


def _texts(fields):
    """A question's texts as a translation, written as fully as can be."""
    from quiz.banks.translations import texts

    made = {"prompt": fields["prompt"]}
    for name in {path[0] for path, _ in texts(fields)} - {"prompt"}:
        made[name] = _only_texts(fields[name], listed=(fields["type"], name) == ("short_text", "answers"))
    return made


def _only_texts(value, *, listed=False):
    from quiz.banks.translations import TEXTS

    if listed or isinstance(value, str):
        return value
    if isinstance(value, list):
        parts = [_only_texts(part) for part in value]
        return parts if any(parts) else None
    made = {
        name: _only_texts(part, listed=(value.get("type"), name) == ("short_text", "answers"))
        for name, part in value.items()
        if name in TEXTS or isinstance(part, list | dict)
    }
    return {name: part for name, part in made.items() if part} or None


def test_the_schema_knows_the_texts_of_each_type():
    definitions = bank_schema()["$defs"]

    def texts(kind):
        return definitions[kind]["properties"]["translations"]["additionalProperties"]["properties"]

    common = {"prompt", "hints", "feedback", "explanation"}
    assert set(texts("single_choice")) == {*common, "options"}
    assert set(texts("true_false")) == {*common, "feedback_true", "feedback_false"}
    assert set(texts("cloze")) == {*common, "text", "gaps"}
    assert set(texts("matching")) == {*common, "pairs", "distractors"}
    option = texts("single_choice")["options"]["items"]["anyOf"][0]
    assert set(option["properties"]) == {"text", "feedback"}
    assert set(texts("matching")["pairs"]["items"]["anyOf"][0]["properties"]) == {"stem", "choice"}


# When the question changes --------------------------------------------------------------------------------------


def changed(question, **fields):
    before = {**question.dump()}
    after = {**before, **fields}
    return Question.load({**after, "translations": carried(before, after)})


def test_what_is_written_is_what_was_read(bank):
    for question in bank.questions:
        fields = question.dump()
        for given in fields["translations"].values():
            words, _ = read(fields, given)
            assert read(fields, written(fields, words)) == (words, [])
    assert written(fields, {}) == {}


def test_a_text_goes_with_its_part(bank):
    question = bank.by_id["pairs"]
    first, second = question.dump()["pairs"]
    russian = changed(question, pairs=[second, first]).in_language("ru").content
    assert [(pair.stem, pair.choice) for pair in russian.pairs] == [
        ("Индия", "Южная Азия"),
        ("Казахстан", "Средняя Азия"),
    ]
    options = bank.by_id["year"].dump()["options"]
    more = [{"id": "c", "text": "In 2017"}, *reversed(options)]
    russian = changed(bank.by_id["year"], options=more).in_language("ru").content
    assert [option.text for option in russian.options] == ["In 2017", "В 2001", "1996"]


def test_a_text_of_a_part_that_is_gone_goes_with_it(bank):
    made = changed(bank.by_id["pairs"], distractors=[])
    assert "distractors" not in made.translations["ru"]
    assert len(made.in_language("ru").content.choices) == 2


def test_a_text_whose_marks_no_longer_fit_is_left_out(bank):
    gaps = bank.by_id["gaps"].dump()["gaps"]
    made = changed(bank.by_id["gaps"], text="Only [[1]].", gaps={"1": gaps["1"]})
    assert made.translations["ru"] == {"prompt": "Дополните.", "gaps": {"1": {"answers": ["Шанхай"]}}}
    assert made.in_language("ru").content.text == "Only [[1]]."


def test_hints_keep_their_place(bank):
    made = changed(bank.by_id["year"], hints=["Before 2010, that is."])
    assert made.in_language("ru").hints == ("До 2010.",)

"""Writing questions in the browser, without JavaScript: every type, faults, rows, preview, conflict, history, doors."""

from collections.abc import Mapping

import pytest

from quiz.banks.model import Question
from quiz.operations import authoring, banks, importing, media
from quiz.questions import types
from tests.cast import BANK, NOW
from tests.kernel.questions import of_example
from tests.pages.doors import status
from tests.pages.forms import controls, press
from tests.pictures import SHAPES

NAMES = types.names()

#: What a question that is ready rests on, and how that is typed.
SOURCED = {"evidence": [{"source": {"title": "A book"}, "supports": "the key"}]}
SOURCE_TYPED = {
    "evidence-0-kind": "source",
    "evidence-0-source-title": "A book",
    "evidence-0-supports": "the key",
}


def dumped(name, example):
    """The question of an example as the editor has it, without the id that it will be given."""
    fields = {**of_example(name, example).dump(), **SOURCED}
    return {field: value for field, value in fields.items() if field not in ("bank", "id")}


EDITOR = {"data-editor": True}
#: For each type each different content of its examples, in canonical form.
CONTENTS = [
    pytest.param(name, fields, id=f"{name}-{number}")
    for name in NAMES
    for number, fields in enumerate(
        {str(example.content): dumped(name, example) for example in types.get(name).examples()}.values()
    )
]


@pytest.fixture
def engine():
    """SQLite alone: what the editor's pages ask of a database, tests/operations/test_authoring.py asks of both."""
    return "sqlite"


@pytest.fixture
def ada(browser):
    return browser("ada")


@pytest.fixture
def bank(cast):
    """Ada's bank, with the image that an example names."""
    found = banks.find_bank("small")
    media.add_image(cast.ada, found, "shapes.svg", SHAPES, NOW)
    return found


def question(cast, bank, slug="one"):
    rows = banks.bank(cast.ada, bank, 1, NOW.date()).questions.rows
    return next(row.question_id for row in rows if row.slug == slug)


def stored(cast, question_id, number=None):
    return authoring.sheet(cast.ada, question_id, number).fields


def save_new(browser, changes=None):
    """Presses Save; returns the id of the question."""
    answer = press(browser, "save", changes, attrs=EDITOR)
    assert answer.status_code == 303, browser.text
    browser.get(answer.headers["Location"])
    return int(answer.headers["Location"].split("/")[2])


def send(browser, act, changes=None, expect=200):
    answer = press(browser, act, changes, attrs=EDITOR)
    assert answer.status_code == expect, browser.text
    return answer


def fill(browser, data, name):
    """Gives every list of the form its rows, and returns what is to be typed into them."""
    if isinstance(data, list):
        for place, row in enumerate(data):
            kind = row.get("type", "") if isinstance(row, Mapping) else ""
            if not browser.page.find(id=f"{name}-{place}"):
                send(browser, f"add:{name}:{kind}")
        while browser.page.find(id=f"{name}-{len(data)}"):
            send(browser, f"remove:{name}:{len(data)}")
    parts = data.items() if isinstance(data, Mapping) else enumerate(data)
    typed = {}
    for key, value in parts:
        if isinstance(value, bool):
            typed[f"{name}-{key}"] = "y" if value else None
        elif isinstance(value, str):
            typed[f"{name}-{key}"] = value
        else:
            typed |= fill(browser, value, f"{name}-{key}")
    return typed


def faults(browser):
    """The list at the top: words by the id of the place, which is on the page and says the same."""
    listed = {}
    for link in browser.page.find(class_="q-errors").find_all("a"):
        target = link["href"].removeprefix("#")
        place = browser.page.find(id=target)
        assert place is not None, target
        message = browser.page.find(id=f"{target}-error").get_text(" ", strip=True)
        assert message.removesuffix(".") in link.get_text(" ", strip=True) or len(message) > 60
        listed.setdefault(target, []).append(" ".join(link.get_text(" ", strip=True).split()))
    return listed


# Every type --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_question_of_every_type_is_written(ada, cast, bank, name):
    wanted = Question.load({**of_example(name, types.get(name).examples()[0]).dump(), **SOURCED})
    ada.get(f"/banks/{bank}/questions/new?type={name}")
    typed = fill(ada, types.editing(name).from_fields(wanted.dump()), "own")
    made = save_new(ada, {"prompt": "What is *it*?", "time": "timeless", **SOURCE_TYPED, **typed})
    written = {field: value for field, value in stored(cast, made).items() if field != "images"}
    assert Question.load({**written, "bank": "b", "id": "q"}) == wanted
    assert "Saved as version 1." in ada.text
    send(ada, "save", {"prompt": "What is it now?", "difficulty": "hard", "topic": "sums/new"}, 303)
    assert authoring.history(cast.ada, made)[0].changed == ("difficulty", "prompt", "topic")


@pytest.mark.parametrize("name, fields", CONTENTS)
def test_what_is_opened_and_saved_stays_as_it_was(ada, cast, bank, name, fields):
    made, _ = authoring.save_question(cast.ada, bank, None, 0, {**fields, "prompt": "Two\n\nparagraphs"}, NOW)
    before = stored(cast, made)
    ada.get(f"/questions/{made}/edit")
    send(ada, "save", expect=303)
    ada.get(f"/questions/{made}/edit")
    assert "Nothing has changed: version 1 stands." in ada.text
    send(ada, "save", {"prompt": "Another"}, 303)
    after = stored(cast, made)
    assert {**after, "prompt": before["prompt"]} == before


def test_a_calibration_is_typed_seen_mended_and_taken_away(ada, cast, bank):
    ada.get(f"/banks/{bank}/questions/new?type=true_false")
    typed = {"prompt": "1 = 1", "own-answer": "true", "time": "timeless", **SOURCE_TYPED}
    wrong = {
        "calibration-a": "-1",
        "calibration-c": "0.2",
        "calibration-b": "0,5; 1",
        "calibration-n": "many",
    }
    send(ada, "save", {**typed, **wrong}, 422)
    assert {"calibration-a", "calibration-n"} <= {*faults(ada)}
    told = {"calibration-a": "1,25", "calibration-n": "640", "calibration-source": "trial"}
    made = save_new(ada, {**typed, **told, "calibration-b": "0,5", "calibration-c": ""})
    assert stored(cast, made)["calibration"] == {"a": "1.25", "b": ["0.5"], "n": 640, "source": "trial"}
    ada.get(f"/questions/{made}/edit")
    assert ada.page.find(id="calibration-b")["value"] == "0.5"
    assert ada.page.find("details", attrs={"data-keep": "more"}).has_attr("open")
    ada.get(f"/questions/{made}")
    assert "difficulty (b) 0.50, slope (a) 1.25; 640 answers (trial)" in ada.text
    ada.get(f"/questions/{made}/edit")
    send(ada, "save", dict.fromkeys([*wrong, *told], ""), 303)
    assert "calibration" not in stored(cast, made)


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_form_says_what_is_missing_at_its_places(ada, cast, bank, name):
    ada.get(f"/banks/{bank}/questions/new?type={name}")
    send(ada, "save", {"explanation": "Kept as typed"}, 422)
    found = faults(ada)
    assert {"prompt", "time"} <= set(found)
    demanded = any(field.is_required() for field in types.get(name).content.model_fields.values())
    assert any(place.startswith("own") for place in found) == demanded, found
    assert ada.page.find("textarea", {"name": "explanation"}).get_text().strip() == "Kept as typed"
    assert banks.bank(cast.ada, bank, 1, NOW.date()).questions.total == 5


#: How the page begins to say what an answer fared, by its fraction; None: a person judges it.
OUTCOMES = {0: ("Wrong", "No answer"), 1: ("Right",), None: ("To be marked by a person",)}


@pytest.mark.parametrize("name", [name for name in NAMES if not types.get(name).always_shuffled])
def test_the_previewed_question_can_be_answered(ada, cast, bank, name):
    for example in types.get(name).examples():
        if example.rule or sum(map(len, map(str, example.raw.values()))) > 1000:
            continue
        fields = dumped(name, example)
        made, _ = authoring.save_question(cast.ada, bank, None, 0, fields, NOW)
        ada.get(f"/questions/{made}/edit")
        tries = {f"try-{field}": values for field, values in example.raw.items()}
        send(ada, "try", tries)
        said = ada.page.find(class_="q-outcome").find(class_="q-reviewed-head").get_text(" ", strip=True)
        words = OUTCOMES.get(example.fraction, ("Partly right", "Wrong"))
        assert said.startswith(words), (example, said)
        assert len(authoring.history(cast.ada, made)) == 1, "trying writes nothing"


# Fields ------------------------------------------------------------------------------------------------------------


def test_all_that_a_question_may_have_is_kept_by_the_form(ada, cast, bank):
    text = BANK.replace("    explanation: Count on from one.\n", WHOLE, 1)
    importing.import_bank(cast.ada, text, "small.yaml", NOW)
    one = question(cast, bank)
    before = stored(cast, one)
    ada.get(f"/questions/{one}/edit")
    send(ada, "save", {"objective": "Adds up small numbers"}, 303)
    assert stored(cast, one) == {**before, "objective": "Adds up small numbers"}


WHOLE = """\
    explanation: "Count on from one.\\n\\nThen stop."
    objective: Adds
    facility: 0.9
    points: 2.5
    penalty: 0.2
    level: apply
    shuffle: false
    hints: [Use your fingers, "Two\\nlines"]
    feedback: {right: Well done., wrong: Again.}
    facts: [A-1]
    tags: [numbers, "with, comma"]
    enemies: [two]
    author: Ada
    licence: CC0-1.0
    suppress: [{rule: L01, reason: On purpose.}]
"""


@pytest.mark.parametrize(
    "slug, changes, place, words",
    [
        ("one", {"own-options-1-text": " "}, "own-options-1-text", "Option 2: is empty"),
        ("one", {"own-key": None}, "own-options", "Option: no option is marked as the key"),
        ("one", {"own-options-2-text": "2"}, "own-options-2-text", "Option 3: '2' stands twice"),
        ("one", {"own-credited": "y", "own-options-0-credit": "much"}, "own-options-0-credit", "Option 1, Share of the mark: 'much' is not a number"),
        ("one", {"own-options-0-id": "!"}, "own-options-0", "Option 1: '!' is not well formed"),
        ("two", {"own-choose": "3"}, "own-choose", "told: tells the student 3, but 2 options are right"),
        ("four", {"own-answers-1-credit": "7"}, "own-answers-1-credit", "Answer 2, Share of the mark: 7 is not between"),
        ("five", {"own-answers-0-tolerance": "a bit"}, "own-answers-0-tolerance", "Answer 1, Tolerance: 'a bit' is not a number"),
        ("five", {"own-answers-0-min": "1"}, "own-answers-0", "Answer 1: needs either a value or min and max"),
        ("one", {"topic": "two words"}, "topic", "Topic: 'two words' is not well formed"),
        ("one", {"topic": "x" * 201}, "topic", "Topic: this is too long – use up to 200 characters"),
        ("one", {"points": "-1"}, "points", "Marks: -1 is below 0"),
        ("one", {"time": "as_of", "as_of": "yesterday"}, "as_of", "As of: 'yesterday' is not a date"),
        ("one", {"time": "valid", "valid-start": "2026-12-01", "valid-end": "2026-11-01"}, "valid", "From when until when: from 2026-12-01 is not before to 2026-11-01"),
        ("one", {"time": "valid", "valid-end": "soon"}, "valid-end", "Until, not including: 'soon' is not a date"),
        ("one", {"time": "as_of"}, "time", "When the answer is true: does not say when its key is true – choose always"),
        ("one", {"evidence-0-source-title": ""}, "evidence-0-source-title", "Evidence 1, Title: is empty – write something"),
        ("one", {"evidence-0-supports": ""}, "evidence-0", "Evidence 1: a source goes with 'supports' only"),
        ("one", {"prompt": "x" * 200_001}, "prompt", "Question: the question is longer than 200000 characters"),
    ],
)  # fmt: skip
def test_a_fault_stands_at_its_field_and_what_was_typed_is_kept(ada, cast, bank, slug, changes, place, words):
    ada.get(f"/questions/{question(cast, bank, slug)}/edit")
    send(ada, "save", changes, 422)
    assert any(words in said for said in faults(ada)[place]), faults(ada)
    kept = controls(ada.page, attrs=EDITOR)
    for name, value in changes.items():
        assert kept.get(name, [None]) == [value]
    assert len(authoring.history(cast.ada, question(cast, bank, slug))) == 1


def test_pasted_html_is_kept_as_typed_and_cleaned_when_shown(ada, cast, bank):
    one = question(cast, bank)
    typed = '<script>alert(1)</script> <b onclick="x()">bold</b> & <img src=x onerror=y>'
    ada.get(f"/questions/{one}/edit")
    send(ada, "save", {"prompt": typed, "own-options-1-text": typed}, 303)
    assert stored(cast, one)["prompt"] == typed
    for path in ("edit", "try", "history", "history/2"):
        ada.get(f"/questions/{one}/{path}")
        assert not ada.page.main.find(["script", "img"]), path
        assert not ada.page.find(attrs={"onclick": True})
    ada.get(f"/questions/{one}/edit")
    assert controls(ada.page, attrs=EDITOR)["prompt"] == [typed]


def test_what_no_page_sends_is_refused_and_breaks_nothing(ada, cast, bank):
    one = question(cast, bank)
    ada.get(f"/questions/{one}/edit")
    whole = controls(ada.page, attrs=EDITOR)
    address = f"/questions/{one}/edit"
    assert ada.post(address, {**whole, "own-options-100-text": "x"}).status_code == 413
    assert ada.post(address, {**whole, **{f"x{n}": "" for n in range(5001)}}).status_code == 413
    for odd in ({"own-options-²-text": "x"}, {"act": "up:own-options:99"}, {"act": "add:nothing:x"}, {"act": "remove:own-options:-1"}, {"act": "take:number"}, {"act": "add:evidence:rumour"}):  # fmt: skip
        assert ada.post(address, {**whole, "act": "preview", **odd}).status_code == 200, odd
    assert ada.post(address, {**whole, "number": "99"}).status_code == 404
    assert ada.post(address, {**whole, "number": "x", "act": "save"}).status_code == 409
    assert ada.post(address, {}).status_code == 409
    assert ada.post(address, {**whole, "prompt": "A\0B", "act": "save"}).status_code == 303
    assert stored(cast, one)["prompt"] == "AB"


def test_a_draft_that_comes_after_its_own_save_is_none(ada, cast, bank):
    """The script sends what is typed; on a busy server that may arrive after the save that followed it."""
    address = f"/questions/{question(cast, bank)}/edit"
    ada.get(address)
    typed = {**controls(ada.page, attrs=EDITOR), "prompt": "How much is **two**?"}
    ada.post(address, {**typed, "act": "save"})
    for prompt, offered in (("How much is **two**?", False), ("How much is three?", True)):
        ada.post(address, {**typed, "prompt": prompt, "act": "preview", "part": "preview"})
        ada.get(address)
        assert ("that you did not save" in ada.text) is offered


# Rows --------------------------------------------------------------------------------------------------------------


def test_rows_are_added_removed_and_moved_with_what_was_typed(ada, cast, bank):
    one = question(cast, bank)
    ada.get(f"/questions/{one}/edit")
    send(ada, "add:own-options:", {"prompt": "Typed before"})
    assert ada.page.find(attrs={"autofocus": True})["name"] == "own-options-3-text"
    send(ada, "up:own-options:3", {"own-options-3-text": "4"})
    send(ada, "down:own-options:0")
    send(ada, "remove:own-options:3")
    assert stored(cast, one)["prompt"] == "How much is 1 + 1?", "nothing is saved yet"
    send(ada, "save", expect=303)
    saved = stored(cast, one)
    assert saved["prompt"] == "Typed before"
    assert [(option["id"], option["text"]) for option in saved["options"]] == [
        ("b", "3"),
        ("a", "2"),
        ("d", "4"),
    ]
    assert [option["id"] for option in saved["options"] if option.get("correct")] == ["a"]


def test_an_id_is_never_given_again(ada, cast, bank):
    """What has been answered with option c must not turn into an answer with another option."""
    one = question(cast, bank)
    ada.get(f"/questions/{one}/edit")
    send(ada, "remove:own-options:2")
    send(ada, "save", expect=303)
    ada.get(f"/questions/{one}/edit")
    send(ada, "add:own-options:")
    send(ada, "save", {"own-options-2-text": "12"}, 303)
    assert [option["id"] for option in stored(cast, one)["options"]] == ["a", "b", "d"]


def test_a_list_has_its_bound(ada, cast, bank):
    one = question(cast, bank)
    ada.get(f"/questions/{one}/edit")
    more = {f"own-options-{n}-text": str(n) for n in range(3, 100)}
    answer = ada.post(
        f"/questions/{one}/edit", {**controls(ada.page, attrs=EDITOR), **more, "act": "add:own-options:"}
    )
    assert answer.status_code == 200
    assert len(ada.page.find(id="own-options").ol.find_all("li", recursive=False)) == 100


def test_a_cloze_is_written_gap_by_gap(ada, cast, bank):
    ada.get(f"/banks/{bank}/questions/new?type=cloze")
    send(
        ada,
        "add:own-gaps:single_choice",
        {"prompt": "Fill in", "time": "timeless", "own-text": "[[1]] is [[2]].", **SOURCE_TYPED},
    )
    send(ada, "add:own-gaps:numerical", {"own-gaps-0-single_choice-options-0-text": "One"})
    wrong = {
        "own-gaps-0-single_choice-options-1-text": "Two",
        "own-gaps-0-single_choice-key": "a",
        "own-gaps-1-numerical-answers-0-value": "uno",
    }
    send(ada, "save", wrong, 422)
    found = faults(ada)
    assert list(found) == ["own-gaps-1-numerical-answers-0-value"]
    assert "Gap 2, Answer 1, Number: 'uno' is not a number" in str(found)
    send(ada, "add:own-gaps-0-single_choice-options:")
    assert ada.page.find(attrs={"autofocus": True})["name"] == "own-gaps-0-single_choice-options-4-text"
    assert [
        gap.has_attr("open") for gap in ada.page.find_all("details", {"data-keep": ["gap-1", "gap-2"]})
    ] == [True, False]
    made = save_new(ada, {"own-gaps-1-numerical-answers-0-value": "1", **SOURCE_TYPED})
    assert set(stored(cast, made)["gaps"]) == {"1", "2"}


# Preview -----------------------------------------------------------------------------------------------------------


def test_the_preview_shows_what_is_typed_and_writes_nothing(ada, cast, bank):
    one = question(cast, bank)
    ada.get(f"/questions/{one}/edit")
    assert "How much is 1 + 1?" in ada.page.find(id="preview").get_text()
    send(ada, "preview", {"prompt": "How much is *2* + 2?", "own-options-0-text": "four"})
    shown = ada.page.find(id="preview")
    assert shown.legend.find("em").get_text() == "2"
    assert "four" in shown.get_text()
    assert "One too many" not in shown.get_text(), "no reasons before an answer"
    assert stored(cast, one)["prompt"] == "How much is 1 + 1?"
    send(ada, "preview", {"prompt": " "})
    assert "Question: is empty" in ada.page.find(id="preview").get_text(" ", strip=True)
    assert "prompt" in faults(ada)


def test_a_question_shows_before_what_stands_around_it_is_right(ada, bank):
    ada.get(f"/banks/{bank}/questions/new?type=true_false")
    send(ada, "preview", {"prompt": "Water is wet.", "own-answer": "true"})
    assert "Water is wet." in ada.page.find(id="preview").legend.get_text()
    assert list(faults(ada)) == ["time"]


@pytest.mark.parametrize(
    "part, there, not_there", [("preview", "q-prompt", "own-options"), ("form", "own-options", "q-prompt")]
)
def test_a_script_gets_the_part_it_asks_for(ada, cast, bank, part, there, not_there):
    one = question(cast, bank)
    ada.get(f"/questions/{one}/edit")
    answer = ada.post(
        f"/questions/{one}/edit", {**controls(ada.page, attrs=EDITOR), "act": "preview", "part": part}
    )
    assert answer.status_code == 200
    assert there in answer.text
    assert not_there not in answer.text
    assert "<html" not in answer.text


def test_trying_shows_verdict_reasons_explanation_and_source(ada, cast, bank):
    one = question(cast, bank)
    ada.get(f"/questions/{one}/edit")
    send(ada, "try", {"try-answered": "1", "try-answer": "1", "points": "4"})
    outcome = ada.page.find(class_="q-outcome").get_text(" ", strip=True)
    for words in ("Wrong", "0 of 4 marks", "One too many.", "Count on from one.", "Elements"):
        assert words in outcome
    assert ada.page.find("input", {"name": "try-answer", "value": "1"}).has_attr("checked")


def test_an_ordering_is_shown_shuffled_and_tried_as_shown(ada, cast, bank):
    ada.get(f"/banks/{bank}/questions/new?type=ordering")
    items = [f"step {n}" for n in "abcd"]
    typed = {f"own-items-{n}-text": item for n, item in enumerate(items)}
    send(ada, "preview", {"prompt": "Put in order", "time": "timeless", **typed})
    shown = [row["data-item"] for row in ada.page.find(id="preview").find_all("li", {"data-item": True})]
    assert sorted(shown) == items != shown
    ranks = {f"try-answer-{place}": str(items.index(item) + 1) for place, item in enumerate(shown)}
    send(ada, "try", ranks)
    assert "Right" in ada.page.find(class_="q-outcome").get_text(" ", strip=True)


# Two at one question -----------------------------------------------------------------------------------------------


def test_the_second_of_two_sees_both_and_loses_nothing(ada, browser, cast, bank):
    one = question(cast, bank)
    banks.share(cast.ada, bank, "di", "edit", NOW)
    di = browser("di")
    for person in (ada, di):
        person.get(f"/questions/{one}/edit")
    send(ada, "save", {"prompt": "Ada's wording?", "own-options-1-text": "three"}, 303)
    send(di, "save", {"prompt": "Di's wording?", "difficulty": "hard"}, 409)
    assert stored(cast, one)["prompt"] == "Ada's wording?"
    differing = {
        part.h3.get_text(): [shown.get_text() for shown in part.find_all(class_="q-verbatim")]
        for part in di.page.find_all(class_="q-differs")
    }
    assert differing["Question"] == ["Ada's wording?", "Di's wording?"]
    assert differing["Difficulty"] == ["easy", "hard"]
    assert "b. three · One too many." in differing["Option"][0]
    send(di, "take:own-options")
    assert "Option" not in [part.h3.get_text() for part in di.page.find_all(class_="q-differs")]
    assert controls(di.page, attrs=EDITOR)["prompt"] == ["Di's wording?"]
    send(di, "save", expect=303)
    saved = stored(cast, one)
    assert (saved["prompt"], saved["difficulty"], saved["options"][1]["text"]) == (
        "Di's wording?",
        "hard",
        "three",
    )
    assert [row.by for row in authoring.history(cast.ada, one)] == ["Di", "Ada", "Ada"]


def test_taking_all_of_theirs_makes_no_version(ada, cast, bank):
    one = question(cast, bank)
    ada.get(f"/questions/{one}/edit")
    mine = controls(ada.page, attrs=EDITOR)
    send(ada, "save", {"prompt": "Other tab?"}, 303)
    assert (
        ada.post(f"/questions/{one}/edit", {**mine, "prompt": "This tab?", "act": "save"}).status_code == 409
    )
    send(ada, "take:prompt")
    send(ada, "save", expect=303)
    assert len(authoring.history(cast.ada, one)) == 2


# History -----------------------------------------------------------------------------------------------------------


def test_the_history_says_who_changed_what_and_restores(ada, cast, bank):
    one = question(cast, bank)
    ada.get(f"/questions/{one}/edit")
    send(ada, "save", {"prompt": "Changed?", "difficulty": "hard"}, 303)
    ada.get(f"/questions/{one}/history")
    rows = [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]
        for row in ada.page.tbody.find_all("tr")
    ]
    assert [(row[0], row[2], row[4]) for row in rows] == [
        ("Version 2", "Ada", "difficulty, prompt"),
        ("Version 1", "Ada", "the first version"),
    ]
    ada.get(f"/questions/{one}/history/2")
    assert "Question How much is 1 + 1? Changed?" in ada.text
    ada.get(f"/questions/{one}/history/1")
    assert "How much is 1 + 1?" in ada.page.find(class_="q-reviewed-prompt").get_text()
    assert ada.post(f"/questions/{one}/history/1/restore").status_code == 303
    assert stored(cast, one)["prompt"] == "How much is 1 + 1?"
    assert stored(cast, one, 2)["prompt"] == "Changed?"
    ada.get(f"/questions/{one}/history")
    assert "As it was in version 1." in ada.text
    assert ada.get(f"/questions/{one}/history/9").status_code == 404


# Doors -------------------------------------------------------------------------------------------------------------


def paths(bank, one):
    looking = (
        f"/questions/{one}",
        f"/questions/{one}/try",
        f"/questions/{one}/history",
        f"/questions/{one}/history/1",
    )
    writing = (f"/questions/{one}/edit", f"/banks/{bank}/questions/new", f"/banks/{bank}/edit")
    return looking, writing


def test_foreign_questions_are_not_there(browser, cast, bank):
    for path in sum(paths(bank, question(cast, bank)), ()):
        assert [status(browser, name, path) for name in ("ada", "di", "bo", None)] == [
            200,
            404,
            404,
            "login",
        ], path


def test_what_may_only_be_read_is_read_only(ada, browser, cast, bank):
    importing.import_bank(None, BANK.replace("bank: small", "bank: common"), "x", NOW)
    common = banks.find_bank("common")
    banks.share(cast.ada, bank, "di", "use", NOW)
    for person, place in ((ada, common), (browser("di"), bank)):
        one = question(cast, place)
        looking, writing = paths(place, one)
        for path in looking:
            assert person.get(path).status_code == 200, path
            addresses = [link["href"] for link in person.page.main.find_all("a")]
            assert not any(address.endswith(("/edit", "/new")) for address in addresses), path
            assert not any("restore" in form["action"] for form in person.page.main.find_all("form"))
        for path in writing:
            assert person.get(path).status_code == 403, path
            assert person.post(path, {"act": "save", "title": "x", "number": "1"}).status_code == 403, path
        assert person.post(f"/questions/{one}/history/1/restore").status_code == 403
        person.get(f"/questions/{one}/try")
        person.post(f"/questions/{one}/try", {"try-answer": "0"})
        assert "Right" in person.text
        assert len(authoring.history(cast.ada if person is ada else cast.di, one)) == 1


# Banks -------------------------------------------------------------------------------------------------------------


def test_a_bank_is_made_and_filled(ada, cast):
    ada.get("/banks/new")
    answer = ada.post("/banks/new", {"title": "My bank", "bank": "mine", "language": "en"})
    ada.get(answer.headers["Location"])
    assert "No questions in this bank yet" in ada.text
    place = answer.headers["Location"]
    ada.get(f"{place}/questions/new")
    kinds = [link.get_text() for link in ada.page.find(class_="q-rows").find_all("a")]
    assert kinds == [types.editing(name).NAME for name in NAMES]
    ada.get(f"{place}/edit")
    ada.post(
        f"{place}/edit", {"title": "My better bank", "perspective": "Rests\r\non sums.", "licence": "CC0-1.0"}
    )
    ada.get(place)
    assert ada.title == "My better bank"
    assert "Rests on sums." in ada.text


@pytest.mark.parametrize(
    "title, names",
    [("World history", ["world-history", "world-history-2"]), ("Всемирная история", ["bank", "bank-2"])],
)
def test_a_bank_without_a_name_gets_one_of_its_title(ada, title, names):
    for name in names:
        ada.get("/banks/new")
        ada.get(ada.post("/banks/new", {"title": title, "bank": "", "language": "en"}).headers["Location"])
        assert ada.title == title
        assert ada.page.main.find("dd", string=name)


@pytest.mark.parametrize(
    "form, words",
    [
        ({"title": "x", "bank": "Not a slug", "language": "en"}, "'Not a slug' is not well formed"),
        ({"title": "x", "bank": "small", "language": "en"}, "you have a bank 'small' already"),
        ({"title": "x" * 301, "bank": "new", "language": "en"}, "this is too long"),
        ({"title": "x", "bank": "new", "language": "English"}, "'English' is not well formed"),
        ({"title": " ", "bank": "new", "language": "en"}, "Enter a title."),
    ],
)
def test_what_is_wrong_with_a_new_bank_is_said_and_kept(ada, cast, form, words):
    ada.get("/banks/new")
    assert ada.post("/banks/new", form).status_code == 422
    assert words in ada.text
    assert ada.page.find("input", {"name": "bank"})["value"] == form["bank"]


@pytest.mark.parametrize(
    "query, found",
    [
        ("words=dozen", ["five"]),
        ("topic=sums/plus&type=single_choice", ["one"]),
        ("difficulty=medium&status=ready", ["two", "four"]),
        ("words=nothing+like+it", []),
        ("words=%00&topic=%F0", []),
    ],
)
def test_questions_are_found_in_a_bank(ada, cast, bank, query, found):
    assert ada.get(f"/banks/{bank}?{query}").status_code == 200
    rows = ada.page.tbody.find_all("tr") if ada.page.tbody else []
    assert sorted(row.find(class_="q-quiet").get_text() for row in rows) == sorted(found)
    assert found or "No question fits" in ada.text
    tree = [
        option.get_text(strip=True)
        for option in ada.page.find("select", {"name": "topic"}).find_all("option")
    ]
    assert tree[:4] == ["All topics", "sums (5)", "minus (2)", "plus (2)"]

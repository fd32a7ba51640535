"""Files of other systems in the browser: looked at, brought in, taken back; banks taken away in other formats."""

import io
import re
import zipfile
from base64 import b64encode
from datetime import timedelta

import pytest

from quiz.banks.images import Pictures
from quiz.banks.yaml import read_bank
from quiz.files.archive import pack
from quiz.formats import get
from quiz.operations import attempts, authoring, banks, exporting, importing, quizzes, undoing
from quiz.web.author.question_form import plain_differences
from tests.cast import BANK, BLUEPRINT, GRACE, NOW
from tests.pages.forms import controls
from tests.pictures import SHAPES, png

GIFT = """
$CATEGORY: history/founding

::Year:: When was it founded? {=2001#Right. ~1996 ~%50%2002}

::City:: Where? {=Shanghai =%50%China}

::Bad:: What { =a

Numbers {#=3:0.5}
"""


SEEN = b"""::Right:: [markdown]![A map](images/a.png) Where? {=here ~there}

::Wrong:: [markdown]![A map](images/no.png) Where? {=here ~there}
"""
PNG = b64encode(png()).decode()
MOODLE = f"""<quiz>
  <question type="category"><category><text>$course$/top/Week 1</text></category>
    <info format="html"><text>&lt;p&gt;What it is &lt;b&gt;about&lt;/b&gt;&lt;/p&gt;</text></info></question>
  <question type="description"><name><text>blind</text></name><questiontext format="html">
    <text>Look: &lt;img src="@@PLUGINFILE@@/a.png"&gt;</text><file name="a.png" path="/" encoding="base64">{PNG}</file>
  </questiontext></question>
  <question type="description"><name><text>gone</text></name><questiontext format="html">
    <text>Look: &lt;img src="@@PLUGINFILE@@/b.png" alt="b"&gt;</text></questiontext></question>
  <question type="description"><name><text>fine</text></name><questiontext format="html">
    <text>Just &lt;i&gt;read&lt;/i&gt;</text></questiontext></question>
</quiz>"""


#: For what is the same whatever the engine.
ON_ONE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def ada(browser):
    return browser("ada")


def look(ada, content, name, **fields):
    """Sends a file. The body is written out: a test client would leave its temporary file open."""
    ada.get("/banks/import")
    values = {"csrf_token": ada.token, "text": "", **fields}
    parts = [(f'name="{field}"'.encode(), value.encode()) for field, value in values.items()]
    parts.append((f'name="file"; filename="{name}"'.encode(), content))
    body = b"".join(
        b"--border\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + value + b"\r\n"
        for head, value in parts
    )
    answer = ada.client.post(
        "/banks/import", data=body + b"--border--\r\n", content_type="multipart/form-data; boundary=border"
    )
    return ada._shown(answer)


def take(ada):
    return ada.post("/banks/import/commit", controls(ada.page, action="/banks/import/commit"))


def ids(cast, slug):
    bank = next(one for one in banks.banks(cast.ada, 1).rows if one.slug == slug)
    return {row.slug for row in banks.bank(cast.ada, bank.id, 1, NOW.date()).questions.rows}


def test_a_gift_file_becomes_a_bank_and_each_question_is_accounted_for(ada, cast):
    look(ada, GIFT.encode(), "my quiz.gift")
    text = ada.text
    assert "3 questions would change" in text
    assert "the { has no }" in text
    assert "line 8" in text
    taken = take(ada)
    assert taken.status_code == 303
    ada.get(taken.headers["Location"])
    assert "my quiz" in ada.page.h1.get_text()
    assert ids(cast, "my-quiz") == {"Year", "City", "my-quiz-4"}
    assert "history/founding" in ada.text


def test_into_a_bank_that_there_is_already_below_a_topic(ada, cast):
    mine = importing.import_bank(cast.ada, BANK.replace("bank: small", "bank: mine"), "mine.yaml", NOW)
    look(ada, GIFT.encode(), "q.gift", bank="mine", topic="term-1")
    assert "gone from the file" not in ada.text
    take(ada)
    found = banks.bank(cast.ada, mine.bank_id, 1, NOW.date())
    assert found.title == mine.title
    assert "term-1/history/founding" in dict(found.by_topic)
    assert {"one", "Year"} <= {row.slug for row in found.questions.rows}


def test_a_format_is_named_where_nothing_in_the_file_says_it(ada, cast):
    look(ada, b"It was founded in {=Shanghai ~Astana}.\n", "words.txt", format="missing-word")
    assert "One question would change" in ada.text
    take(ada)
    assert len(ids(cast, "words")) == 1


@ON_ONE
def test_a_pasted_text_is_recognised_as_a_file_is(ada):
    ada.get("/banks/import")
    for text, told in (
        ("::Year:: When? {=2001 ~1996}", "One question would change"),
        ("When?\nA. 2001\nB. 1996\nANSWER: A", "One question would change"),
        ("::Bad:: What { =a", "the { has no }"),
        ("<quiz><question>", "no valid XML"),
        ("bank: mine\ntitle: Mine", "begin with format: quiz-bank/1"),
    ):
        ada.post("/banks/import", {"text": text})
        assert told in ada.text, text


@pytest.mark.parametrize("name", ["xlsx", "csv"])
def test_a_sheet_to_begin_with_comes_in_as_it_is(ada, name):
    ada.get("/banks/import")
    link = ada.page.find("a", href=f"/banks/import/template?format={name}")
    sheet = ada.get(link["href"])
    assert f"filename=questions.{name}" in sheet.headers["Content-Disposition"].replace('"', "")
    look(ada, sheet.data, f"questions.{name}")
    assert "11 questions would change" in ada.text
    assert ada.get("/banks/import/template?format=gift").status_code == 404


def test_what_is_no_file_of_that_format_is_refused_at_the_field(ada):
    assert look(ada, b"no workbook", "x.xlsx", format="xlsx").status_code == 422
    assert "this is no workbook" in ada.text


def test_an_import_can_be_taken_back(ada, cast):
    yesterday = NOW - timedelta(days=1)
    mine = importing.import_bank(cast.ada, BANK.replace("bank: small", "bank: mine"), "mine.yaml", yesterday)
    before = exporting.export_text(cast.ada, mine.bank_id, NOW)
    changed = GIFT.replace("::Year::", "// [id:one]\n::Year::")
    look(ada, changed.encode(), "q.gift", bank="mine")
    ada.get(take(ada).headers["Location"])
    form = ada.page.find("form", action=f"/banks/{mine.bank_id}/undo")
    assert form, "there is a button to take it back"
    ada.post(form["action"], {field["name"]: field["value"] for field in form.find_all("input")})
    assert exporting.export_text(cast.ada, mine.bank_id, NOW) == before
    ada.get(f"/banks/{mine.bank_id}")
    assert not ada.page.find("form", action=f"/banks/{mine.bank_id}/undo")


def test_a_bank_that_an_import_made_goes_with_it_and_an_empty_one_by_a_button(ada, cast):
    look(ada, GIFT.encode(), "fresh.gift")
    page = ada.get(take(ada).headers["Location"])
    ada.post(f"{page.request.path}/undo")
    ada.get("/banks")
    assert "fresh" not in ada.page.find("main").text
    empty = authoring.add_bank(cast.ada, "", "Begun", "en", NOW)
    ada.get(f"/banks/{empty}")
    form = ada.page.find("form", action=f"/banks/{empty}/delete")
    ada.get(ada.post(form["action"]).headers["Location"])
    assert "Begun is deleted." in ada.text
    assert ada.get(f"/banks/{empty}").status_code == 404


def test_a_bank_in_another_format_with_its_losses_told_first(ada, cast):
    mine = importing.import_bank(cast.ada, BANK.replace("bank: small", "bank: mine"), "mine.yaml", NOW)
    ada.get(f"/banks/{mine.bank_id}/export/formats?format=gift")
    assert "evidence" in ada.text
    assert "lost on the way" in ada.text
    answer = ada.get(f"/banks/{mine.bank_id}/export?format=gift")
    assert "$CATEGORY:" in answer.text
    assert "filename=mine.gift" in answer.headers["Content-Disposition"].replace('"', "")
    workbook = ada.get(f"/banks/{mine.bank_id}/export?format=xlsx")
    assert zipfile.ZipFile(io.BytesIO(workbook.data)).namelist()
    for name in ("h5p", "anki", "aiken"):
        sent = ada.get(f"/banks/{mine.bank_id}/export?format={name}")
        assert sent.mimetype.startswith("text/") <= (b"\0" not in sent.data), "a package is no text"
        assert sent.headers["Content-Disposition"].endswith(f"mine{get(name).suffixes[0]}")
    assert ada.get(f"/banks/{mine.bank_id}/export?format=none").status_code == 404


def test_somebody_else_takes_nothing_away(browser, cast):
    mine = importing.import_bank(cast.ada, BANK.replace("bank: small", "bank: mine"), "mine.yaml", NOW)
    di = browser("di")
    for path in (
        f"/banks/{mine.bank_id}/export/formats?format=gift",
        f"/banks/{mine.bank_id}/export?format=gift",
    ):
        assert di.get(path).status_code == 404


def test_what_an_attempt_holds_stays_when_an_import_is_taken_back(ada, cast):
    text = BANK.replace("bank: small", "bank: mine")
    importing.import_bank(cast.ada, text, "mine.yaml", NOW - timedelta(days=1))
    bank = importing.import_bank(
        cast.ada, text.replace("How much is 1 + 1", "How much is one and one"), "mine.yaml", NOW
    )
    quiz = quizzes.create(cast.ada, cast.course, BLUEPRINT.replace("small", "mine"), NOW)
    quizzes.publish(cast.ada, quiz, NOW)
    attempt = attempts.start(cast.bo, quiz, "", NOW, GRACE)
    assert undoing.undo(cast.ada, bank.bank_id, NOW + timedelta(hours=1)).count == 1
    assert "How much is 1 + 1" in exporting.export_text(cast.ada, bank.bank_id, NOW)
    prompts = [one.presented.prompt for one in attempts.page(cast.bo, attempt, None, NOW).questions]
    assert any("one and one" in prompt for prompt in prompts)


# Some questions, and those of a quiz ----------------------------------------------------------------------------------


def some_of(ada, path):
    """The questions that a download of a bank in our own format holds."""
    answer = ada.get(path)
    content = answer.data
    if content.startswith(b"PK"):
        archive = zipfile.ZipFile(io.BytesIO(content))
        content = archive.read(next(name for name in archive.namelist() if name.endswith(".yaml")))
    return {one.id for one in read_bank(content).authored}


def test_what_is_ticked_or_found_is_taken_away(ada, cast):
    mine = importing.import_bank(cast.ada, BANK.replace("bank: small", "bank: mine"), "mine.yaml", NOW)
    whole = ids(cast, "mine")
    page = f"/banks/{mine.bank_id}"
    ada.get(f"{page}?type=single_choice")
    form = ada.page.find("form", action=f"{page}/export/formats")
    assert form.find("input", attrs={"name": "type", "value": "single_choice"})
    found = {box["value"] for box in form.find_all("input", type="checkbox")}
    assert found < whole
    assert some_of(ada, f"{page}/export?type=single_choice") == found
    two = sorted(whole)[:2]
    ticked = "&".join(f"question={name}" for name in two)
    ada.get(f"{page}/export/formats?type=single_choice&{ticked}&format=moodle-xml")
    assert "2 questions." in ada.text
    assert "evidence" in ada.text
    link = ada.page.find("a", href=re.compile(r"/export\?"))["href"]
    assert ada.get(link).text.count("<idnumber>") >= 2
    assert some_of(ada, f"{page}/export?{ticked}") == {*two}
    assert some_of(ada, f"{page}/export") == whole


@pytest.mark.parametrize(
    "name, file", [("yaml", "maps.yaml"), ("json", "maps.json"), ("text2qti", "maps.text2qti.txt")]
)
def test_images_travel_along(ada, cast, name, file):
    shown = BANK.replace("bank: small", "bank: maps").replace(
        "prompt: ", "prompt: '![A map](images/map.svg)' #", 1
    )
    pictures = Pictures(lambda _file: SHAPES)
    mine = importing.import_bank(cast.ada, shown, "maps.yaml", NOW, pictures=pictures)
    content = ada.get(f"/banks/{mine.bank_id}/export?format={name}").data
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert sorted(archive.namelist()) == ["images/map.svg", file]


@pytest.mark.parametrize("name", ["yaml", "json", "text2qti"])
@ON_ONE
def test_an_export_with_images_comes_back_into_its_bank(ada, cast, name):
    shown = BANK.replace("bank: small", "bank: maps").replace(
        "prompt: ", "prompt: '![A map](images/map.svg)' #", 1
    )
    mine = importing.import_bank(cast.ada, shown, "maps.yaml", NOW, pictures=Pictures(lambda _file: SHAPES))
    content = ada.get(f"/banks/{mine.bank_id}/export?format={name}").data
    assert look(ada, content, "download.zip", bank="maps").status_code == 200, ada.text
    assert "images 1" in ada.text
    assert "a bank that you have already" in ada.text


@pytest.mark.parametrize(
    "files, told",
    [
        ({"quiz.xml": MOODLE.encode()}, "3 questions would change"),
        ({"a.gift": SEEN, "images/a.png": png(), "images/no.png": b"no"}, "One question would change"),
        ({"a.gift": SEEN, "images/a.png": png(), "images/no.png": b"no"}, "Wrong: this is no image"),
        ({"x" * 300 + ".json": b"{}"}, "cannot be unpacked"),
        ({"a.json": b"{}", "images/a": b"", "images/a/b.png": b""}, "cannot be unpacked"),
        ({"a.json": b"{}", "b.json": b"{}"}, "the archive holds no YAML files"),
        ({"images/a.png": b""}, "the archive holds no YAML files"),
        ({"q.gift": b"So? {T}", "Images/A.PNG": b""}, "a new bank of yours"),
    ],
)
@ON_ONE
def test_a_packed_file_is_unpacked(ada, files, told):
    look(ada, pack(files), "packed.zip")
    assert told in ada.text


def test_the_questions_of_a_quiz_are_taken_away(ada, browser, cast):
    quiz = quizzes.create(cast.ada, cast.course, BLUEPRINT, NOW)
    ada.get(f"/quizzes/{quiz}/edit")
    ada.get(ada.page.find("a", href=f"/quizzes/{quiz}/export/formats")["href"] + "?format=moodle-xml")
    assert "lost on the way" in ada.text
    found = some_of(ada, f"/quizzes/{quiz}/export")
    assert found
    assert found <= ids(cast, "small")
    assert ada.get(f"/quizzes/{quiz}/export?format=moodle-xml").text.count("<idnumber>") >= len(found)
    assert browser("bo").get(f"/quizzes/{quiz}/export").status_code == 404


def test_one_image_that_is_missing_or_has_no_words_keeps_no_other_question_out(ada, cast):
    look(ada, MOODLE.encode(), "m.xml")
    assert "3 questions would change" in ada.text
    assert "a file that a text names does not come with it" in ada.text
    assert "'images/a.png' has no alternative text" in ada.text
    assert "Just read" in ada.text
    take(ada)
    assert ids(cast, "m") == {"blind", "gone", "fine"}
    bank = next(one for one in banks.banks(cast.ada, 1).rows if one.slug == "m")
    text = exporting.export_text(cast.ada, bank.id, NOW)
    assert 'alt="a.png"' in text
    found = read_bank(text, find=lambda _file: f"{'0' * 64}/3x2").by_id
    assert {name: one.status for name, one in found.items()} == {
        "blind": "draft",
        "gone": "draft",
        "fine": "ready",
    }


def test_what_a_category_says_comes_into_a_bank_and_goes_with_its_import(ada, cast):
    yesterday = NOW - timedelta(days=1)
    mine = importing.import_bank(cast.ada, BANK.replace("bank: small", "bank: mine"), "mine.yaml", yesterday)
    before = exporting.export_text(cast.ada, mine.bank_id, NOW)
    look(ada, MOODLE.encode(), "m.xml", bank="mine")
    take(ada)
    told = banks.bank(cast.ada, mine.bank_id, 1, NOW.date()).topics["Week-1"]
    assert (told.title, told.shown()) == ("Week 1", "<p>What it is <b>about</b></p>")
    undoing.undo(cast.ada, mine.bank_id, NOW)
    assert exporting.export_text(cast.ada, mine.bank_id, NOW) == before


def test_a_file_that_looks_like_nothing_is_refused_with_what_to_do(ada):
    for content, name in (
        (b"Just some words.\n", "words.txt"),
        (pack({"word/document.xml": b"<w/>"}), "words.docx"),
    ):
        assert look(ada, content, name).status_code == 422
        assert "what is in the file is not recognised" in ada.text.lower()


@ON_ONE
def test_the_same_file_again_leaves_what_has_been_said_of_its_bank_since(ada, cast):
    look(ada, GIFT.encode(), "history.gift")
    page = ada.get(take(ada).headers["Location"]).request.path
    ada.get(f"{page}/edit")
    ada.post(f"{page}/edit", {"title": "A course", "perspective": "My book.", "licence": "CC-BY-4.0"})
    look(ada, GIFT.replace("::Bad:: What { =a", "::Bad:: What { =a ~b }").encode(), "history.gift")
    assert "A course: a bank that you have already" in ada.text
    assert "One question would change" in ada.text
    ada.get(take(ada).headers["Location"])
    assert ada.page.h1.get_text().strip() == "A course"
    assert "My book." in ada.text
    assert "4 questions" in ada.text


@ON_ONE
def test_from_a_banks_page_a_file_goes_into_that_bank_whatever_it_is_called(ada, cast):
    look(ada, GIFT.encode(), "history.gift")
    ada.get(take(ada).headers["Location"])
    ada.get(ada.page.find("a", href=re.compile(r"/banks/import\?"))["href"])
    chosen = ada.page.find("select", attrs={"name": "bank"}).find("option", selected=True)["value"]
    assert chosen == "history"
    look(ada, GIFT.encode(), "history (1).gift", bank=chosen)
    assert "history: a bank that you have already" in ada.text


@ON_ONE
def test_files_whose_names_have_other_letters_are_banks_of_their_own(ada, cast):
    """Both were called "bank": the second took the place of the first one's questions."""
    for name in ("\u0438\u0441\u0442\u043e\u0440\u0438\u044f 1.gift", "\u7269\u7406 1.gift"):
        look(ada, b"So? {T}", name)
        assert "a new bank of yours" in ada.text
        assert take(ada).status_code == 303


@ON_ONE
def test_a_picture_that_changes_is_told_by_its_size(cast):
    before, after = ({"images": {"images/a.png": f"{'0' * 64}/{size}"}} for size in ("3x2", "40x30"))
    (change,) = plain_differences(before, after)
    assert (change.theirs, change.mine) == ("images/a.png: 3 × 2", "images/a.png: 40 × 30")


@ON_ONE
def test_two_pasted_texts_are_two_banks(ada, cast):
    """The second took the place of the first one's questions."""
    for text in ("So? {T}", "Is it? {F}"):
        ada.get("/banks/import")
        ada.post("/banks/import", {"csrf_token": ada.token, "text": text})
        assert "a new bank of yours" in ada.text
        assert take(ada).status_code == 303


@ON_ONE
def test_what_somebody_has_changed_since_is_shown_again_before_it_is_overwritten(ada, cast):
    mine = importing.import_bank(cast.ada, BANK.replace("bank: small", "bank: mine"), "mine.yaml", NOW)
    look(ada, GIFT.replace("::Year::", "// [id:one]\n::Year::").encode(), "q.gift", bank="mine")
    form = controls(ada.page, action="/banks/import/commit")
    rows = banks.bank(cast.ada, mine.bank_id, 1, NOW.date()).questions.rows
    one = next(row.question_id for row in rows if row.slug == "one")
    fields = authoring.sheet(cast.ada, one).fields
    authoring.save_question(cast.ada, mine.bank_id, one, 1, {**fields, "prompt": "By now?"}, NOW)
    assert ada.post("/banks/import/commit", form).status_code == 409
    assert "The questions have changed since you looked." in ada.text
    assert "By now?" in exporting.export_text(cast.ada, mine.bank_id, NOW)
    assert take(ada).status_code == 303
    assert "By now?" not in exporting.export_text(cast.ada, mine.bank_id, NOW)


@ON_ONE
def test_a_button_that_is_pressed_twice_imports_once(ada, cast):
    look(ada, GIFT.encode(), "fresh.gift")
    form = controls(ada.page, action="/banks/import/commit")
    first, second = (ada.post("/banks/import/commit", form) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(ids(cast, "fresh")) == 3


@ON_ONE
def test_a_question_that_the_store_does_not_hold_keeps_no_other_one_out(ada, cast):
    long = "/".join(["a-long-word"] * 30)
    look(ada, f"::Fine:: Q? {{=a ~b}}\n\n$CATEGORY: {long}\n\n::Long:: Q? {{=a ~b}}\n".encode(), "long.gift")
    assert "One question would change" in ada.text
    assert "Long: topic: this is too long" in ada.text
    take(ada)
    assert ids(cast, "long") == {"Fine"}


@ON_ONE
def test_a_file_without_questions_is_refused(ada, cast):
    assert look(ada, b"// Nothing yet\n", "empty.gift", format="gift").status_code == 422
    assert "there is no question in it" in ada.text
    assert "empty" not in {one.slug for one in banks.banks(cast.ada, 1).rows}


@ON_ONE
def test_what_changes_is_shown_as_it_was_and_as_it_becomes(ada, cast):
    importing.import_bank(cast.ada, BANK.replace("bank: small", "bank: mine"), "mine.yaml", NOW)
    look(ada, GIFT.replace("::Year::", "// [id:one]\n::Year::").encode(), "q.gift", bank="mine")
    rows = [cell.parent for cell in ada.page.find_all("th", string="prompt")]
    told = [cell.get_text(strip=True) for cell in rows[0].find_all("td")]
    assert told == ["How much is 1 + 1?", "When was it founded?"]


@ON_ONE
def test_where_no_question_is_right_there_is_nothing_to_import(ada):
    look(ada, b"::Bad:: What { =a\n\n::Worse:: What { =b\n", "bad.gift")
    assert "No question would change" in ada.text
    assert ada.text.count("the { has no }") == 2
    assert ada.page.find("form", action="/banks/import/commit") is None


@ON_ONE
def test_a_long_list_of_faults_says_that_it_is_longer(ada):
    look(ada, b"::Bad:: What { =a\n\n" * 201, "bad.gift")
    assert "The first 200 are shown." in ada.text

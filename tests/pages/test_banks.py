"""Banks as authors see them: lists, questions with keys, import in two steps, export, shares."""

import pytest

from quiz.operations import banks, exporting, importing
from tests.cast import BANK, NOW
from tests.pages.doors import field_error, refused, status
from tests.sittings import EVERY, sit
from tests.statements import statements

TODAY = NOW.date()
SECOND = BANK.replace("bank: small", "bank: second").replace("A small bank", "A second bank")


@pytest.fixture
def ada(browser):
    return browser("ada")


@pytest.fixture
def small(cast):
    return banks.find_bank("small")


def question_id(cast, bank, slug):
    rows = banks.bank(cast.ada, bank, 1, TODAY).questions.rows
    return next(row.question_id for row in rows if row.slug == slug)


def upload(browser, content, name="bank.yaml"):
    """Sends a file. The body is written out: a test client would leave its temporary file open."""
    browser.get("/banks/import")
    parts = [
        (b'name="csrf_token"', browser.token.encode()),
        (b'name="text"', b""),
        (f'name="file"; filename="{name}"'.encode(), content),
    ]
    body = b"".join(
        b"--border\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + value + b"\r\n"
        for head, value in parts
    )
    answer = browser.client.post(
        "/banks/import", data=body + b"--border--\r\n", content_type="multipart/form-data; boundary=border"
    )
    return browser._shown(answer)


def hidden(browser):
    """The form of the preview, as a browser sends it: with the line ends of forms."""
    form = browser.page.find("form", action="/banks/import/commit")
    text = form.find("textarea").get_text().removeprefix("\r\n")
    return {"text": text.replace("\n", "\r\n"), "name": form.find("input", {"name": "name"})["value"]}


# Looking ---------------------------------------------------------------------------------------------------------


def test_my_banks_come_first_and_shipped_ones_are_there(ada, cast):
    importing.import_bank(
        None, BANK.replace("bank: small", "bank: all").replace("A small", "A common"), "x", NOW
    )
    ada.get("/banks")
    rows = [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]
        for row in ada.page.tbody.find_all("tr")
    ]
    assert [(row[0], row[1], row[2], row[4]) for row in rows] == [
        ("A small bank", "small", "5", "Yours"),
        ("A common bank", "all", "5", "Comes with the program"),
    ]


def test_a_bank_shows_what_it_holds_and_rests_on(ada, small):
    ada.get(f"/banks/{small}")
    assert ada.title == "A small bank"
    for words in (
        "Rests on arithmetic.",
        "CC-BY-4.0",
        "2 easy, 2 medium, 1 hard",
        "How much is 12 × 12?",
        "5 questions",
    ):
        assert words in ada.text


@pytest.mark.parametrize("days, state", [(0, "Not true today"), (1, "Ready"), (10, "Not true today")])
def test_a_question_says_whether_it_is_true_today(browser, cast, small, watch, days, state):
    text = BANK.replace(
        "    timeless: true\n    prompt: How much is 1 + 1?",
        "    valid: {from: 2026-11-24, to: 2026-12-03}\n    prompt: How much is 1 + 1?",
    )
    importing.import_bank(cast.ada, text, "small.yaml", NOW)
    watch.now = NOW.replace(day=23 + days) if days < 8 else NOW.replace(month=12, day=3)
    ada = browser("ada")
    ada.get(f"/banks/{small}")
    row = next(row for row in ada.page.tbody.find_all("tr") if "1 + 1" in row.get_text())
    assert state in row.get_text()


@pytest.mark.parametrize(
    "slug, key", [("one", "2"), ("two", "two"), ("three", "True"), ("four", "zero"), ("five", "144")]
)
def test_a_question_is_shown_with_key_and_reasons(ada, cast, small, slug, key):
    ada.get(f"/questions/{question_id(cast, small, slug)}")
    article = ada.page.find("article")
    assert "Right answer" in article.get_text()
    assert key in article.get_text()
    assert "Elements" in article.get_text()
    assert "No answer" not in article.get_text()


def test_the_reasons_of_options_are_shown(ada, cast, small):
    ada.get(f"/questions/{question_id(cast, small, 'one')}")
    assert "One too many." in ada.text
    assert "Count on from one." in ada.text


# Import ----------------------------------------------------------------------------------------------------------


def test_a_preview_writes_nothing_and_committing_does(ada, cast):
    assert upload(ada, SECOND.encode()).status_code == 200
    assert ada.title == "5 questions would change"
    assert "a new bank of yours" in ada.text
    assert banks.find_bank("second") is None
    answer = ada.post("/banks/import/commit", hidden(ada), content_type="multipart/form-data")
    assert answer.status_code == 303
    ada.get(answer.headers["Location"])
    assert ada.title == "A second bank"
    assert "Imported: 5 new, 0 changed, 0 retired." in ada.text


def test_what_passed_through_the_preview_is_what_was_uploaded(ada, cast, small):
    upload(ada, BANK.encode())
    ada.post("/banks/import/commit", hidden(ada), content_type="multipart/form-data")
    upload(ada, BANK.encode())
    assert ada.title == "No question would change"


def test_the_preview_names_new_changed_and_gone(ada, cast, small):
    text = BANK.replace("id: five", "id: six").replace("Which are even?", "Which ones are even?")
    upload(ada, text.encode(), "strange.name")
    assert ada.title == "2 questions would change"
    parts = {
        part.summary.get_text(strip=True): part.ul.get_text(" ", strip=True)
        for part in ada.page.find_all("details", class_="q-disclose")
    }
    assert parts == {
        "New": "How much is 12 × 12? six",
        "Changed": "Which ones are even? two Field Before Now prompt Which are even? Which ones are even?",
        "Gone from the file": "five",
        "Unchanged": "one three four",
    }


def test_the_preview_names_drafts_and_what_keeps_them_so(ada):
    text = BANK.replace("Which are even?", "Which are **NOT** odd?").replace("text: three", "text: not odd")
    upload(ada, text.encode())
    (drafts,) = [
        part for part in ada.page("details") if part.summary.get_text(strip=True) == "Come in as drafts"
    ]
    assert drafts.ul.get_text(strip=True).startswith(
        "small/two: The question is negative and so is an option"
    )


@pytest.mark.parametrize("prune, state", [(None, "ready"), ("y", "retired")])
def test_questions_that_are_gone_are_retired_only_where_asked(ada, cast, small, prune, state):
    upload(ada, BANK.replace("id: five", "id: six").encode())
    form = hidden(ada) | ({"prune": prune} if prune else {})
    ada.post("/banks/import/commit", form, content_type="multipart/form-data")
    rows = banks.bank(cast.ada, small, 1, TODAY).questions.rows
    assert {row.slug: row.status for row in rows}["five"] == state


def test_a_bank_can_be_pasted(ada):
    ada.get("/banks/import")
    ada.post("/banks/import", {"text": SECOND}, content_type="multipart/form-data")
    assert ada.title == "5 questions would change"


def test_all_faults_are_listed_with_line_question_and_mend_and_the_text_is_kept(ada):
    text = SECOND.replace("    difficulty: hard\n", "    dificulty: hard\n").replace(
        "answer: true", "answer: maybe"
    )
    assert upload(ada, text.encode()).status_code == 422
    rows = [
        [cell.get_text(" ", strip=True) for cell in row.find_all("td")]
        for row in ada.page.tbody.find_all("tr")
    ]
    lines = text.split("\n")
    assert [(lines[int(row[0]) - 1].strip(), row[1]) for row in rows] == [
        ("answer: maybe", "second/three"),
        ("dificulty: hard", "second/five"),
    ]
    assert "did you mean 'difficulty'" in rows[1][2] + rows[1][3]
    assert ada.page.find("textarea").get_text().removeprefix("\r\n") == text
    assert "2 faults, listed below." in field_error(ada.page, "text")
    assert banks.find_bank("second") is None


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "there is nothing to import"),
        (b"format: quiz-bank/1\n\xff\xfe", "line 2 is not UTF-8 text"),
        (b"#" * 5_000_001, "the file is larger than 5 MB"),
    ],
)  # fmt: skip
def test_what_is_no_bank_file_is_refused_at_the_field(ada, content, words):
    assert upload(ada, content).status_code == 422
    assert words in field_error(ada.page, "file")


def test_a_request_beyond_the_bound_is_refused(ada):
    assert upload(ada, b"#" * 14_000_000).status_code == 413


@pytest.mark.parametrize(
    "content",
    [b"\x00\x01\x02", b"just words", b"a: &a [*a, *a]\nb: *a", b"- " * 3000, b"<script>alert(1)</script>"],
)
def test_hostile_content_is_refused_with_a_line(ada, content):
    assert upload(ada, content).status_code == 422
    assert ada.page.find("table")
    assert not ada.page.main.find("script")


def test_committing_what_was_tampered_with_writes_nothing(ada):
    upload(ada, SECOND.encode())
    form = hidden(ada)
    form["text"] = form["text"].replace("difficulty: hard", "difficulty: mad")
    assert ada.post("/banks/import/commit", form, content_type="multipart/form-data").status_code == 422
    assert "difficulty: mad" in ada.page.find("textarea").get_text()
    assert banks.find_bank("second") is None


def test_extra_fields_change_nobody_elses_bank(ada, browser, cast, small):
    di = browser("di")
    upload(di, BANK.replace("How much is 1 + 1?", "Changed by Di").encode())
    form = hidden(di) | {"bank_id": str(small), "owner_id": str(cast.ada.id), "actor": str(cast.ada.id)}
    assert di.post("/banks/import/commit", form, content_type="multipart/form-data").status_code == 303
    ada.get(f"/banks/{small}")
    assert "How much is 1 + 1?" in ada.text
    assert "Changed by Di" not in ada.text


# Export, shares --------------------------------------------------------------------------------------------------


def test_an_export_comes_back_unchanged(ada, cast, small):
    answer = ada.get(f"/banks/{small}/export")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=small.yaml")
    report = importing.import_bank(cast.ada, answer.text, "x", NOW, dry_run=True)
    assert (report.new, report.changed, len(report.unchanged)) == ((), (), 5)


def test_a_share_gives_its_right_and_nothing_more(ada, browser, cast, small):
    di = browser("di")
    assert di.get(f"/banks/{small}").status_code == 404
    ada.get(f"/banks/{small}")
    assert (
        ada.post(f"/banks/{small}/share", {"username": "di", "right": "read", "owner_id": "2"}).status_code
        == 303
    )
    assert di.get(f"/banks/{small}").status_code == 200
    assert not di.page.find("form", action=f"/banks/{small}/share")
    assert di.post(f"/banks/{small}/share", {"username": "eve", "right": "edit"}).status_code == 403
    ada.get(f"/banks/{small}")
    assert "Di" in ada.text
    ada.post(f"/banks/{small}/share", {"username": "di", "right": "none"})
    assert di.get(f"/banks/{small}").status_code == 404


@pytest.mark.parametrize(
    "form, field, words",
    [
        ({"username": "nobody", "right": "read"}, "username", "there is nobody else called 'nobody'"),
        ({"username": "ada", "right": "read"}, "username", "there is nobody else called 'ada'"),
        ({"username": "", "right": "read"}, "username", "Enter a user name."),
        ({"username": "di", "right": "own"}, "right", "Not a valid choice"),
    ],
)
def test_what_is_wrong_with_a_share_stands_at_the_field(ada, small, form, field, words):
    ada.get(f"/banks/{small}")
    assert ada.post(f"/banks/{small}/share", form).status_code == 422
    assert words in field_error(ada.page, field)
    assert ada.page.find("input", {"name": "username"}).get("value", "") == form["username"]


# Doors -----------------------------------------------------------------------------------------------------------


def test_a_bank_is_for_its_owner(browser, cast, small):
    question = question_id(cast, small, "one")
    for path in (f"/banks/{small}", f"/banks/{small}/export", f"/questions/{question}"):
        people = ("ada", "bo", "di", "eve", None)
        assert [status(browser, name, path) for name in people] == [200, 404, 404, 404, "login"], path


def test_only_authors_list_and_import(browser):
    for path in ("/banks", "/banks/import"):
        assert [status(browser, name, path) for name in ("ada", "eve", "bo", None)] == [
            200,
            200,
            403,
            "login",
        ]
    for path in ("/banks/import", "/banks/import/commit"):
        assert refused(browser, "bo", path, {"text": SECOND}) == 403
    assert banks.find_bank("second") is None


def test_many_banks_and_questions_take_no_more_statements_than_few(cast, small):
    def ask():
        with statements() as seen:
            banks.banks(cast.ada, 1)
            banks.bank(cast.ada, small, 1, TODAY)
        return len(seen)

    few = ask()
    for number in range(10):
        importing.import_bank(cast.ada, BANK.replace("bank: small", f"bank: b{number}"), "x", NOW)
    question = BANK[BANK.index("  - id: one") : BANK.index("  - id: two")]
    more = "".join(question.replace("id: one", f"id: more-{number}") for number in range(50))
    importing.import_bank(cast.ada, BANK + more, "x", NOW)
    assert ask() == few
    page = banks.bank(cast.ada, small, 2, TODAY).questions
    assert (page.total, len(page.rows)) == (55, 5)


# What is said of topics --------------------------------------------------------------------------------------------


def test_topics_are_described_where_the_bank_and_the_progress_show_it(ada, cast, small, browser):
    ada.get(f"/banks/{small}/topics")
    ada.post(
        f"/banks/{small}/topics", {"title/sums": "Sums & more", "description/sums/plus": "*Adding*\r\nup"}
    )
    ada.get(f"/banks/{small}")
    tree = ada.page.find("details", class_="q-disclose").find_all("li")
    assert [one.find("a").get_text() for one in tree[:2]] == ["Sums & more", "minus"]
    assert str(tree[2].find("em")) == "<em>Adding</em>"
    assert "title: Sums & more" in exporting.export_text(cast.ada, small, NOW)
    sit(cast, cast.bo, EVERY)
    told = browser("bo")
    told.get("/progress")
    assert told.page.find(class_="q-mastery").find("h3").get_text() == "Sums & more"
    assert str(told.page.find(class_="q-told").find("em")) == "<em>Adding</em>"
    assert status(browser, "bo", f"/banks/{small}/topics") == 404

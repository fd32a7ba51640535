"""Images on the web: how they are sent, added in the editor without JavaScript, listed, imported with their bank."""

import pytest

from quiz.files.archive import Archive, pack
from quiz.files.images import read_image
from quiz.operations import authoring, banks, media
from tests.cast import NOW
from tests.operations.test_media import BOX, FIELD, FILES, bring, take
from tests.pages.doors import status
from tests.pages.forms import controls, upload
from tests.pictures import SVG, png

EDITOR = {"data-editor": True}


@pytest.fixture
def maps(cast):
    return bring(cast.ada).bank_id


@pytest.fixture
def ada(browser):
    return browser("ada")


def test_how_an_image_is_sent(browser, cast, maps, ada):
    sent = ada.get(f"/media/{BOX}")
    assert (sent.status_code, sent.mimetype, sent.data) == (200, "image/svg+xml", read_image(SVG).content)
    assert sent.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert sent.headers["X-Content-Type-Options"] == "nosniff"
    (policy,) = sent.headers.getlist("Content-Security-Policy")
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    again = ada.get(f"/media/{BOX}", headers={"If-None-Match": sent.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert ada.get(f"/media/{FIELD}").mimetype == "image/png"
    assert status(browser, "di", f"/media/{BOX}") == 404
    assert status(browser, None, f"/media/{BOX}") == "login"
    assert (
        browser("di").get(f"/media/{BOX}", headers={"If-None-Match": sent.headers["ETag"]}).status_code == 404
    )


def test_a_student_sees_the_image_on_the_paper(browser, cast, maps):
    attempt = take(cast)
    bo = browser("bo")
    bo.get(f"/attempts/{attempt}")
    image = bo.page.main.find("img")
    assert (image["alt"], image["width"], image["height"]) == ("a grey field", "3", "2")
    assert bo.get(image["src"]).data == png()


# In the editor ------------------------------------------------------------------------------------------------------


def add(browser, content, name="Plan.png", **fields):
    """Presses "Add the image" in the editor's page, with a file."""
    form = browser.page.find("form", method="post", attrs=EDITOR)
    found = controls(browser.page, attrs=EDITOR)
    found |= {f"image-{part}": [value] for part, value in fields.items()} | {"act": ["image:"]}
    return upload(browser, form["action"], found, "image-file", name, content)


def test_an_image_is_put_into_a_text(ada, cast, maps):
    ada.get(f"/banks/{maps}/questions/new?type=single_choice")
    into = [option["value"] for option in ada.page.find(id="image-into").find_all("option")]
    assert into[:2] == ["prompt", "explanation"]
    assert {"own-options-0-text", "own-options-0-feedback", "feedback-right"} <= set(into)
    assert "tags" not in into
    assert not ada.page.find("details", id="image").has_attr("open")
    answer = add(ada, png(9, 9), alt="the *plan*  [of] it", into="prompt")
    assert answer.status_code == 200
    prompt = ada.page.find(id="prompt")
    assert prompt.get_text().strip() == r"![the \*plan\* \[of\] it](images/plan.png)"
    assert prompt.has_attr("autofocus")
    assert [image.name for image in media.folder(cast.ada, maps).images if not image.used_by] == [
        "images/plan.png"
    ]
    add(ada, png(9, 9), alt="again", into="own-options-1-text")
    assert ada.page.find(id="own-options-1-text").get_text().strip() == "![again](images/plan.png)"
    assert "images/plan.png" in ada.page.find(id="prompt").get_text(), "what was typed before stays"


def test_where_in_the_text(ada, cast, maps):
    ada.get(f"/banks/{maps}/questions/new?type=true_false")
    found = controls(ada.page, attrs=EDITOR)
    form = ada.page.find("form", attrs=EDITOR)
    ada.post(form["action"], {**found, "prompt": "😀 before after", "act": "preview"})
    add(ada, png(9, 9), alt="x", into="prompt", at="10")
    assert ada.page.find(id="prompt").get_text().strip() == "😀 before ![x](images/plan.png)after"


def test_what_is_wrong_with_an_image_is_said_at_its_field(ada, cast, maps):
    ada.get(f"/banks/{maps}/questions/new?type=true_false")
    for content, alt, control, words in (
        (b"<html>", "x", "image-file", "this is no image"),
        (png(100_000, 100_000), "x", "image-file", "100000 × 100000 pixels"),
        (b"\0" * 2_100_000, "x", "image-file", "2.1 MB, 2 MB is the most"),
        (b"", "x", "image-file", "choose a file"),
        (png(), "  ", "image-alt", "say what the image shows"),
    ):
        answer = add(ada, content, alt=alt, into="prompt")
        assert answer.status_code == 422
        field = ada.page.find(id=control)
        assert field["aria-invalid"] == "true"
        assert field.has_attr("autofocus")
        assert words in ada.page.find(id=f"{control}-error").get_text()
        assert f"{control}-error" in field["aria-describedby"].split()
        assert ada.page.find("details", id="image").has_attr("open")
    assert {image.name for image in media.folder(cast.ada, maps).images} == {
        "images/box.svg",
        "images/field.png",
    }


def test_a_question_with_an_image_is_saved_and_previewed(ada, cast, maps):
    (row,) = banks.bank(cast.ada, maps, 1, NOW.date()).questions.rows
    ada.get(f"/questions/{row.question_id}/edit")
    assert "![a grey field](images/field.png)" in ada.page.find(id="prompt").get_text()
    assert ada.page.find(id="preview").find("img")["src"] == f"/media/{FIELD}"
    add(ada, png(9, 9), alt="more", into="explanation")
    found = controls(ada.page, attrs=EDITOR)
    assert (
        ada.post(ada.page.find("form", attrs=EDITOR)["action"], {**found, "act": "save"}).status_code == 303
    )
    fields = authoring.sheet(cast.ada, row.question_id).fields
    assert set(fields["images"]) == {"images/field.png", "images/box.svg", "images/plan.png"}
    ada.get(f"/questions/{row.question_id}/history/2")
    assert len(ada.page.main.find_all("img")) == 3


def test_an_image_that_is_gone_is_said_in_place_of_the_preview(ada, cast, maps):
    ada.get(f"/banks/{maps}/questions/new?type=true_false")
    found = controls(ada.page, attrs=EDITOR)
    form = ada.page.find("form", attrs=EDITOR)
    ada.post(form["action"], {**found, "prompt": "![x](images/none.png)", "act": "preview"})
    assert "there is no image 'images/none.png'" in ada.page.find(id="preview").get_text()


# The folder, and import ----------------------------------------------------------------------------------------------


def test_the_list_of_images(ada, cast, maps):
    media.add_image(cast.ada, maps, "unused.png", png(5, 5), NOW)
    ada.get(f"/banks/{maps}")
    assert ada.page.find("a", href=f"/banks/{maps}/images")
    ada.get(f"/banks/{maps}/images")
    assert "unused.png 5 × 5 0 kB no question Delete : unused.png" in ada.text
    assert len(ada.page.find_all("form", action=f"/banks/{maps}/images/delete")) == 1
    assert ada.post(f"/banks/{maps}/images/delete", {"image": "images/unused.png"}).status_code == 303
    assert ada.post(f"/banks/{maps}/images/delete", {"image": "images/field.png"}).status_code == 409


def send(browser, files):
    """Sends an archive of these files to be looked at."""
    return upload(browser, "/banks/import", {"csrf_token": [browser.token]}, "file", "maps.zip", pack(files))


def test_a_bank_comes_with_its_images(ada, cast):
    ada.get("/banks/import")
    answer = send(ada, FILES)
    assert answer.status_code == 200, ada.text
    assert "images 2" in ada.text
    assert banks.find_bank("maps") is None
    kept = controls(ada.page, action="/banks/import/commit")
    assert kept["text"] == [""]
    answer = ada.post("/banks/import/commit", kept)
    assert answer.status_code == 303
    exported = ada.get(answer.headers["Location"] + "/export")
    assert exported.mimetype == "application/zip"
    assert ".zip" in exported.headers["Content-Disposition"]
    assert Archive(exported.data).read("images/field.png") == png()


def test_a_wrong_archive_is_said_at_the_file(ada, cast):
    ada.get("/banks/import")
    for files, words in (
        ({"../maps.yaml": b""}, "would leave the archive"),
        ({"maps.txt": b""}, "what is in the file is not recognised"),
        ({**FILES, "images/field.png": b"no"}, "this is no image"),
    ):
        assert send(ada, files).status_code == 422
        assert words in ada.text
    for archive in ("no base64!", "é"):
        kept = {"text": "", "archive": archive, "name": "x"}
        assert ada.post("/banks/import/commit", kept).status_code in (400, 422)

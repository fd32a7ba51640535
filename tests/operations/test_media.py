"""Images in the store: kept once, seen by whoever may see a question with them, there and back again."""

import pytest
from sqlalchemy import delete

from quiz.banks.images import Pictures, unpacked
from quiz.db import reading, transaction
from quiz.errors import Conflict, Forbidden, Invalid, NotFound, SignedOut
from quiz.files.archive import Archive, pack
from quiz.files.images import read_image
from quiz.models.media import BankImage, Media, drop_unused, keep_images
from quiz.operations import attempts, authoring, banks, enrolling, exporting, importing, media, quizzes
from quiz.operations.access import Actor
from tests.cast import NOW
from tests.pictures import SVG, png
from tests.statements import statements

MAPS = """
format: quiz-bank/1
bank: maps
title: Maps
questions:
  - id: field
    type: true_false
    timeless: true
    prompt: "![a grey field](images/field.png) This is grey."
    answer: true
    explanation: "![a blue box](images/box.svg) This would be blue."
    evidence: [{source: {title: Atlas}, supports: the map}]
"""
FIELD, BOX = read_image(png()).digest, read_image(SVG).digest
FILES = {"maps.yaml": MAPS.encode(), "images/field.png": png(), "images/box.svg": SVG}
BLUEPRINT = """
format: quiz-blueprint/1
title: Maps
sections: [{title: Maps, bank: maps, count: 1}]
"""


def bring(actor, files=FILES, **options):
    text, read = unpacked(pack(files))
    return importing.import_bank(actor, text.decode(), "maps.zip", NOW, pictures=Pictures(read), **options)


@pytest.fixture
def maps(cast):
    return bring(cast.ada).bank_id


def seen_by(cast, digest=FIELD):
    """Who may see the image."""
    found = set()
    for name in ("ada", "bo", "cy", "di", "eve"):
        try:
            assert read_image(media.image(getattr(cast, name), digest).content).digest == digest
        except NotFound:
            continue
        found.add(name)
    return found


def stored():
    with reading() as connection:
        return {row.digest for row in connection.execute(Media.__table__.select())}


def take(cast):
    """Bo starts a quiz of the bank."""
    cast.quiz = quizzes.create(cast.ada, cast.course, BLUEPRINT, NOW)
    quizzes.publish(cast.ada, cast.quiz, NOW)
    return cast.start()


def question_of(cast, bank_id):
    (row,) = banks.bank(cast.ada, bank_id, 1, NOW.date()).questions.rows
    return row.question_id


# Who may see one ----------------------------------------------------------------------------------------------------


def test_who_sees_an_image(app, cast, maps):
    assert seen_by(cast) == {"ada"}
    attempt = take(cast)
    assert seen_by(cast) == {"ada", "bo"}
    attempts.finish(cast.bo, attempt, NOW)
    assert seen_by(cast) == {"ada", "bo"}
    enrolling.enrol(cast.ada, cast.course, "di", "reader", NOW)
    assert seen_by(cast) == {"ada", "bo", "di"}
    banks.share(cast.ada, maps, "eve", "read", NOW)
    assert seen_by(cast, BOX) == {"ada", "bo", "di", "eve"}
    with pytest.raises(SignedOut):
        media.image(Actor(cast.bo.id, 99), FIELD)
    for digest in ("0" * 64, "x", "", "%"):
        with pytest.raises(NotFound):
            media.image(cast.ada, digest)


def test_a_shipped_bank_is_seen_by_authors(app, cast):
    bring(None)
    assert seen_by(cast) == {"ada", "di", "eve"}


def test_what_replaced_images_showed_stays_to_those_who_had_them(app, cast, maps):
    take(cast)
    newer = {**FILES, "images/field.png": png(shade=200)}
    assert bring(cast.ada, newer).changed == ("field",)
    assert seen_by(cast) == {"ada", "bo"}
    assert seen_by(cast, read_image(newer["images/field.png"]).digest) == {"ada"}
    assert bring(cast.ada, newer).unchanged == ("field",)


def test_one_statement_decides(app, cast, maps):
    take(cast)
    for actor in (cast.ada, cast.bo):
        with statements() as asked:
            media.image(actor, FIELD)
        assert len([one for one in asked if one.startswith("SELECT")]) == 1


# In and out ---------------------------------------------------------------------------------------------------------


def test_what_came_in_goes_out(app, cast, maps):
    made = exporting.export_file(cast.ada, maps, NOW)
    assert (made.slug, made.suffix) == ("maps", ".zip")
    archive = Archive(made.content)
    assert {name: archive.read(name) for name in archive.names if name != "maps.yaml"} == {
        "images/box.svg": read_image(SVG).content,
        "images/field.png": png(),
    }
    text, read = unpacked(made.content)
    again = importing.import_bank(cast.ada, text.decode(), "x", NOW, pictures=Pictures(read))
    assert again.unchanged == ("field",)
    assert exporting.export_file(cast.ada, maps, NOW).content == made.content
    small = banks.find_bank("small")
    assert exporting.export_file(cast.ada, small, NOW).suffix == ".yaml"


def test_a_text_alone_finds_the_images_that_the_bank_has(app, cast, maps):
    assert importing.import_bank(cast.ada, MAPS, "x", NOW).unchanged == ("field",)
    with pytest.raises(Invalid, match=r"there is no image 'images/field\.png'"):
        importing.import_bank(cast.di, MAPS, "x", NOW)


def test_nothing_is_written_where_an_image_is_wrong(app, cast):
    with pytest.raises(Invalid, match=r"'images/box\.svg' holds a PNG"):
        bring(cast.ada, {**FILES, "images/box.svg": png()})
    assert banks.find_bank("maps") is None
    assert stored() == set()
    assert bring(cast.ada, dry_run=True).images == ("images/field.png", "images/box.svg")
    assert stored() == set()


def test_two_images_of_one_name_are_told_apart_on_the_way_out(app, cast, maps):
    """A question that is gone from the file keeps its image; the file's next question calls another one the same."""
    other = MAPS.replace("id: field", "id: other").encode()
    bring(cast.ada, {**FILES, "maps.yaml": other, "images/field.png": png(shade=200)})
    text, read = unpacked(exporting.export_file(cast.ada, maps, NOW).content)
    again = importing.import_bank(cast.di, text.decode(), "x", NOW, pictures=Pictures(read))
    assert set(again.new) == {"field", "other"}
    assert len(again.images) == 3


# The folder of a bank -----------------------------------------------------------------------------------------------


def test_images_are_added_used_and_deleted(app, cast, maps):
    question_id = question_of(cast, maps)
    name = media.add_image(cast.ada, maps, "C:\\Maps\\Großer Plan.PNG", png(5, 5), NOW)
    assert name == "images/c-maps-grosser-plan.png"
    assert media.add_image(cast.ada, maps, "other name.png", png(5, 5), NOW) == name
    assert media.add_image(cast.ada, maps, "field.png", png(6, 6), NOW) == "images/field-2.png"
    used = {image.name: image.used_by for image in media.folder(cast.ada, maps).images}
    shown = ((question_id, "field"),)
    assert used == {name: (), "images/field-2.png": (), "images/field.png": shown, "images/box.svg": shown}
    with pytest.raises(Conflict):
        media.delete_image(cast.ada, maps, "images/field.png", NOW)
    media.delete_image(cast.ada, maps, name, NOW)
    assert stored() == {FIELD, BOX, read_image(png(6, 6)).digest}
    with pytest.raises(NotFound):
        media.delete_image(cast.ada, maps, name, NOW)


@pytest.mark.parametrize("first", ["deleting", "adding"])
def test_one_deletes_an_image_while_another_adds_the_same(app, cast, maps, beside, first):
    """The later of the two waits for the other, and sees what that has done."""
    other = authoring.add_bank(cast.di, "other", "Other", "en", NOW)
    mine = read_image(png(8, 8))
    media.add_image(cast.ada, maps, "mine.png", mine.content, NOW)
    with transaction() as connection:
        if first == "deleting":
            connection.execute(delete(BankImage).where(BankImage.digest == mine.digest))
            drop_unused(connection, [mine.digest])
            waiting = beside(lambda: media.add_image(cast.di, other, "x.png", mine.content, NOW))
        else:
            keep_images(connection, other, {"images/x.png": mine})
            waiting = beside(lambda: media.delete_image(cast.ada, maps, "images/mine.png", NOW))
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.3)
    waiting.result()
    assert media.image(cast.di, mine.digest).content == mine.content


def test_who_changes_the_folder(app, cast, maps):
    for act in (
        lambda actor: media.add_image(actor, maps, "a.png", png(7, 7), NOW),
        lambda actor: media.delete_image(actor, maps, "images/field.png", NOW),
    ):
        with pytest.raises(NotFound):
            act(cast.di)
    with pytest.raises(NotFound):
        media.folder(cast.di, maps)
    banks.share(cast.ada, maps, "di", "use", NOW)
    assert not media.folder(cast.di, maps).editable
    with pytest.raises(Forbidden):
        media.add_image(cast.di, maps, "a.png", png(7, 7), NOW)
    assert stored() == {FIELD, BOX}


def test_an_earlier_version_brings_its_image_back(app, cast, maps):
    question_id = question_of(cast, maps)
    fields = authoring.sheet(cast.ada, question_id).fields
    plain = {**fields, "prompt": "This is grey.", "explanation": "So it is."}
    authoring.save_question(cast.ada, maps, question_id, 1, plain, NOW)
    assert "images" not in authoring.sheet(cast.ada, question_id).fields
    media.delete_image(cast.ada, maps, "images/field.png", NOW)
    assert FIELD in stored(), "the first version still shows it"
    authoring.restore(cast.ada, question_id, 1, NOW)
    assert {image.name for image in media.folder(cast.ada, maps).images} == {
        "images/box.svg",
        "images/field.png",
    }
    assert authoring.sheet(cast.ada, question_id).fields == fields


def test_a_text_cannot_name_an_image_that_is_not_there(app, cast, maps):
    fields = authoring.sheet(cast.ada, question_of(cast, maps)).fields
    for prompt, words in (
        ("![x](images/none.png)", "there is no image"),
        ("![](images/field.png)", "no alternative text"),
        (f"![x](/media/{FIELD})", "is no image of the folder"),
    ):
        with pytest.raises(Invalid, match=words) as caught:
            authoring.try_out(cast.ada, maps, {**fields, "prompt": prompt}, None)
        assert caught.value.problems[0].where == "prompt"

"""Images of bank files: found beside the file or in an archive, located faults, pinned in the question."""

import pytest

from quiz.banks.images import Pictures, beside, unpacked
from quiz.banks.model import Question
from quiz.banks.yaml import read_bank, write_bank
from quiz.errors import Invalid
from quiz.files.archive import pack
from quiz.files.images import read_image
from quiz.questions.images import ImageRef, references
from tests.pictures import SVG, jpeg, png

BANK = """
format: quiz-bank/1
bank: maps
title: Maps
questions:
  - id: seen
    type: single_choice
    timeless: true
    prompt: "What is on ![a grey field](images/field.png)?"
    options:
      - {text: "![a blue box](images/box.svg)", correct: true}
      - Nothing
    evidence: [{source: {title: Atlas}, supports: the map}]
"""


@pytest.fixture
def bank(tmp_path):
    path = tmp_path / "maps.yaml"
    path.write_text(BANK, "utf-8")
    (tmp_path / "images").mkdir()
    (tmp_path / "images/field.png").write_bytes(png())
    (tmp_path / "images/box.svg").write_bytes(SVG)
    return path


def faults(path):
    with pytest.raises(Invalid) as caught:
        read_bank(path)
    return [(problem.where, problem.line, problem.what) for problem in caught.value.problems]


def test_images_are_found_beside_the_file(bank):
    loaded = read_bank(bank)
    (question,) = loaded.questions
    digests = {name: read_image(content).digest for name, content in (("field", png()), ("box", SVG))}
    shown = str(question.present(()))
    assert f'<img alt="a grey field" src="/media/{digests["field"]}" width="3" height="2">' in shown
    assert f'<img alt="a blue box" src="/media/{digests["box"]}" width="40" height="20">' in shown
    assert "images/" not in shown, "a file's name could give the key away"
    assert Question.load(question.dump()) == question
    assert write_bank(loaded).count("(images/field.png)") == 1
    assert "media:" not in write_bank(loaded)
    assert "sha" not in write_bank(loaded)


def test_the_same_from_an_archive(bank, tmp_path):
    files = {"maps.yaml": bank.read_bytes(), "images/field.png": png(), "images/box.svg": SVG}
    for folder in ("", "maps/"):
        packed = tmp_path / "maps.zip"
        packed.write_bytes(pack({folder + name: content for name, content in files.items()}))
        assert read_bank(packed).digest == read_bank(bank).digest
    with pytest.raises(Invalid, match="holds no YAML files"):
        unpacked(pack({"images/a.png": png()}))
    with pytest.raises(Invalid, match="holds 2 YAML files"):
        unpacked(pack({"a.yaml": b"", "b.yml": b""}))


def test_another_image_of_the_same_name_makes_another_question(bank):
    before = read_bank(bank).digest
    (bank.parent / "images/field.png").write_bytes(png(shade=9))
    assert read_bank(bank).digest != before


@pytest.mark.parametrize(
    "change, fault",
    [
        (("images/field.png)?", "images/gone.png)?"), "there is no image 'images/gone.png'"),
        (("images/field.png)?", "images/../field.png)?"), "'images/../field.png' is no image of the folder"),
        (("images/field.png)?", "../field.png)?"), "'../field.png' is no image of the folder"),
        (("images/field.png)?", "/etc/passwd)?"), "'/etc/passwd' is no image of the folder"),
        (("images/field.png)?", "images/link.png)?"), "'images/link.png' is a link"),
        (("images/field.png)?", "images/linked/a.png)?"), "'images/linked/a.png' is a link"),
        (
            ("images/field.png)?", "images/field.jpg)?"),
            "'images/field.jpg' holds a PNG, whatever its name says",
        ),
        (("images/field.png)?", "images/huge.png)?"), "100000 × 100000 pixels"),
        (("images/field.png)?", "images/page.png)?"), "no image of a kind that browsers show"),
        (("![a grey field]", "![ ]"), "has no alternative text (X01)"),
    ],
)
def test_faults_say_where(bank, change, fault):
    images = bank.parent / "images"
    (images / "field.jpg").write_bytes(png())
    (images / "huge.png").write_bytes(png(100_000, 100_000))
    (images / "page.png").write_bytes(b"<html><script>alert(1)</script></html>")
    (bank.parent / "elsewhere").mkdir()
    (bank.parent / "elsewhere/a.png").write_bytes(png())
    (images / "link.png").symlink_to(bank.parent / "elsewhere/a.png")
    (images / "linked").symlink_to(bank.parent / "elsewhere")
    bank.write_text(BANK.replace(*change), "utf-8")
    ((where, line, what),) = faults(bank)
    assert (where, line) == ("prompt", 9)
    assert fault in what


def test_all_faults_of_all_images_are_told(bank):
    bank.write_text(BANK.replace("field.png", "no.png").replace("[a blue box]", "[]"), "utf-8")
    assert [(where, line) for where, line, _ in faults(bank)] == [("prompt", 9), ("options[0].text", 11)]
    with pytest.raises(Invalid, match=r"bring a \.zip"):
        read_bank(BANK)
    with pytest.raises(Invalid, match="unknown field 'images'"):
        read_bank(
            BANK.replace("    timeless", "    images: {}\n    timeless"), "x", Pictures(beside(bank)).find
        )


def test_an_image_is_read_once(bank):
    read = []
    pictures = Pictures(lambda file: read.append(file) or png())
    assert pictures.find("images/a.png") == pictures.find("images/a.png")
    assert read == ["images/a.png"]
    assert [*pictures.images] == ["images/a.png"]


def names(text, **more):
    return [(one.file, one.alt) for one in references({"prompt": text, **more})]


def test_how_texts_name_images():
    assert names('![a [b] c](images/x.png) ![d\\]e](images/y.png "t")') == [
        ("images/x.png", "a [b] c"),
        ("images/y.png", "d\\]e"),
    ]
    assert names("[a link](images/x.png) ![elsewhere](https://example.org/x.png) ![](#a)") == []
    html = """<p><img alt='a b' src="images/x.png"><IMG SRC=images/y.png data-src="no"><img src='//e.org/z.png'>"""
    assert names(html, text_format="html") == [("images/x.png", "a b"), ("images/y.png", "")]
    assert names("![a](images/x.png)", text_format="plain") == []
    assert names("", image={"file": "images/m.svg", "alt": "map"}) == [("images/m.svg", "map")]


def test_pins_in_html():
    pin = f"{read_image(png()).digest}/3x2"
    fields = {
        "bank": "b", "id": "a", "type": "true_false", "timeless": True, "answer": True, "text_format": "html",
        "prompt": "<p>Look: <img src='images/x.png' alt='grey'></p>", "images": {"images/x.png": pin},
    }  # fmt: skip
    question = Question.load(fields)
    assert f'src="/media/{pin[:64]}" width="3" height="2"' in question.present(()).prompt
    assert question.dump()["prompt"] == fields["prompt"]


def test_a_field_that_is_an_image():
    ref = ImageRef.model_validate({"file": "images/asia.svg", "alt": "Asia", "width": 800, "height": 500})
    assert (ref.address, ref.size) == ("", (800, 500))
    digest = read_image(jpeg()).digest
    ref = ImageRef.model_validate({"file": f"media:{digest}/3x2/images/a.jpg", "alt": "Asia"})
    assert (ref.address, ref.size) == (f"/media/{digest}", (3, 2))
    for file in ("asia.svg", "images/asia.exe", "images/../asia.svg", "https://example.org/a.png"):
        with pytest.raises(ValueError, match="is no image of the folder images"):
            ImageRef.model_validate({"file": file, "alt": "Asia"})

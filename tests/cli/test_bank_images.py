"""``quiz bank`` on banks with images: checked, imported, exported, as a folder and as an archive."""

import json

import pytest

from quiz.files.archive import Archive, pack
from tests.cli.commands import Shell
from tests.operations.test_media import FILES, MAPS
from tests.pictures import SVG, png


@pytest.fixture
def engine():
    """One is enough: what differs between them is tested below."""
    return "sqlite"


@pytest.fixture
def shell(database_url):
    return Shell(database_url)


@pytest.fixture
def bank(tmp_path):
    for name, content in FILES.items():
        path = tmp_path / "banks" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "banks/maps.yaml"


def test_the_check_says_where(shell, bank):
    assert shell.json("bank", "check", bank.parent)["errors"] == []
    packed = bank.with_suffix(".zip")
    packed.write_bytes(pack(FILES))
    assert shell.json("bank", "check", packed)["banks"][0]["bank"] == "maps"
    (bank.parent / "images/field.png").write_bytes(SVG)
    (bank.parent / "images/box.svg").unlink()
    found = json.loads(shell("bank", "check", bank, "--json", code=1).stdout)["errors"]
    told = [(error["line"], error["question"], error["message"].partition(" – ")[0]) for error in found]
    assert told == [
        (9, "maps/field", "prompt: 'images/field.png' holds an SVG, whatever its name says"),
        (11, "maps/field", "explanation: there is no image 'images/box.svg'"),
    ]


def test_in_and_out(shell, bank, tmp_path):
    (report,) = shell.json("bank", "import", bank)["banks"]
    assert report["images"] == ["images/field.png", "images/box.svg"]
    out = tmp_path / "out.zip"
    shell("bank", "export", "maps", "-o", out)
    assert Archive(out.read_bytes()).read("images/field.png") == png()
    assert "1 unchanged, 2 images" in shell("bank", "import", out).stdout
    told = shell("bank", "export", "maps", "-o", tmp_path / "out.yaml", code=2)
    assert "has images: write it to a file that ends in .zip" in told.output
    assert not (tmp_path / "out.yaml").exists()
    bank.write_text(MAPS.replace("field.png", "../../secret.png"), "utf-8")
    told = shell("bank", "import", bank, code=1)
    assert (
        "maps.yaml:9: maps/field: prompt: 'images/../../secret.png' is no image of the folder" in told.output
    )


def test_images_go_with_a_bank_that_is_converted(shell, bank, tmp_path):
    (tmp_path / "out").mkdir()
    shell("convert", bank, tmp_path / "out/maps.json")
    assert (tmp_path / "out/images/field.png").read_bytes() == png()
    shell("convert", tmp_path / "out/maps.json", tmp_path / "back.yaml")
    assert "images:" not in (tmp_path / "back.yaml").read_text("utf-8")
    assert shell.json("bank", "check", tmp_path / "back.yaml")["errors"] == []
    (tmp_path / "images/field.png").unlink()
    told = shell("convert", tmp_path / "back.yaml", tmp_path / "again.json", code=1)
    assert "there is no image 'images/field.png'" in told.output

"""Hostile files: each refused in time and memory, by what is wrong with it; what is taken of it does no harm."""

import json
import subprocess
import sys

import pytest

from tests.formats import hostile

#: Seconds of a processor for a file, and megabytes of the whole process.
MOST_SECONDS = 1
MOST_MEGABYTES = 100
#: What each is refused for.
SAID = {
    "billion-laughs.xml": "document type",
    "external-entity.xml": "document type",
    "parameter-entity.xml": "document type",
    "zip-slip.zip": "would leave the archive's folder",
    "zip-symlink.zip": "is a link",
    "zip-bomb.zip": "unpacks to far more",
    "zip-bomb-of-bzip2.zip": "packed in a way that is not read",
    "zip-that-overlaps.zip": "lie in each other",
    "zip-in-zip.zip": "holds no items",
    "zip-of-many-entries.zip": "more than 30000 files",
    "deep.xml": "Excessive depth",
    "deep.json": "nests too deep",
    "deep.yaml": "no valid YAML",
    "alias-bomb.yaml": "aliases are not supported",
    "bomb.xlsx": "unpacks to far more",
    "far-cell.xlsx": "cells are the most",
    "shared-text.xlsx": "million characters",
    "far-cell-after-a-quote.xlsx": "cells are the most",
    "never-ends.apkg": "the collection is damaged",
    "broken.apkg": "the collection is damaged",
}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What became of each file, by its name: one process reads them, each in a child."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, make in {**hostile.REFUSED, **hostile.DISARMED}.items():
        (folder / name).write_bytes(make())
    hostile.long_file(folder / "long.xml", 100)
    command = [sys.executable, "-m", "tests.formats.hostile", *map(str, sorted(folder.iterdir()))]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    return {one["file"]: one for one in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize("name", hostile.REFUSED)
def test_a_hostile_file_is_refused_at_once(told, name):
    line, where, what, mend = told[name]["refused"][0]
    assert SAID[name] in what
    assert mend or " – " in what
    assert (
        line
        or where
        or name in what
        or "'" in what
        or "archive" in what
        or "files" in what
        or "sheet" in what
    )
    assert told[name]["seconds"] < MOST_SECONDS
    assert told[name]["megabytes"] < MOST_MEGABYTES


@pytest.mark.parametrize("name", hostile.DISARMED)
def test_a_hostile_picture_is_left_out_or_cut_to_what_is_one(told, name):
    (found,) = told[name]["found"]
    assert not any("script" in file or "<html" in file for file in found["files"])
    assert found["files"] or "is no picture that can be shown" in found["lost"][0]
    assert told[name]["seconds"] < MOST_SECONDS
    assert told[name]["megabytes"] < MOST_MEGABYTES


def test_a_long_file_is_read_as_a_stream(told):
    """A hundred megabytes, a hundred questions: in memory is one at a time."""
    assert len(told["long.xml"]["found"]) == 100
    assert told["long.xml"]["megabytes"] < MOST_MEGABYTES

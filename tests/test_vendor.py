"""What is vendored is what the manifests say, and nothing else."""

import hashlib
import json
import re

import pytest

from tools import vendor

#: Words of each licence.
LICENCES = {
    "MIT": "Permission is hereby granted",
    "MPL-2.0": "Mozilla Public License, version 2.0",
    "OFL-1.1": "SIL OPEN FONT LICENSE Version 1.1",
}

each_folder = pytest.mark.parametrize("folder", vendor.FOLDERS, ids=["shipped", "fonts", "tests"])


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text())


@each_folder
def test_every_vendored_file_has_the_digest_of_the_manifest(folder):
    for entry in manifest(folder):
        content = (folder / entry["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], entry["file"]


@each_folder
def test_the_manifest_names_every_vendored_file(folder):
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert there == {entry["file"] for entry in manifest(folder)} | {"manifest.json"}


def test_every_vendored_package_brings_its_licence():
    found = {}
    for folder in vendor.FOLDERS:
        for entry in manifest(folder):
            assert (entry["version"], entry["licence"]) == vendor.PACKAGES[entry["name"]]
            text = (folder / entry["file"]).with_name("LICENSE").read_text()
            found[entry["name"]] = LICENCES[entry["licence"]] in " ".join(text.split())
    assert found == dict.fromkeys(vendor.PACKAGES, True)


def test_the_sprite_holds_the_icons_and_nothing_that_runs():
    version, _ = vendor.PACKAGES["bootstrap-icons"]
    sprite = (vendor.SHIPPED / f"bootstrap-icons@{version}" / "icons.svg").read_text()
    assert set(re.findall(r'id="([^"]+)"', sprite)) == set(vendor.ICONS)
    assert not re.search(r"<script|\son\w+=", sprite)

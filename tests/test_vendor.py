"""What is vendored is what the manifest says, and nothing else."""

import hashlib
import json
import re
from pathlib import Path

import quiz
from tools import vendor

VENDOR = Path(quiz.__file__).parent / "static" / "vendor"
MANIFEST = json.loads((VENDOR / "manifest.json").read_text())


def test_every_vendored_file_has_the_digest_of_the_manifest():
    for entry in MANIFEST:
        content = (VENDOR / entry["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], entry["file"]


def test_the_manifest_names_every_vendored_file():
    there = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert there == {entry["file"] for entry in MANIFEST} | {"manifest.json"}


def test_every_vendored_package_brings_its_licence():
    for name, (version, licence) in vendor.PACKAGES.items():
        assert "Permission is hereby granted" in (VENDOR / f"{name}@{version}" / "LICENSE").read_text()
        assert {entry["licence"] for entry in MANIFEST if entry["name"] == name} == {licence}


def test_the_sprite_holds_the_icons_and_nothing_that_runs():
    version, _ = vendor.PACKAGES["bootstrap-icons"]
    sprite = (VENDOR / f"bootstrap-icons@{version}" / "icons.svg").read_text()
    assert set(re.findall(r'id="([^"]+)"', sprite)) == set(vendor.ICONS)
    assert not re.search(r"<script|\son\w+=", sprite)

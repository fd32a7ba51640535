"""Fetch foreign files again: `python tools/vendor.py`, with npm on the PATH.

What pages load lies in quiz/static/vendor/, what PDF files embed in quiz/files/fonts/, what only tests load in
tests/vendor/. The files are committed, so nobody needs npm to run or test. To move to a new version change `PACKAGES`, run this, look at the pages. To use another icon
add its name to `ICONS`.
"""

import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHIPPED, FONTS, FOR_TESTS = FOLDERS = (
    ROOT / "quiz" / "static" / "vendor",
    ROOT / "quiz" / "files" / "fonts",
    ROOT / "tests" / "vendor",
)
PACKAGES = {  # name: (version, licence)
    "bootstrap": ("5.3.9", "MIT"),
    "bootstrap-icons": ("1.13.2", "MIT"),
    "@expo-google-fonts/noto-sans": ("0.4.2", "OFL-1.1"),
    "@expo-google-fonts/noto-sans-sc": ("0.4.3", "OFL-1.1"),
    "axe-core": ("4.14.1", "MPL-2.0"),
}
ICONS = """
    arrow-down arrow-left arrow-repeat arrow-right arrow-up bar-chart box-arrow-right caret-down-fill caret-up-fill
    check-circle-fill check-lg chevron-down chevron-right chevron-up circle circle-half clock copy dash-circle download
    exclamation-circle exclamation-triangle exclamation-triangle-fill eye eye-slash file-earmark-text flag flag-fill
    gear grip-vertical hand-index info-circle journal-check journal-text key list list-ul pencil people plus-lg printer
    search three-dots trash upload wifi-off x-circle-fill x-lg zoom-in zoom-out
""".split()


def main():
    """Write every file, and in each folder the manifest that names its sources and digests."""
    with tempfile.TemporaryDirectory() as folder:
        packages = {name: unpacked(name, version, Path(folder)) for name, (version, _) in PACKAGES.items()}
        for vendor in FOLDERS:
            shutil.rmtree(vendor, ignore_errors=True)
            entries = [write(vendor, *file) for file in files(packages)[vendor]]
            (vendor / "manifest.json").write_text(json.dumps(entries, indent=2) + "\n")


def files(packages):
    """What goes into which folder, as (package, file, content); `packages` says where each is unpacked."""

    def copied(name, source, file):
        return name, file, (packages[name] / source).read_bytes()

    def font(name, file):
        package = f"@expo-google-fonts/{name}"
        return copied(package, f"400Regular/{file}", file), copied(package, "LICENSE_FONT", "LICENSE")

    icons = sprite((packages["bootstrap-icons"] / "bootstrap-icons.svg").read_text())
    return {
        SHIPPED: [
            copied("bootstrap", "dist/css/bootstrap.min.css", "bootstrap.min.css"),
            copied("bootstrap", "LICENSE", "LICENSE"),
            ("bootstrap-icons", "icons.svg", icons.encode()),
            copied("bootstrap-icons", "LICENSE", "LICENSE"),
        ],
        FONTS: [
            *font("noto-sans", "NotoSans_400Regular.ttf"),
            *font("noto-sans-sc", "NotoSansSC_400Regular.ttf"),
        ],
        FOR_TESTS: [
            copied("axe-core", "axe.min.js", "axe.min.js"),
            copied("axe-core", "LICENSE", "LICENSE"),
            copied("axe-core", "LICENSE-3RD-PARTY.txt", "LICENSE-3RD-PARTY.txt"),
        ],
    }


def unpacked(name, version, folder):
    """The folder that holds a package's files, fetched by npm from wherever it is set up to."""
    subprocess.run(["npm", "pack", "--silent", f"{name}@{version}"], cwd=folder, check=True)
    plain = plain_name(name)
    with tarfile.open(folder / f"{plain}-{version}.tgz") as archive:
        archive.extractall(folder / plain, filter="data")
    return folder / plain / "package"


def plain_name(name):
    """A package's name as a file's, as npm makes it: without what a scope adds."""
    return name.removeprefix("@").replace("/", "-")


def write(vendor, name, file, content):
    """Write one file and return its line of the manifest."""
    version, licence = PACKAGES[name]
    path = vendor / f"{plain_name(name)}@{version}" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return {
        "name": name,
        "version": version,
        "licence": licence,
        "file": path.relative_to(vendor).as_posix(),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def sprite(whole):
    """The whole set's sprite, cut to `ICONS`: 20 kB in place of 1 MB."""
    symbols = {
        match[1]: match[0] for match in re.finditer(r'<symbol\b[^>]*\bid="([^"]+)".*?</symbol>', whole)
    }
    cut = "\n".join(symbols[name] for name in sorted(ICONS))
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{cut}\n</svg>\n'


if __name__ == "__main__":
    main()

"""What a wheel carries: `pip install` alone has to be enough to run."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """The files in a wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("quiz_engine-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def files_in(folder):
    """The files of a folder of the checkout, but for what Python writes there itself."""
    files = (
        path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )
    return {path.relative_to(ROOT).as_posix() for path in files}


@pytest.mark.parametrize("folder,inside", [("quiz", ""), ("templates", "quiz/"), ("question_banks", "quiz/")])
def test_the_wheel_carries_code_pages_and_banks(folder, inside, names):
    files = files_in(folder)
    assert files
    assert {inside + name for name in files} <= names


def test_the_wheel_carries_nothing_else(names):
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"quiz"}
    assert not [name for name in names if name.endswith(".pyc")]

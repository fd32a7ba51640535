"""What the guides say works: their commands run, their files are read, their links lead somewhere."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from quiz.assembly.blueprint import read_blueprint
from quiz.banks.yaml import read_bank
from tests.cast import PASSWORD

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
#: What does not end by itself, or is run by other tests.
NOT_RUN = ("make ", "quiz serve")
#: What a guide names that a test has in its own folder.
ELSEWHERE = {"/var/lib/quiz": "data", "postgresql://quiz:…@host/quiz": "sqlite:///$PWD/moved.db"}


def blocks(page, language):
    """The fenced blocks of a page in one language."""
    return re.findall(
        rf"^```{language}\n(.*?)^```$", (ROOT / page).read_text("utf-8"), re.MULTILINE | re.DOTALL
    )


def commands(page):
    """The lines of a page's shell blocks, without remarks."""
    lines = "".join(blocks(page, "sh")).splitlines()
    return [line.partition(" #")[0].rstrip() for line in lines]


WITH_COMMANDS = [page.relative_to(ROOT).as_posix() for page in PAGES if commands(page)]


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_the_commands_of_a_page_work(page, tmp_path):
    """In their order, in a folder with what the page takes for granted, as a shell runs them."""
    (tmp_path / "password.txt").write_text(PASSWORD)
    (tmp_path / "arithmetic.yaml").write_text(blocks("README.md", "yaml")[0], "utf-8")
    (tmp_path / "question_banks").mkdir()
    script = "\n".join(line for line in commands(page) if not line.startswith(NOT_RUN))
    for there, here in ELSEWHERE.items():
        script = script.replace(there, here)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    bash = shutil.which("bash")
    run = [bash, "-euo", "pipefail", "-c", script]
    ran = subprocess.run(run, cwd=tmp_path, env={"PATH": path}, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_what_a_page_makes_is_a_target(page):
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    made = [line.split()[1] for line in commands(page) if line.startswith("make ")]
    assert set(made) <= set(targets)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_stand_in_blocks_that_are_run(page):
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    others = "".join(text for language, text in fenced if language != "sh")
    assert not re.findall(r"^\$ .*|^(?:[A-Z_]+=\S+ )?(?:quiz|make) [^,:\n]*$", others, re.MULTILINE)


def test_ten_lines_are_a_bank():
    (text,) = blocks("README.md", "yaml")
    assert text.count("\n") == 10
    assert len(read_bank(text, "arithmetic.yaml").questions) == 1


def test_the_teachers_blueprint_is_one():
    (text,) = blocks("docs/teacher.md", "yaml")
    assert len(read_blueprint(text, "blueprint").sections) == 2


def test_the_question_type_of_the_walk_needs_its_folder_alone(tmp_path):
    """The files of the page, put into a copy of the tree, pass the contract tests of question types."""
    for name in ("quiz", "tests", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    text = (ROOT / "docs/extending.md").read_text("utf-8")
    files = re.findall(
        r"`(quiz/questions/types/\w+/[\w.]+)`.*?^```\w+\n(.*?)^```$", text, re.MULTILINE | re.DOTALL
    )
    (folder,) = {(tmp_path / path).parent for path, _ in files}
    folder.mkdir()
    for path, lines in files:
        (tmp_path / path).write_text(lines, "utf-8")
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "--hypothesis-profile=ci", "tests/every/test_types.py", "tests/every/test_editing.py", "-k", folder.name]  # fmt: skip
    ran = subprocess.run(tests, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert int(re.search(r"(\d+) passed", ran.stdout)[1]) > 30


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", text):
        found = (page.parent / target).resolve() if target else page
        assert found.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", found.read_text("utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}

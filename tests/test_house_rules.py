"""Each house rule finds a planted breach, on its line, and lets the right way pass."""

from pathlib import Path

import pytest

from tools import house_rules

BREACHES = {
    "time_is_read_once": [
        ("quiz/models/attempt.py", "import datetime\n\nx = datetime.datetime.now(datetime.UTC)\n", 3),
        ("quiz/cli/serve.py", "from datetime import date\nx = date.today()\n", 2),
        ("quiz/web/guard.py", "import time\nx = time.time()\n", 2),
    ],
    "chance_is_seeded": [
        ("quiz/assembly/draw.py", "import random\n", 1),
        ("quiz/assembly/draw.py", "from random import shuffle\n", 1),
        ("quiz/operations/accounts.py", "from os import urandom\n", 1),
        ("quiz/web/auth/views.py", "import secrets\n", 1),
    ],
    "nothing_is_mocked": [
        ("tests/test_x.py", "from unittest import mock\n", 1),
        ("tests/test_x.py", "from unittest.mock import patch\n", 1),
    ],
    "html_is_made_in_one_place": [
        ("quiz/web/student/views.py", "from markupsafe import Markup\n", 1),
        ("quiz/web/student/views.py", "from flask import Markup\n", 1),
    ],
    "archives_are_bounded": [
        ("quiz/formats/qti21.py", "import zipfile\n", 1),
        ("quiz/formats/qti21.py", "from zipfile import ZipFile\n", 1),
    ],
    "sql_is_not_glued": [
        ("quiz/models/quiz.py", "from sqlalchemy import text\n\nx = text(f'SELECT {y}')\n", 3),
        ("quiz/models/quiz.py", "import sqlalchemy as sa\nx = sa.text('SELECT ' + y)\n", 2),
    ],
    "transactions_end_in_one_place": [
        ("quiz/operations/quizzes.py", "def f(session):\n    session.commit()\n", 2),
    ],
    "faults_are_translatable": [
        ("quiz/operations/courses.py", "x = 1\nProblem('name', f'{x} is too long', 'shorten it')\n", 2),
        ("quiz/operations/courses.py", "Problem('name', 'is too long', 'write one of ' + x)\n", 1),
        ("quiz/questions/fields.py", "raise fault('is empty' if x else f'{x} is none')\n", 1),
        ("quiz/banks/model.py", "what = f'there is no {x}'\n", 1),
        ("quiz/formats/gift/reading.py", "x = 1\nLoss('images', f'{x} is no picture')\n", 2),
        ("quiz/formats/aiken.py", "yield_ = Fault(f'line {x}', 'there is no answer')\n", 1),
    ],
    "figures_have_their_places": [
        ("quiz/banks/model.py", "x = 1\nSaid('has %(n)s letters', count=x)\n", 2),
        ("quiz/banks/model.py", "Said('has %(n)s letters, %(most)s is the most', n=1)\n", 1),
    ],
    "escaping_stays_on": [
        ("templates/a.html", "<p>\n{{ x|safe }}</p>", 2),
        ("templates/a.html", "{% autoescape false %}{% endautoescape %}", 1),
    ],
    "pages_obey_their_policy": [
        ("templates/a.html", '<p\n style="color: red"></p>', 2),
        ("templates/a.html", "<style></style>", 1),
        ("templates/a.html", "<script>{{ x }}</script>", 1),
        ("templates/a.html", '<a class="x" onclick="{{ x }}">{{ y }}</a>', 1),
        ("templates/a.html", '<a href="javascript:1">{{ y }}</a>', 1),
    ],
    "words_are_translatable": [
        ("templates/a.html", "<p>{{ _('Save') }}\n Now</p>", 2),
        ("templates/a.html", '<img\n alt="A map">', 2),
        ("quiz/questions/types/essay/edit.html", "{% if x %}Rubric{% endif %}", 1),
    ],
}
RIGHT = [
    ("quiz/clock.py", "from datetime import UTC, datetime\nx = datetime.now(UTC)\n"),
    ("quiz/operations/accounts.py", "import secrets\n"),
    ("quiz/web/html.py", "from markupsafe import Markup\n"),
    ("quiz/files/archive.py", "import zipfile\n"),
    ("quiz/db.py", "def f(session):\n    session.commit()\n"),
    ("quiz/models/quiz.py", "from sqlalchemy import text\nx = text('SELECT 1 WHERE a = :a' ' AND b = :b')\n"),
    ("quiz/files/richtext.py", "x = text(f'{y}')\n"),
    ("quiz/operations/courses.py", "Problem(f'groups[{x}]', Said('has %(n)s letters', n=x), 'shorten it')\n"),
    ("quiz/banks/check.py", "Problem('', f'{x} stands twice')\n"),
    ("templates/a.html", '<script src="{{ url }}"></script><p class="style">{{ _("Save") }} – 12 &nbsp;</p>'),
    (
        "templates/a.html",
        "{% trans count=n %}One\nquestion{% pluralize %}{{ count }} questions{% endtrans %}",
    ),
    (
        "templates/a.html",
        '<button aria-label="{{ _("Close") }}" title="1" class="on">×</button>{# a reason #}',
    ),
]


def found(root, path, source):
    """What the rules find in a checkout of this one file."""
    file = root / path
    file.parent.mkdir(parents=True)
    file.write_text(source, encoding="utf-8")
    return list(house_rules.findings(root))


@pytest.mark.parametrize(
    "rule,path,source,line", [(rule, *breach) for rule, planted in BREACHES.items() for breach in planted]
)
def test_a_planted_breach_is_found(rule, path, source, line, tmp_path):
    breaches = found(tmp_path, path, source)
    assert len(breaches) == 1, rule
    assert breaches[0].startswith(f"{path}:{line}: ")


@pytest.mark.parametrize("path,source", RIGHT)
def test_the_right_way_passes(path, source, tmp_path):
    assert found(tmp_path, path, source) == []


def test_every_rule_has_a_planted_breach():
    assert {rule.__name__ for rule in house_rules.PYTHON_RULES + house_rules.TEMPLATE_RULES} == set(BREACHES)


def test_the_kernel_contract_names_every_kernel_package_there_is():
    """A kernel package that import-linter is not told of would not be kept pure."""
    import tomllib

    root = house_rules.ROOT
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    named = next(contract["source_modules"] for contract in contracts if "kernel" in contract["name"])
    kernel = ("questions", "banks", "formats", "assembly", "statistics", "lint", "files")
    there = {f"quiz.{name}" for name in kernel if (Path(root) / "quiz" / name / "__init__.py").exists()}
    assert there <= set(named)

"""Bring the catalogues of words up to date: `python -m tools.words` (or `make words`); `--check` names what they lack.

Words of pages are found in gettext's calls. Words that lower floors say in English, and pages translate (``said``), are
found where they stand: in the rules of the lint, the methods and verdicts of statistics, the forms of question types,
and in faults and errors. A fault with figures is a ``Said``; an f-string would be found by nobody (a rule of the house).
"""

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import astuple
from itertools import chain
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from quiz.banks.coverage import DIFFICULTIES, LEVELS
from quiz.files.languages import CATALOGUES
from quiz.lint.rule import rules
from quiz.models.bank import STATUSES
from quiz.operations.accounts import LANGUAGES
from quiz.questions import types, validation
from quiz.statistics import methods
from quiz.statistics import words as sentences
from tools.house_rules import ENGLISH_PLACES, allowed, calls, choices, fault_texts

ROOT = Path(__file__).resolve().parent.parent
METHODS = [("quiz/**.py", "python"), ("templates/**.html", "jinja2"), ("quiz/**.html", "jinja2")]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2)}
#: Files below the web whose sentences pages show.
SAYING = (
    "quiz/errors.py",
    "quiz/questions/**/*.py",
    "quiz/operations/**/*.py",
    "quiz/banks/**/*.py",
    "quiz/models/*.py",
    "quiz/assembly/*.py",
    "quiz/files/*.py",
    "quiz/statistics/adaptive/*.py",
)
#: Files that write sentences into questions, and whose faults and losses pages show.
CONVERTING = ("quiz/formats/**/*.py",)
#: Files whose sentences are examples, and whose sentences with figures pages show.
QUOTING = ("quiz/lint/rules/*.py",)
#: A sentence with figures, wherever it stands; and what a field of a form is called.
SAID, FIELD = "Said", "Field"


def template() -> Catalog:
    """Every message, with the files that say it."""
    found = Catalog(project="quiz-engine", charset="utf-8")
    folders = extract_from_dir(ROOT, METHODS, keywords=KEYWORDS, comment_tags=("Words:",))
    for path, _line, message, comments, _context in folders:
        found.add(message, locations=[(path, 0)], auto_comments=comments)
    for where, message in said():
        found.add(message, locations=[(where, 0)])
    return found


def said() -> Iterator[tuple[str, str]]:
    """What lower floors say, and where."""
    for rule in rules().values():
        yield from (("quiz/lint", text) for text in (rule.title, rule.message, rule.fix))
    for method in chain(methods.ITEM, methods.TEST, methods.COMPARED, methods.CURVE, methods.FLAGS):
        yield from (("quiz/statistics/methods.py", text) for text in astuple(method)[1:] if text)
    for told in (*sentences.WORDS.values(), *sentences.GENERAL.values()):
        yield from (("quiz/statistics/words.py", text) for text in told)
    yield from (("quiz/statistics/words.py", text) for text in sentences.SHORT.values())
    for name in types.names():
        editing = types.editing(name)
        yield from (
            (f"quiz/questions/types/{name}", text)
            for text in (name.replace("_", " "), editing.NAME, editing.SUMMARY)
        )
    yield from (("quiz/banks/coverage.py", text) for text in (*DIFFICULTIES, *LEVELS, *STATUSES) if text)
    yield from (("quiz/questions/validation.py", text) for text in chain(*validation.KINDS.values()) if text)
    for patterns, find in ((SAYING, _texts), (CONVERTING, _faults), (QUOTING, _sayings)):
        for path in sorted(
            {str(one.relative_to(ROOT)) for pattern in patterns for one in ROOT.glob(pattern)}
        ):
            if not allowed(path, ENGLISH_PLACES):
                yield from ((path, text) for text in find(ast.parse((ROOT / path).read_text())))


def _texts(tree: ast.Module) -> Iterator[str]:
    """What a module says: its faults, the labels of its forms, its sentences."""
    yield from _faults(tree)
    yield from _literals(call.args[-1] for call, name in calls(tree) if name.endswith(FIELD) and call.args)
    yield from _sentences(tree)


def _faults(tree: ast.Module) -> Iterator[str]:
    """What is wrong, or lost, and how it is mended."""
    yield from _literals(fault_texts(tree))
    yield from _sayings(tree)


def _sayings(tree: ast.Module) -> Iterator[str]:
    """Sentences with figures that are written where they are said."""
    return _literals(call.args[0] for call, name in calls(tree) if name == SAID)


def _literals(expressions: Iterable[ast.expr]) -> Iterator[str]:
    for one in chain.from_iterable(map(choices, expressions)):
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value:
            yield one.value


def _sentences(tree: ast.Module) -> Iterator[str]:
    """Sentences of a module that are no docstring."""
    remarks = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    formatted = {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and not {id(node)} & (remarks | formatted)
        ):
            text = node.value
            if text[:1].isupper() and " " in text and text[-1] in ".?" and "\n" not in text:
                yield text


def update() -> None:
    """Writes the catalogues anew: new messages are empty, those that nothing says any more are left out."""
    now = template()
    for language in LANGUAGES[1:]:
        path = CATALOGUES / f"{language}.po"
        catalogue = read(language) if path.exists() else Catalog(locale=language, project=now.project)
        catalogue.update(now, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, catalogue, width=0, include_lineno=False, sort_by_file=True, ignore_obsolete=True)


def read(language: str) -> Catalog:
    """The catalogue of a language as it stands."""
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        return read_po(file, language)


def missing(language: str, told: Catalog) -> list[str]:
    """The messages of a template that a catalogue does not hold, by their first form."""
    held = read(language)
    return [_first(one) for one in told if one.id and not _is_whole(held.get(one.id))]


def _first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _is_whole(message: Message | None) -> bool:
    texts = message.string if message else ""
    return bool(texts) if isinstance(texts, str) else all(texts or ("",))


if __name__ == "__main__":
    if "--check" in sys.argv:
        told = template()
        lacking = [
            f"{language}: {message}" for language in LANGUAGES[1:] for message in missing(language, told)
        ]
        print(*lacking, sep="\n")
        sys.exit(bool(lacking))
    CATALOGUES.mkdir(exist_ok=True)
    update()

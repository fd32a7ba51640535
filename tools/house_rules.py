"""The rules of the house that no linter knows: each keeps a promise the project makes.

A rule is a function from one file to (line, message) pairs; `PYTHON_RULES` and `TEMPLATE_RULES` list them.
`python tools/house_rules.py` checks the whole checkout and ends with 1 if anything was found.
Standard library only.
"""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON_FOLDERS = ("quiz", "tests", "benchmarks", "tools")
TEMPLATE_FOLDERS = ("quiz", "templates")

# Where a name may be imported or used; a path ending in "/" is a folder. Everything is meant within quiz/.
TIME_PLACES = ("quiz/clock.py",)
SECRETS_PLACES = ("quiz/operations/", "quiz/models/codes.py", "quiz/models/sealing.py")
MARKUP_PLACES = ("quiz/web/html.py",)
ZIP_PLACES = ("quiz/files/",)
COMMIT_PLACES = ("quiz/db.py",)
# What is said here is read in English, by commands; printed papers bring their own words.
ENGLISH_PLACES = (
    "quiz/assembly/fairness_page.py",
    "quiz/assembly/forms.py",
    "quiz/assembly/papers.py",
    "quiz/assembly/pools.py",
    "quiz/assembly/records.py",
    "quiz/banks/check.py",
    "quiz/banks/evidence.py",
    "quiz/banks/scoring.py",
    "quiz/cli/",
    "quiz/config.py",
    "quiz/files/bundle.py",
    "quiz/operations/backups.py",
    "quiz/operations/installation.py",
    "quiz/statistics/adaptive/simulation.py",
    "quiz/statistics/irt/",
    "quiz/statistics/table.py",
)
# What says that something is wrong, and the argument that begins to do so; and the names that such texts are given.
FAULTS = {
    "Problem": 1,
    "BankProblem": 1,
    "TableProblem": 1,
    "fault": 0,
    "_fault": 1,
    "_invalid": 0,
    "Mistake": 0,
    "wrong": 0,
    "missing": 1,
    "matches": 1,
    "between": 2,
    "shortfall": 0,
    "beyond": 0,
    "Conflict": 0,
    "Forbidden": 0,
    "NotFound": 0,
    "TooLarge": 0,
    "Loss": 1,
    "lose": 1,
    "Fault": 0,
    "Unsupported": 0,
    "Unwritable": 0,
    "Wrong": 0,
    "_Wrong": 0,
    "Foreign": 0,
    "Unknown": 0,
    "Invalid": 0,
}
FAULT_NAMES = frozenset({"what", "mend"})


def allowed(path, places):
    """Whether a file lies in one of the places, or is not part of what we ship."""
    return not path.startswith("quiz/") or any(
        path == place or (place.endswith("/") and path.startswith(place)) for place in places
    )


def imports(tree):
    """The (line, dotted name) of everything imported; `from a import b` is `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{name.name}") for name in node.names)


def within(name, module):
    """Whether a dotted name is a module or something in it."""
    return name == module or name.startswith(module + ".")


def calls(tree):
    """The (call, dotted name as written) of every call of a name or of an attribute."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            yield node, ast.unparse(node.func)


def time_is_read_once(tree, path):
    """The time is an argument: it is read at the edge, so that a test or a replay can set it."""
    clocks = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time")
    for call, name in calls(tree):
        if not allowed(path, TIME_PLACES) and any(f".{name}".endswith(f".{clock}") for clock in clocks):
            yield call.lineno, f"{name}() outside quiz/clock.py: take the time as an argument"


def chance_is_seeded(tree, path):
    """A draw can be repeated from its stored seed; secrets are made where accounts are."""
    for line, name in imports(tree):
        if not allowed(path, ()) and (within(name, "random") or within(name, "os.urandom")):
            yield line, "random numbers: draw by the stored seed, make secrets with the module secrets"
        if not allowed(path, SECRETS_PLACES) and within(name, "secrets"):
            yield (
                line,
                "secrets are made where accounts and codes are: quiz/operations/, quiz/models/codes.py, sealing.py",
            )


def nothing_is_mocked(tree, path):
    """Tests run our own code; a mock of it proves nothing."""
    for line, name in imports(tree):
        if within(name, "unittest.mock") or within(name, "mock"):
            yield line, f"mocks are not used ({path}): run the real thing"


def html_is_made_in_one_place(tree, path):
    """What is trusted as HTML is decided in one file, which a reader can check."""
    for line, name in imports(tree):
        if not allowed(path, MARKUP_PLACES) and name.endswith(".Markup"):
            yield line, "Markup outside quiz/web/html.py: return text, or HTML through its filters"


def archives_are_bounded(tree, path):
    """A small zip can hold gigabytes: archives are opened where the bounds are."""
    for line, name in imports(tree):
        if not allowed(path, ZIP_PLACES) and within(name, "zipfile"):
            yield line, "zipfile outside quiz/files/: open archives through quiz.files"


def sql_is_not_glued(tree, path):
    """SQL text is a literal with bound parameters."""
    names = {"text"} if any(name == "sqlalchemy.text" for _, name in imports(tree)) else set()
    for call, name in calls(tree):
        is_text = name in names or name in ("sa.text", "sqlalchemy.text", "db.text")
        if is_text and call.args and not isinstance(call.args[0], ast.Constant):
            yield call.lineno, f"SQL in text() has to be one literal with bound parameters ({path})"


def transactions_end_in_one_place(tree, path):
    """An operation is one transaction; transaction() commits it."""
    for call, name in calls(tree):
        if not allowed(path, COMMIT_PLACES) and name.endswith(".commit"):
            yield call.lineno, "a commit outside quiz/db.py: work in `with transaction()`"


def fault_texts(tree):
    """The expressions that say what is wrong, or how to mend it."""
    for call, name in calls(tree):
        place = FAULTS.get(name.rpartition(".")[2])
        yield from call.args[place : place + 2] if place is not None else ()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and {ast.unparse(name) for name in node.targets} & FAULT_NAMES:
            yield node.value


def choices(expression):
    """What a conditional expression comes to; any other one is itself."""
    if isinstance(expression, ast.IfExp):
        return [*choices(expression.body), *choices(expression.orelse)]
    if isinstance(expression, ast.BoolOp):
        return [text for value in expression.values for text in choices(value)]
    return [expression]


def is_glued(expression):
    """Whether an expression puts a text together with something else."""
    parts = (expression.left, expression.right) if isinstance(expression, ast.BinOp) else ()
    return any(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in parts)


def faults_are_translatable(tree, path):
    """A page says a fault in the reader's language; a sentence that is put together when it happens is in no catalogue."""
    if not path.startswith("quiz/") or allowed(path, ENGLISH_PLACES):
        return
    for text in fault_texts(tree):
        if any(isinstance(one, ast.JoinedStr) or is_glued(one) for one in choices(text)):
            yield text.lineno, 'a fault with figures is Said("… %(name)s …", name=…), which pages translate'


def figures_have_their_places(tree, path):
    """A figure that a sentence does not name, or the other way round, is an error that waits for a rare fault."""
    for call, name in calls(tree):
        figures = {one.arg for one in call.keywords}
        is_said = name == "Said" and call.args and isinstance(call.args[0], ast.Constant)
        if is_said and None not in figures and {*re.findall(r"%\((\w+)\)s", call.args[0].value)} != figures:
            yield call.lineno, f"the figures of this Said are not those that its sentence names ({path})"


def escaping_stays_on(source, path):
    """Nothing in a template is trusted as HTML: quiz/web/html.py decides that."""
    for line in lines_of(r"\|\s*safe\b|autoescape\s+false", source):
        yield line, f"escaping is switched off ({path}): make HTML in quiz/web/html.py"


def pages_obey_their_policy(source, path):
    """The content security policy blocks inline scripts and styles: they would be dead in the page."""
    patterns = (
        (r"\sstyle\s*=|<style\b", "inline style: use a class"),
        (r"<script(?![^>]*\ssrc\s*=)", "inline script: put it in quiz/static/"),
        (r"<[a-z][^<>]*\son[a-z]+\s*=|javascript:", "inline event handler: listen in quiz/static/"),
    )
    for pattern, message in patterns:
        for line in lines_of(pattern, without_jinja(source)):
            yield line, f"{message} ({path})"


def words_are_translatable(source, path):
    """Every word of a page goes through gettext, or a translation would be half one."""
    text = without_jinja(
        re.sub(
            r"\{%-?\s*(?:trans\b.*?endtrans|block \w+_class\b.*?endblock)\s*-?%\}",
            blank,
            source,
            flags=re.DOTALL,
        )
    )
    spoken = r"""<[^<>]*\s(?:alt|aria-label|placeholder|title)\s*=\s*"[^"]*[^\W\d_]{2}"""
    for line in lines_of(spoken, text):
        yield line, f"an attribute that is read out goes through _() ({path})"
    text = re.sub(r"<[^<>]*>|&\w+;", blank, text)
    for line in lines_of(r"[^\W\d_]{2,}", text):
        yield line, f"words of a page go through _() or {{% trans %}} ({path})"


def without_jinja(source):
    """A template's HTML: comments, expressions and statements cut out."""
    return re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", blank, source, flags=re.DOTALL)


def blank(match):
    """The line breaks of a match: what is cut out leaves the lines of the rest as they were."""
    return " " + "\n" * match[0].count("\n")


def lines_of(pattern, source):
    """The lines, once each, in which a match of the pattern ends."""
    ends = (match.end() for match in re.finditer(pattern, source, re.IGNORECASE))
    return sorted({source.count("\n", 0, end) + 1 for end in ends})


PYTHON_RULES = (
    time_is_read_once,
    chance_is_seeded,
    nothing_is_mocked,
    html_is_made_in_one_place,
    archives_are_bounded,
    sql_is_not_glued,
    transactions_end_in_one_place,
    faults_are_translatable,
    figures_have_their_places,
)
TEMPLATE_RULES = (escaping_stays_on, pages_obey_their_policy, words_are_translatable)


def findings(root):
    """Yield `path:line: message` for every breach in a checkout."""
    for folders, pattern, parse, rules in (
        (PYTHON_FOLDERS, "*.py", ast.parse, PYTHON_RULES),
        (TEMPLATE_FOLDERS, "*.html", str, TEMPLATE_RULES),
    ):
        files = sorted(file for folder in folders for file in (root / folder).rglob(pattern))
        for file in files:
            path = file.relative_to(root).as_posix()
            parsed = parse(file.read_text(encoding="utf-8"))
            yield from (f"{path}:{line}: {message}" for rule in rules for line, message in rule(parsed, path))


def main():
    """Print what was found; 1 if anything was."""
    found = list(findings(ROOT))
    print("\n".join(found) if found else "The house rules hold.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())

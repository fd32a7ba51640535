"""How well the lint's rules agree with a reader: precision and recall on hand-labelled questions.

The questions (``tests/lint/labelled``) were written and labelled before any rule was run on them. Rules may be tuned on
the half of them whose id hashes to an even number; the figures are those of the other half, which nobody tunes on.
``python -m benchmarks.lint`` prints them; ``python -m benchmarks.lint tuning`` the mistakes in the half for tuning.
"""

import sys
from collections import Counter
from hashlib import sha256
from math import sqrt
from pathlib import Path

import yaml

from quiz.banks.model import Bank, Question
from quiz.lint.inspect import inspect_bank
from quiz.lint.rule import SOUND, rules

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "lint" / "labelled"
#: Fields of a labelled question that are not fields of a question.
LABELS = ("flaws", "also", "note")


def labelled(language):
    """The labelled questions of a language, as they stand in the file."""
    return yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))


def languages():
    """Those in which there are labelled questions."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def for_tuning(name):
    """Whether rules may be tuned on the question of this id."""
    return sha256(name.encode()).digest()[0] % 2 == 0


def question(row):
    """The question of a row: a star marks the key, what is left out is sound."""
    fields = {name: value for name, value in row.items() if name not in LABELS and value is not None}
    if "options" in fields:
        fields = {"type": "single_choice", **fields, "options": [_option(one) for one in fields["options"]]}
    base = dict(SOUND)
    if "as_of" in fields or "valid" in fields:
        base.pop("timeless")
    if not row.get("explanation", True) or "explanation" in row:
        base.pop("explanation")
    return Question.load({**base, **{name: _plain(value) for name, value in fields.items()}})


def _option(given):
    if isinstance(given, dict):
        return given
    return {"text": given.removeprefix("*"), **({"correct": True} if given.startswith("*") else {})}


def _plain(value):
    """Days as text, as the reader of bank files gives them."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value.isoformat() if hasattr(value, "isoformat") else value


def found(language):
    """For each labelled question of a language the rules that fire; what is milder than its rule counts as nothing."""
    rows = labelled(language)
    bank = Bank.load({"bank": "examples", "title": "Labelled", "language": language})
    questions = tuple(question(row) for row in rows)
    fired = {row["id"]: set() for row in rows}
    for one in inspect_bank(bank.model_copy(update={"questions": questions})):
        mild = one.severity == "info" and rules()[one.rule].severity != "info"
        if one.question and not mild:
            fired[one.question.partition("/")[2]].add(one.rule)
    return [(row, fired[row["id"]]) for row in rows]


def measure(tuning=False):
    """By rule: right, wrong (found, not labelled) and missed, over all languages, in one half."""
    counts = {name: Counter() for name in rules()}
    for language in languages():
        for row, fired in found(language):
            if for_tuning(row["id"]) != tuning:
                continue
            flaws, either = set(row["flaws"]), set(row.get("also", ()))
            for name in fired & flaws:
                counts[name]["right"] += 1
            for name in fired - flaws - either:
                counts[name]["wrong"] += 1
            for name in flaws - fired:
                counts[name]["missed"] += 1
    return counts


def wilson(hits, tries, z=1.96):
    """The 95 % interval of a share (Wilson 1927); (0, 1) where nothing was tried."""
    if not tries:
        return 0.0, 1.0
    share, square = hits / tries, z * z
    middle = (share + square / (2 * tries)) / (1 + square / tries)
    reach = z * sqrt(share * (1 - share) / tries + square / (4 * tries**2)) / (1 + square / tries)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def rows(counts):
    """A table's rows: rule, right, wrong, missed, precision and recall with their intervals; the last is the sum."""
    told = [(name, one) for name, one in counts.items() if sum(one.values())]
    everything = sum((one for _, one in told), Counter())
    for name, one in [*told, ("all", everything)]:
        right, wrong, missed = one["right"], one["wrong"], one["missed"]
        yield name, right, wrong, missed, share(right, right + wrong), share(right, right + missed)


def share(hits, tries):
    """A share with its interval, in words."""
    if not tries:
        return "–"
    low, high = wilson(hits, tries)
    return f"{hits / tries:.2f} ({low:.2f}–{high:.2f})"


def sound():
    """Of the sound questions in the measured half: how many get no warning and no error, and how many there are."""
    quiet = total = 0
    for language in languages():
        for row, fired in found(language):
            if not row["flaws"] and not for_tuning(row["id"]):
                total += 1
                quiet += not {name for name in fired if rules()[name].severity != "info"} - set(
                    row.get("also", ())
                )
    return quiet, total


def main():
    """Prints the figures, or what goes wrong in the half for tuning."""
    if "tuning" in sys.argv[1:]:
        for language in languages():
            for row, fired in found(language):
                flaws, either = set(row["flaws"]), set(row.get("also", ()))
                if for_tuning(row["id"]) and (fired - flaws - either or flaws - fired):
                    print(row["id"], "wrong", sorted(fired - flaws - either), "missed", sorted(flaws - fired))
        return
    print("rule  right wrong missed  precision          recall")
    for name, right, wrong, missed, precision, recall in rows(measure()):
        print(f"{name:5}{right:6}{wrong:6}{missed:7}  {precision:18} {recall}")
    quiet, total = sound()
    print(f"sound questions without error or warning: {quiet} of {total}, {share(quiet, total)}")


if __name__ == "__main__":
    main()

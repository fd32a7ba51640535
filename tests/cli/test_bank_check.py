"""``quiz bank check``: every fault is told with file, line and what to do."""

import json
from hashlib import sha256

import pytest
from click.testing import CliRunner

from quiz.cli import main

DOCUMENT = "Title\n\nThe organization has eight member states.\n\nIt was founded in 2001.\n"
DIGEST = sha256(DOCUMENT.encode()).hexdigest()
BANK = f"""\
format: quiz-bank/1
bank: states
title: Member states
language: en
perspective: Ours.
licence: CC-BY-4.0
documents:
  paper: {{title: A paper, publisher: P, date: 2021-07-13, sha256: {DIGEST}}}
questions:
  - id: count
    type: numerical
    topic: size
    level: remember
    difficulty: easy
    prompt: How many member states did it have on 13 July 2021?
    as_of: 2021-07-13
    answers:
      - {{value: 8, tolerance: 0}}
    evidence:
      - {{document: paper, paragraph: 2, terms: [eight member states]}}
  - id: founded
    type: single_choice
    topic: history
    level: remember
    difficulty: medium
    timeless: true
    prompt: When was it founded?
    options:
      - 1996
      - text: 2001
        correct: true
      - text: 2002
        feedback: Later.
    evidence:
      - {{source: {{title: A book}}, supports: the year}}
  - id: chair
    type: true_false
    prompt: Tajikistan holds the chair.
    valid:
      from: 2020-11-10
      to: 2021-09-17
    answer: true
    status: ready
    evidence:
      - {{document: paper, paragraph: 3, terms: ["2001"]}}
    enemies: [founded]
"""
EXPLAINED = BANK.replace("    answers:\n", "    explanation: Eight.\n    answers:\n").replace(
    "    answer: true\n", "    answer: true\n    explanation: Since 2020.\n"
)


@pytest.fixture
def check(tmp_path):
    """Runs the command on a bank file with this text; gives exit code, and standard output."""
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "paper.txt").write_text(DOCUMENT)
    path = tmp_path / "states.yaml"

    def run(text=BANK, *options, paths=()):
        path.write_text(text)
        found = CliRunner().invoke(main, ["bank", "check", *map(str, paths or (path,)), *options])
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        return found.exit_code, found.stdout

    run.path, run.documents = path, documents
    return run


def as_json(check, text=BANK, *options, **more):
    code, out = check(text, "--json", "--documents", str(check.documents), *options, **more)
    return code, json.loads(out)


COVERAGE = [
    {"topic": topic, "level": level, "easy": easy, "medium": medium, "hard": 0}
    for topic, level, easy, medium in (
        ("", "remember", 0, 0), ("", "", 0, 1), ("history", "remember", 0, 1), ("history", "", 0, 0),
        ("size", "remember", 1, 0), ("size", "", 0, 0),
    )
]  # fmt: skip


def test_a_good_bank(check):
    code, found = as_json(check, EXPLAINED, "--as-of", "2021-07-13")
    assert code == 0
    assert found == {
        "as_of": "2021-07-13",
        "banks": [
            {
                "bank": "states",
                "file": str(check.path),
                "questions": 3,
                "variants": 0,
                "stimuli": 0,
                "by_type": {"numerical": 1, "single_choice": 1, "true_false": 1},
                "by_topic": {"history": 1, "size": 1},
                "by_level": {"remember": 2},
                "by_difficulty": {"easy": 1, "medium": 2},
                "coverage": COVERAGE,
                "languages": {"en": 3},
                "drawable": 3,
                "stale": 0,
                "evidence": {"checked": 2, "not_checkable": 1, "missing_document": 0},
                "strategies": {"chance": 1 / 3, "longest": 1 / 3, "first": 0.0, "odd_one_out": 1 / 3},
                "not_applied": {},
            }
        ],
        "errors": [],
        "more_errors": 0,
        "findings": [],
    }


@pytest.mark.parametrize(
    "as_of, drawable", [("2021-07-12", 2), ("2021-07-13", 3), ("2021-09-17", 2), ("2035-01-01", 2)]
)
def test_drawable_at_a_date(check, as_of, drawable):
    code, found = as_json(check, BANK, "--as-of", as_of)
    assert (code, found["banks"][0]["drawable"]) == (0, drawable)


FAULTS = {
    "unknown field": ("    level: remember", "    levle: remember", 13, "did you mean 'level'?"),
    "unknown field without a neighbour": ("    topic: size", "    colour: red", 12, "known here: "),
    "unknown header field": ("perspective: Ours.", "perspectiv: Ours.", 5, "did you mean 'perspective'?"),
    "two keys": ("      - 1996", "      - {text: 1996, correct: true}", 31, "keep one correct: true"),
    "no key": ("        correct: true\n", "", 28, "add correct: true"),
    "duplicate id": ("  - id: founded", "  - id: count", 21, "give it another"),
    "duplicate key of YAML": ("    topic: size", "    topic: size\n    topic: other", 13, "keep one of them"),
    "equal options": ("      - text: 2002", "      - text: 2001", 32, "give each option its own text"),
    "wrong paragraph": ("paragraph: 2", "paragraph: 3", 20, "it stands in paragraph 2"),
    "no such paragraph": ("paragraph: 2", "paragraph: 9", 20, "count the blocks"),
    "falsified term": ("eight member", "nine member", 20, "quote words of the paragraph exactly"),
    "undeclared document": (
        "{document: paper, paragraph: 2",
        "{document: papr, paragraph: 2",
        20,
        "did you mean 'paper'?",
    ),
    "evidence without terms": (", terms: [eight member states]", "", 20, "list words"),
    "date in the future": (
        "as_of: 2021-07-13",
        "as_of: 2999-01-01",
        16,
        "write the date that the prompt names",
    ),
    "stale span": ("      to: 2021-09-17", "      to: 2020-09-17", 39, "up to, not including"),
    "no date": ("    timeless: true\n", "", 21, "write as_of:"),
    "two dates": ("    timeless: true", "    timeless: true\n    as_of: 2021-07-13", 26, "keep exactly one"),
    "no such date": ("as_of: 2021-07-13", "as_of: 2021-13-07", 16, "write year-month-day"),
    "bad tolerance": ("tolerance: 0", "tolerance: -1", 18, "is below 0"),
    "bad number": ("value: 8,", "value: eight,", 18, "write a number"),
    "answer that YAML 1.1 would read": ("    answer: true", "    answer: no", 42, "write true or false"),
    "text that is a truth value": ("      - 1996", "      - no", 29, 'put it in quotes: "no"'),
    "unknown type": ("type: numerical", "type: numeric", 11, "did you mean 'numerical'?"),
    "unknown stimulus": ("    level: remember", "    stimulus: x", 13, "declare it under stimuli:"),
    "stimuli that are no list": ("licence: CC-BY-4.0", "stimuli: x", 6, "must be a list"),
    "unknown level": ("    difficulty: easy", "    difficulty: esay", 14, "did you mean 'easy'?"),
    "credits for some": ("        correct: true", "        credit: 1", 29, "give every option a credit"),
    "unknown enemy": ("enemies: [founded]", "enemies: [foundd]", 46, "did you mean 'founded'?"),
    "wrong rule": ("    timeless: true", "    timeless: true\n    scoring: all", 27, "write one of credit"),
    "no prompt": ("    prompt: When was it founded?\n", "", 21, "add prompt: …"),
    "bad digest": (DIGEST, DIGEST[:-1], 8, "64 hexadecimal digits"),
    "another format": ("format: quiz-bank/1", "format: quiz-bank/9", 1, "write format: quiz-bank/1"),
    "broken YAML": (
        "title: Member states",
        "title: 'Member states",
        3,
        "check indentation, colons and quotes",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_seeded_fault_is_told_with_its_line_and_what_to_do(check, name):
    old, new, line, words = FAULTS[name]
    assert BANK.count(old) >= 1
    text = BANK.replace(old, new, 1)
    code, found = as_json(check, text)
    assert code == 1
    told = [(error["line"], error["message"]) for error in found["errors"] if words in error["message"]]
    if name == "broken YAML":
        assert told
        return
    assert line in [place for place, _ in told], found["errors"]
    code, out = check(text, "--documents", str(check.documents))
    assert code == 1
    assert f"{check.path}:{line}: " in out


def test_all_faults_of_a_file_are_listed(check):
    text = BANK
    for name in (
        "unknown field",
        "two keys",
        "bad tolerance",
        "undeclared document",
        "unknown header field",
        "no such date",
    ):
        old, new, *_ = FAULTS[name]
        text = text.replace(old, new, 1)
    text = text.replace("    answer: true", "    answer: maybe")
    code, found = as_json(check, text)
    assert code == 1
    assert sorted({error["line"] for error in found["errors"]}) == [5, 13, 16, 18, 20, 31, 42]
    assert {error["question"] for error in found["errors"]} == {
        None,
        "states/count",
        "states/founded",
        "states/chair",
    }


def test_the_message_of_the_contract(check):
    _, found = as_json(check, BANK.replace("    prompt: When", "    promt: When"))
    assert "unknown field 'promt', did you mean 'prompt'?" in [error["message"] for error in found["errors"]]


def test_another_version_of_a_document_is_a_warning(check):
    (check.documents / "paper.txt").write_text(DOCUMENT + "\nMore.\n")
    code, found = as_json(check)
    assert code == 0
    (finding,) = [one for one in found["findings"] if one["rule"] == "document-changed"]
    assert (finding["severity"], finding["line"]) == ("warning", 8)
    assert as_json(check, EXPLAINED, "--strict")[0] == 1


def test_without_documents_evidence_is_counted_as_missing(check):
    code, out = check(BANK, "--json")
    assert code == 0
    assert json.loads(out)["banks"][0]["evidence"] == {
        "checked": 0,
        "not_checkable": 1,
        "missing_document": 2,
    }
    assert check(EXPLAINED, "--strict")[0] == 1
    assert check(EXPLAINED, "--strict", "--documents", str(check.documents))[0] == 0


def test_a_draft_needs_no_evidence(check):
    text = EXPLAINED.replace("    evidence:\n      - {source: {title: A book}, supports: the year}\n", "")
    code, found = as_json(check, text)
    (finding,) = found["findings"]
    assert (code, finding["rule"], finding["severity"]) == (1, "F02", "error")
    assert (finding["question"], finding["line"]) == ("states/founded", 22)
    code, found = as_json(check, text.replace("  - id: founded", "  - id: founded\n    status: draft"))
    assert (code, found["banks"][0]["drawable"]) == (0, 1)


def test_findings_have_line_span_and_remedy_and_can_be_suppressed(check):
    text = EXPLAINED.replace("When was it founded?", "When was it not founded?")
    code, found = as_json(check, text)
    (finding,) = found["findings"]
    assert (code, finding["rule"], finding["where"], finding["evidence"]) == (0, "N01", "prompt", "not")
    assert text.splitlines()[finding["line"] - 1].strip() == "prompt: When was it not founded?"
    assert finding["message"]
    assert finding["fix"]
    assert finding["guideline"].startswith("Haladyna")
    assert f"states.yaml:{finding['line']}: states/founded: warning N01 prompt: “not”" in check(text)[1]
    assert as_json(check, text, "--strict")[0] == 1
    excused = text.replace(
        "    topic: history", "    topic: history\n    suppress: [{rule: N01, reason: A pun.}]"
    )
    code, found = as_json(check, excused, "--strict")
    assert (code, found["findings"][0]["suppressed"]) == (0, "A pun.")
    unreasoned = excused.replace(", reason: A pun.", "")
    assert "'reason' is missing" in as_json(check, unreasoned)[1]["errors"][0]["message"]


def test_information_does_not_fail_a_strict_check(check):
    code, found = as_json(check, EXPLAINED.replace("When was it", "When was it **NOT**"), "--strict")
    assert [(one["rule"], one["severity"]) for one in found["findings"]] == [("N01", "info")]
    assert code == 0


def test_a_folder_is_searched_and_blueprints_are_passed_over(check, tmp_path):
    below = tmp_path / "banks" / "more"
    below.mkdir(parents=True)
    (tmp_path / "banks" / "one.yaml").write_text(BANK)
    (below / "two.yml").write_text(BANK.replace("bank: states", "bank: others"))
    (below / "blueprint.yaml").write_text("format: quiz-blueprint/1\ntitle: T\n")
    (below / "notes.txt").write_text("x")
    code, found = as_json(check, BANK, paths=[tmp_path / "banks"])
    assert (code, [bank["bank"] for bank in found["banks"]]) == (0, ["others", "states"])
    (below / "none.yaml").write_text("title: T\n")
    code, found = as_json(check, BANK, paths=[tmp_path / "banks"])
    assert (code, found["errors"][0]["file"]) == (1, str(below / "none.yaml"))


def test_two_banks_of_one_name(check, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(BANK)
    code, found = as_json(check, BANK, paths=[check.path, other])
    assert code == 1
    assert "stands also in" in found["errors"][0]["message"]


def test_people_read_a_table_for_each_bank(check):
    code, out = check(BANK, "--documents", str(check.documents), "--as-of", "2021-07-13")
    assert code == 0
    for words in (
        "states (",
        "3, drawable on 2021-07-13: 3",
        "numerical 1",
        "2 checked",
        "chance 33%",
        "No errors",
    ):
        assert words in out


@pytest.mark.parametrize(
    "arguments",
    [
        ["bank", "check"],
        ["bank", "check", "nowhere.yaml"],
        ["bank", "check", ".", "--as-of", "x"],
        ["bank", "chek"],
    ],
)
def test_wrong_usage_is_2(arguments):
    assert CliRunner().invoke(main, arguments).exit_code == 2


def test_a_folder_without_banks(tmp_path):
    found = CliRunner().invoke(main, ["bank", "check", str(tmp_path)])
    assert found.exit_code == 1
    assert "no bank files" in found.stderr


def test_help_shows_an_example():
    for arguments in (
        ["--help"],
        ["bank", "--help"],
        ["bank", "check", "--help"],
        ["bank", "schema", "--help"],
        ["score", "--help"],
    ):
        found = CliRunner().invoke(main, arguments)
        assert found.exit_code == 0
        assert "Example: quiz " in found.stdout


DIVIDED = """\
  - id: half
    type: numerical
    timeless: true
    prompt: How much is {{ a }} divided by {{ b }}?
    variables: {a: {values: [4]}, b: {values: [2, 1, 4, 0]}}
    answers: [{value: {formula: a / b}}]
"""


def test_a_question_that_cannot_be_read_hides_nothing_of_the_others(check):
    text = BANK.replace("    topic: history", "    topci: history").replace(
        'terms: ["2001"]', 'terms: ["1996"]'
    )
    code, found = as_json(check, text.replace(DIGEST, "0" * 64) + DIVIDED)
    told = {error["question"]: (error["line"], error["message"]) for error in found["errors"]}
    assert (code, len(found["errors"]), found["banks"]) == (1, 3, [])
    assert told["states/founded"][0] == 23
    assert "did you mean 'topic'?" in told["states/founded"][1]
    assert told["states/chair"][0] == 45
    assert "'1996' does not stand in paragraph 3" in told["states/chair"][1]
    assert "division by zero – leave these values out with where:" in told["states/half"][1]
    changed, *of_rules = found["findings"]
    assert changed["rule"] == "document-changed"
    assert {finding["question"] for finding in of_rules} == {"states/chair", "states/count", "states/half"}
    assert {finding["rule"] for finding in of_rules} >= {"F01", "F02"}


# Languages and time ----------------------------------------------------------------------------------------------

TRANSLATED = BANK.replace(
    "perspective: Ours.", "perspective: Ours.\ntranslations: {ru: {title: Государства, perspective: Наша.}}"
).replace(
    "    answer: true\n",
    "    answer: true\n    explanation: On 16 September 2021.\n"
    "    translations: {ru: {prompt: Председатель — Таджикистан., explanation: 16 сентября 2021.}}\n",
)


def test_questions_are_counted_by_language(check):
    _, found = as_json(check, TRANSLATED)
    assert found["banks"][0]["languages"] == {"en": 3, "ru": 1}
    assert {one["rule"] for one in found["findings"]} == {"F01"}


def test_what_is_not_translated_is_an_error_where_it_was_asked_for(check):
    code, found = as_json(check, TRANSLATED, "--languages", "en,ru")
    assert code == 1
    told = [(error["question"], error["message"]) for error in found["errors"]]
    assert told == [
        (f"states/{name}", "there is no translation into 'ru' – add translations: {ru: …}")
        for name in ("count", "founded")
    ]
    text = TRANSLATED.replace(", explanation: 16 сентября 2021.", "").replace(", perspective: Наша.", "")
    _, found = as_json(check, text, "--languages", "en,ru")
    (error,) = [error for error in found["errors"] if error["question"] == "states/chair"]
    assert error["where"] == "translations.ru"
    assert text.splitlines()[error["line"] - 1].startswith("    translations: {ru:")
    assert "explanation is missing" in error["message"]
    (error,) = [error for error in found["errors"] if error["question"] is None]
    assert "perspective is missing in 'ru'" in error["message"]
    assert as_json(check, text)[0] == 0


def test_every_variant_of_a_family_is_translated_not_one(check):
    family = """\
  - id: sum
    type: numerical
    timeless: true
    prompt: How much is {{ sum }}?
    variables: {sum: {values: ["1 + 1", "4 - 2", "2 + 0", "1 · 2", "one and one"]}}
    explanation: "{{ sum }}"
    answers: [2]
    translations: {ru: {prompt: "Сколько будет {{ sum }}?"}}
"""
    _, found = as_json(check, TRANSLATED + family, "--languages", "en,ru")
    (error,) = [error for error in found["errors"] if error["question"] == "states/sum"]
    assert "explanation is missing" in error["message"]
    assert error["where"] == "translations.ru"
    figures = family.replace(', "one and one"', "")
    _, found = as_json(check, TRANSLATED + figures, "--languages", "en,ru")
    assert [error for error in found["errors"] if error["question"] == "states/sum"] == []


def test_a_number_that_a_translation_leaves_out_is_a_warning(check):
    text = TRANSLATED.replace("16 сентября 2021.", "17 сентября 2021.")
    code, found = as_json(check, text)
    (finding,) = [one for one in found["findings"] if one["rule"] == "X03"]
    assert (code, finding["severity"]) == (0, "warning")
    assert finding["where"] == "translations.ru.explanation"
    assert (finding["evidence"], finding["question"]) == ("16", "states/chair")
    assert as_json(check, text, "--strict")[0] == 1
    excused = text.replace("    status: ready", "    suppress: [{rule: X03, reason: Another calendar.}]")
    code, found = as_json(check, excused)
    (finding,) = [one for one in found["findings"] if one["rule"] == "X03"]
    assert (code, finding["suppressed"]) == (0, "Another calendar.")


@pytest.mark.parametrize("as_of, stale", [("2021-09-16", 0), ("2021-09-17", 1)])
def test_stale_questions_are_counted(check, as_of, stale):
    _, found = as_json(check, BANK, "--as-of", as_of)
    assert found["banks"][0]["stale"] == stale
    assert f"stale: {stale}" in check(BANK, "--as-of", as_of)[1]


def test_rules_that_cannot_work_in_a_language_are_named(check):
    text = EXPLAINED.replace("language: en", "language: ru")
    assert as_json(check, text)[1]["banks"][0]["not_applied"] == {"C02": "works in en"}
    assert "no rules   C02" in check(text)[1]


@pytest.mark.parametrize(
    "name, text, said",
    [
        (
            "x.xml",
            "<quiz>\n  <a>b: c: d</a>\n",
            "is no bank file – make one of it: quiz convert x.xml x.yaml",
        ),
        ("x.txt", "format: quiz-bank/1\na: b: c\n", "no valid YAML"),
    ],
)
@pytest.mark.parametrize("command", [["bank", "check"], ["score"]])
def test_a_file_of_another_system_is_to_be_converted_first(tmp_path, name, text, said, command):
    path = tmp_path / name
    path.write_text(text)
    done = CliRunner().invoke(main, [*command, str(path), *(["-"] if command == ["score"] else [])])
    assert (done.exit_code, said in done.output) == (1, True)


def test_what_is_said_alike_of_many_questions_is_said_once_to_people(check):
    entry = "\n  - {{id: q{n}, type: essay, timeless: true, prompt: Why number {n}?, status: draft}}"
    head = "format: quiz-bank/1\nbank: states\ntitle: Why\nquestions:"
    few, many = (head + "".join(entry.format(n=n) for n in range(count)) for count in (3, 5))
    assert check(few)[1].count(" warning F01 ") == 3
    assert len([one for one in as_json(check, many)[1]["findings"] if one["rule"] == "F01"]) == 5
    told = [line for line in check(many)[1].splitlines() if " F01 " in line]
    assert len(told) == 1
    assert "states.yaml: 5 times warning F01 explanation: " in told[0]
    assert told[0].endswith("(lines 5, 6, 7, 8, 9)")

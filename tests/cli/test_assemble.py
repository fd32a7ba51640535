"""``quiz assemble``: the JSON that scripts rely on, its exit codes, and replaying a paper."""

import json
from itertools import pairwise

import pytest
from click.testing import CliRunner

from quiz.assembly.blueprint import schema
from quiz.cli import main
from quiz.files.richtext import to_text

BANK = """\
format: quiz-bank/1
bank: {slug}
title: A bank
questions:
"""
QUESTION = """\
  - id: q{n:02}
    type: single_choice
    topic: t/{topic}
    difficulty: {difficulty}
    prompt: What is {n}?
    options: [{{text: "{n}", correct: true}}, "none", "many"]
    as_of: {as_of}
"""
BLUEPRINT = """\
format: quiz-blueprint/1
title: A quiz
sections:
  - {title: One, bank: one, count: 4, difficulty: {easy: 2, hard: 1}}
  - {title: Two, bank: two, count: {min: 2, max: 3}, exclude: [q01]}
questions: 6
order: shuffled
"""


def bank_text(slug, size, as_of="2021-07-13"):
    labels = ("easy", "medium", "hard")
    return BANK.format(slug=slug) + "".join(
        QUESTION.format(n=n, topic=n % 2, difficulty=labels[n % 3], as_of=as_of) for n in range(size)
    )


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "banks").mkdir()
    (tmp_path / "banks" / "one.yaml").write_text(bank_text("one", 20))
    (tmp_path / "banks" / "two.yaml").write_text(bank_text("two", 20))
    (tmp_path / "plan.yaml").write_text(BLUEPRINT)
    return tmp_path


def run(folder, *arguments):
    return CliRunner().invoke(
        main, ["assemble", str(folder / "plan.yaml"), str(folder / "banks"), *map(str, arguments)]
    )


def assembled(folder, *arguments, exit_code=0):
    result = run(folder, *arguments)
    assert result.exit_code == exit_code, result.output
    return json.loads(result.stdout)


def test_the_document_has_the_fields_that_scripts_rely_on(folder):
    made = assembled(folder, "--seed", 7, "--as-of", "2022-01-01")
    (form,) = made["forms"]
    assert made["blueprint"].startswith("sha256:")
    assert set(made["bank_digests"]) == {"one", "two"}
    assert (made["algorithm"], made["seed"], made["as_of"], made["status"]) == (
        "draw/1",
        7,
        "2022-01-01",
        "drawn",
    )
    assert made["table"] == [
        {"section": "One", "required": 4, "drawn": 4},
        {"section": "Two", "required": 2, "drawn": 2},
    ]
    assert made["overlap"] == {"max": None, "mean": None}
    assert made["unmet"] == []
    assert (form["form"], form["points"], form["expected_source"]) == (1, 6, "label")
    assert [question["slot"] for question in form["questions"]] == [1, 2, 3, 4, 5, 6]
    for question in form["questions"]:
        assert set(question) == {"slot", "section", "question", "variant", "order", "points"}
        assert sorted(question["order"]) == ["a", "b", "c"]
        assert question["variant"] is None


def test_the_same_seed_gives_the_same_papers_and_form_one_of_many(folder):
    many = assembled(folder, "--forms", 5)
    assert many == assembled(folder, "--forms", 5, "--json", "--format", "json")
    assert many["forms"][:1] == assembled(folder)["forms"]
    assert many["forms"] != assembled(folder, "--forms", 5, "--seed", 2)["forms"]


def test_overlap_counts_the_questions_that_two_forms_share(folder):
    made = assembled(folder, "--forms", 3)
    sets = [{question["question"] for question in form["questions"]} for form in made["forms"]]
    shared = [len(sets[0] & sets[1]), len(sets[0] & sets[2]), len(sets[1] & sets[2])]
    assert made["overlap"] == {"max": max(shared), "mean": sum(shared) / 3}
    assert all(one != other for one, other in pairwise(sets))


def test_with_content_each_question_is_presented_with_its_key(folder):
    for question in assembled(folder, "--with-content")["forms"][0]["questions"]:
        number = str(int(question["question"][-2:]))
        assert to_text(question["prompt"]) == f"What is {number}?"
        assert question["key"] == number
        shown = dict(zip(question["order"], question["controls"]["options"], strict=True))
        assert shown == {"a": number, "b": "none", "c": "many"}


def test_lint_names_the_questions_of_a_form_that_give_each_other_away(folder):
    plan = "format: quiz-blueprint/1\ntitle: T\nsections: [{title: All, bank: one, count: 2}]\n"
    (folder / "plan.yaml").write_text(plan)
    (folder / "banks" / "one.yaml").write_text(CUEING)
    whole = json.loads(run(folder, "--lint", "--forms", 2).stdout)
    told = [(one["form"], one["rule"], one["question"], one["evidence"]) for one in whole["findings"]]
    assert told == [(form, "C07", "one/who", "one/when: When did John Lackland seal it?") for form in (1, 2)]
    assert "findings" not in json.loads(run(folder).stdout)


CUEING = """\
format: quiz-bank/1
bank: one
title: A bank
questions:
  - {id: who, type: single_choice, prompt: Who sealed the charter?, timeless: true, options: [{text: John Lackland, correct: true}, Richard, Henry]}
  - {id: when, type: single_choice, prompt: When did John Lackland seal it?, timeless: true, options: [{text: "1215", correct: true}, "1066"]}
"""


def test_out_writes_the_document_into_a_folder(folder):
    result = run(folder, "--out", folder / "new" / "papers")
    assert (result.exit_code, result.stdout.strip()) == (0, str(folder / "new" / "papers" / "paper.json"))
    assert json.loads((folder / "new" / "papers" / "paper.json").read_text()) == assembled(folder)


# --- replay --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [(), ("--with-content",)])
def test_a_paper_is_replayed(folder, content):
    run(folder, "--seed", 11, "--forms", 3, "--as-of", "2030-01-01", "--out", folder, *content)
    paper = json.loads((folder / "paper.json").read_text())
    assert assembled(folder, "--replay", folder / "paper.json") == paper


def test_a_paper_of_changed_files_is_not_replayed(folder):
    run(folder, "--out", folder)
    (folder / "banks" / "two.yaml").write_text(bank_text("two", 21))
    (folder / "plan.yaml").write_text(BLUEPRINT.replace("count: 4", "count: 3"))
    result = run(folder, "--replay", folder / "paper.json")
    assert result.exit_code == 1
    assert not result.stdout
    assert "the paper was drawn from another blueprint" in result.stderr
    assert "the bank two has changed since" in result.stderr
    assert "bank one" not in result.stderr


def test_a_paper_that_was_tampered_with_is_not_replayed(folder):
    run(folder, "--out", folder)
    paper = json.loads((folder / "paper.json").read_text())
    paper["forms"][0]["questions"][0]["points"] = 2
    (folder / "paper.json").write_text(json.dumps(paper))
    result = run(folder, "--replay", folder / "paper.json")
    assert result.exit_code == 1
    assert "the forms drawn now differ from those recorded" in result.stderr


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"algorithm": 1}', "\xff", "[" * 100_000, "null"])
def test_what_is_no_paper_is_not_replayed(folder, text):
    (folder / "paper.json").write_text(text, encoding="latin-1")
    result = run(folder, "--replay", folder / "paper.json")
    assert result.exit_code == 1
    assert "this is no record of drawn papers" in result.stderr


def test_an_unmet_run_holds_nothing_to_replay(folder):
    run(folder, "--as-of", "2021-07-12", "--out", folder)
    assert "this is no record of drawn papers" in run(folder, "--replay", folder / "paper.json").stderr


def test_replay_takes_no_seed(folder):
    run(folder, "--out", folder)
    result = run(folder, "--replay", folder / "paper.json", "--seed", 1)
    assert result.exit_code == 2
    assert "leave --seed out" in result.stderr


# --- exact forms -----------------------------------------------------------------------------------------------------

EXACT = BLUEPRINT + "forms: {overlap: {max: 2, anchors: [one/q00]}, exposure: {max: 0.5}}\n"


def test_exact_forms_keep_the_rules_and_say_how_they_were_made(folder):
    (folder / "plan.yaml").write_text(EXACT)
    made = assembled(folder, "--forms", 4)
    assert (made["algorithm"], made["status"], made["gap"]) == ("exact/1", "optimal", 0)
    assert made["solver"].startswith("HiGHS ")
    assert made["objective"] == {"name": "balance", "value": 0, "bound": 0}
    assert made["overlap"]["max"] <= 2
    assert made["exposure"]["forms"].pop("one/q00") == 4
    assert max(made["exposure"]["forms"].values()) <= 2
    assert {len(form["questions"]) for form in made["forms"]} == {6}
    assert len({form["expected_score"] for form in made["forms"]}) == 1


def test_exact_forms_are_replayed_from_their_record_without_the_solver(folder):
    (folder / "plan.yaml").write_text(EXACT)
    run(folder, "--forms", 3, "--seed", 5, "--out", folder, "--with-content")
    paper = json.loads((folder / "paper.json").read_text())
    assert assembled(folder, "--replay", folder / "paper.json") == paper
    questions = paper["forms"][0]["questions"]
    held = {question["question"] for question in questions}
    for question in questions:
        if question["section"] == "One" and question["question"] != "one/q00":
            question["question"] = next(
                f"one/q{n:02}" for n in range(20) if f"one/q{n:02}" not in held and n % 3 == 2
            )
            break
    (folder / "paper.json").write_text(json.dumps(paper))
    result = run(folder, "--replay", folder / "paper.json")
    assert result.exit_code == 1
    assert "forms: the" in result.stderr


def test_earlier_papers_count_as_use(folder):
    (folder / "plan.yaml").write_text(BLUEPRINT + "forms: {exposure: {uses: 1}}\n")
    run(folder, "--out", folder / "first")
    first = json.loads((folder / "first" / "paper.json").read_text())
    made = assembled(folder, "--past", folder / "first" / "paper.json", "--seed", 2)
    assert made["exposure"]["past"] == first["exposure"]["forms"]
    assert made["exposure"]["forms"].keys().isdisjoint(first["exposure"]["forms"])


def test_exact_forms_that_contradict_each_other_name_the_conflict(folder):
    (folder / "plan.yaml").write_text(BLUEPRINT + "forms: {overlap: {max: 0}}\n")
    result = run(folder, "--forms", 12)
    made = json.loads(result.stdout)
    assert (result.exit_code, made["status"], made["forms"]) == (1, "infeasible", [])
    assert "cannot be met together" in result.stderr
    assert "overlap of two forms, at most" in result.stderr


def test_an_engine_can_be_asked_for(folder):
    made = assembled(folder, "--engine", "exact", "--forms", 2)
    assert (made["algorithm"], made["overlap"]["max"]) == ("exact/1", 0)
    (folder / "plan.yaml").write_text(EXACT)
    assert "forms: needs the exact engine" in run(folder, "--engine", "draw").stderr


# --- what is wrong is said -----------------------------------------------------------------------------------------


def test_an_unmeetable_blueprint_gives_one_and_what_is_short(folder):
    (folder / "plan.yaml").write_text(BLUEPRINT.replace("easy: 2, hard: 1", "easy: 1, hard: 3"))
    (folder / "banks" / "one.yaml").write_text(bank_text("one", 5))
    made = assembled(folder, exit_code=1)
    assert (made["forms"], made["status"], made["table"]) == ([], "infeasible", [])
    assert made["unmet"] == [
        {"constraint": "section One, difficulty hard", "required": 3, "available": 1, "short": 2}
    ]
    assert "section One, difficulty hard: asks for 3, the banks hold 1" in run(folder).stderr


def test_the_date_decides_what_is_there(folder):
    assert assembled(folder, "--as-of", "2021-07-12", exit_code=1)["unmet"][0]["available"] == 0
    (folder / "plan.yaml").write_text(BLUEPRINT + "as_of: 2021-07-13\n")
    assert assembled(folder)["as_of"] == "2021-07-13"
    assert assembled(folder, "--as-of", "2021-07-14")["as_of"] == "2021-07-14"


def test_faults_of_a_blueprint_come_with_file_and_line(folder):
    (folder / "plan.yaml").write_text(
        BLUEPRINT.replace("order: shuffled", "ordre: shuffled\nwords: {}\nobjective: maximin")
    )
    result = run(folder)
    assert result.exit_code == 1
    assert f"{folder}/plan.yaml:7: ordre: unknown field 'ordre', did you mean 'order'?" in result.stderr
    assert f"{folder}/plan.yaml:9: objective" not in result.stderr  # the form comes first
    (folder / "plan.yaml").write_text(BLUEPRINT + "objective: maximin\n")
    assert f"{folder}/plan.yaml:8: objective: maximin needs to know" in run(folder).stderr


def test_names_that_no_bank_knows_come_with_file_and_line(folder):
    text = BLUEPRINT.replace("exclude: [q01]", "exclude: [q31], include: [two/q2]")
    (folder / "plan.yaml").write_text(text.replace("bank: one", "bank: won"))
    result = run(folder)
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines[0].startswith(
        f"{folder}/plan.yaml:4: sections[0].bank: there is no bank 'won' among those given"
    )
    assert lines[1].startswith(
        f"{folder}/plan.yaml:5: sections[1].include[0]: there is no question 'q2' in the bank two"
    )
    assert lines[2].startswith(
        f"{folder}/plan.yaml:5: sections[1].exclude[0]: there is no question 'q31' in the bank two"
    )


def test_faults_of_all_banks_are_told(folder):
    for name in ("one", "two"):
        path = folder / "banks" / f"{name}.yaml"
        path.write_text(path.read_text().replace("topic: t/0", "topik: t/0", 1))
    result = run(folder)
    assert result.exit_code == 1
    for name in ("one", "two"):
        assert f"{folder}/banks/{name}.yaml:7: {name}/q00: topik: unknown field 'topik'" in result.stderr


def test_two_banks_of_one_name_are_wrong_usage(folder):
    (folder / "banks" / "again.yaml").write_text(bank_text("one", 3))
    assert run(folder).exit_code == 2


def test_the_schema_of_blueprints_is_printed():
    result = CliRunner().invoke(main, ["bank", "schema", "--blueprint"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == schema()

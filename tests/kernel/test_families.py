"""Families of questions: variables, generators over tables, and what is said of bad ones."""

import json
from copy import deepcopy
from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from quiz.assembly.blueprint import Blueprint
from quiz.assembly.draw import ListIndex, draw
from quiz.assembly.index import Item, item_of
from quiz.banks.check import check_files
from quiz.banks.evidence import Shelf
from quiz.banks.families import Family
from quiz.banks.loading import load
from quiz.banks.scoring import score_line
from quiz.banks.yaml import read_bank, write_bank
from quiz.errors import Invalid

MEMBERS = """code,country,country_ru,capital,joined
CN,China,Китай,Beijing,2001-06-15
KZ,Kazakhstan,Казахстан,Astana,2001-06-15
UZ,Uzbekistan,Узбекистан,Tashkent,2001-06-15
IN,India,Индия,New Delhi,2017-06-09
PK,Pakistan,Пакистан,Islamabad,2017-06-09
IR,Iran,Иран,Tehran,2023-07-04
BY,Belarus,Беларусь,Minsk,2024-07-04
"""
BANK = """format: quiz-bank/1
bank: b
title: Families
tables:
  members: {file: tables/members.csv, key: code}
questions:
  - id: product
    type: numerical
    timeless: true
    prompt: How much is {{ a }} times {{ b }}?
    variables: {a: {min: 2, max: 9}, b: {values: [2, 3, 5]}}
    where: a != b
    variants: 7
    answers: [{value: {formula: a * b}}]
generators:
  - id: joined-when
    each: members
    where: joined <= as_of
    type: single_choice
    prompt: In which year did {{ country }} join?
    answer: "{{ year(joined) }}"
    distractors: {from: members, value: "{{ year(joined) }}", count: 3, near: true, feedback: "{{ country }} did."}
    translations: {ru: {prompt: "В каком году вступила страна {{ country_ru }}?"}}
  - id: joined-in
    each: members
    where: joined <= as_of
    type: single_choice
    prompt: Which of these joined in {{ year(joined) }}?
    answer: {text: "{{ country }}", feedback: "On {{ joined }}."}
    distractors: {from: members, value: "{{ country }}", count: 3}
    translations:
      ru:
        prompt: Кто вступил в {{ year(joined) }} году?
        answer: {text: "{{ country_ru }}", feedback: "Это было {{ joined }} года."}
        distractors: {value: "{{ country_ru }}"}
  - id: in-order
    each: members
    take: 3
    order: joined
    where: joined <= as_of
    variants: 10
    type: ordering
    prompt: Put in order of joining.
    items: {text: "{{ country }}"}
  - id: capitals
    each: members
    take: 3
    where: joined <= as_of
    type: matching
    prompt: Match.
    pairs: {stem: "{{ country }}", choice: "{{ capital }}"}
    distractors: {from: members, value: "{{ capital }}", count: 2}
  - id: how-many
    each: [2001-06-15, 2017-06-08, 2017-06-09, 2024-01-01]
    where: date <= as_of
    type: numerical
    prompt: How many members were there on {{ date }}?
    answers: [{value: {formula: "count(members, joined <= this.date)"}}]
  - id: members-on
    each: [[2005-01-01, 2018-01-01], members]
    take: 4
    where: date <= as_of
    having: count(rows, joined <= date) >= 1 and count(rows, joined <= date) < 4
    type: multiple_response
    prompt: Which of these were members on {{ date }}?
    options: {text: "{{ country }}", correct: {formula: joined <= date}}
"""
LATE, EARLY = date(2025, 1, 1), date(2003, 1, 1)


@pytest.fixture
def path(tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "members.csv").write_text(MEMBERS, "utf-8")
    (tmp_path / "b.yaml").write_text(BANK, "utf-8")
    return tmp_path / "b.yaml"


@pytest.fixture
def bank(path):
    return read_bank(path)


def texts(question):
    return [option.text for option in question.content.options]


def test_variables_give_numbered_variants_that_never_change(bank):
    family = bank.by_id["product"]
    assert family.variants(LATE) == tuple("1234567")
    prompts = [family.variant(key, LATE).prompt for key in family.variants(LATE)]
    assert len(set(prompts)) == 7
    assert prompts == [load(family.dump()).variant(key, EARLY).prompt for key in family.variants(EARLY)]
    for key in family.variants(LATE):
        a, b = (int(word.rstrip("?")) for word in family.variant(key, LATE).prompt.split()[-3::2])
        assert a != b
        assert family.variant(key, LATE).score(str(a * b)).fraction == 1


def test_variants_are_those_of_the_date(bank):
    family = bank.by_id["joined-when"]
    assert family.variants(EARLY) == ("CN", "KZ", "UZ")
    assert family.variants(LATE) == ("CN", "KZ", "UZ", "IN", "PK", "IR", "BY")
    assert not family.in_force(date(2001, 6, 14))
    assert family.in_force(date(2001, 6, 15))
    assert family.variant("KZ", EARLY).as_of == EARLY


def test_a_generator_that_never_looks_at_the_date_makes_timeless_questions(path):
    head = "    type: single_choice\n    prompt: In which year"
    path.write_text(BANK.replace(f"    where: joined <= as_of\n{head}", head))
    made = read_bank(path).by_id["joined-when"].variant("KZ", EARLY)
    assert (made.timeless, made.as_of) == (True, None)


def test_the_nearest_values_are_the_distractors_and_options_stand_in_order(bank):
    india = bank.by_id["joined-when"].variant("IN", LATE)
    assert texts(india) == ["2001", "2017", "2023", "2024"]
    assert [option.text for option in india.content.options if option.correct] == ["2017"]
    assert india.score("c").feedback == ("Iran did.",)


def test_what_is_right_to_the_same_prompt_is_no_distractor(bank):
    family = bank.by_id["joined-in"]
    for key in ("IN", "PK"):
        assert {"India", "Pakistan"} & {*texts(family.variant(key, LATE))} == {
            family.variant(key, LATE).kind.right_answer(family.variant(key, LATE).content)
        }


def test_translations_follow_their_rows(bank):
    question = bank.by_id["joined-in"].variant("IN", LATE)
    russian = question.in_language("ru")
    assert russian.prompt == "Кто вступил в 2017 году?"
    names = {line.split(",")[1]: line.split(",")[2] for line in MEMBERS.splitlines()[1:]}
    assert texts(russian) == [names[text] for text in texts(question)]
    (right,) = [option for option in russian.content.options if option.correct]
    assert (right.text, right.feedback) == ("Индия", "Это было 9 июня 2017 года.")


def test_rows_are_taken(bank):
    order = bank.by_id["in-order"]
    joined = {line.split(",")[1]: line.split(",")[4] for line in MEMBERS.splitlines()[1:]}
    assert len(order.variants(LATE)) == 10
    for key in order.variants(LATE):
        days = [joined[item.text] for item in order.variant(key, LATE).content.items]
        assert days == sorted(set(days))
    assert order.variants(EARLY) == ()
    match = bank.by_id["capitals"].variant("CN+KZ+UZ", EARLY).content
    assert [pair.choice for pair in match.pairs] == ["Beijing", "Astana", "Tashkent"]
    assert len({choice.text for choice in match.choices.values()}) == 5


def test_counts_and_conditions_are_of_the_row_s_day(bank):
    family = bank.by_id["how-many"]
    counts = {key: family.variant(key, LATE).content.answers[0].value for key in family.variants(LATE)}
    assert counts == {"2001-06-15": 3, "2017-06-08": 3, "2017-06-09": 5, "2024-01-01": 6}
    which = bank.by_id["members-on"]
    question = which.variant("2018-01-01+CN+IN+IR+BY", LATE)
    assert [option.text for option in question.content.options if option.correct] == ["China", "India"]
    assert question.prompt.endswith("on 1 January 2018?")


def test_generators_of_a_bank_share_its_tables():
    """Each read all of them anew: 200 generators over 200 tables took two seconds, and the memory of 40,000 tables."""
    tables = "".join(f"  t{n}: {{key: code, csv: 'code,name\n\n    k,Name {n}'}}\n" for n in range(3))
    made = "".join(
        f"- {{id: g{n}, type: short_text, each: t{n}, prompt: 'Name of {{{{ code }}}}?', answers: ['{{{{ name }}}}']}}\n"
        for n in range(3)
    )
    text = f"format: quiz-bank/1\nbank: b\ntitle: B\ntables:\n{tables}generators:\n{made}"
    held = [
        [family._parts.recipe.tables[f"t{n}"] for n in range(3)]
        for family in read_bank(text, "b.yaml").families
    ]
    assert held[0][2].rows == {"k": {"code": "k", "name": "Name 2"}}
    assert all(one is other for tables in held for one, other in zip(tables, held[0], strict=True))


def test_more_tables_than_a_bank_has_are_refused():
    tables = "".join(f"  t{n}: {{key: code, csv: code}}\n" for n in range(201))
    with pytest.raises(Invalid, match="has 201 tables – write at most 200"):
        read_bank(f"format: quiz-bank/1\nbank: b\ntitle: B\ntables:\n{tables}questions: []\n", "b.yaml")


def test_a_bank_is_written_with_its_tables_and_read_again(bank):
    text = write_bank(bank)
    again = read_bank(text)
    assert again.digest == bank.digest
    assert write_bank(again) == text
    assert text.count("Kazakhstan") == 1


def test_a_version_freezes_its_rows(bank):
    stored = json.loads(json.dumps(bank.by_id["joined-when"].dump()))
    assert load(stored).digest == bank.by_id["joined-when"].digest
    assert load(stored).variant("IN", LATE) == bank.by_id["joined-when"].variant("IN", LATE)


def test_an_item_knows_when_there_are_variants(bank):
    for family in bank.families:
        item = Item.load(json.loads(json.dumps(item_of(family).dump())))
        assert item == item_of(family)
        for day in (date(2001, 6, 14), date(2001, 6, 15), EARLY, date(2017, 6, 9), date(2023, 7, 4), LATE):
            assert item.in_force(day) == family.in_force(day), (family.id, day)


def paper(bank, seed=1, on=LATE, **more):
    blueprint = Blueprint.load(
        {"format": "quiz-blueprint/1", "title": "t", "sections": [{"bank": "b", "count": 7}]}
    )
    return draw(blueprint, ListIndex.of([bank]), seed, on, **more)


def test_a_paper_holds_one_variant_of_a_family(bank):
    drawn = paper(bank)
    assert len({slot.question for slot in drawn.slots}) == 7
    for slot in drawn.slots:
        question = bank.by_id[slot.question.partition("/")[2]].variant(slot.variant, LATE)
        assert sorted(slot.order) == sorted(question.kind.shuffled(question.content))
    assert paper(bank) == drawn
    variants = {(slot.question, slot.variant) for seed in range(20) for slot in paper(bank, seed).slots}
    assert len({key for name, key in variants if name == "b/joined-when"}) == 7


def test_a_variant_that_the_student_has_not_had_comes_first(bank):
    had = {f"b/joined-when#{key}": 1 for key in ("CN", "KZ", "UZ", "IN", "PK", "IR")}
    for seed in range(5):
        (slot,) = [slot for slot in paper(bank, seed, seen=had).slots if slot.question == "b/joined-when"]
        assert slot.variant == "BY"


def scored(bank, **line):
    return score_line(bank, json.dumps(line), LATE)


def test_responses_to_variants_are_scored(bank):
    assert scored(bank, question="joined-when", variant="IN", response="b")["fraction"] == 1
    assert scored(bank, question="b/joined-when", variant="IN", response="a")["fraction"] == 0
    assert "'variant' is missing, such as 'CN'" in scored(bank, question="joined-when", response="b")["error"]
    assert "no variant 'XX'" in scored(bank, question="joined-when", variant="XX", response="b")["error"]
    early = score_line(bank, json.dumps({"question": "joined-when", "variant": "IN", "response": "b"}), EARLY)
    assert "no variant 'IN' on 2003-01-01" in early["error"]


def test_the_check_counts_variants(path):
    report = check_files([path], Shelf(None), LATE, LATE)
    assert report.errors == []
    assert report.banks[0]["questions"] == 1
    assert report.banks[0]["variants"] > 100


def errors(path, old, new, table=MEMBERS):
    """(file, line, question, message) of each error after a change of the bank."""
    assert old in BANK
    path.write_text(BANK.replace(old, new, 1), "utf-8")
    (path.parent / "tables" / "members.csv").write_text(table, "utf-8")
    report = check_files([path], Shelf(None), LATE, LATE)
    return [(Path(one.file).name, one.line, one.question, one.message) for one in report.errors]


def line_of(words):
    return 1 + BANK[: BANK.index(words)].count("\n")


@pytest.mark.parametrize(
    "old, new, question, where, words",
    [
        ("each: members", "each: member", "joined-when", "each: members", "no table 'member', did you mean 'members'"),
        ("where: joined <= as_of", "where: jioned <= as_of", "joined-when", "where: joined", "did you mean 'joined'"),
        ("where: joined <= as_of", "where: joined <= ", "joined-when", "where: joined", "a value is expected here, not the end"),
        ("where: joined <= as_of", "where: year(joined) <= year(as_of)", "joined-when", "where: joined", "may only compare"),
        ("where: joined <= as_of", "where: country <= as_of", "joined-when", "where: joined", "cannot compare a date with a text"),
        ("where: joined <= as_of", "where: joined > 2030-01-01", "joined-when", "where: joined", "no row satisfies it at any date"),
        ('year(joined) }}"\n', 'yaer(joined) }}"\n', "joined-when", 'answer: "{{', "no function 'yaer', did you mean 'year'"),
        ("did {{ country }} join", "did {{ country join", "joined-when", "prompt: In which", "a '{{' is not closed"),
        ("{{ country_ru }}?", "{{ contry_ru }}?", "joined-when", "translations: {ru", "did you mean 'country_ru'"),
        ("count: 3, near", "count: 5, near", "joined-when", "distractors: {from", "there are 3 distinct wrong answers, 5 are asked for"),
        ("count: 3}", "count: 3, naer: true}", "joined-in", 'distractors: {from: members, value: "{{ country', "did you mean 'near'"),
        ("count: 3}", "count: 3, near: true}", "joined-in", 'distractors: {from: members, value: "{{ country', "needs numbers or dates"),
        ("formula: a * b", "formula: a / (b - 3)", "product", "answers: [{value: {formula: a", "division by zero"),
        ("formula: a * b", "formula: a * c", "product", "answers: [{value: {formula: a", "there is no 'c'"),
        ("where: a != b", "where: a == b + 9", "product", "where: a", "no combination of the values satisfies it"),
        ("b: {values: [2, 3, 5]}", "b: {min: 2}", "product", "variables:", "needs either min and max, or values"),
        ("take: 3", "take: 30", "in-order", "take: 3", "takes 30 rows of 'members', which has 7"),
        ("order: joined\n", "order: jonied\n", "in-order", "order: joined", "did you mean 'joined'"),
        ("id: joined-in\n", "id: joined-when\n", "joined-when", "id: joined-in", "stands twice in this bank"),
        ("id: joined-in\n", "id: joined-in\n    timeless: true\n", "joined-in", "id: joined-in\n", "as of the date of its paper"),
        ("type: ordering", "type: odering", "in-order", "type: ordering", "did you mean 'ordering'"),
        ("    items:", "    itmes:", "in-order", "items:", "unknown field 'itmes', did you mean 'items'"),
        ("each: [2001-06-15, 2017-06-08,", "each: [2001-06-15, 2001-06-15,", "how-many", "each: [2001", "needs different days"),
    ],
)  # fmt: skip
def test_bad_families_are_located(path, old, new, question, where, words):
    found = errors(path, old, new)
    assert [name for _, _, name, _ in found] == [f"b/{question}"] * len(found)
    line = line_of(where) + (1 if "timeless" in new else 0)
    assert any(abs(at - line) <= 1 and words in message for _, at, _, message in found), found


@pytest.mark.parametrize(
    "table, line, words",
    [
        (
            MEMBERS.replace("code,", "kode,"),
            1,
            "there is no column 'code', which is the key, did you mean 'kode'",
        ),
        (MEMBERS.replace("KZ,", "CN,"), 3, "the key 'CN' stands also in line 2"),
        (MEMBERS.replace("KZ,", ","), 3, "the key is empty"),
        (MEMBERS.replace("KZ,", "K+Z,"), 3, "'K+Z' cannot be a key"),
        (MEMBERS.replace("Astana,2001-06-15", "Astana"), 3, "has 4 cells, the first line has 5"),
        (MEMBERS.replace("2023-07-04", "2023-07-44"), 7, "'2023-07-44' is not a date"),
        (
            MEMBERS.replace("2023-07-04", "July"),
            7,
            "'July' is not a date, but other cells of the column 'joined' are",
        ),
        (MEMBERS.replace("Iran,", '"Iran,'), 7, "is no CSV"),
        (MEMBERS.replace("country,", "Country,"), 1, "'Country' cannot name a column"),
        (MEMBERS.replace("capital", "country"), 1, "the column 'country' stands twice"),
        (MEMBERS.splitlines()[0] + "\n", 1, "has 0 rows"),
    ],
)
def test_bad_tables_are_located_in_their_file(path, table, line, words):
    found = errors(path, "title: Families", "title: Families", table)
    assert any((file, at) == ("members.csv", line) and words in message for file, at, _, message in found), (
        found
    )
    assert all(file == "members.csv" for file, *_ in found), found


def test_a_missing_column_is_told_where_it_is_used_and_the_rest_is_checked(path):
    table = "\n".join(line.rpartition(",")[0] for line in MEMBERS.splitlines()) + "\n"
    found = errors(path, "title: Families", "title: Families", table)
    assert {name for *_, name, _ in found} >= {"b/joined-when", "b/in-order", "b/how-many"}
    assert "there is no 'joined'" in found[0][3]


def test_a_table_that_is_not_there(path):
    found = errors(path, "tables/members.csv", "tables/mebmers.csv")
    assert ("b.yaml", line_of("file: tables"), None) == found[0][:3]
    assert "there is no table 'tables/mebmers.csv' beside the bank" in found[0][3]
    assert "tables/../x.csv" in errors(path, "tables/members.csv", "tables/../x.csv")[0][3]
    with pytest.raises(Invalid, match="did not come with the bank"):
        read_bank(BANK)


def test_a_table_that_nothing_looks_into(path):
    found = errors(path, "tables:\n", "tables:\n  more: {file: tables/members.csv, key: code}\n")
    assert "no generator looks into this table" in found[0][3]


def test_figures_are_exact_and_answers_to_type_have_fifteen_digits():
    family = Family.load(
        {
            "bank": "b", "id": "thirds", "type": "numerical", "timeless": True, "prompt": "{{ a }} : 3?",
            "variables": {"a": {"values": ["1"]}},
            "answers": [
                {"value": {"formula": "a / 3"}},
                {"value": {"formula": "2 * a / 3"}, "credit": {"formula": "a / 3"}},
                {"min": {"formula": "a / 3"}, "max": 1},
            ],
        }
    )  # fmt: skip
    question = family.variant("1", LATE)
    third, two_thirds, between = question.content.answers
    assert third.value == Fraction("0.333333333333333")
    assert (two_thirds.value, two_thirds.credit) == (Fraction("0.666666666666667"), Fraction(1, 3))
    assert between.min == Fraction(1, 3)
    assert question.score(question.kind.right_answer(question.content)).fraction == 1


# Whatever is written ------------------------------------------------------------------------------------------------

JUNK = [
    None, True, "", [], {}, "x", "0", [[]], [{}], {"formula": "1"}, {"formula": None}, {"formula": {"a": 1}}, "{{ x }}",
    "{{", "{{ country }}", ["{{ joined }}"], 3, {"a": {"b": "c"}}, "as_of", "joined", "members", ["members", "members"],
    "count(members)", "1/0", -1, "2001-06-15", ["2001-06-15"], [["2001-06-15"]], float("inf"), "rows", "a" * 2000,
]  # fmt: skip
FIELDS = (
    "take where having distinct order variants answer distractors items options pairs translations hints each"
)


def places(value, path=()):
    """The paths to all values inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in inner:
        yield (*path, step)
        yield from places(part, (*path, step))


def spoiled(fields, dice):
    """A copy with one or two values replaced by junk, and sometimes a field too many."""
    made = json.loads(json.dumps(fields))
    for _ in range(dice.randint(1, 2)):
        *path, last = dice.choice([*places(made)])
        holder = made
        for step in path:
            holder = holder[step]
        holder[last] = deepcopy(dice.choice(JUNK))
    return {**made, dice.choice(FIELDS.split()): dice.choice(JUNK)} if dice.random() < 0.3 else made


def test_whatever_is_written_is_a_family_or_has_faults(bank):
    dice = Random(3)
    forms = [json.loads(json.dumps(family.dump())) for family in bank.families]
    loaded = 0
    for _ in range(1_200):
        try:
            family = Family.load(spoiled(dice.choice(forms), dice))
        except Invalid:
            continue
        loaded += 1
        faults = [*family.faults(), *family.sample_faults()]
        assert all(problem.what for problem in faults)
        if not faults:
            family.spans()
    assert loaded > 20

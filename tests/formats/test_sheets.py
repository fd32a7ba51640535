"""Sheets as teachers and their spreadsheets really write them."""

from datetime import date
from fractions import Fraction
from io import BytesIO

import pytest
from openpyxl import Workbook

from quiz.errors import Invalid
from quiz.files.archive import Archive, pack
from quiz.formats import get, recognise
from quiz.formats.base import HEAD_BYTES, Unwritable
from quiz.formats.sheets.workbook import as_seen
from tests.effort import within
from tests.formats.samples import read, written
from tests.kernel.questions import question


def asked(text):
    """The questions of a sheet in CSV, and its report."""
    return read(get("csv"), text.encode())


def messages(report):
    """The faults by row."""
    return {one["where"]: one["message"] for one in report.errors}


@pytest.mark.parametrize(
    "head",
    [
        "question_type,question_text,option_a,option_b,correct_answer",
        "Type,Prompt,OptionA,OptionB,Right",
        "Type;Frage;Antwort 1;Antwort 2;Richtige Antwort",
        "Type;Énoncé;Réponse A;Réponse B;Bonne réponse",
        "Type\tВопрос\tВариант ответа 1\tВариант ответа 2\tПравильный ответ",
        "Type,题目,选项A,选项B,正确答案",
    ],
)
def test_columns_are_known_by_what_teachers_call_them(head):
    part = next(one for one in ",;\t" if one in head)
    (found,), report = asked(f"{head}\nMC,Q?,a,b,B\n".replace(",", part))
    assert (found.prompt, found.kind.right_answer(found.content), report.losses) == ("Q?", "b", [])


@pytest.mark.parametrize(
    "prompt, option", [("Q?", "![](images/a.png)"), ("Q?", "*b*"), ("![](images/a.png)", "a")]
)
def test_a_picture_without_words_is_no_answer_of_kahoot(prompt, option):
    """It became an empty cell."""
    options = [{"text": option, "correct": True}, {"text": "b"}]
    with pytest.raises(Unwritable):
        written(get("kahoot"), [question("single_choice", {"options": options}, prompt=prompt)])


@pytest.mark.parametrize(
    "kind, type",
    [
        ("MCQ", "single_choice"),
        ("Multi-select", "multiple_response"),
        ("多选题", "multiple_response"),
        ("单选", "single_choice"),
    ],
)
def test_types_are_known_by_what_teachers_call_them(kind, type):
    (found,), _ = asked(f"题型,题目,选项A,选项B,答案\n{kind},Q?,a,b,A\n")
    assert found.type == type


def test_two_columns_are_a_question_and_its_answer():
    (found,), _ = asked("Вопрос;Ответ\nQ?;ИСТИНА\n")
    assert (found.type, found.content.answer) == ("true_false", True)
    marked, _ = asked("题型,题目,答案\n判断题,P?,√\n判断,Q?,×\n")
    assert [one.content.answer for one in marked] == [True, False]


@pytest.mark.parametrize(
    "right, options",
    [
        ("(B)", "b"), ("B.", "b"), ("Option B", "b"), ("answer 2", "b"), ("A and C", "a; c"), ("A/C", "a; c"),
        ("A + C", "a; c"), ("AC", "a; c"), ("A、C", "a; c"), ("A/E", "a; e"), ("a; c;", "a; c"), ("A и C", "a; c"),
    ],
)  # fmt: skip
def test_right_options_are_named_as_teachers_do(right, options):
    (found,), report = asked(
        f'prompt,type,option A,option B,option C,option E,right\nQ?,MA,a,b,c,e,"{right}"\n'
    )
    assert (found.kind.right_answer(found.content), report.errors) == (options, [])


@pytest.mark.parametrize("right", ["ace", "AA", "AX", "both", "1,z"])
def test_what_may_be_no_name_of_an_option_is_told(right):
    _, report = asked(f'prompt,type,option A,option B,option C,option E,right\nQ?,MA,a,b,c,e,"{right}"\n')
    assert "names an option that is not there" in messages(report)["row 2"]


def test_topics_levels_and_days_are_taken_as_they_are_typed():
    head = "prompt,type,right,topic,level,difficulty,as of\n"
    rows = "P?,TF,true,Cell biology / DNA,Remember,Easy,13.7.2021\nQ?,TF,true,,,,2021/7/13\nR?,TF,true,,,,2021-07-13 00:00:00\n"
    found, report = asked(f"{head}{rows}S?,TF,true,,,,7/13/2021\n")
    assert [one.as_of for one in found] == [date(2021, 7, 13)] * 3
    assert (found[0].topic, found[0].level, found[0].difficulty) == ("Cell-biology/DNA", "remember", "easy")
    assert list(messages(report)) == ["row 5"]


def test_what_is_wrong_is_told_in_the_words_of_the_sheet():
    """It was a path of bank files: options[1].text."""
    head = "prompt,type,option A,option B,option C,match C,credit A,right\n"
    rows = "P?,MC,x,,x,,,A\nQ?,MC,x,y,,,200,\nR?,numerical,,,,,,5-7\nS?,numerical,,,,,2,8\n"
    _, report = asked(f"{head}{rows}T?,matching,a,b,c,c\n")
    assert {row: message[:24] for row, message in messages(report).items()} == {
        "row 2": "option C: 'x' stands twi",
        "row 3": "credit A: 200 is not bet",
        "row 4": "right: '5-7' is no numbe",
        "row 5": "A: '' is no number – wri",
        "row 6": "match A: is empty – writ",
    }


def test_names_of_columns_that_come_again_are_no_question():
    head = "Type,Prompt,Right\n"
    found, report = asked(f"{head}TF,P?,true\n{head}TF,Q?,false\n")
    assert ([one.prompt for one in found], report.errors) == (["P?", "Q?"], [])


def test_spaces_behind_commas_and_numbers_and_notes_beside_questions_are_none_of_a_question():
    text = 'No., prompt, option A, option B, right, Notes\n1, "What, is it?", a, b, B, look\n'
    (found,), report = asked(text)
    assert (found.prompt, [one.text for one in found.content.options]) == ("What, is it?", ["a", "b"])
    assert [one["field"] for one in report.losses] == ["notes"]


@pytest.mark.parametrize(
    "head, lost",
    [
        ("Question,Answer A,Answer B,Answer", []),
        ("Frage,A,B,Antwort,Note,Nr,No", ["notes"]),
        ("Question,A,B,Correct answer,Notes,Comments", ["notes"]),
        ("Question,A,B,Right answer,Answer", ["columns"]),
        ("Prompt,Option A (required),Option B - optional,Right,Tags (with commas)", []),
    ],
)
def test_a_column_says_the_right_answer_where_no_other_does_and_more_may_stand_behind_a_name(head, lost):
    cells = ["Q?", "a", "b", "B", "x", "1", "1"][: head.count(",") + 1]
    (found,), report = asked(f"{head}\n{','.join(cells)}\n")
    assert found.kind.right_answer(found.content) == "b"
    assert [one["field"] for one in report.losses] == lost


@pytest.mark.parametrize("right", ["1.5", '"1,5"'])
def test_a_right_option_that_is_also_numbers_of_two_is_asked_about(right):
    """1.5 and 5.5 were right, unsaid."""
    _, report = asked(f'{",".join(SIX)}\nQ?,MC,1.5,2.5,3,4,5.5,"1,5",{right}\n')
    assert "is the text of one option and names another" in messages(report)["row 2"]


SIX = ["prompt", "type", *(f"option {letter}" for letter in "ABCDEF"), "right"]


@pytest.mark.parametrize("text, value", [("-$5.00", -5), ("5.00 zł", 5), ("CHF 5", 5), ("−5 €", -5)])
def test_a_sum_of_money_is_a_number(text, value):
    (found,), _ = asked(f"prompt,type,right\nQ?,numerical,{text}\n")
    assert found.content.answers[0].value == value


def test_a_percent_sign_may_stand_in_front():
    (found,), _ = asked("prompt,option A,option B,credit A,credit B\nQ?,a,b,%100,%50\n")
    assert found.content.options[1].credit == Fraction(1, 2)


def test_a_format_of_cells_without_a_number_counts():
    """Those behind it were shown by the format of another."""
    cells = b'<cellXfs><xf fontId="0"/><xf numFmtId="9"/></cellXfs>'
    sheet = b'<c r="A1" s="0"><v>0.5</v></c><c r="B1" s="1"><v>0.5</v></c>'
    seen = as_seen({"xl/styles.xml": cells, "xl/worksheets/sheet1.xml": sheet})
    assert seen["xl/worksheets/sheet1.xml"] == (
        b'<c r="A1" s="0"><v>0.5</v></c><c r="B1" s="1" t="str"><v>50%</v></c>'
    )


def workbook(rows, formats=()):
    """A workbook of one sheet, with formats of numbers by the names of cells."""
    made = Workbook()
    for row in rows:
        made.active.append(row)
    for cell, format in formats:
        made.active[cell].number_format = format
    target = BytesIO()
    made.save(target)
    return target.getvalue()


HEAD = ["prompt", "type", "option A", "option B", "option C", "right"]


def test_percentages_and_money_are_the_texts_that_are_seen():
    """Excel makes 50% of an option the number 0.5, and $5 the number 5."""
    rows = [
        HEAD,
        ["P?", "MC", 0.5, 0.285, 0.1, "A"],
        ["Q?", "MC", 5, 7.5, 50, "C"],
        ["R?", "numerical", None, None, None, 5],
        ["S?", "MC", 0.5, "b", "c", "A"],
    ]
    formats = [
        "0%",
        "0.00%",
        "0 %",
        '"$"#,##0.00_);[Red]\\("$"#,##0.00\\)',
        "#,##0.00\\ [$€-407]",
        '0 "kg"',
        "[$₽-419]#,##0",
        "%0",
    ]
    content = workbook(rows, zip(["C2", "D2", "E2", "C3", "D3", "E3", "F4", "C5"], formats, strict=True))
    found, report = read(get("xlsx"), content)
    assert [one.text for one in found[0].content.options] == ["50%", "28.50%", "10 %"]
    assert [one.text for one in found[1].content.options] == ["$5.00", "7.50 €", "50"]
    assert (found[2].content.answers[0].value, report.errors) == (5, [])
    assert found[3].content.options[0].text == "%50"


def test_a_formula_that_was_never_worked_out_is_told_with_its_column():
    """Programs write such sheets; its option was left out."""
    content = workbook([HEAD, ["P?", "MC", "=1+1", "b", "c", "B"], ["Q?", "MC", "a", "b", "c", "B"]])
    found, report = read(get("xlsx"), content)
    assert ([one.prompt for one in found], list(messages(report))) == (["Q?"], ["row 2"])
    assert messages(report)["row 2"].startswith("C: #CALC! is an error of the spreadsheet – write the text")
    packed = Archive(content)
    parts = {name: packed.read(name) for name in packed.names}
    sheet = "xl/worksheets/sheet1.xml"
    worked_out = (
        parts[sheet]
        .replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
        .replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
    )
    found, report = read(get("xlsx"), pack({**parts, sheet: worked_out}))
    assert (found[0].content.options[0].text, report.errors) == ("2", [])


@pytest.mark.parametrize(
    "content, name",
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "q.xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "with-password.xlsx"),
        (pack({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}), "q.ods"),
    ],
)  # fmt: skip
def test_other_workbooks_are_told_to_be_saved_as_xlsx(content, name):
    assert recognise(content[:HEAD_BYTES], name).name == "xlsx"
    with pytest.raises(Invalid, match=r"save it as \.xlsx"):
        read(get("xlsx"), content)


@pytest.mark.parametrize(
    "cells", ['<c s="1"><f>A1', '<c s="1"><v>0.5</v></c>', '<c t="e"><f>', "<c ", "<f", "<numFmt %"]
)
def test_cells_that_do_not_end_cost_no_more_than_others(cells):
    parts = dict.fromkeys(("xl/worksheets/sheet1.xml", "xl/styles.xml"), cells.encode() * 20_000)
    parts["xl/styles.xml"] += (
        b'<cellXfs><xf numFmtId="0"/><xf numFmtId="9"/></cellXfs>' + b"<cellXfs>" * 20_000
    )
    with within(20):
        as_seen(parts)

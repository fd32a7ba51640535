"""A teacher brings a bank in, makes a quiz from a blueprint, publishes it, and reads who did what."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.school import PASSWORD, TEACHER, paper
from tests.browser.steps import answer, banner, expect_question, heading, join, look, press, sign_in, submit
from tests.cast import BANK
from tests.faults.counts import some

FAULT = "difficuly: medium"
WITH_FAULT = BANK.replace("difficulty: medium", FAULT, 1)
FAULTY_LINE = 1 + WITH_FAULT[: WITH_FAULT.index(FAULT)].count("\n")
#: What a spreadsheet would run.
NAME = "=1+1"


def import_bank(page):
    """From a file with a fault: the page names the line and keeps the text, which is mended there."""
    page.get_by_role("link", name="Import a bank").first.click()
    page.get_by_label("File").set_input_files(
        {"name": "small.yaml", "mimeType": "text/yaml", "buffer": WITH_FAULT.encode()}
    )
    page.get_by_role("button", name="Look at it").click()
    fault = page.get_by_role("row").filter(has_text="difficuly")
    expect(fault.get_by_role("cell").first).to_contain_text(str(FAULTY_LINE))
    expect(fault).to_contain_text("difficulty")
    look(page, "teacher-fault")
    text = page.get_by_label("Text", exact=True)
    assert text.input_value().replace("\r\n", "\n").strip() == WITH_FAULT.strip()
    text.fill(BANK)
    page.get_by_role("button", name="Look at it").click()
    expect(heading(page)).to_have_text("5 questions would change")
    look(page, "teacher-preview")
    page.get_by_role("button", name="Import").click()
    expect(banner(page, "Imported: 5 new, 0 changed, 0 retired.")).to_be_visible()
    look(page, "teacher-bank")


def make_quiz(page):
    """First one that the bank does not hold: what is missing is named at the section. Then two sections that it holds."""
    page.goto("/")
    page.get_by_role("link", name="SCO studies").first.click()
    expect(heading(page)).to_have_text("SCO studies")
    look(page, "teacher-course")
    page.get_by_role("link", name="New quiz").click()
    page.get_by_label("Title").fill("A small quiz")
    page.get_by_label("Section 1, Questions").fill("7")
    expect(page.get_by_text("5 of 5 match, 7 are needed.")).to_be_visible()
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_role("alert")).to_contain_text("5 match, 7 are needed")
    expect(page.get_by_role("alert")).to_be_focused()
    look(page, "teacher-unmeetable")
    page.get_by_role("button", name="Add a section").click()
    expect(page.get_by_label("Section 2, Questions")).to_be_focused()
    page.get_by_label("Section 1, Questions").fill("3")
    page.get_by_label("Section 2, Questions").fill("2")
    page.get_by_label("Section 2, Bank").select_option(label="A small bank (5, en)")
    expect(page.get_by_text("Each student gets 2 of them.")).to_be_visible()
    look(page, "teacher-sections")
    page.get_by_role("button", name="Save as a draft").click()
    expect(heading(page)).to_have_text("A small quiz")
    page.get_by_text("Which grade counts, and what passes").click()
    page.get_by_label("Grade to pass").fill("60")
    look(page, "teacher-edit")
    page.get_by_role("button", name="Save").click()
    expect(banner(page, "Saved.")).to_be_visible()


def publish(page):
    page.get_by_role("link", name="Check and publish").click()
    expect(heading(page)).to_have_text("A small quiz can be published")
    look(page, "teacher-checklist")
    page.get_by_role("button", name="Publish").click()
    expect(banner(page, "Published, as revision 1.")).to_be_visible()
    expect(heading(page)).to_contain_text("Nobody is in the course yet")


def take(page, school):
    """Answers everything right but the first question. Returns the attempt's id."""
    join(page, school, NAME)
    page.get_by_role("link", name="A small quiz").first.click()
    page.get_by_role("button", name="Start now").click()
    expect_question(page, 1, of=5)
    attempt = int(re.search(r"/attempts/(\d+)/", page.url)[1])
    for number, slot in paper(attempt).items():
        expect_question(page, number, of=5)
        answer(page, number, slot.question.type, wrong_answer(slot) if number == 1 else right_answer(slot))
        press(page, "Summary" if number == 5 else "Next")
    submit(page)
    return attempt


RIGHT = {"short_text": "zero", "numerical": "144", "true_false": "0"}
WRONG = {"short_text": "null", "numerical": "1", "true_false": "1"}


def positions(slot, correct):
    """Where the options stand that are, or are not, correct."""
    wanted = {option.id for option in slot.question.content.options if option.right is correct}
    return [str(position) for position, id_ in enumerate(slot.order) if id_ in wanted]


def right_answer(slot):
    """What is to be posted for the full mark."""
    typed = RIGHT.get(slot.question.type)
    return [typed] if typed else positions(slot, True)


def wrong_answer(slot):
    """What is to be posted for no mark at all."""
    typed = WRONG.get(slot.question.type)
    return [typed] if typed else positions(slot, False)[:1]


@pytest.mark.parametrize("width", some(DESK, PHONE))
def test_from_a_file_to_results(school, device, width, tmp_path):
    teacher = device(width, may={409, 422})
    sign_in(teacher, TEACHER, PASSWORD)
    look(teacher, "teacher-home")
    teacher.goto("/banks")
    look(teacher, "teacher-banks")
    import_bank(teacher)
    make_quiz(teacher)
    publish(teacher)
    attempt = take(device(), school)

    teacher.reload()
    expect(heading(teacher)).to_contain_text("1 of 1 finished; mean 80 of 100")
    row = teacher.get_by_role("row").filter(has=teacher.get_by_role("link", name=NAME, exact=True))
    expect(row).to_contain_text("Finished")
    expect(row).to_contain_text("80")
    expect(teacher.get_by_text("The 5 questions that were asked, hardest first")).to_be_visible()
    look(teacher, "teacher-results")
    with teacher.expect_download() as download:
        teacher.get_by_role("link", name="CSV").click()
    saved = tmp_path / "results.csv"
    download.value.save_as(saved)
    demand_harmless(saved)

    row.get_by_role("link", name=NAME, exact=True).click()
    expect(heading(teacher)).to_have_text(f"A small quiz: {NAME}")
    assert teacher.url.endswith(f"/attempts/{attempt}/review")
    expect(teacher.locator(".q-reviewed")).to_have_count(5)
    expect(teacher.locator(".q-score")).to_contain_text("4 of 5 marks")
    look(teacher, "teacher-attempt")
    teacher.goto(f"/courses/{school.course}/grades")
    expect(teacher.get_by_role("row").filter(has_text=NAME)).to_contain_text("80")
    look(teacher, "teacher-grades")
    move_by_keys(teacher)


def move_by_keys(page):
    """One stop for Tab in the grade book; arrows lead from grade to grade, Enter opens one."""
    stop = page.locator("[data-grid] a[tabindex='0']")
    expect(stop).to_have_count(1)
    stop.focus()
    expect(page.locator(":focus")).to_have_text(NAME)
    page.keyboard.press("ArrowRight")
    expect(page.locator(":focus")).to_have_text("80")
    for key, words in (
        ("ArrowUp", "Sort by A small quiz"),
        ("ArrowLeft", "A small quiz"),
        ("ArrowDown", "80"),
    ):
        page.keyboard.press(key)
        expect(page.locator(":focus")).to_have_text(words)
        expect(stop).to_have_count(1)
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("80 of 100")


def demand_harmless(file: Path):
    """The table holds the grade, and nothing that a spreadsheet would run."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert row["student"] == f"'{NAME}"
    assert float(row["grade"]) == 80
    assert not [cell for cell in row.values() if cell.startswith(("=", "+", "@"))]

"""Printed papers: ``quiz assemble --format html`` and ``pdf``, with answer sheets, keys, pictures and formulas."""

import io
import json
import re
from html import unescape

import pypdf
import pytest
from click.testing import CliRunner

from quiz.cli import main
from quiz.files.plainly import paragraphs
from quiz.files.richtext import to_html, to_text
from quiz.questions import types
from tests.pictures import png, svg

PLAN = """\
format: quiz-blueprint/1
title: Проба 试卷
sections: [{title: All, bank: one, count: 6, include: [pick, pair]}]
as_of: 2021-07-13
"""
BANK = """\
format: quiz-bank/1
bank: one
title: A bank
questions:
  - id: pick
    type: single_choice
    prompt: "Which is $\\\\frac{1}{2} + x^2$? ![a grey field](images/grey.png)"
    options: [{text: half, correct: true}, none, many]
    timeless: true
    translations:
      ru: {prompt: "Сколько будет $\\\\frac{1}{2} + x^2$? ![серое поле](images/grey.png)", options: [половина, ничего, много]}
      zh: {prompt: "$\\\\frac{1}{2} + x^2$ 是多少？![灰色](images/grey.png)", options: [一半, 没有, 很多]}
  - id: pair
    type: matching
    prompt: Match
    pairs: [{stem: one, choice: I}, {stem: five, choice: V}, {stem: ten, choice: X}]
    timeless: true
"""
FILLER = '  - {{id: q{n}, type: true_false, prompt: "{n} is even", answer: {answer}, timeless: true}}\n'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "banks" / "images").mkdir(parents=True)
    (tmp_path / "banks" / "images" / "grey.png").write_bytes(png(40, 20, 128))
    fillers = "".join(FILLER.format(n=n, answer=str(n % 2 == 0).lower()) for n in range(8))
    (tmp_path / "banks" / "one.yaml").write_text(BANK + fillers)
    (tmp_path / "plan.yaml").write_text(PLAN)
    return tmp_path


def run(folder, *arguments):
    given = [folder / "plan.yaml", folder / "banks", "--out", folder / "out", *arguments]
    return CliRunner().invoke(main, ["assemble", *map(str, given)])


def printed(folder, form, *arguments):
    result = run(folder, "--format", form, *arguments)
    assert result.exit_code == 0, result.output
    return (folder / "out" / f"paper.{form}").read_bytes(), json.loads(
        (folder / "out" / "paper.json").read_text()
    )


def pages(content):
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def words(html):
    return " ".join(unescape(re.sub(r"<style>.*?</style>|<[^<>]*>", " ", html, flags=re.DOTALL)).split())


@pytest.mark.parametrize("language, prompt", [("ru", "Сколько будет 1/2 + x²?"), ("zh", "1/2 + x² 是多少？")])
def test_the_text_of_a_pdf_is_whole_in_every_language(folder, language, prompt):
    content, record = printed(
        folder, "pdf", "--forms", 2, "--seed", 7, "--language", language, "--with-content"
    )
    found = pages(content)
    assert len(found) == 7  # two papers, two answer sheets, two keys, how alike they are
    for form, page in zip(record["forms"], found[::2][:2], strict=True):
        assert prompt in page
        assert all(str(question["slot"]) in page for question in form["questions"])
    options = {"ru": ("половина", "ничего", "много"), "zh": ("一半", "没有", "很多")}[language]
    assert all(option in found[0] for option in options)
    assert all(record["blueprint"].removeprefix("sha256:")[:12] in page for page in found)
    assert all("draw/1" in page and "Проба 试卷" in page for page in found)
    assert record["bank_digests"]["one"].removeprefix("sha256:")[:12] in found[1]
    (image,) = pypdf.PdfReader(io.BytesIO(content)).pages[0].images
    assert image.image.size == (40, 20)


def test_the_key_names_the_letters_as_they_stand_on_that_form(folder):
    content, record = printed(folder, "html", "--forms", 3, "--with-content")
    sections = [words(part) for part in content.decode().split("<section>")[1:]]
    for form, key in zip(record["forms"], sections[6:-1], strict=True):
        asked = {question["question"]: question for question in form["questions"]}
        letter = "ABC"[asked["one/pick"]["order"].index("a")]
        assert f"{asked['one/pick']['slot']} {letter} · half (one/pick; 1; on forms 3/3)" in key
        stems = [pair["html"] for pair in asked["one/pair"]["controls"]["choices"]]
        right = " ".join(f"({n}) {'ABC'[stems.index(of)]}" for n, of in enumerate("IVX", 1))
        assert right in key


def test_the_last_page_tells_how_far_two_forms_are_apart(folder):
    """Of four questions two are easy (0.85), two hard (0.40): one question a form differs by 0.45 expected points."""
    asked = '  - {{id: e{n}, type: true_false, prompt: "{n}", answer: true, timeless: true, difficulty: {label}}}\n'
    labels = ("easy", "hard", "easy", "hard")
    listed = "".join(asked.format(n=n, label=label) for n, label in enumerate(labels))
    (folder / "banks" / "one.yaml").write_text(
        f"format: quiz-bank/1\nbank: one\ntitle: T\nquestions:\n{listed}"
    )
    (folder / "plan.yaml").write_text(
        "format: quiz-blueprint/1\ntitle: T\nsections: [{bank: one, count: 1}]\n"
    )
    content, record = printed(folder, "html", "--forms", 8, "--with-content")
    fairness = words(content.decode().split("<section>")[-1])
    assert {form["expected_score"] for form in record["forms"]} == {0.4, 0.85}
    assert "differ by at most 0.45. The expectations" in fairness
    assert "no two forms differ by more than 1.00." in fairness  # 1.11 by 28 pairs, of one point
    for form in record["forms"]:
        sure = "0.56 – 1.00) · only easy questions" if form["expected_score"] > 0.5 else "0.11 – 0.69)"
        said = f"expected points {form['expected_score']:.2f} / 1 (95 % interval: {sure}"
        assert f"{form['form']} {said}" in fairness


@pytest.mark.parametrize("form", ["html", "pdf"])
def test_without_content_no_key_is_printed_and_a_replay_gives_the_same(folder, form):
    first, _ = printed(folder, form, "--forms", 2, "--seed", 5)
    (folder / "out" / "paper.json").rename(folder / "kept.json")
    again, _ = printed(folder, form, "--replay", folder / "kept.json")
    assert again == first
    text = words(first.decode()) if form == "html" else "\n".join(pages(first))
    assert "Answer sheet" in text
    assert "half" in text
    assert "Key" not in text
    assert "one/pick" not in text


def test_the_html_needs_no_other_file(folder):
    text = printed(folder, "html")[0].decode()
    assert "<math" in text
    assert {source[:21] for source in re.findall(r'(?:src|href)="([^"]*)"', text)} == {
        "data:image/png;base64"
    }
    assert "<script" not in text


def test_what_a_pdf_cannot_show_is_said(folder):
    whole = png(40, 20)
    damaged = whole[:41] + bytes(8) + whole[49:]  # what is compressed begins at 41
    (folder / "banks" / "images" / "grey.png").write_bytes(damaged)
    bank = folder / "banks" / "one.yaml"
    bank.write_text(bank.read_text().replace("is even", "is ∯"))
    result = run(folder, "--format", "pdf")
    assert result.exit_code == 0, result.output
    assert "no font has the sign '∯'; --format html shows it" in result.stderr
    assert "a picture cannot be drawn, its description stands there: a grey field" in result.stderr
    assert "[a grey field]" in pages((folder / "out" / "paper.pdf").read_bytes())[0]


def test_a_paper_needs_a_folder(folder):
    result = CliRunner().invoke(
        main, ["assemble", str(folder / "plan.yaml"), str(folder / "banks"), "--format", "pdf"]
    )
    assert result.exit_code == 2
    assert "--out" in result.stderr


def test_every_type_can_be_printed(folder):
    """One question of each type, from its own first example: its words stand on the paper, its answer in the key."""
    (folder / "banks" / "images" / "map.png").write_bytes(png(60, 40))
    questions = []
    for name in types.names():
        content = json.loads(json.dumps(types.get(name).examples()[0].content, default=str))
        asked = {"id": name, "type": name, "prompt": f"Prompt of {name}", "timeless": True, **content}
        questions.append(asked)
    text = json.dumps(questions, ensure_ascii=False)
    for file in set(re.findall(r"images/[\w.-]+", text)):
        (folder / "banks" / file).write_bytes(svg() if file.endswith("svg") else png(900, 620))
    (folder / "banks" / "one.yaml").write_text(
        f"format: quiz-bank/1\nbank: one\ntitle: T\nquestions: {text}\n"
    )
    names = ", ".join(types.names())
    (folder / "plan.yaml").write_text(
        f"format: quiz-blueprint/1\ntitle: T\nsections: [{{bank: one, types: [{names}], count: {len(questions)}}}]\n"
    )
    content, record = printed(folder, "html", "--with-content")
    text = words(content.decode())
    for question in record["forms"][0]["questions"]:
        assert f"Prompt of {question['type']}" in text
        assert " ".join(to_text(question["key"]).split()) in text
    assert printed(folder, "pdf", "--with-content")[0].startswith(b"%PDF")


@pytest.mark.parametrize(
    "tex, said",
    [
        (r"\frac{a+b}{c}", "(a + b)/c"),
        (r"x_1^{2}", "x₁²"),
        (r"e^{i\pi}", "e^(iπ)"),
        (r"\sqrt{x} \le \sqrt[3]{y}", "√(x) ≤ ³√(y)"),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "([a, b; c, d])"),
        (r"\sum_{n=1}^{k} n \cdot 2", "∑"),
    ],
)
def test_formulas_are_readable_on_a_line(tex, said):
    (found,) = paragraphs(to_html(f"So ${tex}$ it is."))
    assert said in found
    assert found.startswith("So ")
    assert found.endswith(" it is.")


def test_blocks_become_paragraphs():
    text = "One\n\n- a\n- b\n\n3. c\n\n| x | y |\n| - | - |\n| 1 | 2 |\n\n    if\n      so\n"
    assert [*paragraphs(to_html(text))] == ["One", "• a", "• b", "3. c", "x | y", "1 | 2", "if", "so"]

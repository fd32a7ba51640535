"""A quiz made in a form, without JavaScript: sections, numbers, fixed questions, the way from text to form and back."""

import pytest
from werkzeug.datastructures import MultiDict

from quiz.assembly.blueprint import read_blueprint
from quiz.assembly.settings import Adaptive
from quiz.operations import building, courses, importing, quizzes
from quiz.web.quizzes.plan_form import ABSENT, ADAPTIVE, plan_of, posted, text_of, unseen
from tests.cast import BANK, BLUEPRINT, NOW
from tests.pages.doors import field_error
from tests.pages.forms import controls, press

QUIZ = {"id": "quiz"}

#: Everything that a blueprint can say, some of it in ways that a form does not.
WHOLE = """\
# For the second term
format: quiz-blueprint/1
title: Sums and more   # students read it
as_of: 2026-11-23
sections:
  - {title: Sums, bank: small, count: 2, difficulty: {easy: 1, medium: {min: 1}}, tags: {any: [a], all: [b], none: [c]}}
  - title: Both
    banks: [small, other]
    topic: sums
    types: [true_false, numerical]
    levels: [apply]
    count: {min: 1, max: 2}
    include: [small/five]
    exclude: [small/one]
    points: 0.5
  - {bank: small, difficulty: [easy, hard], count: {max: 3}}
  - {bank: other, difficulty: hard}
questions: 5
levels: {apply: {max: 3}}
order: shuffled
shuffle_options: false
settings: {limit: 20, attempts: null, pass: null, scale: 20, mode: practice, tries: interactive}
"""


@pytest.fixture
def engine():
    """SQLite alone: what these pages ask of a database, tests/operations/test_building.py asks of both."""
    return "sqlite"


@pytest.fixture
def ada(browser):
    return browser("ada")


# From a text to a form and back --------------------------------------------------------------------------------------


def sent(plan):
    """A form's values as a browser sends them."""
    found = MultiDict()

    def put(name, value):
        if isinstance(value, dict):
            for key, part in value.items():
                put(f"{name}-{key}" if name else key, part)
        elif isinstance(value, list):
            for place, part in enumerate(value):
                put(f"{name}-{place}" if isinstance(part, dict) else name, part)
        elif value is True:
            found.add(name, "y")
        elif value:
            found.add(name, value)

    put("", plan.data)
    return found


def test_a_text_that_went_through_the_form_is_the_same_with_its_remarks():
    assert text_of(posted(sent(plan_of(WHOLE))), WHOLE) == WHOLE


@pytest.mark.parametrize(
    "name, value, changed",
    [
        ("sections-0-count", "3", ("count: 2", "count: 3")),
        ("sections-0-count", "2-4", ("count: 2", "count: {min: 2, max: 4}")),
        ("sections-0-difficulty-medium", "0", ("medium: {min: 1}", "medium: 0")),
        ("sections-0-title", "", ("title: Sums, ", "")),
        ("sections-1-points", "1,5", ("0.5", "1.5")),
        ("sections-1-types", ["numerical"], ("[true_false, numerical]", "[numerical]")),
        ("sections-1-others", [], ("banks: [small, other]", "bank: small")),
        ("sections-0-tags-any", [], ("any: [a], ", "")),
        ("order", "easy_to_hard", ("order: shuffled", "order: easy_to_hard")),
        ("mode", "test", (", mode: practice, tries: interactive", "")),
        ("mode", "adaptive", ("interactive", "adaptive")),
        ("scale", "50", ("scale: 20", "scale: 50")),
        ("as_of", "", ("as_of: 2026-11-23\n", "")),
    ],
)
def test_a_field_changes_its_part_and_nothing_else(name, value, changed):
    form = sent(plan_of(WHOLE))
    form.setlist(name, [value] if isinstance(value, str) else value)
    expected, made = WHOLE.replace(*changed), text_of(posted(form), WHOLE)
    assert expected != WHOLE
    assert sent(plan_of(made)) == sent(plan_of(expected))
    assert unseen(made) == unseen(expected)


REMARKS = """\
---
# Ours
format: quiz-blueprint/1
title: T
sections:   # two
  # the first
  - title: A   # a name
    bank: small
    count: 2
  - {bank: other, count: 1}   # the second
settings:
  limit: 20  # minutes
  attempts: 1
order: shuffled
"""


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({"sections-1-count": "3"}, ("- {bank: other, count: 1}   # the second", "- bank: other\n    count: 3")),
        ({"scale": "20"}, ("  attempts: 1\n", "  attempts: 1\n  scale: 20\n")),
        ({"order": "as_listed"}, ("order: shuffled", "order: as_listed")),
        (
            {"sections-0-place": "1", "sections-0-title": "", "sections-0-bank": "other", "sections-0-count": "1",
             "sections-1-place": "0", "sections-1-title": "A", "sections-1-bank": "small", "sections-1-count": "2"},
            ("  - title: A   # a name\n    bank: small\n    count: 2\n  - {bank: other, count: 1}   # the second\n",
             "  - {bank: other, count: 1}   # the second\n  - title: A   # a name\n    bank: small\n    count: 2\n"),
        ),
    ],
)  # fmt: skip
def test_remarks_stay_with_what_stays(changes, expected):
    form = sent(plan_of(REMARKS))
    for name, value in changes.items():
        form[name] = value
    assert text_of(posted(form), REMARKS) == REMARKS.replace(*expected)


@pytest.mark.parametrize(
    "text",
    [
        REMARKS.replace("  - title: A   # a name\n", "  -\n    title: A\n"),
        REMARKS.replace("order: shuffled\n", "order: shuffled\n...\n"),
        "{format: quiz-blueprint/1, title: T, sections: [{bank: small, count: 2}], settings: {limit: 20}}",
        REMARKS.replace("title: T\n", 'title: "T\n  and more"\n'),
    ],
)
def test_an_odd_layout_says_the_same_in_another_one(text):
    form = sent(plan_of(text))
    form["sections-0-count"], form["as_of"] = "7", "2026-11-23"
    made = sent(plan_of(text_of(posted(form), text)))
    assert made == form


LISTED = BLUEPRINT.replace("order: shuffled\n", "")


def test_the_rules_of_an_adaptive_test_are_written_and_taken_back():
    """What is usual is left out; a text that says them goes through the form unchanged."""
    form = sent(plan_of(LISTED))
    form["mode"], form["adaptive-error"], form["adaptive-low"] = ADAPTIVE, "0,4", "-0.5"
    made = text_of(posted(form), LISTED)
    rules = read_blueprint(made).settings.adaptive
    assert rules == Adaptive(error="0.4", start=["-0.5", "0"])
    assert text_of(posted(sent(plan_of(made))), made) == made
    form = sent(plan_of(made))
    form["mode"] = "test"
    assert read_blueprint(text_of(posted(form), made)) == read_blueprint(LISTED)


def test_an_adaptive_test_leaves_the_order_of_papers():
    """The form always says one: with it no quiz could be made adaptive there."""
    form = sent(plan_of(BLUEPRINT))
    form["mode"] = ADAPTIVE
    made = text_of(posted(form), BLUEPRINT)
    assert "order:" not in made
    assert read_blueprint(made).settings.adaptive == Adaptive()


def test_what_the_form_does_not_show_is_named():
    assert unseen(WHOLE) == ["questions", "levels", "sections[0].tags.all", "sections[1].exclude"]


def test_settings_beside_the_form_are_written_and_left_out():
    made = text_of(plan_of(BLUEPRINT), BLUEPRINT, "Other", {"limit": ABSENT, "attempts": "2"})
    assert "limit" not in made
    assert "attempts: 2" in made
    assert "title: Other" in made
    assert text_of(plan_of(BLUEPRINT), BLUEPRINT, None, {"attempts": ABSENT}) == BLUEPRINT


# Make ----------------------------------------------------------------------------------------------------------------


def section(browser, number):
    return browser.page.find(id=f"sections-{number}")


def numbers(browser, number):
    return section(browser, number).find(attrs={"data-part": f"supply-{number}"}).get_text(" ", strip=True)


def alike(name):
    """A bank like the small one."""
    text = BANK.replace("bank: small", f"bank: {name}").replace("A small bank", f"The bank {name}")
    return text.replace("topic: sums/times", "topic: sums/times\n    level: apply\n    tags: [dozens]")


def test_two_sections_make_a_quiz_without_a_word_of_yaml(ada, cast):
    importing.import_bank(cast.ada, alike("other"), "other.yaml", NOW)
    ada.get(f"/courses/{cast.course}/quizzes/new")
    assert "5 of 5 match." in numbers(ada, 0)
    press(ada, "add:sections:other", {"title": ["Two parts"], "sections-0-count": ["2"]}, **QUIZ)
    assert ada.page.find("input", {"name": "sections-1-count"})["value"] == "5"
    press(ada, "check", {"sections-1-levels": ["apply"]}, **QUIZ)
    assert "One of 5 matches, 5 are needed." in numbers(ada, 1)
    assert section(ada, 1).h3.get_text() == "Section 2: The bank other"
    assert section(ada, 1).find("input", {"name": "sections-1-tags-any", "value": "dozens"})
    press(ada, "up:sections:1", {"sections-1-count": ["1"]}, **QUIZ)
    assert [ada.page.find("input", {"name": f"sections-{n}-count"})["value"] for n in (0, 1)] == ["1", "2"]
    answer = ada.post(
        f"/courses/{cast.course}/quizzes/new", {**controls(ada.page, **QUIZ), "limit_minutes": "30"}
    )
    assert answer.status_code == 303
    quiz = quizzes.manage(cast.ada, int(answer.headers["Location"].split("/")[2]))
    assert (quiz.sheet.title, quiz.sheet.limit_minutes) == ("Two parts", 30)
    found = quizzes.supply(cast.ada, cast.course, quiz.blueprint_text, NOW)
    assert [(one.section, one.least, one.available) for one in found.sections] == [
        ("The bank other", 1, 1),
        ("A small bank", 2, 5),
    ]


@pytest.mark.parametrize(
    "typed, name, words",
    [
        ({"title": ""}, "title", "Enter a title."),
        ({"sections-0-count": "many"}, "sections-0-count", "is not a whole number"),
        ({"sections-0-count": ""}, "sections-0-count", "is missing"),
        ({"sections-0-count": "9"}, "sections-0-count", "5 match, 9 are needed"),
        ({"sections-0-difficulty-easy": "x"}, "sections-0-difficulty-easy", "is not a whole number"),
        ({"sections-0-points": "-1"}, "sections-0-points", ""),
        ({"mode": ADAPTIVE, "adaptive-fewest": "40"}, "adaptive-fewest", "above most"),
        ({"mode": ADAPTIVE, "adaptive-low": "9"}, "adaptive-low", "is not between"),
        ({"closes_at": "2026-11-20T10:00"}, "closes_at", "This moment is past"),
        ({"limit_minutes": "soon"}, "limit_minutes", "Write a whole number"),
        ({"as_of": "soon"}, "as_of", ""),
        ({"forms-count": "51"}, "forms-count", "51 is too many"),
        ({"forms-count": "2", "forms-shared": "-1"}, "forms-shared", ""),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_made(ada, cast, typed, name, words):
    path = f"/courses/{cast.course}/quizzes/new"
    ada.get(path)
    answer = ada.post(path, controls(ada.page, **QUIZ) | typed)
    assert answer.status_code in (409, 422)
    error = field_error(ada.page, name)
    assert words in error
    assert ada.page.find(class_="q-errors").find("a", href=f"#{name}")
    assert ada.page.find(id=name).get("value", "") == typed[name]
    assert len(quizzes.quizzes_of(cast.course)) == 1


def test_what_is_wrong_beside_the_sections_and_in_them_is_said_at_once(ada, cast):
    path = f"/quizzes/{cast.quiz}/edit"
    ada.get(path)
    typed = {"limit_minutes": "soon", "sections-0-count": "many", "access_code": "kept"}
    assert ada.post(path, controls(ada.page, **QUIZ) | typed).status_code == 422
    told = [link["href"] for link in ada.page.find(class_="q-errors").find_all("a")]
    assert told == ["#limit_minutes", "#sections-0-count"]
    assert ada.page.find(id="access_code")["value"] == "kept"


def test_a_bank_of_nobody_is_told_at_the_sections(ada, cast):
    path = f"/courses/{cast.course}/quizzes/new"
    ada.get(path)
    assert ada.post(path, controls(ada.page, **QUIZ) | {"sections-0-bank": "big"}).status_code == 422
    assert "there is no bank 'big' that you may use" in ada.page.find(class_="q-errors").get_text()


def test_fixed_questions_are_searched_and_kept(ada, cast):
    ada.get(f"/quizzes/{cast.quiz}/edit")
    press(ada, "find:sections-0", {"sections-0-words": ["even"]}, **QUIZ)
    (found,) = section(ada, 0).find_all("input", {"name": "sections-0-include"})
    assert (found["value"], found.has_attr("checked")) == ("small/two", False)
    press(ada, "check", {"sections-0-include": ["small/two"], "sections-0-count": ["1"]}, **QUIZ)
    assert "One question is always asked" in section(ada, 0).get_text()
    assert "Which are even?" in section(ada, 0).get_text()
    assert ada.post(f"/quizzes/{cast.quiz}/edit", controls(ada.page, **QUIZ)).status_code == 303
    papers = building.papers(cast.ada, cast.quiz, 1, NOW).papers
    assert {question.name for paper in papers for question in paper.questions} == {"small/two"}


# Change --------------------------------------------------------------------------------------------------------------


def test_saving_the_form_unchanged_changes_no_text(ada, cast):
    path = f"/quizzes/{cast.quiz}/edit"
    ada.get(path)
    assert ada.post(path, controls(ada.page, **QUIZ)).status_code == 303
    assert quizzes.manage(cast.ada, cast.quiz).blueprint_text == BLUEPRINT


def test_form_and_text_lead_to_each_other_with_what_was_typed(ada, cast):
    ada.get(f"/quizzes/{cast.quiz}/edit")
    press(ada, "text", {"sections-0-count": ["3"], "title": ["Typed"]}, **QUIZ)
    text = ada.page.find("textarea", {"name": "blueprint"})
    assert "count: 3" in text.get_text()
    assert ada.page.find("input", {"name": "title"})["value"] == "Typed"
    press(
        ada,
        "form",
        {"blueprint": [text.get_text().replace("count: 3", "count: 4\n    exclude: [one]")]},
        **QUIZ,
    )
    assert ada.page.find("input", {"name": "sections-0-count"})["value"] == "4"
    assert "sections[0].exclude" in ada.text
    assert "4 of 5 match." in numbers(ada, 0)
    press(ada, "text", **QUIZ)
    press(ada, "form", {"blueprint": ["format: quiz-blueprint/1\nsections: x"]}, **QUIZ)
    assert "listed below" in field_error(ada.page, "blueprint")
    assert quizzes.manage(cast.ada, cast.quiz).blueprint_text == BLUEPRINT


def test_the_second_of_two_sees_both_texts_and_goes_on_in_the_form(browser, cast):
    path = f"/quizzes/{cast.quiz}/edit"
    ada, other = browser("ada"), browser("ada")
    ada.get(path)
    other.get(path)
    assert other.post(path, controls(other.page, **QUIZ) | {"sections-0-count": "2"}).status_code == 303
    assert ada.post(path, controls(ada.page, **QUIZ) | {"sections-0-count": "3"}).status_code == 409
    theirs, mine = (ada.page.find_all(class_="q-verbatim")[place].get_text() for place in (-2, -1))
    assert ("count: 2" in theirs, "count: 3" in mine) == (True, True)
    assert ada.post(path, controls(ada.page, **QUIZ)).status_code == 303
    assert "count: 3" in quizzes.manage(cast.ada, cast.quiz).blueprint_text


def test_a_script_gets_the_numbers_or_the_sections_alone(ada, cast):
    path = f"/quizzes/{cast.quiz}/edit"
    ada.get(path)
    form = controls(ada.page, **QUIZ) | {"sections-0-count": "6", "act": "check"}
    told = ada.post(path, {**form, "part": "supply"})
    assert (
        ada.page.find(attrs={"data-fills": "supply-0"})
        .get_text(" ", strip=True)
        .startswith("5 of 5 match, 6 are")
    )
    assert "<html" not in told.text
    ada.post(path, {**form, "part": "form"})
    assert section(ada, 0)
    assert not ada.page.find("h1")


def test_while_one_section_has_a_fault_the_others_have_their_numbers(ada, cast):
    path = f"/quizzes/{cast.quiz}/edit"
    ada.get(path)
    press(ada, "add:sections:small", {"sections-0-count": ["many"]}, **QUIZ)
    assert "as soon as nothing is missing" in numbers(ada, 0)
    assert "5 of 5 match." in numbers(ada, 1)
    ada.post(path, {**controls(ada.page, **QUIZ), "act": "check", "part": "supply"})
    assert "Section 1, Questions: 'many' is not a whole number" in ada.page.get_text(" ", strip=True)


def test_a_form_of_too_many_sections_is_refused(ada, cast):
    path = f"/quizzes/{cast.quiz}/edit"
    ada.get(path)
    answer = ada.post(path, controls(ada.page, **QUIZ) | {"sections-100-count": "1"})
    assert answer.status_code == 413


# Look, copy, begin with ----------------------------------------------------------------------------------------------


def test_papers_are_shown_with_what_is_expected(ada, cast):
    ada.get(f"/quizzes/{cast.quiz}/papers")
    assert "The expected marks of 200 papers lie between 3.4 and 3.4" in ada.text
    assert "two of them differ by 0 marks at most" in ada.text
    expected = [row.find_all("td")[2].get_text() for row in ada.page.tbody.find_all("tr")]
    assert expected[0].startswith("3.4 (")
    assert len(expected) == 3
    assert "the difficulty of 5 questions" in ada.text
    assert len(ada.page.find_all(class_="q-rows-main")) == 15
    assert ada.page.find("a", href=f"/quizzes/{cast.quiz}/papers?first=4")


def test_a_copy_is_a_draft_in_the_other_course(ada, cast):
    there = courses.add_course(cast.ada, "Next term", "UTC", NOW)
    path = f"/quizzes/{cast.quiz}/copy"
    ada.get(path)
    assert ada.post(path, {"course": "999"}).status_code == 422
    answer = ada.post(path, {"course": str(there)})
    ada.get(answer.headers["Location"])
    assert (ada.title, "Draft" in ada.text) == ("A small quiz", True)
    assert len(quizzes.quizzes_of(there)) == 1


def test_a_template_comes_first_and_brings_its_settings(ada, cast):
    ada.post(f"/quizzes/{cast.quiz}/template", {"template": "1"})
    path = f"/courses/{cast.course}/quizzes/new"
    ada.get(f"{path}?start=quiz:{cast.quiz}")
    first = ada.page.find("select", {"name": "start"}).find("option")
    assert (first["value"], first.has_attr("selected")) == (f"quiz:{cast.quiz}", True)
    assert ada.page.find("input", {"name": "limit_minutes"})["value"] == "20"
    ada.post(f"/quizzes/{cast.quiz}/template", {"template": "0"})
    assert not building.beginnings(cast.ada)[0].template


def test_the_checklist_leads_to_where_things_are_mended(ada, cast):
    blueprint = BLUEPRINT.replace(
        "limit: 20", "limit: 2\n  opens: 2026-12-01T09:00\n  closes: 2026-12-01T09:01"
    )
    quiz = quizzes.create(cast.ada, courses.add_course(cast.ada, "Empty", "UTC", NOW), blueprint, NOW)
    ada.get(f"/quizzes/{quiz}/publish")
    looks = {
        line.p.get_text(" ", strip=True): line.a["href"]
        for line in ada.page.find_all("li", {"data-state": "look"})
    }
    assert [any(words in line for line in looks) for words in ("too short", "before the time limit", "while others", "Nobody is in")] == [True] * 4  # fmt: skip
    assert {href.partition("#")[2] for href in looks.values()} >= {"limit_minutes", "closes_at", "review"}


FORMS = "forms: {count: 4, seed: 3, overlap: {max: 2, anchors: [one]}}\n"


def test_fixed_forms_are_fields_and_what_they_do_not_show_is_kept():
    begun = BLUEPRINT.lstrip() + FORMS
    plan = plan_of(begun)
    assert (plan.forms.form.count.data, plan.forms.form.shared.data) == ("4", "2")
    assert unseen(begun) == ["forms.seed", "forms.overlap.anchors"]
    assert text_of(plan, begun) == begun
    plan.forms.form.count.data, plan.forms.form.shared.data = "5", ""
    rules = read_blueprint(text_of(plan, begun)).forms
    assert (rules.count, rules.seed, rules.overlap.max, rules.overlap.anchors) == (5, 3, None, ("one",))
    plan.forms.form.count.data = ""
    assert read_blueprint(text_of(plan, begun)).forms is None


def test_papers_that_are_not_alike_are_told_before_publishing(ada, cast):
    text = BLUEPRINT.replace("count: 5", "count: 1, topic: sums/minus")
    quiz = quizzes.create(cast.ada, cast.course, text, NOW)
    ada.get(f"/quizzes/{quiz}/papers")
    easy = building.papers(cast.ada, quiz, 1, NOW).draws.easy
    assert f"{easy} of these papers hold easy questions alone" in ada.text
    ada.get(f"/quizzes/{quiz}/publish")
    assert "Some papers hold easy questions alone" in ada.text

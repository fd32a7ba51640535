"""The authoring form of every type, from the registry: what it shows is what is saved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from quiz.banks.model import Question
from quiz.errors import Invalid
from quiz.questions import types
from tests.kernel.questions import COMMON, contents, examples, of_example, question

NAMES = types.names()
#: Types whose content cannot be empty.
DEMANDING = [
    name
    for name in NAMES
    if any(field.is_required() for field in types.get(name).content.model_fields.values())
]


def shown(name, fields):
    """The form of a type as a page shows it."""
    edit = types.editing(name)
    return edit.EditForm(data=edit.from_fields(fields))


def posted(name, form):
    """The form as a browser sends it: by the names of its controls."""
    return types.editing(name).EditForm(MultiDict(controls(form)))


def controls(fields):
    for field in fields:
        if hasattr(field, "entries") or hasattr(field, "form"):
            yield from controls(field)
        elif field.type != "BooleanField":
            yield field.name, field.data or ""
        elif field.data:
            yield field.name, "y"


def read(name, form, **common):
    return Question.load({**COMMON, "type": name, **types.editing(name).to_fields(form), **common})


@pytest.mark.parametrize("name, example", examples())
def test_an_example_comes_back_as_it_was(name, example):
    q = of_example(name, example)
    form = posted(name, shown(name, q.dump()))
    assert read(name, form, scoring=q.scoring) == q


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_any_content_keeps_its_meaning(name, data):
    """Correct marks that say no, and such like, may go; what the form shows stays."""
    q = question(name, data.draw(contents(name)))
    form = posted(name, shown(name, q.dump()))
    saved = read(name, form)
    assert saved.present(()) == q.present(())
    assert saved.kind.right_answer(saved.content) == q.kind.right_answer(q.content)
    assert saved.kind.shuffled(saved.content) == q.kind.shuffled(q.content)
    assert types.editing(name).from_fields(saved.dump()) == types.editing(name).from_fields(q.dump())


@pytest.mark.parametrize("name", DEMANDING)
def test_an_empty_form_is_faulty_but_breaks_nothing(name):
    with pytest.raises(Invalid):
        read(name, posted(name, shown(name, {})))


@pytest.mark.parametrize("name", NAMES)
def test_the_folder_has_all_that_the_editor_asks_for(name):
    edit = types.editing(name)
    assert edit.NAME
    assert edit.SUMMARY.endswith(".")
    assert shown(name, {}).data or not types.get(name).content.model_fields


@pytest.mark.parametrize(
    "typed, written",
    [("2,5", "2.5"), ("1.234,5", "1234.5"), ("1/3", "1/3"), ("2.50", "2.50"), ("a, b", "a, b")],
)
def test_an_author_types_decimals_as_students_do(typed, written):
    edit = types.editing("numerical")
    form = edit.EditForm(data={"answers": [{"value": typed, "tolerance": "0,1"}]})
    assert edit.to_fields(form)["answers"] == [{"value": written, "tolerance": "0.1"}]

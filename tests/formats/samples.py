"""Questions of every type and every shape that the types' own examples have, for tests of formats."""

from io import BytesIO

from quiz.banks.model import Bank, Question
from quiz.formats.base import Source, Unwritable
from quiz.formats.conversion import Reading, Report, put_beside
from quiz.questions import types
from quiz.questions.images import references
from tests.pictures import svg

#: What a question may look like beside its content: easy, with every mark that some format takes for its own, HTML.
DRESSES = (
    {"prompt": "Which is right?"},
    {
        "prompt": "Which: 1 = {a} # b -> c ~ d?", "name": "A name ~ with :: marks", "points": 2,
        "explanation": "Because *so*: 50 % \\ x.\n\nSecond line.",
    },
    {"prompt": "<p>Which <b>one</b> &lt; 2?</p>", "text_format": "html", "explanation": "<p>So.</p>", "tags": ["x", "y z"]},
)  # fmt: skip


#: Contents that no example of a type has, and some format takes no other.
MORE = {
    "cloze": [{"text": "Signed in [[1]] by [[2]].", "gaps": {
        "1": {"type": "short_text", "answers": ["Shanghai"]}, "2": {"type": "short_text", "answers": ["six", "6"]},
    }}],
    "essay": [{"model_answer": "Because six states signed, and each had its reasons, of which there were many. " * 3 + "So."}],
    "drag_words": [{
        "text": "1. west: [[1]]\n2. [[2]]", "choices": ["disc", "![A square](images/shapes.svg)", "roof"],
        "gaps": {"1": "b", "2": "a"}, "picture": {
            "file": "images/shapes.svg", "alt": "Two shapes", "width": 80, "height": 60,
            "places": {"1": {"coords": [20, 15]}, "2": {"shape": "circle", "coords": [60, 15, 10]}},
        },
    }],
}  # fmt: skip


def samples(names=None):
    """Questions of these types (None: all): each content of the types' examples in each dress."""
    found = []
    for name in sorted(names or types.names()):
        contents = [*MORE.get(name, ())]
        for example in types.get(name).examples():
            content = {**example.content, **({"scoring": example.rule} if example.rule else {})}
            if content not in contents:
                contents.append(content)
        found += [
            Question.load(
                {
                    "bank": "b", "id": f"{name.replace('_', '-')}-{number}-{look}", "type": name, "timeless": True,
                    "topic": f"one/{name}", **dress, **content,
                }
            )
            for number, content in enumerate(contents)
            for look, dress in enumerate(DRESSES)
        ]  # fmt: skip
    return found


def pictures(question):
    """A picture for each that the question names."""
    return {one.file: svg(attributes='width="80" height="60"') for one in references(question.dump())}


def written(format, questions, folder=None, bank=None):
    """The bytes that a format's writer makes of questions, and what it said was lost, by id."""
    target, losses = BytesIO(), {}
    writer = format.writer(target, bank or Bank.load({"bank": "b", "title": "B"}))
    for question in questions:
        losses[question.id] = [loss.field for loss in writer.add(question, pictures(question))]
    writer.close()
    if folder:
        put_beside(writer.beside, folder)
    return target.getvalue(), losses


def is_written(format, question):
    """Whether the format takes the question: it may refuse some of a type, by name."""
    writer = format.writer(BytesIO(), Bank.load({"bank": "b", "title": "B"}))
    try:
        writer.add(question, pictures(question))
    except Unwritable:
        return False
    return True


def read(format, content, name="file", folder=None):
    """The questions that a format's reader finds, and the report."""
    report = Report(name, format.name)
    found = [one.question for one in Reading(format, Source(BytesIO(content), name, folder), report, "b")]
    assert {one.type for one in found} <= format.reads, "docs/formats says which types are read"
    return found, report

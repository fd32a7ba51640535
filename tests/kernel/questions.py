"""Questions for the tests of the kernel, and the templates of question types without the web."""

from functools import cache
from pathlib import Path

import jinja2
from hypothesis import strategies as st
from markupsafe import Markup

from quiz.banks.model import Question
from quiz.questions import types

COMMON = {"bank": "b", "id": "q", "prompt": "What is *it*?", "timeless": True}


def question(type, content, **common):
    """A question of this type with this content."""
    return Question.load({**COMMON, "type": type, **content, **common})


def of_example(name, example):
    """The question of an example of a type."""
    return question(name, example.content, **({"scoring": example.rule} if example.rule else {}))


def examples():
    """Every example of every type, as (type's name, example)."""
    return [(name, example) for name in types.names() for example in types.get(name).examples()]


@cache
def _templates():
    loader = jinja2.PrefixLoader({"types": jinja2.FileSystemLoader(Path(types.__file__).parent)})
    env = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, extensions=["jinja2.ext.i18n"]
    )
    env.install_null_translations(newstyle=True)
    env.filters["html"] = Markup
    env.globals["icon"] = lambda _name: Markup("<svg></svg>")
    return env


def render(template, **context):
    """A template of a question type, with the filters and globals that the web gives it."""
    return _templates().get_template(template).render(**context)


TEXTS = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=12
).filter(lambda text: text.strip() and text.strip() == text)
CREDITS = st.fractions(-1, 1, max_denominator=12)


@st.composite
def option_contents(draw, *, single):
    """Contents of single choice or multiple response, marked either way."""
    texts = draw(st.lists(TEXTS, min_size=2, max_size=5, unique=True))
    key = draw(st.integers(0, len(texts) - 1))
    if draw(st.booleans()):
        credits = draw(st.lists(CREDITS, min_size=len(texts), max_size=len(texts)))
        return {
            "options": [
                {"text": t, "credit": 1 if n == key else c}
                for n, (t, c) in enumerate(zip(texts, credits, strict=True))
            ]
        }
    more = set() if single else draw(st.sets(st.integers(0, len(texts) - 1)))
    return {"options": [{"text": t, "correct": n == key or n in more} for n, t in enumerate(texts)]}


@st.composite
def typed_contents(draw, *, field, values):
    """Contents of the types with a text field: answers with credits, one of them full."""
    answers = draw(st.lists(st.tuples(values, CREDITS), min_size=1, max_size=4))
    return {
        "answers": [
            {field: answers[0][0]},
            *({field: value, "credit": credit} for value, credit in answers[1:]),
        ]
    }


@st.composite
def matching_contents(draw):
    """Pairs of which several may have the same choice, and distractors."""
    stems = draw(st.lists(TEXTS, min_size=2, max_size=5, unique=True))
    choices = draw(st.lists(TEXTS, min_size=2, max_size=6, unique=True))
    key = [draw(st.integers(0, len(choices) - 1)) for _ in stems]
    rest = [text for n, text in enumerate(choices) if n not in key]
    pairs = [{"stem": stem, "choice": choices[n]} for stem, n in zip(stems, key, strict=True)]
    return {"pairs": pairs, "distractors": rest}


@st.composite
def cloze_contents(draw):
    """Gaps of every type that fits, marked in a text; two of them may be interchangeable."""
    fitting = [name for name in types.names() if types.get(name).fits_gap]
    chosen = draw(st.lists(st.sampled_from(fitting), min_size=1, max_size=4))
    gaps = {f"g{n}": {"type": name, **draw(contents(name))} for n, name in enumerate(chosen)}
    if draw(st.booleans()):
        gaps["g0"]["weight"] = 3
    text = draw(TEXTS) + "".join(f" [[{id}]] {draw(TEXTS)}" for id in draw(st.permutations([*gaps])))
    alike = [id for id in gaps if gaps[id]["type"] == chosen[-1] and "weight" not in gaps[id]]
    swapped = len(alike) > 1 and not types.get(chosen[-1]).several_answers and draw(st.booleans())
    return {"text": text, "gaps": gaps, **({"interchangeable": [alike]} if swapped else {})}


@st.composite
def word_gap_contents(draw):
    """Gaps of one or two groups, each with a word of its own, and words for none."""
    words = draw(st.lists(TEXTS, min_size=4, max_size=7, unique=True))
    groups = [1 + n % draw(st.integers(1, 2)) for n in range(len(words))]
    choices = [{"text": text, "group": group} for text, group in zip(words, groups, strict=True)]
    right = [n for n in range(len(words) - 2) if groups.count(groups[n]) > 1] or [0]
    gaps = {f"g{n}": "abcdefg"[n] for n in draw(st.permutations(right))[: draw(st.integers(1, 4))]}
    for n in range(len(words)):
        if f"g{n}" in gaps and groups.count(groups[n]) < 2:
            choices[n]["group"] = choices[(n + 1) % len(words)]["group"]
    marks = "".join(f" [[{name}]] {draw(TEXTS)}" for name in gaps)
    return {"text": draw(TEXTS) + marks, "choices": choices, "gaps": gaps, "reuse": draw(st.booleans())}


@st.composite
def essay_contents(draw):
    """With or without limits, a rubric and a model answer."""
    few, more = sorted(draw(st.lists(st.integers(1, 500), min_size=2, max_size=2)))
    points = st.integers(0, 20).map(lambda n: str(n / 2))
    level = st.fixed_dictionaries({"points": points, "text": TEXTS})
    best = st.fixed_dictionaries({"points": st.just("10.5"), "text": TEXTS})
    levels = st.tuples(st.lists(level, min_size=1, max_size=3), best).map(lambda two: [*two[0], two[1]])
    criterion = st.fixed_dictionaries({"criterion": TEXTS, "levels": levels})
    return draw(
        st.fixed_dictionaries(
            {},
            optional={
                "format": st.sampled_from(["plain", "rich"]),
                "words": st.sampled_from([{"min": few}, {"max": more}, {"min": few, "max": more}]),
                "rubric": st.lists(criterion, max_size=3),
                "model_answer": TEXTS,
            },
        )
    )


def contents(name):
    """Any content of a type: drawn where CONTENTS can, else one of the type's own examples."""
    if name in CONTENTS:
        return CONTENTS[name]
    return st.sampled_from([example.content for example in types.get(name).examples()])


#: For each of these types, any of its contents.
CONTENTS = {
    "single_choice": option_contents(single=True),
    "multiple_response": option_contents(single=False),
    "true_false": st.fixed_dictionaries({"answer": st.booleans()}, optional={"feedback_true": TEXTS}),
    "short_text": typed_contents(field="text", values=TEXTS),
    "numerical": typed_contents(field="value", values=st.decimals(-1000, 1000, places=2).map(str)),
    "matching": matching_contents(),
    "ordering": st.lists(TEXTS, min_size=2, max_size=6, unique=True).map(lambda texts: {"items": texts}),
    "cloze": cloze_contents(),
    "gap_select": word_gap_contents(),
    "drag_words": word_gap_contents(),
    "essay": essay_contents(),
    "description": st.just({}),
}

"""Pools of Blackboard before version 7, which ExamView and publishers still write: no QTI, but in the same packages.

A question is an element named after its type, with ``BODY``, ``ANSWER``, ``CHOICE`` and ``GRADABLE``, which names what is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from quiz.errors import Said
from quiz.files.richtext import Html, to_text
from quiz.files.xml import Element
from quiz.formats._moodle import Styled, kept
from quiz.formats.base import Loss, marked
from quiz.formats.qti12.item import Foreign, Item, Wrong
from quiz.formats.qti12.processing import number

ROOT: Final = "POOL"
#: How the names of questions' elements begin.
QUESTION: Final = "QUESTION_"

Fields = dict[str, Any]


def questions(root: Element) -> Iterator[Element]:
    """The questions of a pool, with the name and the points that its list gives them."""
    points = {one.get("id"): one.get("points", "") for one in root.iterfind("QUESTIONLIST/QUESTION")}
    for one in root:
        if one.tag.startswith(QUESTION):
            one.set("ident", one.get("id", ""))
            one.set("points", points.get(one.get("id"), ""))
            yield one


def title(root: Element) -> str:
    """What the pool is called."""
    found = root.find("TITLE")
    return "" if found is None else str(found.get("value", "")).strip()


def losses(root: Element) -> list[Loss]:
    """What the pool says of itself, which a bank does not."""
    said = " ".join(root.findtext(path) or "" for path in ("DESCRIPTION/TEXT", "INSTRUCTIONS/TEXT"))
    words = to_text(Html(said))[:200]
    return (
        [Loss("title", Said("the description of the quiz: %(description)s", description=words))]
        if words
        else []
    )


def fields(item: Item) -> Fields:
    """The fields of a question, its prompt among them. Raises Wrong and Foreign."""
    kind = item.element.tag.removeprefix(QUESTION)
    if kind not in _KINDS:
        raise Foreign(kind)
    points = number(item.element.get("points"))
    graded = {"right": "FEEDBACK_WHEN_CORRECT", "wrong": "FEEDBACK_WHEN_INCORRECT"}
    told = {name: text for name, tag in graded.items() if (text := _text(item, f"GRADABLE/{tag}"))}
    return {
        "prompt": _text(item, "BODY/TEXT"),
        **_KINDS[kind](item),
        **({"feedback": told} if told else {}),
        **({"points": points} if points is not None and points >= 0 else {}),
    }


def _text(item: Item, path: str, element: Element | None = None) -> Styled:
    """A text, which is HTML unless the question says that it is none."""
    holder = item.element if element is None else element
    flag = item.element.find("BODY/FLAGS/ISHTML")
    style = "plain" if flag is not None and flag.get("value") == "false" else "html"
    return item.shown(Styled((holder.findtext(path) or "").strip(), style))


def _texts(item: Item, tag: str) -> dict[str, Styled]:
    """The answers, or the choices, by name; those without a text are left out."""
    parts = [*item.element.iterchildren(tag)]
    found = {str(one.get("id", "")): _text(item, "TEXT", one) for one in parts}
    if len(found) < len(parts):
        raise Wrong("two answers have the same id – give each its own")
    return {name: text for name, text in found.items() if text}


def _key(item: Item) -> Mapping[str, str]:
    """What is right: answers, each with its choice where it has one. Raises Wrong, and Foreign for several choices."""
    found: dict[str, str] = {}
    for one in item.element.iterfind("GRADABLE/CORRECTANSWER"):
        choice = str(one.get("choice_id", ""))
        if found.setdefault(str(one.get("answer_id", "")), choice) != choice:
            raise Foreign(Said("matching in which a stem has several choices"))
    if not found:
        raise Wrong("nothing is said to be right – name it in a CORRECTANSWER")
    return found


def _options(item: Item) -> list[Fields]:
    key = _key(item)
    return [{"text": text, "credit": int(name in key)} for name, text in _texts(item, "ANSWER").items()]


def _single(item: Item) -> Fields:
    return {"type": "single_choice", "options": marked(_options(item), single=True)}


def _several(item: Item) -> Fields:
    options = [
        {"text": one["text"], **({"correct": True} if one["credit"] else {})} for one in _options(item)
    ]
    return {"type": "multiple_response", "options": options, "scoring": "all_or_nothing"}


def _truth(item: Item) -> Fields:
    texts = _texts(item, "ANSWER")
    said = [texts.get(name, Styled("")).lower() for name in _key(item)]
    if said not in (["true"], ["false"]):
        raise Wrong("neither True nor False is right – name one of them in a CORRECTANSWER")
    return {"type": "true_false", "answer": said == ["true"]}


def _typed(item: Item) -> Fields:
    answers = [kept(text, text.style).replace("*", "\\*") for text in _texts(item, "ANSWER").values()]
    if not answers:
        raise Wrong("no answer is accepted – write one into an ANSWER")
    return {"type": "short_text", "answers": [{"text": text} for text in answers]}


def _essay(item: Item) -> Fields:
    model = next(iter(_texts(item, "ANSWER").values()), None)
    return {"type": "essay", **({"model_answer": model} if model else {})}


def _match(item: Item) -> Fields:
    stems, choices, key = _texts(item, "ANSWER"), _texts(item, "CHOICE"), _key(item)
    pairs = [
        {"stem": text, "choice": choices.get(key.get(name, ""), Styled(""))} for name, text in stems.items()
    ]
    if not all(pair["choice"] for pair in pairs):
        raise Wrong("a stem has no choice – name it in a CORRECTANSWER")
    rest = [text for name, text in choices.items() if name not in key.values()]
    return {"type": "matching", "pairs": pairs, "distractors": [{"choice": text} for text in rest]}


_KINDS: Final[Mapping[str, Callable[[Item], Fields]]] = {
    "TRUEFALSE": _truth,
    "MULTIPLECHOICE": _single,
    "MULTIPLEANSWER": _several,
    "FILLINBLANK": _typed,
    "ESSAY": _essay,
    "SHORTRESPONSE": _essay,
    "MATCH": _match,
}

"""What an item asks, by its structure and by what its metadata call it; each system has words of its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from html import escape
from typing import Any, Final

from quiz.errors import Said
from quiz.files.xml import local_name
from quiz.formats._moodle import Styled, without_marks
from quiz.formats.qti12 import questions
from quiz.formats.qti12.dialects import rewrite
from quiz.formats.qti12.feedback import Feedback
from quiz.formats.qti12.hotspot import read_hotspot
from quiz.formats.qti12.item import ID, RESPONSES, Foreign, Item, Response, Wrong
from quiz.formats.qti12.markup import running_on
from quiz.formats.qti12.processing import number
from quiz.formats.qti12.words import word_gaps

#: Kinds that have a structure of ours and are something else.
_FOREIGN: Final = frozenset(
    "calculated_question formula_question file_upload_question categorization_question stimulus fileupload calculated"
    " opinionscale quizbowl likert opinion file_upload arithmetic significantfigures kprim asskprimchoice assformulaquestion"
    " asserrortext assfileupload asstextsubset textsubsetquestion asslongmenu".split()
)
_ESSAY: Final = frozenset(
    "essay_question cc.essay.v0p1 essay shortresponse longanswer paragraph textquestion asstextquestion".split()
)
_GAPS: Final = frozenset(
    "fill_in_multiple_blanks_question multiple_dropdowns_question fillintheblankplus fillinmultipleblanks"
    " jumbledsentence fib fillintheblanks clozequestion assclozetest".split()
)
#: What D2L calls several fields that take the same answers, and more than it ever has.
_BOXES: Final = "multi-shortanswer"
_MOST_BOXES: Final = 50
#: Answers tried times tests for each, a second or two; how much more it is where several options are ticked together.
_MOST_WORK: Final = 4_000_000
_SEVERAL: Final = 8
_FORMULA: Final = r"\\\((?:[^\\]|\\(?![()]))*+\\\)"
_PLAIN: Final = re.compile(r"[\s_/]+")


def kind(item: Item) -> str:
    """The source's own word for what the item asks; "" where it says none. OpenOLAT says it in the name of the item."""
    said = item.said(
        "question_type",
        "cc_profile",
        "bbmd_questiontype",
        "qmd_questiontype",
        "qmd_itemtype",
        "itemtype",
        "questiontype",
    )
    before, _, rest = item.element.get("ident", "").partition(":")
    return said or (rest.partition(":")[0] if before == "QTIEDIT" else "")


def fields(item: Item) -> dict[str, Any]:
    """The fields of the question, its prompt among them. Raises Wrong, Foreign, and Unknown for rules not known here."""
    word = kind(item)
    name = word.lower() if "_" in word else _PLAIN.sub("", word.lower())
    if name in _FOREIGN:
        raise Foreign(word)
    rewrite(item, name)
    _demand_bounds(item)
    _demand_names(item)
    if not item.responses:
        return _without_response(item, name)
    if name == _BOXES:
        return _boxes(item, item.responses[0])
    if len(item.responses) == 1 and name not in _GAPS:
        return _one(item, name, item.responses[0])
    return _several(item, name)


def _demand_bounds(item: Item) -> None:
    """Raises Wrong where working out what each answer scores would take minutes."""
    tests = sum(
        _work(one.text) for rules in item.element.iterchildren("resprocessing") for one in rules.iter()
    )
    responses = sum(1 for _ in item.element.iter(*RESPONSES))
    answers = sum(_work(one.get("ident")) for one in item.element.iter("response_label")) + tests
    several = any(one.get("rcardinality") == "Multiple" for one in item.element.iter("response_lid"))
    if (answers + responses) * (responses + tests) * (_SEVERAL if several else 1) > _MOST_WORK:
        raise Wrong("there are too many options and rules – part the question")


def _demand_names(item: Item) -> None:
    """Raises Wrong where two options of a response share a name, so that nobody knows which of them is right."""
    for one in item.responses:
        if one.chosen and len({label.ident for label in one.labels}) < len(one.labels):
            raise Wrong("two answers have the same id – give each its own")


def _work(text: str | None) -> int:
    """What comparing this text costs, in tests of usual texts."""
    return 1 + len(text or "") // 1000


def _without_response(item: Item, name: str) -> dict[str, Any]:
    if item.presentation is None:
        raise Wrong("the item has no <presentation> – write the question into one")
    if next(item.presentation.iter(*RESPONSES), None) is not None:
        raise Wrong("a response has no ident – name it, so that the rules can speak of it")
    shown = {"prompt": item.asked}
    if name in _ESSAY:
        return {**questions.essay(item, None), **shown}
    return {"type": "description", **Feedback(item).fields(), **shown}


def _one(item: Item, name: str, response: Response) -> dict[str, Any]:
    prompt = item.asked
    if response.kind == "xy":
        return read_hotspot(item, response)
    essay = not response.chosen and (name in _ESSAY or not item.processing.scores)
    named = _mark(prompt, response) and not name.endswith("_question")
    if not essay and (named or (not response.chosen and item.goes_on(response))):
        return _several(item, name)
    return {**_alone(item, response, essay=essay), "prompt": prompt}


def _alone(item: Item, response: Response, *, essay: bool) -> dict[str, Any]:
    """The fields of a question with one response."""
    if essay:
        return questions.essay(item, response)
    if not response.chosen:
        told = Feedback(item)
        return {**questions.typed(item, response, {}, item.processing.run({}), told), **told.fields()}
    if response.cardinality == "ordered":
        return questions.ordering(item, response)
    if response.cardinality == "multiple":
        made = questions.multiple_response(item, response)
    else:
        made = questions.true_false(item, response) or questions.single_choice(item, response)
    shuffled = {} if response.shuffle or made["type"] == "true_false" else {"shuffle": False}
    return {**made, **shuffled}


def _boxes(item: Item, response: Response) -> dict[str, Any]:
    """Gaps after the text that take the same answers, each of them once."""
    told = Feedback(item)
    answers = questions.typed(item, response, {}, Fraction(0), told)["answers"]
    if any("credit" in one for one in answers):
        item.lose("answers", "some answers give more than others: here all give the same")
    said = number(next((value for name, value in _attributes(response) if name == "input_boxes"), None))
    names = [str(place) for place in range(1, min(int(said or 1), _MOST_BOXES) + 1)]
    gap = {"type": "short_text", "answers": [{**one, "credit": 1} for one in answers]}
    marks = Styled(" ".join(f"[[{name}]]" for name in names), "")
    return {
        "type": "cloze",
        "gaps": dict.fromkeys(names, gap),
        **({"interchangeable": [names]} if len(names) > 1 else {}),
        **told.fields(),
        "prompt": running_on([Styled(without_marks(item.asked, item.asked.style), item.asked.style), marks]),
    }


def _attributes(response: Response) -> Iterator[tuple[str, str]]:
    """What the fields of a response say, by local names: D2L's own have a namespace."""
    return ((local_name(name), text) for one in response.element.iter() for name, text in one.attrib.items())


def _several(item: Item, name: str) -> dict[str, Any]:
    responses = item.responses
    for ident, times in Counter(one.ident for one in responses).items():
        if times > 1:
            raise Wrong(
                Said("two responses are called '%(ident)s' – give each a name of its own", ident=ident)
            )
    if any(one.kind == "xy" for one in responses):
        raise Foreign("composite")
    text = item.asked
    marks = [_mark(text, one) for one in responses]
    marked = all(marks) and len({*marks}) == len(marks)
    gapped = name in _GAPS or (marked and not name.endswith("_question"))
    if not gapped and all(map(_is_stem, responses)):
        return {**questions.matching(item, responses, _right_side(item)), "prompt": text}
    own = [(mark or f"[{one.name}]")[1:-1] for mark, one in zip(marks, responses, strict=True)]
    gaps = [*_names(own)]
    names = {one.ident: gap for one, gap in zip(responses, gaps, strict=True)}
    whole = _with_marks(text, dict(zip(own, gaps, strict=True))) if marked else _in_place(item, names)
    made = questions.gaps(item, responses, names)
    shuffled = {} if all(one.shuffle for one in responses if one.chosen) else {"shuffle": False}
    return {**word_gaps(item, made), **shuffled, "prompt": whole}


def _is_stem(response: Response) -> bool:
    return response.chosen and response.cardinality == "single" and bool(response.stem)


def _mark(text: str, response: Response) -> str | None:
    """The mark of a gap in the text, ``[name]``; None where there is none."""
    names = (response.name, str(response.stem))
    return next((mark for name in names if name and (mark := f"[{name}]") in text), None)


def _names(own: Sequence[str]) -> Iterator[str]:
    """The names of gaps: the source's where all can be, else numbers."""
    fit = len({*own}) == len(own) and all(map(ID.fullmatch, own))
    return iter(own) if fit else (str(number) for number in range(1, len(own) + 1))


def _with_marks(text: Styled, names: Mapping[str, str]) -> Styled:
    """The text with our marks in place of ``[name]``, each at its first place."""
    style = text.style
    if style == "plain" and "[[" in text:
        text, style = Styled(escape(text, quote=False).replace("\n", "<br />"), "html"), "html"
    marked, mine = without_marks(text, style), {f"[{own}]": name for own, name in names.items()}
    tags = ["<[^<>]*>", _FORMULA] * (style == "html")  # what stands in one is no gap
    pattern = re.compile("|".join([*tags, *map(re.escape, sorted(mine, key=len, reverse=True))]))

    def mark(found: re.Match[str]) -> str:
        name = mine.pop(found[0], None)
        return found[0] if name is None else f"[[{name}]]"

    return Styled(pattern.sub(mark, marked), style)


def _in_place(item: Item, names: Mapping[str, str]) -> Styled:
    return item.with_gaps({ident: f"[[{name}]]" for ident, name in names.items()})


def _right_side(item: Item) -> dict[str, Sequence[Styled]]:
    """Blackboard's choices, which stand in a part of their own, in the order of each response's options."""
    block = item.block("RIGHT_MATCH_BLOCK")
    if block is None:
        return {}
    choices = [Styled(text, text.style) for text in item.texts(block)]
    return {one.ident: choices for one in item.responses}

"""Moodle XML, read: a stream of ``<question>`` elements, among them the categories that the following belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from quiz.banks.common import DEFAULT_PENALTY
from quiz.errors import Invalid, Problem, Said, TooLarge
from quiz.files.xml import Element, stream_xml
from quiz.formats._embedded import Wrong as WrongGap
from quiz.formats._embedded import read_embedded
from quiz.formats._moodle import (
    ORDER_RULES,
    Styled,
    behind_star,
    order_rule,
    parted,
    settled,
    takes_nothing_off,
    worth_of_number,
)
from quiz.formats._pictures import Pictures
from quiz.formats.base import Entry, Fault, Found, Loss, Source, Unsupported, blind, failed, marked
from quiz.formats.moodle_xml.calculated import KINDS as CALCULATED
from quiz.formats.moodle_xml.calculated import Calculated
from quiz.formats.moodle_xml.categories import Category, read_category
from quiz.formats.moodle_xml.item import (
    Foreign,
    Item,
    Wrong,
    children,
    decimal,
    string,
    unpacked,
    within,
    word_of,
)
from quiz.formats.moodle_xml.languages import any_shows_all, in_languages
from quiz.formats.moodle_xml.placed import ddimageortext, ddmarker, listed
from quiz.formats.moodle_xml.words import grouped, word_gaps
from quiz.questions.fields import exact, letters, percent

_COMMON: Final = frozenset(
    "name questiontext generalfeedback defaultgrade penalty hidden idnumber tags coursetags hint image image_base64"
    " correctfeedback partiallycorrectfeedback incorrectfeedback".split()
)
#: Parts that we do not have, the values that say no more than their absence would, and what is lost otherwise.
_LOST: Final[Mapping[str, tuple[frozenset[str], str]]] = {
    name: (frozenset(quiet), detail)
    for name, quiet, detail in (
        ("answernumbering", ("", "abc"), Said("options are numbered one way")),
        ("showstandardinstruction", ("", "0"), Said("the page says by itself how to answer")),
        ("shownumcorrect", ("0", "false"), Said("how many parts are right is not told")),
        ("correctresponsesfeedback", ("", "0", "false"), Said("how many parts are right is not told")),
        ("unitsleft", ("", "0"), Said("units stand after the number")),
        ("instructions", ("",), Said("there are no instructions beside the prompt")),
        ("responsefieldlines", ("", "10", "15"), Said("the field for the answer grows by itself")),
        ("responserequired", ("", "0", "1"), ""),
        ("attachments", ("", "0"), Said("no files can be handed in")),
        ("attachmentsrequired", ("", "0"), Said("no files can be handed in")),
        ("maxbytes", ("", "0"), Said("no files can be handed in")),
        ("filetypeslist", ("",), Said("no files can be handed in")),
        ("graderinfo", ("",), Said("there are no notes for who marks")),
        ("responsetemplate", ("",), Said("the answer begins empty")),
        ("answer", ("",), Said("nothing here is the answer")),
        ("layouttype", ("", "VERTICAL", "0"), Said("items stand one below the other")),
        (
            "shuffleanswers",
            (),
            "",
        ),  # what old exports say of every question, also where nothing can be shuffled
        ("showgrading", ("", "SHOW", "1"), Said("the review says how it was marked")),
        ("numberingstyle", ("", "none"), Said("items are not numbered")),
        ("synchronize", ("", "0"), Said("each question draws its own values")),
        ("showmisplaced", ("0", "false"), Said("the review shows every marker")),
        (
            "dropzonevisibility",
            ("", "0"),
            Said("the places are shown and get a name each; in Moodle they have to be found"),
        ),
    )
}
#: What Moodle keeps among the questions although it asks nothing by itself.
_NO_QUESTION: Final[Mapping[str, str]] = {
    "random": Said("random (one out of its category, as a section of a quiz draws it)"),
    "randomsamatch": Said("randomsamatch (pairs of short answers of its category, others for each student)"),
}
#: Words for an ordering that shows all its items.
_ALL: Final = ("", "ALL", "EXACT", "0")
#: Old files round the usual penalty; Moodle takes what is as near as this for it.
_NEARLY: Final = Fraction(5, 1000)
#: What is said by how right the whole answer was: our word and Moodle's part.
_FEEDBACK: Final = {
    "right": "correctfeedback",
    "partly": "partiallycorrectfeedback",
    "wrong": "incorrectfeedback",
}
_SHUFFLE: Final = frozenset({"shuffleanswers"})
_CHOICE: Final = _SHUFFLE | {"single", "answer"}
_NUMBER: Final = frozenset({"answer", "units", "unitgradingtype", "unitpenalty", "showunits"})
_DATASETS: Final = frozenset({"dataset_definitions"})
_ESSAY: Final = frozenset({"responseformat", "minwordlimit", "maxwordlimit"})
_MARKER: Final = _SHUFFLE | {"file", "drag", "drop"}


def read(source: Source) -> Iterator[Entry]:
    """The entries of a file. Where it breaks off, what stood before comes in, and the break is a fault.

    Raises Invalid or TooLarge where nothing stood before.
    """
    topic, pictures, line = "", Pictures(), 0
    try:
        for element in stream_xml(source.file, "quiz", "question", source.limits.question_bytes):
            line = element.sourceline
            if element.get("type") == "category":
                topic, told = read_category(Category(element, pictures))
                yield from told
            else:
                yield _entry(element, pictures, topic)
    except (Invalid, TooLarge) as error:
        if not line:
            raise
        yield _break(error, line)


def _break(error: Invalid | TooLarge, line: int) -> Fault:
    """The fault at which reading ends; ``line``: on which the last question began that was read."""
    problem = (
        error.problems[0]
        if isinstance(error, Invalid)
        else Problem("", error.text, "mend it, or export it again", line)
    )
    said = Said(
        "%(what)s; what follows is not read – %(mend)s", what=Said(problem.what), mend=Said(problem.mend)
    )
    return Fault(Said("line %(n)s", n=problem.line), said)


def _entry(element: Element, pictures: Pictures, topic: str) -> Entry:
    where = Said("line %(n)s", n=element.sourceline)
    kind = element.get("type", "")
    item = (Calculated if kind in CALCULATED else Item)(element, pictures)
    title = item.word("name")
    if not kind:
        return Fault(where, 'the question has no type – write <question type="multichoice">, say')
    if kind not in _KINDS:
        return Unsupported(where, _NO_QUESTION.get(kind, kind), title)
    reader, known = _KINDS[kind]
    try:
        item.prepare()
        fields = item.family({**_common(item, kind), **reader(item)})
    except (Wrong, WrongGap) as error:
        return failed(where, title, error)
    except Foreign as error:
        return Unsupported(where, str(error), title)
    if topic:
        fields["topic"] = topic
    _lose_the_rest(item, known)
    found = _laid_out(settled(fields))
    return Found(where, *_in_languages(found, item), item.files)


def _in_languages(fields: dict[str, Any], item: Item) -> tuple[Mapping[str, Any], list[Loss]]:
    """The fields, translated where their texts were in several languages, and what is lost."""
    untold = [loss for loss in item.losses if loss.field == "translations"]
    made = in_languages(fields) if untold and "each" not in fields else fields
    if made is fields:
        return fields, item.losses
    told = [loss for loss in item.losses if loss.field != "translations"]
    named = [Loss("name", "a name is in one language")] if made.get("name") != fields.get("name") else []
    return made, [*told, *named, *(untold[:1] if any_shows_all(made) else [])]


def _laid_out(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with the text of the gaps apart from the prompt."""
    if "labels" in fields:
        return listed(fields)
    return parted(fields) if "gaps" in fields else fields


def _lose_the_rest(item: Item, known: frozenset[str]) -> None:
    for name in item.unknown(known):
        quiet, detail = _LOST.get(name, (frozenset(), Said("nothing here holds <%(name)s>", name=name)))
        if detail and item.word(name) not in quiet:
            item.lose(name, detail)


# What every question has ---------------------------------------------------------------------------------------------


def _common(item: Item, kind: str) -> dict[str, Any]:
    said = {
        "name": item.word("name"),
        "explanation": item.text("generalfeedback"),
        "id": item.word("idnumber"),
        "tags": _tags(item),
        "hints": _hints(item),
        "feedback": _feedback(item),
    }
    fields: dict[str, Any] = {
        "prompt": _prompt(item),
        **{name: value for name, value in said.items() if value},
    }
    if item.truth("hidden", default=False):
        fields["status"] = "retired"
    if kind != "description":
        fields |= _marks(item, kind)
    return fields


def _prompt(item: Item) -> Styled:
    """The text of the question; at its end the picture of files from before Moodle 2."""
    text = item.text("questiontext")
    style = text.style or "html"
    if not item.has("image"):
        return text if text.style else Styled(text, style)
    if item.word("image_base64"):
        name = item.keep(item.word("image").rpartition("/")[2], unpacked(item.word("image_base64")))
        if name is None:
            return Styled(text, style)
        item.losses.append(blind(name))
        return Styled(f'{text} <img src="{name}" alt="" />', style)
    if item.word("image"):
        lost = Said("'%(file)s' does not come with the file", file=item.word("image")[:60])
        item.lose("images", lost, spoils=True)
    return Styled(text, style)


def _marks(item: Item, kind: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    points = _exactly(item.word("defaultgrade") or "1", "defaultgrade")
    if points != 1 and kind not in ("cloze", "multianswer"):
        fields["points"] = points
    if kind != "essay":
        fields |= _penalty(item.word("penalty") or "0.3333333")
    return fields


@lru_cache(maxsize=1024)
def _penalty(text: str) -> Mapping[str, Fraction]:
    """The penalty, where it is not the usual one."""
    penalty = _exactly(text, "penalty")
    return {} if abs(penalty - DEFAULT_PENALTY) < _NEARLY else {"penalty": penalty}


def _tags(item: Item) -> list[str]:
    """Tags of the question and of the course, each once."""
    found = [string(tag).strip() for part in ("tags", "coursetags") for one in item.all(part) for tag in one]
    return [*dict.fromkeys(filter(None, found))]


def _hints(item: Item) -> list[Styled]:
    found = []
    for hint in item.all("hint"):
        parts = children(hint)
        text = item.styled(parts["hintcontent"]) if "hintcontent" in parts else item.styled_of(hint, parts)
        if text:
            found.append(text)
        for child in hint:
            if child.tag not in ("text", "file", "hintcontent") and string(child).strip() not in (
                "0",
                "false",
            ):
                item.lose("hints", Said("a hint only says something: <%(tag)s> is not done", tag=child.tag))
        if not text:
            item.lose("hints", "a hint without a text")
    return found


def _feedback(item: Item) -> dict[str, Styled]:
    return {ours: text for ours, theirs in _FEEDBACK.items() if (text := item.text(theirs))}


def _shuffle(item: Item, default: bool) -> dict[str, bool]:
    return {} if item.truth("shuffleanswers", default) else {"shuffle": False}


@dataclass(slots=True)
class _Answer:
    """An ``<answer>``: its text, what it is worth, what is said to it (nothing, or ``feedback``), and its parts."""

    text: Styled
    credit: Fraction
    told: Mapping[str, Styled]
    parts: Mapping[str, Element]

    @property
    def worth(self) -> dict[str, Fraction]:
        """What it is worth, as answers to type say it: the full mark by saying nothing."""
        return {} if self.credit == 1 else {"credit": self.credit}


def _answers(item: Item) -> list[_Answer]:
    return [_answer(item, element, children(element)) for element in item.all("answer")]


def _answer(item: Item, element: Element, parts: Mapping[str, Element]) -> _Answer:
    """Some old files have the share of the mark as an element, from 0 to 1."""
    text, inside = item.styled_of(element, parts), word_of(parts, "fraction")
    credit = exact(decimal(inside, "<fraction>")) if inside else _share(element.get("fraction") or "0")
    told = item.styled(parts["feedback"]) if "feedback" in parts else None
    return _Answer(text, credit, {"feedback": told} if told else {}, parts)


@lru_cache(maxsize=1024)
def _share(text: str) -> Fraction:
    """The few shares that files hold, thousands of times each."""
    return percent(decimal(text, Said("the fraction of an answer")))


@lru_cache(maxsize=1024)
def _exactly(text: str, name: str) -> Fraction:
    return exact(decimal(text, f"<{name}>"))


# Each type -----------------------------------------------------------------------------------------------------------


def _multichoice(item: Item) -> dict[str, Any]:
    single = item.truth("single", default=True)
    options = _options(item)
    _demand_key(option["credit"] == 1 if single else option["credit"] > 0 for option in options)
    return {
        "type": "single_choice" if single else "multiple_response",
        "options": marked(options, single=single),
        **_shuffle(item, default=False),
    }


def _demand_key(right: Iterable[bool]) -> None:
    """Raises Wrong where no answer is right."""
    if not any(right):
        raise Wrong('no answer is right – give the right one fraction="100", a grade of 100 %')


def _options(item: Item) -> list[dict[str, Any]]:
    options = [{"text": one.text, "credit": one.credit, **one.told} for one in _answers(item)]
    listed = [one for one in options if one["text"] or one["credit"] or "feedback" in one]
    if len(listed) < 2:
        raise Wrong("there are fewer than two answers – a choice needs two or more")
    return listed


def _boxes(item: Item, rule: str) -> dict[str, Any]:
    """Boxes of which some are right, whatever share is said of them: a rule says what the whole is worth."""
    options = _options(item)
    for option in options:
        if option.pop("credit") > 0:
            option["correct"] = True
    return {"type": "multiple_response", "scoring": rule, "options": options, **_shuffle(item, default=True)}


def _multichoiceset(item: Item) -> dict[str, Any]:
    return _boxes(item, "all_or_nothing")


def _oumultiresponse(item: Item) -> dict[str, Any]:
    """There the mark is ``min(right, key − wrong) / key``."""
    item.lose(
        "scoring", "in Moodle a wrong option takes points off only where more are ticked than are right"
    )
    return _boxes(item, "right_minus_wrong")


def _truefalse(item: Item) -> dict[str, Any]:
    """The answer of 100 % is right. Where the texts are not in English, the first answer is *true*."""
    answers = {}
    for place, answer in enumerate(_answers(item)):
        answers[{"true": True, "false": False}.get(answer.text.lower(), place == 0)] = answer
    right = [value for value, answer in answers.items() if answer.credit == 1]
    if len(right) != 1:
        raise Wrong('one of the two answers has to be right – give it fraction="100"')
    texts = {
        f"feedback_{str(value).lower()}": text
        for value, answer in answers.items()
        for text in answer.told.values()
    }
    return {"type": "true_false", "answer": right[0], **texts}


def _shortanswer(item: Item) -> dict[str, Any]:
    """Moodle passes over answers that are blank, worth nothing and say nothing."""
    said = (one for one in _answers(item) if one.text or one.credit or one.told)
    answers = [{"text": str(one.text), **one.worth, **one.told} for one in said]
    _demand_key("credit" not in answer for answer in answers)
    case = {"case_sensitive": True} if item.truth("usecase", default=False) else {}
    return {"type": "short_text", "answers": answers, **case}


def _numerical(item: Item) -> dict[str, Any]:
    answers: list[dict[str, Any]] = []
    others: dict[str, Any] = {}
    said = _answers(item)
    item.losses += behind_star([one.text for one in said])
    for one in said:
        if one.text in ("*", ""):
            others = _any_number(item, one) | others  # the first that fits is what counts
        else:
            value = {"value": item.number(str(one.text)), **_tolerance(item, one.parts)}
            answers.append({**value, **one.worth, **one.told})
    _demand_key("credit" not in answer for answer in answers)
    units = _units(item, answers)
    if units:
        item.losses += takes_nothing_off([answer.get("credit", 1) for answer in answers], "answers")
    else:
        answers = [{**answer, **worth_of_number(answer.get("credit", Fraction(1)))} for answer in answers]
    return {"type": "numerical", "answers": answers, **others, **units}


def _any_number(item: Item, answer: _Answer) -> dict[str, Any]:
    """``*``: what is said to any other number."""
    if answer.credit:
        item.lose("answers", "any other number is worth nothing")
    return {"feedback": {"wrong": answer.told["feedback"]}} if answer.told else {}


def _tolerance(item: Item, parts: Mapping[str, Element]) -> dict[str, Any]:
    width = decimal(word_of(parts, "tolerance") or "0", "<tolerance>")
    return {"tolerance": width.copy_abs(), **item.spread(parts)} if width else {}


def _units(item: Item, answers: list[dict[str, Any]]) -> dict[str, Any]:
    """Moodle multiplies the answer, we the number typed: a factor of ours is one over theirs."""
    units = []
    listed = (children(one) for part in item.all("units") for one in part if one.tag == "unit")
    for unit in (one for one in listed if word_of(one, "unit_name")):  # Moodle passes over the others
        value = _exactly(word_of(unit, "multiplier") or "1", "multiplier")
        if value <= 0:
            raise Wrong(
                "a unit's multiplier has to be above 0 – write how many of it make one of the answer's unit"
            )
        units.append({"unit": word_of(unit, "unit_name"), "factor": 1 / value})
    if not units:
        return {}
    if item.word("showunits", "0") not in ("0", "3", ""):
        item.lose("showunits", "the unit is typed after the number")
    grading = item.word("unitgradingtype", "0") or "0"
    if grading == "0":
        return {"units": units, "unit": "optional", "unit_penalty": Fraction(0)}
    if grading == "1" and any("credit" in answer for answer in answers):
        item.lose("unit_penalty", "it is taken off the whole mark, not in proportion to the answer's")
    return {
        "units": units,
        "unit": "required",
        "unit_penalty": _exactly(item.word("unitpenalty") or "0.1", "unitpenalty"),
    }


def _matching(item: Item) -> dict[str, Any]:
    pairs, distractors = [], []
    for one in item.all("subquestion"):
        parts = children(one)
        stem, choice = item.styled_of(one, parts), item.shown(word_of(parts, "answer"))
        if stem and choice:
            pairs.append({"stem": stem, "choice": choice})
        elif choice:
            distractors.append({"choice": choice})
        elif stem:
            raise Wrong(Said("'%(stem)s' has no answer – write what goes with it", stem=stem[:40]))
    more = {"distractors": distractors} if distractors else {}
    return {"type": "matching", "pairs": pairs, **more, **_shuffle(item, default=True)}


def _ordering(item: Item) -> dict[str, Any]:
    said = item.word("gradingtype")
    rule = order_rule(said)
    if rule is None:
        raise Wrong(
            Said(
                "there is no grading '%(said)s' – write one of %(names)s",
                said=said,
                names=", ".join(ORDER_RULES),
            )
        )
    answers = [(element, children(element)) for element in item.all("answer")]
    if any(item.styled(parts["feedback"]) for _, parts in answers if "feedback" in parts):
        item.lose("items", "an item has no feedback of its own")
    texts = [text for one in answers if (text := item.styled_of(*one))]
    drawn = item.word("selecttype") not in _ALL
    if drawn and 0 < _exactly(item.word("selectcount") or "0", "selectcount") < len(texts):
        item.lose("selecttype", "all items are shown")
    return {"type": "ordering", "scoring": rule, "items": [{"text": text} for text in texts]}


def _essay(item: Item) -> dict[str, Any]:
    said = item.word("responseformat", "editor")
    if said not in ("editor", "plain"):
        item.lose(
            "format",
            Said(
                "the format of answers '%(said)s' became %(ours)s text",
                said=said,
                ours=Said("plain") if said == "monospaced" else Said("rich"),
            ),
        )
    words = {
        name: value
        for name, part in (("min", "minwordlimit"), ("max", "maxwordlimit"))
        if (value := int(decimal(item.word(part) or "0", f"<{part}>")))
    }
    rich = {} if said in ("plain", "monospaced") else {"format": "rich"}
    return {"type": "essay", **rich, **({"words": words} if words else {})}


def _description(_item: Item) -> dict[str, Any]:
    return {"type": "description"}


def _cloze(item: Item) -> dict[str, Any]:
    found = read_embedded(_prompt(item))
    item.losses += found.losses
    more: dict[str, Any] = {"points": found.points} if found.points != 1 else {}
    if found.shuffle is False:
        more["shuffle"] = False
    return {"type": "cloze", "prompt": found.text, "gaps": found.gaps, **more}


def _gapselect(item: Item) -> dict[str, Any]:
    choices = [
        {"text": item.shown(within(one, "text")), "group": within(one, "group")}
        for one in item.all("selectoption")
    ]
    fields = {"type": "gap_select", **_word_gaps(item, choices), **_shuffle(item, default=True)}
    group = {word["id"]: word.get("group", "1") for word in fields["choices"]}
    if len({group[word] for word in fields["gaps"].values()}) < len(fields["gaps"]):
        fields["reuse"] = True  # each gap has a list of its own
    return fields


def _ddwtos(item: Item) -> dict[str, Any]:
    boxes = item.all("dragbox")
    choices = [{"text": item.worded(within(one, "text")), "group": within(one, "group")} for one in boxes]
    endless = ["infinite" in children(one) for one in boxes]
    fields = {"type": "drag_words", **_word_gaps(item, choices), **_shuffle(item, default=True)}
    if any(endless):
        fields["reuse"] = True
    if "reuse" in fields and not all(endless):
        item.lose("reuse", "all words can be used again, or none")
    return fields


def _word_gaps(item: Item, choices: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """``[[n]]`` is a gap into which the n-th word belongs; ours have names of their own. Equal words of a group are one,
    and blank ones, which forms leave behind, none where no gap asks for them.
    """
    keys = [(choice["text"], choice["group"] or "1") for choice in choices]
    names = dict(zip(dict.fromkeys(keys), letters(len({*keys})), strict=True))
    gaps, text = word_gaps(_prompt(item), [names[key] for key in keys])
    words = [
        {"id": name, "text": word, "group": group}
        for (word, group), name in names.items()
        if word or name in gaps.values()
    ]
    reuse = {"reuse": True} if len({*gaps.values()}) < len(gaps) else {}
    return {"prompt": text, "choices": grouped(item, words, gaps), "gaps": gaps, **reuse}


#: How each of Moodle's types is read, and the parts that are understood.
_KINDS: Final[Mapping[str, tuple[Callable[[Item], dict[str, Any]], frozenset[str]]]] = {
    kind: (read, _COMMON | own)
    for kind, (read, own) in {
        "multichoice": (_multichoice, _CHOICE),
        "multichoiceset": (_multichoiceset, _SHUFFLE | {"answer"}),
        "oumultiresponse": (_oumultiresponse, _SHUFFLE | {"answer"}),
        "truefalse": (_truefalse, frozenset({"answer"})),
        "shortanswer": (_shortanswer, frozenset({"answer", "usecase"})),
        "numerical": (_numerical, _NUMBER),
        "calculated": (_numerical, _NUMBER | _DATASETS | {"single", "shuffleanswers"}),
        "calculatedsimple": (_numerical, _NUMBER | _DATASETS | {"single", "shuffleanswers"}),
        "calculatedmulti": (_multichoice, _CHOICE | _DATASETS | _NUMBER),
        "matching": (_matching, _SHUFFLE | {"subquestion"}),
        "match": (_matching, _SHUFFLE | {"subquestion"}),
        "ordering": (_ordering, frozenset({"answer", "gradingtype", "selecttype", "selectcount"})),
        "essay": (_essay, _ESSAY),
        "description": (_description, frozenset()),
        "cloze": (_cloze, frozenset()),
        "multianswer": (_cloze, frozenset()),
        "gapselect": (_gapselect, _SHUFFLE | {"selectoption"}),
        "ddwtos": (_ddwtos, _SHUFFLE | {"dragbox"}),
        "ddmarker": (ddmarker, _MARKER),
        "ddimageortext": (ddimageortext, _MARKER),
    }.items()
}

"""H5P packages to questions: MultiChoice, SingleChoiceSet, TrueFalse, Blanks, DragText, Essay and texts, alone or in others.

What the parameters of a library mean, and what they are when they are missing, stands in its ``semantics.json``. Fields of
plain text are escaped for HTML in the packages that a site writes (``H5PContentValidator::validateText`` in H5P's core).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any, Final

from quiz.errors import Invalid, Said
from quiz.files.archive import Archive, Limits
from quiz.files.images import Image
from quiz.files.richtext import Html, to_text
from quiz.formats._pictures import Pictures
from quiz.formats.base import Entry, Fault, Found, Head, Loss, Source, Unsupported
from quiz.questions.rules.text import exactly

_LIMITS: Final = Limits(entries=5_000, entry=20_000_000, total=100_000_000)
_HEAD: Final = "h5p.json"
CONTENT: Final = "content/content.json"
#: Libraries whose questions are read one by one; beside them stand texts and pictures.
_HOLDERS: Final = frozenset(
    {"H5P.QuestionSet", "H5P.Column", "H5P.InteractiveBook", "H5P.CoursePresentation", "H5P.InteractiveVideo"}
)
_SET: Final = "H5P.SingleChoiceSet"
#: A gap: *answer/another:tip*, in DragText also \+feedback\-feedback. Two stars without anything between are no gap.
_GAP: Final = re.compile(r"\*\*|\*([^*\n]+)\*")
_FEEDBACK: Final = re.compile(r"\\[+-].*$")
#: Figures that H5P puts into a feedback.
_FIGURE: Final = re.compile(r"@(?:score|total)\b")

Params = Mapping[str, Any]


class _Wrong(Exception):
    """What is wrong with a question, and how to mend it."""


@dataclass(slots=True)
class _Item:
    """A question while it is read, with what is lost of it and the pictures that come with it."""

    params: Params
    losses: list[Loss] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    def lose(self, name: str, detail: str, *, spoils: bool = False) -> None:
        """Notes a loss of the field of this name."""
        self.losses.append(Loss(name, detail, spoils=spoils))

    def html(self, name: str) -> str:
        """A parameter that is HTML."""
        return _text(self.params.get(name))

    def escaped(self, name: str) -> str:
        """A parameter that is plain text, as HTML."""
        return escape(unescape(_text(self.params.get(name))), quote=False)

    @property
    def behaviour(self) -> Params:
        """How the question behaves."""
        return _mapping(self.params.get("behaviour"))


def read(source: Source) -> Iterator[Entry]:
    """The questions of a package."""
    archive = Archive(source.whole(), _LIMITS)
    folder = _folder(archive)
    head, params = _json(archive, f"{folder}{_HEAD}"), _json(archive, f"{folder}{CONTENT}")
    title = unescape(_text(head.get("title")))
    losses = [*_lost_of_set(params)]
    if title or losses:
        yield Head({"title": title} if title else {}, losses)
    pictures = _Media(archive, f"{folder}content/")
    whole = {"library": head.get("mainLibrary"), "params": params, "metadata": {"title": title}}
    for number, one in enumerate(_items(whole), 1):
        yield _entry(Said("item %(n)s", n=number), one, pictures)


def _items(whole: Params) -> Iterator[Params]:
    """The content of each library that holds no others, in the order of the package."""
    left = [whole]
    while left:
        one = left.pop()
        params, library = _mapping(one.get("params")), _library(one)
        if library == "H5P.QuestionSet":
            left += reversed(_dicts(params.get("questions")))
        elif library in _HOLDERS:
            left += reversed([*_within(params)])
        elif library == _SET:
            told = {"overallFeedback": [*_told_of(params)][:1]}  # for each choice, that something is told
            for choice in _dicts(params.get("choices")):
                yield {"library": _SET, "params": {**told, **choice}}
        else:
            yield one


def _within(value: object) -> Iterator[Params]:
    """What lies in the value and is the content of a library, but for what lies in such a one."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, Mapping) and isinstance(one.get("library"), str):
            yield from [one] if _is_filled(_mapping(one.get("params"))) else []
        elif isinstance(one, Mapping):
            left += reversed([*one.values()])
        elif isinstance(one, list):
            left += reversed(one)


def _is_filled(params: Params) -> bool:
    """Whether a content says anything: a place for a picture, or for a summary after a film, may have been left empty."""
    statements = _dicts(params.get("summaries"))
    return bool(params) and (not statements or any(one.get("summary") for one in statements))


def _library(one: Params) -> str:
    """The name of a library, without its version."""
    return _text(one.get("library")).split(" ")[0]


def _lost_of_set(params: Params) -> Iterator[Loss]:
    """What a set of questions says at its beginning and end, and how it draws."""
    for name, part in (("introPage", "introduction"), ("endGame", "overallFeedback")):
        said = _mapping(params.get(name)).get(part)
        told = said if isinstance(said, str) else " ".join(_text(one.get("feedback")) for one in _dicts(said))
        if words := to_text(Html(told)):
            yield Loss(
                "questions",
                Said("a bank says nothing at its beginning and end: %(told)s", told=words[:200]),
            )
    pool = params.get("poolSize")
    if isinstance(pool, int) and pool > 0:
        yield Loss("questions", Said("a bank does not draw %(count)s of its questions", count=pool))


def _folder(archive: Archive) -> str:
    """Where the package lies in the archive, "" or with a slash at its end: people unpack one, and pack the folder again."""
    heads = [name for name in archive.names if f"/{name}".endswith(f"/{_HEAD}")]
    return min(heads, key=len, default=_HEAD).removesuffix(_HEAD)


def _json(archive: Archive, name: str) -> Params:
    try:
        found = json.loads(archive.read(name).decode("utf-8-sig"))
    except (KeyError, ValueError, RecursionError):
        raise Invalid(
            Said("this is no H5P package: %(name)s is missing or damaged – export it again", name=name)
        ) from None
    if not isinstance(found, Mapping):
        raise Invalid(Said("this is no H5P package: %(name)s holds no object – export it again", name=name))
    return found


def _dicts(value: object) -> list[Params]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"


def _mapping(value: object) -> Params:
    return value if isinstance(value, Mapping) else {}


class _Media:
    """The pictures of a package."""

    def __init__(self, archive: Archive, folder: str) -> None:
        self._archive, self._folder, self._pictures = archive, folder, Pictures()
        self._known: dict[str, tuple[str, Image] | None] = {}

    def _picture(self, path: str) -> tuple[str, Image] | None:
        """A picture with the name that it gets here, unpacked once however often it is shown; None where there is none."""
        if path not in self._known:
            try:
                content = self._archive.read(f"{self._folder}{path}")
                self._known[path] = self._pictures.name(path.rpartition("/")[2], content)
            except (KeyError, Invalid):
                self._known[path] = None
        return self._known[path]

    def shown(self, item: _Item) -> str:
        """The picture above a question as HTML, "" where there is none; it comes into the files of the question."""
        media = _mapping(item.params.get("media"))
        told = _mapping((_mapping(media.get("type")) or media).get("params"))
        path = _text(_mapping(told.get("file")).get("path"))
        if not path:
            if told.get("sources") or told.get("files"):
                item.lose("media", "films and sounds are left out")
            return ""
        if (found := self._picture(path)) is None:
            lost = Said("'%(file)s' is no picture that comes with the package", file=path[:60])
            item.lose("images", lost, spoils=True)
            return ""
        name, image = found
        item.files[name] = image.content
        alt = escape(unescape(_text(told.get("alt"))))
        return f'<p><img src="{name}" alt="{alt}"></p>\n'


def _entry(where: str, one: Params, media: _Media) -> Entry:
    title = unescape(_text(_mapping(one.get("metadata")).get("title")))
    library, item = _library(one), _Item(_mapping(one.get("params")))
    if library not in _READERS:
        return Unsupported(where, library or "unknown library", title)
    try:
        fields = _READERS[library](item)
    except _Wrong as error:
        return Fault(where, str(error))
    name = {"name": title} if title and not title.startswith("Untitled") else {}
    prompt = media.shown(item) + fields["prompt"]
    return Found(where, {"text_format": "html", **name, **fields, "prompt": prompt}, item.losses, item.files)


# The libraries -------------------------------------------------------------------------------------------------------


def _told(item: _Item, count: int) -> dict[str, Any]:
    """What is said to a share of the points of a question that has so many; H5P rounds it down to whole percent."""
    ranges = _dicts(item.params.get("overallFeedback"))
    shares = [100 * points // count for points in range(count + 1)]
    by_share = {share: _said(ranges, share) for share in {*shares}}
    said = [by_share[share] for share in shares]
    partly = {*said[1:-1]}
    if len(partly) > 1 or any(map(_FIGURE.search, said)):
        item.lose("feedback", "what is said to ranges of points, and their figures")
    told = {"wrong": said[0], "partly": partly.pop() if len(partly) == 1 else "", "right": said[-1]}
    kept = {name: text for name, text in told.items() if text and not _FIGURE.search(text)}
    return {"feedback": kept} if kept else {}


def _lose_ranges(item: _Item) -> None:
    if any(_told_of(item.params)):
        item.lose("feedback", "what is said to ranges of points, and their figures")


def _told_of(params: Params) -> Iterator[Params]:
    """The ranges of points to which something is said."""
    return (one for one in _dicts(params.get("overallFeedback")) if _text(one.get("feedback")))


def _said(ranges: Sequence[Params], percent: int) -> str:
    for one in ranges:
        low, high = one.get("from"), one.get("to")
        if isinstance(low, int | float) and isinstance(high, int | float) and low <= percent <= high:
            return escape(unescape(_text(one.get("feedback"))), quote=False)
    return ""


def _choice(item: _Item) -> dict[str, Any]:
    answers = _dicts(item.params.get("answers"))
    right = sum(_is_true(answer.get("correct")) for answer in answers)
    if len(answers) < 2 or not right:
        raise _Wrong("there are fewer than two answers, or none is correct – mend it in H5P")
    single = _is_single(item.behaviour, right)
    several = single and right > 1
    options = [_option(item, answer, several) for answer in answers]
    whole = single or item.behaviour.get("singlePoint") is not False
    fields = {
        "prompt": item.html("question"),
        "options": options,
        **({"shuffle": False} if item.behaviour.get("randomAnswers") is not True else {}),
        **_told(item, 1 if whole else right),
    }
    if single:
        return {"type": "single_choice", **fields}
    if not whole:
        return {"type": "multiple_response", **fields, **_points(right), "scoring": "right_minus_wrong"}
    if item.behaviour.get("passPercentage", 100) != 100:
        item.lose("scoring", "the point is given for the whole only")
    return {"type": "multiple_response", **fields, "scoring": "all_or_nothing"}


def _option(item: _Item, answer: Params, several: bool) -> dict[str, Any]:
    """An option; of a single choice with ``several`` right ones each says what it is worth."""
    told, right = _mapping(answer.get("tipsAndFeedback")), _is_true(answer.get("correct"))
    feedback = _text(told.get("chosenFeedback"))
    if to_text(Html(_text(told.get("tip")) + _text(told.get("notChosenFeedback")))):
        item.lose("feedback", "tips, and feedback to what was not chosen")
    return {
        "text": _text(answer.get("text")),
        **({"credit": int(right)} if several else {"correct": True} if right else {}),
        **({"feedback": feedback} if feedback else {}),
    }


def _is_single(behaviour: Params, right: int) -> bool:
    """Whether one answer is chosen: where nothing is said, if one is right."""
    if behaviour.get("type") in ("single", "multi"):
        return bool(behaviour["type"] == "single")
    said = behaviour.get("singleAnswer") if "type" not in behaviour else None
    return said if isinstance(said, bool) else right == 1


def _points(count: int) -> dict[str, int]:
    """The points of a question that gives one for each of its parts."""
    return {} if count == 1 else {"points": count}


def _first_is_right(item: _Item) -> dict[str, Any]:
    """A choice of a set of them: of its answers the first is right."""
    answers = item.params.get("answers")
    texts = [_text(one) for one in answers] if isinstance(answers, list) else []
    if len(texts) < 2:
        raise _Wrong("there are fewer than two answers – mend it in H5P")
    _lose_ranges(item)
    options = [{"text": text, **({} if place else {"correct": True})} for place, text in enumerate(texts)]
    return {"type": "single_choice", "prompt": item.html("question"), "options": options}


def _truth(item: _Item) -> dict[str, Any]:
    told = item.behaviour
    answer = _is_true(item.params.get("correct", "true"))
    right, wrong = _text(told.get("feedbackOnCorrect")), _text(told.get("feedbackOnWrong"))
    feedback = {"feedback_true": right if answer else wrong, "feedback_false": wrong if answer else right}
    given = {name: text for name, text in feedback.items() if text}
    return {"type": "true_false", "prompt": item.html("question"), "answer": answer, **given}


def _blanks(item: _Item) -> dict[str, Any]:
    listed = item.params.get("questions")
    sentences = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    case = item.behaviour.get("caseSensitive", True) is True
    if item.behaviour.get("acceptSpellingErrors") is True:
        item.lose("gaps", "spelling errors are not forgiven")
    gaps: dict[str, dict[str, Any]] = {}

    def gap(found: re.Match[str]) -> str:
        if not found[1]:
            return found[0]
        answers, _, tip = to_text(Html(found[1])).partition(":")
        if tip.strip():
            item.lose("hints", "the tips of gaps")
        words = [exactly(word.strip()) for word in answers.split("/") if word.strip()]
        name = str(len(gaps) + 1)
        gaps[name] = {
            "type": "short_text",
            "answers": [{"text": word} for word in words],
            **({"case_sensitive": True} if case else {}),
        }
        return f"[[{name}]]"

    text = "\n".join(_GAP.sub(gap, sentence.replace("[[", "&#91;[")) for sentence in sentences)
    if not gaps:
        raise _Wrong("there is no gap – write *answer* where something is to be filled in")
    prompt = item.html("text") or "Fill in."
    more = {**_points(len(gaps)), **_told(item, len(gaps))}
    return {"type": "cloze", "prompt": prompt, "text": text, "gaps": gaps, **more}


def _drag(item: _Item) -> dict[str, Any]:
    words: dict[str, str] = {}
    gaps: dict[str, str] = {}

    def word_of(marked: str) -> str:
        word, _, tip = _FEEDBACK.sub("", marked).partition(":")
        if tip or _FEEDBACK.search(marked):
            item.lose("hints", "tips and feedback of gaps")
        return words.setdefault(word.strip(), f"w{len(words) + 1}")

    def gap(found: re.Match[str]) -> str:
        if not found[1]:
            return found[0]
        name = str(len(gaps) + 1)
        gaps[name] = word_of(found[1])
        return f"[[{name}]]"

    text = _GAP.sub(gap, item.escaped("textField").replace("[[", "&#91;["))
    for marked in filter(None, _GAP.findall(item.escaped("distractors"))):
        word_of(marked)
    if not gaps:
        raise _Wrong("there is no gap – write *word* where it is to be dragged to")
    again = {"reuse": True} if len({*gaps.values()}) < len(gaps) else {}
    return {
        "type": "drag_words",
        "prompt": item.html("taskDescription") or "Drag the words into the gaps.",
        "text": text.replace("\n", "<br>\n"),
        "choices": [{"id": name, "text": word} for word, name in words.items()],
        "gaps": gaps,
        **again,
        **_points(len(gaps)),
        **_told(item, len(gaps)),
    }


def _essay(item: _Item) -> dict[str, Any]:
    sample = _text(_mapping(item.params.get("solution")).get("sample"))
    if item.params.get("keywords"):
        item.lose("scoring", "keywords that give points: a person marks an essay")
    _lose_ranges(item)
    model = {"model_answer": sample} if sample else {}
    return {"type": "essay", "prompt": item.html("taskDescription"), **model}


def _shown(item: _Item) -> dict[str, Any]:
    return {"type": "description", "prompt": item.html("text")}


_READERS: Final[Mapping[str, Callable[[_Item], dict[str, Any]]]] = {
    "H5P.MultiChoice": _choice,
    _SET: _first_is_right,
    "H5P.TrueFalse": _truth,
    "H5P.Blanks": _blanks,
    "H5P.DragText": _drag,
    "H5P.Essay": _essay,
    "H5P.AdvancedText": _shown,
}

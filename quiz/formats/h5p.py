"""H5P packages: MultiChoice, TrueFalse, Blanks, DragText, alone or in a QuestionSet. Written is always a QuestionSet.

A package is a zip with ``h5p.json`` (which library) and ``content/content.json`` (its parameters); libraries themselves
are not in what we write: the site that takes it has them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from html import escape
from typing import Any, BinaryIO, Final

from quiz.banks.model import Bank, Question
from quiz.errors import Invalid, Said, TooLarge
from quiz.files.archive import START, Archive, Limits, pack
from quiz.files.richtext import to_html, to_text
from quiz.formats.base import Entry, Fault, Format, Found, Head, Loss, Source, Unsupported, Unwritable, Writer

_LIMITS: Final = Limits(entries=5_000, entry=20_000_000, total=100_000_000)
_CONTENT: Final = "content/content.json"
#: The libraries that we write, with the version whose parameters these are.
_LIBRARIES: Final = {
    "H5P.QuestionSet": (1, 20), "H5P.MultiChoice": (1, 16), "H5P.TrueFalse": (1, 8), "H5P.Blanks": (1, 14),
    "H5P.DragText": (1, 10),
}  # fmt: skip
#: A gap: *answer/another:tip*, in DragText also \+feedback\-feedback.
_GAP: Final = re.compile(r"\*([^*\n]+)\*")
_FEEDBACK: Final = re.compile(r"\\[+-].*$")


class _Wrong(Exception):
    """What is wrong with a question, and how to mend it."""


def _read(source: Source) -> Iterator[Entry]:
    content = source.file.read(source.limits.bytes + 1)
    if len(content) > source.limits.bytes:
        raise TooLarge(
            Said(
                "%(file)s is larger than %(size)s MB", file=source.name, size=source.limits.bytes // 1_000_000
            )
        )
    archive = Archive(content, _LIMITS)
    head, params = _json(archive, "h5p.json"), _json(archive, _CONTENT)
    title = str(head.get("title") or "")
    losses = [*_lost_of_set(params)]
    if title or losses:
        yield Head({"title": title} if title else {}, losses)
    library = str(head.get("mainLibrary") or "")
    if library != "H5P.QuestionSet":
        yield _entry("item 1", library, params, title)
        return
    for number, one in enumerate(_dicts(params.get("questions")), 1):
        name = str(one.get("library") or "").split(" ")[0]
        told = one.get("metadata")
        named = str(told.get("title") or "") if isinstance(told, Mapping) else ""
        inner = one.get("params")
        yield _entry(Said("item %(n)s", n=number), name, inner if isinstance(inner, Mapping) else {}, named)


def _lost_of_set(params: Mapping[str, Any]) -> Iterator[Loss]:
    """What a set of questions says at its beginning and end."""
    for name, part in (("introPage", "introduction"), ("endGame", "overallFeedback")):
        page = params.get(name)
        said = page.get(part) if isinstance(page, Mapping) else None
        told = said if isinstance(said, str) else " ".join(_text(one.get("feedback")) for one in _dicts(said))
        if told.strip():
            yield Loss(
                "questions",
                Said("a bank says nothing at its beginning and end: %(told)s", told=told.strip()[:200]),
            )


def _json(archive: Archive, name: str) -> Mapping[str, Any]:
    try:
        found = json.loads(archive.read(name).decode("utf-8-sig"))
    except (KeyError, ValueError, RecursionError):
        raise Invalid(
            Said("this is no H5P package: %(name)s is missing or damaged – export it again", name=name)
        ) from None
    if not isinstance(found, Mapping):
        raise Invalid(Said("this is no H5P package: %(name)s holds no object – export it again", name=name))
    return found


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _entry(where: str, library: str, params: Mapping[str, Any], title: str) -> Entry:
    if library not in _READERS:
        return Unsupported(where, library or "unknown library", title)
    losses: list[Loss] = []
    try:
        fields = _READERS[library](params, losses)
    except _Wrong as error:
        return Fault(where, str(error))
    if isinstance(params.get("media"), Mapping) and params["media"].get("type"):
        losses.append(Loss("images", "pictures and films of the question are left out"))
    if any(_text(one.get("feedback")) for one in _dicts(params.get("overallFeedback"))):
        losses.append(Loss("feedback", "what is said to ranges of points"))
    name = {"name": title} if title and title != "Untitled" else {}
    return Found(where, {"text_format": "html", **name, **fields}, losses)


def _choice(params: Mapping[str, Any], losses: list[Loss]) -> dict[str, Any]:
    answers = _dicts(params.get("answers"))
    right = sum(bool(answer.get("correct")) for answer in answers)
    if len(answers) < 2 or not right:
        raise _Wrong("there are fewer than two answers, or none is correct – mend it in H5P")
    options = []
    for answer in answers:
        told = answer.get("tipsAndFeedback")
        feedback = _text(told.get("chosenFeedback")) if isinstance(told, Mapping) else ""
        if isinstance(told, Mapping) and (_text(told.get("tip")) or _text(told.get("notChosenFeedback"))):
            losses.append(Loss("feedback", "tips, and feedback to what was not chosen"))
        options.append(
            {
                "text": _text(answer.get("text")),
                **({"correct": True} if answer.get("correct") else {}),
                **({"feedback": feedback} if feedback else {}),
            }
        )
    prompt = {"prompt": _text(params.get("question")), "options": options}
    behaviour = _mapping(params.get("behaviour"))
    if right == 1 and _is_single(behaviour):
        return {"type": "single_choice", **prompt}
    if behaviour.get("singlePoint") is not True:
        return {"type": "multiple_response", **prompt, **_points(right), "scoring": "right_minus_wrong"}
    if behaviour.get("passPercentage", 100) != 100:
        losses.append(Loss("scoring", "the point is given for the whole only"))
    return {"type": "multiple_response", **prompt, "scoring": "all_or_nothing"}


def _is_single(behaviour: Mapping[str, Any]) -> bool:
    """Whether one answer is chosen of those of which one is right: unless it says otherwise."""
    return behaviour.get("type") != "multi" and behaviour.get("singleAnswer") is not False


def _points(count: int) -> dict[str, int]:
    """The points of a question that gives one for each of its parts."""
    return {} if count == 1 else {"points": count}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _truth(params: Mapping[str, Any], _losses: list[Loss]) -> dict[str, Any]:
    told = _mapping(params.get("behaviour"))
    answer = str(params.get("correct")).lower() == "true"
    right, wrong = _text(told.get("feedbackOnCorrect")), _text(told.get("feedbackOnWrong"))
    feedback = {"feedback_true": right if answer else wrong, "feedback_false": wrong if answer else right}
    given = {name: text for name, text in feedback.items() if text}
    return {"type": "true_false", "prompt": _text(params.get("question")), "answer": answer, **given}


def _blanks(params: Mapping[str, Any], losses: list[Loss]) -> dict[str, Any]:
    listed = params.get("questions")
    sentences = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    behaviour = _mapping(params.get("behaviour"))
    case = behaviour.get("caseSensitive", True) is True
    if behaviour.get("acceptSpellingErrors") is True:
        losses.append(Loss("gaps", "spelling errors are not forgiven"))
    gaps: dict[str, dict[str, Any]] = {}

    def gap(found: re.Match[str]) -> str:
        answers, _, tip = found[1].partition(":")
        if tip:
            losses.append(Loss("hints", "the tips of gaps"))
        words = [to_text_of(word) for word in answers.split("/") if word.strip()]
        name = str(len(gaps) + 1)
        gaps[name] = {
            "type": "short_text",
            "answers": [{"text": word} for word in words],
            **({"case_sensitive": True} if case else {}),
        }
        return f"[[{name}]]"

    text = "\n".join(_GAP.sub(gap, sentence) for sentence in sentences)
    if not gaps:
        raise _Wrong("there is no gap – write *answer* where something is to be filled in")
    prompt = _text(params.get("text")) or "Fill in."
    return {"type": "cloze", "prompt": prompt, "text": text, "gaps": gaps, **_points(len(gaps))}


def to_text_of(html: str) -> str:
    """A word as it is typed: without markup and entities."""
    from quiz.files.richtext import Html  # noqa: PLC0415

    return to_text(Html(html))


def _drag(params: Mapping[str, Any], losses: list[Loss]) -> dict[str, Any]:
    words: dict[str, str] = {}
    gaps: dict[str, str] = {}

    def word_of(marked: str) -> str:
        word, _, tip = _FEEDBACK.sub("", marked).partition(":")
        if tip or _FEEDBACK.search(marked):
            losses.append(Loss("hints", "tips and feedback of gaps"))
        return words.setdefault(word.strip(), f"w{len(words) + 1}")

    def gap(found: re.Match[str]) -> str:
        name = str(len(gaps) + 1)
        gaps[name] = word_of(found[1])
        return f"[[{name}]]"

    text = _GAP.sub(gap, escape(_text(params.get("textField")), quote=False))
    for marked in _GAP.findall(_text(params.get("distractors"))):
        word_of(marked)
    if not gaps:
        raise _Wrong("there is no gap – write *word* where it is to be dragged to")
    again = {"reuse": True} if len({*gaps.values()}) < len(gaps) else {}
    return {
        "type": "drag_words",
        "prompt": _text(params.get("taskDescription")) or "Drag the words into the gaps.",
        "text": text.replace("\n", "<br>\n"),
        "choices": [{"id": name, "text": word} for word, name in words.items()],
        "gaps": gaps,
        **again,
        **_points(len(gaps)),
    }


_READERS: Final[Mapping[str, Callable[[Mapping[str, Any], list[Loss]], dict[str, Any]]]] = {
    "H5P.MultiChoice": _choice,
    "H5P.TrueFalse": _truth,
    "H5P.Blanks": _blanks,
    "H5P.DragText": _drag,
}


# Writing -------------------------------------------------------------------------------------------------------------


class _Writer(Writer):
    types = frozenset({"single_choice", "multiple_response", "true_false", "cloze", "drag_words"})
    holds = frozenset(
        {
            "name", "prompt", "options", "answer", "feedback_true", "feedback_false", "text", "gaps", "choices", "reuse",
        }
    )  # fmt: skip

    def __init__(self, target: BinaryIO, bank: Bank, *more: Any) -> None:
        super().__init__(target, bank, *more)
        self._questions: list[dict[str, Any]] = []

    def held(self, question: Question) -> frozenset[str]:
        own = {"points", *(["scoring"] if question.type == "multiple_response" else [])}
        return self.holds | own

    def add(self, question: Question, files: Mapping[str, bytes]) -> Sequence[Loss]:
        library, params, losses = _WRITERS[question.type](question)
        if question.points != _worth(question):
            losses = [*losses, Loss("points", "H5P gives a point for each right option or gap")]
        major, minor = _LIBRARIES[library]
        number = len(self._questions) + 1
        self._questions.append(
            {
                "library": f"{library} {major}.{minor}",
                "params": params,
                "subContentId": f"00000000-0000-4000-8000-{number:012d}",
                "metadata": {
                    "contentType": library.removeprefix("H5P."),
                    "license": "U",
                    "title": question.name or question.id,
                },
            }
        )
        if question.text_format == "markdown":
            losses = [*losses, Loss("text_format", "Markdown became HTML")]
        return [*losses, *([Loss("images", "pictures are left out")] if files else [])]

    def close(self) -> None:
        used = {"H5P.QuestionSet", *(one["library"].split(" ")[0] for one in self._questions)}
        head = {
            "title": self.bank.title,
            "language": self.bank.language,
            "mainLibrary": "H5P.QuestionSet",
            "embedTypes": ["div"],
            "license": "U",
            "preloadedDependencies": [
                {
                    "machineName": name,
                    "majorVersion": _LIBRARIES[name][0],
                    "minorVersion": _LIBRARIES[name][1],
                }
                for name in sorted(used)
            ],
        }
        content = {
            "introPage": {"showIntroPage": False, "title": self.bank.title, "introduction": ""},
            "progressType": "dots",
            "passPercentage": 50,
            "questions": self._questions,
        }
        files = {"h5p.json": head, _CONTENT: content}
        packed = {
            name: json.dumps(value, ensure_ascii=False, indent=1).encode() for name, value in files.items()
        }
        self.target.write(pack(packed))


Body = tuple[str, dict[str, Any], list[Loss]]


def _worth(question: Question) -> int:
    """The points that H5P gives for a question."""
    content: Any = question.content
    if question.type == "multiple_response":
        return 1 if question.scoring == "all_or_nothing" else len(content.key)
    return len(content.gaps) if question.type in ("cloze", "drag_words") else 1


def _html(text: str, question: Question) -> str:
    return str(text) if question.text_format == "html" else to_html(text)


def _options(question: Question) -> Body:
    content: Any = question.content
    credits = [Fraction(bool(one.correct)) if one.credit is None else one.credit for one in content.options]
    single = question.type == "single_choice"
    right = [credit == 1 if single else credit > 0 for credit in credits]
    if single and sum(right) != 1:
        raise Unwritable("single_choice without exactly one right option")
    answers = [
        {
            "text": _html(option.text, question),
            "correct": good,
            "tipsAndFeedback": {
                "tip": "",
                "chosenFeedback": _html(option.feedback, question) if option.feedback else "",
                "notChosenFeedback": "",
            },
        }
        for option, good in zip(content.options, right, strict=True)
    ]
    params = {
        "question": _html(question.prompt, question),
        "answers": answers,
        "behaviour": {
            "type": "single" if single else "multi",
            "singleAnswer": single,
            "randomAnswers": question.shuffle,
            "singlePoint": question.scoring == "all_or_nothing",
        },
    }
    marked = all(option.credit is None for option in content.options)
    losses = [] if marked or set(credits) <= {0, 1} else [Loss("options", "H5P has no partial credit")]
    if marked and question.scoring == "sum_of_credits" and 2 * sum(right) != len(right) and not all(right):
        losses.append(Loss("scoring", "a wrong option takes off what a right one gives"))
    return "H5P.MultiChoice", params, losses


def _true_false(question: Question) -> Body:
    content: Any = question.content
    right, wrong = content.feedback_true, content.feedback_false
    if not content.answer:
        right, wrong = wrong, right
    told = {
        name: _html(text, question)
        for name, text in (("feedbackOnCorrect", right), ("feedbackOnWrong", wrong))
        if text
    }
    params = {
        "question": _html(question.prompt, question),
        "correct": str(content.answer).lower(),
        "behaviour": told,
    }
    return "H5P.TrueFalse", params, []


def _cloze(question: Question) -> Body:
    content: Any = question.content
    losses = [Loss("gaps", "H5P has no partial credit")] if content.interchangeable else []
    text = _html(content.text, question)
    if "*" in text:
        raise Unwritable("a text with stars, which mark the gaps of H5P")
    sensitive = {bool(getattr(gap.content, "case_sensitive", False)) for gap in content.gaps.values()}
    if len(sensitive) > 1:
        raise Unwritable("gaps of which only some mind capitals")
    for name, gap in content.gaps.items():
        if gap.type != "short_text":
            raise Unwritable(Said("a gap of type %(type)s", type=gap.type))
        words = [answer.text for answer in gap.content.answers if answer.credit == 1]
        if any(re.search(r"[*/:\\<&]", word) for word in words):
            raise Unwritable("an answer with * / : which H5P takes for its own")
        if len(words) < len(gap.content.answers) or any(answer.feedback for answer in gap.content.answers):
            losses.append(Loss("gaps", "H5P has neither partial credit nor feedback in gaps"))
        text = text.replace(f"[[{name}]]", f"*{'/'.join(words)}*")
    params = {
        "text": _html(question.prompt, question),
        "questions": [text],
        "behaviour": {"caseSensitive": sensitive.pop()},
    }
    return "H5P.Blanks", params, losses


def _words(question: Question) -> Body:
    content: Any = question.content
    if len({word.group for word in content.choices}) > 1:
        raise Unwritable("words of several groups")
    words = {word.id: _plain(word.text, question) for word in content.choices}
    text = _plain(re.sub(r"<br\s*/?>\s*", "\n", content.text), question)
    if any(re.search(r"[*:\\/]", one) for one in words.values()) or "*" in text:
        raise Unwritable("a word or text with * : which H5P takes for its own")
    used = set(content.gaps.values())
    for name, right in content.gaps.items():
        text = text.replace(f"[[{name}]]", f"*{words[right]}*")
    params = {
        "taskDescription": _html(question.prompt, question),
        "textField": text,
        "distractors": "".join(f"*{word}*" for name, word in words.items() if name not in used),
    }
    losses = [Loss("text", "DragText has plain text only")] if question.text_format != "plain" else []
    return "H5P.DragText", params, losses


def _plain(text: str, question: Question) -> str:
    """The words, with line breaks kept."""
    kind = type(question.prompt)
    return "\n".join(to_text(kind(line)) for line in text.split("\n"))


_WRITERS: Final[Mapping[str, Callable[[Question], Body]]] = {
    "single_choice": _options,
    "multiple_response": _options,
    "true_false": _true_false,
    "cloze": _cloze,
    "drag_words": _words,
}


def _sniff(head: bytes, name: str) -> float:
    if not head.startswith(START):
        return 0.0
    return 0.95 if b"h5p.json" in head or name.endswith(".h5p") else 0.0


FORMAT = Format("h5p", "H5P", (".h5p",), _sniff, _read, _Writer, own_suffix=True)

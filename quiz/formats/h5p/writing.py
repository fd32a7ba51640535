"""Questions to a QuestionSet of H5P."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape, unescape
from typing import Any, BinaryIO, Final

from quiz.banks.model import Bank, Question
from quiz.errors import Said
from quiz.files.archive import pack
from quiz.files.images import read_image
from quiz.files.richtext import to_html, to_text
from quiz.formats._pictures import Shown
from quiz.formats.base import Loss, Unwritable, Writer, takes_off_otherwise
from quiz.formats.h5p.reading import CONTENT
from quiz.questions.images import references
from quiz.questions.parts import MARK
from quiz.questions.rules.text import has_star, literal

#: The libraries that we write, with the version whose parameters these are.
_LIBRARIES: Final = {
    "H5P.QuestionSet": (1, 20), "H5P.MultiChoice": (1, 16), "H5P.TrueFalse": (1, 8), "H5P.Blanks": (1, 14),
    "H5P.DragText": (1, 10), "H5P.Image": (1, 1),
}  # fmt: skip


#: The picture above a question, as the first thing of its text.
_ABOVE: Final = re.compile(r"\s*(?:<p>(<img\b[^<>]*>)</p>|(<img\b[^<>]*>))\s*")
_IMAGE: Final = re.compile(r"<img\b[^<>]*>")


class H5pWriter(Writer):
    """Writes a set of questions with the pictures above them."""

    types = frozenset({"single_choice", "multiple_response", "true_false", "cloze", "drag_words"})
    holds = frozenset(
        {
            "name", "prompt", "options", "answer", "feedback_true", "feedback_false", "text", "gaps", "choices",
        }
    )  # fmt: skip

    def __init__(self, target: BinaryIO, bank: Bank, *more: Any) -> None:
        super().__init__(target, bank, *more)
        self._questions: list[dict[str, Any]] = []
        self._media: dict[str, bytes] = {}

    def held(self, question: Question) -> frozenset[str]:
        own = {
            "points",
            *(["reuse"] if question.type == "drag_words" and _repeats(question.content) else []),
            *(["scoring"] if question.type == "multiple_response" else []),
            *(["shuffle"] if question.type in ("single_choice", "multiple_response") else []),
            *(["feedback"] if question.type != "true_false" else []),
        }
        return self.holds | own

    def add(self, question: Question, files: Mapping[str, bytes]) -> Sequence[Loss]:
        sheet = _Sheet(question, files)
        library, params = _WRITERS[question.type](sheet)
        if question.points != _worth(question):
            sheet.lose("points", "H5P gives a point for each right option or gap")
        if question.text_format == "markdown":
            sheet.lose("text_format", "Markdown became HTML")
        if files.keys() - sheet.media.keys():
            sheet.lose("images", "pictures are left out but for one above the question")
        number = len(self._questions) + 1
        told = {
            "contentType": library.removeprefix("H5P."),
            "license": "U",
            "title": _title(question.name or question.id),
        }
        self._questions.append(_content(library, params, number, told))
        self._media.update(sheet.media)
        return sheet.losses

    def close(self) -> None:
        used = {"H5P.QuestionSet", *(one["library"].split(" ")[0] for one in self._questions)}
        used |= {"H5P.Image"} if self._media else set()
        head = {
            "title": _title(self.bank.title),
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
            "introPage": {"showIntroPage": False, "title": _title(self.bank.title), "introduction": ""},
            "progressType": "dots",
            "passPercentage": 50,
            "questions": self._questions,
        }
        files = {"h5p.json": head, CONTENT: content}
        packed = {
            name: json.dumps(value, ensure_ascii=False, indent=1).encode() for name, value in files.items()
        }
        media = {f"content/{name}": content for name, content in self._media.items()}
        self.target.write(pack({**packed, **media}))


def _content(library: str, params: Mapping[str, Any], number: int, told: Mapping[str, Any]) -> dict[str, Any]:
    """What a library shows; each has a number of its own in the package."""
    major, minor = _LIBRARIES[library]
    return {
        "library": f"{library} {major}.{minor}",
        "params": params,
        "subContentId": f"00000000-0000-4000-8000-{number:012d}",
        "metadata": told,
    }


class _Sheet:
    """A question while it is written: its texts in HTML, the picture above it, and what is lost."""

    def __init__(self, question: Question, files: Mapping[str, bytes]) -> None:
        self.question = question
        self.content: Any = question.content
        self.losses: list[Loss] = []
        self.media: dict[str, bytes] = {}
        self._files = files
        self._shown = Shown(question.text_format, files, str)

    def lose(self, name: str, detail: str) -> None:
        """Notes a loss of the field of this name."""
        self.losses.append(Loss(name, detail))

    def html(self, text: str | None) -> str:
        """A text, without pictures."""
        return _IMAGE.sub("", self._html(text or ""))

    def _html(self, text: str) -> str:
        return to_html(text) if self.question.text_format == "plain" else self._shown.html(text, to_html)

    def asked(self, name: str) -> dict[str, Any]:
        """The text of the question under the name that it has in its library, and the picture above it."""
        made = self._html(self.question.prompt)
        above = _ABOVE.match(made)
        medium = self._medium(above[1] or above[2]) if above else None
        if above is None or medium is None:
            return {name: _IMAGE.sub("", made)}
        return {"media": {"type": medium}, name: _IMAGE.sub("", made[above.end() :])}

    def _medium(self, tag: str) -> dict[str, Any] | None:
        """The picture of a tag; None where it is none that comes with the question."""
        for one in references({"text": tag, "text_format": "html"}):
            if one.file in self._files:
                content = self.media[one.file] = self._files[one.file]
                file = {"path": one.file, "mime": read_image(content).mime, "copyright": {"license": "U"}}
                told = {"contentType": "Image", "license": "U", "title": one.alt}
                return _content("H5P.Image", {"file": file, "alt": unescape(one.alt)}, 0, told)
        return None

    def told(self, count: int) -> dict[str, Any]:
        """Feedback to the shares of so many points."""
        said, last = self.question.feedback, 0 if count > 1 else 99
        if said is None:
            return {}
        if said.partly and count == 1:
            self.lose("feedback", "there is nothing between right and wrong")
        bands = ((0, last, said.wrong), (1, 99, said.partly if count > 1 else None), (100, 100, said.right))
        return {
            "overallFeedback": [
                {"from": low, "to": high, "feedback": self.plainly(text, "feedback")}
                for low, high, text in bands
                if text
            ]
        }

    def plainly(self, text: str, name: str) -> str:
        """The words of a text, line by line, escaped for HTML as packages have them."""
        kind = type(self.question.prompt)
        words = "\n".join(escape(to_text(kind(line)), quote=False) for line in text.split("\n"))
        if unescape(self.html(text)).removeprefix("<p>").removesuffix("</p>") != unescape(words):
            self.lose(name, "H5P has plain text here")
        return words


Body = tuple[str, dict[str, Any]]


def _title(text: str) -> str:
    """A title, in which H5P decodes entities."""
    return text if unescape(text) == text else escape(text, quote=False)


def _repeats(content: Any) -> bool:
    """Whether a word belongs into several gaps."""
    return len({*content.gaps.values()}) < len(content.gaps)


def _worth(question: Question) -> int:
    """The points that H5P gives for a question."""
    content: Any = question.content
    if question.type == "multiple_response":
        return 1 if question.scoring == "all_or_nothing" else len(content.key)
    return len(content.gaps) if question.type in ("cloze", "drag_words") else 1


def _options(sheet: _Sheet) -> Body:
    question, content = sheet.question, sheet.content
    credits = [one.worth for one in content.options]
    single, whole = question.type == "single_choice", question.scoring == "all_or_nothing"
    right = [credit == 1 if single else credit > 0 for credit in credits]
    if not any(right):
        raise Unwritable("a choice without a right option")
    answers = [
        {
            "text": sheet.html(option.text),
            "correct": good,
            "tipsAndFeedback": {
                "tip": "",
                "chosenFeedback": sheet.html(option.feedback),
                "notChosenFeedback": "",
            },
        }
        for option, good in zip(content.options, right, strict=True)
    ]
    otherwise = not single and takes_off_otherwise(question)
    if otherwise:
        sheet.lose("scoring", "a wrong option takes off what a right one gives")
    if not {*credits} <= {0, 1} and (single or (otherwise and content.credited)):
        sheet.lose("options", "H5P has no partial credit")
    behaviour = {
        "type": "single" if single else "multi",
        "singleAnswer": single,
        "randomAnswers": question.shuffle,
        "singlePoint": whole,
    }
    told = sheet.told(1 if single or whole else sum(right))
    return "H5P.MultiChoice", {**sheet.asked("question"), "answers": answers, "behaviour": behaviour, **told}


def _true_false(sheet: _Sheet) -> Body:
    content = sheet.content
    right, wrong = content.feedback_true, content.feedback_false
    if not content.answer:
        right, wrong = wrong, right
    told = {
        name: sheet.html(text)
        for name, text in (("feedbackOnCorrect", right), ("feedbackOnWrong", wrong))
        if text
    }
    correct = str(content.answer).lower()
    return "H5P.TrueFalse", {**sheet.asked("question"), "correct": correct, "behaviour": told}


def _gap(sheet: _Sheet, gap: Any) -> str:
    """The right answers of a gap. Raises Unwritable for other gaps than those of words, and what H5P takes for its own."""
    if gap.type != "short_text":
        raise Unwritable(Said("a gap of type %(type)s", type=gap.type))
    answers = gap.content.answers
    full = [answer.text for answer in answers if answer.credit == 1]
    words = [literal(word) for word in full]
    if any(map(has_star, full)) or re.search(r"[*/:]", "".join(words)):
        raise Unwritable("an answer with * / : which H5P takes for its own")
    if len(words) < len(answers) or any(answer.feedback for answer in answers):
        sheet.lose("gaps", "H5P has neither partial credit nor feedback in gaps")
    if gap.content.fold or gap.content.typo:
        sheet.lose("gaps", "spelling errors are not forgiven")
    return escape("/".join(words), quote=False)


def _cloze(sheet: _Sheet) -> Body:
    content = sheet.content
    if content.interchangeable:
        sheet.lose("gaps", "H5P has no partial credit")
    text = sheet.html(content.text)
    if "*" in text.replace("**", ""):
        raise Unwritable("a text with stars, which mark the gaps of H5P")
    if len({gap.weight for gap in content.gaps.values()}) > 1:
        sheet.lose("gaps", "all gaps count alike")
    sensitive = {bool(getattr(gap.content, "case_sensitive", False)) for gap in content.gaps.values()}
    if len(sensitive) > 1:
        raise Unwritable("gaps of which only some mind capitals")
    marked = {f"[[{name}]]": f"*{_gap(sheet, gap)}*" for name, gap in content.gaps.items()}
    text = MARK.sub(
        lambda mark: marked.get(mark[0], mark[0]), text
    )  # at once: an answer may look like a mark
    behaviour = {"caseSensitive": sensitive.pop()}
    told = sheet.told(len(content.gaps))
    return "H5P.Blanks", {**sheet.asked("text"), "questions": [text], "behaviour": behaviour, **told}


def _words(sheet: _Sheet) -> Body:
    content = sheet.content
    if len({word.group for word in content.choices}) > 1:
        raise Unwritable("words of several groups")
    words = {word.id: sheet.plainly(word.text, "choices") for word in content.choices}
    text = sheet.plainly(re.sub(r"<br\s*/?>\s*", "\n", content.text), "text")
    if any(re.search(r"[*:\\/]", one) for one in words.values()) or "*" in text:
        raise Unwritable("a word or text with * : which H5P takes for its own")
    used = set(content.gaps.values())
    for name, right in content.gaps.items():
        if text.count(f"[[{name}]]") > 1:
            raise Unwritable(Said("a text in which [[%(name)s]] stands twice", name=name))
        text = text.replace(f"[[{name}]]", f"*{words[right]}*")
    params = {
        **sheet.asked("taskDescription"),
        "textField": text,
        "distractors": "".join(f"*{word}*" for name, word in words.items() if name not in used),
        **sheet.told(len(content.gaps)),
    }
    return "H5P.DragText", params


_WRITERS: Final[Mapping[str, Callable[[_Sheet], Body]]] = {
    "single_choice": _options,
    "multiple_response": _options,
    "true_false": _true_false,
    "cloze": _cloze,
    "drag_words": _words,
}

"""Missing word, Moodle's oldest text format: sentences with the answers where the word is missing.

``We saw {=the answer#why ~75%a good one ~a wrong one}.`` There are no escapes. A single answer is to be typed, and is
all that stands between the braces. The texts are in Moodle's own format, in which they are written without markup. Read
as Moodle does (``question/format/missingword``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from quiz.banks.model import Question
from quiz.errors import Said
from quiz.files.richtext import to_text
from quiz.formats._moodle import MOST_ANSWERS, TOO_MANY, Styled, says_more, settled
from quiz.formats.base import (
    Entry,
    Fault,
    Format,
    Found,
    Loss,
    Source,
    Unwritable,
    Writer,
    decoded,
    demand_words,
    marked,
)

_BLANK: Final = "_____"
#: The weight of an answer that is not right; a ``_`` keeps what begins like a weight from being taken for one.
_WEIGHT: Final = re.compile(r"([0-9]{1,3})%")
_GUARDED: Final = re.compile(r"[0-9%_]")


# Reading -------------------------------------------------------------------------------------------------------------


class _Wrong(Exception):
    """What is wrong with a sentence, and how to mend it."""


def _read(source: Source) -> Iterator[Entry]:
    for line, sentence in _sentences(decoded(source).split("\n")):
        where = Said("line %(n)s", n=line)
        try:
            yield Found(where, settled(_question(sentence)))
        except _Wrong as error:
            yield Fault(where, str(error))


def _question(sentence: str) -> dict[str, Any]:
    before, opened, rest = sentence.partition("{")
    inside, closed, after = rest.partition("}")
    if not opened or not closed:
        raise _Wrong("there is no pair of braces – write {=right ~wrong} where the word is missing")
    if "{" in after:
        raise _Wrong("there is more than one pair of braces – leave an empty line between sentences")
    if sum(map(inside.count, "=~")) > MOST_ANSWERS:
        raise _Wrong(TOO_MANY)
    answers = _parts(inside)
    if not answers:
        raise _Wrong("there is no answer in the braces – write {=right ~wrong}")
    return {"prompt": _styled(f"{before}{_BLANK}{after}"), **_fields(answers)}


def _sentences(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """What stands between blank lines, on one line, and the number of its first line."""
    held: list[str] = []
    for number, line in enumerate([*map(str.strip, lines), ""], 1):
        if line:
            held.append(line)
        elif held:
            yield number - len(held), " ".join(held)
            held = []


def _parts(inside: str) -> list[str]:
    """The answers as they stand, with what is in front of the right ones."""
    parts = map(str.strip, inside.replace("=", "~=").split("~"))
    return [part for part in parts if part.removeprefix("=").strip()]


def _fields(answers: Sequence[str]) -> dict[str, Any]:
    """One answer is typed, several are chosen from."""
    if len(answers) > 1:
        options = [*map(_option, answers)]
        if all(option["credit"] != 1 for option in options):
            raise _Wrong("no answer is right – write = in front of the right one")
        return {"type": "single_choice", "options": marked(options, single=True)}
    return {"type": "short_text", "answers": [{"text": answers[0].removeprefix("=").strip()}]}


def _option(part: str) -> dict[str, Any]:
    right = part.startswith("=")
    weight = None if right else _WEIGHT.match(part)
    bare = part[1:] if right else part[weight.end() if weight else 0 :].strip().removeprefix("_")
    text, _, feedback = bare.partition("#")
    return {
        "text": _styled(text),
        "credit": Fraction(int(weight[1]), 100) if weight else Fraction(right),
        **({"feedback": _styled(feedback)} if feedback.strip() else {}),
    }


def _styled(text: str) -> Styled:
    return Styled(text.strip(), "moodle")


# Writing -------------------------------------------------------------------------------------------------------------


class _Writer(Writer):
    types = frozenset({"single_choice", "short_text"})
    holds = frozenset({"prompt", "options", "answers"})

    def add(self, question: Question, files: Mapping[str, bytes]) -> Sequence[Loss]:
        answers, losses = _WRITTEN[question.type](question.content)
        prompt = to_text(question.prompt)
        texts = [prompt, *(text for _, text, _ in answers), *(told for *_, told in answers)]
        if any(map(says_more, texts)):
            raise Unwritable("a text with HTML, or what Moodle would take for it")
        if any(to_text(text) != text.strip() for text in _shown(question)):
            losses = [*losses, Loss("text_format", "missing word holds plain text, one line each")]
        marks = "[~=]" if question.type == "short_text" else "[~=#]"
        if re.search(r"[{}]", "".join(texts)) or any(re.search(marks, text) for _, text, _ in answers):
            raise Unwritable("a text with marks that missing word cannot escape")
        if any(re.search("[~=]", told) for *_, told in answers):
            raise Unwritable("feedback with marks that missing word cannot escape")
        inside = " ".join(f"{mark}{text}{f'#{told}' if told else ''}" for mark, text, told in answers)
        gap = f"{{{inside}}}"
        if _BLANK not in prompt:
            losses = [*losses, Loss("prompt", "a blank stands at its end, where the answers are")]
            prompt = f"{prompt} {_BLANK}"
        sentence = prompt.replace(_BLANK, gap, 1)
        self.target.write(f"{sentence}\n\n".encode())
        return [*losses, *([Loss("images", "missing word has no pictures")] if files else [])]

    def close(self) -> None:
        return


def _shown(question: Question) -> Iterator[str]:
    """The texts that are shown, not typed."""
    content: Any = question.content
    yield question.prompt
    if question.type == "single_choice":
        yield from (text for one in content.options for text in (one.text, one.feedback) if text)


#: An answer: its mark and weight, its text and its feedback.
_Answer = tuple[str, str, str]


def _options(content: Any) -> tuple[list[_Answer], list[Loss]]:
    credits = [one.worth for one in content.options]
    percents = [round(credit * 100) for credit in credits]
    if 1 not in credits:
        raise Unwritable("single_choice without a right option")
    lost = any(Fraction(said, 100) != credit for said, credit in zip(percents, credits, strict=True))
    texts = [to_text(one.text) for one in content.options]
    demand_words(texts)
    told = [to_text(one.feedback or "") for one in content.options]
    answers = [*map(_row, percents, texts, told)]
    rounds = lost or min(percents) < 0
    return answers, [Loss("options", "weights are whole percents, not below 0")] if rounds else []


def _row(percent: int, text: str, told: str) -> _Answer:
    if percent == 100:
        return "=", text, told
    guarded = f"_{text}" if _GUARDED.match(text) else text
    return f"~{percent}%" if percent > 0 else "~", guarded, told


def _typed(content: Any) -> tuple[list[_Answer], list[Loss]]:
    if len(content.answers) > 1:
        raise Unwritable("short_text with several answers, which would be options")
    (answer,) = content.answers
    losses = [Loss("feedback", "an answer that is typed has no feedback")] if answer.feedback else []
    return [("=", " ".join(answer.text.split()), "")], losses


_WRITTEN: Final = {"single_choice": _options, "short_text": _typed}

FORMAT = Format(
    "missing-word", "Missing word", (".missingword.txt",), lambda _head, _name: 0.0, _read, _Writer
)

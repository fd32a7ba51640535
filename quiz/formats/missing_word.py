"""Missing word, Moodle's oldest text format: sentences with the answers where the word is missing.

``We saw {=the answer#why ~75%a good one ~a wrong one}.`` There are no escapes. The texts are in Moodle's own format: read
as plain text where they hold no markup, as HTML where they do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from quiz.banks.model import Question
from quiz.errors import Said
from quiz.formats.base import Entry, Fault, Format, Found, Loss, Source, Unwritable, Writer, decoded, marked

_BLANK: Final = "_____"
_MARKUP: Final = re.compile(r"<[a-zA-Z/!]|&[a-zA-Z#][a-zA-Z0-9]*;")
#: The weight of an answer; a ``_`` keeps one that begins like a weight from being taken for one.
_WEIGHT: Final = re.compile(r"([0-9]{1,3})%")
_GUARDED: Final = re.compile(r"[0-9%_]")


# Reading -------------------------------------------------------------------------------------------------------------


def _read(source: Source) -> Iterator[Entry]:
    for line, sentence in _sentences(decoded(source).split("\n")):
        before, opened, rest = sentence.partition("{")
        inside, closed, after = rest.partition("}")
        answers = [*_answers(inside)]
        if not opened or not closed:
            told = Said("there is no pair of braces – write {=right ~wrong} where the word is missing")
            yield Fault(Said("line %(n)s", n=line), told)
        elif not answers:
            yield Fault(
                Said("line %(n)s", n=line), "there is no answer in the braces – write {=right ~wrong}"
            )
        else:
            prompt = f"{before}{_BLANK}{after}".strip()
            style = "html" if _MARKUP.search(sentence) else "plain"
            yield Found(
                Said("line %(n)s", n=line), {**_fields(answers), "prompt": prompt, "text_format": style}
            )


def _sentences(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """What stands between blank lines, on one line, and the number of its first line."""
    held: list[str] = []
    for number, line in enumerate([*map(str.strip, lines), ""], 1):
        if line:
            held.append(line)
        elif held:
            yield number - len(held), " ".join(held)
            held = []


def _answers(inside: str) -> Iterator[dict[str, Any]]:
    """The answers with their credits and feedback."""
    for part in inside.replace("=", "~=").split("~"):
        bare = part.strip()
        right = bare.startswith("=")
        weight = None if right else _WEIGHT.match(bare)
        credit = Fraction(int(weight[1]), 100) if weight else Fraction(right)
        text, _, feedback = (bare[weight.end() :] if weight else bare.removeprefix("=")).partition("#")
        shown = text.strip().removeprefix("_")
        if shown:
            yield {
                "text": shown,
                "credit": credit,
                **({"feedback": feedback.strip()} if feedback.strip() else {}),
            }


def _fields(answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One answer is typed, several are chosen from."""
    if len(answers) > 1:
        return {"type": "single_choice", "options": marked(answers, single=True)}
    told = {"feedback": answers[0]["feedback"]} if "feedback" in answers[0] else {}
    return {"type": "short_text", "answers": [{"text": answers[0]["text"], **told}]}


# Writing -------------------------------------------------------------------------------------------------------------


class _Writer(Writer):
    types = frozenset({"single_choice", "short_text"})
    holds = frozenset({"prompt", "options", "answers"})

    def add(self, question: Question, files: Mapping[str, bytes]) -> Sequence[Loss]:
        answers, losses = _WRITTEN[question.type](question.content)
        prompt = _line(question.prompt)
        texts = [prompt, *(text for _, text, _ in answers), *(told for *_, told in answers)]
        if question.text_format == "html" or any(map(_MARKUP.search, texts)):
            raise Unwritable("a text with HTML, or what Moodle would take for it")
        if re.search(r"[{}]", "".join(texts)) or any(re.search("[~=#]", text) for _, text, _ in answers):
            raise Unwritable("a text with marks that missing word cannot escape")
        if any(re.search("[~=]", told) for *_, told in answers):
            raise Unwritable("feedback with marks that missing word cannot escape")
        inside = " ".join(f"{mark}{text}{f'#{told}' if told else ''}" for mark, text, told in answers)
        gap = f"{{{inside}}}"
        sentence = prompt.replace(_BLANK, gap, 1) if _BLANK in prompt else f"{prompt} {gap}"
        self.target.write(f"{sentence}\n\n".encode())
        return [*losses, *([Loss("images", "missing word has no pictures")] if files else [])]

    def close(self) -> None:
        return


#: An answer: its mark and weight, its text and its feedback.
_Answer = tuple[str, str, str]


def _options(content: Any) -> tuple[list[_Answer], list[Loss]]:
    credits = [Fraction(bool(one.correct)) if one.credit is None else one.credit for one in content.options]
    percents = [round(credit * 100) for credit in credits]
    if 1 not in credits:
        raise Unwritable("single_choice without a right option")
    lost = any(Fraction(said, 100) != credit for said, credit in zip(percents, credits, strict=True))
    answers = [
        ("=" if said == 100 else f"~{said}%" if said > 0 else "~", _guarded(one.text), _line(one.feedback))
        for one, said in zip(content.options, percents, strict=True)
    ]
    return answers, [Loss("options", "weights are whole percents, not below 0")] if lost or min(
        percents
    ) < 0 else []


def _typed(content: Any) -> tuple[list[_Answer], list[Loss]]:
    if len(content.answers) > 1:
        raise Unwritable("short_text with several answers, which would be options")
    (answer,) = content.answers
    return [("=", _guarded(answer.text), _line(answer.feedback))], []


def _guarded(text: str) -> str:
    line = _line(text)
    return f"_{line}" if _GUARDED.match(line) else line


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


_WRITTEN: Final = {"single_choice": _options, "short_text": _typed}

FORMAT = Format(
    "missing-word", "Missing word", (".missingword.txt",), lambda _head, _name: 0.0, _read, _Writer
)

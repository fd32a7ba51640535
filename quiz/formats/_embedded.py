"""Moodle's embedded answers: ``{2:MULTICHOICE:=right~wrong#why}`` in a text is a gap with its weight, type and answers.

Read as Moodle 4.5 does (``question/type/multianswer``): an alternative begins after ``~`` with ``=`` for the full mark or
``%50%``; ``#`` begins its feedback; a backslash takes the meaning from ``}``, ``#`` and ``~``, as entities do, which
are what is written. Of Moodle's words for a type those of capital letters alone are written, which more programs know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from html import unescape
from itertools import chain
from math import lcm
from typing import Any, Final

from quiz.banks.model import Question
from quiz.errors import Said
from quiz.formats._moodle import (
    MOST_ANSWERS,
    PERCENT,
    TOO_MANY,
    Styled,
    became_html,
    behind_star,
    between_marks,
    centred,
    from_html,
    on_a_line,
    rounded,
    share,
    takes_nothing_off,
    worth_of_number,
)
from quiz.formats.base import Loss, Unwritable, credits_of, marked, percentage
from quiz.questions.fields import MOST_POINTS
from quiz.questions.parts import MARK, MOST_PARTS
from quiz.questions.rules.numbers import read_number
from quiz.questions.validation import suggest

#: How a gap begins, wherever it stands.
START: Final = re.compile(
    r"\{([0-9]{0,9}):(SHORTANSWER|SA|MW|SHORTANSWER_C|SAC|MWC|NUMERICAL|NM"
    r"|(?:MULTICHOICE|MULTIRESPONSE)(?:_(?:V|H|S|VS|HS))?|MC(?:V|H|S|VS|HS)?|MR(?:H|S|HS)?):"
)
#: What may be meant as a gap: answers behind a word. Where Moodle does not know the word, all of it is text.
_MEANT: Final = re.compile(r"\{[0-9]{0,9}:([A-Za-z_]{1,24}):(?=\s*[=%~]|[^{}]*~)")
_KINDS: Final = ("SHORTANSWER", "NUMERICAL", "MULTICHOICE", "MULTIRESPONSE")
#: Our types with options, and Moodle's words for them.
_CHOICES: Final = {"single_choice": ("MULTICHOICE", "MC"), "multiple_response": ("MULTIRESPONSE", "MR")}
_REST: Final = re.compile(r"((?:[^\\}]++|\\.)*+)\}", re.DOTALL)
_SHARE: Final = re.compile(rf"\s*(?:=|{PERCENT})")
_FEEDBACK: Final = re.compile(r"(?<!\\)(?<!&)(?<!&amp;)#")
_ESCAPED: Final = re.compile(r"\\([}#~{\"/=\\])")
_SPECIAL: Final = re.compile(r"[&~#}{\\]")


_NO_ANSWER: Final = Said("a gap has no answer – write one such as {1:SHORTANSWER:=answer}")


class Wrong(Exception):
    """What is wrong with a gap, and how to mend it."""

    #: Where the gap begins in the text.
    place = 0


@dataclass(slots=True)
class Embedded:
    """A text in which ``[[1]]`` marks the gaps, these as in bank files, and what was lost."""

    text: Styled
    gaps: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Whether the options of its choices are shuffled; None where it has none.
    shuffle: bool | None = None
    losses: list[Loss] = field(default_factory=list)

    @property
    def points(self) -> Fraction:
        """The sum of the weights, which is what Moodle gives for the whole."""
        return sum((Fraction(gap.get("weight", 1)) for gap in self.gaps.values()), Fraction(0))


def read_embedded(text: Styled) -> Embedded:
    """Raises Wrong. Of too many gaps no more are read than show that they are."""
    _demand_kinds(text)
    found = Embedded(text)
    pieces: list[str] = []
    shuffles: list[bool] = []
    place = 0
    while len(found.gaps) <= MOST_PARTS and (start := START.search(text, place)):
        name = str(len(found.gaps) + 1)
        pieces.append(text[place : start.start()])
        kind, shuffled = _kind(start[2])
        if shuffled is not None:
            shuffles.append(shuffled)
        try:
            place, inside = _inside(text, start)
            gap, losses = _gap(kind, _alternatives(inside))
            found.gaps[name] = {**gap, **_weight(start[1])}
        except Wrong as error:
            error.place = start.start()
            raise
        found.losses += losses
        found.losses += _looks(start[2])
    if not found.gaps:
        raise Wrong("there is no gap – write one such as {1:SHORTANSWER:=answer}")
    shown, style = between_marks([*pieces, text[place:]], text.style)
    marks = [*(f"[[{name}]]" for name in found.gaps), ""]
    found.text = Styled("".join(chain(*zip(shown, marks, strict=True))), style)
    found.shuffle = any(shuffles) if shuffles else None
    if len({*shuffles}) > 1:
        found.losses.append(Loss("shuffle", "all choices of a text are shuffled, or none"))
    return found


def _demand_kinds(text: str) -> None:
    """Raises Wrong where the word of a gap is misspelt: with its answers it would stand in the text."""
    for meant in _MEANT.finditer(text):
        hint = suggest(meant[1].upper(), _KINDS)
        if hint and not START.match(text, meant.start()):
            error = Wrong(Said("there is no gap of the kind %(word)s%(hint)s", word=meant[1], hint=hint))
            error.place = meant.start()
            raise error


def _inside(text: str, start: re.Match[str]) -> tuple[int, str]:
    """Where the gap ends, and what stands in it."""
    rest = _REST.match(text, start.end())
    if rest is None:
        raise Wrong(Said("the gap %(gap)s has no end – close it with }", gap=start[0]))
    return rest.end(), rest[1]


def _kind(word: str) -> tuple[str, bool | None]:
    """Our type for Moodle's word, and whether options are shuffled, None where there are none."""
    for kind, words in _CHOICES.items():
        if word.startswith(words):
            return kind, _bare(word).endswith("S")
    if word in ("NUMERICAL", "NM"):
        return "numerical", None
    return ("case_sensitive" if word.endswith("C") else "short_text"), None


def _bare(word: str) -> str:
    """How the options of a choice look: V or H for buttons, S for shuffled."""
    long, short = next(words for words in _CHOICES.values() if word.startswith(words))
    return word.removeprefix(long).removeprefix(short).strip("_")


def _looks(word: str) -> list[Loss]:
    if word.startswith(_CHOICES["single_choice"]) and _bare(word)[:1] in ("V", "H"):
        return [Loss("layout", "choices in a text are always lists to select from")]
    if word.startswith(_CHOICES["multiple_response"]) and _bare(word)[:1] != "H":
        return [Loss("layout", "boxes to tick in a text stand beside each other")]
    return []


def _weight(digits: str) -> dict[str, int]:
    weight = int(digits or 1)
    if not weight:
        raise Wrong("a gap counts nothing – give it a weight of 1 or more")
    return {} if weight == 1 else {"weight": weight}


@dataclass(frozen=True, slots=True)
class _Alternative:
    """One answer: what it is worth, its text, what is said to it, and whether its worth is said in percent."""

    credit: Fraction
    text: str
    feedback: str
    in_percent: bool


def _alternatives(inside: str) -> list[_Alternative]:
    if inside.count("~") > MOST_ANSWERS:
        raise Wrong(TOO_MANY)
    found = []
    for part in re.split(r"(?<!\\)~", inside):
        if not part.strip():
            continue
        said = _SHARE.match(part)
        text, _, feedback = _cut(part[said.end() :] if said else part)
        in_percent = said is not None and said[1] not in (None, "0")  # which is as if nothing was said
        found.append(
            _Alternative(_credit(said), _decoded(text).strip(), _decoded(feedback).strip(), in_percent)
        )
    if not found:
        raise Wrong(_NO_ANSWER)
    return found


def _credit(found: re.Match[str] | None) -> Fraction:
    if found is None:
        return Fraction(0)
    return Fraction(1) if found[1] is None else share(found[1])


def _cut(part: str) -> tuple[str, str, str]:
    found = _FEEDBACK.search(part)
    return (part[: found.start()], "#", part[found.end() :]) if found else (part, "", "")


def _decoded(text: str) -> str:
    return unescape(_ESCAPED.sub(r"\1", text))


def _gap(kind: str, answers: Sequence[_Alternative]) -> tuple[dict[str, Any], list[Loss]]:
    said = [one for one in answers if one.text]
    if kind in _CHOICES:
        return _offered(kind, said), []
    others = [one for one in said if (kind, one.text) == ("numerical", "*")]
    typed = [one for one in said if (kind, one.text) != ("numerical", "*")]
    if all(one.credit != 1 for one in typed):
        raise Wrong(_NO_ANSWER)
    if kind == "numerical":
        lost = any(one.credit or one.feedback for one in others)
        losses = [Loss("answers", "what is worth or said to any other number")] if lost else []
        losses += behind_star([one.text for one in said])
        return {"type": kind, "answers": [*map(_number, typed)]}, losses
    case = {"case_sensitive": True} if kind == "case_sensitive" else {}
    accepted = [{"text": one.text, **_worth(one), **_feedback(one)} for one in typed]
    return {"type": "short_text", "answers": accepted, **case}, []


def _offered(kind: str, answers: Sequence[_Alternative]) -> dict[str, Any]:
    single = kind == "single_choice"
    if len(answers) < 2:
        raise Wrong("a choice in a text has fewer than two answers – write {1:MULTICHOICE:=right~wrong}")
    credits = [one.credit for one in answers] if single else _ticked(answers)
    if not any(credit == 1 if single else credit > 0 for credit in credits):
        raise Wrong("no answer of a choice is right – write = in front of it: {1:MULTICHOICE:=right~wrong}")
    options = [
        {"text": from_html(one.text), "credit": credit, **_feedback(one)}
        for one, credit in zip(answers, credits, strict=True)
    ]
    return {"type": kind, "options": marked(options, single=single)}


def _ticked(answers: Sequence[_Alternative]) -> list[Fraction]:
    """What ticking each box is worth: the right ones share the mark in the proportion of what is said of them.

    Where nothing is said in percent a wrong one takes away as much as one right one gives
    (``qtype_multianswer_extract_question``).
    """
    total = sum((one.credit for one in answers if one.credit > 0), Fraction(0))
    if not total:
        return [one.credit for one in answers]
    wrong = None if any(one.in_percent for one in answers) else -1 / total
    shares = _shares([max(one.credit, Fraction(0)) for one in answers], total)
    return [
        given if one.credit > 0 else one.credit if wrong is None else wrong
        for one, given in zip(answers, shares, strict=True)
    ]


def _shares(credits: Sequence[Fraction], total: Fraction) -> list[Fraction]:
    """Credits as shares of their sum that are written as they are read; the first takes what is left by rounding.

    Those that add up to the whole but for the last place of each are shares already.
    """
    whole = total if abs(total - 1) * 10**7 > len(credits) else Fraction(1)
    shares = [share(percentage(credit / whole)) for credit in credits]
    first = next(place for place, given in enumerate(shares) if given)
    shares[first] += 1 - sum(shares)
    return shares


def _number(one: _Alternative) -> dict[str, Any]:
    """Moodle takes the size of a tolerance that is below 0."""
    value, _, tolerance = one.text.partition(":")
    width = _decimal(tolerance).copy_abs() if tolerance.strip() else 0
    kept = {"tolerance": width} if width else {}
    return {"value": _decimal(value), **kept, **worth_of_number(one.credit), **_feedback(one)}


def _decimal(text: str) -> Decimal:
    value = read_number(text)
    if value is None:
        raise Wrong(
            Said(
                "'%(text)s' in a gap is no number – write {1:NUMERICAL:=3} or {1:NUMERICAL:=3:0.5}",
                text=text.strip()[:40],
            )
        )
    return value


def _worth(one: _Alternative) -> dict[str, Fraction]:
    return {} if one.credit == 1 else {"credit": one.credit}


def _feedback(one: _Alternative) -> dict[str, Styled]:
    return {"feedback": from_html(one.feedback)} if one.feedback else {}


# Writing -------------------------------------------------------------------------------------------------------------


def write_embedded(question: Question, prompt: str, text: str) -> tuple[str, list[Loss]]:
    """The text of a cloze with its gaps written into it, and what was lost.

    ``prompt`` is what will stand in front of it, both in the format that they are written in. Raises Unwritable where
    one of them already holds what Moodle would take for a gap, or the text has not become one with each mark once.
    """
    gaps: Mapping[str, Any] = question.content.gaps  # type: ignore[attr-defined]
    if START.search(prompt) or START.search(text) or sorted(MARK.findall(text)) != sorted(gaps):
        raise Unwritable("a text that Moodle would take for a gap")
    weights, losses = _weights(gaps, question.points)
    codes: dict[str, str] = {}
    for name, gap in gaps.items():
        word, alternatives, lost = _WRITTEN[gap.type](gap.content, question.text_format, question.shuffle)
        losses += lost
        codes[name] = f"{{{weights[name]}:{word}:{'~'.join(alternatives)}}}"
    return MARK.sub(lambda mark: codes[mark[1]], text), losses


def _weights(gaps: Mapping[str, Any], points: Fraction) -> tuple[Mapping[str, int], list[Loss]]:
    """Whole weights in the proportion of the gaps', which add up to the points where they can.

    Raises Unwritable where they add up to more than a question may be worth.
    """
    total = sum((gap.weight for gap in gaps.values()), Fraction(0))
    exact = {name: gap.weight * points / total for name, gap in gaps.items()}
    if points and all(weight.denominator == 1 for weight in exact.values()):
        return {name: int(weight) for name, weight in exact.items()}, []
    scale = lcm(*(gap.weight.denominator for gap in gaps.values()))
    whole = {name: int(gap.weight * scale) for name, gap in gaps.items()}
    if sum(whole.values()) > MOST_POINTS:
        raise Unwritable("gaps whose weights are in no proportion of small whole numbers")
    return whole, [
        Loss("points", Said("Moodle gives the sum of the gaps' weights, %(sum)s", sum=sum(whole.values())))
    ]


def _alternative(credit: Fraction, text: str, feedback: str) -> str:
    """One answer as it stands in the gap; both texts are what Moodle is to see."""
    text = text.strip()
    worth = "=" if credit == 1 else f"%{percentage(credit)}%"
    bare = "" if not credit and text[:1] not in ("=", "%") else worth
    return bare + _coded(text) + (f"#{_coded(feedback)}" if feedback else "")


def _coded(text: str) -> str:
    """Text in which nothing means more than itself; Moodle decodes the entities."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", text)


def _choice(content: Any, text_format: str, shuffle: bool) -> tuple[str, list[str], list[Loss]]:
    credits = [one.worth for one in content.options]
    return "MCS" if shuffle else "MULTICHOICE", *_options(content, credits, text_format)


def _boxes(content: Any, text_format: str, shuffle: bool) -> tuple[str, list[str], list[Loss]]:
    """In percent, since without it Moodle would have each wrong box cost as much as a right one gives."""
    credits = credits_of(content.options)
    parts, losses = _options(content, credits, text_format)
    parts = [f"%100%{part[1:]}" if part.startswith("=") else part for part in parts]
    if sum(credit for credit in credits if credit > 0) != 1:
        losses.append(Loss("gaps", "in Moodle the shares of the right boxes add up to the whole"))
    if content.choose:
        losses.append(Loss("gaps", "how many options are right is not told"))
    return "MRHS" if shuffle else "MRH", parts, losses


def _options(content: Any, credits: Sequence[Fraction], text_format: str) -> tuple[list[str], list[Loss]]:
    texts = [on_a_line(one.text, text_format) for one in content.options]
    told = [on_a_line(one.feedback or "", text_format) for one in content.options]
    parts = [_alternative(*one) for one in zip(credits, texts, told, strict=True)]
    return parts, [*rounded(credits, "gaps"), *became_html([*texts, *told], text_format)]


def _truth(content: Any, text_format: str, shuffle: bool) -> tuple[str, list[str], list[Loss]]:
    told = [on_a_line(content.feedback_to(value) or "", text_format) for value in (True, False)]
    parts = [
        _alternative(Fraction(content.answer == value), str(value), feedback)
        for value, feedback in zip((True, False), told, strict=True)
    ]
    losses = [Loss("gaps", "true or false became a choice"), *became_html(told, text_format)]
    return "MCS" if shuffle else "MULTICHOICE", parts, losses


def _typed(content: Any, text_format: str, _shuffle: bool) -> tuple[str, list[str], list[Loss]]:
    told = [on_a_line(one.feedback or "", text_format) for one in content.answers]
    parts = [
        _alternative(one.credit, one.text.replace("\n", " "), feedback)
        for one, feedback in zip(content.answers, told, strict=True)
    ]
    losses = [*rounded([one.credit for one in content.answers], "gaps"), *became_html(told, text_format)]
    if content.fold or content.typo:
        losses.append(Loss("gaps", "Moodle forgives neither accents, punctuation nor typing errors"))
    return "SAC" if content.case_sensitive else "SHORTANSWER", parts, losses


def _numbers(content: Any, text_format: str, _shuffle: bool) -> tuple[str, list[str], list[Loss]]:
    parts, told = [], [on_a_line(one.feedback or "", text_format) for one in content.answers]
    credits = [one.credit for one in content.answers]
    losses = [*rounded(credits, "gaps"), *takes_nothing_off(credits, "gaps"), *became_html(told, text_format)]
    for answer, feedback in zip(content.answers, told, strict=True):
        value, tolerance, lost = centred(answer)
        said = value if tolerance == "0" else f"{value}:{tolerance}"
        parts.append(_alternative(answer.credit, said, feedback))
        losses += [Loss("gaps", loss.detail) for loss in lost]
    if content.unit_rule is not None:
        losses.append(Loss("gaps", "a number in a text has no units"))
    return "NUMERICAL", parts, losses


_WRITTEN: Final = {
    "single_choice": _choice,
    "multiple_response": _boxes,
    "true_false": _truth,
    "short_text": _typed,
    "numerical": _numbers,
}

"""Questions to lines of a quiz."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, BinaryIO, Final

from quiz.banks.model import Bank, Question
from quiz.errors import Said
from quiz.formats.base import Loss, Unwritable, Writer, literal_texts, restyled, rounded, takes_off_otherwise
from quiz.formats.text2qti.markup import holds_far_picture, of_html, of_markdown, of_plain
from quiz.formats.text2qti.reading import texts_in
from quiz.questions.rules.numbers import show_number

#: What Markdown of text2qti does not keep: breaks that are spaces at the end of a line, and tabs.
_UNKEPT: Final = re.compile(r" {2,}\n|\t")
_MARKUP: Final[Mapping[str, Callable[[str], str]]] = {
    "html": of_html, "markdown": of_markdown, "plain": of_plain,
}  # fmt: skip
#: The ends of what is accepted are at least this far from 0.
_LEAST: Final = Fraction(1, 10_000)
#: A formula that stands apart.
_APART: Final = re.compile(r"\$\$[^$]|\\\[")
#: A line break that parts no paragraphs.
_LINES: Final = re.compile(r"[^\n]\n[^\n]")
#: Lines, and what they lose.
Body = tuple[list[str], list[Loss]]


class QuizWriter(Writer):
    """Writes a quiz; its pictures lie beside it."""

    types = frozenset(
        {
            "single_choice",
            "multiple_response",
            "true_false",
            "short_text",
            "numerical",
            "essay",
            "description",
        }
    )
    holds = frozenset(
        {
            "name", "points", "prompt", "explanation", "feedback", "options", "answers", "answer", "feedback_true",
            "feedback_false",
        }
    )  # fmt: skip

    def __init__(self, target: BinaryIO, bank: Bank, *more: Any) -> None:
        super().__init__(target, bank, *more)
        self._number = 0
        self.target.write(f"Quiz title: {' '.join(bank.title.split())}\n\n".encode())

    def held(self, question: Question) -> frozenset[str]:
        return self.holds | ({"scoring"} if question.scoring == "right_minus_wrong" else set())

    def add(self, question: Question, files: Mapping[str, bytes]) -> Sequence[Loss]:
        losses = [*_unkept(question)]
        question = restyled(question, "markdown", _MARKUP[question.text_format])
        lines, lost = self._described(question) if question.type == "description" else self._asked(question)
        self.target.write(("\n".join(lines) + "\n\n").encode())
        self.beside.update(files)
        return [*lost, *losses]

    def _asked(self, question: Question) -> Body:
        body, losses = _BODIES[question.type](question.content)
        points, lost = _points(question.points)
        self._number += 1
        lines = [
            f"Title: {_title(question)}",
            *([f"Points: {show_number(points)}"] if points != 1 else []),
            _indented(f"{self._number}.  ", question.prompt),
            *self._general(question),
        ]
        return [*lines, *body], [*losses, *lost, *_untaken(question)]

    @staticmethod
    def _described(question: Question) -> Body:
        if re.match(r"[^\n]*\n\s*[ \t]\S", question.prompt.strip()):
            raise Unwritable("a text whose second line is indented")
        lost = {"explanation": question.explanation, "feedback": question.feedback}
        losses = [Loss(name, "a text has no feedback") for name, told in lost.items() if told]
        return [f"Text title: {_title(question)}", _indented("Text: ", question.prompt)], losses

    @staticmethod
    def _general(question: Question) -> Iterator[str]:
        told = question.feedback if question.type != "essay" else None
        for mark, text in (
            ("...", question.explanation),
            ("+", told and told.right),
            ("-", told and told.wrong),
        ):
            if text:
                yield _indented(f"{mark} ", text)

    def close(self) -> None:
        return


def _title(question: Question) -> str:
    """What the question is called; its id, which text2qti has no other place for, where it has no name."""
    return " ".join((question.name or question.id).split())


def _indented(mark: str, text: str) -> str:
    """The text behind its mark; further lines below it, indented as far as it begins."""
    first, *others = (line.rstrip() for line in text.strip().split("\n"))
    return "\n".join([mark + first, *(f"{' ' * len(mark)}{line}".rstrip() for line in others)])


def _untaken(question: Question) -> Iterator[Loss]:
    """What is lost of feedback and scoring."""
    if question.feedback and question.type == "essay":
        yield Loss("feedback", "an essay is told one thing only")
    if question.feedback and question.feedback.partly:
        yield Loss("feedback", "text2qti has none for a partly right answer")
    if question.type == "multiple_response" and takes_off_otherwise(question):
        yield Loss("scoring", "Canvas takes off for a wrong option what it gives for a right one")


def _unkept(question: Question) -> Iterator[Loss]:
    """What is lost of white space: of that in plain text the lines too, which Markdown makes a paragraph of."""
    texts = [*texts_in(question.dump())]
    if question.text_format != "plain" and any(map(_APART.search, texts)):
        yield Loss("text_format", "formulas that stand apart stand in a line")
    if question.text_format == "html":
        if any(map(holds_far_picture, texts)):
            yield Loss("images", "pictures in tables and lists of HTML: their words stand for them")
        return
    if question.text_format == "plain" and any(map(_LINES.search, texts)):
        yield Loss("text_format", "line breaks and tabs become spaces")
    if any(map(_UNKEPT.search, texts)):
        yield Loss("text_format", "tabs, and spaces at the ends of lines, mean nothing")
    if any(text != text.strip() for text in texts):
        yield Loss("prompt", "white space around a text is lost")


def _answer(mark: str, part: Any, text: str) -> list[str]:
    return [_indented(mark, text), *([_indented("... ", part.feedback)] if part.feedback else [])]


def _partial(credits: Sequence[Fraction], field: str) -> list[Loss]:
    return (
        [] if all(credit in (0, 1) for credit in credits) else [Loss(field, "text2qti has no partial credit")]
    )


def _single(content: Any) -> Body:
    credits = [one.worth for one in content.options]
    if credits.count(Fraction(1)) != 1 or len(credits) > 26:
        raise Unwritable("single_choice without exactly one right option, or with more than 26")
    rows = [
        line
        for letter, option, credit in zip(
            "abcdefghijklmnopqrstuvwxyz", content.options, credits, strict=False
        )
        for line in _answer(f"{'*' if credit == 1 else ''}{letter})  ", option, option.text)
    ]
    return rows, _partial(credits, "options")


def _several(content: Any) -> Body:
    rows = [
        line
        for option in content.options
        for line in _answer("[*]  " if option.right else "[ ]  ", option, option.text)
    ]
    credited = [Loss("options", "text2qti has no partial credit")] if content.credited else []
    return rows, credited


def _truth(content: Any) -> Body:
    rows = []
    for right, letter, word, feedback in (
        (content.answer, "a", "True", content.feedback_true),
        (not content.answer, "b", "False", content.feedback_false),
    ):
        rows.append(f"{'*' if right else ''}{letter})  {word}")
        rows += [_indented("... ", feedback)] if feedback else []
    return rows, []


def _points(points: Fraction) -> tuple[Fraction, list[Loss]]:
    """Points in halves, and a loss where these are others."""
    halves = max(Fraction(1, 2), Fraction(round(points * 2), 2))
    return halves, [] if halves == points else [Loss("points", "text2qti knows whole and half ones above 0")]


def _untold(answers: Sequence[Any]) -> list[Loss]:
    """What is lost of answers that are typed."""
    partial = any(answer.credit != 1 for answer in answers)
    told = any(answer.feedback for answer in answers)
    return [
        *([Loss("answers", "text2qti has no partial credit")] if partial else []),
        *([Loss("answers", "nothing is said to what is typed")] if told else []),
    ]


def _typed(content: Any) -> Body:
    texts, losses = literal_texts(content.answers)
    return [_indented("*   ", text) for text in texts], [*losses, *_untold(content.answers)]


def _numbers(content: Any) -> Body:
    full = [answer for answer in content.answers if answer.credit == 1]
    if len(full) != 1:
        raise Unwritable("numerical with several right answers")
    (answer,) = full
    if any(abs(end) < _LEAST for end in answer.bounds):
        raise Unwritable("numerical that begins or ends at 0")
    share = 100 if answer.tolerance_type == "relative" else 1
    ends = answer.bounds if _is_range(answer) else (answer.value, answer.tolerance * share)
    became = Said("a %(kind)s tolerance became a range", kind=answer.tolerance_type)
    ranged = [Loss("answers", became)] if answer.value is not None and _is_range(answer) else []
    return [f"=   {_said(answer)}"], [*_untold(content.answers), *ranged, *rounded(ends)]


def _is_range(answer: Any) -> bool:
    """Whether a number is written as a range."""
    return answer.value is None or answer.tolerance_type == "geometric"


def _said(answer: Any) -> str:
    """A number as text2qti has it; without a tolerance only whole ones go."""
    low, high = answer.bounds
    if _is_range(answer):
        return f"[{show_number(low)}, {show_number(high)}]"
    value = show_number(answer.value)
    if answer.tolerance_type == "relative":
        return f"{value} +- {show_number(answer.tolerance * 100)}%"
    if not answer.tolerance and answer.value.denominator == 1:
        return value
    return f"{value} +- {show_number(answer.tolerance)}"


_BODIES: Final[Mapping[str, Callable[[Any], Body]]] = {
    "single_choice": _single,
    "multiple_response": _several,
    "true_false": _truth,
    "short_text": _typed,
    "numerical": _numbers,
    "essay": lambda _content: (["____"], []),
}

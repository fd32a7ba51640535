"""Options of single choice and multiple response: their content, their marking and what is shown of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field

from quiz.errors import Invalid, Problem, Said
from quiz.files.richtext import to_html, to_inline_html, to_text
from quiz.questions.base import Choice, Content, Order, Part, state_of
from quiz.questions.fields import Id, Share, Text, Truth, Words, between, with_ids
from quiz.questions.parts import twice

_Credit: TypeAlias = Annotated[
    Share, AfterValidator(between(-1, 1, "a share of the mark: write 0.5 for 50 %"))
]


class Option(Part):
    """One option. ``correct`` or ``credit`` says what choosing it is worth."""

    main: ClassVar[str] = "text"

    id: Id
    text: Words
    correct: Truth | None = None
    credit: _Credit | None = None
    feedback: Text | None = None

    @property
    def right(self) -> bool:
        """Whether this belongs to the key: ``correct``, or a credit above zero."""
        return bool(self.correct) if self.credit is None else self.credit > 0

    @property
    def worth(self) -> Fraction:
        """What choosing it alone is worth: its credit, or all or nothing by its mark."""
        return Fraction(bool(self.correct)) if self.credit is None else self.credit


class Options(Content):
    """Content with options, at least two, with different ids and texts, marked by ``correct`` or by credits."""

    options: Annotated[tuple[Option, ...], Field(min_length=2), BeforeValidator(with_ids)]

    @property
    def credited(self) -> bool:
        """Whether credits are given, in place of correct marks."""
        return any(option.credit is not None for option in self.options)

    @property
    def ids(self) -> tuple[str, ...]:
        """The options' ids as authored."""
        return tuple(option.id for option in self.options)

    def option(self, name: str) -> Option:
        """The option of this id; KeyError where there is none."""
        for option in self.options:
            if option.id == name:
                return option
        raise KeyError(name)

    def faults(self) -> Iterator[Problem]:
        """Equal ids or texts, and credits beside correct marks."""
        yield from twice(self.ids, "options", "id")
        yield from twice([option.text.strip() for option in self.options], "options", "text")
        if self.credited:
            yield from self._credit_faults()

    def _credit_faults(self) -> Iterator[Problem]:
        for place, option in enumerate(self.options):
            if option.credit is None:
                yield Problem(
                    f"options[{place}]",
                    "has no credit, but others have",
                    "give every option a credit, or none",
                )
            elif option.correct is not None:
                yield Problem(
                    f"options[{place}].correct", "stands beside a credit", "keep either correct or credit"
                )


def choices_of(content: Options, worth: Callable[[Option], Fraction]) -> tuple[Choice, ...]:
    """The options as choices; right where ``worth`` says that choosing them is worth the full mark."""
    return tuple(Choice(option.id, to_text(option.text), worth(option) >= 1) for option in content.options)


def shown_order(content: Options, order: Order) -> Sequence[str]:
    """The ids in shown order; an empty order means as authored."""
    return order or content.ids


def known(content: Options, name: object) -> str:
    """An option id given by a program. Raises Invalid where it is none."""
    if not isinstance(name, str):
        raise Invalid("the response is not an option id")
    if name not in content.ids:
        raise Invalid(Said("there is no option '%(name)s'", name=name))
    return name


def positions(raw: Sequence[str], count: int) -> tuple[list[int], bool]:
    """The shown positions among posted values, and whether all of them were positions."""
    good = [
        int(value)
        for value in raw
        if value.isascii() and value.isdecimal() and len(value) < 5 and int(value) < count
    ]
    return good, len(good) == len(raw)


def reviewed(
    content: Options,
    chosen: Collection[str],
    order: Order,
    allowed: frozenset[str],
    worth: Callable[[Option], Fraction],
) -> list[Mapping[str, Any]]:
    """The options as shown, each with what may be told; ``worth`` is what an option is worth by itself.

    ``text`` as HTML; ``chosen`` (with *attempt*); ``state`` right, partly or wrong of a chosen option (with *attempt*
    and *right_wrong*); ``right`` (with *answer*); ``feedback`` as HTML (with *feedback*: of the chosen options where
    the *attempt* is shown, of all where the *answer* is).
    """
    shown = (content.option(name) for name in shown_order(content, order))
    return [_reviewed(option, option.id in chosen, allowed, worth(option)) for option in shown]


def _reviewed(option: Option, chosen: bool, allowed: frozenset[str], worth: Fraction) -> Mapping[str, Any]:
    chosen = chosen and "attempt" in allowed
    row: dict[str, Any] = {"text": to_inline_html(option.text)}
    if "attempt" in allowed:
        row["chosen"] = chosen
    if chosen and "right_wrong" in allowed:
        row["state"] = state_of(worth)
    if "answer" in allowed:
        row["right"] = worth >= 1
    if option.feedback and "feedback" in allowed and (chosen or "answer" in allowed):
        row["feedback"] = to_html(option.feedback)
    return row

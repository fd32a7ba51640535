"""The one small language of formulas and conditions: ``joined <= as_of and kind == "member"``.

Exact numbers, dates, texts, true, false, null; ``+ - * / // % **``, comparisons, ``and or not``, parentheses, columns,
and a closed list of functions. Nothing can be assigned, imported or reached through a dot but a table's column. Length,
depth, size of values and number of steps are bounded, so that any text ends quickly. Faults name the character.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from quiz.banks.expressions.grammar import AS_OF, RESERVED, ROWS, Parser
from quiz.banks.expressions.terms import Name, Node, OverTable, Scope
from quiz.banks.expressions.values import Mistake, Value, shown
from quiz.errors import Invalid, Problem, Said
from quiz.questions.validation import suggest

__all__ = ["AS_OF", "RESERVED", "ROWS", "Expression", "Scope", "Template", "Value", "places"]

_PLACE: Final = re.compile(r"""\{\{((?:[^"'{}]|"[^"]*"|'[^']*')*)\}\}""")


@dataclass(frozen=True)
class Expression:
    """An expression as written, and what it means."""

    text: str
    node: Node = field(compare=False)
    #: The field that it stands in, for messages.
    where: str = ""

    @classmethod
    def read(cls, text: str, where: str = "") -> Expression:
        """Raises Invalid with the character that is wrong."""
        try:
            return cls(text, Parser(text).whole(), where)
        except Mistake as mistake:
            raise Invalid([_located(text, mistake, where)]) from None

    def value(self, scope: Scope) -> Value:
        """What it stands for. Raises Invalid with the character that is wrong."""
        try:
            return self.node.value(scope)
        except Mistake as mistake:
            raise Invalid([_located(self.text, mistake, self.where)]) from None

    def truth(self, scope: Scope) -> bool:
        """Its value, which must be true or false. Raises Invalid."""
        try:
            return self.node.truth(scope)
        except Mistake as mistake:
            raise Invalid([_located(self.text, mistake, self.where)]) from None

    def faults(self, names: Iterable[str], tables: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
        """Names that stand for nothing, given those that can be used and the columns of each table."""
        for what, mend, at in _unknown(self.node, [*names], tables):
            yield _located(self.text, Mistake(what, mend, at), self.where)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """All its parts, itself first."""
        found = [self.node]
        for node in found:
            found.extend(node.parts())
        return tuple(found)


def _located(text: str, mistake: Mistake, where: str) -> Problem:
    shown_text = text if len(text) <= 80 else text[:79] + "…"
    told = {"text": shown_text, "what": Said(mistake.what)}
    if mistake.at is None:
        what = Said("of '%(text)s': %(what)s", **told)
    else:
        what = Said("at character %(place)s of '%(text)s': %(what)s", place=mistake.at + 1, **told)
    return Problem(where, what, mistake.mend)


def _unknown(
    node: Node,
    names: Sequence[str],
    tables: Mapping[str, Sequence[str]],
    outermost: Sequence[str] | None = None,
) -> Iterator[tuple[str, str, int]]:
    """(what, mend, character) of each name that stands for nothing."""
    own = names if outermost is None else outermost
    if isinstance(node, OverTable):
        if node.table not in tables:
            known = ", ".join(tables) or "none"
            yield (
                Said(
                    "there is no table '%(table)s'%(hint)s",
                    table=node.table,
                    hint=suggest(node.table, tables),
                ),
                Said("tables: %(names)s", names=known),
                node.at,
            )
            return
        names = [*tables[node.table], *names]
    if isinstance(node, Name):
        usable = [f"this.{name}" for name in own] if node.name.startswith("this.") else [*names]
        if node.name not in usable:
            hint = suggest(node.name, usable)
            mend = "" if hint else Said("known here: %(names)s", names=", ".join(dict.fromkeys(usable)))
            yield Said("there is no '%(name)s'%(hint)s", name=node.name, hint=hint), mend, node.at
    for part in node.parts():
        yield from _unknown(part, names, tables, own)


@dataclass(frozen=True)
class Template:
    """A text with places: ``{{ expression }}``. ``pieces`` are texts and expressions in turn."""

    pieces: tuple[str | Expression, ...]

    @classmethod
    def read(cls, text: str) -> Template:
        """Raises Invalid with all that is wrong."""
        pieces: list[str | Expression] = []
        found: list[Problem] = []
        end = 0
        for place in _PLACE.finditer(text):
            pieces.append(text[end : place.start()])
            end = place.end()
            try:
                pieces.append(Expression.read(place[1].strip()))
            except Invalid as error:
                found += error.problems
        pieces.append(text[end:])
        if any("{{" in piece for piece in pieces if isinstance(piece, str)):
            found.append(Problem("", "a '{{' is not closed", "write {{ expression }}"))
        if found:
            raise Invalid(found)
        return cls(tuple(pieces))

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The expressions in its places."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Expression))

    @property
    def alone(self) -> Expression | None:
        """The expression that is the whole text, where it is so."""
        whole = [piece for piece in self.pieces if piece]
        return whole[0] if len(whole) == 1 and isinstance(whole[0], Expression) else None

    def text(self, scope: Scope) -> str:
        """The text with the values in their places, as the scope's language writes them. Raises Invalid."""
        return "".join(piece if isinstance(piece, str) else _in_words(piece, scope) for piece in self.pieces)


def places(text: str) -> Iterator[str]:
    """The places of a text, ``{{ a * 2 }}``, as they are written: those that hold an expression."""
    for found in _PLACE.finditer(text):
        with suppress(Invalid):
            Expression.read(found[1].strip())
            yield found[0]


def _in_words(expression: Expression, scope: Scope) -> str:
    value = expression.value(scope)
    try:
        return shown(value, scope.language)
    except Mistake as mistake:
        raise Invalid([_located(expression.text, mistake, expression.where)]) from None

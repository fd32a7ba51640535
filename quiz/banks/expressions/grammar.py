"""Reads an expression: from its characters to its terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from quiz.banks.expressions.functions import FUNCTIONS, Function
from quiz.banks.expressions.terms import Binary, Call, If, Literal, Logic, Name, Node, Not, OverTable
from quiz.banks.expressions.values import Mistake, Value, read_day
from quiz.errors import Said
from quiz.questions.validation import suggest

LONGEST: Final = 1_000
DEEPEST: Final = 40
#: Signs outside parentheses in one expression.
MOST_LINKS: Final = 200
#: The date for which something is evaluated.
AS_OF: Final = "as_of"
#: The pseudo-table of the rows that a question is made of.
ROWS: Final = "rows"
#: Functions that look at the rows of a table: count(table, condition), lowest(table, value, condition), highest().
OVER_TABLES: Final = ("count", "lowest", "highest")
#: Words that no column and no variable can have as its name.
RESERVED: Final = frozenset({"and", "or", "not", "true", "false", "null", "this", "if", AS_OF, ROWS})

_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<day>\d{4}-\d{2}-\d{2})|(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)"""
    r"""|(?P<text>"[^"]*"|'[^']*')|(?P<sign>\*\*|//|<=|>=|==|!=|[-+*/%<>(),]))""",
    re.ASCII,
)
_WORDS: Final[dict[str, Value]] = {"true": True, "false": False, "null": None}
#: The levels of binding, loosest first.
_COMPARING: Final = ("==", "!=", "<", "<=", ">", ">=")
_ADDING: Final = ("+", "-")
_MULTIPLYING: Final = ("*", "/", "//", "%")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            at = len(text) - len(text[at:].lstrip())
            mend = (
                "write == to compare"
                if text[at] == "="
                else "quotes stand in pairs"
                if text[at] in "\"'"
                else ""
            )
            raise Mistake(Said("'%(sign)s' has no meaning here", sign=text[at]), mend, at)
        name = str(found.lastgroup)
        yield _Token(name, found[name], found.start(name))
        at = found.end()
    yield _Token("end", "", len(text))


class Parser:
    """Recursive descent, one method a level of binding."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise Mistake(Said("is longer than %(most)s characters", most=LONGEST))
        self._tokens = [*_tokens(text)]
        self._place = 0
        self._depth = 0
        self._links = 0

    def whole(self) -> Node:
        """The expression. Raises Mistake."""
        node = self._either()
        if self._next.kind != "end":
            raise Mistake(Said("'%(text)s' is not expected here", text=self._next.text), "", self._next.at)
        return node

    @property
    def _next(self) -> _Token:
        return self._tokens[self._place]

    def _take(self, *texts: str) -> _Token | None:
        token = self._next
        if token.text not in texts or token.kind not in ("sign", "name"):
            return None
        self._place += 1
        return token

    def _demand(self, text: str) -> None:
        if self._take(text) is None:
            found = (
                Said("not '%(text)s'", text=self._next.text)
                if self._next.text
                else Said("but the expression ends")
            )
            raise Mistake(
                Said("'%(text)s' is expected here, %(found)s", text=text, found=found), "", self._next.at
            )

    def _either(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Mistake("is nested too deeply", "split it", self._next.at)
        node = self._both()
        while token := self._take("or"):
            node = self._grown(Logic(token.at, "or", node, self._both()))
        self._depth -= 1
        return node

    def _grown(self, node: Node) -> Node:
        """A chain of signs nests too: to the left."""
        self._links += 1
        if self._links > MOST_LINKS:
            raise Mistake("is too long", "split it", node.at)
        return node

    def _both(self) -> Node:
        node = self._negated()
        while token := self._take("and"):
            node = self._grown(Logic(token.at, "and", node, self._negated()))
        return node

    def _negated(self) -> Node:
        flips, first = 0, self._next.at
        while self._take("not"):
            flips += 1
        node = self._compared()
        for _ in range(flips % 2 or 2 * bool(flips)):
            node = Not(first, node)
        return node

    def _compared(self) -> Node:
        node = self._sum()
        if token := self._take(*_COMPARING):
            node = Binary(token.at, token.text, node, self._sum())
            if again := self._take(*_COMPARING):
                raise Mistake("comparisons cannot be chained", "write a < b and b < c", again.at)
        return node

    def _sum(self) -> Node:
        node = self._product()
        while token := self._take(*_ADDING):
            node = self._grown(Binary(token.at, token.text, node, self._product()))
        return node

    def _product(self) -> Node:
        node = self._signed()
        while token := self._take(*_MULTIPLYING):
            node = self._grown(Binary(token.at, token.text, node, self._signed()))
        return node

    def _signed(self) -> Node:
        signs = []
        while token := self._take(*_ADDING):
            signs.append(token)
        node = self._raised()
        negative = sum(token.text == "-" for token in signs) % 2
        return Binary(signs[0].at, "-", Literal(signs[0].at, Fraction(0)), node) if negative else node

    def _raised(self) -> Node:
        base = self._atom()
        if token := self._take("**"):
            self._depth += 1
            if self._depth > DEEPEST:
                raise Mistake("is nested too deeply", "split it", token.at)
            node: Node = Binary(token.at, "**", base, self._signed())
            self._depth -= 1
            return node
        return base

    def _atom(self) -> Node:
        token = self._next
        self._place += 1
        if token.kind in _LITERALS:
            return Literal(token.at, _LITERALS[token.kind](token.text))
        if token.kind == "name":
            return self._call(token) if self._take("(") else self._name(token)
        if token.text == "(":
            node = self._either()
            self._demand(")")
            return node
        found = f"'{token.text}'" if token.text else Said("the end")
        raise Mistake(Said("a value is expected here, not %(found)s", found=found), "", token.at)

    def _name(self, token: _Token) -> Node:
        if token.text in _WORDS:
            return Literal(token.at, _WORDS[token.text])
        if token.text in RESERVED - {AS_OF, ROWS}:
            raise Mistake(Said("'%(text)s' is no value", text=token.text), "", token.at)
        return Name(token.at, token.text)

    def _call(self, token: _Token) -> Node:
        given: list[Node] = []
        if not self._take(")"):
            given.append(self._either())
            while self._take(","):
                given.append(self._either())
            self._demand(")")
        return _called(token, given)


_LITERALS: Final[Mapping[str, Callable[[str], Value]]] = {
    "day": read_day,
    "number": Fraction,
    "text": lambda quoted: quoted[1:-1],
}


def _called(token: _Token, given: list[Node]) -> Node:
    name, count = token.text, len(given)
    if name == "if":
        if count != 3:
            raise Mistake("if() takes a condition and two values", "", token.at)
        return If(token.at, given[0], given[1], given[2])
    if name in OVER_TABLES:
        return _over_table(token, given)
    function = FUNCTIONS.get(name)
    if function is None:
        known = sorted({*FUNCTIONS, *OVER_TABLES, "if"})
        hint = suggest(name, known)
        raise Mistake(
            Said("there is no function '%(name)s'%(hint)s", name=name, hint=hint),
            "" if hint else Said("known: %(names)s", names=", ".join(known)),
            token.at,
        )
    if count < function.least or (function.most is not None and count > function.most):
        what = Said(
            "%(name)s() takes %(takes)s values, not %(count)s", name=name, takes=_takes(function), count=count
        )
        raise Mistake(what, "", token.at)
    return Call(token.at, name, tuple(given))


def _takes(function: Function) -> str:
    """How many values a function takes, in words."""
    if function.most is None:
        return Said("%(least)s or more", least=function.least)
    if function.most == function.least:
        return str(function.least)
    return Said("%(least)s to %(most)s", least=function.least, most=function.most)


def _over_table(token: _Token, given: list[Node]) -> OverTable:
    valued = token.text != "count"
    form = "table, value, condition" if valued else "table, condition"
    if not given or not isinstance(given[0], Name) or not 1 + valued <= len(given) <= 2 + valued:
        what = Said("%(text)s() is written %(text)s(%(form)s)", text=token.text, form=form)
        raise Mistake(what, "the condition may be left out", token.at)
    of = given[1] if valued else None
    rest = given[1 + valued :]
    return OverTable(token.at, token.text, given[0].name, of, rest[0] if rest else None)

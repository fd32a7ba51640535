"""Formulas of Moodle's calculated questions, ``{a}*pow({b},2)``, and ours: each read into the other.

What Moodle calculates in floating point we calculate exactly; what has no counterpart is refused by name, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from typing import Final

from quiz.banks.expressions import Expression
from quiz.banks.expressions.grammar import DEEPEST, LONGEST
from quiz.banks.expressions.terms import Binary, Call, Literal, Name, Node
from quiz.errors import Invalid, Said
from quiz.formats.base import Unwritable
from quiz.formats.moodle_xml.item import Foreign, Wrong

#: How Moodle writes a wildcard in a formula and in a text.
WILDCARD: Final = r"\{([^\W\d_][^{}<>\"'` ]*)\}"
_TOKEN: Final = re.compile(
    rf"\s*(?:{WILDCARD}|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{{1,3}})?)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign>\*\*|<=|>=|==|!=|&&|\|\||.))",
    re.ASCII | re.DOTALL,
)
_NOT_CLOSED: Final = Said("a parenthesis in a formula is not closed – write )")
#: Functions of the same name and meaning, and Moodle's others in our words; ``{0}`` is the first argument.
_SAME: Final = frozenset(
    "abs acos asin atan ceil cos exp floor log log10 max min pi round sin sqrt tan".split()
)
_OTHERS: Final = {
    "pow": "({0}) ** ({1})",
    "deg2rad": "({0}) * pi() / 180",
    "rad2deg": "({0}) * 180 / pi()",
    "sinh": "(exp({0}) - exp(-({0}))) / 2",
    "cosh": "(exp({0}) + exp(-({0}))) / 2",
    "tanh": "(exp({0}) - exp(-({0}))) / (exp({0}) + exp(-({0})))",
    "asinh": "log({0} + sqrt(({0}) ** 2 + 1))",
    "acosh": "log({0} + sqrt(({0}) ** 2 - 1))",
    "atanh": "log((1 + ({0})) / (1 - ({0}))) / 2",
    "expm1": "exp({0}) - 1",
    "log1p": "log(1 + ({0}))",
}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def _tokens(formula: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(formula.rstrip()):
        wildcard = found[1]
        if wildcard is not None:
            yield _Token("wildcard", wildcard)
        else:
            yield _Token(str(found.lastgroup), found[str(found.lastgroup)])
    yield _Token("end", "")


class Reader:
    """Turns formulas of Moodle into ours; ``names``: what each wildcard is called here."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self.used: set[str] = set()
        self._depth = 0

    def read(self, formula: str) -> str:
        """Our formula. Raises Wrong for one that is none, Foreign for what we do not calculate."""
        self._depth = 0
        try:
            made, end = self._until_end(_tokens(formula))
            if end.kind != "end":
                raise Wrong(
                    Said(
                        "the formula '%(formula)s' has a '%(text)s' too many – delete it",
                        formula=formula[:60],
                        text=end.text,
                    )
                )
            return _OURS.show(Expression.read(made).node)
        except Invalid as error:
            raise Wrong(
                Said(
                    "the formula '%(formula)s' is none: %(error)s – mend it in Moodle",
                    formula=formula[:60],
                    error=Said(str(error)),
                )
            ) from None

    def _until_end(self, tokens: Iterator[_Token]) -> tuple[str, _Token]:
        """The formula up to the parenthesis or comma that ends it, and that.

        Raises Invalid where ours would be too long or too deep: a word of Moodle's may say its argument four times.
        """
        self._depth += 1
        if self._depth > DEEPEST:
            raise Invalid("is nested too deeply")
        read = {
            "wildcard": self._wildcard,
            "number": self._number,
            "name": self._name,
            "sign": self._sign,
        }
        parts: list[str] = []
        length = 0
        for token in tokens:
            if token.kind == "end" or token.text in (")", ","):
                break
            parts.append(read[token.kind](token, tokens))
            length += len(parts[-1])
            if length > LONGEST:
                raise Invalid(Said("is longer than %(most)s characters", most=LONGEST))
        self._depth -= 1
        return " ".join(parts), token

    def _wildcard(self, token: _Token, _tokens: Iterator[_Token]) -> str:
        if token.text not in self._names:
            raise Wrong(
                Said(
                    "the wildcard {%(text)s} has no values – export the question with its datasets",
                    text=token.text,
                )
            )
        self.used.add(token.text)
        return self._names[token.text]

    def _number(self, token: _Token, _tokens: Iterator[_Token]) -> str:
        return f"{Decimal(token.text):f}"

    def _sign(self, token: _Token, tokens: Iterator[_Token]) -> str:
        if token.text == "(":
            return f"({self._closed(tokens)})"
        if token.text not in ("+", "-", "*", "/", "**"):
            raise Foreign(Said("calculated with '%(text)s'", text=token.text))
        return token.text

    def _name(self, token: _Token, tokens: Iterator[_Token]) -> str:
        name = token.text.lower()
        if name not in _SAME and name not in _OTHERS:
            raise Foreign(Said("calculated with %(text)s()", text=token.text))
        if next(tokens).text != "(":
            raise Wrong(
                Said("'%(text)s' in a formula has no parentheses – write %(text)s(…)", text=token.text)
            )
        given = self._arguments(tokens)
        if name in _SAME:
            return f"{name}({', '.join(given)})"
        if len(given) != _OTHERS[name].count("{1}") + 1:
            raise Wrong(
                Said(
                    "%(text)s() in a formula has %(count)s values – write %(wanted)s",
                    text=token.text,
                    count=len(given),
                    wanted=_OTHERS[name].count("{1}") + 1,
                )
            )
        return f"({_OTHERS[name].format(*given)})"

    def _closed(self, tokens: Iterator[_Token]) -> str:
        made, end = self._until_end(tokens)
        if end.text != ")":
            raise Wrong(_NOT_CLOSED)
        return made

    def _arguments(self, tokens: Iterator[_Token]) -> list[str]:
        given = []
        while True:
            made, end = self._until_end(tokens)
            given.append(made)
            if end.text == ")":
                return [] if given == [""] else given
            if end.text != ",":
                raise Wrong(_NOT_CLOSED)


# Writing -------------------------------------------------------------------------------------------------------------

#: How tightly things bind: a sum 1, a product 2, a negative 3, a power 4, everything else 5.
_NEGATIVE: Final = 3
_ATOM: Final = 5
_SUMS: Final = {"+": (1, 1, 2), "-": (1, 1, 2), "*": (2, 2, 3), "/": (2, 2, 3)}
#: Characters that words may make of a formula: those for a remainder say it twice.
_LONGEST: Final = 2 * LONGEST
_EXACTLY: Final = Context(prec=400, traps=[Inexact])


@dataclass(frozen=True, slots=True)
class _Dialect:
    """A way to write formulas: how names look, what each sign binds like and demands of its sides, the rest by words."""

    name: Callable[[str], str]
    signs: Mapping[str, tuple[int, int, int]]
    words: Mapping[str, str]
    space: str

    def show(self, node: Node) -> str:
        """The formula, with no more parentheses than it needs. Raises Unwritable where there are no words for it."""
        return self._shown(node)[0]

    def _shown(self, node: Node) -> tuple[str, int]:
        """The formula, and how tightly its loosest sign binds."""
        if isinstance(node, Name):
            return self.name(node.name), _ATOM
        if isinstance(node, Literal) and isinstance(node.given, Fraction):
            return _number(node.given), _ATOM
        if isinstance(node, Call) and node.name in _SAME:
            return f"{node.name}({f',{self.space}'.join(map(self.show, node.given))})", _ATOM
        if isinstance(node, Binary) and node.sign in self.signs:
            return self._signed(node)
        if isinstance(node, Binary) and node.sign in self.words:
            said = self.words[node.sign].format(self.show(node.left), self.show(node.right))
            if len(said) <= _LONGEST:
                return said, _ATOM
        raise Unwritable("a formula that Moodle cannot calculate")

    def _signed(self, node: Binary) -> tuple[str, int]:
        binds, left, right = self.signs[node.sign]
        if node.sign == "-" and isinstance(node.left, Literal) and node.left.given == 0:
            return f"-{self._held(node.right, _NEGATIVE, first=False)}", _NEGATIVE
        sign = f"{self.space}{node.sign}{self.space}"
        return f"{self._held(node.left, left)}{sign}{self._held(node.right, right, first=False)}", binds

    def _held(self, node: Node, least: int, *, first: bool = True) -> str:
        said, binds = self._shown(node)
        plain = binds >= least and (first or not said.startswith("-"))
        return said if plain else f"({said})"


def _number(value: Fraction) -> str:
    """A number with all its digits; a fraction that does not end in parentheses."""
    try:
        said = _EXACTLY.divide(Decimal(value.numerator), Decimal(value.denominator))
    except Inexact:
        return f"({value})"
    return f"{said:f}"


def wildcard(name: str) -> str:
    """What Moodle calls one of our names: where a column is called with its table, the point is another sign."""
    return name.replace(".", "_")


_OURS: Final = _Dialect(str, _SUMS | {"**": (4, 5, 4)}, {}, " ")
_MOODLE: Final = _Dialect(
    lambda name: f"{{{wildcard(name)}}}",
    _SUMS,
    {"**": "pow({0},{1})", "//": "floor(({0})/({1}))", "%": "(({0})-({1})*floor(({0})/({1})))"},
    "",
)


def moodle_formula(node: Node) -> str:
    """The formula as Moodle writes it. Raises Unwritable where it has no such words."""
    return _MOODLE.show(node)

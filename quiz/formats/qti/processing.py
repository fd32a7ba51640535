"""Response processing: what an item gives for an answer, worked out by its own rules.

The operators are those with which items are scored; an item that uses another (or one of its own making) raises
Unknown, and whoever asks goes by the key alone. Numbers are exact. NULL in a test is no truth, as the specification says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from math import floor, gcd, lcm, prod
from types import MappingProxyType
from typing import Any, Final
from unicodedata import combining, normalize

from quiz.errors import Said
from quiz.files.xml import Element
from quiz.formats.qti.patterns import to_stars
from quiz.formats.qti.values import (
    FALSE,
    NULL,
    TRUE,
    Declaration,
    Table,
    Value,
    Wrong,
    area_of,
    atom,
    bag,
    holds,
    number,
    number_of,
    shape_of,
    truth,
)
from quiz.questions.rules.regions import contains
from quiz.questions.rules.text import matches

#: Steps of one run, and of all runs of an item: items of people's making need some hundred, and some hundred runs.
_MOST_STEPS: Final = 20_000
_MOST_IN_ALL: Final = 2_000_000
#: Responses and outcomes.
_MOST_VARIABLES: Final = 2_000
#: Bits of the numbers that one operator works on, a part of another kind counting as one: each step could double them.
_MOST_BITS: Final = 12_000


class Unknown(Exception):
    """An operator, rule or template that is not worked out here."""


class _Exit(Exception):
    """``exitResponse``."""


class Processing:
    """The rules of an item. ``run`` gives its outcomes for responses."""

    def __init__(
        self,
        responses: Mapping[str, Declaration],
        outcomes: Mapping[str, Declaration],
        rules: Element | None,
        constants: Mapping[str, Value] = MappingProxyType({}),
    ) -> None:
        """``constants``: variables of the template that are the same for everybody."""
        self.responses, self.outcomes, self.constants = responses, outcomes, constants
        self._rules = rules
        self._template = _template(rules)
        #: The outcomes whose sum is the score: SCORE, or those of the parts where the item leaves them to be added up.
        self.scores = _scores(rules, outcomes)
        self.given: dict[str, Value] = {}
        self.found: dict[str, Value] = {}
        self._steps = self._earlier = 0
        #: Each pattern is taken apart once, however many answers are tried.
        self.stars = cache(to_stars)

    @property
    def is_missing(self) -> bool:
        """Whether the item says nothing of how it is scored."""
        return not self._template and not self.scores

    def run(self, responses: Mapping[str, Value]) -> Mapping[str, Value]:
        """The outcomes. Raises Unknown and Wrong."""
        if len(self.responses) + len(self.outcomes) > _MOST_VARIABLES:
            raise Unknown("very long response processing")
        self.given = {name: responses.get(name, NULL) for name in self.responses}
        self.found = {name: one.default or _zero(one) for name, one in self.outcomes.items()}
        self.found.update(self.constants)
        self._earlier, self._steps = self._earlier + self._steps, 0
        if self._template:
            self.found["SCORE"] = _TEMPLATES[self._template](self)
        elif self._rules is not None:
            self._try(self._rules)
        return self.found

    def score(self, responses: Mapping[str, Value]) -> Fraction:
        """The outcome SCORE, or the sum of those of the parts; 0 where there is none. Raises Unknown and Wrong."""
        found = self.run(responses)
        values = (one for name in self.scores or ("SCORE",) for one in found.get(name, NULL)[:1])
        return sum((one for one in values if isinstance(one, Fraction)), Fraction(0))

    def _try(self, rules: Iterable[Element]) -> None:
        try:
            self.follow(rules)
        except _Exit:
            return

    def follow(self, rules: Iterable[Element]) -> None:
        """Carries out rules in order."""
        for rule in rules:
            self._step()
            if rule.tag not in _RULES:
                raise Unknown(str(rule.tag))
            _RULES[rule.tag](self, rule)

    def value(self, expression: Element) -> Value:
        """What an expression gives. Raises Unknown and Wrong."""
        self._step()
        operator = _OPERATORS.get(expression.tag)
        if operator is None:
            raise Unknown(str(expression.tag))
        try:
            return operator(self, expression)
        except IndexError:
            raise Wrong(
                Said("<%(tag)s> lacks what it works on – write an expression inside", tag=expression.tag)
            ) from None

    def values(self, expression: Element) -> list[Value]:
        """What the expressions inside of one give. Raises Unknown and Wrong."""
        values = [self.value(child) for child in expression]
        if sum(_bits(one) for value in values for one in value) > _MOST_BITS:
            raise Unknown("very long response processing")
        return values

    def variable(self, name: str) -> Value:
        """The value of a response or outcome."""
        if name in self.given:
            return self.given[name]
        return self.found.get(name, NULL)

    @property
    def only(self) -> str:
        """The response that templates score: RESPONSE, or the only one that there is."""
        return next(iter(self.responses)) if len(self.responses) == 1 else "RESPONSE"

    def declaration(self, name: str) -> Declaration:
        """The declaration of a variable. Raises Wrong."""
        found = self.responses.get(name) or self.outcomes.get(name)
        if found is None:
            raise Wrong(
                Said("the variable '%(name)s' is not declared – declare it, or mend its name", name=name)
            )
        return found

    def _step(self) -> None:
        self._steps += 1
        if self._steps > _MOST_STEPS or self._earlier + self._steps > _MOST_IN_ALL:
            raise Unknown("very long response processing")


def _bits(one: Any) -> int:
    """How long a number is; 1 for what is none."""
    if not isinstance(one, Fraction):
        return 1
    return one.numerator.bit_length() + one.denominator.bit_length()


def _scores(rules: Element | None, outcomes: Mapping[str, Declaration]) -> tuple[str, ...]:
    """SCORE where rules set it, else the numbers that they set and that are called after it, such as SCORE_RESPONSE_1
    (OPAL adds these up itself); none where they set none, as Blackboard's do.
    """
    setting = () if rules is None else rules.iter("setOutcomeValue", "lookupOutcomeValue")
    named = dict.fromkeys(one.get("identifier", "") for one in setting)
    if "SCORE" in named:
        return ("SCORE",)
    return tuple(
        name for name in named if name.startswith("SCORE") and name in outcomes and _zero(outcomes[name])
    )


def _zero(declaration: Declaration) -> Value:
    return (Fraction(0),) if declaration.base in ("float", "integer") else NULL


# Templates -----------------------------------------------------------------------------------------------------------


def _template(rules: Element | None) -> str:
    """The name of the standard template; "" for rules of its own. Raises Unknown for another template."""
    said = (rules.get("template", "") if rules is not None else "").rstrip("/")
    if rules is None or not said or len(rules):
        return ""
    name = said.rpartition("/")[2].removesuffix(".xml").removeprefix("CC2_")
    return name if name in _TEMPLATES else "unknown"


def _unknown(_context: Processing) -> Value:
    raise Unknown("a template of its own")


def _match_correct(context: Processing) -> Value:
    name = context.only
    return (Fraction(context.declaration(name).agrees(context.variable(name))),)


def _map_response(context: Processing) -> Value:
    return _mapped(context, context.only) or (Fraction(0),)


def _map_point(context: Processing) -> Value:
    return _mapped_point(context, context.only) or (Fraction(0),)


_TEMPLATES: Final[Mapping[str, Callable[[Processing], Value]]] = {
    "match_correct": _match_correct,
    "match_correct_multiple": _match_correct,
    "map_response": _map_response,
    "map_response_point": _map_point,
    "unknown": _unknown,
}


def _mapped(context: Processing, name: str) -> Value:
    declaration = context.declaration(name)
    if declaration.mapping is None:
        raise Wrong(
            Said(
                "the response '%(name)s' has no mapping – add a mapping, or score it by match_correct",
                name=name,
            )
        )
    return declaration.mapping.total(context.variable(name))


def _mapped_roughly(context: Processing, name: str) -> Value:
    """What ONYX has beside the standard: a mapping that forgives typing errors; here it is taken at its word."""
    if context.declaration(name).base != "string":
        raise Unknown("mapTolResponse")
    return _mapped(context, name)


def _mapped_point(context: Processing, name: str) -> Value:
    declaration, points = context.declaration(name), _points(context.variable(name))
    if declaration.areas is None:
        raise Wrong(Said("the response '%(name)s' has no areaMapping – add one", name=name))
    return (worth_of_points(declaration.areas, points),)


def worth_of_points(areas: Table, points: Value) -> Fraction:
    """Each area counts once, and the default once for each point outside."""
    hit, outside = {}, 0
    for point in points:
        area = next((one for one in areas.entries if contains(area_of(one[0]), point)), None)
        outside += area is None
        if area:
            hit[area[0]] = area[1]
    return areas.clamped(sum(hit.values(), Fraction(0)) + outside * areas.default)


def _points(value: Value) -> Value:
    """The value, all of it points. Raises Wrong."""
    if not all(isinstance(one, tuple) and all(isinstance(part, Fraction) for part in one) for one in value):
        raise Wrong("an area holds points only – declare baseType point")
    return value


# Rules ---------------------------------------------------------------------------------------------------------------


def _condition(context: Processing, rule: Element) -> None:
    """The first branch whose test is true; a branch's test is its first element. Without one it is always followed
    (R/exams writes a responseElseIf so).
    """
    for branch in rule:
        if branch.tag == "responseElse" or (len(branch) and branch[0].tag in _RULES):
            return context.follow(branch)
        if len(branch) and context.value(branch[0]) == TRUE:
            return context.follow(branch[1:])
    return None


def _set(context: Processing, rule: Element) -> None:
    name = rule.get("identifier", "")
    value = context.value(rule[0]) if len(rule) else NULL
    declaration = context.outcomes.get(name)
    if declaration is not None and declaration.base in ("integer", "float") and value:
        value = tuple(one if isinstance(one, Fraction) else number(str(one)) for one in value)
    context.found[name] = value


def _look_up(context: Processing, rule: Element) -> None:
    name = rule.get("identifier", "")
    value, table = context.value(rule[0]) if len(rule) else NULL, context.declaration(name).table
    if table is None:
        raise Wrong(
            Said(
                "the outcome '%(name)s' has no table – declare a matchTable or an interpolationTable",
                name=name,
            )
        )
    if value and not isinstance(value[0], Fraction):
        raise Wrong("a table holds numbers only – look up a float or an integer")
    context.found[name] = table.find(value[0]) if value else table.default


def _exit(_context: Processing, _rule: Element) -> None:
    raise _Exit


def _fragment(context: Processing, rule: Element) -> None:
    context.follow(rule)


_RULES: Final[Mapping[str, Callable[[Processing, Element], None]]] = {
    "responseCondition": _condition,
    "setOutcomeValue": _set,
    "lookupOutcomeValue": _look_up,
    "exitResponse": _exit,
    "responseProcessingFragment": _fragment,
}

# Operators -----------------------------------------------------------------------------------------------------------


def _base_value(_context: Processing, node: Element) -> Value:
    return (atom("".join(node.itertext()), node.get("baseType", "string")),)


def _and(context: Processing, node: Element) -> Value:
    values = context.values(node)
    return FALSE if FALSE in values else NULL if NULL in values else TRUE


def _or(context: Processing, node: Element) -> Value:
    values = context.values(node)
    return TRUE if TRUE in values else NULL if NULL in values else FALSE


def _not(context: Processing, node: Element) -> Value:
    value = context.value(node[0])
    return truth(not value[0]) if value else NULL


def whole_of(node: Element, name: str, usual: str) -> int:
    """The whole number that an operator says. Raises Unknown where it names a variable in its place."""
    try:
        return int(number(node.get(name, usual)))
    except Wrong:
        raise Unknown(str(node.tag)) from None


def _any_n(context: Processing, node: Element) -> Value:
    values = context.values(node)
    true, unknown = values.count(TRUE), values.count(NULL)
    low, high = whole_of(node, "min", "0"), whole_of(node, "max", "0")
    if low <= true and true + unknown <= high:
        return TRUE
    return FALSE if true > high or true + unknown < low else NULL


def _pair(context: Processing, node: Element) -> tuple[Value, Value]:
    values = context.values(node)
    if len(values) != 2:
        raise Wrong(
            Said("<%(tag)s> compares two values, here are %(count)s", tag=node.tag, count=len(values))
        )
    return values[0], values[1]


def _numbers(context: Processing, node: Element) -> list[Fraction] | None:
    """All numbers of the values inside; None where one is missing. Raises Wrong for what is none."""
    values = context.values(node)
    if NULL in values:
        return None
    numbers: list[Any] = [
        number_of(one) if isinstance(one, str) else one for value in values for one in value
    ]
    if None in numbers:  # some compare what is typed as a string with numbers
        return None
    if not all(isinstance(one, Fraction) for one in numbers):
        raise Wrong(
            Said("<%(tag)s> reckons with numbers only – declare baseType float or integer", tag=node.tag)
        )
    return numbers


def _reckoned(reckon: Callable[[Sequence[Fraction]], Fraction]) -> Callable[[Processing, Element], Value]:
    """An operator on numbers; NULL where one is missing or the result is none."""

    def result(context: Processing, node: Element) -> Value:
        numbers = _numbers(context, node)
        try:
            return NULL if not numbers else (reckon(numbers),)
        except (ZeroDivisionError, IndexError):
            return NULL

    return result


def _compared(compare: Callable[[Fraction, Fraction], bool]) -> Callable[[Processing, Element], Value]:
    """A test of two numbers."""

    def test(context: Processing, node: Element) -> Value:
        numbers = _numbers(context, node)
        return NULL if numbers is None or len(numbers) != 2 else truth(compare(*numbers))

    return test


def _match(context: Processing, node: Element) -> Value:
    one, other = _pair(context, node)
    if not one or not other:
        return NULL
    keys = [context.declaration(child.get("identifier", "")) for child in node if child.tag == "correct"]
    return truth(
        keys[0].agrees(one if node[1].tag == "correct" else other) if len(keys) == 1 else one == other
    )


def _equal(context: Processing, node: Element) -> Value:
    numbers = _numbers(context, node)
    if numbers is None or len(numbers) != 2:
        return NULL
    given, wanted = _given_first(node, numbers)
    low, high = interval_of(node, wanted)
    above = given >= low if holds(node, "includeLowerBound", "true") else given > low
    below = given <= high if holds(node, "includeUpperBound", "true") else given < high
    return truth(above and below)


def _given_first(node: Element, numbers: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """What was answered, and what it is compared with: the tolerance is around the first expression's value, which
    authors write either way; the one that is not the answer is meant.
    """
    first, second = numbers
    return (first, second) if node[0].tag == "variable" else (second, first)


def interval_of(node: Element, wanted: Fraction) -> tuple[Fraction, Fraction]:
    """The numbers that count as equal to the one wanted. Raises Unknown for a tolerance that is no number."""
    mode = node.get("toleranceMode", "exact")
    if mode == "exact":
        return wanted, wanted
    try:
        widths = [number(one) for one in node.get("tolerance", "").split()]
    except Wrong:
        raise Unknown("a tolerance that is worked out") from None
    if not widths:
        raise Wrong('the tolerance of <equal> is missing – write tolerance="0.5"')
    low, high = widths[0], widths[-1]
    if mode == "relative":
        low, high = abs(wanted) * low / 100, abs(wanted) * high / 100
    return wanted - low, wanted + high


def _equal_rounded(context: Processing, node: Element) -> Value:
    numbers = _numbers(context, node)
    if numbers is None or len(numbers) != 2:
        return NULL
    figures = whole_of(node, "figures", "0")
    mode = node.get("roundingMode", "significantFigures")
    return truth(len({rounded(one, mode, figures) for one in numbers}) == 1)


def rounded(value: Fraction, mode: str, figures: int) -> Fraction:
    """A number rounded half up, to decimal places or significant figures."""
    if mode == "decimalPlaces":
        places = figures
    else:
        places, size = figures, abs(value)
        while size >= 1:
            size, places = size / 10, places - 1
        while 0 < size < Fraction(1, 10):
            size, places = size * 10, places + 1
    if abs(places) > 400:
        raise Unknown("a very long number")
    scale = Fraction(10) ** places
    return Fraction(floor(value * scale + Fraction(1, 2))) / scale


def _round_to(context: Processing, node: Element) -> Value:
    numbers = _numbers(context, node)
    figures = whole_of(node, "figures", "0")
    mode = node.get("roundingMode", "significantFigures")
    return (rounded(numbers[0], mode, figures),) if numbers else NULL


def _power(numbers: Sequence[Fraction]) -> Fraction:
    base, exponent = numbers
    if exponent.denominator != 1 or abs(exponent) * _bits(base) > _MOST_BITS:
        raise Unknown("a power that is no plain number")
    return base ** int(exponent)


def _whole(reckon: Callable[..., int]) -> Callable[[Sequence[Fraction]], Fraction]:
    """A function of whole numbers."""

    def result(numbers: Sequence[Fraction]) -> Fraction:
        if any(one.denominator != 1 for one in numbers):
            raise Unknown("a divisor of what is no whole number")
        return Fraction(reckon(*map(int, numbers)))

    return result


def _texts(context: Processing, node: Element) -> tuple[str, str] | None:
    """The two texts that are compared, small where capitals do not count; None where one is missing."""
    one, other = _pair(context, node)
    if not one or not other:
        return None
    first, second = str(one[0]), str(other[0])
    cased = holds(node, "caseSensitive", "true")
    return (first, second) if cased else (first.casefold(), second.casefold())


def _string_match(context: Processing, node: Element) -> Value:
    found = _texts(context, node)
    if found is None:
        return NULL
    first, second = found
    return truth(second in first if holds(node, "substring") else first == second)


def _substring(context: Processing, node: Element) -> Value:
    found = _texts(context, node)
    return NULL if found is None else truth(found[0] in found[1])


def _own(context: Processing, node: Element) -> Value:
    """``customOperator``, as far as its name says what it does."""
    change = _OWN.get(node.get("definition", "").rpartition(":")[2])
    if change is None:
        raise Unknown("customOperator")
    return tuple(change(one) if isinstance(one, str) else one for one in context.value(node[0]))


def _without_accents(text: str) -> str:
    # Sign by sign: of a whole text it would put the accents into order, which of a long run takes its length squared.
    parted = (one for sign in text for one in normalize("NFD", sign))
    return normalize("NFC", "".join(one for one in parted if not combining(one)))


#: Operators of the making of Cito, whose delivery and scoring programs know them as ``depcp:``, ``questify:`` and ``qade:``.
_OWN: Final[Mapping[str, Callable[[str], str]]] = {
    "Trim": str.strip,
    "ToAscii": _without_accents,
    "ParseCommaDecimal": lambda text: text.replace(",", "."),
}


def _pattern_match(context: Processing, node: Element) -> Value:
    value, found = context.value(node[0]), context.stars(node.get("pattern", ""))
    if found is None:
        raise Unknown("patternMatch")
    return truth(matches(found[0], str(value[0]), case_sensitive=found[1])) if value else NULL


def _member(context: Processing, node: Element) -> Value:
    one, other = _pair(context, node)
    return truth(one[0] in other) if one and other else NULL


def _contains(context: Processing, node: Element) -> Value:
    one, other = _pair(context, node)
    if not one or not other:
        return NULL
    return truth(Counter(other) <= Counter(one))


def _inside(context: Processing, node: Element) -> Value:
    points = _points(context.value(node[0]))
    if not points:
        return NULL
    return truth(any(contains(area_of(shape_of(node)), point) for point in points))


def _index(context: Processing, node: Element) -> Value:
    value, place = context.value(node[0]), whole_of(node, "n", "1")
    return (value[place - 1],) if 0 < place <= len(value) else NULL


def _delete(context: Processing, node: Element) -> Value:
    one, other = _pair(context, node)
    return tuple(part for part in other if part != one[0]) if one and other else NULL


def _together(context: Processing, node: Element) -> Value:
    atoms = [one for value in context.values(node) for one in value]
    return bag(atoms) if node.tag == "multiple" else tuple(atoms)


_OPERATORS: Final[Mapping[str, Callable[[Processing, Element], Value]]] = {
    "baseValue": _base_value,
    "variable": lambda context, node: context.variable(node.get("identifier", "")),
    "correct": lambda context, node: context.declaration(node.get("identifier", "")).correct,
    "default": lambda context, node: context.declaration(node.get("identifier", "")).default,
    "mapResponse": lambda context, node: _mapped(context, node.get("identifier", "")),
    "mapTolResponse": lambda context, node: _mapped_roughly(context, node.get("identifier", "")),
    "mapResponsePoint": lambda context, node: _mapped_point(context, node.get("identifier", "")),
    "null": lambda _context, _node: NULL,
    "isNull": lambda context, node: truth(context.value(node[0]) in (NULL, ("",))),
    "not": _not,
    "and": _and,
    "or": _or,
    "anyN": _any_n,
    "match": _match,
    "equal": _equal,
    "equalRounded": _equal_rounded,
    "customOperator": _own,
    "stringMatch": _string_match,
    "substring": _substring,
    "patternMatch": _pattern_match,
    "member": _member,
    "contains": _contains,
    "inside": _inside,
    "index": _index,
    "delete": _delete,
    "multiple": _together,
    "ordered": _together,
    "containerSize": lambda context, node: (Fraction(len(context.value(node[0]))),),
    "gt": _compared(lambda one, other: one > other),
    "gte": _compared(lambda one, other: one >= other),
    "lt": _compared(lambda one, other: one < other),
    "lte": _compared(lambda one, other: one <= other),
    "sum": _reckoned(lambda numbers: sum(numbers, Fraction(0))),
    "product": _reckoned(lambda numbers: prod(numbers, start=Fraction(1))),
    "subtract": _reckoned(lambda numbers: numbers[0] - numbers[1]),
    "divide": _reckoned(lambda numbers: numbers[0] / numbers[1]),
    "integerDivide": _reckoned(lambda numbers: Fraction(numbers[0] // numbers[1])),
    "integerModulus": _reckoned(lambda numbers: numbers[0] % numbers[1]),
    "power": _reckoned(_power),
    "gcd": _reckoned(_whole(gcd)),
    "lcm": _reckoned(_whole(lcm)),
    "roundTo": _round_to,
    "truncate": _reckoned(lambda numbers: Fraction(int(numbers[0]))),
    "round": _reckoned(lambda numbers: Fraction(floor(numbers[0] + Fraction(1, 2)))),
    "integerToFloat": _reckoned(lambda numbers: numbers[0]),
    "min": _reckoned(min),
    "max": _reckoned(max),
}

"""Response processing: what an item gives for an answer, worked out by its own rules or by a standard template.

Where an item uses what is not worked out here, Unknown is raised, and whoever asks goes by the key alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import Final

from quiz.errors import Said
from quiz.files.xml import Element
from quiz.formats.qti.context import MOST_BITS, Unknown, bits_of
from quiz.formats.qti.operators import OPERATORS, mapped, mapped_point
from quiz.formats.qti.patterns import to_stars
from quiz.formats.qti.values import NULL, TRUE, Declaration, Value, Wrong, number

#: Steps of one run, and of all runs of an item: items of people's making need some hundred, and some hundred runs.
_MOST_STEPS: Final = 20_000
_MOST_IN_ALL: Final = 2_000_000
#: Responses and outcomes.
_MOST_VARIABLES: Final = 2_000


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
        operator = OPERATORS.get(expression.tag)
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
        if sum(bits_of(one) for value in values for one in value) > MOST_BITS:
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
    return mapped(context, context.only) or (Fraction(0),)


def _map_point(context: Processing) -> Value:
    return mapped_point(context, context.only) or (Fraction(0),)


_TEMPLATES: Final[Mapping[str, Callable[[Processing], Value]]] = {
    "match_correct": _match_correct,
    "match_correct_multiple": _match_correct,
    "map_response": _map_response,
    "map_response_point": _map_point,
    "unknown": _unknown,
}


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

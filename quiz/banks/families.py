"""A question may be a family: one template, and a variant of it for each row of a table or choice of numbers.

A family enumerates its variants at a date by stable keys and gives an ordinary ``Question`` for a key. What comes after
sees only that question, so no question type knows of families. Two things make one: ``variables`` in a question, and
``each``, a generator over fact tables, which the family holds itself: so a stored version can be shown for ever.

A generator's question at a date d has ``as_of: d``: it says what is true on the date of the paper. Where nothing in it looks
at the date it is timeless.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final, TypeVar

from pydantic import PrivateAttr

from quiz.banks.answering import ANSWER, Answers, Choices, Options, as_mapping
from quiz.banks.boundaries import is_as_of, turning_days
from quiz.banks.common import Common
from quiz.banks.distractors import FIELD, Candidate, Chooser, WrongAnswers, fold, value_of
from quiz.banks.expressions import AS_OF, Expression
from quiz.banks.expressions.terms import OverTable
from quiz.banks.making import Recipe, making_fields, recipe_of, turns_plainly
from quiz.banks.model import Authored, Further, Question, nothing_further, qualified_enemies
from quiz.banks.shape import kind_of, type_problems
from quiz.banks.templates import Compiled, below, compiled, expressions, filled, is_formula, plain
from quiz.banks.variants import Drawn, Maker, Rows
from quiz.errors import Invalid, Problem, Said
from quiz.questions.base import QuestionType
from quiz.questions.validation import field_names, suggest, unknown_field, validate

#: Fields that, written as one mapping in place of a list, are written once for each row taken.
ROW_LISTS: Final = ("options", "items", "pairs", "regions")
#: Fields whose texts differ between variants; those of the type do, too.
_OWN_TEXTS: Final = ("prompt", "explanation", "hints", "feedback", "translations")
_TIME: Final = ("as_of", "valid", "timeless")
#: So many faults of a family are told.
MOST_FAULTS: Final = 20
#: Dates whose variants are kept.
MOST_KEPT: Final = 8
T = TypeVar("T")
_A_DAY: Final = timedelta(days=1)
#: For a family in which nothing depends on the date.
_ANY_DAY: Final = date(2001, 6, 15)


class Family(Authored):
    """A family of questions, with the fields that all of them share. ``load(f.dump()) == f``."""

    _parts: Parts = PrivateAttr()
    _drawn: dict[date, Sequence[Drawn]] = PrivateAttr(default_factory=dict)
    _right: dict[date, Mapping[str, set[str]]] = PrivateAttr(default_factory=dict)

    @classmethod
    def load(cls, fields: Mapping[str, Any]) -> Family:
        """A family from its flat form: the fields of a question, ``bank``, ``language``, and what makes the variants.

        Raises Invalid with all problems of the template; those of single variants are found by ``faults``.
        """
        found: list[Problem] = []
        parts = _Loader(plain(fields, (), found), found).made()
        family = cls.model_validate(qualified_enemies(parts.common))
        family._parts = parts  # noqa: SLF001 (our own, just made)
        return family

    def __eq__(self, other: object) -> bool:
        """Families are equal that say the same; what one has worked out meanwhile does not count."""
        return isinstance(other, Family) and self.dump() == other.dump()

    def __hash__(self) -> int:
        return hash(self.digest)

    def dump(self) -> dict[str, Any]:
        """The form that ``load`` reads: as authored, with the tables that it rests on."""
        return self._parts.fields

    @property
    def generated(self) -> bool:
        """Whether the variants come from tables and are as of the date of the paper."""
        return isinstance(self._maker, Rows)

    @property
    def _maker(self) -> Maker:
        return self._parts.recipe.maker

    @property
    def _texts(self) -> Mapping[str, Compiled]:
        return self._parts.texts

    @property
    def language(self) -> str:
        """The language that the family is written in."""
        return str(self._parts.fields.get("language", "en"))

    @property
    def template(self) -> Mapping[str, Compiled]:
        """The fields of its questions as authored, expressions read; without what makes the variants."""
        left_out = {*self._parts.recipe.fields, "language"}
        return {
            **{name: value for name, value in self._parts.fields.items() if name not in left_out},
            **self._texts,
        }

    def drawn(self, key: str, on: date) -> Drawn:
        """The values and rows of the variant of this key. Raises KeyError where there is none."""
        return self._maker.drawn(key, on)

    # Variants ------------------------------------------------------------------------------------------------------

    def variants(self, on: date) -> tuple[str, ...]:
        """The keys of the variants that a paper of this date may hold, whatever the status."""
        return self._keys(on) if self.generated or super().in_force(on) else ()

    def _keys(self, on: date) -> tuple[str, ...]:
        return tuple(drawn.key for drawn in self._chosen(on))

    def in_force(self, on: date) -> bool:
        """Whether there are variants at this date."""
        return bool(self.variants(on))

    def variant(self, key: str | None, on: date) -> Question:
        """The question of this key as of this date. Raises Invalid where there is none, or where it has faults."""
        try:
            drawn = self._maker.drawn(key or "", on)
        except KeyError:
            raise Invalid(Said("'%(name)s' has no variant '%(key)s'", name=self.qualified, key=key)) from None
        return Question.load(self._question(drawn, self._answers(drawn, on), on))

    def turning_days(self) -> list[date]:
        """The days from which on the variants, their keys or their distractors may be others."""
        told = [
            one for one in self._parts.expressions if one.text != AS_OF
        ]  # in a text the date decides nothing
        return turning_days(told, self._parts.recipe.tables.values())

    def days(self) -> list[date]:
        """A day of each span in which all stays as it is, from the earliest on."""
        turns = self.turning_days()
        return [turns[0] - _A_DAY, *turns] if turns else [_ANY_DAY]

    def spans(self) -> list[tuple[date | None, date | None]]:
        """From when (inclusive) to when (exclusive) there are variants; None leaves that end open."""
        found: list[tuple[date | None, date | None]] = []
        turns = self.turning_days()
        starts: list[date | None] = [None, *turns]
        ends: list[date | None] = [*turns, None]
        for (_, keys), start, end in zip(self._history, starts, ends, strict=True):
            if keys:
                goes_on = bool(found) and found[-1][1] == start
                found.append((found.pop()[0] if goes_on else start, end))
        return found

    @cached_property
    def _history(self) -> Sequence[tuple[date, tuple[str, ...]]]:
        """The keys of the variants on each of the days."""
        return [(day, self._keys(day)) for day in self.days()]

    def faults(self, further: Further = nothing_further) -> Iterator[Problem]:
        """What is wrong with any variant at any date, and what ``further`` says to it.

        At most ``MOST_FAULTS``, each kind once.
        """
        try:
            _ = self._history
        except Invalid as error:  # conditions that cannot be asked of some row
            yield from error.problems
            return
        told: set[tuple[str, str]] = set()
        for key, on, problem in self._all_faults(further):
            if (problem.where, problem.what) not in told:
                told.add((problem.where, problem.what))
                yield _of_variant(key, on, problem)
            if len(told) == MOST_FAULTS:
                return

    def _all_faults(self, further: Further) -> Iterator[tuple[str, date, Problem]]:
        """The faults of all variants on all days; one that is the same question as on an earlier day is passed over."""
        known: dict[str, Any] = {}
        for on, keys in self._history:
            for key in keys:
                try:
                    drawn = self._maker.drawn(key, on)
                    answers = self._answers(drawn, on)
                    same = (answers.told, on if self._parts.tells_the_date else None)
                    if known.get(key) != same:
                        known[key] = same
                        question = Question.load(self._question(drawn, answers, on))
                        yield from ((key, on, problem) for problem in further(question))
                except Invalid as error:
                    yield from ((key, on, problem) for problem in error.problems)

    def every_key(self) -> frozenset[str]:
        return frozenset(key for _, keys in self._history for key in keys)

    def sample(self) -> Question | None:
        """A variant of the last date at which there are any."""
        found = self._latest()
        return self.variant(*found) if found else None

    def _latest(self) -> tuple[str, date] | None:
        found = ((keys[0], day) for day in reversed(self.days()) if (keys := self._keys(day)))
        return next(found, None)

    def sample_faults(self) -> Iterator[Problem]:
        """What is wrong with one variant at the last date at which there are any; that there is none at any date."""
        try:
            found = self._latest()
        except Invalid as error:
            yield from error.problems
            return
        if found is None:
            yield Problem("where", "no row satisfies it at any date", "mend the condition, or add rows")
            return
        try:
            self.variant(*found)
        except Invalid as error:
            yield from (_of_variant(*found, problem) for problem in error.problems)

    def _chosen(self, on: date) -> Sequence[Drawn]:
        """The variants of a date, kept for the dates that were asked for last."""
        return _kept(self._drawn, on, self._maker.chosen)

    def _right_answers(self, on: date) -> Mapping[str, set[str]]:
        """The answers that are right to each prompt: rows that make the same prompt are all right answers to it."""
        return _kept(self._right, on, self._find_right_answers)

    def _find_right_answers(self, on: date) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        text = as_mapping(self._texts[ANSWER])["text"]
        for drawn in self._maker.all(on):
            scope = drawn.scope(self.language)
            prompt = filled(self._texts["prompt"], scope, ("prompt",))
            found.setdefault(prompt, set()).add(fold(str(filled(text, scope, (ANSWER,)))))
        return found

    # One question --------------------------------------------------------------------------------------------------

    def _question(self, drawn: Drawn, answers: Answers, on: date) -> dict[str, Any]:
        """The fields of the question of one variant."""
        recipe = self._parts.recipe
        left_out = {*recipe.fields, *self._texts, "language"}
        made = {name: value for name, value in self._parts.fields.items() if name not in left_out}
        drawn = recipe.ordered(drawn)
        made |= self._written(self._texts, drawn, answers, self.language)
        translations = self._texts.get("translations", {})
        if translations:
            made["translations"] = {
                language: self._translated(texts, drawn, answers, language)
                for language, texts in translations.items()
            }
        if not self.generated:
            return made
        return made | ({"as_of": on.isoformat()} if self._parts.knows_the_date else {"timeless": True})

    def _translated(self, texts: Compiled, drawn: Drawn, answers: Answers, language: str) -> dict[str, Any]:
        try:
            return self._written(texts, drawn, answers, language, translation=True)
        except Invalid as error:
            raise Invalid(below(("translations", language), error)) from None

    def _written(
        self,
        texts: Mapping[str, Compiled],
        drawn: Drawn,
        answers: Answers,
        language: str,
        *,
        translation: bool = False,
    ) -> dict[str, Any]:
        """The texts of the question in a language."""
        scope = drawn.scope(language)
        made: dict[str, Any] = {}
        for name, value in texts.items():
            if name == "translations" or name in answers.replaced:
                continue
            if name in ROW_LISTS and isinstance(value, Mapping) and self._maker.row_names:
                made[name] = [filled(value, scope.inner(row), (name,)) for row in drawn.rows]
            else:
                made[name] = filled(value, scope, (name,))
        return made | answers.written(texts, drawn, language, translation=translation)

    def _answers(self, drawn: Drawn, on: date) -> Answers:
        chooser = self._parts.chooser
        if chooser is None:
            return Answers()
        scope = drawn.scope(self.language)
        if ANSWER in self._texts:
            given = as_mapping(self._texts[ANSWER])
            text = str(filled(given["text"], scope, (ANSWER,)))
            right = Candidate(None, None, text, value_of(given["text"], text, scope))
            prompt = filled(self._texts["prompt"], scope, ("prompt",))
            barred = {fold(text), *self._right_answers(on).get(prompt, ())}
            return Options(right, chooser.chosen(drawn, self.language, right.value, barred))
        pairs = self._texts.get("pairs", ())
        made = (
            [filled(pairs, scope.inner(row)) for row in drawn.rows]
            if isinstance(pairs, Mapping)
            else filled(pairs, scope)
        )
        barred = {fold(str(pair["choice"])) for pair in made}
        return Choices(chooser.chosen(drawn, self.language, None, barred))


def _of_variant(key: str, on: date, problem: Problem) -> Problem:
    what = Said("variant '%(key)s' on %(day)s: %(what)s", key=key, day=on, what=Said(problem.what))
    return Problem(problem.where, what, problem.mend)


def _kept(store: dict[date, T], on: date, make: Callable[[date], T]) -> T:
    """What was made for this date; what was made for the dates before it is dropped where there are too many."""
    if on not in store:
        if len(store) >= MOST_KEPT:
            store.clear()
        store[on] = make(on)
    return store[on]


@dataclass(frozen=True)
class Parts:
    """What a family is made of: the fields that its questions share, all fields, and these understood."""

    common: Mapping[str, Any]
    fields: dict[str, Any]
    recipe: Recipe
    texts: Mapping[str, Compiled]
    chooser: Chooser | None

    @property
    def expressions(self) -> list[Expression]:
        """All expressions, wherever they stand."""
        used = [*self.recipe.conditions.values(), *(one for _, one in expressions(self.texts))]
        return (
            used + [one for one in (self.chooser.where, self.chooser.near) if one] if self.chooser else used
        )

    @cached_property
    def tells_the_date(self) -> bool:
        """Whether the texts of a question, or its key, depend on the date of the paper by themselves."""
        parts = [self.texts, self.chooser.given if self.chooser else {}]
        used = [one for part in parts for _, one in expressions(part)]
        return any(is_as_of(node) for one in used for node in one.nodes)

    @cached_property
    def knows_the_date(self) -> bool:
        """Whether anything depends on the date of the paper: which rows there are, the texts, or the key."""
        return self.tells_the_date or any(is_as_of(node) for one in self.expressions for node in one.nodes)

    @property
    def tables(self) -> set[str]:
        """The names of the tables that are used."""
        found = {node.table for one in self.expressions for node in one.nodes if isinstance(node, OverTable)}
        found |= {self.chooser.spec.table} if self.chooser and self.chooser.spec.table else set()
        return found | {table.name for table in self.recipe.each}

    def with_used_tables(self) -> Parts:
        """The same, the stored form freed of tables that are not used."""
        given = self.fields.get("tables", {})
        kept = {name: given[name] for name in sorted(given.keys() & self.tables)}
        rest = {name: value for name, value in self.fields.items() if name != "tables"}
        return replace(self, fields={**rest, "tables": kept} if kept else rest)


class _Loader:
    """Builds a family, collecting the faults of its template."""

    def __init__(self, fields: dict[str, Any], found: list[Problem]) -> None:
        self._fields, self._found = fields, found
        self._kind = kind_of(fields)

    def made(self) -> Parts:
        """What the family is made of. Raises Invalid with all faults, as far as one does not hide another."""
        name = f"{self._fields.get('bank')}/{self._fields.get('id')}"
        if self._kind is None:
            self._found += type_problems(self._fields)
        common = self._common()
        recipe = self._recipe(name)
        self._found += self._unknown(self._kind) if self._kind else ()
        shape = [*_shape_faults(self._fields)]
        self._found += shape
        if self._kind is None or shape or not _holds_texts(self._fields.get("translations", {})):
            raise Invalid(self._found)
        before = len(self._found)
        texts = compiled(self._texts(), (), self._found)
        chooser = self._chooser(name)
        if recipe is not None:
            names = _name_faults(recipe.maker, texts, chooser) if len(self._found) == before else ()
            self._found += [*recipe.faults(), *names]
        if recipe is None or self._found:
            raise Invalid(self._found)
        return Parts(common, self._fields, recipe, texts, chooser).with_used_tables()

    def _unknown(self, kind: QuestionType[Any]) -> list[Problem]:
        """Fields that neither a question of the type nor a family has."""
        own = {*field_names(Common), *field_names(kind.content)} - {"bank"}
        known = {*own, *making_fields(self._fields), "language", ANSWER, FIELD}
        return [unknown_field(name, known, ()) for name in self._fields if name not in known | {"bank"}]

    def _common(self) -> dict[str, Any]:
        """The fields that all questions share."""
        known = Common.model_fields
        given = {name: value for name, value in self._fields.items() if name in known and name not in _TIME}
        given["scoring"] = given.get("scoring", self._kind.rules[0] if self._kind else "")
        if "each" in self._fields:
            self._found += [
                Problem(
                    name, "a generator's question is as of the date of its paper", "leave it out; see where:"
                )
                for name in _TIME
                if name in self._fields
            ]
        else:
            given |= {name: self._fields[name] for name in _TIME if name in self._fields}
        try:
            validate(Common, qualified_enemies(given))
        except Invalid as error:
            self._found += error.problems
        return given

    def _recipe(self, name: str) -> Recipe | None:
        try:
            return recipe_of(name, self._fields)
        except Invalid as error:
            self._found += error.problems
            return None

    def _texts(self) -> dict[str, Any]:
        """The fields whose texts differ between the variants: all that are not the same for every type."""
        same = {*Common.model_fields, *making_fields(self._fields), "language"} - {*_OWN_TEXTS}
        return {name: value for name, value in self._fields.items() if name not in same}

    def _chooser(self, name: str) -> Chooser | None:
        given = self._fields.get(FIELD)
        if not isinstance(given, dict):
            if ANSWER in self._fields and self._kind and "options" in self._kind.content.model_fields:
                mend = "write distractors: {from: table, value: …, count: 3} or {values: [a, b, c]}"
                self._found.append(Problem("", "an answer without distractors", mend))
            return None
        try:
            spec = WrongAnswers.read(given)
        except Invalid as error:
            self._found += below((FIELD,), error)
            return None
        parts = {name: given[name] for name in ("value", "values", "feedback") if name in given}
        texts = compiled(parts, (FIELD,), self._found)
        where = self._condition(spec.where, f"{FIELD}.where")
        near = self._condition(spec.near if isinstance(spec.near, str) else None, f"{FIELD}.near")
        return Chooser(name, spec, texts, where, near)

    def _condition(self, text: str | None, where: str) -> Expression | None:
        try:
            return None if text is None else Expression.read(text, where)
        except Invalid as error:
            self._found += error.problems
            return None


def _shape_faults(fields: Mapping[str, Any]) -> Iterator[Problem]:
    """That what a family puts together has the form in which it can be put together."""
    made = isinstance(fields.get(FIELD), Mapping)
    if made and ANSWER in fields:
        yield from _answer_faults(fields[ANSWER], ANSWER, needs_text=True)
    elif made and not _are_pairs(fields.get("pairs")):
        yield Problem(
            "pairs", "must be pairs of stem and choice", "write {stem: …, choice: …}, or a list of them"
        )
    translations = fields.get("translations", {})
    for language, texts in translations.items() if isinstance(translations, Mapping) else ():
        where = f"translations.{language}"
        if not _holds_texts(texts):
            yield Problem(where, "must be a mapping", "write prompt: and the other texts")
            continue
        if made and ANSWER in texts:
            yield from _answer_faults(texts[ANSWER], f"{where}.{ANSWER}", needs_text=False)
        if made and not _holds_texts(texts.get(FIELD, {})):
            yield Problem(f"{where}.{FIELD}", "must be a mapping", "write {value: …, feedback: …}")


def _holds_texts(given: Any) -> bool:
    return isinstance(given, Mapping) and not is_formula(given)


def _answer_faults(given: Any, where: str, *, needs_text: bool) -> Iterator[Problem]:
    text = as_mapping(given).get("text")
    if not isinstance(text, str) and (needs_text or text is not None):
        yield Problem(where, "must be a text", 'write "{{ country }}", or {text: …, feedback: …}')


def _are_pairs(given: Any) -> bool:
    pairs = [given] if isinstance(given, Mapping) else given
    return isinstance(pairs, list) and all(isinstance(one, Mapping) and "choice" in one for one in pairs)


def _name_faults(maker: Maker, texts: Mapping[str, Compiled], chooser: Chooser | None) -> Iterator[Problem]:
    """Names that stand for nothing where they are used, and conditions that turn on days that cannot be told."""
    of_rows = [*maker.row_names, *maker.names]
    of_wrong = [*maker.columns.get(chooser.spec.table or "", ()), *maker.names] if chooser else ()
    if chooser and chooser.spec.table and chooser.spec.table not in maker.columns:
        hint = suggest(chooser.spec.table, maker.columns)
        what = Said("there is no table '%(table)s'%(hint)s", table=chooser.spec.table, hint=hint)
        yield Problem(f"{FIELD}.from", what, "declare it under tables:")
        return
    for path, expression in expressions(texts):
        inner = path[2:] if path[0] == "translations" else path
        holds = texts if inner is path else texts["translations"][path[1]]
        names: Sequence[str] = maker.names
        if inner[:1] == (FIELD,) and chooser:
            names = of_wrong
        elif inner and inner[0] in ROW_LISTS and isinstance(holds[inner[0]], Mapping):
            names = of_rows
        yield from below(path, Invalid(expression.faults(names, maker.columns)))
    for field in ("where", "near"):
        condition = getattr(chooser, field, None)
        if condition is not None:
            yield from condition.faults(of_wrong, maker.columns)
            yield from turns_plainly(condition)

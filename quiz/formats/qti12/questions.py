"""The fields of a question, from the responses of an item and the rules that score them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Any, Final

from quiz.errors import Said
from quiz.files.xml import Element
from quiz.formats._moodle import Styled
from quiz.formats.base import marked
from quiz.formats.qti12.feedback import Feedback
from quiz.formats.qti12.item import ID, Foreign, Item, Label, Response, Wrong
from quiz.formats.qti12.markup import joined
from quiz.formats.qti12.numbers import TOLERANCE, accepted, as_share
from quiz.formats.qti12.processing import Given, mentioned, named_by, number
from quiz.questions.fields import letters

Fields = dict[str, Any]
#: More than this no share is a rounding of a simple one.
_ROUNDED: Final = Fraction(1, 10**4)


def share(score: Fraction, best: Fraction) -> Fraction:
    """A score as a share of the best: what is a rounding of a simple fraction is that fraction."""
    value = score / best
    simple = value.limit_denominator(20)
    if 1000 % value.denominator and abs(simple - value) < _ROUNDED:
        value = simple
    return max(Fraction(-1), min(Fraction(1), value))


def no_key() -> Wrong:
    """The fault of a question in which nothing is right."""
    return Wrong("no answer gives points – say under resprocessing which one is right")


def with_ids(labels: Sequence[Label], prefix: str = "") -> list[str]:
    """The ids of options: the source's own, without a prefix that all have, where they can be; else letters."""
    own = [label.ident for label in labels]
    if prefix and all(one.startswith(prefix) for one in own):
        own = [one.removeprefix(prefix) for one in own]
    return own if len({*own}) == len(own) and all(map(ID.fullmatch, own)) else letters(len(labels))


def _texts(labels: Sequence[Label]) -> list[Styled]:
    """The texts of options. Raises Wrong for one without."""
    if not all(label.text for label in labels):
        raise Wrong("an option has no text – write one, or describe the picture in it")
    return [label.text for label in labels]


# One response --------------------------------------------------------------------------------------------------------


def single_choice(item: Item, response: Response) -> Fields:
    """Options, each worth what the rules give for it."""
    told = Feedback(item)
    options = _options(item, response, told, None, Fraction(0))
    return {"type": "single_choice", "options": marked(options, single=True), **told.fields()}


def _options(
    item: Item, response: Response, told: Feedback, others: Given | None, base: Fraction
) -> list[dict[str, Any]]:
    """The options of a response with their credits.

    ``others``: what is answered to the other responses of the item, None where there are none; ``base``: what that
    scores.
    """
    texts = _texts(response.labels)
    givens = [{**(others or {}), response.ident: (label.ident,)} for label in response.labels]
    rules = item.processing
    scores = [
        rules.clamped(rules.run(given)) if others is None else rules.run(given) - base for given in givens
    ]
    best = max(scores, default=Fraction(0))
    if best <= 0:
        raise no_key()
    if others is None:
        item.best = best
    feedback = told.of_each(givens, others or {})
    ids = with_ids(response.labels, "" if others is None else f"{response.name}_")
    return [
        {"id": name, "text": text, "credit": share(score, best), **({"feedback": said} if said else {})}
        for name, text, score, said in zip(ids, texts, scores, feedback, strict=True)
    ]


def true_false(item: Item, response: Response) -> Fields | None:
    """A statement; None where the options are others, or both give points."""
    if sorted(_word(label.text) for label in response.labels) != ["false", "true"]:
        return None
    told = Feedback(item)
    fields = _as_truth(_options(item, response, told, None, Fraction(0)))
    return fields and {**fields, **told.fields()}


def _word(text: str) -> str:
    return re.sub(r"<[^<>]*>", "", text).strip().lower()


def _as_truth(options: Sequence[Mapping[str, Any]]) -> Fields | None:
    by_word = {_word(option["text"]): option for option in options}
    if sorted(by_word) != ["false", "true"] or sorted(one["credit"] for one in options) != [0, 1]:
        return None
    told = {f"feedback_{word}": one["feedback"] for word, one in by_word.items() if "feedback" in one}
    return {"type": "true_false", "answer": by_word["true"]["credit"] == 1, **told}


def multiple_response(item: Item, response: Response) -> Fields:
    """Options that add up, or that have to be ticked all."""
    rules, name = item.processing, response.ident
    texts, idents = _texts(response.labels), [label.ident for label in response.labels]
    base = rules.run({name: ()})
    single = [rules.run({name: (one,)}) - base for one in idents]
    key = _key(item, response, single)
    item.best = rules.clamped(rules.run({name: key}))
    best = item.best - base
    if item.best <= 0 or best <= 0:
        raise no_key()
    if base:
        item.lose("scoring", "ticking nothing gives points too: here it gives none")
    told = Feedback(item)
    feedback = told.of_each([{name: (one,)} for one in idents], {})
    options = [
        {"id": id, "text": text, "credit": score / best, **({"feedback": said} if said else {})}
        for id, text, score, said in zip(with_ids(response.labels), texts, single, feedback, strict=True)
    ]
    scored = _as_scored(item, response, options, key, base)
    return {"type": "multiple_response", **scored, **told.fields()}


def _key(item: Item, response: Response, single: Sequence[Fraction]) -> tuple[str, ...]:
    """The options that together give the most."""
    idents = [label.ident for label in response.labels]
    sets = [tuple(one for one, score in zip(idents, single, strict=True) if score > 0)]
    for condition in item.processing.conditions:
        named = {(test.text or "").strip() for test in mentioned(condition, response.ident)}
        sets += [tuple(one for one in idents if one in named)]
    scores = [item.processing.run({response.ident: one}) if one else Fraction(0) for one in sets]
    best = max(scores)
    return min((one for one, score in zip(sets, scores, strict=True) if score == best), key=len)


def _as_scored(
    item: Item, response: Response, options: list[dict[str, Any]], key: tuple[str, ...], base: Fraction
) -> Fields:
    """The options as we mark them, by the rule that gives what the item's rules give beyond ``base``."""
    idents = [label.ident for label in response.labels]
    rules = item.processing
    best = rules.clamped(rules.run({response.ident: key})) - base
    worth = dict(zip(idents, (option["credit"] for option in options), strict=True))

    def scored(ticked: tuple[str, ...]) -> Fraction:
        score = rules.clamped(rules.run({response.ident: ticked})) - base
        return max(Fraction(0), min(Fraction(1), score / best))

    less = [tuple(one for one in key if one != gone) for gone in key if len(key) > 1]
    more = [(*key, one) for one in idents if one not in key]
    tried = [*less, *more, *((one,) for one in idents if (one,) != key)]
    right = [
        {**option, "correct": True} if one in key else option
        for one, option in zip(idents, options, strict=True)
    ]
    bare = [{name: value for name, value in option.items() if name != "credit"} for option in right]
    if len(idents) > 1 and not any(map(scored, tried)):
        return {"options": bare, "scoring": "all_or_nothing"}
    if any(abs(scored(one) - max(0, min(1, sum(worth[part] for part in one)))) > _ROUNDED for one in tried):
        item.lose("scoring", "options are scored together: each counts by what it gives alone")
    each = Fraction(1, len(key))
    if len(idents) - len(key) not in (0, len(key)) and all(
        abs(worth[one] - (each if one in key else -each)) < _ROUNDED for one in idents
    ):
        return {"options": bare, "scoring": "right_minus_wrong"}
    for option in options:
        option["credit"] = share(option["credit"], Fraction(1))
    if not any(option["credit"] > 0 for option in options):
        return {"options": bare}
    return {"options": marked(options, single=False)}


def ordering(item: Item, response: Response) -> Fields:
    """Items in the order that gives the most."""
    rules, name = item.processing, response.ident
    by_ident = dict(zip([one.ident for one in response.labels], response.labels, strict=True))
    orders = [one for one in _orders(item, response) if one and sorted(one) == sorted(by_ident)]
    scores = [rules.run({name: one}) for one in orders]
    if not scores or max(scores) <= 0:
        raise Wrong("the right order is not said in full – list every item under resprocessing")
    item.best = best = max(scores)
    key = orders[scores.index(best)]
    swapped = rules.run({name: (*key[:-2], *reversed(key[-2:]))})
    rule = {
        Fraction(0): "all_or_nothing",
        share(Fraction(len(key) - 2), Fraction(len(key))): "absolute_position",
    }
    found = rule.get(share(swapped, best))
    if found is None:
        item.lose("scoring", "items in wrong places are scored otherwise: the whole order counts")
    labels = [by_ident[one] for one in key]
    items = [{"id": id, "text": text} for id, text in zip(with_ids(labels), _texts(labels), strict=True)]
    told = Feedback(item)
    return {"type": "ordering", "items": items, "scoring": found or "all_or_nothing", **told.fields()}


def _orders(item: Item, response: Response) -> Iterator[tuple[str, ...]]:
    """The orders that the rules speak of: of each condition, and of all together."""
    together: dict[int, str] = {}
    for condition in item.processing.conditions:
        tests = [*mentioned(condition, response.ident)]
        placed = {
            int(number(test.get("index")) or place): (test.text or "").strip()
            for place, test in enumerate(tests, 1)
        }
        yield tuple(placed[place] for place in sorted(placed))
        together.update(placed)
    yield tuple(together[place] for place in sorted(together))


# What is typed -------------------------------------------------------------------------------------------------------


def essay(item: Item, response: Response | None) -> Fields:
    """A longer text that a person marks. Canvas says how many words, Blackboard and D2L what a good answer is."""
    told = Feedback(item)
    model = joined([told.solution(), *item.texts(item.element.find("answer_key"))])
    return {
        "type": "essay",
        **_length(response),
        **({"model_answer": model} if model else {}),
        **told.fields(),
    }


def _length(response: Response | None) -> Fields:
    said = {} if response is None else response.element.attrib
    limits = {name: number(said.get(f"word_limit_{name}")) for name in ("min", "max")}
    words = {name: int(limit) for name, limit in limits.items() if limit and limit > 0}
    return {"words": words} if words and said.get("word_limit_enabled", "").lower() == "yes" else {}


def is_numerical(item: Item, response: Response) -> bool:
    """Whether numbers are asked for."""
    fields = {one.get("fibtype", "").lower() for one in response.element.iter("render_fib")}
    return (
        response.kind == "num"
        or bool(fields & {"integer", "decimal", "scientific"})
        or response.ident in item.processing.bounded
        or item.said("question_type") == "numerical_question"
    )


def typed(item: Item, response: Response, others: Given, base: Fraction, told: Feedback) -> Fields:
    """A short text or a number, with the answers that the rules accept."""
    if is_numerical(item, response):
        return {"type": "numerical", "answers": _numbers(item, response, told)}
    return {"type": "short_text", **_short(item, response, others, base, told)}


def _short(item: Item, response: Response, others: Given, base: Fraction, told: Feedback) -> Fields:
    conditions = [*item.processing.scoring, *item.processing.conditions]  # those that score are in order
    tests = [*mentioned(conditions, response.ident)]
    found: dict[str, Element] = {}
    for test in tests:
        if (test.text or "").strip():
            found.setdefault(_pattern(test), test)
    givens = [{**others, response.ident: ((test.text or "").strip(),)} for test in found.values()]
    scores = [item.processing.run(given) - base for given in givens]
    item.best = best = max(scores, default=Fraction(0))
    if best <= 0:
        raise no_key()
    credits = [share(score, best) for score in scores]
    scored = {_pattern(test) for test in mentioned(item.processing.scoring, response.ident)}
    told_each = told.of_each(givens, others, typed=True)
    answers = [
        {"text": text, **({} if credit == 1 else {"credit": credit}), **({"feedback": said} if said else {})}
        for text, credit, said in zip(found, credits, told_each, strict=True)
        if credit or said or text in scored
    ]
    cased = [(test.get("case") or "").lower() == "yes" for test in found.values()]
    if any(cased) and not all(cased):
        item.lose("case_sensitive", "small and capital letters count for some answers only: here for all")
    return {"answers": answers, **({"case_sensitive": True} if any(cased) else {})}


def _pattern(test: Element) -> str:
    text = (test.text or "").strip().replace("*", "\\*")
    return text if test.tag == "varequal" else f"*{text}*"


def _numbers(item: Item, response: Response, told: Feedback) -> list[Fields]:
    """The accepted numbers, and others to which something is said."""
    rules, shown = item.processing, defaultdict[str, frozenset[str]](frozenset)
    found, unscored = dict[str, tuple[Fraction, Fields]](), dict[str, tuple[Fraction, Fields]]()
    for condition, one, whole in _spoken_of(item, response):
        shown[str(one)] |= named_by(condition)
        if not rules.changes(condition):
            unscored[str(one)] = (Fraction(0), one)
            continue
        found.setdefault(str(one), (rules.alone(condition), one))
        if not whole:
            item.lose("answers", "a bound that is not accepted itself is accepted here")
    item.best = best = max((score for score, _ in found.values()), default=Fraction(0))
    if best <= 0:
        raise no_key()
    each = found | {
        name: one for name, one in unscored.items() if name not in found and told.named(shown[name])
    }
    return [
        {
            **(as_share(one) if item.said(TOLERANCE) == "relative" else one),
            **({} if score == best else {"credit": share(score, best)}),
            **({"feedback": said} if (said := told.named(shown[name])) else {}),
        }
        for name, (score, one) in each.items()
    ]


def _spoken_of(item: Item, response: Response) -> Iterator[tuple[Element, Fields, bool]]:
    """The conditions with the numbers that they accept, each with whether its bounds are included.

    Those that leave others out come after these, since the first counts.
    """
    conditions = item.processing.conditions
    known = [
        answer
        for condition in conditions
        for tests in condition.iterchildren("conditionvar")
        for answer in accepted(tests, response.ident, None)[0]
    ]
    for condition in sorted(conditions, key=lambda one: next(one.iter("not"), None) is not None):
        for tests in condition.iterchildren("conditionvar"):
            answers, whole = accepted(tests, response.ident, known)
            yield from ((condition, one, whole) for one in answers)


# Several responses ---------------------------------------------------------------------------------------------------


def matching(item: Item, responses: Sequence[Response], choices: Mapping[str, Sequence[Styled]]) -> Fields:
    """Stems and choices; ``choices``: the texts of a response's options where they stand elsewhere."""
    texts = {
        one.ident: dict(
            zip(
                [label.ident for label in one.labels],
                choices.get(one.ident) or [label.text for label in one.labels],
                strict=False,
            )
        )
        for one in responses
    }
    key, whole = _keys(item, responses)
    item.best = item.processing.run({name: (one,) for name, one in key.items()})
    pairs: list[dict[str, Any]] = [
        {"stem": one.stem, "choice": texts[one.ident].get(key[one.ident], Styled(""))} for one in responses
    ]
    if not all(pair["stem"] and pair["choice"] for pair in pairs):
        raise Wrong("a stem or its choice has no text – write one")
    names = [one.name for one in responses]
    if all(map(ID.fullmatch, names)) and len({*names}) == len(names):
        pairs = [{"id": name, **pair} for name, pair in zip(names, pairs, strict=True)]
    used = {str(pair["choice"]).strip() for pair in pairs}
    rest = {str(text).strip(): text for shown in texts.values() for text in shown.values() if text}
    fields: Fields = {
        "type": "matching",
        "pairs": pairs,
        "distractors": [{"choice": text} for bare, text in rest.items() if bare not in used],
        **Feedback(item).fields(),
    }
    return {**fields, "scoring": "all_or_nothing"} if whole else fields


def _keys(item: Item, responses: Sequence[Response]) -> tuple[dict[str, str], bool]:
    """The right option of each response, and whether only all of them together give points."""
    rules = item.processing
    base = rules.run({})
    found: dict[str, str] = {}
    worth: list[list[Fraction]] = []
    for one in responses:
        scores = [rules.run({one.ident: (label.ident,)}) - base for label in one.labels]
        if max(scores, default=Fraction(0)) > 0:
            best = [
                label.text for label, score in zip(one.labels, scores, strict=True) if score == max(scores)
            ]
            if len({*best}) > 1:
                raise Foreign(Said("matching in which a stem has several choices"))
            found[one.ident] = one.labels[scores.index(max(scores))].ident
            worth.append(scores)
    if len(found) == len(responses):
        _tell_worth(item, worth)
        return found, False
    said = {
        one.ident: [
            (test.text or "").strip()
            for condition in rules.scoring
            for test in mentioned(condition, one.ident)
        ]
        for one in responses
    }
    together = {name: values[0] for name, values in said.items() if values}
    if len(together) < len(responses) or rules.run({name: (one,) for name, one in together.items()}) <= 0:
        raise no_key()
    return together, True


def _tell_worth(item: Item, worth: Sequence[Sequence[Fraction]]) -> None:
    """Losses where pairs are worth more or less than others. ``worth``: what each option of each stem gives."""
    best = [max(scores) for scores in worth]
    others = [score for scores, most in zip(worth, best, strict=True) for score in scores if score < most]
    if min(best) / max(best) < 1 - _ROUNDED * 10 or any(score > 0 for score in others):
        item.lose("pairs", "some answers give more than others: here all give the same")
    if any(score < 0 for score in others):
        item.lose("scoring", "wrong parts take off points: here they give none")


def gaps(item: Item, responses: Sequence[Response], names: Mapping[str, str]) -> Fields:
    """The gaps of a text by the names under which it marks them."""
    rules, told = item.processing, Feedback(item)
    base = rules.run({})
    others: dict[str, Given] = {one.ident: {} for one in responses}
    alone = [_worth(item, one, {}, base) for one in responses]
    whole = not any(alone)
    if whole:
        right = _all_right(item, responses)
        others = {name: {one: right[one] for one in right if one != name} for name in right}
        item.best = rules.run(right)
    elif not all(alone):
        raise Wrong("a gap has no answer that gives points – say which is right")
    made: Fields = {}
    for one in responses:
        given = others[one.ident]
        made[names[one.ident]] = _gap(item, one, given, rules.run(given) if given else base, told)
    fields: Fields = {"type": "cloze", "gaps": made, **told.fields()}
    if whole:
        return {**fields, "scoring": "all_or_nothing"}
    item.best = base + sum(alone)
    _weigh(item, [*made.values()], alone)
    return fields


def _gap(item: Item, response: Response, others: Given, base: Fraction, told: Feedback) -> Fields:
    if response.chosen and not _lists_answers(item, response):
        if response.cardinality != "single":
            raise Foreign("a gap with several answers")
        options = _options(item, response, told, others, base)
        return _as_truth(options) or {"type": "single_choice", "options": marked(options, single=True)}
    if {label.ident for label in response.labels} & {*_candidates(item, response)}:
        return {"type": "short_text", **_listed(item, response, told, others, base)}
    return typed(item, response, others, base, told)


def _lists_answers(item: Item, response: Response) -> bool:
    """Whether Canvas lists the accepted answers of a gap as options, though they are to be typed.

    Its New Quizzes say so of each option, since they list menus and words to drag in the same way.
    """
    ways = {label.element.get("answer_type", "openEntry") for label in response.labels}
    return item.said("question_type") == "fill_in_multiple_blanks_question" and ways == {"openEntry"}


def _listed(item: Item, response: Response, told: Feedback, others: Given, base: Fraction) -> Fields:
    """The answers of a gap that Canvas lists: all are accepted, though its rules name the first of them only."""
    ways = {label.element.get("scoring_algorithm", "") for label in response.labels}
    if "TextRegex" in ways:
        raise Foreign("a gap compared with a pattern")
    star = "*" if "TextContainsAnswer" in ways else ""
    near = "TextCloseEnough" in ways
    if near and any(label.element.get("levenshtein_distance", "1") != "1" for label in response.labels):
        item.lose("answers", "more than one typing error was forgiven")
    loose = any(label.element.get("ignore_case") == "true" for label in response.labels)
    cased = item.said("case_sensitive").lower() == "true" and not loose
    answers = [
        {
            "text": f"{star}{text}{star}",
            **({} if option["credit"] in (0, 1) else {"credit": option["credit"]}),
            **({"feedback": option["feedback"]} if "feedback" in option else {}),
        }
        for option in _options(item, response, told, others, base)
        if (text := option["text"].replace("*", "\\*"))
    ]
    return {
        "answers": answers,
        **({"case_sensitive": True} if cased else {}),
        **({"typo": 1} if near else {}),
    }


def _candidates(item: Item, response: Response) -> list[str]:
    """Values that the rules speak of, and numbers that they accept."""
    said = [
        (test.text or "").strip()
        for condition in item.processing.scoring
        for test in mentioned(condition, response.ident)
    ]
    numerical = not response.chosen and is_numerical(item, response)
    spans = [
        answer[name]
        for condition in (item.processing.scoring if numerical else ())
        for tests in condition.iterchildren("conditionvar")
        for answer in accepted(tests, response.ident, None)[0]
        for name in ("value", "min", "max")
        if name in answer
    ]
    return [*spans, *filter(None, said)]


def _worth(item: Item, response: Response, others: Given, base: Fraction) -> Fraction:
    """The most that one gap gives by itself."""
    values = _candidates(item, response)
    scores = [item.processing.run({**others, response.ident: (one,)}) - base for one in values]
    return max([Fraction(0), *scores])


def _all_right(item: Item, responses: Sequence[Response]) -> Given:
    """A right answer to each gap, where only all together give points. Raises Wrong."""
    right = {one.ident: _candidates(item, one)[:1] for one in responses}
    if not all(right.values()) or item.processing.run(right) <= 0:
        raise no_key()
    return right


def _weigh(item: Item, gaps: Sequence[Fields], worth: Sequence[Fraction]) -> None:
    """Gives the gaps their weights where they are not worth the same."""
    least = min(worth)
    ratios = [(one / least).limit_denominator(20) for one in worth]
    scale = lcm(*(one.denominator for one in ratios))
    if any(abs(ratio - one / least) > _ROUNDED * 10 for ratio, one in zip(ratios, worth, strict=True)):
        item.lose("gaps", "the weights of the gaps are rounded")
    for gap, ratio in zip(gaps, ratios, strict=True):
        if ratio * scale != 1:
            gap["weight"] = ratio * scale

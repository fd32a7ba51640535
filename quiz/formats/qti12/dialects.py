"""What systems say in ways of their own, put into the words of QTI 1.2 before an item is read.

The ways are those of the files that D2L Brightspace, ILIAS, Sakai, OpenOLAT, Blackboard and Canvas export.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from fractions import Fraction
from html import escape
from typing import Final

from quiz.errors import Said
from quiz.files.xml import Element
from quiz.formats.qti12.item import RESPONSES, Foreign, Item, Wrong
from quiz.formats.qti12.markup import has_content
from quiz.formats.qti12.processing import mentioned, number

#: Texts of ILIAS that are no part of what is asked.
_NOT_SHOWN: Final = frozenset({"answerdepth", "suggested_solution"})
#: The address of a picture in a text.
_SRC: Final = re.compile(r'src="([^"]*)"')
#: Elements, and bytes, of the choices that every stem gets a copy of, together: those of sixty pairs.
_MOST_ELEMENTS: Final = 12_000
_MOST_BYTES: Final = 50_000_000
#: How Blackboard names the options of *Either/Or*.
_EITHER_OR: Final = re.compile(r"([a-z]+)_([a-z]+)\.(true|false)")
#: How many options may be chosen, by kinds that say it otherwise than their files sometimes do.
_CHOSEN: Final = {"multipleanswer": "Multiple", "multiplechoice": "Single"}
#: The counters of D2L, and the variable that they make up.
_RIGHT, _WRONG, _SCORE = "D2L_Correct", "D2L_Incorrect", "que_score"


def rewrite(item: Item, name: str) -> None:
    """Rewrites the item in place. ``name``: its kind as ``quiz.formats.qti12.kinds`` has it. Raises Wrong and Foreign."""
    if item.presentation is None:
        return
    _rewrite_texts(item)
    _part_groups(item)
    _name_responses(item, name)
    _name_either_or(item)
    _rewrite_tests(item)
    _rewrite_ways(item)
    _rewrite_percentages(item)
    _rewrite_counters(item)
    _drop_blanks(item)


def _rewrite_texts(item: Item) -> None:
    """Sakai says of all its texts at once that they are HTML; ILIAS gives the files of pictures beside the texts."""
    html = item.said("text_format").lower() == "html"
    for text in [*item.element.iter("mattext")]:
        if text.get("label") in _NOT_SHOWN:
            text.getparent().remove(text)
        elif html:
            text.set("texttype", "text/html")
    for material in item.element.iter("material"):
        pictures = [one for one in material.iterchildren("matimage") if one.get("uri")]
        beside = {one.get("label", ""): escape(one.get("uri")) for one in pictures}
        named = set[str]()
        for text in material.iterchildren("mattext") if beside else ():
            named.update(_SRC.findall(text.text or ""))
            text.text = _SRC.sub(
                lambda found, to=beside: f'src="{to.get(found[1], found[1])}"', text.text or ""
            )
        for one in pictures:
            if one.get("label", "") in named:
                one.set("uri", "")


# Responses -----------------------------------------------------------------------------------------------------------


def _part_groups(item: Item) -> None:
    """ILIAS matches in one group of labels, some of which say in ``match_group`` what can go with them."""
    from lxml.etree import tostring  # noqa: PLC0415 - loaded by now

    parted: dict[str, Collection[str]] = {}
    elements = size = 0
    for group in [*item.element.iter("response_grp")]:
        labels = [*group.iter("response_label")]
        stems = {one.get("ident", ""): one for one in labels if one.get("match_group")}
        choices = [one for one in labels if one.get("ident", "") not in stems]
        if "" in stems:
            raise Wrong("a response_label has no ident – give each its own")
        elements += len(stems) * sum(1 for one in choices for _ in one.iter())
        size += len(stems) * sum(len(tostring(one)) for one in choices)
        if elements > _MOST_ELEMENTS or size > _MOST_BYTES:
            raise Wrong("there are too many stems and choices – part the question")
        for name, stem in stems.items():
            made = group.makeelement("response_lid", {"ident": name, "rcardinality": "Single"})
            shown = made.makeelement("render_choice")
            shown.extend(map(deepcopy, choices))
            made.extend([*stem, shown])
            group.addprevious(made)
        if stems:
            group.getparent().remove(group)
            parted[group.get("ident", "")] = stems.keys()
    _part_tests(item, parted)


def _part_tests(item: Item, parted: Mapping[str, Collection[str]]) -> None:
    """``varsubset`` names a choice and its stem, with a comma between. ``parted``: the stems of each group."""
    scored = set[str]()
    for test in [*item.element.iter("varsubset")]:
        stems = parted.get(test.get("respident", ""), ())
        pair = [name.strip() for name in (test.text or "").split(",")]
        stem = next((name for name in pair if name in stems), None)
        if stem is None:
            continue
        test.tag, test.text = "varequal", next((name for name in pair if name != stem), "")
        test.set("respident", stem)
        if _scores(test.getparent().getparent()):
            if stem in scored:
                raise Foreign(Said("matching in which a stem has several choices"))
            scored.add(stem)


def _name_responses(item: Item, name: str) -> None:
    """A response by its structure: D2L calls its name ``respident``, ILIAS a menu ``response_str``."""
    found = [*item.element.iter("response_lid", "response_grp", "response_str")]
    for one in found:
        if not one.get("ident"):
            one.set("ident", one.get("respident", ""))
        if one.find(".//render_choice//response_label") is not None:
            one.tag = "response_lid"
    if len(found) == 1 and found[0].tag == "response_lid" and found[0].get("rcardinality") != "Ordered":
        wished = _CHOSEN.get(name)
        if wished == "Multiple" or (wished and _has_one_answer(item)):
            found[0].set("rcardinality", wished)


def _has_one_answer(item: Item) -> bool:
    """Whether one option is right, or each of several by itself, as D2L gives them percentages."""
    scored = [*filter(_scores, item.element.iter("respcondition"))]
    ways = {one.get("action", "Set") for condition in scored for one in condition.iterchildren("setvar")}
    alone = ways == {"Set"} and all(len([*_named(condition)]) == 1 for condition in scored)
    return alone or len(_key(item)) == 1


def _drop_blanks(item: Item) -> None:
    """Canvas, Blackboard and Sakai export the empty lines of their forms as options and pairs without a text."""
    responses = [*item.element.iter("response_lid")]
    for one in responses if item.said("question_type") == "matching_question" else ():
        if not any(has_content(part) for part in one if part.tag != "render_choice"):
            one.getparent().remove(one)
            item.lose("pairs", "pairs without a stem")
    key = _key(item)
    beside = item.block("RIGHT_MATCH_BLOCK") is not None  # the texts of all options
    for one in () if beside else item.element.iter("response_lid"):
        labels, name = [*one.iter("response_label")], one.get("ident")
        blank = [
            label for label in labels if not has_content(label) and (name, label.get("ident")) not in key
        ]
        if blank and len(blank) < len(labels):
            item.lose("options", "options without a text")
            for label in blank:
                label.getparent().remove(label)


def _key(item: Item) -> set[tuple[str, str]]:
    """The responses and values that rules with points name."""
    return {value for one in filter(_scores, item.element.iter("respcondition")) for value in _named(one)}


def _scores(condition: Element) -> bool:
    said = [(one.text or "").strip() for one in condition.iterchildren("setvar")]
    return any(text.endswith(".max") or (number(text) or 0) > 0 for text in said)


# Tests ---------------------------------------------------------------------------------------------------------------


def _rewrite_tests(item: Item) -> None:
    by_name = {one.get("ident"): one for one in item.element.iter(*RESPONSES) if one.get("ident")}
    by_label = {label.get("ident"): one for one in by_name.values() for label in one.iter("response_label")}
    case = item.said("case_sensitive").lower() == "true" or item.said("textgaprating") == "cs"
    equal = defaultdict(list)
    for test in [*item.element.iter("varequal", "varsubstring")]:
        name = test.get("respident", "")
        if name not in by_name and name in by_label:
            _name_response(test, name, by_label[name])
        if case:
            test.set("case", "Yes")
        if test.tag == "varequal":
            equal[test.get("respident")].append(test)
    for name, response in by_name.items():
        if response.tag == "response_lid":
            _name_options(equal[name], response)
            _pair_names(item, equal[name], response)
        elif response.tag == "response_num":
            _add_bounds(equal[name], response)


def _name_either_or(item: Item) -> None:
    """Blackboard names the two options of *Either/Or* by its own words for them: ``yes_no.true`` is *Yes*."""
    if item.said("bbmd_questiontype") != "Either/Or":
        return
    for label in item.element.iter("response_label"):
        for text in label.iter("mattext"):
            if found := _EITHER_OR.fullmatch((text.text or "").strip()):
                text.text = found[1 if found[3] == "true" else 2].capitalize()


def _rewrite_ways(item: Item) -> None:
    """Blackboard says of typed answers how they are compared, with the test or as a variable of its condition; D2L says
    beside the test whether it is a pattern.
    """
    for one in [*item.element.iter("var_extension")]:
        said = (one.findtext("answer_is_regexp") or "").strip().lower()
        if said not in ("", "no", "0", "false"):
            raise Foreign("a gap compared with a pattern")
        if said:
            one.getparent().remove(one)
    for condition in item.element.iter("respcondition"):
        beside = [(one.text or "").strip().lower() for one in condition.iterchildren("setvar")]
        for test in condition.iter("varequal"):
            ways = [(test.get("setmatch") or "").lower(), *beside]
            if "matches" in ways:
                raise Foreign("a gap compared with a pattern")
            if "contains" in ways:
                test.tag = "varsubstring"


def _rewrite_percentages(item: Item) -> None:
    """Blackboard says in percent what each option or pair is worth, where parts of an answer give parts of the mark."""
    if item.said("bbmd_partialcredit").lower() != "true":
        return
    conditions = [*item.element.iter("respcondition")]
    worth = {one: percent for one in conditions if (percent := _percent(one)) is not None}
    given = {value for one, percent in worth.items() if percent > 0 for value in _named(one)}
    whole = {value for one in conditions if _gives_all(one) for value in _named(one)}
    if any(map(_counts_otherwise, conditions)) or not given or not whole <= given:
        item.lose("options", "partial credits of Blackboard's own, which its rules do not give")
        return
    for one in item.element.iter("decvar"):
        one.set("maxvalue", "100")
    for condition in conditions:
        for one in [*condition.iterchildren("setvar")]:
            condition.remove(one)
        if condition in worth:
            condition.append(_set(condition, "Add", str(float(worth[condition]))))


def _percent(condition: Element) -> Fraction | None:
    """What an option or a pair is worth by itself; None for a condition that says something else."""
    said = _variable(condition, "PartialCreditPercent")
    return number(said if said or condition.get("title") else _variable(condition, "SCORE"))


def _counts_otherwise(condition: Element) -> bool:
    """Whether a pair takes points off where it is wrong, or is worth none."""
    taken, given = (_variable(condition, f"{sign}CreditPercent") for sign in ("Negative", "Partial"))
    return bool(number(taken)) or number(given) == 0


def _variable(condition: Element, name: str) -> str:
    """What a condition sets a variable of Blackboard to; "" where it does not."""
    found = (one for one in condition.iterchildren("setvar") if one.get("variablename") == name)
    return next((one.text or "" for one in found), "")


def _gives_all(condition: Element) -> bool:
    return any((one.text or "").strip().endswith(".max") for one in condition.iterchildren("setvar"))


def _named(condition: Element) -> Iterator[tuple[str, str]]:
    """The responses and values that a condition names."""
    return ((test.get("respident", ""), (test.text or "").strip()) for test in mentioned([condition], None))


def _name_response(test: Element, label: str, response: Element) -> None:
    """Blackboard and D2L name an option, or the field in a response, where the response is meant."""
    test.set("respident", response.get("ident"))
    if not (test.text or "").strip():
        test.text = label
    elif response.get("rcardinality") == "Ordered":
        test.set("index", test.text.strip())
        test.text = label


def _name_options(tests: Sequence[Element], response: Element) -> None:
    """ILIAS names options by their texts, and in orderings by their places, which it counts from 0."""
    labels = [*response.iter("response_label")]
    names = [one.get("ident") for one in labels]
    texts = {"".join(one.itertext()).strip(): one.get("ident") for one in reversed(labels)}
    places = {str(place): name for place, name in enumerate(names)}
    known, others = {*names}, places if response.get("rcardinality") == "Ordered" else texts
    from_zero = any(one.get("index") == "0" for one in tests)
    for one in tests:
        said = (one.text or "").strip()
        if said not in known and said in others:
            one.text = others[said]
        if from_zero and (place := number(one.get("index"))) is not None:
            one.set("index", str(place + 1))


def _pair_names(item: Item, tests: Sequence[Element], response: Element) -> None:
    """Blackboard Ultra has one name of an option among the options and another in the rules, both in the same order."""
    options = [one.get("ident") for one in response.iter("response_label")]
    said = [*dict.fromkeys((one.text or "").strip() for one in tests)]
    if len(said) != len(options) or {*said} & {*options}:
        return
    names = dict(zip(said, options, strict=True))
    for one in tests:
        one.text = names[(one.text or "").strip()]
    item.lose("options", "the rules have other names for the options: they are taken in the same order")


def _add_bounds(tests: Sequence[Element], response: Element) -> None:
    """ILIAS says with the field of a gap which numbers are near enough."""
    for field in response.iter("render_fib"):
        low, high = number(field.get("minnumber")), number(field.get("maxnumber"))
        for one in tests if low != high else ():
            value = number(one.text)
            if value is None or low is None or high is None or not low <= value <= high:
                continue
            either, both = one.makeelement("or"), one.makeelement("and")
            one.getparent().replace(one, either)
            for tag, bound in (("vargte", "minnumber"), ("varlte", "maxnumber")):
                made = one.makeelement(tag, {"respident": response.get("ident")})
                made.text = field.get(bound)
                both.append(made)
            either.extend([one, both])


# Counters ------------------------------------------------------------------------------------------------------------


def _rewrite_counters(item: Item) -> None:
    """D2L counts what is right and what is wrong, and says by ``grading_type`` what that makes.

    For several options 0 is all or nothing, 1 right minus wrong, else what is rightly left alone counts too; for matching
    and ordering 0 is a share for each part, 1 all or nothing, 2 right minus wrong.
    """
    counted = [*_counted(item)]
    if not counted:
        return
    several = any(one.get("rcardinality") == "Multiple" for one in item.element.iter("response_lid"))
    grading = "".join(one.text or "" for one in item.element.iter("grading_type")).strip()
    right, wrong = ([one for one, name in counted if name == counter] for counter in (_RIGHT, _WRONG))
    whole = _sum_up(item) or grading == ("0" if several else "1")
    if whole:
        _add_whole(right, wrong if several else ())
        return
    for worth, conditions in (("1", right), ("-1", wrong if several else ())):
        for one in conditions:
            one.append(_set(one, "Add", worth))
    if several and grading != "1":
        item.lose("scoring", "what is rightly left alone counts too: here wrong options take off points")
    elif grading == "2":
        item.lose("scoring", "wrong parts take off points: here they give none")


def _counted(item: Item) -> Iterator[tuple[Element, str]]:
    """The conditions that count, without what they set, and what they count."""
    for condition in [*item.element.iter("respcondition")]:
        for one in [*condition.iterchildren("setvar")]:
            if one.get("varname") in (_RIGHT, _WRONG) and condition.find("conditionvar") is not None:
                yield condition, one.get("varname")
                condition.remove(one)


def _sum_up(item: Item) -> bool:
    """Takes out the rules that make the score of the counters; whether they say that nothing may be wrong."""
    whole = False
    for one in [*item.element.iter("outcomes")]:
        one.getparent().remove(one)
    for condition in [*item.element.iter("respcondition")]:
        if any(one.get("varname") == _SCORE for one in condition.iterchildren("setvar")):
            whole = whole or any(test.get("respident") == _WRONG for test in condition.iter("varequal"))
            condition.getparent().remove(condition)
    return whole


def _add_whole(right: Sequence[Element], wrong: Sequence[Element]) -> None:
    """One condition that all parts are right, and none of the wrong ones is there."""
    if not right:
        return
    made = right[0].makeelement("respcondition")
    tests = made.makeelement("conditionvar")
    for one in right:
        tests.extend(map(deepcopy, one.find("conditionvar")))
    for one in wrong:
        not_there = tests.makeelement("not")
        not_there.extend(map(deepcopy, one.find("conditionvar")))
        tests.append(not_there)
    made.extend([tests, _set(made, "Set", "1")])
    right[0].getparent().append(made)


def _set(near: Element, action: str, worth: str) -> Element:
    made = near.makeelement("setvar", {"action": action})
    made.text = worth
    return made

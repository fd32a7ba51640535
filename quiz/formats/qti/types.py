"""What each type is in QTI. Standard templates of scoring where they say exactly what is meant, else rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from quiz.errors import Said
from quiz.formats.base import NEVER, Unwritable, credits_of, is_new
from quiz.formats.qti.gaps import FILL_IN
from quiz.formats.qti.nesting import nested
from quiz.formats.qti.orders_writing import items
from quiz.formats.qti.patterns import from_stars
from quiz.formats.qti.pictures_writing import all_gaps, hotspot, on_picture, words_of
from quiz.formats.qti.sheet import Sheet, block, decimal, identifier, is_exact, match_correct
from quiz.formats.qti.xhtml import plain
from quiz.questions.rules.text import has_star, literal
from quiz.questions.types import get


def _options(sheet: Sheet, content: Any) -> None:
    single = sheet.question.type == "single_choice"
    names = [identifier(option.id) for option in content.options]
    if single:
        credits = [one.worth for one in content.options]
        right = [name for name, credit in zip(names, credits, strict=True) if credit == 1][:1]
    else:
        credits = _credits(sheet, content)
        right = [name for name, option in zip(names, content.options, strict=True) if option.right]
    sheet.tell_chosen(((one.id, one.feedback) for one in content.options), "single" if single else "multiple")
    exactly = single and all(credit in (0, 1) for credit in credits) and credits.count(Fraction(1)) == 1
    if (exactly and sheet.points == 1) or sheet.question.scoring == "all_or_nothing":
        mapping = []
        match_correct(sheet)
    else:
        mapping = [(name, credit * sheet.points) for name, credit in zip(names, credits, strict=True)]
        sheet.template = "map_response"
        _lose_rest(sheet, [max(credits)] if single else credits)
    bounds = {} if single else {"lowerBound": "0", "upperBound": decimal(sheet.points)}
    sheet.declare("RESPONSE", "single" if single else "multiple", "identifier", right, mapping, bounds)
    most = 1 if single else content.choose or 0
    if not single and content.choose == len(content.options):
        sheet.lose("choose", "where all are right it is not told")
    choices = [
        sheet.el("simpleChoice", {"identifier": name}, sheet.texts.entry(option.text))
        for name, option in zip(names, content.options, strict=True)
    ]
    block(sheet, "choiceInteraction", {"shuffle": sheet.question.shuffle, "maxChoices": most}, choices)


def _lose_rest(sheet: Sheet, credits: Sequence[Fraction]) -> None:
    """Tells where not all points can be had: a reader takes the most that is given for the whole."""
    if sum(credit for credit in credits if credit > 0) < 1:
        for name in ("points", "options"):
            sheet.lose(name, "what all right options give together counts as the whole mark")


def _credits(sheet: Sheet, content: Any) -> list[Fraction]:
    if sheet.question.scoring != "right_minus_wrong":
        return credits_of(content.options)
    share = Fraction(1, len(content.key))
    return [share if option.right else -share for option in content.options]


def _truth(sheet: Sheet, content: Any) -> None:
    told = [(name, content.feedback_to(name == "true")) for name in ("true", "false")]
    sheet.tell_chosen(told, "single")
    sheet.declare("RESPONSE", "single", "identifier", [str(content.answer).lower()])
    match_correct(sheet)
    choices = [sheet.el("simpleChoice", {"identifier": name}, name.capitalize()) for name, _ in told]
    block(sheet, "choiceInteraction", {"shuffle": "false", "maxChoices": 1}, choices)


def _pairs(sheet: Sheet, content: Any) -> None:
    """Stems and choices may have the same ids: choices begin with ``c_``."""
    pairs = [f"{identifier(pair.id)} c_{pair.choice_id}" for pair in content.pairs]
    _pair_score(sheet, pairs)
    stems = [
        sheet.el(
            "simpleAssociableChoice",
            {"identifier": identifier(pair.id), "matchMax": 1},
            sheet.texts.entry(pair.stem),
        )
        for pair in content.pairs
    ]
    choices = [
        sheet.el(
            "simpleAssociableChoice",
            {"identifier": f"c_{name}", "matchMax": 0},
            sheet.texts.entry(one.text),
        )
        for name, one in content.choices.items()
    ]
    sets = [sheet.el("simpleMatchSet", None, *side) for side in (stems, choices)]
    about = {"shuffle": sheet.question.shuffle, "maxAssociations": len(stems)}
    block(sheet, "matchInteraction", about, sets)


def _pair_score(sheet: Sheet, pairs: Sequence[str]) -> None:
    if sheet.question.scoring == "all_or_nothing":
        sheet.declare("RESPONSE", "multiple", "directedPair", pairs)
        match_correct(sheet)
    else:
        share = sheet.points / len(pairs)
        takes_off = sheet.question.scoring == "right_minus_wrong"
        bounds = {"lowerBound": "0", "defaultValue": decimal(-share)} if takes_off else None
        sheet.declare(
            "RESPONSE", "multiple", "directedPair", pairs, [(pair, share) for pair in pairs], bounds
        )
        sheet.template = "map_response"


def _typed(sheet: Sheet, content: Any) -> None:
    _alone(sheet, "RESPONSE")
    folded = [literal(answer.text).lower() for answer in content.answers]
    simple = (
        len(set(folded)) == len(folded)
        and not any(has_star(answer.text) or answer.feedback for answer in content.answers)
        and all(answer.text.strip() == answer.text for answer in content.answers)
    )
    correct = _correct_texts(content)[:1]
    if simple:
        mapping = [(literal(answer.text), answer.credit * sheet.points) for answer in content.answers]
        sheet.declare(
            "RESPONSE", "single", "string", correct, mapping, None, {"caseSensitive": content.case_sensitive}
        )
        sheet.template = "map_response"
    else:
        sheet.declare("RESPONSE", "single", "string", correct)
        _chain(sheet, content, "RESPONSE", _text_test, Fraction(1))


def _numbers(sheet: Sheet, content: Any) -> None:
    _alone(sheet, "RESPONSE")
    sheet.declare("RESPONSE", "single", "float", _correct_number(content))
    _chain(sheet, content, "RESPONSE", _number_test, Fraction(1))
    _lose_hidden(sheet, content)


def _lose_hidden(sheet: Sheet, content: Any) -> None:
    """Tells of answers that never count, which a reader who tries answers does not find."""
    before: list[tuple[Fraction, Fraction]] = []
    if not all(is_new(before, *answer.bounds) for answer in content.answers):
        sheet.lose("answers", NEVER)


def _correct_number(content: Any) -> list[str]:
    """A right number that no answer before it accepts; of ranges alone an end, which counts."""
    right = [one for one in content.answers if one.credit == 1]
    exact = [one.value for one in right if one.value is not None]
    tried = (*exact, *(end for one in right for end in one.bounds))
    return [decimal(one) for one in tried if _first_credit(content, one) == 1][:1]


def _first_credit(content: Any, number: Fraction) -> Fraction:
    """The credit of the first answer that accepts a number, which one does."""
    found: Fraction = next(one.credit for one in content.answers if one.bounds[0] <= number <= one.bounds[1])
    return found


def _correct_texts(content: Any) -> list[str]:
    """Texts that are right and without a star, and that no answer before them accepts for less."""
    right = (literal(one.text) for one in content.answers if one.credit == 1 and not has_star(one.text))
    return [text for text in right if get("short_text").score(content, text, "first_match").fraction == 1]


def _alone(sheet: Sheet, name: str) -> None:
    """The prompt, and a field below it."""
    field = sheet.el("textEntryInteraction", {"responseIdentifier": name})
    sheet.body = f"{sheet.front()}<p>{field}</p>"


#: The test that a response is an accepted answer.
_Test = Callable[[Sheet, Any, str, Any], str]


def _chain(
    sheet: Sheet, content: Any, name: str, test: _Test, share: Fraction, *, within: bool = False
) -> None:
    """A rule that gives the score of the first answer that fits, and tells what goes with it; ``within`` a text with
    gaps adds it to the others.
    """
    branches = []
    for place, answer in enumerate(content.answers):
        worth = sheet.score(answer.credit * share)
        done = sheet.add(worth) if within else sheet.set("SCORE", worth)
        if not within and sheet.tell("FEEDBACK", f"answer-{place + 1}", answer.feedback):
            sheet.outcomes["FEEDBACK"] = "single"
            done += sheet.set("FEEDBACK", sheet.value("identifier", f"answer-{place + 1}"))
        branches.append((test(sheet, content, name, answer), done))
    sheet.rules.append(sheet.when(*branches))


def _text_test(sheet: Sheet, content: Any, name: str, answer: Any) -> str:
    """That a text is given; in any of the gaps that may be swapped with this one."""
    tests = [_is_text(sheet, content, one, answer) for one in sheet.swaps.get(name, (name,))]
    return tests[0] if len(tests) == 1 else sheet.el("or", None, *tests)


def _is_text(sheet: Sheet, content: Any, name: str, answer: Any) -> str:
    given = sheet.variable(name)
    if has_star(answer.text):
        return sheet.el("patternMatch", {"pattern": from_stars(answer.text, content.case_sensitive)}, given)
    text = sheet.value("string", plain(literal(answer.text)))
    return sheet.el("stringMatch", {"caseSensitive": content.case_sensitive}, given, text)


def _number_test(sheet: Sheet, _content: Any, name: str, answer: Any) -> str:
    given = sheet.variable(name)
    low, high = answer.bounds
    if not all(map(is_exact, (low, high))):
        sheet.lose("answers", "a number that does not end was rounded")
    if answer.value is None or answer.tolerance_type == "geometric":
        if answer.value is not None:
            sheet.lose("answers", "a geometric tolerance became a range")
        above = sheet.el("gte", None, given, sheet.value("float", decimal(low)))
        below = sheet.el("lte", None, given, sheet.value("float", decimal(high)))
        return sheet.el("and", None, above, below)
    # A tolerance is around what is named first.
    return sheet.el("equal", _tolerance(sheet, answer), sheet.value("float", decimal(answer.value)), given)


def _tolerance(sheet: Sheet, answer: Any) -> dict[str, object]:
    """How far off a number may be. Shares of a number below zero would be a range whose ends are the wrong way round."""
    if not answer.tolerance:
        return {"toleranceMode": "exact"}
    mode, width = answer.tolerance_type, answer.tolerance
    if mode == "relative" and answer.value < 0:
        sheet.lose("answers", "tolerances that are shares became numbers")
        mode, width = "absolute", width * -answer.value
    said = decimal(width * 100 if mode == "relative" else width)
    return {"toleranceMode": mode, "tolerance": f"{said} {said}"}


def _essay(sheet: Sheet, content: Any) -> None:
    """The model answer is the correct response, which is plain text; one with markup is told to who marks."""
    plain = bool(content.model_answer) and sheet.texts.keeps(content.model_answer)
    model = [sheet.texts.line(content.model_answer)] if plain else []
    sheet.declarations.append(
        sheet.el(
            "responseDeclaration",
            {"identifier": "RESPONSE", "cardinality": "single", "baseType": "string"},
            *(sheet.el("correctResponse", None, sheet.el("value", None, text)) for text in model),
        )
    )
    rich = {"class": "quiz-rich"} if content.format == "rich" else {}
    block(sheet, "extendedTextInteraction", {**rich, "format": "plain"}, [])
    if content.model_answer and not plain:
        shown = f'<div class="quiz-text">{sheet.texts.xhtml(content.model_answer).strip()}</div>'
        # 3.0 asks what it is for.
        use = {"use": "scoring"} if sheet.dialect.hyphens else {}
        about = {"class": "quiz-model-answer", "view": "scorer", **use}
        sheet.body += sheet.el("rubricBlock", about, sheet.apart(shown))


def _description(sheet: Sheet, _content: Any) -> None:
    sheet.body = sheet.front().strip()


# Texts with gaps -----------------------------------------------------------------------------------------------------


def _with_text(sheet: Sheet, text: str) -> None:
    """The prompt, unless it is only what is said where there is none, and the text."""
    front = sheet.shared() if sheet.question.prompt == FILL_IN else sheet.front()
    sheet.body = f'{front}<div class="quiz-text">{text.strip()}</div>'


def _all_right(sheet: Sheet, tests: Sequence[str]) -> None:
    test = tests[0] if len(tests) == 1 else sheet.el("and", None, *tests)
    sheet.rules.append(sheet.when((test, sheet.set("SCORE", sheet.score(Fraction(1))))))


def _select(sheet: Sheet, content: Any) -> None:
    """Each gap offers the words of its group."""
    if content.reuse:
        sheet.hints.append("reuse")
    _unused(sheet, content)
    put, tests, filled = {}, [], []
    for gap, right in content.gaps.items():
        name = identifier(gap)
        sheet.declare(name, "single", "identifier", [identifier(right)])
        words = [word for word in content.choices if word.id in content.fitting(gap)]
        choices = [
            sheet.el("inlineChoice", {"identifier": identifier(word.id)}, sheet.line(word.text, "choices"))
            for word in words
        ]
        about = {"responseIdentifier": name, "shuffle": sheet.question.shuffle}
        put[gap] = sheet.el("inlineChoiceInteraction", about, *choices)
        tests.append(sheet.el("match", None, sheet.variable(name), sheet.variable(name, "correct")))
        filled.append(sheet.el("not", None, sheet.el("isNull", None, sheet.variable(name))))
    _with_text(sheet, sheet.texts.around(content.text, put))
    if sheet.question.scoring == "all_or_nothing":
        _all_right(sheet, tests)
        return
    share = Fraction(1, len(tests))
    added, taken = sheet.add(sheet.score(share)), sheet.add(sheet.score(-share))
    if sheet.question.scoring == "right_minus_wrong":
        sheet.rules += (
            sheet.when((test, added), (wrong, taken)) for test, wrong in zip(tests, filled, strict=True)
        )
        _at_least_zero(sheet)
    else:
        sheet.rules += (sheet.when((test, added)) for test in tests)


def _at_least_zero(sheet: Sheet) -> None:
    nothing = sheet.score(Fraction(0))
    sheet.rules.append(
        sheet.when((sheet.el("lt", None, sheet.variable("SCORE"), nothing), sheet.set("SCORE", nothing)))
    )


def _unused(sheet: Sheet, content: Any) -> None:
    groups = {content.words[right].group for right in content.gaps.values()}
    if any(word.group not in groups for word in content.choices):
        sheet.lose("choices", "words of a group that no gap has")


def _drag(sheet: Sheet, content: Any) -> None:
    _unused(sheet, content)
    pairs = [f"w_{right} {identifier(gap)}" for gap, right in content.gaps.items()]
    _pair_score(sheet, pairs)
    if content.picture is not None:
        on_picture(sheet, content, words_of(sheet, content))
        return
    put = {gap: _in_line(sheet, gap) for gap in content.gaps}
    text = f'<div class="quiz-text">{sheet.texts.around(content.text, put).strip()}</div>'
    words = words_of(sheet, content)
    about = {
        "responseIdentifier": "RESPONSE",
        "shuffle": sheet.question.shuffle,
        **all_gaps(sheet, content),
    }
    if sheet.question.prompt == FILL_IN:
        sheet.body = sheet.el("gapMatchInteraction", about, *words, text)
    else:
        block(sheet, "gapMatchInteraction", about, [*words, text])


def _in_line(sheet: Sheet, gap: str) -> str:
    """A gap for words; it stands in lines only, and a ``div``, an entry or a cell is none."""
    return f'<span class="quiz-gap">{sheet.el("gap", {"identifier": identifier(gap)})}</span>'


def _cloze(sheet: Sheet, content: Any) -> None:
    whole = sum((gap.weight for gap in content.gaps.values()), Fraction(0))
    together = sheet.question.scoring == "all_or_nothing"
    for group in content.interchangeable:
        _swap(sheet, content, group)
    if any(_tells(gap.content) for gap in content.gaps.values()):
        sheet.lose("gaps", "answers of gaps have no feedback of their own")
    put, tests = {}, []
    for id, gap in content.gaps.items():
        name, share = identifier(id), gap.weight / whole
        if gap.type not in _GAPS:
            raise Unwritable(Said("a gap of type %(type)s", type=gap.type))
        put[id] = _GAPS[gap.type](sheet, gap.content, name, share)
        tests.append(_right_gap(sheet, gap.content, name, share))
    _with_text(sheet, _standing(sheet, content, sheet.texts.around(content.text, put)))
    if together:
        sheet.rules.clear()
        _all_right(sheet, tests)
    elif sheet.question.scoring != "weighted_gaps":
        sheet.hints.append("at-least-zero")
        _at_least_zero(sheet)


def _swap(sheet: Sheet, content: Any, group: Sequence[str]) -> None:
    """Lets the answers of these gaps count in any of them, where each gap has answers of its own."""
    if _is_apart([content.gaps[id] for id in group]):
        names = tuple(map(identifier, group))
        sheet.swaps |= dict.fromkeys(names, names)
    else:
        sheet.lose("interchangeable", "answers that several gaps know cannot be swapped")
    if [*group] != [id for id in content.shown if id in group]:
        sheet.lose("interchangeable", "gaps that may be swapped are named in the order of the text")


def _is_apart(gaps: Sequence[Any]) -> bool:
    """Whether each of some gaps has texts of its own, the best first, so that each can be looked for in all of them."""
    if any(gap.type != "short_text" for gap in gaps):
        return False
    texts = [literal(answer.text).strip().lower() for gap in gaps for answer in gap.content.answers]
    credits = [[answer.credit for answer in gap.content.answers] for gap in gaps]
    plain = not any(has_star(answer.text) for gap in gaps for answer in gap.content.answers)
    alike = len({gap.content.case_sensitive for gap in gaps}) == 1
    return (
        plain
        and alike
        and len({*texts}) == len(texts)
        and all(sorted(one, reverse=True) == one for one in credits)
    )


def _standing(sheet: Sheet, content: Any, text: str) -> str:
    """The text with its boxes where QTI lets them stand, which is not in paragraphs."""
    if all(gap.type != "multiple_response" for gap in content.gaps.values()):
        return text
    made = nested(text)
    if made != text:
        sheet.lose("text", "boxes do not stand in paragraphs")
    return made


def _tells(content: Any) -> bool:
    parts = (*getattr(content, "answers", ()), *getattr(content, "options", ()))
    return any(part.feedback for part in parts) or bool(
        getattr(content, "feedback_true", None) or getattr(content, "feedback_false", None)
    )


def _right_gap(sheet: Sheet, content: Any, name: str, share: Fraction) -> str:
    """The test that a gap is filled rightly; of options with credits several answers may be."""
    if hasattr(content, "answers"):
        tests = [*_right_answers(sheet, content, name)]
        return tests[0] if len(tests) == 1 else sheet.el("or", None, *tests)
    if any(one.credit is not None for one in getattr(content, "options", ())):
        return sheet.is_whole(sheet.variable(name, "mapResponse"), share)
    return sheet.el("match", None, sheet.variable(name), sheet.variable(name, "correct"))


def _right_answers(sheet: Sheet, content: Any, name: str) -> Iterator[str]:
    """The tests of the answers with the full mark, which count where none before them fits."""
    test, before = _number_test if hasattr(content, "units") else _text_test, []
    for answer in content.answers:
        fits = test(sheet, content, name, answer)
        if answer.credit != 1:
            before.append(sheet.el("not", None, fits))
        else:
            yield sheet.el("and", None, *before, fits) if before else fits


def _gap_text(sheet: Sheet, content: Any, name: str, share: Fraction) -> str:
    sheet.declare(name, "single", "string", _correct_texts(content)[:1])
    for lost in ("fold", "typo"):
        if getattr(content, lost):
            sheet.lose("gaps", Said("%(field)s of a gap", field=lost))
    _chain(sheet, content, name, _text_test, share, within=True)
    return sheet.el("textEntryInteraction", {"responseIdentifier": name})


def _gap_number(sheet: Sheet, content: Any, name: str, share: Fraction) -> str:
    sheet.declare(name, "single", "float", _correct_number(content))
    if content.unit_rule is not None:
        sheet.lose("gaps", "units of a gap")
    _chain(sheet, content, name, _number_test, share, within=True)
    _lose_hidden(sheet, content)
    return sheet.el("textEntryInteraction", {"responseIdentifier": name})


def _gap_options(sheet: Sheet, content: Any, name: str, share: Fraction) -> str:
    credits = [(one.worth, one) for one in content.options]
    right = [identifier(one.id) for credit, one in credits if credit == 1][:1]
    mapping = [(identifier(one.id), credit * share * sheet.points) for credit, one in credits]
    sheet.declare(name, "single", "identifier", right, mapping)
    sheet.rules.append(sheet.answered(name, sheet.add(sheet.variable(name, "mapResponse"))))
    choices = [
        sheet.el("inlineChoice", {"identifier": identifier(one.id)}, sheet.line(one.text, "gaps"))
        for one in content.options
    ]
    about = {"responseIdentifier": name, "shuffle": sheet.question.shuffle}
    return sheet.el("inlineChoiceInteraction", about, *choices)


def _gap_boxes(sheet: Sheet, content: Any, name: str, share: Fraction) -> str:
    """Boxes are a choice that stands by itself in the text."""
    credits = credits_of(content.options)
    _lose_rest(sheet, credits)
    worth = [credit * share * sheet.points for credit in credits]
    names = [identifier(one.id) for one in content.options]
    right = [id for id, one in zip(names, content.options, strict=True) if one.right]
    bounds = {"lowerBound": "0", "upperBound": decimal(share * sheet.points)}
    sheet.declare(name, "multiple", "identifier", right, [*zip(names, worth, strict=True)], bounds)
    sheet.rules.append(sheet.answered(name, sheet.add(sheet.variable(name, "mapResponse"))))
    choices = [
        sheet.el("simpleChoice", {"identifier": id}, sheet.texts.entry(one.text))
        for id, one in zip(names, content.options, strict=True)
    ]
    about = {"responseIdentifier": name, "shuffle": sheet.question.shuffle, "maxChoices": 0}
    return sheet.el("choiceInteraction", about, *choices)


def _gap_truth(sheet: Sheet, content: Any, name: str, share: Fraction) -> str:
    sheet.declare(name, "single", "identifier", [str(content.answer).lower()])
    test = sheet.el("match", None, sheet.variable(name), sheet.variable(name, "correct"))
    sheet.rules.append(sheet.when((test, sheet.add(sheet.score(share)))))
    choices = [sheet.el("inlineChoice", {"identifier": one}, one.capitalize()) for one in ("true", "false")]
    about = {"responseIdentifier": name, "shuffle": "false", "class": "quiz-true-false"}
    return sheet.el("inlineChoiceInteraction", about, *choices)


_GAPS: Final[Mapping[str, Callable[[Sheet, Any, str, Fraction], str]]] = {
    "short_text": _gap_text,
    "numerical": _gap_number,
    "single_choice": _gap_options,
    "multiple_response": _gap_boxes,
    "true_false": _gap_truth,
}

#: Each type: what it writes.
WRITTEN: Final[Mapping[str, Callable[[Sheet, Any], None]]] = {
    "single_choice": _options,
    "multiple_response": _options,
    "true_false": _truth,
    "short_text": _typed,
    "numerical": _numbers,
    "matching": _pairs,
    "ordering": items,
    "essay": _essay,
    "description": _description,
    "cloze": _cloze,
    "gap_select": _select,
    "drag_words": _drag,
    "hotspot": hotspot,
}

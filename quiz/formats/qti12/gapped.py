"""Texts with gaps, written: ``[name]`` marks a gap, and a response of that name is chosen or typed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from html import escape
from typing import Any

from quiz.errors import Said
from quiz.formats.base import Unwritable
from quiz.formats.qti12.sheet import Sheet, all_of, any_of, equal, none_of
from quiz.formats.qti12.typed import number_rules, text_rules
from quiz.questions.parts import MARK
from quiz.questions.rules.text import has_star, literal

_CHOICES = frozenset({"single_choice", "true_false"})
#: The test, the credit and the feedback of an answer.
_Row = tuple[str, Fraction, str | None]


def gapped_text(sheet: Sheet, text: str, style: str, gaps: Iterable[str]) -> tuple[str, str]:
    """The text with ``[name]`` for each gap, and its format; what only looks like one is written otherwise, in HTML."""
    names, pieces = {*gaps}, MARK.split(text)
    if style != "html":
        clear = {*pieces[1::2]} <= names and not any(
            f"[{name}]" in one for one in pieces[::2] for name in names
        )
        if clear:
            return MARK.sub(r"[\1]", text), style
        sheet.lose("text_format", "plain text became HTML")
        pieces = MARK.split(escape(text, quote=False).replace("\n", "<br />"))
    for place, piece in enumerate(pieces):
        if place % 2:
            pieces[place] = f"[{piece}]" if piece in names else f"&#91;[{piece}]]"
        else:
            for name in names:
                pieces[place] = pieces[place].replace(f"[{name}]", f"&#91;{name}]")
    return "".join(pieces), "html"


def write_gaps(sheet: Sheet, content: Any, right: Sequence[str]) -> None:
    """A cloze. Canvas has a kind for gaps that are all typed, and one for gaps that are all chosen."""
    kinds = {gap.type for gap in content.gaps.values()}
    simple = kinds == {"short_text"} and all(map(_is_simple, content.gaps.values()))
    chosen = "multiple_dropdowns_question" if kinds <= _CHOICES and _is_plain(sheet, content) else ""
    sheet.kind = "fill_in_multiple_blanks_question" if simple else chosen
    if content.interchangeable:
        sheet.lose("interchangeable", "answers cannot be swapped between gaps")
    total = sum((gap.weight for gap in content.gaps.values()), Fraction(0))
    rows = {name: _gap(sheet, f"response_{name}", content.gaps[name], simple) for name in content.shown}
    keys = [any_of([test for test, credit, _ in tests if credit == 1]) for tests in rows.values()]
    _tell(sheet, rows)
    if sheet.question.scoring == "all_or_nothing":
        if any(gap.type == "numerical" and _takes_from_right(gap.content) for gap in content.gaps.values()):
            raise Unwritable("a number that must not be given")
        sheet.rule(all_of(keys), Fraction(1), ends=True, shows=right)
        partly = any(0 < credit < 1 for tests in rows.values() for _, credit, _ in tests)
        if partly or len({gap.weight for gap in content.gaps.values()}) > 1:
            sheet.lose("gaps", "weights and partial credits, which do not count where all has to be right")
        return
    if right:
        sheet.rule(all_of(keys), shows=right)
    sheet.lose_rounded([credit for tests in rows.values() for _, credit, _ in tests], "gaps")
    for name, tests in rows.items():
        _add(
            sheet, tests, content.gaps[name].weight / total, all_said=content.gaps[name].type not in _CHOICES
        )


def _takes_from_right(content: Any) -> bool:
    """Whether an answer for less takes some of the numbers that one behind it accepts for all."""
    before: list[tuple[Fraction, Fraction]] = []
    for answer in content.answers:
        low, high = answer.bounds
        if answer.credit != 1:
            before.append((low, high))
        elif any(begin <= high and low <= end for begin, end in before):
            return True
    return False


def _add(sheet: Sheet, tests: Sequence[_Row], share: Fraction, *, all_said: bool) -> None:
    """``all_said``: answers that give nothing are listed too, since an answer after them could fit as well."""
    for test, credit, _ in tests:
        if credit or all_said:
            sheet.rule(test, credit * share, adds=True)


def _tell(sheet: Sheet, rows: Mapping[str, Sequence[_Row]]) -> None:
    for name, tests in rows.items():
        for place, (test, _, feedback) in enumerate(tests, 1):
            if shows := sheet.told_to(f"{name}_{place}", feedback):
                sheet.rule(test, shows=shows)


def _is_plain(sheet: Sheet, content: Any) -> bool:
    """Whether menus are right or wrong by themselves: Canvas takes for right whatever changes the score."""
    credits = [one.credit for gap in content.gaps.values() for one in getattr(gap.content, "options", ())]
    return sheet.question.scoring != "all_or_nothing" and {*credits} <= {None, Fraction(0), Fraction(1)}


def _is_simple(gap: Any) -> bool:
    """Whether a gap has plain answers that are all right, which Canvas can list."""
    texts = [answer.text.strip().casefold() for answer in gap.content.answers]
    plain = not gap.content.case_sensitive and not any(map(has_star, texts))
    return plain and len({*texts}) == len(texts) and all(one.credit == 1 for one in gap.content.answers)


def _gap(sheet: Sheet, ident: str, gap: Any, simple: bool) -> list[_Row]:
    """Writes the response of a gap. ``simple``: Canvas can list its answers."""
    if gap.kind.several_answers:
        raise Unwritable(Said("a gap of type %(type)s", type=gap.type))
    if any(getattr(gap.content, name, None) for name in ("fold", "typo", "units")):
        sheet.lose("gaps", "how loosely an answer is compared, and units")
    if gap.type in _CHOICES:
        return _chosen(sheet, ident, [*_options(gap)])
    return _listed(sheet, ident, gap.content) if simple else _typed(sheet, ident, gap)


def _options(gap: Any) -> Iterator[tuple[str, str, Fraction, str | None]]:
    """The options of a menu: name, text, credit and feedback."""
    content = gap.content
    if gap.type == "true_false":
        for value in (True, False):
            yield (
                str(value).lower(),
                str(value),
                Fraction(value == content.answer),
                content.feedback_to(value),
            )
        return
    for one in content.options:
        yield one.id, one.text, Fraction(one.right) if one.credit is None else one.credit, one.feedback


def _listed(sheet: Sheet, ident: str, content: Any) -> list[_Row]:
    """The accepted answers of a gap as Canvas lists them."""
    named = [(f"answer_{place}", one) for place, one in enumerate(content.answers, 1)]
    sheet.answers(ident, [(name, literal(one.text)) for name, one in named])
    return [(equal(ident, name), one.credit, one.feedback) for name, one in named]


def _typed(sheet: Sheet, ident: str, gap: Any) -> list[_Row]:
    """A field; each answer is tested only where none before it fits, since the first counts."""
    numerical = gap.type == "numerical"
    sheet.field(ident, "Decimal" if numerical else "String")
    made: list[_Row] = []
    before: list[str] = []
    for test, answer in (number_rules if numerical else text_rules)(sheet, gap.content, ident, "gaps"):
        apart = f"<and>{test}{none_of(before)}</and>" if before else test
        made.append((apart, answer.credit, answer.feedback))
        before.append(test)
    return made


def _chosen(sheet: Sheet, ident: str, options: Sequence[tuple[str, str, Fraction, str | None]]) -> list[_Row]:
    """A menu. Canvas knows an option by its name alone, so that no two menus may share one."""
    sheet.choice(ident, [(menu_option(ident, name), text) for name, text, _, _ in options])
    return [(equal(ident, menu_option(ident, name)), credit, told) for name, _, credit, told in options]


def menu_option(ident: str, name: str) -> str:
    """The name of an option of a menu."""
    return f"{ident.removeprefix('response_')}_{name}"


def write_word_gaps(sheet: Sheet, content: Any, right: Sequence[str]) -> None:
    """Gaps filled with given words: each lists the words of its group."""
    listed = set[str]().union(*map(content.fitting, content.gaps))
    if any(one.id not in listed for one in content.choices):
        sheet.lose("choices", "words of a group that no gap has")
    sheet.kind = "" if sheet.question.scoring == "all_or_nothing" else "multiple_dropdowns_question"
    tests = []
    for name in content.shown:
        ident, fitting = f"response_{name}", content.fitting(name)
        words = [one for one in content.choices if one.id in fitting]
        sheet.choice(ident, [(menu_option(ident, one.id), one.text) for one in words])
        tests.append(equal(ident, menu_option(ident, content.gaps[name])))
    sheet.together(tests, right)

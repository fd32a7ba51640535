"""QTI 1.2, written as Canvas exports it, with what Common Cartridge and other readers look for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, BinaryIO, ClassVar, Final

from quiz.banks.model import Bank, Question
from quiz.files.archive import pack
from quiz.formats._moodle import joined, moved
from quiz.formats.base import Loss, Writer, credits_of
from quiz.formats.qti12 import package
from quiz.formats.qti12.gapped import gapped_text, write_gaps, write_word_gaps
from quiz.formats.qti12.hotspot import write_hotspot
from quiz.formats.qti12.numbers import TOLERANCE
from quiz.formats.qti12.sheet import BASE, NO_XML, STIMULUS, Sheet, attribute, coded, equal, none_of
from quiz.formats.qti12.typed import number_rules, text_rules
from quiz.formats.qti12.words import TYPE
from quiz.questions.rules.numbers import show_number
from quiz.questions.rules.text import has_star

_SHUFFLED: Final = frozenset("single_choice multiple_response cloze gap_select drag_words".split())
#: Types whose rules of scoring are not all held.
_SCORED_ONE_WAY: Final = frozenset({"ordering", "hotspot"})
_ORDERS: Final = frozenset({"all_or_nothing", "absolute_position"})
#: Rules by which wrong parts take points off, which are written for options only.
_TAKES_OFF: Final = frozenset({"right_minus_wrong", "weighted_gaps_at_least_zero"})


class Qti12Writer(Writer):
    """Gathers the items of one assessment; the package is written at the end."""

    types = frozenset(
        "single_choice multiple_response true_false short_text numerical matching ordering essay description cloze"
        " gap_select drag_words hotspot".split()
    )
    holds = frozenset(
        "name topic prompt points difficulty tags explanation hints options answer feedback_true feedback_false answers"
        " case_sensitive pairs distractors items text gaps choices image regions author model_answer".split()
    )

    heads = frozenset({"stimuli"})

    #: What stands in front of the names of pictures.
    base: ClassVar[str] = BASE

    def __init__(self, target: BinaryIO, bank: Bank) -> None:
        super().__init__(target, bank)
        self._title = NO_XML.sub("", bank.title)
        self._items: list[str] = []
        self._shared: set[str] = set()
        self._files: dict[str, bytes] = {}

    def held(self, question: Question) -> frozenset[str]:
        return self.holds | frozenset(_held(question))

    def add(self, question: Question, files: Mapping[str, bytes]) -> Sequence[Loss]:
        sheet = Sheet(question, files, self.base)
        _WRITTEN[question.type](sheet, question.content)
        if question.text_format == "markdown":
            sheet.lose("text_format", "Markdown became HTML")
        item = _item(sheet)
        self._items += [*self._stimulus(sheet), item]
        self._files.update(sheet.used)
        return sheet.losses

    def _stimulus(self, sheet: Sheet) -> Iterator[str]:
        """The text that the question shows, as an item before the first question that does."""
        shown = sheet.question.stimulus
        if shown is None or not shown.text or shown.id in self._shared:
            return
        written = (
            f'    <item ident="{STIMULUS}{shown.id}" title="{attribute(shown.label or "")}">\n'
            f"{_metadata_of([('question_type', 'text_only_question'), ('points_possible', '0')])}      <presentation>\n"
            f"{sheet.material(sheet.text(shown.text), '      ')}\n      </presentation>\n    </item>\n"
        )
        self._shared.add(shown.id)
        yield written

    @property
    def assessment(self) -> bytes:
        """The document with all items."""
        return package.assessment(self.bank.slug, self._title, self._items)

    def close(self) -> None:
        files = package.files(self.bank.slug, self._title, self.assessment, self._files)
        self.target.write(pack(files))


class Qti12DocumentWriter(Qti12Writer):
    """One document without a package; pictures belong beside it."""

    base = ""

    def close(self) -> None:
        self.target.write(self.assessment)
        self.beside.update(self._files)


def _held(question: Question) -> Iterator[str]:
    """Fields that are held for some questions only."""
    told = question.feedback
    if told and not told.partly:
        yield "feedback"
    if question.stimulus:
        yield "stimulus"
    if question.type in _SHUFFLED:
        yield "shuffle"
    if question.type == "ordering":
        held = question.scoring in _ORDERS
    else:
        takes_off = question.type != "multiple_response" and question.scoring in _TAKES_OFF
        held = question.type not in _SCORED_ONE_WAY and not takes_off
    if held:
        yield "scoring"
    if question.type in ("gap_select", "drag_words"):
        key = [*question.content.gaps.values()]  # type: ignore[attr-defined]
        if len({*key}) < len(key):
            yield "reuse"


def _item(sheet: Sheet) -> str:
    question = sheet.question
    general = sheet.feedback("general_fb", question.explanation)
    told = question.feedback
    wrong = sheet.feedback("general_incorrect_fb", told.wrong if told else None)
    rules = sheet.rules
    sheet.rules = []
    if general:
        sheet.rule("<other/>", shows=general)
    sheet.rules += rules
    if wrong:
        sheet.rule("<other/>", shows=wrong)
    for number, hint in enumerate(question.hints, 1):
        sheet.hint(number, hint)
    lines = [
        f'    <item ident="{question.id}" title="{attribute(question.name or question.id)}">',
        f"{_metadata_of(_metadata(sheet))}      <presentation>",
        *sheet.asked,
        "      </presentation>",
    ]
    if sheet.rules:
        lines += [
            "      <resprocessing>",
            "      <outcomes>",
            f'        <decvar maxvalue="100" minvalue="{sheet.lowest}" varname="SCORE" vartype="Decimal"/>',
            "      </outcomes>",
            *sheet.rules,
            "      </resprocessing>",
        ]
    return "\n".join([*lines, *sheet.told, "    </item>\n"])


def _metadata_of(said: Iterable[tuple[str, str]]) -> str:
    fields = "".join(
        f"          <qtimetadatafield>\n            <fieldlabel>{label}</fieldlabel>\n"
        f"            <fieldentry>{coded(entry)}</fieldentry>\n          </qtimetadatafield>\n"
        for label, entry in said
    )
    return f"      <itemmetadata>\n        <qtimetadata>\n{fields}        </qtimetadata>\n      </itemmetadata>\n"


def _metadata(sheet: Sheet) -> Iterator[tuple[str, str]]:
    question = sheet.question
    if sheet.profile:
        yield "cc_profile", sheet.profile
    if sheet.kind:
        yield "question_type", sheet.kind
    points = question.points if question.kind.asks else Fraction(0)
    yield "points_possible", _as_decimal(sheet, points)
    more = {
        TYPE: question.type if question.type in ("gap_select", "drag_words") else "",
        "qmd_topic": question.topic,
        "qmd_levelofdifficulty": question.difficulty.removeprefix("medium"),
        "qmd_keywords": ", ".join(question.tags),
        "author": question.author,
        TOLERANCE: "relative" if sheet.tolerances == {"relative"} else "",
    }
    yield from ((label, entry) for label, entry in more.items() if entry)
    if shown := question.stimulus:
        if shown.text:
            yield "parent_stimulus_item_ident", f"{STIMULUS}{shown.id}"
        if shown.image:
            sheet.lose("stimulus", "the picture of a text that questions share")
    if len(sheet.tolerances) > 1:
        sheet.lose("answers", "tolerances that are shares became numbers")
    if any("," in tag or tag != tag.strip() for tag in question.tags):
        sheet.lose("tags", "tags are listed with commas between them")


def _as_decimal(sheet: Sheet, points: Fraction) -> str:
    said = show_number(points)
    if Fraction(said) != points:
        sheet.lose("points", "the points are rounded to twelve figures")
    return said


def _right(sheet: Sheet) -> Sequence[str]:
    told = sheet.question.feedback
    return sheet.feedback("correct_fb", told.right if told else None)


# Each type -----------------------------------------------------------------------------------------------------------


def _single(sheet: Sheet, content: Any) -> None:
    sheet.kind, sheet.profile = "multiple_choice_question", "cc.multiple_choice.v0p1"
    sheet.prompt(sheet.text(sheet.question.prompt))
    sheet.choice("response1", [(one.id, one.text) for one in content.options])
    credits = [Fraction(one.right) if one.credit is None else one.credit for one in content.options]
    _told_to_options(sheet, content.options)
    right = _right(sheet)
    for option, credit in sorted(
        zip(content.options, credits, strict=True), key=lambda one: one[1], reverse=True
    ):
        if credit:
            shows = right if credit == 1 else ()
            sheet.rule(equal("response1", option.id), credit, ends=True, shows=shows)
    sheet.lose_rounded(credits, "options")


def _told_to_options(sheet: Sheet, options: Sequence[Any]) -> None:
    for option in options:
        if shows := sheet.told_to(option.id, option.feedback):
            sheet.rule(equal("response1", option.id), shows=shows)


#: What a score in percent is rounded to: shares that add up to the whole but for this are the whole.
_LAST_PLACE: Final = Fraction(1, 10**6)


def _multiple(sheet: Sheet, content: Any) -> None:
    sheet.kind, sheet.profile = "multiple_answers_question", "cc.multiple_response.v0p1"
    sheet.prompt(sheet.text(sheet.question.prompt))
    sheet.choice("response1", [(one.id, one.text) for one in content.options], "Multiple")
    _told_to_options(sheet, content.options)
    rule = sheet.question.scoring
    credits = credits_of(content.options)
    key = [one for one in content.options if one.right]
    if rule == "right_minus_wrong":
        credits = [Fraction(1 if one.right else -1, len(key)) for one in content.options]
    reached = sum((one for one in credits if one > 0), Fraction(0))
    best = reached if reached < 1 - len(key) * _LAST_PLACE else Fraction(1)
    if best < 1 and rule == "sum_of_credits":
        sheet.lose("options", "ticking all that is right gave less than the full mark: here it gives all")
    elif rule == "all_or_nothing" and any(one.credit is not None for one in content.options):
        sheet.lose("options", "credits, which do not count where all has to be right")
    tests = [equal("response1", one.id) for one in key]
    others = none_of([equal("response1", one.id) for one in content.options if not one.right])
    whole = f"<and>{''.join(tests)}{others}</and>"
    sheet.rule(whole, Fraction(1), ends=True, shows=_right(sheet))
    if rule == "all_or_nothing":
        return
    for option, credit in zip(content.options, credits, strict=True):
        if credit:
            sheet.rule(equal("response1", option.id), credit / best if best < 1 else credit, adds=True)
    if rule != "right_minus_wrong":
        sheet.lose_rounded(credits, "options")


def _truth(sheet: Sheet, content: Any) -> None:
    sheet.kind, sheet.profile = "true_false_question", "cc.true_false.v0p1"
    sheet.prompt(sheet.text(sheet.question.prompt))
    sheet.choice("response1", [("true", "True"), ("false", "False")])
    for value in (True, False):
        word = str(value).lower()
        if shows := sheet.told_to(word, content.feedback_to(value)):
            sheet.rule(equal("response1", word), shows=shows)
    key = equal("response1", str(content.answer).lower())
    sheet.rule(key, Fraction(1), ends=True, shows=_right(sheet))


def _short(sheet: Sheet, content: Any) -> None:
    whole = not any(has_star(answer.text) for answer in content.answers)
    sheet.kind = "short_answer_question"
    sheet.profile = "cc.fib.v0p1" if whole else "cc.pattern_match.v0p1"
    sheet.prompt(sheet.text(sheet.question.prompt))
    sheet.field("response1")
    _answers(sheet, content, text_rules(sheet, content, "response1", "answers"))


def _number(sheet: Sheet, content: Any) -> None:
    sheet.kind = "numerical_question"
    sheet.prompt(sheet.text(sheet.question.prompt))
    sheet.field("response1", "Decimal")
    _answers(sheet, content, number_rules(sheet, content, "response1", "answers"))


def _answers(sheet: Sheet, content: Any, rules: Iterable[tuple[str, Any]]) -> None:
    """What is typed: the first answer whose test holds counts."""
    right = _right(sheet)
    for tests, answer in rules:
        shows = sheet.told_to(str(len(sheet.rules) + 1), answer.feedback)
        sheet.rule(tests, answer.credit, ends=True, shows=[*shows, *(right if answer.credit == 1 else ())])
    sheet.lose_rounded([one.credit for one in content.answers], "answers")


def _matching(sheet: Sheet, content: Any) -> None:
    sheet.kind = "matching_question"
    sheet.prompt(sheet.text(sheet.question.prompt))
    choices = [(one.id, one.text) for one in content.choices.values()]
    for pair in content.pairs:
        sheet.choice(f"response_{pair.id}", choices, stem=pair.stem)
    tests = [equal(f"response_{pair.id}", pair.choice_id) for pair in content.pairs]
    sheet.together(tests, _right(sheet))


def _ordering(sheet: Sheet, content: Any) -> None:
    sheet.kind = "ordering_question"
    sheet.prompt(sheet.text(sheet.question.prompt))
    shown = sorted(content.items, key=lambda one: (len(one.id), one.id))
    sheet.choice("response1", [(one.id, one.text) for one in shown], "Ordered")
    right = _right(sheet)
    if sheet.question.scoring == "absolute_position":
        count = len(content.items)
        if right:
            sheet.rule("".join(equal("response1", one.id) for one in content.items), shows=right)
        for place, item in enumerate(content.items, 1):
            test = equal("response1", item.id, f' index="{place}"')
            sheet.rule(test, Fraction(1, count), adds=True)
        return
    if sheet.question.scoring not in _ORDERS:
        sheet.lose("scoring", "only the whole order counts")
    sheet.rule(
        "".join(equal("response1", one.id) for one in content.items), Fraction(1), ends=True, shows=right
    )


def _essay(sheet: Sheet, content: Any) -> None:
    sheet.kind, sheet.profile = "essay_question", "cc.essay.v0p1"
    sheet.prompt(sheet.text(sheet.question.prompt))
    sheet.field("response1", rows=15)
    sheet.solution(content.model_answer)
    _right(sheet)


def _description(sheet: Sheet, _content: Any) -> None:
    sheet.kind = "text_only_question"
    sheet.prompt(sheet.text(sheet.question.prompt))
    _right(sheet)


def _areas(sheet: Sheet, content: Any) -> None:
    write_hotspot(sheet, content, _right(sheet))


def _gapped(sheet: Sheet, content: Any) -> None:
    write = write_word_gaps if sheet.question.type != "cloze" else write_gaps
    prompt, style = sheet.text(sheet.question.prompt)
    text, _ = sheet.text_with_gaps(content.text)
    sheet.losses += moved(prompt, text, style)
    sheet.prompt(gapped_text(sheet, joined(prompt, text, style), style, content.gaps))
    write(sheet, content, _right(sheet))


_WRITTEN: Final[Mapping[str, Callable[[Sheet, Any], None]]] = {
    "single_choice": _single,
    "multiple_response": _multiple,
    "true_false": _truth,
    "short_text": _short,
    "numerical": _number,
    "matching": _matching,
    "ordering": _ordering,
    "essay": _essay,
    "description": _description,
    "cloze": _gapped,
    "hotspot": _areas,
    "gap_select": _gapped,
    "drag_words": _gapped,
}

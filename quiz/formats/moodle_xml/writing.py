"""Moodle XML, written element by element in the order in which Moodle 4.5 writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, BinaryIO, Final

from quiz.banks.families import Family
from quiz.banks.model import Bank, Question
from quiz.formats._embedded import write_embedded
from quiz.formats._moodle import (
    FILL_IN,
    added_up,
    centred,
    graded,
    joined,
    moved,
    order_word,
    takes_nothing_off,
    ticked,
)
from quiz.formats.base import Loss, Unwritable, Writer, lost_fields
from quiz.formats.moodle_xml.calculated_writing import (
    Calculation,
    calculation,
    write_answers,
    write_datasets,
    write_other,
)
from quiz.formats.moodle_xml.categories import Categories, as_one
from quiz.formats.moodle_xml.placed import (
    counts_elsewhere,
    kind_of,
    write_hotspot,
    write_markers,
    write_places,
)
from quiz.formats.moodle_xml.sheet import Sheet, coded
from quiz.formats.moodle_xml.words import WORD, numbered
from quiz.questions.fields import exact
from quiz.questions.images import references
from quiz.questions.rules.numbers import show_number

#: Types whose questions have feedback by how right the whole answer was.
_COMBINED: Final = frozenset(
    "single_choice multiple_response matching ordering gap_select drag_words hotspot".split()
)


class MoodleWriter(Writer):
    """Writes a ``<quiz>``; a category where the topic changes."""

    types = frozenset(
        {
            "single_choice", "multiple_response", "true_false", "short_text", "numerical", "matching", "ordering",
            "essay", "description", "cloze", "gap_select", "drag_words", "hotspot",
        }
    )  # fmt: skip
    holds = frozenset(
        {
            "name", "topic", "prompt", "points", "penalty", "explanation", "tags", "hints", "shuffle", "options",
            "answer", "feedback_true", "feedback_false", "answers", "case_sensitive", "units", "unit_penalty", "pairs",
            "distractors", "items", "format", "model_answer", "words", "text", "gaps", "choices", "reuse", "image", "regions",
        }
    )  # fmt: skip

    def __init__(self, target: BinaryIO, bank: Bank) -> None:
        super().__init__(target, bank)
        self._categories = Categories()
        self.target.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n')

    def topic_losses(self) -> Sequence[Loss]:
        """All in one: a report has one entry for a field of the bank."""
        return as_one(self._categories.losses)

    def held(self, question: Question) -> frozenset[str]:
        return self.holds - _UNHELD.get(question.type, frozenset()) | frozenset(_held(question))

    def add(self, question: Question, files: Mapping[str, bytes]) -> Sequence[Loss]:
        kind, prompt, write = _WRITTEN[kind_of(question) or question.type]
        return self._put(Sheet(question, files), kind, prompt, write)

    def add_family(self, family: Family, files: Mapping[str, bytes], on: date) -> Sequence[Loss]:
        found = calculation(family, on)
        sheet = Sheet(found.question, files)
        self._put(sheet, found.kind, _plain_prompt, lambda sheet, content: _calculated(sheet, content, found))
        told = [*found.losses, *sheet.losses]
        held = self.held(found.question).union(loss.field for loss in told)
        return [*told, *lost_fields(found.question, held)]

    def _put(
        self,
        sheet: Sheet,
        kind: str,
        prompt: Callable[[Sheet], str],
        write: Callable[[Sheet, Any], None],
    ) -> Sequence[Loss]:
        """Writes the question of a sheet: ``write`` what is its type's own. Returns what was lost."""
        question = sheet.question
        sheet.line(f'  <question type="{kind}">')
        sheet.line(f"    <name>\n      <text>{coded(question.name or question.id)}</text>\n    </name>")
        sheet.styled("questiontext", prompt(sheet))
        sheet.styled("generalfeedback", question.explanation)
        _marks(sheet, kind)
        sheet.put("hidden", int(question.status == "retired"))
        sheet.put("idnumber", question.id)
        write(sheet, question.content)
        for hint in question.hints:
            sheet.styled("hint", hint)
        if question.tags:
            sheet.line("    <tags>")
            sheet.lines += (f"      <tag><text>{coded(tag)}</text></tag>" for tag in question.tags)
            sheet.line("    </tags>")
        sheet.line("  </question>\n")
        self._write([*self._categories.before(question.topic, self.topics), *sheet.lines])
        return sheet.losses

    def _write(self, lines: Sequence[str]) -> None:
        self.target.write("\n".join(lines).encode())

    def close(self) -> None:
        self._write([*self._categories.after(self.topics), "</quiz>\n"])


#: Fields that questions of a type do not have in Moodle.
_UNHELD: Final = {"ordering": frozenset({"shuffle"}), "essay": frozenset({"penalty"})}


def _held(question: Question) -> Iterator[str]:
    """Fields that are held for some questions only."""
    told = question.feedback
    if question.type in _COMBINED or (
        question.type == "numerical" and told and not told.right and not told.partly
    ):
        yield "feedback"
    if question.type == "ordering" or added_up(question):
        yield "scoring"
    if question.status == "retired":
        yield "status"
    if question.type == "drag_words":
        yield "picture"
    if question.type == "hotspot" and not counts_elsewhere(question.content):
        yield "outside"
    if question.type == "numerical" and question.content.unit_rule != "none":  # type: ignore[attr-defined]
        yield "unit"


def _marks(sheet: Sheet, kind: str) -> None:
    """The points, which Moodle counts itself for a cloze, and what a further try costs."""
    question = sheet.question
    no_marks = kind == "description"
    if kind != "cloze":
        sheet.put("defaultgrade", _places(sheet, "points", Fraction(0) if no_marks else question.points))
    no_tries = kind in ("description", "essay")
    sheet.put("penalty", _places(sheet, "penalty", Fraction(0) if no_tries else question.penalty))


def _places(sheet: Sheet, field: str, value: Fraction) -> str:
    """A number with the seven places that Moodle stores."""
    said, is_exact = _seven(value)
    if not is_exact:
        sheet.lose(field, "Moodle stores seven decimals")
    return said


@lru_cache(maxsize=1024)
def _seven(value: Fraction) -> tuple[str, bool]:
    said = f"{float(value):.7f}"
    return said, exact(Decimal(said)) == value


# Each type -----------------------------------------------------------------------------------------------------------


def _plain_prompt(sheet: Sheet) -> str:
    return sheet.question.prompt


def _placed_prompt(sheet: Sheet) -> str:
    """What is asked of a picture may be said by the picture alone."""
    return "" if sheet.question.prompt == FILL_IN else sheet.question.prompt


def _choice(sheet: Sheet, content: Any) -> None:
    single = sheet.question.type == "single_choice"
    credits, losses = ticked(sheet.question)
    sheet.losses += losses
    sheet.put("single", str(single).lower())
    sheet.shuffle()
    sheet.put("answernumbering", "abc")
    sheet.put("showstandardinstruction", "0")
    sheet.combined()
    for option, credit in zip(content.options, credits, strict=True):
        sheet.answer(credit, sheet.text(option.text), sheet.format, option.feedback)
    sheet.losses += graded(credits, "options")


def _truth(sheet: Sheet, content: Any) -> None:
    for value in (True, False):
        text = f"<text>{str(value).lower()}</text>"
        credit = Fraction(value == content.answer)
        sheet.answer(credit, text, "moodle_auto_format", content.feedback_to(value))


def _typed(sheet: Sheet, content: Any) -> None:
    sheet.put("usecase", int(content.case_sensitive))
    for answer in content.answers:
        text = f"<text>{coded(answer.text)}</text>"
        sheet.answer(answer.credit, text, "moodle_auto_format", answer.feedback)
    sheet.losses += graded([answer.credit for answer in content.answers], "answers")


def _numbers(sheet: Sheet, content: Any) -> None:
    for answer in content.answers:
        value, tolerance, losses = centred(answer)
        more = [f"      <tolerance>{tolerance}</tolerance>"]
        sheet.answer(answer.credit, f"<text>{value}</text>", "moodle_auto_format", answer.feedback, more)
        sheet.losses += losses
    told = sheet.question.feedback
    if told and told.wrong:
        more = ["      <tolerance>0</tolerance>"]
        sheet.answer(Fraction(0), "<text>*</text>", "moodle_auto_format", told.wrong, more)
    credits = [answer.credit for answer in content.answers]
    sheet.losses += [*graded(credits, "answers"), *takes_nothing_off(credits, "answers")]
    _units(sheet, content)


def _calculated(sheet: Sheet, content: Any, found: Calculation) -> None:
    write_answers(sheet, found)
    told = found.question.feedback
    if found.question.type == "numerical":
        if told and told.wrong:
            write_other(sheet, told.wrong)
        _units(sheet, content)
    write_datasets(sheet, found)


def _units(sheet: Sheet, content: Any) -> None:
    """Moodle's multiplier says how many of the unit make one of the answer's; our factor is one over that."""
    if content.units:
        sheet.line("    <units>")
        for unit in content.units:
            times = show_number(1 / unit.factor)
            if exact(Decimal(times)) * unit.factor != 1:
                sheet.lose("units", "a number was rounded to fifteen figures")
            sheet.line(f"      <unit>\n        <multiplier>{times}</multiplier>")
            sheet.line(f"        <unit_name>{coded(unit.unit)}</unit_name>\n      </unit>")
        sheet.line("    </units>")
    required = content.units and content.unit_rule == "required"
    if content.units and not required and content.unit_penalty:
        sheet.lose("unit_penalty", "where the unit may be left out, a wrong one costs nothing")
    sheet.put("unitgradingtype", 2 if required else 0)
    sheet.put("unitpenalty", _places(sheet, "unit_penalty", content.unit_penalty))
    sheet.put("showunits", 0 if content.units else 3)
    sheet.put("unitsleft", 0)


def _pairs(sheet: Sheet, content: Any) -> None:
    sheet.shuffle()
    sheet.combined()
    rows = [(pair.stem, pair.choice) for pair in content.pairs]
    rows += [("", one.choice) for one in content.distractors]
    for stem, choice in rows:
        sheet.line(f'    <subquestion format="{sheet.format}">')
        sheet.line(f"      {sheet.text(stem)}")
        field = "pairs" if stem else "distractors"
        sheet.line(
            f"      <answer>\n        {sheet.bare(choice, field)}\n      </answer>\n    </subquestion>"
        )


def _items(sheet: Sheet, content: Any) -> None:
    word, losses = order_word(sheet.question.scoring)
    sheet.losses += losses
    for name, value in (
        ("layouttype", "VERTICAL"),
        ("selecttype", "ALL"),
        ("selectcount", 0),
        ("gradingtype", word),
        ("showgrading", "SHOW"),
        ("numberingstyle", "none"),
    ):
        sheet.put(name, value)
    sheet.combined()
    for place, item in enumerate(content.items, 1):
        sheet.line(f'    <answer fraction="{place}.0000000" format="{sheet.format}">')
        sheet.line(f"      {sheet.text(item.text)}\n    </answer>")


def _essay(sheet: Sheet, content: Any) -> None:
    for name, value in (
        ("responseformat", "editor" if content.format == "rich" else "plain"),
        ("responserequired", 1),
        ("responsefieldlines", 15),
        ("minwordlimit", (content.words and content.words.min) or ""),
        ("maxwordlimit", (content.words and content.words.max) or ""),
        ("attachments", 0),
        ("attachmentsrequired", 0),
        ("maxbytes", 0),
        ("filetypeslist", ""),
    ):
        sheet.put(name, value)
    if content.model_answer:
        sheet.lose("model_answer", "in Moodle only who marks sees it")
    sheet.styled("graderinfo", content.model_answer)
    sheet.styled("responsetemplate", None)


def _nothing(_sheet: Sheet, _content: Any) -> None:
    """A description has no more than its text."""


def _cloze_prompt(sheet: Sheet) -> str:
    """The text with its gaps, the prompt in front."""
    question, text = sheet.question, sheet.question.content.text  # type: ignore[attr-defined]
    coded, losses = write_embedded(question, question.prompt, text)
    sheet.losses += [*losses, *moved(question.prompt, text, question.text_format)]
    if sheet.files and _pictured(question.dump()):
        sheet.lose("gaps", "Moodle shows no pictures in gaps")
    return joined(question.prompt, coded, question.text_format)


def _pictured(fields: Mapping[str, Any]) -> bool:
    """Whether gaps hold a picture: Moodle looks for its file with the answer, and has it with the whole text."""
    told = {"gaps": fields["gaps"], "text_format": fields.get("text_format", "markdown")}
    return any(True for _ in references(told))


def _words_prompt(sheet: Sheet) -> str:
    """The text with its gaps, the prompt in front. Raises Unwritable where that holds what would be a gap."""
    question, content = sheet.question, sheet.question.content
    if WORD.search(question.prompt):
        raise Unwritable("a text that Moodle would take for a gap")
    words = [word.id for word in content.choices]  # type: ignore[attr-defined]
    text = numbered(content.text, content.gaps, words)  # type: ignore[attr-defined]
    sheet.losses += moved(question.prompt, text, question.text_format)
    return joined(question.prompt, text, question.text_format)


def _select(sheet: Sheet, content: Any) -> None:
    sheet.shuffle()
    sheet.combined()
    groups = [content.words[word].group for word in content.gaps.values()]
    if not content.reuse and len({*groups}) < len(groups):
        sheet.lose("reuse", "in Moodle a word of a list can be chosen in several gaps")
    for word in content.choices:
        sheet.line(f"    <selectoption>\n      {sheet.bare(word.text, 'choices')}")
        sheet.line(f"      <group>{word.group}</group>\n    </selectoption>")


def _drag(sheet: Sheet, content: Any) -> None:
    sheet.shuffle()
    sheet.combined()
    for word in content.choices:
        sheet.line(
            f"    <dragbox>\n      {sheet.word(word.text, 'choices')}\n      <group>{word.group}</group>"
        )
        if content.reuse:
            sheet.line("      <infinite/>")
        sheet.line("    </dragbox>")


#: Moodle's word for each type (or, of gaps on a picture, its word again), the text of the question, and what comes after what all have.
_WRITTEN: Final[Mapping[str, tuple[str, Callable[[Sheet], str], Callable[[Sheet, Any], None]]]] = {
    "single_choice": ("multichoice", _plain_prompt, _choice),
    "multiple_response": ("multichoice", _plain_prompt, _choice),
    "true_false": ("truefalse", _plain_prompt, _truth),
    "short_text": ("shortanswer", _plain_prompt, _typed),
    "numerical": ("numerical", _plain_prompt, _numbers),
    "matching": ("matching", _plain_prompt, _pairs),
    "ordering": ("ordering", _plain_prompt, _items),
    "essay": ("essay", _plain_prompt, _essay),
    "description": ("description", _plain_prompt, _nothing),
    "cloze": ("cloze", _cloze_prompt, _nothing),
    "gap_select": ("gapselect", _words_prompt, _select),
    "drag_words": ("ddwtos", _words_prompt, _drag),
    "hotspot": ("ddmarker", _plain_prompt, write_hotspot),
    "ddmarker": ("ddmarker", _placed_prompt, write_markers),
    "ddimageortext": ("ddimageortext", _placed_prompt, write_places),
}

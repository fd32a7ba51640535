"""Drawn papers as they are printed: each form with its answer sheet, and its key where that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from quiz.assembly.draw import Paper, PaperSlot
from quiz.assembly.fairness_page import WORDS as FAIRNESS_WORDS
from quiz.assembly.fairness_page import FairnessPage
from quiz.assembly.forms import Forms
from quiz.banks.model import Question
from quiz.files.papers import Blank, Block, Part, Picture, Text
from quiz.questions.base import Order, Presented, Stimulus
from quiz.questions.fields import letters

#: A place to write a few letters, and a word.
_SHORT, _LONG = "____", "____________"
#: Lines for an essay.
_ESSAY: Final = 14


@dataclass(frozen=True, slots=True)
class Words:
    """What a paper says by itself in one language."""

    form: str = "Form"
    sheet: str = "Answer sheet"
    key: str = "Key"
    name: str = "Name"
    date: str = "Date"
    points: str = "points"
    seed: str = "seed"
    as_of: str = "as of"
    blueprint: str = "blueprint"
    true: str = "True"
    false: str = "False"
    choose: str = "Choose"
    order: str = "Number these in the right order."
    mark: str = "Mark on the picture; places:"
    units: str = "Units"
    words: str = "Words"
    seen: str = "beside the question"
    by_hand: str = "a person judges"
    fairness: str = "Fairness"
    used: str = "on forms"


WORDS: Final[Mapping[str, Words]] = {
    "en": Words(),
    "ru": Words(
        form="Вариант",
        sheet="Бланк ответов",
        key="Ключ",
        name="Имя",
        date="Дата",
        points="баллы",
        seed="начальное число",
        as_of="на дату",
        blueprint="план",
        true="Верно",
        false="Неверно",
        choose="Сколько выбрать:",
        order="Пронумеруйте в правильном порядке.",
        mark="Отметьте на рисунке; мест:",
        units="Единицы",
        words="Слов",
        seen="рядом с вопросом",
        by_hand="оценивает человек",
        fairness="Равенство вариантов",
        used="в вариантах",
    ),
    "zh": Words(
        form="试卷",
        sheet="答题卡",
        key="答案",
        name="姓名",
        date="日期",
        points="满分",
        seed="随机种子",
        as_of="截至",
        blueprint="蓝图",
        true="正确",
        false="错误",
        choose="应选",
        order="请按正确顺序编号。",
        mark="请在图上标出，处数：",
        units="单位",
        words="字数",
        seen="写在题目旁",
        by_hand="由人评分",
        fairness="公平性",
        used="出现于试卷",
    ),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a paper in the language of the paper, as it is shown there."""

    slot: PaperSlot
    question: Question
    shown: Presented
    words: Words

    @property
    def order(self) -> Order:
        """The authored ids in the order shown."""
        return self.slot.order or self.question.kind.shuffled(self.question.content)


def language_of(made: Forms) -> str:
    """The language of all banks that the blueprint draws from; English where they have several."""
    found = {made.banks[slug].language for slug in made.blueprint.banks}
    return found.pop() if len(found) == 1 else "en"


def printed(made: Forms, language: str, *, with_key: bool) -> tuple[Part, ...]:
    """For each form the questions, then the answer sheet; then, where asked for, the key of each form, and how alike
    the forms are.

    Questions are in the language where they are translated into it, else as authored.
    """
    words = WORDS.get(language.partition("-")[0], WORDS["en"])
    forms = [(paper, [*_asked(made, paper, language, words)]) for paper in made.papers]
    handed = [part for paper, asked in forms for part in _form(made, paper, asked, words)]
    keys = [_keys(made, paper, asked, words) for paper, asked in forms if with_key]
    fairness = [_fairness(made, language, words)] if with_key and len(forms) > 1 else []
    return (*handed, *keys, *fairness)


def files_of(made: Forms) -> Mapping[str, set[str]]:
    """The images that stand on the papers, as their banks name them, by bank; banks without any are left out."""
    found: dict[str, set[str]] = {}
    for slot in (slot for paper in made.papers for slot in paper.slots):
        question = _question(made, slot)
        if question.images:
            found.setdefault(question.bank, set()).update(question.images)
    return found


def _question(made: Forms, slot: PaperSlot) -> Question:
    bank, _, id = slot.question.partition("/")
    return made.banks[bank].by_id[id].variant(slot.variant, made.as_of)


def _asked(made: Forms, paper: Paper, language: str, words: Words) -> Iterator[Asked]:
    for slot in paper.slots:
        question = _question(made, slot).in_language(language)
        yield Asked(slot, question, question.present(slot.order), words)


def _form(made: Forms, paper: Paper, asked: Sequence[Asked], words: Words) -> Iterator[Part]:
    foot = _foot(made, paper, words)
    title = f"{made.title} · {words.form} {paper.form}"
    lede = f"{words.name} {_LONG}{_LONG}   {words.date} {_LONG}   {_points(paper, words)}"
    yield Part(title, lede, tuple(_entries(asked)), foot)
    marked = [(Text(SHEET[one.shown.type](one), str(one.slot.slot)),) for one in asked if one.slot.asks]
    yield Part(f"{title} · {words.sheet}", lede, (*marked, _banks(made)), foot)


def _keys(made: Forms, paper: Paper, asked: Sequence[Asked], words: Words) -> Part:
    title = f"{made.title} · {words.form} {paper.form} · {words.key}"
    entries = [
        (Text(escape(f"{_key(one)}  ({_used(made, one, words)})"), str(one.slot.slot)),)
        for one in asked
        if one.slot.asks
    ]
    return Part(title, _points(paper, words), (*entries, _banks(made)), _foot(made, paper, words))


def _used(made: Forms, one: Asked, words: Words) -> str:
    """The question and its points, on how many of the forms it stands, and on how many earlier papers it stood."""
    name, past = (
        one.slot.question,
        f" + {made.past[one.slot.question]}" if one.slot.question in made.past else "",
    )
    return f"{name}; {one.slot.points}; {words.used} {made.uses[name]}/{len(made.papers)}{past}"


def fairness_page(made: Forms, language: str) -> FairnessPage:
    """How fair the forms are, in this language."""
    exactness, engine = made.exactness, ""
    if exactness is not None:
        words = FAIRNESS_WORDS.get(language.partition("-")[0], FAIRNESS_WORDS["en"])
        gap = f"{exactness.gap:.4g}".replace(".", words.point)
        near = words.best if exactness.status == "optimal" else f"{words.gap} {gap}"
        named = (made.algorithm, exactness.solver, exactness.objective, near)
        engine = f"{words.engine} {' · '.join(named)}"
    return FairnessPage(made.fairness, language, engine)


def _fairness(made: Forms, language: str, words: Words) -> Part:
    page = fairness_page(made, language)
    title = f"{made.title} · {words.fairness}"
    return Part(title, page.lede, tuple(page.entries()), _foot(made, None, words))


def _points(paper: Paper, words: Words) -> str:
    return f"{words.points}: {paper.points}"


def _foot(made: Forms, paper: Paper | None, words: Words) -> str:
    """What the paper can be drawn from once more, beside the banks; None for all of them."""
    return " · ".join(
        (
            *([f"{words.form} {paper.form}"] if paper else ()),
            f"{words.seed} {made.seed}",
            f"{words.as_of} {made.as_of}",
            made.algorithm,
            f"{words.blueprint} {_short(made.blueprint.digest)}",
        )
    )


def _banks(made: Forms) -> tuple[Block, ...]:
    """The banks with their digests."""
    return (Text(escape(" · ".join(f"{slug} {_short(one)}" for slug, one in made.bank_digests.items()))),)


def _short(digest: str) -> str:
    """As many digits as tell it from others; the whole of it stands in the record."""
    return digest.removeprefix("sha256:")[:12]


def _entries(asked: Sequence[Asked]) -> Iterator[tuple[Block, ...]]:
    """The questions; a stimulus stands once, before the first of those that share it."""
    before = None
    for one in asked:
        stimulus = one.shown.stimulus
        if stimulus and one.slot.stimulus != before:
            yield tuple(_stimulus(stimulus))
        before = one.slot.stimulus if stimulus else None
        number = str(one.slot.slot)
        yield (Text(one.shown.prompt, number), *CONTROLS[one.shown.type](one))


def _stimulus(stimulus: Stimulus) -> Iterator[Block]:
    yield from (Text(html) for html in (escape(stimulus.title), stimulus.html) if html)
    if stimulus.picture:
        yield Picture(*stimulus.picture[:2])


# Controls: what stands below the prompt -------------------------------------------------------------------------------


def _lettered(htmls: Sequence[str]) -> Iterator[Block]:
    named = zip(letters(len(htmls)), htmls, strict=True)
    yield from (Text(html, letter.upper(), 1) for letter, html in named)


def _options(one: Asked) -> Iterator[Block]:
    if one.shown.controls.get("choose"):
        yield Text(escape(f"{one.words.choose} {one.shown.controls['choose']}"))
    yield from _lettered(one.shown.controls["options"])


def _true_false(one: Asked) -> Iterator[Block]:
    yield from _lettered([one.words.true, one.words.false])


def _matching(one: Asked) -> Iterator[Block]:
    stems = enumerate(one.shown.controls["stems"], 1)
    yield from (Text(f"{html} {_SHORT}", f"({number})", 1) for number, html in stems)
    yield from _lettered([choice["html"] for choice in one.shown.controls["choices"]])


def _ordering(one: Asked) -> Iterator[Block]:
    yield Text(escape(one.words.order))
    yield from _lettered([f"{_SHORT} {entry['html']}" for entry in one.shown.controls["entries"]])


def _typed(one: Asked) -> Iterator[Block]:
    if one.shown.controls.get("units"):
        yield Text(escape(f"{one.words.units}: {', '.join(one.shown.controls['units'])}"))
    yield Blank()


def _essay(one: Asked) -> Iterator[Block]:
    least, most = one.shown.controls["min"], one.shown.controls["max"]
    if least or most:
        yield Text(escape(f"{one.words.words}: {least or 0}–{most or ''}"))
    yield Blank(_ESSAY)


def _gapped(controls: Mapping[str, Any]) -> Text:
    """The text with a number and a line in the place of each gap."""
    return Text(
        "".join(
            piece["html"] + ("" if piece["gap"] is None else f"({piece['gap'] + 1}) {_LONG}")
            for piece in controls["text"]
        )
    )


def _cloze(one: Asked) -> Iterator[Block]:
    yield _gapped(one.shown.controls)
    for number, gap in enumerate(one.shown.controls["gaps"], 1):
        options = gap["controls"].get("options", ())
        named = zip(letters(len(options)), options, strict=True)
        if options:
            yield Text(" · ".join(f"{letter.upper()} {html}" for letter, html in named), f"({number})", 1)


def _word_gaps(one: Asked) -> Iterator[Block]:
    controls = one.shown.controls
    yield _gapped(controls)
    if "picture" in controls:
        yield _marked(controls["picture"], controls["picture"]["places"])
    yield from _lettered(controls["chips"])
    names = [name.upper() for name in letters(len(controls["chips"]))]
    for number, gap in enumerate(controls["gaps"], 1):
        if len(gap["words"]) < len(names):
            yield Text(" · ".join(names[place] for place in gap["words"]), f"({number})", 1)


def _hotspot(one: Asked) -> Iterator[Block]:
    controls = one.shown.controls
    yield Text(escape(f"{one.words.mark} {controls['choose']}"))
    yield _marked(controls["image"], controls["areas"])
    labelled = [f"{area['number']} {area['label']}" for area in controls["areas"] if area["label"]]
    if labelled:
        yield Text(escape(" · ".join(labelled)))


def _marked(image: Mapping[str, Any], places: Sequence[Mapping[str, Any]]) -> Picture:
    marks = (
        (str(number), float(place["x"]) / image["width"], float(place["y"]) / image["height"])
        for number, place in enumerate(places, 1)
    )
    return Picture(image["address"], image["alt"], tuple(marks))


def _nothing(_one: Asked) -> Iterator[Block]:
    yield from ()


# The answer sheet, as HTML ----------------------------------------------------------------------------------------


def _circles(one: Asked) -> str:
    return " ".join(f"○ {letter.upper()}  " for letter in letters(len(one.shown.controls["options"])))


def _two_circles(one: Asked) -> str:
    return f"○ {one.words.true}  ○ {one.words.false}"


def _numbered(field: str, line: str) -> Callable[[Asked], str]:
    def written(one: Asked) -> str:
        return " ".join(f"({n}) {line}" for n, _ in enumerate(one.shown.controls[field], 1))

    return written


def _ranks(one: Asked) -> str:
    return " ".join(f"{letter.upper()} {_SHORT}" for letter in letters(len(one.shown.controls["entries"])))


def _line(_one: Asked) -> str:
    return _LONG * 2


def _elsewhere(one: Asked) -> str:
    return escape(one.words.seen)


def _areas(one: Asked) -> str:
    return (
        " ".join([_SHORT] * one.shown.controls["choose"]) if one.shown.controls["areas"] else _elsewhere(one)
    )


# The key, as text -------------------------------------------------------------------------------------------------


def _key(one: Asked) -> str:
    """The letters that are right on this paper, and the right answer in words."""
    content: Any = one.question.content
    if one.shown.type == "true_false":
        return one.words.true if content.answer else one.words.false
    signs = " ".join(KEYS.get(one.shown.type, lambda _one: ())(one))
    words = one.question.kind.right_answer(content) or one.words.by_hand
    return f"{signs} · {words}" if signs else words


def _letter(one: Asked, id: str) -> str:
    return letters(len(one.order))[[*one.order].index(id)].upper()


def _right_options(one: Asked) -> Iterator[str]:
    right = {choice.id for choice in one.question.kind.choices(one.question.content) if choice.right}
    yield from sorted(_letter(one, id) for id in right)


def _right_pairs(one: Asked) -> Iterator[str]:
    content: Any = one.question.content
    pairs = enumerate(content.pairs, 1)
    yield from (f"({number}) {_letter(one, pair.choice_id)}" for number, pair in pairs)


def _right_order(one: Asked) -> Iterator[str]:
    content: Any = one.question.content
    ranks = enumerate(content.ids, 1)
    yield from (f"{_letter(one, id)}{rank}" for rank, id in ranks)


def _right_words(one: Asked) -> Iterator[str]:
    content: Any = one.question.content
    gaps = enumerate(content.shown, 1)
    yield from (f"({number}) {_letter(one, content.gaps[name])}" for number, name in gaps)


def _right_areas(one: Asked) -> Iterator[str]:
    content: Any = one.question.content
    regions = enumerate(content.numbered(), 1) if content.is_listed else ()
    yield from (str(number) for number, (region, _place) in regions if region.correct)


#: By question type: what stands below the prompt, what on the answer sheet, and which letters are right.
CONTROLS: Final[Mapping[str, Callable[[Asked], Iterator[Block]]]] = {
    "single_choice": _options,
    "multiple_response": _options,
    "true_false": _true_false,
    "matching": _matching,
    "ordering": _ordering,
    "short_text": _typed,
    "numerical": _typed,
    "essay": _essay,
    "cloze": _cloze,
    "gap_select": _word_gaps,
    "drag_words": _word_gaps,
    "hotspot": _hotspot,
    "description": _nothing,
}
SHEET: Final[Mapping[str, Callable[[Asked], str]]] = {
    "single_choice": _circles,
    "multiple_response": _circles,
    "true_false": _two_circles,
    "matching": _numbered("stems", _SHORT),
    "ordering": _ranks,
    "short_text": _line,
    "numerical": _line,
    "essay": _elsewhere,
    "cloze": _numbered("gaps", _LONG),
    "gap_select": _numbered("gaps", _SHORT),
    "drag_words": _numbered("gaps", _SHORT),
    "hotspot": _areas,
}
KEYS: Final[Mapping[str, Callable[[Asked], Iterator[str]]]] = {
    "single_choice": _right_options,
    "multiple_response": _right_options,
    "matching": _right_pairs,
    "ordering": _right_order,
    "hotspot": _right_areas,
    "gap_select": _right_words,
    "drag_words": _right_words,
}

"""The stem: one clear question, no more words than it needs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from quiz.lint.reading import Item
from quiz.lint.rule import WORDS, Flag, Rule, ask

_BLANK: Final = re.compile(r"_{2,}|…{2,}|\.{4,}")
_ASKS: Final = re.compile(r"[?=:]\s*$|_{2,}|\$")
#: A blank before this share of the stem makes the reader hold an unfinished sentence.
LATE: Final = 0.6
#: School grades (Flesch and Kincaid) above which English is hard to read, and the words from which it says something.
HARD_GRADE, FEWEST_WORDS = 18.0, 8
_SYLLABLES: Final = re.compile(r"[aeiouy]+")


@Rule(
    "T01", "Stem without a question",
    message="The stem does not say what is asked: the options must be read to guess it",
    fix="Ask one question that somebody could answer without seeing the options",
    guideline="Haladyna 14, 15",
    languages=WORDS,
    bad=[
        ask("Photosynthesis", "takes place at night", "*turns light into chemical energy", "needs oxygen"),
        ask("Which of the following is true?", "Bats are birds", "*Whales are mammals", "Frogs are reptiles"),
        ask("Что из перечисленного верно?", "Кит — рыба", "*Кит — млекопитающее", "Кит — птица", language="ru"),
        ask("下列说法正确的是哪一项？", "鲸是鱼", "*鲸是哺乳动物", "鲸是鸟", language="zh"),
    ],
    good=[ask("What does photosynthesis turn light into?", "Warmth", "*Chemical energy", "Motion"), ask("3 × 4 = ?", "7", "*12", "1")],
)  # fmt: skip
def unfocused_stem(item: Item) -> Iterator[Flag]:
    if not item.choices:
        return
    text = item.stem.folded
    short = len(item.stem.tokens) < item.language.short_stem and not _ASKS.search(item.stem.raw.strip(" *"))
    bare = len(item.stem.tokens) < item.language.short_stem and text.rstrip().endswith(":")
    if short or bare or item.language.unfocused.search(text):
        yield Flag(item.stem.where, item.stem.plain)


@Rule(
    "T02", "Blank not at the end",
    message="A blank at the beginning or in the middle, or more than one, has to be read twice",
    fix="Move the blank to the end, ask a question instead, or use a cloze for several gaps",
    guideline="Haladyna 15",
    bad=[ask("____ is the largest ocean.", "The Atlantic", "*The Pacific", "The Arctic")],
    good=[ask("The largest ocean is the ____.", "Atlantic", "*Pacific", "Arctic")],
)  # fmt: skip
def early_blank(item: Item) -> Iterator[Flag]:
    text = item.question.prompt
    blanks = [*_BLANK.finditer(text)]
    if len(blanks) > 1 or (blanks and blanks[0].start() < LATE * len(text)):
        yield Flag(item.stem.where, text.strip())


@Rule(
    "T03", "Window dressing",
    severity="info",
    message="A sentence has nothing to do with what is asked, or the stem is long",
    fix="Leave out what nobody needs in order to answer",
    guideline="Haladyna 13, 16",
    languages=WORDS,
    bad=[ask("Tom loves the sea. His dog barks at gulls. At what temperature does pure water freeze?", "*0 °C", "4 °C", "32 °C")],
    good=[ask("A lamp of 60 W burns for five hours. A kilowatt-hour costs 30 cents. How much does that cost?", "*9 cents", "18 cents", "90 cents")],
)  # fmt: skip
def window_dressing(item: Item) -> Iterator[Flag]:
    """Of three sentences or more, one that shares no word with the question, its options, or a sentence that does."""
    if len(item.stem.tokens) > item.language.long_stem:
        yield Flag(item.stem.where, f"{len(item.stem.tokens)} words")
    idle = _idle(item)
    if idle:
        yield Flag(item.stem.where, idle[0])


def _idle(item: Item) -> Sequence[str]:
    """The sentences that nothing links to the question: no word, figure or quotation, and no word that points back."""
    sentences, asked = item.stem.sentences, item.stem.question_sentence
    if len(sentences) < 3 or not item.choices or item.language.reference.search(asked.casefold()):
        return ()
    linked = set(item.language.content(asked.casefold())).union(
        *(choice.text.content for choice in item.choices)
    )
    left = {
        one: set(item.language.content(one.casefold())) for one in sentences if not _serves(item, one, asked)
    }
    while reached := [one for one, stems in left.items() if stems & linked]:
        linked.update(*(left.pop(one) for one in reached))
    return list(left)


def _serves(item: Item, sentence: str, asked: str) -> bool:
    """Whether a sentence has its use whatever its words are."""
    instruction = item.language.instruction.search(sentence.casefold())
    return sentence == asked or bool(instruction) or bool(_FIGURE.search(sentence))


_FIGURE: Final = re.compile(r"\d|[«“\"「]")


@Rule(
    "T04", "Same beginning in every option",
    severity="info",
    message="All options begin with the same words",
    fix="Write these words once, at the end of the stem",
    guideline="Haladyna 13",
    languages=WORDS,
    bad=[ask("Why does ice float?", "*because ice is less dense", "because ice is warmer", "because ice is purer")],
    good=[ask("Ice floats on water because it is", "*less dense", "warmer", "purer")],
)  # fmt: skip
def same_beginning(item: Item) -> Iterator[Flag]:
    if len(item.choices) < 3:
        return
    columns = zip(*(choice.text.tokens for choice in item.choices), strict=False)
    common: list[str] = []
    for column in columns:
        if len(set(column)) > 1:
            break
        common.append(column[0])
    if len(common) >= item.language.common_start:
        yield Flag("options", " ".join(common))


@Rule(
    "T05", "Hard to read",
    message="A sentence of the stem is long or hard to read: the question tests reading",
    fix="Cut it in two, use shorter words, put the question last",
    guideline="Haladyna 8, 13",
    languages=WORDS,
    bad=[ask("Notwithstanding aforementioned constitutional characterisations, parliamentary sovereignty necessitates which institutional configuration?", "*Supremacy", "Arbitration", "Independence")],
    good=[ask("Who has the last word where parliament is sovereign?", "*Parliament", "The court", "The king")],
)  # fmt: skip
def hard_to_read(item: Item) -> Iterator[Flag]:
    """More words in a sentence than the language bears; in English also the grade of Flesch and Kincaid (1975)."""
    for sentence in item.stem.sentences:
        words = item.language.tokens(item.language.quotation.sub("", sentence.casefold()))
        if len(words) > item.language.long_sentence:
            yield Flag(item.stem.where, f"{len(words)} words: {sentence}")
        elif item.language.tag == "en" and len(words) >= FEWEST_WORDS and _grade(words, item) > HARD_GRADE:
            yield Flag(item.stem.where, f"grade {_grade(words, item):.0f}: {sentence}")


def _grade(words: Sequence[str], item: Item) -> float:
    """The school grade of one sentence; words that are the bank's subject count as short ones."""
    syllables = sum(
        1 if item.common.intersection(item.language.content(word)) else len(_SYLLABLES.findall(word)) or 1
        for word in words
    )
    return 0.39 * len(words) + 11.8 * syllables / len(words) - 15.59


@Rule(
    "T06", "Asks for an opinion",
    message="The question asks what somebody thinks or likes: no answer to that is wrong",
    fix="Name the criterion, or ask whose opinion it is",
    guideline="Haladyna 6",
    languages=WORDS,
    bad=[
        ask("What do you think is the most beautiful language?", "*Italian", "French", "Spanish"),
        ask("Какой город, по-вашему, самый красивый?", "*Париж", "Рим", "Прага", language="ru"),
        ask("你认为哪座城市最美丽？", "*巴黎", "罗马", "布拉格", language="zh"),
    ],
    good=[ask("Which sentence best describes the climate of Chile's north?", "*It is dry", "It is wet", "It is mild")],
)  # fmt: skip
def asks_for_opinion(item: Item) -> Iterator[Flag]:
    found = item.language.opinion.search(item.language.quotation.sub("", item.stem.folded))
    if found:
        yield Flag(item.stem.where, found[0])


@Rule(
    "X02", "Refers to a place or colour on the page",
    message="What is below, on the left or red is not so on a phone, in another order, or for who does not see it",
    fix="Name the thing, or show it as an image with a text alternative",
    guideline="WCAG 2.2, 1.3.3 and 1.4.1",
    languages=WORDS,
    bad=[
        ask("Which organ is shown below in red?", "Liver", "*Heart", "Kidney"),
        ask("Какой орган показан ниже?", "Печень", "*Сердце", "Почка", language="ru"),
        ask("下图中红色的器官是什么？", "肝脏", "*心脏", "肾脏", language="zh"),
    ],
    good=[ask("Which planet is called the red planet?", "*Mars", "Venus", "Saturn"), ask("Which organ lies left of the liver?", "*Stomach", "Eye", "Lung")],
)  # fmt: skip
def refers_to_page(item: Item) -> Iterator[Flag]:
    """A place is known where the stem itself holds a table or an image with a description; a colour never is."""
    text = item.stem.folded
    colour, place = item.language.colour.search(text), item.language.place.search(text)
    found = colour or (place if not _SHOWN.search(item.stem.raw) else None)
    if found:
        yield Flag(item.stem.where, item.stem.span(found))


_SHOWN: Final = re.compile(r"!\[[^\]]+\]\(|^\|", re.MULTILINE)


@Rule(
    "X01", "Image without words",
    severity="error",
    message="An image has no text alternative, or one that names the key",
    fix="Write between the brackets what the image shows and a student needs: ![a map of …](map.png)",
    guideline="WCAG 2.2, 1.1.1",
    bad=[ask("Which country is this? ![](outline.png)", "*Italy", "Spain", "Greece"), ask("Which country is this? ![Italy](outline.png)", "*Italy", "Spain", "Greece")],
    good=[ask("Which country is this? ![A long peninsula like a boot](outline.png)", "*Italy", "Spain", "Greece")],
)  # fmt: skip
def image_without_words(item: Item) -> Iterator[Flag]:
    """An error without alternative; a warning where it holds the key."""
    for text in (item.stem, *(choice.text for choice in item.choices)):
        for found in _IMAGE.finditer(text.raw):
            if not found[1].strip():
                yield Flag(text.where, found[0])
            elif item.key and text is item.stem and item.key.text.folded in found[1].casefold():
                yield Flag(text.where, found[1], "warning")


_IMAGE: Final = re.compile(r"!\[([^\]]*)\]\([^)]*\)")

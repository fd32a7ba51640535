"""What Moodle's formats share: texts that carry their format, paths of categories, words for ordering rules.

Moodle keeps a format with each text; a question of ours has one for all (``text_format``). ``settled`` finds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from html import escape, unescape
from typing import Any, Final, Self

from quiz.banks.model import Question, Topic
from quiz.errors import Said
from quiz.files.mathematics import HOLDS_TEX
from quiz.files.richtext import TEXT_FORMATS, Html, to_inline_html, to_prompt_html, to_text
from quiz.formats import base
from quiz.formats.base import Loss, credits_of, percentage, titled
from quiz.questions.fields import percent
from quiz.questions.images import references
from quiz.questions.parts import MARK
from quiz.questions.rules.numbers import show_number

#: Moodle's words for our rules of ordering, by which it grades.
ORDER_RULES: Final = {
    "ALL_OR_NOTHING": "all_or_nothing",
    "ABSOLUTE_POSITION": "absolute_position",
    "RELATIVE_NEXT_EXCLUDE_LAST": "next_exclude_last",
    "RELATIVE_NEXT_INCLUDE_LAST": "next_include_last",
    "RELATIVE_ONE_PREVIOUS_AND_NEXT": "previous_and_next",
    "RELATIVE_ALL_PREVIOUS_AND_NEXT": "all_previous_and_next",
    "LONGEST_ORDERED_SUBSET": "longest_subsequence",
    "LONGEST_CONTIGUOUS_SUBSET": "longest_consecutive",
    "RELATIVE_TO_CORRECT": "relative_to_correct",
}
#: The other way round. Pairs in right order, counted once, are what it counts from either side.
_ORDER_WORDS: Final = {
    **{ours: moodle for moodle, ours in ORDER_RULES.items()},
    "pairwise": "RELATIVE_ALL_PREVIOUS_AND_NEXT",
}
#: Short words for gradings, and the numbers that Moodle stores. Where nothing is said it takes the first.
_GRADINGS: Final = {
    "": "RELATIVE_NEXT_EXCLUDE_LAST",
    "REL": "RELATIVE_NEXT_EXCLUDE_LAST",
    "RELATIVE": "RELATIVE_NEXT_EXCLUDE_LAST",
    "ABS": "ABSOLUTE_POSITION",
    "ABSOLUTE": "ABSOLUTE_POSITION",
    **{str(number): word for number, word in enumerate(ORDER_RULES, -1)},
}
#: What Moodle's import trims off a text.
BLANK: Final = " \t\n\r\0\x0b"
#: What stands in an address for the place of the files that belong to a question.
PLACE: Final = "@@PLUGINFILE@@"
_PICTURE: Final = re.compile(r"<img\b[^<>]*>|!\[[^\[\]]*\]\([^()]*\)", re.IGNORECASE)
#: What parts the names in a path (``qformat_default::split_category_path``).
_BETWEEN_LEVELS: Final = re.compile(r"(?<!/)/(?!/)")
#: The prompt of a text with gaps that has none of its own; it is left out again when the question is written.
FILL_IN: Final = "Fill in the gaps."

#: Answers of a question or gap that are read: each takes hundreds of times the memory of its characters.
MOST_ANSWERS: Final = 10_000
TOO_MANY: Final = Said(
    "there are more than %(most)s answers – part the question into several", most=MOST_ANSWERS
)

#: The weights that Moodle offers, without their signs (``question_bank::fraction_options_full``).
_OFFERED: Final = frozenset(
    map(
        Fraction,
        "0 1 9/10 5/6 4/5 3/4 7/10 2/3 3/5 1/2 2/5 1/3 3/10 1/4 1/5 1/6 1/7 1/8 1/9 1/10 1/20".split(),
    )
)
#: A weight in percent. Until PHP 8 Moodle wrote numbers as its user's language does, some with a comma.
PERCENT: Final = r"%(-?[0-9]+(?:[.,][0-9]*)?)%"
#: Characters of such a number that count: no weight that is meant has more.
_FIGURES: Final = 40
_NOT_OFFERED: Final = Said(
    "Moodle offers no such weight, and refuses the file unless 'Nearest grade if not listed' is chosen there"
)

#: What makes a text HTML.
MARKUP: Final = re.compile(r"<[a-zA-Z/!]|&[a-zA-Z#][a-zA-Z0-9]*;")
#: What a backslash is put in front of: not of a bracket, where it would begin a formula.
_PUNCTUATION: Final = re.compile(r"([!-')-/:-@\[-`{-~])")
_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
#: Line breaks beside tags, which Moodle's own format does not mean (``text_to_html``).
_BESIDE_TAGS: Final = re.compile(r"(?<=>)[ \t]*\n\s*(?=<)|(?<=>)\n|\n(?=<)")
#: Characters that mean something in Markdown wherever they stand, and those that do at the start of a line.
_MARKDOWN: Final = re.compile(r"[\\`*_{}\[\]<>#|~$&!]|^[-+=\s]|^\d+[.)]", re.MULTILINE)
_PREFORMATTED: Final = re.compile(r"<pre\b.*?</pre>", re.DOTALL | re.IGNORECASE)
#: Blanks with which a line of Markdown ends for another to begin.
_HARD_BREAK: Final = re.compile(r" {2,}(?=\n)")
#: Elements that play or run, which pages leave out.
_DOES: Final = re.compile(
    r"<(?:applet|audio|button|canvas|embed|iframe|input|object|script|select|textarea|video)\b", re.IGNORECASE
)
#: A text in a language, as Moodle's filter for them has it (``filter_multilang``), the attributes in either order: its code
#: and the words; and two or more of them, of which a page there shows one.
SPAN: Final = re.compile(
    r'<span(?=[^<>]*\sclass="multilang")(?=[^<>]*\slang="([a-zA-Z0-9_-]+)")[^<>]*>((?:(?!</?span\b).)*+)</span>',
    re.IGNORECASE | re.DOTALL,
)
RUN: Final = re.compile(rf"{SPAN.pattern}(?:\s*{SPAN.pattern})+", re.IGNORECASE | re.DOTALL)
#: Stands for what only looks like a mark of a gap while Markdown is made into HTML: a private character.
_NO_MARK: Final = "\ue00f"
_ESCAPED_MARK: Final = re.compile(r"\[\\\[(?=[A-Za-z0-9][A-Za-z0-9._-]{0,63}\]\])")
#: A block of HTML that can stand in front of a text with gaps.
_BLOCK: Final = re.compile(r"\s*<(p|h[1-6])\b[^<>]*>", re.IGNORECASE)
#: An empty line of HTML, and a tag that is no line break.
_BREAKS: Final = re.compile(r"(?:<br />\s*){2,}")
_TAG: Final = re.compile(r"<(?!br />)[a-zA-Z/!]")
#: A paragraph that holds a prompt, as ``joined`` writes it.
_ONE_PARAGRAPH: Final = re.compile(r"<p>(.+)</p>", re.DOTALL | re.IGNORECASE)


class Styled(str):
    """A text with the format that it is written in: ``html``, ``markdown``, ``plain``, ``moodle``, or "" for none said.

    ``moodle`` is Moodle's own: plain text in which HTML is allowed and line breaks are meant. ``kept`` is a text that
    Moodle has no format for and shows without markup; it says nothing about the format of the others.
    """

    __slots__ = ("kept", "style")
    style: str
    kept: bool

    def __new__(cls, text: str, style: str = "", *, kept: bool = False) -> Self:
        made = str.__new__(cls, text)
        made.style = style
        made.kept = kept
        return made


def settled(fields: dict[str, Any]) -> dict[str, Any]:
    """The same fields, their texts now in one format, and that format: what all agree on, else HTML.

    A text that names no format has that of the prompt.
    """
    prompt = fields["prompt"].style or "html"
    found: list[tuple[Any, Any, Styled]] = []
    _gather(fields, found)
    styles = {text.style or prompt for _, _, text in found if text and not text.kept}
    shared = styles.pop() if len(styles) == 1 else "html"
    if shared == "moodle":
        shared = "html" if any(says_more(text) for _, _, text in found) else "plain"
    for holder, place, text in found:
        holder[place] = _in_format(text, "plain" if text.kept else text.style or prompt, shared)
    if shared != "markdown":
        fields["text_format"] = shared
    return fields


def says_more(text: str) -> bool:
    """Whether a text in Moodle's own format holds markup or mathematics, so that more is meant than its characters."""
    return bool(MARKUP.search(text) or HOLDS_TEX.search(text))


def _gather(holder: Any, found: list[tuple[Any, Any, Styled]]) -> None:
    """Adds each text with the dict or list that holds it, and its place there."""
    for place, one in holder.items() if type(holder) is dict else enumerate(holder):
        kind = type(one)  # exactly: a question has forty values, which are all looked at
        if kind is Styled:
            found.append((holder, place, one))
        elif kind is dict or kind is list:
            _gather(one, found)


def _in_format(text: str, style: str, shared: str) -> str:
    """The text in the shared format, which is its own, or Markdown for what is kept, or plain for Moodle's, or HTML."""
    if style == shared or (style, shared) == ("moodle", "plain"):
        return str(text)
    if shared == "markdown":
        return as_markdown(text)
    if style == "markdown":
        return to_prompt_html(_ESCAPED_MARK.sub(_NO_MARK, text)).replace(_NO_MARK, "&#91;[")
    shown = escape(text, quote=False) if style == "plain" else _BESIDE_TAGS.sub(" ", text)
    return shown.replace("\n", "<br />")


def as_markdown(text: str) -> str:
    """A plain text as Markdown that shows just it; its lines are those of a paragraph."""
    lines = _HARD_BREAK.sub("", text)
    return _PUNCTUATION.sub(r"\\\1", lines) if _MARKDOWN.search(lines) else lines


def kept(text: str, text_format: str) -> str:
    """A text of a question where Moodle has plain text: what ``settled`` reads back is the same. Markup is lost."""
    if text_format == "plain":
        return text
    if text_format == "html":
        bare = text.replace("<br />", "\n")
        return to_text(Html(text)) if re.search(r"<[a-zA-Z/!]", bare) else unescape(bare)
    bare = _ESCAPED.sub(r"\1", text)
    return bare if _in_format(bare, "plain", "markdown") == text else to_text(text)


def holds_markup(text: str, text_format: str) -> bool:
    """Whether ``kept`` loses anything of what is seen of the text, such as a picture."""
    back, style = _in_format(kept(text, text_format), "plain", text_format), TEXT_FORMATS[text_format]
    if back == text:
        return False
    pictured = any(True for _ in references({"text": text, "text_format": text_format}))
    return pictured or to_inline_html(style(back)) != to_inline_html(style(text))


def order_rule(word: str) -> str | None:
    """Our rule of ordering for Moodle's word or number for a grading; None for what it does not know."""
    said = word.strip().upper()
    return ORDER_RULES.get(_GRADINGS.get(said, said))


def order_word(rule: str) -> tuple[str, list[Loss]]:
    """Moodle's word for our rule of ordering, and a loss where that is the word for another, of the same marks."""
    word = _ORDER_WORDS[rule]
    same = ORDER_RULES[word] == rule
    return word, [] if same else [Loss("scoring", Said("%(word)s gives the same marks", word=word))]


def without_files(text: str) -> str:
    """The text with words in place of its pictures that have not come with it: what they show, or their names."""
    return _PICTURE.sub(_words, text) if PLACE in text else text


def _words(picture: re.Match[str]) -> str:
    style = "html" if picture[0].startswith("<") else "markdown"
    for one in references({"text": picture[0], "text_format": style}):
        if one.file.startswith(PLACE):
            return one.alt.strip() or one.file.rpartition("/")[2]
    return picture[0]


def holds_languages(text: str) -> bool:
    """Whether a text is one in several languages, in the words of this filter."""
    return "multilang" in text and RUN.search(text) is not None


def shows_all(text: str) -> bool:
    """Whether a text is in several languages, all of which pages here show: another filter writes ``{mlang en}``."""
    return "{mlang " in text or holds_languages(text)


def unseen(html: str) -> Iterator[Loss]:
    """A loss for what a text has and no page here shows, but for pictures."""
    if _DOES.search(html):
        yield Loss("media", "films, sounds, frames and what runs are not shown")
    if shows_all(html):
        yield Loss("translations", "a text in several languages is shown in all of them")


# Categories ----------------------------------------------------------------------------------------------------------


def category(path: str) -> list[str]:
    """The names in the path of a category; ``//`` is a slash inside a name, ``$course$`` and ``top`` are places in Moodle."""
    names = [name.replace("//", "/").strip() for name in _BETWEEN_LEVELS.split(path)]
    for place in (r"\$\w+\$|", "top"):
        if names and re.fullmatch(place, names[0]):
            names.pop(0)
    return [*filter(None, names)]


def path_of(topic: str, topics: Mapping[str, Topic]) -> tuple[str, list[str]]:
    """The path of a topic's category from its titles, and the topics whose title is not in it (``titled``)."""
    levels, lost = titled(topic, topics)
    return "/".join(map(_level, levels)), lost


def _level(name: str) -> str:
    """A name in a path; a blank parts its slash from the one beside it (``qformat_default::assemble_category_path``)."""
    held = name.replace("/", "//")
    return f"{' ' * held.startswith('/')}{held}{' ' * held.endswith('/')}"


# Numbers -------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def share(number: str) -> Fraction:
    """The share of the mark for what stands between the signs of ``PERCENT``: files hold few, thousands of times each."""
    return percent(Decimal(number[:_FIGURES].replace(",", ".")))


#: What becomes of the rules of a multiple response in Moodle, which adds up what is ticked and stops at 0.
_ADDED_UP: Final = {
    "right_minus_wrong": Said("Moodle adds up credits instead, which give the same marks"),
    "all_or_nothing": Said("Moodle adds up credits instead: part of the answer gives part of the mark"),
}


def added_up(question: Question) -> bool:
    """Whether ``ticked`` tells what becomes of its rule."""
    return question.type == "multiple_response" and question.scoring in _ADDED_UP


def ticked(question: Question) -> tuple[list[Fraction], list[Loss]]:
    """What ticking each option of a choice is worth in Moodle, and what is lost by it."""
    content: Any = question.content
    if question.type == "single_choice":
        return [option.worth for option in content.options], []
    losses = [Loss("scoring", _ADDED_UP[question.scoring])] if added_up(question) else []
    if question.scoring != "right_minus_wrong":
        return credits_of(content.options), losses
    share = Fraction(1, sum(option.right for option in content.options))
    return [share if option.right else -share for option in content.options], losses


def rounded(credits: Iterable[Fraction], field: str) -> list[Loss]:
    """A loss where a weight in percent does not say exactly what was meant."""
    if all(map(_is_kept, credits)):
        return []
    return [Loss(field, "Moodle rounds weights to five places of a percentage")]


def graded(credits: Sequence[Fraction], field: str) -> list[Loss]:
    """The same of questions by themselves, whose weights Moodle looks up among those that it offers."""
    offered = all(abs(credit) in _OFFERED for credit in credits)
    listed = [] if offered else [Loss(field, _NOT_OFFERED)]
    return [*rounded(credits, field), *listed]


def worth_of_number(credit: Fraction) -> dict[str, Fraction]:
    """What a number without a unit is worth, the full mark by saying nothing: Moodle gives it 0 at least."""
    return {} if credit == 1 else {"credit": max(credit, Fraction(0))}


def behind_star(texts: Sequence[str]) -> list[Loss]:
    """A loss where a number stands behind ``*``, which accepts every number before Moodle comes to it."""
    behind = texts[texts.index("*") :] if "*" in texts else ()
    if all(text in {"*", ""} for text in behind):
        return []
    return [Loss("answers", "in Moodle no number behind * is looked at")]


def takes_nothing_off(credits: Iterable[Fraction], field: str) -> list[Loss]:
    """A loss where a number takes points off, which in Moodle it does with a known unit only (``qtype_numerical``)."""
    if all(credit >= 0 for credit in credits):
        return []
    return [Loss(field, "in Moodle a number without a unit takes nothing off")]


@lru_cache(maxsize=1024)
def _is_kept(credit: Fraction) -> bool:
    return percent(Decimal(percentage(credit))) == credit


def centred(answer: Any) -> tuple[str, str, list[Loss]]:
    """An accepted number as Moodle has it, a value and an absolute tolerance, and what that loses."""
    value, tolerance = answer.value, answer.tolerance
    losses = []
    if value is None or answer.tolerance_type != "absolute":
        low, high = answer.bounds
        value, tolerance = (low + high) / 2, (high - low) / 2
        kind = (
            Said("range") if answer.value is None else Said("%(kind)s tolerance", kind=answer.tolerance_type)
        )
        losses.append(
            Loss("answers", Said("a %(kind)s became a value with an absolute tolerance", kind=kind))
        )
    return show_number(value), show_number(tolerance), [*losses, *base.rounded([value, tolerance])]


# Texts with gaps -----------------------------------------------------------------------------------------------------


def parted(fields: dict[str, Any]) -> dict[str, Any]:
    """A question whose settled prompt holds the marks of its gaps, with what stands in front apart from the text.

    In front stand the paragraphs before the first that holds a mark; where there is none, ``FILL_IN`` does.
    """
    whole: str = fields["prompt"]
    first = MARK.search(whole)
    front, text = _cut(whole, first.start() if first else 0, fields.get("text_format") == "html")
    if not front or not text:
        return {**fields, "prompt": FILL_IN, "text": whole}
    alone = _ONE_PARAGRAPH.fullmatch(front)
    bare = alone is not None and _block_end(front, 0, len(front)) == len(front)
    return {**fields, "prompt": alone[1] if alone and bare else front, "text": text}


def _cut(whole: str, until: int, is_html: bool) -> tuple[str, str]:
    if not is_html:
        end = start = max(0, whole.rfind("\n\n", 0, until))
    elif end := _blocks_end(whole, until):
        start = end
    else:
        tag = _TAG.search(whole, 0, until)
        breaks = [*_BREAKS.finditer(whole, 0, until if tag is None else tag.start())]
        end, start = breaks[-1].span() if breaks else (0, 0)
    return whole[:end].strip(), whole[start:].strip()


def _blocks_end(text: str, until: int) -> int:
    """Where the blocks end with which the text begins; 0 where none ends before ``until``."""
    end = 0
    while closed := _block_end(text, end, until):
        end = closed
    return end


def _block_end(text: str, start: int, until: int) -> int:
    """Where the block ends that begins here, with all that lies in it; 0 where none does, or does not end."""
    found, depth = _BLOCK.match(text, start, until), 0
    if found is None:
        return 0
    for tag in re.compile(rf"<(/?){found[1]}\b[^<>]*>", re.IGNORECASE).finditer(text, start, until):
        depth += -1 if tag[1] else 1
        if not depth:
            return tag.end()
    return 0


def joined(prompt: str, text: str, text_format: str) -> str:
    """The prompt in front of the text with gaps, so that ``parted`` finds where it ends."""
    if prompt == FILL_IN:
        return text
    if text_format != "html":
        return f"{prompt}\n\n{text}"
    whole = prompt if _blocks_end(prompt, len(prompt)) == len(prompt.rstrip()) else f"<p>{prompt}</p>"
    return f"{whole}\n{text}"


def moved(prompt: str, text: str, text_format: str) -> list[Loss]:
    """What is lost where ``parted`` will find the end of the prompt elsewhere."""
    back = parted({"prompt": joined(prompt, text, text_format), "text_format": text_format})
    if back["text"].strip() == text.strip():
        return []
    said = Said("one text there: what stands above the paragraph of the first gap is the prompt")
    return [Loss("prompt", said), Loss("text", said)]


def without_marks(text: str, style: str) -> str:
    """The text with what only looks like a mark of a gap of ours written otherwise; plain text has no other way."""
    if style == "plain" or "[[" not in text:
        return text
    return MARK.sub(r"[\\[\1]]" if style == "markdown" else r"&#91;[\1]]", text)


def between_marks(pieces: Sequence[str], style: str) -> tuple[list[str], str]:
    """Pieces of a text that stand between its gaps, none of which looks like a mark of ours, and the format that they have
    then: plain text becomes HTML, having no other way to write such a mark.
    """
    if style == "plain" and any(map(MARK.search, pieces)):
        pieces, style = [_in_format(piece, "plain", "html") for piece in pieces], "html"
    return [without_marks(piece, style) for piece in pieces], style


def as_html(text: str, text_format: str) -> str:
    """A text for a place where Moodle has HTML, whatever the format of the question."""
    if text_format == "html":
        return text
    if holds_markup(text, text_format):
        return to_inline_html(text)
    return literal(kept(text, text_format))


def on_a_line(text: str, text_format: str) -> str:
    """The same on one line: only plain text means the ends of its lines, and what is preformatted."""
    held = _PREFORMATTED.sub(
        lambda found: found[0].replace("\n", "&#10;"), as_html(text.strip(), text_format)
    )
    return held.replace("\n", "<br />" if text_format == "plain" else " ")


def literal(text: str) -> str:
    """A text without markup as HTML that shows just it."""
    return escape(text, quote=False) if MARKUP.search(text) else text


def shown(text: str) -> Styled:
    """A text of a place where Moodle shows HTML without its tags, an entity as its character: the literal text."""
    return Styled(kept(text, "html") if MARKUP.search(text) else text, kept=True)


def from_html(text: str) -> Styled:
    """A text of such a place: where it holds no markup it goes with any format."""
    return Styled(text, "html") if MARKUP.search(text) else Styled(text, kept=True)


def became_html(texts: Iterable[str], text_format: str) -> list[Loss]:
    """A loss where ``from_html`` will make the whole question HTML."""
    if text_format == "html" or not any(map(MARKUP.search, texts)):
        return []
    return [Loss("text_format", "the texts in Moodle's gaps are HTML")]

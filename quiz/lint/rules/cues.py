"""Cues: what lets a clever reader find the key without knowing the subject."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Final

from quiz.banks.findings import Finding
from quiz.lint.mending import Patch, with_text
from quiz.lint.reading import COMPARED_MOST, Choice, Item, Text
from quiz.lint.rule import WORDS, Flag, Rule, ask, several

_MID_CAPITAL: Final = re.compile(r"(?<=[\w,] )[A-ZА-ЯЁ][\w’'-]+")
_DETAIL: Final = re.compile(r"\d|\(.+\)")
_ENDS: Final = re.compile(r"[.。;!]$")
#: A full stop after a word, which is not that of an abbreviation ("U.S.", "etc.").
_STOPPED: Final = re.compile(r"(?<!\betc)(?<!\.\w)(?<!\b\w)[.。;]$")


@Rule(
    "C01", "A word of the stem returns in the key",
    message="A telling word of the stem stands in the key and in no other option",
    fix="Use another word in the stem or in the key, or let a distractor use it too",
    guideline="Haladyna 28b",
    languages=WORDS,
    bad=[
        ask("Which organ takes in oxygen by gill filaments?", "The scales", "*The gills", "The fins"),
        ask("Какой лес растёт в поясе тайги?", "Джунгли", "*Тайга", "Саванна", language="ru"),
        ask("哪种矿物又叫磁铁矿？", "石英", "*磁铁矿", "长石", language="zh"),
    ],
    good=[ask("Which organ takes oxygen from the water?", "The scales", "*The gills", "The fins")],
)  # fmt: skip
def word_returns(item: Item) -> Iterator[Flag]:
    """Not for words of which the whole bank speaks, nor for figures: a result repeats what is given."""
    if not item.key:
        return
    others = frozenset().union(*(choice.text.content for choice in item.distractors))
    shared = (item.stem.content & item.key.text.content) - others - item.common
    telling = sorted(stem for stem in shared if not stem.isdecimal())
    if len(telling) >= item.language.shared:
        yield Flag(item.key.text.where, ", ".join(telling))


def _either_article(item: Item, _finding: Finding) -> Patch | None:
    """The article that fits some options only, as "a/an"."""
    prompt, changes = _LAST_ARTICLE.subn(r"a/an\1", item.question.prompt)
    return {"prompt": prompt} if changes else None


@Rule(
    "C02", "Grammar gives the key away",
    message="Only some options fit the grammar of the stem, and the key is one of them",
    fix="Write “a/an”, put the article into the options, or give all options the same number",
    guideline="Haladyna 28c",
    languages=("en",),
    mend=_either_article,
    bad=[
        ask("A word that names a thing is a", "adverb", "*noun", "adjective"),
        ask("The parts of a flower that make pollen are the", "petal", "*stamens", "stem"),
    ],
    good=[ask("A word that names a thing is a/an", "adverb", "*noun", "adjective")],
)  # fmt: skip
def grammar_gives_away(item: Item) -> Iterator[Flag]:
    """The article before the options, and whether they are one or several."""
    ending = _STEM_ENDS.search(item.stem.folded)
    if not item.key or ending is None:
        return
    fits = _FITS[ending[1] or ending[2]]
    fitting = [choice for choice in item.choices if fits(choice.text)]
    if item.key in fitting and len(fitting) < len(item.choices):
        yield Flag(item.stem.where, f"…{ending[0]} {' / '.join(choice.text.plain for choice in fitting)}")


_STEM_ENDS: Final = re.compile(r"(?:(?<![/\w])(an?)|\b(is|are)(?: called| known as)?(?: the)?)\s*[:…_.]*\s*$")
_LAST_ARTICLE: Final = re.compile(r"(?<![/\w])an?(\s*[:…_.]*\s*)$")
_VOWEL: Final = re.compile(
    r"(?!(?:uni|use|usu|eur|one\b|once\b|u\b|ut))[aeiou]|hono|honest|hour|heir|[fhlmnrsx](?=\d|[A-Z]{2})"
)
_PLURAL: Final = re.compile(r"(?<![siu])s$|(?:men|people|children|mice|feet|teeth)$|\band\b|,")
_ARTICLE: Final = re.compile(r"^(?:the|an?)\s")


def _takes_an(text: Text) -> bool:
    return bool(_VOWEL.match(text.folded))


def _takes_a(text: Text) -> bool:
    return not _takes_an(text)


def _is_plural(text: Text) -> bool:
    """Whether the head of a phrase is a plural, as far as its letters tell."""
    head = re.split(r"\b(?:of|in|that|which|who|with|on|at|from|for|to)\b", _ARTICLE.sub("", text.folded))[0]
    return bool(_PLURAL.search(head.strip(" .")))


def _is_singular(text: Text) -> bool:
    return not _is_plural(text)


_FITS: Final[dict[str, Callable[[Text], bool]]] = {
    "a": _takes_a,
    "an": _takes_an,
    "is": _is_singular,
    "are": _is_plural,
}


@Rule(
    "C03", "The options converge on the key",
    message="The key is the option whose parts occur most often in the others",
    fix="Let every part occur equally often",
    guideline="Haladyna 28e",
    languages=WORDS,
    bad=[ask("Which colours make green?", "Red and yellow", "*Blue and yellow", "Blue and white", "Black and green")],
    good=[ask("Which numbers have the product 35?", "3 and 9", "4 and 8", "*5 and 7")],
)  # fmt: skip
def convergence(item: Item) -> Iterator[Flag]:
    """Each option scores how often its parts occur elsewhere; found where the key alone scores highest."""
    if not item.key:
        return
    parts = {
        choice.where: [part for part in item.language.joints.split(choice.text.folded.strip(" .")) if part]
        for choice in item.choices
    }
    if sum(len(some) > 1 for some in parts.values()) < 3:
        return
    counts = Counter(part for some in parts.values() for part in set(some))
    scores = {where: sum(counts[part] - 1 for part in set(some)) for where, some in parts.items()}
    best = max(scores.values())
    if best > 0 and [where for where, score in scores.items() if score == best] == [item.key.where]:
        shared = [part for part in parts[item.key.where] if counts[part] > 1]
        yield Flag(item.key.text.where, ", ".join(shared))


@Rule(
    "C04", "One pair of opposites",
    message="Two options are opposites and one of them is the key: the others can be left aside",
    fix="Offer two pairs of opposites, or all cases (more, less, the same)",
    guideline="Haladyna 28e",
    languages=WORDS,
    bad=[
        ask("What happens to most metals in the heat?", "*Their volume increases", "Their volume decreases", "They turn green"),
        ask("Как меняется давление?", "*Увеличивается", "Уменьшается", "Переходит в свет", language="ru"),
        ask("压强怎样变化？", "*增大", "减小", "变成光", language="zh"),
    ],
    good=[ask("What happens to the volume of most metals in the heat?", "*It increases", "It decreases", "It stays the same")],
)  # fmt: skip
def pair_of_opposites(item: Item) -> Iterator[Flag]:
    if not item.key or len(item.choices) < 3:
        return
    if any(item.language.unchanged.search(choice.text.folded) for choice in item.choices):
        return
    pairs = [pair for pair in combinations(item.choices[:COMPARED_MOST], 2) if _opposite(item, *pair)]
    if len(pairs) == 1 and any(choice.right for choice in pairs[0]):
        one, other = pairs[0]
        yield Flag("options", f"{one.text.plain} / {other.text.plain}")


def _opposite(item: Item, one: Choice, other: Choice) -> bool:
    """Whether two options differ by a pair of opposites, or by a negation alone."""
    first, second = _stems(one), _stems(other)
    if any(
        (pair & first) and (pair & second) and len(pair & (first ^ second)) == 2
        for pair in item.language.opposites
    ):
        return True
    apart = first ^ second
    return (
        bool(first & second) and bool(apart) and all(item.language.denial.fullmatch(word) for word in apart)
    )


def _stems(choice: Choice) -> frozenset[str]:
    """Words and stems together, since a table of opposites may name either."""
    return frozenset(choice.text.tokens) | choice.text.content


def _stopped_alike(item: Item, finding: Finding) -> Patch | None:
    """The one option without the full stop that all others have gets one, the only one with it loses it."""
    odd = next(choice for choice in item.worded if choice.text.where == finding.where)
    others = [choice for choice in item.worded if choice is not odd]
    if _form(item, odd) != _form(item, others[0]):
        return None
    text, theirs = odd.text.raw.rstrip(), others[0].text.raw.rstrip()
    if _STOPPED.search(text) and not _full_stop(item, others[0]):
        return with_text(item, finding.where, text[:-1])
    return with_text(item, finding.where, text + theirs[-1]) if _STOPPED.search(theirs) else None


@Rule(
    "C05", "One option of another form",
    message="One option has another form than the others (a number, a sentence, an -ing form, a full stop)",
    fix="Write all options in the same form",
    guideline="Haladyna 23",
    languages=WORDS,
    mend=_stopped_alike,
    bad=[
        ask("What is the heart for?", "To digest food", "To filter waste", "*It pumps blood."),
        ask("What is the heart for?", "To digest food", "To filter waste", "*To pump blood."),
        ask("Как гасят масло?", "Лить воду", "*Крышкой", "Дуть на него", language="ru"),
        ask("什么时候？", "冬天", "夏天", "*208年", language="zh"),
    ],
    good=[ask("What is the heart for?", "To digest food", "To filter waste", "*To pump blood")],
)  # fmt: skip
def other_form(item: Item) -> Iterator[Flag]:
    """Where there are three options or more and all but one agree."""
    if len(item.worded) < 3:
        return
    for feature in (_form, _full_stop):
        forms = [feature(item, choice) for choice in item.worded]
        counts = Counter(forms)
        if len(counts) == 2 and min(counts.values()) == 1:
            odd = forms.index(min(counts, key=lambda form: counts[form]))
            if forms[odd] in item.language.weak_forms:
                continue
            yield Flag(item.worded[odd].text.where, item.worded[odd].text.plain)
            return


def _form(item: Item, choice: Choice) -> str:
    text = choice.text.folded
    return next((name for name, pattern in item.language.forms if pattern.match(text)), "")


def _full_stop(_item: Item, choice: Choice) -> str:
    return "." if _ENDS.search(choice.text.plain.strip()) else ""


@Rule(
    "C06", "Only the key is specific",
    message="Only the key has figures, brackets or names: detail looks true",
    fix="Be as specific in the distractors, or less so in the key",
    guideline="Haladyna 28d",
    languages=WORDS,
    bad=[
        ask("When did the plague reach England?", "In the Middle Ages", "*In June 1348", "After the Renaissance"),
        ask("Когда была битва?", "До нашествия", "*В сентябре 1380 года", "После Смуты", language="ru"),
        ask("赤壁之战在什么时候？", "秦朝统一之前", "*公元208年", "唐朝初年", language="zh"),
    ],
    good=[ask("When did the plague reach England?", "In 1066", "*In 1348", "In 1666")],
)  # fmt: skip
def specific_key(item: Item) -> Iterator[Flag]:
    """Names count only beside phrases: that Wind holds no second capital says nothing."""
    if item.rivals is None or len(item.rivals[1]) < 2:
        return
    key, others = item.rivals
    phrases = all(len(choice.text.tokens) > 2 for choice in others)
    for pattern in (_DETAIL, _MID_CAPITAL) if phrases else (_DETAIL,):
        found = pattern.search(key.text.plain)
        known = found and item.common.intersection(item.language.content(found[0].casefold()))
        if found and not known and not any(pattern.search(choice.text.plain) for choice in others):
            yield Flag(key.text.where, found[0])
            return


@Rule(
    "C07", "Another question gives the key away",
    scope="quiz",
    message="The stem of another question on the paper holds the key",
    fix="Name the two as enemies, so that they never meet, or reword one of them",
    guideline="Haladyna 4",
    languages=WORDS,
    bad=[several(ask("Who sealed the Magna Carta?", "*John Lackland", "Richard", "Henry"), ask("In which year did John Lackland seal the Magna Carta?", "1066", "*1215", "1348"))],
    good=[several(ask("Who sealed the Magna Carta?", "*John Lackland", "Richard", "Henry"), ask("In which year did Newton publish his Principia?", "1587", "*1687", "1787"))],
)  # fmt: skip
def key_elsewhere(items: Sequence[Item]) -> Iterator[Flag]:
    """Keys of two telling words or more, all of which stand in one other stem and not in their own.

    Each key is compared with the stems that hold the rarest of its words.
    """
    holders: dict[str, list[Item]] = {}
    for item in items:
        for stem in item.stem.content:
            holders.setdefault(stem, []).append(item)
    for item in items:
        words = item.key.text.content - item.stem.content if item.key else frozenset()
        if len(words) < 2:
            continue
        rarest = min(sorted(words), key=lambda word: len(holders.get(word, ())))
        for other in holders.get(rarest, ()):
            if words <= other.stem.content and not _enemies(item, other):
                yield Flag(
                    item.key.text.where if item.key else "",
                    f"{other.question.qualified}: {other.stem.plain}",
                    item=item,
                )


def _enemies(one: Item, other: Item) -> bool:
    first, second = one.question, other.question
    return one is other or second.qualified in first.enemies or first.qualified in second.enemies

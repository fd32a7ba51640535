"""Moodle's marks: what its engine gives for answers to questions in its XML (``question/type/*/question.php``).

An answer names parts by their place in the file, from 0, or is the text that was typed; None is no answer.
"""

import re
from fractions import Fraction
from html import unescape
from itertools import combinations, pairwise

#: A gap of a cloze: weight, type, alternatives; and one of these: its share, its text.
GAP = re.compile(r"\{([0-9]*):([A-Z_]+):((?:[^\\}]|\\.)*)\}")
SHARE = re.compile(r"(?:(=)|%(-?[0-9.]+)%)?([^#&]*(?:&#[0-9]+;[^#&]*)*)")
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")


def mark(question, answer):
    """The fraction, not rounded as Moodle stores it."""
    return MARKS[question.get("type")](question, answer)


def _text(element, path="text"):
    return (element.findtext(path) or "").strip()


def _shares(question):
    return [Fraction(answer.get("fraction")) / 100 for answer in question.findall("answer")]


def _ticked(shares, ticked):
    return min(Fraction(1), max(Fraction(0), sum((shares[place] for place in ticked), Fraction(0))))


def _multichoice(question, chosen):
    if _text(question, "single") == "true":
        return _shares(question)[chosen[0]] if chosen else Fraction(0)
    return _ticked(_shares(question), chosen)


def _truefalse(question, value):
    values = [_text(answer) == "true" for answer in question.findall("answer")]
    return Fraction(0) if value is None else _shares(question)[values.index(value)]


def _typed(accepted, typed, case):
    """``accepted``: texts and shares; a star stands for any text (``compare_string_with_wildcard``)."""
    for text, share in accepted if (typed or "").strip() else ():
        parts = [re.escape(part.replace("\\*", "*")) for part in re.split(r"(?<!\\)\*", text)]
        if re.fullmatch(".*".join(parts), typed.strip(), re.DOTALL | (0 if case else re.IGNORECASE)):
            return share
    return Fraction(0)


def _shortanswer(question, typed):
    accepted = zip(map(_text, question.findall("answer")), _shares(question), strict=True)
    return _typed(accepted, typed, _text(question, "usecase") == "1")


def _number(accepted, typed, units=None, grading="0", penalty=Fraction(0)):
    """``accepted``: numbers, tolerances and shares; ``units``: how many of each make one of the answers' unit."""
    found = NUMBER.match((typed or "").replace(" ", "").replace(",", "."))
    if found is None:
        return Fraction(0)
    unit = typed.replace(" ", "")[found.end() :]
    known = unit in (units or {})
    value = Fraction(found[0]) / (units[unit] if known else 1)
    share = next(
        (
            share
            for number, width, share in accepted
            if number == "*" or abs(value - Fraction(number)) <= Fraction(width or 0)
        ),
        Fraction(0),
    )
    if known:
        return share
    return max(Fraction(0), share - {"1": penalty * share, "2": penalty}.get(grading, Fraction(0)))


def _numerical(question, typed):
    answers = question.findall("answer")
    accepted = zip(
        map(_text, answers), [_text(one, "tolerance") for one in answers], _shares(question), strict=True
    )
    units = {_text(unit, "unit_name"): Fraction(_text(unit, "multiplier")) for unit in question.iter("unit")}
    penalty = Fraction(_text(question, "unitpenalty") or 0)
    return _number(accepted, typed, units, _text(question, "unitgradingtype"), penalty)


def _matching(question, chosen):
    """``chosen``: for each stem the place of the row whose answer was taken."""
    rows = [_text(row, "answer/text") for row in question.findall("subquestion")]
    right = sum(taken is not None and rows[taken] == rows[stem] for stem, taken in enumerate(chosen))
    return Fraction(right, len(chosen))


def _ordering(question, order):
    n, word = len(question.findall("answer")), _text(question, "gradingtype")
    after = dict(zip(order, [*order[1:], None], strict=True))
    before = dict(zip(order, [None, *order[:-1]], strict=True))
    followed = sum(after[item] == item + 1 for item in range(n - 1))
    preceded = sum(before[item] == item - 1 for item in range(1, n))
    if word.startswith("LONGEST"):
        wanted = 1 if "CONTIGUOUS" in word else n
        rising = (some for size in range(2, n + 1) for some in combinations(order, size))
        fits = [len(some) for some in rising if all(0 < two - one <= wanted for one, two in pairwise(some))]
        return Fraction(max(fits, default=0), n)
    pairs = sum(one < two for one, two in combinations(order, 2))
    return {
        "ALL_OR_NOTHING": Fraction([*order] == [*range(n)]),
        "ABSOLUTE_POSITION": Fraction(sum(item == place for place, item in enumerate(order)), n),
        "RELATIVE_NEXT_EXCLUDE_LAST": Fraction(followed, n - 1),
        "RELATIVE_NEXT_INCLUDE_LAST": Fraction(followed + (after[n - 1] is None), n),
        "RELATIVE_ONE_PREVIOUS_AND_NEXT": Fraction(
            followed + preceded + (after[n - 1] is None) + (before[0] is None), 2 * n
        ),
        "RELATIVE_ALL_PREVIOUS_AND_NEXT": Fraction(2 * pairs, n * (n - 1)),
        "RELATIVE_TO_CORRECT": Fraction(
            sum(max(0, n - 1 - abs(item - place)) for place, item in enumerate(order)), n * (n - 1)
        ),
    }[word]


def _words(question, chosen):
    """``chosen``: for each gap the place of its word."""
    key = [
        int(number) - 1 for number in re.findall(r"\[\[([0-9]+)\]\]", _text(question, "questiontext/text"))
    ]
    return Fraction(sum(taken == right for taken, right in zip(chosen, key, strict=True)), len(key))


def _cloze(question, answers):
    found = GAP.findall(_text(question, "questiontext/text"))
    weights = [int(weight or 1) for weight, _, _ in found]
    marks = [_gap(word, said, answer) for (_, word, said), answer in zip(found, answers, strict=True)]
    return sum((weight * one for weight, one in zip(weights, marks, strict=True)), Fraction(0)) / sum(weights)


def _gap(word, said, answer):
    if answer in (None, []):
        return Fraction(0)
    rows = [SHARE.match(row) for row in said.split("~")]
    shares = [Fraction(1) if row[1] else Fraction(row[2] or 0) / 100 for row in rows]
    texts = [unescape(row[3]).strip() for row in rows]
    if word in ("SHORTANSWER", "SAC"):
        return _typed(zip(texts, shares, strict=True), answer, word == "SAC")
    if word == "NUMERICAL":
        parts = (text.partition(":") for text in texts)
        return _number(
            ((number, width, share) for (number, _, width), share in zip(parts, shares, strict=True)), answer
        )
    if word.startswith("MR"):
        whole = sum(share for share in shares if share > 0)
        return _ticked([share / whole if share > 0 else share for share in shares], answer)
    return shares[answer[0]]


MARKS = {
    "multichoice": _multichoice, "truefalse": _truefalse, "shortanswer": _shortanswer, "numerical": _numerical,
    "matching": _matching, "ordering": _ordering, "gapselect": _words, "ddwtos": _words, "cloze": _cloze,
}  # fmt: skip

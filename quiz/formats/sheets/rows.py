"""A row of a sheet to a question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from quiz.errors import Said
from quiz.formats.base import Loss, topic_of
from quiz.formats.sheets.cells import PLACES, TRUTHS, Wrong, day, listed, number, share, truth
from quiz.formats.sheets.columns import AFTER, COMMON, MOST, PART, letters
from quiz.questions.rules.text import exactly
from quiz.questions.validation import suggest

#: A number as it stands in a cell: 8, 8 ± 0.5, 8 ± 5 %, 8 × 0.1 (geometric), 5 .. 7.
_TOLERANT: Final = re.compile(r"(±|\+-|\+/-|×)")
_RANGE: Final = re.compile(r"\.\.|…")
#: What stands between the letters of right options, or in front of them.
_BETWEEN: Final = frozenset(
    "and und et и option options answer answers choice antwort antworten ответ ответы вариант".split()
)
#: Numbers of options that a spreadsheet took for one number: 1.3, and 2.0 for 2.
_POINTED: Final = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}")
#: A field of a part in a question, by its place.
_PATH: Final = re.compile(r"(\w+)\[(\d+)\](?:\.(\w+))?")
#: What the fields of parts are called that do not stand in the column ``option``.
_OF_PART: Final = {"choice": "match", "credit": "credit", "feedback": "feedback", "group": "group"}
#: Columns that are none of parts, whatever they begin with.
_GENERAL: Final = frozenset({*COMMON, *AFTER})


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row by the name of their column, blank ones left out; ``own``: these names are ours."""

    cells: Mapping[str, str]
    own: bool = True

    @property
    def kind(self) -> str:
        """The type that the row says, as other programs write it too; "" where it says none."""
        return self.get("type").strip().casefold().replace(" ", "_").replace("-", "_")

    def get(self, name: str) -> str:
        """The cell's text; "" where there is none."""
        return self.cells.get(name, "")

    def parts(self) -> list[tuple[str, Mapping[str, str]]]:
        """The letter of each part that something is said of, in their order, and what is said."""
        found: dict[str, dict[str, str]] = {}
        for column, cell in self.cells.items():
            name, _, letter = column.partition(" ")
            if name in PART and letter.upper() in PLACES:
                found.setdefault(letter.upper(), dict.fromkeys(PART, ""))[name] = cell
        return sorted(found.items(), key=lambda part: PLACES[part[0]])


def question(row: Row) -> dict[str, Any]:
    """The question of a row, in the flat form of bank files. Raises Wrong."""
    kind = _ALIASES.get(row.kind, row.kind) or _guessed(row)
    if kind not in _CONTENTS:
        raise Wrong(
            Said(
                "there is no type '%(kind)s' in sheets%(hint)s – write one of %(names)s",
                kind=kind,
                hint=suggest(kind, _CONTENTS),
                names=", ".join(_CONTENTS),
            )
        )
    plain = {} if row.own else {"text_format": "plain"}
    return {"type": kind, **plain, **_common(row), **_CONTENTS[kind](row)}


#: What other programs and teachers call the types, these also in German, Russian and Chinese.
_CALLED: Final = {
    "single_choice": "multiple_choice mc mcq choice single single_select radio einfachauswahl одиночный_выбор 单选题 单选",
    "multiple_response": "multiple_answer multiple_answers ma multiple_select multi_select multiselect checkbox checkboxes"
    " mehrfachauswahl множественный_выбор 多选题 多选",
    "true_false": "truefalse true_or_false tf t/f true/false boolean yes/no richtig/falsch wahr/falsch верно/неверно 判断题 判断",
    "short_text": "short_answer text fill_in_the_blank fill_in_blank kurzantwort короткий_ответ 填空题 填空",
    "numerical": "number numeric",
    "matching": "match zuordnung соответствие 连线题 匹配题",
    "ordering": "order sequence sorting reihenfolge 排序题",
    "essay": "open_ended open free_text long_answer paragraph freitext эссе 简答题 问答题 论述题",
}  # fmt: skip
_ALIASES: Final = {other: kind for kind, others in _CALLED.items() for other in others.split()}
#: Types of other programs that ask for no answer which could be right.
NEVER: Final = frozenset({"poll", "draw", "slide", "word_cloud", "survey"})


def _guessed(row: Row) -> str:
    """The type of a row that does not say it: by what is right."""
    right, parts = row.get("right").strip(), row.parts()
    words = {said["option"].strip().casefold() for _, said in parts}
    if words == {"true", "false"} or (not parts and right.isalpha() and right.casefold() in TRUTHS):
        return "true_false"
    if len(parts) > 1:
        return "multiple_response" if len(_right(row)) > 1 else "single_choice"
    raise Wrong("the type is missing – write it into the column type, or options into option A, option B …")


#: Fields of a question whose column holds their text.
_TEXTS: Final = {
    "id": "id", "name": "name", "prompt": "prompt", "explanation": "explanation", "scoring": "scoring",
    "text_format": "format",
}  # fmt: skip


def _common(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: row.get(column).strip() for name, column in _TEXTS.items() if row.get(column)
    }
    found |= {name: row.get(name).strip().casefold() for name in ("difficulty", "level") if row.get(name)}
    found |= {"topic": topic_of(row.get("topic").split("/"))} if row.get("topic") else {}
    found |= {"as_of": day(row.get("as of"))} if row.get("as of") else {}
    read = {"points": number, "penalty": share}
    found |= {name: by(row.get(name), name) for name, by in read.items() if row.get(name)}
    if row.get("shuffle"):
        found["shuffle"] = truth(row.get("shuffle"), "shuffle")
    if row.get("hints"):
        found["hints"] = [line.strip() for line in row.get("hints").split("\n") if line.strip()]
    if row.get("tags"):
        found["tags"] = [tag.strip() for tag in row.get("tags").split(",") if tag.strip()]
    told = {
        one: row.get(f"feedback {one}") for one in ("right", "partly", "wrong") if row.get(f"feedback {one}")
    }
    span = {one: day(row.get(f"valid {one}")) for one in ("from", "to") if row.get(f"valid {one}")}
    return {**found, **({"feedback": told} if told else {}), **({"valid": span} if span else {})}


# The types -----------------------------------------------------------------------------------------------------------


def _options(row: Row) -> list[dict[str, Any]]:
    credited = any(said["credit"] for _, said in row.parts())
    right, parts = _right(row), row.parts()
    if not right and not credited:
        raise Wrong(
            "nothing says what is right – write the letters or numbers of the right options into their column"
        )
    return [
        {
            "text": said["option"].strip(),
            **({"credit": share(said["credit"] or ("1" if letter in right else "0"), f"credit {letter}")} if credited
               else {"correct": True} if letter in right else {}),
            **({"feedback": said["feedback"]} if said["feedback"] else {}),
        }
        for letter, said in parts
    ]  # fmt: skip


def _right(row: Row) -> set[str]:
    """The letters of the right options, of which the column right has the letters, the numbers, or the text of the only one."""
    texts = {letter: said["option"].strip().casefold() for letter, said in row.parts()}
    whole = row.get("right").strip()
    named = {letter for letter, text in texts.items() if text == whole.casefold()}
    placed = {_letter(one) for one in listed(whole.replace(".", ",") if _POINTED.fullmatch(whole) else whole)}
    unusual = row.own == whole.isdigit() or len(placed) > 1  # ours have letters, those of others numbers
    if unusual and named and placed <= texts.keys() and named != placed:
        raise Wrong(
            Said(
                "right: '%(right)s' is the text of one option and names another – write a letter or number that is no text",
                right=whole[:40],
            )
        )
    if placed <= texts.keys():
        return placed
    if len(named) == 1:
        return named
    return _loosely(whole, texts)


def _loosely(right: str, texts: Mapping[str, str]) -> set[str]:
    """The letters of the right options as teachers write them too: (A), "B and C", "A/C", "ACD", "Option 2", or several texts."""
    words = [one.strip("().:）（") for one in re.split(r"[,;/&+|、，；。\s]+", right)]
    said = [one for one in words if one and one.casefold() not in _BETWEEN]
    run = len(said) == 1 and said[0].isupper() and len({*said[0]}) == len(said[0])
    together = [*said[0]] if run else said
    by_text = {text: letter for letter, text in texts.items() if text}
    listed = [
        by_text.get(one.strip().casefold(), "") for one in re.split(r"[,;，；\n]", right) if one.strip()
    ]
    for found in ({*map(_letter, said)}, {*map(_letter, together)}, {*listed}):
        if found and found <= texts.keys():
            return found
    raise Wrong(
        Said(
            "right: '%(right)s' names an option that is not there – write letters or numbers, such as A, C or 1, 3",
            right=right[:40],
        )
    )


def _letter(one: str) -> str:
    """The letter of an option that is named by it or by its number; in capitals whatever else it is."""
    short = one.isdecimal() and len(one) < 10
    return letters(MOST)[int(one) - 1] if short and 1 <= int(one) <= MOST else one.upper()


def _single(row: Row) -> dict[str, Any]:
    options = _options(row)
    if sum("correct" in option for option in options) > 1:
        what = "right: '%(right)s' names several options – name one, or write multiple_response as the type"
        raise Wrong(Said(what, right=row.get("right").strip()[:40]))
    return {"options": options}


def _choice(row: Row) -> dict[str, Any]:
    choose = {"choose": number(row.get("choose"), "choose")} if row.get("choose") else {}
    return {"options": _options(row), **choose}


def _truth_content(row: Row) -> dict[str, Any]:
    """True or false in the column right, or as options: of these the feedback is that of the word that they say."""
    letters = {truth(said["option"], letter): letter for letter, said in row.parts() if said["option"]}
    right, others = _right(row) if letters else {row.get("right")}, {True: "A", False: "B"}
    if len(right) != 1:
        raise Wrong(Said("%(count)s options are right – name one of them", count=len(right)))
    (word,) = right
    told = {
        f"feedback_{str(truth).lower()}": row.get(f"feedback {letter.lower()}")
        for truth, letter in {**others, **letters}.items()
    }
    return {
        "answer": truth(row.get(f"option {word.lower()}") if letters else word, "right"),
        **{name: text for name, text in told.items() if text},
    }


def _answers(row: Row, read: Callable[[str, str], Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The accepted answers: of the parts, and in front of them that of the column right."""
    first = (
        [("right", {"option": row.get("right"), "credit": "", "feedback": ""})] if row.get("right") else []
    )
    parts = [*first, *row.parts()]
    return [
        {
            **read(said["option"], letter),
            **({"credit": share(said["credit"], f"credit {letter}")} if said["credit"] else {}),
            **({"feedback": said["feedback"]} if said["feedback"] else {}),
        }
        for letter, said in parts
    ]


def _short_text(row: Row) -> dict[str, Any]:
    case = (
        {"case_sensitive": True}
        if row.get("case sensitive") and truth(row.get("case sensitive"), "case sensitive")
        else {}
    )
    return {
        "answers": _answers(
            row, lambda text, _: {"text": text.strip() if row.own else exactly(text.strip())}
        ),
        **case,
    }


def _numerical(row: Row) -> dict[str, Any]:
    return {"answers": _answers(row, _accepted)}


def _accepted(text: str, letter: str) -> dict[str, Any]:
    low, *high = _RANGE.split(text, maxsplit=1)
    if high:
        return {"min": number(low, letter), "max": number(high[0], letter)}
    value, *more = _TOLERANT.split(text, maxsplit=1)
    found: dict[str, Any] = {"value": number(value, letter)}
    if more:
        sign, by = more
        found["tolerance"] = share(by, letter)
        kind = "geometric" if sign == "×" else "relative" if "%" in by else "absolute"
        found |= {} if kind == "absolute" else {"tolerance_type": kind}
    return found


def _matching(row: Row) -> dict[str, Any]:
    parts = [said for _, said in row.parts()]
    alone = [{"choice": said["match"].strip()} for said in parts if not said["option"]]
    return {
        "pairs": [
            {"stem": said["option"].strip(), "choice": said["match"].strip()}
            for said in parts
            if said["option"]
        ],
        **({"distractors": alone} if alone else {}),
    }


def _ordering(row: Row) -> dict[str, Any]:
    return {"items": [{"text": said["option"].strip()} for _, said in row.parts()]}


def _word_gaps(row: Row) -> dict[str, Any]:
    parts = row.parts()
    ids = {letter: letter.lower() for letter, _ in parts}
    gaps = [(gap, ids[letter]) for letter, said in parts for gap in listed(said["match"])]
    twice = [gap for gap, count in Counter(gap for gap, _ in gaps).items() if count > 1]
    if twice:
        raise Wrong(Said("match: the gap %(gap)s has two words – name it at one of them", gap=twice[0][:40]))
    return {
        "text": row.get("text"),
        "choices": [
            {"id": ids[letter], "text": said["option"].strip(), **({"group": number(said["group"], f"group {letter}")} if said["group"] else {})}
            for letter, said in parts
        ],
        "gaps": dict(gaps),
        **({"reuse": True} if row.get("reuse") and truth(row.get("reuse"), "reuse") else {}),
    }  # fmt: skip


def _essay(row: Row) -> dict[str, Any]:
    """How many words are asked for is a range, of which either end may be missing, or a number: the most."""
    low, *high = _RANGE.split(row.get("words"), maxsplit=1)
    ends = {"min": low, "max": high[0]} if high else {"max": low}
    words = {end: number(text, "words") for end, text in ends.items() if text.strip()}
    model = row.get("model answer")
    return {**({"words": words} if words else {}), **({"model_answer": model} if model else {})}


_CONTENTS: Final[Mapping[str, Callable[[Row], dict[str, Any]]]] = {
    "single_choice": _single,
    "multiple_response": _choice,
    "true_false": _truth_content,
    "short_text": _short_text,
    "numerical": _numerical,
    "matching": _matching,
    "ordering": _ordering,
    "gap_select": _word_gaps,
    "drag_words": _word_gaps,
    "essay": _essay,
    "description": lambda _row: {},
}


_CHOSEN: Final = frozenset({"option", "credit", "feedback", "right"})
_WORDED: Final = frozenset({"text", "option", "match", "group", "reuse"})
#: What of the columns that not every question has each type reads; those of parts without their letters.
_READ: Final[Mapping[str, frozenset[str]]] = {
    "single_choice": _CHOSEN,
    "multiple_response": _CHOSEN | {"choose"},
    "true_false": _CHOSEN - {"credit"},
    "short_text": _CHOSEN | {"case sensitive"},
    "numerical": _CHOSEN,
    "matching": frozenset({"option", "match"}),
    "ordering": frozenset({"option"}),
    "gap_select": _WORDED,
    "drag_words": _WORDED,
    "essay": frozenset({"words", "model answer"}),
    "description": frozenset(),
}
_NOT_EVERY: Final = frozenset().union(*_READ.values())


def unused(row: Row, kind: str) -> list[Loss]:
    """A loss where cells say something that questions of this type have no place for."""
    names = ((column, column if column in _GENERAL else column.partition(" ")[0]) for column in row.cells)
    unused = [column for column, name in names if name in _NOT_EVERY - _READ[kind]]
    lost = Said("%(type)s has no '%(columns)s'", type=kind, columns="', '".join(unused))
    return [Loss("columns", lost)] if unused else []


def column_of(row: Row, path: str) -> str:
    """The column of a field of the question, which is called by its path."""
    letters = [letter for letter, _ in row.parts()]
    stems = [letter for letter, said in row.parts() if said["option"]]
    lists = {
        **dict.fromkeys(("options", "items", "choices"), letters),
        "answers": ["right"] * bool(row.get("right")) + letters,
        "pairs": stems,
        "distractors": [letter for letter in letters if letter not in stems],
    }
    found = _PATH.fullmatch(path)
    if found is None or int(found[2]) >= len(lists.get(found[1], ())):
        return {"text_format": "format"}.get(path, re.sub(r"[._]", " ", path))
    letter = lists[found[1]][int(found[2])]
    return letter if letter == "right" else f"{_OF_PART.get(found[3], 'option')} {letter}"

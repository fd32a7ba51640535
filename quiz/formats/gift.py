"""GIFT, the text format of Moodle: read and written as Moodle 4.5 does (``question/format/gift``).

Questions are parted by blank lines; ``{`` … ``}`` holds the answers. A text without a marker such as ``[html]`` is
Moodle's own format: plain text in which HTML is allowed. It is read as plain text where it holds no markup, as HTML
where it does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias

from quiz.banks.model import Bank, Question, Topic
from quiz.files.richtext import to_html
from quiz.formats._moodle import ORDER_RULES, category, order_rule, path_of, rounded
from quiz.formats.base import (
    Entry,
    Fault,
    Format,
    Found,
    Loss,
    Source,
    Told,
    Unwritable,
    Writer,
    credits_of,
    decoded,
    marked,
    percentage,
    titles,
    topic_of,
)
from quiz.questions.fields import percent
from quiz.questions.rules.numbers import show_number

#: What a backslash takes the meaning from; each stands for itself while a question is taken apart.
_RESERVED: Final = "\\~=#{}:n"
_ESCAPE: Final = re.compile(r"\\([\\~=#{}:n])")
#: What is written for characters that mean something.
_ESCAPES: Final = str.maketrans({**{mark: f"\\{mark}" for mark in "\\~=#{}:"}, "\r": "", "\n": "\\n"})
_HELD: Final = re.compile("[\ue100-\ue10f]")
_MARKER: Final = re.compile(r"\s*\[(html|markdown|moodle|plain)\]\s*", re.IGNORECASE)
_WEIGHT: Final = re.compile(r"\s*%(-?[0-9]+(?:\.[0-9]*)?)%")
_META: Final = re.compile(r"\[(id|tag):((?:\\.|[^\]\\])+)\]")
_NAME: Final = re.compile(r"\s*::(.*?)::", re.DOTALL)
_MARKUP: Final = re.compile(r"<[a-zA-Z/!]|&[a-zA-Z#][a-zA-Z0-9]*;")
_BLANK: Final = "_____"
_CATEGORY: Final = "$CATEGORY:"
#: Lines in which the end of an open brace is looked for.
_FAR: Final = 60
#: How an ordering begins: how many items are shown and which, how they lie, how they are graded, and two more words.
_ORDERING: Final = re.compile(
    r">\s*([0-9]{1,3})\b[ \t]*(ALL|EXACT|RANDOM|REL|CONTIGUOUS|CONTIG)?\b[ \t]*"
    r"(HORIZONTAL|HORI|H|1|VERTICAL|VERT|V|0)?\b[ \t]*"
    rf"({'|'.join(sorted([*ORDER_RULES, 'ABSOLUTE', 'ABS', 'RELATIVE', 'REL'], key=len, reverse=True))})?\b[ \t]*"
    r"(?:SHOW|TRUE|YES|1|HIDE|FALSE|NO|0)?\b[ \t]*(?:none|123|abc|ABCD|iii|IIII)?(?:\s|$)"
)
_TRUE: Final = {"T": True, "TRUE": True, "F": False, "FALSE": False}


class _Wrong(Exception):
    """What is wrong with a question, and how to mend it."""


# Reading -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Block:
    """The lines of one question, or of what is between questions; ``line`` is that of the first, from 1."""

    line: int
    lines: list[str] = field(default_factory=list)
    id: str = ""
    tags: list[str] = field(default_factory=list)

    def take(self, number: int, line: str) -> None:
        """Adds a line of the question."""
        self.line = self.line if self.lines else number
        self.lines.append(line)

    def note(self, comment: str) -> None:
        """Takes the id and the tags out of a comment."""
        for kind, value in _META.findall(comment):
            plain = re.sub(r"\\(.)", r"\1", value).strip()
            if kind == "tag":
                self.tags.append(plain)
            else:
                self.id = plain


def _read(source: Source) -> Iterator[Entry]:
    topic = ""
    for block in _blocks([line.strip() for line in decoded(source).split("\n")]):
        if block.lines[0].startswith(_CATEGORY):
            names = category(block.lines[0].removeprefix(_CATEGORY))
            topic = topic_of(names)
            yield from (Told(f"line {block.line}", name, {"title": title}) for name, title in titles(names))
        else:
            yield _entry(block, topic)


def _blocks(lines: Sequence[str]) -> Iterator[_Block]:
    """Blocks of lines between blank lines, comments taken out. A blank line inside braces parts nothing."""
    block = _Block(0)
    for number, line in enumerate(lines, 1):
        if line.startswith("//"):
            block.note(line)
        elif line and not line.startswith(_CATEGORY):
            block.take(number, line)
        elif block.lines and (line or not _is_open(block.lines, lines[number : number + _FAR])):
            yield block
            block = _Block(0)
        if line.startswith(_CATEGORY):
            yield _Block(number, [line])
    if block.lines:
        yield block


def _is_open(lines: Sequence[str], following: Sequence[str]) -> bool:
    """Whether a brace is open that the following lines close before another opens."""
    held = _ESCAPE.sub("", "\n".join(lines))
    if held.count("{") <= held.count("}"):
        return False
    rest = _ESCAPE.sub("", "\n".join(following))
    closing, opening = rest.find("}"), rest.find("{")
    return closing >= 0 and not 0 <= opening < closing


def _entry(block: _Block, topic: str) -> Entry:
    where = f"line {block.line}"
    try:
        fields = _question("\n".join(block.lines))
    except _Wrong as error:
        return Fault(where, str(error))
    losses = fields.pop("losses", ())
    more = {"id": block.id, "topic": topic, "tags": block.tags}
    return Found(where, {**fields, **{name: value for name, value in more.items() if value}}, losses)


def _question(text: str) -> dict[str, Any]:
    held = _ESCAPE.sub(lambda found: chr(0xE100 + _RESERVED.index(found[1])), text)
    found = _NAME.match(held)
    name = _bare(found[1]).strip() if found else ""
    held = held[found.end() :] if found else held
    before, opened, rest = held.partition("{")
    if not opened:
        if "}" in held:
            raise _Wrong("there is a } without a { – write \\} for a brace in the text")
        return {**_written({"type": "description", "prompt": _Text(held)}), **_named(name)}
    answers, closed, after = rest.partition("}")
    if not closed:
        raise _Wrong("the { has no } – close the answers, and write \\{ for a brace in the text")
    if re.search(r"[{}]", after):
        raise _Wrong(
            "there is more than one pair of braces – a question has one; write \\{ and \\} in its text"
        )
    prompt = before if not after.strip() else f"{before}{_BLANK}{after}"
    if not _MARKER.sub("", prompt, count=1).strip():
        raise _Wrong("there is no question in front of the answers")
    own = _answered(answers.strip())
    return {**_written({"prompt": _Text(prompt), **own}), **_named(name)}


def _named(name: str) -> dict[str, str]:
    return {"name": name} if name else {}


def _answered(answers: str) -> dict[str, Any]:
    """The type and its content, texts still with their markers; decided as Moodle decides it."""
    answers, general, explanation = answers.rpartition("####")
    if not general:
        answers, explanation = explanation, ""
    more = {"explanation": _Text(explanation)} if explanation.strip() else {}
    answers = answers.strip()
    if answers.startswith(">"):
        return {**_ordering(answers), **more}
    for applies, read in _KINDS:
        if applies(answers):
            return {**read(answers), **more}
    return {**_short_text(answers), **more}


def _choice(answers: str) -> dict[str, Any]:
    single = "=" in answers
    options = []
    for part in _parts(answers, "~="):
        weight, text, feedback = _answer(part.text)
        credit = weight if weight is not None else Fraction(part.mark == "=")
        options.append({"text": text, "credit": credit, **feedback})
    if len(options) < 2:
        raise _Wrong("there is one answer – a choice needs two or more")
    kind = "single_choice" if single else "multiple_response"
    return {"type": kind, "options": marked(options, single=single)}


def _matching(answers: str) -> dict[str, Any]:
    pairs, distractors = [], []
    for part in _parts(answers, "="):
        stem, arrow, choice = part.text.partition("->")
        if not arrow:
            raise _Wrong(f"'{_bare(part.text).strip()[:40]}' has no -> – write =stem -> choice")
        if not choice.strip():
            raise _Wrong(f"'{_bare(stem).strip()[:40]}' has nothing to go with it – write =stem -> choice")
        if _MARKER.sub("", stem, count=1).strip():
            pairs.append({"stem": _Text(stem), "choice": _Text(choice)})
        else:
            distractors.append({"choice": _Text(choice)})
    return {"type": "matching", "pairs": pairs, **({"distractors": distractors} if distractors else {})}


def _true_false(answers: str) -> dict[str, Any]:
    """``{T#feedback to the wrong answer#feedback to the right one}``."""
    word, *feedback = answers.split("#")
    answer = _TRUE[word.strip().upper()]
    wrong, right = [*feedback, "", ""][:2]
    told = {"feedback_true": right if answer else wrong, "feedback_false": wrong if answer else right}
    return {
        "type": "true_false",
        "answer": answer,
        **{name: _Text(text) for name, text in told.items() if text.strip()},
    }


def _short_text(answers: str) -> dict[str, Any]:
    found = []
    for part in _parts(answers, "="):
        weight, text, feedback = _answer(part.text)
        found.append({"text": _Plain(text), **_credit(weight), **feedback})
    return {"type": "short_text", "answers": found}


def _numerical(answers: str) -> dict[str, Any]:
    accepted, _, otherwise = answers[1:].partition("~")
    found = []
    for part in _parts(accepted, "="):
        weight, text, told = _answer(part.text)
        found.append({**_number(_bare(text).strip()), **_credit(weight), **told})
    if not found:
        raise _Wrong("there is no number – write {#3:0.5} or {#2.5..3.5}")
    wrong = otherwise.partition("#")[2]
    general = {"feedback": {"wrong": _Text(wrong)}} if wrong.strip() else {}
    return {"type": "numerical", "answers": found, **general}


def _number(text: str) -> dict[str, Any]:
    low, dots, high = text.partition("..")
    if dots:
        return {"min": _decimal(low), "max": _decimal(high)}
    value, _, tolerance = text.replace("\ue106", ":").partition(":")
    return {"value": _decimal(value), **({"tolerance": _decimal(tolerance)} if tolerance.strip() else {})}


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise _Wrong(f"'{text.strip()[:40]}' is no number – write {{#3}}, {{#3:0.5}} or {{#2.5..3.5}}")
    return value


def _ordering(answers: str) -> dict[str, Any]:
    """``>5 ALL VERTICAL ABSOLUTE_POSITION SHOW none`` and an item a line (the extension of qtype_ordering); each of the
    words may be missing. ``losses`` are those of the question.
    """
    head = _ORDERING.match(answers)
    if head is None:
        raise _Wrong(
            "an ordering begins with > and how many items are shown – write {>3 ALL and an item a line"
        )
    count, which, layout, grading = (part.upper() for part in head.groups(""))
    items = [{"text": _Text(line)} for line in answers[head.end() :].split("\n") if line.strip()]
    if len(items) < 2:
        raise _Wrong("there are fewer than two items – write each on a line of its own below the >")
    losses = []
    if layout.startswith(("H", "1")):
        losses.append(Loss("layouttype", "items stand one below the other"))
    if which not in ("ALL", "EXACT") and int(count) < len(items):
        losses.append(Loss("selecttype", "all items are shown"))
    rule = order_rule(grading)
    return {"type": "ordering", "scoring": rule, "items": items, **({"losses": losses} if losses else {})}


_KINDS: Final = (
    (lambda answers: not answers, lambda _: {"type": "essay"}),
    (lambda answers: answers.startswith("#"), _numerical),
    (lambda answers: "~" in answers, _choice),
    (lambda answers: "=" in answers and "->" in answers, _matching),
    (lambda answers: answers.partition("#")[0].strip().upper() in _TRUE, _true_false),
)


@dataclass(frozen=True, slots=True)
class _Part:
    mark: str
    text: str


def _parts(answers: str, marks: str) -> list[_Part]:
    """What stands behind each mark; what stands in front of the first one is an answer too, if there is any."""
    cut = re.split(f"([{marks}])", answers)
    first = [_Part(marks[0], cut[0])] if cut[0].strip() else []
    return [
        *first,
        *(_Part(mark, text) for mark, text in zip(cut[1::2], cut[2::2], strict=True) if text.strip()),
    ]


def _answer(part: str) -> tuple[Fraction | None, _Text, dict[str, _Text]]:
    """The weight (None: not said), the text and the feedback of one answer."""
    text, _, feedback = part.partition("#")
    found = _WEIGHT.match(text)
    weight = _share(found[1]) if found else None
    if weight is not None and abs(weight) > 1:
        raise _Wrong(
            f"the weight {found[0].strip()} is above 100 % – write a share of the mark" if found else ""
        )
    bare = text[found.end() :] if found else text
    if not bare.strip():
        raise _Wrong("an answer is empty – write it, or take out its mark")
    return weight, _Text(bare), {"feedback": _Text(feedback)} if feedback.strip() else {}


@lru_cache(maxsize=1024)
def _share(text: str) -> Fraction:
    """The few shares that files hold, thousands of times each."""
    return percent(Decimal(text))


def _credit(weight: Fraction | None) -> dict[str, Fraction]:
    return {} if weight is None or weight == 1 else {"credit": weight}


# Texts of one question -----------------------------------------------------------------------------------------------


class _Text(str):
    """A text as it stands in the file, held escapes and marker included."""

    __slots__ = ()


class _Plain(str):
    """A text that is compared, never shown: only its escapes are undone."""

    __slots__ = ()


def _bare(text: str) -> str:
    """The text with what was escaped put back."""
    if text.isascii():  # most texts, and what is held is none
        return str(text)
    return _HELD.sub(lambda found: "\n" if found[0] == "\ue107" else _RESERVED[ord(found[0]) - 0xE100], text)


def _written(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with their texts in one format, which is that of all where they agree, else HTML."""
    texts: list[_Text] = []
    _gather(fields, texts)
    parted = {text: _parted(text) for text in texts}
    prompt_format, _ = parted[fields["prompt"]]
    formats = {
        prompt_format if kind == "moodle" and prompt_format != "moodle" else kind
        for kind, _ in parted.values()
    }
    shared = formats.pop() if len(formats) == 1 else "html"
    if shared == "moodle":
        shared = "html" if any(_MARKUP.search(text) for _, text in parted.values()) else "plain"

    made = _settled(fields, parted, prompt_format, shared)
    return {**made, **({"text_format": shared} if shared != "markdown" else {})}


def _settled(value: Any, parted: Mapping[_Text, tuple[str, str]], prompt_format: str, shared: str) -> Any:
    """The value with its texts in the shared format."""
    kind = type(value)
    if kind is _Text:
        style, text = parted[value]
        style = prompt_format if style == "moodle" else style
        return text if style == shared or (style == "moodle" and shared == "plain") else _as_html(style, text)
    if kind is _Plain:
        return _bare(value).strip()
    if kind is dict:
        return {name: _settled(one, parted, prompt_format, shared) for name, one in value.items()}
    return [_settled(one, parted, prompt_format, shared) for one in value] if kind is list else value


def _gather(value: Any, texts: list[_Text]) -> None:
    for one in value.values() if type(value) is dict else value:
        kind = type(one)  # exactly: all values of a question are looked at
        if kind is _Text:
            texts.append(one)
        elif kind is dict or kind is list:
            _gather(one, texts)


def _parted(text: _Text) -> tuple[str, str]:
    """The format that the text's marker says (moodle where it has none), and the text without it."""
    found = _MARKER.match(text) if "[" in text else None
    kind = found[1].lower() if found else "moodle"
    return kind, _bare(text[found.end() :] if found else text).strip()


def _as_html(kind: str, text: str) -> str:
    """A text of another format among texts of HTML. Moodle's own: its line breaks are meant."""
    if kind == "html":
        return text
    if kind == "markdown":
        return to_html(text)
    shown = escape(text, quote=False) if kind == "plain" else text
    return shown.replace("\n", "<br />")


# Writing -------------------------------------------------------------------------------------------------------------


class _Writer(Writer):
    types = frozenset(
        {
            "single_choice", "multiple_response", "true_false", "short_text", "numerical", "matching", "ordering",
            "essay", "description",
        }
    )  # fmt: skip
    holds = frozenset(
        {
            "name", "topic", "prompt", "explanation", "tags", "options", "answers", "answer", "feedback_true",
            "feedback_false", "pairs", "distractors", "items",
        }
    )  # fmt: skip

    def __init__(self, target: BinaryIO, bank: Bank, folder: Path | None = None) -> None:
        super().__init__(target, bank, folder)
        self._topic = ""
        #: The topics that stand in the path of a category.
        self._named: set[str] = set()

    def held(self, question: Question) -> frozenset[str]:
        told = question.feedback
        only_wrong = told is not None and not told.right and not told.partly
        more = {"feedback"} if question.type == "numerical" and only_wrong else set()
        return self.holds | more | ({"scoring"} if question.type == "ordering" else set())

    def add(self, question: Question, files: Mapping[str, bytes]) -> Sequence[Loss]:
        body, losses = _BODIES[question.type](question, question.content)
        path, _ = path_of(question.topic, self.topics)
        lines = [f"{_CATEGORY} {path or 'top'}", ""] if question.topic != self._topic else []
        self._topic = question.topic
        levels = question.topic.split("/")
        self._named |= {"/".join(levels[:place]) for place, _ in enumerate(levels, 1)}
        lines.append(
            " ".join(["//", f"[id:{question.id}]", *(f"[tag:{_meta(tag)}]" for tag in question.tags)])
        )
        general = (
            f"\n\t####{_shown(question.explanation, question)}"
            if question.explanation and body is not None
            else ""
        )
        if question.explanation and body is None:
            losses = [*losses, Loss("explanation", "a GIFT description has no feedback")]
        answers = "" if body is None else " {" + body + general + ("\n}" if body or general else "}")
        marker = _marker(question)
        lines += [f"::{_out(question.name or question.id)}::{marker}{_out(question.prompt)}{answers}", "", ""]
        self.target.write("\n".join(lines).encode())
        if files:
            losses = [*losses, Loss("images", "GIFT has no pictures")]
        return losses

    def topic_losses(self) -> Sequence[Loss]:
        untold = [name for name, one in self.topics.items() if not self._is_held(name, one)]
        return [Loss("topics", f"GIFT has names of topics only: {', '.join(untold)}")] if untold else []

    def _is_held(self, name: str, topic: Topic) -> bool:
        """Whether the names of the categories say all that is said of a topic."""
        named = name in self._named and name not in path_of(name, self.topics)[1]
        return not (topic.description or topic.idnumber) and (named or not topic.title)

    def close(self) -> None:
        return


def _meta(text: str) -> str:
    return re.sub(r"([\\\]])", r"\\\1", text)


def _marker(question: Question) -> str:
    """Moodle's own format needs none; plain text that looks like markup has to say that it is none."""
    if question.text_format == "plain":
        suspicious = any(_MARKUP.search(text) or _MARKER.match(text) for text in _all_texts(question.dump()))
        return "[plain]" if suspicious else ""
    return f"[{question.text_format}]"


def _all_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _all_texts(one)


def _out(text: str | None) -> str:
    """Text with everything escaped that GIFT would take for its own."""
    return (text or "").strip().translate(_ESCAPES)


def _shown(text: str, question: Question) -> str:
    """A text that is shown; one that begins like a marker needs its own in front."""
    return (f"[{question.text_format}]" if "[" in text and _MARKER.match(text) else "") + _out(text)


def _told(part: Any, question: Question) -> str:
    return f"#{_shown(part.feedback, question)}" if part.feedback else ""


def _weight(credit: Fraction) -> str:
    return f"%{percentage(credit)}%"


#: What stands between the braces (None: there are none), and what of it was lost.
Body: TypeAlias = tuple[str | None, list[Loss]]


def _single(question: Question, content: Any) -> Body:
    credits = [Fraction(bool(one.correct)) if one.credit is None else one.credit for one in content.options]
    if 1 not in credits:
        raise Unwritable("single_choice without a right option")
    key = credits.index(Fraction(1))
    rows = [
        f"\n\t{'=' if place == key else f'~{_weight(credit)}' if credit else '~'}"
        f"{_shown(option.text, question)}{_told(option, question)}"
        for place, (option, credit) in enumerate(zip(content.options, credits, strict=True))
    ]
    return "".join(rows), rounded(credits, "options")


def _multiple(question: Question, content: Any) -> Body:
    credits = credits_of(content.options)
    rows = [
        f"\n\t~{_weight(credit)}{_shown(option.text, question)}{_told(option, question)}"
        for option, credit in zip(content.options, credits, strict=True)
    ]
    return "".join(rows), rounded(credits, "options")


def _truth(question: Question, content: Any) -> Body:
    right, wrong = content.feedback_true or "", content.feedback_false or ""
    if not content.answer:
        right, wrong = wrong, right
    told = f"#{_shown(wrong, question)}" if wrong or right else ""
    return str(content.answer).upper() + told + (f"#{_shown(right, question)}" if right else ""), []


def _typed(question: Question, content: Any) -> Body:
    if any("->" in answer.text for answer in content.answers):
        raise Unwritable("short_text with -> in an answer")
    rows = [
        f"\n\t={_weight(answer.credit)}{_out(answer.text)}{_told(answer, question)}"
        for answer in content.answers
    ]
    return "".join(rows), rounded([answer.credit for answer in content.answers], "answers")


def _numbers(question: Question, content: Any) -> Body:
    losses = rounded([answer.credit for answer in content.answers], "answers")
    rows = []
    for answer in content.answers:
        low, high = answer.bounds
        said = f"{show_number(low)}..{show_number(high)}"
        if answer.value is not None and answer.tolerance_type == "absolute":
            said = f"{show_number(answer.value)}:{show_number(answer.tolerance)}"
        elif answer.value is not None:
            losses.append(Loss("answers", f"a {answer.tolerance_type} tolerance became a range"))
        rows.append(f"\n\t={_weight(answer.credit)}{said}{_told(answer, question)}")
    wrong = question.feedback.wrong if question.feedback else None
    return "#" + "".join(rows) + (f"\n\t~#{_shown(wrong, question)}" if wrong else ""), losses


def _pairs(question: Question, content: Any) -> Body:
    if any("->" in pair.stem for pair in content.pairs):
        raise Unwritable("matching with -> in a stem")
    rows = [
        f"\n\t={_shown(pair.stem, question)} -> {_shown(pair.choice, question)}" for pair in content.pairs
    ]
    rows += [f"\n\t= -> {_shown(one.choice, question)}" for one in content.distractors]
    return "".join(rows), []


def _items(question: Question, content: Any) -> Body:
    rule = {ours: moodle for moodle, ours in ORDER_RULES.items()}.get(question.scoring)
    losses = [] if rule else [Loss("scoring", f"Moodle does not grade by {question.scoring}")]
    head = f">{len(content.items)} ALL VERTICAL {rule or 'ABSOLUTE_POSITION'}"
    return head + "".join(f"\n\t{_shown(item.text, question)}" for item in content.items), losses


_BODIES: Final[Mapping[str, Callable[[Question, Any], Body]]] = {
    "single_choice": _single,
    "multiple_response": _multiple,
    "true_false": _truth,
    "short_text": _typed,
    "numerical": _numbers,
    "matching": _pairs,
    "ordering": _items,
    "essay": lambda _question, _content: ("", []),
    "description": lambda _question, _content: (None, []),
}


def _sniff(head: bytes, name: str) -> float:
    if name.endswith(".gift"):
        return 0.95
    text = head.decode("utf-8", "replace")
    if text.lstrip("\ufeff \t\r\n").startswith("<") or "\0" in text:
        return 0.0
    if re.search(r"^\s*(::.*?::|\$CATEGORY:)", text, re.MULTILINE):
        return 0.9
    return 0.6 if re.search(r"\{[^{}]*[=~#]|\{\s*(T|F|TRUE|FALSE)\s*[}#]", text) else 0.0


FORMAT = Format("gift", "GIFT", (".gift", ".gift.txt"), _sniff, _read, _Writer, own_suffix=True)

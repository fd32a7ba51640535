"""GIFT, read. Questions are parted by blank lines; ``{`` … ``}`` holds the answers.

A text without a marker such as ``[html]`` is Moodle's own format: plain text in which HTML is allowed. It is read as
plain text where it holds no markup, as HTML where it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from quiz.errors import Said
from quiz.formats._moodle import (
    MOST_ANSWERS,
    ORDER_RULES,
    PERCENT,
    PLACE,
    TOO_MANY,
    Styled,
    behind_star,
    category,
    from_html,
    order_rule,
    settled,
    share,
    shown,
    unseen,
    without_files,
    worth_of_number,
)
from quiz.formats.base import (
    Entry,
    Found,
    Loss,
    Source,
    Told,
    Unsupported,
    decoded,
    failed,
    marked,
    titles,
    topic_of,
)
from quiz.questions.images import elsewhere
from quiz.questions.rules.numbers import read_number

#: What a backslash takes the meaning from. While a question is taken apart, halves of surrogate pairs, which no file holds,
#: stand for them.
_RESERVED: Final = "\\~=#{}:n"
_ESCAPE: Final = re.compile(r"\\([\\~=#{}:n])")
_FIRST_HELD: Final = 0xDC00
_HELD: Final = re.compile("[\udc00-\udc07]")
MARKER: Final = re.compile(r"\s*\[(html|markdown|moodle|plain)\]\s*", re.IGNORECASE)
WEIGHT: Final = re.compile(rf"\s*{PERCENT}")
#: What was meant as one.
_HALF_WEIGHT: Final = re.compile(r"(?<!\\)[=~]\s*(%-?[0-9]+(?:[.,][0-9]+)?)(?![0-9.,%])")
_META: Final = re.compile(r"\[(id|tag):((?:\\\]|[^\]])+)\]")
#: What Moodle writes above each question, and all that it writes of one that GIFT has no form for; 0 is a category.
_EXPORTED: Final = re.compile(r"// question: [1-9][0-9]* +name: (.*)")
_NAME: Final = re.compile(r"\s*::(?:(.*?)::)?", re.DOTALL)
_BLANK: Final = "_____"
CATEGORY: Final = "$CATEGORY:"
#: Lines in which the end of an open brace is looked for.
_FAR: Final = 60
#: How an ordering begins: how many items are shown and which, how they lie, how they are graded, and two more words.
_ORDERING: Final = re.compile(
    r">\s*([0-9]{1,3})\b[ \t]*(ALL|EXACT|RANDOM|REL|CONTIGUOUS|CONTIG)?\b[ \t]*"
    r"(HORIZONTAL|HORI|H|1|VERTICAL|VERT|V|0)?\b[ \t]*"
    rf"({'|'.join(sorted([*ORDER_RULES, 'ABSOLUTE', 'ABS', 'RELATIVE', 'REL'], key=len, reverse=True))})?\b[ \t]*"
    r"(?:SHOW|TRUE|YES|1|HIDE|FALSE|NO|0)?\b[ \t]*(?:none|123|abc|ABCD|iii|IIII)?(?:\s|$)"
)
#: Lists of what a question shows, and the names of texts in them and beside them.
_LISTS: Final = ("options", "pairs", "distractors", "items")
_SHOWN: Final = (
    "prompt", "explanation", "feedback_true", "feedback_false", "text", "stem", "choice", "feedback", "wrong",
)  # fmt: skip
_TRUE: Final = {"T": True, "TRUE": True, "F": False, "FALSE": False}


class _Wrong(Exception):
    """What is wrong with a question, and how to mend it."""


@dataclass(slots=True)
class _Block:
    """The lines of one question, or of what is between questions; ``line`` is that of the first, from 1."""

    line: int
    lines: list[str] = field(default_factory=list)
    id: str = ""
    tags: list[str] = field(default_factory=list)
    #: The name of the question as Moodle's comment has it.
    exported: str = ""
    #: How many more braces are opened than closed.
    open: int = 0

    def take(self, number: int, line: str) -> None:
        """Adds a line of the question."""
        self.line = self.line if self.lines else number
        self.lines.append(line)
        bare = _ESCAPE.sub("", line)
        self.open += bare.count("{") - bare.count("}")

    def note(self, number: int, comment: str) -> None:
        """Takes the name, the id, which is the first, and the tags out of a comment."""
        if found := _EXPORTED.match(comment):
            self.line, self.exported = self.line or number, found[1]
        for kind, value in _META.findall(comment[: comment.rfind("]") + 1]):
            plain = value.replace("\\]", "]").strip()
            if kind == "tag":
                self.tags += filter(None, [plain])
            else:
                self.id = self.id or plain


def read(source: Source) -> Iterator[Entry]:
    """The entries of a file; what is said of topics comes where their category stands."""
    topic = ""
    for block in _blocks([line.strip() for line in decoded(source).split("\n")]):
        if not block.lines:
            yield Unsupported(
                Said("line %(n)s", n=block.line), Said("a question that GIFT cannot hold"), block.exported
            )
        elif block.lines[0].startswith(CATEGORY):
            names = category(block.lines[0].removeprefix(CATEGORY))
            topic = topic_of(names)
            yield from (
                Told(Said("line %(n)s", n=block.line), name, {"title": title})
                for name, title in titles(names)
            )
        else:
            yield _entry(block, topic)


def _blocks(lines: Sequence[str]) -> Iterator[_Block]:
    """Blocks of lines between blank lines, comments taken out; one may be nothing but Moodle's comment.

    A blank line inside braces parts nothing.
    """
    block = _Block(0)
    for number, line in enumerate(lines, 1):
        if line.startswith("//"):
            block.note(number, line)
        elif line and not line.startswith(CATEGORY):
            block.take(number, line)
        elif line or block.open <= 0 or not _closes(lines[number : number + _FAR]):
            if block.lines or block.exported:
                yield block
            block = _Block(0)
        if line.startswith(CATEGORY):
            yield _Block(number, [line])
    if block.lines or block.exported:
        yield block


def _closes(lines: Sequence[str]) -> bool:
    """Whether the lines close a brace before another opens."""
    rest = _ESCAPE.sub("", "\n".join(lines))
    closing, opening = rest.find("}"), rest.find("{")
    return closing >= 0 and not 0 <= opening < closing


def _entry(block: _Block, topic: str) -> Entry:
    where = Said("line %(n)s", n=block.line)
    text = "\n".join(block.lines)
    try:
        fields = _question(text)
    except _Wrong as error:
        return failed(where, _title(text), error)
    losses = fields.pop("losses", ())
    if half := _HALF_WEIGHT.search(text.partition("{")[2]):
        what = Said("'%(weight)s' is read as text: a weight ends with %% too", weight=half[1])
        losses = [*losses, Loss("answers", what, spoils=True)]
    losses = [*losses, *dict.fromkeys(loss for html in _html(fields) for loss in _unseen(html))]
    if PLACE in text:
        losses = [*losses, Loss("files", "a file that a text names does not come with it", spoils=True)]
    more = {"id": block.id, "topic": topic, "tags": block.tags}
    return Found(where, {**fields, **{name: value for name, value in more.items() if value}}, losses)


def _html(fields: Mapping[str, Any]) -> Iterator[str]:
    """The texts of a question that are HTML; answers to type are none."""
    if fields.get("text_format") != "html":
        return
    parts = [fields, fields.get("feedback", {}), *(part for name in _LISTS for part in fields.get(name, ()))]
    parts += [{"feedback": one.get("feedback")} for one in fields.get("answers", ())]
    yield from (text for part in parts for name in _SHOWN if isinstance(text := part.get(name), str))


def _unseen(html: str) -> Iterator[Loss]:
    """A loss for each thing that no page here shows."""
    yield from unseen(html)
    for one in elsewhere(html):
        yield Loss("images", Said("'%(address)s' lies elsewhere", address=one.file[:60]), spoils=True)


def _title(text: str) -> str:
    """The name of a question as it is written; "" where it has none."""
    found = _NAME.match(text)
    return (found[1] or "").strip() if found else ""


def _question(text: str) -> dict[str, Any]:
    held = _ESCAPE.sub(lambda found: chr(_FIRST_HELD + _RESERVED.index(found[1])), text)
    found = _NAME.match(held)
    name = _bare(found[1] or "").strip() if found else ""
    held = held[found.end() :] if found else held
    before, opened, rest = held.partition("{")
    if not opened:
        if "}" in held:
            raise _Wrong("there is a } without a { – write \\} for a brace in the text")
        return {**settled({"type": "description", "prompt": _prompt(held)}), **_named(name)}
    answers, closed, after = rest.partition("}")
    if not closed:
        raise _Wrong("the { has no } – close the answers, and write \\{ for a brace in the text")
    if re.search(r"[{}]", after):
        raise _Wrong(
            "there is more than one pair of braces – leave an empty line between questions, and write \\{ and \\} in a text"
        )
    prompt = before if not after.strip() else f"{before}{_BLANK}{after}"
    if not MARKER.sub("", prompt, count=1).strip():
        raise _Wrong("there is no question in front of the answers")
    own = _answered(answers.strip())
    return {**settled({"prompt": _prompt(prompt), **own}), **_named(name)}


def _named(name: str) -> dict[str, str]:
    return {"name": name} if name else {}


def _answered(answers: str) -> dict[str, Any]:
    """The type and its content; decided as Moodle decides it."""
    if sum(map(answers.count, "=~\n")) > MOST_ANSWERS:
        raise _Wrong(TOO_MANY)
    answers, general, explanation = answers.rpartition("####")
    if not general:
        answers, explanation = explanation, ""
    more = {"explanation": _text(explanation)} if explanation.strip() else {}
    answers = answers.strip()
    if answers.startswith(">"):
        return {**_ordering(answers), **more}
    for applies, read in _KINDS:
        if applies(answers):
            return {**read(answers), **more}
    return {**_short_text(answers), **more}


def _choice(answers: str) -> dict[str, Any]:
    single = "=" in answers
    options, credits = [], []
    for part in _parts(answers, "~="):
        weight, text, feedback = _answer(part.text)
        credits.append(weight if weight is not None else Fraction(part.mark == "="))
        options.append({"text": _text(text), "credit": credits[-1], **feedback})
    if len(options) < 2:
        raise _Wrong("there is one answer – a choice needs two or more")
    if not any(credit == 1 if single else credit > 0 for credit in credits):
        raise _Wrong("no answer is right – write = in front of the right one, or ~%50% where two are")
    kind = "single_choice" if single else "multiple_response"
    return {"type": kind, "options": marked(options, single=single)}


def _matching(answers: str) -> dict[str, Any]:
    pairs, distractors = [], []
    for part in _parts(answers, "="):
        stem, arrow, choice = part.text.partition("->")
        if not arrow:
            raise _Wrong(
                Said("'%(text)s' has no -> – write =stem -> choice", text=_bare(part.text).strip()[:40])
            )
        if not choice.strip():
            raise _Wrong(
                Said(
                    "'%(stem)s' has nothing to go with it – write =stem -> choice",
                    stem=_bare(stem).strip()[:40],
                )
            )
        if MARKER.sub("", stem, count=1).strip():
            pairs.append({"stem": _text(stem), "choice": shown(_bare(choice).strip())})
        else:
            distractors.append({"choice": shown(_bare(choice).strip())})
    if len(pairs) < 2:
        raise _Wrong("there are fewer than two pairs – a matching needs more, and a short answer has no ->")
    return {"type": "matching", "pairs": pairs, **({"distractors": distractors} if distractors else {})}


def _true_false(answers: str) -> dict[str, Any]:
    """``{T#feedback to the wrong answer#feedback to the right one}``."""
    word, *feedback = answers.split("#", 2)
    answer = _TRUE[word.strip().upper()]
    wrong, right = [*feedback, "", ""][:2]
    told = {"feedback_true": right if answer else wrong, "feedback_false": wrong if answer else right}
    return {
        "type": "true_false",
        "answer": answer,
        **{name: _text(text) for name, text in told.items() if text.strip()},
    }


def _short_text(answers: str) -> dict[str, Any]:
    found = []
    for part in _parts(answers, "="):
        weight, text, feedback = _answer(part.text)
        found.append({"text": str(_text(text)), **_credit(weight), **feedback})
    return {"type": "short_text", "answers": found}


def _numerical(answers: str) -> dict[str, Any]:
    """``#``, the numbers, and after ``~`` what is said to any other, which ``*`` is too. ``losses`` as in ``_ordering``."""
    accepted, _, otherwise = answers[1:].partition("~")
    said = [_answer(part.text) for part in _parts(accepted, "=")]
    found, wrong, losses = [], _told(otherwise), behind_star([text.strip() for _, text, _ in said])
    for weight, text, told in said:
        if text.strip() != "*":
            worth = worth_of_number(Fraction(1) if weight is None else weight)
            found.append({**_number(_bare(text).strip()), **worth, **told})
            continue
        wrong = wrong or told
        if weight != 0:
            losses.append(Loss("answers", "any other number is worth nothing"))
    if not found:
        raise _Wrong("there is no number – write {#3:0.5} or {#2.5..3.5}")
    general = {"feedback": {"wrong": wrong["feedback"]}} if wrong else {}
    return {"type": "numerical", "answers": found, **general, **({"losses": losses} if losses else {})}


def _number(text: str) -> dict[str, Any]:
    """A number or a range. The larger end may come first, and a tolerance be below 0: Moodle takes its size."""
    low, dots, high = text.partition("..")
    if dots:
        ends = sorted((_decimal(low), _decimal(high)))
        return dict(zip(("min", "max"), ends, strict=True))
    value, _, tolerance = text.partition(":")
    width = {"tolerance": _decimal(tolerance).copy_abs()} if tolerance.strip() else {}
    return {"value": _decimal(value), **width}


def _decimal(text: str) -> Decimal:
    value = read_number(text)
    if value is None:
        raise _Wrong(
            Said("'%(text)s' is no number – write {#3}, {#3:0.5} or {#2.5..3.5}", text=text.strip()[:40])
        )
    return value


def _ordering(answers: str) -> dict[str, Any]:
    """``>5 ALL VERTICAL ABSOLUTE_POSITION SHOW none`` and an item a line (the extension of qtype_ordering); each of the
    words may be missing. Items are as they stand, without escapes and markers, in Moodle's own format
    (``question/type/ordering``). ``losses`` are those of the question.
    """
    head = _ORDERING.match(answers)
    if head is None:
        raise _Wrong(
            "an ordering begins with > and how many items are shown – write {>3 ALL and an item a line"
        )
    count, which, layout, grading = (part.upper() for part in head.groups(""))
    lines = map(str.strip, _HELD.sub(_as_written, answers[head.end() :]).split("\n"))
    items = [{"text": from_html(without_files(line))} for line in lines if line]
    if len(items) < 2:
        raise _Wrong("there are fewer than two items – write each on a line of its own below the >")
    losses = []
    if layout.startswith(("H", "1")):
        losses.append(Loss("layouttype", "items stand one below the other"))
    if which not in ("ALL", "EXACT") and int(count) < len(items):
        losses.append(Loss("selecttype", "all items are shown"))
    rule = order_rule(grading)
    return {"type": "ordering", "scoring": rule, "items": items, **({"losses": losses} if losses else {})}


def _as_written(held: re.Match[str]) -> str:
    return "\\" + _reserved(held)


def _reserved(held: re.Match[str]) -> str:
    return _RESERVED[ord(held[0]) - _FIRST_HELD]


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


def _answer(part: str) -> tuple[Fraction | None, str, dict[str, Styled]]:
    """The weight (None: not said), the text as it stands, and the feedback of one answer."""
    text = part.partition("#")[0]
    found = WEIGHT.match(text)
    weight = share(found[1]) if found else None
    if found and weight is not None and abs(weight) > 1:
        said = found[0].strip()[:40]
        raise _Wrong(Said("the weight %(weight)s is above 100 %% – write a share of the mark", weight=said))
    bare = text[found.end() :] if found else text
    if not bare.strip():
        raise _Wrong("an answer is empty – write it, or take out its mark")
    return weight, bare, _told(part)


def _told(part: str) -> dict[str, Styled]:
    """The feedback of an answer, if there is any."""
    feedback = part.partition("#")[2]
    return {"feedback": _text(feedback)} if feedback.strip() else {}


def _credit(weight: Fraction | None) -> dict[str, Fraction]:
    return {} if weight is None or weight == 1 else {"credit": weight}


# Texts of one question -----------------------------------------------------------------------------------------------


def _prompt(held: str) -> Styled:
    """The text of the question; without a marker it is in Moodle's own format."""
    text = _text(held)
    return Styled(text, text.style or "moodle")


def _text(held: str) -> Styled:
    """A text without its marker, in the format which that says; without one it has that of the prompt."""
    found = MARKER.match(held) if "[" in held else None
    text = _bare(held[found.end() :] if found else held).strip()
    return Styled(without_files(text), found[1].lower() if found else "")


def _bare(text: str) -> str:
    """The text with what was escaped put back."""
    if text.isascii():  # most texts, and what is held is none
        return str(text)
    return _HELD.sub(lambda found: _reserved(found).replace("n", "\n"), text)

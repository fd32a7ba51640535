"""What a file format is: the values that pass between a format and the rest of the program.

A format is a module of this package with a value ``FORMAT``; the registry finds it. A reader yields what it meets, in
the order of the source; a writer is given one question after the other, so that neither has to hold the whole file.
"""

from __future__ import annotations

import dataclasses
import re
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Final, TypeAlias

from quiz.banks.families import Family
from quiz.banks.model import Bank, Question, Topic
from quiz.errors import Invalid, Said, TooLarge, in_turn
from quiz.files.encodings import text_of
from quiz.questions.parts import twice
from quiz.questions.rules.numbers import show_number
from quiz.questions.rules.text import has_star, literal

#: Bytes of a source that ``sniff`` is shown.
HEAD_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class Limits:
    """What a reader takes from a stranger's file; beyond it the file is refused with TooLarge."""

    #: Bytes of a source that has to be in memory as a whole (text formats); streamed formats are bounded by entries.
    bytes: int = 64_000_000
    questions: int = 100_000
    #: Bytes of a single question with its pictures.
    question_bytes: int = 16_000_000


USUAL: Final = Limits()


@dataclass(frozen=True, slots=True)
class Source:
    """What is read: an open file, its name, and the folder it stands in (None where it came without one)."""

    file: BinaryIO
    name: str
    folder: Path | None = None
    limits: Limits = USUAL

    def whole(self) -> bytes:
        """All that it holds, for formats of which the whole has to be in memory. Raises TooLarge."""
        content = self.file.read(self.limits.bytes + 1)
        if len(content) > self.limits.bytes:
            most = self.limits.bytes // 1_000_000
            large = Said("%(file)s is larger than %(size)s MB", file=self.name, size=most)
            raise TooLarge(in_turn(" – ", (large, Said("cut it into several files"))))
        return content

    def beside(self, path: str) -> bytes | None:
        """What a file in the folder or below holds, as far as a question may be long; None where there is none to read."""
        if self.folder is None or path.startswith(("..", "/")):
            return None
        try:
            found = (self.folder / path).resolve()
            if not found.is_relative_to(self.folder.resolve()) or not found.is_file():
                return None
            with found.open("rb") as file:
                return file.read(self.limits.question_bytes + 1)
        except (
            OSError,
            ValueError,
            RuntimeError,
        ):  # no name of a file, no leave to read it, links in a circle
            return None


@dataclass(frozen=True, slots=True)
class Loss:
    """Something of a question, or of the bank, that the other side cannot hold. ``field`` is our field's name.

    ``spoils``: without it the question may ask about what nobody sees, so it comes in as a draft.
    """

    field: str
    detail: str
    spoils: bool = dataclasses.field(default=False, compare=False)


def blind(file: str) -> Loss:
    """The loss of a question that shows a picture without words: of the source, not on the way."""
    return Loss("images", Said("'%(file)s' has no alternative text – say what it shows", file=file))


@dataclass(frozen=True, slots=True)
class Head:
    """What a source says of the bank: header fields as in bank files. At most one, before the questions."""

    fields: Mapping[str, Any]
    losses: Sequence[Loss] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What a source says of a topic: the fields of it as in bank files, under its name. It may come at any place."""

    where: str
    topic: str
    fields: Mapping[str, Any]
    losses: Sequence[Loss] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A question of a source, in the flat form of bank files, without ``bank``.

    ``where`` says where it stands ("line 3", "item 9"). ``id`` may be missing or unfit: it is then made from ``name``
    or the number. ``files`` are pictures by the name under which texts refer to them (``images/x.png``).
    """

    where: str
    fields: Mapping[str, Any]
    losses: Sequence[Loss] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    #: What the source calls a field of which something is wrong, for its path in bank files (``options[1].text``).
    named: Callable[[str], str] = field(default=str, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A question of a source of a kind that we do not have. ``kind`` is the source's own word."""

    where: str
    kind: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A question of a source that is wrong in itself. Says how to mend it."""

    where: str
    message: str


def failed(where: str, title: str, error: Exception) -> Fault:
    """The fault of a question that its title helps to find; the error says what is wrong and how to mend it."""
    return Fault(where, in_turn(": ", filter(None, (title[:60], Said(str(error))))))


Entry: TypeAlias = Head | Told | Found | Unsupported | Fault


class Unwritable(Exception):
    """The question cannot be held by the format at all; ``kind`` names why (its type, as a rule)."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)


class Writer(ABC):
    """Writes one file. ``add`` each question in turn, then ``close``; nothing is closed that the caller opened."""

    #: True for our own formats: ``add`` takes families too, and nothing has to be said that stands elsewhere.
    whole: ClassVar[bool] = False
    #: The fields of bank files (common fields and the types' own) that the format holds without loss.
    holds: ClassVar[frozenset[str]] = frozenset()
    #: The types that the format can hold.
    types: ClassVar[frozenset[str]] = frozenset()
    #: The fields of a bank's header that the format holds, besides its name and title.
    heads: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, target: BinaryIO, bank: Bank) -> None:
        """``bank`` is the header alone."""
        self.target, self.bank = target, bank
        #: The pictures that belong beside the file, by the names that its texts have for them.
        self.beside: dict[str, bytes] = {}
        #: What is said of topics: more may come while questions are added.
        self.topics: Mapping[str, Topic] = bank.topics

    def held(self, question: Question) -> frozenset[str]:
        """The fields of this question that are held without loss, where that depends on the question."""
        return self.holds

    def head_losses(self) -> Sequence[Loss]:
        """What of the bank's header cannot be held, but for its topics."""
        known = self.heads | {"format", "bank", "title", "topics"}
        said = [name for name in self.bank.header() if name not in known and not self.whole]
        return [Loss(name, "the format says nothing of the bank") for name in said]

    def topic_losses(self) -> Sequence[Loss]:
        """What is said of topics and cannot be held; asked once all is written."""
        return [Loss("topics", "the format says nothing of topics")] if self.topics else []

    @abstractmethod
    def add(self, question: Any, files: Mapping[str, bytes]) -> Sequence[Loss]:
        """Writes a question of one of ``types``. Returns what was lost beyond the fields that are not in ``holds``.

        ``question`` is a Question; in ``whole`` formats a family too. Raises Unwritable, and has then written nothing.
        """

    def add_family(self, family: Family, files: Mapping[str, bytes], on: date) -> Sequence[Loss]:
        """Writes a family as one question of the format, as of a date. Returns all that was lost.

        Raises Unwritable, and has then written nothing: its questions are then written, each by itself.
        """
        raise Unwritable("family")

    @abstractmethod
    def close(self) -> None:
        """Writes what is left."""


@dataclass(frozen=True, slots=True)
class Format:
    """A file format. ``sniff`` gives the confidence, 0 to 1, that a file which begins so is of this format."""

    name: str
    title: str
    #: The first is what a download gets.
    suffixes: tuple[str, ...]
    sniff: Callable[[bytes, str], float] = field(repr=False)
    read: Callable[[Source], Iterator[Entry]] | None = field(default=None, repr=False)
    writer: type[Writer] | None = field(default=None, repr=False)
    #: True where the ending alone says that this format is meant when writing.
    own_suffix: bool = False
    #: Writers for files that end otherwise than the first suffix, such as one document in place of a package.
    by_ending: Mapping[str, type[Writer]] = field(default_factory=dict, repr=False, compare=False)
    #: Types that are read although they are not written.
    only_read: frozenset[str] = frozenset()
    #: Makes the file that somebody begins with who writes questions in this format.
    template: Callable[[], bytes] | None = field(default=None, repr=False, compare=False)

    @property
    def reads(self) -> frozenset[str]:
        """The types that a question of such a file may be of: what is written can be read again."""
        written = self.writer.types if self.writer else frozenset()
        return self.only_read | written if self.read else frozenset()

    def for_file(self, name: str) -> Format:
        """The same with the writer for a file of this name."""
        for ending, writer in self.by_ending.items():
            if name.lower().endswith(ending):
                return replace(self, writer=writer)
        return self


def lost_fields(question: Question, held: frozenset[str]) -> list[Loss]:
    """A loss for each field of the question that its writer does not hold."""
    skip = {"bank", "id", "type", "timeless", "text_format"}
    return [
        Loss(name, Said("the format has no field for '%(name)s'", name=name))
        for name in question.given()
        if name not in skip and name not in held and not _as_usual(question, name)
    ]


def _as_usual(question: Question, name: str) -> bool:
    """Whether a field says no more than its absence would: nothing is shuffled, or asked."""
    kind = question.kind
    if name in ("points", "penalty"):
        return not kind.asks
    if name == "shuffle":
        return not kind.shuffled(question.content)
    return name == "scoring" and question.scoring == kind.rules[0]


# What several formats need -------------------------------------------------------------------------------------------


def decoded(source: Source) -> str:
    """The text of a source (``text_of``), each line ending with LF. Raises TooLarge, and Invalid where it is no text."""
    text = text_of(source.whole())
    if "\0" in text:
        raise Invalid(Said("%(file)s is no text file – save it as plain text in UTF-8", file=source.name))
    return text.replace("\r\n", "\n").replace("\r", "\n")


#: Levels of a topic: names of categories deeper than that stand in the last, since each says the path to it again.
DEEPEST_TOPIC: Final = 50


def topic_of(names: Sequence[str]) -> str:
    """Our topic for the names of nested categories: white space and ``/`` inside a name become hyphens."""
    return "/".join(re.sub(r"[\s/]+", "-", name) for name in _levels(names))


def titles(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The topics of nested categories whose names they do not have, each with that name."""
    levels = _levels(names)
    for place, name in enumerate(levels, 1):
        if topic_of([name]) != name:
            yield topic_of(levels[:place]), name


def _levels(names: Sequence[str]) -> list[str]:
    """The names that say something."""
    said = [name.strip() for name in names if name.strip()]
    deeper = " ".join(said[DEEPEST_TOPIC - 1 :])
    return [*said[: DEEPEST_TOPIC - 1], deeper] if deeper else said


def told_of(places: Iterable[tuple[str, Sequence[str]]]) -> Iterator[Told]:
    """What topics are called by the names of the nested sections in which questions stand: (where, names), each once."""
    seen: dict[str, Told] = {}
    for where, names in places:
        for name, title in titles(names):
            seen.setdefault(name, Told(where, name, {"title": title}))
    yield from seen.values()


def titled(topic: str, topics: Mapping[str, Topic]) -> tuple[list[str], list[str]]:
    """The levels of a topic by their titles, and the topics whose title does not go with their name.

    Such a one has its name there: ``topic_of`` could not make it of the title again.
    """
    path, lost = [], []
    for name in accumulate(topic.split("/") if topic else [], "{}/{}".format):
        level = name.rpartition("/")[2]
        title = (topics[name].title if name in topics else None) or level
        fits = title.isprintable() and title == title.strip() and topic_of([title]) == level
        lost += [] if fits else [name]
        path.append(title if fits else level)
    return path, lost


def untold(topics: Mapping[str, Topic], written: Iterable[str]) -> list[Loss]:
    """A loss where the titles in the paths of the topics that were written do not say all that is said of topics."""
    named = {name for topic in written for name in accumulate(topic.split("/"), "{}/{}".format)}
    lost = [
        name
        for name, one in topics.items()
        if one.description
        or one.idnumber
        or (one.title and (name not in named or name in titled(name, topics)[1]))
    ]
    return (
        [Loss("topics", Said("the format has names of topics only: %(names)s", names=", ".join(lost)))]
        if lost
        else []
    )


@lru_cache(maxsize=1024)
def percentage(credit: Fraction) -> str:
    """A credit in percent, as Moodle writes it: at most five places, without zeros at the end."""
    text = f"{float(credit) * 100:.5f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def literal_texts(answers: Sequence[Any]) -> tuple[list[str], list[Loss]]:
    """The texts of typed answers that get the whole mark, for a format in which a star is a star, and what that loses.

    Raises Unwritable where each of them stands for any text.
    """
    full = [answer.text for answer in answers if answer.credit == 1]
    plain = [literal(text) for text in full if not has_star(text)]
    detail = Said("an answer with *, which stands for any text")
    if not plain:
        raise Unwritable(detail)
    return plain, [Loss("answers", detail)] if len(plain) < len(full) else []


def demand_words(texts: Sequence[str]) -> None:
    """Raises Unwritable where the words that are left of options without markup are none, or the same."""
    if not all(texts):
        raise Unwritable("an option without words")
    for problem in twice(texts, "options", "text"):
        raise Unwritable(problem.what)


def rounded(numbers: Iterable[Fraction]) -> list[Loss]:
    """A loss where ``show_number`` says a number of the answers otherwise than it is."""
    if all(Fraction(show_number(number)) == number for number in numbers):
        return []
    return [Loss("answers", "a number is rounded to fifteen digits")]


#: The loss of an answer that never counts.
NEVER: Final = Said("an answer that one before it accepts too")


def is_new(before: list[tuple[Fraction, Fraction]], low: Fraction, high: Fraction) -> bool:
    """Whether no range before holds all of this one, which then is among them.

    Those that others hold are left out, so that in the order of one end the ranges are in that of the other, too.
    """
    place = bisect_right(before, low, key=itemgetter(0))
    if place and high <= before[place - 1][1]:
        return False
    begin = place - (place > 0 and before[place - 1][0] == low)
    before[begin : bisect_right(before, high, begin, key=itemgetter(1))] = [(low, high)]
    return True


#: Fields of a question that are texts, and those of its feedback.
_TEXTS: Final = frozenset(
    {
        "prompt", "text", "stem", "choice", "model_answer", "explanation", "hints", "feedback", "feedback_true",
        "feedback_false", "right", "partly", "wrong",
    }
)  # fmt: skip


def restyled(
    question: Question,
    text_format: str,
    render: Callable[[str], str],
    inline: Callable[[str], str] | None = None,
) -> Question:
    """The question in another ``text_format``: ``render`` makes each text of it, but for those that are typed, and ``inline``
    those of its parts (None: the same).

    Raises Unwritable where that is no question any more, since nothing is left of a text or of the mark of a gap.
    """
    made = {
        name: rendered(value, render if isinstance(value, str) else inline or render, name)
        for name, value in question.dump().items()
    }
    try:
        return Question.load({**made, "text_format": text_format})
    except Invalid as error:
        raise Unwritable(str(error.problems[0])) from None


def rendered(part: Any, render: Callable[[str], str], name: str = "") -> Any:
    """The fields of a question, or of a part of it called ``name``, with each text but for those that are typed made anew."""
    if isinstance(part, str):
        return render(part) if name in _TEXTS else part
    if isinstance(part, list):
        return [rendered(one, render, name) for one in part]
    if isinstance(part, dict):
        typed = {"text"} if name == "answers" else {}
        return {key: one if key in typed else rendered(one, render, key) for key, one in part.items()}
    return part


def credits_of(options: Sequence[Any]) -> list[Fraction]:
    """What ticking each option of a multiple response is worth: its credit, or the share that its mark stands for."""
    right = sum(option.right for option in options)
    wrong = len(options) - right
    return [
        option.credit
        if option.credit is not None
        else Fraction(1, right)
        if option.right
        else Fraction(-1, wrong)
        for option in options
    ]


def takes_off_otherwise(question: Question) -> bool:
    """Whether a multiple response scores otherwise than where a wrong option takes off what each right one gives."""
    content: Any = question.content
    share = Fraction(1, sum(option.right for option in content.options))
    alike = [share if option.right else -share for option in content.options]
    return question.scoring == "sum_of_credits" and credits_of(content.options) != alike


def marked(options: Sequence[Mapping[str, Any]], *, single: bool) -> list[dict[str, Any]]:
    """Options with credits, given ``correct`` marks in their place where these mean the same."""
    credits = [option["credit"] for option in options]
    right = [credit.numerator > 0 for credit in credits]
    count, others = sum(right), len(right) - sum(right)
    full, none = (1, 0) if single else (Fraction(1, count or 1), Fraction(-1, others or 1))
    same = count > 0 and all(
        credit == (full if one else none) for credit, one in zip(credits, right, strict=True)
    )
    made = [dict(option) for option in options]
    if not same or (single and count != 1):
        return made
    for option, one in zip(made, right, strict=True):
        del option["credit"]
        if one:
            option["correct"] = True
    return made

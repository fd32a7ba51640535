"""An item while it is written: its parts as XML, what it tells after an answer, and what was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

from quiz.banks.model import Question
from quiz.files.richtext import Html
from quiz.formats.base import Loss
from quiz.formats.qti.dialect import OTHER_SIDE, VARIABLES, Dialect, quoted
from quiz.formats.qti.markup import has_blocks
from quiz.formats.qti.xhtml import Texts, plain

XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SCHEMA: Final = "http://www.w3.org/2001/XMLSchema-instance"
_UP: Final = "../"
#: Digits of a number that does not end.
_DIGITS: Final = Context(prec=15)
#: What a sum of rounded shares may lack of the whole, and have more than nothing.
_LACK: Final = Fraction(1, 10**9)
#: Types whose questions can tell how right the whole answer was.
SCORED: Final = frozenset(
    "single_choice multiple_response true_false short_text numerical matching ordering cloze gap_select drag_words hotspot".split()
)


def bound(namespace: str, schema: str) -> str:
    """The namespace of a document, and where its schema is."""
    return f'xmlns="{namespace}" xmlns:xsi="{_SCHEMA}" xsi:schemaLocation="{namespace} {schema}"'


def identifier(id: str) -> str:
    """An id as QTI has it: what begins with a digit, or is called like a variable or the other side of a pair, gets a ``_``."""
    return f"_{id}" if id[:1].isdigit() or id in VARIABLES or id.startswith(OTHER_SIDE) else id


def decimal(value: Fraction) -> str:
    """A number in decimals; fifteen figures where it does not end."""
    bare = value.denominator
    for prime in (2, 5):
        while bare % prime == 0:
            bare //= prime
    digits = Context(prec=400) if bare == 1 else _DIGITS
    return format(digits.divide(Decimal(value.numerator), Decimal(value.denominator)), "f")


def is_exact(value: Fraction) -> bool:
    """Whether ``decimal`` says the number itself."""
    return Fraction(decimal(value)) == value


class Sheet:
    """An item while it is written: its parts, and what was lost."""

    def __init__(
        self, dialect: Dialect, question: Question, files: Mapping[str, bytes], language: str | None
    ) -> None:
        self._language = language
        self.dialect, self.question, self.files = dialect, question, files
        self.texts = Texts(files, _UP)
        self.losses: list[Loss] = []
        self.declarations: list[str] = []
        self.body = ""
        self.hints = [question.type]
        #: The standard template that scores the item, or rules of its own.
        self.template = ""
        self.rules: list[str] = []
        self.told: list[str] = []
        self.outcomes: dict[str, str] = {}
        #: For a gap those, itself among them, in any of which its answers count.
        self.swaps: dict[str, Sequence[str]] = {}
        #: The path of the text that it shares with others; "" where it stands in front.
        self.stimulus = ""

    @property
    def points(self) -> Fraction:
        """What a right answer scores: 1 where the question counts nothing."""
        return self.question.points or Fraction(1)

    def lose(self, name: str, detail: str) -> None:
        """Notes a loss of the field of this name; answers and options of a text with gaps are its gaps."""
        inside = self.question.type == "cloze" and name in ("answers", "options")
        self.losses.append(Loss("gaps" if inside else name, detail))

    # Pieces of XML ---------------------------------------------------------------------------------------------------

    def el(self, name: str, attributes: Mapping[str, object] | None = None, *inside: str) -> str:
        """An element of QTI."""
        return self.dialect.element(name, attributes, *inside)

    def value(self, kind: str, value: str) -> str:
        """``baseValue``."""
        return self.el("baseValue", {"baseType": kind}, value)

    def variable(self, name: str, element: str = "variable") -> str:
        """An expression that names a variable."""
        return self.el(element, {"identifier": name})

    def set(self, name: str, expression: str) -> str:
        """``setOutcomeValue``."""
        return self.el("setOutcomeValue", {"identifier": name}, expression)

    def add(self, expression: str) -> str:
        """Adds to SCORE."""
        return self.set("SCORE", self.el("sum", None, self.variable("SCORE"), expression))

    def answered(self, name: str, done: str) -> str:
        """What is done where something is answered: what is reckoned with no value at all has none, the score included."""
        return self.when((self.el("not", None, self.el("isNull", None, self.variable(name))), done))

    def score(self, credit: Fraction) -> str:
        """The score that a credit stands for, as an expression."""
        return self.value("float", decimal(credit * self.points))

    def when(self, *branches: tuple[str, str], otherwise: str = "") -> str:
        """``responseCondition`` out of tests and what is then done."""
        names = ["responseIf", *["responseElseIf"] * (len(branches) - 1)]
        parts = [self.el(name, None, test, done) for name, (test, done) in zip(names, branches, strict=True)]
        return self.el(
            "responseCondition",
            None,
            *parts,
            *([self.el("responseElse", None, otherwise)] if otherwise else []),
        )

    def declare(
        self,
        name: str,
        cardinality: str,
        base: str,
        correct: Iterable[str] = (),
        mapping: Sequence[tuple[str, Fraction]] = (),
        bounds: Mapping[str, object] | None = None,
        entries: Mapping[str, object] | None = None,
    ) -> None:
        """``responseDeclaration``; ``entries`` are attributes of each entry of the mapping."""
        values = "".join(self.el("value", None, plain(one)) for one in correct)
        listed = "".join(
            self.el("mapEntry", {"mapKey": key, "mappedValue": decimal(worth), **(entries or {})})
            for key, worth in mapping
        )
        self.declarations.append(
            self.el(
                "responseDeclaration",
                {"identifier": name, "cardinality": cardinality, "baseType": base},
                *([self.el("correctResponse", None, values)] if values else []),
                *([self.el("mapping", {"defaultValue": "0", **(bounds or {})}, listed)] if listed else []),
            )
        )

    # Texts -----------------------------------------------------------------------------------------------------------

    def prompt(self) -> tuple[str, str]:
        """The prompt in front of an interaction, or inside of it: blocks do not fit into one."""
        html = self.texts.xhtml(self.question.prompt).strip()
        shared = self.shared()
        if shared or has_blocks(html):
            return f'{shared}<div class="quiz-prompt">{html}</div>\n', ""
        return "", self.el("prompt", None, html)

    def front(self) -> str:
        """The prompt in front of what has no place for one inside."""
        return f'{self.shared()}<div class="quiz-prompt">{self.texts.xhtml(self.question.prompt).strip()}</div>\n'

    def shared(self) -> str:
        """What the question shares with others: each item shows it by itself."""
        stimulus = self.question.stimulus
        if stimulus is None or self.stimulus:
            return ""
        label = f"<p><b>{self.texts.line(stimulus.label)}</b></p>" if stimulus.label else ""
        if stimulus.image:
            self.lose("stimulus", "its picture, and that others share it")
        self.lose("stimulus", "that others share it: each item shows it in front")
        return f'<div class="stimulus">{label}{self.texts.xhtml(stimulus.text)}</div>\n'

    def share(self) -> str:
        """The document of the question's stimulus, which the item then refers to; 3.0 alone has such."""
        stimulus = self.question.stimulus
        if stimulus is None:
            return ""
        self.stimulus = f"stimuli/{stimulus.id}.xml"
        title = self.texts.label(stimulus.label or stimulus.id)
        about = {"identifier": identifier(stimulus.id), "title": title}
        said = "".join(f' {name}="{quoted(value)}"' for name, value in about.items())
        picture = ""
        if stimulus.image:
            self.lose("stimulus", "its picture stands in its text")
            shown = (
                f'<img src="{stimulus.image.file}" alt="{quoted(self.texts.label(stimulus.image.alt))}" />'
            )
            picture = f"<p>{self.texts.xhtml(Html(shown))}</p>"
        # A body holds blocks, and a text may be a line.
        text = f'<div class="quiz-text">{picture}{self.texts.xhtml(stimulus.text)}</div>'
        body = self.el("stimulusBody", None, text)
        tag = self.dialect.tag("assessmentStimulus")
        return (
            f"{XML}<{tag} {bound(self.dialect.items, self.dialect.items_schema)}{said}>\n{body}\n</{tag}>\n"
        )

    def line(self, text: str, field: str) -> str:
        """A text where QTI has no blocks, and 2.1 no markup at all."""
        html = self.texts.entry(text)
        if not self.dialect.bare and not has_blocks(html):
            return html
        if not self.texts.keeps(text):
            self.lose(field, "QTI has plain text here: its markup")
        return self.texts.line(text)

    def tell(self, outcome: str, name: str, text: str | None) -> bool:
        """``modalFeedback``, if there is a text."""
        if not text:
            return False
        about = {"outcomeIdentifier": outcome, "identifier": name, "showHide": "show"}
        self.told.append(self.el("modalFeedback", about, self.apart(self.texts.xhtml(text))))
        return True

    def apart(self, html: str) -> str:
        """XHTML as it stands in what is told apart from the body: 3.0 has an element around it."""
        return self.el("contentBody", None, html) if self.dialect.hyphens else html

    def tell_chosen(self, parts: Iterable[tuple[str, str | None]], cardinality: str) -> None:
        """Feedback of options or areas: what was chosen is the name of what is told."""
        told = [self.tell("FEEDBACK", identifier(id), text) for id, text in parts]
        if any(told):
            self.outcomes["FEEDBACK"] = cardinality
            self.rules.append(self.set("FEEDBACK", self.variable("RESPONSE")))

    def finish(self) -> None:
        """What is told by how right the whole answer was, and to everybody."""
        general = self.question.feedback
        if general and self.question.type in SCORED:
            for name in ("right", "partly", "wrong"):
                self.tell("GENERAL", name, getattr(general, name))
            self.outcomes["GENERAL"] = "single"
            score, nothing = self.variable("SCORE"), self.value("float", decimal(_LACK))
            self.rules.append(
                self.when(
                    (self.is_whole(score), self._general("right")),
                    (self.el("gt", None, score, nothing), self._general("partly")),
                    otherwise=self._general("wrong"),
                )
            )
        if self.tell("EXPLANATION", "explanation", self.question.explanation):
            self.outcomes["EXPLANATION"] = "single"
            self.rules.append(self.set("EXPLANATION", self.value("identifier", "explanation")))

    def when_whole(self, expression: str) -> None:
        """Scores the question where a sum is that of all its parts."""
        self.rules.append(self.when((self.is_whole(expression), self.set("SCORE", self.score(Fraction(1))))))

    def is_whole(self, expression: str, share: Fraction = Fraction(1)) -> str:
        """The test that a sum is that of all its parts, which are this share of the question."""
        return self.el("gte", None, expression, self.value("float", decimal(self.points * share - _LACK)))

    def _general(self, name: str) -> str:
        return self.set("GENERAL", self.value("identifier", name))

    def item(self) -> str:
        """The document."""
        dialect, question = self.dialect, self.question
        asks = question.kind.asks
        root = {
            "identifier": identifier(question.id),
            "title": question.name or question.id,
            "adaptive": "false",
            "timeDependent": "false",
        }
        schemas = bound(dialect.items, dialect.items_schema)
        if self._language:
            schemas += f' xml:lang="{quoted(self._language)}"'
        said = "".join(f' {dialect.attribute(name)}="{quoted(value)}"' for name, value in root.items())
        hints = " ".join(f"quiz-{hint.replace('_', '-')}" for hint in self.hints)
        lines = [
            *self.declarations,
            *(self._outcomes() if asks or self.outcomes else ()),
            *self._reference(),
            self.el("itemBody", {"class": hints}, f"\n{self.body}\n"),
            *self._processing(),
            *self.told,
        ]
        tag = dialect.tag("assessmentItem")
        return "\n".join([f"{XML}<{tag} {schemas}{said}>", *lines, f"</{tag}>\n"])

    def _reference(self) -> Iterator[str]:
        stimulus = self.question.stimulus
        if stimulus is not None and self.stimulus:
            about = {"identifier": identifier(stimulus.id), "href": f"{_UP}{self.stimulus}"}
            yield self.el("assessmentStimulusRef", about)

    def _outcomes(self) -> Iterator[str]:
        score = {"identifier": "SCORE", "cardinality": "single", "baseType": "float"}
        if self.question.kind.asks:
            most = {"normalMaximum": decimal(self.points), "normalMinimum": "0"}
            # Without it the default counts: nothing.
            by_hand = self.question.kind.by_hand and not self.dialect.bare
            hand = {"externalScored": "human"} if by_hand else {}
            yield self.el("outcomeDeclaration", {**score, **most, **hand}, self._default("0"))
        for name, cardinality in self.outcomes.items():
            kind = "float" if cardinality == "score" else "identifier"
            about = {
                "identifier": name,
                "cardinality": "single" if kind == "float" else cardinality,
                "baseType": kind,
            }
            yield self.el("outcomeDeclaration", about, *([self._default("0")] if kind == "float" else []))

    def _default(self, value: str) -> str:
        return self.el("defaultValue", None, self.el("value", None, value))

    def _processing(self) -> Iterator[str]:
        if self.template and not self.rules:
            yield self.el("responseProcessing", {"template": self.dialect.templates.format(self.template)})
        elif self.template or self.rules:
            first = [AS_RULE[self.template](self)] if self.template else []
            yield self.el("responseProcessing", None, *(f"\n{rule}" for rule in (*first, *self.rules)), "\n")


def as_match(sheet: Sheet) -> str:
    test = sheet.el("match", None, sheet.variable("RESPONSE"), sheet.variable("RESPONSE", "correct"))
    return sheet.when((test, sheet.set("SCORE", sheet.score(Fraction(1)))))


def _as_map(sheet: Sheet) -> str:
    return sheet.answered("RESPONSE", sheet.set("SCORE", sheet.variable("RESPONSE", "mapResponse")))


def _as_points(sheet: Sheet) -> str:
    return sheet.answered("RESPONSE", sheet.set("SCORE", sheet.variable("RESPONSE", "mapResponsePoint")))


#: The standard templates as rules.
AS_RULE: Final[Mapping[str, Callable[[Sheet], str]]] = {
    "match_correct": as_match,
    "map_response": _as_map,
    "map_response_point": _as_points,
}


# What several types need ----------------------------------------------------------------------------------------------


def match_correct(sheet: Sheet) -> None:
    """All or nothing: the template where that is one point, else a rule."""
    if sheet.points == 1:
        sheet.template = "match_correct"
    else:
        sheet.rules.insert(0, as_match(sheet))


def block(sheet: Sheet, name: str, attributes: Mapping[str, object], inside: Sequence[str]) -> None:
    """An interaction that is a block, with the prompt in front or inside."""
    before, prompt = sheet.prompt()
    about = {"responseIdentifier": "RESPONSE", **attributes}
    sheet.body = before + sheet.el(name, about, prompt, *inside)

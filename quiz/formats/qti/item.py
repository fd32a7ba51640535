"""An assessment item while it is read: its declarations and scoring, its texts and pictures, and what is lost of it."""

from __future__ import annotations

import posixpath
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, reduce
from itertools import islice
from typing import Any, Final
from urllib.parse import unquote

from quiz.errors import Invalid, Said
from quiz.files.xml import Element, write_xml
from quiz.formats._pictures import Pictures, embedded
from quiz.formats.base import Loss, blind
from quiz.formats.qti.context import Unknown
from quiz.formats.qti.dialect import OTHER_SIDE, VARIABLES
from quiz.formats.qti.markup import Put, html_inside, html_of, image, is_blank
from quiz.formats.qti.operators import worth_of_points
from quiz.formats.qti.processing import Processing
from quiz.formats.qti.values import (
    NULL,
    TRUE,
    Declaration,
    Value,
    Wrong,
    as_typed,
    count_of,
    declared,
    holds,
    number_of,
    text_of,
)

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ELSEWHERE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|#")
_SVG: Final = "http://www.w3.org/2000/svg"
#: What an ``object`` says of a file that holds text.
_TEXTS: Final = frozenset({"text/html", "application/xhtml+xml"})
#: What the shared vocabulary of 3.0 calls text that is read aloud and not seen.
_UNSEEN: Final = "qti-visually-hidden"
#: How Inspera hides the other languages of a text, and what TAO calls a text that comes up beside a word.
_HIDDEN: Final = re.compile(r"\bdisplay\s*:\s*none\b")
_POINTED: Final = "tooltip-content"
#: Responses of these are pairs, also where they are declared as identifiers.
_PAIRS: Final[Mapping[str, str]] = {
    "matchInteraction": "directedPair",
    "gapMatchInteraction": "directedPair",
    "graphicGapMatchInteraction": "directedPair",
    "associateInteraction": "pair",
}
#: Parts of an item that say something we have no place for.
_LOST: Final[Mapping[str, str]] = {
    "companionMaterialsInfo": Said("tools beside the question, such as a ruler"),
    "catalogInfo": Said("other forms of the content for those who need them"),
    "infoControl": Said("a text that is opened on demand stands in the prompt"),
}
#: Tests of numbers.
_OF_NUMBERS: Final = frozenset({"equal", "equalRounded", "gt", "gte", "lt", "lte"})

#: Gives the bytes of a file of the package; None where it has none of that path.
Media = Callable[[str], bytes | None]


@dataclass(slots=False)
class Item:
    """An item. ``folder`` is where its file stands in the package; ``losses`` and ``files`` gather while it is read."""

    root: Element
    folder: str
    media: Media
    pictures: Pictures
    losses: list[Loss] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    def lose(self, name: str, detail: str, *, spoils: bool = False) -> None:
        """Notes a loss of the field of this name."""
        self.losses.append(Loss(name, detail, spoils=spoils))

    def lose_the_rest(self) -> None:
        """Notes what the item says and we have no place for."""
        for element in self.root.iter():
            if _LOST.get(element.tag):
                self.lose(element.tag, _LOST[element.tag])
            if element.get("shape") == "ellipse" and len({*_radii(element)}) > 1:
                self.lose("regions", "an ellipse became a polygon")
            if holds(element, "shuffle"):
                fixed = [holds(part, "fixed") for part in element if part.tag != "prompt"]
                if any(fixed) and not all(fixed):
                    self.lose("shuffle", "all options are shuffled, or none")

    @property
    def title(self) -> str:
        """What the item is called."""
        return str(self.root.get("title", "")).strip()

    @cached_property
    def body(self) -> Element | None:
        """``itemBody``; None where there is none."""
        return self.root.find("itemBody")

    def hints(self, element: Element | None) -> frozenset[str]:
        """The types of ours that our writer has left as a class of an element."""
        words = (element.get("class", "") if element is not None else "").split()
        return frozenset(
            word.removeprefix("quiz-").replace("-", "_") for word in words if word.startswith("quiz-")
        )

    # Scoring ---------------------------------------------------------------------------------------------------------

    @cached_property
    def responses(self) -> Mapping[str, Declaration]:
        """The response variables by name."""
        paired = {one.get("responseIdentifier"): _PAIRS[one.tag] for one in self.root.iter(*_PAIRS)}
        found = self.root.findall("responseDeclaration")
        made = [declared(one, paired.get(one.get("identifier")) or self._number(one)) for one in found]
        return {one.name: one for one in made}

    @cached_property
    def _tests(self) -> Mapping[str, Sequence[Element]]:
        """The tests of the rules by the names of the variables that they compare with something."""
        found: dict[str, list[Element]] = {}
        for element in () if self.rules is None else self.rules.iter():
            for name in dict.fromkeys(_compared(element)):
                found.setdefault(name, []).append(element)
        return found

    def tests_of(self, declaration: Declaration) -> Sequence[Element]:
        """The tests of the rules in which a response is compared with something."""
        return self._tests.get(declaration.name, ())

    def _number(self, response: Element) -> str | None:
        """The base type of a response that is declared as a text, but compared with numbers only; None: as declared."""
        tests = {one.tag for one in self._tests.get(response.get("identifier", ""), ())} - {"isNull"}
        said = [
            *map(text_of, response.iter("value")),
            *(one.get("mapKey", "") for one in response.iter("mapEntry")),
        ]
        numeric = bool(tests) and tests <= _OF_NUMBERS and None not in map(number_of, said)
        return "float" if numeric and response.get("baseType") == "string" else None

    @cached_property
    def outcomes(self) -> Mapping[str, Declaration]:
        """The outcome variables by name; there is always a SCORE."""
        found = [declared(one) for one in self.root.findall("outcomeDeclaration")]
        return {"SCORE": Declaration("SCORE", base="float"), **{one.name: one for one in found}}

    @cached_property
    def constants(self) -> Mapping[str, Value]:
        """Template variables; nothing draws them where the item comes in, so each has the value that is declared."""
        found = [declared(one) for one in self.root.findall("templateDeclaration")]
        return {one.name: one.default for one in found}

    @cached_property
    def rules(self) -> Element | None:
        """``responseProcessing``."""
        return self.root.find("responseProcessing")

    @cached_property
    def _processing(self) -> Processing | None:
        """None where the item is scored by its key alone: it has no rules, or some that are not worked out here."""
        made = Processing(self.responses, self.outcomes, self.rules, self.constants)
        if made.is_missing:
            self.lose("scoring", "the item does not say how it is scored: its key counts")
            return None
        try:
            made.run({name: one.correct for name, one in self.responses.items()})
        except Unknown as error:
            self.lose(
                "scoring",
                Said("scored by its key, since this is not worked out: %(error)s", error=Said(str(error))),
            )
            return None
        if self.rules is not None and next(self.rules.iter("mapTolResponse"), None) is not None:
            self.lose("answers", "an answer with some typing errors counts there")
        if "SCORE" not in made.scores and made.scores:
            added = ", ".join(made.scores)
            self.lose("scoring", Said("the item sets no SCORE: the sum of %(names)s counts", names=added))
        return made

    @cached_property
    def _outcomes(self) -> dict[frozenset[tuple[str, Value]], tuple[Fraction, Mapping[str, Value]]]:
        """What was worked out for responses."""
        return {}

    def score(self, given: Mapping[str, Value]) -> Fraction:
        """SCORE for these responses. Raises Wrong."""
        return self.outcome(given)[0]

    def outcome(self, given: Mapping[str, Value]) -> tuple[Fraction, Mapping[str, Value]]:
        """SCORE and all outcomes for these responses. Raises Wrong."""
        processing, known = self._processing, frozenset(given.items())
        if known in self._outcomes:
            return self._outcomes[known]
        if processing is not None:
            try:
                self._outcomes[known] = processing.score(given), dict(processing.found)
                return self._outcomes[known]
            except Unknown as error:
                self.lose(
                    "scoring",
                    Said(
                        "scored by its key, since this is not worked out: %(error)s", error=Said(str(error))
                    ),
                )
                self.__dict__["_processing"] = None
        return sum((_by_key(self.responses[name], value) for name, value in given.items()), Fraction(0)), {}

    @cached_property
    def asked(self) -> Sequence[Mapping[str, Value]]:
        """The outcomes where nothing is answered and a button that ends a try is pushed, such as one for a hint."""
        if self.body is None:
            return []
        names = [one.get("responseIdentifier", "") for one in self.body.iter("endAttemptInteraction")]
        return [self.outcome({name: TRUE})[1] for name in names if name in self.responses]

    @cached_property
    def _feedback(self) -> Mapping[str, set[str]]:
        """The identifiers of feedback by the outcome that brings it up."""
        found: dict[str, set[str]] = {}
        for one in self.root.iter(*_TOLD):
            found.setdefault(one.get("outcomeIdentifier", ""), set()).add(one.get("identifier", ""))
        return found

    def told_with(self, outcomes: Mapping[str, Value]) -> Mapping[str, set[str]]:
        """What of the outcomes brings up feedback or hides it, to be compared."""
        return {
            name: known & set(map(as_typed, outcomes.get(name, NULL)))
            for name, known in self._feedback.items()
        }

    def worked_out(self, expression: Element) -> Value:
        """What an expression gives that says nothing of what was answered; NULL where that cannot be told."""
        if self._processing is None:
            return NULL
        try:
            return self._processing.value(expression)
        except (Unknown, Wrong):
            return NULL

    def declaration(self, interaction: Element) -> Declaration:
        """The response variable of an interaction. Raises Wrong."""
        name = interaction.get("responseIdentifier", "")
        if name not in self.responses:
            raise Wrong(
                Said("the response '%(name)s' is not declared – add a responseDeclaration", name=name[:40])
            )
        return self.responses[name]

    # Texts -----------------------------------------------------------------------------------------------------------

    def html(
        self, element: Element | None, put: Put | None = None, *, marks: bool = False, whole: bool = False
    ) -> str:
        """The HTML inside an element, its pictures by our names; "" for None. ``whole``: that of the element itself."""
        if element is None:
            return ""

        def instead(one: Element) -> str | None:
            found = put(one) if put else None
            return self._shown(one) if found is None else found

        return (html_of if whole else html_inside)(element, instead, marks=marks).strip()

    def rubrics(self, view: str) -> list[str]:
        """What is told to these people, such as ``scorer``; where nobody is named, ``candidate`` is meant."""
        blocks = self.root.iter("rubricBlock")
        texts = [self.html(one) for one in blocks if view in one.get("view", "candidate").split()]
        return [text for text in texts if not is_blank(text)]

    def _shown(self, element: Element) -> str | None:
        """What stands in place of an element; None where it stands for itself."""
        unseen = _why_unseen(element)
        if unseen:
            self.lose("prompt", unseen)
            return ""
        if is_text(element):
            return ""  # it stands in front: ``passages``
        show = _SHOWN.get(element.tag)
        return show(self, element) if show else None

    def picture(self, element: Element, address: str, alt: str) -> str:
        """The tag of a picture of the package; its alternative text, else its name, where none can be shown."""
        name = self.file(address)
        if name is None:
            file = "" if address.startswith("data:") else posixpath.basename(unquote(address))
            return html_of_text(alt.strip() or file[:60])
        if not alt.strip():
            self.losses.append(blind(name))
        sides = ((side, count_of(element, side)) for side in ("width", "height"))
        return image({"alt": alt, "src": name, **{side: str(n) for side, n in sides if n is not None}})

    def file(self, address: str) -> str | None:
        """Our name for a picture; None, and a loss, where it is none."""
        if address not in self._named:
            self._named[address] = self._file(address)
        return self._named[address]

    @cached_property
    def _named(self) -> dict[str, str | None]:
        """Our names for pictures by address: many a text shows one again and again."""
        return {}

    def _file(self, address: str) -> str | None:
        path, content = "image", embedded(address)
        if content is None and _ELSEWHERE.match(address):
            self.lose("images", Said("'%(address)s' lies elsewhere", address=address[:60]), spoils=True)
            return None
        if content is None:
            path = path_of(self.folder, address)
            content = self.media(path)
        if content is None:
            self.lose("images", Said("there is no file '%(path)s'", path=path[:60]), spoils=True)
            return None
        try:
            name, image = self.pictures.name(posixpath.basename(path), content)
        except Invalid as error:
            self.lose(
                "images",
                Said(
                    "'%(path)s' is no picture that can be shown: %(error)s",
                    path=path[:60],
                    error=Said(str(error)),
                ),
                spoils=True,
            )
            return None
        self.files[name] = image.content
        return name


def _radii(ellipse: Element) -> list[str]:
    return str(ellipse.get("coords", "")).replace(",", " ").split()[2:]


# What stands in a text ----------------------------------------------------------------------------------------------


def _image(item: Item, element: Element) -> str:
    return item.picture(element, element.get("src", ""), element.get("alt", ""))


def _object(item: Item, element: Element) -> str:
    """The tag of a picture; the words of what holds no file, as Inspera's, or one that is no picture."""
    address = element.get("data", "")
    kind = element.get("type", "image/" if element.get("width") else "")
    if not address:
        return item.html(element)
    if kind.startswith("image/"):
        return item.picture(element, address, text_of(element).strip())
    return _behind(item, element, address) if kind.startswith("application/") else _played(item, element)


def _played(item: Item, _element: Element) -> str:
    item.lose("files", "sound and film cannot be played")
    return ""


def _link(item: Item, element: Element) -> str | None:
    address = element.get("href", "")
    return None if not address or _ELSEWHERE.match(address) else _behind(item, element, address)


def _behind(item: Item, element: Element, address: str) -> str:
    """The words that stand for a file of the package, such as a paper to be read; it stays behind."""
    item.lose("files", Said("'%(file)s' is no picture that comes with the package", file=address[:60]))
    return item.html(element)


def _drawn(item: Item, drawing: Element) -> str:
    """The tag of a picture that is drawn in the text itself; it becomes a file."""
    alone = deepcopy(drawing)
    for element in alone.iter():
        element.tag = f"{{{_SVG}}}{element.tag}"
    content = b64encode(write_xml(alone)).decode()
    alt = drawing.get("aria-label") or drawing.findtext("title") or ""
    return item.picture(drawing, f"data:image/svg+xml;base64,{content}", alt)


def _printed(item: Item, element: Element) -> str:
    """The value of a variable in a text, where it is the same for everybody."""
    variable = element.get("identifier", "")
    if variable not in item.constants:
        item.lose("prompt", "values that are put in for each learner")
    return html_of_text(" ".join(map(as_typed, item.constants.get(variable, NULL))))


#: What stands in place of an element of a text; None where it stands for itself.
_SHOWN: Final[Mapping[str, Callable[[Item, Element], str | None]]] = {
    "a": _link,
    "img": _image,
    "object": _object,
    "picture": Item.html,
    "printedVariable": _printed,
    "svg": _drawn,
    **dict.fromkeys("audio video iframe embed".split(), _played),
}


def path_of(folder: str, address: str) -> str:
    """The path in the package of what a file in this folder refers to, which some write as Windows does."""
    return posixpath.normpath(posixpath.join(folder, unquote(address).replace("\\", "/")))


def folder_at(element: Element, folder: str) -> str:
    """The folder from which addresses at a root or a resource of a manifest go, that of its file being given (XML Base).

    Names of folders may lack their slash; one on another site names nothing in a package.
    """
    around = [element, *islice(element.iterancestors(), 2)]
    bases = (one.get("base") for one in reversed(around) if not _ELSEWHERE.match(one.get("base", "#")))
    folders = (posixpath.dirname(one) if "." in posixpath.basename(one) else one for one in bases)
    return reduce(path_of, folders, folder)


def is_text(element: Element) -> bool:
    """Whether an element shows a text that is a file of its own."""
    return bool(element.tag == "include" or (element.tag == "object" and element.get("type") in _TEXTS))


def _why_unseen(element: Element) -> str:
    """Why an element is not seen; "" where it is."""
    if _UNSEEN in element.get("class", "").split():
        return "words that are read aloud and not seen"
    if _HIDDEN.search(element.get("style", "")):
        return "words that are hidden, such as those in other languages"
    return "what is told of a word that is pointed at" if element.get("data-role") == _POINTED else ""


def html_of_text(text: str) -> str:
    """Plain text as HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _by_key(declaration: Declaration, value: Value) -> Fraction:
    """What a response is worth where no rules say it: by its mapping, else by its correct response."""
    if value == NULL:
        return Fraction(0)
    if declaration.mapping is not None:
        total: Fraction = declaration.mapping.total(value)[0]
        return total
    if declaration.areas is not None:
        return worth_of_points(declaration.areas, value)
    return Fraction(declaration.agrees(value))


def snapped(value: Fraction) -> Fraction:
    """The fraction meant by a quotient of decimals: 0.3333 is a third, 0.142857142857143 a seventh."""
    for most, near in ((20, Fraction(1, 20_000)), (10_000, Fraction(1, 10**10))):
        simple = value.limit_denominator(most)
        if abs(simple - value) < near and (value.denominator > most):
            return simple
    return value


def fitting_ids(names: Sequence[str], prefix: str = "") -> list[str] | None:
    """Ids of ours for identifiers; None where they would not fit, so that parts get ids of their own.

    ``prefix`` is what our writer puts in front so that identifiers of two kinds of parts are different.
    """
    own = bool(prefix) and all(name.startswith(prefix) for name in names)
    made = [name.removeprefix(prefix) if own else own_id(name) for name in names]
    fits = all(_ID.fullmatch(name) for name in made) and len(set(made)) == len(made)
    return made if fits else None


def id_of_file(name: str, path: str) -> str:
    """The id of what is a file of its own: its name where that fits, else one made of its path."""
    made = re.sub(r"[^A-Za-z0-9]+", "-", path).strip("-")[-64:].strip("-")
    return (fitting_ids([name]) or [made or "s"])[0]


def own_id(name: str) -> str:
    """An identifier as an id: what begins with a digit, or is called like a variable or the other side of a pair, has a
    ``_`` in front there.
    """
    bare = name.removeprefix("_")
    return bare if bare in VARIABLES or bare.startswith(OTHER_SIDE) or re.match("[0-9]", bare) else name


def with_ids(parts: Sequence[dict[str, Any]], names: Sequence[str]) -> list[dict[str, Any]]:
    """The parts with the identifiers as ids where these fit."""
    ids = fitting_ids(names)
    if ids is None:
        return [*parts]
    return [{"id": id, **part} for id, part in zip(ids, parts, strict=True)]


# Feedback ------------------------------------------------------------------------------------------------------------

_TOLD: Final = ("modalFeedback", "feedbackBlock", "feedbackInline")
_RIGHT: Final = {"right": "right", "correct": "right", "partly": "partly", "partial": "partly", "wrong": "wrong", "incorrect": "wrong"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Probe:
    """An answer that was tried: what it is worth, 0 to 1, its outcomes, and the part whose own answer it is."""

    credit: Fraction
    outcomes: Mapping[str, Value]
    label: str | None = None

    @property
    def state(self) -> str:
        """How right it is."""
        return "right" if self.credit >= 1 else "partly" if self.credit > 0 else "wrong"


@dataclass(slots=True)
class Told:
    """Feedback by where we keep it."""

    explanation: list[str] = field(default_factory=list)
    general: dict[str, list[str]] = field(default_factory=dict)
    own: dict[str, list[str]] = field(default_factory=dict)
    hints: list[str] = field(default_factory=list)

    @property
    def common(self) -> dict[str, Any]:
        """The fields of the question; what is told to right and wrong answers alike is told to all."""
        if set(self.general) == {"right", "wrong"} and self.general["right"] == self.general["wrong"]:
            self.explanation += self.general.pop("right")
            del self.general["wrong"]
        general = {
            name: "\n".join(self.general[name])
            for name in ("right", "partly", "wrong")
            if name in self.general
        }
        said = {"explanation": "\n".join(self.explanation), "feedback": general, "hints": self.hints}
        return {name: value for name, value in said.items() if value}

    def of(self, label: str) -> dict[str, str]:
        """``feedback`` of a part."""
        return {"feedback": "\n".join(self.own[label])} if label in self.own else {}


def told(item: Item, probes: Sequence[Probe]) -> Told:
    """The feedback of an item, found by trying which answers bring it up."""
    made = Told()
    for element in item.root.iter(*_TOLD):
        text = item.html(element)
        if element.get("title"):
            item.lose("feedback", "titles of feedback")
        if not is_blank(text):
            _place(item, made, element, text, probes)
    return made


def _place(item: Item, made: Told, element: Element, text: str, probes: Sequence[Probe]) -> None:
    name = element.get("identifier", "")
    shown = [probe for probe in probes if _is_shown(element, name, probe.outcomes)]
    if probes and len(shown) == len(probes) and name not in _RIGHT:
        made.explanation.append(text)
        return
    states = _whole_states(shown, probes)
    labels = [probe.label for probe in shown if probe.label is not None]
    if states and (_RIGHT.get(name) in states or len(labels) != 1):
        for state in states:
            made.general.setdefault(state, []).append(text)
    elif labels:
        for label in labels:
            made.own.setdefault(label, []).append(text)
    elif any(_is_shown(element, name, outcomes) for outcomes in item.asked):
        made.hints.append(text)
    elif element.get("outcomeIdentifier") == "SOLUTION" or not probes:
        made.explanation.append(text)
    else:
        item.lose(
            "feedback",
            Said("the feedback '%(name)s' comes up with none of the answers that were tried", name=name[:40]),
        )


def _whole_states(shown: Sequence[Probe], probes: Sequence[Probe]) -> set[str]:
    """The states of the probes that are shown, such as all that are not right; none where others have these states."""
    states = {probe.state for probe in shown}
    return states if len(shown) == sum(probe.state in states for probe in probes) else set()


def _is_shown(element: Element, name: str, outcomes: Mapping[str, Value]) -> bool:
    holds: bool = name in map(as_typed, outcomes.get(element.get("outcomeIdentifier", ""), NULL))
    return holds is not bool(element.get("showHide", "show") == "hide")


def _compared(test: Element) -> Iterator[str]:
    """The names of what a test compares: variables, or those changed by operators of somebody's making."""
    for compared in () if test.tag == "customOperator" else test:
        inner = compared
        while inner.tag == "customOperator" and len(inner):
            inner = inner[0]
        if inner.tag == "variable":
            yield inner.get("identifier", "")

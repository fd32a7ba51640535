"""Items and packages of QTI 2.1, 2.2 and 3.0, read. What a manifest and test say gives the order, topics and points."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from quiz.errors import Invalid, Said, in_turn
from quiz.files.archive import Archive, Limits, is_archive
from quiz.files.xml import Element, read_xml
from quiz.formats._pictures import Pictures
from quiz.formats._stimuli import stimuli_of
from quiz.formats.base import Entry, Fault, Found, Head, Loss, Source, Unsupported, failed, told_of, topic_of
from quiz.formats.qti.choices import choice, order
from quiz.formats.qti.context import Unknown
from quiz.formats.qti.dialect import normalise
from quiz.formats.qti.entries import entry, essay
from quiz.formats.qti.gaps import INLINE, cloze, stand_in_text
from quiz.formats.qti.item import Item, folder_at, own_id, path_of, told
from quiz.formats.qti.markup import APART, demand_flat, is_blank, joined
from quiz.formats.qti.metadata import said_of
from quiz.formats.qti.pairs import associate, match
from quiz.formats.qti.passages import Passages
from quiz.formats.qti.pictures import graphic_gap_match, hotspot, position_object, select_point, stage_of
from quiz.formats.qti.rows import associate_sides, gap_sides, match_sides, or_rows
from quiz.formats.qti.scoring import Foreign
from quiz.formats.qti.values import Wrong, as_typed, holds, number_of
from quiz.formats.qti.words import gap_match
from quiz.questions.parts import MOST_PARTS

_MANIFEST: Final = "imsmanifest.xml"
_ITEM: Final = "assessmentItem"
_TEST: Final = "assessmentTest"
_STIMULUS: Final = "assessmentStimulus"
#: What is chosen from, and how many of them an item may have.
_PARTS: Final = frozenset(
    "simpleChoice simpleAssociableChoice inlineChoice gapText gapImg gap hottext hotspotChoice associableHotspot".split()
)
_MOST_CHOICES: Final = 500
#: Files of a package: an item each, pictures.
_MOST_FILES: Final = 30_000
#: How files end that hold texts which items show.
_PASSAGES: Final = (".html", ".htm", ".xhtml")
#: What is left of a paragraph that held an interaction only.
_EMPTY: Final = re.compile(r"<(p|div)\b[^<>]*>\s*</\1>")
#: A tag of a language that banks know.
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
#: Sections in sections.
_DEEPEST: Final = 20
_KINDS: Final[Mapping[str, Callable[[Item, Element], dict[str, Any]]]] = {
    "choiceInteraction": choice,
    "hottextInteraction": choice,
    "orderInteraction": order,
    "matchInteraction": or_rows(match, match_sides),
    "associateInteraction": or_rows(associate, associate_sides),
    "textEntryInteraction": entry,
    "sliderInteraction": entry,
    "extendedTextInteraction": essay,
    "hotspotInteraction": hotspot,
    "selectPointInteraction": select_point,
    "positionObjectInteraction": position_object,
    "graphicGapMatchInteraction": graphic_gap_match,
}


@dataclass(slots=True)
class _Place:
    """Where an item stands in a test: its file, the sections around it, its weight, and what the manifest says of it."""

    path: str
    topic: str = ""
    weight: Fraction = Fraction(1)
    said: Mapping[str, Any] = field(default_factory=dict)
    #: The titles of those sections.
    titles: Sequence[str] = ()


@dataclass(slots=True)
class _Package:
    """Files by path, the pictures met, and the texts that several items share."""

    files: Callable[[str], bytes | None]
    limit: int
    pictures: Pictures = field(default_factory=Pictures)
    #: The manifest lists texts that items share: they become stimuli of the bank.
    shares: bool = False
    passages: Passages = field(init=False)
    #: Characters of shared texts that stand in front of items, once for each.
    copied: int = 0

    def __post_init__(self) -> None:
        self.passages = Passages(self.xml, self.files, self.pictures)

    def xml(self, path: str) -> Element:
        """The document at a path, its names as in 2.x. Raises Invalid, also where there is none."""
        content = self.files(path)
        if content is None:
            raise Invalid(Said("there is no file '%(path)s' in the package", path=path))
        return _document(content, self.limit)


def _document(content: bytes, limit: int) -> Element:
    """A document of at most so many bytes, its names as in 2.x. Raises Invalid."""
    root = read_xml(content, limit)
    demand_flat(root)
    normalise(root)
    return root


def read(source: Source) -> Iterator[Entry]:
    """The items of a package in the order of its test, or one item by itself."""
    content = source.whole()
    if is_archive(content):
        bounds = Limits(entries=_MOST_FILES, total=4 * source.limits.bytes)
        yield from _package(source, Archive(content, bounds))
        return
    limit = source.limits.question_bytes
    root = _document(content, limit)
    if root.tag != _ITEM:
        raise Invalid(
            Said(
                "%(file)s begins with <%(tag)s> – bring an assessmentItem, or a package in a .zip",
                file=source.name,
                tag=root.tag,
            )
        )
    yield _entry(_Package(source.beside, limit), root, _Place(source.name), source.name)


def _package(source: Source, archive: Archive) -> Iterator[Entry]:
    known = frozenset(archive.names)
    package = _Package(
        lambda path: archive.read(path) if path in known else None, source.limits.question_bytes
    )
    resources = _resources(package, source.name, archive.names)
    paths = dict.fromkeys(path for kind, path, _ in resources if "test" in kind or "assessment" in kind)
    tests = [test for path in paths if (test := _test(package, path))]
    said = {path: said_of(one) for kind, path, one in resources if "item" in kind}
    places = [*(place for test in tests for place in test.places), *map(_Place, said)]
    losses = [loss for test in tests for loss in test.losses]
    if not places and not losses:
        raise Invalid(
            Said(
                "%(file)s holds no items – name them in its %(manifest)s, or export it again",
                file=source.name,
                manifest=_MANIFEST,
            )
        )
    package.shares |= any("stimulus" in kind for kind, _, _ in resources)
    package.shares |= any(name.lower().endswith(_PASSAGES) for name in known)
    entries = _in_order(package, places, said)
    title = next((test.title for test in tests if test.title), "")
    header: dict[str, Any] = {"title": title, "language": _language(package, places)}
    if package.shares:  # they stand in the header, with the questions that show them
        kept = [*entries]
        header["stimuli"], entries = stimuli_of(kept), iter(kept)
    yield Head({name: value for name, value in header.items() if value}, losses)
    yield from told_of((place.path, place.titles) for place in places)
    yield from entries


def _resources(package: _Package, file: str, names: Sequence[str]) -> list[tuple[str, str, Element]]:
    """What the manifest lists: type, path, and the resource itself. Raises Invalid where there is no manifest."""
    found = [name for name in names if posixpath.basename(name) == _MANIFEST]
    if not found:
        raise Invalid(
            Said(
                "%(file)s holds no %(manifest)s – export it again as a content package",
                file=file,
                manifest=_MANIFEST,
            )
        )
    manifest = min(found, key=lambda name: (name.count("/"), name))
    base = posixpath.dirname(manifest)
    return [
        (one.get("type", ""), path_of(folder_at(one, base), one.get("href", "")), one)
        for one in package.xml(manifest).iter("resource")
        if one.get("href")
    ]


def _in_order(
    package: _Package, places: Sequence[_Place], said: Mapping[str, Mapping[str, Any]]
) -> Iterator[Entry]:
    first: dict[str, _Place] = {}
    for place in places:
        first.setdefault(place.path, place)
    for path, place in first.items():
        place.said = said.get(path, {})
        yield _at(package, place)


def _language(package: _Package, places: Sequence[_Place]) -> str:
    """The language of the first item; "" where it does not say."""
    try:
        said = str(package.xml(places[0].path).get("lang", "")) if places else ""
    except Invalid:
        return ""
    return said if _LANGUAGE.fullmatch(said) else ""


def _at(package: _Package, place: _Place) -> Entry:
    try:
        root = package.xml(place.path)
    except Invalid as error:
        problem = error.problems[0]
        where = Said("%(file)s, line %(n)s", file=place.path, n=problem.line) if problem.line else place.path
        return Fault(where, in_turn(" – ", map(Said, filter(None, (problem.what, problem.mend)))))
    if root.tag != _ITEM:
        return Fault(
            place.path, Said("it begins with <%(tag)s> – an item begins with <assessmentItem>", tag=root.tag)
        )
    return _entry(package, root, place, place.path)


# Tests ---------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Test:
    """What a test holds, while it is read."""

    package: _Package
    title: str = ""
    places: list[_Place] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    #: Files of sections that were met: their items count where they stand first.
    sections: set[str] = field(default_factory=set)

    def lose(self, name: str, what: str) -> None:
        """Notes a loss; of one name the first is told."""
        self.losses.append(Loss(name, what))

    def section(self, path: str, depth: int) -> Element | None:
        """The section in a file of its own; None where it was met before, or, with a loss, where none can be read."""
        if path in self.sections:
            return None
        self.sections.add(path)
        error: Invalid = Invalid("sections lie too deep in each other")
        if depth <= _DEEPEST:
            try:
                return self.package.xml(path)
            except Invalid as found:
                error = found
        self.lose("sections", Said("a section is left out: %(error)s", error=Said(str(error))))
        return None


#: What a test says of how it is taken, which is the quiz's here and not the bank's.
_SETTINGS: Final = frozenset(
    "timeLimits itemSessionControl preCondition branchRule selection ordering testFeedback outcomeProcessing rubricBlock".split()
)


def _test(package: _Package, path: str) -> _Test | None:
    """What a test holds; None where the file is none."""
    made = _Test(package)
    try:
        root = package.xml(path)
    except Invalid as error:
        made.lose(
            "test", Said("the test %(path)s cannot be read: %(error)s", path=path, error=Said(str(error)))
        )
        return made
    package.shares |= root.tag == _STIMULUS  # some list them as tests
    if root.tag != _TEST:
        return None
    made.title = root.get("title", "").strip()
    said = {element.tag for element in root.iter() if element.tag in _SETTINGS and not _is_total(element)}
    if said:
        made.lose("test", Said("a bank says nothing of %(name)s", name=", ".join(sorted(said))))
    parts = root.iter("testPart")
    tops = [one for part in parts for one in part if one.tag.startswith("assessmentSection")]
    for section in tops:
        _section(made, section, posixpath.dirname(path), [section.get("title", "")] if len(tops) > 1 else [])
    return made


def _is_total(processing: Element) -> bool:
    """Whether this says what is so anyhow: a test scores the sum of what all its items do."""
    inside = [*processing.iterdescendants()]
    if [one.tag for one in inside] != ["setOutcomeValue", "sum", "testVariables"]:
        return False
    return {*inside[-1].attrib} <= {"variableIdentifier", "weightIdentifier"} and (
        inside[-1].get("variableIdentifier") == "SCORE"
    )


def _section(test: _Test, section: Element, folder: str, titles: Sequence[str], depth: int = 0) -> None:
    """The items of a section, those of sections in it, and of sections in files of their own."""
    if section.tag == "assessmentSectionRef":
        path = path_of(folder, section.get("href", ""))
        found = test.section(path, depth)
        if found is None:
            return
        section, folder = found, posixpath.dirname(path)
        titles = [*titles[:-1], section.get("title", "")] if titles else titles
    for child in section:
        if child.tag == "assessmentItemRef":
            test.places.append(_place(test, child, folder, titles))
        elif child.tag in ("assessmentSection", "assessmentSectionRef"):
            _section(test, child, folder, [*titles, child.get("title", "")], depth + 1)


def _place(test: _Test, reference: Element, folder: str, titles: Sequence[str]) -> _Place:
    """Where an item stands; a weight that takes its points away is told and counts as 1."""
    weight = reference.find("weight")
    said = number_of(weight.get("value", "")) if weight is not None else None
    if said is not None and said <= 0:
        test.lose("points", Said("a bank says nothing of %(name)s", name=f"weight={as_typed(said)}"))
    worth = said if said and said > 0 else Fraction(1)
    return _Place(path_of(folder, reference.get("href", "")), topic_of(titles), worth, titles=titles)


# Items ---------------------------------------------------------------------------------------------------------------


def _entry(package: _Package, root: Element, place: _Place, where: str) -> Entry:
    item = Item(root, folder_at(root, posixpath.dirname(place.path)), package.files, package.pictures)
    title = item.title
    try:
        fields = _fields(package, item)
    except Wrong as error:
        return failed(where, title, error)
    except Invalid as error:
        return Fault(where, in_turn("; ", map(str, error.problems)))
    except (Foreign, Unknown) as error:
        return Unsupported(where, str(error), title)
    identifier = own_id(root.get("identifier", "").strip())
    fields = {**({"id": identifier} if identifier else {}), "text_format": "html", **place.said, **fields}
    if title and title != identifier:
        fields["name"] = title
    if place.topic:
        fields["topic"] = place.topic
    if place.weight != 1:
        fields["points"] = fields.get("points", Fraction(1)) * place.weight
    return Found(where, fields, item.losses, item.files)


def _fields(package: _Package, item: Item) -> dict[str, Any]:
    if item.root.find("templateProcessing") is not None:
        raise Foreign("template")
    if holds(item.root, "adaptive"):
        raise Foreign("adaptive")
    body = item.body
    if body is None:
        raise Wrong("the item has no itemBody – write the question into one")
    item.lose_the_rest()
    found = _interactions(body)
    _demand_bounds(body, found)
    interactions = [one for one in found if one.tag != "endAttemptInteraction"]
    if interactions and _is_survey(item, interactions):
        raise Foreign(Said("%(tag)s without a key", tag=interactions[0].tag))
    own, before = _shared(package, item)
    fields = _asked(item, body, interactions)
    if len(interactions) < len(found):
        given = "hints come after a try, not at the push of a button"
        item.lose("hints", given if "hints" in fields else "a button that ends a try")
    _lose_notes(item, fields["type"])
    prompt = joined([*before, *item.rubrics("candidate"), fields["prompt"]])
    if is_blank(prompt):
        prompt = item.title
    return {**fields, "prompt": prompt, **({"stimulus": own} if own else {})}


def _shared(package: _Package, item: Item) -> tuple[Mapping[str, str] | None, list[str]]:
    """The shared text that becomes a stimulus, and those that stand in front. Raises Wrong where these are too long."""
    shared = package.passages.shown_by(item)
    own = shared.pop(0) if shared and package.shares else None
    if shared:
        item.lose("stimulus", "a text that several items share stands in front of each")
        package.copied += sum(len(one["text"]) for one in shared)
        if package.copied > package.limit:
            raise Wrong(
                "the texts that items share are too long to stand in front of each – give each item one"
            )
    return own, [one["text"] for one in shared]


def _interactions(body: Element) -> list[Element]:
    """What is answered, and the buttons that end a try."""
    # what a customInteraction holds, such as a portableCustomInteraction, is it itself
    return [
        one
        for one in body.iter()
        if one.tag.endswith("Interaction") and one.getparent().tag != "customInteraction"
    ]


def _demand_bounds(body: Element, interactions: Sequence[Element]) -> None:
    """Raises Wrong for more parts than can be tried one by one."""
    parts = sum(one.tag in _PARTS for one in body.iter())
    if parts > _MOST_CHOICES or len(interactions) > MOST_PARTS:
        raise Wrong(
            Said("there are %(count)s parts – cut the item into several", count=max(parts, len(interactions)))
        )


def _is_survey(item: Item, interactions: Sequence[Element]) -> bool:
    """Whether no answer is right or wrong and none is meant to be: a question of opinion."""
    keys = (one.correct or one.mapping or one.areas for one in item.responses.values())
    scored = {one.tag for one in interactions} <= {*_KINDS, *INLINE, "gapMatchInteraction"} - {
        "extendedTextInteraction"
    }
    return scored and (item.rules is None or not len(item.rules)) and not any(keys)


def _asked(item: Item, body: Element, interactions: Sequence[Element]) -> dict[str, Any]:
    """The fields of the question, its prompt among them."""
    tags = [one.tag for one in interactions]
    if not tags:
        return _described(item, body)
    if tags == ["textEntryInteraction"] and "cloze" not in item.hints(body):
        return {**entry(item, interactions[0]), "prompt": _with_blank(item, body, interactions[0])}
    if stand_in_text(item, interactions):
        return cloze(item, body, interactions)
    if len(tags) > 1:
        raise Foreign("composite")
    if tags[0] == "gapMatchInteraction":
        return or_rows(lambda _item, one: gap_match(item, one, _around(item, body, one)), gap_sides)(
            item, interactions[0]
        )
    if tags[0] not in _KINDS:
        raise Foreign(tags[0])
    return {"prompt": _prompt(item, body, interactions[0]), **_KINDS[tags[0]](item, interactions[0])}


def _described(item: Item, body: Element) -> dict[str, Any]:
    """A text that asks nothing. Raises Wrong where something is to be answered."""
    if item.responses:
        raise Wrong(
            "nothing in the item gives its response – write an interaction, such as <choiceInteraction>"
        )
    return {"type": "description", "prompt": item.html(body), **told(item, ()).common}


def _with_blank(item: Item, body: Element, interaction: Element) -> str:
    """The text around a field; a line where it stands inside a sentence."""
    line = interaction.getparent()
    after = [
        interaction.tail or "",
        *("".join(one.itertext()) + (one.tail or "") for one in interaction.itersiblings()),
    ]
    blank = "_____" if "".join(after).strip() or (line.tag != "itemBody" and _follows(line)) else ""
    html = item.html(body, lambda element: blank if element is interaction else None)
    return _without_empty(html)


def _follows(line: Element) -> bool:
    """Whether a sentence goes on after the line of a field; what is told after an answer is none."""
    holder = line
    while holder.getparent().tag != "itemBody" and holder.getparent() is not None:
        holder = holder.getparent()
    inside = "".join(line.itertext()).strip()
    return bool(inside) and any(
        "".join(one.itertext()).strip() for one in holder.itersiblings() if one.tag not in APART
    )


def _prompt(item: Item, body: Element, interaction: Element) -> str:
    """The text around an interaction, and its own prompt."""
    own = item.html(interaction.find("prompt"))
    passage = ""
    if interaction.tag == "hottextInteraction":
        passage = item.html(interaction, lambda one: "" if one.tag == "prompt" else None)
    return joined([_around(item, body, interaction), own, passage])


def _around(item: Item, body: Element, interaction: Element) -> str:
    stage = stage_of(interaction)
    html = item.html(body, lambda element: "" if element is stage else None)
    return _without_empty(html)


def _without_empty(html: str) -> str:
    """The HTML without the paragraphs of which nothing is left, and those around them."""
    found = 1
    while found:
        html, found = _EMPTY.subn("", html)
    return html.strip()


def _lose_notes(item: Item, type: str) -> None:
    """Tells what is told to others than who answers; only an essay keeps what is told to who marks it."""
    kept = {"candidate", "scorer"} if type == "essay" else {"candidate"}
    for rubric in item.root.iter("rubricBlock"):
        view = rubric.get("view", "candidate")
        if kept.isdisjoint(view.split()) and not is_blank(item.html(rubric)):
            item.lose("rubric", Said("notes for %(view)s", view=view))

"""QTI 1.2, read: a file, or a package of them. Sections and object banks give the topics."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from quiz.errors import Invalid, Problem, Said, in_turn
from quiz.files.archive import Archive, Limits, is_archive
from quiz.files.xml import MOST_BYTES, Element, read_xml, without_named_type
from quiz.formats._moodle import Styled, parted, settled
from quiz.formats._pictures import Pictures
from quiz.formats._stimuli import stimuli_of
from quiz.formats.base import Entry, Fault, Found, Head, Loss, Source, Unsupported, failed, told_of, topic_of
from quiz.formats.qti12 import pool
from quiz.formats.qti12.item import ID, RESPONSES, Foreign, Item, Media, Wrong, each_word, string_of
from quiz.formats.qti12.kinds import fields, kind
from quiz.formats.qti12.markup import normalise
from quiz.formats.qti12.processing import Unknown
from quiz.formats.qti12.sheet import STIMULUS

ROOT: Final = "questestinterop"
_MANIFEST: Final = "imsmanifest.xml"
#: Folders in which packages keep what their texts show.
_FOLDERS: Final = ("", "web_resources", "csfiles/home_dir", "Uploaded Media")
#: How Blackboard names a file of a course, in texts and in the package.
_NUMBERED: Final = re.compile(r"xid-\d+_\d+")
_FILED: Final = re.compile(r"__(xid-\d+_\d+)(?:\.|$)")
#: Files of a package, which may be a whole course with its films, and bytes of those with questions.
_MOST_FILES: Final = 30_000
_MOST_TOGETHER: Final = 60_000_000
#: Sections that are there because there has to be one.
_NO_TOPIC: Final = frozenset({"root_section", ""})
#: Parts of an item that say something we have no place for.
_LOST: Final = {
    "objectives": Said("what the question is for"),
    "rubric": Said("notes beside the question"),
    "duration": Said("a time for one question"),
    "itemprecontrol": Said("how the question is shown"),
    "itemcontrol": Said("how the question is shown"),
    "itemprecondition": Said("a condition for the question"),
    "itempostcondition": Said("a condition for the next question"),
    "qticomment": Said("a comment of the author"),
}
#: What metadata say that is read, or says nothing of the question itself; and how others begin of which that holds.
_READ: Final = frozenset(
    "parent_stimulus_item_ident author question_type points_possible original_answer_ids assessment_question_identifierref quiz_type quiz_tolerance itemtype questiontype"
    " text_format case_sensitive points externalid lifecycle additional_cont_edit_mode feedback_setting singleline"
    " thumb_size thumb_geometry element_height fixedtextlength feedback_mode wordcounter".split()
)
_SYSTEMS: Final = ("bbmd_", "cc_", "ilias_", "qmd_", "respondusapi_", "wct_")
#: What metadata say where they say nothing; the last is an empty list as ILIAS writes it.
_NOTHING: Final = frozenset({"", "none", "no", "false", "0", "non", "w10="})
_USUAL: Final = {
    "identicalscoring": "1",
    "textgaprating": "ci",
    "textrating": "ci",
    "matching_mode": "1:1",
    "shuffle": "1",
}
#: The field of the metadata by which New Quizzes of Canvas name the item whose text a question shows.
_SHOWN: Final = "parent_stimulus_item_ident"
#: What an assessment says of how it is taken, which is the quiz's here and not the bank's.
_SETTINGS: Final = frozenset(
    "duration selection_ordering outcomes_processing assessmentcontrol rubric".split()
)


@dataclass(slots=True)
class _Document:
    """What a file holds: its items with the titles of what is around them."""

    title: str = ""
    items: list[tuple[Element, tuple[str, ...]]] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    #: Items that are no questions, but texts that others show, by their names.
    shared: dict[str, Element] = field(default_factory=dict)
    #: The names of banks that it holds, and of those that its quizzes draw questions from.
    banks: set[str] = field(default_factory=set)
    drawn: set[str] = field(default_factory=set)


def read(source: Source) -> Iterator[Entry]:
    """The items of a file, or of all files of a package, in order."""
    content = source.whole()
    if is_archive(content):
        bounds = Limits(entries=_MOST_FILES, entry=source.limits.bytes, total=4 * source.limits.bytes)
        yield from _package(source, Archive(content, bounds))
        return
    document = _document(content)
    yield from _headed([document], _entries(document, "", source.beside, Pictures()))


def _package(source: Source, archive: Archive) -> Iterator[Entry]:
    documents: list[tuple[str, _Document]] = []
    faults: list[Fault] = []
    left = _MOST_TOGETHER
    for name in _paths(archive, faults):
        content = archive.read(name)
        if ROOT.encode() not in content[:4096] and f"<{pool.ROOT}>".encode() not in content[:4096]:
            continue
        left -= len(content)
        if left < 0:
            most = Said("unpacked it has more than %(most)s MB", most=_MOST_TOGETHER // 1_000_000)
            raise Invalid([Problem("", most, "pack less")])
        try:
            documents.append((name, _document(content)))
        except Invalid as error:
            faults.append(Fault(name, in_turn("; ", map(str, error.problems))))
    if not documents and not faults:
        raise Invalid(
            Said("%(file)s holds no <%(root)s> – export it again as QTI 1.2", file=source.name, root=ROOT)
        )
    found = _of_package(archive, documents)
    yield from _headed([document for _, document in documents], chain(faults, found))


def _of_package(archive: Archive, documents: Sequence[tuple[str, _Document]]) -> Iterator[Entry]:
    pictures, files = Pictures(), _Files(archive)
    several = len(documents) > 1
    for name, document in documents:
        above = [document.title] * several
        for entry in _entries(document, name, files.beside(name), pictures, above):
            if several and isinstance(entry, Found) and document.title:
                topic = "/".join(filter(None, (topic_of([document.title]), entry.fields.get("topic", ""))))
                yield Found(entry.where, {**entry.fields, "topic": topic}, entry.losses, entry.files)
            else:
                yield entry


def _paths(archive: Archive, faults: list[Fault]) -> Sequence[str]:
    """The files that can hold questions, in the order of the manifest, then those that it does not name.

    A manifest that cannot be read is added to the faults, and so is a file that is too large.
    """
    names = dict.fromkeys(name for name in archive.names if name.lower().endswith((".xml", ".qti", ".dat")))
    for name in [name for name in names if archive.size(name) > MOST_BYTES]:
        large = Said("the XML is larger than %(most)s bytes", most=MOST_BYTES)
        faults.append(Fault(name, str(Problem("", large, "cut it into several files"))))
        del names[name]
    named: list[str] = []
    for manifest in sorted((one for one in names if posixpath.basename(one) == _MANIFEST), key=len)[:1]:
        try:
            named += _named(read_xml(archive.read(manifest)), posixpath.dirname(manifest))
        except Invalid as error:
            faults.append(Fault(manifest, in_turn("; ", map(str, error.problems))))
    # Canvas puts the same questions into its package twice: as Common Cartridge takes them, and whole.
    whole = {posixpath.basename(name).partition(".")[0] for name in names if name.endswith(".xml.qti")}
    left_out = {
        name
        for name in names
        if whole & {posixpath.basename(posixpath.dirname(name))} and not name.endswith(".xml.qti")
    }
    return [name for name in dict.fromkeys([*named, *names]) if name in names and name not in left_out]


def _named(manifest: Element, base: str) -> Iterator[str]:
    """The files that a manifest names, ``base`` being the folder that it stands in."""
    normalise(manifest)
    for one in manifest.iter("resource", "file"):
        given = next((value for key, value in one.attrib.items() if key.endswith(("href", "}file"))), "")
        yield posixpath.normpath(posixpath.join(base, given))


class _Files:
    """The files of a package that texts show."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        names = [name for name in archive.names if archive.size(name) <= MOST_BYTES]
        self._known = {name.lower(): name for name in names}
        self._numbered = {number: name for name in reversed(names) for number in _FILED.findall(name)}

    def beside(self, document: str) -> Media:
        """Finds what a document shows: beside it, in the folder named after it, where systems keep such files."""
        beside, own = posixpath.dirname(document), posixpath.splitext(document)[0]

        def found(address: str) -> bytes | None:
            if number := _NUMBERED.search(address):
                name = self._numbered.get(number[0])
                return None if name is None else self._archive.read(name)
            for folder in (beside, own, f"{own}/embedded", *_FOLDERS):
                name = self._known.get(posixpath.normpath(posixpath.join(folder, address)).lower())
                if name is not None:
                    return self._archive.read(name)
            return None

        return found


def _document(content: bytes) -> _Document:
    root = read_xml(without_named_type(content, ROOT.encode()))
    normalise(root)
    if root.tag == pool.ROOT:
        return _Document(pool.title(root), [(one, ()) for one in pool.questions(root)], pool.losses(root))
    if root.tag != ROOT:
        raise Invalid(
            Said("the XML begins with <%(tag)s> – QTI 1.2 begins with <%(root)s>", tag=root.tag, root=ROOT)
        )
    document = _Document()
    tops = [one for one in root if one.tag in ("assessment", "objectbank", "section")]
    document.title = next((title for one in tops if (title := _title(one))), "")
    said = {
        one.tag
        for top in tops
        for one in top.iter(*_SETTINGS)
        if one.getparent().tag != "item" and (_says(one) or one.tag == "assessmentcontrol")
    }
    document.losses += (
        Loss("test", Said("a bank says nothing of %(name)s", name=name)) for name in sorted(said)[:1]
    )
    document.losses += (
        Loss("presentation_material", "texts before the questions")
        for top in tops[:1]
        if any(map(_says, top.iterchildren("presentation_material")))
    )
    document.banks.update(one.get("ident", "") for one in tops if one.tag == "objectbank")
    document.drawn.update(filter(None, map(string_of, root.iter("sourcebank_ref"))))
    _gather(root, (), document)
    _part_shared(document)
    return document


def _part_shared(document: _Document) -> None:
    """Sets texts that other questions show apart from the questions."""
    named = {
        name
        for element, _ in document.items
        for one in element.iter("fieldlabel")
        if string_of(one).lower() == _SHOWN and (name := string_of(one.getnext())) != element.get("ident")
    }
    if named:
        for element, _ in document.items:
            if element.get("ident") in named and next(element.iter(*RESPONSES), None) is None:
                document.shared[element.get("ident")] = element
        apart = {*document.shared.values()}
        document.items = [one for one in document.items if one[0] not in apart]


def _says(element: Element) -> bool:
    return bool("".join(element.itertext()).strip())


def _title(element: Element) -> str:
    return str(element.get("title") or "").strip() or next(
        (
            string_of(one.find("fieldentry"))
            for one in element.iterfind("qtimetadata/qtimetadatafield")
            if string_of(one.find("fieldlabel")) == "bank_title"
        ),
        "",
    )


def _gather(element: Element, titles: tuple[str, ...], document: _Document) -> None:
    for child in element:
        if child.tag == "item":
            document.items.append((child, titles))
        elif child.tag in ("assessment", "objectbank"):
            _gather(child, titles, document)
        elif child.tag == "section":
            title = _title(child)
            same = child.get("ident", "") in _NO_TOPIC or title == document.title
            _gather(child, titles if same else (*titles, title), document)


def _headed(documents: Sequence[_Document], entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries after what the documents say of the bank; what questions share is known with the last of them."""
    titles = [document.title for document in documents if document.title]
    header: dict[str, Any] = {"title": titles[0]} if len(documents) == 1 and titles else {}
    if any(document.shared for document in documents):
        entries = [*entries]
        header["stimuli"] = stimuli_of(entries)
    losses = [loss for document in documents for loss in document.losses]
    losses += _elsewhere(documents)
    if header or losses:
        yield Head(header, losses)
    yield from entries


def _elsewhere(documents: Sequence[_Document]) -> Iterator[Loss]:
    """The questions that quizzes of Canvas draw from banks that did not come along."""
    here = set[str]().union(*(document.banks for document in documents))
    for name in sorted(set[str]().union(*(document.drawn for document in documents)) - here):
        yield Loss(
            "questions",
            Said(
                "some are drawn from the bank '%(name)s', which is not in the file – export the whole course",
                name=name[:60],
            ),
        )


def _entries(
    document: _Document, name: str, media: Media, pictures: Pictures, above: Sequence[str] = ()
) -> Iterator[Entry]:
    """The questions of a document, and what the sections around them are called where these give their topics."""
    told: tuple[str, ...] = ()
    for element, titles in document.items:
        line = element.sourceline
        where = Said("%(file)s line %(n)s", file=name, n=line) if name else Said("line %(n)s", n=line)
        entry = _entry(Item(element, media, pictures), topic_of(titles), where, document.shared)
        if titles != told and isinstance(entry, Found) and entry.fields.get("topic", "") == topic_of(titles):
            yield from told_of([(where, [*above, *titles])])
            told = titles
        element.clear()  # what was made of it may be large
        yield entry


def _entry(item: Item, topic: str, where: str, shared: Mapping[str, Element]) -> Entry:
    title = str(item.element.get("title") or "").strip()
    try:
        own = (pool.fields if item.element.tag.startswith(pool.QUESTION) else fields)(item)
        found = {**_common(item, title, topic), **own, **_stimulus(item, shared)}
    except Wrong as error:
        return failed(where, title, error)
    except Foreign as error:
        return Unsupported(where, str(error) or kind(item), title)
    except Unknown as error:
        return Unsupported(
            where,
            Said("%(kind)s scored by %(error)s", kind=kind(item) or Said("item"), error=Said(str(error))),
            title,
        )
    if not found["prompt"].strip():
        found["prompt"] = type(found["prompt"])(title, "plain")
    for one in item.element:
        if one.tag in _LOST and _says(one):
            item.lose(one.tag, _LOST[one.tag])
    _lose_metadata(item)
    if found["type"] == "description":
        found.pop("points", None)
    whole = settled(found)
    return Found(where, parted(whole) if "gaps" in whole else whole, [*item.losses], item.files)


def _stimulus(item: Item, shared: Mapping[str, Element]) -> dict[str, Any]:
    """What the question shows of a text that others show too."""
    name = item.said(_SHOWN)
    if not name:
        return {}
    text = Item(shared[name], item.media, item.pictures, item.losses, item.files) if name in shared else None
    if text is None or not text.asked.strip():
        item.lose("stimulus", Said("the text '%(name)s' that it shows is not in the file", name=name[:60]))
        return {}
    title, own = str(text.element.get("title") or "").strip(), name.removeprefix(STIMULUS)
    label = {"label": Styled(title, "plain")} if title not in ("", own) else {}
    id = re.sub(r"[^A-Za-z0-9._-]+", "-", own)[-64:].strip("-._")
    return {"stimulus": {"id": id or "shared", **label, "text": text.asked}}


def _lose_metadata(item: Item) -> None:
    for label, values in item.metadata.items():
        said = next(filter(None, values), "")
        usual = said.lower() in _NOTHING or said == _USUAL.get(label)
        if not usual and label not in _READ and not label.startswith(_SYSTEMS):
            item.lose(label, Said("the metadata say %(label)s: %(said)s", label=label, said=said[:60]))
    if item.said("qmd_instructornotes"):
        item.lose("rubric", _LOST["rubric"])


def _common(item: Item, title: str, topic: str) -> dict[str, Any]:
    """What every question has."""
    made: dict[str, Any] = {"author": author} if (author := item.said("author")) else {}
    ident = str(item.element.get("ident") or "").strip()
    if ID.fullmatch(ident):
        made["id"] = ident
    elif ident:
        item.lose("id", Said("'%(ident)s' cannot be an id here", ident=ident[:80]))
    if title and title not in (ident, "Question"):
        made["name"] = title
    if topic := item.said("qmd_topic", "cc_question_category") or topic:
        made["topic"] = topic_of(topic.split("/"))
    if item.points is not None and item.points != 1:
        made["points"] = item.points
    if (difficulty := item.said("qmd_levelofdifficulty").lower()) in ("easy", "hard"):
        made["difficulty"] = difficulty
    if tags := [*dict.fromkeys(each_word(item.metadata.get("qmd_keywords", ())))]:
        made["tags"] = tags
    return made

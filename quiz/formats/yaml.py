"""Our own bank files, as YAML and as JSON: everything, and the only formats without any loss."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from quiz.banks.common import Common
from quiz.banks.families import Family
from quiz.banks.images import Pictures, Read, beside, bind, nowhere
from quiz.banks.model import Authored, Bank
from quiz.banks.stimuli import FIELD as STIMULI
from quiz.banks.stimuli import NAMED, header_in_file, in_file
from quiz.banks.stimuli import Reading as Stimuli
from quiz.banks.tables import FIELD as TABLES
from quiz.banks.tables import TableProblem, brought, read_tables, shared, unused
from quiz.banks.yaml import LISTS, dump_yaml, misplaced, read_mapping
from quiz.errors import Invalid, Problem, Said, in_turn
from quiz.formats.base import Entry, Fault, Format, Found, Head, Loss, Source, Writer
from quiz.questions import types
from quiz.questions.fields import number_or_text

_MARK = "quiz-bank/1"
TOPICS = "topics"
_FIELDS = frozenset(Common.model_fields).union(
    *(types.get(name).content.model_fields for name in types.names())
)


def _sniff_yaml(head: bytes, name: str) -> float:
    if b"format: " in head and _MARK.encode() in head:
        return 0.99
    return 0.4 if name.endswith((".yaml", ".yml")) else 0.0


def _sniff_json(head: bytes, name: str) -> float:
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and _MARK.encode() in head:
        return 1.0
    return 0.4 if name.endswith(".json") else 0.0


def _read_yaml(source: Source) -> Iterator[Entry]:
    data, lines = read_mapping(source.whole())
    yield from _entries(source, data, lambda name, place: Said("line %(n)s", n=lines.at((name, place))))


def _read_json(source: Source) -> Iterator[Entry]:
    options: dict[str, Any] = dict.fromkeys(("parse_float", "parse_int"), number_or_text)
    try:
        data = json.loads(source.whole(), object_pairs_hook=_once, **options)
    except ValueError as error:
        raise Invalid(
            Said(
                "%(file)s is no JSON document: %(error)s – mend it there, or export it again",
                file=source.name,
                error=Said(str(error)),
            )
        ) from None
    except RecursionError:
        raise Invalid(
            Said("%(file)s nests too deep – no bank needs that: export it again", file=source.name)
        ) from None
    if not isinstance(data, dict):
        raise Invalid(
            Said(
                '%(file)s: write an object {"format": "%(mark)s", "questions": […]}',
                file=source.name,
                mark=_MARK,
            )
        )
    yield from _entries(source, data, _counted)


def _counted(name: str, place: int) -> str:
    """Where the question or family stands that has this place, from 0, in its list."""
    n = place + 1
    return Said("item %(n)s", n=n) if name == LISTS[0] else Said("generator %(n)s", n=n)


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(
            Said("the key '%(name)s' stands twice in an object", name=max(names, key=names.count))
        )
    return found


def _entries(source: Source, data: Mapping[str, Any], where: Callable[[str, int], str]) -> Iterator[Entry]:
    header = {name: value for name, value in data.items() if name not in (*LISTS, TABLES)}
    if header.get("format") != _MARK:
        raise Invalid(Said("%(file)s: begin with format: %(mark)s", file=source.name, mark=_MARK))
    listed = [(name, place, fields) for name in LISTS for place, fields in _listed(source, data, name)]
    stimuli = Stimuli(data.get(STIMULI))
    if STIMULI in data:
        header[STIMULI] = stimuli.header([fields for _, _, fields in listed if isinstance(fields, dict)])
    yield Head(header)
    reading = _Reading(source, stimuli, *read_tables(data.get(TABLES), _reader(source)))
    for name, place, fields in listed:
        yield reading.entry(where(name, place), fields, generated=name != LISTS[0])
    for problem in reading.left():
        at = (
            Said("%(file)s, line %(n)s", file=problem.file, n=problem.line)
            if isinstance(problem, TableProblem)
            else where(TABLES, 0)
        )
        yield Fault(at, str(problem))


def _listed(source: Source, data: Mapping[str, Any], name: str) -> Iterator[tuple[int, Any]]:
    listed = data.get(name, [])
    if not isinstance(listed, list):
        raise Invalid(Said("%(file)s: '%(name)s' must be a list", file=source.name, name=name))
    yield from enumerate(listed)


def _reader(source: Source) -> Read | None:
    """Reads what lies beside the file; None where it came alone."""
    return beside(source.folder / source.name) if source.folder is not None else None


class _Reading:
    """The questions and families of a file, with what they share: stimuli and tables."""

    def __init__(
        self, source: Source, stimuli: Stimuli, tables: Mapping[str, Any], faults: Sequence[Problem]
    ) -> None:
        self._read = _reader(source)
        self._stimuli, self._tables, self._faults = stimuli, tables, faults
        #: The generators that look into tables; None for one that is wrong.
        self._generators: list[Family | None] = []

    def entry(self, where: str, fields: Any, *, generated: bool) -> Entry:
        """One question or family. ``generated``: it stands under ``generators:``."""
        if not isinstance(fields, dict):
            return Fault(where, "a question must be a mapping – write id: …, type: …, prompt: …")
        try:
            return self._found(where, fields, generated=generated)
        except Invalid as error:
            self._generators += [None] * generated
            return Fault(where, in_turn("; ", map(str, error.problems)))

    def _found(self, where: str, fields: dict[str, Any], *, generated: bool) -> Found:
        """It with the images that lie beside its file; a text that came alone names them only. Raises Invalid."""
        found = [*misplaced(fields, generated=generated)]
        fields = self._stimuli.put_in(fields) if NAMED in fields else fields
        pictures = Pictures(self._read or nowhere)
        pins, faults = bind(fields, pictures.find) if self._read else ({}, [])
        if found or faults:
            raise Invalid([*found, *faults])
        fields = {**fields, **brought(fields, self._tables), **({"images": pins} if pins else {})}
        if generated:
            self._generators.append(Family.load({"id": "q", **fields, "bank": "b"}))
        return Found(where, fields, files={name: image.content for name, image in pictures.images.items()})

    def left(self) -> Iterator[Problem]:
        """What is wrong with the tables: in themselves, or because nobody looks into them."""
        yield from self._faults
        yield from unused(self._tables, self._generators)


class _Own(Writer):
    """What both writers share: each question is a piece of text; topics, and generators with their tables, follow."""

    types = frozenset(types.names())
    holds = _FIELDS
    whole = True
    #: What stands before the first question, between two, and where there is none.
    begin: ClassVar[bytes]
    between: ClassVar[bytes]
    none: ClassVar[bytes]

    def __init__(self, target: Any, bank: Bank) -> None:
        super().__init__(target, bank)
        self._written = 0
        self._generators: list[dict[str, Any]] = []
        #: The stimuli that questions name which were written: another one would be a fault of the file.
        self._named: set[str] = set()
        self.target.write(self.head())

    def _header(self) -> dict[str, Any]:
        """The header without its topics and stimuli, which hang on the questions that come: they stand at the end."""
        return {name: value for name, value in self.bank.header().items() if name not in (TOPICS, STIMULI)}

    def head(self) -> bytes:
        """The header, up to where the questions begin."""
        raise NotImplementedError

    def piece(self, fields: Mapping[str, Any]) -> bytes:
        """One question."""
        raise NotImplementedError

    def rest(self, fields: Mapping[str, Any]) -> bytes:
        """What follows the questions: stimuli, topics, tables and generators, where there are any, and the end."""
        raise NotImplementedError

    def add(self, question: Authored, files: Mapping[str, bytes]) -> Sequence[Loss]:
        dumped = in_file(question.dump())
        fields = {name: value for name, value in dumped.items() if name not in ("bank", "images", "language")}
        if NAMED in fields:
            self._named.add(fields[NAMED])
        if "each" in fields:
            self._generators.append(fields)
        else:
            self.target.write((self.between if self._written else self.begin) + self.piece(fields))
            self._written += 1
        self.beside.update(files)
        return ()

    def topic_losses(self) -> Sequence[Loss]:
        return ()

    def close(self) -> None:
        tables, generators = shared(self._generators)
        if not self._written and not generators:
            self.target.write(self.none)
        header = header_in_file(self.bank.model_copy(update={TOPICS: dict(self.topics)}).header())
        stimuli = [one for one in header.get(STIMULI, ()) if one["id"] in self._named]
        after = {STIMULI: stimuli, TOPICS: header.get(TOPICS), TABLES: tables, LISTS[1]: generators}
        self.target.write(self.rest({name: value for name, value in after.items() if value}))


class _YamlWriter(_Own):
    begin, between, none = b"questions:\n", b"", b"questions: []\n"

    def head(self) -> bytes:
        return dump_yaml(self._header()).encode()

    def piece(self, fields: Mapping[str, Any]) -> bytes:
        return dump_yaml([fields]).encode()

    def rest(self, fields: Mapping[str, Any]) -> bytes:
        return dump_yaml(fields).encode() if fields else b""


class _JsonWriter(_Own):
    begin, between, none = b',\n "questions": [\n', b",\n", b',\n "questions": []'

    def head(self) -> bytes:
        return _json(self._header()).removesuffix("\n}").encode()

    def piece(self, fields: Mapping[str, Any]) -> bytes:
        return b"  " + _json(fields).replace("\n", "\n  ").encode()

    def rest(self, fields: Mapping[str, Any]) -> bytes:
        listed = b"\n ]" if self._written else b""
        more = f",{_json(fields)[1:-2]}".encode() if fields else b""
        return listed + more + b"\n}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


FORMATS = (
    Format(
        "yaml", "Our bank files", (".yaml", ".yml"), _sniff_yaml, _read_yaml, _YamlWriter, own_suffix=True
    ),
    Format(
        "json", "Our bank files as JSON", (".json",), _sniff_json, _read_json, _JsonWriter, own_suffix=True
    ),
)

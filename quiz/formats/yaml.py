"""Our own bank files, as YAML and as JSON: everything, and the only formats without any loss."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from quiz.banks.families import is_family
from quiz.banks.images import Pictures, beside, bind
from quiz.banks.model import Bank, Common, Question
from quiz.banks.stimuli import FIELD as STIMULI
from quiz.banks.stimuli import NAMED, Reading, header_in_file, in_file
from quiz.banks.tables import FIELD as TABLES
from quiz.banks.yaml import LISTS, dump_yaml, read_mapping
from quiz.errors import Invalid, TooLarge
from quiz.formats.base import Entry, Fault, Format, Found, Head, Loss, Source, Unsupported, Writer
from quiz.questions import types
from quiz.questions.fields import Number

_MARK = "quiz-bank/1"
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


def _whole(source: Source) -> bytes:
    """The text, which is read at once: faults of YAML can lie anywhere before the first question."""
    text = source.file.read(source.limits.bytes + 1)
    if len(text) > source.limits.bytes:
        raise TooLarge(f"{source.name} is larger than {source.limits.bytes // 1_000_000} MB")
    return text


def _read_yaml(source: Source) -> Iterator[Entry]:
    data, lines = read_mapping(_whole(source))
    yield from _entries(source, data, lambda name, place: f"line {lines.at((name, place))}")


def _read_json(source: Source) -> Iterator[Entry]:
    options: dict[str, Any] = dict.fromkeys(("parse_float", "parse_int"), lambda text: Number(text, text))
    try:
        data = json.loads(_whole(source), object_pairs_hook=_once, **options)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"{source.name} is no JSON document: {error}") from None
    if not isinstance(data, dict):
        raise Invalid(f'{source.name}: write an object {{"format": "{_MARK}", "questions": […]}}')
    words = dict(zip(LISTS, ("item", "generator"), strict=True))
    yield from _entries(source, data, lambda name, place: f"{words[name]} {place + 1}")


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key '{max(names, key=names.count)}' stands twice in an object")
    return found


def _entries(source: Source, data: Mapping[str, Any], where: Callable[[str, int], str]) -> Iterator[Entry]:
    header = {name: value for name, value in data.items() if name not in (*LISTS, TABLES)}
    if header.get("format") != _MARK:
        raise Invalid(f"{source.name}: begin with format: {_MARK}")
    stimuli = Reading(data.get(STIMULI))
    if STIMULI in data:
        questions = [fields for fields in _listed(source, data, LISTS[0]) if isinstance(fields, dict)]
        header[STIMULI] = stimuli.header(questions)
    yield Head(header)
    for name in LISTS:
        for place, fields in enumerate(_listed(source, data, name)):
            yield _entry(source, where(name, place), fields, stimuli)


def _listed(source: Source, data: Mapping[str, Any], name: str) -> list[Any]:
    listed = data.get(name, [])
    if not isinstance(listed, list):
        raise Invalid(f"{source.name}: '{name}' must be a list")
    return listed


def _entry(source: Source, where: str, fields: Any, stimuli: Reading) -> Entry:
    """A question; of a family, which no other format can hold, that there is one."""
    if not isinstance(fields, dict):
        return Fault(where, "a question must be a mapping – write id: …, type: …, prompt: …")
    if is_family(fields):
        return Unsupported(where, "family", str(fields.get("id", "")))
    try:
        return _found(source, where, stimuli.put_in(fields) if NAMED in fields else fields)
    except Invalid as error:
        return Fault(where, "; ".join(map(str, error.problems)))


def _found(source: Source, where: str, fields: dict[str, Any]) -> Found | Fault:
    """The question with the images that lie beside its file; a text that came alone names them only."""
    if source.folder is None:
        return Found(where, fields)
    pictures = Pictures(beside(source.folder / source.name))
    _pins, faults = bind(fields, pictures.find)
    if faults:
        return Fault(where, "; ".join(map(str, faults)))
    files = {name: image.content for name, image in pictures.images.items()}
    return Found(where, _sized(fields, pictures), files=files)


def _sized(fields: dict[str, Any], pictures: Pictures) -> dict[str, Any]:
    """The question with the size of its picture written out, which other formats cannot read off the file."""
    image = fields.get("image")
    if not isinstance(image, Mapping) or "width" in image:
        return fields
    found = pictures.images.get(str(image.get("file")))
    return {**fields, "image": {**image, "width": found.width, "height": found.height}} if found else fields


class _Own(Writer):
    """What both writers share: each question is a piece of text, put between a beginning and an end."""

    types = frozenset(types.names())
    holds = _FIELDS
    none: ClassVar[bytes]
    begin: ClassVar[bytes]
    between: ClassVar[bytes]
    end: ClassVar[bytes]

    def __init__(self, target: Any, bank: Bank, folder: Path | None = None) -> None:
        super().__init__(target, bank, folder)
        self._written = 0
        self.target.write(self.head())

    def head(self) -> bytes:
        """The header, up to where the questions begin."""
        raise NotImplementedError

    def piece(self, fields: Mapping[str, Any]) -> bytes:
        """One question."""
        raise NotImplementedError

    def add(self, question: Question, files: Mapping[str, bytes]) -> Sequence[Loss]:
        dumped = in_file(question.dump())
        fields = {name: value for name, value in dumped.items() if name not in ("bank", "images")}
        self.target.write((self.between if self._written else self.begin) + self.piece(fields))
        self._written += 1
        for name, content in files.items():
            if self.folder is not None:
                place = self.folder / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
        return ()

    def close(self) -> None:
        self.target.write(self.end if self._written else self.none)


class _YamlWriter(_Own):
    none, begin, between, end = b"questions: []\n", b"questions:\n", b"", b""

    def head(self) -> bytes:
        return dump_yaml(header_in_file(self.bank.header())).encode()

    def piece(self, fields: Mapping[str, Any]) -> bytes:
        return dump_yaml([fields]).encode()


class _JsonWriter(_Own):
    none, begin, between, end = b' "questions": []\n}\n', b' "questions": [\n', b",\n", b"\n ]\n}\n"

    def head(self) -> bytes:
        return (_json(header_in_file(self.bank.header()))[:-2] + ",\n").encode()

    def piece(self, fields: Mapping[str, Any]) -> bytes:
        return b"  " + _json(fields).replace("\n", "\n  ").encode()


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

"""Bank files: YAML in and out. Faults come with their line and what to do.

YAML is read as 1.2 core: ``no`` is text, numbers are decimals. Duplicate keys, unknown tags, aliases and a second
document are faults.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

from quiz.banks.images import Find, Pictures, Read, bind, nowhere, opened
from quiz.banks.loading import is_family, load
from quiz.banks.model import FORMAT, USUAL_LANGUAGE, Authored, Bank
from quiz.banks.stimuli import FIELD as STIMULI
from quiz.banks.stimuli import NAMED, Reading, header_in_file, in_file
from quiz.banks.tables import FIELD as TABLES
from quiz.banks.tables import brought, read_tables, shared, unused
from quiz.banks.translations import own_language
from quiz.errors import Invalid, Problem, Said
from quiz.questions.fields import Ambiguous, Number, number_or_text
from quiz.questions.validation import path_text, steps, suggest

#: Nesting beyond this is refused: no bank needs it, and deep files could exhaust the stack.
DEEPEST = 40
#: What bank files are called.
_ENDINGS: Final = frozenset({".yaml", ".yml", ".json"})
#: What stands in a bank, besides its header and its tables.
LISTS: Final = ("questions", "generators")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BASE_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_STRING: Final = "tag:yaml.org,2002:str"
_TEXT_TAGS: Final = (None, "!", _STRING)
_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
_AMBIGUOUS: Final = frozenset(
    spelled for word in ("yes", "no", "on", "off") for spelled in (word, word.capitalize(), word.upper())
)
_NUMBER: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BASED: Final = re.compile(r"0o[0-7]{1,40}|0x[0-9a-fA-F]{1,40}")  # longer ones are text
#: What YAML takes for the end of a line beside LF, and would give back as one.
_OTHER_BREAKS: Final = re.compile("[\r\x85\u2028\u2029]")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
#: What a generator says of a table that it looks into.
_NO_TABLE: Final = re.compile(r"there is no table '([^']*)'")


@dataclass(frozen=True, slots=True)
class BankProblem(Problem):
    """A fault in a bank file; ``question`` is ``bank/id``, empty where it lies outside the questions.

    ``where`` is relative to the question, where there is one. ``file`` is the name under which the text was read.
    """

    question: str = ""
    file: str = ""


class _Anchorless(yaml.BaseLoader):
    """Takes an anchor that stands twice, as YAML 1.2 (7.1) does: nothing points to it, for aliases are refused."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Forgets the anchors before each node."""
        self.anchors.clear()
        return super().compose_node(parent, index)


#: A value with the line, from 1, on which it or its key begins.
_Placed: TypeAlias = tuple[int, yaml.Node]


class Lines:
    """Where the values of a YAML text stand. The text is read a second time when the first line is asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        #: What lies in the mappings that have been looked into, by the ids of their nodes.
        self._seen: dict[int, Mapping[str | int, _Placed]] = {}

    @cached_property
    def _root(self) -> yaml.Node | None:
        found: yaml.Node | None
        try:
            found = yaml.compose(self._text, Loader=_BASE_LOADER)
        except yaml.composer.ComposerError:
            found = yaml.compose(self._text, Loader=_Anchorless)
        return found

    def at(self, path: Iterable[str | int]) -> int:
        """The line, from 1, of the value at this path, or of the nearest thing around it that exists."""
        node, line = self._root, 1
        for step in path:
            found = self._child(node, step)
            if found is None:
                return line
            line, node = found
        return line

    def _child(self, node: yaml.Node | None, step: str | int) -> _Placed | None:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            item = node.value[step]
            return item.start_mark.line + 1, item
        return self._inside(node).get(step) if isinstance(node, yaml.MappingNode) else None

    def _inside(self, node: yaml.MappingNode) -> Mapping[str | int, _Placed]:
        """The values by their keys: of a key that stands twice the last."""
        if id(node) not in self._seen:
            self._seen[id(node)] = {
                key.value: (key.start_mark.line + 1, value)
                for key, value in node.value
                if isinstance(key, yaml.ScalarNode)
            }
        return self._seen[id(node)]


def read_mapping(text: str | bytes) -> tuple[dict[str, Any], Lines]:
    """The mapping that a YAML text holds, and where its values stand. Raises Invalid with lines."""
    value, lines, faults = _mapping_in(text)
    if faults:
        raise Invalid(faults)
    return value, lines


def _mapping_in(text: str | bytes) -> tuple[dict[str, Any], Lines, list[Problem]]:
    """As ``read_mapping``, with the faults that leave the rest to be read: keys twice, unknown tags.

    Raises Invalid where there are others.
    """
    decoded = _decoded(text)
    builder = _Builder(decoded)
    try:
        value = builder.document()
    except yaml.YAMLError as error:
        raise Invalid([*builder.problems, _syntax(error, decoded)]) from None
    if not isinstance(value, dict):
        builder.problems.append(Problem("", "the file is no mapping", "begin with format: …", 1))
        builder.torn = True
    if builder.torn:
        raise Invalid(builder.problems)
    return value, Lines(decoded), builder.problems


def _decoded(text: str | bytes) -> str:
    try:
        raw = text.encode() if isinstance(text, str) else text
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
    except UnicodeEncodeError as error:
        line = error.object[: error.start].count("\n") + 1
    raise Invalid([Problem("", "is not UTF-8 text", "save the file as UTF-8", line)])


def _syntax(error: yaml.YAMLError, text: str) -> Problem:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        said = ", ".join(part for part in (error.context, error.problem) if part)
        what = Said("no valid YAML: %(said)s", said=said)
        return Problem("", what, "check indentation, colons and quotes", mark.line + 1 if mark else 1)
    place = getattr(error, "position", 0)
    return Problem("", "a character that YAML does not allow", "delete it", text[:place].count("\n") + 1)


class _Builder:
    """Values straight from the parser's events: text, Number, True, False, None, lists, mappings."""

    def __init__(self, text: str) -> None:
        self._next = _LOADER(text).get_event
        self._path: list[str | int] = []
        self.problems: list[Problem] = []
        #: Whether a fault left values out, so that what was read is not what was meant.
        self.torn = False

    def document(self) -> Any:
        """The value of the only document."""
        self._next()
        if isinstance(self._next(), yaml.StreamEndEvent):
            return None
        value = self._value(self._next())
        self._next()
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            self._fault(after, "a second document begins here", "one file holds one bank: delete the ---")
            self.torn = True
        return value

    def _value(self, event: Any) -> Any:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            return self._scalar(event)
        if len(self._path) > DEEPEST:
            raise Invalid([Problem("", "is nested too deeply", "", event.start_mark.line + 1)])
        if kind is yaml.MappingStartEvent:
            return self._mapping(event)
        if kind is yaml.SequenceStartEvent:
            return self._sequence(event)
        self._fault(
            event, Said("*%(anchor)s: aliases are not supported", anchor=event.anchor), "write the value out"
        )
        self.torn = True
        return None

    def _scalar(self, event: Any) -> Any:
        value = event.value
        if event.tag is not None:
            self._check_tag(event, _TEXT_TAGS)
            return value
        return value if event.style else plain(value)

    def _sequence(self, event: Any) -> list[Any]:
        self._check_tag(event, (None, "!", "tag:yaml.org,2002:seq"))
        made: list[Any] = []
        self._path.append(0)
        while type(inner := self._next()) is not yaml.SequenceEndEvent:
            self._path[-1] = len(made)
            made.append(self._value(inner))
        self._path.pop()
        return made

    def _mapping(self, event: Any) -> dict[str, Any]:
        self._check_tag(event, (None, "!", "tag:yaml.org,2002:map"))
        made: dict[str, Any] = {}
        self._path.append("")
        while type(key := self._next()) is not yaml.MappingEndEvent:
            name = self._key(key)
            self._path[-1] = name
            if name in made:
                self._fault(key, Said("the key '%(name)s' stands twice", name=name), "keep one of them")
            made[name] = self._value(self._next())
        self._path.pop()
        return made

    def _key(self, event: Any) -> str:
        if type(event) is yaml.ScalarEvent:
            return str(event.value)
        self._fault(
            event,
            "a list or mapping cannot be a key",
            "write name: value; quote a text that begins with [ or {",
        )
        self.torn = True
        self._value(event)
        return ""

    def _check_tag(self, event: Any, known: tuple[str | None, ...]) -> None:
        if event.tag not in known:
            self._fault(event, Said("unknown tag '%(tag)s'", tag=event.tag), "leave the tag out")

    def _fault(self, event: Any, what: str, mend: str) -> None:
        self.problems.append(Problem(path_text(self._path), what, mend, event.start_mark.line + 1))


def plain(value: str) -> Any:
    """What a scalar without quotes stands for."""
    if value in _WORDS:
        return _WORDS[value]
    if value[0] in "+-.0123456789":
        if _NUMBER.fullmatch(value):
            return number_or_text(value)
        if _BASED.fullmatch(value):
            return Number(str(int(value, 0)), value)
        if _NOT_FINITE.fullmatch(value):
            return Number(value.replace(".", ""), value)
        return value
    return Ambiguous(value) if value in _AMBIGUOUS else value


def located(problems: Iterable[Problem], lines: Lines) -> list[Problem]:
    """The problems with the lines of what they speak of; ``where`` begins at the root of the text."""
    return [replace(problem, line=problem.line or lines.at(steps(problem.where))) for problem in problems]


def in_bank(problems: Iterable[Problem], lines: Lines | None, file: str) -> list[BankProblem]:
    """Problems of a bank file as its author meets them: file, line, question, and ``where`` inside the question."""
    found = located(problems, lines) if lines else problems
    return [_in_bank(problem, file) for problem in found]


def _in_bank(problem: Problem, file: str) -> BankProblem:
    question = getattr(problem, "question", "")
    where = re.sub(r"^(questions|generators)\[\d+\]\.?", "", problem.where) if question else problem.where
    own = getattr(problem, "file", "") or file  # a table of the bank is a file of its own
    return BankProblem(where, problem.what, problem.mend, problem.line, question, own)


@dataclass(frozen=True, slots=True)
class BankFile:
    """What a bank file holds, as far as it can be read."""

    #: Without the questions that have problems; None where the head cannot be read.
    bank: Bank | None
    problems: Sequence[BankProblem]
    lines: Lines
    #: Where what has an id stands: ``questions[0]``.
    places: Mapping[str, str]


def read_bank(
    source: Path | str | bytes, name: str = "", find: Find = nowhere, read: Read | None = None
) -> Bank:
    """The bank in a file (a Path) or in a text. ``name`` is the file's name in messages (default: the path).

    ``find`` finds the images of a text, ``read`` its tables; those of a file lie beside it, or in the same zip archive.
    Raises Invalid with every problem found, each a BankProblem with its line.
    """
    found = read_file(source, name, find, read)
    if found.bank is None or found.problems:
        raise Invalid(found.problems)
    return found.bank


def read_file(
    source: Path | str | bytes, name: str = "", find: Find = nowhere, read: Read | None = None
) -> BankFile:
    """As ``read_bank``, but what has problems keeps nothing else from being read.

    Raises Invalid where the text as a whole cannot be.
    """
    file = name or (str(source) if isinstance(source, Path) else "")
    try:
        text, find, read = _opened(source, find, read)
        data, lines, faults = _mapping_in(text)
    except Invalid as error:
        raise Invalid(in_bank(_refused(source, error.problems), None, file)) from None
    reader = _BankReader(data, find, read)
    bank = reader.bank()
    return BankFile(bank, in_bank([*faults, *reader.problems], lines, file), lines, reader.places)


def _refused(source: Path | str | bytes, problems: Sequence[Problem]) -> Sequence[Problem]:
    """Why a file cannot be read: what the parser of YAML says is of use only where it is, or may be, a bank file."""
    if (
        not isinstance(source, Path)
        or source.suffix.lower() in _ENDINGS
        or FORMAT.encode() in source.read_bytes()
    ):
        return problems
    mend = Said("make one of it: quiz convert %(name)s %(stem)s.yaml", name=source.name, stem=source.stem)
    foreign = Problem("", "is no bank file", mend, 1)
    return [*problems, foreign] if source.suffix.lower() == ".zip" else [foreign]


def _opened(
    source: Path | str | bytes, find: Find, read: Read | None
) -> tuple[str | bytes, Find, Read | None]:
    if not isinstance(source, Path):
        return source, find, read
    text, beside = opened(source)
    return text, Pictures(beside).find, beside


def misplaced(fields: Mapping[str, Any], *, generated: bool) -> Iterator[Problem]:
    """That a question stands under the other of the two lists; ``generated``: it stands under ``generators:``."""
    if generated and "each" not in fields:
        yield Problem("", "'each' is missing", "write each: and the name of a table")
    elif not generated and "each" in fields:
        yield Problem("each", "makes it a generator", "write it under generators:")


class _BankReader:
    """Builds a bank from the data of its file, collecting every fault on the way."""

    def __init__(self, data: Mapping[str, Any], find: Find, read: Read | None) -> None:
        self._find = find
        self._header = {key: value for key, value in data.items() if key not in (*LISTS, TABLES)}
        self._given = data
        self._slug = _word(data.get("bank")) or "bank"
        #: Where the first question with an id stands.
        self.places: dict[str, str] = {}
        self._stimuli = Reading(data.get(STIMULI))
        self._tables, self.problems = read_tables(data.get(TABLES), read)
        self._bad = _mapping(data.get(TABLES)).keys() - self._tables

    def bank(self) -> Bank | None:
        """The bank of the questions without problems; None where the head has some."""
        listed = [(name, place, fields) for name in LISTS for place, fields in enumerate(self._listed(name))]
        self._share([fields for _, _, fields in listed if isinstance(fields, dict)])
        header = self._head()
        authored = [self._authored(f"{name}[{place}]", fields) for name, place, fields in listed]
        self.problems += unused(self._tables, authored)
        if header is None:
            return None
        return header.holding([one for one in authored if one is not None])

    def _share(self, questions: list[dict[str, Any]]) -> None:
        """Takes up the stimuli, whose words stand in the questions that name them."""
        if STIMULI not in self._given:
            return
        self._header[STIMULI] = self._stimuli.header(questions)
        self.problems += self._stimuli.faults(questions)
        for place, one in enumerate(_list(self._given[STIMULI])):
            _pins, found = bind(_mapping(one), self._find)
            self.problems += (
                replace(problem, where=f"{STIMULI}[{place}].{problem.where}") for problem in found
            )

    def _head(self) -> Bank | None:
        given = self._header.get("format")
        if given is None:
            self.problems.append(
                Problem("", "'format' is missing", Said("begin with format: %(format)s", format=FORMAT))
            )
        elif given != FORMAT:
            what = Said("'%(given)s' is not a format of bank files", given=given)
            self.problems.append(Problem("format", what, Said("write format: %(format)s", format=FORMAT)))
        self.problems += own_language(
            _mapping(self._header.get("translations")), _word(self._header.get("language"))
        )
        try:
            return Bank.load({**self._header, "format": FORMAT})
        except Invalid as error:
            self.problems += error.problems
            return None

    def _listed(self, name: str) -> list[Any]:
        given = self._given.get(name)
        mend = Said("write %(name)s: and one entry each, beginning with '- '", name=name)
        if given is None and name == "questions" and "generators" not in self._given:
            self.problems.append(Problem("", "'questions' is missing", mend))
        elif given is not None and not isinstance(given, list):
            self.problems.append(Problem(name, "must be a list", mend))
        listed = given if isinstance(given, list) else []
        for place, fields in enumerate(listed):
            if isinstance(fields, dict):
                self.places.setdefault(_word(fields.get("id")), f"{name}[{place}]")
        return listed

    def _authored(self, where: str, fields: Any) -> Authored | None:
        """The question or family at this place; None where there are problems with it."""
        known = len(self.problems)
        loaded = self._loaded_at(where, fields)
        return loaded if len(self.problems) == known else None

    def _loaded_at(self, where: str, fields: Any) -> Authored | None:
        if not isinstance(fields, dict):
            problem = Problem("", "a question must be a mapping", "write id: …, type: …, prompt: …")
            self._add(where, "", [problem])
            return None
        name = _word(fields.get("id"))
        self._add(where, name, self._around(where, name, fields))
        try:
            fields = self._stimuli.put_in(fields) if NAMED in fields else fields
        except Invalid as error:
            self._add(where, name, error.problems)
            fields = {name: value for name, value in fields.items() if name != NAMED}
        images, found = bind(fields, self._find)
        self._add(where, name, [problem for problem in found if not self._is_told(problem)])
        try:
            return self._loaded(
                where, {**fields, "bank": self._slug, **({"images": images} if images else {})}
            )
        except Invalid as error:
            self._add(where, name, [problem for problem in error.problems if not self._is_told(problem)])
            return None

    def _is_told(self, problem: Problem) -> bool:
        """Whether it is a fault of the bank's name, of a stimulus or of a table, which are told where they stand."""
        shared = problem.where == "bank" or problem.where.startswith(f"{NAMED}.")
        return shared or not self._bad.isdisjoint(_NO_TABLE.findall(problem.what))

    def _loaded(self, where: str, fields: dict[str, Any]) -> Authored:
        """Raises Invalid. What stands under ``generators:`` is a family, and so is a question with ``variables:``."""
        found = [*misplaced(fields, generated=where.startswith("generators"))]
        if found:
            raise Invalid(found)
        if is_family(fields):
            language = _word(self._header.get("language")) or USUAL_LANGUAGE
            fields = {**fields, "language": language, **brought(fields, self._tables)}
        authored = load(fields)
        found = [*authored.sample_faults()]
        if found:
            raise Invalid(found)
        return authored

    def _around(self, where: str, name: str, fields: Mapping[str, Any]) -> Iterator[Problem]:
        """What is wrong with the question in this bank, whatever it is in itself."""
        if "bank" in fields:
            yield Problem("bank", "unknown field 'bank'", "the file's own bank: holds for all")
        if "language" in fields:
            yield Problem("language", "unknown field 'language'", "the file's own language: holds for all")
        if "images" in fields:
            yield Problem(
                "images", "unknown field 'images'", "name images in the texts: ![…](images/name.png)"
            )
        if name and self.places[name] != where:
            yield Problem(
                "id", Said("the id '%(name)s' stands twice in this bank", name=name), "give it another"
            )
        yield from self._document_problems(fields)
        yield from self._enemy_problems(fields)
        yield from own_language(_mapping(fields.get("translations")), _word(self._header.get("language")))

    def _document_problems(self, fields: Mapping[str, Any]) -> Iterator[Problem]:
        declared = _mapping(self._header.get("documents"))
        for index, evidence in enumerate(_list(fields.get("evidence"))):
            name = _word(_mapping(evidence).get("document"))
            if name and name not in declared:
                what = Said("unknown document '%(name)s'%(hint)s", name=name, hint=suggest(name, declared))
                yield Problem(f"evidence[{index}].document", what, "declare it under documents:")

    def _enemy_problems(self, fields: Mapping[str, Any]) -> Iterator[Problem]:
        for index, given in enumerate(_list(fields.get("enemies"))):
            bank, slash, name = _word(given).rpartition("/")
            if (not slash or bank == self._slug) and name not in self.places:
                what = Said(
                    "there is no question '%(name)s'%(hint)s", name=name, hint=suggest(name, self.places)
                )
                yield Problem(f"enemies[{index}]", what, "name a question of this bank")

    def _add(self, where: str, name: str, found: Iterable[Problem]) -> None:
        question = f"{self._slug}/{name or '?'}"
        for problem in found:
            path = f"{where}.{problem.where}".rstrip(".")
            self.problems.append(BankProblem(path, problem.what, problem.mend, None, question))


def _word(value: Any) -> str:
    """The characters of a scalar that should be text; "" where there is none."""
    return value.written if isinstance(value, Number) else value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def write_bank(bank: Bank) -> str:
    """The bank as the text of a file; ``read_bank`` gives an equal bank back."""
    left_out = ("bank", "images", "language")
    dumped = [
        {key: value for key, value in in_file(one.dump()).items() if key not in left_out}
        for one in bank.authored
    ]
    tables, generators = shared([one for one in dumped if "each" in one])
    lists = {
        "questions": [one for one in dumped if "each" not in one],
        TABLES: tables,
        "generators": generators,
    }
    written = {
        name: value for name, value in lists.items() if value or (name == "questions" and not generators)
    }
    return dump_yaml({**header_in_file(bank.header()), **written})


def dump_yaml(value: Any) -> str:
    """A JSON-able value as YAML, in the way in which bank files are written."""
    options: dict[str, Any] = {"Dumper": _Dumper, "allow_unicode": True, "sort_keys": False, "width": 110}
    return str(yaml.dump(value, **options))


class _Dumper(_DUMPER):  # type: ignore[misc] # the one in C is found at run time
    """Writes numbers and days without quotes and several lines as lines, as authors do: the reader keeps all characters."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _scalar(dumper: Any, value: str) -> yaml.Node:
    bare = _NUMBER.fullmatch(value) or _DAY.fullmatch(value)
    tag = dumper.resolve(yaml.ScalarNode, value, (True, False)) if bare else _STRING
    style = "|" if "\n" in value and not _OTHER_BREAKS.search(value) else None
    node: yaml.Node = dumper.represent_scalar(tag, value, style)
    return node


_Dumper.add_representer(str, _scalar)

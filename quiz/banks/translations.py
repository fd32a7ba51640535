"""Questions in other languages: ``translations`` hold texts, which are laid over the question as it was authored.

A translation mirrors the question's text fields by name and place, and holds nothing else. So ids, keys, credits and
numbers are those of the question, whatever the language. Only the answers of a short text are a list of their own.

All this works on plain values: the canonical form that ``Question.dump`` gives, or a template in the same form.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Any, Final, TypeAlias, TypeVar
from unicodedata import normalize

from pydantic import BeforeValidator, WithJsonSchema

from quiz.banks.numerals import spelled
from quiz.errors import Invalid, Problem, Said
from quiz.files.richtext import to_html
from quiz.questions.fields import Ambiguous, Number, fault
from quiz.questions.validation import path_text, unknown_field

Path: TypeAlias = tuple[str | int, ...]
#: The words of a translation by the place of the text in the question.
Words: TypeAlias = Mapping[Path, Any]
T = TypeVar("T")

#: The fields of the format that are written in a language, wherever in a question they stand.
TEXTS: Final = frozenset(
    {"prompt", "explanation", "hints", "feedback", "right", "partly", "wrong", "feedback_true", "feedback_false"}
    | {"text", "stem", "choice", "label", "alt", "criterion", "model_answer"}
)  # fmt: skip
#: What a bare text of a part stands for: the first of these that the part has.
_MAIN: Final = ("text", "label", "choice")
#: The answers of a short text: spellings differ, so each language has its own list.
LISTED: Final = ("short_text", "answers")

_MARK: Final = re.compile(r"\[\[[^\[\]\s]+\]\]|\{\{.*?\}\}", re.DOTALL)
_FORMULA: Final = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$|\\\(.*?\\\)", re.DOTALL)
#: A number: figures, with signs or spaces between its groups.
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+|[ \u00a0\u202f]\d{3}(?!\d))*")
#: The wide comma and full stop of Chinese part clauses, not groups of figures; NFKC would make plain ones of them.
_WIDE: Final = str.maketrans("\uff0c\uff0e", "\uff1b\uff1b")
#: Marks of structure in HTML that a translation keeps; emphasis is free, since scripts differ in it.
_STRUCTURE: Final = re.compile(r"<(math|a|img|table|li|pre|code)\b")


def _plain(value: Any, path: Path = ()) -> Any:
    """The values of a translation as JSON has them; texts keep their characters, as everywhere in a bank."""
    if isinstance(value, Mapping):
        return {str(name): _plain(part, (*path, str(name))) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part, (*path, place)) for place, part in enumerate(value)]
    if isinstance(value, Number):
        return value.written
    if isinstance(value, Ambiguous):
        what = Said(
            "%(path)s: %(value)s without quotes is a truth value, not text", path=path_text(path), value=value
        )
        raise fault(what, Said('put it in quotes: "%(value)s"', value=value))
    return value


#: A question's texts in one language, as authored.
Texts: TypeAlias = Annotated[dict[str, Any], BeforeValidator(_plain), WithJsonSchema({"type": "object"})]


# Laying over --------------------------------------------------------------------------------------------------------


def lay_over(fields: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The question in the language of a translation. Raises Invalid; ``where`` begins in the translation."""
    words, found = read(fields, given)
    if found:
        raise Invalid(found)
    laid: dict[str, Any] = _laid(fields, words, ())
    return laid


def read(fields: Mapping[str, Any], given: Mapping[str, Any]) -> tuple[Words, list[Problem]]:
    """The texts of a translation by their place in the question, and what is wrong with it."""
    reading = _Reading()
    reading.at((), fields, given)
    return reading.words, reading.problems


def in_languages(fields: Mapping[str, Any], load: Callable[[dict[str, Any]], T]) -> dict[str, T]:
    """The question in each language of its ``translations``, by ``load``. Raises Invalid with all problems."""
    own = {name: value for name, value in fields.items() if name != "translations"}
    made: dict[str, T] = {}
    found: list[Problem] = []
    for language, given in fields["translations"].items():
        try:
            made[language] = load(lay_over(own, given))
        except Invalid as error:
            found += (_below(f"translations.{language}", problem) for problem in error.problems)
    if found:
        raise Invalid(found)
    return made


def misfits(fields: Mapping[str, Any]) -> Iterator[Problem]:
    """What of the ``translations`` does not lie over the question, whatever else is wrong with it."""
    own = {name: value for name, value in fields.items() if name != "translations"}
    for language, given in fields.get("translations", {}).items():
        yield from (_below(f"translations.{language}", problem) for problem in read(own, given)[1])


def _below(where: str, problem: Problem) -> Problem:
    return Problem(f"{where}.{problem.where}" if problem.where else where, problem.what, problem.mend)


def _laid(value: Any, words: Words, path: Path) -> Any:
    if path in words:
        return words[path]
    if isinstance(value, Mapping):
        return {name: _laid(part, words, (*path, name)) for name, part in value.items()}
    if isinstance(value, list):
        return [_laid(part, words, (*path, place)) for place, part in enumerate(value)]
    return value


class _Reading:
    """Follows a translation and its question side by side."""

    def __init__(self) -> None:
        self.words: dict[Path, Any] = {}
        self.problems: list[Problem] = []

    def at(self, path: Path, original: Any, given: Any) -> None:
        """Takes what is given for the value at this place; null is nothing to translate."""
        if given is None:
            return
        if isinstance(original, Mapping):
            self._mapping(path, original, given)
        elif isinstance(original, list):
            self._list(path, original, given)
        elif not isinstance(given, str):
            self._fault(path, "must be text", "write it in quotes, or null where there is none to translate")
        else:
            self._text(path, original, given)

    def _mapping(self, path: Path, original: Mapping[str, Any], given: Any) -> None:
        own = _texts_of(original)
        if isinstance(given, str):
            main = next((name for name in _MAIN if name in own and "stem" not in own), None)
            if main is None:
                mend = Said("write {%(names)s}", names=", ".join(f"{name}: …" for name in own))
                self._fault(path, "is a bare text, but it is not clear which", mend)
                return
            given = {main: given}
        if not isinstance(given, Mapping):
            self._fault(path, "must be a mapping", "write name: text")
            return
        for name, value in given.items():
            self._field((*path, name), original, own, value)

    def _field(self, path: Path, original: Mapping[str, Any], own: Mapping[str, Any], given: Any) -> None:
        name = str(path[-1])
        if (original.get("type"), name) == LISTED:
            self.words[path] = given
        elif name in own or (name in original and given is None):
            self.at(path, original[name], given)
        elif name in original:
            what = Said("'%(name)s' is no text: a translation holds texts only", name=name)
            self._fault(path, what, "leave it out: ids, keys and numbers are those of the question")
        elif name in TEXTS:
            what = Said("the question has no '%(name)s' here", name=name)
            self._fault(path, what, "leave it out, or write it in the question first")
        else:
            self.problems.append(unknown_field(name, own, path[:-1]))

    def _list(self, path: Path, original: list[Any], given: Any) -> None:
        if not isinstance(given, list):
            self._fault(path, "must be a list", "write one entry for each of the question's, in their order")
        elif len(given) != len(original):
            what = Said(
                "has %(count)s entries, the question has %(wanted)s", count=len(given), wanted=len(original)
            )
            self._fault(path, what, "write as many in the same order, null where there is no text")
        else:
            for place, (part, text) in enumerate(zip(original, given, strict=True)):
                self.at((*path, place), part, text)

    def _text(self, path: Path, original: str, given: str) -> None:
        wanted, found = _marks(original), _marks(given)
        if not given.strip():
            self._fault(path, "is empty", "write a text, or null where there is none to translate")
        elif wanted != found:
            gone, new = (
                " ".join((Counter(one) - Counter(other)).elements())
                for one, other in ((wanted, found), (found, wanted))
            )
            mend = "write the same marks as in the original"
            if gone:
                self._fault(path, Said("%(marks)s is missing", marks=gone), mend)
            if new:
                self._fault(path, Said("%(marks)s is not in the original", marks=new), mend)
        self.words[path] = given

    def _fault(self, path: Path, what: str, mend: str) -> None:
        self.problems.append(Problem(path_text(path), what, mend))


def _marks(text: str) -> list[str]:
    return sorted(_MARK.findall(text))


def _texts_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are texts or hold some."""
    return {
        name: value
        for name, value in fields.items()
        if (name in TEXTS and _is_text(value))
        or (fields.get("type"), name) == LISTED
        or (name != "translations" and any(_texts_of(part) for part in _parts(value)))
    }


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value))


def _parts(value: Any) -> Iterable[Mapping[str, Any]]:
    """The mappings directly in a value, which may be one itself."""
    if isinstance(value, Mapping):
        return (value,) if value else ()
    return [part for part in value if isinstance(part, Mapping)] if isinstance(value, list) else ()


def own_language(translations: Iterable[str], language: str) -> Iterator[Problem]:
    """A translation into the language of the bank (by default English)."""
    language = language or "en"
    if language in translations:
        mend = Said("leave it out, or write the bank's language: %(language)s as it is", language=language)
        what = Said("the question itself is in '%(language)s'", language=language)
        yield Problem(f"translations.{language}", what, mend)


# Writing ------------------------------------------------------------------------------------------------------------


def written(fields: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """A translation of a question from texts by their place; what ``read`` gives. {} where there are none."""
    return _written(fields, words, ()) or {}


def _written(value: Any, words: Words, path: Path) -> Any:
    if path in words:
        return words[path]
    if isinstance(value, Mapping):
        held = {name: _written(part, words, (*path, name)) for name, part in value.items()}
        return {name: part for name, part in held.items() if part is not None} or None
    if isinstance(value, list):
        parts = [_written(part, words, (*path, place)) for place, part in enumerate(value)]
        return parts if any(part is not None for part in parts) else None
    return None


def carried(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The translations of a question that has been changed: each text goes with its part, wherever that stands now.

    A text is left out where its part is gone, or where its marks are no longer those of the original.
    """
    made: dict[str, dict[str, Any]] = {}
    places = {_by_name(before, path): path for path, _ in texts(before)}
    for language, given in before.get("translations", {}).items():
        words, _ = read(before, given)
        named = {name: words[path] for name, path in places.items() if path in words}
        kept = {
            path: named[name]
            for path, text in texts(after)
            if (name := _by_name(after, path)) in named and _fits(text, named[name])
        }
        if translation := written(after, kept):
            made[language] = translation
    return made


def _fits(original: str, text: Any) -> bool:
    return not isinstance(text, str) or _marks(original) == _marks(text)


def _by_name(fields: Mapping[str, Any], path: Path) -> Path:
    """The place with the ids of parts, where they have some, for their numbers."""
    value: Any = fields
    named: list[str | int] = []
    for step in path:
        value = value[step]
        has_id = isinstance(step, int) and isinstance(value, Mapping) and "id" in value
        named.append(f"#{value['id']}" if has_id else step)
    return tuple(named)


# Comparing ----------------------------------------------------------------------------------------------------------


def missing(fields: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[Path]:
    """The places of the question's texts that a translation leaves out; figures and formulas need no translation."""
    words, _ = read(fields, given)
    for path, text in texts(fields):
        if path not in words and any(map(str.isalpha, _FORMULA.sub("", _MARK.sub("", text)))):
            yield path


def differences(fields: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[tuple[Path, str, str]]:
    """Where a translation may say something else: place, the span in the original, in words what differs.

    A number of the original that does not stand in the translation, in figures or in words; fewer formulas, links …
    """
    words, _ = read(fields, given)
    for path, text in texts(fields):
        other = words.get(path)
        if not isinstance(other, str):
            continue
        for number in numbers(text) - numbers(other):
            if not spelled(number, other):
                yield path, number, Said("the number %(number)s of the original is missing", number=number)
        for mark, count in (_structure(text) - _structure(other)).items():
            yield (
                path,
                f"<{mark}>",
                Said("the original has %(count)s more of the kind <%(mark)s>", count=count, mark=mark),
            )


def texts(fields: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, str]]:
    """The texts of a question and where they stand. Accepted answers of a short text are one, at their list."""
    for name, value in _texts_of(fields).items():
        yield from _texts_at((*path, name), value, listed=(fields.get("type"), name) == LISTED)


def is_listed(fields: Mapping[str, Any], path: Path) -> bool:
    """Whether this place holds the accepted answers of a short text, which a translation lists anew."""
    owner: Any = fields
    for step in path[:-1]:
        owner = owner[step]
    return isinstance(owner, Mapping) and (owner.get("type"), path[-1]) == LISTED


def _texts_at(path: Path, value: Any, *, listed: bool) -> Iterator[tuple[Path, str]]:
    if listed:
        yield path, "\n".join(map(_spelling, value))
    elif isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        yield from texts(value, path)
    else:
        for place, part in enumerate(value):
            yield from _texts_at((*path, place), part, listed=False)


def _spelling(answer: Any) -> str:
    return str(answer.get("text", "")) if isinstance(answer, Mapping) else str(answer)


def numbers(text: str) -> Counter[str]:
    """The numbers in a text by their digits alone: 1,000 and 1 000, 0.5 and 0,5 are alike."""
    found = _NUMBER.findall(normalize("NFKC", _MARK.sub("", text).translate(_WIDE)))
    return Counter(re.sub(r"\D", "", number) for number in found)


def _structure(text: str) -> Counter[str]:
    return Counter(_STRUCTURE.findall(to_html(text)))

"""Fields of authored content: text as written, exact fractions, days, ids. Used by every content model."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from string import ascii_lowercase
from typing import Annotated, Any, Self, TypeAlias

from pydantic import (
    AfterValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import (
    no_info_plain_validator_function,
    plain_serializer_function_ser_schema,
    with_info_plain_validator_function,
)

from quiz.errors import Said
from quiz.questions.rules.numbers import digits, show_number

#: Digits of an authored number.
MOST_DIGITS = 200
#: Numbers beyond this power of ten are refused: one short line could otherwise fill the memory. Written out, as it is
#: stored, a number has no more digits than it may be read with.
LARGEST_EXPONENT = MOST_DIGITS - 1
#: Points of a question, and the scale of a quiz: sums and squares of them stay far inside a double.
MOST_POINTS = 1_000_000
_NO_CHARACTER = re.compile("[\0\ud800-\udfff]")


class Number(Decimal):
    """A number written without quotes in a file; ``written`` keeps its characters for fields that are text."""

    written: str

    def __new__(cls, value: str, written: str) -> Self:
        """The number ``value``, in Decimal's notation, that stands as ``written`` in the file."""
        made = super().__new__(cls, value)
        made.written = written
        return made


def number_or_text(written: str) -> Number | str:
    """The number; the text as it stands where no Decimal holds it, such as one with an exponent of twenty digits."""
    try:
        return Number(written, written)
    except InvalidOperation:
        return written


class Ambiguous(str):
    """A bare word such as ``no`` that YAML 1.1 reads as a truth value and YAML 1.2 as text."""

    __slots__ = ()


def fault(what: str, mend: str = "") -> PydanticCustomError:
    """The error that a validator raises: what is wrong and how to mend it, in words for the author."""
    return PydanticCustomError("fault", "{what}", {"what": what, "mend": mend})


def exact(value: Decimal | Fraction | int) -> Fraction:
    """The fraction meant by a number: 0.33333 and 0.3333333 are one third, 0.25 is a quarter.

    A decimal of four or more places within one unit of its last place of a fraction with a denominator up to 20
    is that fraction; every other number is taken as it stands.
    """
    if not isinstance(value, Decimal):
        return value if type(value) is Fraction else Fraction(value)
    as_written = Fraction(value)
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent > -4:
        return as_written
    simple = as_written.limit_denominator(20)
    return simple if abs(simple - as_written) < Fraction(1, 10**-exponent) else as_written


def percent(value: Decimal) -> Fraction:
    """The exact fraction of a percentage of another system: 33.33333 → 1/3, 16.66667 → 1/6."""
    return exact(value.scaleb(-2))


def decimal_of(value: object) -> Decimal | Fraction:
    """A finite number of bounded size from a YAML or JSON value. Raises the validator's error otherwise."""
    if type(value) is Fraction:  # those that come from other formats, and most of them
        return value
    if type(value) is int or isinstance(value, Fraction):
        return Fraction(value)
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, float):
        value = Decimal(repr(value))
    if not isinstance(value, Decimal):
        raise fault(Said("%(value)s is not a number", value=_shown(value)), "write a number such as 0.5")
    return _bounded(value)


def _from_text(text: str) -> Decimal | Fraction:
    numerator, slash, denominator = text.partition("/")
    try:
        if slash:
            return Fraction(int(numerator), int(denominator))
        return _bounded(Decimal(text))
    except (InvalidOperation, ValueError, ZeroDivisionError):
        raise fault(
            Said("%(value)s is not a number", value=_shown(text)), "write a number such as 0.5 or 1/3"
        ) from None


def _bounded(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise fault(Said("%(value)s is not a finite number", value=value))
    if abs(value.adjusted()) > LARGEST_EXPONENT or len(value.as_tuple().digits) > MOST_DIGITS:
        raise fault("the number is too large, too small or too long")
    return value


def _shown(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"'{text[:40]}'"


def _text(value: object, info: ValidationInfo) -> str:
    """``info.context`` is the class of the question's texts (``richtext.TEXT_FORMATS``); None: Markdown.

    Half a surrogate pair, which JSON can carry (a text cut inside an emoji), is no character, and U+0000 is one that neither
    databases nor other formats hold: they become U+FFFD.
    """
    if type(value) is not str:
        value = _written(value)
    if ("\0" in value or not value.isascii()) and _NO_CHARACTER.search(value):
        value = _NO_CHARACTER.sub("\ufffd", value)
    return value if info.context is None else info.context(value)


def _written(value: object) -> str:
    if isinstance(value, Number):
        return value.written
    if isinstance(value, bool | Ambiguous):
        word = str(value).lower() if isinstance(value, bool) else value
        raise fault(
            Said("%(word)s without quotes is a truth value, not text", word=word),
            Said('put it in quotes: "%(word)s"', word=word),
        )
    if isinstance(value, str):
        return value
    raise PydanticCustomError("string_type", "Input should be a valid string")


def _words(value: object, info: ValidationInfo) -> str:
    text = _text(value, info)
    if not text.strip():
        raise fault("is empty", "write a text or leave the field out")
    return text


def _as_written(value: object) -> Fraction:
    number = decimal_of(value)
    return number if type(number) is Fraction else Fraction(number)


def _snapped(value: object) -> Fraction:
    if isinstance(value, str) and value.endswith("%"):
        number = decimal_of(value[:-1].strip())
        return percent(number) if isinstance(number, Decimal) else number / 100
    return exact(decimal_of(value))


def _count(value: object) -> int:
    number = Fraction(decimal_of(value)) if not isinstance(value, bool) else Fraction(0)
    if number < 1 or number.denominator != 1:
        raise fault(Said("%(value)s is not a whole number above 0", value=_shown(value)), "write 1, 2, 3 …")
    return int(number)


def _day(value: object) -> date:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else _no_day(value)
    except ValueError:
        return _no_day(value)


def _no_day(value: object) -> date:
    raise fault(
        Said("%(value)s is not a date", value=_shown(value)), "write year-month-day, such as 2021-07-13"
    )


def _truth(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise fault(
        Said("%(value)s is neither true nor false", value=_shown(value)),
        "write true or false, without quotes",
    )


def between(low: int, high: int, mend: str = "") -> Callable[[Fraction], Fraction]:
    """A validator: the number lies in [low, high]."""

    def inside(value: Fraction) -> Fraction:
        if not low <= value <= high:
            what = Said(
                "%(value)s is not between %(low)s and %(high)s", value=_plain(value), low=low, high=high
            )
            raise fault(what, mend)
        return value

    return inside


def positive(value: Fraction) -> Fraction:
    """A validator: the number is above zero."""
    if value <= 0:
        raise fault(Said("%(value)s is not above 0", value=_plain(value)))
    return value


def not_negative(value: Fraction) -> Fraction:
    """A validator: the number is zero or more."""
    if value < 0:
        raise fault(Said("%(value)s is below 0", value=_plain(value)))
    return value


def worth(value: Fraction) -> Fraction:
    """A validator: the number can be points, or a scale."""
    if not_negative(value) > MOST_POINTS:
        raise fault(Said("is above %(most)s", most=MOST_POINTS), "write a smaller number")
    return value


def _plain(value: Fraction) -> str:
    return str(value) if value.denominator in (1, 3, 6, 7, 9) else f"{float(value):g}"


def matches(pattern: str, mend: str) -> Callable[[str], str]:
    """A validator: the whole text matches the pattern."""
    compiled = re.compile(pattern)

    def well_formed(value: str) -> str:
        if not compiled.fullmatch(value):
            raise fault(Said("%(value)s is not well formed", value=_shown(value)), mend)
        return value

    return well_formed


def number_text(value: Fraction) -> str:
    """The stored form of a number: a decimal where it ends, else such as 1/3."""
    ended = digits(value)
    if ended is not None:
        return ended
    text = show_number(value)
    return text if Fraction(text) == value else str(value)


def share_text(value: Fraction) -> str:
    """The same of a share: one that would be taken for a simple fraction, as 0.3333 would, is written as a fraction."""
    text = number_text(value)
    return text if _snapped(text) == value else str(value)


@dataclass(eq=False, slots=True)
class FieldRule:
    """How a field is read, what JSON Schema says of it, and how it is dumped, if not as it is.

    pydantic's own annotations for the same take it thrice as long to build a model, which every command pays, and are
    called for each text that is dumped.
    """

    read: Callable[..., Any]
    schema: Mapping[str, Any]
    dump: Callable[[Any], str] | None = None
    #: Whether ``read`` is given the validation's ``info`` too.
    with_info: bool = False

    def __get_pydantic_core_schema__(self, _type: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        way = with_info_plain_validator_function if self.with_info else no_info_plain_validator_function
        dumped = plain_serializer_function_ser_schema(self.dump) if self.dump else None
        return way(self.read, serialization=dumped)

    def __get_pydantic_json_schema__(
        self, _core: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return dict(self.schema)


_NUMBER = {"type": ["number", "string"]}
_NAME = {"type": ["string", "number"]}
_ID_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
_SLUG_PATTERN = r"[a-z0-9][a-z0-9_-]{0,63}"

#: Text as the author wrote it; a bare number keeps its characters, a bare true is refused.
Text: TypeAlias = Annotated[str, FieldRule(_text, _NAME, with_info=True)]
#: Text that is not blank.
Words: TypeAlias = Annotated[str, FieldRule(_words, _NAME, with_info=True)]
#: A number exactly as written.
Exact: TypeAlias = Annotated[Fraction, FieldRule(_as_written, _NUMBER, number_text)]
#: A share or credit, where 0.3333333 means one third.
Share: TypeAlias = Annotated[Fraction, FieldRule(_snapped, _NUMBER, share_text)]
Day: TypeAlias = Annotated[date, FieldRule(_day, {"type": "string", "format": "date"}, date.isoformat)]
#: A whole number from 1.
Count: TypeAlias = Annotated[int, FieldRule(_count, {"type": "integer", "minimum": 1})]
Truth: TypeAlias = Annotated[bool, FieldRule(_truth, {"type": "boolean"})]
#: The id of a question or of a part of one.
Id: TypeAlias = Annotated[
    Text,
    AfterValidator(
        matches(_ID_PATTERN, "letters, digits, '.', '_', '-', beginning with a letter or digit, at most 64")
    ),
    WithJsonSchema(_NAME | {"pattern": f"^{_ID_PATTERN}$"}),
]
Slug: TypeAlias = Annotated[
    Text,
    AfterValidator(matches(_SLUG_PATTERN, "small letters, digits, '_' and '-', at most 64")),
    WithJsonSchema(_NAME | {"pattern": f"^{_SLUG_PATTERN}$"}),
]


def letters(count: int) -> list[str]:
    """The ids of parts that were given none: a to z, then aa, ab and so on."""
    return [_letters(place) for place in range(count)]


def _letters(place: int) -> str:
    return (_letters(place // 26 - 1) if place >= 26 else "") + ascii_lowercase[place % 26]


def with_ids(parts: Any) -> Any:
    """Gives each part of a list its id: the authored one, else the letter of its place. A bare value is a text."""
    if not isinstance(parts, list | tuple):
        return parts
    return [_with_id(part, name) for part, name in zip(parts, letters(len(parts)), strict=True)]


def _with_id(part: Any, name: str) -> Any:
    if type(part) is dict or isinstance(part, Mapping):  # most are dicts, which is sooner told
        return part if "id" in part else {"id": name, **part}
    return {"id": name, "text": part} if isinstance(part, str | Number | bool) else part

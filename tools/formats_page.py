"""The pages of docs/formats: what every file format reads, writes and loses, as its code says.

docs/formats/README.md is written whole. A format's own page is written by hand down to ``MARK``; what follows that line is
made here.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from io import BytesIO
from pathlib import Path

from quiz.banks.common import Common
from quiz.banks.model import Bank, Question
from quiz.formats import formats
from quiz.formats.base import Format, Writer
from quiz.questions import types

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "formats"
MARK = "<!-- `make docs` writes what follows. -->\n"
#: Fields that say where a question stands or how it is read, not what it is.
_NOT_HELD = frozenset({"bank", "id", "type", "timeless", "text_format", "images", "scoring"})
#: Fields of a bank's header that every format holds, or says by its topics.
_HEADED = frozenset({"format", "slug", "title", "topics", "questions", "families"})
#: What the fate of a field may depend on, beside the type and its own fields.
_DRESSES: tuple[dict[str, object], ...] = (
    {"feedback": {"right": "Yes.", "partly": "Nearly.", "wrong": "No."}, "status": "draft"},
    {"feedback": {"wrong": "No."}, "status": "retired", "stimulus": {"id": "map", "text": "A text."}},
)
README = """\
# File formats

`quiz convert SOURCE DEST` goes between any two of these, without a database: `quiz convert export.xml questions.yaml`,
`quiz convert membership.yaml membership.xml --to moodle-xml`. Every question of SOURCE is accounted for: written, not
supported, or wrong; `--report FILE` writes the account, with every loss by field. The same in the browser: *Import* and *Export*.

SOURCE may be `-` for standard input, or a pipe, and DEST `-` for standard output (with `--to`; the account goes to standard error):
`quiz convert - - --to yaml < questions.gift`. A package comes out as its bytes; where pictures lie beside a file there is no place for them, so name one.

DEST, its pictures and the report are written whole or not at all: on a full disk, after Ctrl-C, or where SOURCE is refused as a whole (it is of
no format known here, cannot be read, or holds no question), what was there stays. The exit code is 0 when DEST is written and nothing in SOURCE is wrong, 1 when a
question is wrong (DEST holds the others) or SOURCE is refused (no DEST), 2 for wrong usage; `--strict` gives 1 for losses and unsupported
questions too. `--report FILE` and `--json` have the account as JSON in each of these cases but the last:
`quiz convert export.zip bank.yaml --strict --report account.json && quiz bank check bank.yaml`.

White space around a text, a name or a tag goes to our own formats only: it is told as a loss, but for a line break at the end of a text.
A text may come back in another `text_format`, as HTML for Markdown, where it is shown alike.

[Families](bank.md#families-one-question-many-variants) go between our own formats whole. In another format a family is written as
questions of its own: at most ten of those that it stands for at the date (`--variants N`, `--as-of DATE`), spread evenly over all of
them, with ids such as `joined-when.KZ`. The report counts each as a question, with the `family` that it came from; the loss is named
`variables` or `each`. Moodle XML holds [calculated questions](moodle-xml.md#calculated-questions) as what they are.

| format | name | endings | read | written |
| --- | --- | --- | --- | --- |
{listed}

## Which types each has

● read and written · ○ read only. The page of a format says what else is lost.

| type | {names} |
| --- |{rule}
{held}

This page is written by `make docs`.
"""
OWN = """
## Types and fields

A type that is not written is listed as not supported, a field that is not written as a loss. What is read is
described above.

{tables}
"""


def pages() -> dict[str, Callable[[], str]]:
    """Each page as it should be, by its name."""
    own = sorted({_page_of(name) for name in formats()})
    return {"README.md": _readme, **{name: partial(_own, name) for name in own}}


def _readme() -> str:
    known = formats()
    held = ([_sign(format, kind) for format in known.values()] for kind in types.names())
    return README.format(
        listed="\n".join(map(_listed, known.values())),
        names=" | ".join(f"[{name}]({_page_of(name)})" for name in known),
        rule=" :-: |" * len(known),
        held="\n".join(
            f"| `{kind}` | {' | '.join(signs)} |" for kind, signs in zip(types.names(), held, strict=True)
        ),
    )


def _listed(format: Format) -> str:
    endings = " ".join(f"`{suffix}`" for suffix in format.suffixes)
    marks = ("yes" if have else "" for have in (format.read, format.writer))
    return (
        f"| [{format.title}]({_page_of(format.name)}) | `{format.name}` | {endings} | {' | '.join(marks)} |"
    )


def _page_of(name: str) -> str:
    """The page whose title names the format. Raises LookupError."""
    title = re.compile(rf"^# .*`{re.escape(name)}`", re.MULTILINE)
    for page in sorted(FOLDER.glob("*.md")):
        if title.search(page.read_text(encoding="utf-8")):
            return page.name
    raise LookupError(f"no page of docs/formats has `{name}` in its title: write one on the format")


def _sign(format: Format, kind: str) -> str:
    return "●" if format.writer and kind in format.writer.types else "○" if kind in format.reads else ""


def _own(page: str) -> str:
    """A format's own page: what stands in it above the mark, and a table for all its formats that are alike."""
    by_hand = (FOLDER / page).read_text(encoding="utf-8").partition(MARK)[0].rstrip()
    alike: dict[str, list[str]] = {}
    for name, format in formats().items():
        if _page_of(name) == page:
            alike.setdefault(_table(format), []).append(f"`{name}`")
    tables = (f"{', '.join(names)}:\n\n{table}" for table, names in alike.items())
    return by_hand + "\n\n" + MARK + OWN.format(tables="\n\n".join(tables))


def _table(format: Format) -> str:
    writer = _writer(format)
    lost = {kind: _lost(writer, kind) for kind in types.names() if kind in writer.types}
    everywhere, sometimes = (_shared(sets) for sets in zip(*lost.values(), strict=True))
    rows = [
        "| | read | written | lost when written |",
        "| --- | --- | --- | --- |",
        f"| the bank | | | {_fields(_header_lost(writer))} |",
        f"| every question | | | {_said(everywhere, sometimes) or 'nothing'} |",
    ]
    for kind in types.names():
        never, at_times = lost.get(kind, (everywhere, sometimes))
        marks = ("yes" if kind in known else "no" for known in (format.reads, lost))
        rows.append(f"| `{kind}` | {' | '.join(marks)} | {_said(never - everywhere, at_times - sometimes)} |")
    return "\n".join(rows)


def _writer(format: Format) -> Writer:
    if format.writer is None:
        raise TypeError(f"{format.name} is only read, for which these pages have no words yet")
    return format.writer(BytesIO(), Bank.load({"bank": "b", "title": "B"}))


def _lost(writer: Writer, kind: str) -> tuple[set[str], set[str]]:
    """The fields of a type that are never held, and those that are held of some questions and lost of others."""
    held = [(set(question.given()), writer.held(question)) for question in _examples(kind)]
    never: set[str] = set()
    at_times: set[str] = set()
    for field in {*Common.model_fields, *types.get(kind).content.model_fields} - _NOT_HELD:
        asked = {field in fields for given, fields in held if field in given} or {field in held[0][1]}
        (at_times if True in asked else never).update({field} if False in asked else ())
    return never, at_times


def _shared(sets: Iterable[set[str]]) -> set[str]:
    return set.intersection(*sets)


def _examples(kind: str) -> Iterator[Question]:
    for example in types.get(kind).examples():
        rule = {"scoring": example.rule} if example.rule else {}
        for dress in _DRESSES:
            common = {"bank": "b", "id": "a", "type": kind, "timeless": True, "prompt": "Which?", **dress}
            yield Question.load({**common, **example.content, **rule})


def _header_lost(writer: Writer) -> set[str]:
    return set() if writer.whole else set(Bank.model_fields) - _HEADED - writer.heads


def _said(never: Iterable[str], at_times: Iterable[str]) -> str:
    names = _fields(at_times)
    return "; ".join(filter(None, (_fields(never), names and f"at times {names}")))


def _fields(names: Iterable[str]) -> str:
    return " ".join(f"`{name}`" for name in sorted(names))

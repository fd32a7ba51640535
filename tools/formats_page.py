"""The page docs/formats/README.md: every file format, which types and fields it holds, as its code says."""

import re
from pathlib import Path

from quiz.banks.common import Common
from quiz.formats import formats
from quiz.formats.base import Format, Writer
from quiz.questions import types

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "formats"
#: Fields that say where a question stands or how it is read, not what it is.
_NOT_HELD = frozenset({"bank", "id", "type", "timeless", "text_format", "images", "scoring"})
PAGE = """\
# File formats

`quiz convert SOURCE DEST` goes between any two of these, without a database: `quiz convert export.xml questions.yaml`,
`quiz convert membership.yaml membership.xml --to moodle-xml`. Every question of SOURCE is accounted for: written, not
supported, or wrong; `--report FILE` writes the account, with every loss by field. The same in the browser: *Import* and *Export*.

[Families](bank.md#families-one-question-many-variants) go between our own formats whole. In another format a family is written as
questions of its own: at most ten of those that it stands for at the date (`--variants N`, `--as-of DATE`), spread evenly over all of
them, with ids such as `joined-when.KZ`. The report counts each as a question, with the `family` that it came from; the loss is named
`variables` or `each`. Moodle XML holds [calculated questions](moodle-xml.md#calculated-questions) as what they are.

| format | name | endings | read | written |
| --- | --- | --- | --- | --- |
{table}

## What each can hold

Types that are not named cannot be written in that format and are listed as not supported. Fields that are not held are losses,
each named in the report; some are held for some questions only, as the format's own page says.

| name | types | fields that are lost |
| --- | --- | --- |
{held}

This page is written by `make docs`.
"""


def page() -> str:
    """The page as it should be."""
    table = "\n".join(map(_row, formats().values()))
    held = "\n".join(_held(name, format.writer) for name, format in formats().items() if format.writer)
    return PAGE.format(table=table, held=held)


def _row(format: Format) -> str:
    own = _page_of(format.name)
    title = f"[{format.title}]({own})" if own else format.title
    endings = " ".join(f"`{suffix}`" for suffix in format.suffixes)
    marks = ("yes" if have else "" for have in (format.read, format.writer))
    return f"| {title} | `{format.name}` | {endings} | {' | '.join(marks)} |"


def _page_of(name: str) -> str:
    """The page with a heading that names the format."""
    heading = re.compile(rf"^#.*`{re.escape(name)}`", re.MULTILINE)
    pages = sorted(FOLDER.glob("*.md"))
    return next((page.name for page in pages if heading.search(page.read_text(encoding="utf-8"))), "")


def _held(name: str, writer: type[Writer]) -> str:
    held = writer.types & set(types.names())
    content = {field for kind in held for field in types.get(kind).content.model_fields}
    lost = sorted((set(Common.model_fields) | content) - writer.holds - _NOT_HELD)
    listed = "all" if held == set(types.names()) else " ".join(f"`{kind}`" for kind in sorted(held))
    return f"| `{name}` | {listed} | {' '.join(f'`{field}`' for field in lost) or 'none'} |"

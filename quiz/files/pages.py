"""Tables as one HTML file that needs no other: to be opened anywhere, printed, or sent by mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from typing import Final

from quiz.files.tables import Table

#: Colours follow the reader's choice of light or dark; on paper heads are repeated and no row is torn.
_LOOK: Final = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0; }
div { overflow-x: auto; }
table { border-collapse: collapse; margin: 2rem 0; font-variant-numeric: tabular-nums; }
caption { font-size: 1.2rem; font-weight: 600; text-align: start; padding: .25rem 0; white-space: nowrap; }
th, td { border-bottom: 1px solid #8888; padding: .3rem .8rem .3rem 0; text-align: start; vertical-align: top; }
th { font-weight: 600; }
.n { text-align: end; white-space: nowrap; }
@media print { body { margin: 0; max-width: none; font-size: 9pt; } thead { display: table-header-group; } tr { break-inside: avoid; } }
"""


#: Between a number and its decimals, by language; a point in all others.
DECIMAL_SIGNS: Final = {"ru": ","}


def write_page(title: str, lede: str, tables: Sequence[Table], language: str = "en") -> str:
    """The tables below each other, each under its name. Nothing in them is taken for HTML; numbers have at most two
    decimals, as the language writes them.
    """
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
    body = "".join(part for table in tables for part in _table(table, language))
    return (
        f'<!doctype html>\n<html lang="{escape(language)}"><head>{head}<style>{_LOOK}</style></head>\n'
        f"<body><main><h1>{escape(title)}</h1><p>{escape(lede)}</p>\n{body}</main></body></html>\n"
    )


def _table(table: Table, language: str) -> Iterator[str]:
    figures = [
        all(row[place] is None or isinstance(row[place], int | float) for row in table.rows)
        for place in range(len(table.header))
    ]
    kinds = [' class="n"' if figure else "" for figure in figures]
    heads = zip(table.header, kinds, strict=True)
    yield f"<div><table><caption>{escape(table.name)}</caption>\n<thead><tr>"
    yield from (f'<th scope="col"{kind}>{escape(head)}</th>' for head, kind in heads)
    yield "</tr></thead>\n<tbody>\n"
    for row in table.rows:
        cells = (
            f"<td{kind}>{escape(shown(cell, language))}</td>" for cell, kind in zip(row, kinds, strict=True)
        )
        yield f"<tr>{''.join(cells)}</tr>\n"
    yield "</tbody></table></div>\n"


def shown(value: object, language: str = "en") -> str:
    """A cell as it is read: numbers with at most two decimals, half up as everywhere, times in UTC to the minute, nothing
    for None.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, float):
        exact = round(Decimal(value), 9).quantize(Decimal("0.01"), ROUND_HALF_UP)
        text = f"{exact + 0:f}".rstrip("0").rstrip(".")  # + 0: no negative zero
        return text.replace(".", DECIMAL_SIGNS.get(language, "."))
    return str(value)

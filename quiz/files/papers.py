"""Papers to be printed: what stands on them, and the one HTML file of them that needs no other."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Final, TypeAlias

from quiz.files.images import Image


@dataclass(frozen=True, slots=True)
class Text:
    """Safe HTML, with a label before it: a question's number, an option's letter. ``depth``: how far it is set in."""

    html: str
    label: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Blank:
    """So many lines to write on."""

    lines: int = 1


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by its address (``media_address``), and what is written on it: text, and its place, 0 to 1, from the
    left and from the top.
    """

    address: str
    alt: str
    marks: tuple[tuple[str, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Words in rows and columns of one width, under a caption and the names of the columns. The first column is wider."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block: TypeAlias = Text | Blank | Picture | Table


@dataclass(frozen=True, slots=True)
class Part:
    """What begins on a page of its own. The blocks of an entry are kept together; ``foot``, a line, says where it comes from."""

    title: str
    lede: str
    entries: tuple[tuple[Block, ...], ...]
    foot: str


#: Pictures by their address.
Images: TypeAlias = Mapping[str, Image]
_SOURCE: Final = re.compile(r'src="(/media/[0-9a-f]{64})"')
_LOOK: Final = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, "Noto Sans", "Noto Sans SC", sans-serif; margin: 2rem auto; max-width: 46rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; }
section { padding-block-end: 1rem; margin-block-end: 3rem; border-block-end: 1px solid #8888; }
article { margin-block: 1.2rem; }
.row { display: flex; gap: .6rem; margin-block: .25rem; }
.row > b { flex: 0 0 2rem; text-align: end; font-weight: 600; }
.row > div { flex: 1; min-width: 0; overflow-wrap: anywhere; }
.in { margin-inline-start: 2.6rem; }
p { margin: 0 0 .4rem; }
img { max-width: 100%; height: auto; background: #fff; }
figure { position: relative; margin: .5rem 0 .5rem 2.6rem; width: fit-content; }
figure > img { display: block; }
figure > span { position: absolute; translate: -50% -50%; min-width: 1.5em; border: 1px solid; border-radius: 1em; text-align: center; font-size: .8rem; background: #fff; color: #000; }
.line { border-block-end: 1px solid #888; height: 1.9rem; margin-inline-start: 2.6rem; }
table { border-collapse: collapse; }
.wide { overflow-x: auto; }
caption { text-align: start; padding-block: .3rem; }
tbody th { text-align: start; font-weight: 400; }
td { text-align: end; }
th, td { border: 1px solid #8888; padding: .2rem .5rem; }
footer { font-size: .75rem; overflow-wrap: anywhere; }
@media print {
  :root { color-scheme: light; }
  body { margin: 0; max-width: none; padding: 0; font-size: 10.5pt; }
  section { break-after: page; border: 0; margin: 0; }
  section:last-child { break-after: auto; }
  article { break-inside: avoid; }
}
"""


def write_papers(title: str, language: str, parts: tuple[Part, ...], images: Images) -> str:
    """The parts below each other, on paper each from the top of a page. Pictures stand in the file itself."""
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
    body = "".join(piece for part in parts for piece in _part(part, images))
    return (
        f'<!doctype html>\n<html lang="{escape(language)}"><head>{head}<style>{_LOOK}</style></head>\n'
        f"<body><main>\n{body}</main></body></html>\n"
    )


def _part(part: Part, images: Images) -> Iterator[str]:
    yield f"<section><h1>{escape(part.title)}</h1><p>{escape(part.lede)}</p>\n"
    for entry in part.entries:
        yield f"<article>{''.join(_block(block, images) for block in entry)}</article>\n"
    yield f"<footer>{escape(part.foot)}</footer></section>\n"


def _block(block: Block, images: Images) -> str:
    if isinstance(block, Blank):
        return '<div class="line"></div>' * block.lines
    if isinstance(block, Picture):
        marks = (
            f'<span style="left:{100 * x:.2f}%;top:{100 * y:.2f}%">{escape(text)}</span>'
            for text, x, y in block.marks
        )
        picture = f'<img src="{block.address}" alt="{escape(block.alt)}">'
        return f"<figure>{_embedded(picture, images)}{''.join(marks)}</figure>"
    if isinstance(block, Table):
        return _table(block)
    inner = _embedded(block.html, images)
    kind = "row in" if block.depth else "row"
    return f'<div class="{kind}"><b>{escape(block.label)}</b><div>{inner}</div></div>'


def _table(block: Table) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in block.head)
    rows = (
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in rest)}</tr>'
        for first, *rest in block.rows
    )
    caption = f"<caption>{escape(block.caption)}</caption>"
    return f'<div class="wide" tabindex="0"><table>{caption}<thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _embedded(html: str, images: Images) -> str:
    """The HTML with the pictures themselves in place of their addresses."""
    return _SOURCE.sub(lambda found: f'src="{_data(images[found[1]])}"', html)


def _data(image: Image) -> str:
    return f"data:{image.mime};base64,{b64encode(image.content).decode()}"

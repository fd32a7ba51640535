"""Texts in files of their own that a body shows: HTML in an ``object``, and what XInclude puts in (TAO shares texts so).

Source: QTI 2.1 (2012), ``object``; W3C, XML Inclusions 1.0.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote

from quiz.errors import Invalid, Said
from quiz.files.xml import Element, read_html
from quiz.formats.qti.item import Item, id_of_file, is_text


def passages(item: Item) -> Iterator[dict[str, str]]:
    """The texts that the body shows, each with an ``id`` after its file; those that cannot be read are a loss."""
    shown = () if item.body is None else filter(is_text, item.body.iter())
    addresses = (unquote(one.get("data") or one.get("href") or "") for one in shown)
    for path in dict.fromkeys(posixpath.normpath(posixpath.join(item.folder, one)) for one in addresses):
        try:
            body = _body(item, path)
        except Invalid as error:
            what = Said(
                "the shared text %(path)s cannot be read: %(error)s", path=path[:60], error=Said(str(error))
            )
            item.lose("stimulus", what)
            continue
        text = Item(body, posixpath.dirname(path), item.media, item.pictures, item.losses, item.files)
        name = posixpath.basename(path).rpartition(".")[0]
        yield {"id": id_of_file(name, path), "text": text.html(body)}


def _body(item: Item, path: str) -> Element:
    """What an HTML file shows. Raises Invalid, also where there is none."""
    content = item.media(path)
    if content is None:
        raise Invalid(Said("there is no file '%(path)s' in the package", path=path[:60]))
    body = read_html(content)
    for element in body.iter():
        element.tag = str(element.tag).rpartition(":")[2]
        for name in [name for name in element.attrib if name.startswith("xmlns")]:
            del element.attrib[name]
    return body

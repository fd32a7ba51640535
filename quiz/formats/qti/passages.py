"""Texts in files of their own that items show: stimuli, HTML in an ``object``, what XInclude puts in (TAO shares texts so).

Source: QTI 2.1 (2012), ``object``; QTI 2.2 (2015), ``assessmentStimulus``; W3C, XML Inclusions 1.0.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from quiz.errors import Invalid, Said
from quiz.files.xml import Element, read_html
from quiz.formats._pictures import Pictures
from quiz.formats.base import Loss
from quiz.formats.qti.item import Item, Media, id_of_file, is_text, own_id, path_of
from quiz.formats.qti.markup import demand_flat, is_blank


@dataclass(frozen=True, slots=True)
class _Passage:
    """What a question shows of a file: ``id``, ``label`` and ``text``; nothing where it holds none. What comes with it."""

    shown: Mapping[str, str]
    losses: Sequence[Loss]
    files: Mapping[str, bytes]


class Passages:
    """The texts of a package that items show: each is read once, and kept as long as the package, however many show it."""

    def __init__(self, xml: Callable[[str], Element], media: Media, pictures: Pictures) -> None:
        """``xml`` gives the document at a path, and raises Invalid where there is none."""
        self._xml, self._media, self._pictures = xml, media, pictures
        self._known: dict[tuple[Callable[[str], _Passage], str], _Passage] = {}

    def shown_by(self, item: Item) -> list[Mapping[str, str]]:
        """The texts that an item shows, each once, as questions show them; their losses and pictures become the item's."""
        stimuli = (one.get("href", "") for one in item.root.findall("assessmentStimulusRef"))
        texts = () if item.body is None else filter(is_text, item.body.iter())
        wanted = [
            *((self._stimulus, path_of(item.folder, address)) for address in stimuli),
            *((self._html, path_of(item.folder, one.get("data") or one.get("href") or "")) for one in texts),
        ]
        found = [self._read(read, path) for read, path in dict.fromkeys(wanted)]
        for one in found:
            item.losses += one.losses
            item.files.update(one.files)
        return [one.shown for one in found if one.shown]

    def _read(self, read: Callable[[str], _Passage], path: str) -> _Passage:
        if (read, path) not in self._known:
            try:
                self._known[read, path] = read(path)
            except Invalid as error:
                what = Said(
                    "the shared text %(path)s cannot be read: %(error)s",
                    path=path[:60],
                    error=Said(str(error)),
                )
                self._known[read, path] = _Passage({}, [Loss("stimulus", what)], {})
        return self._known[read, path]

    def _stimulus(self, path: str) -> _Passage:
        """What an ``assessmentStimulus`` shows. Raises Invalid."""
        text = self._item(self._xml(path), path)
        text.lose_the_rest()
        name = own_id(text.root.get("identifier", "").strip())
        label = {"label": escape(text.title, quote=False)} if text.title not in ("", name) else {}
        body = text.root.find("stimulusBody")
        return _passage(text, {"id": id_of_file(name, path), **label}, text.root if body is None else body)

    def _html(self, path: str) -> _Passage:
        """What an HTML file shows, with an ``id`` after its name. Raises Invalid, also where there is none."""
        content = self._media(path)
        if content is None:
            raise Invalid(Said("there is no file '%(path)s' in the package", path=path[:60]))
        body = read_html(content)
        demand_flat(body)
        for element in body.iter():
            element.tag = str(element.tag).rpartition(":")[2]
            for name in [name for name in element.attrib if name.startswith("xmlns")]:
                del element.attrib[name]
        name = posixpath.basename(path).rpartition(".")[0]
        return _passage(self._item(body, path), {"id": id_of_file(name, path)}, body)

    def _item(self, root: Element, path: str) -> Item:
        return Item(root, posixpath.dirname(path), self._media, self._pictures)


def _passage(text: Item, head: Mapping[str, str], body: Element) -> _Passage:
    html = text.html(body)
    return _Passage({} if is_blank(html) else {**head, "text": html}, text.losses, text.files)

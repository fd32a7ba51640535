"""XML from outside, read safely: no entities, no document type, nothing fetched, bounded in size and depth."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final, TypeAlias

from quiz.errors import Invalid, Problem, Said, TooLarge

#: An element of a tree as ``lxml.etree`` has it: ``tag``, ``attrib``, ``text``, ``tail``, ``sourceline``, children.
Element: TypeAlias = Any

#: Bytes of a document that is read where the caller says nothing else.
MOST_BYTES: Final = 20_000_000
#: Attributes that an element may have: lxml takes the square of their number to list them.
MOST_ATTRIBUTES: Final = 500
#: What keeps the parser from entities, document types and the network.
_SAFE: Final = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
#: Bytes that are parsed at a time.
_CHUNK: Final = 65_536
#: A document type could name entities and other files.
_DOCTYPE: Final = Said("a document type (<!DOCTYPE …>) is not allowed here")


def read_xml(content: bytes, most_bytes: int = MOST_BYTES) -> Element:
    """The root element. Comments and processing instructions are dropped.

    Raises Invalid, with the line, for what is not well formed, has a document type or an element with too many
    attributes, or is larger than ``most_bytes``. The parser itself refuses nesting beyond 256 and texts beyond 10 MB.
    """
    from lxml import etree  # noqa: PLC0415 - slow; only what reads XML pays

    if len(content) > most_bytes:
        what = Said("the XML is larger than %(most)s bytes", most=most_bytes)
        raise Invalid([Problem("", what, "cut it into several files")])
    parser = etree.XMLParser(**_SAFE)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise _broken(error) from None
    except ValueError as error:  # characters that XML does not know
        raise Invalid([Problem("", Said("no valid XML: %(error)s", error=error), "delete them", 1)]) from None
    _demand_no_type(root)
    _demand_few_attributes(root)
    return root


def without_named_type(content: bytes, named: bytes) -> bytes:
    """The document without a document type that begins with this pattern and only names itself: such a one declares
    nothing, and is not looked up. Lines keep their numbers.
    """
    kind = re.compile(rb"<!DOCTYPE\s+" + named + rb"\b[^\[\]<>]*>")
    return kind.sub(lambda found: b"\n" * found[0].count(b"\n"), content, count=1)


def read_html(content: bytes, most_bytes: int = MOST_BYTES) -> Element:
    """The ``body`` of HTML, which need not be well formed; comments are dropped, nothing is fetched.

    Raises Invalid for what holds nothing, has an element with too many attributes, or is larger than ``most_bytes``. The
    parser itself bounds the nesting.
    """
    from lxml import etree  # noqa: PLC0415 - slow; only what reads HTML pays

    if len(content) > most_bytes:
        what = Said("the HTML is larger than %(most)s bytes", most=most_bytes)
        raise Invalid([Problem("", what, "cut it into several files")])
    try:
        content.decode()
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = None  # as it says itself
    parser = etree.HTMLParser(
        encoding=encoding, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    body = None if root is None else root.find("body")
    if body is None:
        raise Invalid("the HTML holds no text")
    _demand_few_attributes(body)
    return body


def stream_xml(file: BinaryIO, root: str, tag: str, most_bytes: int = MOST_BYTES) -> Iterator[Element]:
    """The elements ``tag`` directly below the root, one after the other; each is emptied when the next is asked for.

    Raises Invalid like ``read_xml``, after the elements before the fault, and where the root is called otherwise;
    TooLarge where a single element has more than ``most_bytes``.
    """
    from lxml import etree  # noqa: PLC0415 - slow; only what reads XML pays

    parser = etree.XMLPullParser(events=("start", "end"), tag=(root, tag), **_SAFE)
    read, fault = 0, None
    while fault is None and (chunk := file.read(_CHUNK)):
        read += len(chunk)
        fault = _fed(parser, chunk)
        for element in _finished(parser, root, tag):
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
            read = 0
        if read > most_bytes + _CHUNK:
            raise TooLarge(
                Said("a single <%(tag)s> is larger than %(most)s MB", tag=tag, most=most_bytes // 1000000)
            )
    fault = fault or _end(parser, root)
    if fault is not None:
        raise fault


def _fed(parser: Any, chunk: bytes) -> Invalid | None:
    """What is wrong in this piece of the document; what stands before it has been understood."""
    from lxml import etree  # noqa: PLC0415 - loaded by now

    try:
        parser.feed(chunk)
    except etree.XMLSyntaxError as error:
        return _broken(error, parser.feed_error_log)
    return None


def _finished(parser: Any, root: str, tag: str) -> Iterator[Element]:
    """The elements directly below the root that are complete by now. Raises Invalid for a document type, and for an element
    with too many attributes.
    """
    for event, element in parser.read_events():
        parent = element.getparent()
        if parent is None:
            _demand_no_type(element)
        elif event == "end" and parent.getparent() is None and (parent.tag, element.tag) == (root, tag):
            _demand_few_attributes(element)
            yield element


def _end(parser: Any, root: str) -> Invalid | None:
    """What is wrong with the document as a whole."""
    from lxml import etree  # noqa: PLC0415 - loaded by now

    try:
        found = parser.close()
    except etree.XMLSyntaxError as error:
        return _broken(error, parser.feed_error_log)
    _demand_no_type(found)
    if found.tag == root:
        return None
    what = Said("the XML begins with <%(tag)s>", tag=found.tag)
    mend = Said("it has to be <%(root)s>", root=root)
    return Invalid([Problem("", what, mend, 1)])


def _broken(error: Any, log: Sequence[Any] = ()) -> Invalid:
    """What the parser says of a document that is not well formed.

    Of one that is fed in pieces its ``log`` knows more than the error, which is silent of an unknown entity.
    """
    said, line = (log[0].message, log[0].line) if len(log) else (error.msg or "", error.lineno)
    said = re.sub(r", line \d+, column \d+.*$", "", said)
    what = Said("no valid XML: %(error)s", error=said or Said("it is empty"))
    return Invalid([Problem("", what, "mend it, or export it again", line or 1)])


def _demand_no_type(root: Element) -> None:
    if root.getroottree().docinfo.doctype:
        raise Invalid([Problem("", _DOCTYPE, "delete that line", 1)])


def _demand_few_attributes(root: Element) -> None:
    found = next((one for one in root.iter("*") if len(one.attrib) > MOST_ATTRIBUTES), None)
    if found is not None:
        what = Said(
            "<%(tag)s> has more than %(most)s attributes",
            tag=local_name(found.tag)[:40],
            most=MOST_ATTRIBUTES,
        )
        raise Invalid([Problem("", what, "delete those that say nothing", found.sourceline)])


def write_xml(root: Element) -> bytes:
    """The document in UTF-8 without a declaration; what ``read_xml`` reads comes out the same again."""
    from lxml import etree  # noqa: PLC0415 - slow; only what writes XML pays

    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=False, with_tail=False)
    return written


def local_name(name: Any) -> str:
    """The name of an element or attribute without its namespace; "" for what has no name (an entity)."""
    return name.rpartition("}")[2] if isinstance(name, str) else ""


def namespace(name: Any) -> str:
    """The namespace of an element or attribute name; "" for none."""
    return name[1:].partition("}")[0] if isinstance(name, str) and name.startswith("{") else ""

"""XML from outside, read safely: no entities, no document type, nothing fetched, bounded in size and depth."""

from __future__ import annotations

import re
from typing import Any, Final, TypeAlias

from quiz.errors import Invalid, Problem

#: An element of a tree as ``lxml.etree`` has it: ``tag``, ``attrib``, ``text``, ``tail``, ``sourceline``, children.
Element: TypeAlias = Any

#: Bytes of a document that is read where the caller says nothing else.
MOST_BYTES: Final = 20_000_000
#: What the parser says first: a document type could name entities and other files.
_DOCTYPE: Final = "a document type (<!DOCTYPE …>) is not allowed here"


def read_xml(content: bytes, most_bytes: int = MOST_BYTES) -> Element:
    """The root element. Comments and processing instructions are dropped.

    Raises Invalid, with the line, for what is not well formed, has a document type, or is larger than ``most_bytes``.
    The parser itself refuses nesting beyond 256 and texts beyond 10 MB.
    """
    from lxml import etree  # noqa: PLC0415 - slow; only what reads XML pays

    if len(content) > most_bytes:
        raise Invalid(
            [Problem("", f"the XML is larger than {most_bytes} bytes", "cut it into several files")]
        )
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        said = re.sub(r", line \d+, column \d+.*$", "", error.msg or "it is empty")
        mend = "mend it, or export it again"
        raise Invalid([Problem("", f"no valid XML: {said}", mend, error.lineno or 1)]) from None
    except ValueError as error:  # characters that XML does not know
        raise Invalid([Problem("", f"no valid XML: {error}", "delete them", 1)]) from None
    if root.getroottree().docinfo.doctype:
        raise Invalid([Problem("", _DOCTYPE, "delete that line", 1)])
    return root


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

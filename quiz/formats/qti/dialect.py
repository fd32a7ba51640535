"""The three versions of QTI: how each calls things. Inside this package all are called as in 2.x.

3.0 writes ``qti-choice-interaction response-identifier="…"`` for ``choiceInteraction responseIdentifier="…"``.
Source: 1EdTech, Question and Test Interoperability 2.1 (2012), 2.2 (2015), 3.0 (2022).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from quiz.files.xml import Element, local_name, namespace

#: The names of variables that an item has anyhow, by the standard or since we write them: no part is called so.
VARIABLES: Final = frozenset(
    "RESPONSE SCORE FEEDBACK GENERAL EXPLANATION completionStatus duration numAttempts".split()
)
#: How identifiers of choices and of words begin, so that they are none of those that they go with.
OTHER_SIDE: Final = ("c_", "w_")
MATHML: Final = "http://www.w3.org/1998/Math/MathML"
SSML: Final = "http://www.w3.org/2001/10/synthesis"
_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])([A-Z])")
_HYPHEN: Final = re.compile(r"-([a-z0-9])")
#: How names of 3.0 begin; what follows is a name by itself.
_OWN: Final = re.compile("qti-[a-zA-Z]")


@dataclass(frozen=True, slots=True)
class Dialect:
    """A version: namespaces, addresses of schemas and templates, types of resources in a package."""

    name: str
    title: str
    items: str
    items_schema: str
    manifest: str
    manifest_schema: str
    #: Where the standard templates of response processing are, ``{}`` for the name of one.
    templates: str
    resource: str
    package: tuple[str, str]
    hyphens: bool = False
    #: Without what later versions have: words on pictures, markup in words and in options of lists, how many words go
    #: into gaps in all, that people score.
    bare: bool = False

    def tag(self, name: str) -> str:
        """The element that 2.x calls so."""
        return f"qti-{_hyphenated(name)}" if self.hyphens else name

    def attribute(self, name: str) -> str:
        """The attribute that 2.x calls so."""
        return _hyphenated(name) if self.hyphens else name

    def element(self, name: str, attributes: Mapping[str, object] | None = None, *inside: str) -> str:
        """An element of QTI around XML."""
        tag = self.tag(name)
        said = "".join(
            f' {self.attribute(one)}="{quoted(value)}"' for one, value in (attributes or {}).items()
        )
        content = "".join(inside)
        return f"<{tag}{said}>{content}</{tag}>" if content else f"<{tag}{said}/>"


def quoted(value: object) -> str:
    """A value as it stands in an attribute."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return escape(text).replace("\n", "&#10;").replace("\t", "&#9;").replace("\r", "&#13;")


def _hyphenated(name: str) -> str:
    return _CAPITAL.sub(r"-\1", name).lower()


def normalise(root: Element) -> None:
    """Gives every element and attribute of a document the name that 2.x has for it, without namespace.

    A version that says ``qti-`` in some places only (drafts of 3.0 do) is read as well. What is said of how a text is
    read aloud gets no name of HTML, which has other elements of these names (``sub``, ``s``, ``mark``).
    """
    for element in root.iter():
        name = ("ssml-" if namespace(element.tag) == SSML else "") + local_name(element.tag)
        own = _OWN.match(name) is not None
        renamed = {_plain(key, own): value for key, value in element.attrib.items()}
        element.attrib.clear()
        element.attrib.update(renamed)
        element.tag = _camel(name.removeprefix("qti-")) if own else name


def _plain(key: str, own: bool) -> str:
    name = local_name(key)
    return _camel(name) if own and not namespace(key) and not name.startswith(("data-", "aria-")) else name


def _camel(name: str) -> str:
    return _HYPHEN.sub(lambda found: found[1].upper(), name)


_TWO: Final = "http://www.imsglobal.org/xsd"
DIALECTS: Final = (
    Dialect(
        "qti21",
        "QTI 2.1",
        f"{_TWO}/imsqti_v2p1",
        f"{_TWO}/qti/qtiv2p1/imsqti_v2p1.xsd",
        f"{_TWO}/imscp_v1p1",
        f"{_TWO}/qti/qtiv2p1/qtiv2p1_imscpv1p2_v1p0.xsd",
        "http://www.imsglobal.org/question/qti_v2p1/rptemplates/{}",
        "imsqti_{}_xmlv2p1",
        ("QTIv2.1 Package", "1.0.0"),
        bare=True,
    ),
    Dialect(
        "qti22",
        "QTI 2.2",
        f"{_TWO}/imsqti_v2p2",
        f"{_TWO}/qti/qtiv2p2/imsqti_v2p2.xsd",
        f"{_TWO}/imscp_v1p1",
        f"{_TWO}/qti/qtiv2p2/qtiv2p2_imscpv1p2_v1p0.xsd",
        "http://www.imsglobal.org/question/qti_v2p2/rptemplates/{}",
        "imsqti_{}_xmlv2p2",
        ("QTIv2.2 Package", "1.0.0"),
    ),
    Dialect(
        "qti30",
        "QTI 3.0",
        f"{_TWO}/imsqtiasi_v3p0",
        "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd",
        f"{_TWO}/qti/qtiv3p0/imscp_v1p1",
        "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqtiv3p0_imscpv1p2_v1p0.xsd",
        "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{}.xml",
        "imsqti_{}_xmlv3p0",
        ("QTI Package", "3.0.0"),
        hyphens=True,
    ),
)

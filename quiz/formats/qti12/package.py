"""The files of a package: the manifest, the assessment, what Canvas wants to know of it, and the pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from quiz.formats.qti12.sheet import attribute, coded

_QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"


def assessment(ident: str, title: str, items: Sequence[str]) -> bytes:
    """The document with the items."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<questestinterop xmlns="{_QTI}">\n'
        f'  <assessment ident="{ident}" title="{attribute(title)}">\n    <section ident="root_section">\n'
        f"{''.join(items)}    </section>\n  </assessment>\n</questestinterop>\n"
    ).encode()


def files(ident: str, title: str, document: bytes, pictures: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of the package by path, the manifest first."""
    path, meta = f"{ident}/{ident}.xml", f"{ident}/assessment_meta.xml"
    # Identifiers of XML begin with no digit.
    name = f"_{ident}" if ident[:1].isdigit() else ident
    return {
        "imsmanifest.xml": _manifest(name, path, meta, pictures),
        path: document,
        meta: _meta(name, title),
        **pictures,
    }


def _manifest(ident: str, path: str, meta: str, pictures: Mapping[str, bytes]) -> bytes:
    shown = "".join(
        f'    <resource identifier="{ident}-file-{number}" type="webcontent" href="{coded(name)}">\n'
        f'      <file href="{coded(name)}"/>\n    </resource>\n'
        for number, name in enumerate(pictures, 1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<manifest identifier="{ident}-manifest" xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1">\n'
        "  <metadata>\n    <schema>IMS Content</schema>\n    <schemaversion>1.1.3</schemaversion>\n  </metadata>\n"
        "  <organizations/>\n  <resources>\n"
        f'    <resource identifier="{ident}" type="imsqti_xmlv1p2">\n      <file href="{path}"/>\n'
        f'      <dependency identifierref="{ident}-meta"/>\n    </resource>\n'
        f'    <resource identifier="{ident}-meta" type="associatedcontent/imscc_xmlv1p1/learning-application-resource"'
        f' href="{meta}">\n      <file href="{meta}"/>\n    </resource>\n{shown}  </resources>\n</manifest>\n'
    ).encode()


def _meta(ident: str, title: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<quiz identifier="{ident}" xmlns="http://canvas.instructure.com/xsd/cccv1p0">\n'
        f"  <title>{coded(title)}</title>\n  <quiz_type>assignment</quiz_type>\n</quiz>\n"
    ).encode()

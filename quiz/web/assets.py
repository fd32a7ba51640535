"""Static files: each address carries the file's digest, so that browsers may keep it for ever.

The files are read once a process, and compressed once where that is worth it; pages are left to the proxy.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from flask import Response, abort, request

FOLDER = Path(__file__).resolve().parent.parent / "static"
PATH = "/static/"
FOR_EVER = "public, max-age=31536000, immutable"
SMALLEST_TO_COMPRESS = 1000


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file as it is sent."""

    body: bytes
    compressed: bytes | None
    mimetype: str
    digest: str


@cache
def _read(name: str) -> Asset | None:
    path = (FOLDER / name).resolve()
    if not path.is_relative_to(FOLDER) or not path.is_file():
        return None
    body = path.read_bytes()
    mimetype = mimetypes.guess_type(name)[0] or "text/plain"
    small = len(body) < SMALLEST_TO_COMPRESS or mimetype.startswith("image/png")
    compressed = None if small else gzip.compress(body, mtime=0)
    return Asset(body, compressed, mimetype, hashlib.sha256(body).hexdigest()[:16])


@cache
def address(name: str) -> str:
    """The address of a static file, such as ``/static/theme.css?v=…``. Raises FileNotFoundError."""
    asset = _read(name)
    if asset is None:
        raise FileNotFoundError(f"no static file {name}")
    return f"{PATH}{quote(name)}?v={asset.digest}"


@cache
def vendored(package: str, ending: str) -> str:
    """The name of a vendored package's file with this ending, as the manifest has it. Raises LookupError."""
    for entry in json.loads((FOLDER / "vendor/manifest.json").read_bytes()):
        if entry["name"] == package and entry["file"].endswith(ending):
            return f"vendor/{entry['file']}"
    raise LookupError(f"{package} is not vendored")


def serve(name: str) -> Response:
    """A static file; 404 where there is none."""
    asset = _read(name)
    if asset is None:
        abort(404)
    zipped = asset.compressed is not None and request.accept_encodings["gzip"] > 0
    response = Response(asset.compressed if zipped else asset.body, mimetype=asset.mimetype)
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = FOR_EVER if request.args.get("v") == asset.digest else "no-cache"
    response.set_etag(asset.digest + ("-gzip" if zipped else ""))
    response.make_conditional(request)
    return response

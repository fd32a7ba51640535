"""Squares to scan (QR codes, ISO/IEC 18004), as addresses of pictures that lie in the page itself."""

from __future__ import annotations

import segno

#: Pixels of a module; a phone reads it from paper and screen.
SCALE = 4


def square(text: str) -> str:
    """The ``src`` of a picture that holds this text, black on white in any colours of the page."""
    return segno.make(text, error="m", micro=False).svg_data_uri(scale=SCALE, light="#fff")

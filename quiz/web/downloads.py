"""Files to take away."""

from __future__ import annotations

import re
from urllib.parse import quote

from flask import Response

#: So that a spreadsheet reads UTF-8 as such.
BYTE_ORDER_MARK = "\N{BYTE ORDER MARK}"
LONGEST_NAME = 80


def download(content: str | bytes, name: str, ending: str, mimetype: str) -> Response:
    """The content as a file of this name: letters, digits and hyphens of it, so that it is a safe name everywhere."""
    plain = re.sub(r"[\W_]+", "-", name)[:LONGEST_NAME].strip("-") or "quiz"
    ascii_only = plain.encode("ascii", "ignore").decode().strip("-") or "quiz"
    names = {"filename": ascii_only + ending, "filename*": f"UTF-8''{quote(plain + ending)}"}
    response = Response(content, mimetype=mimetype)
    response.headers.set("Content-Disposition", "attachment", **names)
    return response


def download_csv(text: str, name: str) -> Response:
    """A table for a spreadsheet."""
    return download(BYTE_ORDER_MARK + text, name, ".csv", "text/csv")


def download_xlsx(content: bytes, name: str) -> Response:
    """A workbook."""
    return download(
        content, name, ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )


def download_pdf(content: bytes, name: str) -> Response:
    """A file to print."""
    return download(content, name, ".pdf", "application/pdf")


def download_html(text: str, name: str) -> Response:
    """A page that needs no other file. It is kept, not opened here: a download cannot speak for the site."""
    return download(text, name, ".html", "text/html")

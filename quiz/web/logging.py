"""One JSON line a request on standard error: what, how it ended, how long; ids, but no names, codes or answers."""

from __future__ import annotations

import json
import logging
import sys
import time
import uuid
from typing import Any

from flask import Flask, Response, g, request

requests = logging.getLogger("quiz.requests")
_FIELDS = ("request_id", "method", "route", "ids", "status", "ms", "user")


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name in _FIELDS if (value := getattr(record, name, None)) is not None}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


JsonLines.converter = time.gmtime


def request_id() -> str:
    """The id of this request, as it stands in the log, in the response's head and on error pages."""
    if "request_id" not in g:
        g.request_id = uuid.uuid4().hex[:16]
    return g.request_id


def install(app: Flask, level: str) -> None:
    """Sends the program's log to standard error and writes a line for each request."""
    root = logging.getLogger("quiz")
    root.setLevel(level)
    root.propagate = False
    if not any(isinstance(handler.formatter, JsonLines) for handler in root.handlers):
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines())
        root.addHandler(handler)

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-ID"] = request_id()
        if requests.isEnabledFor(logging.INFO) and request.endpoint != "static":
            requests.info("request", extra=_facts(response))
        return response


def _facts(response: Response) -> dict[str, Any]:
    """The route in place of the address: a join code stands in an address, and an id is enough for a search."""
    actor = g.get("actor")
    return {
        "request_id": request_id(),
        "method": request.method,
        "route": request.url_rule.rule if request.url_rule else None,
        "ids": {name: value for name, value in (request.view_args or {}).items() if isinstance(value, int)}
        or None,
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.began) * 1000, 1),
        "user": actor.id if actor else None,
    }

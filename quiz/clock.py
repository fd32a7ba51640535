"""The one place that reads the time. It is read once, at the edge of a request or command, and passed down."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)

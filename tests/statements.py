"""Counts what is asked of the database."""

from contextlib import contextmanager

from sqlalchemy import event

from quiz.db import db


@contextmanager
def statements():
    """The list of SQL statements that are sent inside the block; inside an application context."""
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)

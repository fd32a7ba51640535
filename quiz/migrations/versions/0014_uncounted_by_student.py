"""Attempts that are not counted yet are found by student.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

UNCOUNTED = sa.text("finished_at IS NOT NULL AND counted_at IS NULL")


def upgrade():
    """SQLite took the index of all attempts of a quiz in its place."""
    _index("quiz_id", "user_id")


def downgrade():
    """By quiz again."""
    _index("quiz_id")


def _index(*columns):
    op.drop_index("ix_attempt_uncounted", "attempt")
    op.create_index(
        "ix_attempt_uncounted", "attempt", [*columns], sqlite_where=UNCOUNTED, postgresql_where=UNCOUNTED
    )

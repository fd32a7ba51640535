"""The index of what a bank lists is one that SQLite takes, too.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

COLUMNS = ["bank_id", "topic", "question_id", "type", "difficulty", "level", "status"]


def upgrade():
    """SQLite uses a partial index only where a statement says its condition in the same words."""
    _index("current = 1")


def downgrade():
    """By the words that PostgreSQL uses."""
    _index("current")


def _index(on_sqlite):
    op.drop_index("ix_question_version_listed", "question_version")
    op.create_index(
        "ix_question_version_listed",
        "question_version",
        COLUMNS,
        sqlite_where=sa.text(on_sqlite),
        postgresql_where=sa.text("current"),
    )

"""The index of what a bank lists holds all that is asked of it, so that neither engine reads rows for it.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NAME, TABLE, CURRENT = "ix_question_version_listed", "question_version", sa.text("current")


def upgrade():
    """SQLite reads the row for the condition of a partial index: here it is a column."""
    op.drop_index(NAME, TABLE)
    columns = ["bank_id", "current", "topic", "type", "difficulty", "status", "level", "question_id"]
    op.create_index(NAME, TABLE, columns)


def downgrade():
    """Of current versions only."""
    op.drop_index(NAME, TABLE)
    columns = ["bank_id", "topic", "question_id", "type", "difficulty", "level", "status"]
    op.create_index(NAME, TABLE, columns, sqlite_where=CURRENT, postgresql_where=CURRENT)

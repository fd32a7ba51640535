"""When keys are true stands in columns, so that a bank of any size says at once what has gone stale.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TABLE = "question_version"
INDEXES = {
    "ix_question_version_ending": ["bank_id", "current", "status", "spanned", "ends_on", "question_id"],
    "ix_question_version_coming": ["bank_id", "current", "status", "starts_on", "question_id"],
}


def upgrade():
    """What the draw knows of each version says the days already."""
    op.add_column(TABLE, sa.Column("starts_on", sa.String(length=10), nullable=True))
    op.add_column(TABLE, sa.Column("ends_on", sa.String(length=10), nullable=True))
    op.add_column(TABLE, sa.Column("spanned", sa.Boolean(), server_default=sa.false(), nullable=False))
    days = {"starts_on": sa.String, "ends_on": sa.String, "spanned": sa.Boolean, "item": sa.JSON}
    versions = sa.table(TABLE, *(sa.column(name, kind) for name, kind in days.items()))
    item = versions.c.item
    op.execute(
        versions.update().values(
            starts_on=item["start"].as_string(),
            ends_on=item["end"].as_string(),
            spanned=item["spans"].as_string().is_not(None),
        )
    )
    for name, columns in INDEXES.items():
        op.create_index(name, TABLE, columns)


def downgrade():
    """What the draw knows stays."""
    for name in INDEXES:
        op.drop_index(name, TABLE)
    for name in ("spanned", "ends_on", "starts_on"):
        op.drop_column(TABLE, name)

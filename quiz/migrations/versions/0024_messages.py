"""Messages to students at work.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade():
    """Until now teachers said aloud what they had to say."""
    op.create_table(
        "attempt_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_attempt_message_attempt_id")),
        sa.ForeignKeyConstraint(["sent_by"], ["user.id"], name=op.f("fk_attempt_message_sent_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_message")),
    )
    op.create_index(op.f("ix_attempt_message_attempt_id_id"), "attempt_message", ["attempt_id", "id"])


def downgrade():
    """What was said is gone."""
    op.drop_table("attempt_message")

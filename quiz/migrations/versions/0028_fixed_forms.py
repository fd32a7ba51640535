"""Fixed forms of a quiz, of which each attempt gets one.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade():
    """Until now each attempt had a paper of its own."""
    op.create_table(
        "quiz_form",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("algorithm", sa.String(20), nullable=False),
        sa.Column("exactness", sa.JSON(), nullable=False),
        sa.Column("slots", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["revision_id"], ["quiz_revision.id"], name=op.f("fk_quiz_form_revision_id")),
        sa.PrimaryKeyConstraint("revision_id", "number", name=op.f("pk_quiz_form")),
    )
    op.add_column("attempt", sa.Column("form", sa.Integer(), nullable=True))


def downgrade():
    """Attempts keep their papers; which of them were fixed is gone."""
    op.drop_column("attempt", "form")
    op.drop_table("quiz_form")

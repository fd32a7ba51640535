"""Spaced practice: what each student remembers of each question, and how much they want to.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade():
    """Nothing is remembered of what was practised before: each question begins with its next answer."""
    op.create_table(
        "practice_card",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("stability", sa.Float(), nullable=False),
        sa.Column("difficulty", sa.Float(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_practice_card_user_id")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_practice_card_question_id")),
        sa.PrimaryKeyConstraint("user_id", "question_id", name=op.f("pk_practice_card")),
    )
    op.add_column("user", sa.Column("retention", sa.Float(), server_default=sa.text("0.9"), nullable=False))


def downgrade():
    """What was remembered is gone."""
    op.drop_column("user", "retention")
    op.drop_table("practice_card")

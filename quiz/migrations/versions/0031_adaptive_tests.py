"""Adaptive tests: the pool of a revision, why each question came next, trial questions, and the ability told at the end.

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade():
    """Until now no attempt was adaptive."""
    op.create_table(
        "quiz_pool",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("trials", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["revision_id"], ["quiz_revision.id"], name=op.f("fk_quiz_pool_revision_id")),
        sa.PrimaryKeyConstraint("revision_id", name=op.f("pk_quiz_pool")),
    )
    op.add_column("attempt", sa.Column("ability", sa.Float(), nullable=True))
    op.add_column("attempt", sa.Column("ability_error", sa.Float(), nullable=True))
    op.add_column("attempt", sa.Column("stopped", sa.String(10), nullable=True))
    op.add_column("attempt_slot", sa.Column("trial", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("attempt_slot", sa.Column("step", sa.JSON(), nullable=True))


def downgrade():
    """Attempts keep their questions and grades; how they came about is gone."""
    op.drop_column("attempt_slot", "step")
    op.drop_column("attempt_slot", "trial")
    op.drop_column("attempt", "stopped")
    op.drop_column("attempt", "ability_error")
    op.drop_column("attempt", "ability")
    op.drop_table("quiz_pool")

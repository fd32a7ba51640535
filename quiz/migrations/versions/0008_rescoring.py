"""Rescoring: what was decided, and what it changed.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade():
    """Until now nothing was scored again but late answers."""
    op.create_table(
        "rescoring",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("policy", sa.String(20), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "policy IN ('new-key', 'both-keys', 'full-credit', 'drop', 'never-lower')",
            name=op.f("ck_rescoring_policy"),
        ),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_rescoring_quiz_id")),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_rescoring_created_by")),
        sa.ForeignKeyConstraint(["undone_by"], ["user.id"], name=op.f("fk_rescoring_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescoring")),
    )
    op.create_index(op.f("ix_rescoring_quiz_id"), "rescoring", ["quiz_id"])
    op.create_table(
        "rescored_version",
        sa.Column("rescoring_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rescoring_id"], ["rescoring.id"], name=op.f("fk_rescored_version_rescoring_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_version.id"], name=op.f("fk_rescored_version_version_id")
        ),
        sa.PrimaryKeyConstraint("rescoring_id", "version_id", name=op.f("pk_rescored_version")),
    )
    op.create_table(
        "rescored_attempt",
        sa.Column("rescoring_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("grade_before", sa.Float(), nullable=True),
        sa.Column("grade_after", sa.Float(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["rescoring_id"], ["rescoring.id"], name=op.f("fk_rescored_attempt_rescoring_id")
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_rescored_attempt_attempt_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("rescoring_id", "attempt_id", name=op.f("pk_rescored_attempt")),
    )
    op.create_index(op.f("ix_rescored_attempt_attempt_id"), "rescored_attempt", ["attempt_id"])
    op.create_table(
        "rescored_slot",
        sa.Column("rescoring_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("version_before", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["rescoring_id"], ["rescoring.id"], name=op.f("fk_rescored_slot_rescoring_id")
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id", "slot"],
            ["attempt_slot.attempt_id", "attempt_slot.slot"],
            name=op.f("fk_rescored_slot_attempt_id_slot"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["version_before"], ["question_version.id"], name=op.f("fk_rescored_slot_version_before")
        ),
        sa.PrimaryKeyConstraint("rescoring_id", "attempt_id", "slot", name=op.f("pk_rescored_slot")),
    )
    op.create_index(op.f("ix_rescored_slot_attempt_id_slot"), "rescored_slot", ["attempt_id", "slot"])


def downgrade():
    """The marks that count, and the versions they were given by, stay; that there were others can no longer be undone."""
    op.drop_table("rescored_slot")
    op.drop_table("rescored_attempt")
    op.drop_table("rescored_version")
    op.drop_table("rescoring")

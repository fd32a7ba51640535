"""More time, further attempts and other dates for somebody; where a student is in an attempt.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade():
    """Until now a quiz had the same dates, limit and attempts for everybody."""
    op.add_column(
        "enrolment", sa.Column("time_factor", sa.Float(), server_default=sa.text("1"), nullable=False)
    )
    op.add_column(
        "enrolment", sa.Column("extra_attempts", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column(
        "attempt", sa.Column("extra_minutes", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.create_table(
        "override",
        sa.Column("quiz_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_override_quiz_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_override_user_id")),
        sa.PrimaryKeyConstraint("quiz_id", "user_id", name=op.f("pk_override")),
    )
    op.create_table(
        "presence",
        sa.Column("attempt_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.Integer(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_presence_attempt_id")),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_presence")),
    )


def downgrade():
    """Deadlines that were moved stay where they are; why they were is gone."""
    op.drop_table("presence")
    op.drop_table("override")
    op.drop_column("attempt", "extra_minutes")
    op.drop_column("enrolment", "extra_attempts")
    op.drop_column("enrolment", "time_factor")

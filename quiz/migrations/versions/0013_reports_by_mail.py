"""Reports of quizzes by mail.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade():
    """Until now nobody got any mail."""
    op.create_table(
        "report_mail",
        sa.Column("quiz_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("every", sa.String(10), nullable=False),
        sa.Column("stop_key", sa.String(64), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("every IN ('day', 'week')", name=op.f("ck_report_mail_every")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_report_mail_quiz_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_report_mail_user_id")),
        sa.PrimaryKeyConstraint("quiz_id", "user_id", name=op.f("pk_report_mail")),
        sa.UniqueConstraint("stop_key", name=op.f("uq_report_mail_stop_key")),
    )
    op.create_index(op.f("ix_report_mail_next_at"), "report_mail", ["next_at"])


def downgrade():
    """Nobody gets mail any more."""
    op.drop_table("report_mail")

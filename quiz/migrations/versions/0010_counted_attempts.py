"""What reports are made of, counted: cells, sums of products, each attempt as it was counted.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

UNCOUNTED = sa.text("finished_at IS NOT NULL AND counted_at IS NULL")
CELL = sa.String(2000).with_variant(sa.String(2000, collation="C"), "postgresql")


def upgrade():
    """The attempts that there are have not been counted: the upkeep does it."""
    op.create_table(
        "counted_quiz",
        sa.Column("quiz_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("coarse", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_counted_quiz_quiz_id")),
        sa.PrimaryKeyConstraint("quiz_id", name=op.f("pk_counted_quiz")),
    )
    op.create_table(
        "item_statistics",
        sa.Column("quiz_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("standing", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("cell", CELL, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_item_statistics_quiz_id")),
        sa.PrimaryKeyConstraint(
            "quiz_id", "standing", "version_id", "kind", "cell", name=op.f("pk_item_statistics")
        ),
    )
    op.create_table(
        "pair_sums",
        sa.Column("quiz_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("standing", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("sums", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_pair_sums_quiz_id")),
        sa.PrimaryKeyConstraint("quiz_id", "standing", name=op.f("pk_pair_sums")),
    )
    op.create_table(
        "counted_attempt",
        sa.Column("attempt_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("standing", sa.SmallInteger(), nullable=False),
        sa.Column("paper", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_counted_attempt_attempt_id")),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_counted_attempt")),
    )
    op.create_index(
        "ix_attempt_uncounted",
        "attempt",
        ["quiz_id"],
        sqlite_where=UNCOUNTED,
        postgresql_where=UNCOUNTED,
    )
    op.create_index("ix_attempt_quiz_finished", "attempt", ["quiz_id", "finished_at"])


def downgrade():
    """Nothing is counted any more: all of it can be worked out again."""
    op.execute(sa.text("UPDATE attempt SET counted_at = NULL"))
    op.drop_index("ix_attempt_quiz_finished", "attempt")
    op.drop_index("ix_attempt_uncounted", "attempt")
    op.drop_table("counted_attempt")
    op.drop_table("pair_sums")
    op.drop_table("item_statistics")
    op.drop_table("counted_quiz")

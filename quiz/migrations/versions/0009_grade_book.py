"""The grade book: categories, and what people decide about grades.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade():
    """Until now every grade was that of the attempts, and there was no total."""
    op.create_table(
        "grade_category",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("drop_lowest", sa.Integer(), nullable=False),
        sa.CheckConstraint("weight >= 0", name="ck_grade_category_weight"),
        sa.CheckConstraint("drop_lowest >= 0", name="ck_grade_category_drop_lowest"),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_grade_category_course_id"),
        sa.PrimaryKeyConstraint("id", name="pk_grade_category"),
        sa.UniqueConstraint("course_id", "name", name="uq_grade_category_course_id_name"),
    )
    op.create_table(
        "quiz_category",
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name="fk_quiz_category_quiz_id"),
        sa.ForeignKeyConstraint(["category_id"], ["grade_category.id"], name="fk_quiz_category_category_id"),
        sa.PrimaryKeyConstraint("quiz_id", name="pk_quiz_category"),
    )
    op.create_index("ix_quiz_category_category_id", "quiz_category", ["category_id"])
    op.create_table(
        "grade_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("grade", sa.Float(), nullable=True),
        sa.Column("before", sa.String(10), nullable=False),
        sa.Column("before_grade", sa.Float(), nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('override', 'excused', 'computed')", name="ck_grade_decision_kind"),
        sa.CheckConstraint(
            "(kind = 'override') = (grade IS NOT NULL)", name="ck_grade_decision_grade_iff_override"
        ),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name="fk_grade_decision_quiz_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_grade_decision_user_id"),
        sa.ForeignKeyConstraint(["decided_by"], ["user.id"], name="fk_grade_decision_decided_by"),
        sa.PrimaryKeyConstraint("id", name="pk_grade_decision"),
    )
    op.create_index("ix_grade_decision_user_id_quiz_id", "grade_decision", ["user_id", "quiz_id"])
    op.create_index(
        "uq_grade_decision_counts",
        "grade_decision",
        ["quiz_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )


def downgrade():
    """Grades are those of the attempts again; what was decided about them goes."""
    op.drop_index("uq_grade_decision_counts", table_name="grade_decision")
    op.drop_index("ix_grade_decision_user_id_quiz_id", table_name="grade_decision")
    op.drop_table("grade_decision")
    op.drop_index("ix_quiz_category_category_id", table_name="quiz_category")
    op.drop_table("quiz_category")
    op.drop_table("grade_category")

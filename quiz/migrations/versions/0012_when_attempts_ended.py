"""When counted attempts ended stands with their quiz; how many students a course has is counted in an index.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade():
    """What is counted is counted on."""
    op.add_column("counted_quiz", sa.Column("first_finished", sa.DateTime(timezone=True), nullable=True))
    op.add_column("counted_quiz", sa.Column("last_finished", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        sa.text(
            "UPDATE counted_quiz SET first_finished = (SELECT min(finished_at) FROM attempt "
            "WHERE attempt.quiz_id = counted_quiz.quiz_id AND counted_at IS NOT NULL), "
            "last_finished = (SELECT max(finished_at) FROM attempt "
            "WHERE attempt.quiz_id = counted_quiz.quiz_id AND counted_at IS NOT NULL)"
        )
    )
    op.drop_index("ix_attempt_quiz_finished", "attempt")
    op.create_index(op.f("ix_enrolment_course_id_role"), "enrolment", ["course_id", "role"])


def downgrade():
    """The times stand with the attempts as well."""
    op.drop_index(op.f("ix_enrolment_course_id_role"), "enrolment")
    op.create_index("ix_attempt_quiz_finished", "attempt", ["quiz_id", "finished_at"])
    op.drop_column("counted_quiz", "last_finished")
    op.drop_column("counted_quiz", "first_finished")

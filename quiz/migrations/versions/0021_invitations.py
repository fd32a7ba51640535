"""Invitations.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade():
    """Until now administrators added people by hand."""
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("note", sa.String(120), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("course_role", sa.String(20), nullable=True),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('user', 'author', 'administrator')", name=op.f("ck_invitation_role")),
        sa.CheckConstraint(
            "course_role IN ('student', 'assistant', 'teacher', 'reader')",
            name=op.f("ck_invitation_course_role"),
        ),
        sa.CheckConstraint("(course_id IS NULL) = (course_role IS NULL)", name=op.f("ck_invitation_course")),
        sa.CheckConstraint("used <= uses", name=op.f("ck_invitation_used")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_invitation_course_id")),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_invitation_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_invitation_key_hash")),
    )


def downgrade():
    """Invitations end; who came by one stays."""
    op.drop_table("invitation")

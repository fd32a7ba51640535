"""Why a version was made; drafts of questions, reviews and comments; saved searches.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

OF_SAVED, OF_NEW = sa.text("question_id IS NOT NULL"), sa.text("question_id IS NULL")
OPEN = sa.text("decided_at IS NULL")


def upgrade():
    """Until now a version said when and by whom only."""
    op.add_column("question_version", sa.Column("reason", sa.Text(), server_default="", nullable=False))
    add_drafts()
    add_reviews()
    add_comments()
    op.create_table(
        "saved_search",
        sa.Column("bank_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.id"], name=op.f("fk_saved_search_bank_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_saved_search_user_id")),
        sa.PrimaryKeyConstraint("bank_id", "user_id", "name", name=op.f("pk_saved_search")),
    )


def add_drafts():
    """One for a person and a question, or a new question of a type."""
    op.create_table(
        "question_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bank_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.id"], name=op.f("fk_question_draft_bank_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_question_draft_user_id")),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question.id"],
            name=op.f("fk_question_draft_question_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_draft")),
    )
    columns = {"uq_question_draft_saved": (["question_id", "user_id"], OF_SAVED)}
    columns["uq_question_draft_new"] = (["bank_id", "user_id", "type"], OF_NEW)
    for name, (names, condition) in columns.items():
        op.create_index(
            name, "question_draft", names, unique=True, sqlite_where=condition, postgresql_where=condition
        )


def add_reviews():
    """At most one of a question is open."""
    op.create_table(
        "question_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('approved', 'returned', 'withdrawn')", name=op.f("ck_question_review_outcome")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (outcome IS NULL)", name=op.f("ck_question_review_decided")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question.id"],
            name=op.f("fk_question_review_question_id"),
            ondelete="CASCADE",
        ),
        *(
            sa.ForeignKeyConstraint([name], ["user.id"], name=op.f(f"fk_question_review_{name}"))
            for name in ("asked_by", "reviewer_id", "decided_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_review")),
    )
    op.create_index(
        "uq_question_review_open",
        "question_review",
        ["question_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    for name in ("reviewer_id", "asked_by"):
        op.create_index(op.f(f"ix_question_review_{name}"), "question_review", [name])


def add_comments():
    """Threads of one depth."""
    op.create_table(
        "question_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question.id"],
            name=op.f("fk_question_comment_question_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"],
            ["question_comment.id"],
            name=op.f("fk_question_comment_thread_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_question_comment_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_comment")),
    )
    op.create_index(op.f("ix_question_comment_question_id"), "question_comment", ["question_id"])


def downgrade():
    """What was said goes; the questions stay."""
    for name in ("saved_search", "question_comment", "question_review", "question_draft"):
        op.drop_table(name)
    op.drop_column("question_version", "reason")

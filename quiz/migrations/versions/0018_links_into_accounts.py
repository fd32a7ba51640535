"""A mail address of a person, and links that let them choose a new password.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade():
    """Until now nobody had an address, and only administrators set passwords."""
    op.add_column("user", sa.Column("mail_address", sa.String(254), nullable=True))
    op.create_table(
        "account_link",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.String(10), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=True),
        sa.Column("address", sa.String(254), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('password', 'address')", name=op.f("ck_account_link_purpose")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_account_link_user_id")),
        sa.PrimaryKeyConstraint("user_id", "purpose", name=op.f("pk_account_link")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_account_link_key_hash")),
    )
    op.create_index(op.f("ix_account_link_send_at"), "account_link", ["send_at"])


def downgrade():
    """Links end, addresses go."""
    op.drop_table("account_link")
    op.drop_column("user", "mail_address")

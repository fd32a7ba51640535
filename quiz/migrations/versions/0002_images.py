"""Images: content, folders of banks, what versions show.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "media",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("mime", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_media"),
    )
    op.create_table(
        "bank_image",
        sa.Column("bank_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.id"], name="fk_bank_image_bank_id"),
        sa.ForeignKeyConstraint(["digest"], ["media.digest"], name="fk_bank_image_digest"),
        sa.PrimaryKeyConstraint("bank_id", "name", name="pk_bank_image"),
    )
    op.create_index("ix_bank_image_digest", "bank_image", ["digest"])
    op.create_table(
        "version_image",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["question_version.id"], name="fk_version_image_version_id"),
        sa.ForeignKeyConstraint(["digest"], ["media.digest"], name="fk_version_image_digest"),
        sa.PrimaryKeyConstraint("version_id", "digest", name="pk_version_image"),
    )
    op.create_index("ix_version_image_digest", "version_image", ["digest"])


def downgrade():
    """The contents of all images go; texts keep the names, and show what the images would say."""
    op.drop_index("ix_version_image_digest", table_name="version_image")
    op.drop_table("version_image")
    op.drop_index("ix_bank_image_digest", table_name="bank_image")
    op.drop_table("bank_image")
    op.drop_table("media")

"""Marks by hand: who gave them, with which comment and rubric; slots with texts that ask nothing.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade():
    """Until now every slot asked something, and every mark was the program's."""
    op.add_column("attempt_slot", sa.Column("asks", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("mark", sa.Column("by_hand", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("mark", sa.Column("comment", sa.Text(), nullable=True))
    op.add_column("mark", sa.Column("rubric", sa.JSON(), nullable=True))


def downgrade():
    """The points stay; what was said about them goes."""
    op.drop_column("mark", "rubric")
    op.drop_column("mark", "comment")
    op.drop_column("mark", "by_hand")
    op.drop_column("attempt_slot", "asks")

"""What stood at the head of a bank before the last import, so that taking that back brings it back too.

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade():
    """Of imports until now only the questions are taken back, and what they had said of topics."""
    op.add_column("bank", sa.Column("header_before", sa.JSON(), nullable=True))


def downgrade():
    """The heads stay as they are."""
    op.drop_column("bank", "header_before")

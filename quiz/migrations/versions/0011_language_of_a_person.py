"""The language in which a person reads the pages.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade():
    """Until somebody chooses, the browser's language counts."""
    op.add_column("user", sa.Column("language", sa.String(35), nullable=True))


def downgrade():
    """The choices go; nothing else hangs on them."""
    op.drop_column("user", "language")

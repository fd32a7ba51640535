"""A quiz can be a template: one to begin others with.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade():
    """Until now no quiz was one."""
    op.add_column("quiz", sa.Column("template", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade():
    """Which ones were templates is gone; the quizzes stay."""
    op.drop_column("quiz", "template")

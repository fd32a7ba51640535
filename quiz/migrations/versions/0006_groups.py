"""Groups of a course: which one a person belongs to.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    """Until now nobody was in a group."""
    op.add_column("enrolment", sa.Column("group_name", sa.String(80), nullable=True))


def downgrade():
    """People stay in the course; the groups go."""
    op.drop_column("enrolment", "group_name")

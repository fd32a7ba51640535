"""Attempts are counted anew: by place on the paper, and variants with totals and rests.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

COUNTED = ("counted_attempt", "pair_sums", "item_statistics", "counted_quiz")


def upgrade():
    """The upkeep counts them, some at a time; until then a report adds them itself."""
    _count_anew()


def downgrade():
    """The cells of before."""
    _count_anew()


def _count_anew():
    for table in COUNTED:
        op.execute(sa.delete(sa.table(table)))
    counted_at = sa.column("counted_at")
    op.execute(
        sa.update(sa.table("attempt", counted_at)).where(counted_at.is_not(None)).values(counted_at=None)
    )

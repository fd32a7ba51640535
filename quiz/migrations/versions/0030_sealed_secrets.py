"""Secrets of authenticators are stored sealed, which is longer.

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

#: Characters of a secret in clear, and at most of a sealed one.
CLEAR, SEALED = 32, 200


def upgrade():
    """What stands there in clear is sealed when the server begins: only it knows the key."""
    _widen(CLEAR, SEALED)


def downgrade():
    """Sealed secrets cannot be read any more: their authenticators are set up anew."""
    authenticator = sa.table("authenticator", sa.column("user_id"), sa.column("secret"))
    recovery_code = sa.table("recovery_code", sa.column("user_id"))
    sealed = sa.func.length(authenticator.c.secret) > CLEAR
    owners = sa.select(authenticator.c.user_id).where(sealed)
    op.execute(sa.delete(recovery_code).where(recovery_code.c.user_id.in_(owners)))
    op.execute(sa.delete(authenticator).where(sealed))
    _widen(SEALED, CLEAR)


def _widen(before, after):
    with op.batch_alter_table("authenticator") as table:
        table.alter_column(
            "secret",
            existing_type=sa.String(before),
            type_=sa.String(after),
            existing_nullable=False,
        )

"""Indexes for the page of the audit log.

Revision ID: 0022
Revises: 0021
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade():
    """Until now nobody read the log but by hand."""
    op.create_index(op.f("ix_audit_event_actor_id_id"), "audit_event", ["actor_id", "id"])
    op.create_index(op.f("ix_audit_event_at"), "audit_event", ["at"])


def downgrade():
    """The log stays as it is."""
    op.drop_index(op.f("ix_audit_event_at"), "audit_event")
    op.drop_index(op.f("ix_audit_event_actor_id_id"), "audit_event")

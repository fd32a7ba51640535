"""Languages: of an attempt, of question versions, of the ready questions of a bank.

Revision ID: 0004
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade():
    """Until now every question was in the language of its bank only, which needs no entry."""
    op.add_column("attempt", sa.Column("language", sa.String(length=20), nullable=True))
    op.add_column(
        "question_version", sa.Column("languages", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("bank", sa.Column("languages", sa.JSON(), server_default=sa.text("'{}'"), nullable=False))


def downgrade():
    """Attempts are shown in the languages of the banks again."""
    op.drop_column("bank", "languages")
    op.drop_column("question_version", "languages")
    op.drop_column("attempt", "language")

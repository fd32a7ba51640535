"""One question after the other: which quizzes, and where an attempt stands; tries that count back.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

#: The rules of tries before and after.
BEFORE, AFTER = ("one", "interactive", "adaptive"), ("one", "interactive", "adaptive", "countback")


def upgrade():
    """Until now there was a way back in every attempt."""
    op.add_column("quiz", sa.Column("sequential", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("attempt", sa.Column("at_slot", sa.Integer(), nullable=True))
    _admit(AFTER)


def downgrade():
    """Attempts can go back again; tries that counted back by parts count as a whole, marks that were given stay."""
    op.execute(sa.text("UPDATE quiz_revision SET tries = 'interactive' WHERE tries = 'countback'"))
    _admit(BEFORE)
    op.drop_column("attempt", "at_slot")
    op.drop_column("quiz", "sequential")


def _admit(tries):
    """Puts the check of ``tries`` anew."""
    name = op.f("ck_quiz_revision_tries")
    with op.batch_alter_table("quiz_revision") as table:
        table.drop_constraint(name, type_="check")
        table.create_check_constraint(name, "tries IN ({})".format(", ".join(f"'{one}'" for one in tries)))

"""Runs migrations on the connection that ``operations.installation`` hands over."""

from alembic import context

import quiz.models  # noqa: F401 -- makes all tables known
from quiz.db import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

"""Questions are found by their terms, in an index that both engines use; lists of banks are read from another one.

Revision ID: 0016
Revises: 0015
"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BATCH = 200
LONGEST = 100
UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
RUNS = re.compile(f"([{UNSPACED}]+)|([^\\W_{UNSPACED}]+)")
NOT_SEARCHED = {"type", "scoring", "difficulty", "level", "status", "bank", "digest", "tables"}
CURRENT = sa.text("current")

VERSION = sa.table(
    "question_version",
    sa.column("id", sa.Integer),
    sa.column("question_id", sa.Integer),
    sa.column("bank_id", sa.Integer),
    sa.column("current", sa.Boolean),
    sa.column("content", sa.JSON),
    sa.column("level", sa.String),
    sa.column("search_text", sa.String),
)
TERM = sa.table("search_term", sa.column("id", sa.Integer), sa.column("term", sa.String))
HIT = sa.table(
    "search_hit",
    sa.column("bank_id", sa.Integer),
    sa.column("term_id", sa.Integer),
    sa.column("question_id", sa.Integer),
)


def upgrade():
    """The terms of what is current are cut from its content."""
    op.create_table(
        "search_term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("term", sa.String(length=LONGEST), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_term")),
        sa.UniqueConstraint("term", name=op.f("uq_search_term_term")),
    )
    op.create_table(
        "search_hit",
        sa.Column("bank_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("term_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("question_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.id"], name=op.f("fk_search_hit_bank_id")),
        sa.ForeignKeyConstraint(["term_id"], ["search_term.id"], name=op.f("fk_search_hit_term_id")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_search_hit_question_id")),
        sa.PrimaryKeyConstraint("bank_id", "term_id", "question_id", name=op.f("pk_search_hit")),
        sqlite_with_rowid=False,
    )
    op.add_column(
        "question_version",
        sa.Column("level", sa.String(length=12), server_default=sa.text("''"), nullable=False),
    )
    known = {}
    for rows in _batches():
        _set(rows, "level", lambda content: content.get("level", ""))
        _index([row for row in rows if row.current], known)
    _go_on_counting(len(known))
    op.create_index(op.f("ix_search_hit_question_id"), "search_hit", ["question_id"])
    op.create_index(
        "ix_question_version_listed",
        "question_version",
        ["bank_id", "topic", "question_id", "type", "difficulty", "level", "status"],
        sqlite_where=CURRENT,
        postgresql_where=CURRENT,
    )
    op.create_index(
        op.f("ix_question_version_bank_id_created_at"), "question_version", ["bank_id", "created_at"]
    )
    op.drop_column("question_version", "search_text")


def downgrade():
    """All texts in one column again."""
    op.add_column(
        "question_version",
        sa.Column("search_text", sa.String(), server_default=sa.text("''"), nullable=False),
    )
    for rows in _batches():
        _set(rows, "search_text", lambda content: " ".join(_texts(content)).casefold())
    op.drop_index(op.f("ix_question_version_bank_id_created_at"), "question_version")
    op.drop_index("ix_question_version_listed", "question_version")
    op.drop_column("question_version", "level")
    op.drop_table("search_hit")
    op.drop_table("search_term")


def _batches():
    last = 0
    wanted = sa.select(
        VERSION.c.id, VERSION.c.question_id, VERSION.c.bank_id, VERSION.c.current, VERSION.c.content
    )
    while (
        rows := op.get_bind()
        .execute(wanted.where(VERSION.c.id > last).order_by(VERSION.c.id).limit(BATCH))
        .all()
    ):
        yield rows
        last = rows[-1].id


def _set(rows, column, made):
    statement = sa.update(VERSION).where(VERSION.c.id == sa.bindparam("version"))
    op.get_bind().execute(
        statement.values({column: sa.bindparam("made")}),
        [{"version": row.id, "made": made(row.content)} for row in rows],
    )


def _index(rows, known):
    found = [(row, _terms(row.content)) for row in rows]
    new = sorted({term for _, terms in found for term in terms if term not in known})
    for term in new:
        known[term] = len(known) + 1
    if new:
        op.get_bind().execute(sa.insert(TERM), [{"id": known[term], "term": term} for term in new])
    hits = [
        {"bank_id": row.bank_id, "term_id": known[term], "question_id": row.question_id}
        for row, terms in found
        for term in terms
    ]
    if hits:
        op.get_bind().execute(sa.insert(HIT), hits)


def _go_on_counting(highest):
    """PostgreSQL hands out ids from a counter, which does not know of rows that brought theirs."""
    if highest and op.get_bind().dialect.name == "postgresql":
        counter = sa.text("SELECT setval(pg_get_serial_sequence('search_term', 'id'), :highest)")
        op.get_bind().execute(counter, {"highest": highest})


def _terms(content):
    found = {word for text in _texts(content) for word in _words(text)}
    return found | {f"#{tag}"[:LONGEST] for tag in content.get("tags", ())}


def _words(text):
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    for unspaced, word in RUNS.findall(folded):
        if len(unspaced) > 1:
            yield from (unspaced[at : at + 2] for at in range(len(unspaced) - 1))
        else:
            yield (unspaced or word)[:LONGEST]


def _texts(value):
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for name, one in value.items() if name not in NOT_SEARCHED for text in _texts(one)]
    if isinstance(value, list | tuple):
        return [text for one in value for text in _texts(one)]
    return []

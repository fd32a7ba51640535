"""the first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "claim",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_claim")),
    )
    op.create_table(
        "course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("join_code", sa.String(length=20), nullable=False),
        sa.Column("join_open", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("join_code", name=op.f("uq_course_join_code")),
    )
    op.create_table(
        "guess",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "window_start", name=op.f("pk_guess")),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=80), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("return_code_hash", sa.String(length=64), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("theme", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('user', 'author', 'administrator')", name=op.f("ck_user_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("return_code_hash", name=op.f("uq_user_return_code_hash")),
        sa.UniqueConstraint("username", name=op.f("uq_user_username")),
    )
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_name_id"), ["name", "id"], unique=False)

    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("act", sa.String(length=60), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_audit_event_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_audit_event_subject_type_subject_id"), ["subject_type", "subject_id"], unique=False
        )

    op.create_table(
        "bank",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("header", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_bank_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank")),
        sa.UniqueConstraint("owner_id", "slug", name=op.f("uq_bank_owner_id_slug")),
    )
    with op.batch_alter_table("bank", schema=None) as batch_op:
        batch_op.create_index(
            "uq_bank_shipped_slug",
            ["slug"],
            unique=True,
            sqlite_where=sa.text("owner_id IS NULL"),
            postgresql_where=sa.text("owner_id IS NULL"),
        )

    op.create_table(
        "enrolment",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "role IN ('student', 'assistant', 'teacher', 'reader')", name=op.f("ck_enrolment_role")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_enrolment_course_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_enrolment_user_id")),
        sa.PrimaryKeyConstraint("course_id", "user_id", name=op.f("pk_enrolment")),
    )
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enrolment_user_id"), ["user_id"], unique=False)

    op.create_table(
        "quiz",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("blueprint_text", sa.String(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("limit_minutes", sa.Integer(), nullable=True),
        sa.Column("attempts_allowed", sa.Integer(), nullable=True),
        sa.Column("grading", sa.String(length=10), nullable=False),
        sa.Column("pass_grade", sa.Float(), nullable=True),
        sa.Column("review", sa.JSON(), nullable=False),
        sa.Column("access_code", sa.String(length=80), nullable=True),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "grading IN ('highest', 'average', 'first', 'last')", name=op.f("ck_quiz_grading")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_quiz_course_id")),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_quiz_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz")),
    )
    with op.batch_alter_table("quiz", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiz_course_id"), ["course_id"], unique=False)

    op.create_table(
        "bank_share",
        sa.Column("bank_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("right", sa.String(length=10), nullable=False),
        sa.CheckConstraint("\"right\" IN ('read', 'use', 'edit')", name=op.f("ck_bank_share_right")),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.id"], name=op.f("fk_bank_share_bank_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_bank_share_user_id")),
        sa.PrimaryKeyConstraint("bank_id", "user_id", name=op.f("pk_bank_share")),
    )
    with op.batch_alter_table("bank_share", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bank_share_user_id"), ["user_id"], unique=False)

    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bank_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.id"], name=op.f("fk_question_bank_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("bank_id", "slug", name=op.f("uq_question_bank_id_slug")),
    )
    op.create_table(
        "quiz_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("blueprint", sa.JSON(), nullable=False),
        sa.Column("banks", sa.JSON(), nullable=False),
        sa.Column("scale", sa.Float(), nullable=False),
        sa.Column("layout", sa.String(length=10), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.String(length=12), nullable=False),
        sa.Column("certainty", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("layout IN ('one', 'all')", name=op.f("ck_quiz_revision_layout")),
        sa.CheckConstraint("mode IN ('test', 'practice')", name=op.f("ck_quiz_revision_mode")),
        sa.CheckConstraint(
            "tries IN ('one', 'interactive', 'adaptive')", name=op.f("ck_quiz_revision_tries")
        ),
        sa.ForeignKeyConstraint(["published_by"], ["user.id"], name=op.f("fk_quiz_revision_published_by")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_revision_quiz_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_revision")),
        sa.UniqueConstraint("quiz_id", "number", name=op.f("uq_quiz_revision_quiz_id_number")),
    )
    with op.batch_alter_table("quiz_revision", schema=None) as batch_op:
        batch_op.create_index(
            "uq_quiz_revision_current",
            ["quiz_id"],
            unique=True,
            sqlite_where=sa.text("current"),
            postgresql_where=sa.text("current"),
        )

    op.create_table(
        "stratum_size",
        sa.Column("bank_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("difficulty", sa.String(length=10), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.id"], name=op.f("fk_stratum_size_bank_id")),
        sa.PrimaryKeyConstraint("bank_id", "topic", "type", "difficulty", name=op.f("pk_stratum_size")),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("algorithm", sa.String(length=20), nullable=False),
        sa.Column("bank_digests", sa.JSON(), nullable=False),
        sa.Column("exposure", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=10), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("grade", sa.Float(), nullable=True),
        sa.CheckConstraint(
            "ended_by IS NULL OR ended_by IN ('student', 'time', 'teacher')", name=op.f("ck_attempt_ended_by")
        ),
        sa.CheckConstraint(
            "(ended_by IS NULL) = (finished_at IS NULL)", name=op.f("ck_attempt_ended_iff_finished")
        ),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_attempt_quiz_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["quiz_revision.id"], name=op.f("fk_attempt_revision_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_attempt_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("quiz_id", "user_id", "number", name=op.f("uq_attempt_quiz_id_user_id_number")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(
            "ix_attempt_due_in_progress",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_attempt_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "uq_attempt_in_progress",
            ["quiz_id", "user_id"],
            unique=True,
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )

    op.create_table(
        "question_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("bank_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("difficulty", sa.String(length=10), nullable=False),
        sa.Column("draw_rank", sa.Integer(), nullable=True),
        sa.Column("item", sa.JSON(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'ready', 'retired')", name=op.f("ck_question_version_status")
        ),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.id"], name=op.f("fk_question_version_bank_id")),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_question_version_created_by")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_question_version_question_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_version")),
        sa.UniqueConstraint("question_id", "number", name=op.f("uq_question_version_question_id_number")),
    )
    with op.batch_alter_table("question_version", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_question_version_bank_id_topic_type_difficulty_draw_rank"),
            ["bank_id", "topic", "type", "difficulty", "draw_rank"],
            unique=False,
        )
        batch_op.create_index(
            "uq_question_version_current",
            ["question_id"],
            unique=True,
            sqlite_where=sa.text("current"),
            postgresql_where=sa.text("current"),
        )

    op.create_table(
        "attempt_slot",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=200), nullable=False),
        sa.Column("variant", sa.String(length=200), nullable=True),
        sa.Column("shown_order", sa.JSON(), nullable=False),
        sa.Column("points", sa.Float(), nullable=False),
        sa.Column("bonus", sa.Boolean(), nullable=False),
        sa.Column("flagged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_attempt_slot_attempt_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_version.id"], name=op.f("fk_attempt_slot_version_id")
        ),
        sa.PrimaryKeyConstraint("attempt_id", "slot", name=op.f("pk_attempt_slot")),
    )
    with op.batch_alter_table("attempt_slot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_slot_version_id"), ["version_id"], unique=False)

    op.create_table(
        "answer",
        sa.Column("attempt_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("writer", sa.String(length=64), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("act IN ('save', 'check', 'hint')", name=op.f("ck_answer_act")),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_answer_seq")),
        sa.ForeignKeyConstraint(
            ["attempt_id", "slot"],
            ["attempt_slot.attempt_id", "attempt_slot.slot"],
            name=op.f("fk_answer_attempt_id_slot"),
        ),
        sa.PrimaryKeyConstraint("attempt_id", "slot", "seq", name=op.f("pk_answer")),
    )
    op.create_table(
        "late_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("writer", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["accepted_by"], ["user.id"], name=op.f("fk_late_answer_accepted_by")),
        sa.ForeignKeyConstraint(
            ["attempt_id", "slot"],
            ["attempt_slot.attempt_id", "attempt_slot.slot"],
            name=op.f("fk_late_answer_attempt_id_slot"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_answer")),
        sa.UniqueConstraint(
            "attempt_id", "slot", "writer", "seq", name=op.f("uq_late_answer_attempt_id_slot_writer_seq")
        ),
    )
    op.create_table(
        "mark",
        sa.Column("attempt_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("try", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fraction", sa.Float(), nullable=True),
        sa.Column("points", sa.Float(), nullable=True),
        sa.Column("max", sa.Float(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("graded_by", sa.Integer(), nullable=True),
        sa.Column("problem_id", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "fraction IS NULL OR (fraction >= -1 AND fraction <= 1)", name=op.f("ck_mark_fraction")
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id", "slot"],
            ["attempt_slot.attempt_id", "attempt_slot.slot"],
            name=op.f("fk_mark_attempt_id_slot"),
        ),
        sa.ForeignKeyConstraint(["graded_by"], ["user.id"], name=op.f("fk_mark_graded_by")),
        sa.PrimaryKeyConstraint("attempt_id", "slot", "round", "try", name=op.f("pk_mark")),
    )
    with op.batch_alter_table("mark", schema=None) as batch_op:
        batch_op.create_index(
            "uq_mark_counts",
            ["attempt_id", "slot"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )


def downgrade():
    with op.batch_alter_table("mark", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_mark_counts",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.drop_table("mark")
    op.drop_table("late_answer")
    op.drop_table("answer")
    with op.batch_alter_table("attempt_slot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempt_slot_version_id"))

    op.drop_table("attempt_slot")
    with op.batch_alter_table("question_version", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_question_version_current",
            sqlite_where=sa.text("current"),
            postgresql_where=sa.text("current"),
        )
        batch_op.drop_index(batch_op.f("ix_question_version_bank_id_topic_type_difficulty_draw_rank"))

    op.drop_table("question_version")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_attempt_in_progress",
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_attempt_user_id"))
        batch_op.drop_index(
            "ix_attempt_due_in_progress",
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )

    op.drop_table("attempt")
    op.drop_table("stratum_size")
    with op.batch_alter_table("quiz_revision", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_quiz_revision_current", sqlite_where=sa.text("current"), postgresql_where=sa.text("current")
        )

    op.drop_table("quiz_revision")
    op.drop_table("question")
    with op.batch_alter_table("bank_share", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bank_share_user_id"))

    op.drop_table("bank_share")
    with op.batch_alter_table("quiz", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quiz_course_id"))

    op.drop_table("quiz")
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enrolment_user_id"))

    op.drop_table("enrolment")
    with op.batch_alter_table("bank", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_bank_shipped_slug",
            sqlite_where=sa.text("owner_id IS NULL"),
            postgresql_where=sa.text("owner_id IS NULL"),
        )

    op.drop_table("bank")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_event_subject_type_subject_id"))

    op.drop_table("audit_event")
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_name_id"))

    op.drop_table("user")
    op.drop_table("guess")
    op.drop_table("course")
    op.drop_table("claim")

"""Banks in, quizzes made, published, changed while students take them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from quiz.assembly.blueprint import read_blueprint
from quiz.assembly.draw import draw
from quiz.assembly.index import ListIndex
from quiz.banks.yaml import read_bank
from quiz.db import db, reading
from quiz.errors import (
    AccessCode,
    EditConflict,
    Forbidden,
    Invalid,
    NoAttemptsLeft,
    NotFound,
    NotOpen,
    QuizClosed,
    TooMany,
    Unmeetable,
)
from quiz.models.attempt import Attempt, AttemptSlot
from quiz.models.audit import AuditEvent
from quiz.models.drawing import SqlIndex
from quiz.operations import (
    attempts,
    banks,
    courses,
    exporting,
    importing,
    joining,
    quizzes,
    reviews,
    starting,
)
from tests.cast import ADDRESS, BANK, BLUEPRINT, GRACE, NOW


def edit(cast, now=NOW, **changes):
    """Ada changes the quiz."""
    managed = quizzes.manage(cast.ada, cast.quiz)
    sheet = {name: getattr(managed.sheet, name) for name in managed.sheet.__dataclass_fields__} | changes
    quizzes.edit(cast.ada, cast.quiz, managed.edits, quizzes.QuizSheet(**sheet), managed.blueprint_text, now)


def test_an_import_again_changes_nothing(cast):
    report = importing.import_bank(cast.ada, BANK, "small.yaml", NOW)
    assert (report.new, report.changed, report.gone) == ((), (), ())
    assert len(report.unchanged) == 5


def test_a_changed_question_is_a_new_version_and_attempts_keep_theirs(cast):
    attempt = cast.start()
    with reading() as connection:
        before = connection.execute(select(AttemptSlot.version_id).order_by(AttemptSlot.slot)).scalars().all()
    report = importing.import_bank(
        cast.ada, BANK.replace("How much is 1 + 1?", "What is 1 + 1?"), "small.yaml", NOW
    )
    assert report.changed == ("one",)
    with reading() as connection:
        after = connection.execute(
            select(AttemptSlot.version_id).where(AttemptSlot.attempt_id == attempt).order_by(AttemptSlot.slot)
        )
        assert after.scalars().all() == before
    prompts = {view.presented.prompt for view in attempts.page(cast.bo, attempt, None, NOW).questions}
    assert any("How much is 1 + 1?" in prompt for prompt in prompts)
    other = {
        view.presented.prompt for view in attempts.page(cast.cy, cast.start(cast.cy), None, NOW).questions
    }
    assert any("What is 1 + 1?" in prompt for prompt in other)


def test_gone_questions_are_listed_and_retired_only_when_asked(cast):
    shorter = BANK[: BANK.index("  - id: five")]
    assert importing.import_bank(cast.ada, shorter, "x", NOW).gone == ("five",)
    assert importing.import_bank(cast.ada, shorter, "x", NOW).retired == ()
    assert importing.import_bank(cast.ada, shorter, "x", NOW, prune=True).retired == ("five",)
    assert importing.import_bank(cast.ada, shorter, "x", NOW, prune=True).retired == ()
    with pytest.raises(Unmeetable) as caught:
        cast.start()
    assert caught.value.unmet[0]["short"] == 1
    with reading() as connection:
        assert connection.execute(select(Attempt.id)).all() == []


def test_a_dry_run_writes_nothing(cast):
    report = importing.import_bank(cast.di, BANK, "x", NOW, dry_run=True)
    assert len(report.new) == 5
    assert banks.banks(cast.di, 1).total == 0


def test_a_bank_is_its_owners_until_it_is_shared(cast):
    mine = banks.banks(cast.ada, 1).rows[0]
    with pytest.raises(NotFound):
        banks.bank(cast.di, mine.id, 1, NOW.date())
    with pytest.raises(NotFound):
        banks.bank(cast.bo, mine.id, 1, NOW.date())
    banks.share(cast.ada, mine.id, "di", "read", NOW)
    page = banks.bank(cast.di, mine.id, 1, NOW.date())
    assert (page.access, page.questions.total, page.shares) == ("read", 5, ())
    with pytest.raises(Forbidden):
        banks.share(cast.di, mine.id, "eve", "read", NOW)
    banks.share(cast.ada, mine.id, "di", "none", NOW)
    with pytest.raises(NotFound):
        exporting.export_text(cast.di, mine.id, NOW)


def test_reading_a_bank_gives_no_right_to_use_it(cast):
    mine = banks.banks(cast.ada, 1).rows[0]
    course = courses.add_course(cast.di, "Other", "UTC", NOW)
    banks.share(cast.ada, mine.id, "di", "read", NOW)
    with pytest.raises(Invalid, match="no bank 'small'"):
        quizzes.create(cast.di, course, BLUEPRINT, NOW)
    banks.share(cast.ada, mine.id, "di", "use", NOW)
    quizzes.create(cast.di, course, BLUEPRINT, NOW)


def test_an_exported_bank_imports_as_the_same(cast):
    mine = banks.banks(cast.ada, 1).rows[0]
    text = exporting.export_text(cast.ada, mine.id, NOW)
    assert read_bank(text, "x").digest == read_bank(BANK, "x").digest
    assert len(importing.import_bank(cast.ada, text, "x", NOW).unchanged) == 5


def test_taking_a_bank_away_is_audited_and_only_that(cast):
    mine = banks.banks(cast.ada, 1).rows[0]
    with pytest.raises(NotFound):
        exporting.export_file(cast.bo, mine.id, NOW)
    for who in (cast.ada, None):
        exporting.export_file(who, mine.id, NOW)
    with reading() as connection:
        rows = connection.execute(
            select(AuditEvent.actor_id, AuditEvent.subject_id)
            .where(AuditEvent.act == "bank.export")
            .order_by(AuditEvent.id)
        ).all()
    assert [tuple(row) for row in rows] == [(cast.ada.id, mine.id), (None, mine.id)]


def test_the_database_draws_the_paper_that_the_lists_draw(cast):
    blueprint, bank = read_blueprint(BLUEPRINT), read_bank(BANK, "x")
    bank_id = banks.banks(cast.ada, 1).rows[0].id
    with reading() as connection:
        for seed in range(20):
            listed = draw(blueprint, ListIndex.of([bank]), seed, NOW.date())
            assert draw(blueprint, SqlIndex(connection, {"small": bank_id}), seed, NOW.date()) == listed


LEVELLED = """\
format: quiz-bank/1
bank: levelled
title: A bank of three levels
questions:
"""


def test_the_database_knows_the_levels_that_a_paper_must_have(cast):
    asked = "  - {{id: q{n}, type: true_false, prompt: Is {n} even?, answer: true, timeless: true, level: {level}}}\n"
    levels = ("remember", "apply", "create")
    text = LEVELLED + "".join(asked.format(n=n, level=levels[n % 3]) for n in range(9))
    importing.import_bank(cast.ada, text, "levelled.yaml", NOW)
    (bank_id,) = (row.id for row in banks.banks(cast.ada, 1).rows if row.slug == "levelled")
    plan = read_blueprint(
        "format: quiz-blueprint/1\ntitle: T\nsections: [{bank: levelled, count: 3}]\nlevels: {create: {min: 2}}\n"
    )
    with reading() as connection:
        for seed in range(5):
            paper = draw(plan, SqlIndex(connection, {"levelled": bank_id}), seed, NOW.date())
            assert paper == draw(plan, ListIndex.of([read_bank(text, "x")]), seed, NOW.date())
            assert sum(slot.level == "create" for slot in paper.slots) >= 2


def test_a_stored_paper_can_be_drawn_again_from_its_seed(cast):
    attempt = cast.start()
    with reading() as connection:
        seed, as_of = connection.execute(select(Attempt.seed, Attempt.as_of)).one()
        orders = (
            connection.execute(select(AttemptSlot.shown_order).order_by(AttemptSlot.slot)).scalars().all()
        )
    paper = draw(read_blueprint(BLUEPRINT), ListIndex.of([read_bank(BANK, "x")]), seed, as_of)
    assert [list(slot.order) for slot in paper.slots] == orders
    assert as_of == date(2026, 11, 23)
    assert attempt


def test_the_day_of_an_attempt_is_the_day_in_the_courses_zone(cast):
    cast.start(now=NOW.replace(hour=17))  # 01:00 of the next day in Shanghai
    with reading() as connection:
        assert connection.execute(select(Attempt.as_of)).scalar_one() == date(2026, 11, 24)


def test_an_unmeetable_blueprint_is_refused_when_saved(cast):
    with pytest.raises(Unmeetable) as caught:
        quizzes.create(cast.ada, cast.course, BLUEPRINT.replace("count: 5", "count: 6"), NOW)
    unmet = caught.value.unmet[0]
    assert (unmet["required"], unmet["available"], unmet["short"]) == (6, 5, 1)
    with pytest.raises(Invalid) as faults:
        quizzes.create(cast.ada, cast.course, BLUEPRINT.replace("count: 5", "cuont: 5"), NOW)
    assert faults.value.problems[0].line == 5
    closed = BLUEPRINT.replace("limit: 20", "limit: 20\n  closes: 2026-11-20T09:00")
    with pytest.raises(Invalid) as faults:
        quizzes.create(cast.ada, cast.course, closed, NOW)
    (fault,) = faults.value.problems
    assert (fault.where, fault.what) == ("settings.closes", "this moment is past: nobody could begin")
    assert closed.splitlines()[fault.line - 1] == "  closes: 2026-11-20T09:00"


def test_only_teachers_make_quizzes(cast):
    for who, error in ((cast.bo, Forbidden), (cast.di, NotFound), (cast.eve, NotFound)):
        with pytest.raises(error):
            quizzes.create(who, cast.course, BLUEPRINT, NOW)
        with pytest.raises(NotFound):
            quizzes.manage(who, cast.quiz)
        with pytest.raises(NotFound):
            quizzes.publish(who, cast.quiz, NOW)


def test_a_published_revision_is_frozen_for_its_attempts(cast):
    attempt = cast.start()
    managed = quizzes.manage(cast.ada, cast.quiz)
    text = BLUEPRINT.replace("count: 5", "count: 3")
    quizzes.edit(cast.ada, cast.quiz, managed.edits, managed.sheet, text, NOW)
    assert quizzes.manage(cast.ada, cast.quiz).unpublished_changes
    assert len(attempts.page(cast.cy, cast.start(cast.cy), 1, NOW).slots) == 5
    assert quizzes.publish(cast.ada, cast.quiz, NOW) == 2
    attempts.finish(cast.cy, cast.start(cast.cy), NOW)
    assert len(attempts.page(cast.cy, cast.start(cast.cy), 1, NOW).slots) == 3
    assert len(attempts.page(cast.bo, attempt, 1, NOW).slots) == 5


def test_a_second_editor_is_told(cast):
    managed = quizzes.manage(cast.ada, cast.quiz)
    edit(cast, title="Mine")
    with pytest.raises(EditConflict):
        quizzes.edit(cast.ada, cast.quiz, managed.edits, managed.sheet, managed.blueprint_text, NOW)
    assert quizzes.manage(cast.ada, cast.quiz).sheet.title == "Mine"


def test_a_new_limit_moves_the_deadline_of_open_attempts(cast):
    attempt = cast.start()
    edit(cast, limit_minutes=40)
    assert attempts.page(cast.bo, attempt, 1, NOW).due_at == NOW + timedelta(minutes=40)
    edit(cast, closes_at=NOW + timedelta(minutes=5))
    assert attempts.page(cast.bo, attempt, 1, NOW).due_at == NOW + timedelta(minutes=5)
    edit(cast, closes_at=None, limit_minutes=None)
    assert attempts.page(cast.bo, attempt, 1, NOW).due_at is None
    cast.save(attempt, 1, 1, "0", now=NOW + timedelta(days=300))


def test_no_attempt_ends_before_it_began(cast):
    attempt = cast.start()
    edit(cast, closes_at=NOW - timedelta(days=1))
    review = reviews.review(cast.bo, attempt, NOW + timedelta(minutes=1), GRACE)
    assert (review.finished_at, review.ended_by) == (NOW, "time")


def test_why_an_attempt_cannot_start(cast):
    edit(cast, opens_at=NOW + timedelta(hours=1), closes_at=NOW + timedelta(hours=2), attempts_allowed=1)
    with pytest.raises(NotOpen):
        cast.start()
    with pytest.raises(QuizClosed):
        cast.start(now=NOW + timedelta(hours=2))
    during = NOW + timedelta(hours=1)
    attempts.finish(cast.bo, cast.start(now=during), during)
    with pytest.raises(NoAttemptsLeft):
        cast.start(now=during)
    edit(cast, opens_at=None, closes_at=None, attempts_allowed=None, access_code="sesame")
    with pytest.raises(AccessCode):
        cast.start()
    assert attempts.start(cast.bo, cast.quiz, " sesame ", NOW, GRACE)


def wrong_codes(cast, who, number, address=ADDRESS):
    for _ in range(number):
        with pytest.raises(AccessCode):
            attempts.start(who, cast.quiz, "guess", NOW, GRACE, address=address)


def test_an_access_code_takes_ten_guesses_an_hour_of_each_student(cast):
    edit(cast, access_code="sesame")
    wrong_codes(cast, cast.bo, 10)
    with pytest.raises(TooMany) as caught:
        attempts.start(cast.bo, cast.quiz, "sesame", NOW, GRACE, address=ADDRESS)
    assert 0 < caught.value.retry_after <= 3601
    assert attempts.start(cast.cy, cast.quiz, "sesame", NOW, GRACE, address=ADDRESS)
    assert attempts.start(cast.bo, cast.quiz, "sesame", NOW + timedelta(hours=1), GRACE, address=ADDRESS)


def test_no_access_code_is_no_guess(cast):
    edit(cast, access_code="sesame")
    for _ in range(11):
        with pytest.raises(AccessCode):
            attempts.start(cast.bo, cast.quiz, " ", NOW, GRACE, address=ADDRESS)
    assert attempts.start(cast.bo, cast.quiz, "sesame", NOW, GRACE, address=ADDRESS)


def test_an_address_takes_two_hundred_guesses_of_access_codes_an_hour(cast):
    edit(cast, access_code="sesame")
    for number in range(20):
        guesser = joining.join(cast.join_code, f"Guesser {number}", "127.0.0.9", NOW).actor
        wrong_codes(cast, guesser, 10)
    with pytest.raises(TooMany):
        attempts.start(cast.bo, cast.quiz, "sesame", NOW, GRACE, address=ADDRESS)
    assert attempts.start(cast.bo, cast.quiz, "sesame", NOW, GRACE, address="127.0.0.2")


def statements(work):
    """How many statements ``work`` executes, without BEGIN, COMMIT and PRAGMA."""
    counted = []

    def count(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("BEGIN", "COMMIT", "PRAGMA")):
            counted.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        work()
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    return counted


def test_a_question_page_takes_two_statements_and_a_save_one(cast):
    attempt = cast.start()
    assert len(statements(lambda: attempts.page(cast.bo, attempt, 1, NOW))) == 2
    assert len(statements(lambda: attempts.page(cast.bo, attempt, None, NOW))) == 2
    assert len(statements(lambda: cast.save(attempt, 1, 1, "0"))) == 1


def test_a_whole_attempt_takes_at_most_sixty_statements(cast):
    def whole():
        starting.start_page(cast.bo, cast.quiz, NOW)
        attempt = cast.start()
        for slot in range(1, 6):
            attempts.page(cast.bo, attempt, slot, NOW)
            cast.save(attempt, slot, 1, "0")
        attempts.summary(cast.bo, attempt, NOW)
        attempts.finish(cast.bo, attempt, NOW)
        reviews.review(cast.bo, attempt, NOW, GRACE)

    assert len(statements(whole)) <= 45  # five questions; ten take fifteen more


def test_a_second_attempt_prefers_questions_that_are_new(cast):
    managed = quizzes.manage(cast.ada, cast.quiz)
    text = BLUEPRINT.replace("count: 5", "count: 2")
    quizzes.edit(cast.ada, cast.quiz, managed.edits, managed.sheet, text, NOW)
    quizzes.publish(cast.ada, cast.quiz, NOW)
    met = []
    for _ in range(3):
        attempt = cast.start()
        met.append({view.presented.prompt for view in attempts.page(cast.bo, attempt, None, NOW).questions})
        attempts.finish(cast.bo, attempt, NOW)
    assert met[0].isdisjoint(met[1])
    assert len(met[0] | met[1] | met[2]) == 5
    with reading() as connection:
        exposures = connection.execute(select(Attempt.exposure).order_by(Attempt.number)).scalars().all()
        seeds = connection.execute(select(Attempt.seed).order_by(Attempt.number)).scalars().all()
        stored = connection.execute(select(AttemptSlot.shown_order).where(AttemptSlot.attempt_id == attempt))
        orders = stored.scalars().all()
    assert [sorted(seen.values()) for seen in exposures] == [[], [1, 1], [1, 1, 1, 1]]
    index = ListIndex.of([read_bank(BANK, "x")])
    again = draw(read_blueprint(text), index, seeds[2], NOW.date(), seen=exposures[2])
    assert [list(slot.order) for slot in again.slots] == orders

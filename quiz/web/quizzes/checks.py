"""The list to look through before a quiz is published: each line says how it stands, and where it is mended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias

from flask import url_for
from flask_babel import format_date, format_time, ngettext
from flask_babel import gettext as _

from quiz.files.languages import NO_BREAK_SPACE
from quiz.operations.building import Held, Readiness
from quiz.operations.quizzes import Checklist, QuizSheet
from quiz.web import html

#: What tells the key of a question.
KEYS = frozenset({"right_wrong", "answer", "feedback", "explanation"})


#: An address, and its words.
Link: TypeAlias = tuple[str, str]


class Line(NamedTuple):
    """One line. ``state``: good; info, to know; look, look at it; bad, in the way. ``links``: where it is mended, and their words."""

    state: str
    words: str
    more: str = ""
    links: Sequence[Link] = ()


def lines(found: Checklist, around: Readiness, now: datetime) -> list[Line]:
    """All lines: what is in the way first, then what is to be looked at, then the rest; in each in the order of the form."""
    order = ("bad", "look", "good", "info")
    told = [*_paper(found, around), *_time(found, around, now), *_people(around), *_publishing(found)]
    return sorted(told, key=lambda line: order.index(line.state))


def _at(found: Checklist, anchor: str, words: str) -> Sequence[Link]:
    return [(url_for("quizzes.edit", quiz_id=found.quiz.id, _anchor=anchor), words)]


# What is on the paper ------------------------------------------------------------------------------------------------


def _paper(found: Checklist, around: Readiness) -> Iterator[Line]:
    sections = _at(found, "h-paper", _("Change the sections"))
    if found.unknown:
        yield Line(
            "bad",
            _("A bank is missing: %(names)s.", names=", ".join(found.unknown)),
            _("Import it, ask for a share, or take it out of the sections."),
            sections,
        )
    elif around.fixed and found.unmet:
        what = _("There are no such fixed forms.")
        more = _(
            "The table below says which rules stand in the way, and how far the others let each of them come."
        )
        yield Line("bad", what, more, sections)
    elif found.unmet:
        what = _("The banks do not hold enough questions.")
        yield Line("bad", what, _("The table below says what is missing."), sections)
    else:
        yield Line("good", _("The banks hold enough questions from opening to closing."), _days(found))
    yield Line(
        "good",
        _each(found, around),
        _(
            "From %(banks)s. %(layout)s The grade is out of %(scale)s.",
            banks=", ".join(found.banks) or "–",
            layout=_layout(found),
            scale=html.figure(found.scale),
        ),
        [(url_for("quizzes.papers", quiz_id=found.quiz.id), _("Look at papers"))],
    )
    if around.unlike:
        yield Line(
            "look",
            _("Some papers hold easy questions alone, others do not."),
            _("Say in the sections how many of each difficulty."),
            sections,
        )
    yield from _questions(around)


def _each(found: Checklist, around: Readiness) -> str:
    if found.adaptive:
        return _("Each student is asked %(n)s questions, chosen by the answers before.", n=found.questions)
    if around.fixed:
        return _("Each student gets one of the fixed forms, of %(n)s questions.", n=found.questions)
    if found.questions == "1":
        return _("Each student gets a paper of one question.")
    return _("Each student gets a paper of %(n)s questions.", n=found.questions)


def _days(found: Checklist) -> str:
    if len(found.days) == 1:
        return _(
            "One day was looked at, %(day)s: no question comes in or goes out later.",
            day=html.day(found.days[0]),
        )
    return _(
        "%(n)s days were looked at, from %(first)s to %(last)s: those on which a question comes in or goes out.",
        n=len(found.days),
        first=html.day(found.days[0]),
        last=html.day(found.days[-1]),
    )


def _layout(found: Checklist) -> str:
    if found.layout == "all":
        return _("All questions stand on one page.")
    if found.adaptive or found.quiz.sheet.sequential:
        return _("One question stands on a page, and there is no way back.")
    return _("One question stands on a page.")


def _questions(around: Readiness) -> Iterator[Line]:
    stale = sum(held.count for held in around.out_of_date)
    if stale:
        yield Line(
            "look",
            ngettext(
                "One question that fits is not true on the first day.",
                "%(num)d questions that fit are not true on the first day.",
                stale,
            ),
            _("It is not drawn while that is so."),
            [*_lists(around.out_of_date)],
        )
    if around.leaving:
        yield Line(
            "info",
            ngettext(
                "One question goes out of date while the quiz is open.",
                "%(num)d questions go out of date while the quiz is open.",
                around.leaving,
            ),
            _("Fixed forms are made without it: they are the same from opening to closing.")
            if around.fixed
            else _("Papers that begin later do not hold it."),
        )
    drafts = sum(held.count for held in around.drafts)
    if drafts:
        yield Line(
            "info",
            ngettext(
                "One question of these banks is still a draft.",
                "%(num)d questions of these banks are still drafts.",
                drafts,
            ),
            _("Only what is ready is drawn."),
            [*_lists(around.drafts)],
        )


def _lists(held: Sequence[Held]) -> Iterator[Link]:
    """The lists of these questions in their banks, as far as I may open them."""
    for one in held:
        if one.bank_id is not None:
            yield url_for("author.bank", bank_id=one.bank_id, **one.wanted), f"{one.title} ({one.count})"


# When, how long, how often -------------------------------------------------------------------------------------------


def _time(found: Checklist, around: Readiness, now: datetime) -> Iterator[Line]:
    sheet = found.quiz.sheet
    yield _open(found, sheet, now)
    yield Line(
        "info",
        _(
            "%(limit)s, %(attempts)s.",
            limit=html.minutes(sheet.limit_minutes).capitalize(),
            attempts=_attempts(sheet),
        ),
        _("Students need the access code.") if sheet.access_code else _("No access code is asked for."),
        _at(found, "limit_minutes", _("Change it")),
    )
    if sheet.limit_minutes and around.minutes is not None and around.minutes > sheet.limit_minutes:
        yield Line(
            "look",
            _(
                "The time may be too short: answers take about %(needed)s minutes, the limit is %(limit)s.",
                needed=html.figure(around.minutes, 0),
                limit=sheet.limit_minutes,
            ),
            _("Counted from what the questions say they take, else from what is usual for their types."),
            _at(found, "limit_minutes", _("Change the limit")),
        )
    if sheet.opens_at and sheet.closes_at and sheet.limit_minutes:
        span = (sheet.closes_at - sheet.opens_at).total_seconds() / 60
        if span < sheet.limit_minutes:
            yield Line(
                "look",
                _("It closes before the time limit can be used: it is open for %(n)s minutes.", n=int(span)),
                _("Attempts end when it closes."),
                _at(found, "closes_at", _("Change the dates")),
            )
    yield from _shown(found, sheet)


def _attempts(sheet: QuizSheet) -> str:
    if sheet.attempts_allowed is None:
        return _("as many attempts as they like")
    return ngettext("one attempt", "%(num)d attempts", sheet.attempts_allowed)


def _open(found: Checklist, sheet: QuizSheet, now: datetime) -> Line:
    dates = _at(found, "closes_at", _("Change the dates"))
    if sheet.closes_at and sheet.closes_at <= now:
        return Line(
            "look",
            _("It is closed already: it closed on %(when)s.", when=_moment(sheet.closes_at)),
            _("Nobody can start it until you give it another closing date."),
            dates,
        )
    return Line(
        "good" if sheet.closes_at else "info",
        _("It opens on %(when)s.", when=_moment(sheet.opens_at))
        if sheet.opens_at and sheet.opens_at > now
        else _("It is open as soon as it is published."),
        _("It closes on %(when)s.", when=_moment(sheet.closes_at))
        if sheet.closes_at
        else _("It never closes: what is shown only after closing is never shown."),
        dates,
    )


def _moment(value: datetime) -> str:
    """A moment in the course's time zone, in words that do not break."""
    words = _("%(day)s, %(time)s", day=format_date(value, "long"), time=format_time(value, "short"))
    return words.replace(" ", NO_BREAK_SPACE)


def _shown(found: Checklist, sheet: QuizSheet) -> Iterator[Line]:
    """A test that tells keys while it is open tells them to who has not taken it yet."""
    early = {name for moment in ("after", "later") for name in sheet.review.get(moment, ())} & KEYS
    if found.quiz.mode == "test" and early:
        yield Line(
            "look" if sheet.closes_at else "info",
            _("Who has finished sees what is right while others still take it."),
            _(
                "A question can stand on the papers of several. To keep keys back, show them after closing only."
            ),
            _at(found, "review", _("Change what students see")),
        )


# Who -----------------------------------------------------------------------------------------------------------------


def _people(around: Readiness) -> Iterator[Line]:
    people = [(url_for("courses.people", course_id=around.course_id), _("People"))]
    if around.students:
        words = ngettext("One student can take it.", "%(num)d students can take it.", around.students)
        yield Line("good", words, "", people)
    else:
        yield Line(
            "look",
            _("Nobody is in the course yet."),
            _("Students join by the course's code, which stands on its page.")
            if around.join_open
            else _("Joining is closed, so nobody can come in: open it on the page of the course."),
            [(url_for("student.course", course_id=around.course_id), _("The course"))],
        )


# What publishing does ------------------------------------------------------------------------------------------------


def _publishing(found: Checklist) -> Iterator[Line]:
    quiz = found.quiz
    if found.adaptive:
        yield Line(
            "info",
            _("Publishing freezes the questions that the test chooses from, with their calibrations."),
            _("So all students are measured on one scale. What is changed in the banks comes in when you publish again."),
        )  # fmt: skip
    yield Line(
        "info",
        _("Publishing freezes the blueprint, for new attempts: sections, counts, order, scale, and which banks its names mean."),
        _("Title, dates, limit, attempts, ways between questions, review and access code can be changed at any time, and questions in the banks go on changing: each attempt keeps the versions that it was given."),
    )  # fmt: skip
    if quiz.revision:
        yield Line(
            "info" if quiz.unpublished_changes else "look",
            _("It replaces revision %(n)s.", n=quiz.revision)
            if quiz.unpublished_changes
            else _(
                "The blueprint is the one of revision %(n)s: publishing again only renews what the test chooses from.",
                n=quiz.revision,
            )
            if found.adaptive
            else _(
                "The blueprint is the one of revision %(n)s: publishing again changes nothing for students.",
                n=quiz.revision,
            ),
            _("Attempts that have begun keep their revision: %(n)s so far.", n=quiz.attempts),
        )

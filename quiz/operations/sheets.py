"""A quiz's report to be read away from the site: verdicts first, then figures, as tables for a page, a PDF, a mail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from quiz.banks.analysing import QuestionReport
from quiz.files.languages import Speech
from quiz.files.tables import Table
from quiz.operations.analysis import QuizReport
from quiz.statistics.classical import ItemFigures
from quiz.statistics.words import SHORT, STATES, state_of, tell, tell_whole


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is read: a title, a line below it, tables in the order of their weight; ``language`` is a tag."""

    title: str
    lede: str
    tables: tuple[Table, ...]
    language: str


def sheet_of(found: QuizReport, results: Table | None = None, language: str = "en") -> Sheet:
    """The report for reading, in a language of ``LOCALES``; with ``results`` (``reporting.results_table``) each attempt too."""
    speech = Speech(language)
    tables = [make(found, speech) for make in (_findings, _test, _grades, _places, _questions)]
    if results is not None:
        tables.append(_attempts(results, speech))
    return Sheet(found.title, _lede(found, speech), tuple(table for table in tables if table.rows), language)


def _lede(found: QuizReport, speech: Speech) -> str:
    _ = speech.gettext
    if found.first_finished is None or found.last_finished is None:
        return _("%(course)s. Nobody has finished yet.", course=found.course_title)
    zone = ZoneInfo(found.time_zone)
    days = [speech.day(one.astimezone(zone)) for one in (found.first_finished, found.last_finished)]
    return _(
        "%(course)s. %(attempts)s (%(which)s), %(days)s; %(finished)s of %(students)s students have finished.",
        course=found.course_title,
        attempts=speech.ngettext("%(num)d attempt", "%(num)d attempts", found.attempts),
        which=_which(found.which, speech),
        days=" – ".join(dict.fromkeys(days)),
        finished=found.finished,
        students=found.students,
    )


def _which(which: str, speech: Speech) -> str:
    _ = speech.gettext
    return {
        "first": _("first attempts"),
        "last": _("last attempts"),
        "all": _("all attempts"),
        "counted": _("the attempts that the grade counts"),
    }[which]


def _findings(found: QuizReport, speech: Speech) -> Table:
    _ = speech.gettext
    return Table(_("What it says"), (_("About"), _("Finding")), tuple(_sentences(found, speech)))


def _sentences(found: QuizReport, speech: Speech) -> Iterator[tuple[object, ...]]:
    _ = speech.gettext
    flagged = ((question, flag) for question in found.questions for flag in question.flags)
    for question, flag in sorted(flagged, key=lambda one: STATES.index(state_of(one[1]))):
        names = [option.name for option in question.options]
        yield _("Question %(n)s", n=question.number), " ".join(tell(flag, names, speech))
    if found.adaptive:
        about = _(
            "This is an adaptive test: it asks the stronger harder questions. So the shares of right answers and the discriminations of questions do not compare, and no verdict rests on them."
        )
        yield _("The whole"), about
    for verdict in found.verdicts:
        yield _("The whole"), " ".join(tell_whole(verdict, speech))


def _test(found: QuizReport, speech: Speech) -> Table:
    _ = speech.gettext
    whole = found.analysis.whole
    low, high = whole.alpha_ci or (None, None)
    rows = (
        (_("Mean grade"), whole.mean),
        (_("Median"), whole.median),
        (_("Standard deviation"), whole.sd),
        (_("Reliability (alpha)"), whole.alpha),
        (_("Reliability, lower limit (95 %)"), low),
        (_("Reliability, upper limit (95 %)"), high),
        (_("Standard error of a grade"), whole.standard_error),
        (_("Minutes from start to end, median"), None if found.seconds is None else found.seconds / 60),
    )
    name = _("Grades, of %(scale)s", scale=speech.figure(found.scale or 0))
    return Table(name, (_("Figure"), _("Value")), tuple(row for row in rows if row[1] is not None))


def _grades(found: QuizReport, speech: Speech) -> Table:
    _ = speech.gettext
    bins = found.distribution if found.attempts else ()
    rows = tuple((f"{speech.figure(one.low)} – {speech.figure(one.high)}", one.n) for one in bins)
    return Table(_("How many have which grade"), (_("Grade"), _("Attempts")), rows)


def _places(found: QuizReport, speech: Speech) -> Table:
    _ = speech.gettext
    header = (
        _("Place"),
        _("Right, %"),
        _("Discrimination index"),
        _("Discriminative efficiency"),
        _("Attempts"),
    )
    rows = tuple(
        (f"{one.section} {one.place}".strip(), *_figures(one.figures), one.figures.n)
        for one in found.analysis.places
    )
    return Table(_("By place on the paper"), header, rows)


def _figures(figures: ItemFigures) -> tuple[float | None, float | None, float | None]:
    return (
        None if figures.facility is None else 100 * figures.facility,
        figures.discrimination_index,
        figures.discriminative_efficiency,
    )


def _questions(found: QuizReport, speech: Speech) -> Table:
    _ = speech.gettext
    header = (
        _("No."),
        _("Question"),
        _("Right, %"),
        _("Discrimination index"),
        _("Discriminative efficiency"),
        _("Seconds, median"),
        _("Attempts"),
        _("Findings"),
    )
    return Table(_("Questions"), header, tuple(_question(one, speech) for one in found.questions))


def _question(one: QuestionReport, speech: Speech) -> tuple[object, ...]:
    return (
        one.number,
        f"{one.prompt} ({one.question})",
        *_figures(one.figures),
        one.seconds,
        one.figures.n,
        ", ".join(speech.gettext(SHORT[flag.code]) for flag in one.flags),
    )


def _attempts(results: Table, speech: Speech) -> Table:
    _ = speech.gettext
    header = (
        _("Student"),
        _("Attempt"),
        _("State"),
        _("Started (UTC)"),
        _("Ended (UTC)"),
        _("Grade"),
        _("Of"),
    )
    states: dict[tuple[object, object], str] = {
        ("not-started", None): _("Not begun"),
        ("in-progress", None): _("At work"),
        ("finished", "time"): _("Time was up"),
        ("finished", "teacher"): _("Ended by the teacher"),
    }
    rows = tuple(
        (student, number, states.get((state, ended_by), _("Finished")), *rest)
        for student, number, state, ended_by, *rest in results.rows
    )
    return Table(_("Attempts"), header, rows)

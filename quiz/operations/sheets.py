"""A quiz's report to be read away from the site: verdicts first, then figures, as tables for a page, a PDF, a mail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from quiz.banks.analysing import QuestionReport
from quiz.files.tables import Table
from quiz.operations.analysis import QuizReport
from quiz.statistics.words import STATES, message, state_of, told

#: Which attempts count, in words.
WHICH_WORDS = {
    "first": "first attempts",
    "last": "last attempts",
    "all": "all attempts",
    "counted": "the attempts that the grade counts",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is read: a title, a line below it, tables in the order of their weight. English."""

    title: str
    lede: str
    tables: tuple[Table, ...]


def sheet_of(found: QuizReport, results: Table | None = None) -> Sheet:
    """The report for reading; with ``results`` each attempt too."""
    tables = [_findings(found), _test(found), _grades(found), _questions(found)]
    if results is not None:
        tables.append(Table("Attempts", results.header, results.rows))
    return Sheet(found.title, _lede(found), tuple(table for table in tables if table.rows))


def _lede(found: QuizReport) -> str:
    if found.first_finished is None or found.last_finished is None:
        return f"{found.course_title}. Nobody has finished yet."
    zone = ZoneInfo(found.time_zone)
    first, last = (one.astimezone(zone).date() for one in (found.first_finished, found.last_finished))
    when = f"{first}" if first == last else f"{first} to {last}"
    return (
        f"{found.course_title}. {found.attempts} {'attempt' if found.attempts == 1 else 'attempts'} "
        f"({WHICH_WORDS[found.which]}), {when}; "
        f"{found.finished} of {found.students} students have finished."
    )


def _findings(found: QuizReport) -> Table:
    return Table("What it says", ("About", "Finding"), tuple(_sentences(found)))


def _sentences(found: QuizReport) -> Iterator[tuple[object, ...]]:
    flagged = ((question, flag) for question in found.questions for flag in question.flags)
    for question, flag in sorted(flagged, key=lambda one: STATES.index(state_of(one[1]))):
        yield f"Question {question.number}", message(flag, [option.name for option in question.options])
    for verdict in found.verdicts:
        yield "The whole", told(verdict)


def _test(found: QuizReport) -> Table:
    whole = found.analysis.whole
    low, high = whole.alpha_ci or (None, None)
    rows = (
        ("Mean grade", whole.mean),
        ("Median", whole.median),
        ("Standard deviation", whole.sd),
        ("Reliability (alpha)", whole.alpha),
        ("its 95 % interval, from", low),
        ("to", high),
        ("Standard error of a grade", whole.standard_error),
        ("Minutes from start to end, median", None if found.seconds is None else found.seconds / 60),
    )
    kept = tuple(row for row in rows if row[1] is not None)
    return Table(f"Grades, of {found.scale or 0:g}", ("Figure", "Value"), kept)


def _grades(found: QuizReport) -> Table:
    bins = found.distribution if found.attempts else ()
    rows = tuple((f"{one.low:g} to {one.high:g}", one.n) for one in bins)
    return Table("How many have which grade", ("Grade", "Attempts"), rows)


def _questions(found: QuizReport) -> Table:
    header = (
        "No.",
        "Question",
        "Right, %",
        "Discrimination index",
        "Efficiency",
        "Seconds",
        "Attempts",
        "Findings",
    )
    return Table("Questions", header, tuple(map(_question, found.questions)))


def _question(one: QuestionReport) -> tuple[object, ...]:
    figures = one.figures
    return (
        one.number,
        f"{one.prompt} ({one.question})",
        None if figures.facility is None else 100 * figures.facility,
        figures.discrimination_index,
        figures.discriminative_efficiency,
        one.seconds,
        figures.n,
        ", ".join(flag.code.replace("-", " ") for flag in one.flags),
    )

"""An analysis as tables and as JSON, by the names of figures in contracts.md §2 (``quiz stats``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from quiz.banks.analysing import Analysis, QuestionReport
from quiz.files.tables import Table
from quiz.statistics.classical import ItemFigures
from quiz.statistics.distractors import FIFTHS
from quiz.statistics.words import message

#: Figures of a question in both, in order.
ITEM: Final = (
    "facility",
    "sd",
    "item_total",
    "item_rest",
    "discrimination_index",
    "discriminative_efficiency",
    "variance",
    "rest_variance",
    "covariance",
    "covariance_max",
)
WHOLE: Final = (
    "n",
    "mean",
    "median",
    "sd",
    "skewness",
    "kurtosis",
    "alpha",
    "alpha_ci",
    "cic",
    "error_ratio",
    "standard_error",
)
#: Those of them that Moodle has otherwise, where not all papers hold the question.
MOODLE: Final = ("discrimination_index", "discriminative_efficiency")
OPTION: Final = ("n", "share", "mean_rest", "item_rest")


def document(analysis: Analysis) -> dict[str, Any]:
    """``test`` and ``items`` as JSON; a figure that does not exist is null."""
    more = {"omega_total": analysis.omega_total, "sem": analysis.whole.standard_error}
    return {
        "test": {name: getattr(analysis.whole, name) for name in WHOLE}
        | more
        | {"over": analysis.over or None},
        "items": [_item(question) for question in analysis.questions],
        "places": [
            {
                "section": one.section,
                "place": one.place,
                **_of_item(one.figures),
                "intended_weight": one.intended_weight,
                "effective_weight": one.effective_weight,
            }
            for one in analysis.places
        ],
    }


def _of_item(figures: ItemFigures) -> dict[str, Any]:
    return {"n": figures.n, "max": figures.max, **{name: getattr(figures, name) for name in ITEM}}


def _item(question: QuestionReport) -> dict[str, Any]:
    names = [option.name for option in question.options]
    return {
        "item": question.question,
        "number": question.number,
        "version": question.version,
        "type": question.type,
        "prompt": question.prompt,
        "random_guess": question.random_guess,
        **_of_item(question.figures),
        "moodle": {name: getattr(question.moodle, name) for name in MOODLE},
        "d27": question.d27,
        "intended_weight": question.intended_weight,
        "effective_weight": question.effective_weight,
        "alpha_if_deleted": question.alpha_if_deleted,
        "blank": question.blank,
        "seconds": question.seconds,
        "options": [
            {
                "option": option.letter,
                "text": option.text,
                "key": option.key,
                **{name: getattr(option.figures, name) for name in OPTION},
                "by_fifth": option.figures.by_fifth,
            }
            for option in question.options
        ],
        "variants": [
            {"variant": one.key, "prompt": one.prompt, **_of_item(one.figures)} for one in question.variants
        ],
        "answers": [{"answer": one.text, "n": one.n, "right": one.right} for one in question.answers],
        "flags": [
            {"code": flag.code, "level": flag.level, "message": message(flag, names)}
            for flag in question.flags
        ],
    }


def tables(analysis: Analysis) -> tuple[Table, Table, Table, Table]:
    """The figures of the whole, of each question, of each option, and of each place of papers that differ."""
    return whole_table(analysis), questions_table(analysis), options_table(analysis), places_table(analysis)


def whole_table(analysis: Analysis) -> Table:
    """The figures of the whole, one a row."""
    whole = analysis.whole
    low, high = whole.alpha_ci or (None, None)
    figures = {name: getattr(whole, name) for name in WHOLE if name != "alpha_ci"}
    more = (("alpha_low", low), ("alpha_high", high), ("omega_total", analysis.omega_total))
    return Table("test", ("figure", "value"), (*figures.items(), *more))


def questions_table(analysis: Analysis) -> Table:
    """One row a question."""
    header = ("number", "item", "version", "type", "prompt", "n", "max", "random_guess", *ITEM)
    more = ("d27", "intended_weight", "effective_weight", "alpha_if_deleted", "blank", "seconds", "flags")
    moodle = (f"moodle_{name}" for name in MOODLE)
    return Table(
        "questions", (*header, *more, *moodle), tuple(_question_row(one) for one in analysis.questions)
    )


def _question_row(one: QuestionReport) -> tuple[object, ...]:
    return (
        *(one.number, one.question, one.version, one.type, one.prompt),
        *(one.figures.n, one.figures.max, one.random_guess),
        *(getattr(one.figures, name) for name in ITEM),
        *(one.d27, one.intended_weight, one.effective_weight, one.alpha_if_deleted),
        *(one.blank, one.seconds),
        " ".join(f"{flag.code}:{flag.level}" for flag in one.flags),
        *(getattr(one.moodle, name) for name in MOODLE),
    )


def places_table(analysis: Analysis) -> Table:
    """One row a place; none where all papers hold the same questions."""
    header = ("section", "place", "n", "max", *ITEM, "intended_weight", "effective_weight")
    rows = (
        (one.section, one.place, *_of_item(one.figures).values(), one.intended_weight, one.effective_weight)
        for one in analysis.places
    )
    return Table("places", header, tuple(rows))


def options_table(analysis: Analysis) -> Table:
    """One row an option, and one a given answer where there are no options."""
    fifths = tuple(f"fifth_{number}" for number in range(1, FIFTHS + 1))
    header = ("number", "item", "version", "option", "text", "key", *OPTION, *fifths)
    return Table("options", header, tuple(row for one in analysis.questions for row in _option_rows(one)))


def _option_rows(one: QuestionReport) -> Iterator[tuple[object, ...]]:
    item = (one.number, one.question, one.version)
    for option in one.options:
        figures = (getattr(option.figures, name) for name in OPTION)
        yield (*item, option.letter, option.text, option.key, *figures, *option.figures.by_fifth)
    for answer in one.answers:
        share = answer.n / one.figures.n if one.figures.n else None
        yield (*item, None, answer.text, answer.right, answer.n, share, *(None,) * (2 + FIFTHS))

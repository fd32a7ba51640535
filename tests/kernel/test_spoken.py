"""What leaves the pages in another language: sentences with figures, and figures as that language writes them."""

from datetime import date

from quiz.errors import Invalid, Problem, Said, in_turn
from quiz.files.languages import NO_BREAK_SPACE, Speech

RUSSIAN = Speech("ru")


def test_a_sentence_with_figures_is_english_and_can_be_said_otherwise():
    said = Said("Question %(n)s", n=3)
    assert said == "Question 3"
    assert RUSSIAN.gettext(said) == RUSSIAN.gettext("Question %(n)s", n=3) != said


def test_a_sentence_among_the_figures_is_said_otherwise_too():
    inner = Said("Question %(n)s", n=3)
    told = Said("%(one)s, %(other)s", one=inner, other="Question %(n)s")
    assert RUSSIAN.gettext(told) == f"{RUSSIAN.gettext(inner)}, Question %(n)s"
    assert Said(told) is told


def test_what_stands_in_an_exception_can_still_be_said_otherwise():
    said = Said("Question %(n)s", n=3)
    assert str(said) is str(ValueError(said)) is said


def test_sentences_one_after_the_other_are_said_otherwise_each_by_itself():
    said = Said("Question %(n)s", n=3)
    told = in_turn(" 100 % ", ("a.png", said))
    assert told == "a.png 100 % Question 3"
    assert RUSSIAN.gettext(told) == f"a.png 100 % {RUSSIAN.gettext(said)}"


def test_problems_in_one_text_are_said_otherwise_and_where_they_are_stays():
    problem = Problem("name", "there is nothing to import", "choose a file or paste its text")
    told = str(Invalid([problem, Problem("", "there is nothing to import")]))
    assert (
        told
        == "name: there is nothing to import – choose a file or paste its text; there is nothing to import"
    )
    what, mend = map(RUSSIAN.gettext, (problem.what, problem.mend))
    assert RUSSIAN.gettext(told) == f"name: {what} – {mend}; {what}" != told


def test_a_sentence_without_figures_stands_as_it_is():
    assert Said("100 % is too much") == RUSSIAN.gettext(Said("100 % is too much")) == "100 % is too much"


def test_figures_are_written_as_the_language_does():
    assert (Speech().figure(1234.565), RUSSIAN.figure(-0.5)) == ("1,234.57", "−0,5")
    assert RUSSIAN.correlation(0.1) == "0,10"
    assert Speech("zh").percent(0.725) == f"73{NO_BREAK_SPACE}%"


def test_a_day_may_end_a_sentence():
    """Russian dates have a full stop of their own, which would stand there twice."""
    assert RUSSIAN.day(date(2026, 11, 26)) == "26 ноября 2026"
    assert Speech().day(date(2026, 11, 26)) == "26 November 2026"

"""The page docs/personal-data.md: what is kept of a person, and what becomes of it."""

from __future__ import annotations

from quiz.models.personal import KEPT, Kept

PAGE = """\
# Personal data

What an installation keeps of a person, who hands it out, and how a person is taken out of it. This page is written by `make docs`,
from the list that the export and the erasure go by; a test holds that list against every column that names a person.

## What is kept

| what | table | holds | in the export | when the person is erased |
| --- | --- | --- | --- | --- |
{rows}

Beside these, rows of others say by whom something was done (who marked, published, invited, decided); with the pseudonym they say so
no more. The log holds request ids, never names, codes or answers; the table of wrong guesses holds digests, for an hour. Nothing goes
to any other site. A browser keeps the cookie that keeps you signed in, answers until they are sent, and small settings of the pages.

## Handing it out

Everybody downloads what is kept about them under *Account*: a JSON file (`quiz-person/1`) with a list for each line of the table.
Answers are there as they were given; grades, marks and comments as far as the review options let their student see them now; reasons
of grades are written for those who teach and are not in it. `quiz user export NAME` writes all of it, for a request that reaches whoever
runs the site; it is logged (`user.export`). Administrators have no such page: they see no answers.

## Erasing

An administrator (*Users*, the person, *Erase*) or `quiz user erase NAME` puts a pseudonym in the place of a person, for good. What they did
stays under it, so that reports, papers, the audit log and everybody else's figures stay true; the table says what goes. It is
refused, with what to do, while somebody has a role in the site, or is a course's only teacher. Attempts in progress end with what was
saved. The act is logged (`user.erase`), by its number.

Short answers, numbers and choices stay as they are: reports and rescoring rest on them. A course's group stays too: reports compare groups.
A name that somebody typed into such an answer, into a question or a comment on one, the note of an invitation or the reason of a
rescoring has to be seen to by hand. Backups made before still hold everything until they are deleted: keep them no longer than you must, and after restoring an old one erase again.

## Keeping it no longer than needed

`quiz user erase --idle-days 730 --yes`, run by the system's scheduler, erases all who are nothing but students, or in no course, and have
done nothing for two years: no attempt begun, answered or ended, no course joined, nothing in the audit log. Without `--yes` it lists them and asks. Nobody is
erased by themselves otherwise: how long records of examinations have to be kept is for the institution to say.
"""


def page() -> str:
    """The page, with a row for each table."""
    return PAGE.format(rows="\n".join(map(_row, KEPT)))


def _row(kept: Kept) -> str:
    handed = ", ".join(column.key for column in kept.handed) or "–"
    cells = (
        kept.name,
        f"`{kept.table.__tablename__}`",
        kept.holds,
        handed,
        "goes" if kept.goes else kept.becomes,
    )
    return f"| {' | '.join(cells)} |"

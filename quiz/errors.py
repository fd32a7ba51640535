"""Every failure that the program expects, in one tree.

::

    QuizError
    ├── SignedOut            401  signed-out        no valid session
    ├── Forbidden            403  forbidden         known to exist, not allowed
    │   └── AccessCode       403  access-code       the quiz wants its access code
    ├── NotFound             404  not-found         no such thing, or none that you may know of
    ├── Conflict             409  conflict          the state of the thing does not allow it now
    │   ├── StaleAnswer      409  stale             a newer answer stands; it is enclosed
    │   ├── SlotClosed       409  slot-closed       the key of this question has been shown
    │   ├── OutOfSequence    409  out-of-sequence   this question was left for good, or comes later
    │   ├── AttemptClosed    409  attempt-closed    submitted by the student
    │   ├── TooLate          409  too-late          over by time or by the teacher; kept apart
    │   ├── InProgress       409  in-progress       there is nothing to review yet
    │   ├── NotOpen          409  not-open          the quiz has not opened yet
    │   ├── QuizClosed       409  closed            the quiz has closed
    │   ├── NoAttemptsLeft   409  no-attempts-left  all attempts are used
    │   ├── EditConflict     409  edit-conflict     someone else changed it meanwhile
    │   └── Unmeetable       409  unmeetable        the blueprint asks for more than the banks hold
    ├── Invalid              422  invalid           a list of problems: where, what, how to mend
    ├── TooLarge             413  too-large         over a stated bound
    ├── TooMany              429  too-many          try again later
    └── Unavailable          503  unavailable       database away, disk full: nothing was written

Faces map a class to their own form once (HTTP status, exit code); bugs are not part of the tree and are not caught.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self


class Said(str):
    """A sentence with figures, in English: a string like any other, which a face can also say in another language.

    ``message`` is the sentence with ``%(name)s`` in their places, ``figures`` what stands there: what somebody typed, a
    number, or a sentence of its own, which is translated too. A sentence without figures stands as it is (``100 %``).
    """

    __slots__ = ("figures", "message")
    message: str
    figures: Mapping[str, object]

    def __new__(cls, message: str, /, **figures: object) -> Self:
        if isinstance(message, cls) and not figures:
            return message
        said = super().__new__(cls, message % figures if figures else message)
        said.message, said.figures = message, figures
        return said

    def __str__(self) -> Self:
        """Itself: a plain string, as ``str`` has it, could not be said in another language any more."""
        return self


def in_turn(by: str, texts: Iterable[str]) -> Said:
    """Texts one after the other, as ``by.join`` has them; the sentences (``Said``) among them are said each by itself."""
    figures = {f"text{place}": text for place, text in enumerate(texts)}
    return Said(by.replace("%", "%%").join(f"%({name})s" for name in figures), **figures)


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in what somebody gave us.

    ``where`` is a field path such as ``options[2].text`` (empty: the whole), ``what`` says what is wrong,
    ``mend`` what to do about it (empty where ``what`` says it all). ``line`` counts from 1, None where unknown.
    """

    where: str
    what: str
    mend: str = ""
    line: int | None = None

    def __str__(self) -> str:
        what = in_turn(": ", filter(None, (self.where, Said(self.what))))
        return in_turn(" – ", (what, Said(self.mend))) if self.mend else what


class QuizError(Exception):
    """An expected failure. ``facts`` are JSON-able details that programs may rely on."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    message: ClassVar[str] = "This did not work."

    def __init__(self, message: str | None = None, **facts: Any) -> None:
        self.text = message or self.message
        self.facts = facts
        super().__init__(self.text)


class SignedOut(QuizError):
    code, status, message = "signed-out", 401, "You are signed out. Sign in to go on."


class Forbidden(QuizError):
    code, status, message = "forbidden", 403, "You may not do this."


class AccessCode(Forbidden):
    code, message = "access-code", "This quiz asks for its access code."


class NotFound(QuizError):
    code, status, message = "not-found", 404, "There is nothing here, or nothing that you may see."


class Conflict(QuizError):
    code, status, message = "conflict", 409, "This is not possible now."


class StaleAnswer(Conflict):
    code, message = "stale", "A newer answer to this question has been saved."


class SlotClosed(Conflict):
    code, message = "slot-closed", "This question is closed: its answer has been shown."


class OutOfSequence(Conflict):
    """There is no way back in this attempt, and none to a later question. ``at`` is the slot at which it stands."""

    code = "out-of-sequence"
    message = "Questions come one after the other here: one that was left can be neither opened nor changed."


class AttemptClosed(Conflict):
    code, message = "attempt-closed", "This attempt has been submitted."


class TooLate(Conflict):
    code, message = "too-late", "The time is up. What had been saved by then counts."


class InProgress(Conflict):
    code, message = "in-progress", "This attempt has not been submitted yet."


class NotOpen(Conflict):
    code, message = "not-open", "This quiz is not open yet."


class QuizClosed(Conflict):
    code, message = "closed", "This quiz is closed."


class NoAttemptsLeft(Conflict):
    code, message = "no-attempts-left", "You have used all your attempts."


class EditConflict(Conflict):
    code, message = "edit-conflict", "Somebody else has changed this meanwhile."


class Unmeetable(Conflict):
    """The blueprint cannot be met. ``unmet`` lists constraint, required, available, short."""

    code, message = "unmeetable", "The question banks do not hold enough questions for this quiz."

    def __init__(self, unmet: list[dict[str, Any]]) -> None:
        super().__init__(unmet=unmet)
        self.unmet = unmet


class Invalid(QuizError):
    """What was given has faults; all of them are listed."""

    code, status, message = "invalid", 422, "Some of what was given needs mending."

    def __init__(self, problems: Iterable[Problem] | str, message: str | None = None) -> None:
        listed = (Problem("", problems),) if isinstance(problems, str) else tuple(problems)
        self.problems = listed
        super().__init__(message or in_turn("; ", map(str, listed)) or None)


class TooLarge(QuizError):
    code, status, message = "too-large", 413, "This is larger than allowed."


class TooMany(QuizError):
    """Too many tries. ``retry_after`` is in seconds."""

    code, status, message = "too-many", 429, "Too many tries. Wait a little and try again."

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after


class Unavailable(QuizError):
    code, status = "unavailable", 503
    message = "The server cannot reach its data right now. Nothing was changed; try again."

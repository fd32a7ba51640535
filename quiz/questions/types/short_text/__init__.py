"""Short text: a word or phrase, typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PrivateAttr

from quiz.errors import Problem, Said
from quiz.questions.answers import (
    LONGEST_TYPED,
    Answer,
    check_typed,
    full_mark_faults,
    reviewed_text,
    typed_text,
)
from quiz.questions.base import Content, Example, Order, Parsed, QuestionType, Raw, Response, Score
from quiz.questions.fields import Truth, Words
from quiz.questions.rules.text import (
    LONGEST_PATTERN,
    Fold,
    has_star,
    is_empty,
    literal,
    matches,
    nearly_matches,
)


class TextAnswer(Answer):
    r"""An accepted text; ``*`` in it stands for any text, ``\*`` for a star."""

    main: ClassVar[str] = "text"

    text: Annotated[Words, Field(max_length=LONGEST_PATTERN)]


class ShortText(Content):
    """Accepted texts; the first that matches counts. ``typo: 1`` forgives one typing error."""

    answers: Annotated[tuple[TextAnswer, ...], Field(min_length=1)]
    case_sensitive: Truth = False
    fold: tuple[Fold, ...] = ()
    typo: Literal[0, 1] = 0
    #: The lists of the other languages: what is right in one of them is right.
    _others: tuple[tuple[TextAnswer, ...], ...] = PrivateAttr(())

    def faults(self) -> Iterator[Problem]:
        """No full mark, or an answer of which folding leaves nothing."""
        yield from full_mark_faults(self.answers)
        for place, answer in enumerate(self.answers):
            if is_empty(answer.text, self.fold):
                mend = "take punctuation out of fold, or write letters or digits"
                what = Said("nothing of '%(text)s' is left to compare", text=answer.text)
                yield Problem(f"answers[{place}].text", what, mend)

    def find(self, typed: str) -> TextAnswer | None:
        """The first answer that the text matches; where none does, the first that it matches but for a typing error.

        Each language has its own first answer; the one that is worth most counts, so that the mark is the same
        whatever the language of the page.
        """
        found = (self._first(answers, typed) for answers in (self.answers, *self._others))
        return max(filter(None, found), key=lambda answer: answer.credit, default=None)

    def _first(self, answers: Sequence[TextAnswer], typed: str) -> TextAnswer | None:
        ways = (matches, nearly_matches) if self.typo else (matches,)
        for way in ways:
            for answer in answers:
                if way(answer.text, typed, self.fold, case_sensitive=self.case_sensitive):
                    return answer
        return None

    def beside(self, languages: Sequence[ShortText]) -> ShortText:
        """The same with the answers of the other languages beside its own."""
        made = self.model_copy()
        made._others = tuple(  # noqa: SLF001 (our own, just made)
            _in_words_of(self.answers, other.answers) for other in languages if other is not self
        )
        return made


class _Type(QuestionType[ShortText]):
    name = "short_text"
    content = ShortText
    rules = ("first_match",)
    fits_gap = True

    def beside(self, content: ShortText, languages: Sequence[ShortText]) -> ShortText:
        return content.beside(languages)

    def present(self, content: ShortText, order: Order) -> Mapping[str, Any]:
        """``case_sensitive``: whether capital letters matter, which the student is told."""
        return {"case_sensitive": content.case_sensitive}

    def parse(self, content: ShortText, raw: Raw, order: Order) -> Parsed:
        typed = typed_text(raw)
        if typed is not None and len(typed) > LONGEST_TYPED:
            return Parsed(None, ("This is longer than 10,000 characters.",))
        return Parsed(typed)

    def check(self, content: ShortText, response: Response) -> None:
        check_typed(response)

    def score(self, content: ShortText, response: Response, rule: str) -> Score:
        found = _found(content, response)
        if found is None:
            return Score(Fraction(0))
        return Score(found.credit, {}, (found.feedback,) if found.feedback else ())

    def review(
        self, content: ShortText, response: Response, order: Order, allowed: frozenset[str]
    ) -> Mapping[str, Any]:
        """See ``quiz.questions.answers.reviewed_text``."""
        found = _found(content, response)
        fraction = found.credit if found else Fraction(0)
        return reviewed_text(response, found, fraction, self.right_answer(content), allowed)

    def summarise(self, content: ShortText, response: Response) -> str:
        return " ".join((response or "").split())

    def right_answer(self, content: ShortText) -> str:
        """The first full answer without stars, else the first with."""
        return self.right_answers(content)[0]

    def right_answers(self, content: ShortText) -> tuple[str, ...]:
        full = [answer.text for answer in content.answers if answer.credit == 1]
        return tuple(literal(text) for text in sorted(full, key=has_star))

    def taken_for(self, content: ShortText, response: Response) -> str:
        found = _found(content, response)
        return literal(found.text) if found else self.summarise(content, response)

    def random_guess(self, content: ShortText, rule: str) -> Fraction | None:
        return None

    def examples(self) -> tuple[Example, ...]:
        spirit = {
            "answers": ["Shanghai Spirit", {"text": "*spirit*", "credit": "0.5", "feedback": "Which one?"}],
            "fold": ["accents", "punctuation"],
        }
        return (
            Example("right", spirit, {"answer": ["  shanghai  SPIRIT "]}, "  shanghai  SPIRIT ", Fraction(1)),
            Example("right", spirit, {"answer": ["“Shanghái” spirit."]}, "“Shanghái” spirit.", Fraction(1)),
            Example(
                "partly", spirit, {"answer": ["the spirit of unity"]}, "the spirit of unity", Fraction(1, 2)
            ),
            Example("wrong", spirit, {"answer": ["Beijing"]}, "Beijing", Fraction(0)),
            Example("empty", spirit, {"answer": ["  "]}, None, Fraction(0)),
            Example("malformed", spirit, {"answer": ["x" * 10_001]}, None, Fraction(0), complains=True),
            Example(
                "right",
                {"answers": ["Dushanbe"], "typo": 1},
                {"answer": ["Dushambe"]},
                "Dushambe",
                Fraction(1),
            ),
            Example(
                "wrong", {"answers": ["SCO"], "case_sensitive": True}, {"answer": ["sco"]}, "sco", Fraction(0)
            ),
        )


def _in_words_of(own: Sequence[TextAnswer], other: Sequence[TextAnswer]) -> tuple[TextAnswer, ...]:
    """The answers of another language with the reasons of this one, so that a student reads one language.

    The lists hold other spellings; their n-th different reasons are taken for the same where the credits agree
    throughout. Else the other language's words stay: better those than none.
    """
    mine, theirs = _reasons(own), _reasons(other)
    if [credit for _, credit in mine] != [credit for _, credit in theirs]:
        return tuple(other)
    words = {reason: feedback for reason, (feedback, _) in zip(theirs, mine, strict=True)}
    return tuple(
        answer.model_copy(update={"feedback": words.get((answer.feedback, answer.credit))})
        for answer in other
    )


def _reasons(answers: Sequence[TextAnswer]) -> Sequence[tuple[str | None, Fraction]]:
    """The different reasons with what they are worth, in the order of the list."""
    return [*dict.fromkeys((answer.feedback, answer.credit) for answer in answers if answer.feedback)]


def _found(content: ShortText, response: Response) -> TextAnswer | None:
    return content.find(response) if response and response.strip() else None


TYPE = _Type()

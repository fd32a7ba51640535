"""The cast: Ada teaches, Bo and Cy learn, Di is a stranger, Eve administers. Built through operations."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from quiz.operations import accounts, attempts, courses, importing, joining, quizzes
from quiz.operations.access import Actor
from quiz.operations.attempts import SlotSave

#: When the cast appears: a Monday, so that tests can name days after it.
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
GRACE = timedelta(seconds=30)
PASSWORD = "correct horse battery"
ADDRESS = "127.0.0.1"

BANK = """
format: quiz-bank/1
bank: small
title: A small bank
language: en
perspective: Rests on arithmetic.
licence: CC-BY-4.0
questions:
  - id: one
    type: single_choice
    topic: sums/plus
    difficulty: easy
    timeless: true
    prompt: How much is 1 + 1?
    options:
      - {text: "2", correct: true, feedback: Two ones.}
      - {text: "3", feedback: One too many.}
      - {text: "11", feedback: Not side by side.}
    explanation: Count on from one.
    evidence: [{source: {title: Elements}, supports: the sum}]
  - id: two
    type: multiple_response
    topic: sums/plus
    difficulty: medium
    timeless: true
    prompt: Which are even?
    options:
      - {text: two, correct: true}
      - {text: three}
      - {text: four, correct: true}
      - {text: five}
    explanation: Even numbers are twice a whole number.
    evidence: [{source: {title: Elements}, supports: even numbers}]
  - id: three
    type: true_false
    topic: sums/minus
    difficulty: easy
    timeless: true
    prompt: 2 − 1 = 1
    answer: true
    feedback_true: It leaves one.
    feedback_false: It leaves one.
    explanation: Take one away.
    evidence: [{source: {title: Elements}, supports: the difference}]
  - id: four
    type: short_text
    topic: sums/minus
    difficulty: medium
    timeless: true
    prompt: What is 9 − 9 called?
    answers:
      - {text: zero}
      - {text: nought, credit: 0.5, feedback: An old word.}
    explanation: Nothing is left.
    evidence: [{source: {title: Elements}, supports: the name}]
  - id: five
    type: numerical
    topic: sums/times
    difficulty: hard
    timeless: true
    prompt: How much is 12 × 12?
    answers:
      - {value: 144}
      - {value: 24, credit: 0, feedback: That is the sum.}
    explanation: A dozen dozens.
    evidence: [{source: {title: Elements}, supports: the product}]
"""

BLUEPRINT = """
format: quiz-blueprint/1
title: A small quiz
sections:
  - {title: Sums, bank: small, count: 5}
order: shuffled
settings:
  limit: 20
  attempts: null
"""


@dataclass
class Cast:
    """Who is there, and what they have to do with."""

    ada: Actor
    bo: Actor
    cy: Actor
    di: Actor
    eve: Actor
    course: int
    quiz: int
    #: Return codes of Bo and Cy.
    codes: dict[str, str]
    join_code: str

    @classmethod
    def appear(cls, blueprint=BLUEPRINT, bank=BANK):
        """Everybody, a course with a published quiz, nobody has started."""
        people = {
            name: accounts.add_user(None, name, name.title(), PASSWORD, role, NOW)
            for name, role in (("ada", "author"), ("di", "author"), ("eve", "administrator"))
        }
        ada, di, eve = (Actor(people[name], 1) for name in ("ada", "di", "eve"))
        importing.import_bank(ada, bank, "small.yaml", NOW)
        course = courses.add_course(ada, "Arithmetic", "Asia/Shanghai", NOW)
        join_code = courses.course(ada, course, NOW).join_code
        joined = {name: joining.join(join_code, name.title(), ADDRESS, NOW) for name in ("bo", "cy")}
        quiz = quizzes.create(ada, course, blueprint, NOW)
        quizzes.publish(ada, quiz, NOW)
        return cls(
            ada=ada,
            bo=joined["bo"].actor,
            cy=joined["cy"].actor,
            di=di,
            eve=eve,
            course=course,
            quiz=quiz,
            codes={name: one.return_code for name, one in joined.items()},
            join_code=join_code,
        )

    def start(self, who=None, now=NOW):
        """Bo (or who is named) starts the quiz. Returns the attempt's id."""
        return attempts.start(who or self.bo, self.quiz, "", now, GRACE)

    def save(self, attempt, slot, seq, answer, who=None, now=NOW, writer="w1"):
        """Saves one answer (a text or a list of texts)."""
        values = [answer] if isinstance(answer, str) else answer
        one = SlotSave(slot, seq, {"answer": values} if values else {})
        return attempts.save(who or self.bo, attempt, one, writer, now, GRACE)

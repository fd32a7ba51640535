"""One item while it is written: its texts, its conditions, its feedback, and what is lost of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from html import escape
from typing import Final

from quiz.banks.model import Question
from quiz.files.richtext import to_html_around, to_inline_html, to_prompt_html
from quiz.formats._pictures import Shown
from quiz.formats.base import Loss, Unwritable, percentage
from quiz.formats.qti12.processing import told_as
from quiz.questions.fields import percent
from quiz.questions.parts import MARK

#: Where a package keeps its files, as texts name that place.
BASE: Final = "$IMS-CC-FILEBASE$/"
#: What stands in front of the name of a text that questions share, where it is the name of an item.
STIMULUS: Final = "stimulus_"
#: Characters that no XML document can hold.
NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def attribute(text: str) -> str:
    """The same as it stands in an attribute with its lines, which a parser would make spaces of."""
    return coded(text).replace("\n", "&#10;").replace("\t", "&#9;")


def coded(text: str) -> str:
    """Text as it stands in an element. Raises Unwritable for characters that XML does not know."""
    if NO_XML.search(text):
        raise Unwritable("a text with characters that XML does not know")
    return escape(text).replace("&#x27;", "'").replace("\r", "&#13;")


class Sheet:
    """The parts of an item in the order of QTI: what is asked, how it is scored, what is told."""

    def __init__(self, question: Question, files: Mapping[str, bytes], base: str) -> None:
        """``base`` stands in front of the names of pictures."""
        self.question, self.files, self.base = question, files, base
        self._shown = Shown(question.text_format, files, lambda name: base + name)
        self.used = self._shown.used
        self.losses: list[Loss] = []
        self.asked: list[str] = []
        self.rules: list[str] = []
        self.told: list[str] = []
        self.lowest = 0
        self.kind, self.profile = "", ""
        #: The kinds of tolerance that its numbers have.
        self.tolerances: set[str] = set()

    def lose(self, name: str, detail: str) -> None:
        """Notes a loss of the field of this name; answers and options of a text with gaps are its gaps."""
        inside = self.question.type == "cloze" and name in ("answers", "options")
        self.losses.append(Loss("gaps" if inside else name, detail))

    def lose_rounded(self, credits: Iterable[Fraction], name: str) -> None:
        """Notes a loss where a score in percent does not say exactly what was meant."""
        if any(percent(Decimal(percentage(one))) != one for one in credits):
            self.lose(name, "scores are rounded to five places of a percentage")

    # Texts -----------------------------------------------------------------------------------------------------------

    def text(self, text: str, *, inline: bool = False) -> tuple[str, str]:
        """A text of the question and the format that it is written in: ``html`` or ``plain``."""
        if self.question.text_format == "plain":
            return str(text), "plain"
        return self._shown.html(str(text), to_inline_html if inline else to_prompt_html), "html"

    def text_with_gaps(self, text: str) -> tuple[str, str]:
        """A text in which ``[[id]]`` marks gaps; what only looks like one is written otherwise."""
        if self.question.text_format != "markdown":
            return self.text(text)
        return self._shown.html(str(text), _around_gaps), "html"

    def material(self, text: tuple[str, str], indent: str) -> str:
        """``<material>`` with a text and its format."""
        words, style = text
        return f'{indent}<material><mattext texttype="text/{style}">{coded(words)}</mattext></material>'

    def prompt(self, text: tuple[str, str]) -> None:
        """The text of the question."""
        self.asked.append(self.material(text, "      "))

    def choice(
        self, ident: str, options: Iterable[tuple[str, str]], cardinality: str = "Single", stem: str = ""
    ) -> None:
        """A response that is answered by choosing; ``options``: ident and text."""
        shuffle = "" if self.question.shuffle else ' shuffle="No"'
        self.asked.append(f'      <response_lid ident="{coded(ident)}" rcardinality="{cardinality}">')
        if stem:
            self.asked.append(self.material(self.text(stem, inline=True), "        "))
        self.asked.append(f"        <render_choice{shuffle}>")
        for name, text in options:
            self.asked.append(f'          <response_label ident="{coded(name)}">')
            self.asked.append(self.material(self.text(text, inline=True), "            "))
            self.asked.append("          </response_label>")
        self.asked.append("        </render_choice>\n      </response_lid>")

    def answers(self, ident: str, answers: Iterable[tuple[str, str]]) -> None:
        """The accepted answers of a gap as Canvas lists them, though they are typed."""
        self.asked.append(f'      <response_lid ident="{coded(ident)}" rcardinality="Single">')
        self.asked.append("        <render_choice>")
        for name, text in answers:
            self.asked.append(f'          <response_label ident="{coded(name)}">')
            self.asked.append(self.material((text, "plain"), "            "))
            self.asked.append("          </response_label>")
        self.asked.append("        </render_choice>\n      </response_lid>")

    def field(self, ident: str, fibtype: str = "String", rows: int = 1) -> None:
        """A response that is typed."""
        rows_said = f' rows="{rows}"' if rows > 1 else ""
        self.asked.append(
            f'      <response_str ident="{coded(ident)}" rcardinality="Single">\n'
            f'        <render_fib fibtype="{fibtype}"{rows_said}/>\n      </response_str>'
        )

    # Scoring ---------------------------------------------------------------------------------------------------------

    def rule(
        self,
        tests: str,
        share: Fraction | None = None,
        *,
        adds: bool = False,
        ends: bool = False,
        shows: Sequence[str] = (),
    ) -> None:
        """A condition: what it gives, a share of the mark, and the feedback that it shows."""
        if share is not None:
            self.lowest = min(self.lowest, -100 if share < 0 else 0)
        action = "Add" if adds else "Set"
        given = (
            ""
            if share is None
            else f'\n        <setvar varname="SCORE" action="{action}">{percentage(share)}</setvar>'
        )
        told = "".join(
            f'\n        <displayfeedback feedbacktype="Response" linkrefid="{coded(one)}"/>' for one in shows
        )
        going = "No" if ends else "Yes"
        self.rules.append(
            f'      <respcondition continue="{going}">\n        <conditionvar>{tests}</conditionvar>{given}{told}\n'
            "      </respcondition>"
        )

    def together(self, tests: Sequence[str], shows: Sequence[str]) -> None:
        """Parts that are worth the same, or have to be right together; ``shows``: what is told to who has all right."""
        if self.question.scoring == "all_or_nothing":
            self.rule(all_of(tests), Fraction(1), ends=True, shows=shows)
            return
        if shows:
            self.rule(all_of(tests), shows=shows)
        for test in tests:
            self.rule(test, Fraction(1, len(tests)), adds=True)

    def feedback(self, ident: str, text: str | None) -> Sequence[str]:
        """A text of feedback; the names of what is to be shown: none without a text."""
        if not text:
            return ()
        self.told.append(
            f'    <itemfeedback ident="{coded(ident)}">\n'
            f"      <flow_mat>\n{self.material(self.text(text), '        ')}\n      </flow_mat>\n    </itemfeedback>"
        )
        return (ident,)

    def told_to(self, name: str, text: str | None) -> Sequence[str]:
        """What is told to the answer of this name: called so that it is taken for no feedback on the whole."""
        ident = f"{name}_fb"
        return self.feedback(ident if told_as(ident) is None else f"fb_{name}", text)

    def solution(self, text: str | None) -> None:
        """What a good answer is, for who marks."""
        if text:
            self.told.append(
                f'    <itemfeedback ident="solution">\n      <solution>\n        <solutionmaterial>\n'
                f"{self.material(self.text(text), '          ')}\n        </solutionmaterial>\n      </solution>\n"
                "    </itemfeedback>"
            )

    def hint(self, number: int, text: str) -> None:
        """A hint."""
        self.told.append(
            f'    <itemfeedback ident="hint_{number}">\n      <hint>\n        <hintmaterial>\n'
            f"{self.material(self.text(text), '          ')}\n        </hintmaterial>\n      </hint>\n    </itemfeedback>"
        )


def equal(ident: str, value: str, more: str = "") -> str:
    """A test whether a response is this value."""
    return f'<varequal respident="{coded(ident)}"{more}>{coded(value)}</varequal>'


def all_of(tests: Sequence[str]) -> str:
    """All of the tests."""
    return tests[0] if len(tests) == 1 else f"<and>{''.join(tests)}</and>"


def any_of(tests: Sequence[str]) -> str:
    """Any of the tests."""
    return tests[0] if len(tests) == 1 else f"<or>{''.join(tests)}</or>"


def none_of(tests: Sequence[str]) -> str:
    """None of the tests; "" where there are none."""
    return "".join(f"<not>{one}</not>" for one in tests)


def _around_gaps(text: str) -> str:
    pieces = to_html_around(text, MARK)
    return "".join(
        f"[[{piece}]]" if place % 2 else piece.replace("[[", "&#91;[") for place, piece in enumerate(pieces)
    )

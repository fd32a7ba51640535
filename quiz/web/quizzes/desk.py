"""A quiz that is being made or changed: the blueprint as a form or as its text, and what its buttons do.

All buttons post the page's one form; ``act`` says what they do. The answer is the page again, with all that was typed;
a script asks for the ``part`` of it that changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from quiz.errors import Invalid, Problem
from quiz.operations import quizzes
from quiz.operations.quizzes import QuizSheet, Supply, Workbench
from quiz.web.author import rows
from quiz.web.author.rows import Fault
from quiz.web.forms import place
from quiz.web.guard import moment
from quiz.web.html import figure, said
from quiz.web.quizzes import plan_form
from quiz.web.quizzes.choices import Offer, offers
from quiz.web.quizzes.forms import GRADING, LAYOUTS, ORDERS, SHOWN, WHEN, NewQuizForm, QuizForm
from quiz.web.quizzes.plan_form import PlanForm
from quiz.web.session import get_actor

#: Buttons that change the rows of the form.
CHANGES = ("add", "remove", "up", "down")


@dataclass
class Desk:
    """What lies before the teacher. ``plan`` is the blueprint as a form, None where it is typed as a text."""

    bench: Workbench
    form: QuizForm | NewQuizForm
    plan: PlanForm | None
    #: The dates by which supply is counted; None: those that the blueprint says.
    sheet: QuizSheet | None = None
    #: Faults of the form, for the list at its top; of the text, with their lines.
    faults: list[Fault] = field(default_factory=list)
    lines: list[Problem] = field(default_factory=list)
    #: The section for which a question is looked for.
    sought: str = ""
    _supply: Supply | None = None

    @classmethod
    def reads(cls, bench: Workbench, form: QuizForm | NewQuizForm, sheet: QuizSheet | None = None) -> Desk:
        """The desk of a request: a form where it brings one, or does not ask for a text."""
        desk = cls(bench, form, None, sheet)
        if request.form.get("shape") == "form":
            desk.plan = plan_form.posted(request.form)
            desk.plan.name_sections({bank.slug: bank.title for bank in bench.banks})
        elif request.method == "GET" and request.args.get("as") != "text":
            desk.show_form()
        return desk

    @property
    def begun(self) -> str:
        """The text that the form began from, or that is typed."""
        return (self.form.blueprint.data or "").replace("\r\n", "\n")

    def text(self, title: str | None = None, settings: Mapping[str, Any] = {}) -> str:
        """The blueprint that the page says."""
        if self.plan is None:
            return self.begun
        try:
            return plan_form.text_of(self.plan, self.begun, title, settings)
        except Invalid:  # no page of ours has a form over such a text: it is told what is wrong with it
            return self.begun

    def show_form(self) -> None:
        """Show the text as a form; where it has faults it stays a text, and they are listed."""
        try:
            self.plan = plan_form.plan_of(self.begun)
        except Invalid as error:
            self.blame(error.problems)

    def show_text(self, text: str) -> None:
        """Show the blueprint as this text."""
        self.form.blueprint.data = text
        self.form.blueprint.raw_data = None
        self.plan = None

    def change(self, act: str, name: str, argument: str) -> None:
        """Add, remove or move a section."""
        assert self.plan is not None  # noqa: S101 -- only the form has such buttons
        self.plan, row = rows.change(self.plan, act, name, argument, ())
        if row:
            rows.attend(self.plan, row)

    def seek(self, name: str) -> None:
        """Look for a question for the section of this name; its field keeps the attention."""
        self.sought = name
        for row in self.plan.sections if self.plan is not None else ():
            if row.name == name:
                row.form.words.render_kw = {"autofocus": True}

    # Faults ----------------------------------------------------------------------------------------------------------

    def blame(self, problems: Iterable[Problem]) -> None:
        """Put each problem at its field; those of a typed text into the list below it."""
        for problem in problems:
            self._blame(plan_form.at_form(problem) if self.plan is not None else problem)
        if self.lines:
            self.form.blueprint.errors = [
                ngettext("One fault, listed below.", "%(num)d faults, listed below.", len(self.lines))
            ]

    def _blame(self, problem: Problem) -> None:
        if problem.where in self.form and problem.line is None:
            place(self.form, Invalid([problem]))
        elif self.plan is not None:
            self.faults += rows.place(self.plan, [problem])
        else:
            self.lines.append(problem)

    def blame_short(self, unmet: Sequence[Mapping[str, Any]]) -> None:
        """Say at the sections for which too few questions match that they do; or else the first wish that is unmet."""
        if self.plan is None:
            words = _("The banks do not hold enough questions for it; what is missing stands below.")
            self.form.blueprint.errors = [words]
            return
        supply = self.supply
        for number, one in enumerate(supply.sections if supply else ()):
            if one.available < one.least:
                what = ngettext(
                    "One matches, %(least)s are needed.",
                    "%(num)d match, %(least)s are needed.",
                    one.available,
                    least=one.least,
                )
                problem = Problem(f"sections[{number}].count", what.rstrip("."))
                self.faults += rows.place(self.plan, [problem])
        if not self.faults:
            wish = unmet[0]
            words = _(
                "%(wish)s: %(wanted)s wanted, %(there)s there",
                wish=said(wish["constraint"]),
                wanted=wish["required"],
                there=wish["available"],
            )
            self.faults = [Fault("h-unmet", _("The whole paper"), words)]

    # What the banks hold ---------------------------------------------------------------------------------------------

    @property
    def supply(self) -> Supply | None:
        """What the banks hold for the blueprint; None where it has faults."""
        if self._supply is None:
            self._supply = self._find_supply(self.text())
        return self._supply

    def _find_supply(self, text: str) -> Supply | None:
        try:
            return quizzes.supply(get_actor(), self.bench.course_id, text, moment(), self.sheet)
        except Invalid:
            return None

    @property
    def counted(self) -> list[Supply | None]:
        """For each section of the form a supply whose section of the same number it is, or the only one.

        Where the blueprint has faults each section is looked at alone; None for one that has some itself.
        """
        if self.plan is None:
            return []
        whole = self.supply
        if whole is not None:
            return [whole] * len(self.plan.sections)
        return [self._find_supply(text) for text in plan_form.alone(self.text())]

    def count(self) -> None:
        """Look what the banks hold, and what is wrong with the blueprint."""
        try:
            self._supply = quizzes.supply(
                get_actor(), self.bench.course_id, self.text(), moment(), self.sheet
            )
        except Invalid as error:
            self.blame(error.problems)

    def count_form(self) -> None:
        """The same for a form beside which something is wrong already: all is said at once."""
        if self.plan is not None:
            self.count()

    @property
    def offers(self) -> list[Offer]:
        """What each section of the form may choose from."""
        return offers(self.bench, self.plan, self.sought) if self.plan is not None else []

    @property
    def next_bank(self) -> str:
        """The bank of a section that is added: the first one that no section has yet; "" where there is none."""
        slugs = [bank.slug for bank in self.bench.banks]
        used = (
            {bank for row in self.plan.sections for bank in row.form.banks}
            if self.plan is not None
            else set()
        )
        return next((slug for slug in slugs if slug not in used), next(iter(slugs), ""))

    @property
    def unseen(self) -> list[str]:
        """What the form does not show of the text that it began from."""
        return plan_form.unseen(self.begun) if self.plan is not None else []

    @property
    def folded(self) -> dict[str, str]:
        """What stands in the parts of the page that are folded away, in words, by the name of the part."""
        form, plan = self.form, self.plan
        parts: dict[str, list[Any]] = {}
        if isinstance(form, QuizForm):
            passes = form.pass_grade.data
            parts["grade"] = [
                GRADING.get(form.grading.data, ""),
                _("nobody fails") if passes is None else _("%(n)s passes", n=figure(passes)),
            ]
            parts["way"] = [
                _("an access code is asked for") if form.access_code.data else _("no access code"),
                _("no way back")
                if form.sequential.data or (plan is not None and plan.mode.data == plan_form.ADAPTIVE)
                else _("back and forth"),
            ]
            parts["review"] = [
                f"{words}: {_shown(form, moment_)}" for moment_, words in WHEN.items() if moment_ != "during"
            ]
        if plan is not None:
            parts["taken"] = [
                ORDERS.get(plan.order.data, ""),
                f"{plan.layout.label.text}: {LAYOUTS.get(plan.layout.data, '')}",
                _("out of %(n)s", n=plan.scale.data),
                _("%(n)s fixed forms", n=plan.forms.form.count.data) if plan.forms.form.count.data else "",
            ]
            rules = plan.adaptive.form
            parts["adaptive"] = [
                _("%(least)s to %(most)s questions", least=rules.fewest.data, most=rules.most.data),
                _("ends at a standard error of %(n)s", n=rules.error.data) if rules.error.data else "",
            ]
        return {name: " · ".join(str(one) for one in words if one) for name, words in parts.items()}

    @property
    def summary(self) -> list[Fault]:
        """All that is wrong, for the list at the top of the page."""
        own = [
            Fault(one.id, str(one.label.text), " ".join(map(str, one.errors)))
            for one in self.form
            if one.errors and one.type not in ("HiddenField", "CSRFTokenField")
        ]
        general = [Fault("", "", error) for error in self.form.form_errors]
        return [*general, *own, *self.faults]


def _shown(form: QuizForm, when: str) -> str:
    """How much students see then."""
    shown = len(form[f"review_{when}"].data or ())
    if shown in (0, len(SHOWN)):
        return _("all") if shown else _("nothing")
    return _("%(n)s of %(all)s", n=shown, all=len(SHOWN))

"""The rules of good questions, and what they find in a bank."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from quiz.lint.rule import rules
from quiz.operations import linting
from quiz.web.author.views import page_number
from quiz.web.guard import signed_in
from quiz.web.session import get_actor

blueprint = Blueprint("linting", __name__)


@blueprint.get("/rules")
@signed_in
def all_rules() -> ResponseReturnValue:
    """Every rule with its reason, a bad example and a better one."""
    return render_template("author/rules.html", rules=rules().values())


@blueprint.get("/banks/<int:bank_id>/findings")
@signed_in
def findings(bank_id: int) -> ResponseReturnValue:
    """A bank's findings, all or those of one ``rule``."""
    rule = request.args.get("rule", "")
    found = linting.findings(get_actor(), bank_id, rule, page_number())
    return render_template("author/findings.html", found=found, rule=rules().get(rule))

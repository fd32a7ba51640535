"""The rules, one module a family: found, not listed (``quiz.lint.rule.rules``)."""

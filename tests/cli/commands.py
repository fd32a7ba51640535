"""Runs ``quiz`` as a shell does, on an installation of the test's own."""

import json

from click.testing import CliRunner

from quiz.cli import main


class Shell:
    """A shell whose environment names one installation; ``environment`` adds to it or overrides it."""

    def __init__(self, database_url, **environment):
        self.environment = {"DATABASE_URL": database_url, **environment}

    def __call__(self, *arguments, stdin=None, code=0, **environment):
        """Runs a command, demands its exit code, and returns what it said on both streams."""
        result = CliRunner().invoke(
            main, [str(one) for one in arguments], input=stdin, env={**self.environment, **environment}
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    def json(self, *arguments, **environment):
        """What a command prints with ``--json``: one document, and nothing else on standard output."""
        return json.loads(self(*arguments, "--json", **environment).stdout)

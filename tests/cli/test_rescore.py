"""``quiz rescore``: dry run, run, undo, list; wrong names and wrong usage."""

import pytest

from quiz.cli import rescore
from quiz.operations.rescoring import POLICIES
from tests.cli.commands import Shell
from tests.operations.test_rescoring import Keys


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_rescoring_from_the_command_line(cast, database_url):
    assert rescore.POLICIES == POLICIES
    shell, quiz = Shell(database_url), Keys(cast, slug="keys")
    quiz.submit(cast.bo, choice={"answer": ["1"]})
    quiz.mend("choice")
    before = quiz.everything()
    request = (quiz.id, "keys/choice", "--policy", "new-key")
    dry = shell.json("rescore", *request, "--dry-run")
    assert (dry["rescoring"], quiz.everything()) == (None, before)
    assert "would rise" in shell("rescore", *request, "--dry-run").stdout
    done = shell.json("rescore", *request, "--reason", "It was two.")
    assert done == dry | {"rescoring": done["rescoring"]}
    assert [one["marks"] for one in done["changes"]] == [{"before": 0.0, "after": 1.0}]
    (listed,) = shell.json("rescorings", quiz.id)["rescorings"]
    assert (listed["id"], listed["reason"], listed["undone_at"]) == (done["rescoring"], "It was two.", None)
    assert "undone" in shell("rescorings", quiz.id, "--undo", done["rescoring"]).stdout
    assert quiz.everything() == before
    assert (
        "keys/gaps (version 1): 0 of 1 marks" in shell("rescore", quiz.id, "--policy", "never-lower").stdout
    )
    assert (
        "nobody was asked 'chioce'" in shell("rescore", quiz.id, "chioce", "--policy", "drop", code=1).stderr
    )
    assert "no quiz 999" in shell("rescore", 999, "--policy", "new-key", code=1).stderr
    assert "--policy" in shell("rescore", quiz.id, code=2).stderr

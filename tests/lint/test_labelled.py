"""The hand-labelled questions: enough of them, well formed, and split by nothing but their ids."""

import pytest

from benchmarks import lint
from quiz.lint.rule import rules

ROWS = {language: lint.labelled(language) for language in lint.languages()}


def test_there_are_enough_in_each_language():
    assert sum(map(len, ROWS.values())) >= 200
    assert {language for language, rows in ROWS.items() if len(rows) >= 30} == {"en", "ru", "zh"}
    flawed = [row for rows in ROWS.values() for row in rows if row["flaws"]]
    assert 80 <= len(flawed) <= 180


@pytest.mark.parametrize("language", ROWS)
def test_labels_are_rules_and_ids_are_unique(language):
    named = {name for row in ROWS[language] for name in (*row["flaws"], *row.get("also", ()))}
    assert named <= set(rules())
    ids = [row["id"] for row in ROWS[language]]
    assert len(ids) == len(set(ids))


def test_the_halves_are_about_equal():
    halves = [lint.for_tuning(row["id"]) for rows in ROWS.values() for row in rows]
    assert 0.4 < sum(halves) / len(halves) < 0.6


def test_wilson_intervals():
    """Agresti and Coull (1998): 0 of 10 gives (0, 0.278), 5 of 10 (0.237, 0.763)."""
    assert lint.wilson(0, 10) == (0.0, pytest.approx(0.2775, abs=1e-3))
    assert lint.wilson(5, 10) == (pytest.approx(0.2366, abs=1e-3), pytest.approx(0.7634, abs=1e-3))
    assert lint.share(0, 0) == "–"


def test_the_rules_agree_with_the_reader():
    """A floor well below what docs/lint.md says, so that a rule that breaks is seen."""
    *_, (_, right, wrong, missed, _, _) = lint.rows(lint.measure())
    assert right / (right + wrong) > 0.7
    assert right / (right + missed) > 0.7

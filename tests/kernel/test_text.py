"""Typed texts against accepted ones: scoring.md, ``short_text``."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.questions.rules.text import matches, nearly_matches
from tests.effort import within
from tests.kernel.questions import question


@pytest.mark.parametrize(
    "answer, typed",
    [
        ("Shanghai Spirit", "  shanghai \t SPIRIT\n"),
        ("good-neighbourliness", "good–neighbourliness"),
        ("people's", "people’s"),
        ("people's", "peopleʼs"),
        ("Straße", "STRASSE"),
        ("ﬁve", "five"),
        ("ШОС", "шос"),
        ("ＳＣＯ", "sco"),
        ("é", "e\u0301"),
        ("*spirit*", "the Spirit of Shanghai"),
        ("*spirit*", "spirit"),
        ("Shanghai *", "shanghai spirit"),
        ("*", "x"),
        ("a*b*c", "a123b45c"),
        ("a*a", "aa"),
        (r"5 \* 3", "5 * 3"),
        (r"a\b", r"a\b"),
        ("地区反恐怖机构", "地区反恐怖机构"),
    ],
)
def test_the_same(answer, typed):
    assert matches(answer, typed)


@pytest.mark.parametrize(
    "answer, typed",
    [
        ("Shanghai Spirit", "ShanghaiSpirit"),
        ("Shanghai *", "shanghai"),
        ("a*a", "a"),
        (r"5 \* 3", "5 x 3"),
        ("é", "e"),
        ("ё", "е"),
        ("U.S.", "US"),
        ("a*b*c", "acb"),
        ("ab*bc", "abc"),
    ],
)
def test_not_the_same(answer, typed):
    assert not matches(answer, typed)


def test_case_can_matter():
    assert not matches("SCO", "sco", case_sensitive=True)
    assert matches("SCO", " SCO ", case_sensitive=True)


@pytest.mark.parametrize(
    "fold, answer, typed, same",
    [
        (("accents",), "Malmö", "malmo", True),
        (("accents",), "Σωκράτης", "Σωκρατης", True),
        (("accents",), "май", "маи", False),
        (("accents",), "ёж", "еж", False),
        (("yo",), "ёж", "ЕЖ", True),
        (("yo",), "май", "маи", False),
        (("punctuation",), "U.S.A.", "usa", True),
        (("punctuation",), "Anti-Terrorist", "anti terrorist", True),
        (("punctuation",), "Anti-Terrorist", "antiterrorist", True),
        (("punctuation",), "“RATS”", "rats!", True),
        (("punctuation",), "RATS", "RATT", False),
        (("punctuation",), "*terrorist*", "anti-terrorist (structure)", True),
        (("accents", "punctuation", "yo"), "Ёлка, élan", "елка elan", True),
    ],
)
def test_folds(fold, answer, typed, same):
    assert matches(answer, typed, fold) is same


@pytest.mark.parametrize(
    "answer, typed, same",
    [
        ("Dushanbe", "Dushambe", True),
        ("Dushanbe", "Dushanb", True),
        ("Dushanbe", "Dushannbe", True),
        ("Dushanbe", "dushanbe", True),
        ("Dushanbe", "Dusahnbe", False),
        ("Dushanbe", "Dshanb", False),
        ("RATS", "RATT", False),
        ("Astana", "Astano", True),
        ("Xi Jinping", "Xi Jinpin", True),
        ("Xi Jinping", "Yi Jinping", False),
        ("Shanghai Spirit", "Shangai Spirti", False),
        ("Shanghai Spirit", "Shangai Spirits", False),
        ("Dushanbe", "Dushanbe city", False),
        ("Dush*", "Duxh", False),
    ],
)
def test_one_typing_error_in_a_long_word(answer, typed, same):
    assert nearly_matches(answer, typed) is same


def test_an_exact_answer_goes_before_a_nearly_right_one():
    answers = ["Dushanbe", {"text": "Dushambe", "credit": "0.5"}]
    q = question("short_text", {"answers": answers, "typo": 1})
    assert [q.score(typed).fraction for typed in ("Dushanbe", "Dushanbee")] == [1, 1]
    assert q.score("Dushambe").fraction * 2 == 1


def test_the_first_answer_that_matches_counts():
    q = question("short_text", {"answers": [{"text": "*", "credit": 0}, "x"]})
    assert q.score("x").fraction == 0
    assert q.score("  ").feedback == ()


@given(st.text(max_size=40))
def test_every_text_matches_itself_and_the_star(text):
    literal = text.replace("*", r"\*")
    if "\\" not in text:
        assert matches(literal, text)
    assert matches("*", text)


@given(st.text("ab*", min_size=1, max_size=8), st.text("ab", max_size=8))
def test_stars_match_as_an_obvious_matcher_does(pattern, text):
    def fits(p, t):
        if not p:
            return not t
        if p[0] == "*":
            return any(fits(p[1:], t[n:]) for n in range(len(t) + 1))
        return bool(t) and p[0] == t[0] and fits(p[1:], t[1:])

    assert matches(pattern, text) is fits(pattern, text)


def test_hostile_patterns_take_linear_time():
    """A backtracking matcher would need longer than the universe has existed."""
    pattern, text = "*a" * 99 + "*b", "a" * 10_000
    with within(millions=20):
        assert not matches(pattern, text)

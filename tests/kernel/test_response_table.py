"""Response tables: what a cell may be, and where each fault is."""

import numpy as np
import pytest

from quiz.errors import Invalid
from quiz.statistics.table import Columns, read_maxima, read_pairs, read_table


def test_scores_with_what_is_missing_and_what_is_no_item():
    table = read_table(b"who,a,b,group,sum\n1,0,1,x,5\n2, 1 ,NA,y,\n", "f", Columns("who", "sum", "group"))
    assert (table.items, table.ids, table.groups) == (("a", "b"), ("1", "2"), ("x", "y"))
    assert np.array_equal(table.scores, [[0, 1], [1, np.nan]], equal_nan=True)
    assert np.array_equal(table.totals, [5, np.nan], equal_nan=True)
    assert [*table.maxima] == [1, 1]


def test_options_are_scored_by_the_key():
    table = read_table(b"\xef\xbb\xbfa,b\r\nA,B\r\n,C\r\n", "f", key={"a": "A", "b": "C"})
    assert np.array_equal(table.scores, [[1, 0], [np.nan, 1]], equal_nan=True)
    assert table.options == (("A", ""), ("B", "C"))
    assert table.key == ("A", "C")


@pytest.mark.parametrize(
    "text",
    [
        "a,b,t\n0,1,3\n0.5,0,2\n",
        "\ufeffa, b,t\r\n1,1,7\r\n 1 ,0,2\r\n\r\n",
        "t,a,b\n1e0,0,0.25",
        "a,t,b\n1,0,1\n",
    ],
)
def test_plain_numbers_are_read_as_the_long_way_reads_them(text):
    """With a column of names the long way is taken."""
    lines = text.removeprefix("\ufeff").splitlines()
    named = "\n".join(f"{place or 'who'},{line}" for place, line in enumerate(lines) if line)
    plain = read_table(text.encode(), "f", Columns(total="t"), maxima={"b": 2})
    long = read_table(named.encode(), "f", Columns(id="who", total="t"), maxima={"b": 2})
    assert plain.items == long.items == ("a", "b")
    assert np.array_equal(plain.scores, long.scores)
    assert np.array_equal(plain.totals, long.totals)
    assert np.array_equal(plain.maxima, long.maxima)


def test_nobody_is_a_table_too():
    assert read_table(b"a,b\n", "f").scores.shape == (0, 2)
    assert read_table(b"a,b\n", "f", key={"a": "1", "b": "2"}).scores.shape == (0, 2)


@pytest.mark.parametrize(
    "text, line, where, what",
    [
        (b"", 1, "", "the file is empty"),
        (b"a,a\n1,1\n", 1, "a", "this column stands twice"),
        (b"a,b\n1,1\n1\n", 3, "", "the row has 1 cells, the head has 2"),
        (b"a,b\n1,0\nx,1\n", 3, "a", "'x' is no number"),
        (b"a,b\n1,nan\n", 2, "b", "'nan' is no number"),
        (b"a,b\n1,2\n", 2, "b", "2 is above the maximum 1"),
        (b"a,b\n1,-1\n", 2, "b", "-1 is below 0"),
        (b"a\n1\n\xff\n", 3, "", "this is not text in UTF-8"),
    ],
)
def test_a_fault_is_located(text, line, where, what):
    with pytest.raises(Invalid) as caught:
        read_table(text, "f.csv")
    (problem,) = caught.value.problems
    assert (problem.line, problem.where, problem.what, problem.file) == (line, where, what, "f.csv")
    assert problem.mend


def test_what_a_key_and_columns_name_has_to_be_there():
    for arguments, what in [
        ({"columns": Columns(total="t")}, "there is no such column"),
        ({"key": {"a": "1"}}, "has no key"),
        ({"key": {"a": "1", "b": "1", "c": "1"}}, "there is no such item in the table"),
        ({"maxima": {"c": 2.0}}, "there is no such item in the table"),
    ]:
        with pytest.raises(Invalid) as caught:
            read_table(b"a,b\n1,1\n", "f", **arguments)
        assert [problem.what for problem in caught.value.problems] == [what]


def test_files_of_pairs():
    assert read_pairs(b"item,key\na,A\nb,B\n", "k", ("item", "key")) == {"a": "A", "b": "B"}
    assert read_maxima(b"item,max\na,2.5\n", "m") == {"a": 2.5}
    key = read_pairs(b"item,key\na,1\nz,1\n", "key.csv", ("item", "key"))
    with pytest.raises(Invalid) as told:
        read_table(b"a\n1\n", "f.csv", key=key)
    (problem,) = told.value.problems
    assert (problem.file, problem.line, problem.where) == ("key.csv", 3, "z")
    for text in (
        b"item\na\n",
        b"item,max\na,0\n",
        b"item,max\na,x\n",
        b"item,max\na,1\na,1\n",
        b"item,max\na,\n",
    ):
        with pytest.raises(Invalid):
            read_maxima(text, "m")


def test_many_faults_are_counted():
    with pytest.raises(Invalid) as caught:
        read_table(b"a\n" + b"x\n" * 80, "f")
    assert len(caught.value.problems) == 51
    assert "30 more" in caught.value.problems[-1].what

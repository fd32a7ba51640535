"""Evidence against a document of our own, and what guessers would score."""

from hashlib import sha256

import pytest

from quiz.banks.evidence import Shelf, check_evidence
from quiz.banks.model import Bank
from quiz.banks.strategies import features, strategies
from tests.kernel.questions import question

TEXT = "Home > News\nThe Title\n\nFirst paragraph  of the “Shanghai\nSpirit”.\n \n\n\nThe SCO has EIGHT member states.\n"
DIGEST = sha256(TEXT.encode()).hexdigest()


def check(tmp_path, evidence, digest=DIGEST, name="doc.txt", text=TEXT):
    (tmp_path / name).write_text(text)
    documents = {"doc": {"title": "D", **({"sha256": digest} if digest else {})}, "gone": {"title": "G"}}
    q = question("true_false", {"answer": True}, evidence=evidence)
    return check_evidence(
        Bank.load({"bank": "b", "title": "T", "documents": documents}, [q]), Shelf(tmp_path)
    )


def entry(paragraph, *terms, document="doc"):
    return {"document": document, "paragraph": paragraph, "terms": terms}


@pytest.mark.parametrize("term", ["eight member states", "Eight Member  States", "EIGHT"])
def test_a_term_in_its_paragraph(tmp_path, term):
    found = check(tmp_path, [entry(3, term)])
    assert (found.checked, found.false, found.changed) == (1, [], {})


@pytest.mark.parametrize("term", ['"shanghai spirit"', "«Shanghai Spirit»", "of the “Shanghai"])
def test_quotes_and_lines_are_folded(tmp_path, term):
    assert check(tmp_path, [entry(2, term)]).false == []


def test_a_term_elsewhere_says_where(tmp_path):
    ((_, problem),) = check(tmp_path, [entry(2, "eight member states")]).false
    assert problem.where == "evidence[0].terms[0]"
    assert "does not stand in paragraph 2" in problem.what
    assert "paragraph 3" in problem.mend


def test_false_terms_and_paragraphs(tmp_path):
    found = check(tmp_path, [entry(3, "nine member states", "eight"), entry(4, "x")])
    assert [problem.where for _, problem in found.false] == ["evidence[0].terms[0]", "evidence[1].paragraph"]
    assert found.checked == 2


def test_a_document_is_found_by_its_digest_under_any_name(tmp_path):
    assert check(tmp_path, [entry(3, "eight")], name="000_x.txt").checked == 1


def test_another_version_is_checked_and_told(tmp_path):
    found = check(tmp_path, [entry(3, "nine")], digest="0" * 64, text=TEXT.replace("EIGHT", "NINE"))
    assert found.changed.keys() == {"doc"}
    assert (found.checked, found.false) == (1, [])


def test_a_document_without_digest_is_found_by_name(tmp_path):
    found = check(tmp_path, [entry(3, "eight")], digest=None)
    assert (found.checked, found.changed) == (1, {})


def test_what_cannot_be_checked_is_counted(tmp_path):
    source = {"source": {"title": "S"}, "supports": "x"}
    found = check(tmp_path, [source, entry(1, "x", document="gone"), entry(3, "eight")])
    assert (found.checked, found.not_checkable, found.missing_document) == (1, 1, 1)
    assert check_evidence(Bank.load({"bank": "b", "title": "T"}), Shelf(None)).checked == 0


def choice(*texts, key):
    return question(
        "single_choice", {"options": [{"text": t, "correct": n == key} for n, t in enumerate(texts)]}
    ).content


def test_tricks_with_ties_shared():
    contents = [choice("aa", "bb", "c", "dddd", key=3), choice("aaa", "bbb", "c", "d", key=0)]
    found = strategies(contents)
    assert found["chance"] * 4 == 1
    assert found["longest"] * 4 == 3
    assert found["first"] * 2 == 1


def test_the_odd_one_out_shares_least_with_the_others():
    contents = [
        choice("6 member states", "8 member states", "A treaty of friendship.", "9 member states", key=2)
    ]
    assert strategies(contents)["odd_one_out"] == 1
    assert features("8 states") & features("9 states") >= {"states"}


def test_without_single_choice_there_is_no_figure():
    assert set(strategies([]).values()) == {None}

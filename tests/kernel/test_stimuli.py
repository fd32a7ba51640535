"""Stimuli: how banks hold them, and that a paper holds their questions together or not at all."""

import json
from collections import Counter
from datetime import date

import pytest

from quiz.assembly.draw import ListIndex, draw
from quiz.assembly.forms import Forms
from quiz.banks.model import Question
from quiz.banks.stimuli import Reading
from quiz.banks.yaml import read_bank, write_bank
from quiz.errors import Invalid, Unmeetable
from tests.effort import within
from tests.kernel.papers import blueprint

DAY = date(2024, 5, 1)
HEAD = "format: quiz-bank/1\nbank: m\ntitle: T\n"


def line(id, stimulus="", **more):
    fields = {"id": id, "type": "true_false", "prompt": "P?", "timeless": True, "answer": True, **more}
    return f"  - {json.dumps({**fields, **({'stimulus': stimulus} if stimulus else {})})}\n"


def bank(sets, *, singles=0, pick=None, **more):
    """A bank with these sets, as {stimulus: ids in the order of the file}, and single questions."""
    stimuli = [{"id": id, "text": f"Read {id}.", **({"pick": pick} if pick else {})} for id in sets]
    lines = [line(id, one, **more.get(id, {})) for one, ids in sets.items() for id in ids]
    lines += [line(f"single{n}") for n in range(singles)]
    return read_bank(f"{HEAD}stimuli: {json.dumps(stimuli)}\nquestions:\n{''.join(lines)}")


def papers(banked, number=40, order="as_listed", **section):
    plan = blueprint({"bank": "m", **section}, order=order)
    index = ListIndex.of([banked])
    return [
        [slot.question.partition("/")[2] for slot in draw(plan, index, seed, DAY).slots]
        for seed in range(number)
    ]


ABC = {"one": ["c", "a", "b"], "two": ["z", "x"]}


@pytest.mark.parametrize("order", ["as_listed", "shuffled", "easy_to_hard"])
def test_a_set_is_drawn_whole_and_stands_together_in_authored_order(order):
    met = Counter()
    for paper in papers(bank(ABC, singles=6), 60, order, count=5):
        assert len(paper) == 5
        for ids in ABC.values():
            held = [id for id in paper if id in ids]
            assert held in ([], ids)
            met[ids[0]] += bool(held)
            if held:
                first = paper.index(ids[0])
                assert paper[first : first + len(ids)] == ids
    assert 0 < met["c"] < 60
    assert 0 < met["z"] < 60


def test_questions_of_sets_are_drawn_about_as_often_as_others():
    """5 of 11 questions: each stands on 45 % of the papers, but for what sets of three and two cannot share."""
    met = Counter(id for paper in papers(bank(ABC, singles=6), 400, count=5) for id in paper)
    assert all(0.35 < number / 400 < 0.55 for number in met.values()), met
    assert len(met) == 11


def test_so_many_of_a_set_as_its_pick_says():
    banked = bank({"one": [*"edcba"]}, singles=4, pick={"min": 2, "max": 3})
    sizes = Counter()
    for paper in papers(banked, 60, count=4):
        held = [id for id in paper if len(id) == 1]
        assert held == sorted(held, reverse=True), "in authored order"
        sizes[len(held)] += 1
    assert set(sizes) == {0, 2, 3}


@pytest.mark.parametrize(
    "section, possible",
    [
        ({"count": 3}, True),
        ({"count": 2}, True),
        ({"count": 5}, True),
        ({"count": 4}, False),  # of sets of three and two
        ({"count": 3, "exclude": ["m/a"]}, False),
        ({"count": 5, "include": ["m/b"]}, True),
        ({"count": 2, "include": ["m/b"]}, False),
        ({"count": 3, "difficulty": {"easy": 3}}, False),
        ({"count": 5, "difficulty": {"easy": {"min": 1}}}, True),
    ],
)
def test_what_a_section_can_hold_of_sets_alone(section, possible):
    banked = bank(ABC, a={"difficulty": "easy"})
    if not possible:
        with pytest.raises(Unmeetable):
            papers(banked, 3, **section)
        return
    for paper in papers(banked, 10, **section):
        assert {"count": section["count"]} == {"count": len(paper)}
        assert all(len({*paper} & {*ids}) in (0, len(ids)) for ids in ABC.values())


def test_an_included_question_brings_its_set():
    for paper in papers(bank(ABC, singles=9), 10, count=5, include=["m/a"]):
        assert paper[:3] == ["c", "a", "b"]


def test_a_question_out_of_force_is_no_part_of_its_set_on_that_day():
    late = {"timeless": False, "as_of": "2025-01-01"}
    banked = bank({"one": [*"cab"]}, a=late)
    assert papers(banked, 3, count=2) == [["c", "b"]] * 3


def test_enemies_of_a_set_stay_away():
    banked = bank(ABC, singles=4, z={"enemies": ["a"]})
    for paper in papers(banked, 40, count=5):
        assert not {"a", "z"} <= {*paper}


def test_sets_that_were_had_wait():
    index = ListIndex.of([bank(ABC, singles=2)])
    plan = blueprint({"bank": "m", "count": 2})
    seen = {f"m/{id}": 1 for id in ["z", "x"]}
    for seed in range(30):
        drawn = {slot.question for slot in draw(plan, index, seed, DAY, seen=seen).slots}
        assert not drawn & {*seen}


def test_a_paper_says_the_stimulus_and_others_are_as_before():
    banked = bank({"one": ["a", "b"]}, singles=1)
    forms = Forms.draw(blueprint({"bank": "m", "count": 3}), {"m": banked}, 7, DAY, [1]).document()["forms"]
    said = {one["question"]: one.get("stimulus") for one in forms[0]["questions"]}
    assert said == {"m/a": "m/one", "m/b": "m/one", "m/single0": None}
    assert "stimulus" not in next(one for one in forms[0]["questions"] if one["question"] == "m/single0")


# In bank files -------------------------------------------------------------------------------------------------------


def test_a_bank_with_stimuli_comes_back_as_it_was():
    text = f"""{HEAD}stimuli:
  - id: one
    title: A map
    text: Look *here*.
    image: {{file: images/a.svg, alt: A map}}
    pick: {{min: 1, max: 2}}
    translations: {{ru: {{title: Карта, text: Смотри *сюда*., image: {{alt: Карта}}}}}}
questions:
{line("b", "one", translations={"ru": {"prompt": "П?"}})}{line("a", "one")}"""
    banked = read_bank(text, find=lambda _: f"{'0' * 64}/40x20")
    assert banked.stimuli[0].questions == ("b", "a")
    shown = banked.questions[0].present(()).stimulus
    assert (shown.title, shown.html.strip()) == ("A map", "<p>Look <em>here</em>.</p>")
    assert shown.picture == (f"/media/{'0' * 64}", "A map", 40, 20)
    assert banked.questions[0].in_language("ru").present(()).stimulus.title == "Карта"
    assert Question.load(banked.questions[0].dump()) == banked.questions[0]
    written = write_bank(banked)
    assert "stimulus: one" in written
    assert written.count("Look") == 1
    assert read_bank(written, find=lambda _: f"{'0' * 64}/40x20") == banked


def test_another_text_makes_other_versions_of_its_questions():
    one, other = (
        read_bank(f"{HEAD}stimuli: [{{id: s, text: {text}}}]\nquestions:\n{line('a', 's')}") for text in "AB"
    )
    assert one.questions[0].digest != other.questions[0].digest


@pytest.mark.parametrize(
    "stimuli, stimulus, line_number, said",
    [
        ("[{id: one, text: T}]", "ons", 6, "unknown stimulus 'ons', did you mean 'one'?"),
        ("[{id: one, text: T}, {id: two, text: T}]", "one", 4, "no question names the stimulus 'two'"),
        ("[{id: one, text: T}, {id: one, text: U}]", "one", 4, "the id 'one' stands twice"),
        ("[{id: one}]", "one", 4, "has neither text nor image"),
        ("[{id: one, text: T, pick: some}]", "one", 4, "'some' is not known here"),
        ("[{id: one, text: T, pick: {min: 2}}]", "one", 4, "asks for 2 of its questions, 1 name it"),
        ("[{id: one, text: T, pick: {min: 2, max: 1}}]", "one", 4, "1 is below min, which is 2"),
        ("[{id: one, text: T, questions: [q]}]", "one", 4, "'questions' are those that name it"),
        ("[{id: one, image: {file: images/a.svg, alt: A}}]", "one", 4, "there is no image 'images/a.svg'"),
        ("[{id: one, txt: T}]", "one", 4, "unknown field 'txt', did you mean 'text'?"),
        ("{one: T}", "one", 4, "must be a list"),
    ],
)
def test_faults_say_where_they_are(stimuli, stimulus, line_number, said):
    with pytest.raises(Invalid) as caught:
        read_bank(f"{HEAD}stimuli: {stimuli}\nquestions:\n{line('q', stimulus)}")
    assert any(said in one.what and one.line == line_number for one in caught.value.problems), (
        caught.value.problems
    )


def test_the_fault_of_an_image_is_told_once():
    text = f"{HEAD}stimuli: [{{id: one, image: {{file: images/a.svg, alt: A}}}}]\nquestions:\n{line('q', 'one')}{line('r', 'one')}"
    with pytest.raises(Invalid) as caught:
        read_bank(text)
    assert len(caught.value.problems) == 1


def test_many_stimuli_cost_no_more_than_many_questions():
    listed = [{"id": f"s{n}", "text": "T"} for n in range(5000)]
    named = [{"id": f"q{n}", "stimulus": f"s{n}"} for n in range(5000)]
    with within(millions=60):  # it takes 2, and took more than 200
        reading = Reading(listed)
        assert [one["questions"] for one in reading.header(named)] == [[one["id"]] for one in named]
        assert [*reading.faults(named)] == []

"""The bank of the stage, with one question of each type, and what is answered to them, rightly and wrongly."""

import json

from quiz.questions import types

BANK = r"""
format: quiz-bank/1
bank: samples
title: Samples of every question type
language: en
perspective: Arithmetic and school knowledge; one question of each type, with what makes a page hard to lay out.
licence: CC-BY-4.0
documents:
  treatise: {title: A treatise on triangles, publisher: The school press, date: 2020-05-01}
questions:
  - id: single_choice
    type: single_choice
    topic: triangles/sides
    level: apply
    difficulty: medium
    timeless: true
    shuffle: false
    hints: [Which side is opposite the right angle?, Add the squares of the other two.]
    prompt: |
      The legs of a right triangle are $a = 5$ and $b = 12$. How long is the hypotenuse?
      ![A right triangle that stands on its longer leg](images/triangle.svg)

      $$c = \sqrt{a^2 + b^2}$$
    options:
      - {text: "$13$", correct: true, feedback: "$25 + 144 = 169 = 13^2$."}
      - {text: "![a bar as long as both legs](images/bar.png)", feedback: That is the sum of the legs.}
      - {text: "$\\sqrt{119}$", feedback: The squares were subtracted.}
      - {text: "It cannot be found, because nothing is said about the angles between the hypotenuse and either of the legs, nor about the area", feedback: Two sides of a right triangle give the third.}
    feedback: {wrong: Draw it and try again.}
    explanation: The square on the hypotenuse is the sum of the squares on the legs.
    evidence: [{document: treatise, paragraph: 3, terms: [hypotenuse]}]
  - id: multiple_response
    type: multiple_response
    topic: numbers/primes
    level: understand
    difficulty: easy
    timeless: true
    shuffle: false
    hints: [One of them is even.]
    prompt: Which of these are prime?
    options:
      - {text: "2", correct: true, feedback: The only even one.}
      - {text: "9", feedback: It is 3 × 3.}
      - {text: "11", correct: true, feedback: Nothing divides it.}
      - {text: "21", feedback: It is 3 × 7.}
    explanation: A prime has two divisors.
    evidence: [{source: {title: Elements}, supports: what a prime is}]
  - id: true_false
    type: true_false
    topic: numbers/primes
    difficulty: easy
    as_of: 2021-07-13
    hints: [Look at the year.]
    prompt: In July 2021 the largest known prime had more than twenty million digits.
    answer: true
    feedback_true: It had 24 862 048.
    feedback_false: It had 24 862 048.
    explanation: It was found in 2018.
    evidence: [{source: {title: A list of primes}, supports: the number of digits}]
  - id: short_text
    type: short_text
    topic: words/other-scripts
    difficulty: medium
    timeless: true
    hints: [It is a capital.]
    prompt: "Which city is 北京 (Пекин)?"
    answers: [{text: Beijing}, {text: Peking, credit: 0.5, feedback: An older spelling.}]
    explanation: The name means northern capital.
    evidence: [{source: {title: An atlas}, supports: the names}]
  - id: numerical
    type: numerical
    topic: triangles/area
    difficulty: medium
    timeless: true
    hints: [Half of the base times the height.]
    prompt: |
      | triangle | base | height |
      | --- | --- | --- |
      | A | 6 | 4 |
      | B | 10 | 3 |

      How large is the area of **both** together?
    answers: [{value: 27}, {value: 54, credit: 0, feedback: That is twice as much.}]
    explanation: 12 and 15.
    evidence: [{source: {title: Elements}, supports: the area of a triangle}]
  - id: matching
    type: matching
    topic: triangles/kinds
    difficulty: medium
    timeless: true
    hints: [Count the equal sides.]
    prompt: Which triangle is which?
    pairs:
      - {stem: three equal sides, choice: equilateral}
      - {stem: "two equal sides, the third of another length than those", choice: isosceles}
      - {stem: no two sides equal, choice: scalene}
    distractors: [a figure with four corners]
    explanation: Named by the sides.
    evidence: [{source: {title: Elements}, supports: the names}]
  - id: ordering
    type: ordering
    topic: numbers/size
    difficulty: hard
    timeless: true
    hints: [The first is less than one.]
    prompt: Put them in order, the smallest first.
    items: ["$\\frac{1}{2}$", "$\\sqrt{2}$", "a dozen", "a gross, which is a dozen dozens and so much larger than the others"]
    explanation: 0.5, 1.41, 12, 144.
    evidence: [{source: {title: Elements}, supports: the order}]
  - id: cloze
    type: cloze
    topic: triangles/angles
    difficulty: medium
    timeless: true
    hints: [Half a turn.]
    prompt: Fill the gaps.
    text: The angles of a triangle are together [[sum]] degrees; one of 90 degrees is called [[kind]]. A triangle has at most [[most]] of them, as [[who]] knew.
    gaps:
      sum: {type: numerical, answers: [{value: 180}, {value: 360, credit: 0, feedback: That is a square.}]}
      kind: {type: single_choice, options: [{text: right, correct: true}, {text: wrong}, {text: flat}]}
      most: {type: numerical, answers: [{value: 1}]}
      who: {type: short_text, answers: [{text: Euclid}]}
    explanation: Two right angles would already be 180 degrees.
    evidence: [{source: {title: Elements}, supports: the sum}]
  - id: gap_select
    type: gap_select
    topic: triangles/sides
    difficulty: easy
    timeless: true
    hints: [Which is the longest?]
    prompt: Fill the gaps.
    text: The side opposite the right angle is the [[1]]; the other two are the [[2]].
    choices: [hypotenuse, legs, base, heights]
    gaps: {"1": a, "2": b}
    shuffle: false
    explanation: Greek for what is stretched under.
    evidence: [{source: {title: Elements}, supports: the names}]
  - id: drag_words
    type: drag_words
    topic: triangles/sides
    difficulty: easy
    timeless: true
    hints: [Count the corners.]
    prompt: Put the words where they belong.
    text: "1. [[1]]\n2. [[2]]"
    picture:
      file: images/shapes.svg
      alt: "Four shapes in a row: a square, a tall triangle, a flat triangle and a disc"
      places: {"1": {coords: "70, 90"}, "2": {shape: circle, coords: "500, 90, 50"}}
    choices: [square, disc, triangle, "![the shapes](images/shapes.svg)"]
    gaps: {"1": a, "2": b}
    shuffle: false
    explanation: The first has four corners, the other none.
    evidence: [{source: {title: Elements}, supports: the shapes}]
  - id: hotspot
    type: hotspot
    topic: triangles/kinds
    difficulty: easy
    timeless: true
    hints: [It has four corners.]
    prompt: Mark what is **no** triangle.
    image: {file: images/shapes.svg, alt: "Four shapes in a row: a square, a tall triangle, a flat triangle and a disc"}
    regions:
      - {id: square, label: the square, shape: rect, coords: "20, 40, 120, 140", correct: true}
      - {id: tall, label: the tall triangle, shape: poly, coords: "150, 140, 200, 20, 250, 140", feedback: It has three corners.}
      - {id: flat, label: the flat triangle, shape: poly, coords: "270, 140, 380, 100, 420, 140"}
      - {id: disc, label: the disc, shape: circle, coords: "500, 90, 50", correct: true}
    explanation: A square and a disc.
    evidence: [{source: {title: Elements}, supports: the names}]
  - id: essay
    type: essay
    topic: triangles/angles
    difficulty: hard
    timeless: true
    points: 4
    hints: [Draw a line through one corner.]
    prompt: Why do the angles of a triangle make two right angles?
    format: rich
    words: {min: 5, max: 12}
    rubric:
      - {criterion: Names the **parallel**, levels: [{points: 0, text: not at all}, {points: 1, text: in passing}, {points: 3, text: and says what it is parallel to}]}
      - {criterion: Style, levels: [{points: 0, text: hard to follow}, {points: 2, text: clear}]}
    model_answer: Draw the *parallel* to one side through the corner that lies opposite.
    explanation: The angles at the corner are those of the triangle.
    evidence: [{source: {title: Elements}, supports: the sum}]
  - id: description
    type: description
    topic: triangles/angles
    timeless: true
    prompt: "*Euclid* wrote the Elements about 300 BC. The next questions rest on them."
"""
SMALL = """
format: quiz-bank/1
bank: shrinking
title: A bank that shrinks
language: en
questions:
  - {{id: one, type: true_false, topic: sums, difficulty: easy, timeless: true, prompt: 1 + 1 = 2, answer: true, status: {status}}}
"""
SAMPLED = ("single_choice", "multiple_response", "true_false", "short_text", "numerical", "matching", "ordering", "cloze", "gap_select", "drag_words", "hotspot", "essay", "description")  # fmt: skip
#: Types that have no sample above are shown by the first of their own examples.
PLAIN = tuple(name for name in types.names() if name not in SAMPLED)
TYPES = SAMPLED + PLAIN


def plain_sample(name):
    """A type's first example as a line of the bank."""
    content = types.get(name).examples()[0].content
    return f"  - {json.dumps({'id': name, 'type': name, 'prompt': 'Try it.', 'timeless': True, **content})}\n"


def plain_answer(name, kind):
    """What a browser sends to answer the plain sample so."""
    first, *others = types.get(name).examples()
    return next(one.raw for one in (first, *others) if one.kind == kind and one.content == first.content)


BANK += "".join(map(plain_sample, PLAIN))
#: A right answer to each, and one that is not right, as a browser sends them. Where the order is drawn, any will do.
ANSWERS = {
    "single_choice": {"answer": ["0"]},
    "multiple_response": {"answer": ["0", "2"]},
    "true_false": {"answer": ["0"]},
    "short_text": {"answer": ["Beijing"]},
    "numerical": {"answer": ["27"]},
    "matching": {f"answer-{n}": [str(n)] for n in range(3)},
    "ordering": {f"answer-{n}": [str(n + 1)] for n in range(4)},
    "cloze": {"answer-0": ["180"], "answer-1": ["0"], "answer-2": ["1"], "answer-3": ["Euclid"]},
    "gap_select": {"answer-0": ["0"], "answer-1": ["1"]},
    "drag_words": {"answer-0": ["0"], "answer-1": ["1"]},
    "hotspot": {"answer": ["70,90", "500,91"]},
    # which nobody can say
    "essay": {"answer": ["Draw the *parallel* to the base through the top."]},
    "description": {},
    **{name: plain_answer(name, "right") for name in PLAIN},
}
WRONG = {
    **ANSWERS,
    "single_choice": {"answer": ["1"]},
    "multiple_response": {"answer": ["0"]},
    "true_false": {"answer": ["1"]},
    "short_text": {"answer": ["London"]},
    "numerical": {"answer": ["54"]},
    "cloze": {"answer-0": ["360"], "answer-1": ["1"], "answer-3": ["Euclid"]},
    "gap_select": {"answer-0": ["2"], "answer-1": ["1"]},
    "drag_words": {"answer-0": ["2"], "answer-1": ["1"]},
    "hotspot": {"answer": ["200,100", "450,20"]},
    "essay": {"answer": ["They just do."]},
    **{name: plain_answer(name, "wrong") for name in PLAIN},
}

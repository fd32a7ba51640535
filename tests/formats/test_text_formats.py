"""GIFT, Aiken and missing word where Moodle's own readers decide what a file means."""

import json
from fractions import Fraction
from io import BytesIO

import pytest

from quiz.files.languages import Speech
from quiz.files.richtext import Html, to_text
from quiz.formats import get, recognise
from quiz.formats.base import Source, Unwritable
from quiz.formats.conversion import Reading, Report
from quiz.questions.parts import MOST_TOLD, twice
from tests.effort import within
from tests.formats.samples import read, written
from tests.kernel.questions import question


def one(name, text):
    """The only question of a text, and its report."""
    found, report = read(get(name), text.encode())
    assert (len(found), report.errors) == (1, [])
    return found[0]


@pytest.mark.parametrize(
    "head, scoring, texts",
    [
        (">2 ALL VERTICAL ABS\na\nb", "absolute_position", ["a", "b"]),
        (">2 a\nb", "next_exclude_last", ["a", "b"]),
        (">3 ALL VERTICAL RELATIVE_TO_CORRECT SHOW 123\n1 a\nALL\nH", "relative_to_correct", ["1 a", "ALL", "H"]),
    ],
)  # fmt: skip
def test_each_word_that_begins_an_ordering_may_be_missing(head, scoring, texts):
    found = one("gift", f"Order {{{head}}}")
    assert (found.scoring, [item.text for item in found.content.items]) == (scoring, texts)


def test_an_arrow_in_the_feedback_would_make_pairs_of_answers():
    told = question("short_text", {"answers": [{"text": "six", "feedback": "See -> below"}]})
    with pytest.raises(Unwritable, match="or its feedback"):
        written(get("gift"), [told])


def test_items_of_an_ordering_stand_without_escapes():
    found = one("gift", "Order {>3 ALL\nif a: b # c\n\\begin\n[html] = 2\n}")
    assert [item.text for item in found.content.items] == ["if a: b # c", r"\begin", "[html] = 2"]
    content, _ = written(get("gift"), [found])
    assert b"{>3 ALL VERTICAL RELATIVE_NEXT_EXCLUDE_LAST SHOW none\n\tif a: b # c\n\t\\begin\n" in content
    assert read(get("gift"), content)[0] == [found]


def test_what_moodle_would_take_for_its_own_in_an_ordering_is_written_as_entities():
    items = [{"text": "0"}, {"text": "// {}"}, {"text": "#### a\nb"}, {"text": "$CATEGORY: x"}]
    told = question("ordering", {"items": items}, explanation="So.", text_format="plain")
    content, losses = written(get("gift"), [told])
    assert b"\t&#48;\n\t&#47;/ {&#125;\n\t&#35;### a<br />b\n\t&#36;CATEGORY: x\n}" in content
    assert losses[told.id] == ["text_format", "explanation"]
    again = read(get("gift"), content)[0][0]
    assert [to_text(Html(item.text)) for item in again.content.items] == [
        "0",
        "// {}",
        "#### a b",
        "$CATEGORY: x",
    ]
    with pytest.raises(Unwritable, match=r"with \{"):
        written(get("gift"), [question("ordering", {"items": items}, prompt="Order {a}")])


def test_what_is_told_of_a_file_can_be_said_in_the_language_of_a_page():
    _, report = read(get("gift"), b"Order {>2 ALL\na\na\n}\n\nIt is {#x}")
    twice, number = report.errors
    assert twice["message"] == "items[1].text: 'a' stands twice – give each item its own text"
    russian = Speech("ru").gettext(twice["message"])
    assert russian.startswith("items[1].text: 'a'")
    assert "stands twice" not in russian
    assert (number["where"].message, number["where"].figures) == ("line %(n)s", {"n": 6})
    assert number["message"].figures["text0"].figures == {"text": "x"}


@pytest.mark.parametrize("name", ["gift", "moodle-xml"])
def test_pairs_in_right_order_are_counted_from_both_sides_there(name):
    told = question("ordering", {"items": [*"abcd"], "scoring": "pairwise"})
    content, lost = written(get(name), [told])
    (back,) = read(get(name), content)[0]
    assert (back.scoring, [*lost.values()]) == ("all_previous_and_next", [["scoring"]])
    for answer in ([*"bdca"], [*"cab"], ["d"]):
        assert back.score(answer).fraction == told.score(answer).fraction


def test_how_items_of_an_ordering_are_shown_is_a_loss():
    source = Source(BytesIO(b"Order {>2 RANDOM HORIZONTAL\na\nb\nc}"), "x.gift")
    (found,) = Reading(get("gift"), source, Report("x", "gift"), "b")
    assert [loss.field for loss in found.losses] == ["layouttype", "selecttype"]


def test_a_line_that_ends_with_a_tag_is_no_line_of_the_text():
    found = one("gift", "<b>Read</b><br>\nthe <i>text</i>\n<p>below\nhere</p> {T}")
    assert found.prompt == "<b>Read</b><br> the <i>text</i> <p>below<br />here</p>"


@pytest.mark.parametrize(
    "text, said",
    [
        ("Which? {=a -> b}", "fewer than two pairs"),
        ("Which? {=a -> b =c}", "'c' has no ->"),
        ("Which? {=a ~}", "one answer"),
        ("Is $\\frac{1}{2}$ more? {T}", "more than one pair of braces"),
        ("Is it so? T}", "a } without a {"),
        ("Is it so? {T}\nAnd so? {F}", "leave an empty line between questions"),
        ("::Gas::Which? {~a ~b}", "Gas: no answer is right – write = in front of the right one"),
        ("Which? {=%50%a ~b}", "no answer is right"),
    ],
)
def test_what_moodle_refuses_or_would_read_otherwise_says_how_to_mend_it(text, said):
    _, report = read(get("gift"), text.encode())
    assert said in report.errors[0]["message"]
    assert " – " in report.errors[0]["message"]


def test_a_weight_without_its_second_percent_sign_is_told_and_makes_a_draft():
    source = Source(BytesIO(b"Which? {~%50a =b}\n\nWhat? {~%-33.3%c =%100%%20}"), "x.gift")
    half, whole = Reading(get("gift"), source, Report("x", "gift"), "b")
    assert [loss.detail for loss in half.losses] == ["'%50' is read as text: a weight ends with % too"]
    assert (half.question.status, whole.question.status, whole.losses) == ("draft", "ready", ())


@pytest.mark.parametrize(
    "text",
    [
        "// " + "[id:" * 20_000,
        "{" * 20_000 + "\n\n}" * 20_000,
        "Which? {=a" + "~o" * 200_000 + "}",
    ],
)
def test_a_file_of_marks_that_never_end_is_read_at_once(text):
    with within(millions=20):
        assert read(get("gift"), text.encode())[0] == []


@pytest.mark.parametrize(
    "name, start", [("gift", "{=a"), ("missing-word", "{=a"), ("cloze-text", "{1:MC:=a")]
)
def test_more_answers_than_anybody_writes_are_a_fault_of_their_question(name, start):
    _, report = read(get(name), f"Which? {start}{'~o' * 20_000}}}".encode())
    assert "more than 10000 answers" in report.errors[0]["message"]


def test_options_that_stand_twice_are_told_as_far_as_anybody_reads():
    with within(millions=20):
        values = [str(number) for number in range(60_000)]
        assert [problem.where for problem in twice([*values, "7"], "options", "text")] == [
            "options[60000].text"
        ]
        assert len([*twice(values * 2, "options", "text")]) == MOST_TOLD


def test_a_gap_in_a_sentence_keeps_what_stands_around_it():
    assert one("gift", "It was in {=Shanghai}.").prompt == "It was in _____."
    assert one("missing-word", "It was\nin {=Shanghai}, then.").prompt == "It was in _____, then."


GIFT = r"""
// [id:old] [tag:old]

// [id:first] [id:second] [tag:a\]b] [tag:c\d]
::Weights::Which? {~%33,33333%A ~%66,66667%B ~%-100%C}

The C language {T#No.#Yes, C# is another one.}

How much?{#=2:0.5#Yes =%50%*#No}

Type {=[plain]six =[html]vi}

:: Nobody ends this name? {F}

[html]Choose<br>one {=[moodle]the first\nline ~other}

[html]Match {=<i>a</i> -> x < y & z =b -> [html] = -> <b>c</b>}

[html]<img src\="@@PLUGINFILE@@/a.png" alt\="A square"><img src\="@@PLUGINFILE@@/b.png"> and <a href\="@@PLUGINFILE@@/c.pdf">more</a>
"""


def test_gift_of_real_exports_and_by_hand_is_read_as_moodle_reads_it():
    understood = [*Reading(get("gift"), Source(BytesIO(GIFT.encode()), "x.gift"), Report("x", "gift"), "b")]
    found = [one.question for one in understood]
    weights, truth, number, typed, name, choice, match, shown = found
    assert (weights.id, weights.tags) == ("first", ("a]b", r"c\d"))
    assert [one.credit for one in weights.content.options] == [Fraction(1, 3), Fraction(2, 3), -1]
    assert truth.content.feedback_true == "Yes, C# is another one."
    assert (len(number.content.answers), number.feedback.wrong) == (1, "No")
    assert [one.text for one in typed.content.answers] == ["six", "vi"]
    assert name.prompt == "Nobody ends this name?"
    assert choice.content.options[0].text == "the first<br />line"
    assert [one.choice for one in match.content.pairs] == ["x &lt; y &amp; z", "[html]"]
    assert match.content.distractors[0].choice == "c"
    assert shown.prompt == 'A squareb.png and <a href="@@PLUGINFILE@@/c.pdf">more</a>'
    assert [(one.question, loss.field) for one in understood for loss in one.losses] == [
        (number, "answers"),
        (shown, "files"),
    ]
    content, _ = written(get("gift"), found)
    assert read(get("gift"), content)[0] == found


def test_what_moodle_could_not_export_is_told():
    text = b"// question: 0  name: Switch\n$CATEGORY: a\n\n// question: 7  name: Gaps\n\n\n// question: 8  name: One\nOne? {T}\n\n// question: 9  name: Places"
    found, report = read(get("gift"), text)
    assert [one.prompt for one in found] == ["One?"]
    assert [(one["where"], one["title"]) for one in report.unsupported] == [
        ("line 4", "Gaps"),
        ("line 10", "Places"),
    ]


def test_tags_stay_on_the_line_of_their_comment():
    told = question("true_false", {"answer": True}, tags=["two\nlines", "C:\\", "[x]"], prompt="One\rtwo?")
    content, losses = written(get("gift"), [told])
    (found,), _ = read(get("gift"), content)
    assert (found.tags, found.prompt, losses[told.id]) == (
        ("two lines", "C:\\", "[x]"),
        "One\ntwo?",
        ["tags"],
    )


def test_a_choice_that_moodle_would_show_without_words_is_not_written():
    pairs = [{"stem": "a", "choice": "<br />"}, {"stem": "b", "choice": "c"}]
    with pytest.raises(Unwritable, match="without words"):
        written(get("gift"), [question("matching", {"pairs": pairs}, text_format="html")])


PRIVATE = "".join(map(chr, (0xE000, *range(0xE100, 0xE110), 0xE200)))


def test_characters_that_are_nobodys_mean_nothing():
    text = (
        f"$CATEGORY: a{PRIVATE}/b\n\n::Name {PRIVATE}::What is {PRIVATE} \\= {{=[plain]{PRIVATE} \\~ b ~c}}"
    )
    found = one("gift", text)
    assert (found.topic, found.name, found.prompt) == (
        f"a{PRIVATE}/b",
        f"Name {PRIVATE}",
        f"What is {PRIVATE} =",
    )
    assert found.content.options[0].text == f"{PRIVATE} ~ b"


def test_mathematics_in_plain_text_stays_as_it_was_typed():
    told = question(
        "true_false", {"answer": True}, prompt=r"TeX between \( and \)\nor $$", text_format="plain"
    )
    content, losses = written(get("gift"), [told])
    assert (read(get("gift"), content)[0], losses[told.id]) == ([told], [])


@pytest.mark.parametrize("name", ["gift", "cloze-text"])
def test_a_number_that_moodle_cannot_be_told_whole_is_told(name):
    third = {"answers": [{"value": "1/3"}]}
    gaps = {"text": "[[1]]", "gaps": {"1": {"type": "numerical", **third}}}
    told = question("numerical", third) if name == "gift" else question("cloze", gaps)
    assert ("answers" if name == "gift" else "gaps") in written(get(name), [told])[1][told.id]


@pytest.mark.parametrize("name, start", [("gift", "{=a ~"), ("cloze-text", "{1:MC:=a~")])
def test_a_weight_of_a_million_digits_is_a_fault_of_its_question(name, start):
    found, report = read(get(name), f"Q? {start}%{'9' * 1_100_000}%b}}".encode())
    assert (found, len(report.errors)) == ([], 1)
    assert len(str(report.errors[0]["message"])) < 200


@pytest.mark.parametrize("name, text", [("gift", "Q? {#%s:%s}"), ("cloze-text", "{1:NM:=%s:%s}")])
def test_numbers_are_read_as_people_type_them(name, text):
    content = one(name, text % ("−1,000.5", "1e-2")).content
    answers = content.answers if name == "gift" else content.gaps["1"].content.answers
    assert (answers[0].value, answers[0].tolerance) == (Fraction(-2001, 2), Fraction(1, 100))


@pytest.mark.parametrize(
    "name, text", [("gift", "Q? {#4:-1}"), ("gift", "Q? {#5..3}"), ("cloze-text", "Q? {1:NM:=4:-1}")]
)
def test_a_tolerance_below_nothing_counts_by_its_size(name, text):
    content = one(name, text).content
    answers = content.answers if name == "gift" else content.gaps["1"].content.answers
    assert answers[0].bounds == (3, 5)


@pytest.mark.parametrize("name, text", [("gift", "Q? {#=3 =%-50%4}"), ("cloze-text", "Q? {1:NM:=3~%-50%4}")])
def test_moodle_takes_nothing_off_for_a_number(name, text):
    number = {"answers": [3, {"value": 4, "credit": "-1/2"}]}
    gap = {"text": "[[1]]", "gaps": {"1": {"type": "numerical", **number}}}
    kind, content, answer, field = {
        "gift": ("numerical", number, "4", "answers"), "cloze-text": ("cloze", gap, {"1": "4"}, "gaps"),
    }[name]  # fmt: skip
    assert one(name, text).score(answer).fraction == 0
    _, lost = written(get(name), [question(kind, content)])
    assert field in lost["q"]


@pytest.mark.parametrize(
    "text, lost",
    [
        ("[html]Q <iframe></iframe>{=a ~b}", ["media"]),
        ("[html]Q {=a ~b#<video></video>}", ["media"]),
        (r"[html]Q {=<img src\=//example.org/typed.png> =a#<img src\=//example.org/x.png>}", ["images"]),
        (r"[html]Q {#3 ~#\{mlang en\}No\{mlang\}}", ["translations"]),
        (r"[html]Q <a href\=x>a</a>{=a ~b}", []),
    ],
)
def test_what_no_page_shows_of_gift_is_told(text, lost):
    (found,) = Reading(get("gift"), Source(BytesIO(text.encode()), "x"), Report("x", "gift"), "b")
    assert [loss.field for loss in found.losses] == lost


@pytest.mark.parametrize(
    "name, text, lost",
    [
        ("gift", "Q? {#=%%0%%*#No. %s}", ["answers"]),
        ("gift", "Q? {#%s =%%0%%*#No.}", []),
        ("cloze-text", "Q? {1:NM:*~%s}", ["answers"]),
        ("cloze-text", "Q? {1:NM:%s~*}", []),
    ],
)
def test_a_number_behind_a_star_is_told(name, text, lost):
    source = Source(BytesIO((text % "=3").encode()), "x")
    (found,) = Reading(get(name), source, Report("x", name), "b")
    assert [loss.field for loss in found.losses] == lost


def test_a_text_that_begins_like_a_weight_stays_one():
    told = question(
        "single_choice",
        {
            "options": [
                {"text": "%50% of them", "correct": True},
                {"text": "%25% of them"},
                {"text": "[html]"},
            ]
        },
        prompt="Which share?",
        text_format="plain",
    )
    content, _ = written(get("gift"), [told])
    assert b"=[plain]%50% of them" in content
    assert read(get("gift"), content)[0][0].content == told.content


AIKEN = """A question of which
A)Astana
B)Beijing
ANSWER: B) Beijing

C) an option without a question

?
Another
A. one
ANSWER: A
"""


def test_aiken_is_as_tolerant_and_as_strict_as_moodle():
    found, report = read(get("aiken"), AIKEN.encode())
    assert [one.kind.right_answer(one.content) for one in found] == ["Beijing"]
    assert [error["where"] for error in report.errors] == ["line 6", "line 9"]


LOOSE = """What is printed by
print(2)
A. 2
B. nothing, since
there is no 2
Answer: a
Which ones?
A. one
B. two
ANSWER: a, b

Part two

Who is it?
A. he
B. she
Who else?
A. they
B. we
ANSWER: B
"""


def test_aiken_takes_no_half_of_a_question_for_the_whole():
    found, report = read(get("aiken"), LOOSE.encode())
    assert [(one.prompt, [each.text for each in one.content.options]) for one in found] == [
        ("What is printed by\nprint(2)", ["2", "nothing, since\nthere is no 2"])
    ]
    assert [(error["where"], str(error["message"]).partition(" –")[0]) for error in report.errors] == [
        ("line 7", "the ANSWER 'a, b' names several options"),
        ("line 12", "another question begins below it"),
        ("line 14", "there are two options A"),
    ]
    assert recognise(LOOSE.replace("ANSWER", "Answer").encode(), "x.txt").name == "aiken"


@pytest.mark.parametrize(
    "text, where, said",
    [
        ("Seat?\nA. Beijing\nB. Astana\nANSWER: Astana", "line 1", "'Astana' is none of the options A, B"),
        ("Seat?\nA. Beijing\nB. Astana\nANSWER: AB", "line 1", "'AB' is none of the options A, B"),
        ("A. Who said so?\nA. he\nB. she\nANSWER: A", "line 1", "an option without a question"),
        ("?\n\nANSWER: A", "line 3", "an ANSWER without a question"),
    ],
)
def test_a_wrong_question_of_aiken_is_told_once_and_no_word_is_a_key(text, where, said):
    found, report = read(get("aiken"), f"{text}\n\nIs it?\nA. no\nB. yes\nANSWER: B) yes".encode())
    assert [each.kind.right_answer(each.content) for each in found] == ["yes"]
    (error,) = report.errors
    assert (error["where"], said in error["message"]) == (where, True)


def test_a_single_character_is_no_line_of_aiken():
    told = question(
        "single_choice",
        {"options": [{"text": "x", "correct": True}, {"text": "yz"}]},
        prompt="Which of these?",
    )
    content, _ = written(get("aiken"), [told])
    assert read(get("aiken"), content)[0][0].content == told.content


WORDS = "We saw {=the answer#yes ~75%a good one#nearly ~_50% of them ~a wrong one}.\n\n{=}\n\nNo braces\n"


def test_missing_word_has_weights_without_a_first_percent_sign():
    found, report = read(get("missing-word"), WORDS.encode())
    assert [(one.text, str(one.credit), one.feedback) for one in found[0].content.options] == [
        ("the answer", "1", "yes"),
        ("a good one", "3/4", "nearly"),
        ("50% of them", "0", None),
        ("a wrong one", "0", None),
    ]
    assert [error["where"] for error in report.errors] == ["line 3", "line 5"]
    again, lost = written(get("missing-word"), found)
    assert again.decode().partition("\n")[0] == WORDS.partition("\n")[0]
    assert list(lost.values()) == [[]]


@pytest.mark.parametrize(
    "text, said", [("We {=a} saw {=b}.", "more than one pair"), ("We {a ~b}.", "no answer is right")]
)
def test_a_wrong_sentence_says_how_to_mend_it(text, said):
    found, report = read(get("missing-word"), text.encode())
    assert (found, said in report.errors[0]["message"]) == ([], True)


def test_all_of_a_single_missing_word_is_to_be_typed():
    found, _ = read(get("missing-word"), b"It is written in {=C#}.\n\nSay {=_6#really ~_7 ~8} of them")
    assert found[0].content.answers[0].text == "C#"
    assert [one.text for one in found[1].content.options] == ["_6", "7", "8"]
    content, _ = written(get("missing-word"), found)
    assert b"{=C#}" in content
    assert b"{=_6#really ~_7 ~_8}" in content
    told = question("short_text", {"answers": [{"text": "six", "feedback": "Yes"}]}, prompt="How many?")
    assert written(get("missing-word"), [told]) == (
        b"How many? {=six}\n\n",
        {told.id: ["feedback", "prompt"]},
    )


MARKDOWN = {"options": [{"text": "Ast*a*na", "correct": True}, {"text": "Omsk"}]}


@pytest.mark.parametrize("name", ["aiken", "missing-word"])
def test_formats_of_plain_text_get_the_words_and_tell_of_their_markup(name):
    plain = question("single_choice", MARKDOWN, prompt="Which city _____\n", text_format="plain")
    told = question("single_choice", MARKDOWN, prompt="Which _____ is *it*?")
    content, losses = written(get(name), [told])
    assert (b"Astana" in content, b"is it?" in content, losses[told.id]) == (True, True, ["text_format"])
    assert written(get(name), [plain])[1][plain.id] == []
    twice = {"options": [{"text": "**a**", "correct": True}, {"text": "a"}]}
    with pytest.raises(Unwritable, match="'a' stands twice"):
        written(get(name), [question("single_choice", twice)])


def test_texts_of_missing_word_are_in_moodles_own_format_like_those_of_gift():
    sentence = "Is $$x$$ {=a ~b}"
    assert one("missing-word", sentence).text_format == one("gift", sentence).text_format == "html"


@pytest.mark.parametrize("name", ["gift", "yaml"])
def test_half_an_emoji_and_a_null_of_a_json_file_are_no_characters(name):
    bank = {"format": "quiz-bank/1", "bank": "b", "title": "B"}
    told = {
        "id": "q",
        "type": "description",
        "prompt": "é \ud83d",
        "tags": ["\udc00", "a\0b"],
        "timeless": True,
    }
    found, _ = read(get("json"), json.dumps({**bank, "questions": [told]}).encode())
    assert (found[0].prompt, found[0].tags) == ("é \ufffd", ("\ufffd", "a\ufffdb"))
    assert "é \ufffd" in written(get(name), found)[0].decode()


def test_files_put_together_hold_a_mark_of_unicode_each():
    found, _ = read(get("gift"), "::a::Is it? {T}\n\n".encode("utf-8-sig") * 2)
    assert [each.prompt for each in found] == ["Is it?"] * 2


def test_a_percent_sign_of_an_address_is_no_half_weight():
    source = Source(BytesIO(b"See https://example.org/?q=%2Fa {=yes ~%5 no}"), "x.gift")
    (found,) = Reading(get("gift"), source, Report("x", "gift"), "b")
    assert [str(loss.detail) for loss in found.losses] == ["'%5' is read as text: a weight ends with % too"]
    source = Source(BytesIO(b"See https://example.org/?q=%2Fa {=yes ~no}"), "x.gift")
    (found,) = Reading(get("gift"), source, Report("x", "gift"), "b")
    assert found.losses == ()


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "name, text",
    [
        ("gift", "::Größe::Ist das „so“? {T}\n"),
        ("aiken", "这座城市在哪里？\nA. 中国\nB. 俄罗斯\nANSWER: A\n"),
    ],
)
def test_texts_are_read_in_whatever_unicode_they_are(name, text, coding):
    content = text.encode(coding)
    assert recognise(content, "x.txt").name == name
    (found,), _report = read(get(name), content)
    assert text.find(found.prompt) >= 0


@pytest.mark.parametrize("name", ["gift", "moodle-xml"])
def test_boxes_whose_wrong_ones_take_off_what_right_ones_give_have_the_same_marks_in_moodle(name):
    options = [{"text": "Wind", "correct": True}, {"text": "Sun", "correct": True}, {"text": "Coal"}]
    boxes = question("multiple_response", {"options": options}, scoring="right_minus_wrong")
    content, losses = written(get(name), [boxes])
    (back,), _ = read(get(name), content)
    assert losses[boxes.id] == ["scoring"]
    for ticked in (["a"], ["a", "c"], ["a", "b", "c"], ["c"]):
        assert back.score(ticked).fraction == boxes.score(ticked).fraction


def test_options_of_aiken_with_small_letters_are_told_of():
    _, report = read(get("aiken"), b"Which is a mammal?\r\na) Shark\r\nb) Whale\r\nANSWER: B\r\n")
    assert report.errors[0]["message"].endswith("write them as A. … and B. …, with capital letters")

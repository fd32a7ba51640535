"""A Moodle XML file of our own making, with questions of every type of Moodle, as its exports look. Seeded."""

import base64
import random
from itertools import cycle

from tests.pictures import png

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n'
GRADINGS = (
    "ALL_OR_NOTHING", "ABSOLUTE_POSITION", "RELATIVE_NEXT_EXCLUDE_LAST", "RELATIVE_NEXT_INCLUDE_LAST",
    "RELATIVE_ONE_PREVIOUS_AND_NEXT", "RELATIVE_ALL_PREVIOUS_AND_NEXT", "LONGEST_ORDERED_SUBSET",
    "LONGEST_CONTIGUOUS_SUBSET", "RELATIVE_TO_CORRECT",
)  # fmt: skip
CAPITALS = {
    "Kazakhstan": "Astana",
    "Tajikistan": "Dushanbe",
    "Uzbekistan": "Tashkent",
    "Kyrgyzstan": "Bishkek",
}
#: Types that no question of ours stands for, whatever is in them.
FOREIGN = (
    "random",
    "randomsamatch",
    "stack",
    "missingtype",
)


def picture(name="a map.png", shade=0):
    """A <file> with a small PNG."""
    return f'<file name="{name}" path="/" encoding="base64">{base64.b64encode(png(60, 40, shade)).decode()}</file>'


def text(name, words, style="html", extra=""):
    """An element with a format and a <text>."""
    return f'<{name} format="{style}">\n      <text><![CDATA[{words}]]></text>\n{extra}    </{name}>'


def answer(fraction, words, style="html", feedback="", extra=""):
    """An <answer>."""
    told = text("feedback", feedback, "html")
    return f'<answer fraction="{fraction}" format="{style}">\n      <text><![CDATA[{words}]]></text>\n{told}\n{extra}</answer>'


def question(
    kind,
    inside="",
    name="Q",
    prompt="<p>Which?</p>",
    more="",
    grade="1.0000000",
    penalty="0.3333333",
    number="",
):
    """A <question> with what all have."""
    return f"""
<!-- question: 4711  -->
  <question type="{kind}">
    <name>
      <text>{name}</text>
    </name>
    {text("questiontext", prompt, extra=more)}
    {text("generalfeedback", "")}
    <defaultgrade>{grade}</defaultgrade>
    <penalty>{penalty}</penalty>
    <hidden>0</hidden>
    <idnumber>{number}</idnumber>
    {inside}
  </question>
"""


def category(path, info=""):
    """The category that the following questions belong to."""
    return f"""
  <question type="category">
    <category>
      <text>{path}</text>
    </category>
    <info format="html">
      <text>{info}</text>
    </info>
    <idnumber></idnumber>
  </question>
"""


def calculated_answer(words, fraction=100, length=("1", "2"), tolerance="0", tolerance_type="1", feedback=""):
    """An <answer> of a calculated question."""
    parts = zip(
        ("tolerance", "tolerancetype", "correctanswerformat", "correctanswerlength"),
        (tolerance, tolerance_type, *length),
        strict=True,
    )
    return answer(
        fraction,
        words,
        feedback=feedback,
        extra="".join(f"<{name}>{value}</{name}>" for name, value in parts),
    )


def datasets(values):
    """The values of wildcards, as Moodle has made them itself."""
    return f"<dataset_definitions>{''.join(_dataset(*one) for one in values.items())}</dataset_definitions>"


def _dataset(name, values):
    numbers = [float(value) for value in values if value[0] != "m"] or [0]
    places = max((len(value.partition(".")[2].rstrip("0")) for value in values), default=0)
    head = {
        "status": "private",
        "name": name,
        "distribution": "uniform",
        "minimum": min(numbers),
        "maximum": max(numbers),
        "decimals": 4 if any("e-" in value for value in values) else places,
    }
    inside = "".join(f"<{part}><text>{value}</text></{part}>" for part, value in head.items())
    items = "".join(
        f"<dataset_item><number>{n}</number><value>{value}</value></dataset_item>"
        for n, value in enumerate(values, 1)
    )
    return (
        f"<dataset_definition>{inside}<type>calculated</type><itemcount>{len(values)}</itemcount>"
        f"<dataset_items>{items}</dataset_items></dataset_definition>"
    )


COMBINED = "\n".join(
    (
        text("correctfeedback", "Your answer is correct."),
        text("partiallycorrectfeedback", "Your answer is partially correct."),
        text("incorrectfeedback", "Your answer is incorrect."),
        "<shownumcorrect/>",
    )
)
CHOICE = "<single>{}</single><shuffleanswers>true</shuffleanswers><answernumbering>abc</answernumbering><showstandardinstruction>0</showstandardinstruction>"


def _single(n, dice):
    rows = [
        answer(
            100 if place == n % 4 else dice.choice([0, "-33.33333", "50"]),
            f"<p>Year {1996 + place}</p>",
            feedback="So." * (place % 2),
        )
        for place in range(4)
    ]
    return question(
        "multichoice",
        CHOICE.format("true") + COMBINED + "".join(rows),
        f"Single {n}",
        f"<p>In which year, number {n}?</p>",
    )


def _multiple(n, dice):
    rows = [answer("33.33333", f"<p>Member {place}</p>") for place in range(3)] + [
        answer(dice.choice(["-100", "-50", "0"]), "<p>None</p>")
    ]
    return question(
        "multichoice", CHOICE.format("false") + COMBINED + "".join(rows), f"Multiple {n}", penalty="0.1000000"
    )


def _truth(n, dice):
    key = bool(dice.getrandbits(1))
    rows = answer(100 * key, "true", "moodle_auto_format", "Yes.") + answer(
        100 * (not key), "false", "moodle_auto_format", "No."
    )
    return question("truefalse", rows, f"Truth {n}", penalty="1.0000000")


def _short(n, dice):
    rows = answer(100, "Shanghai Spirit", "moodle_auto_format") + answer(
        "50", "*spirit*", "moodle_auto_format", "<p>Which?</p>"
    )
    return question(
        "shortanswer",
        f"<usecase>{n % 2}</usecase>" + rows,
        f"Short {n}",
        grade=f"{dice.choice([1, 2, 0.5]):.7f}",
    )


def _number(n, dice):
    rows = answer(100, n, "moodle_auto_format", extra="<tolerance>0.5</tolerance>") + answer(
        "0", "*", "moodle_auto_format", "Count again.", "<tolerance>0</tolerance>"
    )
    units = "<units><unit><multiplier>1</multiplier><unit_name>km</unit_name></unit><unit><multiplier>1000</multiplier><unit_name>m</unit_name></unit></units>"
    grading = dice.choice([0, 1, 2])
    tail = f"<unitgradingtype>{grading}</unitgradingtype><unitpenalty>0.1000000</unitpenalty><showunits>{0 if n % 2 else 3}</showunits><unitsleft>0</unitsleft>"
    return question("numerical", rows + (units if n % 2 else "") + tail, f"Number {n}")


def _matching(n, dice):
    pairs = [(f"<p>{land}</p>", city) for land, city in dice.sample(sorted(CAPITALS.items()), 3)] + [
        ("", "Tehran & more")
    ]
    rows = "".join(
        f'<subquestion format="html"><text><![CDATA[{stem}]]></text><answer><text><![CDATA[{city}]]></text></answer></subquestion>'
        for stem, city in pairs
    )
    return question("matching", "<shuffleanswers>true</shuffleanswers>" + COMBINED + rows, f"Matching {n}")


def _ordering(n, dice):
    head = f"<layouttype>VERTICAL</layouttype><selecttype>ALL</selecttype><selectcount>0</selectcount><gradingtype>{GRADINGS[n % 9]}</gradingtype><showgrading>SHOW</showgrading><numberingstyle>none</numberingstyle>"
    rows = "".join(
        f'<answer fraction="{place}.0000000" format="html"><text><![CDATA[<p>Step {place} of {n}</p>]]></text></answer>'
        for place in range(1, dice.randint(4, 7))
    )
    return question("ordering", head + COMBINED + rows, f"Ordering {n}")


def _cloze(n, dice):
    prompt = f"<p>Fill in number {n}.</p><p>In {{1:MULTICHOICE_S:=Shanghai#Yes~%50%Beijing~Tehran}} in {{2:NM:=2001:0.5~%50%2000:1}}, by {{:SA:=Six\\}}~=six}}.</p>"
    return question("cloze", name=f"Cloze {n}", prompt=prompt).replace(
        "<defaultgrade>1.0000000</defaultgrade>\n", ""
    )


def _select(n, dice):
    words = "".join(
        f"<selectoption><text>{word}</text><group>{group}</group></selectoption>"
        for word, group in (("consensus", 1), ("majority", 1), ("Beijing", 2), ("Tashkent", 2))
    )
    return question(
        "gapselect",
        "<shuffleanswers>1</shuffleanswers>" + COMBINED + words,
        f"Select {n}",
        "<p>They decide by [[1]] in [[3]].</p>",
    )


def _drag(n, dice):
    words = "".join(
        f"<dragbox><text>{word}</text><group>1</group>{'<infinite/>' if n % 2 else ''}</dragbox>"
        for word in ("one", "two", "three")
    )
    return question(
        "ddwtos",
        "<shuffleanswers>0</shuffleanswers>" + COMBINED + words,
        f"Drag {n}",
        f"<p>First [[1]], then [[{1 if n % 2 else 2}]].</p>",
    )


def _marker(n, dice):
    many = n % 3 == 0
    drags = "".join(
        f"<drag><no>{no}</no><text>{label}</text><noofdrags>1</noofdrags></drag>"
        for no, label in enumerate(("sea", "land")[: 1 + many], 1)
    )
    drops = "<drop><no>1</no><shape>circle</shape><coords>20,20;8</coords><choice>1</choice></drop>"
    drops += f"<drop><no>2</no><shape>rectangle</shape><coords>40,5;10,20</coords><choice>{1 + many}</choice></drop>"
    return question(
        "ddmarker",
        "<shuffleanswers/>" + COMBINED + picture(f"map{n}.png", n % 200) + drags + drops,
        f"Marker {n}",
    )


def _places(n, dice):
    """Words of two groups and a picture, which may be used again; a place with a label, one without."""
    drags = "".join(
        f"<drag><no>{no}</no><text>{word}</text><draggroup>{group}</draggroup>{'<infinite/>' if n % 2 else ''}{shown}</drag>"
        for no, word, group, shown in (
            (1, "Kazakhstan", 1, ""), (2, "Tajikistan", 1, ""), (3, "The flag", 2, picture("flag.png", n % 7)), (4, "a <b>hill</b>".replace("<", "&lt;"), 2, ""),
        )
    )  # fmt: skip
    drops = "".join(
        f"<drop><text>{label}</text><no>{no}</no><choice>{choice}</choice><xleft>{5 * no}</xleft><ytop>{4 * no}</ytop></drop>"
        for no, label, choice in ((1, "North", 1), (2, "", 2 - n % 2), (3, "Top", 3))
    )
    return question(
        "ddimageortext",
        ("<shuffleanswers/>" if n % 3 else "") + COMBINED + picture(f"plan{n}.png", n % 200) + drags + drops,
        f"Places {n}",
    )


def _calculated(n, dice):
    values = {"a": [str(dice.randint(1, 9)) for _ in range(4)], "B": ["2.5", "3", "4.25", "5"]}
    rows = calculated_answer(
        "{a}*{B}/3", tolerance="0.01", tolerance_type=str(1 + n % 3), feedback="{={a}*{B}}"
    )
    return question(
        ("calculated", "calculatedsimple")[n % 2],
        f"<synchronize>0</synchronize><single>0</single>{rows}{datasets(values)}",
        f"Calculated {n}",
        "<p>A third of {a} times {B}?</p>",
    )


def _calculated_choice(n, dice):
    values = {"r": sorted({str(dice.randint(3, 90)) for _ in range(5)})}
    rows = calculated_answer("{=pi()*pow({r},2)} m²") + calculated_answer("{=2*pi()*{r}} m²", 0)
    return question(
        "calculatedmulti",
        CHOICE.format("true") + COMBINED + rows + datasets(values),
        f"Calculated choice {n}",
        "<p>A circle of {r} m?</p>",
    )


def _essay(n, dice):
    inside = f"<responseformat>{('editor', 'plain')[n % 2]}</responseformat><responserequired>1</responserequired><responsefieldlines>15</responsefieldlines><minwordlimit>{50 if n % 2 else ''}</minwordlimit><maxwordlimit></maxwordlimit><attachments>0</attachments><attachmentsrequired>0</attachmentsrequired><maxbytes>0</maxbytes><filetypeslist></filetypeslist>"
    return question(
        "essay",
        inside + text("graderinfo", "Look for dates.") + text("responsetemplate", ""),
        f"Essay {n}",
        penalty="0.0000000",
    )


def _description(n, dice):
    prompt = '<p>Look: <img src="@@PLUGINFILE@@/a%20map.png" alt="A map" /></p>'
    return question(
        "description",
        name=f"Description {n}",
        prompt=prompt,
        more=picture(shade=n % 2),
        grade="0.0000000",
        penalty="0.0000000",
    )


def _foreign(n, dice):
    return question(FOREIGN[n % len(FOREIGN)], "<x/>", f"Foreign {n}")


def _hinted(n, dice):
    hints = f'<hint format="html"><text>Think of {n}.</text><shownumcorrect/><clearwrong/></hint><tags><tag><text>history</text></tag><tag><text>easy &amp; short</text></tag></tags>'
    return question(
        "shortanswer",
        "<usecase>0</usecase>" + answer(100, n, "moodle_auto_format") + hints,
        f"Hinted {n}",
        number=f"N-{n}",
    )


def _wrong(n, dice):
    return question("multichoice", CHOICE.format("true") + answer(50, "One") + answer(0, "Two"), f"Wrong {n}")


KINDS = (
    _single, _multiple, _truth, _short, _number, _matching, _ordering, _cloze, _select, _drag, _marker, _places, _calculated,
    _calculated_choice, _essay,    _description, _foreign, _hinted, _wrong,
)  # fmt: skip


def mixed(count=400, seed=1):
    """A file with so many questions, and categories between them."""
    dice = random.Random(seed)
    pieces = [HEAD]
    for n, make in zip(range(count), cycle(KINDS)):
        if n % 10 == 0:
            pieces.append(
                category(
                    f"$course$/top/Default for C/Part {n // 100} A//B/Week {n // 10}",
                    "About" if n == 50 else "",
                )
            )
        pieces.append(make(n, dice))
    return "".join([*pieces, "</quiz>"]).encode()

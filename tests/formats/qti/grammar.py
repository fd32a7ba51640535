"""What may stand where in the documents that we write: the content models of QTI 2.1, 2.2 and 3.0, in our own words.

Source: 1EdTech, the schemas of QTI 2.1 (2012), 2.2 (2015) and 3.0 (2022) and of their packages, and IEEE 1484.12.3 (LOM),
as far as our writers go: an element or attribute that is not here is one that they have not written so far. Names are
those of 2.x.
"""

import re

NAME = r"[A-Za-z_][\w.-]*"
NUMBER = r"-?\d+(\.\d+)?"
COUNT = r"\d{1,9}"
LENGTH = r"\d+%?"
#: As XML Schema has it: letters and signs of any kind, but these only where they mean what they are there for.
ADDRESS = r"([^%\[\]#]|%[0-9A-Fa-f]{2})*(#([^%\[\]#]|%[0-9A-Fa-f]{2})*)?"
ANY = r"(?s).*"
#: An expression of XML Schema, of which a dollar is no part, nor a backslash before one.
PATTERN = r"(?s)([^\\$.*+?|^()\[\]{}]|\\[\\.*+?|^()\[\]{}-]|\.\*|\[[^\\\[\]^]{1,2}\])*"
YES = "true|false"
BASE = "directedPair|float|identifier|point|string"
SHAPE = {"shape!": "circle|poly|rect", "coords!": r"\d+,\d+(,\d+|(,\d+,\d+)+)"}
#: What stands in a line of text, what is a block, and what is asked.
WORDS = "a abbr b br cite code dfn em i img kbd math q samp small span strong sub sup var".split()
FIELDS = "textEntryInteraction inlineChoiceInteraction".split()
BLOCK = "address blockquote div dl h1 h2 h3 h4 h5 h6 hr ol p pre table ul".split()
ASKED = [
    f"{one}Interaction"
    for one in "choice order match gapMatch graphicGapMatch hotspot selectPoint extendedText".split()
]
TEST = "and or not isNull match equal stringMatch patternMatch gte gt lte lt variable index correct baseValue mapResponse mapResponsePoint sum".split()
RULES = "((responseCondition|setOutcomeValue) )*"


def some(*names):
    """Any number of these elements."""
    return f"(({'|'.join(names)}) )*"


LINE, VALUE = some(*WORDS, *FIELDS, "gap"), f"(({'|'.join(TEST)}) )"
#: What stands in formulas, and as their scripts.
SIGNS = (
    "menclose merror mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom mroot mrow ms mspace msqrt mstyle msub"
    " msubsup msup mtable mtext munder munderover semantics".split()
)
SIGN, SCRIPT = f"(({'|'.join(SIGNS)}) )", f"(({'|'.join(SIGNS)}|none) )"
#: Blocks and lines: without anything to be answered, and with fields; gaps for words stand in lines only.
STATIC, FLOW = some(*WORDS, *BLOCK), some(*WORDS, *FIELDS, *BLOCK)
#: Elements: what is in them (a regular expression of their names, a space after each), and whether text is.
CONTENT = {
    **dict.fromkeys("a abbr address b cite code dfn dt em h1 h2 h3 h4 h5 h6 i kbd p pre q samp small span strong sub sup var caption".split(), (LINE, True)),
    **dict.fromkeys("simpleChoice simpleAssociableChoice contentBody".split(), (STATIC, True)), "prompt": (some(*WORDS), True),
    **dict.fromkeys("div li dd td th".split(), (some(*WORDS, *FIELDS, *BLOCK, "choiceInteraction"), True)),
    **dict.fromkeys("br hr col img gap textEntryInteraction areaMapEntry mapEntry hotspotChoice associableHotspot variable correct"
                    " mapResponse mapResponsePoint testVariables assessmentItemRef assessmentStimulusRef file dependency organizations".split(), ("", False)),
    **dict.fromkeys("value baseValue gapText inlineChoice object schema schemaversion string source".split(), ("", True)),
    **dict.fromkeys("math menclose merror mfenced mpadded mphantom mrow msqrt mstyle mtd".split(), (some(*SIGNS), False)),
    **dict.fromkeys("mi mn mo ms mtext annotation".split(), ("", True)),
    **dict.fromkeys(("mprescripts", "mspace", "none"), ("", False)),
    **dict.fromkeys("mfrac mover mroot msub msup munder".split(), (SIGN + "{2}", False)),
    **dict.fromkeys(("msubsup", "munderover"), (SIGN + "{3}", False)),
    "mmultiscripts": (f"{SIGN}({SCRIPT}{{2}})*(mprescripts ({SCRIPT}{{2}})*)?", False),
    "semantics": (SIGN + "(annotation )+", False), "mtable": ("(mtr )+", False), "mtr": ("(mtd )+", False),
    "blockquote": (some(*BLOCK, "choiceInteraction"), False),
    "ol": ("(li )*", False), "ul": ("(li )*", False), "dl": ("((dt|dd) )*", False),
    "table": ("(caption )?(col )*(colgroup )*(thead )?(tfoot )?(tbody )+", False),
    "colgroup": ("(col )*", False), "tr": ("((td|th) )+", False),
    **dict.fromkeys(("thead", "tbody", "tfoot"), ("(tr )+", False)),
    "assessmentItem": ("(responseDeclaration )*(outcomeDeclaration )*(assessmentStimulusRef )*itemBody (responseProcessing )?(modalFeedback )*", False),
    "assessmentStimulus": ("stimulusBody ", False), "stimulusBody": (f"(({'|'.join([*BLOCK, 'math'])}) )+", False),
    "responseDeclaration": ("(correctResponse )?(mapping )?(areaMapping )?", False),
    "outcomeDeclaration": ("(defaultValue )?", False),
    "correctResponse": ("(value )+", False), "defaultValue": ("(value )+", False),
    "mapping": ("(mapEntry )+", False), "areaMapping": ("(areaMapEntry )+", False),
    "itemBody": (f"(({'|'.join([*BLOCK, *ASKED, 'rubricBlock'])}) )+", False),
    "choiceInteraction": ("(prompt )?(simpleChoice )+", False), "orderInteraction": ("(prompt )?(simpleChoice )+", False),
    "matchInteraction": ("(prompt )?(simpleMatchSet ){2}", False), "simpleMatchSet": ("(simpleAssociableChoice )*", False),
    "gapMatchInteraction": (f"(prompt )?((gapText|gapImg) )+(({'|'.join(BLOCK)}) )+", False),
    "hotspotInteraction": ("(prompt )?PICTURE (hotspotChoice )+", False),
    "selectPointInteraction": ("(prompt )?PICTURE ", False),
    "graphicGapMatchInteraction": ("(prompt )?PICTURE ((gapText|gapImg) )+(associableHotspot )+", False),
    "gapImg": ("PICTURE ", False),
    "extendedTextInteraction": ("(prompt )?", False), "inlineChoiceInteraction": ("(inlineChoice )+", False),
    "responseProcessing": (RULES, False),
    "responseCondition": ("responseIf (responseElseIf )*(responseElse )?", False),
    "responseIf": (VALUE + RULES, False), "responseElseIf": (VALUE + RULES, False), "responseElse": (RULES, False),
    "setOutcomeValue": (VALUE, False), "not": (VALUE, False), "isNull": (VALUE, False), "index": (VALUE, False), "patternMatch": (VALUE, False),
    "and": (VALUE + "+", False), "or": (VALUE + "+", False),
    "sum": ("((sum|testVariables|variable|index|correct|baseValue|mapResponse|mapResponsePoint) )+", False),
    # A tolerance is around what is named first.
    "equal": ("baseValue variable ", False),
    **dict.fromkeys("match stringMatch gte gt lte lt".split(), (VALUE + "{2}", False)),
    "assessmentTest": ("(outcomeDeclaration )*testPart outcomeProcessing ", False), "outcomeProcessing": ("setOutcomeValue ", False), "testPart": ("(assessmentSection )+", False),
    "assessmentSection": (some("assessmentSection", "assessmentItemRef"), False),
    "manifest": ("metadata organizations resources ", False), "resources": ("(resource )*", False),
    "resource": ("(metadata )?(file )+(dependency )*", False),
    "metadata": ("schema schemaversion |lom ", False), "lom": ("(general )?(educational )?", False),
    "general": ("(keyword )*", False), "keyword": ("(string )+", False),
    "educational": ("(difficulty )?", False), "difficulty": ("source value ", False),
}  # fmt: skip
#: What 2.x and 3.0 have each in their way.
OWN = {
    "2": {"modalFeedback": (STATIC, True), "rubricBlock": (some(*BLOCK), False)},
    "3": dict.fromkeys(("modalFeedback", "rubricBlock"), ("contentBody ", False)),
}
#: What 2.2 and 3.0 have more: words and options of lists with markup.
LATER = dict.fromkeys(("gapText", "inlineChoice"), (some(*WORDS), True))
PICTURE = {"2": "object", "3": "img"}

#: Of MathML what 2 and 3 both have: spaces to the left have no names, lengths have units.
SPACE = r"-?(\d+|\d*\.\d+)(em|ex|px|in|cm|mm|pt|pc|%)|0|((very){0,2}thi(n|ck)|medium)mathspace"
ALIGN, LINES = r"(left|center|right)( (left|center|right))*", r"(none|solid|dashed)( (none|solid|dashed))*"
VARIANT = {"mathvariant": "normal|[a-z]+(-[a-z]+){0,3}"}
ROOT = {"schemaLocation!": ANY, "identifier!": NAME}
CHOICE = {"identifier!": NAME, "matchMax!": COUNT, "matchGroup": rf"{NAME}( {NAME})*"}
ASKS = {"responseIdentifier!": NAME, "class": ANY}
CELL = {"colspan": COUNT, "rowspan": COUNT, "scope": "row|col|rowgroup|colgroup", "abbr": ANY}
#: Attributes: what their values look like, a ``!`` behind the name of those that must be there.
ATTRIBUTES = {
    "a": {"href!": ADDRESS}, "td": CELL, "th": CELL,
    "img": {"src!": r"\S+", "alt!": ANY, "width": LENGTH, "height": LENGTH},
    "math": {"display": "block|inline", "alttext": ANY}, "mi": VARIANT, "mn": VARIANT, "mtext": VARIANT,
    "mo": {**VARIANT, **dict.fromkeys("accent fence largeop movablelimits separator stretchy symmetric".split(), YES),
           **dict.fromkeys(("lspace", "rspace", "minsize", "maxsize"), SPACE), "form": "prefix|infix|postfix"},
    "mspace": dict.fromkeys(("width", "height", "depth"), SPACE), "mfenced": dict.fromkeys(("open", "close", "separators"), ANY),
    "mstyle": {"displaystyle": YES, "scriptlevel": r"[+-]?\d+"}, "menclose": {"notation": r"[a-z]+( [a-z]+)*"},
    "mpadded": dict.fromkeys(("width", "height", "depth", "lspace"), rf"[+-]?{NUMBER}(em|ex|px|%? ?(width|height|depth))"),
    "mfrac": {"linethickness": rf"{NUMBER}(em|ex|px)?|thin|medium|thick"}, "mover": {"accent": YES}, "munder": {"accentunder": YES},
    "munderover": {"accent": YES, "accentunder": YES}, "annotation": {"encoding": ANY},
    "mtable": {"columnalign": ALIGN, "rowlines": LINES, "columnlines": LINES, "rowspacing": SPACE, "columnspacing": SPACE, "displaystyle": YES},
    "mtr": {"columnalign": ALIGN}, "mtd": {"columnalign": "left|center|right", "columnspan": COUNT, "rowspan": COUNT},
    "object": {"data!": r"\S+", "type!": r"image/[\w+.-]+", "width": LENGTH, "height": LENGTH},
    "assessmentItem": {**ROOT, "lang": r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*", "title!": ANY, "adaptive": YES, "timeDependent!": YES},
    "assessmentStimulus": {**ROOT, "title!": ANY}, "assessmentStimulusRef": {"identifier!": NAME, "href!": r"\S+"},
    "assessmentTest": {**ROOT, "title!": ANY}, "testVariables": {"variableIdentifier!": NAME},
    "testPart": {"identifier!": NAME, "navigationMode!": "linear|nonlinear", "submissionMode!": "individual|simultaneous"},
    "assessmentSection": {"identifier!": NAME, "title!": ANY, "visible!": YES},
    "assessmentItemRef": {"identifier!": NAME, "href!": r"\S+"},
    "responseDeclaration": {"identifier!": NAME, "cardinality!": "single|multiple|ordered", "baseType": BASE},
    "outcomeDeclaration": {"identifier!": NAME, "cardinality!": "single|multiple", "baseType": BASE, "normalMaximum": r"\d+(\.\d+)?", "normalMinimum": NUMBER},
    "mapping": {"lowerBound": NUMBER, "upperBound": NUMBER, "defaultValue": NUMBER},
    "areaMapping": {"lowerBound": NUMBER, "upperBound": NUMBER, "defaultValue": NUMBER},
    "mapEntry": {"mapKey!": ANY, "mappedValue!": NUMBER, "caseSensitive": YES},
    "areaMapEntry": {**SHAPE, "mappedValue!": NUMBER},
    "choiceInteraction": {**ASKS, "shuffle": YES, "maxChoices": COUNT}, "orderInteraction": {**ASKS, "shuffle": YES},
    "matchInteraction": {**ASKS, "shuffle": YES, "maxAssociations": COUNT}, "gapMatchInteraction": {**ASKS, "shuffle": YES},
    "inlineChoiceInteraction": {**ASKS, "shuffle": YES}, "textEntryInteraction": ASKS, "graphicGapMatchInteraction": ASKS,
    "hotspotInteraction": {**ASKS, "maxChoices": COUNT}, "selectPointInteraction": {**ASKS, "maxChoices": COUNT},
    "extendedTextInteraction": {**ASKS, "format": "plain|preformatted|xhtml", "expectedLength": COUNT, "expectedLines": COUNT},
    "simpleChoice": {"identifier!": NAME}, "inlineChoice": {"identifier!": NAME}, "gap": {"identifier!": NAME},
    "simpleAssociableChoice": CHOICE, "gapText": CHOICE, "gapImg": CHOICE,
    "hotspotChoice": {**SHAPE, "identifier!": NAME, "hotspotLabel": ANY},
    "associableHotspot": {**SHAPE, **CHOICE, "hotspotLabel": ANY},
    "rubricBlock": {"view!": "scorer"},
    "modalFeedback": {"outcomeIdentifier!": NAME, "identifier!": NAME, "showHide!": "show"},
    "responseProcessing": {"template": r"https?://\S+"}, "setOutcomeValue": {"identifier!": NAME},
    "variable": {"identifier!": NAME}, "correct": {"identifier!": NAME}, "mapResponse": {"identifier!": NAME},
    "mapResponsePoint": {"identifier!": NAME},
    "baseValue": {"baseType!": BASE}, "index": {"n!": COUNT}, "patternMatch": {"pattern!": PATTERN},
    "equal": {"toleranceMode": "absolute|exact|relative", "tolerance": f"{NUMBER} {NUMBER}", "includeLowerBound": YES, "includeUpperBound": YES},
    "stringMatch": {"caseSensitive!": YES},
    "manifest": ROOT, "file": {"href!": r"\S+"}, "dependency": {"identifierref!": NAME},
    "resource": {"identifier!": NAME, "type!": r"imsqti_(item|test|stimulus)_xmlv\dp\d|webcontent", "href": r"\S+"},
}  # fmt: skip
#: Attributes of everything that is part of a body.
BODY = {"class": ANY}
#: What 2.2 and 3.0 have more: what takes one word only where it says nothing else (2.1 takes any number), and who scores.
#: 3.0 asks what notes are for.
COUNTED = {"maxAssociations!": r"[1-9]\d*"}
COUNTING = {
    "gapMatchInteraction": COUNTED,
    "graphicGapMatchInteraction": COUNTED,
    "outcomeDeclaration": {"externalScored": "human"},
}
MORE = {"qti21": {}, "qti22": COUNTING, "qti30": {**COUNTING, "rubricBlock": {"use!": "scoring"}}}
#: The base types that the responses of interactions have; of a pair what comes first and what second.
HELD = {
    **dict.fromkeys("choice order hotspot inlineChoice".split(), "identifier"), "selectPoint": "point",
    **dict.fromkeys("match gapMatch graphicGapMatch".split(), "directedPair"), "textEntry": "string|float", "extendedText": "string",
}  # fmt: skip
SIDES = {
    "match": ("simpleMatchSet[1]/*", "simpleMatchSet[2]/*"), "gapMatch": ("gapText|gapImg", ".//gap"),
    "graphicGapMatch": ("gapText|gapImg", "associableHotspot"),
}  # fmt: skip
#: Whose identifiers are one set, so that each stands once.
UNIQUE = ("responseDeclaration", "outcomeDeclaration"), ("resource",), ("testPart", "assessmentSection", "assessmentItemRef")  # fmt: skip


def faults(root, name):
    """What is not as the version (``"qti21"``, …) has it, in words; ``root`` has the names of 2.x."""
    version = name.removeprefix("qti")[0]
    contents = {**CONTENT, **OWN[version], **({} if name == "qti21" else LATER)}
    found = [*_response_faults(root)]
    for element in root.iter():
        content, mixed = contents.get(element.tag, (None, None))
        where = f"line {element.sourceline}: {element.tag}"
        if content is None:
            found.append(f"{where} is no element")
            continue
        inside = "".join(f"{child.tag} " for child in element)
        if not re.fullmatch(content.replace("PICTURE", PICTURE[version]), inside):
            found.append(f"{where} holds {inside}")
        said = "".join((element.text or "", *(child.tail or "" for child in element)))
        # What is empty has no room for a space either.
        if not mixed and (said.strip(" \t\r\n") if content else said):
            found.append(f"{where} holds text")
        found += [f"{where} {said}" for said in _attribute_faults(element, MORE[name])]
    for tags in UNIQUE:
        names = [one.get("identifier") for one in root.iter(*tags)]
        found += [f"{name} stands twice" for name in {*names} if names.count(name) > 1]
    return found


def _response_faults(root):
    """Interactions whose response is not declared, or cannot hold what is chosen or as much; keys that name no part; and
    scores that have no value where there is no answer.
    """
    declared = {one.get("identifier"): one for one in root.iter("responseDeclaration")}
    for element in root.iterfind(".//*[@responseIdentifier]"):
        where, held = (
            f"line {element.sourceline}: {element.tag}",
            declared.get(element.get("responseIdentifier")),
        )
        kind, most = element.tag.removesuffix("Interaction"), element.get("maxChoices", "1")
        if held is None or not re.fullmatch(HELD.get(kind, ""), held.get("baseType", "")):
            yield f"{where} has no response, or one of another base type"
        elif held.get("cardinality") == "single" and most != "1":
            yield f"{where} has one value for {most}"
        elif kind in SIDES or HELD.get(kind) == "identifier":
            yield from (f"{where} {said}" for said in _key_faults(element, held, SIDES.get(kind)))
    for element in root.iterfind(".//setOutcomeValue"):
        if [*element.iter("mapResponse", "mapResponsePoint")] and element.getparent().tag != "responseIf":
            yield f"line {element.sourceline}: maps a response that may be missing"


def _key_faults(element, held, sides):
    """Parts that are called alike, and values of the key and the mapping that are not made of them."""
    parts = [one.get("identifier") for one in element.iter() if one.get("identifier")]
    if len({*parts}) < len(parts):
        yield f"has parts that are called alike: {parts}"
    values = [*held.xpath("correctResponse/value/text()"), *held.xpath("mapping/mapEntry/@mapKey")]
    allowed = {*parts}
    if sides:
        names = [[one.get("identifier") for one in element.xpath(side)] for side in sides]
        allowed = {f"{one} {two}" for one in names[0] for two in names[1]}
    yield from (f"has no {value}" for value in values if value not in allowed)


def _attribute_faults(element, more):
    known = {**BODY, **ATTRIBUTES.get(element.tag, {}), **more.get(element.tag, {})}
    looks = {name.rstrip("!"): value for name, value in known.items()}
    for name, value in element.attrib.items():
        if not re.fullmatch(looks.get(name, "(?!)"), value):
            yield f'says {name}="{value}"'
    for name in known:
        if name.endswith("!") and name[:-1] not in element.attrib:
            yield f"lacks {name[:-1]}"

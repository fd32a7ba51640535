"""English."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from quiz.lint.language import Language, any_of, pairs_of

_WORD: Final = re.compile(r"\w+(?:['’-]\w+)*")
_STOP: Final = frozenset(
    """a about above after again against all also am among an and another any are as at be because been before being
    below between both but by can could did do does doing during each either else every few for from further had has
    have having he her here hers him his how i if in into is it its itself just kind many may me might more most much
    must my neither no nor not now of off on once one only or other our out over own part same she should so some such
    than that the their them then there these they this those through to too under until up upon us use used very was
    way we were what when where which while who whom whose why will with within without would you your called call
    following statement statements true false correct question answer mean means name named happens happen
    first second third two three four five six seven eight nine ten according word""".split()
)
_ENDINGS: Final = re.compile(r"(?:ations?|ings?|ed|ies|es|s|ly)$")


def tokens(text: str) -> Sequence[str]:
    """Words, in order."""
    return _WORD.findall(text)


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word without its commonest endings, at least three letters of it: ``increases`` and ``increased`` are one."""
    cut = _ENDINGS.sub("", word.removesuffix("'s").removesuffix("’s"))
    kept = cut if len(cut) >= 3 else word
    return kept.removesuffix("e") if len(kept) > 3 else kept


def content(text: str) -> Sequence[str]:
    """The stems of the words that carry meaning: at least four letters, or figures."""
    return [stem(word) for word in tokens(text) if word not in _STOP and (len(word) >= 4 or word.isdecimal())]


_FIGURE: Final = r"-?\d[\d,]*(?:\.\d+)?"
_COLOURS: Final = "(?:red|green|blue|yellow|orange|purple|pink|brown|black|white|grey|gray)"
_DRAWN: Final = (
    "(?:picture|figure|diagram|image|photo|photograph|map|graph|chart|table|drawing|list|text|passage|box)"
)
_MARKED: Final = "(?:shown|pictured|coloured|colored|marked|drawn|highlighted|printed|shaded|circled)"

LANGUAGE: Final = Language(
    tag="en",
    tokens=tokens,
    content=content,
    shared=1,
    longer_by=2,
    long_option=9,
    long_sentence=25,
    long_stem=60,
    short_stem=4,
    common_start=3,
    articles=frozenset({"a", "an", "the"}),
    absolute=any_of(
        "always never all none only every must completely impossible entirely absolutely everyone everybody nobody no_one"
    ),
    hedge=any_of(
        "usually often may might generally typically some sometimes mostly mainly largely tends? probably in_general as_a_rule"
    ),
    vague=any_of("often sometimes frequently many recently rarely seldom occasionally regularly"),
    negation=any_of(r"(?<!and\s)(?<!but\s)not except least never incorrect incorrectly false cannot wrong wrongly \w+n['’]t"),
    denial=any_of(r"not no never cannot none nothing nobody \w+n['’]t"),
    all_of_these=re.compile(r"^(?:all|both)(?: of)?(?: the)? (?:above|these|those|preceding|them|options|answers)\W*$"),
    none_of_these=re.compile(
        r"^(?:none|neither)(?: of)?(?: the)? (?:above|these|those|preceding|them|options|answers)\W*$"
    ),
    asks=re.compile(
        r"^\W*(?:which|who|whom|whose|how (?:many|much|long|old|far|often)|what (?:is|are|was|were|does|do|did|happens?|happened))\b"
        r"(?!.*\b(?:is|are|was|were|the|an?|it|they|to|of|by|in|that|because|called)\W*$)"
    ),
    reason=re.compile(r"^\W*(?:why|how come|for what reason)\b|\bwhy\b[^?]*\?\s*$|\bif\b[^?,]*,|\bwhat(?: is|'s| was) wrong (?:with|in|about)\b"),
    quotation=re.compile(r"[“«\"「‘][^”»\"」’]*[”»\"」’]"),
    labels=re.compile(
        r"^(?:only |both )?(?:[a-e]|[1-6]|i{1,3}|iv|vi?)(?:(?:,|,? and| or| &) ?(?:[a-e]|[1-6]|i{1,3}|iv|vi?))*(?: only| are correct| are true)?\W*$"
    ),
    truth=any_of("true false yes no"),
    unfocused=re.compile(
        r"^(?:which|what)(?: one)?(?: of (?:the following|these|those))?(?: (?:statements?|sentences?|claims?|options?))? "
        r"(?:is|are) (?:not )?(?:true|correct|right|false|incorrect|wrong)\W*$"
    ),
    opinion=re.compile(
        r"\b(?:do you (?:think|feel|believe|like|prefer)|in your (?:opinion|view)|(?:should|would) you (?:feel|prefer|like)"
        r"|your favou?rite|(?:most (?:beautiful|interesting|exciting)|nicest|greatest)\b"
        r"|the best (?!(?:\w+ )?(?:describ|expla|support|fit|summar|match|represent|complet|illustrat|express|answer|reflect|"
        r"charact|show|account|predict|defin|estimat|approx|captur|corresp|follow|go|stat)))"
    ),
    today=re.compile(
        r"\b(?:currently|nowadays|at present|presently|today|these days|at the moment|the latest|the newest|(?:is|are) now)\b"
        r"|\bhow many (?:\w+ ){0,2}(?:members?|states|countries|inhabitants|people|employees|users|citizens)\b"
        r"(?=.*\b(?:does|do|are|is|has|have)\b)(?!.*\b(?:did|was|were|had)\b)"
    ),
    place=re.compile(
        rf"\b{_MARKED} (?:\w+ ){{0,3}}?(?:below|above|on the (?:left|right))|\b{_DRAWN} (?:below|above|(?:on|to) the (?:left|right))\b"
        rf"|\b(?:below|above|left|right)-hand\b|\b(?:in|on) the (?:left|right) (?:{_DRAWN}|side|column)\b"
    ),
    colour=re.compile(
        rf"\b{_MARKED} (?:\w+ ){{0,3}}?in {_COLOURS}\b"
        rf"|\b(?:the|this) {_COLOURS} (?:line|curve|area|arrow|part|circle|dot|bar|box|region|square|word|text|organ|field)s?\b"
    ),
    praise=re.compile(r"^\W*(?:right|correct|exactly|well done|yes|that is right|that's right)\s*(?:[.,:;!–—]|$)"),
    blame=re.compile(r"^\W*(?:(?:wrong|incorrect|not (?:quite|right|correct)|sorry)\b|no\s*[.,:;!–—])"),
    instruction=re.compile(r"^\W*(?:choose|select|tick|mark|give|name|match|put|write|use|assume|look|read)\b"),
    reference=re.compile(r"\b(?:this|that|these|those|such|it|its|they|them|their)\b"),
    joints=re.compile(r"\s*(?:,|;|/|\+|\band\b|&)\s*"),
    narrowing=re.compile(r"^\s*(?:,\s*)?(?:of|in|with|who|that|which|from|at|on|by|for|under|over|only)\b"),
    opposites=pairs_of(
        "increases/decreases rises/falls raises/lowers raised/lowered grows/shrinks expands/contracts gains/loses high/low "
        "higher/lower more/less faster/slower warmer/cooler warmer/colder heavier/lighter longer/shorter larger/smaller "
        "bigger/smaller strengthens/weakens accepts/rejects strong/weak stronger/weaker accelerates/slows upwards/downwards "
        "positive/negative opens/closes allows/forbids praises/criticises supports/opposes always/never hot/cold",
        stem,
    ),
    unchanged=re.compile(r"\b(?:same|unchanged|constant|not change|no change|neither|equal)\b"),
    between=re.compile(
        rf"(?<![\w.])({_FIGURE})\W{{0,3}}(?:to|–|—|-)\s*({_FIGURE})|\bbetween ({_FIGURE})[^\d]{{0,4}} and ({_FIGURE})"
    ),
    below=re.compile(r"\b(?:below|under|less than|fewer than|at most|up to|lower than|before)\s+(-?\d[\d,]*(?:\.\d+)?)"),
    above=re.compile(
        r"\b(?:above|over|more than|at least|from|higher than|greater than|after)\s+(-?\d[\d,]*(?:\.\d+)?)"
    ),
    months={
        name: number
        for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)
    },
    forms=(
        ("a number", re.compile(r"[\d$€£+−-]")),
        ("to do something", re.compile(r"to \w")),
        ("doing something", re.compile(r"(?!(?:spring|king|ring|thing|string|wing|beijing|nothing|something|building|evening|morning|viking)\b)\w{2,}ing\b")),
        ("a because", re.compile(r"(?:because|since|so that|in order)\b")),
    ),
    weak_forms=frozenset({"doing something"}),
)  # fmt: skip

"""Files that are nearly right: seeds of our own making, changed here and there. The same dice give the same file."""

import zipfile
from functools import cache
from io import BytesIO
from itertools import islice
from pathlib import Path

from quiz.files.archive import is_archive, pack
from quiz.formats import formats
from quiz.questions import types
from tests.formats.moodle import builder
from tests.formats.samples import is_written, samples, written

_FORMATS = Path(__file__).parent.parent / "formats"
#: Bytes of a part of a seed that are changed; more of the same would only be slower.
_LONGEST = 40_000
#: What means something in one of the formats, or overflows something.
_WORDS = [
    b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\x80", "\U0001f600".encode(), b"<", b">", b"&", b"&#0;", b"&#x110000;", b"]]>",
    b"<![CDATA[", b"<!--", b"<x>", b"</text>", b'="', b"'", b'"', b"{", b"}", b"{{", b"}}", b"[[1]]", b"[[x]]", b"[", b"]", b"(", b"~", b"=",
    b"#", b"->", b"%", b"%50%", b"%-1e9%", b"\\", b"::", b"$CATEGORY: a/b", b"{1:MC:", b"{:MR:", b"{:NM:", b"*", b"-", b"_", b"1e999", b"-1e999", b"1e-999",
    b"NaN", b"Infinity", b"0", b"-1", b"00", b"99999999999999999999", b"1/0", b"0.333333", b"true", b"null", b"~", b"&a", b"*a", b"!!python/object:os",
    b"<<: ", b"\t", b"\n", b"\r\n", b"\n\n\n", b" ", b",", b";", b":", b"\x1f", b"MC\t", b"ANSWER: Z", b"a.", b"- ", b"1.", b"@@PLUGINFILE@@/", b"images/x.png",
    b"../../x", b"media:", b'"question":', b"<response_lid>", b"<mapEntry/>", b'r="XFD1048576"', b"A1:XFD1048576",
]  # fmt: skip


@cache
def seeds(name):
    """Sound files of a format: what it writes itself, and files built as other programs write them."""
    format = formats()[name]
    made = []
    if format.writer:
        for kind in sorted(format.writer.types & set(types.names())):
            taken = (one for one in samples([kind]) if is_written(format, one))
            made.append(written(format, [*islice(taken, 4)])[0])
    return made + _others(name)


def _others(name):
    """Files of other programs' making, or as they make them."""
    if name == "moodle-xml":
        return [builder.mixed(32)]
    folder = {"qti12": "qti12/files", "qti21": "qti/items", "qti22": "qti/items", "qti30": "qti/items"}.get(
        name
    )
    return [path.read_bytes() for path in sorted((_FORMATS / folder).glob("*.xml"))] if folder else []


def mutated(name, dice):
    """A seed of a format, changed: as a whole, or a file in it that is packed again."""
    content = dice.choice(seeds(name))
    if not is_archive(content) or dice.random() < 0.1:
        return _changed(content, dice)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        files = {one: archive.read(one) for one in archive.namelist()}
    for _ in range(dice.choice((1, 1, 1, 2))):
        chosen = dice.choice([*files])
        files[chosen] = _changed(files[chosen], dice)
    if dice.random() < 0.05:
        del files[dice.choice([*files])]
    return pack(files)


def _changed(content, dice):
    made = bytearray(content)
    start = dice.randrange(max(1, len(made) - _LONGEST))
    for _ in range(dice.choice((1, 1, 2, 3, 8))):
        at = start + dice.randrange(min(_LONGEST, len(made)) + 1)
        dice.choice(_CHANGES)(made, at, dice)
    return bytes(made)


def _put(made, at, dice):
    made[at:at] = dice.choice(_WORDS)


def _replace(made, at, dice):
    made[at : at + dice.choice((1, 2, 5, 20))] = dice.choice(_WORDS)


def _cut(made, at, dice):
    del made[at : at + dice.choice((1, 3, 30, 300))]


def _break_off(made, at, _dice):
    del made[at:]


def _flip(made, at, dice):
    if at < len(made):
        made[at] ^= 1 << dice.randrange(8)


def _repeat(made, at, dice):
    made[at:at] = made[at : at + dice.choice((2, 10, 100, 1000))] * dice.choice((1, 2, 20))


def _swap(made, at, dice):
    """A piece of the file in another place of it."""
    other = dice.randrange(len(made) + 1)
    made[at : at + dice.choice((1, 8, 60))] = made[other : other + dice.choice((1, 8, 60))]


_CHANGES = (_put, _put, _replace, _replace, _cut, _flip, _repeat, _swap, _swap, _break_off)

"""What somebody sends to be imported: a bank file of ours, or a file of another system, which is converted first."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from io import BytesIO
from itertools import chain
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from unicodedata import normalize

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from quiz.banks.images import FOLDER, Pictures, unpacked
from quiz.banks.model import Bank
from quiz.errors import Invalid, Problem, Said, TooLarge, in_turn
from quiz.files.archive import Archive, is_archive, pack
from quiz.files.images import SUFFIXES
from quiz.formats import formats, get, recognise
from quiz.formats.base import HEAD_BYTES, Format, Limits, Source
from quiz.formats.conversion import Instances, Into, Report, convert_upload
from quiz.formats.conversion.ids import as_slug
from quiz.operations import importing
from quiz.web.author.forms import ImportForm
from quiz.web.guard import moment
from quiz.web.html import said
from quiz.web.session import get_actor

#: Bytes of a bank file, and of an archive or a file of another system.
LARGEST_FILE = 5_000_000
LARGEST_ARCHIVE = 10_000_000
_LIMITS = Limits(bytes=LARGEST_ARCHIVE, questions=5_000)
_OURS = "yaml"
#: What a pasted text is called while it is looked at: one that is like nothing else is a bank file, whose faults are told.
_PASTED = "text.yaml"
#: How the name begins of the bank that one of another system becomes: two texts are two banks.
_PASTED_BANK = "pasted"
#: Files in these formats are banks: what stands at their head becomes the head of the bank.
_WHOLE = (_OURS, "json")
#: How files of images end.
_IMAGES = tuple(chain(*SUFFIXES.values()))


@dataclass
class Given:
    """What was sent: the bank file's text, a name for it, and the archive in which it came, with its images.

    ``report``: what became of each question of a file of another system.
    """

    text: str
    name: str
    archive: bytes = b""
    pictures: Pictures | None = None
    report: Report | None = None
    #: The name of the bank that the questions come into; None: the file is the bank.
    into: str | None = None

    @property
    def kept(self) -> dict[str, str | None]:
        """What the form of the preview sends again."""
        content = {"archive": b64encode(self.archive).decode()} if self.archive else {"text": self.text}
        return {"into": self.into, **content}


def read_formats() -> list[tuple[str, str]]:
    """The formats that can be read: their names, and what they are called."""
    return [(name, format.title) for name, format in formats().items() if format.read]


def given(form: ImportForm, mine: Collection[str]) -> Given:
    """What was sent; the form keeps the text. ``mine``: the names of my banks. Raises Invalid."""
    if form.file.data:
        sent = _of_file(form.file.data, form, mine)
        form.text.data = "" if sent.report else sent.text
    else:
        sent = _of_text(form, mine)
    if not sent.text.strip():
        raise Invalid(
            [Problem("file", _("there is nothing to import"), _("choose a file or paste its text"))]
        )
    return sent


def _of_text(form: ImportForm, mine: Collection[str]) -> Given:
    text, name = form.text.data or "", _("the pasted text")
    content = text.encode()
    format = _format(content, _PASTED, form.format.data)
    if format.name == _OURS:
        return Given(text, name)
    called = f"{_PASTED_BANK}-{_digits(content)}"
    try:
        return _converted(Source(BytesIO(content), name, limits=_LIMITS), called, format, form, mine)
    except Invalid as error:
        raise Invalid(replace(problem, where="text") for problem in error.problems) from None


def _of_file(file: FileStorage, form: ImportForm, mine: Collection[str]) -> Given:
    content, name = file.read(), file.filename or ""
    if not _is_bundle(content, name):
        return _of_content(content, name, form, mine)
    with TemporaryDirectory() as folder:
        path = _laid_out(Archive(content), Path(folder))
        return _of_content(path.read_bytes(), path.name, form, mine, path.parent)


def _is_bundle(content: bytes, name: str) -> bool:
    """Whether it is an archive of one file of another system and its images, as an export is."""
    if not is_archive(content) or len(content) > LARGEST_ARCHIVE or _looks_like(content, name):
        return False
    try:
        files = _beside_images(Archive(content).names)
    except Invalid:  # told where the archive is read
        return False
    return len(files) == 1 and not files[0].lower().endswith(get(_OURS).suffixes)


def _beside_images(names: Iterable[str]) -> list[str]:
    """The files that are no images, neither by their folder nor by their name."""
    return [
        name
        for name in names
        if FOLDER not in PurePath(name).parts[:-1] and not name.lower().endswith(_IMAGES)
    ]


def _laid_out(archive: Archive, folder: Path) -> Path:
    """Puts the files of an archive into a folder. Returns where the one lies that is no image. Raises Invalid."""
    for name in archive.names:
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(archive.read(name))
        except OSError as error:  # too long a name, or one that a folder has too
            what = Said("'%(name)s' cannot be unpacked: %(error)s", name=name, error=error.strerror)
            raise Invalid([Problem("file", what, "pack it again with plain names")]) from None
    return folder / _beside_images(archive.names)[0]


def _of_content(
    content: bytes,
    name: str,
    form: ImportForm,
    mine: Collection[str],
    folder: Path | None = None,
) -> Given:
    """``folder``: where its images lie, where they came with it."""
    format = _format(content, name, form.format.data)
    if format.name != _OURS:
        if len(content) > LARGEST_ARCHIVE:
            what = _("the file is larger than 10 MB")
            raise Invalid([Problem("file", what, _("cut it into several files"))])
        called = _called(PurePath(name).stem)
        return _converted(Source(BytesIO(content), name, folder, _LIMITS), called, format, form, mine)
    if is_archive(content):
        return of_archive(content, name)
    if len(content) > LARGEST_FILE:
        raise Invalid([Problem("file", _("the file is larger than 5 MB"), _("cut it into several banks"))])
    return Given(_decoded(content), name)


def _format(content: bytes, name: str, wanted: str) -> Format:
    """The format that was named, else the one that the content looks like; ours where the name says so, whose faults are
    told by line. Raises Invalid.
    """
    if wanted:
        return get(wanted)
    if format := _looks_like(content, name):
        return format
    if name.lower().endswith((*get(_OURS).suffixes, ".zip")):
        return get(_OURS)
    mend = _("choose it below, or save the file in one of the formats that stand there")
    raise Invalid([Problem("format", _("what is in the file is not recognised"), mend)])


def _looks_like(content: bytes, name: str) -> Format | None:
    try:
        return recognise(content[:HEAD_BYTES], name)
    except Invalid:
        return None


def _converted(source: Source, called: str, format: Format, form: ImportForm, mine: Collection[str]) -> Given:
    """A bank made of a file of another system; ``called``: its name where the file says none and no other is chosen."""
    target = form.bank.data if form.bank.data in mine else None
    try:
        made = convert_upload(
            source,
            format,
            get(_OURS),
            called,
            Instances(moment().date()),
            _into(target, form.topic.data or ""),
        )
    except (Invalid, TooLarge) as error:
        problems = error.problems if isinstance(error, Invalid) else [Problem("", str(error))]
        raise Invalid(map(_at_the_file, problems)) from None
    text, into = made.content.decode(), None if format.name in _WHOLE and not target else target or made.bank
    if not made.files and len(made.content) <= LARGEST_FILE:
        return Given(text, source.name, report=made.report, into=into)
    archive = pack({"bank.yaml": made.content, **made.files})
    return replace(of_archive(archive, source.name), report=made.report, into=into)


def _called(stem: str) -> str:
    """The name of a file for its bank; letters that no bank's name has stand there as digits, so that two files are two banks."""
    if all(one.isascii() or not one.isalnum() for one in normalize("NFKD", stem)):
        return stem
    return f"{as_slug(stem)[:50]}-{_digits(stem.encode())}"


def _digits(content: bytes) -> str:
    """What tells one content from another."""
    return sha256(content).hexdigest()[:8]


def _into(target: str | None, topic: str) -> Into:
    """The bank that the questions are to come into; without a ``target`` one of their own, or that of the same name."""
    there = importing.target(get_actor(), target) if target else importing.Target()
    topics = Bank.load(there.header).topics if there.header else {}
    return Into(topics, topic, there.folder, importing.demand_storable)


def at_the_file(error: Invalid) -> Invalid:
    """The same faults of a bank that was made of a file: its author sees neither lines nor fields of that."""
    return Invalid(
        Problem("file", in_turn(": ", filter(None, (getattr(one, "question", ""), str(one)))))
        for one in error.problems
    )


def _at_the_file(problem: Problem) -> Problem:
    """What is wrong with a file that nobody sees the lines of."""
    what = (
        _("line %(n)s: %(what)s", n=problem.line, what=said(problem.what)) if problem.line else problem.what
    )
    return replace(problem, where="file", what=what, line=None)


def of_archive(content: bytes, name: str) -> Given:
    """A bank with its folder of images. Raises Invalid."""
    if len(content) > LARGEST_ARCHIVE:
        raise Invalid(
            [Problem("file", _("the archive is larger than 10 MB"), _("cut it into several banks"))]
        )
    try:
        text, read = unpacked(content)
    except Invalid as error:
        raise Invalid(replace(problem, where="file") for problem in error.problems) from None
    return Given(_decoded(text), name, content, Pictures(read))


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        what = _("line %(n)s is not UTF-8 text", n=line)
        raise Invalid([Problem("file", what, _("save the file as UTF-8"))]) from None

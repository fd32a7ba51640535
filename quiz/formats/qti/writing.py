"""A package, written: manifest, test, items, pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, ClassVar

from quiz.banks.model import Bank, Question
from quiz.errors import Said, in_turn
from quiz.files.archive import pack
from quiz.formats.base import Loss, Unwritable, Writer, titled, untold
from quiz.formats.qti.dialect import Dialect, quoted
from quiz.formats.qti.metadata import metadata
from quiz.formats.qti.sheet import SCORED, XML, Sheet, bound
from quiz.formats.qti.types import WRITTEN
from quiz.formats.qti.xhtml import NO_XML


class QtiWriter(Writer):
    """Writes a package: the manifest first, a test whose sections are the topics, the items, their pictures."""

    dialect: ClassVar[Dialect]
    types = frozenset(WRITTEN)
    holds = frozenset(
        {
            "name", "topic", "prompt", "points", "explanation", "options", "choose", "answer", "feedback_true",
            "feedback_false", "answers", "case_sensitive", "pairs", "distractors", "items", "format", "model_answer",
            "tags", "difficulty", "text", "gaps", "choices", "reuse", "image", "regions", "outside", "scoring",
        }
    )  # fmt: skip

    def __init__(self, target: BinaryIO, bank: Bank) -> None:
        super().__init__(target, bank)
        self._items: dict[str, str] = {}
        self._pictures: dict[str, bytes] = {}
        #: Texts that items share, by path, each with the pictures in it.
        self._stimuli: dict[str, tuple[str, list[str]]] = {}
        #: The topic of each item, the files that it shows, and its metadata.
        self._listed: list[tuple[str, str, tuple[str, ...], str]] = []

    def topic_losses(self) -> Sequence[Loss]:
        return untold(self.topics, (topic for _path, topic, *_ in self._listed))

    def held(self, question: Question) -> frozenset[str]:
        return self.holds | frozenset(_held(question)) | {*["stimulus"] * self.dialect.hyphens}

    def _shared(self, sheet: Sheet) -> tuple[str, list[str]]:
        """The text that the question shares, and its pictures; where the path is another text's, it stays in front."""
        text = sheet.share() if self.dialect.hyphens else ""
        made = (text, sheet.texts.shown_in(text))
        if self._stimuli.get(sheet.stimulus, made) != made:
            sheet.stimulus = ""
        return made

    def add(self, question: Question, files: Mapping[str, bytes]) -> Sequence[Loss]:
        sheet = Sheet(self.dialect, question, files, self.bank.language)
        shared = self._shared(sheet)
        WRITTEN[question.type](sheet, question.content)
        sheet.finish()
        self._lose_looks(sheet)
        if not question.points:
            sheet.lose("points", "a question scores something")
        for name in sorted(sheet.texts.missing):
            sheet.lose("images", Said("there is no file '%(name)s'", name=name[:60]))
        path, item, said = f"items/{question.id}.xml", sheet.item(), metadata(question)
        if NO_XML.search(f"{item}{said}{question.topic}{shared[0]}"):
            raise Unwritable("a text with characters that XML does not know")
        shown = sheet.texts.shown_in(item)
        self._pictures.update({name: files[name] for name in shown})
        if sheet.stimulus:
            self._stimuli.setdefault(sheet.stimulus, shared)
            self._pictures.update({name: files[name] for name in shared[1]})
        self._items[path] = item
        needs = (*[sheet.stimulus] * bool(sheet.stimulus), *shown)
        self._listed.append((path, question.topic, needs, said))
        return sheet.losses

    def _lose_looks(self, sheet: Sheet) -> None:
        """What of its texts no version has, in one: a report tells one loss of a field."""
        looks = Said("texts that are underlined, marked, struck out, annotated or around blocks are plain")
        unsaid = Said("titles of links and abbreviations are left out, and every list begins with 1")
        lost = [
            said for said, is_lost in ((looks, sheet.texts.plain), (unsaid, sheet.texts.unsaid)) if is_lost
        ]
        if lost:
            sheet.lose("text_format", in_turn("; ", lost))

    def close(self) -> None:
        files = {"imsmanifest.xml": self._manifest().encode(), "test.xml": self._test().encode()}
        texts = {path: text for path, (text, _) in self._stimuli.items()}
        files |= {path: text.encode() for path, text in {**self._items, **texts}.items()}
        self.target.write(pack({**files, **dict(sorted(self._pictures.items()))}))

    def _manifest(self) -> str:
        dialect = self.dialect
        schema, version = dialect.package
        name = f"bank-{self.bank.slug}"
        numbered = {name: f"picture-{number}" for number, name in enumerate(sorted(self._pictures), 1)}
        texts = {path: f"stimulus-{number}" for number, path in enumerate(self._stimuli, 1)}
        items = [
            _resource(
                f"item-{number}",
                dialect.resource.format("item"),
                path,
                [{**numbered, **texts}[name] for name in shown],
                said,
            )
            for number, (path, _, shown, said) in enumerate(self._listed, 1)
        ]
        test = _resource(
            "test", dialect.resource.format("test"), "test.xml", [f"item-{n}" for n, _ in enumerate(items, 1)]
        )
        shared = [
            _resource(
                texts[path], dialect.resource.format("stimulus"), path, [numbered[one] for one in shown]
            )
            for path, (_, shown) in self._stimuli.items()
        ]
        pictures = [_resource(number, "webcontent", name, []) for name, number in numbered.items()]
        return "\n".join(
            [
                f'{XML}<manifest {bound(dialect.manifest, dialect.manifest_schema)} identifier="{name}">',
                f"<metadata><schema>{schema}</schema><schemaversion>{version}</schemaversion></metadata>",
                "<organizations/>",
                "<resources>",
                test,
                *items,
                *shared,
                *pictures,
                "</resources>",
                "</manifest>\n",
            ]
        )

    def _sections(self, bank: str) -> list[str]:
        """A section for each run of questions of one topic, inside those of the topics above it; all in that of the bank."""
        dialect = self.dialect
        opened: list[str] = []
        numbers = iter(range(1, 10**9))
        lines = []
        section = dialect.tag("assessmentSection")

        def open_(title: str) -> str:
            visible = f'identifier="section-{next(numbers)}" title="{quoted(title)}" visible="true"'
            return f"<{section} {visible}>"

        lines.append(open_(bank))
        for number, (path, topic, *_) in enumerate(self._listed, 1):
            names = topic.split("/") if topic else []
            shared = 0
            while shared < min(len(names), len(opened)) and names[shared] == opened[shared]:
                shared += 1
            lines += [f"</{section}>"] * (len(opened) - shared)
            lines += [open_(title) for title in titled(topic, self.topics)[0][shared:]]
            opened = names
            lines.append(dialect.element("assessmentItemRef", {"identifier": f"item-{number}", "href": path}))
        return [*lines, *[f"</{section}>"] * (len(opened) + 1)]

    def _test(self) -> str:
        """The document of the test: one part, in which the sections are, and the total."""
        dialect = self.dialect
        tag, part = dialect.tag("assessmentTest"), dialect.tag("testPart")
        name, title = f"bank-{self.bank.slug}", NO_XML.sub("", self.bank.title)
        modes = {"navigationMode": "nonlinear", "submissionMode": "simultaneous"}
        said = "".join(f' {dialect.attribute(name)}="{value}"' for name, value in modes.items())
        score = {"identifier": "SCORE", "cardinality": "single", "baseType": "float"}
        nothing = dialect.element("value", None, "0")
        return "\n".join(
            [
                f'{XML}<{tag} {bound(dialect.items, dialect.items_schema)} identifier="{name}" title="{quoted(title)}">',
                dialect.element("outcomeDeclaration", score, dialect.element("defaultValue", None, nothing)),
                f'<{part} identifier="part-1"{said}>',
                *self._sections(title),
                f"</{part}>",
                self._total(),
                f"</{tag}>\n",
            ]
        )

    def _total(self) -> str:
        """The rule by which the test scores what its items do: without one programs reckon in ways of their own."""
        element = self.dialect.element
        scores = element("testVariables", {"variableIdentifier": "SCORE"})
        total = element("setOutcomeValue", {"identifier": "SCORE"}, element("sum", None, scores))
        return element("outcomeProcessing", None, total)


def _resource(name: str, kind: str, path: str, needs: Sequence[str], said: str = "") -> str:
    files = "".join(
        [f'<file href="{quoted(path)}"/>', *(f'<dependency identifierref="{one}"/>' for one in needs)]
    )
    return f'<resource identifier="{name}" type="{kind}" href="{quoted(path)}">{said}{files}</resource>'


def _held(question: Question) -> Iterator[str]:
    """Fields that are held for some questions only."""
    if question.feedback and question.type in SCORED:
        yield "feedback"
    if question.type in (
        "single_choice",
        "multiple_response",
        "matching",
        "cloze",
        "gap_select",
        "drag_words",
    ):
        yield "shuffle"
    if question.type == "drag_words":
        yield "picture"
    if question.type == "cloze":
        yield "interchangeable"
    if question.type == "numerical" and question.content.unit_rule is None:  # type: ignore[attr-defined]
        yield "unit_penalty"

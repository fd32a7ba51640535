"""The pictures of questions on their way: whether they came, their words, their sizes, their place beside the file."""

from __future__ import annotations

from collections.abc import Container, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from quiz.banks.loading import load
from quiz.errors import Invalid, Problem, Said
from quiz.files.images import named_rightly, read_image
from quiz.files.replacing import replaced
from quiz.formats.base import Loss, Source, blind
from quiz.formats.conversion.reading import Understood
from quiz.questions.images import references, size_of_pin, worded


def with_beside(one: Understood, source: Source) -> Understood:
    """The question with the images that lie beside its file and that its reader did not bring. Raises Invalid for a wrong one."""
    if source.folder is None:
        return one
    named = {each.file for each in references(one.question.dump())} - one.files.keys()
    found = {file: content for file in named if (content := source.beside(file)) is not None}
    images = {file: read_image(content) for file, content in found.items()}
    for file, image in images.items():
        named_rightly(image, file)
    return replace(one, files={**one.files, **{file: image.content for file, image in images.items()}})


def seen(one: Understood, there: Container[str]) -> Understood:
    """The question with words for its images that have none: their names, until somebody says what they show.

    Raises Invalid where an image did not come, and is not ``there``.
    """
    fields = one.question.dump()
    named = [*references(fields)]
    gone = [each.file for each in named if each.file not in one.files and each.file not in there]
    if gone:
        raise Invalid(
            Said(
                "there is no image '%(file)s' – bring it with the file, or leave it out of the text",
                file=gone[0][:60],
            )
        )
    return with_words(one)


def with_words(one: Understood) -> Understood:
    """The question, a draft where an image has no words: its name stands for them, until somebody says what it shows."""
    fields = one.question.dump()
    unseen = [each.file for each in references(fields) if not each.alt.strip()]
    if not unseen:
        return one
    detail = Said(
        "'%(file)s' has no alternative text: a draft, until you say in place of its name what it shows",
        file=unseen[0],
    )
    status = "draft" if one.question.status == "ready" else one.question.status
    question = load({**worded(fields), "status": status})
    others = [loss for loss in one.losses if loss not in map(blind, unseen)]
    return replace(one, question=question, losses=(Loss("images", detail), *others))


def by_name(one: Understood) -> Understood:
    """The question as other formats have it: its texts name its pictures, and the size of one is written out."""
    if not one.question.images:
        return one
    fields = one.question.dump()
    pins = fields.pop("images")
    for name in {"image", "picture"} & fields.keys():
        width, height = size_of_pin(pins[fields[name]["file"]])
        fields[name] = {"width": width, "height": height, **fields[name]}
    return replace(one, question=load(fields))


def put_beside(files: Mapping[str, bytes], folder: Path) -> None:
    """Puts pictures into a folder, all or none; one that is there already stays as it is. Raises Invalid where another
    one has the name: some other file in the folder shows it.
    """
    others = [name for name, content in files.items() if not _has_room(folder / name, content)]
    if others:
        what = "another picture lies in the folder under this name"
        mend = "write into a folder of its own, or move that picture away"
        raise Invalid(Problem(name, what, mend) for name in others)
    with ExitStack() as undo:
        for name, content in files.items():
            place = folder / name
            if not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                with replaced(place) as file:
                    file.write(content)
                undo.callback(place.unlink)
        undo.pop_all()


def _has_room(place: Path, content: bytes) -> bool:
    """Whether nothing lies there, or the same picture: the file of its author may hold more than we keep of it."""
    if not place.is_file():
        return not place.exists()
    there = place.read_bytes()
    try:
        return there == content or read_image(there).content == content
    except Invalid:
        return False

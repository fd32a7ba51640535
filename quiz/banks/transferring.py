"""Questions of one bank in another one: what they are called there, and what has to come with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quiz.banks.heads import added
from quiz.banks.loading import load
from quiz.banks.model import Authored, Bank
from quiz.banks.selecting import as_shown, candidates, chosen, free_names
from quiz.questions.images import digest_of_pin, renamed


@dataclass(frozen=True)
class Transfer:
    """Questions as they stand in the other bank, in their order, and its header with what came along.

    ``names``: what each of them was called, and is called there. ``added``: the ids of documents and stimuli, and the
    topics, that the header did not have.
    """

    names: Mapping[str, str]
    questions: tuple[Authored, ...]
    header: Mapping[str, Any]
    added: Mapping[str, list[str]]


def transfer(
    source: Bank,
    questions: Sequence[Authored],
    target: Bank,
    taken: Collection[str],
    folder: Mapping[str, str],
) -> Transfer:
    """The questions of ``source`` in ``target``. Both banks without their questions are enough.

    An id that is ``taken`` there gets the name of its bank in front, and a number where that is taken too; so do documents,
    stimuli and image files, where the same name stands for something else. ``folder``: the target's images, digest by
    name. Enemies stay what they were, or go along. A family takes the target's language.
    """
    names = free_names([one.id for one in questions], source.slug, taken)
    images = dict(folder)
    apart = [named_apart(one, images) for one in questions]
    documents, came = _documents(source, apart, target)
    stimuli = _stimuli(source, apart, names, target)
    header = target.header()
    theirs = chosen(source, apart).header().get("topics", {})
    topics = {name: one for name, one in theirs.items() if name not in target.topics}
    for field, new in (("documents", came), ("stimuli", [*stimuli.values()]), ("topics", topics)):
        if new:
            header[field] = (
                {**header.get(field, {}), **new} if isinstance(new, dict) else [*header.get(field, []), *new]
            )
    known = {name: one["id"] for name, one in stimuli.items()}
    along = {f"{source.slug}/{old}": f"{target.slug}/{new}" for old, new in names.items()}
    moved = (_moved(one, along, documents, known, target.language) for one in apart)
    return Transfer(
        names,
        tuple(map(load, moved)),
        header,
        added(target.header(), header),
    )


def named_apart(question: Authored, names: dict[str, str]) -> Authored:
    """The question, whose images are added to ``names``; a name that stands there for another image gets a new one."""
    digests = {file: digest_of_pin(pin) for file, pin in question.images.items()}
    other = {
        file: f"{file.rpartition('.')[0]}-{digest[:12]}.{file.rpartition('.')[2]}"
        for file, digest in digests.items()
        if names.get(file, digest) != digest
    }
    names |= {other.get(file, file): digest for file, digest in digests.items()}
    if not other:
        return question
    pins = {other.get(file, file): pin for file, pin in question.images.items()}
    return load({**renamed(question.dump(), other), "images": pins})


def _documents(
    source: Bank, questions: Sequence[Authored], target: Bank
) -> tuple[dict[str, str], dict[str, Any]]:
    """What the documents that the questions rest on are called in the target, and those that it lacks."""
    theirs, there = source.header().get("documents", {}), target.header().get("documents", {})
    rested_on = dict.fromkeys(
        str(evidence.document)
        for one in questions
        for evidence in one.evidence
        if evidence.document in theirs
    )
    names, came = dict[str, str](), dict[str, Any]()
    for name in rested_on:
        known = {**there, **came}
        free = (one for one in candidates(name, source.slug) if known.get(one, theirs[name]) == theirs[name])
        names[name] = next(free)
        if names[name] not in known:
            came[names[name]] = theirs[name]
    return names, came


def _stimuli(
    source: Bank, questions: Sequence[Authored], names: Mapping[str, str], target: Bank
) -> dict[str, dict[str, Any]]:
    """The stimuli that the questions show, by their id, as they come to the target: sets of their own, with the names that
    their images have in the questions by now.
    """
    theirs = as_shown(chosen(source, questions)).header().get("stimuli", ())
    new = free_names([one["id"] for one in theirs], source.slug, {one.id for one in target.stimuli})
    return {
        one["id"]: {**one, "id": new[one["id"]], "questions": [names[id] for id in one["questions"]]}
        for one in theirs
    }


def _moved(
    one: Authored,
    along: Mapping[str, str],
    documents: Mapping[str, str],
    stimuli: Mapping[str, str],
    language: str,
) -> dict[str, Any]:
    bank, _, name = along[one.qualified].partition("/")
    fields = {**one.dump(), "bank": bank, "id": name}
    if "language" in fields:
        fields["language"] = language
    if one.enemies:
        fields["enemies"] = [along.get(enemy, enemy) for enemy in one.enemies]
    if one.evidence:
        fields["evidence"] = [_evidence(evidence, documents) for evidence in fields["evidence"]]
    if one.stimulus:
        fields["stimulus"] = {**fields["stimulus"], "id": stimuli.get(one.stimulus.id, one.stimulus.id)}
    return fields


def _evidence(evidence: Mapping[str, Any], documents: Mapping[str, str]) -> Mapping[str, Any]:
    name = str(evidence.get("document"))
    return {**evidence, "document": documents[name]} if name in documents else evidence

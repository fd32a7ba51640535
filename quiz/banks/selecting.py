"""Some questions of a bank as a bank of their own, and questions of several banks as one bank."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from itertools import chain, count
from typing import Any, Final

from quiz.banks.loading import load
from quiz.banks.model import Authored, Bank
from quiz.questions.images import references, renamed

#: Characters of an id at most.
_LONGEST: Final = 64


def chosen(bank: Bank, authored: Sequence[Authored]) -> Bank:
    """The bank with these of its questions, and of its stimuli and topics those that they have; enemies that stay behind
    are left out.
    """
    kept = {one.id for one in authored}
    there = {one.qualified for one in authored}
    stimuli = []
    for stimulus in bank.stimuli:
        questions = tuple(id for id in stimulus.questions if id in kept)
        pick = "all" if (stimulus.least or 0) > len(questions) else stimulus.pick
        if questions:
            stimuli.append(stimulus.model_copy(update={"questions": questions, "pick": pick}))
    above = {name for topic in {one.topic for one in authored} for name in (topic, *_ancestors(topic))}
    topics = {name: one for name, one in bank.topics.items() if name in above}
    return bank.model_copy(update={"stimuli": tuple(stimuli), "topics": topics}).holding(
        [_without(one, there) for one in authored]
    )


def as_shown(bank: Bank) -> Bank:
    """The bank with the images of its stimuli under the names that they have in the questions by now (``named_apart``)."""
    known = {one["id"]: one for one in bank.header().get("stimuli", ())}
    showing = ((one.stimulus.id, one) for one in bank.authored if one.stimulus)
    made = ((name, _renamed(known[name], one)) for name, one in showing if name in known)
    named = {name: one for name, one in made if one != known[name]}
    return (
        Bank.load({**bank.header(), "stimuli": [*{**known, **named}.values()]}, bank.authored)
        if named
        else bank
    )


def _renamed(stimulus: Mapping[str, Any], question: Authored) -> Mapping[str, Any]:
    """The stimulus as the question has it, where that says the same but for the names of images."""
    fields = question.dump()
    style = {"text_format": fields.get("text_format", "markdown")}
    ours, theirs = (
        {**style, **{name: words[name] for name in ("text", "image") if name in words}}
        for words in (stimulus, fields["stimulus"])
    )
    if _nameless(ours) != _nameless(theirs):
        return stimulus
    return {**stimulus, **{name: theirs[name] for name in theirs if name not in style}}


def _nameless(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    return renamed(fields, {one.file: "" for one in references(fields)})


def _ancestors(topic: str) -> Iterator[str]:
    """The topics that hold this one; "" holds them all."""
    while topic:
        topic = topic.rpartition("/")[0]
        yield topic


def _without(one: Authored, there: Container[str]) -> Authored:
    """The question without enemies in its bank that are not there."""
    enemies = [enemy for enemy in one.enemies if enemy in there or not enemy.startswith(f"{one.bank}/")]
    return one if len(enemies) == len(one.enemies) else load({**one.dump(), "enemies": enemies})


def together(slug: str, title: str, banks: Sequence[Bank]) -> Bank:
    """The questions of several banks as one bank. A single one stays as it is, so that its questions are known again.

    What the first bank says of a topic holds. An id that two banks have gets the bank's name in front in the second; so do the ids of documents and stimuli.
    """
    if len(banks) == 1:
        return banks[0]
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for bank in banks:
        names = free_names([one.id for one in bank.authored], bank.slug, taken)
        ids |= {one.qualified: names[one.id] for one in bank.authored}
        taken.update(names.values())
    said = [f"{bank.title}: {bank.perspective}" for bank in banks if bank.perspective]
    header = {
        "bank": slug,
        "title": title,
        "language": banks[0].language,
        **({"perspective": "\n\n".join(said)} if said else {}),
        "documents": {name: one for bank in banks for name, one in _documents(bank)},
        "stimuli": [one for bank in banks for one in _stimuli(bank, ids)],
        "topics": {
            name: one for bank in reversed(banks) for name, one in bank.header().get("topics", {}).items()
        },
    }
    return Bank.load(header, [load(_moved(one, slug, ids)) for bank in banks for one in bank.authored])


def free_names(wanted: Sequence[str], bank: str, taken: Collection[str]) -> dict[str, str]:
    """What is called so in its bank, as it is called where these names are taken."""
    names: dict[str, str] = {}
    known = set(taken)
    for name in wanted:
        names[name] = next(one for one in candidates(name, bank) if one not in known)
        known.add(names[name])
    return names


def candidates(name: str, bank: str) -> Iterator[str]:
    """The name, then with its bank in front, then numbered."""
    whole = f"{bank}-{name}"[:_LONGEST].rstrip("-._")
    return chain((name, whole), (f"{whole[: _LONGEST - 6]}-{number}" for number in count(2)))


def _of(bank: str, name: str) -> str:
    return f"{bank}-{name}"[-_LONGEST:].lstrip("-._")


def _documents(bank: Bank) -> Iterator[tuple[str, Any]]:
    for name, document in bank.header().get("documents", {}).items():
        yield _of(bank.slug, name), document


def _stimuli(bank: Bank, ids: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    for one in bank.header().get("stimuli", ()):
        questions = [ids[f"{bank.slug}/{id}"] for id in one.get("questions", ())]
        yield {**one, "id": _of(bank.slug, one["id"]), "questions": questions}


def _moved(one: Authored, slug: str, ids: Mapping[str, str]) -> dict[str, Any]:
    """The question in the bank of this name."""
    fields = {**one.dump(), "bank": slug, "id": ids[one.qualified]}
    if one.enemies:
        fields["enemies"] = [f"{slug}/{ids[enemy]}" for enemy in one.enemies if enemy in ids]
    if one.evidence:
        fields["evidence"] = [_moved_evidence(evidence, one.bank) for evidence in fields["evidence"]]
    if one.stimulus:
        fields["stimulus"] = {**fields["stimulus"], "id": _of(one.bank, one.stimulus.id)}
    return fields


def _moved_evidence(evidence: Mapping[str, Any], bank: str) -> Mapping[str, Any]:
    return {**evidence, "document": _of(bank, evidence["document"])} if "document" in evidence else evidence

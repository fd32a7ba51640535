"""What stands at the head of a bank (``Bank.header``) while questions come and go."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

#: What questions need of their bank's head, or is said there of them.
_NEEDED: Final = ("documents", "stimuli", "topics")


def added(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[str]]:
    """The ids of documents and stimuli, and the topics, that the head has got."""
    return {
        field: [name for name in _names(after, field) if name not in _names(before, field)]
        for field in _NEEDED
    }


def without(header: Mapping[str, Any], added: Mapping[str, list[str]]) -> dict[str, Any]:
    """The head without these documents, stimuli and topics."""
    named = {
        field: {name: one for name, one in header.get(field, {}).items() if name not in added.get(field, ())}
        for field in ("documents", "topics")
    }
    stimuli = [one for one in header.get("stimuli", ()) if one["id"] not in added["stimuli"]]
    kept = {**header, **named, "stimuli": stimuli}
    return {name: value for name, value in kept.items() if value not in ({}, [])}


def cleared(header: Mapping[str, Any], ids: Collection[str]) -> dict[str, Any]:
    """The head without the sets that any of these questions is in."""
    kept = [one for one in header.get("stimuli", ()) if not {*one["questions"]} & {*ids}]
    return {**header, "stimuli": kept} if kept != header.get("stimuli", []) else dict(header)


def described(header: Mapping[str, Any], topics: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The head with what is said here of topics that it knows, where it says nothing of it itself."""
    known = header.get("topics", {})
    made = {name: _both(one, topics.get(name, {})) for name, one in known.items()}
    return {**header, "topics": made} if made != known else dict(header)


def joined(
    header: Mapping[str, Any], before: Mapping[str, Any], staying: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """A new head, and of the one before it what questions need that stay in the bank though the new file lacks them.

    ``staying``: their contents by id.
    """
    needed = {
        str(evidence.get("document"))
        for content in staying.values()
        for evidence in content.get("evidence", ())
    }
    ours, theirs = header.get("documents", {}), before.get("documents", {})
    documents = {**ours, **{name: theirs[name] for name in theirs if name in needed and name not in ours}}
    sets = {one["id"]: one for one in header.get("stimuli", ())}
    for one in before.get("stimuli", ()):
        if left := [id for id in one["questions"] if id in staying]:
            known = sets.get(one["id"], {**one, "questions": []})
            sets[one["id"]] = _with(known, [*dict.fromkeys([*known["questions"], *left])])
    made = {**header, "documents": documents, "stimuli": [*sets.values()]}
    return {name: value for name, value in made.items() if value not in ({}, [])}


def _names(header: Mapping[str, Any], field: str) -> list[str]:
    found = header.get(field, ())
    return [one if isinstance(one, str) else one["id"] for one in found]


def _both(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    left_out = ("description", "text_format") if "description" in ours else ()
    return {**{field: value for field, value in theirs.items() if field not in left_out}, **ours}


def _with(stimulus: Mapping[str, Any], questions: list[str]) -> dict[str, Any]:
    """The stimulus with these questions; all of them stand on a paper where they are fewer than it asks for."""
    made = {**stimulus, "questions": questions}
    pick = stimulus.get("pick", "all")
    if isinstance(pick, Mapping) and pick.get("min", 1) > len(questions):
        made["pick"] = "all"
    return made

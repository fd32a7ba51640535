"""A YAML text with some of its values changed: what is the same keeps its characters, remarks included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import indent
from typing import Any, Final

import yaml

from quiz.banks.yaml import dump_yaml

_LOADER: Final[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def rewritten(text: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """The text, which holds ``before``, so that it holds ``after``.

    Mappings and lists that are written a line each are gone into, all else that differs is written anew. Whoever needs
    to be sure reads the result: a text in an odd layout may come out as another one.
    """
    lines = [f"{line}\n" for line in text.splitlines()]
    node = yaml.compose(text, Loader=_LOADER)
    if node is None or not _in_lines(node):
        return dump_yaml(after)
    head = lines[: node.start_mark.line]
    return "".join([*head, *_value(lines, node, len(lines), before, after)])


def _in_lines(node: Any) -> bool:
    """Whether a value is a mapping or list with an entry a line."""
    return isinstance(node, yaml.CollectionNode) and bool(node.value) and not node.flow_style


def _value(lines: Sequence[str], node: Any, end: int, before: Any, after: Any) -> Iterator[str]:
    go_into = _mapping if isinstance(node, yaml.MappingNode) else _list
    return go_into(lines, node, end, before, after)


def _mapping(
    lines: Sequence[str], node: Any, end: int, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[str]:
    starts = [key.start_mark.line for key, _ in node.value]
    places = {
        key.value: (start, stop, value)
        for (key, value), start, stop in zip(node.value, starts, [*starts[1:], end], strict=True)
    }
    column = " " * node.start_mark.column
    for name, value in after.items():
        start, stop, child = places.get(name, (0, 0, None))
        if child is not None and before[name] == value:
            yield from lines[start:stop]
        elif _in_lines(child) and type(before[name]) is type(value) and value:
            yield from lines[start : child.start_mark.line]
            yield from _value(lines, child, stop, before[name], value)
        else:
            yield indent(dump_yaml({name: value}), column)


def _list(
    lines: Sequence[str], node: Any, end: int, before: Sequence[Any], after: Sequence[Any]
) -> Iterator[str]:
    starts = [entry.start_mark.line for entry in node.value]
    places = [*zip(before, starts, [*starts[1:], end], strict=True)]
    column = " " * node.start_mark.column
    for value in after:
        same = next((place for place in places if place[0] == value), None)
        if same:
            places.remove(same)
            yield from lines[same[1] : same[2]]
        else:
            yield indent(dump_yaml([value]), column)

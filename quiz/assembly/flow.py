"""Flows in small networks whose edges have a lower and an upper bound: what counts alone allow."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Hashable
from itertools import pairwise

Node = Hashable
_MUST_FROM, _MUST_TO = ("must", "from"), ("must", "to")


class Network:
    """A network from ``"source"`` to ``"sink"``; nodes come with their edges."""

    def __init__(self) -> None:
        self._left: dict[Node, dict[Node, int]] = defaultdict(lambda: defaultdict(int))
        self._must = 0

    def edge(self, start: Node, end: Node, low: int, high: int) -> None:
        """At least ``low`` and at most ``high`` units flow here; low ≤ high."""
        self._left[start][end] += high - low
        if low:
            self._left[_MUST_FROM][end] += low
            self._left[start][_MUST_TO] += low
            self._must += low

    def feasible(self) -> bool:
        """Whether some flow keeps all bounds. To be asked once: it uses the network up."""
        self.edge("sink", "source", 0, self._must)
        return self._push(_MUST_FROM, _MUST_TO) == self._must

    def most(self) -> int:
        """The largest flow, where no edge has a lower bound. To be asked once."""
        return self._push("source", "sink")

    def _push(self, start: Node, end: Node) -> int:
        pushed = 0
        while path := self._path(start, end):
            steps = [*pairwise(path)]
            units = min(self._left[a][b] for a, b in steps)
            for a, b in steps:
                self._left[a][b] -= units
                self._left[b][a] += units
            pushed += units
        return pushed

    def _path(self, start: Node, end: Node) -> list[Node]:
        """A shortest way on which something can still flow; empty where there is none."""
        came: dict[Node, Node] = {start: start}
        queue = deque([start])
        while queue and end not in came:
            node = queue.popleft()
            for after, left in self._left[node].items():
                if left and after not in came:
                    came[after] = node
                    queue.append(after)
        if end not in came:
            return []
        path = [end]
        while path[-1] != start:
            path.append(came[path[-1]])
        return path[::-1]

"""Chance that is the same on every machine: the hashes of ``draw/1``.

One throw is SHA-256 over the UTF-8 bytes of these fields, each but the last followed by one line feed (0x0A)::

    draw/1              the name of the algorithm
    7                   the seed, in decimal
    pick/1              the purpose, a slash, the number of the form from 1; ``pick/1/2`` in the draw that follows
                        two others which did not meet the conditions on the whole paper
    …                   the fields of the purpose

The digest is read as one big-endian number of 256 bits. Purposes and their fields:

``pick``     cell, j      the j-th candidate (j from 0) of a cell: ``2`` is the second section, ``2:hard`` the hard
                          questions that it demands; the number modulo the size of the cell
``search``   0, id        the order in which candidates are tried where supply is tight
``order``    0, id        the order of the questions of a shuffled paper
``variant``  id, key      the variant of a family (``bank/id``): the least throw
``set``      section, id, r   the order in which the sets of a section are considered, at the r-th try from 0
``take``     section, id, r   whether a set is taken
``size``     section, id, r   how many of its questions
``member``   0, id, r     which of its questions
``options``  slot, id     the order of a question's options; a third field r = 1, 2 … where a repeat is needed
``chance``   block        four numbers in [0, 1) of an adaptive test (``quiz.assembly.path``), each 2^-53 times the first
                          53 of 64 bits
``trial``    place        where an adaptive test asks what is not calibrated: the least throws
``tried``    id           which of these it asks: the least throws

A form of several differs from the others only by its number, so form 1 of a run with seed S is the paper that a
single draw with seed S gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

ALGORITHM = "draw/1"
SPAN = 1 << 256


@dataclass(frozen=True, slots=True)
class Dice:
    """The throws of one paper."""

    seed: int
    form: int = 1
    #: How many draws of this paper came before, in vain.
    before: int = 0

    @property
    def _run(self) -> str:
        return f"{self.form}/{self.before}" if self.before else str(self.form)

    def throw(self, purpose: str, *fields: str | int) -> int:
        """A number below 2^256."""
        text = "\n".join(map(str, (ALGORITHM, self.seed, f"{purpose}/{self._run}", *fields)))
        return int.from_bytes(sha256(text.encode()).digest(), "big")

    def ranks(self, cell: str, size: int) -> Iterator[int | None]:
        """Endless numbers below ``size``, each equally likely; None for a throw that is rejected."""
        start = sha256(f"{ALGORITHM}\n{self.seed}\npick/{self._run}\n{cell}\n".encode())
        j = 0
        while True:
            once = start.copy()
            once.update(b"%d" % j)
            yield reduced(int.from_bytes(once.digest(), "big"), size)
            j += 1

    def shuffled(self, purpose: str, slot: int, ids: Iterable[str], *repeat: int) -> list[str]:
        """The ids in an order in which every permutation is equally likely."""
        return sorted(ids, key=lambda id: self.throw(purpose, slot, id, *repeat))


def reduced(number: int, size: int, span: int = SPAN) -> int | None:
    """A number below ``span`` brought below ``size`` without bias: None for the few at the end that would add one."""
    return None if number >= span - span % size else number % size

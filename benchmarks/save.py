"""Saves of an answer: ours over HTTP against its two floors, both saturated by 16 clients, on both databases."""

import itertools
import math
import statistics
import tempfile
import urllib.parse
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import insert

from benchmarks import load
from benchmarks.site import cpu, floor_session, populate, server, session
from quiz.db import transaction
from quiz.models.attempt import Answer
from tests.servers import running_postgresql

CLIENTS = 16
ROUNDS = 5
SECONDS = 3.0
#: Before that, for imports, caches and connections of each worker: on a busy machine less would be measured with the saves.
WARM = 1.5
#: Answers that already stand in the table, at two sizes: growth matters more than the constant.
SIZES = (1_000, 100_000)
KINDS = ("bare", "flask", "ours")
FLOORS = {"flask": (0.6, 0.8), "bare": (0.25, 0.4)}


@dataclass
class Figures:
    """One kind's rounds: requests a second, 99th percentile in ms, CPU of the server in µs a request."""

    rates: list
    p99: list
    cpu: list

    @property
    def rate(self):
        return statistics.median(self.rates)


def main():
    """Prints the table of both databases and sizes."""
    print(
        f"saves of an answer: {CLIENTS} clients, {ROUNDS} rounds of {SECONDS:g} s, alternating, median (spread)\n"
    )
    with tempfile.TemporaryDirectory(prefix="quiz-bench-") as folder:
        _measure("SQLite", [(size, _sqlite(Path(folder), size)) for size in SIZES])
        with running_postgresql(durable=True) as cluster:
            _measure("PostgreSQL", [(size, cluster.create(f"bench_{size}")) for size in SIZES])


def _sqlite(folder, size):
    return f"sqlite:///{folder / f'quiz-{size}.db'}"


def _measure(name, databases):
    ours = []
    for size, url in databases:
        figures = _rounds(url, populate(url, CLIENTS, partial(_answers, size)))
        ours.append((size, figures["ours"].rate))
        _print(name, size, figures)
    (small, fast), (large, slow) = ours[0], ours[-1]
    exponent = math.log(fast / slow) / math.log(large / small)
    print(f"{name}: time a save grows as (answers stored)^{exponent:.3f}\n")


def _print(name, size, figures):
    print(f"{name}, {size:,} answers stored")
    for kind in KINDS:
        one = figures[kind]
        spread = f"{min(one.rates):,.0f}–{max(one.rates):,.0f}"
        print(
            f"  {kind:6} {one.rate:8,.0f} saves/s ({spread})   p99 {statistics.median(one.p99):6.1f} ms"
            f"   {statistics.median(one.cpu):5,.0f} µs CPU"
        )
    for floor, (must, aim) in FLOORS.items():
        ratio = figures["ours"].rate / figures[floor].rate
        verdict = "aim reached" if ratio >= aim else "reached" if ratio >= must else "FALLS SHORT"
        print(f"  ours / {floor} = {ratio:.2f}   (must {must}, aim {aim}: {verdict})")
    tail = statistics.median(figures["ours"].p99) / statistics.median(figures["flask"].p99)
    print(f"  p99 ours / flask = {tail:.2f}   (must ≤ 3: {'reached' if tail <= 3 else 'FALLS SHORT'})\n")


def _rounds(url, students):
    """Alternates the three kinds, so that what else the machine does falls on all of them."""
    figures = {kind: Figures([], [], []) for kind in KINDS}
    seqs = {kind: [itertools.count(1) for _ in students] for kind in KINDS}
    for _ in range(ROUNDS):
        for kind in KINDS:
            with server(kind, url) as (port, process):
                streams = _streams(kind, port, students, seqs[kind])
                load.run(port, [next(streams) for _ in range(CLIENTS)], WARM)
                streams = _streams(kind, port, students, seqs[kind])
                before = cpu(process)
                outcome = load.run(port, [next(streams) for _ in range(CLIENTS)], SECONDS)
                used = cpu(process) - before
            if outcome.refused:
                raise SystemExit(f"{kind}: {outcome.refused[0][-400:]!r}")
            figures[kind].rates.append(outcome.per_second)
            figures[kind].p99.append(1000 * outcome.percentile(0.99))
            figures[kind].cpu.append(1e6 * used / len(outcome.times))
    return figures


# The site --------------------------------------------------------------------------------------------------------


def _answers(size, attempt_ids):
    """Stores so many answers, to slots that the load does not touch."""
    saved_at = datetime.now(UTC) - timedelta(seconds=1)
    rows = (
        {
            "attempt_id": attempt,
            "slot": slot,
            "seq": seq,
            "act": "save",
            "fields": {"answer": ["0"]},
            "writer": "before",
            "saved_at": saved_at,
        }
        for seq in itertools.count(1)
        for attempt in attempt_ids
        for slot in (2, 3, 4, 5)
    )
    while size > 0:
        part = list(itertools.islice(rows, min(size, 5_000)))
        with transaction() as connection:
            connection.execute(insert(Answer), part)
        size -= len(part)


# Requests --------------------------------------------------------------------------------------------------------


def _streams(kind, port, students, seqs):
    """An endless stream of requests for each client."""
    for (_actor, attempt, code), seq in zip(students, seqs, strict=True):
        if kind == "ours":
            cookie, token = session(port, code)
            yield _saves(f"/attempts/{attempt}/slots/1", cookie, token, seq)
        elif kind == "flask":
            cookie, token = floor_session(port)
            yield _saves("/save", cookie, token, seq)
        else:
            yield _saves("/", "", "", seq)


def _saves(path, cookie, token, seqs):
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\nCookie: {cookie}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
    )
    for seq in seqs:
        fields = {"answer": str(seq % 3), "answered": 1, "seq": seq, "writer": "bench", "csrf_token": token}
        body = urllib.parse.urlencode(fields)
        yield f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


if __name__ == "__main__":
    main()

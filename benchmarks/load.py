"""A small load generator: keep-alive connections over one selector, requests made in advance, times measured.

It costs some 30 µs of CPU a request, in the same process for every server that is measured.
"""

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Client:
    """One connection that always has one request under way. ``requests`` gives the bytes of the next one."""

    requests: Iterator
    connection: socket.socket
    began: float = 0.0
    received: bytes = b""


@dataclass
class Outcome:
    """What a round gave: how long it took, each request's seconds, answers other than 200."""

    seconds: float
    times: list = field(default_factory=list)
    refused: list = field(default_factory=list)

    @property
    def per_second(self):
        return len(self.times) / self.seconds

    def percentile(self, share):
        """Seconds within which this share of the requests was answered."""
        return sorted(self.times)[min(len(self.times) - 1, int(share * len(self.times)))]


def run(port, streams, seconds):
    """Sends each stream's requests over its own connection for this long."""
    selector = selectors.DefaultSelector()
    outcome = Outcome(seconds)
    for stream in streams:
        client = Client(stream, socket.create_connection(("127.0.0.1", port)))
        client.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(client.connection, selectors.EVENT_READ, client)
        _send(client)
    began = time.perf_counter()
    waiting = len(streams)
    while waiting:
        going = time.perf_counter() - began < seconds
        for key, _ in selector.select(timeout=5):
            waiting -= _receive(key.data, outcome, going=going)
    outcome.seconds = time.perf_counter() - began
    for key in list(selector.get_map().values()):
        key.data.connection.close()
    return outcome


def _send(client):
    client.received = b""
    client.began = time.perf_counter()
    client.connection.sendall(next(client.requests))


def _receive(client, outcome, *, going):
    """Reads what has come; at the end of an answer sends the next request. Returns 1 where there is none to send."""
    part = client.connection.recv(65536)
    if not part:
        raise ConnectionError("the server closed a connection")
    client.received += part
    head, found, body = client.received.partition(b"\r\n\r\n")
    if not found or len(body) < _length(head):
        return 0
    outcome.times.append(time.perf_counter() - client.began)
    if b" 200 " not in head[:16]:
        outcome.refused.append(client.received)
    if going:
        _send(client)
    return 0 if going else 1


def _length(head):
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0

"""A bad network: a proxy on loopback, between a browser and a site, that loses, delays and repeats what it carries.

What befalls a request is decided by a rule, a function from the request to a ``Fate``. Each request has a connection of
its own, so that a browser sees every loss (on a kept connection it would repeat the request without a word).
"""

import random
import sys
import threading
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer

#: Seconds within which what is delayed arrives.
SLOWEST = 0.3
#: What belongs to one connection and is not carried on to the next.
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade"}


class Fate(Enum):
    """What may befall a request."""

    PASS = "it and its reply arrive"
    SLOW = "both arrive, after a while"
    REFUSE = "it never arrives"
    LOSE_REPLY = "it arrives, its reply does not"
    TWICE = "it arrives twice, one after the other; the second reply arrives"
    ECHO = "both arrive, and a copy of the request arrives later"
    LATE = "the connection breaks, and the request arrives later: other requests have overtaken it"


@dataclass(frozen=True)
class Request:
    """A request on its way."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def is_by_script(self):
        """Whether a page's script sent it; else a person did, who sees that nothing came and tries again."""
        return self.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"


def every_second_reply_lost():
    """A rule: of the saves and of the other requests of a page's script every second one goes unanswered."""
    counts = Counter()

    def rule(request):
        if not request.is_by_script or request.path.startswith("/static/"):
            return Fate.PASS
        counts[request.method] += 1
        return Fate.LOSE_REPLY if counts[request.method] % 2 else Fate.PASS

    return rule


def at_random(seed, fates):
    """A rule: each request has one of the fates by lot, PASS as often as all others together."""
    lots, lock = random.Random(seed), threading.Lock()

    def rule(_request):
        with lock:
            return lots.choice([*fates, *[Fate.PASS] * len(fates)])

    return rule


class Proxy(ThreadingTCPServer):
    """Carries everything to the site on ``port`` until told otherwise. Serves in a thread of its own."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port):
        super().__init__(("127.0.0.1", 0), _Carrier)
        self.site_port = port
        self.rule = lambda _request: Fate.PASS
        self.is_cut = False
        self.happened = Counter()  # by fate
        self._lots = random.Random(port)
        self._later = []
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.drain()
        self.shutdown()
        self.server_close()
        self._thread.join()

    @property
    def port(self):
        """Where browsers find it."""
        return self.server_address[1]

    @property
    def address(self):
        """The site's address, as browsers know it."""
        return f"http://127.0.0.1:{self.port}"

    def cut(self):
        """Nothing arrives any more, not even the replies to what is under way."""
        self.is_cut = True

    def restore(self):
        """The network is back, and without faults."""
        self.is_cut = False
        self.rule = lambda _request: Fate.PASS

    def delay(self):
        """Seconds by which something is late."""
        return self._lots.uniform(0, SLOWEST)

    def later(self, act):
        """Calls ``act`` after a while."""
        timer = threading.Timer(self.delay(), act)
        timer.daemon = True
        self._later.append(timer)
        timer.start()

    def drain(self):
        """Returns when everything that was late has arrived."""
        while self._later:
            self._later.pop().join()

    def handle_error(self, request, client_address):
        """A browser that goes away meanwhile is no error; everything else is printed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Carrier(BaseHTTPRequestHandler):
    """Carries one request. A connection closed without a reply is what a lost one looks like from outside."""

    def do_GET(self):
        self.carry()

    def do_POST(self):
        self.carry()

    def log_message(self, *_):
        """Says nothing."""

    def carry(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = Request(self.command, self.path, dict(self.headers), body)
        if self.server.is_cut:
            return
        fate = self.server.rule(request)
        self.server.happened[fate] += 1
        if fate is Fate.LATE:
            self.server.later(lambda: self.ask(request))
        elif fate is not Fate.REFUSE:
            self.deliver(request, fate)

    def deliver(self, request, fate):
        if fate is Fate.SLOW:
            threading.Event().wait(self.server.delay())
        reply = self.ask(request)
        if fate is Fate.TWICE:
            reply = self.ask(request)
        if fate is Fate.ECHO:
            self.server.later(lambda: self.ask(request))
        if fate is not Fate.LOSE_REPLY and not self.server.is_cut and reply:
            self.answer(*reply)

    def ask(self, request):
        """The site's reply as (status, headers, body); None where it has none."""
        connection = HTTPConnection("127.0.0.1", self.server.site_port, timeout=30)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
        try:
            connection.request(request.method, request.path, request.body or None, headers)
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()

    def answer(self, status, headers, body):
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

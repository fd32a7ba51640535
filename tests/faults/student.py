"""A student's browser over real HTTP, with nothing of ours in it: it repeats an unanswered save unchanged, as the page
does, and remembers what was acknowledged."""

import json
import re
import threading
import time
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from urllib.parse import urlencode

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
#: Seconds for which one request is repeated until the server answers it.
PATIENCE = 90


class Student:
    """One student with one attempt, who saves answers until told to stop."""

    def __init__(self, port, name):
        self.port, self.name = port, name
        self.cookies, self.token, self.connection = {}, "", None
        self.attempt = None
        #: (slot, seq) → answer, of every save that the server has acknowledged.
        self.acknowledged = {}
        #: Answers other than 200 to a save, as (status, body): there must be none.
        self.refused = []
        #: How often a save went unanswered or got a 503, and was sent again.
        self.repeated = 0

    # The browser ---------------------------------------------------------------------------------------------

    def request(self, method, path, body=None, headers=None):
        """One request on a kept connection. Returns (status, headers, text); raises OSError, HTTPException."""
        if self.connection is None:
            self.connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            self.connection.request(method, path, body, {"Cookie": cookie, **(headers or {})})
            response = self.connection.getresponse()
            text = response.read().decode()
        except (OSError, HTTPException):
            self.close()
            raise
        for set_cookie in response.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(set_cookie).items():
                self.cookies[name] = morsel.value
        return response.status, response.headers, text

    def close(self):
        """Lets the kept connection go."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def get(self, path):
        status, _, text = self.request("GET", path)
        assert status == 200, (path, status, text)
        self.token = _TOKEN.search(text)[1] if _TOKEN.search(text) else self.token
        return text

    def post(self, path, **fields):
        """Posts a form; returns where it leads."""
        body = urlencode({"csrf_token": self.token, **fields})
        status, headers, text = self.request(
            "POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert status == 303, (path, status, text)
        return headers["Location"]

    # The student ---------------------------------------------------------------------------------------------

    def sign_in(self, password):
        self.get("/login")
        self.post("/login", username=self.name, password=password)

    def start(self, quiz):
        """Starts an attempt, or takes up the one in progress."""
        self.get(f"/quizzes/{quiz}")
        self.attempt = int(self.post(f"/quizzes/{quiz}/attempts").rpartition("/")[2])
        status, headers, _ = self.request("GET", f"/attempts/{self.attempt}")
        assert status == 303
        self.get(headers["Location"])

    def save(self, slot, seq, answer):
        """One save, once. Returns (status, JSON)."""
        body = {"seq": seq, "writer": f"w-{self.name}", "fields": {"answer": [answer]}}
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "X-CSRFToken": self.token,
        }
        status, _, text = self.request(
            "POST", f"/attempts/{self.attempt}/slots/{slot}", json.dumps(body), headers
        )
        return status, json.loads(text)

    def save_until_answered(self, slot, seq, answer, stop):
        """Repeats a save unchanged until there is an answer that settles it."""
        end = time.monotonic() + PATIENCE
        while not stop.is_set():
            try:
                status, told = self.save(slot, seq, answer)
            except (OSError, HTTPException):
                status, told = 0, {}
            if status == 200:
                self.acknowledged[slot, seq] = answer
                return
            if status not in (0, 503) or time.monotonic() > end:
                self.refused.append((status, told))
                return
            self.repeated += 1
            time.sleep(0.05)

    def keep_saving(self, slots, stop):
        """Saves a new answer to one slot after the other until ``stop`` is set, or a save is refused."""
        number = 0
        while not stop.is_set() and not self.refused:
            slot, seq = number % slots + 1, number // slots + 1
            self.save_until_answered(slot, seq, f"{self.name}: {number}", stop)
            number += 1

    def finish(self):
        """Submits, and sees the review."""
        self.get(f"/attempts/{self.attempt}/summary")
        where = self.post(f"/attempts/{self.attempt}/finish")
        assert "csrf" in self.get(where).lower()


class Crowd:
    """Students who all save at once, each in a thread of their own."""

    def __init__(self, students, slots):
        self.students, self.stop = students, threading.Event()
        self.threads = [
            threading.Thread(target=student.keep_saving, args=(slots, self.stop), daemon=True)
            for student in students
        ]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join(60)

    @property
    def acknowledged(self):
        """How many saves the server has acknowledged so far."""
        return sum(len(student.acknowledged) for student in self.students)

    @property
    def refused(self):
        return [refusal for student in self.students for refusal in student.refused]

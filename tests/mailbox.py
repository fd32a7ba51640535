"""A mail server on this machine that keeps what it is sent: as much of SMTP (RFC 5321) as a client needs."""

import email
import email.policy
import socketserver
import threading
from contextlib import contextmanager

#: What it answers to each command; any other is taken too.
ANSWERS = {b"EHLO": b"250 here", b"QUIT": b"221 bye", b"DATA": b"354 go on"}


class _Talk(socketserver.StreamRequestHandler):
    def handle(self):
        self._say(b"220 here")
        for line in self.rfile:
            command = line[:4].upper().rstrip()
            self._say(ANSWERS.get(command, b"250 fine"))
            if command == b"DATA":
                self._keep()
            if command == b"QUIT":
                return

    def _keep(self):
        lines = iter(self.rfile.readline, b".\r\n")
        text = b"".join(line.removeprefix(b".") if line.startswith(b"..") else line for line in lines)
        self.server.found.append(email.message_from_bytes(text, policy=email.policy.default))
        self._say(b"250 kept")

    def _say(self, line):
        self.wfile.write(line + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def mail_server():
    """Its SMTP_URL, and the list of messages that it has been sent."""
    with _Server(("127.0.0.1", 0), _Talk) as server:
        server.found = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"smtp://127.0.0.1:{server.server_address[1]}?from=quiz@example.org", server.found
        finally:
            server.shutdown()
            thread.join()

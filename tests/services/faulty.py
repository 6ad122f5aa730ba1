"""A real server behind one that fails as a test wants it."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

# What a request is passed on with.
PASSED = ("Content-Type", "Content-Encoding")


class Faulty(ThreadingHTTPServer):
    """Stands before a server: fails so many times, and asks who is there.

    It fails at ``only`` some paths, and ``after`` some good answers there.
    ``how`` it fails: ``status`` (with ``status`` and ``says``), or it ``hangs``,
    ``drips``, is ``cut`` within its answer, or answers ``garbage``. ``late`` lets a
    request through first, and fails to say so.
    """

    daemon_threads = True

    def __init__(
        self,
        behind,
        *,
        failures=0,
        only="",
        how="status",
        status=500,
        says="",
        late=False,
        wanted=None,
        unwanted="",
    ):
        self.behind, self.failures, self.status = behind, failures, status
        self.only, self.after = only, 0
        self.how, self.late = how, late
        self.says = says.encode()
        self.wanted, self.unwanted = wanted, unwanted
        self.requests = 0
        super().__init__(("127.0.0.1", 0), Passing)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def passes(self):
        """Return whether this request is before the first that fails."""
        self.after -= 1
        return self.after >= 0

    def handle_error(self, *_):
        """Say nothing of clients that went away."""


class Passing(BaseHTTPRequestHandler):
    """Passes a request on, unless it is to fail."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        server = self.server
        server.requests += 1
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if server.wanted and self.headers.get("Authorization") != server.wanted:
            return self.say(401, b"who are you?")
        if server.failures and server.only in self.path and not server.passes():
            server.failures -= 1
            if server.late:
                self.passed(body)
            return getattr(self, server.how)()
        if server.unwanted and server.unwanted in body.decode():
            return self.say(400, b"that one is bad")
        passed = self.passed(body)
        return self.say(passed.status_code, passed.content)

    def passed(self, body):
        given = {name: self.headers[name] for name in PASSED if name in self.headers}
        return httpx.request(
            self.command,
            self.server.behind.url + self.path,
            content=body,
            headers=given,
            timeout=30,
        )

    def status(self):
        self.say(self.server.status, self.server.says)

    def hangs(self):
        time.sleep(3)
        self.close_connection = True

    def drips(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(60):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.1)
        self.close_connection = True

    def cut(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b'[{"labels": ')
        self.close_connection = True

    def garbage(self):
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"what")

    def say(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""

    def do_GET(self):
        self.answer()

    def do_POST(self):
        self.answer()

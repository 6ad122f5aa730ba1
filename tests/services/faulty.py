"""An Alertmanager behind a server that fails as a test wants it."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx


class Faulty(ThreadingHTTPServer):
    """Stands before Alertmanager: fails so many times, and asks who is there."""

    def __init__(
        self, behind, *, failures=0, status=500, says="", wanted=None, unwanted=""
    ):
        self.behind, self.failures, self.status = behind, failures, status
        self.says = says.encode()
        self.wanted, self.unwanted = wanted, unwanted
        self.requests = 0
        super().__init__(("127.0.0.1", 0), Passing)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Passing(BaseHTTPRequestHandler):
    """Passes a request on, unless it is to fail."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        server = self.server
        server.requests += 1
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if server.wanted and self.headers.get("Authorization") != server.wanted:
            return self.say(401, b"who are you?")
        if server.failures:
            server.failures -= 1
            return self.say(server.status, server.says)
        if server.unwanted and server.unwanted in body.decode():
            return self.say(400, b"that one is bad")
        passed = httpx.request(
            self.command,
            server.behind.url + self.path,
            content=body,
            headers={"Content-Type": "application/json"},
            timeout=30,
        )
        return self.say(passed.status_code, passed.content)

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

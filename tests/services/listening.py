"""A chat, a bridge and a mail server that write down what reaches them."""

import email
import email.policy
import json
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Chat(ThreadingHTTPServer):
    """Takes webhooks; each is kept as ``(path, authorization, body)``."""

    def __init__(self):
        self.heard = []
        super().__init__(("127.0.0.1", 0), _Hook)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def messages(self, channel):
        """Return title and text of what came to a channel, as Slack shows them."""
        return [
            (one["title"], one["text"])
            for path, _, body in list(self.heard)
            if path == "/slack" and body["channel"] == channel
            for one in body["attachments"]
        ]

    def close(self):
        self.shutdown()
        self.server_close()


class _Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append(
            (self.path, self.headers.get("Authorization"), json.loads(body))
        )
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        """Say nothing."""


class Post(socketserver.ThreadingTCPServer):
    """Takes mail (RFC 5321, what Alertmanager needs of it), and delivers none."""

    daemon_threads = True

    def __init__(self):
        self.mails = []
        super().__init__(("127.0.0.1", 0), _Letter)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f"127.0.0.1:{self.server_address[1]}"

    def close(self):
        self.shutdown()
        self.server_close()


class _Letter(socketserver.StreamRequestHandler):
    def handle(self):
        self.say(220, "ready")
        while line := self.rfile.readline():
            verb = line.split(None, 1)[0].upper()
            if verb == b"DATA":
                self.say(354, "go on")
                lines = iter(self.rfile.readline, b".\r\n")
                text = b"".join(one.removeprefix(b".") for one in lines)
                policy = email.policy.default
                self.server.mails.append(email.message_from_bytes(text, policy=policy))
            self.say(221 if verb == b"QUIT" else 250, "ok")
            if verb == b"QUIT":
                return

    def say(self, code, text):
        self.wfile.write(f"{code} {text}\r\n".encode())


def parts(mail):
    """Return the plain text and the HTML of a mail."""
    return tuple(mail.get_body((kind,)).get_content() for kind in ("plain", "html"))

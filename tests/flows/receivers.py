"""A web server and a mail server of this machine, which keep what they receive."""

import http.server
import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple


class Received(NamedTuple):
    """One request, or one letter."""

    body: str
    headers: Mapping[str, str]


@dataclass
class Inbox:
    """What a receiver has received, and how it answers."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    answer: int = 204


@contextmanager
def web_server() -> Iterator[Inbox]:
    """Takes whatever is sent by POST."""
    inbox = Inbox()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            inbox.received.append(Received(body, dict(self.headers)))
            self.send_response(inbox.answer)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """A test says what it needs itself."""

    with _running(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler), inbox):
        yield inbox


@contextmanager
def mail_server() -> Iterator[Inbox]:
    """Speaks as much SMTP (RFC 5321) as it takes to be sent a letter."""
    inbox = Inbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 ready")
            while line := self.rfile.readline():
                word = line.split()[0].upper() if line.split() else b""
                if word == b"DATA":
                    self._say("354 go on")
                    inbox.received.append(Received(self._letter(), {}))
                    self._say("250 taken")
                elif word == b"QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 well")

        def _letter(self) -> str:
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line.removeprefix(b".").decode())
            return "".join(lines)

        def _say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    with _running(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler), inbox):
        yield inbox


@contextmanager
def _running(server: socketserver.TCPServer, inbox: Inbox) -> Iterator[None]:
    inbox.port = server.server_address[1]
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    serving.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        serving.join()

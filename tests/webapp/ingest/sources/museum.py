"""A server on this machine that plays every museum: answers by host and path, as told."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pytest_django import Settings


@dataclass
class Reply:
    """An answer, good or bad."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    """Bytes after which the connection ends, although more were promised."""
    drip: float = 0.0
    """Seconds between single bytes."""
    drip_head: bool = False
    """Whether the head already comes byte by byte, and never ends."""


@dataclass(frozen=True)
class Seen:
    """A request that came."""

    url: str
    headers: dict[str, str]


@dataclass
class Museum:
    """What is served, and what was asked."""

    address: str = ""
    replies: dict[str, list[Reply] | Callable[[Seen], Reply]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)

    def serve(self, url: str, *replies: Reply | Callable[[Seen], Reply]) -> None:
        """Answer requests for a URL by one reply after another; the last stays."""
        first = replies[0]
        if isinstance(first, Reply):
            self.replies[url] = [reply for reply in replies if isinstance(reply, Reply)]
        else:
            self.replies[url] = first

    def serve_json(self, url: str, thing: Any) -> None:
        self.serve(url, Reply(json.dumps(thing).encode()))

    def asked(self) -> list[str]:
        return [seen.url for seen in self.seen]

    def answer(self, seen: Seen) -> Reply:
        self.seen.append(seen)
        found = self.replies.get(seen.url) or self.replies.get(seen.url.partition("?")[0])
        if found is None:
            return Reply(b"no such thing", status=404)
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found(seen)


@contextlib.contextmanager
def offered(settings: Settings) -> Iterator[Museum]:
    """Offer all museums at once; the settings let us ask them here."""
    made = Museum()
    server = start(made)
    settings.SOURCES_STAND_IN = made.address
    settings.SOURCES_CONTACT = "curator@gallery.example"
    yield made
    server.shutdown()
    server.server_close()


def start(museum: Museum) -> ThreadingHTTPServer:
    """Serve on a free port of this machine until `shutdown`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = f"https://{self.headers['Host']}{self.path}"
            reply = museum.answer(Seen(url, {k.lower(): v for k, v in self.headers.items()}))
            if reply.drip_head:
                self.drip(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: a\r\n" * 50, reply.drip)
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if "Content-Length" not in reply.headers and reply.status != 304:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            body = reply.body if reply.cut is None else reply.body[: reply.cut]
            self.drip(body, reply.drip)

        def drip(self, body: bytes, pause: float) -> None:
            self.close_connection = True
            step = 1 if pause else max(1, len(body))
            with contextlib.suppress(OSError):  # hung up on
                for start in range(0, len(body), step):
                    self.wfile.write(body[start : start + step])
                    self.wfile.flush()
                    time.sleep(pause)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    museum.address = f"127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server

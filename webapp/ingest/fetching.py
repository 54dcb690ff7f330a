"""Ask the hosts of museums, politely: at their pace, with a name, and never for more than agreed.

Each host is asked one request per `pause` by all processes together. What fails for a moment is
tried again after a growing pause, or when the host says (`Retry-After`). Answers are bounded in
bytes and in time. Redirects are followed by hand, each checked like the first address.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import IO, Any, Final, Protocol, TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from django.conf import settings

from webapp.ingest import pacing
from webapp.ingest.connecting import FetchError, Resolve, checked_url, connect, resolve

T = TypeVar("T")

REDIRECTS: Final = 5
CHUNK: Final = 64 * 1024
JSON_BYTES: Final = 64 * 2**20
LONGEST_WAIT: Final = 6 * 3600.0
"""Seconds; a host that asks for more patience than this is asked again all the same."""
_BUSY: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_MOVED: Final = frozenset({301, 302, 303, 307, 308})


class MissingError(FetchError):
    """The host says that there is no such thing, or none any more."""


class TryLaterError(FetchError):
    """The host is busy, away or cut us off; later it may work."""

    def __init__(self, message: str, *, seconds: float, asked: bool) -> None:
        super().__init__(message)
        self.seconds = seconds
        self.asked = asked
        """False if it was not even our turn."""


class Answers(Protocol):
    """Answers that are kept for whoever goes on where another has stopped."""

    def kept(self, url: str) -> bytes | None:
        """Return the answer at `url`, if it was kept."""

    def keep(self, url: str, answer: bytes) -> None:
        """Keep an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """Who may be asked, how often, and how long we wait."""

    hosts: frozenset[str]
    pauses: Mapping[str, float] = field(default_factory=dict)
    """Seconds from one request to the next, by host."""
    usual_pause: float = 1.0
    headers: Mapping[str, str] = field(default_factory=dict)
    patience: float = 60.0
    """Longest wait for a turn, in seconds."""
    tries: int = 4
    backoff: float = 1.0
    """Seconds after the first failure; doubled each time."""
    seconds: float = 120.0
    """Longest time for one answer."""
    sleep: Callable[[float], object] = time.sleep
    resolve: Resolve = resolve
    answers: Answers | None = None
    """Where lists are kept; None where all is read in one go."""


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What to say next time, so that an unchanged file is not sent again."""

    size: int
    etag: str
    last_modified: str


class _HiccupError(Exception):
    """To be tried again, after `wait` seconds if the host said so."""

    def __init__(self, host: str, what: str, wait: float | None = None) -> None:
        super().__init__(f"{host} {what}.")
        self.host = host
        self.wait = wait


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer whose head has come."""

    http: http.client.HTTPResponse
    host: str
    url: str
    late: threading.Event
    """Set when we hung up because it took too long."""


def get_json(web: Web, url: str, *, accept: str = "application/json") -> Any:
    """Return the JSON at `url`.

    Raises:
        TryLaterError: If the host is busy or away.
        FetchError: If it cannot be had.
    """
    return _parsed(url, _read(web, url, accept))


def get_list(web: Web, url: str, *, accept: str = "application/json") -> Any:
    """Return the JSON at `url` like `get_json`, but ask for it once, however often work is left.

    For what leads to works, and is gone through again by whoever goes on: lists and their pages.
    """
    known = web.answers.kept(url) if web.answers else None
    if known is not None:
        return _parsed(url, known)
    answer = _read(web, url, accept)
    found = _parsed(url, answer)
    if web.answers:
        web.answers.keep(url, answer)
    return found


def download(
    web: Web,
    url: str,
    stream: IO[bytes],
    *,
    limit: int,
    etag: str = "",
    last_modified: str = "",
    on_chunk: Callable[[], object] = lambda: None,
) -> Downloaded | None:
    """Write the file at `url` to `stream`; None if it is still the one with that ETag and date.

    Raises:
        TryLaterError: If the host is busy or away, or the file was cut off each time.
        FetchError: If it cannot be had, or has more than `limit` bytes.
    """
    headers = {"Accept": "image/*,*/*;q=0.5"}
    headers |= {"If-None-Match": etag} if etag else {}
    headers |= {"If-Modified-Since": last_modified} if last_modified else {}

    def once() -> Downloaded | None:
        stream.seek(0)
        stream.truncate()
        with _answer(web, url, headers) as answer:
            if answer.http.status == 304:
                return None
            for chunk in _body(answer, limit):
                stream.write(chunk)
                on_chunk()
            said = answer.http.headers
            etag, date = _mark(said.get("ETag", ""), 300), _mark(said.get("Last-Modified", ""), 100)
            return Downloaded(stream.tell(), etag, date)

    return _persist(web, url, once)


def user_agent() -> str:
    """Return how we introduce ourselves.

    Raises:
        FetchError: If nobody has said whom to write to.
    """
    contact = settings.SOURCES_CONTACT.strip()
    if not contact or not contact.isascii() or not contact.isprintable():
        raise FetchError(
            "Museums ask whom to write to if something goes wrong: set ARTREC_CONTACT to an e-mail "
            "address or the address of a page."
        )
    return f"Artrec/0.1 (+{contact})"


def _read(web: Web, url: str, accept: str) -> bytes:
    def once() -> bytes:
        parts: list[bytes] = []
        with _answer(web, url, {"Accept": accept}) as answer:
            parts.extend(_body(answer, JSON_BYTES))
        return b"".join(parts)

    return _persist(web, url, once)


def _parsed(url: str, answer: bytes) -> Any:
    try:
        return json.loads(answer)
    except (ValueError, RecursionError):
        raise FetchError(f"{url} does not answer with JSON.") from None


def _persist(web: Web, url: str, once: Callable[[], T]) -> T:
    """Try until it works, fails for good, or patience ends."""
    for attempt in range(web.tries):
        pause = web.backoff * 2**attempt
        try:
            return once()
        except pacing.NotNowError as error:
            host = urlsplit(url).netloc
            message = f"{host} is left alone: it asked for a pause, or others are before us."
            raise TryLaterError(message, seconds=error.seconds, asked=False) from None
        except _HiccupError as error:
            if error.wait is not None:
                pacing.hold(error.host, error.wait)
                pause = max(pause, error.wait)
            if attempt + 1 == web.tries or pause > web.patience:
                raise TryLaterError(str(error), seconds=pause, asked=True) from None
            web.sleep(pause)
    raise AssertionError("at least one try")


@contextmanager
def _answer(web: Web, url: str, headers: Mapping[str, str]) -> Iterator[_Answer]:
    """Yield the answer to a request, after redirects, if it is a file or "not modified"."""
    agent = user_agent()
    sent = {"User-Agent": agent, "Accept-Encoding": "identity", **web.headers, **headers}
    asked: list[str] = []
    while len(asked) <= REDIRECTS:
        parts = checked_url(url, web.hosts)
        if (address := urlunsplit(parts)) in asked:
            raise FetchError(f"{asked[0]} sends us around in circles, back to {address}.")
        asked.append(address)
        pause = web.pauses.get(parts.netloc, web.usual_pause)
        web.sleep(pacing.take_turn(parts.netloc, pause=pause, patience=web.patience))
        with _request(web, parts, sent) as answer:
            if answer.http.status not in _MOVED:
                _judge(answer)
                yield answer
                return
            url = _further(answer)
    raise FetchError(f"{asked[0]} sends us on more than {REDIRECTS} times, last to {url}.")


@contextmanager
def _request(web: Web, parts: SplitResult, headers: Mapping[str, str]) -> Iterator[_Answer]:
    """Ask one host once. The watch hangs up when the whole takes too long."""
    host, late = parts.netloc, threading.Event()
    try:
        connection = connect(host, web.resolve)
    except OSError as error:
        raise _HiccupError(host, f"cannot be reached ({error})") from error
    watch = threading.Timer(web.seconds, _hang_up, (connection.sock, late))
    watch.daemon = True
    watch.start()
    try:
        target = urlunsplit(("", "", parts.path, parts.query, ""))
        connection.request("GET", target, headers={"Host": host, "Connection": "close", **headers})
        with closing(connection.getresponse()) as response:
            yield _Answer(response, host, urlunsplit(parts), late)
    except (ConnectionError, TimeoutError, ssl.SSLError, http.client.HTTPException) as error:
        what = f"took longer than {web.seconds:.0f} seconds" if late.is_set() else "broke off"
        raise _HiccupError(host, what) from error
    finally:
        watch.cancel()
        connection.close()


def _further(answer: _Answer) -> str:
    """Return where we are sent on to. Headers come as Latin-1, but what a host forgot to encode in
    an address is UTF-8."""
    location = answer.http.headers.get("Location", "")
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode()
    try:
        return urljoin(answer.url, location)
    except ValueError:
        raise FetchError(f"{answer.url} sends us on to {location!r}, no web address.") from None


def _hang_up(sock: socket.socket, late: threading.Event) -> None:
    late.set()
    with suppress(OSError):
        # Below TLS, whose own shutdown would pull the session from under the reading thread.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _judge(answer: _Answer) -> None:
    status = answer.http.status
    if status in _BUSY:
        wait = _retry_after(answer.http.headers.get("Retry-After", ""))
        what = "asks us to come back later" if status == 429 else "is busy"
        raise _HiccupError(answer.host, f"{what} (status {status})", wait)
    if status in {404, 410}:
        raise MissingError(f"{answer.url} is not there (status {status}).")
    if status not in {200, 304}:
        reason = "may not be fetched" if status in {401, 403} else "cannot be had"
        raise FetchError(f"{answer.url} {reason} (status {status}).")


def _body(answer: _Answer, limit: int) -> Iterator[bytes]:
    """Yield the answer in pieces; complain if it is longer than allowed or shorter than said."""
    too_large = FetchError(f"{answer.url} has more than the {limit / 2**20:,.0f} MB allowed.")
    if answer.http.headers.get("Content-Encoding", "identity") != "identity":
        raise FetchError(f"{answer.url} comes packed although we asked for it plain.")
    if (answer.http.length or 0) > limit:
        raise too_large
    size = 0
    while chunk := answer.http.read1(CHUNK):
        size += len(chunk)
        if size > limit:
            raise too_large
        yield chunk
    if answer.http.length or answer.late.is_set():  # what was promised and did not come
        raise http.client.IncompleteRead(b"", answer.http.length)


def _mark(text: str, longest: int) -> str:
    """Return a header to be sent back one day; one that is too odd or too long is dropped."""
    return text if len(text) <= longest and text.isascii() and text.isprintable() else ""


def _retry_after(text: str) -> float | None:
    """Return the seconds that a host asks us to wait: it names them, or a time."""
    if text.isdecimal():
        return min(float(text), LONGEST_WAIT)
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return min(max((then - datetime.now(UTC)).total_seconds(), 0.0), LONGEST_WAIT)

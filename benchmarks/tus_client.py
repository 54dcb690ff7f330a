"""A client of the site's resumable uploads that never gives up: for benchmarks and tests."""

from __future__ import annotations

import http.client
import json
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

CREATED: Final = 201
NO_CONTENT: Final = 204
FINAL: Final = range(400, 500)
PASSING: Final = (409, 423)
TOKEN: Final = "a" * 32
"""Sent as cookie and as header: the site only asks that they agree."""


class RefusedError(Exception):
    """The site said no, with a sentence."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may upload, signed in at 127.0.0.1."""

    port: int
    session: str
    patience: float = 120.0
    """Seconds for which a site that does not answer is asked again."""

    def begin(self, files: int, size: int) -> dict[str, Any]:
        """Open a sending."""
        body = json.dumps({"files": files, "bytes": size, "sample": []}).encode()
        headers = {"Content-Type": "application/json"}
        told: dict[str, Any] = json.loads(self._insist("POST", "/upload/begin/", headers, body)[2])
        return told

    def ask_for(self, path: str) -> bytes:
        """Return what the site answers."""
        return self._insist("GET", path, {}, b"")[2]

    def send(self, sending: int, path: str, data: bytes, *, size: int = -1, piece: int) -> None:
        """Send a file in pieces until the site has all of it.

        Args:
            sending: What `begin` opened.
            path: Of the file.
            data: Its bytes.
            size: What is declared, if not what is there.
            piece: Bytes in one request.

        Raises:
            RefusedError: If it is not taken.
        """
        size = len(data) if size < 0 else size
        told = {"sending": str(sending), "path": path, "changed": "1"}
        pairs = (f"{name} {b64encode(value.encode()).decode()}" for name, value in told.items())
        begun = {"Upload-Length": str(size), "Upload-Metadata": ",".join(pairs)}
        _, headers, _ = self._insist("POST", "/upload/files/", begun | _BODY, data[:piece])
        place, offset = headers["location"], int(headers["upload-offset"])
        while offset < size:
            asked = {"Upload-Offset": str(offset)} | _BODY
            body = data[offset : offset + piece]
            status, headers, _ = self._insist("PATCH", place, asked, body)
            if status != NO_CONTENT:  # another request was faster, or cut off: ask where we are
                time.sleep(0.05)
                headers = self._insist("HEAD", place, {}, b"")[1]
            offset = int(headers["upload-offset"])

    def _insist(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        deadline = time.monotonic() + self.patience
        while True:
            try:
                status, answer, content = self._ask(method, path, headers, body)
            except (OSError, http.client.HTTPException):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
                continue
            if status in FINAL and status not in PASSING:
                raise RefusedError(content.decode())
            if status < FINAL.stop:
                return status, answer, content
            if time.monotonic() > deadline:
                raise TimeoutError(f"{method} {path} answered {status}")
            time.sleep(0.1)

    def _ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        cookies = f"sessionid={self.session}; csrftoken={TOKEN}"
        common = {"Tus-Resumable": "1.0.0", "X-CSRFToken": TOKEN, "Cookie": cookies}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body or None, {**common, **headers})
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, names, answer.read()
        finally:
            connection.close()


_BODY: Final = {"Content-Type": "application/offset+octet-stream"}

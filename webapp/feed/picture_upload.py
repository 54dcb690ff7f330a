"""Files from strangers: read no further than may be."""

from __future__ import annotations

from typing import Final

from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest

MOST_READ: Final = 200_000_000
"""Bytes of a request that are read and thrown away, so that its sender gets an answer; of a larger
one the connection is cut."""


class Bounded(FileUploadHandler):
    """Lets a file pass up to so many bytes, and throws the rest away.

    Comes before the handlers that keep files, so no disk fills up.
    """

    def __init__(self, request: HttpRequest, most: int) -> None:
        super().__init__(request)
        self.most = most
        self.exceeded = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass a piece on, unless it is too much."""
        if start + len(raw_data) > MOST_READ:
            raise StopUpload(connection_reset=True)
        if start + len(raw_data) > self.most:
            self.exceeded = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers that keep it."""

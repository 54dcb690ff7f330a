"""Files from strangers: read no further than may be."""

from __future__ import annotations

from typing import Any, Final

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

MOST_READ: Final = 200_000_000
"""Bytes of a request that are read and thrown away, so that its sender gets an answer; of a larger
one the connection is cut."""


class Bounded(FileUploadHandler):
    """Lets one file pass up to so many bytes, and throws the rest and all other files away.

    Comes before the handlers that keep files, so no disk fills up.
    """

    def __init__(self, request: HttpRequest, most: int) -> None:
        super().__init__(request)
        self.most = most
        self.exceeded = False
        self.files = 0
        self.read = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Count the files of the request."""
        super().new_file(*args, **kwargs)
        self.files += 1

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Pass a piece on, unless it is too much or of another file than the first."""
        self.read += len(raw_data)
        if self.read > MOST_READ:
            raise StopUpload(connection_reset=True)
        if self.files > 1:
            return None
        self.exceeded = self.exceeded or start + len(raw_data) > self.most
        return None if self.exceeded else raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers that keep it."""

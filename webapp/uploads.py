"""How much of a request with files is read, before anything else of it is looked at.

The token of a form stands in its body, so the whole body is read before anybody knows who sent it.
Only the pages that take files take more than a form needs.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict


class Limited(FileUploadHandler):
    """Takes a request that is larger than any form as an empty one: without a token it is refused.

    An exception would not do: the pages that tell of errors look for the token as well.
    """

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> tuple[QueryDict, MultiValueDict[str, Any]] | None:
        """Look at the length alone; no more than that is ever read."""
        if content_length > (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0):
            return QueryDict(encoding=encoding), MultiValueDict()
        return None

    def receive_data_chunk(self, raw_data: bytes, _start: int) -> bytes:
        """Leave the pieces to the handlers that keep them."""
        return raw_data

    def file_complete(self, _file_size: int) -> None:
        """Leave the file to the handlers that keep it."""


def unlimited(request: HttpRequest) -> list[Any]:
    """Return the handlers of a request without this limit, for a page that has its own."""
    return [each for each in request.upload_handlers if not isinstance(each, Limited)]

"""The broker in a folder, for a stack on one machine: kombu's, with files that appear whole.

Kombu creates a file and then writes it, so that another process may read nothing and break: a
message while it is put, or the table of queues when two workers start at once.
"""

from __future__ import annotations

import os
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Reads as kombu does, and writes so that others can."""

    def _put(  # type: ignore[override]  # its bases do not agree
        self, queue: str, payload: dict[str, Any], **_more: Any
    ) -> None:
        """Put a message, under a name that sorts by time on every process of this machine."""
        folder = Path(self.data_folder_out)
        name = f"{self._stamp()}_{uuid.uuid4()}"
        try:
            (folder / f"{name}.partial").write_text(dumps(payload), encoding="utf-8")
            (folder / f"{name}.partial").replace(folder / f"{name}.{queue}.msg")
        except OSError as error:
            raise ChannelError(f"Cannot put a message into {folder}: {error}") from error

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str | None, queue: str) -> None:
        file: Path = self._exchange_file(exchange)  # type: ignore[attr-defined]
        file.parent.mkdir(parents=True, exist_ok=True)
        empty = file.with_name(f"{file.name}.{uuid.uuid4().hex}.partial")
        empty.write_text("[]", encoding="utf-8")
        with suppress(FileExistsError):
            os.link(empty, file)  # all of it, or the one that was there first
        empty.unlink()
        super()._queue_bind(exchange, routing_key, pattern, queue)

    @staticmethod
    def _stamp() -> int:
        return round(time.monotonic() * 1000)


class Transport(filesystem.Transport):
    """As kombu's."""

    Channel = Channel

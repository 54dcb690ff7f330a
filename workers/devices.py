"""One training per device: a lock of PostgreSQL by machine and device, gone with its connection."""

from __future__ import annotations

import socket
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from django.conf import settings
from django.db import Error, connection

_SPACE: Final = 0x6172_7405
"""First half of the two-part advisory lock; the second is the device."""


def devices() -> list[str]:
    """What this machine trains on: every GPU, or the CPU; or the one device of the settings."""
    if settings.ARTREC_DEVICE != "auto":
        return [settings.ARTREC_DEVICE]
    import torch  # not before there is something to train

    return [f"cuda:{number}" for number in range(torch.cuda.device_count())] or ["cpu"]


@contextmanager
def free_device() -> Iterator[str | None]:
    """Hold a device on which nothing is trained; None where all are in use."""
    for device in devices():
        key = zlib.crc32(f"{socket.gethostname()} {device}".encode()) - 2**31
        if _locked("pg_try_advisory_lock", key):
            try:
                yield device
            finally:
                with suppress(Error):  # it is gone with its connection
                    _locked("pg_advisory_unlock", key)
            return
    yield None


def _locked(function: str, key: int) -> bool:
    with connection.cursor() as cursor:
        cursor.callproc(function, [_SPACE, key])
        return bool(cursor.fetchone()[0])

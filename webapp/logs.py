"""What every line of the log says of where it comes from: the request, the task.

`become` sets it for the thread; the formatters of this module write it. No line names a
person: neither account nor address, only ids that mean something to who can read the database.
"""

from __future__ import annotations

import json
import logging
import re
import uuid
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

REQUEST: Final = "request_id"
_SANE: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})

_context: ContextVar[Mapping[str, str]] = ContextVar("log_context", default=_NOTHING)


def current() -> Mapping[str, str]:
    """Return what this thread's lines carry, e.g. {"request_id": …, "task": …}."""
    return _context.get()


def become(**fields: str) -> None:
    """Let the lines of this thread carry these fields, and no others, until it becomes another."""
    _context.set(fields)


def request_id(offered: str | None) -> str:
    """Return the id that a proxy or client has given a request, if it is one, else a new one."""
    return offered if offered and _SANE.fullmatch(offered) else uuid.uuid4().hex


class TextFormatter(logging.Formatter):
    """A line for people: time, level, logger, message, [request and task]."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # the library's name
        """Put the context behind the message; what a message quotes cannot begin a line."""
        text = super().formatMessage(record).replace("\r", "\\r").replace("\n", "\n    ")
        told = " ".join(f"{name}={value}" for name, value in current().items())
        return f"{text} [{told}]" if told else text


class JsonFormatter(logging.Formatter):
    """An object per line, for machines."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the record; `extra={"fields": {…}}` of a call adds its own."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **current(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)

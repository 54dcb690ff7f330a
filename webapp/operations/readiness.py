"""Whether the site can do what it is for: every part, asked cheaply."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.db import Error, connection
from kombu.exceptions import OperationalError

from webapp.feed.served import serving
from webapp.jobs import QUEUES, doorbells
from webapp.operations import queries
from webapp.vectors import queries as vectors

log = logging.getLogger(__name__)

SILENT_SECONDS: Final = 60.0
"""A worker that gave no sign for so long is taken for dead; it gives one every ten."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing the site needs."""

    ok: bool
    note: str
    """For the operator."""


def parts() -> dict[str, Part]:
    """Ask each part. A database that is away takes what is in it along."""
    checks = {"database": _database, "broker": _broker, "worker": _worker, "model": _model}
    return {name: _asked(name, check) for name, check in checks.items()}


def _asked(name: str, check: Callable[[], Part]) -> Part:
    try:
        return check()
    except (Error, OperationalError, OSError) as error:
        log.warning("not ready, the %s fails: %s", name, error)
        return Part(False, f"{type(error).__name__}: {error}".strip())


def _database() -> Part:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version')")
        return Part(True, f"PostgreSQL {cursor.fetchone()[0]}")


def _broker() -> Part:
    return Part(True, ", ".join(f"{count} wait in {name}" for name, count in doorbells().items()))


def _worker() -> Part:
    """Somebody must listen to the common queue; trainings can wait for who trains."""
    alive = [each for each in queries.workers() if each.seconds < SILENT_SECONDS]
    told = ", ".join(f"{each.name} {each.seconds:.0f} s ago" for each in alive) or "none"
    return Part(any(QUEUES[0] in each.queues for each in alive), f"Last signs: {told}.")


def _model() -> Part:
    served = serving()
    promoted = vectors.live_space("taste")
    if promoted and (served is None or served.bundle is None):
        return Part(False, f"{promoted} cannot be read; VisRank stands in for it.")
    return Part(True, f"{served.name} serves." if served else "There is no work to rank yet.")

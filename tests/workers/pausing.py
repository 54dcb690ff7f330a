"""Hurried workers that stop in the middle of their work for as long as a test wants them to.

They wait while a file of the name of the step is in `pauses`, see `Stack.pausing`. Who is killed is
soon taken for dead.
"""

from __future__ import annotations

import importlib
import time
from datetime import timedelta
from typing import Any

app = importlib.import_module("tests.workers.hurried").app  # first, for it readies Django

settings: Any = importlib.import_module("django.conf").settings
Artwork: Any = importlib.import_module("webapp.catalog.models").Artwork
claims: Any = importlib.import_module("workers.claims")
leases: Any = importlib.import_module("workers.leases")
claims.LEASE, leases.BEAT_SECONDS = timedelta(seconds=5), 1.0


def pause(step: str) -> None:
    """Wait, unless this process shall end."""
    while (settings.VAR / "pauses" / step).exists() and not leases.STOPPING.is_set():
        time.sleep(0.02)


ingest: Any = importlib.import_module("workers.tasks.ingest")
embed: Any = importlib.import_module("workers.tasks.embed")
conclude, extract = ingest._conclude, embed.extract


def conclude_ten(*arguments: Any) -> Any:
    """Check files, the eleventh after a pause."""
    if Artwork.objects.count() >= 10:
        pause("checking")
    return conclude(*arguments)


def extract_once(*arguments: Any) -> Any:
    """Look at a batch of works, the second after a pause."""
    if Artwork.objects.filter(state=Artwork.State.VISIBLE).exists():
        pause("embedding")
    return extract(*arguments)


ingest._conclude, embed.extract = conclude_ten, extract_once

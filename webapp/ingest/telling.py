"""Items and progress as the pages of a batch and their scripts show them."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Final

from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.formats import date_format

from webapp.catalog.files import variant_name
from webapp.catalog.models import Artwork
from webapp.ingest.changes import BROUGHT_IN
from webapp.ingest.models import Batch, Item
from webapp.ingest.queries import Progress, pace

THUMB_WIDTH: Final = 320


def item(row: Item) -> dict[str, Any]:
    """Return an item in plain values; `row.artwork` comes with its artist and image."""
    work = row.artwork
    shown = work is not None and work.state == Artwork.State.VISIBLE
    return {
        "id": row.pk,
        "name": row.name,
        "state": row.state,
        "label": row.get_state_display(),
        "reason": row.reason or (work.state_reason if work and not shown else ""),
        "settled": row.finished is not None,
        "work": work.pk if work and row.state in BROUGHT_IN else None,
        "title": work.title if work else PurePosixPath(row.name).name,
        "artist": work.artist.name if work else "",
        "url": work.get_absolute_url() if work and shown else "",
        "thumbnail": thumbnail(work),
        "steps": _steps(row),
    }


def progress(batch: Batch, now: Progress) -> dict[str, Any]:
    """Return how far a batch is, with the words for it."""
    rate = None if now.finished else pace(batch)
    words = f"{now.settled:,} of {now.total:,} files done"
    if rate:
        seconds = max(1, round((now.total - now.settled) / rate))
        words += f", {_rate(rate)}, {_left(seconds)} left"
    return {
        "counts": {state.value: getattr(now, state.value) for state in Item.State},
        "total": now.total,
        "settled": now.settled,
        "words": f"{words}.",
        "finished": now.finished,
    }


def thumbnail(work: Artwork | None) -> str:
    """Return the address of a small picture of a work, or "" if it has none."""
    image = getattr(work, "image", None)
    if image is None:
        return ""
    width = next((width for width in image.widths if width >= THUMB_WIDTH), image.widths[-1])
    return default_storage.url(variant_name(image.key, width, image.formats[-1]))


def _steps(row: Item) -> list[str]:
    """Return what happened to a file and when, a line each."""
    steps = [f"received {_moment(row.created)}"]
    if row.checked:
        steps.append(f"checked and stored {_after(row.created, row.checked)}")
    if row.finished:
        label = f"measured, {row.get_state_display()}"
        label = label if row.state in {"visible", "draft"} else row.get_state_display()
        steps.append(f"{label} {_after(row.checked or row.created, row.finished)}")
    attempts = row.attempts + (row.artwork.attempts if row.artwork else 0)
    if attempts > 1:
        steps.append(f"tried {attempts} times")
    if row.proposed:
        steps.append(f"the picture itself names its {', '.join(row.proposed)}")
    return steps


def _after(start: datetime, end: datetime) -> str:
    seconds = max(0.0, (end - start).total_seconds())
    if seconds < 100:
        return f"after {seconds:.1f} s"
    return f"after {seconds / 60:.0f} min" if seconds < 5400 else _moment(end)


def _moment(when: datetime) -> str:
    return date_format(timezone.localtime(when), "j M Y, H:i:s")


def _rate(rate: float) -> str:
    return f"{rate:.0f} a second" if rate >= 2 else f"{rate * 60:.0f} a minute"


def _left(seconds: int) -> str:
    if seconds < 90:
        return f"about {seconds} s"
    return f"about {seconds / 60:.0f} min" if seconds < 5400 else f"about {seconds / 3600:.0f} h"

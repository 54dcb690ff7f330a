"""Exports that were asked for. Nothing in this module writes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.conf import settings
from django.db.models import QuerySet

from webapp.transfer.models import Export

SHOWN: Final = 50


def recent() -> list[Export]:
    """Return the newest exports with who asked for them. One query."""
    return list(Export.objects.select_related("by")[:SHOWN])


def waiting() -> QuerySet[Export]:
    """Return the exports that a worker is to make or makes."""
    return Export.objects.filter(state__in=Export.OPEN)


def file_of(pk: int, attempt: int | None = None) -> Path:
    """Return where the file of an export is, or where an attempt writes it."""
    name = f"{pk}.zip" if attempt is None else f"{pk}-{attempt}.zip"
    return Path(settings.EXPORTS_ROOT) / name

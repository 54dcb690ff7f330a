"""How large a file may be, and what to tell whoever sends a larger one."""

from __future__ import annotations

from typing import Final

from django.conf import settings

from webapp.intake.names import Kind, kind_of

MEGABYTE: Final = 2**20


def most_bytes(name: str) -> int:
    """Return how large a file of this name may be."""
    archive = kind_of(name) is Kind.ARCHIVE
    return settings.ARCHIVE_MAX_BYTES if archive else settings.UPLOAD_MAX_BYTES


def too_large(name: str, size: int) -> str:
    """Return what to tell somebody whose file has too many bytes."""
    archive = kind_of(name) is Kind.ARCHIVE
    advice = "Make several archives of it." if archive else "Save it as JPEG, or smaller."
    return (
        f"{name} has {size / MEGABYTE:,.0f} MB; at most {most_bytes(name) / MEGABYTE:,.0f} MB are "
        f"allowed. {advice}"
    )

"""What people write into a form of the lab, made fit to be kept."""

from __future__ import annotations


def plain(text: str) -> str:
    """`text` without space around it, and without NUL, which PostgreSQL cannot keep."""
    return text.replace("\0", "").strip()

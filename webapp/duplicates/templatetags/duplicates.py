"""What pages of other apps say about duplicates."""

from __future__ import annotations

from django import template

from webapp.duplicates import queries
from webapp.ingest.models import Batch

register = template.Library()


@register.simple_tag
def duplicates_in(batch: Batch) -> int:
    """Return how many open pairs the works of a batch are in. One query."""
    return queries.open_count(batch)

"""What pages of other apps say about files that have not come in yet."""

from __future__ import annotations

from django import template

from webapp.ingest.models import Batch
from webapp.intake import queries

register = template.Library()


@register.simple_tag
def coming(batch: Batch) -> queries.Coming:
    """Return what is still to come of a batch. Two queries."""
    return queries.coming(batch)

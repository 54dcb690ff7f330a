"""Where later apps take part in the feed, which does not know them.

`merged` is sent when a session's history becomes an account's, with `visitor`, whose row goes when
all have answered, and `into`, the account's own visitor.

How somebody wants to be known is kept by a later app, in a row that hangs on the visitor's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet
from django.dispatch import Signal

from webapp.feed.models import Visitor

merged: Final = Signal()


@dataclass(frozen=True, slots=True)
class Wanted:
    """How somebody wants to be known."""

    impersonal: bool = False
    """No recommendations from what they did."""
    unrecorded: bool = False
    """Works they look at are not noted."""


_readers: Final[dict[str, Callable[[Visitor], Wanted]]] = {}
"""By the name under which the row hangs on the visitor's."""


def read_wanted(reader: Callable[[Visitor], Wanted], *, related: str) -> None:
    """Let `reader` tell what a visitor wants, by the one-to-one row `related`."""
    _readers[related] = reader


def wanted(visitor: Visitor | None) -> Wanted:
    """Return what a visitor wants. No query for one of `visitors`."""
    found = [reader(visitor) for reader in _readers.values()] if visitor else []
    return Wanted(
        impersonal=any(each.impersonal for each in found),
        unrecorded=any(each.unrecorded for each in found),
    )


def visitors() -> QuerySet[Visitor]:
    """Return all visitors, each with what they want."""
    return Visitor.objects.select_related(*_readers) if _readers else Visitor.objects.all()

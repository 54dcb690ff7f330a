"""Whose turn it is: what nobody waits for stands back while works are on their way to the walls."""

from __future__ import annotations

from webapp.catalog.models import Artwork
from webapp.ingest.models import Item
from workers import claims


def works_come_in() -> bool:
    """Tell whether a worker is needed to check or embed what came in.

    What others work on, or what was tried too often, needs nobody. Works with a reason wait for
    somebody to mend the features, which may take long.
    """
    received = Item.objects.filter(claims.to_do(), state=Item.State.RECEIVED)
    checked = Artwork.objects.filter(
        claims.to_do(), state=Artwork.State.CHECKED, state_reason="", image__isnull=False
    )
    return received.exists() or checked.exists()

"""Whose turn it is: what nobody waits for stands back while works are on their way to the walls."""

from __future__ import annotations

from typing import Final

from django.db.models import QuerySet

from webapp.catalog.models import Artwork
from webapp.ingest.models import Item
from workers import claims
from workers.tasks import embed, ingest

CHECKED_AT_ONCE: Final = ingest.BATCH * ingest.ROUNDS
EMBEDDED_AT_ONCE: Final = embed.BATCH * embed.ROUNDS


def works_come_in() -> bool:
    """Tell whether a worker is needed to check or embed what came in.

    What others work on, or what was tried too often, needs nobody. Works with a reason wait for
    somebody to mend the features, which may take long.
    """
    return _received().exists() or _checked().exists()


def works_pile_up() -> bool:
    """Tell whether more works wait than one run checks or embeds: faster than they go on.

    Of pictures that a museum hands out one by one some wait at any time, for hours.
    """
    return _received()[CHECKED_AT_ONCE:][:1].exists() or _checked()[EMBEDDED_AT_ONCE:][:1].exists()


def _received() -> QuerySet[Item]:
    return Item.objects.filter(claims.to_do(), state=Item.State.RECEIVED)


def _checked() -> QuerySet[Artwork]:
    return Artwork.objects.filter(
        claims.to_do(), state=Artwork.State.CHECKED, state_reason="", image__isnull=False
    )

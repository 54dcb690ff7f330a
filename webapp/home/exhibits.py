"""Curators' exhibitions, each with the first of its works."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from webapp.catalog.models import Artwork
from webapp.exhibitions import queries
from webapp.feed.queries import cards_of

EXHIBITIONS: Final = 6
WORKS: Final = 3
"""Pictures that stand for an exhibition."""
_READ: Final = 12
"""Works of each that are read, for some stand elsewhere on the page."""


@dataclass(frozen=True, slots=True)
class Exhibition:
    """What its tile shows."""

    title: str
    by_line: str
    url: str
    size: int
    """How many works can be seen in it."""
    works: tuple[Artwork, ...] = field(default=())


def exhibitions(*, shown: Collection[int] = (), hidden: Iterable[int] = ()) -> list[Exhibition]:
    """Return the newest exhibitions, each by works that are not `shown` elsewhere on the page, nor
    `hidden` by the visitor. Three queries, one where there are none."""
    found = list(queries.open_now()[:EXHIBITIONS])
    if not found:
        return []
    taken = {*shown, *hidden}
    wanted = queries.first_works([each.pk for each in found], limit=_READ)
    chosen: dict[int, list[int]] = {}
    for each in found:
        best = vars(each)["chosen"] or vars(each)["first"]
        ids = dict.fromkeys([best, *wanted[each.pk]])
        chosen[each.pk] = [pk for pk in ids if pk not in taken][:WORKS]
        taken.update(chosen[each.pk])
    cards = cards_of(pk for ids in chosen.values() for pk in ids)
    tiles = (
        Exhibition(
            title=each.title,
            by_line=each.by_line,
            url=each.get_absolute_url(),
            size=vars(each)["works"],
            works=tuple(cards[pk] for pk in chosen[each.pk] if pk in cards),
        )
        for each in found
    )
    return [tile for tile in tiles if tile.works]

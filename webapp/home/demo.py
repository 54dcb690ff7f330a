"""What the curator of the demo has done: picked works for newcomers, and hung three exhibitions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.feed.models import Pick, Visitor
from webapp.mine import actions
from webapp.mine.models import Collection

BY_LINE: Final = "Carl, the curator"
WORKS: Final = 9
"""In each exhibition, as many as can be found."""
PER_ARTIST: Final = 2


@dataclass(frozen=True, slots=True)
class Show:
    """An exhibition: works of these styles, in turn."""

    title: str
    text: str
    styles: tuple[str, ...]


SHOWS: Final = (
    Show(
        "What paper can do",
        "Cut, soaked, scratched, left white. Nine sheets, and what their makers let the paper say "
        "for itself.",
        ("Cut-out", "Watercolour", "Ink"),
    ),
    Show(
        "Night, and what is in it",
        "After sunset colour goes first and shape last. These works were made for the time in "
        "between: a moon, a ridge, a lit window, or nothing but the dark.",
        ("Nocturne", "Layered landscape", "Woodcut"),
    ),
    Show(
        "A grammar of stripes",
        "A stripe can be a horizon, a thread or a wave. Side by side they turn out to speak one "
        "language, with very few words.",
        ("Colour field", "Wave", "Weave"),
    ),
)
"""The last is the newest, and so comes first."""


@transaction.atomic
def hang(curator: User) -> None:
    """Pick a work of each style and hang the exhibitions, once; works that are gone are missing."""
    visitor, _created = Visitor.objects.get_or_create(user=curator)
    if Collection.objects.filter(visitor=visitor).exists():
        return
    shown = Artwork.objects.filter(
        state=Artwork.State.VISIBLE, availability=Artwork.Availability.AVAILABLE
    )
    works = list(shown.order_by("id"))
    first = {work.style: work for work in reversed(works) if work.style}
    Pick.objects.bulk_create(
        [Pick(artwork=work, by=curator) for work in first.values()], ignore_conflicts=True
    )
    for show in SHOWS:
        chosen = _choose(works, show)
        if chosen:
            _hang(visitor, show, chosen)


def _choose(works: list[Artwork], show: Show) -> list[Artwork]:
    """Works of the styles in turn, few of any artist."""
    hands: Counter[int] = Counter()
    by_style = []
    for style in show.styles:
        kept = []
        for work in (each for each in works if each.style == style):
            hands[work.artist_id] += 1
            if hands[work.artist_id] <= PER_ARTIST:
                kept.append(work)
        by_style.append(kept)
    turns = max(map(len, by_style), default=0)
    return [kept[turn] for turn in range(turns) for kept in by_style if turn < len(kept)][:WORKS]


def _hang(visitor: Visitor, show: Show, works: list[Artwork]) -> None:
    room = actions.create(visitor=visitor, title=show.title)
    room.note = show.text
    room.save(update_fields=["note"])
    for work in reversed(works):  # what is kept later stands in front
        actions.keep(visitor=visitor, artwork=work, collections=[room.pk])
    actions.exhibit(collection=room, by_line=BY_LINE)

"""What the curator of the demo has done: picked works for newcomers, and hung three exhibitions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from django.db import transaction
from django.utils import timezone

from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.exhibitions import actions
from webapp.exhibitions.arrangement import Arrangement, Hung, Walls
from webapp.exhibitions.models import Exhibition, Wall
from webapp.feed.models import Pick

BY_LINE: Final = "Carl, the curator"
WORKS: Final = 5
"""In each room, as many as can be found."""
PER_ARTIST: Final = 2


@dataclass(frozen=True, slots=True)
class Wing:
    """A room: works of a style."""

    title: str
    text: str
    wall: Wall
    style: str


@dataclass(frozen=True, slots=True)
class Show:
    """An exhibition."""

    title: str
    text: str
    rooms: tuple[Wing, ...]


SHOWS: Final = (
    Show(
        "What paper can do",
        "Cut, soaked, scratched, left white. A few sheets, and what their makers let the paper say "
        "for itself.",
        (
            Wing("Cut", "Scissors know no shading. What is left is edge.", Wall.LINEN, "Cut-out"),
            Wing(
                "Soaked",
                "Water decides with the painter, and sometimes against them.",
                Wall.MIST,
                "Watercolour",
            ),
            Wing("Left white", "Most of each sheet was never touched.", Wall.PAPER, "Ink"),
        ),
    ),
    Show(
        "Night, and what is in it",
        "After sunset colour goes first and shape last. These works were made for the time in "
        "between: a moon, a ridge, a lit window, or nothing but the dark.",
        (
            Wing("A moon", "One light, and all that it does not reach.", Wall.MIDNIGHT, "Nocturne"),
            Wing(
                "Ridges",
                "The farther a hill, the more of the sky is in it.",
                Wall.SLATE,
                "Layered landscape",
            ),
            Wing("The dark", "Black is printed last, and holds the sheet.", Wall.SAND, "Woodcut"),
        ),
    ),
    Show(
        "A grammar of stripes",
        "A stripe can be a horizon, a thread or a wave. Side by side they turn out to speak one "
        "language, with very few words.",
        (
            Wing("Horizon", "Two colours and the line between.", Wall.PAPER, "Colour field"),
            Wing("Wave", "The same line, once it moves.", Wall.SAGE, "Wave"),
            Wing("Thread", "And once it goes over and under.", Wall.OXBLOOD, "Weave"),
        ),
    ),
)
"""The last is the newest, and so comes first."""


@transaction.atomic
def hang(curator: User) -> None:
    """Pick a work of each style and hang the exhibitions, once; works that are gone are missing."""
    if Exhibition.objects.filter(made_by=curator).exists():
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
        rooms = tuple(_rooms(works, show))
        if rooms:
            _hang(curator, show, rooms)


def _rooms(works: list[Artwork], show: Show) -> Iterator[Walls]:
    """The rooms for which there are works, few of any artist."""
    for wing in show.rooms:
        hands: Counter[int] = Counter()
        hung = []
        for work in (each for each in works if each.style == wing.style):
            hands[work.artist_id] += 1
            if hands[work.artist_id] <= PER_ARTIST:
                hung.append(Hung(work.pk))
        if hung:
            yield Walls(None, wing.title, wing.text, wing.wall, tuple(hung[:WORKS]))


def _hang(curator: User, show: Show, rooms: tuple[Walls, ...]) -> None:
    made = actions.start(show.title, [], curator)

    def edit(before: Arrangement) -> tuple[Arrangement, str]:
        after = replace(
            before,
            by_line=BY_LINE,
            introduction=show.text,
            cover=rooms[-1].works[0].work,  # what hangs first is seen soon enough
            opens=timezone.now(),
            rooms=rooms,
        )
        return after, "Hung and opened"

    actions.change(made, curator, edit)

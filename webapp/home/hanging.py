"""From drafts of rails to a page on which no work stands twice.

A draft names more works than it needs. In the order of the page each takes those that nothing above
it has taken, that may be shown, and of one artist a few at most; what somebody looked at comes
first of all. What is left with too little to say is left out. Then all works are read at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Literal
from uuid import UUID, uuid4

from artrec.serving.rerank import cap_per_group
from webapp.catalog.models import Artwork
from webapp.feed.queries import Recommendation, cards_of
from webapp.feed.ranking import Entry
from webapp.feed.showable import showable

Kind = Literal[
    "for-you", "new", "because", "artists", "visits", "recent", "different", "picks", "popular",
    "fresh",
]  # fmt: skip
NO_VERBS: Final[Mapping[int, str]] = MappingProxyType({})
LENGTH: Final = 10
LEAST: Final = 4
"""A rail of fewer works has nothing to say."""
PER_ARTIST: Final = 3
UNNOTED: Final = ("recent", "artists")
"""Kinds that recommend nothing, so that it is not noted that they were shown: works come because
the visitor looked at them or asked for their artist."""
UNCAPPED: Final = (*UNNOTED, "for-you")
"""Kinds in which an artist may have any number of places, or has no more than the ranking gave."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A rail before it is known what stands above it."""

    kind: Kind
    entries: tuple[Entry, ...]
    """In order, more than there is room for; their positions do not count yet."""
    length: int = LENGTH
    least: int = LEAST
    because: int | None = None
    """The work it starts from."""
    of: str = ""
    """Drafts of one name are parts of one list; without one it is a list of its own."""


@dataclass(frozen=True, slots=True)
class Rail:
    """A row of works with a reason."""

    kind: Kind
    list_id: UUID
    works: tuple[Recommendation, ...]
    because: Artwork | None = None
    verb: str = ""
    key: str = field(default="")
    """Its anchor on the page."""

    @property
    def surface(self) -> str:
        """Where its works were shown, for impressions; empty where none are noted."""
        return "" if self.kind in UNNOTED else f"home-{self.kind}"


def hang(
    drafts: Sequence[Draft],
    *,
    barred: Collection[int] = (),
    verbs: Mapping[int, str] = NO_VERBS,
) -> list[Rail]:
    """Return the rails of a page; two queries.

    Args:
        drafts: In the order of the page.
        barred: Works that stand elsewhere on it.
        verbs: What the visitor did with works that may be a reason.
    """
    hands = showable({each.artwork_id for draft in drafts for each in draft.entries})
    taken = set(barred)
    settled: dict[int, Draft] = {}
    # What somebody just looked at is not offered to them anew.
    for place, draft in sorted(enumerate(drafts), key=lambda each: each[1].kind != "recent"):
        free = [each for each in draft.entries if each.artwork_id not in taken]
        free = [each for each in free if draft.kind == "recent" or each.artwork_id in hands]
        if draft.kind not in UNCAPPED:
            kept = cap_per_group([hands[each.artwork_id].hand for each in free], cap=PER_ARTIST)
            free = [free[number] for number in kept]
        if len(free) >= draft.least:
            settled[place] = replace(draft, entries=tuple(free[: draft.length]))
            taken.update(each.artwork_id for each in free[: draft.length])
    return _dressed([settled[place] for place in sorted(settled)], verbs)


def _dressed(drafts: Sequence[Draft], verbs: Mapping[int, str]) -> list[Rail]:
    """Rails of all these works, with their places in their lists."""
    wanted = {each.artwork_id for draft in drafts for each in draft.entries}
    wanted.update(pk for draft in drafts for each in draft.entries for pk in each.because[:1])
    wanted.update(draft.because for draft in drafts if draft.because)
    cards = cards_of(wanted) if wanted else {}
    lists: dict[str, UUID] = {}
    places: dict[UUID, int] = {}
    rails: list[Rail] = []
    for number, draft in enumerate(drafts):
        list_id = lists.setdefault(draft.of or str(number), uuid4())
        works = []
        for entry in draft.entries:
            if artwork := cards.get(entry.artwork_id):  # not withdrawn meanwhile
                place = places[list_id] = places.get(list_id, -1) + 1
                reasons = tuple(cards[pk] for pk in entry.because[:1] if pk in cards)
                entry = replace(entry, position=place)
                verb = verbs.get(entry.because[0], "") if reasons else ""
                works.append(Recommendation(artwork, entry, reasons, verb))
        because = cards.get(draft.because) if draft.because else None
        if works and (because or not draft.because):
            key = f"{draft.kind}-{because.pk}" if because else draft.kind
            verb = verbs.get(because.pk, "") if because else ""
            rails.append(Rail(draft.kind, list_id, tuple(works), because, verb, key))
    return rails

"""The strip "More like this" of a work: one lens at a time, and on what the lenses agree."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.core.cache import cache

from artrec.serving.rerank import cap_per_group
from webapp.catalog import facets
from webapp.catalog.facts import UNKNOWN_ARTIST
from webapp.catalog.models import Artwork
from webapp.feed import lens_reasons
from webapp.feed.lenses import DEPTH, agreed, rank
from webapp.feed.likeness import Ranked
from webapp.feed.queries import cards_of
from webapp.feed.seen import ABOUT, AGREE, LABELS, Seen, see

LENGTH: Final = 14
PER_HAND: Final = 5
"""Works by one artist, but under the lens of the artist; others follow at the end."""
KEPT_SECONDS: Final = 300
"""How long the lists of a work are believed, if nothing of the collection changes."""


@dataclass(frozen=True, slots=True)
class Match:
    """A work of the strip."""

    artwork: Artwork
    why: str
    """Four or five words."""
    also: str
    """Which other lenses have it, too, in words."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One way to look."""

    name: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """Works that are like one, through one lens."""

    artwork: Artwork
    lens: str
    tabs: tuple[Tab, ...]
    matches: tuple[Match, ...]
    good: bool
    """False where even the first is not much like it."""

    @property
    def about(self) -> str:
        """What the lens goes by."""
        return str(ABOUT[self.lens])

    @property
    def query(self) -> str:
        """The query string of the page that shows all, to be filtered further."""
        return urlencode({"like": self.artwork.pk, "lens": self.lens})


def strip_of(
    artwork: Artwork, lens: str, *, exclude: Collection[int] = (), length: int = LENGTH
) -> Strip | None:
    """Return the strip of `artwork` through `lens`, or through the first it can be looked at by.

    None where it cannot be looked at by any. What is excluded is not shown; it has `length` works,
    `DEPTH` at most. The lists of all lenses
    are kept for a few minutes and while no work changes; then it takes six queries.
    """
    seen = see(artwork)
    there = seen.lenses
    if not there:
        return None
    chosen = lens if lens in there else there[0]
    lists, hands = _lists(seen)
    ranked = lists[chosen]
    gone = set(exclude)
    ids = [pk for pk in ranked.ids if pk not in gone]
    ids = (ids if chosen == "artist" else _mixed(ids, hands))[:length]
    cards = cards_of(ids)
    works = [cards[pk] for pk in ids if pk in cards]
    having = _having(lists, ids)
    single = [name for name in there if name != AGREE]
    why = lens_reasons.words(seen, chosen, works)
    return Strip(
        artwork=artwork,
        lens=chosen,
        tabs=tuple(Tab(name, str(LABELS[name]), name == chosen) for name in there),
        matches=tuple(_match(work, chosen, having[work.pk], single, why) for work in works),
        good=ranked.good,
    )


def _lists(seen: Seen) -> tuple[dict[str, Ranked], dict[int, int]]:
    """What each lens has, as deep as is fused, what becomes of it, and who made the works."""
    spaces = [seen.look and seen.look.pk]
    if seen.taste:
        spaces += [seen.taste.space.pk, seen.taste.space.head_number]
    parts = [seen.artwork.pk, facets.version(), *spaces]
    key = f"feed.lenses.{'.'.join(map(str, parts))}"

    def look() -> tuple[dict[str, Ranked], dict[int, int]]:
        single = [name for name in seen.lenses if name != AGREE]
        lists = {name: rank(seen, name, None, DEPTH) for name in single}
        lists[AGREE] = agreed(seen, lists, None, DEPTH)
        found = {pk for each in lists.values() for pk in each.ids}
        known = Artwork.objects.filter(pk__in=found).exclude(artist__name=UNKNOWN_ARTIST)
        return lists, dict(known.order_by().values_list("pk", "artist_id"))

    return cache.get_or_set(key, look, KEPT_SECONDS) or ({}, {})


def _having(lists: Mapping[str, Ranked], ids: Collection[int]) -> dict[int, list[str]]:
    """Which lenses are close to each work."""
    close = {name: set(each.ids[: each.close]) for name, each in lists.items() if name != AGREE}
    return {pk: [name for name, near in close.items() if pk in near] for pk in ids}


def _mixed(ids: list[int], hands: Mapping[int, int]) -> list[int]:
    """The same, but no more than some by one hand before everything else."""
    within = set(cap_per_group([hands.get(pk, -pk) for pk in ids], cap=PER_HAND))
    return [ids[place] for place in sorted(range(len(ids)), key=lambda p: p not in within)]


def _match(
    work: Artwork, lens: str, having: list[str], there: Sequence[str], why: Mapping[int, str]
) -> Match:
    if lens == AGREE:
        words = lens_reasons.of_agreement(having, there) if having else lens_reasons.nearest()
        return Match(work, words, "")
    others = [name for name in having if name != lens]
    return Match(work, why.get(work.pk, ""), lens_reasons.also(others, len(there) - 1))

"""What the gallery thinks somebody likes, as pictures and words. Nothing here writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from webapp.catalog.models import Artwork
from webapp.feed.looks import read_looks
from webapp.feed.models import Event, Visitor
from webapp.feed.profile import Chosen, whole_profile_of
from webapp.feed.queries import VERBS, cards_of
from webapp.mine import grouping, telling
from webapp.mine.telling import Counts, Facts, Word
from webapp.vectors import queries as vectors

WORDS: Final = 6
GROUP_WORDS: Final = 3
STRONGEST: Final = 8
"""Works named as those that shape it most."""
SWATCHES: Final = 14
ALIKE: Final = 14.0
"""Colours nearer than this in CIELAB (Euclidean, as in CIE 1976) are one."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A work, and how much it says."""

    artwork: Artwork
    verb: str
    """What the visitor did: "liked"."""
    share: float
    """Of what all of them together say."""
    part: float
    """Of what the strongest says, for a bar."""


@dataclass(frozen=True, slots=True)
class Group:
    """Works that look alike, the strongest first."""

    works: tuple[Weighed, ...]
    words: tuple[Word, ...]
    share: float

    @property
    def ids(self) -> str:
        """The works in an address."""
        return ",".join(str(each.artwork.pk) for each in self.works)


@dataclass(frozen=True, slots=True)
class Swatch:
    """A colour of somebody's works."""

    hex: str
    share: float


@dataclass(frozen=True, slots=True)
class Taste:
    """All that is told."""

    works: int
    groups: tuple[Group, ...]
    words: tuple[Word, ...]
    strongest: tuple[Weighed, ...]
    swatches: tuple[Swatch, ...]


def taste_of(visitor: Visitor | None) -> Taste:
    """Return what is known of `visitor`'s taste, whether it is used or not.

    Six queries, none for a stranger.
    """
    chosen = whole_profile_of(visitor).works
    if not chosen:
        return Taste(0, (), (), (), ())
    ids = [work.artwork_id for work in chosen]
    looks = read_looks(vectors.live_space(), ids)
    cards, facts, counts = cards_of(ids), telling.facts_of(ids), telling.counts()
    told = [work for work in chosen if work.artwork_id in cards]
    weighed = _weighed(told, cards)
    weights = {each.artwork.pk: each.share for each in weighed}
    seen = [pk for pk in weights if pk in looks.place]
    groups = [
        _group(
            [weighed[place] for place in _places(weighed, (seen[r] for r in rows))], facts, counts
        )
        for rows in grouping.groups(looks.rows(seen))
    ]
    return Taste(
        works=len(weighed),
        groups=tuple(sorted(groups, key=lambda group: -group.share)),
        words=tuple(telling.words_of(weights, facts, counts, most=WORDS)),
        strongest=tuple(weighed[:STRONGEST]),
        swatches=tuple(_swatches(weights, facts)),
    )


def _weighed(chosen: Sequence[Chosen], cards: Mapping[int, Artwork]) -> list[Weighed]:
    """The strongest first, of equals the newest."""
    total = sum(work.weight for work in chosen)
    largest = max((work.weight for work in chosen), default=1.0)
    newest_first = chosen[::-1]
    strongest = sorted(newest_first, key=lambda work: -work.weight)
    return [
        Weighed(
            cards[work.artwork_id],
            VERBS[Event.Kind(work.kind)],
            work.weight / total,
            work.weight / largest,
        )
        for work in strongest
    ]


def _places(weighed: Sequence[Weighed], ids: Iterable[int]) -> list[int]:
    wanted = set(ids)
    return [place for place, each in enumerate(weighed) if each.artwork.pk in wanted]


def _group(works: Sequence[Weighed], facts: Mapping[int, Facts], counts: Counts) -> Group:
    weights = {each.artwork.pk: each.share for each in works}
    words = telling.words_of(weights, facts, counts, most=GROUP_WORDS, least=telling.GROUP_SHARE)
    return Group(tuple(works), tuple(words), sum(weights.values()))


def _swatches(weights: Mapping[int, float], facts: Mapping[int, Facts]) -> list[Swatch]:
    """The colours of these works, like ones together, the dark ones first."""
    found = [
        (weights[pk] * share, lab, code)
        for pk in weights
        if pk in facts
        for code, lab, share in facts[pk].palette
    ]
    kinds: list[tuple[tuple[float, float, float], str, float]] = []
    for weight, lab, code in sorted(found, reverse=True):
        near = (
            place
            for place, (other, _code, _sum) in enumerate(kinds)
            if sum((a - b) ** 2 for a, b in zip(lab, other, strict=True)) < ALIKE**2
        )
        place = next(near, None)
        if place is None:
            kinds.append((lab, code, weight))
        else:
            centre, name, sum_ = kinds[place]
            kinds[place] = (centre, name, sum_ + weight)
    most = sorted(kinds, key=lambda kind: -kind[2])[:SWATCHES]
    total = sum(kind[2] for kind in most) or 1.0
    return [Swatch(code, weight / total) for _lab, code, weight in sorted(most)]

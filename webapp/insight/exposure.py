"""What a model recommends to everybody, as its survey found it: neighbourhoods and popularity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from webapp.catalog.models import Artwork
from webapp.catalog.queries import cards, visible
from webapp.feed.showable import RECOMMENDABLE
from webapp.insight.ground import Area, Ground
from webapp.insight.heat import Heat, of_lifts

SHOWN: Final = 16
"""Works shown of those recommended most."""
PASSED: Final = 6
"""Works shown of a neighbourhood that are never recommended."""
HIGH: Final = 96.0
"""Height of the tallest column of popularity, in pixels."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How much of a neighbourhood is recommended."""

    area: Area
    works: int
    """That can be recommended."""
    reached: int
    """Of those, how many anybody is recommended."""
    lift: float
    """How often they are, against the average work: 1 is as often."""
    passed: Sequence[Artwork]
    """Some that nobody is."""

    @property
    def share(self) -> float:
        """Of its works, how many are recommended."""
        return self.reached / self.works if self.works else 0.0


@dataclass(frozen=True, slots=True)
class Part:
    """A tenth of the catalogue by popularity, as columns of a chart, in pixels."""

    shown: float
    chosen: float
    shown_height: float
    chosen_height: float
    most: int


@dataclass(frozen=True, slots=True)
class Counted:
    """A work and how many of the visitors it is recommended to."""

    work: Artwork
    times: int


@dataclass(frozen=True, slots=True)
class Exposure:
    """All that a page shows of a survey."""

    heat: Heat | None
    reaches: Sequence[Reach]
    """Neighbourhoods, the one recommended least first."""
    most: Sequence[Counted]
    parts: Sequence[Part]
    even: float
    """Height of a tenth, in pixels."""


def exposure(result: Mapping[str, Any], ground: Ground | None) -> Exposure:
    """Lay a survey over the map of today. Two queries."""
    counts = {int(pk): int(times) for pk, times in result["counts"].items()}
    can_be = visible().filter(availability__in=RECOMMENDABLE.availability)
    open_ = set(can_be.values_list("pk", flat=True))
    reaches = [] if ground is None else _reaches(counts, open_, ground)
    most = sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:SHOWN]
    works = cards().in_bulk({pk for pk, _ in most} | {pk for _, pks in reaches for pk in pks})
    return Exposure(
        heat=None if ground is None else _heat(counts, open_, ground),
        reaches=[
            Reach(*told, passed=[works[pk] for pk in pks if pk in works]) for told, pks in reaches
        ],
        most=[Counted(works[pk], times) for pk, times in most if pk in works],
        parts=_parts(result["parts"]),
        even=_height(1 / len(result["parts"]), result["parts"]),
    )


def _heat(counts: Mapping[int, int], open_: set[int], ground: Ground) -> Heat:
    times = np.array([counts.get(pk, 0) if pk in open_ else np.nan for pk in ground.ids.tolist()])
    average = np.nanmean(times) if not np.isnan(times).all() else 1.0
    return of_lifts(ground, times / (average or 1.0))


def _reaches(
    counts: Mapping[int, int], open_: set[int], ground: Ground
) -> list[tuple[tuple[Area, int, int, float], list[int]]]:
    """What `Reach` is made of, with ids of works that nobody is recommended."""
    inside: list[list[int]] = [[] for _ in ground.areas]
    for pk, area in zip(ground.ids.tolist(), ground.area.tolist(), strict=True):
        if pk in open_:
            inside[area].append(pk)
    every = [pk for pks in inside for pk in pks]
    average = sum(counts.get(pk, 0) for pk in every) / max(len(every), 1) or 1.0
    found = []
    for area, pks in zip(ground.areas, inside, strict=True):
        if pks:
            times = [counts.get(pk, 0) for pk in pks]
            lift = sum(times) / len(pks) / average
            told = area, len(pks), sum(each > 0 for each in times), lift
            found.append((told, [pk for pk in pks if pk not in counts][:PASSED]))
    return sorted(found, key=lambda each: each[0][3])


def _parts(parts: Sequence[Mapping[str, float]]) -> list[Part]:
    return [
        Part(
            each["shown"],
            each["chosen"],
            _height(each["shown"], parts),
            _height(each["chosen"], parts),
            int(each["most"]),
        )
        for each in parts
    ]


def _height(share: float, parts: Sequence[Mapping[str, float]]) -> float:
    tallest = max(max(each["shown"], each["chosen"]) for each in parts)
    return round(HIGH * share / (tallest or 1.0), 1)

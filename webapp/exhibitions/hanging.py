"""How the works of a room hang: as large as they are to each other, side by side where there is
room, one with a text of its own beside it.

Lengths have no unit here; the style sheet gives the unit, so that all of a room keeps its
proportions on every screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Final

from webapp.catalog.models import Artwork

SMALLEST: Final = 0.28
"""Of the largest work's longest side: what is smaller still is not hung smaller."""
SLIMMEST: Final = 0.5
"""Works of unknown size get the same area; what is slimmer (or wider than 2) counts as this."""
ROW: Final = 1.7
"""Widths that hang side by side, in heights of the tallest work of the room."""
BESIDE: Final = 1.25
"""A work up to this width has its text beside it, in the same measure."""
MOST: Final = 4
"""Works side by side."""


@dataclass(frozen=True, slots=True)
class Work:
    """A work as it hangs: `tall` and `wide`, where 1 is the longest side of the largest."""

    artwork: Artwork
    label: str
    tall: float
    wide: float


@dataclass(frozen=True, slots=True)
class Bay:
    """Works side by side."""

    works: tuple[Work, ...]
    beside: bool = False
    """Whether the text of its only work hangs beside it."""

    @property
    def wide(self) -> float:
        return sum(each.wide for each in self.works)


@dataclass(frozen=True)
class Hang:
    """All of a room."""

    bays: tuple[Bay, ...]

    @cached_property
    def tallest(self) -> float:
        """The height of the tallest work."""
        return max((each.tall for bay in self.bays for each in bay.works), default=1.0)

    @cached_property
    def widest(self) -> float:
        """The width of the widest bay."""
        return max((bay.wide for bay in self.bays), default=1.0)

    @cached_property
    def gaps(self) -> int:
        """The most gaps between works of a bay."""
        return max((len(bay.works) for bay in self.bays), default=1) - 1

    @cached_property
    def widest_work(self) -> float:
        """The width of the widest work."""
        return max((each.wide for bay in self.bays for each in bay.works), default=1.0)


def hang(works: Sequence[tuple[Artwork, str]]) -> Hang:
    """Lay out works with their labels, in their order."""
    sizes = _longest([artwork for artwork, _label in works])
    hung = [
        _work(artwork, label, size) for (artwork, label), size in zip(works, sizes, strict=True)
    ]
    tallest = max((each.tall for each in hung), default=1.0)
    bays: list[Bay] = []
    for each in hung:
        last = bays[-1] if bays else None
        if each.label:
            bays.append(Bay((each,), beside=each.wide <= BESIDE * tallest))
        elif last and _fits(last, each, ROW * tallest):
            bays[-1] = Bay((*last.works, each))
        else:
            bays.append(Bay((each,)))
    return Hang(tuple(bays))


def _fits(bay: Bay, work: Work, row: float) -> bool:
    return (
        len(bay.works) < MOST
        and not any(each.label for each in bay.works)
        and bay.wide + work.wide <= row
    )


def _longest(works: Sequence[Artwork]) -> list[float]:
    """The longest side of each, 1 for the largest."""
    real = [float(max(each.width_cm or 0, each.height_cm or 0)) for each in works]
    known = [each for each in real if each]
    if not known:
        return _of_one_area(works)
    largest = max(known)
    usual = median(known)
    return [max((each or usual) / largest, SMALLEST) for each in real]


def _of_one_area(works: Sequence[Artwork]) -> list[float]:
    slim = [max(min(_ratio(each), 1 / _ratio(each)), SLIMMEST) for each in works]
    longest = [each**-0.5 for each in slim]
    return [each / max(longest) for each in longest]


def _work(artwork: Artwork, label: str, longest: float) -> Work:
    ratio = _ratio(artwork)
    return Work(artwork, label, tall=longest / max(ratio, 1.0), wide=longest * min(ratio, 1.0))


def _ratio(artwork: Artwork) -> float:
    return artwork.image.width / artwork.image.height

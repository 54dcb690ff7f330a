"""How the pictures of a question hang beside each other: of one area, whatever their shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.catalog.models import Artwork


@dataclass(frozen=True, slots=True)
class Hung:
    """A work and the sides of its picture, in units of the side of a square of the same area."""

    artwork: Artwork
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Hanging:
    """The works of a question; the page finds the largest unit for which all have room."""

    works: tuple[Hung, ...]

    @property
    def wide(self) -> float:
        """Width of all side by side."""
        return sum(work.width for work in self.works)

    @property
    def widest(self) -> float:
        """Width of the widest."""
        return max((work.width for work in self.works), default=1.0)

    @property
    def tallest(self) -> float:
        """Height of the tallest."""
        return max((work.height for work in self.works), default=1.0)


def hung(works: Sequence[Artwork]) -> Hanging:
    """Return how these works hang."""
    roots = [(work.image.width / work.image.height) ** 0.5 for work in works]
    return Hanging(
        tuple(Hung(work, root, 1 / root) for work, root in zip(works, roots, strict=True))
    )

"""Two works as the desk shows them: what each has, and how one picture lies on the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.catalog.models import Artwork
from webapp.duplicates.models import Pair


@dataclass(frozen=True, slots=True)
class Side:
    """One of two works."""

    name: str
    """"first" or "second"."""
    work: Artwork
    marks: int
    """How often visitors liked, kept or bought it."""
    suggested: bool
    """Whether it is the one to stay, unless somebody says otherwise."""
    larger: bool
    """Whether its picture has clearly more pixels than the other."""


def sides_of(pair: Pair, marks: Mapping[int, int]) -> tuple[Side, Side]:
    """Return both works; the one that visitors marked more often stays, else the older one."""
    first, second = pair.first, pair.second
    stays = second if marks[second.pk] > marks[first.pk] else first

    def side(name: str, work: Artwork, other: Artwork) -> Side:
        larger = _pixels(work) > 1.1 * _pixels(other)
        return Side(name, work, marks[work.pk], work == stays, larger)

    return side("first", first, second), side("second", second, first)


def laid_over(pair: Pair) -> str:
    """Return the CSS that lays the second picture, stretched to the box of the first, upon it."""
    a, b, c, d, e, f = pair.affine
    ratio = pair.first.image.width / pair.first.image.height
    matrix = ", ".join(f"{value:.5f}" for value in (a, d / ratio, b * ratio, e))
    return f"translate({100 * c:.3f}%, {100 * f:.3f}%) matrix({matrix}, 0, 0)"


def _pixels(work: Artwork) -> int:
    return work.image.width * work.image.height

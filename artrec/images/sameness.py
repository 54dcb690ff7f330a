"""Whether two pictures are of the same work: what the desk for duplicates suggests, and why.

Similar is not the same. A pair is suggested only when one picture, laid over the other, agrees with
it in its details. `benchmarks/bench_duplicates.py` measures the thresholds. Imports SciPy and
OpenCV; import it on its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Final

import numpy as np
from PIL import Image

from artrec.images.fingerprints import Bits, fingerprint, turned
from artrec.images.matching import Affine, Match, Prepared, flipped, match, match_as_wholes, prepare

NEAR_BITS: Final = 60
"""Fingerprints that differ in at most so many of 256 bits are worth a look."""
WHOLE_DETAILS: Final = 0.8
"""Least correlation of the details of two wholes whose fingerprints are near. Of colours nothing is
asked: photographs fade, and some have none."""
WHOLE_OVERLAP: Final = 0.9
DETAILS: Final = 0.87
"""The same where only points led to each other."""
CHROMA: Final = 0.75
"""Least correlation of the colours there, where both pictures have some."""
OVERLAP: Final = 0.95
"""Least share of the smaller picture that lies on the other."""


class Kind(StrEnum):
    """How two pictures are the same."""

    NEAR = "near"
    """The whole of one is the whole of the other: saved anew, scaled, recoloured, turned."""
    PHOTO = "photo"
    """One shows what the other does, and more or less of it: a part, a frame, another photo."""


class Picture:
    """A picture as it is compared."""

    def __init__(self, image: Image.Image) -> None:
        self.bits: Bits = fingerprint(image)
        self.upright: Prepared = prepare(image)

    @cached_property
    def mirrored(self) -> Prepared:
        """Its mirror image, whose points are others."""
        return flipped(self.upright)


@dataclass(frozen=True, slots=True)
class Same:
    """What speaks for two pictures showing the same work."""

    kind: Kind
    distance: int
    """Differing bits of the fingerprints, the second turned as suits best; 128 is chance."""
    points: int
    """Pairs of points that agree; 0 where wholes were compared."""
    details: float
    """Correlation of the details, at most 1."""
    affine: tuple[float, float, float, float, float, float]
    """(a, b, c, d, e, f): the place (x, y) of the second picture, as shares of its width and
    height, is (a x + b y + c, d x + e y + f) of the first."""

    def seen_from_second(self) -> Same:
        """The same, with the two pictures exchanged."""
        back = np.linalg.inv(np.vstack((np.reshape(self.affine, (2, 3)), (0, 0, 1))))
        return replace(self, affine=_numbers(back[:2]))


def compare(first: Picture, second: Picture) -> Same | None:
    """Tell how two pictures show the same work, or None where they do not.

    Of many comparisons with one picture it is best the second, whose mirror image is kept.
    """
    distances = np.count_nonzero(turned(second.bits) != first.bits, axis=1)
    turn = int(np.argmin(distances))
    if distances[turn] <= NEAR_BITS:
        whole = match_as_wholes(first.upright, second.upright, turn)
        if whole.details >= WHOLE_DETAILS and whole.overlap >= WHOLE_OVERLAP:
            return _same(Kind.NEAR, int(distances[turn]), whole)
    found = match(first.upright, second.upright)
    if found is None or not _holds(found):
        found = match(first.upright, second.mirrored)
        if found is None or not _holds(found):
            return None
        a, b, c, d, e, f = found.affine.reshape(6)
        found = Match(
            np.array([[-a, b, a + c], [-d, e, d + f]]),
            *(found.points, found.overlap, found.details, found.chroma),
        )
    return _same(Kind.PHOTO, int(distances[turn]), found)


def _holds(found: Match) -> bool:
    return found.details >= DETAILS and found.chroma >= CHROMA and found.overlap >= OVERLAP


def _same(kind: Kind, distance: int, found: Match) -> Same:
    return Same(kind, distance, found.points, round(found.details, 3), _numbers(found.affine))


def _numbers(affine: Affine) -> tuple[float, float, float, float, float, float]:
    a, b, c, d, e, f = (round(float(value), 5) for value in affine.reshape(6))
    return (a, b, c, d, e, f)

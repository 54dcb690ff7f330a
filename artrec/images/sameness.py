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

from artrec.images.borders import without_border
from artrec.images.fingerprints import Bits, fingerprint, turned
from artrec.images.matching import Affine, Match, Prepared, flipped, match, match_as_wholes, prepare

NEAR_BITS: Final = 60
"""Fingerprints that differ in at most so many of 256 bits are worth a look."""
WHOLE_DETAILS: Final = 0.8
"""Least correlation of the details of two wholes whose fingerprints are near. Of colours nothing is
asked: photographs fade, and some have none."""
WHOLE_OVERLAP: Final = 0.9
SURE_BITS: Final = 36
"""Fingerprints that differ in so few are of the same picture, or of works of few details."""
SURE_DETAILS: Final = 0.3
"""Least correlation of the details there: a watermark leaves little of those of a night."""
SURE_CHROMA: Final = 0.85
DETAILS: Final = 0.87
"""The same as `WHOLE_DETAILS` where the fingerprints tell nothing."""
CHROMA: Final = 0.75
"""Least correlation of the colours there, where both pictures have some."""
OVERLAP: Final = 0.95
"""Least share of the smaller picture that lies on the other."""


class Kind(StrEnum):
    """How two pictures are the same."""

    NEAR = "near"
    """The whole of one is the whole of the other: saved anew, scaled, recoloured, turned, with a
    border."""
    PHOTO = "photo"
    """One shows what the other does, and more or less of it: a part, a frame, another photo."""


class Picture:
    """A picture as it is compared."""

    def __init__(self, image: Image.Image) -> None:
        left, top, right, bottom = without_border(image)
        inner = image.crop((left, top, right, bottom))
        self.bits: Bits = fingerprint(inner)
        self.upright: Prepared = prepare(inner)
        self.inner: Affine = np.array([[right - left, 0, left], [0, bottom - top, top]]) / np.array(
            [[image.width], [image.height]]
        )
        """Takes places of the picture without its borders to those of the whole."""

    @cached_property
    def mirrored(self) -> Prepared:
        """Its mirror image."""
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
        return replace(self, affine=_numbers(_back(np.reshape(self.affine, (2, 3)))))


def compare(first: Picture, second: Picture) -> Same | None:
    """Tell how two pictures show the same work, or None where they do not.

    Of many comparisons with one picture it is best the second, whose mirror image is kept.
    """
    same = _compare(first, second)
    if same is None:
        return None
    affine = _chained(first.inner, np.reshape(same.affine, (2, 3)), _back(second.inner))
    return replace(same, affine=_numbers(affine))


def _compare(first: Picture, second: Picture) -> Same | None:
    """Compare what their borders leave of two pictures."""
    distances = np.count_nonzero(turned(second.bits) != first.bits, axis=1)
    turn = int(np.argmin(distances))
    whole = match_as_wholes(first.upright, second.upright, turn)
    if _are_wholes(whole, int(distances[turn])):
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


def _are_wholes(found: Match, distance: int) -> bool:
    if found.overlap < WHOLE_OVERLAP:
        return False
    if distance <= SURE_BITS and found.chroma >= SURE_CHROMA:
        return found.details >= SURE_DETAILS
    if distance <= NEAR_BITS:
        return found.details >= WHOLE_DETAILS
    return found.details >= DETAILS and found.chroma >= CHROMA


def _holds(found: Match) -> bool:
    return found.details >= DETAILS and found.chroma >= CHROMA and found.overlap >= OVERLAP


def _same(kind: Kind, distance: int, found: Match) -> Same:
    return Same(kind, distance, found.points, round(found.details, 3), _numbers(found.affine))


def _back(affine: Affine) -> Affine:
    return np.asarray(np.linalg.inv(np.vstack((affine, (0, 0, 1))))[:2])


def _chained(*affines: Affine) -> Affine:
    """One map after the other, the last first."""
    whole = np.eye(3)
    for affine in affines:
        whole = whole @ np.vstack((affine, (0, 0, 1)))
    return whole[:2]


def _numbers(affine: Affine) -> tuple[float, float, float, float, float, float]:
    a, b, c, d, e, f = (round(float(value), 5) for value in affine.reshape(6))
    return (a, b, c, d, e, f)

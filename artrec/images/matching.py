"""Whether two pictures show the same work: one is laid over the other, and the two are compared.

SIFT points (Lowe 2004) that are alike in both pictures propose an affine map, RANSAC (Fischler and
Bolles 1981) keeps those that agree with one, and then the two pictures must also look the same
where they overlap: a motif, a stamp or a signature in common is not enough. Imports OpenCV; import
it on its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from artrec.images.fingerprints import TURNS

Pixels = NDArray[Any]
"""(height, width, 3) or (height, width) uint8."""
Affine = NDArray[Any]
"""(2, 3) float64: takes places of one picture, as shares of its width and height, to another's."""

LOOKED_AT: Final = 400
"""Pixels of the longer side in which points are found."""
POINTS: Final = 500
"""Points of a picture, the strongest."""
RATIO: Final = 0.8
"""A point's best partner must be so much nearer than its second best (Lowe 2004)."""
TOLERANCE: Final = 4.0
"""Pixels by which a pair of points may miss the map."""
LEAST_POINTS: Final = 8
COMPARED_AT: Final = 128
"""Pixels of the longer side in which the overlap is compared."""
FINE: Final = 4.0
"""Details are what is smaller than so many of them."""
COLOURED: Final = 2.5
"""A picture whose colours, in CIELAB, vary less than this has none to compare."""
LEAST_PIXELS: Final = 64
_MIRRORED: Final = (0, 7, 6, 5, 4, 3, 2, 1)
"""Where a mirror shows each of the eight directions."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture as `match` reads it."""

    pixels: Pixels
    """(height, width, 3), RGB, longer side `LOOKED_AT`."""
    places: NDArray[np.float32]
    """(P, 2) pixels, x then y."""
    descriptors: NDArray[np.float32]
    """(P, 128)."""


@dataclass(frozen=True, slots=True)
class Match:
    """How one picture lies over another, and how alike they are there."""

    affine: Affine
    """From the second picture to the first."""
    points: int
    """Pairs of points that agree with it; 0 where none were needed."""
    overlap: float
    """Share of the smaller of the two that lies on the other, 0..1."""
    details: float
    """Correlation of the details in the overlap, -1..1: of the brightness without its large forms,
    which many pictures share."""
    chroma: float
    """Correlation of the colours in the overlap, -1..1; 1 where one of the two has none."""


def prepare(image: Image.Image) -> Prepared:
    """Find the points of `image` (RGB)."""
    scale = LOOKED_AT / max(image.size)
    size = (max(16, round(image.width * scale)), max(16, round(image.height * scale)))
    small = image.convert("RGB").resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return _prepared(np.asarray(small))


def flipped(picture: Prepared) -> Prepared:
    """The mirror image of a picture. Its points need not be found anew: a descriptor counts eight
    directions in 4 x 4 fields, seen along the direction of its point, so in the mirror image the
    same counts stand in another order."""
    pixels = np.ascontiguousarray(picture.pixels[:, ::-1])
    last = pixels.shape[1] - 1
    places = np.column_stack((last - picture.places[:, 0], picture.places[:, 1]))
    counts = picture.descriptors.reshape(-1, 4, 4, 8)[:, ::-1][..., _MIRRORED]
    return Prepared(pixels, places, counts.reshape(-1, 128))


def _prepared(pixels: Pixels) -> Prepared:
    found, descriptors = _sift().detectAndCompute(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), None)
    places = np.array([point.pt for point in found], np.float32).reshape(-1, 2)
    if not found:  # then OpenCV gives no descriptors at all
        descriptors = np.zeros((0, 128), np.float32)
    # Compared by the Hellinger kernel (Arandjelović and Zisserman 2012).
    sums = descriptors.sum(1, keepdims=True)
    return Prepared(pixels, places, np.sqrt(descriptors / np.maximum(sums, 1e-7)))


def match(first: Prepared, second: Prepared) -> Match | None:
    """Lay `second` over `first` by their points; None where too few agree."""
    if min(len(first.places), len(second.places)) < LEAST_POINTS:
        return None
    likeness = second.descriptors @ first.descriptors.T
    back, best = np.argmax(likeness, axis=0), np.argmax(likeness, axis=1)
    rows = np.arange(len(best))
    nearest = 1 - likeness[rows, best]  # half the squared distance
    likeness[rows, best] = -1
    kept = np.flatnonzero(nearest < RATIO**2 * (1 - likeness.max(axis=1)))
    kept = kept[back[best[kept]] == kept]  # and each the other's best
    if len(kept) < LEAST_POINTS:
        return None
    affine, agreed = cv2.estimateAffine2D(
        second.places[kept],
        first.places[best[kept]],
        ransacReprojThreshold=TOLERANCE,
        maxIters=2000,
        confidence=0.995,
    )
    if affine is None or int(agreed.sum()) < LEAST_POINTS or not _is_plausible(affine[:, :2]):
        return None
    return _compared(first, second, affine, points=int(agreed.sum()))


def match_as_wholes(first: Prepared, second: Prepared, number: int = 0) -> Match:
    """Lay the whole of `second`, turned as `number` of `fingerprints.turned` says, over `first`."""
    height, width = first.pixels.shape[:2]
    own_height, own_width = second.pixels.shape[:2]
    corners = _turn_of_unit(number)
    to_first, from_second = np.diag([width, height]), np.diag([1 / own_width, 1 / own_height])
    affine = np.column_stack((to_first @ corners[:, :2] @ from_second, to_first @ corners[:, 2]))
    return _compared(first, second, affine, points=0)


def _turn_of_unit(number: int) -> Affine:
    """What `turn` does to places of the unit square."""
    linear, moved = np.eye(2), np.zeros(2)
    if number >= TURNS // 2:
        linear = linear[::-1].copy()
    for axis, flipped in ((0, number % 2 == 1), (1, number % 4 >= 2)):
        if flipped:
            linear[axis] *= -1
            moved[axis] = 1 - moved[axis]
    return np.column_stack((linear, moved))


def _is_plausible(linear: NDArray[np.float64]) -> bool:
    """Whether a map is one between photographs: neither a speck nor a smear."""
    sizes = np.linalg.svd(linear, compute_uv=False)
    upright = np.linalg.det(linear) > 0  # mirrored ones are matched as mirrored
    return bool(upright and sizes[1] > 0.12 and sizes[0] < 8 and sizes[0] < 2 * sizes[1])


def _compared(first: Prepared, second: Prepared, affine: Affine, *, points: int) -> Match:
    """Compare two pictures where `affine`, in pixels, lays the second on the first."""
    covers = abs(np.linalg.det(affine[:, :2])) * _area(second) / _area(first)
    if covers >= 1:
        return _laid(first, second, affine, points)
    # What is cut out of a picture is the frame in which they are compared.
    found = _laid(second, first, cv2.invertAffineTransform(affine), points)
    return replace(found, affine=cv2.invertAffineTransform(found.affine))


def _laid(frame: Prepared, other: Prepared, affine: Affine, points: int) -> Match:
    """Compare two pictures within `frame`, the smaller of them."""
    height, width = frame.pixels.shape[:2]
    own_height, own_width = other.pixels.shape[:2]
    scale = COMPARED_AT / max(width, height)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    one = cv2.resize(frame.pixels, size, interpolation=cv2.INTER_AREA)
    # Blurred first, for warping down takes single pixels.
    factor = float(np.sqrt(abs(np.linalg.det(affine[:, :2])))) * scale
    two = cv2.GaussianBlur(other.pixels, (0, 0), max(0.3, 0.45 / max(factor, 1e-3)))
    small = _refined(one, two, affine * scale)
    laid = cv2.warpAffine(two, small, size, flags=cv2.INTER_LINEAR)
    everywhere = np.full((own_height, own_width), 255, np.uint8)
    inside = cv2.warpAffine(everywhere, small, size) > 250
    shares = np.diag([1 / size[0], 1 / size[1]]) @ small @ np.diag([own_width, own_height, 1])
    if np.count_nonzero(inside) < LEAST_PIXELS:
        return Match(shares, points, 0.0, 0.0, 0.0)
    labs = [
        cv2.cvtColor(cv2.GaussianBlur(each, (0, 0), 1.0), cv2.COLOR_RGB2LAB).astype(np.float32)
        for each in (one, laid)
    ]
    return Match(
        affine=shares,
        points=points,
        overlap=float(inside.mean()),
        details=_correlation([_details(lab[..., 0], inside) for lab in labs]),
        chroma=_chroma([lab[inside][:, 1:] for lab in labs]),
    )


def _area(picture: Prepared) -> int:
    height, width = picture.pixels.shape[:2]
    return int(height * width)


def _refined(one: Pixels, two: Pixels, affine: Affine) -> Affine:
    """Move the map a little to where the two agree most (Evangelidis and Psarakis 2008)."""
    greys = [cv2.cvtColor(each, cv2.COLOR_RGB2GRAY) for each in (one, two)]
    back = cv2.invertAffineTransform(affine).astype(np.float32)
    everywhere = np.full(greys[1].shape, 255, np.uint8)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 1e-4)
    try:
        _, better = cv2.findTransformECC(
            greys[0], greys[1], back, cv2.MOTION_AFFINE, criteria, everywhere, gaussFiltSize=1
        )
    except cv2.error:
        return affine  # they do not agree anywhere near
    return np.asarray(cv2.invertAffineTransform(better), np.float64)


def _details(light: NDArray[np.float32], inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(pixels inside, 1): what differs from its surroundings; what lies outside is not asked."""
    known = inside.astype(np.float32)
    weight = np.maximum(cv2.GaussianBlur(known, (0, 0), FINE), 1e-6)
    around = cv2.GaussianBlur(light * known, (0, 0), FINE) / weight
    return np.asarray((light - around)[inside][:, None], np.float32)


def _chroma(colours: list[NDArray[np.float32]]) -> float:
    spread = min(float(each.std(0).max()) for each in colours)
    return 1.0 if spread < COLOURED else _correlation(colours)


def _correlation(values: list[NDArray[np.float32]]) -> float:
    """Pearson's, over all columns together; 0 where one of the two is even."""
    one, two = (each - each.mean(0) for each in values)
    norm = float(np.sqrt((one**2).sum() * (two**2).sum()))
    return float((one * two).sum()) / norm if norm > 1e-6 else 0.0


@lru_cache(maxsize=1)
def _sift() -> cv2.SIFT:
    return cv2.SIFT.create(nfeatures=POINTS, contrastThreshold=0.02)

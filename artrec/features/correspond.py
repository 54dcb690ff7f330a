"""Which regions of two pictures correspond: for every place of one, how near its best match is.

Each picture becomes a grid of cells with a feature row each: the last map of a convolutional
network before pooling, windows of the weight-free families, or overlapping crops for an extractor
with neither. Cells are standardised as the rows of whole pictures are, if a transform is given, so
that what all pictures share says nothing. Averaging and standardising are linear, so where a
picture's row is the mean of its cells, the inner product of two pictures, before their rows are
brought to length one, is a mean over all pairs of cells: this shows what likeness is made of.

A pair of cells is mutual if each is the other's best match, the "best buddies" of Dekel et al.
2015, https://doi.org/10.1109/CVPR.2015.7298813 (there between pixels of a template and a picture).

Letters used in shapes: H, W cells down and across one picture, h, w the other, D dimensions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError
from artrec.features.deep import DeepExtractor
from artrec.features.extractor import Extractor
from artrec.features.handmade import HandmadeExtractor
from artrec.serving.transform import Transform

if TYPE_CHECKING:
    from PIL.Image import Image

Floats = NDArray[np.float32]
Place = tuple[float, float]

CROPS: Final = 7
"""Crops along the longer side where an extractor has no map: each is a pass of its own."""
_SEEN: Final = 2
"""Cells on a side of such a crop."""
_APART: Final = 0.2
"""Shown pairs are at least so far apart, as a share of each picture's longer side: else they would
all lie in one place."""
_DARK: Final = 40
_BRIGHT: Final = 95
"""Percentiles of the cosines between which places go from dark to lit."""
_FAINT: Final = 0.3
"""A cosine below this is never fully lit,"""
_CLEAR: Final = 0.85
"""and one above this always, whatever the others are."""
_SPREAD: Final = 0.15
"""Least difference of cosines between dark and fully lit."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two places that are each other's best match."""

    a: Place
    """x and y in the first picture, from 0 at the left and the top to 1."""
    b: Place
    """In the second."""
    cosine: float


@dataclass(frozen=True, slots=True, eq=False)
class Correspondence:
    """What of two pictures corresponds."""

    a: Floats
    """(H, W) in 0..1: the cosine of each place of the first picture with its best match in the
    second; 0 where that is negative. Rows and columns divide the picture evenly."""
    b: Floats
    """(h, w), the same for the second picture."""
    pairs: tuple[Pair, ...]
    """Mutual best matches, the strongest first, in different places."""


def compare(
    extractor: Extractor, a: Image, b: Image, *, transform: Transform | None = None, pairs: int = 3
) -> Correspondence:
    """What of two pictures, RGB, corresponds in the eyes of an extractor; see `correspond`."""
    presence = not isinstance(extractor, HandmadeExtractor)
    cells = (grid(extractor, image) for image in (a, b))
    return correspond(*cells, transform=transform, presence=presence, pairs=pairs)


def grid(extractor: Extractor, image: Image) -> Floats:
    """(H, W, D) raw features of the cells of one picture, RGB, which they divide evenly."""
    if isinstance(extractor, HandmadeExtractor):
        return extractor.cells(image)
    if isinstance(extractor, DeepExtractor) and (found := extractor.cells(image)) is not None:
        return found
    return _crops(extractor, image)


def correspond(
    a: NDArray[np.float32],
    b: NDArray[np.float32],
    *,
    transform: Transform | None = None,
    presence: bool = False,
    pairs: int = 3,
) -> Correspondence:
    """Compare the cells of two pictures. O(H W h w D) time.

    Args:
        a: (H, W, D) of `grid`.
        b: (h, w, D) of the same extractor.
        transform: Fitted on rows of whole pictures; without one raw features are compared.
        presence: Whether only what a cell has more of than usual counts. For networks, whose units
            stand for things that are there: by what is missing in both, any two empty grounds would
            be the best match of all.
        pairs: How many at most.

    Raises:
        ShapeError: If the grids are not of that form, or not of the transform's dimensions.
    """
    if a.ndim != 3 or b.ndim != 3 or not a.size or not b.size or a.shape[2] != b.shape[2]:
        raise ShapeError(f"Expected grids (H, W, D) of one extractor, got {a.shape} and {b.shape}.")
    cosines = _units(a, transform, presence) @ _units(b, transform, presence).T
    best_of_a, best_of_b = cosines.argmax(axis=1), cosines.argmax(axis=0)
    return Correspondence(
        np.clip(cosines.max(axis=1), 0, 1).reshape(a.shape[:2]),
        np.clip(cosines.max(axis=0), 0, 1).reshape(b.shape[:2]),
        _mutual(cosines, best_of_a, best_of_b, a.shape[:2], b.shape[:2], pairs),
    )


def spotlight(found: Correspondence) -> tuple[Floats, Floats]:
    """(H, W) and (h, w) how brightly to light each place, 0 to 1, by one scale for both pictures.

    What matches best is fully lit, the weaker two fifths not at all. But light is not turned up for
    matches that are weak themselves, nor down for clear ones that others surpass.
    """
    both = np.concatenate((found.a.ravel(), found.b.ravel()))
    dark, bright = np.percentile(both, (_DARK, _BRIGHT))
    bright = float(np.clip(bright, _FAINT, _CLEAR))
    dark = min(float(dark), bright - _SPREAD)
    shares = (np.clip((each - dark) / (bright - dark), 0, 1) for each in (found.a, found.b))
    lit_a, lit_b = (share**2 * (3 - 2 * share) for share in shares)
    return lit_a, lit_b


def _units(cells: NDArray[np.float32], transform: Transform | None, presence: bool) -> Floats:
    """(H, W, D) -> (H*W, D) of length 1; a cell that is all zeros stays so and matches nothing."""
    rows = cells.reshape(-1, cells.shape[2])
    if transform is not None:
        if transform.input_dim != cells.shape[2]:
            raise ShapeError(
                f"The transform is for {transform.input_dim} dimensions, cells have "
                f"{cells.shape[2]}."
            )
        # Not projected: few directions tell whole pictures apart, but not the cells of one.
        rows = (rows - transform.mean) * transform.scale
    if presence:
        rows = np.maximum(rows, 0)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    units: Floats = rows / np.maximum(lengths, np.finfo(np.float32).tiny)
    return units


def _mutual(
    cosines: Floats,
    best_of_a: NDArray[np.intp],
    best_of_b: NDArray[np.intp],
    shape_a: tuple[int, ...],
    shape_b: tuple[int, ...],
    limit: int,
) -> tuple[Pair, ...]:
    cells = np.arange(len(best_of_a))
    mutual = cells[best_of_b[best_of_a] == cells]
    strength = cosines[mutual, best_of_a[mutual]]
    found: list[Pair] = []
    for place in np.argsort(-strength, kind="stable"):
        if len(found) == limit or strength[place] <= 0:
            break
        cell = int(mutual[place])
        pair = Pair(
            _centre(cell, shape_a), _centre(int(best_of_a[cell]), shape_b), float(strength[place])
        )
        if all(
            _distance(pair.a, other.a, shape_a) >= _APART
            and _distance(pair.b, other.b, shape_b) >= _APART
            for other in found
        ):
            found.append(pair)
    return tuple(found)


def _centre(cell: int, shape: tuple[int, ...]) -> Place:
    row, column = divmod(cell, shape[1])
    return (column + 0.5) / shape[1], (row + 0.5) / shape[0]


def _distance(
    one: tuple[float, float], other: tuple[float, float], shape: tuple[int, ...]
) -> float:
    """Between two places, as a share of the longer side."""
    longer = max(shape)
    across, down = (one[0] - other[0]) * shape[1], (one[1] - other[1]) * shape[0]
    return float(np.hypot(across, down)) / longer


def _crops(extractor: Extractor, image: Image) -> Floats:
    """(H, W, D) of overlapping square crops, the longer side divided into `CROPS` cells."""
    cell = max(image.size) / CROPS
    across, down = (max(1, round(side / cell)) for side in image.size)
    length = min(_SEEN * cell, *image.size)
    prepared = []
    for row in range(down):
        for column in range(across):
            centre = ((column + 0.5) * image.width / across, (row + 0.5) * image.height / down)
            left, top = (
                min(max(0.0, middle - length / 2), side - length)
                for middle, side in zip(centre, image.size, strict=True)
            )
            box = (round(left), round(top), round(left + length), round(top + length))
            prepared.append(extractor.prepare(image.crop(box)))
    return extractor.extract(prepared).reshape(down, across, -1)

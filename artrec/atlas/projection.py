"""A collection as a map: t-SNE of its looks, to which new works are added without moving the rest.

van der Maaten and Hinton 2008, computed as in openTSNE (Poličar et al. 2024): the principal
components give the start, which keeps the large distances meaningful (Kobak and Berens 2019). What
other methods do with real paintings is in docs/atlas.md.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, fields
from typing import Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from openTSNE import TSNEEmbedding
from openTSNE.affinity import PerplexityBasedNN
from openTSNE.nearest_neighbors import PrecomputedNeighbors
from scipy.spatial import cKDTree

from artrec.atlas.neighbours import Floats, Ints, Progress, checked, nearest, principal_axes
from artrec.errors import DataError, ShapeError

DIMS: Final = 100
"""Principal components in which neighbours are sought."""
PERPLEXITY: Final = 30.0
NEIGHBOURS: Final = 90
"""Three times the perplexity, as is usual."""
LANDING: Final = 15
"""Neighbours that say where a new work stands."""
EARLY: Final = 250
LATE: Final = 500
"""Iterations of gradient descent, with exaggeration and without."""
ROOM: Final = 0.9
"""Least distance between two of N works, times the root of N: a third of the map is filled."""
_GATHERING: Final = 3.0
"""How near to each other neighbours stand together, in the same unit."""
_SPREAD: Final = 0.6
"""Standard deviation of a finished t-SNE of N works, by the root of N."""
_ROOM_ROUNDS: Final = 60
_SEARCH_SHARE: Final = 0.3
_REPORT_EVERY: Final = 10


@dataclass(frozen=True, eq=False)
class Projection:
    """Where the works of a collection stand, and what it takes to place others among them."""

    points: Floats
    """(N, 2) in [-1, 1], centred, one scale for both axes."""
    mean: Floats
    """(D,) of the vectors."""
    axes: Floats
    """(d, D) principal axes of the vectors."""
    components: Floats
    """(N, d) the works along these axes, where neighbours are sought."""

    def place(self, vectors: NDArray[np.floating]) -> Floats:
        """Where new works (M, D) stand, (M, 2): among their nearest works, which stay put.

        Raises:
            ShapeError: If the vectors are not of the D dimensions of the map, or not finite.
        """
        rows = checked(vectors)
        if rows.shape[1] != len(self.mean):
            raise ShapeError(
                f"The map was made of {len(self.mean)} dimensions; these works have "
                f"{rows.shape[1]}. Compute their vectors in the space of the map."
            )
        near, _ = nearest(
            self.components,
            min(LANDING, len(self.components)),
            queries=_along(rows, self.mean, self.axes),
        )
        return _landing(self.points, near)

    def to_bytes(self) -> bytes:
        """All of it as the bytes of an .npz; no pickle."""
        file = io.BytesIO()
        np.savez(file, **{each.name: getattr(self, each.name) for each in fields(self)})
        return file.getvalue()

    @staticmethod
    def from_bytes(content: bytes) -> Projection:
        """What `to_bytes` gave. Raises DataError for anything else."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
                return Projection(**{each.name: arrays[each.name] for each in fields(Projection)})
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise DataError(f"This is no map that was kept: {error}.") from error


def project(
    vectors: NDArray[np.floating],
    *,
    seed: int = 0,
    start: NDArray[np.floating] | None = None,
    on_progress: Progress | None = None,
) -> Projection:
    """Lay out the works of a collection so that neighbours in looks are neighbours on the map.

    Args:
        vectors: (N, D), compared by Euclidean distance: for the cosine give them length 1.
        seed: Equal seeds, vectors and starts give equal maps.
        start: (N, 2) where works stand already, as on a former map; NaN where not known. The new
            map then keeps to it as far as the vectors allow.
        on_progress: Told the share done; raise in it to give up.

    Raises:
        ShapeError: If vectors or start are of another shape, or vectors are not finite.
    """
    rows = checked(vectors)
    if start is not None and start.shape != (len(rows), 2):
        raise ShapeError(f"{len(rows)} works cannot start from {start.shape} places.")
    mean, axes = principal_axes(rows, DIMS)
    components = _along(rows, mean, axes)
    report = on_progress or (lambda share: None)
    report(0.0)
    count = len(rows)
    if count < 5:  # too few to have neighbours in any interesting sense
        flat = np.zeros((count, 2), dtype=np.float32)
        flat[:, : min(2, components.shape[1])] = components[:, :2]
        report(1.0)
        return Projection(_fitted(flat), mean, axes, components)
    k = min(NEIGHBOURS, count - 1)
    found, distances = nearest(
        components, k, on_progress=lambda share: report(_SEARCH_SHARE * share)
    )
    if start is not None and not np.isfinite(start).all(axis=1).any():
        start = None
    first = _first(components, start, seed)
    early = EARLY if start is None else 0  # which would gather the works in the middle again
    points = _descend(first, found, distances, early, seed, report)
    points = _with_room(_fitted(points))
    return Projection(_fitted(points), mean, axes, components)


def _along(vectors: Floats, mean: Floats, axes: Floats) -> Floats:
    return np.asarray((vectors - mean) @ axes.T, dtype=np.float32)


def _first(
    components: Floats, start: NDArray[np.floating] | None, seed: int
) -> NDArray[np.float64]:
    """Where the descent starts: the known places, or else the first two components."""
    jitter = np.random.default_rng(seed).normal(size=(len(components), 2))
    if start is None:
        flat = np.zeros((len(components), 2))
        flat[:, : min(2, components.shape[1])] = components[:, :2]
        # Copies of a work must not start in one point, from which nothing would part them.
        return np.asarray(1e-4 * (flat / (flat.std() or 1.0) + 1e-2 * jitter))
    flat = np.array(start, dtype=np.float64)
    known = np.isfinite(flat).all(axis=1)
    flat -= flat[known].mean(axis=0)
    if not known.all():
        near, _ = nearest(
            components[known], min(LANDING, int(known.sum())), queries=components[~known]
        )
        flat[~known] = _landing(flat[known].astype(np.float32), near)
    size = _SPREAD * np.sqrt(len(flat)) / (flat.std() or 1.0)
    return np.asarray(size * flat + 1e-2 * jitter)


def _descend(
    first: NDArray[np.float64],
    found: Ints,
    distances: Floats,
    early: int,
    seed: int,
    report: Progress,
) -> NDArray[np.float64]:
    k = found.shape[1]
    affinities = PerplexityBasedNN(
        perplexity=min(PERPLEXITY, k / 3),
        knn_index=PrecomputedNeighbors(found, distances.astype(np.float64)),
        n_jobs=1,  # sums in a fixed order: the same map again
        random_state=seed,
    )
    embedding = TSNEEmbedding(first, affinities, n_jobs=1, random_state=seed)
    done = 0

    def step(iteration: int, error: float, embedding: NDArray[np.float64]) -> bool:
        share = (done + iteration) / (early + LATE)
        report(_SEARCH_SHARE + (1 - _SEARCH_SHARE) * min(1.0, share))
        return False

    common = {
        "inplace": True,
        "n_jobs": 1,
        "callbacks": step,
        "callbacks_every_iters": _REPORT_EVERY,
    }
    if early:
        embedding.optimize(early, exaggeration=12, momentum=0.5, **common)
        done = early
    embedding.optimize(LATE, exaggeration=1, momentum=0.8, **common)
    return np.asarray(embedding, dtype=np.float64)


def _fitted(points: NDArray[np.floating]) -> Floats:
    """Points (N, 2) centred by their extent and scaled alike on both axes to fill [-1, 1]."""
    low, high = points.min(axis=0), points.max(axis=0)
    reach = float((high - low).max()) / 2
    return np.asarray((points - (low + high) / 2) / (reach or 1.0), dtype=np.float32)


def _with_room(points: Floats) -> NDArray[np.float64]:
    """The points, those that would cover each other pushed apart until each can be seen."""
    placed = points.astype(np.float64)
    least = ROOM / np.sqrt(len(points))
    for _ in range(_ROOM_ROUNDS):
        pairs = cKDTree(placed).query_pairs(least, output_type="ndarray")
        if not len(pairs):
            break
        apart = placed[pairs[:, 1]] - placed[pairs[:, 0]]
        lengths = np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-9)
        push = 0.3 * (least - lengths) * apart / lengths
        np.add.at(placed, pairs[:, 0], -push)
        np.add.at(placed, pairs[:, 1], push)
    return placed


def _landing(points: Floats, near: Ints) -> Floats:
    """Where most of the neighbours (M, k) of each new work are together, (M, 2).

    Their mean would lie between groups, in a place that is like none of them.
    """
    around = points[near]  # (M, k, 2)
    width = _GATHERING / np.sqrt(len(points))
    apart = np.square(around[:, :, None] - around[:, None]).sum(axis=-1)
    together = np.exp(-apart / width**2)  # (M, k, k)
    middle = together.sum(axis=2).argmax(axis=1)
    weights = together[np.arange(len(near)), middle]
    weights /= weights.sum(axis=1, keepdims=True)
    return np.asarray(np.einsum("mk,mkc->mc", weights, around), dtype=np.float32)

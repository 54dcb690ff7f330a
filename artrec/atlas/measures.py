"""How far a map and its neighbourhoods can be believed.

What needs the rank of every pair is taken over a sample of the works, each against all others, so
that 100,000 works take seconds rather than hours.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from artrec.atlas.neighbours import Floats, Ints
from artrec.errors import ShapeError

SAMPLE: Final = 2000
"""Works of which neighbours are compared; all of them where there are fewer."""
_BLOCK: Final = 256  # sampled works at once: 256 x N ranks in memory


def trustworthiness(
    vectors: Floats, points: Floats, *, k: int = 15, sample: int = SAMPLE, seed: int = 0
) -> float:
    """How seldom neighbours on the map are strangers in truth, 0 ... 1 (Venna and Kaski 2006).

    A stranger among the k nearest on the map costs the more the later it comes in the order of the
    vectors (N, D). 1 if there are none; about a half where the map is drawn at random. Needs
    k < N / 2; raises ShapeError otherwise.
    """
    count = _count(vectors, points)
    if not 1 <= k < count / 2:
        raise ShapeError(f"Trustworthiness at {k} needs more than {2 * k} works, got {count}.")
    rows = _sampled(count, sample, seed)
    penalty = 0.0
    for start in range(0, len(rows), _BLOCK):
        asked = rows[start : start + _BLOCK]
        near = np.argpartition(_apart(points, asked), k - 1, axis=1)[:, :k]
        order = np.argsort(_apart(vectors, asked), axis=1, kind="stable")
        rank = np.empty_like(order)
        np.put_along_axis(rank, order, np.arange(1, count + 1)[None], axis=1)
        late = np.take_along_axis(rank, near, axis=1) - k
        penalty += float(late[late > 0].sum())
    return 1 - 2 * penalty / (len(rows) * k * (2 * count - 3 * k - 1))


def preservation(
    vectors: Floats, points: Floats, *, k: int = 15, sample: int = SAMPLE, seed: int = 0
) -> float:
    """Share of a work's k nearest by vectors (N, D) that are its k nearest on the map, 0 ... 1.

    Raises ShapeError unless 1 <= k < N.
    """
    count = _count(vectors, points)
    if not 1 <= k < count:
        raise ShapeError(f"{k} neighbours need more than {k} works, got {count}.")
    rows = _sampled(count, sample, seed)
    kept = 0
    for start in range(0, len(rows), _BLOCK):
        asked = rows[start : start + _BLOCK]
        near = np.argpartition(_apart(points, asked), k - 1, axis=1)[:, :k]
        true = np.argpartition(_apart(vectors, asked), k - 1, axis=1)[:, :k]
        kept += int((near[:, :, None] == true[:, None, :]).sum())
    return kept / (len(rows) * k)


def triplet_accuracy(
    vectors: Floats, points: Floats, *, triplets: int = 100_000, seed: int = 0
) -> float:
    """Share of random triplets whose nearer pair is the same on the map; a half by chance.

    It judges the large distances, where the two measures above judge the small ones (Wang et al.
    2021). Raises ShapeError for fewer than 3 works.
    """
    count = _count(vectors, points)
    if count < 3:
        raise ShapeError(f"Triplets need 3 works or more, got {count}.")
    rng = np.random.default_rng(seed)
    drawn = rng.integers(count, size=(triplets, 3))
    one, two, three = drawn[(drawn[:, 0] != drawn[:, 1]) & (drawn[:, 0] != drawn[:, 2])].T
    agree = [
        np.linalg.norm(space[one] - space[two], axis=1)
        < np.linalg.norm(space[one] - space[three], axis=1)
        for space in (vectors, points)
    ]
    return float((agree[0] == agree[1]).mean())


def purity(labels: NDArray[np.integer], classes: NDArray[Any]) -> float:
    """Share of works that are of the commonest class of their neighbourhood, 0 ... 1.

    Both (N,). It grows with the number of neighbourhoods: compare layers of equal size only.
    """
    if labels.shape != classes.shape or not labels.size:
        raise ShapeError(f"Each work needs a class; got {labels.size} and {classes.size}.")
    known, numbers = np.unique(classes, return_inverse=True)
    table = np.zeros((int(labels.max()) + 1, len(known)), dtype=np.int64)
    np.add.at(table, (labels, numbers), 1)
    return float(table.max(axis=1).sum() / len(labels))


def _count(vectors: Floats, points: Floats) -> int:
    if points.shape != (len(vectors), 2):
        raise ShapeError(f"{len(vectors)} works need as many points, got {points.shape}.")
    return len(vectors)


def _sampled(count: int, sample: int, seed: int) -> Ints:
    return np.sort(np.random.default_rng(seed).permutation(count)[:sample])


def _apart(space: Floats, asked: Ints) -> Floats:
    """Squared distances (Q, N) less one constant a row; a work is infinitely far from itself."""
    apart = np.einsum("ij,ij->i", space, space) - 2 * (space[asked] @ space.T)
    apart[np.arange(len(asked)), asked] = np.inf
    return np.asarray(apart, dtype=np.float32)

"""How good an embedding is: do neighbours belong together, and is nobody everybody's neighbour?

Labels say what a curator sees, not what a visitor likes. All of it stands on nearest neighbours by
cosine, found once with `nearest`. Everything goes in blocks, so that 100,000 rows need little more
than themselves.

Letters used in shapes: N rows, D dimensions, Q rows asked about, k neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import skew

from artrec.errors import ShapeError

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]

UNKNOWN: Final = -1
"""The label of a row that has none."""
_CELLS: Final = 2**24  # cosines held at once: 64 MB
_SAME: Final = 1e-3  # as far apart as half floats of the same picture may be
_NOTHING: Final = 1e-6  # variance of rows of length 1 that is rounding
_FARTHEST: Final = 0.1  # share of the ratios that TwoNN leaves out, as its authors do


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The neighbours of some rows among all, best first, none its own."""

    rows: Ints
    """(Q,) who was asked about."""
    others: Ints
    """(Q, k) their neighbours."""
    cosines: Floats
    """(Q, k), falling."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """How many directions a collection really uses."""

    two_nn: float | None
    """Intrinsic dimension by the two nearest neighbours; None where too few rows differ."""
    participation: float
    """(sum of variances)² / sum of their squares: 1 for a line, D where all are alike."""
    shares: Doubles
    """(D,) share of the variance in the first 1, 2, … main directions, rising to 1."""


def unit(vectors: NDArray[Any]) -> Floats:
    """Rows of length 1, (N, D) float32; a row of zeros stays so."""
    rows = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Floats = rows / np.maximum(lengths, np.finfo(np.float32).tiny)
    return scaled


def nearest(
    vectors: Floats,
    k: int,
    *,
    rows: Ints | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Nearest:
    """Find the k nearest others of some rows, exactly.

    Args:
        vectors: (N, D) of length 1.
        k: At least 1, less than N.
        rows: Whom to ask about, all by default.
        on_progress: Told the share that is done after each block; may raise to stop.

    Raises:
        ShapeError: If there are not more than k rows.
    """
    count = len(vectors)
    if not 1 <= k < count:
        raise ShapeError(f"{k} neighbours need more than {k} rows; there are {count}.")
    asked = np.arange(count) if rows is None else np.asarray(rows, dtype=np.int64)
    others = np.empty((len(asked), k), dtype=np.int64)
    cosines = np.empty((len(asked), k), dtype=np.float32)
    block = max(1, _CELLS // count)
    for start in range(0, len(asked), block):
        part = asked[start : start + block]
        likeness = vectors[part] @ vectors.T  # (B, N)
        at = np.arange(len(part))
        likeness[at, part] = -np.inf
        best = np.argpartition(likeness, count - k, axis=1)[:, count - k :]
        values = np.take_along_axis(likeness, best, axis=1)
        order = np.lexsort((best, -values), axis=1)  # equal ones by row, so that runs agree
        others[start : start + block] = np.take_along_axis(best, order, axis=1)
        cosines[start : start + block] = np.take_along_axis(values, order, axis=1)
        if on_progress is not None:
            on_progress((start + len(part)) / len(asked))
    return Nearest(asked, others, cosines)


def precision(found: Nearest, labels: Ints, k: int) -> Doubles:
    """Share of the first k neighbours with the row's own label, (Q,); NaN for a row without one.

    `labels` (N,), `UNKNOWN` where there is none; a neighbour without label counts as another one.
    """
    own = labels[found.rows]
    shared = (labels[found.others[:, :k]] == own[:, None]).mean(axis=1)
    values: Doubles = np.where(own == UNKNOWN, np.nan, shared)
    return values


def shared(labels: Ints) -> Ints:
    """(N,) the labels that two rows or more have; a label of one row can have no like neighbour."""
    counts = np.bincount(labels[labels != UNKNOWN], minlength=1)
    kept: Ints = np.where((labels != UNKNOWN) & (counts[labels] > 1), labels, UNKNOWN)
    return kept


def chance(labels: Ints, rows: Ints) -> float | None:
    """What `precision` expects of neighbours drawn by lot; None where no row has a label."""
    own = labels[rows]
    own = own[own != UNKNOWN]
    if not len(own) or len(labels) < 2:
        return None
    counts = np.bincount(labels[labels != UNKNOWN])
    return float(np.mean((counts[own] - 1) / (len(labels) - 1)))


def share_nothing(found: Nearest, facets: list[Ints]) -> NDArray[np.bool_]:
    """(Q,) rows with a label in every facet none of whose neighbours has any of theirs."""
    alone = np.ones(len(found.rows), dtype=np.bool_)
    for labels in facets:
        own = labels[found.rows]
        alone &= (own != UNKNOWN) & (labels[found.others] != own[:, None]).all(axis=1)
    return alone


def occurrences(found: Nearest, count: int) -> Ints:
    """(N,) in how many rows' lists each row stands (k-occurrence). Their mean is Q k / N."""
    times: Ints = np.bincount(found.others.ravel(), minlength=count).astype(np.int64)
    return times


def hubness(times: Ints) -> float:
    """Skewness of the k-occurrences: about 0 to 1 is even, above 2 a few rows are near everything.

    Radovanović, Nanopoulos & Ivanović, "Hubs in space", JMLR 11, 2010,
    https://jmlr.org/papers/v11/radovanovic10a.html
    """
    return float(skew(times)) if np.ptp(times) else 0.0


def dimension(vectors: Floats, found: Nearest) -> Dimension:
    """Measure the intrinsic dimension and the spectrum of (N, D) rows of length 1.

    `found` holds two neighbours or more of the rows that TwoNN looks at.
    """
    mean = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    scatter = np.zeros((vectors.shape[1], vectors.shape[1]))
    for part in _blocks(*vectors.shape):
        centred = vectors[part] - mean
        scatter += centred.T @ centred
    variances = np.linalg.eigvalsh(scatter / len(vectors))
    variances = np.maximum(variances[::-1], 0)
    total = variances.sum()
    if total < _NOTHING:
        return Dimension(None, 0.0, np.ones(len(variances)))
    participation = float(total**2 / np.square(variances).sum())
    return Dimension(_two_nn(vectors, found), participation, np.cumsum(variances) / total)


def random_pairs(vectors: Floats, *, pairs: int, seed: int = 0) -> Floats:
    """(pairs,) cosines of rows drawn by lot, each with another one; N >= 2."""
    rng = np.random.default_rng(seed)
    first = rng.integers(0, len(vectors), pairs)
    second = (first + rng.integers(1, len(vectors), pairs)) % len(vectors)
    cosines = np.empty(pairs, dtype=np.float32)
    for part in _blocks(pairs, vectors.shape[1]):
        cosines[part] = np.einsum("ij,ij->i", vectors[first[part]], vectors[second[part]])
    return cosines


def twins(found: Nearest, *, limit: int) -> list[tuple[int, int, float]]:
    """The most alike pairs: (row, other row, cosine), each pair once, the most alike first."""
    pairs: dict[tuple[int, int], float] = {}
    for place in np.argsort(-found.cosines[:, 0], kind="stable")[: 2 * limit]:
        ends = sorted((int(found.rows[place]), int(found.others[place, 0])))
        pairs.setdefault((ends[0], ends[1]), float(found.cosines[place, 0]))
    return [(*ends, cosine) for ends, cosine in list(pairs.items())[:limit]]


def _two_nn(vectors: Floats, found: Nearest) -> float | None:
    """Facco, d'Errico, Rodriguez & Laio, "Estimating the intrinsic dimension of datasets by a
    minimal neighborhood information", Scientific Reports 7, 2017,
    https://doi.org/10.1038/s41598-017-11873-y: the fit through the origin."""
    first, second = (_apart(vectors, found.rows, found.others[:, place]) for place in (0, 1))
    # A picture that hangs twice, here or among the others, says nothing of the space between.
    apart = (first > _SAME) & (second - first > _SAME)
    ratios = np.sort(np.log(second[apart] / first[apart]))
    empirical = np.arange(1, len(ratios) + 1) / (len(ratios) + 1)
    kept = int(len(ratios) * (1 - _FARTHEST))
    ratios, rest = ratios[:kept], -np.log1p(-empirical[:kept])
    if kept < 2:
        return None
    return float(ratios @ rest / (ratios @ ratios))


def _apart(vectors: Floats, ones: Ints, others: Ints) -> Doubles:
    """(Q,) distances of rows from others; from cosines, those of twins would be rounding."""
    found = np.empty(len(ones))
    for part in _blocks(len(ones), vectors.shape[1]):
        steps = (vectors[ones[part]] - vectors[others[part]]).astype(np.float64)
        found[part] = np.linalg.norm(steps, axis=1)
    return found


def _blocks(count: int, columns: int) -> Iterator[slice]:
    """Slices of so many rows of which each block is small beside 100,000 of them."""
    size = max(1, _CELLS // max(columns, 1))
    yield from (slice(start, start + size) for start in range(0, count, size))

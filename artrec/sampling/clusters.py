"""Visual clusters: z-scored features on their principal components, grouped by k-means.

Of `runs` independent k-means runs the one with the best silhouette is kept. Large sets go through
the incremental and mini-batch variants, in blocks, so that features may be a memory map. Needs
scikit-learn, which is why the rest of the package does not import this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.decomposition import PCA, IncrementalPCA
from sklearn.metrics import silhouette_score

from artrec.errors import ShapeError
from artrec.sampling.config import SamplingConfig
from artrec.sampling.world import Floats, Int32s

LARGE = 50_000
"""Items above which the incremental and mini-batch variants are used."""
SILHOUETTE_SAMPLE = 40_000
"""Items on which a silhouette is computed; all of them where there are fewer."""
BLOCK = 4096


@dataclass(frozen=True, eq=False)
class VisualClusters:
    """What `World` wants to know about looks."""

    labels: Int32s
    """(N,) cluster of each item, 0 ... k-1."""
    vectors: Floats
    """(N, d) principal components of the z-scored features."""
    silhouettes: tuple[float, ...]
    """Silhouette of each run, -1 ... 1; the labels are those of the best."""


def visual_clusters(
    features: NDArray[np.floating],
    config: SamplingConfig | None = None,
    *,
    seed: int = 0,
    large: int = LARGE,
) -> VisualClusters:
    """Cluster the looks of N items from their features (N, D), by `pca_dim`, `clusters`, `runs`.

    Dimensions that never vary count as 0. Where there are fewer items or dimensions than asked
    for, as many components and clusters are made as there can be. Equal seeds give equal labels.
    Raises ShapeError for fewer than 3 items, for another shape and for values that are not finite.
    """
    config = config or SamplingConfig()
    if features.ndim != 2 or len(features) < 3:
        raise ShapeError(f"Clusters need 3 items or more, one row each; got {features.shape}.")
    vectors = principal_components(features, config.pca_dim, seed=seed, large=large)
    distinct = len(np.unique(vectors, axis=0)) if len(vectors) <= config.clusters * 10 else None
    k = min(config.clusters, len(features) - 1, distinct or config.clusters)
    if k < 2:
        return VisualClusters(np.zeros(len(vectors), np.int32), vectors, ())
    best = np.zeros(len(vectors), dtype=np.int32)
    silhouettes: list[float] = []
    for run in range(config.runs):
        labels = _k_means(vectors, k, seed + run, mini_batch=len(vectors) > large)
        score = float(
            silhouette_score(
                vectors,
                labels,
                sample_size=min(len(vectors), SILHOUETTE_SAMPLE),
                random_state=seed,  # every run is judged on the same items
            )
        )
        if score > max(silhouettes, default=-np.inf):
            best = labels
        silhouettes.append(score)
    return VisualClusters(best, vectors, tuple(silhouettes))


def principal_components(
    features: NDArray[np.floating], dims: int, *, seed: int = 0, large: int = LARGE
) -> Floats:
    """(N, d) scores of the z-scored features on their first d = min(dims, N, D) components."""
    mean, deviation = _moments(features)
    dims = min(dims, *features.shape)
    if not deviation.any():
        return np.zeros((len(features), dims), dtype=np.float32)
    scale = np.where(deviation > 0, deviation, 1)

    def blocks() -> Iterator[Floats]:
        for at in range(0, len(features), BLOCK):
            yield np.asarray((features[at : at + BLOCK] - mean) / scale, dtype=np.float32)

    if len(features) <= large:
        scores = PCA(dims, random_state=seed).fit_transform(np.concatenate(list(blocks())))
        return np.asarray(scores, dtype=np.float32)
    pca = IncrementalPCA(dims)
    for block in blocks():
        if len(block) >= dims:  # a last block that is too small teaches nothing alone
            pca.partial_fit(block)
    return np.concatenate([pca.transform(block) for block in blocks()]).astype(np.float32)


def _moments(features: NDArray[np.floating]) -> tuple[Floats, Floats]:
    """Mean and standard deviation by dimension, in one pass over blocks."""
    n_items, n_dims = features.shape
    origin = np.asarray(features[0], dtype=np.float64)  # small differences, small rounding
    total, squares = np.zeros(n_dims), np.zeros(n_dims)
    for at in range(0, n_items, BLOCK):
        block = features[at : at + BLOCK] - origin
        if not np.isfinite(block).all():
            row = at + int(np.flatnonzero(~np.isfinite(block).all(axis=1))[0])
            raise ShapeError(f"The features of item {row} hold values that are not finite.")
        total += block.sum(axis=0)
        squares += (block**2).sum(axis=0)
    deviation = np.sqrt(np.maximum(squares / n_items - (total / n_items) ** 2, 0))
    return (origin + total / n_items).astype(np.float32), deviation.astype(np.float32)


def _k_means(vectors: Floats, k: int, seed: int, *, mini_batch: bool) -> Int32s:
    settings = {"n_clusters": k, "n_init": 8, "max_iter": 2000, "random_state": seed}
    model = MiniBatchKMeans(batch_size=2000, **settings) if mini_batch else KMeans(**settings)
    return np.asarray(model.fit_predict(vectors), dtype=np.int32)

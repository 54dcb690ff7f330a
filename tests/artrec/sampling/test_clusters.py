from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from artrec.errors import ShapeError
from artrec.sampling import SamplingConfig
from artrec.sampling.clusters import principal_components, visual_clusters

CONFIG = SamplingConfig(pca_dim=4, clusters=5, runs=3)


def blobs(per_blob: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Five looks in 12 dimensions of very different scale, one of which never varies."""
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(5), per_blob)
    features = rng.normal(size=(5, 12))[labels] * 8 + rng.normal(size=(len(labels), 12))
    features *= 10.0 ** np.arange(-6, 6)
    features[:, 3] = 7
    return features.astype(np.float32), labels


@pytest.mark.parametrize("large", [10_000, 100], ids=["whole", "mini-batch"])
def test_planted_looks_are_found_whatever_the_scale_of_a_dimension(large: int) -> None:
    features, labels = blobs()

    found = visual_clusters(features, CONFIG, seed=1, large=large)

    assert adjusted_rand_score(labels, found.labels) == pytest.approx(1.0)
    assert found.vectors.shape == (300, 4)
    assert found.labels.dtype == np.int32
    assert max(found.silhouettes) > 0.5


def test_equal_seeds_give_equal_clusters() -> None:
    features, _ = blobs()

    first, second = (visual_clusters(features, CONFIG, seed=3) for _ in range(2))

    np.testing.assert_array_equal(first.labels, second.labels)
    assert len(first.silhouettes) == 3


def test_components_are_those_of_the_z_scored_features() -> None:
    features, _ = blobs()
    z = (features - features.mean(axis=0, dtype=np.float64)) / np.where(
        features.std(axis=0) == 0, 1, features.std(axis=0, dtype=np.float64)
    )
    left, sizes, _ = np.linalg.svd(z - z.mean(axis=0), full_matrices=False)

    scores = principal_components(features, 4)

    np.testing.assert_allclose(np.abs(scores), np.abs(left * sizes)[:, :4], atol=1e-3)


def test_incremental_components_span_nearly_the_same_space() -> None:
    features, _ = blobs(per_blob=1_800)  # more than one block

    whole = principal_components(features, 4)
    blocks = principal_components(features, 4, large=10)

    turned, *_ = np.linalg.lstsq(blocks, whole, rcond=None)
    assert np.abs(blocks @ turned - whole).max() < 0.2 * whole.std()


def test_few_items_give_as_many_clusters_as_there_can_be() -> None:
    features = np.array([[0.0], [0.1], [5.0], [5.0]], dtype=np.float32)

    found = visual_clusters(features, SamplingConfig(runs=2))

    assert len(set(found.labels.tolist())) == 3


def test_equal_pictures_make_one_cluster() -> None:
    found = visual_clusters(np.ones((10, 3), dtype=np.float32))

    assert set(found.labels.tolist()) == {0}
    assert found.silhouettes == ()


def test_features_that_are_not_finite_are_named() -> None:
    features, _ = blobs()
    features[17, 2] = np.nan

    with pytest.raises(ShapeError, match="item 17"):
        visual_clusters(features, CONFIG)
    with pytest.raises(ShapeError, match="3 items or more"):
        visual_clusters(features[:2], CONFIG)

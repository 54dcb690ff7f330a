"""What the measures of a map say of maps that are known to be good or bad."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.manifold import trustworthiness as exact

from artrec.atlas.measures import preservation, purity, triplet_accuracy, trustworthiness
from artrec.errors import ShapeError

RNG = np.random.default_rng(0)
PLANE = RNG.normal(size=(200, 2)).astype(np.float32)
SPACE = RNG.normal(size=(200, 6)).astype(np.float32)


def test_a_map_of_a_plane_is_perfect() -> None:
    assert trustworthiness(PLANE, PLANE * 3) == 1
    assert preservation(PLANE, PLANE * 3) == 1
    assert triplet_accuracy(PLANE, PLANE * 3) == pytest.approx(1, abs=1e-3)


def test_trustworthiness_of_all_works_is_that_of_scikit_learn() -> None:
    ours = trustworthiness(SPACE, SPACE[:, :2].copy(), k=10)

    # Two works that are all but equally far from a third may stand the other way round.
    assert ours == pytest.approx(exact(SPACE, SPACE[:, :2], n_neighbors=10), abs=1e-4)


def test_a_sample_comes_near_to_all() -> None:
    flat = SPACE[:, :2].copy()

    assert trustworthiness(SPACE, flat, sample=120) == pytest.approx(
        trustworthiness(SPACE, flat), abs=0.03
    )


def test_a_shuffled_map_is_no_better_than_chance() -> None:
    shuffled = PLANE[RNG.permutation(len(PLANE))]

    assert trustworthiness(PLANE, shuffled) == pytest.approx(0.5, abs=0.05)
    assert preservation(PLANE, shuffled) < 0.15
    assert triplet_accuracy(PLANE, shuffled) == pytest.approx(0.5, abs=0.05)


def test_purity_is_the_share_of_the_commonest_class() -> None:
    labels = np.array([0, 0, 0, 1, 1])

    assert purity(labels, np.array(["a", "a", "b", "c", "c"])) == 0.8


def test_too_few_works_are_refused() -> None:
    with pytest.raises(ShapeError, match="more than 30 works, got 20"):
        trustworthiness(PLANE[:20], PLANE[:20])
    with pytest.raises(ShapeError, match="more than 15 works, got 15"):
        preservation(PLANE[:15], PLANE[:15])
    with pytest.raises(ShapeError, match="as many points"):
        triplet_accuracy(PLANE, PLANE[:5])

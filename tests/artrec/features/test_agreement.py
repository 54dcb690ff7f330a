"""Precision of same-label neighbours."""

from __future__ import annotations

import numpy as np
import pytest

from artrec.errors import ShapeError
from artrec.features.agreement import chance_precision, precision_per_query


def test_precision_equals_the_slow_reference(rng: np.random.Generator) -> None:
    vectors = rng.normal(size=(1500, 6)).astype(np.float32)  # more than one block of queries
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    labels = rng.integers(0, 4, 1500)
    similarity = vectors @ vectors.T
    expected = []
    for query in range(1500):
        others = [other for other in np.argsort(-similarity[query]) if other != query][:10]
        expected.append(np.mean([labels[other] == labels[query] for other in others]))

    precision = precision_per_query(vectors, labels, 10)

    np.testing.assert_allclose(precision, expected)


def test_a_picture_is_not_its_own_neighbour() -> None:
    vectors = np.eye(3, dtype=np.float32)

    precision = precision_per_query(vectors, np.array(["a", "b", "c"]), 1)

    assert precision.tolist() == [0, 0, 0]


def test_chance_is_what_random_vectors_reach(rng: np.random.Generator) -> None:
    labels = np.repeat(["a", "b", "c"], [400, 500, 100])
    vectors = rng.normal(size=(1000, 30)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    reached = precision_per_query(vectors, labels, 10).mean()

    # 400 x 399 + 500 x 499 + 100 x 99 pairs of 1000 x 999.
    assert chance_precision(labels) == pytest.approx(0.419419, abs=1e-6)
    assert reached == pytest.approx(0.419419, abs=0.015)


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(ShapeError, match="more than 10 rows"):
        precision_per_query(np.eye(10, dtype=np.float32), np.arange(10), 10)

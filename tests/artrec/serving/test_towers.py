"""Queries of normalised towers, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from artrec.errors import ShapeError
from artrec.serving.towers import unit, user_vectors

VECTORS = np.array([[3, 0], [0, 4], [1, 0], [0, -2]], np.float32)
INDPTR = np.array([0, 2, 3, 4])


def test_a_query_is_the_direction_of_the_mean_at_a_temperature_and_a_one() -> None:
    queries = user_vectors(VECTORS, INDPTR, 5.0)

    # The mean of (3, 0) and (0, 4) points along (.6, .8); the others are alone.
    assert queries.dtype == np.float32
    np.testing.assert_allclose(
        queries, [[3.0, 4.0, 1.0], [5.0, 0.0, 1.0], [0.0, -5.0, 1.0]], rtol=1e-6
    )


def test_without_normalising_a_query_is_the_mean_at_a_temperature() -> None:
    queries = user_vectors(VECTORS, INDPTR, 5.0, normalise=False)

    np.testing.assert_allclose(
        queries, [[7.5, 10.0, 1.0], [5.0, 0.0, 1.0], [0.0, -10.0, 1.0]], rtol=1e-6
    )


def test_choices_that_cancel_leave_what_appeals_to_everyone() -> None:
    opposite = np.array([[1, 2], [-1, -2]], np.float32)

    queries = user_vectors(opposite, np.array([0, 2]), 5.0)

    np.testing.assert_array_equal(queries, [[0, 0, 1]])


def test_rows_come_to_length_one_and_zeros_stay() -> None:
    rows = np.array([[3, 4], [0, 0], [1e-15, 0]], np.float32)

    np.testing.assert_allclose(unit(rows), [[0.6, 0.8], [0.0, 0.0], [1.0, 0.0]], rtol=1e-6)


def test_an_empty_profile_is_refused() -> None:
    with pytest.raises(ShapeError, match="at least one"):
        user_vectors(VECTORS[:1], np.array([0, 1, 1]), 5.0)

"""ACF's serving head: attention by hand, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from artrec.errors import ShapeError
from artrec.serving import acf

IDENTITY = np.eye(2, dtype=np.float32)


def test_a_query_is_the_user_and_the_attended_profile() -> None:
    base = np.array([1, 0], dtype=np.float32)
    chosen = np.array([[2, 0], [0, 4], [5, 5]], dtype=np.float32)
    logits = np.log([1, 3, 9]).astype(np.float32)

    vectors = acf.user_vectors(base, chosen, logits, np.array([0, 2, 2, 3]))

    # 1/4 of the first and 3/4 of the second; nothing; all of the third.
    np.testing.assert_allclose(vectors, np.array([[1.5, 3], [1, 0], [6, 5]]), rtol=1e-6)


def test_attention_sums_to_one_even_where_numbers_are_large() -> None:
    weights = acf.softmax(np.array([1e4, 0, -1e4, -1e4], np.float32), np.array([0, 0, 2, 4, 4]))

    np.testing.assert_array_equal(weights, [1, 0, 0.5, 0.5])


def test_profiles_of_nobody_have_no_attention() -> None:
    nothing = np.zeros(0, dtype=np.float32)

    vectors = acf.user_vectors(
        np.ones(2, np.float32), nothing.reshape(0, 2), nothing, np.zeros(4, int)
    )

    np.testing.assert_array_equal(vectors, np.ones((3, 2)))


def test_a_user_sees_the_part_that_attention_points_at() -> None:
    attention = acf.Attention(
        [IDENTITY, IDENTITY], np.zeros(2, np.float32), np.array([1, 1], np.float32)
    )
    users = np.array([[0, 0], [-1, 0]], dtype=np.float32)
    parts = np.array([[[np.log(3), 0], [0, 0]], [[np.log(3), 0], [0, 0]]], dtype=np.float32)

    seen = acf.pictures(users, parts, attention)

    # ReLU(ln 3) against ReLU(0): weights 3/4, 1/4; the second user shifts it to ReLU(ln 3 - 1).
    share = 3 / np.e / (3 / np.e + 1)
    np.testing.assert_allclose(seen[:, 0], np.log(3) * np.array([0.75, share]), rtol=1e-5)


def test_a_picture_of_one_part_needs_no_attention() -> None:
    attention = acf.Attention([IDENTITY, IDENTITY], np.zeros(2, np.float32), np.ones(2, np.float32))
    parts = np.array([[[3, 4]]], dtype=np.float16)

    seen = acf.pictures(np.zeros((1, 2), np.float32), parts, attention)

    assert seen.dtype == np.float32
    assert seen.tolist() == [[3, 4]]


def test_profiles_that_do_not_fit_their_vectors_are_refused() -> None:
    chosen, logits = np.zeros((3, 2), np.float32), np.zeros(3, np.float32)

    for base, indptr in ((np.zeros(3, np.float32), [0, 3]), (np.zeros(2, np.float32), [0, 2])):
        with pytest.raises(ShapeError, match="as many attentions"):
            acf.user_vectors(base, chosen, logits, np.array(indptr))

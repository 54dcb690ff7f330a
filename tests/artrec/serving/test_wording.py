"""Words as queries in a transformed space."""

from __future__ import annotations

import numpy as np
import pytest

from artrec.errors import ShapeError
from artrec.serving.transform import Transform, fit_transform_for
from artrec.serving.wording import words_query


def pictures(rng: np.random.Generator, count: int = 400, dim: int = 24) -> np.ndarray:
    """Rows of length one around a mean far from zero, of unequal spread, as networks make them."""
    rows = rng.normal(size=(count, dim)) * np.linspace(0.2, 1.0, dim) + 2.0
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def order(scores: np.ndarray) -> list[int]:
    return [int(place) for place in np.argsort(-scores)]


def test_a_text_orders_stored_vectors_as_it_orders_raw_rows(rng: np.random.Generator) -> None:
    rows = pictures(rng)
    transform = fit_transform_for(rows, [("all", 0, 24)])
    text = rng.normal(size=24)

    query = words_query(transform, text)

    centred = (rows - transform.mean) @ text
    lengths = np.linalg.norm((rows - transform.mean) * transform.scale, axis=1)
    assert np.allclose(np.linalg.norm(query), 1, atol=1e-6)
    assert order(transform.apply(rows) @ query) == order(centred / lengths)


def test_main_directions_keep_most_of_what_a_text_says(rng: np.random.Generator) -> None:
    basis = rng.normal(size=(6, 24))
    rows = (rng.normal(size=(400, 6)) @ basis + 3.0).astype(np.float32)
    transform = fit_transform_for(rows, [("all", 0, 24)], max_dim=6, whiten=True)
    assert transform.components is not None
    text = rng.normal(size=24)

    scores = transform.apply(rows) @ words_query(transform, text)

    lengths = np.linalg.norm(
        ((rows - transform.mean) * transform.scale) @ transform.components, axis=1
    )
    assert np.corrcoef(scores, (rows - transform.mean) @ text / lengths)[0, 1] > 0.999


def test_a_text_that_means_one_picture_finds_it(rng: np.random.Generator) -> None:
    rows = pictures(rng)
    transform = fit_transform_for(rows, [("all", 0, 24)])
    best = rows[17] - transform.mean

    found = order(transform.apply(rows) @ words_query(transform, best * transform.scale**2))

    assert found[0] == 17


def test_dimensions_that_never_vary_say_nothing() -> None:
    transform = Transform(
        (("all", 0, 2),), np.zeros(2, np.float32), np.array([1, 0], np.float32), None
    )

    assert words_query(transform, np.array([2.0, 5.0])).tolist() == [1.0, 0.0]
    with pytest.raises(ShapeError, match="points nowhere"):
        words_query(transform, np.array([0.0, 5.0]))


@pytest.mark.parametrize("text", [np.zeros(3), np.array([np.nan, 1.0]), np.zeros((1, 2))])
def test_what_is_no_text_of_this_space_is_refused(text: np.ndarray) -> None:
    ones = np.ones(2, np.float32)

    with pytest.raises(ShapeError, match="Expected a finite text"):
        words_query(Transform((("all", 0, 2),), ones, ones, None), text)

"""Parts of pictures are reduced once, the same way for old and new items."""

from __future__ import annotations

import numpy as np
import pytest

from artrec.errors import ShapeError
from artrec.models import acf_components
from artrec.models.acf_components import fit_parts, n_parts, pooled, reduce_parts
from artrec.models.contract import Content
from artrec.models.inputs import fit_inputs

RNG = np.random.default_rng(0)
MAPS = RNG.normal(size=(50, 4, 6)).astype(np.float16)
FLAT = RNG.normal(size=(50, 3)).astype(np.float32)


def test_a_part_is_reduced_as_an_item_of_its_own_would_be() -> None:
    content = Content({"map": MAPS, "flat": FLAT})
    apart = Content({"map": MAPS.reshape(200, 6), "flat": np.repeat(FLAT, 4, axis=0)})

    parts = reduce_parts(content, fit_parts(content, "pca", dim=5))

    expected = fit_inputs(apart, "pca", dim=5).apply(apart)
    np.testing.assert_array_equal(parts, expected.reshape(50, 4, 5))


def test_features_without_parts_are_one_part() -> None:
    content = Content({"flat": FLAT})

    parts = reduce_parts(content, fit_parts(content, "raw", dim=5))

    np.testing.assert_array_equal(parts, FLAT[:, None])


def test_the_mean_over_reduced_parts_is_the_reduced_mean() -> None:
    content = Content({"map": MAPS})
    inputs = fit_parts(content, "whiten", dim=6)

    looks = pooled(reduce_parts(content, inputs))

    np.testing.assert_allclose(looks, inputs.apply(content), atol=1e-5)


def test_large_catalogues_are_reduced_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    content = Content({"map": MAPS})
    inputs = fit_parts(content, "zscore", dim=6)
    whole = reduce_parts(content, inputs)
    monkeypatch.setattr(acf_components, "_AT_ONCE", 12)

    blocks = reduce_parts(content, inputs)

    np.testing.assert_array_equal(blocks, whole)


def test_large_catalogues_are_fitted_on_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    content = Content({"map": MAPS})
    monkeypatch.setattr(acf_components, "_FITTED_ON", 160)

    sampled = fit_parts(content, "zscore", dim=6)

    assert not np.array_equal(sampled.mean, fit_inputs(content, "zscore").mean)
    np.testing.assert_allclose(sampled.mean, MAPS.mean(axis=(0, 1), dtype=np.float64), atol=0.1)
    np.testing.assert_array_equal(fit_parts(content, "zscore", dim=6).mean, sampled.mean)


def test_half_precision_is_half_the_memory() -> None:
    content = Content({"map": MAPS})
    inputs = fit_parts(content, "pca", dim=4)

    whole, half = (reduce_parts(content, inputs, half=flag) for flag in (False, True))

    assert half.nbytes == whole.nbytes / 2
    np.testing.assert_allclose(half, whole, rtol=1e-3, atol=1e-3)


def test_maps_of_different_grids_do_not_fit_together() -> None:
    content = Content({"coarse": MAPS, "fine": RNG.normal(size=(50, 9, 2))})

    with pytest.raises(ShapeError, match=r"same parts; they have \[4, 9\]"):
        n_parts(content)


def test_other_models_see_the_mean_over_the_parts() -> None:
    content = Content({"map": MAPS, "flat": FLAT})

    matrix = content.matrix()

    assert matrix.dtype == np.float32
    # Families stand in the order of their names.
    np.testing.assert_array_equal(matrix[:, :3], FLAT)
    np.testing.assert_allclose(matrix[:, 3:], MAPS.astype(np.float64).mean(axis=1), atol=1e-6)


def test_damaged_maps_are_refused_with_their_row() -> None:
    wrong = MAPS.copy()
    wrong[7, 2, 1] = np.inf

    with pytest.raises(ShapeError, match="first is row 7"):
        Content({"map": wrong})
    for shape in ((5,), (5, 0, 2), (5, 2, 2, 2)):
        with pytest.raises(ShapeError, match="one row per item"):
            Content({"map": np.zeros(shape)})

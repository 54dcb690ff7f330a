"""Features brought to scale."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from artrec.errors import ConfigError, ShapeError
from artrec.models.contract import Content
from artrec.models.inputs import Inputs, Scaling, fit_inputs

ROWS = 400


def skewed(seed: int = 0, width: int = 6) -> NDArray[np.float32]:
    """All positive, of very different scales, and correlated."""
    rng = np.random.default_rng(seed)
    mixed = rng.normal(size=(ROWS, width)) @ rng.normal(size=(width, width))
    return (50 + mixed * np.logspace(-2, 1, width)).astype(np.float32)


def scaled(rows: NDArray[Any], scaling: Scaling, dim: int = 256) -> NDArray[np.float32]:
    content = Content({"deep": rows})
    return fit_inputs(content, scaling, dim=dim).apply(content)


def test_raw_features_stay_as_they_are() -> None:
    rows = skewed()

    np.testing.assert_array_equal(scaled(rows, "raw"), rows)


def test_zscores_have_mean_zero_and_deviation_one() -> None:
    rows = skewed()

    result = scaled(rows, "zscore")

    expected = (rows - rows.mean(axis=0, dtype=float)) / rows.std(axis=0, dtype=float)
    np.testing.assert_allclose(result, expected, rtol=1e-3, atol=1e-3)


def test_principal_components_keep_the_geometry_of_zscores() -> None:
    rows = skewed()
    standard = scaled(rows, "zscore").astype(float)

    result = scaled(rows, "pca").astype(float)

    # All directions are kept, so that inner products change by one factor only.
    ratios = (result @ result.T) / (standard @ standard.T)
    np.testing.assert_allclose(ratios, np.median(ratios), rtol=0.01)
    np.testing.assert_allclose(result.var(axis=0).mean(), 1, rtol=1e-3)
    covariance = np.cov(result.T, bias=True)
    np.testing.assert_allclose(covariance - np.diag(np.diag(covariance)), 0, atol=1e-3)
    assert np.all(np.diff(np.diag(covariance)) < 0)


def test_fewer_components_are_those_of_most_variance() -> None:
    rows = skewed()

    some, every = scaled(rows, "whiten", dim=2), scaled(rows, "whiten")

    np.testing.assert_allclose(some, every[:, :2], rtol=1e-5, atol=1e-6)


def test_white_features_are_uncorrelated_with_variance_one() -> None:
    result = scaled(skewed(), "whiten")

    np.testing.assert_allclose(np.cov(result.T, bias=True), np.eye(6), atol=2e-3)


@pytest.mark.parametrize("scaling", ["pca", "whiten"])
def test_directions_that_only_repeat_others_are_dropped(scaling: Scaling) -> None:
    rows = skewed(width=3)
    turned = np.random.default_rng(1).normal(size=(3, 20)).astype(np.float32)

    result = scaled(rows @ turned, scaling)

    assert result.shape == (ROWS, 3)


def test_no_more_directions_than_few_items_can_tell() -> None:
    assert scaled(skewed()[:4], "whiten").shape == (4, 3)


@pytest.mark.parametrize("scaling", ["pca", "whiten"])
def test_families_get_equal_energy(scaling: Scaling) -> None:
    rng = np.random.default_rng(0)
    wide = rng.normal(size=(ROWS, 90)).astype(np.float32)
    narrow = np.repeat(rng.normal(size=(ROWS, 1)), 2, axis=1).astype(np.float32)
    content = Content({"wide": wide, "narrow": narrow})

    inputs = fit_inputs(content, scaling)

    # The two dimensions of the narrow family are one direction, of half of all energy.
    first = inputs.apply(content)[:, 0]
    assert abs(np.corrcoef(first, narrow[:, 0])[0, 1]) > 0.99


@pytest.mark.parametrize("scaling", get_args(Scaling))
def test_the_order_in_which_families_are_given_does_not_count(scaling: Scaling) -> None:
    first, second = skewed(0), skewed(1)
    inputs = fit_inputs(Content({"lbp": first, "deep": second}), scaling)

    turned = inputs.apply(Content({"deep": second, "lbp": first}))

    np.testing.assert_array_equal(turned, inputs.apply(Content({"lbp": first, "deep": second})))


@pytest.mark.parametrize("scaling", get_args(Scaling))
def test_items_alone_and_half_floats_are_scaled_alike(scaling: Scaling) -> None:
    rows = np.random.default_rng(0).normal(size=(ROWS, 6)).astype(np.float16)
    inputs = fit_inputs(Content({"deep": rows.astype(np.float32)}), scaling)
    together = inputs.apply(Content({"deep": rows}))

    alone = inputs.apply(Content({"deep": rows[7:8]}))

    assert alone.dtype == np.float32
    assert alone.shape == (1, inputs.dim)
    np.testing.assert_allclose(alone[0], together[7], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("scaling", get_args(Scaling))
def test_equal_features_give_equal_inputs(scaling: Scaling) -> None:
    first, second = (fit_inputs(Content({"deep": skewed()}), scaling) for _ in range(2))

    np.testing.assert_array_equal(first.weights, second.weights)


@pytest.mark.parametrize("scaling", ["zscore", "pca", "whiten"])
def test_a_dimension_that_never_varies_counts_nothing(scaling: Scaling) -> None:
    rows = skewed()
    rows[:, 2] = 7.1
    inputs = fit_inputs(Content({"deep": rows}), scaling)
    surprising = rows.copy()
    surprising[:, 2] = -1000

    changed = inputs.apply(Content({"deep": surprising}))

    np.testing.assert_array_equal(changed, inputs.apply(Content({"deep": rows})))
    assert np.isfinite(changed).all()


@pytest.mark.parametrize("scaling", ["zscore", "pca", "whiten"])
def test_features_that_are_the_same_for_all_are_refused(scaling: Scaling) -> None:
    with pytest.raises(ShapeError, match="nothing to learn"):
        fit_inputs(Content({"deep": np.full((9, 3), 0.1, np.float32)}), scaling)


def test_what_cannot_be_scaled_is_refused() -> None:
    with pytest.raises(ConfigError, match="zscore"):
        fit_inputs(Content({"deep": skewed()}), "minmax")  # type: ignore[arg-type]
    with pytest.raises(ShapeError, match="at least one family"):
        fit_inputs(Content(), "raw")
    with pytest.raises(ShapeError, match="5 dimensions"):
        Inputs(np.zeros(6, np.float32), np.ones(6, np.float32)).apply(
            Content({"deep": np.ones((2, 5), np.float32)})
        )

"""Weights of scores against a general optimiser, by hand, and against choices of known making."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import approx_fprime, minimize

from artrec.errors import ShapeError
from artrec.models.mixing import _likelihood, fit_weights

Doubles = NDArray[np.float64]


def a_case(seed: int, *, choices: int = 60, sets: int = 9, size: int = 12) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {
        "chosen": rng.normal(size=(choices, 3)) + np.array([0.7, 0.0, -0.2]),
        "others": rng.normal(size=(sets, size, 3)),
        "owners": rng.integers(0, sets, choices),
        "counts": rng.uniform(size, 40 * size, sets),
        "importance": rng.uniform(0.1, 2, choices),
        "prior": 0.25,
        "l2": 0.05,
    }


def by_hand(weights: Doubles, case: dict[str, Any]) -> float:
    """Penalised mean log-likelihood, choice by choice."""
    total = 0.0
    share = case["importance"] / case["importance"].sum()
    for z, owner, part in zip(case["chosen"], case["owners"], share, strict=True):
        stands_for = case["counts"][owner] / len(case["others"][owner])
        rivals = sum(stands_for * np.exp(weights @ other) for other in case["others"][owner])
        mine = np.exp(weights @ z)
        total += part * np.log(mine / (mine + rivals))
    return float(total - case["l2"] / 2 * np.sum((weights - case["prior"]) ** 2))


def likelihood(weights: Doubles, case: dict[str, Any]) -> tuple[float, Doubles, Doubles]:
    return _likelihood(
        weights,
        case["chosen"],
        case["others"],
        case["owners"],
        np.log(case["counts"] / case["others"].shape[1]),
        case["importance"] / case["importance"].sum(),
        case["prior"],
        case["l2"],
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_likelihood_is_that_of_its_formula_with_its_slopes(seed: int) -> None:
    case = a_case(seed)
    weights = np.random.default_rng(seed).normal(size=3)

    value, gradient, hessian = likelihood(weights, case)

    assert value == pytest.approx(by_hand(weights, case), rel=1e-12)
    slope = approx_fprime(weights, lambda w: by_hand(w, case), 1e-7)
    np.testing.assert_allclose(gradient, slope, atol=1e-5)
    curve = approx_fprime(weights, lambda w: -likelihood(w, case)[1], 1e-7)
    np.testing.assert_allclose(hessian, curve, atol=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_weights_are_those_a_general_optimiser_finds(seed: int) -> None:
    case = a_case(seed)

    weights = fit_weights(**case)

    best = minimize(lambda w: -by_hand(w, case), np.zeros(3), method="BFGS", tol=1e-9)
    np.testing.assert_allclose(weights, best.x, atol=1e-4)


@pytest.mark.parametrize("sampled", [99, 60])
def test_weights_that_made_choices_are_found_again(sampled: int) -> None:
    rng = np.random.default_rng(4)
    truth = np.array([1.5, -0.5, 0.0])
    catalogue = rng.normal(size=(1500, 100, 3))
    picked = (catalogue @ truth + rng.gumbel(size=(1500, 100))).argmax(axis=1)
    rows = np.arange(1500)
    left = np.ones((1500, 100), dtype=np.bool_)
    left[rows, picked] = False

    weights = fit_weights(
        catalogue[rows, picked],
        catalogue[left].reshape(1500, 99, 3)[:, :sampled],
        rows,
        counts=np.full(1500, 99.0),
        importance=np.ones(1500),
        prior=0,
        l2=1e-9,
    )

    np.testing.assert_allclose(weights, truth, atol=0.1)


def test_a_score_in_other_units_gets_a_weight_in_other_units() -> None:
    case = a_case(0) | {"prior": 0.0, "l2": 1e-12}
    units = np.array([100.0, 1.0, 0.01])

    scaled = case | {"chosen": case["chosen"] * units, "others": case["others"] * units}

    np.testing.assert_allclose(fit_weights(**scaled) * units, fit_weights(**case), rtol=1e-4)


def test_a_score_that_says_nothing_keeps_its_prior() -> None:
    case = a_case(1)
    case["chosen"][:, 1] = case["others"][:, :, 1] = 3.5

    weights = fit_weights(**case)

    assert weights[1] == pytest.approx(0.25, abs=1e-6)
    assert np.abs(weights[[0, 2]] - 0.25).min() > 0.01


def test_more_penalty_stays_closer_to_the_prior() -> None:
    away = [np.abs(fit_weights(**(a_case(0) | {"l2": l2})) - 0.25).max() for l2 in (1e-3, 0.3, 1e6)]

    assert away[0] > away[1] > away[2]
    assert away[2] < 1e-4


def test_scores_far_apart_neither_overflow_nor_vanish() -> None:
    case = a_case(2) | {"l2": 1e-6}
    case["chosen"][:, 0] += 400
    case["chosen"][::2, 0] += 3000  # so that choices of one set are far apart as well

    weights = fit_weights(**case)

    value, gradient, _ = likelihood(weights, case)
    assert np.isfinite(value)
    np.testing.assert_allclose(gradient, 0, atol=1e-5)


def test_one_choice_against_one_other_is_worked_by_hand() -> None:
    # One score: ln sigma(w d) - l2 / 2 w², so l2 w = d sigma(-w d) at the maximum.
    weights = fit_weights(
        np.array([[3.0]]),
        np.array([[[1.0]]]),
        np.array([0]),
        counts=np.ones(1),
        importance=np.array([7.0]),
        prior=0.0,
        l2=0.5,
    )

    w = weights[0]
    assert 0.5 * w == pytest.approx(2 / (1 + np.exp(2 * w)), abs=1e-6)


def test_without_choices_or_others_there_are_no_weights() -> None:
    case = a_case(0)

    for empty in (
        {"chosen": np.zeros((0, 3)), "owners": np.zeros(0, int), "importance": np.zeros(0)},
        {"others": np.zeros((9, 0, 3))},
    ):
        with pytest.raises(ShapeError, match="there are none"):
            fit_weights(**(case | empty))

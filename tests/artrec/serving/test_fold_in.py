"""Fold-in: the vector is the minimiser of the stated objective, and moves as a profile does."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize

from artrec.errors import ShapeError
from artrec.serving import fold_in
from artrec.serving.fold_in import References

Floats = NDArray[np.float32]


def _world(seed: int = 0, *, items: int = 7, references: int = 9) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    draw = rng.normal(size=(items + references, 5)).astype(np.float32)
    return draw[:items], draw[items:]


def _objective(w: NDArray[np.float64], chosen: Floats, references: Floats, l2: float) -> float:
    total = 0.0
    for item in chosen.astype(float):
        for other in references.astype(float):
            gap = (item[:-1] - other[:-1]) @ w + item[-1] - other[-1]
            total += np.logaddexp(0, -gap) / (len(chosen) * len(references))
    return float(total + l2 / 2 * w @ w)


@pytest.mark.parametrize("l2", [1e-3, 0.1, 10.0])
def test_the_vector_is_the_minimum_that_a_general_solver_finds(l2: float) -> None:
    chosen, references = _world()

    found = fold_in.user_vectors(chosen, np.array([0, 7]), References.of(references), l2=l2)

    expected = optimize.minimize(
        _objective, np.zeros(4), (chosen, references, l2), method="BFGS", options={"gtol": 1e-8}
    ).x
    np.testing.assert_allclose(found[0, :-1], expected, rtol=1e-3, atol=1e-4)
    assert found[0, -1] == 1


def test_no_direction_leads_further_down_where_choices_beat_all_references() -> None:
    # Separable, large and nearly without penalty: full Newton steps would overshoot here.
    chosen = np.array([[30, 0, 5], [40, 1, -5]], dtype=np.float32)
    references = np.array([[-30, 0, 5], [-20, 3, 0]], dtype=np.float32)
    l2 = 1e-3

    found = fold_in.user_vectors(chosen, np.array([0, 2]), References.of(references), l2=l2)[
        0, :-1
    ].astype(float)

    value = _objective(found, chosen, references, l2)
    assert value < _objective(np.zeros(2), chosen, references, l2)
    for step in np.vstack((np.eye(2), -np.eye(2))) * 1e-3:
        assert _objective(found + step, chosen, references, l2) > value


def test_scores_far_apart_lead_to_no_overflow() -> None:
    chosen, references = _world(4)
    chosen, references = 1e4 * chosen, 1e4 * references

    found = fold_in.user_vectors(chosen, np.array([0, 7]), References.of(references), l2=1e-3)[0]

    assert np.isfinite(found).all()
    before = _objective(np.zeros(4), chosen, references, 1e-3)
    assert _objective(found[:-1].astype(float), chosen, references, 1e-3) < before


def test_hardly_any_penalty_still_ends_at_the_minimum() -> None:
    chosen, references = _world(5, items=3, references=40)

    found = fold_in.user_vectors(chosen, np.array([0, 3]), References.of(references), l2=1e-4)

    expected = optimize.minimize(
        _objective, np.zeros(4), (chosen, references, 1e-4), method="BFGS", options={"gtol": 1e-8}
    ).x
    np.testing.assert_allclose(found[0, :-1], expected, rtol=1e-2, atol=1e-3)


def test_profiles_of_a_block_are_fitted_each_alone() -> None:
    chosen, references = _world(1)

    block = fold_in.user_vectors(chosen, np.array([0, 2, 2, 7]), References.of(references), l2=0.1)

    alone = fold_in.user_vectors(chosen[2:], np.array([0, 5]), References.of(references), l2=0.1)
    np.testing.assert_allclose(block[2], alone[0], rtol=1e-6)
    assert block.dtype == np.float32
    assert block[1].tolist() == [0, 0, 0, 0, 1]


def test_one_more_choice_moves_the_vector_towards_it() -> None:
    chosen, references = _world(2)

    before, after = (
        fold_in.user_vectors(chosen[:n], np.array([0, n]), References.of(references), l2=0.1)[0]
        for n in (6, 7)
    )

    assert after[:-1] @ chosen[6, :-1] > before[:-1] @ chosen[6, :-1]


def test_a_longer_penalty_makes_a_shorter_vector() -> None:
    chosen, references = _world(3)

    lengths = [
        np.linalg.norm(
            fold_in.user_vectors(chosen, np.array([0, 7]), References.of(references), l2=l2)[0, :-1]
        )
        for l2 in (0.01, 0.1, 1.0, 10.0)
    ]

    assert np.all(np.diff(lengths) < 0)


def test_what_does_not_fit_is_refused() -> None:
    chosen, references = _world()

    with pytest.raises(ShapeError, match="do not fit"):
        fold_in.user_vectors(chosen[:, :-1], np.array([0, 7]), References.of(references), l2=0.1)
    with pytest.raises(ShapeError, match="References must be"):
        References.of(references[:0])
    with pytest.raises(ShapeError, match="l2 must be above 0"):
        fold_in.user_vectors(chosen, np.array([0, 7]), References.of(references), l2=0)

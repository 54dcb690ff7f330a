"""ALS against its normal equations, and its objective."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from artrec.data.matrix import to_matrix
from artrec.errors import ConfigError
from artrec.models import als
from artrec.models.als import ALS, ALSConfig
from tests.contracts.recommender import RecommenderContract
from tests.contracts.worlds import World, checkerboard

SETTINGS = ALSConfig(factors=4, alpha=3.0, l2=0.7, sweeps=8)


class TestALS(RecommenderContract):
    model = ALS
    config = SETTINGS
    learns = "taste"

    def test_a_user_of_the_training_is_a_new_user_with_that_profile(
        self, world: World, fitted: ALS
    ) -> None:
        # Hu, Koren & Volinsky, equation 4, with C and p written out over all items.
        chosen = to_matrix(world.split.train).toarray().astype(float)
        Y = fitted.vectors.astype(float)
        for user in (0, 17):
            C = np.diag(1 + SETTINGS.alpha * chosen[user])
            left = Y.T @ C @ Y + SETTINGS.l2 * np.eye(SETTINGS.factors)
            expected = np.linalg.solve(left, Y.T @ C @ chosen[user])

            vector = fitted.user_vector(world.split.train.history(user))

            np.testing.assert_allclose(vector, expected, rtol=1e-4, atol=1e-5)

    def test_items_nobody_chose_score_zero(self, fitted: ALS) -> None:
        assert fitted.score([0, 2])[-2:].tolist() == [0, 0]


def _objective(chosen: np.ndarray[tuple[int, ...], np.dtype[np.float64]], sweeps: int) -> float:
    settings = ALSConfig(factors=4, alpha=3.0, l2=0.7, sweeps=sweeps)
    matrix = sparse.csr_array(chosen.astype(np.float32))
    items = als.factorise(matrix, settings)
    gram = items.astype(float).T @ items.astype(float)
    users = als.fold_in(matrix, items, gram, settings)
    errors = (1 + settings.alpha * chosen) * (chosen - users @ items.T) ** 2
    return float(errors.sum() + settings.l2 * ((users**2).sum() + (items**2).sum()))


def test_every_sweep_lowers_the_objective() -> None:
    chosen = to_matrix(checkerboard().data.interactions).toarray().astype(float)

    values = [_objective(chosen, sweeps) for sweeps in (1, 2, 4, 8)]

    assert np.all(np.diff(values) < 0)


def test_small_batches_give_the_same_factors(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = to_matrix(checkerboard().data.interactions)
    expected = als.factorise(matrix, SETTINGS)

    monkeypatch.setattr(als, "_BATCH_BYTES", 2000)

    np.testing.assert_allclose(als.factorise(matrix, SETTINGS), expected, rtol=1e-4, atol=1e-5)


def test_settings_out_of_range_are_refused() -> None:
    for name, value in {"factors": 0, "alpha": -1, "l2": 0, "sweeps": 0}.items():
        with pytest.raises(ConfigError, match=name):
            ALSConfig(**{name: value})

"""The NumPy GRU against torch's."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from artrec.errors import BundleError
from artrec.serving.bundle import Bundle
from artrec.serving.gru import Gates, user_vectors

INPUTS, HIDDEN = 7, 5


@pytest.fixture
def unit() -> torch.nn.GRU:
    torch.manual_seed(3)
    return torch.nn.GRU(INPUTS, HIDDEN, batch_first=True)


def gates(unit: torch.nn.GRU, scale: float = 1.0) -> Gates:
    with torch.no_grad():
        for each in unit.parameters():
            each.mul_(scale)
    state = {name: value.detach().numpy() for name, value in unit.named_parameters()}
    return Gates(
        state["weight_ih_l0"].T,
        state["weight_hh_l0"].T,
        state["bias_ih_l0"],
        state["bias_hh_l0"],
    )


@pytest.mark.parametrize("scale", [1.0, 8.0], ids=["as made", "saturated"])
def test_a_block_of_visits_is_what_torch_computes_for_each(
    unit: torch.nn.GRU, scale: float
) -> None:
    weights = gates(unit, scale)
    lengths = [3, 1, 40, 0, 3, 12]
    indptr = np.concatenate(([0], np.cumsum(lengths)))
    rows = np.random.default_rng(0).normal(size=(indptr[-1], INPUTS)).astype(np.float32)

    vectors = user_vectors(rows, indptr, weights, longest=100)

    for row, length in enumerate(lengths):
        expected = np.zeros(HIDDEN)
        if length:
            visit = torch.from_numpy(rows[indptr[row] : indptr[row + 1]])[None]
            expected = unit(visit)[1][0, 0].detach().numpy()
        np.testing.assert_allclose(vectors[row, :-1], expected, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(vectors[:, -1], 1)
    assert vectors.dtype == np.float32


def test_only_the_last_items_count_where_a_visit_is_longer(unit: torch.nn.GRU) -> None:
    rows = np.random.default_rng(0).normal(size=(9, INPUTS)).astype(np.float32)
    weights = gates(unit)

    capped = user_vectors(rows, np.array([0, 9]), weights, longest=4)

    np.testing.assert_array_equal(capped, user_vectors(rows[5:], np.array([0, 4]), weights, 100))
    assert not np.allclose(capped, user_vectors(rows, np.array([0, 9]), weights, 100))


def test_the_order_of_a_visit_matters(unit: torch.nn.GRU) -> None:
    rows = np.random.default_rng(0).normal(size=(4, INPUTS)).astype(np.float32)
    weights, whole = gates(unit), np.array([0, 4])

    assert not np.allclose(
        user_vectors(rows, whole, weights, 9), user_vectors(rows[::-1], whole, weights, 9)
    )


def bundle(unit: torch.nn.GRU, **changes: object) -> Bundle:
    parts = {
        "model": "gru4rec",
        "head": "gru",
        "dim": HIDDEN + 1 + INPUTS,
        "scored": HIDDEN + 1,
        "profile": (HIDDEN + 1, HIDDEN + 1 + INPUTS),
        "settings": {"longest": 50},
        "arrays": gates(unit)._asdict(),
    }
    return Bundle(**(parts | changes))  # type: ignore[arg-type]


def test_a_bundle_takes_the_columns_of_the_inputs(unit: torch.nn.GRU) -> None:
    rows = np.random.default_rng(0).normal(size=(3, HIDDEN + 1 + INPUTS)).astype(np.float32)

    query = bundle(unit).user_vectors(rows)

    inputs = rows[:, HIDDEN + 1 :]
    expected = user_vectors(inputs, np.array([0, 3]), gates(unit), 50)
    np.testing.assert_allclose(query[:, : HIDDEN + 1], expected, atol=1e-6)
    assert not query[:, HIDDEN + 1 :].any()


def test_parts_that_do_not_fit_are_refused(unit: torch.nn.GRU) -> None:
    arrays = gates(unit)._asdict()

    with pytest.raises(BundleError, match="input_weights"):
        bundle(unit, arrays=arrays | {"input_weights": arrays["hidden_weights"]})
    with pytest.raises(BundleError, match="'hidden_bias' must be"):
        bundle(unit, arrays={name: arrays[name] for name in arrays if name != "hidden_bias"})
    with pytest.raises(BundleError, match="longest"):
        bundle(unit, settings={})
    with pytest.raises(BundleError, match="empty profile"):
        bundle(unit, empty_profile=True)

"""The networks of BPR-MF and VBPR on numbers that can be checked on paper, and against loops."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from artrec.data import Interactions
from artrec.errors import ConfigError
from artrec.models.bpr_mf import BPRMFConfig
from artrec.models.tables import TableConfig, TableNetwork
from artrec.models.vbpr import VBPRConfig
from artrec.sampling import SamplingConfig
from artrec.sampling.config import REAL_USER_SHARES
from artrec.training import losses
from artrec.training.batches import Batch, make_batch
from artrec.training.config import TrainingConfig

FEATURES = np.array([[1, 0], [0, 2], [1, 1]], dtype=np.float32)


def _log() -> Interactions:
    """Two users; item 2 was chosen by nobody."""
    return Interactions.build([0, 1, 1], [0, 0, 1], user_ids=["a", "b"], item_ids=["x", "y", "z"])


def _network(config: TableConfig, *, visual: bool) -> TableNetwork:
    """Latent dimension 1, visual dimension 1."""
    network = TableNetwork(
        _log(),
        config,
        features=FEATURES if visual else None,
        visual_dim=1 if visual else 0,
        visual_l2=0.5 if visual else 0.0,
    )
    with torch.no_grad():
        network.users[:] = torch.tensor([[2.0, -1.0], [0.5, 3.0]])[:, : 2 if visual else 1]
        network.items[:] = torch.tensor([[1.0], [-2.0], [4.0]])
        network.biases[:] = torch.tensor([[0.1], [0.3], [-7.0]])
        if network.visual is not None:
            network.visual[:] = torch.tensor([[1.0, 0.5], [-0.5, 0.25]])  # E | b'
    return network


def _batch(
    rows: list[int], positive: list[int], negative: list[list[int]], users: list[int]
) -> Batch:
    return make_batch(
        items=np.arange(3),
        users=np.array(users),
        profile=np.zeros(0, dtype=np.int64),
        lengths=np.zeros(len(users), dtype=np.int64),
        rows=np.array(rows),
        positive=np.array(positive),
        negative=np.array(negative),
    )


def _scores(network: TableNetwork) -> NDArray[np.float32]:
    batch = _batch([0], [0], [[1]], [0, 1])
    encoded = network.encode(batch.items)
    scores = network.user_vectors(batch, encoded) @ network.item_vectors(encoded).T
    result: NDArray[np.float32] = scores.detach().numpy()
    return result


def test_vbpr_scores_are_those_worked_out_by_hand() -> None:
    network = _network(VBPRConfig(latent_dim=1, visual_dim=1), visual=True)

    scores = _scores(network)

    # E f: 1, -1, .5. b'.f: .5, .5, .75.
    expected = [
        [2 * 1 - 1 * 1 + 0.1 + 0.5, 2 * -2 - 1 * -1 + 0.3 + 0.5, 2 * 4 - 1 * 0.5 - 7 + 0.75],
        [0.5 * 1 + 3 * 1 + 0.6, 0.5 * -2 + 3 * -1 + 0.8, 0.5 * 4 + 3 * 0.5 - 6.25],
    ]
    np.testing.assert_allclose(scores, expected, rtol=1e-6)


def test_bpr_mf_scores_are_those_worked_out_by_hand() -> None:
    scores = _scores(_network(BPRMFConfig(latent_dim=1), visual=False))

    np.testing.assert_allclose(scores, [[2.1, -3.7, 1], [0.6, -0.7, -5]], rtol=1e-6)


def test_outside_of_training_items_nobody_chose_have_their_looks_and_one_bias() -> None:
    network = _network(VBPRConfig(latent_dim=1, visual_dim=1), visual=True).eval()
    network.chosen[1] = False

    encoded = network.encode(torch.arange(3)).detach().numpy()

    mean = (0.3 - 7) / 2
    expected = [[1, 1, 0.1 + 0.5], [0, -1, mean + 0.5], [0, 0.5, mean + 0.75]]
    np.testing.assert_allclose(encoded, expected, rtol=1e-6)


def test_parameters_are_as_many_as_published() -> None:
    # Users and items by 10 + 10 factors, one bias per item, E and b'.
    config = VBPRConfig(latent_dim=10, visual_dim=10)
    features = np.ones((3, 4096), dtype=np.float32)

    network = TableNetwork(_log(), config, features=features, visual_dim=10)

    count = sum(each.numel() for each in network.parameters())
    assert count == 2 * (10 + 10) + 3 * 10 + 3 + 4096 * 10 + 4096


def test_a_profile_of_nobody_scores_by_the_biases_and_trains_no_user() -> None:
    network = _network(BPRMFConfig(latent_dim=1), visual=False)
    batch = _batch([0], [0], [[1]], [-1])

    vectors = network.user_vectors(batch, network.encode(batch.items))
    torch.autograd.backward(network.penalty(batch, network.encode(batch.items)))

    assert vectors.tolist() == [[0, 1]]
    assert network.users.grad is not None
    assert not network.users.grad.any()


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("negatives", [1, 2])
def test_objective_and_gradient_are_those_of_a_loop_over_triples(
    reduction: str, negatives: int
) -> None:
    rng = np.random.default_rng(0)
    config = VBPRConfig(
        latent_dim=1,
        visual_dim=1,
        bias_l2=0.25,
        negative_l2=0.1,
        training=TrainingConfig(reduction=reduction, l2=0.3),  # type: ignore[arg-type]
    )
    network = _network(config, visual=True)
    rows = rng.integers(2, size=8)
    positive = rng.integers(2, size=8)
    negative = rng.integers(3, size=(8, negatives))
    batch = _batch(rows.tolist(), positive.tolist(), negative.tolist(), [1, 0])
    twin = _network(config, visual=True)

    encoded = network.encode(batch.items)
    scores = (network.user_vectors(batch, encoded) @ encoded.T)[batch.rows]
    values = losses.bpr(
        scores[torch.arange(8), batch.positive], torch.gather(scores, 1, batch.negative)
    )
    reduced = values.sum() if reduction == "sum" else values.mean()
    objective = reduced + config.training.l2 * network.penalty(batch, encoded)
    torch.autograd.backward(objective)
    slow = _slow_objective(twin, [1, 0], rows, positive, negative, reduction)
    torch.autograd.backward(slow)

    torch.testing.assert_close(objective, slow, rtol=1e-5, atol=0)
    for (name, fast), reference in zip(network.named_parameters(), twin.parameters(), strict=True):
        assert fast.grad is not None, name
        assert reference.grad is not None, name
        torch.testing.assert_close(fast.grad, reference.grad, rtol=1e-4, atol=1e-6)


def _slow_objective(
    network: TableNetwork,
    users: list[int],
    rows: NDArray[np.int64],
    positive: NDArray[np.int64],
    negative: NDArray[np.int64],
    reduction: str,
) -> torch.Tensor:
    """One triple after the other, with the factors of `_network` and of the test written out."""
    assert network.visual is not None
    E, looks = network.visual[:, 0], network.visual[:, 1]
    total = torch.zeros(())
    for row, i, others in zip(rows, positive, negative, strict=True):
        user = network.users[users[row]]

        def score(item: int, user: torch.Tensor = user) -> torch.Tensor:
            f = torch.from_numpy(FEATURES[item])
            return (
                user[0] * network.items[item, 0]
                + user[1] * (E @ f)
                + network.biases[item, 0]
                + looks @ f
            )

        squares = user @ user + network.items[i] @ network.items[i]
        squares = squares + 0.25 * network.biases[i, 0] ** 2
        squares = squares + 0.5 * network.visual.square().sum()
        for j in others:
            total = total + torch.nn.functional.softplus(score(j) - score(i)) / len(others)
            squares = squares + 0.1 * (network.items[j] @ network.items[j]) / len(others)
            squares = squares + 0.25 * network.biases[j, 0] ** 2 / len(others)
        total = total + 0.3 * squares / 2
    return total if reduction == "sum" else total / len(rows)


def test_xavier_fills_every_table_and_normal_leaves_biases_at_zero() -> None:
    torch.manual_seed(0)
    features = np.ones((3, 400), dtype=np.float32)

    xavier, normal = (
        TableNetwork(_log(), VBPRConfig(latent_dim=5, init=init), features=features, visual_dim=4)
        for init in ("xavier", "normal")
    )

    assert xavier.visual is not None
    assert normal.visual is not None
    assert all(bool(each.any()) for each in xavier.parameters())
    # Glorot & Bengio: uniform within sqrt(6 / (fan in + fan out)), for E and b' each by itself.
    looks = xavier.visual.detach().abs()
    assert float(looks[:, :-1].max()) == pytest.approx(math.sqrt(6 / 404), rel=0.02)
    assert float(looks[:, -1].max()) == pytest.approx(math.sqrt(6 / 401), rel=0.02)
    assert not normal.biases.any()
    assert not normal.visual[:, -1].any()


def test_sampling_of_artificial_profiles_is_refused() -> None:
    with pytest.raises(ConfigError, match="REAL_USER_SHARES"):
        BPRMFConfig(sampling=SamplingConfig(mode="paper"))

    guided = BPRMFConfig(sampling=SamplingConfig(mode="paper", shares=REAL_USER_SHARES))

    assert guided.sampling.shares == REAL_USER_SHARES


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (BPRMFConfig, "latent_dim", 0),
        (BPRMFConfig, "init", "uniform"),
        (BPRMFConfig, "known_users", "by heart"),
        (BPRMFConfig, "bias_l2", -1),
        (BPRMFConfig, "negative_l2", -1),
        (BPRMFConfig, "fold_in_l2", 0),
        (BPRMFConfig, "references", 0),
        (VBPRConfig, "latent_dim", -1),
        (VBPRConfig, "visual_dim", 0),
        (VBPRConfig, "visual_l2", -1),
        (VBPRConfig, "input_dim", 0),
    ],
)
def test_settings_out_of_range_are_refused(
    kind: type[TableConfig], name: str, value: object
) -> None:
    settings: dict[str, Any] = {name: value}

    with pytest.raises(ConfigError, match=name):
        kind(**settings)

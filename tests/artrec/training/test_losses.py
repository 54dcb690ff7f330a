"""Each loss against its formula written as a loop, and its gradient against finite differences."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from torch import Tensor

from artrec.training import TrainingConfig, losses
from artrec.training.batches import Batch, make_batch
from artrec.training.loop import example_losses

N_ITEMS = 101


def slow_bpr(positive: float, negatives: list[float]) -> float:
    return sum(-math.log(1 / (1 + math.exp(n - positive))) for n in negatives) / len(negatives)


def slow_margin(positive: float, negatives: list[float], width: float) -> float:
    return sum(max(0.0, width - positive + n) for n in negatives) / len(negatives)


def slow_warp(positive: float, negatives: list[float], width: float, n_items: int) -> float:
    for tries, negative in enumerate(negatives, start=1):
        if width - positive + negative > 0:
            rank = max((n_items - 1) // tries, 1)
            return math.log(1 + rank) * (width - positive + negative)
    return 0.0


def slow_softmax(positive: float, others: list[float]) -> float:
    total = math.exp(positive) + sum(math.exp(each) for each in others)
    return -math.log(math.exp(positive) / total)


Pair = tuple[Callable[[Tensor, Tensor], Tensor], Callable[[float, list[float]], float]]
PAIRS: dict[str, Pair] = {
    "bpr": (losses.bpr, slow_bpr),
    "margin": (partial(losses.margin, width=0.7), partial(slow_margin, width=0.7)),
    "warp": (
        partial(losses.warp, width=0.7, n_items=N_ITEMS),
        partial(slow_warp, width=0.7, n_items=N_ITEMS),
    ),
}


def scores(negatives: int) -> tuple[Tensor, Tensor]:
    """Some positives win by more than the margin over all negatives, some over none."""
    generator = torch.Generator().manual_seed(negatives)
    positive = torch.randn(40, generator=generator, dtype=torch.float64) + 1
    negative = torch.randn(40, negatives, generator=generator, dtype=torch.float64)
    return positive, negative


@pytest.mark.parametrize("negatives", [1, 5])
@pytest.mark.parametrize("name", PAIRS)
def test_a_pairwise_loss_is_its_formula(name: str, negatives: int) -> None:
    fast, slow = PAIRS[name]
    positive, negative = scores(negatives)

    values = fast(positive, negative)

    expected = [slow(float(p), n.tolist()) for p, n in zip(positive, negative, strict=True)]
    np.testing.assert_allclose(values.numpy(), expected, rtol=1e-12)
    if name != "bpr":
        assert 0 < np.count_nonzero(expected) < len(expected) or negatives == 5


@pytest.mark.parametrize("name", PAIRS)
def test_the_gradient_of_a_pairwise_loss_is_that_of_its_values(name: str) -> None:
    fast, _ = PAIRS[name]
    positive, negative = (each.requires_grad_() for each in scores(4))

    assert torch.autograd.gradcheck(fast, (positive, negative))


def test_bpr_of_hopeless_scores_is_finite_and_still_pushes() -> None:
    positive = torch.tensor([-500.0], requires_grad=True)

    loss = losses.bpr(positive, torch.tensor([[500.0]]))
    torch.autograd.backward(loss)

    assert loss.item() == 1000
    assert positive.grad is not None
    assert positive.grad.item() == -1


def test_warp_weighs_a_violation_found_at_once_more_than_one_found_late() -> None:
    positive = torch.tensor([2.0, 2.0, 2.0])
    negative = torch.tensor([[1.5, 1.5, 1.5], [0.0, 0.0, 1.5], [0.0, 0.0, 0.0]])

    values = losses.warp(positive, negative, width=1.0, n_items=10)

    np.testing.assert_allclose(values, [0.5 * math.log(10), 0.5 * math.log(4), 0.0], rtol=1e-6)


def test_softmax_is_its_formula_with_hidden_columns() -> None:
    generator = torch.Generator().manual_seed(0)
    others = torch.randn(3, 6, generator=generator, dtype=torch.float64)
    others[0, 2] = others[1, :] = -torch.inf  # the second profile compares with nothing
    rows = torch.tensor([2, 0, 0, 1])
    positive = torch.randn(4, generator=generator, dtype=torch.float64)

    values = losses.softmax(others, rows, positive)

    seen = [[each for each in row if each > -math.inf] for row in others.tolist()]
    expected = [slow_softmax(float(p), seen[r]) for r, p in zip(rows, positive, strict=True)]
    np.testing.assert_allclose(values.numpy(), expected, rtol=1e-12)
    assert values[3] == 0


def test_the_gradient_of_softmax_is_that_of_its_values() -> None:
    generator = torch.Generator().manual_seed(0)
    others = torch.randn(3, 5, generator=generator, dtype=torch.float64, requires_grad=True)
    positive = torch.randn(4, generator=generator, dtype=torch.float64, requires_grad=True)
    hidden = torch.zeros(3, 5, dtype=torch.bool)
    hidden[0, 1] = hidden[2, 4] = True
    rows = torch.tensor([2, 0, 0, 1])

    def loss(others: Tensor, positive: Tensor) -> Tensor:
        return losses.softmax(others.masked_fill(hidden, -torch.inf), rows, positive)

    assert torch.autograd.gradcheck(loss, (others, positive))


def small_batch(negative: list[list[int]], log_expected: list[float] | None = None) -> Batch:
    """Five columns, three profiles of one item, four examples."""
    return make_batch(
        items=np.array([3, 8, 20, 21, 60]),
        users=np.array([0, 1, 2]),
        profile=np.array([0, 1, 2]),
        lengths=np.array([1, 1, 1]),
        rows=np.array([1, 0, 2, 1]),
        positive=np.array([4, 1, 0, 3]),
        negative=np.array(negative, dtype=np.int64).reshape(4, -1),
        known=None if log_expected is None else (np.array(KNOWN_ROWS), np.array(KNOWN_COLUMNS)),
        log_expected=None if log_expected is None else np.array(log_expected, dtype=np.float32),
    )


NEGATIVES = [[0, 2], [2, 3], [1, 4], [2, 1]]
KNOWN_ROWS, KNOWN_COLUMNS = [0, 1, 1, 2], [1, 4, 3, 0]


def vectors() -> tuple[Tensor, Tensor, list[list[float]]]:
    """Users, items, and every score as a loop finds it."""
    generator = torch.Generator().manual_seed(1)
    users = torch.randn(3, 4, generator=generator, dtype=torch.float64)
    items = torch.randn(5, 4, generator=generator, dtype=torch.float64)
    table = [
        [sum(a * b for a, b in zip(user, item, strict=True)) for item in items.tolist()]
        for user in users.tolist()
    ]
    return users, items, table


@pytest.mark.parametrize("name", ["bpr", "margin", "warp"])
def test_examples_of_triplets_are_compared_with_their_own_negatives(name: str) -> None:
    users, items, table = vectors()
    batch = small_batch(NEGATIVES)
    config = TrainingConfig(loss=name, margin=0.7)  # type: ignore[arg-type]

    values = example_losses(users, items, batch, config, N_ITEMS)

    expected = [
        PAIRS[name][1](table[row][positive], [table[row][each] for each in negatives])
        for row, positive, negatives in zip([1, 0, 2, 1], [4, 1, 0, 3], NEGATIVES, strict=True)
    ]
    np.testing.assert_allclose(values, expected, rtol=1e-12)


@pytest.mark.parametrize("log_expected", [[0.0] * 5, [-0.1, -2.0, -0.7, 0.0, -1.3]])
def test_examples_of_users_are_compared_with_all_columns_they_do_not_know(
    log_expected: list[float],
) -> None:
    users, items, table = vectors()
    batch = small_batch([[], [], [], []], log_expected)
    config = TrainingConfig(loss="sampled-softmax")

    values = example_losses(users, items, batch, config, N_ITEMS)

    known = set(zip(KNOWN_ROWS, KNOWN_COLUMNS, strict=True))
    expected = []
    for row, positive in zip([1, 0, 2, 1], [4, 1, 0, 3], strict=True):
        others = [
            table[row][column] - float(np.float32(log_expected[column]))
            for column in range(5)
            if (row, column) not in known
        ]
        expected.append(slow_softmax(table[row][positive], others))
    np.testing.assert_allclose(values, expected, rtol=1e-12)

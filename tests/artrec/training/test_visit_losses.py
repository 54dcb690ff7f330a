"""The losses of GRU4Rec, worked by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import get_args

import pytest
import torch
from torch import Tensor

from artrec.training.visit_losses import LOSSES, VisitLoss, bpr_max

POSITIVE = torch.tensor([0.5])
NEGATIVE = torch.tensor([[1.0, -2.0, 77.0]])
REAL = torch.tensor([[True, True, False]])


def sigma(x: float) -> float:
    return 1 / (1 + math.exp(-x))


S1 = math.exp(1.0) / (math.exp(1.0) + math.exp(-2.0))
S2 = 1 - S1
BY_HAND: dict[VisitLoss, float] = {
    "cross-entropy": -math.log(math.exp(0.5) / (math.exp(0.5) + math.exp(1) + math.exp(-2))),
    "bpr": -(math.log(sigma(-0.5)) + math.log(sigma(2.5))) / 2,
    "top1": (sigma(0.5) + sigma(1) + sigma(-2.5) + sigma(4)) / 2,
    "top1-max": S1 * (sigma(0.5) + sigma(1)) + S2 * (sigma(-2.5) + sigma(4)),
    "bpr-max": -math.log(S1 * sigma(-0.5) + S2 * sigma(2.5)) + S1 * 1 + S2 * 4,
}


@pytest.mark.parametrize("name", get_args(VisitLoss))
def test_losses_by_hand_leave_out_what_is_no_negative(name: VisitLoss) -> None:
    value = LOSSES[name](POSITIVE, NEGATIVE, REAL)

    assert value.shape == (1,)
    assert float(value) == pytest.approx(BY_HAND[name], rel=1e-5)


def test_the_penalty_of_bpr_max_has_a_weight() -> None:
    without = float(bpr_max(POSITIVE, NEGATIVE, REAL, l2=0.0))

    assert without == pytest.approx(BY_HAND["bpr-max"] - S1 - 4 * S2, rel=1e-5)


@pytest.mark.parametrize("name", get_args(VisitLoss))
def test_a_better_score_of_the_next_item_costs_less(name: VisitLoss) -> None:
    loss: Callable[[Tensor, Tensor, Tensor], Tensor] = LOSSES[name]
    scores = torch.linspace(-3, 3, 7)

    values = loss(scores, NEGATIVE.expand(7, 3), REAL.expand(7, 3))

    assert bool((values.diff() < 0).all())


@pytest.mark.parametrize("name", get_args(VisitLoss))
@pytest.mark.parametrize("size", [30.0, 1e4])
def test_scores_far_apart_give_numbers_and_gradients(name: VisitLoss, size: float) -> None:
    positive = torch.tensor([-size, size], requires_grad=True)
    negative = torch.tensor([[size, 0.0], [-size, 0.0]], requires_grad=True)

    LOSSES[name](positive, negative, torch.ones(2, 2, dtype=torch.bool)).sum().backward()  # type: ignore[no-untyped-call]

    for each in (positive, negative):
        assert each.grad is not None
        assert bool(torch.isfinite(each.grad).all())


def test_max_losses_keep_their_gradient_among_many_easy_negatives() -> None:
    """The point of Hidasi & Karatzoglou 2018: in BPR and TOP1 it vanishes with their number."""
    easy = torch.full((1, 1000), -5.0)
    hard = torch.cat((torch.tensor([[1.0]]), easy), dim=1)
    steep = {}
    for name in ("bpr", "top1", "bpr-max", "top1-max"):
        positive = torch.tensor([0.5], requires_grad=True)
        LOSSES[name](positive, hard, torch.ones_like(hard, dtype=torch.bool)).backward()  # type: ignore[no-untyped-call]
        assert positive.grad is not None
        steep[name] = -float(positive.grad)

    assert steep["bpr-max"] > 10 * steep["bpr"]
    assert steep["top1-max"] > 10 * steep["top1"]

"""Losses over scores. Each takes what it compares and returns one value per example, (B,).

Letters used in shapes: B examples, M negatives per example, n items of a batch.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def bpr(positive: Tensor, negative: Tensor) -> Tensor:
    """-ln sigma(s_ui - s_uj), mean over the negatives.

    Rendle, Freudenthaler, Gantner & Schmidt-Thieme, "BPR: Bayesian personalized ranking from
    implicit feedback", UAI 2009, https://arxiv.org/abs/1205.2618.

    Args:
        positive: (B,) scores of the preferred items.
        negative: (B, M) scores of the others.
    """
    return functional.softplus(negative - positive[:, None]).mean(dim=1)


def margin(positive: Tensor, negative: Tensor, *, width: float) -> Tensor:
    """max(0, width - s_ui + s_uj), mean over the negatives. Shapes as in `bpr`."""
    return functional.relu(width - positive[:, None] + negative).mean(dim=1)


def warp(positive: Tensor, negative: Tensor, *, width: float, n_items: int) -> Tensor:
    """Hinge on the first negative that violates the margin, weighted by the rank it betrays.

    Weston, Bengio & Usunier, "WSABIE: scaling up to large vocabulary image annotation", IJCAI 2011.
    If the first violation is the t-th negative tried, about (N - 1) / t items rank above the
    positive; the weight is the harmonic number of that, by its logarithm. Examples of which no
    negative violates count nothing. Shapes as in `bpr`, negatives in the order they were tried.
    """
    gap = width - positive[:, None] + negative
    violates = gap > 0
    first = violates.int().argmax(dim=1, keepdim=True)
    rank = torch.div(n_items - 1, first + 1, rounding_mode="floor").clamp(min=1)
    weight = torch.log1p(rank.to(gap.dtype))
    loss = weight * gap.gather(1, first)
    return torch.where(violates.any(dim=1, keepdim=True), loss, torch.zeros_like(loss)).squeeze(1)


def softmax(others: Tensor, rows: Tensor, positive: Tensor) -> Tensor:
    """-ln of the share of the positive among itself and all the negatives of its row.

    Args:
        others: (P, n) scores of the negatives of each profile, -inf for what is none. Of sampled
            columns the logarithm of their expected number is taken off (logQ correction; Bengio &
            Senécal 2008, https://doi.org/10.1109/TNN.2007.912312); the positive is not sampled and
            not corrected (Khrylchenko et al. 2025, https://arxiv.org/abs/2507.09331).
        rows: (B,) profile of each example.
        positive: (B,) scores of the preferred items.
    """
    return functional.softplus(torch.logsumexp(others, dim=1)[rows] - positive)

"""The losses of GRU4Rec: the next item against the negatives of its row, one value per row.

`bpr` and `top1` are of Hidasi et al. 2016, https://arxiv.org/abs/1511.06939; `top1_max` and
`bpr_max` of Hidasi & Karatzoglou 2018, https://arxiv.org/abs/1706.03847, where negatives weigh by
their softmax s_j, so that many easy ones do not drown the few that matter.

Letters used in shapes: B rows, M negatives. Every loss takes `positive` (B,) scores of the next
items, `negative` (B, M) scores of others, and `real` (B, M): which of them are negatives at all, at
least one per row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

import torch
from torch import Tensor
from torch.nn import functional

VisitLoss = Literal["cross-entropy", "bpr", "top1", "top1-max", "bpr-max"]


def cross_entropy(positive: Tensor, negative: Tensor, real: Tensor) -> Tensor:
    """-ln softmax of the next item among itself and the negatives."""
    others = negative.masked_fill(~real, -torch.inf).logsumexp(dim=1)
    return functional.softplus(others - positive)


def bpr(positive: Tensor, negative: Tensor, real: Tensor) -> Tensor:
    """Mean over the negatives of -ln sigma(r_i - r_j)."""
    return _mean(functional.softplus(negative - positive[:, None]), real)


def top1(positive: Tensor, negative: Tensor, real: Tensor) -> Tensor:
    """Mean over the negatives of sigma(r_j - r_i) + sigma(r_j^2): the share of them ranked above,
    and a pull of their scores towards 0."""
    gap = torch.sigmoid(negative - positive[:, None])
    return _mean(gap + torch.sigmoid(negative.square()), real)


def top1_max(positive: Tensor, negative: Tensor, real: Tensor) -> Tensor:
    """Sum of s_j (sigma(r_j - r_i) + sigma(r_j^2))."""
    gap = torch.sigmoid(negative - positive[:, None])
    return (_weights(negative, real) * (gap + torch.sigmoid(negative.square()))).sum(dim=1)


def bpr_max(positive: Tensor, negative: Tensor, real: Tensor, *, l2: float = 1.0) -> Tensor:
    """-ln of the sum of s_j sigma(r_i - r_j), plus `l2` times the sum of s_j r_j^2."""
    weights = _weights(negative, real)
    # In logarithms, where a product that is tiny stays a number.
    wins = weights.clamp(min=1e-38).log() + functional.logsigmoid(positive[:, None] - negative)
    likelihood = wins.masked_fill(~real, -torch.inf).logsumexp(dim=1)
    return l2 * (weights * negative.square()).sum(dim=1) - likelihood


def _mean(values: Tensor, real: Tensor) -> Tensor:
    return (values * real).sum(dim=1) / real.sum(dim=1)


def _weights(negative: Tensor, real: Tensor) -> Tensor:
    """(B, M) softmax over the negatives, 0 for what is none."""
    return negative.masked_fill(~real, -torch.inf).softmax(dim=1)


LOSSES: Final[Mapping[VisitLoss, Callable[[Tensor, Tensor, Tensor], Tensor]]] = {
    "cross-entropy": cross_entropy,
    "bpr": bpr,
    "top1": top1,
    "top1-max": top1_max,
    "bpr-max": bpr_max,
}

"""The network of ACF. The formulas are in `artrec.models.acf`.

Attention depends on a user and an item, not on the rest of the profile, so it is worked out once
for each pair of them in a batch; only the softmax is over profiles. Nothing is padded.

Letters used in shapes: n items of a batch, P profiles, L profile entries, Q distinct pairs of user
and item, M parts of a picture, d dimensions of a part, T of users and items, H hidden units.
"""

from __future__ import annotations

from typing import Any, Final

import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from artrec.models.acf_components import pooled
from artrec.models.acf_config import ACFConfig
from artrec.models.inputs import Inputs
from artrec.training.batches import Batch
from artrec.training.network import Network

_PARTS_AT_ONCE: Final = 200_000  # pairs times M whose hidden units are held at once


class Attention(nn.Module):
    """w . ReLU(sum of x_k W_k + b); see `artrec.serving.acf.Attention`."""

    def __init__(self, widths: tuple[int, ...], hidden: int) -> None:
        super().__init__()
        self.maps = nn.ModuleList(nn.Linear(width, hidden, bias=False) for width in widths)
        self.bias = nn.Parameter(torch.zeros(hidden))
        self.out = nn.Linear(hidden, 1, bias=False)

    def logits(self, hidden: Tensor) -> Tensor:
        """(..., H) sum of the mapped inputs to (...)."""
        result: Tensor = self.out(functional.relu(hidden + self.bias)).squeeze(-1)
        return result


class ACFNetwork(Network):
    """Users, items, and attention over the items of a profile and the parts of their pictures."""

    parts: Tensor
    looks: Tensor

    def __init__(
        self,
        n_users: int,
        n_items: int,
        parts: NDArray[Any],
        inputs: Inputs,
        config: ACFConfig,
    ) -> None:
        """`parts` (N, M, d) are data, reduced by `inputs`, and not trained."""
        super().__init__()
        self.n_items, self.inputs, self.config = n_items, inputs, config
        # Not part of the state: they would be copied into every checkpoint.
        self.register_buffer("parts", torch.from_numpy(parts), persistent=False)
        self.register_buffer("looks", torch.from_numpy(pooled(parts)), persistent=False)
        dim, seen, hidden = config.dim, parts.shape[2], config.attention
        self.users = nn.Parameter(torch.empty(n_users, dim))
        of_items, of_chosen = config.tables
        self.item_table = nn.Parameter(torch.empty(n_items, dim)) if of_items else None
        self.chosen_table = nn.Parameter(torch.empty(n_items, dim)) if of_chosen else None
        projected = config.items == "content"
        self.item_map = nn.Linear(seen, dim, bias=False) if projected else None
        apart = projected and not config.tied
        self.chosen_map = nn.Linear(seen, dim, bias=False) if apart else None
        widths = (dim, dim, seen) if config.tied else (dim, dim, dim, seen)
        self.over_items = Attention(widths, hidden)
        self.over_parts = Attention((dim, seen), hidden)
        for parameter in self.parameters():
            if parameter.ndim == 2:
                if config.init == "kaiming":
                    nn.init.kaiming_normal_(parameter)
                else:
                    nn.init.xavier_normal_(parameter)
        if config.residual and self.item_table is not None:
            nn.init.zeros_(self.item_table)

    def encode(self, items: Tensor) -> Tensor:
        """(n,) to (n, T) v, or (n, 2T) v and p unless they are tied."""
        v = _sum_of(self.item_map, self.looks, self.item_table, items)
        if self.config.tied:
            return v
        p = _sum_of(self.chosen_map, self.looks, self.chosen_table, items)
        return torch.cat((v, p), dim=1)

    def item_vectors(self, encoded: Tensor) -> Tensor:
        """(n, T)"""
        return encoded[:, : self.config.dim] / self.config.divisor

    def user_vectors(self, batch: Batch, encoded: Tensor) -> Tensor:
        """(P, T)"""
        chosen = encoded[:, -self.config.dim :]
        stranger = len(self.users)
        who = torch.where(batch.users < 0, stranger, batch.users)
        if self.training and self.config.user_dropout:
            dropped = torch.rand(len(who)).to(who.device) < self.config.user_dropout
            who = torch.where(dropped, stranger, who)
        elif not self.training and self.config.known_users == "as-strangers":
            who = torch.full_like(who, stranger)
        people, which = torch.unique(who, return_inverse=True)
        vectors = self._vectors_of(people)
        keys = which[batch.owners] * len(encoded) + batch.profile
        pairs, entry = torch.unique(keys, return_inverse=True)
        owner = torch.div(pairs, len(encoded), rounding_mode="floor")
        logits = self._pair_logits(batch.items, encoded, vectors, owner, pairs % len(encoded))
        weights = segment_softmax(logits[entry], batch.owners, batch.n_profiles)
        attended = functional.embedding_bag(
            batch.profile,
            chosen.to(weights.dtype),
            batch.offsets[:-1],
            mode="sum",
            per_sample_weights=weights,
        )
        return self.base(vectors)[which] + attended

    def base(self, users: Tensor) -> Tensor:
        """What a user vector starts from: u itself, or W1u u as in the tutorial's code."""
        if self.config.add_user == "raw":
            return users
        projected: Tensor = self.over_items.maps[0](users)
        return projected

    def stranger(self) -> Tensor:
        """(T,) u of somebody who was not trained on."""
        if self.config.strangers == "zero":
            return torch.zeros_like(self.users[0])
        return self.users.mean(dim=0)

    def penalty(self, batch: Batch, encoded: Tensor) -> Tensor:
        """Half the squared norm of the weights and, as mean over the examples, of the vectors that
        are used: user, both items, and the average one of the profiles."""
        width = self.config.dim
        squares = encoded.square()
        v, p = squares[:, :width].sum(dim=1), squares[:, -width:].sum(dim=1)
        known = batch.users[batch.rows]
        users = self.users[known[known >= 0]].square().sum(dim=1)
        others = v[batch.negative] if batch.negative.numel() else v
        parts = (users, v[batch.positive], others, p[batch.profile])
        total = sum((part.mean() for part in parts if part.numel()), encoded.new_zeros(()))
        for name, parameter in self.named_parameters():
            if name.endswith("weight"):
                total = total + parameter.square().sum()
        return total / 2

    def _vectors_of(self, people: Tensor) -> Tensor:
        """(W, T) of user rows; the row behind the last user is a stranger."""
        is_stranger = people == len(self.users)
        vectors = self.users[people.masked_fill(is_stranger, 0)]
        if not is_stranger.any():
            return vectors
        return torch.where(is_stranger[:, None], self.stranger(), vectors)

    def _pair_logits(
        self, items: Tensor, encoded: Tensor, people: Tensor, owner: Tensor, column: Tensor
    ) -> Tensor:
        """(Q,) attention of people[owner] to the items at columns, before the softmax."""
        maps = self.over_items.maps
        columns, of = torch.unique(column, return_inverse=True)
        parts = self.parts[items[columns]].to(people.dtype)
        width = self.config.dim
        inputs = torch.split(encoded[columns], width, dim=1)  # v and p, or the one that is both
        of_item = sum(each(x) for each, x in zip(maps[1:-1], inputs, strict=True))
        if parts.shape[1] == 1:
            hidden = (of_item + maps[-1](parts[:, 0]))[of]
        else:
            hidden = of_item[of] + maps[-1](self._pictures(parts, people, owner, of))
        return self.over_items.logits(hidden + maps[0](people)[owner])

    def _pictures(self, parts: Tensor, people: Tensor, owner: Tensor, of: Tensor) -> Tensor:
        """(Q, d) what people[owner] see of the pictures parts[of]."""
        of_user, of_part = self.over_parts.maps
        mapped, asked = of_part(parts), of_user(people)

        def attend(mapped: Tensor, asked: Tensor, owner: Tensor, of: Tensor) -> Tensor:
            logits = self.over_parts.logits(mapped[of] + asked[owner][:, None])
            weights = torch.softmax(logits, dim=1).to(parts.dtype)
            return torch.einsum("qm,qmd->qd", weights, parts[of])

        step = max(1, _PARTS_AT_ONCE // parts.shape[1])
        # Hidden units of all pairs would not fit, so they are made again for the gradient.
        blocks = [
            checkpoint(attend, mapped, asked, some, which, use_reentrant=False)
            for some, which in zip(torch.split(owner, step), torch.split(of, step), strict=True)
        ]
        return torch.cat(blocks)


def segment_softmax(logits: Tensor, owners: Tensor, n_profiles: int) -> Tensor:
    """(L,) softmax among the entries of each profile; `owners` (L,) is the profile of each."""
    largest = logits.new_full((n_profiles,), -torch.inf)
    largest = largest.scatter_reduce(0, owners, logits.detach(), "amax")
    weights = torch.exp(logits - largest[owners])
    totals = weights.new_zeros(n_profiles).index_add(0, owners, weights)
    return weights / totals[owners]


def _sum_of(
    projection: nn.Linear | None, looks: Tensor, table: nn.Parameter | None, items: Tensor
) -> Tensor:
    """(n, T) from content, from a table, or from both."""
    terms = []
    if projection is not None:
        terms.append(projection(looks[items]))
    if table is not None:
        terms.append(table[items])
    return torch.stack(terms).sum(dim=0) if len(terms) > 1 else terms[0]

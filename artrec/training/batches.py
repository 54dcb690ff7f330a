"""What one step of training sees: distinct items, profiles over them, and examples.

Triplets of one user with one profile share it, so a profile is pooled once; items stand once,
however many profiles and examples they are in. Columns are positions into `Batch.items`.

Letters used in shapes: n items, P profiles, L profile entries, B examples, M negatives per example,
N items of the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from artrec.models.contract import Profiles
from artrec.sampling import Triplets
from artrec.sampling.lookup import expand

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Batch:
    """Tensors on one device; whole numbers unless said otherwise."""

    items: Tensor
    """(n,) rows of the catalogue, ascending."""
    users: Tensor
    """(P,) user row of each profile, -1 for nobody in particular."""
    profile: Tensor
    """(L,) columns, profile after profile, in the order of time."""
    offsets: Tensor
    """(P + 1,) where each profile begins in `profile`."""
    rows: Tensor
    """(B,) profile of each example, ascending or not."""
    positive: Tensor
    """(B,) columns of the preferred items."""
    negative: Tensor
    """(B, M) columns of others; M is 0 where all columns are compared with."""
    known_rows: Tensor
    """(H,) profiles, and"""
    known_columns: Tensor
    """(H,) columns that are no negatives of them; empty for triplets."""
    log_expected: Tensor
    """(n,) float, logarithm of how often a column is expected in such a batch; 0 where it always
    is, empty for triplets."""

    @property
    def n_profiles(self) -> int:
        """P."""
        return len(self.users)

    @cached_property
    def lengths(self) -> Tensor:
        """(P,) items of each profile; may be 0."""
        return self.offsets[1:] - self.offsets[:-1]

    @cached_property
    def owners(self) -> Tensor:
        """(L,) profile of each entry of `profile`."""
        return torch.repeat_interleave(
            torch.arange(self.n_profiles, device=self.users.device), self.lengths
        )

    @cached_property
    def ages(self) -> Tensor:
        """(L,) how many items of its profile came after each entry, 0 for the latest."""
        ends = torch.repeat_interleave(self.offsets[1:], self.lengths)
        return ends - 1 - torch.arange(len(self.profile), device=self.users.device)

    def to(self, device: torch.device) -> Batch:
        """The same on another device."""
        if device == self.items.device:
            return self
        # To the host only when all has arrived: nothing there would wait for the rest.
        at_once = device.type != "cpu"
        moved = {
            each.name: getattr(self, each.name).to(device, non_blocking=at_once)
            for each in fields(self)
        }
        return replace(self, **moved)


def from_triplets(
    triplets: Triplets, n_items: int, more: Ints | None = None, *, profiles: bool = True
) -> Batch:
    """A batch of triplets; `more` (B, M - 1) are further negatives, as item rows.

    Without `profiles` they are empty, and their items are not encoded in vain.
    """
    keys = np.stack((triplets.start, triplets.stop, triplets.hole), axis=1)
    if not profiles:
        keys = triplets.user[:, None] * np.array([1, 1, 0]) - np.array([0, 0, 1])
    distinct, first, rows = _distinct_rows(keys)
    starts, stops, holes = distinct.T
    positions = expand(starts, stops)
    kept = positions != np.repeat(holes, stops - starts)
    lengths = stops - starts - (holes >= 0)
    profile = triplets.pool[positions[kept]]
    negative = triplets.negative[:, None].astype(np.int64)
    if more is not None:
        negative = np.concatenate((negative, more), axis=1)
    items, column = columns_of(n_items, profile, triplets.positive, negative.ravel())
    return make_batch(
        items=items,
        users=triplets.user[first],
        profile=column[profile],
        lengths=lengths,
        rows=rows,
        positive=column[triplets.positive],
        negative=column[negative],
    )


def from_profiles(profiles: Profiles, users: Ints, n_items: int) -> Batch:
    """Profiles without examples, over the whole catalogue, to make user vectors of."""
    nothing = np.zeros(0, dtype=np.int64)
    return make_batch(
        items=np.arange(n_items),
        users=users,
        profile=profiles.items,
        lengths=profiles.lengths,
        rows=nothing,
        positive=nothing,
        negative=np.zeros((0, 0), dtype=np.int64),
    )


def make_batch(
    *,
    items: Ints,
    users: NDArray[np.integer],
    profile: NDArray[np.integer],
    lengths: Ints,
    rows: Ints,
    positive: NDArray[np.integer],
    negative: Ints,
    known: tuple[Ints, Ints] | None = None,
    log_expected: NDArray[np.float32] | None = None,
) -> Batch:
    """Arrays to tensors; see `Batch`. `profile`, `positive` and `negative` are columns."""
    known_rows, known_columns = known or (np.zeros(0, np.int64), np.zeros(0, np.int64))
    expected = np.zeros(0, dtype=np.float32) if log_expected is None else log_expected
    return Batch(
        items=_tensor(items),
        users=_tensor(users),
        profile=_tensor(profile),
        offsets=_tensor(np.concatenate(([0], np.cumsum(lengths)))),
        rows=_tensor(rows),
        positive=_tensor(positive),
        negative=_tensor(negative),
        known_rows=_tensor(known_rows),
        known_columns=_tensor(known_columns),
        log_expected=torch.from_numpy(expected),
    )


def columns_of(n_items: int, *rows: NDArray[np.integer]) -> tuple[Ints, Ints]:
    """Distinct item rows, ascending, and (N,) the column of each row that is among them."""
    # A flag per item of the catalogue is cheaper than sorting what is drawn.
    present = np.zeros(n_items, dtype=np.bool_)
    for some in rows:
        present[some] = True
    column = np.cumsum(present) - 1
    return np.flatnonzero(present), column


def _distinct_rows(keys: Ints) -> tuple[Ints, Ints, Ints]:
    """Distinct rows of (B, 3), the first row of each, and (B,) which one a row is."""
    order = np.lexsort(keys.T[::-1])
    ordered = keys[order]
    begins = np.ones(len(keys), dtype=np.bool_)
    begins[1:] = np.any(ordered[1:] != ordered[:-1], axis=1)
    first = order[begins]
    which = np.empty(len(keys), dtype=np.int64)
    which[order] = np.cumsum(begins) - 1
    return keys[first], first, which


def _tensor(values: NDArray[np.integer]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.int64))

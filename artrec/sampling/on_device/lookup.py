"""The look-ups of `artrec.sampling.lookup` on tensors; the same tables, copied to a device.

`dice` is a generator of random numbers on that device.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from artrec.sampling import lookup


@dataclass(frozen=True, eq=False)
class Groups:
    """See `artrec.sampling.lookup.Groups`."""

    ptr: Tensor
    members: Tensor

    @property
    def sizes(self) -> Tensor:
        """(G,) members of each group."""
        return self.ptr[1:] - self.ptr[:-1]


@dataclass(frozen=True, eq=False)
class Gaps:
    """See `artrec.sampling.lookup.Gaps`."""

    line: int
    ptr: Tensor
    keys: Tensor
    covered: Tensor
    free: Tensor


def tensor_on(values: NDArray[Any], device: torch.device) -> Tensor:
    """A copy of an array on a device, in its own type."""
    return torch.tensor(values, device=device)


def groups_on(groups: lookup.Groups, device: torch.device) -> Groups:
    """A copy of the groups on a device."""
    return Groups(tensor_on(groups.ptr, device), tensor_on(groups.members, device))


def gaps_on(gaps: lookup.Gaps, device: torch.device) -> Gaps:
    """A copy of the gaps on a device."""
    return Gaps(
        line=gaps.line,
        ptr=tensor_on(gaps.ptr, device),
        keys=tensor_on(gaps.keys, device),
        covered=tensor_on(gaps.covered, device),
        free=tensor_on(gaps.free, device),
    )


def chances(n: int, dice: torch.Generator) -> Tensor:
    """(n,) uniform numbers in [0, 1), double: single precision has only 17 million of them."""
    return torch.rand(n, generator=dice, device=dice.device, dtype=torch.float64)


def whole(n: int, limit: int, dice: torch.Generator) -> Tensor:
    """(n,) uniform whole numbers in [0, limit)."""
    return torch.randint(limit, (n,), generator=dice, device=dice.device)


def below(limits: Tensor, dice: torch.Generator) -> Tensor:
    """One uniform whole number in [0, limit) for each limit, which must be at least 1."""
    return (chances(len(limits), dice) * limits).long()


def pick(groups: Groups, rows: Tensor, dice: torch.Generator) -> Tensor:
    """One uniform member of each group in `rows`, none of which may be empty."""
    first = groups.ptr[rows]
    return groups.members[first + below(groups.ptr[rows + 1] - first, dice)]


def pick_weighted(groups: Groups, cumulated: Tensor, rows: Tensor, dice: torch.Generator) -> Tensor:
    """Like `pick`, by weight. `cumulated` is (M + 1,): 0, then the running sum over all members."""
    first, last = groups.ptr[rows], groups.ptr[rows + 1]
    span = cumulated[last] - cumulated[first]
    target = cumulated[first] + chances(len(rows), dice) * span
    found = torch.searchsorted(cumulated, target, right=True) - 1
    # Rounding may carry a target over the border of its group.
    return groups.members[torch.clamp(found, first, last - 1)]


def pick_free(gaps: Gaps, rows: Tensor, dice: torch.Generator) -> Tensor:
    """One uniform free place for each of `rows`, all of which must have one."""
    nth = below(gaps.free[rows], dice)
    passed = torch.searchsorted(gaps.keys, rows * (gaps.line + 1) + nth, right=True)
    return nth + gaps.covered[passed] - gaps.covered[gaps.ptr[rows]]


def contains(keys: Tensor, wanted: Tensor) -> Tensor:
    """(B,) which of `wanted` are among the ascending `keys`."""
    if len(keys) == 0:
        return torch.zeros(len(wanted), dtype=torch.bool, device=wanted.device)
    at = torch.searchsorted(keys, wanted).clamp_(max=len(keys) - 1)
    return keys[at] == wanted


def expand(starts: Tensor, stops: Tensor) -> Tensor:
    """The slices start:stop written out one after the other."""
    lengths = stops - starts
    ends = torch.cumsum(lengths, dim=0)
    shifts = torch.repeat_interleave(starts - (ends - lengths), lengths)
    return torch.arange(len(shifts), device=starts.device) + shifts

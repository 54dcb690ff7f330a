"""Array look-ups by which triplets are drawn without a loop: groups, gaps, membership, slices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artrec.sampling.world import Bools, Ints

Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Groups:
    """Members by group, compressed: group g has members[ptr[g]:ptr[g + 1]]."""

    ptr: Ints
    members: Ints

    @property
    def sizes(self) -> Ints:
        """(G,) members of each group."""
        sizes: Ints = self.ptr[1:] - self.ptr[:-1]
        return sizes


def group_by(labels: Ints, n_groups: int) -> Groups:
    """Positions 0 ... n-1 by their label; negative labels are left out."""
    order = np.argsort(labels, kind="stable")
    ordered = labels[order]
    ptr = np.searchsorted(ordered, np.arange(n_groups + 1))
    skipped = ptr[0]
    return Groups(ptr=ptr - skipped, members=order[skipped:])


def below(limits: Ints, rng: np.random.Generator) -> Ints:
    """One uniform whole number in [0, limit) for each limit, which must be at least 1."""
    whole: Ints = (rng.random(len(limits)) * limits).astype(np.int64)
    return whole


def pick(groups: Groups, rows: Ints, rng: np.random.Generator) -> Ints:
    """One uniform member of each group in `rows`, none of which may be empty."""
    first = groups.ptr[rows]
    members: Ints = groups.members[first + below(groups.ptr[rows + 1] - first, rng)]
    return members


def pick_weighted(groups: Groups, cumulated: Doubles, rows: Ints, rng: np.random.Generator) -> Ints:
    """Like `pick`, by weight. `cumulated` is (M + 1,): 0, then the running sum over all members."""
    first, last = groups.ptr[rows], groups.ptr[rows + 1]
    target = cumulated[first] + rng.random(len(rows)) * (cumulated[last] - cumulated[first])
    found = np.searchsorted(cumulated, target, side="right") - 1
    # Rounding may carry a target over the border of its group.
    return groups.members[np.clip(found, first, last - 1)]


@dataclass(frozen=True, eq=False)
class Gaps:
    """For each row the places of a line of `line` places that some intervals leave free.

    Drawing from the free places is exact: place number q of them is found by one binary search,
    so nothing is ever rejected for lying inside.
    """

    line: int
    ptr: Ints
    keys: Ints
    """row * (line + 1) + free places before the interval; ascending."""
    covered: Ints
    """(K + 1,) running sum of the lengths of the intervals, all rows."""
    free: Ints
    """(rows,) number of free places."""


def gaps_between(rows: Ints, starts: Ints, lengths: Ints, n_rows: int, line: int) -> Gaps:
    """Gaps between intervals, sorted by row, then start, and disjoint within a row."""
    ptr = np.searchsorted(rows, np.arange(n_rows + 1))
    covered = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    before = covered[:-1] - covered[ptr[rows]]
    return Gaps(
        line=line,
        ptr=ptr,
        keys=rows * (line + 1) + starts - before,
        covered=covered,
        free=line - (covered[ptr[1:]] - covered[ptr[:-1]]),
    )


def pick_free(gaps: Gaps, rows: Ints, rng: np.random.Generator) -> Ints:
    """One uniform free place for each of `rows`, all of which must have one."""
    nth = below(gaps.free[rows], rng)
    passed = np.searchsorted(gaps.keys, rows * (gaps.line + 1) + nth, side="right")
    return nth + gaps.covered[passed] - gaps.covered[gaps.ptr[rows]]


def contains(keys: Ints, wanted: Ints) -> Bools:
    """(B,) which of `wanted` are among the ascending `keys`."""
    if len(keys) == 0:
        return np.zeros(len(wanted), dtype=bool)
    at = np.searchsorted(keys, wanted)
    at[at == len(keys)] = 0
    found: Bools = keys[at] == wanted
    return found


def expand(starts: Ints, stops: Ints) -> Ints:
    """The slices start:stop written out one after the other."""
    lengths = stops - starts
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    places: Ints = np.arange(total) + np.repeat(starts - (ends - lengths), lengths)
    return places

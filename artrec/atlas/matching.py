"""Which neighbourhood of a new map is which of the old one, by the works that lie in both.

Pairs are chosen one to one so that together they share as much as possible (Kuhn 1955, over the
Jaccard indices), among pairs that share enough to be called the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from artrec.atlas.neighbours import Ints

SAME: Final = 0.25
"""Jaccard index from which two neighbourhoods may be one: about two fifths of each are shared."""
MOST: Final = 0.5
"""Share of its works that makes a neighbourhood a part of another."""


@dataclass(frozen=True)
class Matching:
    """What became of the neighbourhoods of one layer. Works that only one map has are left out of
    every comparison, so that additions alone change no neighbourhood."""

    pairs: Mapping[int, int]
    """Old to new, one to one."""
    overlap: Mapping[int, float]
    """Jaccard index of each pair, by its old one."""
    born: tuple[int, ...]
    """New ones without an old one."""
    gone: tuple[int, ...]
    """Old ones without a new one."""
    merged: Mapping[int, tuple[int, ...]]
    """New one to the two or more old ones of which most works are in it."""
    split: Mapping[int, tuple[int, ...]]
    """Old one to the two or more new ones of which most works were in it."""
    moved: tuple[int, ...]
    """Works that are in neither the successor of their neighbourhood nor in a part of it."""
    stability: float
    """Share of the shared works that are in the successor of their neighbourhood; 1 without any."""


def match(before: Mapping[int, int], after: Mapping[int, int]) -> Matching:
    """Compare two layers, each a mapping from work to neighbourhood."""
    works = sorted(before.keys() & after.keys())
    old_names, old = _numbered(before, works)
    new_names, new = _numbered(after, works)
    both = np.zeros((len(old_names), len(new_names)), dtype=np.int64)
    np.add.at(both, (old, new), 1)
    old_sizes, new_sizes = both.sum(axis=1), both.sum(axis=0)
    jaccard = both / (old_sizes[:, None] + new_sizes[None] - both)
    rows, columns = linear_sum_assignment(np.where(jaccard >= SAME, jaccard, 0), maximize=True)
    chosen = [(r, c) for r, c in zip(rows, columns, strict=True) if jaccard[r, c] >= SAME]
    successor = np.full(len(old_names), -1)
    successor[[r for r, _ in chosen]] = [c for _, c in chosen]
    merged = _wholes(both / old_sizes[:, None], old_names, new_names)
    split = _wholes((both / new_sizes[None]).T, new_names, old_names)
    stayed = successor[old] == new
    parts = {(o, n) for o, found in split.items() for n in found}
    parts |= {(o, n) for n, found in merged.items() for o in found}
    return Matching(
        pairs={int(old_names[r]): int(new_names[c]) for r, c in chosen},
        overlap={int(old_names[r]): float(jaccard[r, c]) for r, c in chosen},
        born=tuple(sorted(set(after.values()) - {int(new_names[c]) for _, c in chosen})),
        gone=tuple(sorted(set(before.values()) - {int(old_names[r]) for r, _ in chosen})),
        merged=merged,
        split=split,
        moved=tuple(
            work
            for work, kept in zip(works, stayed, strict=True)
            if not kept and (before[work], after[work]) not in parts
        ),
        stability=float(stayed.mean()) if works else 1.0,
    )


def _numbered(layer: Mapping[int, int], works: list[int]) -> tuple[Ints, Ints]:
    """The neighbourhoods of some works, in order, and the position of each work's among them."""
    return np.unique(np.array([layer[work] for work in works], dtype=np.int64), return_inverse=True)


def _wholes(shares: NDArray[np.float64], parts: Ints, wholes: Ints) -> dict[int, tuple[int, ...]]:
    """Wholes with two parts or more, from the share (P, W) of each part that lies in each whole."""
    most = shares >= MOST
    return {
        int(wholes[column]): tuple(parts[most[:, column]].tolist())
        for column in np.flatnonzero(most.sum(axis=0) >= 2)
    }

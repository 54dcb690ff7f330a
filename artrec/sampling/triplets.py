"""Triplets as arrays: who, which profile, what is preferred to what."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from artrec.sampling.lookup import expand
from artrec.sampling.world import Int32s, Ints


@dataclass(frozen=True, eq=False)
class Triplets:
    """B triplets. Profiles are slices of one shared pool, so a long profile costs no memory.

    The profile of row b is pool[start[b]:stop[b]] without position hole[b] (an index into the
    pool; -1: nothing is left out).
    """

    user: Int32s
    """(B,) user row, -1 for an artificial one-item profile."""
    positive: Int32s
    """(B,) the preferred item."""
    negative: Int32s
    """(B,) the item that should rank below it."""
    strategy: Int32s
    """(B,) a `Strategy`."""
    start: Ints
    """(B,) first pool position of the profile."""
    stop: Ints
    """(B,) pool position behind the profile."""
    hole: Ints
    """(B,) pool position inside start:stop that is not part of the profile, or -1."""
    pool: Int32s
    """(E + N,) all histories one after the other, then 0 ... N-1 for one-item profiles. Shared by
    all triplets of a sampler; not to be written to."""

    def __len__(self) -> int:
        return len(self.user)


def take(triplets: Triplets, rows: Ints | slice) -> Triplets:
    """The triplets at `rows`, in that order; a slice makes views, not copies."""
    columns = {
        field.name: getattr(triplets, field.name)[rows]
        for field in fields(triplets)
        if field.name != "pool"
    }
    return replace(triplets, **columns)


def profile_sizes(triplets: Triplets) -> Ints:
    """(B,) number of items in each profile."""
    return triplets.stop - triplets.start - (triplets.hole >= 0)


def profiles(triplets: Triplets) -> tuple[Ints, Int32s]:
    """Profiles written out, unpadded: (indptr (B + 1,), items), row b at indptr[b]:indptr[b + 1].

    The form `torch.nn.functional.embedding_bag` and segment reductions take.
    """
    positions = expand(triplets.start, triplets.stop)
    holes = np.repeat(triplets.hole, triplets.stop - triplets.start)
    indptr = np.concatenate(([0], np.cumsum(profile_sizes(triplets)))).astype(np.int64)
    return indptr, triplets.pool[positions[positions != holes]]

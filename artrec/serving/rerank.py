"""Re-ranking of a finished list. NumPy only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator


def cap_per_group(groups: Iterable[Hashable], *, cap: int) -> Iterator[int]:
    """Yield the positions that stay when no group may appear more than `cap` times.

    Args:
        groups: The group of each list entry, best entry first; for us its artist.
        cap: At least 1.
    """
    seen: Counter[Hashable] = Counter()
    for position, group in enumerate(groups):
        seen[group] += 1
        if seen[group] <= cap:
            yield position


def interleave(*lists: Iterable[int]) -> Iterator[int]:
    """Yield from each list in turn, best first, no id twice, until all are used up."""
    pending = [iter(entries) for entries in lists]
    seen: set[int] = set()
    while pending:
        for entries in list(pending):
            for entry in entries:
                if entry not in seen:
                    seen.add(entry)
                    yield entry
                    break
            else:
                pending.remove(entries)

"""Toy visits whose right answers are known."""

from __future__ import annotations

import numpy as np

from artrec.data import Interactions

HOUR = 3600


def log_of(visits: list[list[int]], n_items: int) -> Interactions:
    """Each visit by a user of its own, a minute between events."""
    users = [user for user, visit in enumerate(visits) for _ in visit]
    times = [60 * place for visit in visits for place in range(len(visit))]
    return Interactions.build(
        users,
        [item for visit in visits for item in visit],
        np.array(times) + HOUR * np.array(users),
        user_ids=[f"u{row}" for row in range(len(visits))],
        item_ids=[f"i{row}" for row in range(n_items)],
    )


def markov(count: int, seed: int, n_items: int = 60) -> list[list[int]]:
    """Visits that step to one of two known neighbours, whichever way they came: from item i by
    +1 or +2 in rising visits and by -1 or -2 in falling ones.

    Which items are seen together says nothing of the way, and so of what comes next; the last two
    items say all of it. Nothing is popular.
    """
    rng = np.random.default_rng(seed)
    visits = []
    for _ in range(count):
        way = rng.choice([-1, 1])
        steps = way * rng.integers(1, 3, size=7)
        visits.append(((rng.integers(n_items) + np.cumsum(steps)) % n_items).tolist())
    return visits

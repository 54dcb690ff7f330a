"""Splits into training and test, each with its conventions written down.

Every split keeps user and item rows, so vectors and features fit before and after. "Last" is by
time; events of the same second stand in the order of the file, and the later one is the last.
Repeated choices of one item are separate events: call `Interactions.deduplicated` first where they
should not be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from artrec.data.interactions import TEST, VALIDATION, BoolArray, IntArray, Interactions
from artrec.errors import DataError


@dataclass(frozen=True, eq=False)
class Split:
    """What a model may learn from, what it may look at when asked, and what it is asked for."""

    train: Interactions
    """Events to fit on."""
    history: Interactions
    """Events a scorer may see as the user's profile at test time: `train`, save for new users."""
    test: Interactions
    """Events to find."""


def _split(interactions: Interactions, test: BoolArray) -> Split:
    train = interactions.select(~test)
    return Split(train=train, history=train, test=interactions.select(test))


def leave_last_item(interactions: Interactions, *, at_least: int = 2) -> Split:
    """Each user's last event is the test; users with fewer than `at_least` events only train."""
    test = np.zeros(interactions.n_events, dtype=np.bool_)
    users = interactions.user_counts >= max(at_least, 2)
    test[interactions.indptr[1:][users] - 1] = True
    return _split(interactions, test)


def leave_last_basket(interactions: Interactions, *, at_least: int = 2) -> Split:
    """Each user's last basket is the test (CuratorNet); those with fewer baskets only train.

    A basket is all a user chose at one timestamp, so ties in time never straddle the split. An item
    bought in an earlier basket and again in the last one is in both.
    """
    last = np.full(interactions.n_users, -1, dtype=np.int64)
    np.maximum.at(last, interactions.event_users, interactions.baskets)
    begins = np.diff(interactions.baskets, prepend=-1) != 0
    begins |= np.diff(interactions.event_users, prepend=-1) != 0
    n_baskets = np.bincount(interactions.event_users[begins], minlength=interactions.n_users)
    users = n_baskets >= max(at_least, 2)
    event_users = interactions.event_users
    return _split(interactions, users[event_users] & (interactions.baskets == last[event_users]))


def by_date(interactions: Interactions, time: int) -> Split:
    """Events at `time` or later are the test. Users seen on one side only stay, with no events."""
    return _split(interactions, interactions.times >= time)


def by_parts(interactions: Interactions, *, test: int = TEST) -> Split:
    """The split a file itself named, with `test` as TEST or VALIDATION.

    For TEST, validation events train too. For VALIDATION, the file's TEST events are in neither
    part. Raises DataError if the file named no such part.
    """
    if test not in {VALIDATION, TEST}:
        raise ValueError(f"test must be VALIDATION (1) or TEST (2); it is {test}.")
    if interactions.parts is None or not np.any(interactions.parts == test):
        raise DataError("This data names no such part; use one of the other splits.")
    return Split(
        train=interactions.select(interactions.parts < test),
        history=interactions.select(interactions.parts < test),
        test=interactions.select(interactions.parts == test),
    )


def k_core(interactions: Interactions, *, user_k: int = 1, item_k: int = 1) -> Interactions:
    """Drop users with fewer than `user_k` and items with fewer than `item_k` events until none are.

    Repeated choices count each time. Rows stay; follow with `Interactions.compact` to renumber.
    """
    kept = interactions
    while True:
        keep = (kept.user_counts >= user_k)[kept.event_users]
        keep &= (kept.item_counts >= item_k)[kept.items]
        if keep.all():
            return kept
        kept = kept.select(keep)


def cold_start_items(interactions: Interactions, *, share: float, seed: int = 0) -> Split:
    """Hide whole items: a random `share` of the items with events, and all events on them.

    The regime of one-of-a-kind works, where nobody has chosen what is to be ranked. The hidden
    items are `test.item_counts > 0`. Users left without a history stay in the test; the protocols
    skip them and say how many.
    """
    chosen = _draw(np.flatnonzero(interactions.item_counts), share, seed)
    hidden = np.zeros(interactions.n_items, dtype=np.bool_)
    hidden[chosen] = True
    return _split(interactions, hidden[interactions.items])


def cold_start_users(interactions: Interactions, *, share: float, seed: int = 0) -> Split:
    """Hide whole users: a random `share` of those with two baskets or more.

    Hidden users are absent from `train`. Their last basket is the test and what came before it
    is in `history`, so that a model must make do with a profile it was not trained on.
    """
    last = leave_last_basket(interactions)
    chosen = _draw(np.flatnonzero(last.test.user_counts), share, seed)
    hidden = np.zeros(interactions.n_users, dtype=np.bool_)
    hidden[chosen] = True
    return Split(
        train=interactions.select(~hidden[interactions.event_users]),
        history=last.train.select(hidden[last.train.event_users]),
        test=last.test.select(hidden[last.test.event_users]),
    )


def _draw(rows: IntArray, share: float, seed: int) -> IntArray:
    if not 0 < share < 1:
        raise ValueError(f"share must lie between 0 and 1; it is {share}.")
    count = max(1, round(share * len(rows)))
    if count > len(rows):
        raise DataError("There is nothing to hide; the interactions have no such rows.")
    return np.random.default_rng(seed).choice(rows, size=count, replace=False)

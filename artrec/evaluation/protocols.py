"""Who is asked for what: the field's evaluation protocols as tasks.

Each protocol returns the split to train on and the task to answer. `paper` and `tutorial` repeat
what the published code does, its quirks included; `leave_last` and `from_split` are the plain
protocol to prefer for new comparisons.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from artrec.data.dataset import Dataset
from artrec.data.interactions import TEST, BoolArray, IntArray, Interactions
from artrec.data.items import chosen_once, with_sales
from artrec.data.splits import Split, by_parts, leave_last_basket, leave_last_item
from artrec.errors import DataError
from artrec.evaluation.tasks import Inventory, Lists, Task, empty_lists


def from_split(
    split: Split,
    *,
    name: str = "split",
    candidates: BoolArray | None = None,
    hide_known: bool = True,
) -> Task:
    """One query per user with test events: find the items of the test among the candidates.

    `candidates` (N,) limits the catalogue, for instance to items somebody has chosen or to the
    cold ones; by default it is all items. With `hide_known` the items in the user's history are no
    candidates, and a test item found there is not asked for. Users without a history, or with
    nothing left to find, are skipped and counted.
    """
    on_offer = np.ones(split.test.n_items, dtype=np.bool_) if candidates is None else candidates
    users = np.flatnonzero(split.test.user_counts)
    task = Task(
        name=name,
        users=users,
        relevant=_item_sets(split.test, users),
        hidden=_item_sets(split.history, users) if hide_known else empty_lists(len(users)),
        on_offer=on_offer,
    )
    return _answerable(task, split.history.user_counts[users] > 0)


def leave_last(
    interactions: Interactions,
    *,
    unit: Literal["item", "basket"] = "item",
    candidates: Literal["all", "seen"] = "all",
) -> tuple[Split, Task]:
    """Hide each user's last item or basket; rank it among all items the user does not have.

    With `"seen"` the candidates are the items with a training event, which takes away the easy
    part where most of the catalogue was never chosen by anyone.
    """
    split = leave_last_item(interactions) if unit == "item" else leave_last_basket(interactions)
    seen = split.train.item_counts > 0 if candidates == "seen" else None
    return split, from_split(split, name=f"leave-last-{unit}", candidates=seen)


def paper(dataset: Dataset, *, originals: Literal["log", "flag"] = "log") -> tuple[Split, Task]:
    """CuratorNet's protocol: replay in time over an inventory of one-of-a-kind works.

    The last basket of each user with two or more is the test. It is ranked among all works that
    were uploaded by then and not yet sold; a work is still on offer in the second of its sale.
    One-of-a-kind is what the whole log sells once (`"log"`, as published) or what the data set says
    (`"flag"`). Works the user already has are gone if they were one of a kind and stay candidates
    if not, as published. Works of the test basket that were not on offer are not asked for.

    Training events of other users may lie after a test; there is no global cut in time.
    """
    items = dataset.items
    if originals == "log":
        once = chosen_once(dataset.interactions)
        items = replace(items, one_of_a_kind=once)
    items = with_sales(items, dataset.interactions)
    split = leave_last_basket(dataset.interactions)
    users = np.flatnonzero(split.test.user_counts)
    task = Task(
        name="paper",
        users=users,
        relevant=_item_sets(split.test, users),
        hidden=empty_lists(len(users)),
        on_offer=np.ones(len(items.ids), dtype=np.bool_),
        inventory=Inventory(
            added=items.added, sold=items.sold, times=split.test.times[split.test.indptr[users]]
        ),
    )
    return split, _answerable(task, np.ones(len(users), dtype=np.bool_))


def tutorial(interactions: Interactions, *, profile_limit: int | None = 10) -> tuple[Split, Task]:
    """The IUI 2021 tutorial's protocol: each user's last row, or the rows a file marks as test.

    Candidates are all items but the last `profile_limit` of the user's history: older ones stay,
    as published; None hides them all. Rows of one basket are split, so basket mates are known.
    Compare with its tables by `auc_ref` and `ndcg_ref`.
    """
    marked = interactions.parts is not None and bool(np.any(interactions.parts == TEST))
    split = by_parts(interactions) if marked else leave_last_item(interactions)
    users = np.flatnonzero(split.test.user_counts)
    known = _histories(split.history, users, profile_limit)
    task = Task(
        name="tutorial",
        users=users,
        relevant=_item_sets(split.test, users),
        hidden=known,
        on_offer=np.ones(interactions.n_items, dtype=np.bool_),
    )
    return split, _answerable(task, split.history.user_counts[users] > 0)


def _histories(events: Interactions, users: IntArray, limit: int | None) -> Lists:
    """The last `limit` events of each user."""
    lists = Lists(events.indptr, events.items).take(users)
    if limit is None:
        return lists
    to_end = np.repeat(lists.offsets[1:], lists.lengths) - np.arange(len(lists.items))
    return lists.where(to_end <= limit)


def _item_sets(events: Interactions, users: IntArray) -> Lists:
    """Items of each user, each once, ascending."""
    lists = Lists(events.indptr, events.items).take(users)
    keys = np.repeat(np.arange(len(users)), lists.lengths) * events.n_items + lists.items
    distinct = np.unique(keys)
    queries = np.arange(len(users) + 1) * events.n_items
    return Lists(np.searchsorted(distinct, queries), distinct % max(events.n_items, 1))


def _answerable(task: Task, usable: BoolArray) -> Task:
    """Only relevant items that are candidates, and only queries that are left with one."""
    queries = np.repeat(np.arange(len(task)), task.relevant.lengths)
    wanted = task.relevant.items
    possible = task.on_offer[wanted]
    if task.inventory is not None:
        possible &= task.inventory.has(queries, wanted)
    hidden = np.repeat(np.arange(len(task)), task.hidden.lengths) * task.n_items
    possible &= ~np.isin(queries * task.n_items + wanted, hidden + task.hidden.items)
    keep = np.flatnonzero(usable & (np.bincount(queries[possible], minlength=len(task)) > 0))
    if not len(keep):
        raise DataError(
            "No user can be tested: nobody has both a history and a test item on offer. "
            "Tests need users with at least two events, and one-of-a-kind works an upload time."
        )
    reduced = replace(task, relevant=task.relevant.where(possible), skipped=len(task) - len(keep))
    return reduced.take(keep)

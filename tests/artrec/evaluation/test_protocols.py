from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from artrec.data import splits
from artrec.data.dataset import Dataset
from artrec.data.interactions import Interactions
from artrec.data.items import NEVER, plain_items
from artrec.errors import DataError
from artrec.evaluation import protocols


def _log(
    rows: list[tuple[int, int, int]], n_items: int = 6, parts: list[int] | None = None
) -> Interactions:
    users, items, times = zip(*rows, strict=True)
    return Interactions.build(
        users,
        items,
        times,
        user_ids=[str(u) for u in range(max(users) + 1)],
        item_ids=[str(i) for i in range(n_items)],
        parts=parts,
    )


def _gallery() -> Dataset:
    # Item 2 is bought twice, so it is no original; 0, 1, 3 and 4 are; 5 is never bought.
    log = _log([(0, 0, 10), (0, 2, 10), (0, 1, 30), (0, 3, 30), (1, 2, 20), (1, 4, 40), (2, 5, 99)])
    log = log.select(log.times < 99)
    items = plain_items(log.item_ids)
    return Dataset(log, replace(items, added=np.array([0, 5, 0, 31, 25, 35])))


def test_the_paper_protocol_ranks_the_last_basket_in_the_inventory_of_its_time() -> None:
    split, task = protocols.paper(_gallery())

    # At 30: item 0 was sold at 10, 3 and 5 are not uploaded yet; 1 is on offer while it is sold.
    assert task.mask(0, 1)[0].tolist() == [False, True, True, False, True, False]
    # At 40: 0, 1 and 3 are sold; the user's own item 2 is no original and stays.
    assert task.mask(1, 2)[0].tolist() == [False, False, True, False, True, True]
    assert [task.relevant[q].tolist() for q in range(2)] == [[1], [4]]
    assert split.train.times.tolist() == [10, 10, 20]
    assert task.skipped == 0


def test_the_paper_protocol_skips_and_counts_who_bought_nothing_on_offer() -> None:
    gallery = _gallery()
    added = gallery.items.added.copy()
    added[4] = NEVER

    _, task = protocols.paper(replace(gallery, items=replace(gallery.items, added=added)))

    assert task.users.tolist() == [0]
    assert task.skipped == 1


def test_the_paper_protocol_may_trust_the_flag_of_the_data() -> None:
    _, task = protocols.paper(_gallery(), originals="flag")

    # No flag is set, so nothing is ever sold out; only uploads count.
    assert task.mask(0, 1)[0].tolist() == [True, True, True, False, True, False]


def test_the_tutorial_hides_the_last_ten_of_the_profile_only() -> None:
    log = _log([(0, i, i) for i in range(13)], n_items=14)

    split, task = protocols.tutorial(log)
    _, whole = protocols.tutorial(log, profile_limit=None)

    assert task.relevant[0].tolist() == [12]
    assert task.hidden[0].tolist() == list(range(2, 12))
    assert whole.hidden[0].tolist() == list(range(12))
    assert split.train.n_events == 12


def test_the_tutorial_takes_the_rows_that_the_file_marks() -> None:
    log = _log([(0, 0, 1), (0, 1, 2), (0, 2, 3)], parts=[0, 2, 0])

    _, task = protocols.tutorial(log)

    assert task.relevant[0].tolist() == [1]
    assert task.hidden[0].tolist() == [0, 2]


def test_leave_last_hides_all_that_the_user_has() -> None:
    log = _log([(0, 0, 1), (0, 1, 2), (0, 2, 2), (1, 3, 1), (1, 0, 2)])

    _, task = protocols.leave_last(log, unit="basket")

    assert [task.relevant[q].tolist() for q in range(2)] == [[1, 2], [0]]
    assert [task.hidden[q].tolist() for q in range(2)] == [[0], [3]]


def test_leave_last_may_rank_among_seen_items_only() -> None:
    log = _log([(0, 0, 1), (0, 1, 2), (1, 3, 1), (1, 0, 2)])

    _, task = protocols.leave_last(log, candidates="seen")

    # Item 1 has no training event, so user 0 has nothing to find.
    assert task.on_offer.tolist() == [True, False, False, True, False, False]
    assert task.users.tolist() == [1]
    assert task.skipped == 1


def test_an_item_the_user_had_before_is_not_asked_for() -> None:
    log = _log([(0, 0, 1), (0, 0, 2), (1, 1, 1), (1, 2, 2)])

    _, task = protocols.leave_last(log)

    assert (task.users.tolist(), task.skipped) == ([1], 1)


def test_cold_items_are_asked_of_users_with_a_history() -> None:
    log = _log([(u, i, i) for u in range(4) for i in range(5)] + [(4, 5, 1)])
    split = splits.cold_start_items(log, share=0.4, seed=1)
    cold = split.test.item_counts > 0

    task = protocols.from_split(split, candidates=cold)

    assert np.array_equal(task.mask(0, 1)[0], cold)
    assert all(np.all(cold[task.relevant[q]]) for q in range(len(task)))


def test_nobody_to_test_is_a_clear_error() -> None:
    with pytest.raises(DataError, match="No user can be tested"):
        protocols.leave_last(_log([(0, 0, 1), (1, 1, 1)]))


def test_a_slice_of_users_keeps_its_answers_and_times() -> None:
    _, task = protocols.paper(_gallery())

    second = task.take(np.array([1]))

    assert second.users.tolist() == [1]
    assert second.relevant[0].tolist() == [4]
    assert second.mask(0, 1).tolist() == task.mask(1, 2).tolist()

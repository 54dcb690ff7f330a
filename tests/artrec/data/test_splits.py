from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artrec.data import splits
from artrec.data.interactions import TEST, VALIDATION, Interactions
from artrec.errors import DataError

N_USERS, N_ITEMS = 4, 6

events = st.lists(
    st.tuples(st.integers(0, N_USERS - 1), st.integers(0, N_ITEMS - 1), st.integers(0, 5)),
    max_size=40,
)


def _log(rows: list[tuple[int, int, int]], parts: list[int] | None = None) -> Interactions:
    users, items, times = zip(*rows, strict=True) if rows else ((), (), ())
    return Interactions.build(
        users,
        items,
        times,
        user_ids=[str(u) for u in range(N_USERS)],
        item_ids=[str(i) for i in range(N_ITEMS)],
        parts=parts,
    )


def _triples(log: Interactions) -> list[tuple[int, int, int]]:
    return sorted(
        zip(log.event_users.tolist(), log.items.tolist(), log.times.tolist(), strict=True)
    )


def test_the_last_item_is_the_later_row_of_a_tie() -> None:
    split = splits.leave_last_item(_log([(0, 1, 5), (0, 2, 5), (1, 3, 1)]))

    assert _triples(split.test) == [(0, 2, 5)]
    assert _triples(split.train) == [(0, 1, 5), (1, 3, 1)]


def test_the_last_basket_is_taken_whole_and_never_the_only_one() -> None:
    split = splits.leave_last_basket(_log([(0, 1, 5), (0, 2, 5), (0, 3, 1), (1, 4, 2), (1, 5, 2)]))

    assert _triples(split.test) == [(0, 1, 5), (0, 2, 5)]
    assert _triples(split.train) == [(0, 3, 1), (1, 4, 2), (1, 5, 2)]


def test_a_date_goes_to_the_test() -> None:
    split = splits.by_date(_log([(0, 1, 4), (0, 2, 5)]), 5)

    assert _triples(split.test) == [(0, 2, 5)]


def test_parts_of_the_file_are_kept_and_validation_hides_the_test() -> None:
    log = _log([(0, 1, 1), (0, 2, 2), (0, 3, 3)], parts=[0, VALIDATION, TEST])

    assert _triples(splits.by_parts(log).train) == [(0, 1, 1), (0, 2, 2)]
    assert _triples(splits.by_parts(log, test=VALIDATION).train) == [(0, 1, 1)]
    assert _triples(splits.by_parts(log, test=VALIDATION).test) == [(0, 2, 2)]
    with pytest.raises(DataError, match="names no such part"):
        splits.by_parts(_log([(0, 1, 1)]))


def test_a_core_falls_until_it_stands() -> None:
    # Item 3 has one event; without it user 1 has one event; without that, item 2 has one.
    log = _log([(0, 1, 1), (0, 2, 2), (2, 1, 1), (2, 1, 2), (1, 2, 1), (1, 3, 1)])

    core = splits.k_core(log, user_k=2, item_k=2)

    assert _triples(core) == [(2, 1, 1), (2, 1, 2)]


@given(events, st.integers(1, 3), st.integers(1, 3))
def test_every_user_and_item_of_a_core_has_enough(
    rows: list[tuple[int, int, int]], user_k: int, item_k: int
) -> None:
    core = splits.k_core(_log(rows), user_k=user_k, item_k=item_k)

    assert all(count == 0 or count >= user_k for count in core.user_counts)
    assert all(count == 0 or count >= item_k for count in core.item_counts)


@given(events)
def test_leaving_out_loses_nothing_and_leaves_each_tested_user_a_past(
    rows: list[tuple[int, int, int]],
) -> None:
    log = _log(rows)
    for split in (splits.leave_last_item(log), splits.leave_last_basket(log)):
        assert sorted(_triples(split.train) + _triples(split.test)) == _triples(log)
        tested = np.flatnonzero(split.test.user_counts)
        assert np.all(split.train.user_counts[tested] > 0)
        for user in tested:
            past = split.train.times[split.train.event_users == user]
            assert past.max() <= split.test.times[split.test.event_users == user].min()


def test_cold_items_are_hidden_whole_and_the_same_for_one_seed() -> None:
    log = _log([(u, i, i) for u in range(3) for i in range(N_ITEMS)])

    split = splits.cold_start_items(log, share=0.5, seed=3)

    assert not np.any(split.train.item_counts[split.test.item_counts > 0])
    assert np.count_nonzero(split.test.item_counts) == 3
    again = splits.cold_start_items(log, share=0.5, seed=3)
    assert _triples(again.test) == _triples(split.test)


def test_cold_users_are_not_trained_on_but_have_a_history() -> None:
    log = _log([(u, i, i) for u in range(4) for i in range(3)])

    split = splits.cold_start_users(log, share=0.5)

    cold = np.flatnonzero(split.test.user_counts)
    assert len(cold) == 2
    assert split.train.user_counts[cold].tolist() == [0, 0]
    assert split.history.user_counts[cold].tolist() == [2, 2]
    assert set(split.test.items.tolist()) == {2}


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0])
def test_a_share_outside_the_unit_interval_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        splits.cold_start_items(_log([(0, 0, 0)]), share=share)

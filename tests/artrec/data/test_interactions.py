from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from artrec.data.dataset import Dataset
from artrec.data.interactions import Interactions, order_ids
from artrec.data.items import NEVER, chosen_once, plain_items, with_sales
from artrec.data.matrix import to_matrix
from artrec.errors import ShapeError


def _two_users() -> Interactions:
    # User a: x at 5, y and z together at 7 (y first in the file). User b: x at 1.
    return Interactions.build(
        [0, 1, 0, 0],
        [1, 0, 2, 0],
        [7, 1, 7, 5],
        user_ids=["a", "b"],
        item_ids=["x", "y", "z"],
    )


def test_histories_are_in_the_order_of_time_and_ties_in_the_order_of_the_file() -> None:
    log = _two_users()

    assert log.history(0).tolist() == [0, 1, 2]
    assert log.history(1).tolist() == [0]
    assert log.event_users.tolist() == [0, 0, 0, 1]


def test_one_basket_is_one_timestamp_of_one_user() -> None:
    assert _two_users().baskets.tolist() == [0, 1, 1, 0]


def test_basket_numbers_begin_at_zero_for_a_user_after_one_without_events() -> None:
    log = Interactions.build(
        [0, 2, 2], [0, 0, 0], [1, 1, 2], user_ids=["a", "b", "c"], item_ids=["x"]
    )

    assert log.baskets.tolist() == [0, 0, 1]
    assert log.user_counts.tolist() == [1, 0, 2]


def test_without_times_each_event_is_its_own_basket() -> None:
    log = Interactions.build([0, 0], [1, 0], user_ids=["a"], item_ids=["x", "y"])

    assert log.history(0).tolist() == [1, 0]
    assert log.baskets.tolist() == [0, 1]


def test_selecting_keeps_rows_and_basket_numbers() -> None:
    log = _two_users()

    late = log.select(log.times >= 5)

    assert late.user_counts.tolist() == [3, 0]
    assert log.select(log.times >= 7).baskets.tolist() == [1, 1]


def test_repeated_choices_collapse_to_the_last_or_the_first() -> None:
    log = Interactions.build([0, 0, 0], [0, 1, 0], [1, 2, 3], user_ids=["a"], item_ids=["x", "y"])

    assert log.deduplicated().times.tolist() == [2, 3]
    assert log.deduplicated(keep="first").times.tolist() == [1, 2]


def test_compacting_renumbers_and_tells_the_old_rows() -> None:
    log = Interactions.build([1, 1], [2, 0], [1, 2], user_ids=["a", "b"], item_ids=["x", "y", "z"])

    small, users, items = log.compact()

    assert (small.user_ids, small.item_ids) == (("b",), ("x", "z"))
    assert small.history(0).tolist() == [1, 0]
    assert (users.tolist(), items.tolist()) == ([1], [0, 2])


def test_arrays_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        _two_users().items[0] = 1


@pytest.mark.parametrize(
    ("users", "items", "times", "message"),
    [
        ([0], [0, 1], [1, 2], "differ in length"),
        ([2], [0], [1], "users must be rows"),
        ([0], [9], [1], "items must be rows"),
    ],
)
def test_bad_events_are_refused(
    users: list[int], items: list[int], times: list[int], message: str
) -> None:
    with pytest.raises(ShapeError, match=message):
        Interactions.build(users, items, times, user_ids=["a", "b"], item_ids=["x", "y"])


def test_numeric_ids_are_ordered_by_value_and_others_by_text() -> None:
    assert order_ids(["10", "9", "10"]) == ("9", "10")
    assert order_ids(["10", "9", "b"]) == ("10", "9", "b")


def test_a_matrix_holds_one_for_repeated_choices() -> None:
    log = Interactions.build([0, 0], [1, 1], [1, 2], user_ids=["a"], item_ids=["x", "y"])

    assert to_matrix(log).toarray().tolist() == [[0.0, 1.0]]


def test_only_single_copies_are_sold_and_at_their_first_sale() -> None:
    log = _two_users()
    items = plain_items(log.item_ids)
    once = chosen_once(log)
    originals = with_sales(replace(items, one_of_a_kind=once), log)

    assert once.tolist() == [False, True, True]
    assert originals.sold.tolist() == [NEVER, 7, 7]


def test_features_cut_the_catalogue_to_what_they_cover() -> None:
    log = _two_users()
    dataset = Dataset(log, plain_items(log.item_ids))

    covered = dataset.with_features(["new", "z", "x"])

    assert covered.items.ids == ("x", "z", "new")
    assert covered.feature_rows.tolist() == [2, 1, 0]
    assert covered.interactions.history(0).tolist() == [0, 1]


def test_features_may_leave_the_catalogue_whole() -> None:
    log = _two_users()

    whole = Dataset(log, plain_items(log.item_ids)).with_features(["z"], only=False)

    assert whole.feature_rows.tolist() == [-1, -1, 0]
    assert whole.interactions.n_events == 4


def test_items_of_another_order_are_refused() -> None:
    with pytest.raises(ShapeError, match="same item ids"):
        Dataset(_two_users(), plain_items(("y", "x", "z")))


def test_times_that_fall_are_refused() -> None:
    with pytest.raises(ShapeError, match="must not fall"):
        Interactions(
            indptr=np.array([0, 2]),
            items=np.array([0, 0]),
            times=np.array([2, 1]),
            baskets=np.array([0, 1]),
            user_ids=("a",),
            item_ids=("x",),
        )

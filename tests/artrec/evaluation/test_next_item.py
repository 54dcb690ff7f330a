"""Next-item evaluation: what is asked, where the answer stands, and how sure the mean is."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from artrec.data.sessions import Visits
from artrec.errors import DataError
from artrec.evaluation.next_item import (
    by_users,
    next_items,
    ranks_of_next,
    recall,
    reciprocal_rank,
)
from artrec.models.contract import TrainingData
from artrec.models.item_knn import ItemKNN, ItemKNNConfig


def visits(*lists: list[int], users: list[int] | None = None, n_items: int = 6) -> Visits:
    lengths = [len(each) for each in lists]
    items = np.array([item for each in lists for item in each])
    return Visits(
        indptr=np.concatenate(([0], np.cumsum(lengths))),
        items=items,
        times=np.arange(len(items)),
        users=np.array(users or range(len(lists))),
        n_items=n_items,
    )


def fixed(*scores: float) -> object:
    row = np.array(scores, dtype=np.float32)

    def scorer(users: NDArray[np.int64]) -> NDArray[np.float32]:
        return np.broadcast_to(row, (len(users), len(row)))

    return scorer


def test_every_event_but_the_last_of_a_visit_is_asked_for_its_successor() -> None:
    asked = next_items(visits([3, 1, 3], [2], [4, 5], users=[7, 7, 9]))

    assert asked.events.tolist() == [0, 1, 4]
    assert asked.task.relevant.items.tolist() == [1, 3, 5]
    assert asked.users.tolist() == [7, 7, 9]
    assert [asked.profiles().history(row).tolist() for row in range(3)] == [[3], [3, 1], [4]]
    assert asked.profiles(longest=1).history(1).tolist() == [1]


def test_ranks_and_metrics_by_hand() -> None:
    asked = next_items(visits([0, 1, 2, 3], n_items=4))
    scores = fixed(5.0, 9.0, 1.0, 1.0)

    ranks = ranks_of_next(scores, asked)  # type: ignore[arg-type]

    assert ranks.tolist() == [0, 2.5, 2.5]  # the two at the end share places 2 and 3
    assert recall(ranks, 3).mean() == 1
    assert recall(ranks, 2).mean() == pytest.approx(1 / 3)
    assert reciprocal_rank(ranks, 3).tolist() == pytest.approx([1, 1 / 3.5, 1 / 3.5])
    assert reciprocal_rank(ranks, 2).tolist() == [1, 0, 0]
    places = np.array([0.0, 1.0, 2.0])
    assert recall(places, 2).tolist() == [1, 1, 0]
    assert reciprocal_rank(places, 2).tolist() == [1, 0.5, 0]


def test_what_the_training_does_not_know_leaves_visits_and_candidates() -> None:
    known = np.array([True, True, False, True, True, True])

    asked = next_items(visits([0, 2, 1], [2, 3]), known=known)

    assert asked.visits.items.tolist() == [0, 1, 3]
    assert asked.task.relevant.items.tolist() == [1]
    ranks = ranks_of_next(fixed(0, 1, 9, 2, 0, 0), asked)  # type: ignore[arg-type]
    assert ranks.tolist() == [1]


def test_hidden_items_of_the_visit_are_no_candidates_and_returns_are_not_asked() -> None:
    asked = next_items(visits([0, 1, 0, 2], n_items=3), hide_seen=True)

    assert asked.task.relevant.items.tolist() == [1, 2]
    ranks = ranks_of_next(fixed(9, 8, 0), asked)  # type: ignore[arg-type]
    assert ranks.tolist() == [0, 0]


def test_taking_some_questions_keeps_them_whole() -> None:
    asked = next_items(visits([0, 1, 2], [3, 4], users=[5, 6]), hide_seen=True)

    some = asked.take(np.array([2, 1]))

    assert some.task.relevant.items.tolist() == [4, 2]
    assert some.users.tolist() == [6, 5]
    assert some.profiles().history(1).tolist() == [0, 1]
    assert ranks_of_next(fixed(9, 8, 7, 6, 5, 0), some).tolist() == [3, 0]  # type: ignore[arg-type]


def test_a_recommender_is_asked_by_its_profiles() -> None:
    train = visits([0, 1], [0, 1], [2, 3])
    from artrec.data.sessions import as_histories

    model = ItemKNN.fit(TrainingData(as_histories(train)), ItemKNNConfig(shrinkage=0))
    asked = next_items(visits([0, 1], [3, 2]))

    ranks = ranks_of_next(model.scorer(asked.profiles(longest=1)), asked)

    assert ranks.tolist() == [0, 0]


def test_nothing_to_ask_is_refused() -> None:
    with pytest.raises(DataError, match="two items that the training knows"):
        next_items(visits([0], [1]))
    with pytest.raises(DataError, match="two items"):
        next_items(visits([0, 1], [1, 0], n_items=2), known=np.array([True, False]))


def test_the_interval_resamples_users_not_events() -> None:
    users = np.repeat([0, 1, 2, 3], 500)
    values = np.repeat([0.0, 1.0, 0.0, 1.0], 500)

    interval = by_users(values, users)

    assert interval.mean == 0.5
    # 2,000 independent events would give a half width of .02; four users know far less.
    assert interval.low == 0
    assert interval.high == 1
    assert by_users(np.ones(2000), users).low == 1

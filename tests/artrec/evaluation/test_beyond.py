from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from artrec.data import Interactions
from artrec.data.splits import Split
from artrec.errors import ShapeError
from artrec.evaluation import beyond
from artrec.evaluation.evaluate import Background, evaluate
from artrec.evaluation.protocols import from_split
from artrec.evaluation.tasks import IntArray

LISTS = np.array([[0, 1, 2], [0, 3, -1]])


def test_coverage_is_the_share_of_items_shown_to_anyone() -> None:
    assert beyond.coverage(LISTS, 8) == 0.5


def test_gini_is_zero_for_equal_exposure_and_near_one_for_a_single_item() -> None:
    assert beyond.gini(np.array([[0, 1], [2, 3]]), 4) == 0
    # One of four items has everything: 1 - 1/4.
    assert beyond.gini(np.array([[2], [2]]), 4) == pytest.approx(0.75)
    # Exposure 0, 1, 1, 2: (-1 * 1 + 1 * 1 + 3 * 2) / (4 * 4).
    assert beyond.gini(np.array([[1, 2], [3, 3]]), 4) == pytest.approx(0.375)


def test_gini_of_nothing_is_refused() -> None:
    with pytest.raises(ShapeError, match="empty"):
        beyond.gini(np.array([[-1]]), 3)


def test_novelty_is_the_mean_surprise() -> None:
    # p = (count + 1) / 4: 1, 1/2, 1/4 for counts 3, 1, 0.
    novelty = beyond.novelty(LISTS, np.array([3, 1, 0, 0]), n_users=3)

    assert novelty == pytest.approx([(0 + 1 + 2) / 3, (0 + 2) / 2])


def test_an_empty_list_has_no_novelty_and_no_artists() -> None:
    empty = np.array([[-1, -1]])

    assert np.isnan(beyond.novelty(empty, np.array([1]), 1)).all()
    assert np.isnan(beyond.artist_diversity(empty, np.array([0]))).all()


def test_artists_are_counted_and_unknown_hands_differ() -> None:
    artists = np.array([7, 7, -1, -1])

    assert beyond.artist_diversity(np.array([[0, 1, 2], [2, 3, -1]]), artists) == pytest.approx(
        [2 / 3, 1]
    )


@given(st.integers(0, 1000), st.integers(2, 6))
def test_diversity_equals_the_mean_over_pairs(seed: int, length: int) -> None:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(8, 3))
    features[0] = 0
    shown = rng.choice(8, size=length, replace=False)
    lists = np.concatenate((shown, [-1]))[None]

    found = beyond.intra_list_diversity(lists, features)

    distances = []
    for place, a in enumerate(shown):
        for b in shown[place + 1 :]:
            size = np.linalg.norm(features[a]) * np.linalg.norm(features[b])
            distances.append(1 - (features[a] @ features[b] / size if size else 0))
    assert found == pytest.approx([np.mean(distances)])


def test_a_list_of_one_has_no_diversity() -> None:
    assert np.isnan(beyond.intra_list_diversity(np.array([[0, -1]]), np.ones((1, 2)))).all()


def test_rare_items_have_an_auc_of_their_own() -> None:
    split = Split(
        train=_log([[0, 1], [0, 2]]), history=_log([[0, 1], [0, 2]]), test=_log([[3], [4]])
    )
    task = from_split(split)
    counts = np.array([9, 9, 9, 4, 5])

    def scores(users: IntArray) -> NDArray[np.float32]:
        return np.tile(np.arange(5, dtype=np.float32), (len(users), 1))

    values = evaluate("m", scores, task, background=Background(item_counts=counts)).values

    # User 0 is asked for item 3, with 4 events; item 4 with 5 events is no longer rare.
    np.testing.assert_array_equal(values["auc_rare"], [values["auc"][0], np.nan])
    many = Background(item_counts=counts + 5)
    assert "auc_rare" not in evaluate("m", scores, task, background=many).values


def _log(histories: list[list[int]]) -> Interactions:
    users = [user for user, items in enumerate(histories) for _ in items]
    items = [item for items in histories for item in items]
    return Interactions.build(
        users, items, user_ids=["a", "b"], item_ids=[str(item) for item in range(5)]
    )

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from artrec.errors import ShapeError
from artrec.evaluation import metrics
from artrec.evaluation.ranking import FloatMatrix, inner_product, rank
from artrec.evaluation.tasks import IntArray, Inventory, Lists, Task, empty_lists
from tests.artrec.evaluation import reference


def _lists(*each: list[int]) -> Lists:
    offsets = np.concatenate(([0], np.cumsum([len(one) for one in each])))
    return Lists(offsets, np.array([item for one in each for item in one], dtype=np.int64))


def _task(relevant: Lists, n_items: int, hidden: Lists | None = None) -> Task:
    return Task(
        name="test",
        users=np.arange(len(relevant)),
        relevant=relevant,
        hidden=hidden or empty_lists(len(relevant)),
        on_offer=np.ones(n_items, dtype=np.bool_),
    )


@st.composite
def worlds(draw: DrawFn) -> tuple[FloatMatrix, Task]:
    """Scores from few values, so with many ties, and tasks with hidden and withdrawn items."""
    n_items = draw(st.integers(1, 40))
    n_queries = draw(st.integers(1, 5))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, draw(st.integers(1, 12)), size=(n_queries, n_items))
    on_offer = rng.random(n_items) < 0.9
    on_offer[0] = True
    relevant, hidden = [], []
    for _ in range(n_queries):
        shuffled = rng.permutation(np.flatnonzero(on_offer))
        n_relevant = int(rng.integers(1, len(shuffled) + 1))
        n_hidden = int(rng.integers(0, len(shuffled) - n_relevant + 1))
        relevant.append(sorted(shuffled[:n_relevant].tolist()))
        hidden.append(shuffled[n_relevant : n_relevant + n_hidden].tolist())
    task = Task(
        name="random",
        users=np.arange(n_queries),
        relevant=_lists(*relevant),
        hidden=_lists(*hidden),
        on_offer=on_offer,
    )
    return scores.astype(np.float32), task


@given(worlds(), st.integers(1, 12), st.integers(1, 3))
def test_every_metric_equals_the_slow_reference(
    world: tuple[FloatMatrix, Task], k: int, block: int
) -> None:
    scores, task = world

    ranking = rank(lambda users: scores[users], task, block=block)
    values = metrics.all_metrics(ranking.ranks, (k,), task.n_items)

    for query in range(len(task)):
        candidates = np.flatnonzero(task.on_offer)
        candidates = candidates[~np.isin(candidates, task.hidden[query])]
        idx, m = reference.places(
            scores[query].tolist(), candidates.tolist(), task.relevant[query].tolist()
        )
        slow = reference.all_metrics(idx, m, k, task.n_items)
        assert values.keys() == slow.keys()
        for name, value in slow.items():
            assert values[name][query] == pytest.approx(value, abs=1e-12), name


@given(worlds(), st.integers(1, 12))
def test_metrics_stay_between_zero_and_one_and_turn_with_the_scores(
    world: tuple[FloatMatrix, Task], k: int
) -> None:
    scores, task = world

    up = rank(lambda users: scores[users], task).ranks
    down = rank(lambda users: -scores[users], task).ranks

    for name, each in metrics.all_metrics(up, (k,), task.n_items).items():
        assert np.all((each >= 0) & (each <= 1 + 1e-12)), name
    others = up.n_candidates > up.n_relevant
    np.testing.assert_allclose((metrics.auc(up) + metrics.auc(down))[others], 1)


@given(worlds(), st.integers(1, 45))
def test_lists_hold_the_best_candidates_in_order(world: tuple[FloatMatrix, Task], top: int) -> None:
    scores, task = world

    ranking = rank(lambda users: scores[users], task, top=top)

    mask = task.mask(0, len(task))
    for query, shown in enumerate(ranking.top):
        expected = sorted(np.flatnonzero(mask[query]), key=lambda i: (-scores[query, i], i))[:top]
        found = shown[shown >= 0]
        # At the cut, ties may fall either way; the scores may not.
        assert scores[query, found].tolist() == scores[query, expected].tolist()
        assert len(set(found.tolist())) == len(expected)
        assert np.all(mask[query, found])


def test_a_constant_scorer_has_auc_one_half_and_no_lucky_hits() -> None:
    task = _task(_lists([0], [3], [0, 1, 2]), 101)

    ranks = rank(lambda users: np.ones((len(users), 101), dtype=np.float32), task).ranks

    assert metrics.auc(ranks) == pytest.approx([0.5] * 3)
    assert metrics.recall(ranks, 20).sum() == 0


def test_items_not_on_offer_at_the_time_are_no_candidates() -> None:
    inventory = Inventory(
        added=np.array([0, 5, 0, 0]), sold=np.array([9, 9, 3, 4]), times=np.array([4, 5])
    )
    task = Task(
        name="time",
        users=np.array([0, 1]),
        relevant=_lists([0], [0]),
        hidden=empty_lists(2),
        on_offer=np.ones(4, dtype=np.bool_),
        inventory=inventory,
    )

    ranks = rank(
        lambda users: np.tile(np.array([0, 1, 1, 1], dtype=np.float32), (len(users), 1)), task
    ).ranks

    assert task.mask(0, 2).tolist() == [[True, False, False, True], [True, True, False, False]]
    assert ranks.n_candidates.tolist() == [2, 2]
    assert ranks.ranks.tolist() == [1, 1]


def test_vectors_score_by_inner_product() -> None:
    users = np.array([[1, 0], [0, 2]], dtype=np.float32)
    items = np.array([[3, 4], [5, 6]], dtype=np.float32)

    scorer = inner_product(users, items)

    assert scorer(np.array([1, 0])).tolist() == [[8, 12], [3, 5]]


@pytest.mark.parametrize("with_onednn", [True, False])
def test_blocks_of_vectors_score_as_in_double_precision_with_and_without_onednn(
    with_onednn: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: with_onednn)
    rng = np.random.default_rng(0)
    users = rng.normal(size=(70, 33)).astype(np.float32)
    items = rng.normal(size=(101, 33)).astype(np.float32)
    items.flags.writeable = False
    rows = rng.permutation(70)

    scores = inner_product(users, items)(rows)

    assert scores.dtype == np.float32
    exact = users[rows].astype(np.float64) @ items.T.astype(np.float64)
    np.testing.assert_allclose(scores, exact, atol=2e-5)


def test_vectors_of_different_lengths_are_refused() -> None:
    users, items = np.ones((2, 3), dtype=np.float32), np.ones((5, 4), dtype=np.float32)

    with pytest.raises(ShapeError, match=r"the shapes are \(2, 3\) and \(5, 4\)"):
        inner_product(users, items)


def test_many_items_to_find_rank_as_few_do() -> None:
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 9, size=(1, 60)).astype(np.float32)
    many, hidden = list(range(20)), list(range(20, 30))
    task = _task(_lists(many), 60, _lists(hidden))

    ranks = rank(lambda users: scores, task).ranks.ranks

    places, _ = reference.places(scores[0].tolist(), [*many, *range(30, 60)], many)
    assert ranks.tolist() == places


def test_the_scores_of_the_caller_are_left_alone() -> None:
    scores = np.arange(4, dtype=np.float32).reshape(1, 4)

    rank(lambda users: scores, _task(_lists([2]), 4, _lists([3])), top=2)

    assert scores.tolist() == [[0, 1, 2, 3]]


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_scores_that_are_not_finite_name_the_user(wrong: float) -> None:
    def scorer(users: IntArray) -> FloatMatrix:
        scores = np.zeros((len(users), 3), dtype=np.float32)
        scores[users == 1, 2] = wrong
        return scores

    with pytest.raises(ShapeError, match="for 1 users of a block, such as user rows 1"):
        rank(scorer, _task(_lists([0], [0]), 3))


def test_scores_of_another_shape_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"returned shape \(1, 2\); expected \(1, 3\)"):
        rank(lambda users: np.zeros((len(users), 2), dtype=np.float32), _task(_lists([0]), 3))

from __future__ import annotations

import math

import numpy as np
import pytest

from artrec.errors import ShapeError
from artrec.evaluation import metrics
from artrec.evaluation.metrics import Ranks


def _ranks(*queries: tuple[list[float], int]) -> Ranks:
    lengths = [len(idx) for idx, _ in queries]
    return Ranks(
        np.concatenate(([0], np.cumsum(lengths))),
        np.array([i for idx, _ in queries for i in idx], dtype=np.float64),
        np.array([m for _, m in queries]),
    )


# Two relevant items on the 1st and 4th place of 6: pairs in order 4 + 2 of 8.
TWO = _ranks(([0, 3], 6))


def test_auc_is_the_share_of_pairs_in_order() -> None:
    assert metrics.auc(TWO) == pytest.approx([6 / 8])


def test_auc_is_one_half_in_the_middle_and_runs_from_zero_to_one() -> None:
    of = _ranks(([0], 5), ([2], 5), ([4], 5), ([0, 1], 2))

    assert metrics.auc(of) == pytest.approx([1, 0.5, 0, 1])


def test_auc_of_the_tutorial_counts_known_items_as_beaten() -> None:
    # Worst place of 5 candidates in a catalogue of 9: |profile| / (N - 1) = 4 / 8.
    of = _ranks(([4], 5))

    assert metrics.auc_ref(of, 9) == pytest.approx([0.5])
    assert metrics.auc(of) == pytest.approx([0])


def test_auc_of_the_tutorial_needs_the_whole_catalogue() -> None:
    with pytest.raises(ShapeError, match="more candidates"):
        metrics.auc_ref(TWO, 5)


def test_reciprocal_rank_looks_at_the_best_item_only() -> None:
    assert metrics.reciprocal_rank(_ranks(([1, 9], 10), ([0.5], 3))) == pytest.approx(
        [1 / 2, 2 / 3]
    )


def test_precision_recall_f1_and_hit_rate_count_the_first_places() -> None:
    of = _ranks(([0, 3], 6), ([4], 6))

    assert metrics.precision(of, 3) == pytest.approx([1 / 3, 0])
    assert metrics.recall(of, 3) == pytest.approx([1 / 2, 0])
    assert metrics.f1(of, 3) == pytest.approx([2 / 5, 0])
    assert metrics.hit_rate(of, 3) == pytest.approx([1, 0])
    assert metrics.recall(of, 4) == pytest.approx([1, 0])


def test_ndcg_compares_with_all_that_could_be_found() -> None:
    # (1 + 1 / log2 5) / (1 + 1 / log2 3) = 1.43068 / 1.63093
    assert metrics.ndcg(TWO, 6) == pytest.approx([0.87722], abs=1e-5)
    assert metrics.ndcg(TWO, 1) == pytest.approx([1])
    assert metrics.ndcg(TWO, 3) == pytest.approx([1 / (1 + 1 / math.log2(3))])


def test_ndcg_of_the_reference_overlooks_what_was_missed() -> None:
    five = _ranks(([0, 50, 60, 70, 80], 100), ([30], 100))

    assert metrics.ndcg_ref(five, 20) == pytest.approx([1, 0])
    assert metrics.ndcg(five, 20)[0] == pytest.approx(0.33916, abs=1e-5)


def test_average_precision_is_over_what_could_be_hit_or_over_k() -> None:
    # Precision 1/1 at the first hit, 2/4 at the second.
    assert metrics.average_precision(TWO, 5) == pytest.approx([1.5 / 2])
    assert metrics.average_precision_ref(TWO, 5) == pytest.approx([1.5 / 5])
    assert metrics.average_precision(TWO, 1) == pytest.approx([1])


def test_sampled_auc_has_the_mean_of_the_exact_one() -> None:
    of = _ranks(*[([30.0, 61.0], 102)] * 400)

    drawn = metrics.auc_sampled(of, np.random.default_rng(0))

    assert drawn.mean() == pytest.approx(metrics.auc(of)[0], abs=0.01)
    assert drawn.std() > 0
    assert metrics.auc_sampled(_ranks(([0.0], 1)), np.random.default_rng(0)) == [1.0]


def test_oracle_figures_follow_from_the_size_of_the_baskets() -> None:
    # The published Oracle row: P@20 = .0655 and P@100 = .0131 are one mean basket of 1.31.
    sizes = [1] * 69 + [2] * 31
    of = _ranks(*[([float(i) for i in range(n)], 1000) for n in sizes])

    assert metrics.precision(of, 20).mean() == pytest.approx(0.0655)
    assert metrics.precision(of, 100).mean() == pytest.approx(0.0131)
    assert metrics.ndcg(of, 20).mean() == 1


@pytest.mark.parametrize(
    ("idx", "m", "message"),
    [
        ([], 3, "at least one relevant"),
        ([1, 1.5], 6, "rise by at least 1"),
        ([3, 1], 6, "rise by at least 1"),
        ([-1], 6, "lie in"),
        ([6], 6, "lie in"),
    ],
)
def test_impossible_ranks_are_refused(idx: list[float], m: int, message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        _ranks((idx, m))


@pytest.mark.parametrize("metric", [metrics.recall, metrics.ndcg, metrics.average_precision])
def test_a_list_without_places_is_refused(metric: object) -> None:
    assert callable(metric)
    with pytest.raises(ValueError, match="k must be at least 1"):
        metric(TWO, 0)

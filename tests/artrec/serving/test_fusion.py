from __future__ import annotations

import numpy as np
import pytest

from artrec.serving.fusion import reciprocal_rank_fusion


def test_scores_are_the_sums_of_reciprocal_ranks() -> None:
    ids, scores = reciprocal_rank_fusion([[7, 8], [8, 9]], constant=60)

    assert ids.tolist() == [8, 7, 9]
    np.testing.assert_allclose(scores, [1 / 62 + 1 / 61, 1 / 61, 1 / 62])


def test_what_two_lists_place_in_the_middle_beats_the_first_of_one() -> None:
    one, other = [1, 2, 3, 4, 5], [11, 12, 3, 14, 15]

    ids, _ = reciprocal_rank_fusion([one, other])

    assert ids[0] == 3


def test_equal_scores_are_settled_by_id_and_empty_lists_say_nothing() -> None:
    ids, scores = reciprocal_rank_fusion([[9], [], [4]])

    assert ids.tolist() == [4, 9]
    assert scores[0] == scores[1]


def test_nothing_fuses_to_nothing() -> None:
    ids, scores = reciprocal_rank_fusion([[], []])

    assert ids.shape == scores.shape == (0,)


def test_an_item_twice_in_one_list_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        reciprocal_rank_fusion([[1, 2, 1]])


@pytest.mark.parametrize("constant", [-1.0, float("nan")])
def test_a_constant_that_is_none_is_refused(constant: float) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        reciprocal_rank_fusion([[1]], constant=constant)

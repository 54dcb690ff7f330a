"""What BPR-MF and VBPR must both hold, on the checkerboard, with everybody folded in."""

from __future__ import annotations

import numpy as np

from artrec.models.fold_in import FoldInModel
from tests.contracts.recommender import EVEN, RecommenderContract


class FoldInCases(RecommenderContract):
    """Subclass it as the contract."""

    def test_more_choices_of_one_camp_move_the_scores_towards_it(self, fitted: FoldInModel) -> None:
        def lean(profile: list[int]) -> float:
            scores = fitted.score(profile)[:36]
            return float(scores[::2].mean() - scores[1::2].mean())

        assert lean([0, 1]) < lean([0, 1, 4]) < lean([0, 1, 4, 10])
        assert lean([1, 3, 5]) < 0 < lean(EVEN)

    def test_somebody_who_chose_nothing_gets_the_biases(self, fitted: FoldInModel) -> None:
        np.testing.assert_allclose(fitted.score([]), fitted.vectors[:, -1], rtol=1e-6)

    def test_no_user_is_kept_where_nobody_is_known(self, fitted: FoldInModel) -> None:
        assert len(fitted.user_ids) == len(fitted.users) == 0

    def test_references_stand_for_the_whole_catalogue(self, fitted: FoldInModel) -> None:
        np.testing.assert_array_equal(fitted.references, fitted.vectors)

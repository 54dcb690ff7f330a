"""Oracle: the upper bound of an evaluation. It has seen the answers.

Not a recommender but a scorer: what it knows belongs to users of one test, not to profiles.
"""

from __future__ import annotations

from artrec.data import Interactions
from artrec.data.matrix import to_matrix
from artrec.models.contract import Floats, Ints, Scorer


def oracle(test: Interactions) -> Scorer:
    """Score 1 for what a user chose in `test`, 0 for the rest.

    Its figures are the best any model can reach under a protocol: AUC and reciprocal rank of 1,
    precision at k limited by how many items there are to find.
    """
    answers = to_matrix(test)

    def scores(users: Ints) -> Floats:
        dense: Floats = answers[users].toarray()
        return dense

    return scores

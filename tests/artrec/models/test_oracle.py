"""The oracle reaches what can be reached."""

from __future__ import annotations

import pytest

from artrec.evaluation.evaluate import evaluate
from artrec.evaluation.protocols import from_split
from artrec.models.oracle import oracle
from tests.contracts.worlds import checkerboard


def test_the_oracle_ranks_everything_to_find_first() -> None:
    split = checkerboard().split

    means = evaluate("oracle", oracle(split.test), from_split(split), ks=(2, 4)).means()

    assert means["auc"] == pytest.approx(1)
    assert means["ndcg@2"] == pytest.approx(1)

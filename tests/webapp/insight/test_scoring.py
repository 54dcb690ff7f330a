"""Scores of all works are those by which a feed is ranked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.webapp.insight.makers import make_camps, vectors
from tests.webapp.makers import make_artwork
from tests.webapp.tastes import make_taste, mean_bundle
from webapp.feed import candidates
from webapp.feed.profile import of_works
from webapp.feed.served import served_by
from webapp.insight import scoring
from webapp.vectors.actions import store_vectors
from webapp.vectors.filters import Filters

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("trained", [False, True])
def test_works_stand_in_the_order_of_the_search_for_candidates(trained: bool) -> None:
    camps = make_camps()
    ids = [work.pk for work in camps.works]
    space = make_taste(mean_bundle()) if trained else camps.look
    if trained:
        store_vectors(space, ids, vectors(12))
    served = served_by(space.pk)
    assert served is not None
    profile = of_works(ids[:3], hidden=ids[20:21] if trained else ())

    found = scoring.scores(profile, served, ids)

    assert found is not None
    listed = candidates.find(
        profile, served.space, served.bundle, limit=len(ids), filters=Filters()
    )
    order = [ids[row] for row in np.argsort(-found, kind="stable")]
    assert order == listed.ids.tolist()


def test_a_work_without_a_vector_has_no_score() -> None:
    camps = make_camps()
    late = make_artwork("late")
    served = served_by(None)
    assert served is not None

    found = scoring.scores(of_works([camps.works[0].pk]), served, [late.pk, camps.works[1].pk])

    assert found is not None
    assert np.isnan(found).tolist() == [True, False]


def test_nothing_is_scored_for_works_that_the_model_does_not_know() -> None:
    make_camps()
    served = served_by(None)
    assert served is not None

    assert scoring.scores(of_works([make_artwork("late").pk]), served, [1, 2]) is None


def test_large_galleries_are_read_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    camps = make_camps()
    ids = [work.pk for work in camps.works]
    served = served_by(None)
    assert served is not None
    whole = scoring.scores(of_works(ids[:2]), served, ids)
    monkeypatch.setattr(scoring, "AT_ONCE", 5)

    in_parts = scoring.scores(of_works(ids[:2]), served, ids)

    assert whole is not None
    assert in_parts is not None
    assert np.array_equal(whole, in_parts)


@pytest.mark.parametrize(
    ("scores", "shares"),
    [
        ([3.0, 1.0, 2.0], [1.0, 0.0, 0.5]),
        ([1.0, 1.0, 2.0], [0.25, 0.25, 1.0]),
        ([np.nan, 5.0, 7.0], [np.nan, 0.0, 1.0]),
        ([4.0], [0.0]),
    ],
)
def test_percentiles_are_shares_of_the_works_below(scores: Any, shares: Any) -> None:
    found = scoring.percentiles(np.array(scores, dtype=np.float32))

    assert found == pytest.approx(shares, nan_ok=True)

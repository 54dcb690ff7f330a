"""What surveys count, against counts by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.webapp.insight.makers import make_camps, make_visitor, vectors
from tests.webapp.tastes import make_taste, mean_bundle
from webapp.insight import actions
from webapp.insight.models import Survey
from webapp.vectors.actions import store_vectors
from webapp.vectors.models import Space
from workers import insight_survey
from workers.tasks.insight import insight

pytestmark = pytest.mark.django_db


def made(space: Space, rival: Space | None = None) -> Survey:
    row = actions.survey(space, rival, by=None)
    insight()
    row.refresh_from_db()
    return row


def test_what_is_popular_is_told_in_tenths_of_the_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(insight_survey, "PARTS", 2)
    # Four works: nobody chose the first two, two visitors the third and six the fourth.
    shown, popularity = np.array([1, 0, 2, 5]), np.array([0.0, 0.0, 2.0, 6.0])

    parts = insight_survey._parts(shown, popularity)

    assert parts == [
        {"shown": 0.125, "chosen": 0.0, "most": 0},
        {"shown": 0.875, "chosen": 1.0, "most": 6},
    ]


def test_one_visitor_of_one_look_is_shown_the_nearest_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(insight_survey, "PLACES", 3)
    camps = make_camps(12)
    make_visitor([camps.works[0]])
    rows = vectors(12)
    nearest = np.argsort(-(rows @ rows[0]), kind="stable")[1:4]

    result = made(camps.look).result

    assert result["counts"] == {str(camps.works[row].pk): 1 for row in sorted(nearest)}
    assert result["coverage"] == 3 / 24
    # Three works hold all of three places: 1 less the share of works that hold them.
    assert result["gini"] == pytest.approx(1 - 3 / 24)
    assert result["popularity"] == {"recommended": 0.0, "catalogue": 1 / 24}


def test_agreement_is_what_two_lists_share_and_how_alike_two_orders_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(insight_survey, "PLACES", 3)
    camps = make_camps(12)
    make_visitor([camps.works[0]])
    ids = [work.pk for work in camps.works]
    rows = vectors(12)
    changed = rows.copy()
    changed[[5, 20]] = rows[[20, 5]]  # to the other model two works of the camps are swapped
    other = make_taste(mean_bundle(), state="ready")
    store_vectors(other, ids, changed)

    survey = made(camps.look, other)

    scores = [each @ each[0] for each in (rows, changed)]
    first, second = ({int(row) for row in np.argsort(-each)[1:4]} for each in scores)
    ranks = [each.argsort().argsort() for each in scores]
    assert survey.result["shared"] == [len(first & second)]
    assert survey.result["ranks"] == pytest.approx([np.corrcoef(ranks)[0, 1]], abs=0.01)
    differing = {survey.result[side][0]["work"] for side in ("first", "second")}
    assert differing == {ids[5], ids[20]}

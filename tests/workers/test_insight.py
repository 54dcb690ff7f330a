"""Surveys and draws as a worker makes them, in galleries whose right answer is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from artrec.errors import DataError
from tests.webapp.insight.makers import Camps, make_camps, make_visitor, vectors
from tests.webapp.tastes import make_taste, mean_bundle
from tests.workers import toys
from webapp.catalog.models import Artwork
from webapp.feed.models import Event, Visitor
from webapp.insight import actions
from webapp.insight.models import Draw, Survey
from webapp.vectors.actions import store_vectors
from webapp.vectors.models import Space
from workers import claims, insight_sampling, insight_survey, resources
from workers.tasks import insight as tasks
from workers.tasks.insight import insight

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _short_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(insight_survey, "PLACES", 4)
    insight_sampling._seen.cache_clear()


def of_first_camp(visitors: int = 6) -> Camps:
    """Everybody chooses three works of the first camp."""
    camps = make_camps()
    for number in range(visitors):
        make_visitor([camps.works[(number + step) % 12] for step in range(3)])
    return camps


def made(space: Space, rival: Space | None = None) -> Survey:
    row = actions.survey(space, rival, by=None)
    insight()
    row.refresh_from_db()
    assert row.state == Survey.State.DONE, row.reason
    return row


def test_a_survey_finds_what_is_recommended_and_what_never() -> None:
    camps = of_first_camp()

    result = made(camps.look).result

    first = {str(work.pk) for work in camps.works[:12]}
    assert set(result["counts"]) <= first
    assert sum(result["counts"].values()) == 6 * 4
    assert result["visitors"] == 6
    assert result["works"] == 24
    assert result["coverage"] == len(result["counts"]) / 24
    assert 0.5 <= result["gini"] < 1
    assert sum(part["shown"] for part in result["parts"]) == pytest.approx(1, abs=0.01)
    assert sum(part["chosen"] for part in result["parts"][5:]) == pytest.approx(1, abs=0.01)
    assert result["popularity"]["catalogue"] == 18 / 24


def test_sold_works_are_no_part_of_a_survey() -> None:
    camps = of_first_camp()
    Artwork.objects.filter(pk=camps.works[23].pk).update(availability="sold")

    assert made(camps.look).result["works"] == 23


def test_a_model_agrees_with_one_that_sees_the_same() -> None:
    camps = of_first_camp()
    same = make_taste(mean_bundle(), state="ready")
    store_vectors(same, [work.pk for work in camps.works], vectors(12))

    result = made(same, camps.look).result

    assert result["visitors"] == 6
    assert min(result["ranks"]) > 0.7
    assert min(result["shared"]) >= 2


def test_a_model_that_prefers_the_other_camp_differs_about_it() -> None:
    camps = of_first_camp()
    other = make_taste(mean_bundle(), state="ready")
    ids = [work.pk for work in camps.works]
    # To this model the works that somebody chose are like the other camp.
    turned = vectors(12)
    turned[3:12] = -turned[3:12]
    store_vectors(other, ids, turned)

    row = made(camps.look, other)

    result, apart = row.result, row.apart.all()
    lower = {each["work"] for each in result["first"]}
    assert lower.intersection(ids[3:12])
    assert all(each["a"] > each["b"] for each in result["first"])
    assert all(each["b"] > each["a"] for each in result["second"])
    assert apart[0].shared == min(result["shared"])
    assert [len(pks) for pks in apart[0].lists] == [4, 4]
    assert "apart" not in result


@pytest.mark.parametrize("reason", ["Nobody chose a work yet", "No work can be recommended"])
def test_what_cannot_be_surveyed_says_why(reason: str) -> None:
    camps = make_camps()
    if "work can" in reason:
        Artwork.objects.update(availability="sold")
    row = actions.survey(camps.look, None, by=None)

    insight()

    row.refresh_from_db()
    assert row.state == Survey.State.FAILED
    assert reason in row.reason


def gallery() -> toys.Gallery:
    """Works with features, and visitors who bought two of them at once."""
    made = toys.make_gallery(dim=resources.extractor(toys.EXTRACTOR).dim)
    for visitor in made.visitors:
        liked = list(visitor.events.order_by("time")[:2])
        Event.objects.filter(pk__in=[each.pk for each in liked]).update(basket="one")
    return made


def triplets(visitor: Visitor, mode: str, seed: int = 0) -> dict[str, Any]:
    row = actions.draw(visitor, mode, seed, by=None)
    insight()
    row.refresh_from_db()
    assert row.state == Draw.State.DONE, row.reason
    result: dict[str, Any] = row.result
    return result


def works_of(visitor: Visitor) -> set[int]:
    return set(visitor.events.values_list("artwork_id", flat=True))


def each_of(result: dict[str, Any], *strategies: int) -> Sequence[dict[str, Any]]:
    found = [each for each in result["strategies"] if each["strategy"] in strategies]
    return [one for each in found for one in each["triplets"]]


def test_triplets_keep_what_their_guidelines_say() -> None:
    visitor = gallery().visitors[0]

    result = triplets(visitor, "paper")

    own = works_of(visitor)
    assert [each["strategy"] for each in result["strategies"]] == [1, 2, 3, 4, 5, 6]
    for one in each_of(result, 1, 2, 4):
        assert one["positive"] in own
        assert one["negative"] not in own
        assert set(one["profile"]) <= own
    for one in each_of(result, 1):
        assert one["missing"] == one["positive"]
        assert one["positive"] not in one["profile"]
    for one in each_of(result, 5, 6):
        assert one["profile"][0] in own
        assert one["size"] == 1
    assert each_of(result, 4)


def test_a_guideline_that_cannot_serve_says_what_it_would_need() -> None:
    visitor = gallery().visitors[0]

    result = triplets(visitor, "paper")

    # Every hand made one work here, so that no favourite artist has another.
    third = result["strategies"][2]
    assert (third["asked"], third["triplets"]) == (0, [])
    assert third["need"].startswith("an unchosen work by an artist")
    assert third["everybody"]["served"] == 0


def test_equal_seeds_draw_the_same_and_others_do_not() -> None:
    visitor = gallery().visitors[0]

    one = triplets(visitor, "random", 1)
    again = triplets(visitor, "random", 1)
    other = triplets(visitor, "random", 2)

    assert one == again
    assert one["strategies"][0]["triplets"] != other["strategies"][0]["triplets"]


@pytest.mark.parametrize("mode", ["reference", "icdm"])
def test_the_other_modes_are_drawn_too(mode: str) -> None:
    visitor = gallery().visitors[0]

    assert each_of(triplets(visitor, mode), 4)


def test_nothing_is_drawn_for_who_chose_nothing() -> None:
    gallery()
    row = actions.draw(Visitor.objects.create(), "paper", 0, by=None)

    insight()

    row.refresh_from_db()
    assert row.state == Draw.State.FAILED
    assert "chose nothing that a training would learn from" in row.reason


def test_a_row_that_another_worker_holds_is_left_to_it() -> None:
    row = actions.survey(of_first_camp().look, None, by=None)
    Survey.objects.update(claimed_until=timezone.now() + claims.LEASE, attempts=1)

    insight()

    row.refresh_from_db()
    assert row.state == Survey.State.QUEUED
    assert not any(rows.exists() for rows in tasks.waiting())


def test_a_worker_that_died_leaves_its_row_to_the_next() -> None:
    row = actions.survey(of_first_camp().look, None, by=None)
    Survey.objects.update(claimed_until=timezone.now() - timedelta(seconds=1), attempts=1)

    insight()

    row.refresh_from_db()
    assert (row.state, row.claimed_until) == (Survey.State.DONE, None)


def test_a_row_that_was_tried_too_often_is_given_up() -> None:
    row = actions.survey(of_first_camp().look, None, by=None)
    Survey.objects.update(attempts=claims.MAX_ATTEMPTS)

    insight()

    row.refresh_from_db()
    assert (row.state, row.reason) == (Survey.State.FAILED, tasks.LOST)


def test_a_job_whose_row_is_gone_ends_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    insight()
    actions.survey(of_first_camp().look, None, by=None)

    def deleted_meanwhile(*_arguments: object, **_named: object) -> dict[str, Any]:
        Survey.objects.all().delete()
        raise DataError("too late")

    monkeypatch.setattr(insight_survey, "survey", deleted_meanwhile)
    insight()

    assert not Survey.objects.exists()

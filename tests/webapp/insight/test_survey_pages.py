"""The pages of all visitors and of two models: asked for, waited for, shown over today's map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.utils import timezone

from tests.webapp.insight.makers import Camps, make_camps, make_visitor, vectors
from tests.webapp.lab.makers import curator, make_run, make_version
from tests.webapp.tastes import make_taste, mean_bundle
from webapp.feed.models import Visitor
from webapp.insight import actions, agreement, exposure
from webapp.insight.ground import ground
from webapp.insight.models import Apart, Draw, Survey
from webapp.lab.models import Version
from webapp.mine.actions import choose
from webapp.vectors.actions import store_vectors

pytestmark = pytest.mark.django_db


def surveyed(camps: Camps) -> dict[str, Any]:
    """As a worker leaves it: of the first camp each work is shown twice, of the second none."""
    return {
        "visitors": 6,
        "places": 4,
        "works": 24,
        "counts": {str(work.pk): 2 for work in camps.works[:12]},
        "coverage": 0.5,
        "gini": 0.5,
        "parts": [{"shown": 0.05 * n, "chosen": 0.1, "most": n} for n in range(10)],
        "popularity": {"recommended": 3.0, "catalogue": 1.5},
    }


def compared(camps: Camps, shared: Sequence[int]) -> dict[str, Any]:
    ids = [work.pk for work in camps.works]
    return {
        "visitors": len(shared),
        "places": 4,
        "shared": list(shared),
        "ranks": [0.25, 0.75],
        "works": 24,
        "first": [{"work": ids[0], "a": 0.9, "b": 0.2}],
        "second": [{"work": ids[23], "a": 0.1, "b": 0.8}, {"work": 999_999, "a": 0, "b": 1}],
    }


def torn(camps: Camps, survey: Survey) -> Visitor:
    """Somebody to whom the two recommend lists that share one work."""
    visitor, ids = make_visitor(camps.works[:2]), [work.pk for work in camps.works]
    Apart.objects.create(survey=survey, visitor=visitor, shared=1, lists=[ids[:4], ids[3:7]])
    return visitor


def make_prepared(camps: Camps) -> Version:
    """A version with a space of its own."""
    space = make_taste(mean_bundle(), state="ready")
    store_vectors(space, [work.pk for work in camps.works], vectors(camps.half))
    return make_version(run=make_run(), space=space)


def done(camps: Camps, result: dict[str, Any], rival: Any = None) -> Survey:
    now = timezone.now()
    return Survey.objects.create(
        space=camps.look, rival=rival, state="done", asked=now, finished=now, result=result
    )


def test_a_survey_is_asked_for_once_and_waited_for() -> None:
    make_camps()
    client = curator()
    before = client.get("/studio/insight/model/").content.decode()
    for _ in range(2):
        asked = client.post("/studio/insight/measure/", {"a": "visrank"})

    html = client.get(asked["Location"]).content.decode()
    row = Survey.objects.get()
    Survey.objects.update(progress=0.25)
    status = client.get(f"/studio/insight/surveys/{row.pk}/status/").json()

    assert "Not looked at yet" in before
    assert "A worker is at it" in html
    assert f"/studio/insight/surveys/{row.pk}/status/" in html
    assert status == {"open": True, "progress": 0.25}
    assert str(row.by) == "carl"


def test_the_last_answer_stays_while_it_is_made_anew() -> None:
    camps = make_camps()
    row = done(camps, surveyed(camps))
    client = curator()

    client.post("/studio/insight/measure/", {"a": "visrank"})

    html = client.get("/studio/insight/model/").content.decode()
    row.refresh_from_db()
    assert row.state == "queued"
    assert "A worker is at it" in html
    assert "Evening ridges" in html


def test_a_neighbourhood_that_is_never_recommended_comes_first() -> None:
    camps = make_camps()
    done(camps, surveyed(camps))

    answer = curator().get("/studio/insight/model/")

    html = answer.content.decode()
    reaches = answer.context["shown"].reaches
    assert [each.area.node.name for each in reaches] == ["Woven grids", "Evening ridges"]
    assert [each.reached for each in reaches] == [0, 12]
    assert [each.lift for each in reaches] == pytest.approx([0, 2])
    assert "never recommended, 12 works" in html
    assert "50 %" in html


def test_hexagons_of_what_is_never_recommended_have_a_shade_of_their_own() -> None:
    camps = make_camps()

    shown = exposure.exposure(surveyed(camps), ground())

    assert shown.heat is not None
    assert [shade for shade, _ in shown.heat.paths] == [0, 6]


def test_columns_of_popularity_stand_on_one_scale() -> None:
    camps = make_camps()

    shown = exposure.exposure(surveyed(camps), None)

    assert shown.heat is None
    assert shown.parts[9].shown_height == exposure.HIGH
    assert shown.parts[0].chosen_height == pytest.approx(exposure.HIGH * 0.1 / 0.45, abs=0.1)
    assert shown.even == shown.parts[0].chosen_height


def test_two_models_are_told_apart_in_figures_and_works() -> None:
    camps = make_camps()
    torn(camps, done(camps, compared(camps, [0, 2, 2]), make_prepared(camps).space))

    answer = curator().get("/studio/insight/two/")

    html = answer.content.decode()
    assert "1.3 of 4" in html
    assert "0.50" in html
    assert [each.visitors for each in answer.context["shown"].columns] == [1, 0, 2, 0, 0]
    assert html.count('class="hit"') == 2
    assert "90 : 20" in html


def test_a_work_that_left_the_gallery_is_passed_over() -> None:
    camps = make_camps()

    shown = agreement.agreement(done(camps, compared(camps, [1])))

    assert [each.work.pk for each in shown.second] == [camps.works[23].pk]


def test_who_wants_nothing_personal_any_more_or_leaves_is_in_no_survey() -> None:
    camps = make_camps()
    row = done(camps, compared(camps, [1, 1]), make_prepared(camps).space)
    tired, gone, stays = (torn(camps, row) for _ in range(3))
    actions.draw(tired, "paper", 0, by=None)

    choose(visitor=tired, impersonal=True)
    gone.delete()

    assert [each.visitor for each in agreement.agreement(row).apart] == [stays.pk]
    assert list(Apart.objects.values_list("visitor", flat=True)) == [stays.pk]
    assert not Draw.objects.exists()


def test_a_worker_that_heard_too_late_keeps_nothing_of_who_wants_nothing_personal() -> None:
    camps = make_camps()
    row = done(camps, compared(camps, [1]), make_prepared(camps).space)
    tired, stays = torn(camps, row), torn(camps, row)
    choose(visitor=tired, impersonal=True)

    actions.keep_apart(
        row, [{"visitor": pk, "shared": 0, "lists": [[], []]} for pk in (tired.pk, stays.pk, 0)]
    )

    assert list(Apart.objects.values_list("visitor", flat=True)) == [stays.pk]


def test_one_model_alone_has_nothing_to_be_compared_with() -> None:
    make_camps()

    assert "fewer than two models" in curator().get("/studio/insight/two/").content.decode()


def test_what_failed_says_why_and_can_be_asked_again() -> None:
    camps = make_camps()
    now = timezone.now()
    Survey.objects.create(space=camps.look, state="failed", asked=now, reason="Nobody chose yet.")

    html = curator().get("/studio/insight/model/").content.decode()

    assert "Nobody chose yet." in html
    assert "Ask a worker" in html


@pytest.mark.parametrize("sent", [{}, {"a": "7"}, {"a": "visrank", "b": "visrank"}])
def test_models_that_are_not_there_cannot_be_asked(sent: dict[str, str]) -> None:
    make_camps()

    assert curator().post("/studio/insight/measure/", sent).status_code == 404
    assert not Survey.objects.exists()


@pytest.mark.parametrize("path", ["model", "two"])
def test_queries_do_not_grow_with_the_works(path: str, django_assert_max_num_queries: Any) -> None:
    camps = make_camps(30)
    rival = make_prepared(camps).space if path == "two" else None
    done(camps, compared(camps, [1]) if rival else surveyed(camps), rival)

    client = curator()
    with django_assert_max_num_queries(16):
        client.get(f"/studio/insight/{path}/")

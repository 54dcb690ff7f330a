"""The pages of quality: spaces side by side, one space, and extractors on this gallery."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.webapp.desk.people import person, signed_in
from tests.webapp.makers import make_artwork, make_space, place
from tests.webapp.quality.reports import figures, make_report, report_of
from webapp.accounts.roles import CURATORS
from webapp.quality.models import Comparison, Entry, Report, SideFeature
from webapp.vectors.models import Space

pytestmark = pytest.mark.django_db

State = Report.State


@pytest.fixture
def curator() -> Client:
    return signed_in(person("carl", CURATORS))


def make_comparison(**changes: Any) -> Comparison:
    values = {"state": State.READY, "asked": timezone.now(), "measured": timezone.now()}
    row = Comparison.objects.create(works=500, visitors=40, **(values | changes))

    def entry(name: str, mean: float | None, reason: str = "", p: float | None = None) -> None:
        each: dict[str, Any] = {"mean": mean, "low": (mean or 0) - 0.05, "high": (mean or 0) + 0.05}
        if p is not None:
            difference = {"mean": (mean or 0) - 0.33, "low": -0.02, "high": 0.16, "p": p}
            each["against"] = {"extractor": "colour", **difference}
        Entry.objects.create(
            comparison=row,
            extractor=name,
            place=row.entries.count(),
            state=Entry.State.FAILED if reason else Entry.State.READY,
            reason=reason,
            figures={} if reason else {"recall@20": each, "style": each},
        )

    entry("resnet50/pad", None, "There is no resnet50.tv_in1k.safetensors.")
    entry("lbp", 0.2, p=0.04)
    entry("handmade", 0.4, p=0.21)
    entry("colour", 0.33)
    entry("random", 0.05, p=0.0002)
    return row


def test_without_a_space_the_page_says_what_makes_one(curator: Client) -> None:
    html = curator.get("/studio/quality/").content.decode()

    assert "There is no space yet" in html


def test_spaces_stand_side_by_side_with_chance(curator: Client) -> None:
    make_report()
    other = make_space(state=Space.State.RETIRED)
    place(other, make_artwork(), (1, 0, 0, 0))

    html = curator.get("/studio/quality/").content.decode()

    assert html.count('class="cell-figure">0.600') == 2
    assert "25%" in html  # never near
    assert "3 of 4" in html
    assert "not measured yet" in html
    assert "Measure what was not yet" in html


def test_the_overview_costs_the_same_however_many_spaces(
    curator: Client, django_assert_max_num_queries: Any
) -> None:
    _, works = make_report()
    for _ in range(4):
        space = make_space(state=Space.State.RETIRED)
        place(space, works[0], (1, 0, 0, 0))
        report_of(space, works)

    with django_assert_max_num_queries(8):
        assert curator.get("/studio/quality/").status_code == 200


def test_a_space_is_shown_in_pictures_at_a_fixed_cost(
    curator: Client, django_assert_max_num_queries: Any
) -> None:
    report, works = make_report(12)

    with django_assert_max_num_queries(8):
        html = curator.get(report.get_absolute_url()).content.decode()

    assert html.count("<img") >= 2 * 12
    assert 'data-same="both"' in html
    assert 'data-same="style"' in html
    assert "Hubness 2.5" in html
    assert "a few works are near everything" in html
    assert works[1].get_absolute_url() in html


def test_works_that_left_the_collection_are_left_out(curator: Client) -> None:
    report, works = make_report()
    for work in works[:2]:
        work.delete()

    html = curator.get(report.get_absolute_url()).content.decode()

    assert works[2].get_absolute_url() in html
    assert "Work 0" not in html


def test_a_space_that_is_not_measured_offers_it_and_one_that_is_gone_is_not_found(
    curator: Client,
) -> None:
    space = make_space()

    html = curator.get(f"/studio/quality/{space.pk}/").content.decode()
    Space.objects.update(state=Space.State.DROPPED)

    assert "Not measured yet" in html
    assert curator.get(f"/studio/quality/{space.pk}/").status_code == 404
    assert curator.get(f"/studio/quality/{space.pk}/status/").status_code == 404


def test_asking_again_keeps_the_figures_and_watches_the_worker(curator: Client) -> None:
    report, _ = make_report()

    answer = curator.post("/studio/quality/measure/", {"space": report.space_id}, follow=True)

    report.refresh_from_db()
    html = answer.content.decode()
    assert report.state == State.QUEUED
    assert report.by is not None
    assert f'data-watch="/studio/quality/{report.space_id}/status/"' in html
    assert "Nearest, for works drawn by lot" in html
    told = curator.get(f"/studio/quality/{report.space_id}/status/").json()
    assert told == {"open": True, "percent": 0, "doing": "waiting for a worker"}


def test_a_measurement_is_cancelled_at_once_or_by_its_worker(curator: Client) -> None:
    report, _ = make_report(state=State.QUEUED)
    curator.post(f"/studio/quality/{report.space_id}/cancel/")
    report.refresh_from_db()
    assert report.state == State.CANCELLED

    Report.objects.update(state=State.RUNNING)
    curator.post(f"/studio/quality/{report.space_id}/cancel/")
    report.refresh_from_db()
    assert (report.state, report.cancel_requested) == (State.RUNNING, True)


def test_a_failure_is_told_and_the_former_figures_stay(curator: Client) -> None:
    report, _ = make_report(state=State.FAILED, reason="The space holds 9 visible works.")

    html = curator.get(report.get_absolute_url()).content.decode()

    assert "The space holds 9 visible works." in html
    assert "What stands together" in html


def test_after_the_head_was_replaced_the_figures_are_told_to_be_old(curator: Client) -> None:
    report, _ = make_report()
    Space.objects.update(head_number=1)

    html = curator.get(report.get_absolute_url()).content.decode()

    assert "was replaced since" in html
    assert "What stands together" in html
    assert "not measured yet" in curator.get("/studio/quality/").content.decode()


def test_works_without_labels_are_no_trouble(curator: Client) -> None:
    report, works = make_report()
    bare = figures([work.pk for work in works])
    nothing: dict[str, Any] = {"labelled": 0, "values": 0, "chance": None, "at": []}
    bare |= {"style": nothing, "artist": nothing, "styles": []}
    Report.objects.update(figures=bare)

    html = curator.get(report.get_absolute_url()).content.decode()

    assert "there is nothing to agree with" in html
    assert curator.get("/studio/quality/").status_code == 200


def test_extractors_are_ranked_and_who_was_not_measured_says_why(curator: Client) -> None:
    make_comparison()

    html = curator.get("/studio/quality/extractors/").content.decode()

    places = [html.index(f"<strong>{name}</strong>") for name in ("Handmade", "Colour", "LBP")]
    assert places == sorted(places)
    assert (
        "Handmade finds most of what visitors chose last: "
        "+0.070 beside Colour (−0.020 to +0.160, p = 0.210), within chance."
    ) in html
    assert "its difference to Colour for the same visitors" in html
    assert "There is no resnet50.tv_in1k.safetensors." in html
    assert "0.163" in html  # as published


def test_a_comparison_is_asked_for_watched_and_cancelled(curator: Client) -> None:
    empty = curator.get("/studio/quality/extractors/").content.decode()
    wrong = curator.post("/studio/quality/extractors/", {"works": "7"})
    asked = curator.post("/studio/quality/extractors/", {"works": "500"}, follow=True)
    told = curator.get("/studio/quality/extractors/status/").json()
    curator.post("/studio/quality/extractors/cancel/")

    row = Comparison.objects.get()
    assert "Not compared yet" in empty
    assert wrong.status_code == 422
    assert 'data-watch="/studio/quality/extractors/status/"' in asked.content.decode()
    assert told["open"] is True
    assert (row.wanted, row.state) == (500, State.CANCELLED)


def test_what_was_set_aside_is_told_and_deleted(curator: Client) -> None:
    SideFeature.objects.create(
        artwork=make_artwork(), extractor="vgg19/pad", picture="key", values=[1, 2]
    )

    told = curator.get("/studio/quality/extractors/").content.decode()
    answer = curator.post("/studio/quality/extractors/forget/", follow=True)

    assert "vgg19/pad (1 works)" in told
    assert "1 features that were kept" in answer.content.decode()
    assert not SideFeature.objects.exists()

"""What of the home page is noted as shown."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.webapp.home.hall import age, cards, html_of, hung, keys, loved, own, rail
from webapp.feed import impressions
from webapp.feed.models import Experiment, Impression

pytestmark = pytest.mark.django_db


def test_a_page_of_ones_own_is_noted_as_shown_rail_by_rail(client: Client) -> None:
    works = hung()
    age(works)
    loved(works[-40:])
    for work in works[:3]:
        client.post(f"/works/{work.pk}/like/")
    client.post(f"/works/{works[9].pk}/viewed/")

    html = html_of(client)
    impressions.flush()

    rows = Impression.objects.order_by("list_id", "position")
    surfaces = set(rows.values_list("surface", flat=True))
    assert {"home-for-you", "home-because", "home-different", "home-fresh"} <= surfaces
    assert set(rows.values_list("artwork_id", flat=True)) == set(cards(html))
    assert set(rows.values_list("visitor_id", flat=True)) == {own(client).pk}
    ranked = rows.filter(surface__in=["home-for-you", "home-because"])
    assert ranked.values("list_id").distinct().count() == 1
    assert [row.position for row in ranked] == list(range(len(ranked)))
    opening = cards(html.partition("</section>")[0])
    assert [row.artwork_id for row in ranked[: len(opening)]] == opening
    drawn = rows.filter(surface="home-different")
    assert {row.propensity for row in drawn} == {1 / 13}  # a third of the forty that are loved
    for row in rows:
        assert f'data-list="{row.list_id}"' in html


def test_where_only_other_works_are_asked_for_only_they_come_and_are_noted(
    client: Client,
) -> None:
    works = hung()
    loved(works)
    for work in works[:3]:
        client.post(f"/works/{work.pk}/like/")

    response = client.get("/?different=1", headers={"X-Rail": "different"})
    impressions.flush()

    html = response.content.decode()
    assert "<html" not in html
    assert "X-Rail" in response["Vary"]
    assert cards(html) == rail(html, "different") != []
    assert set(Impression.objects.values_list("surface", flat=True)) == {"home-different"}
    assert client.get("/", headers={"X-Rail": "no such"}).content.startswith(b"<!doctype html>")


def test_what_nobody_asked_for_and_what_strangers_see_is_not_noted(client: Client) -> None:
    works = hung(30)
    loved(works)
    stranger = Client()
    html_of(stranger)
    client.post(f"/works/{works[0].pk}/like/")
    client.get("/", headers={"Sec-Purpose": "prefetch"})
    client.head("/")

    assert impressions.waiting() == 0


def test_an_experiment_counts_what_it_ranked_and_an_interleaved_list_keeps_its_order(
    client: Client,
) -> None:
    works = hung()
    loved(works[-30:])
    for work in works[:3]:
        client.post(f"/works/{work.pk}/like/")
    running = Experiment.objects.create(
        name="looks", kind="interleaving", state="running", salt="s"
    )

    html = html_of(client)
    impressions.flush()

    assert "because" not in keys(html)
    of = Impression.objects.filter(experiment_id=running.pk)
    assert set(of.values_list("surface", flat=True)) == {"home-for-you"}
    assert {row.variant for row in of} == {"a", "b"}
    others = Impression.objects.exclude(surface="home-for-you")
    assert set(others.values_list("experiment_id", flat=True)) == {None}

"""The page Serving: knobs, the chart of what diversity costs, picks, and who may."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.webapp.makers import make_artwork, make_space
from webapp.accounts.models import User
from webapp.accounts.roles import CURATORS
from webapp.feed import served
from webapp.feed.models import Pick, Serving
from webapp.lab import tradeoff
from webapp.lab.models import Tradeoff

pytestmark = pytest.mark.django_db

KNOBS = {"diversity": "0.3", "per_artist": "2", "fresh": "10", "explore": "15"}
POINTS = [
    {"diversity": 0.0, "hit_rate": 0.4, "margin": 0.05, "difference": 0.2},
    {"diversity": 0.2, "hit_rate": 0.38, "margin": 0.05, "difference": 0.4},
    {"diversity": 0.5, "hit_rate": 0.2, "margin": 0.04, "difference": 0.6},
]


@pytest.fixture
def curator(client: Client) -> Client:
    cache.clear()
    served.forget()
    user = User.objects.create_user("carl", is_staff=True)
    user.groups.add(Group.objects.get(name=CURATORS))
    client.force_login(user)
    return client


def test_knobs_are_turned_for_the_very_next_request(curator: Client) -> None:
    saved = curator.post("/lab/serving/", KNOBS, follow=True).content.decode()

    knobs = served.knobs()
    assert (knobs.diversity, knobs.per_artist) == (0.3, 2)
    assert (knobs.fresh_share, knobs.explore_share) == (0.1, 0.15)
    assert "Saved." in saved
    assert "Last changed by carl" in saved
    assert "11 of 72 places are drawn by lot" in saved
    curator.post("/lab/serving/", KNOBS | {"diversity": "0"})
    assert Serving.objects.get().diversity == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"diversity": "1.5"}, "a number from 0 to 1, such as 0.2"),
        ({"diversity": "much"}, "a number from 0 to 1, such as 0.2"),
        ({"diversity": "nan"}, "a number from 0 to 1, such as 0.2"),
        ({"per_artist": "0"}, "a whole number from 1 to 72"),
        ({"explore": ""}, "a whole number of per cent"),
        ({"fresh": "60"}, "50 per cent at most"),
        ({"fresh": "-1"}, "below 0 per cent"),
        ({"fresh": "30", "explore": "30"}, "would take 60 per cent"),
    ],
)
def test_wrong_knobs_change_nothing_and_are_said(
    curator: Client, wrong: dict[str, str], said: str
) -> None:
    response = curator.post("/lab/serving/", KNOBS | wrong)

    html = response.content.decode()
    assert response.status_code == 422
    assert said in html
    assert "Nothing was changed yet." in html
    assert not Serving.objects.exists()


def test_the_page_says_who_ranks_and_what_is_not_measured_yet(curator: Client) -> None:
    empty = curator.get("/lab/serving/").content.decode()
    make_space()
    html = curator.get("/lab/serving/").content.decode()

    assert "There is no space yet" in empty
    assert "VisRank ranks For you" in html
    assert "Not measured yet." in html
    assert "None yet. Open a work" in html


def test_the_chart_shows_every_point_and_where_one_stands(curator: Client) -> None:
    space = make_space()
    Tradeoff.objects.create(
        measured=timezone.now(), requested=None, points=POINTS, visitors=80, places=24, space=space
    )

    html = curator.get("/lab/serving/").content.decode()

    assert html.count("<circle") - html.split('id="cost"')[0].count("<circle") == 3
    assert html.count('class="current"') == 1
    assert "For 80 visitors" in html
    assert "which does not serve now" not in html


def test_measuring_is_asked_for_once_and_waits_for_a_worker(curator: Client) -> None:
    for _ in range(2):
        curator.post("/lab/serving/measure/")

    html = curator.get("/lab/serving/").content.decode()

    assert Tradeoff.objects.filter(tradeoff.waiting()).count() == 1
    assert "A worker is measuring." in html
    assert '<button class="button">Measure' not in html


def test_picks_can_be_taken_back_from_here(curator: Client) -> None:
    work = make_artwork("Ridge")
    Pick.objects.create(artwork=work)

    html = curator.get("/lab/serving/").content.decode()
    back = curator.post(f"/works/{work.pk}/unpick/", {"next": "/lab/serving/"})

    assert "Take Ridge back" in html
    assert back["Location"] == "/lab/serving/"
    assert not Pick.objects.exists()


@pytest.mark.parametrize("path", ["/lab/serving/", "/lab/serving/measure/"])
def test_only_curators_may(client: Client, path: str) -> None:
    def ask() -> Any:
        return client.post(path, KNOBS)

    stranger = ask()
    client.force_login(User.objects.create_user("mara"))
    visitor = ask()

    assert stranger["Location"].startswith("/sign-in/")
    assert visitor.status_code == 403
    assert not Serving.objects.exists()
    assert not Tradeoff.objects.exists()


def test_points_are_drawn_within_the_box_and_better_ones_higher() -> None:
    drawing = tradeoff.draw(POINTS, 0.18)

    assert drawing
    assert [dot.current for dot in drawing.dots] == [False, True, False]
    assert [dot.x for dot in drawing.dots] == sorted(dot.x for dot in drawing.dots)
    assert [dot.y for dot in drawing.dots] == sorted(dot.y for dot in drawing.dots)
    for dot in drawing.dots:
        assert tradeoff.TOP <= dot.upper <= dot.y <= dot.lower <= tradeoff.HEIGHT
    assert tradeoff.draw([], 0.2) is None
    assert tradeoff.draw(POINTS[:1], 0.2)

"""The page that the map is drawn on."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils.html import escape

from tests.webapp.desk.people import person, signed_in
from tests.webapp.studio.makers import make_map, make_works
from webapp.accounts.roles import CURATORS

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator() -> Client:
    return signed_in(person("carl", CURATORS))


def test_without_a_map_one_is_led_to_where_it_can_be_asked_for(curator: Client) -> None:
    answer = curator.get("/studio/")

    assert answer.headers["Location"] == "/studio/maps/"


def test_a_map_leads_to_the_one_shown_of_another_purpose_beside_it(curator: Client) -> None:
    works = make_works()
    look = make_map(works)
    older = make_map(works, space=look.space, purpose="taste")
    taste = make_map(works, space=look.space, purpose="taste", number=2)

    html = curator.get(f"/studio/?map={look.pk}").content.decode()
    pair = curator.get(f"/studio/?map={look.pk}&beside={taste.pk}").content.decode()

    assert f"beside={taste.pk}" in html
    assert f"beside={older.pk}" not in html
    assert pair.count("data-stage>") == 2
    assert f"/studio/?map={taste.pk}&amp;beside={look.pk}" in pair


def test_a_ranking_on_the_map_leads_back_to_whom_it_is_for(curator: Client) -> None:
    look = make_map(make_works())
    scores = f"/studio/insight/maps/{look.pk}/scores.bin?model=1&visitor=7"

    html = curator.get(f"/studio/?{urlencode({'map': look.pk, 'scores': scores})}").content.decode()

    assert f'data-scores="{escape(scores)}"' in html
    assert 'href="/studio/insight/?model=1&amp;visitor=7"' in html


def test_an_address_of_a_ranking_that_is_none_is_passed_over(curator: Client) -> None:
    make_map(make_works())

    answer = curator.get("/studio/", {"scores": "//[x"})

    assert answer.status_code == 200


def test_the_question_mark_tells_the_keys_of_the_map(curator: Client) -> None:
    make_map(make_works())

    html = curator.get("/studio/").content.decode()

    assert "open the work in the middle" in html
    assert "row above, below" not in html

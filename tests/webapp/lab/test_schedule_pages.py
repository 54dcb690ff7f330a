"""The page on what is trained by itself: who may, what it says, and what it refuses."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.webapp.lab.makers import curator
from webapp.accounts.models import User
from webapp.lab import actions

pytestmark = pytest.mark.django_db

URL = "/lab/runs/schedule/"
ANSWERS = {"enabled": "on", "model": "als", "window_days": "90", "hour": "22", "min_events": "50"}


@pytest.fixture
def carl(db: None) -> Client:
    return curator()


def test_strangers_are_asked_to_sign_in_and_visitors_kept_out(client: Client) -> None:
    strangers = [client.get(URL), client.post(URL, ANSWERS)]
    client.force_login(User.objects.create_user("vera"))
    visitors = [client.get(URL), client.post(URL, ANSWERS)]

    assert [answer.status_code for answer in strangers] == [302, 302]
    assert [answer.status_code for answer in visitors] == [403, 403]
    assert actions.schedule().model == "curatornet-plus"


def test_a_curator_says_what_is_trained_and_when(carl: Client) -> None:
    page = carl.post(URL, ANSWERS, follow=True).content.decode()

    found = actions.schedule()
    assert (found.enabled, found.model, found.window_days) == (True, "als", 90)
    assert (found.hour, found.min_events) == (22, 50)
    assert "ALS is trained every night after 22:00 UTC, once 50 choices" in page


def test_left_unticked_nothing_is_trained_by_itself(carl: Client) -> None:
    answers = {name: text for name, text in ANSWERS.items() if name != "enabled"}

    page = carl.post(URL, answers, follow=True).content.decode()

    assert not actions.schedule().enabled
    assert "Nothing is trained by itself." in page


def test_settings_stay_while_the_model_does(carl: Client) -> None:
    actions.set_schedule(
        enabled=True, model="als", config={"factors": 8}, window_days=None, hour=3, min_events=1
    )

    carl.post(URL, ANSWERS)
    kept = actions.schedule().config
    carl.post(URL, ANSWERS | {"model": "vbpr"})

    assert kept == {"factors": 8}
    assert actions.schedule().config == {}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hour": "24"}, "The hour must be from 0 to 23; it is 24."),
        ({"hour": ""}, "The hour must be from 0 to 23"),
        ({"hour": "noon"}, "This must be a whole number; it is &#x27;noon&#x27;."),
        ({"min_events": "0"}, "The number must be from 1 to"),
        ({"window_days": "-1"}, "The window must be at least one day"),
        ({"model": "oracle"}, "There is no model"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(
    carl: Client, changes: dict[str, str], said: str
) -> None:
    answer = carl.post(URL, ANSWERS | changes)

    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert actions.schedule().model == "curatornet-plus"

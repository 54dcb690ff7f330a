"""A curator picks a work for newcomers, and takes it back."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client

from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.accounts.roles import CURATORS
from webapp.feed import queries
from webapp.feed.models import Pick

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator(client: Client) -> Client:
    cache.clear()
    user = User.objects.create_user("carl", is_staff=True)
    user.groups.add(Group.objects.get(name=CURATORS))
    client.force_login(user)
    return client


def test_a_pick_is_shown_first_until_it_is_taken_back(curator: Client) -> None:
    work, newer = make_artwork("Ridge"), make_artwork("Slope")
    page = f"/works/{work.pk}/"
    assert "Pick for newcomers" in curator.get(page).content.decode()

    after = curator.post(f"{page}pick/", follow=True).content.decode()
    curator.post(f"{page}pick/")  # twice is the same as once
    first = queries.for_you(None).shown[0]
    back = curator.post(f"{page}unpick/", follow=True).content.decode()

    assert "Newcomers will be shown this work." in after
    assert "Take back" in after
    assert (first.artwork, first.entry.source) == (work, "pick")
    assert "No longer among the picks." in back
    assert queries.for_you(None).shown[0].artwork == newer


def test_only_curators_pick(client: Client) -> None:
    work = make_artwork()
    path = f"/works/{work.pk}/pick/"

    stranger = client.post(path)
    client.force_login(User.objects.create_user("mara"))
    visitor = client.post(path)
    html = client.get(f"/works/{work.pk}/").content.decode()

    assert stranger["Location"].startswith("/sign-in/")
    assert visitor.status_code == 403
    assert "Pick for newcomers" not in html
    assert not Pick.objects.exists()


def test_a_pick_needs_a_work_on_the_wall_and_never_leads_off_the_site(curator: Client) -> None:
    work, gone = make_artwork(), make_artwork(state="withdrawn")

    assert curator.post(f"/works/{gone.pk}/pick/").status_code == 404
    assert curator.get(f"/works/{work.pk}/pick/").status_code == 405
    away = curator.post(f"/works/{work.pk}/pick/", {"next": "https://evil.example/"})
    assert away["Location"] == f"/works/{work.pk}/"

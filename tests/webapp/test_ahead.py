"""What is fetched ahead, and for whom."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.test import Client

from tests.webapp.makers import make_artwork
from webapp.feed.models import Impression

pytestmark = pytest.mark.django_db


def test_pages_name_the_rules_by_which_works_are_fetched_ahead(client: Client) -> None:
    named = client.get("/likes/")["Speculation-Rules"]

    rules = json.loads((settings.BASE_DIR / "static" / "prefetch.speculation").read_text())

    assert named == '"/static/prefetch.speculation"'
    assert settings.WHITENOISE_MIMETYPES[".speculation"] == "application/speculationrules+json"
    assert rules["prefetch"][0]["where"]["href_matches"] == {"pathname": r"/works/:pk(\d+)/"}


def test_who_spares_data_is_sent_nothing_ahead(client: Client) -> None:
    page = client.get("/likes/", headers={"Save-Data": "on"})

    assert "Speculation-Rules" not in page


def test_a_like_outdates_what_was_fetched_ahead_and_a_look_does_not(client: Client) -> None:
    work = make_artwork()

    liked = client.post(f"/works/{work.pk}/like/")
    looked = client.post(f"/works/{work.pk}/viewed/")

    assert liked["Clear-Site-Data"] == '"prefetchCache"'
    assert "Clear-Site-Data" not in looked


def test_what_is_fetched_ahead_counts_as_shown_to_nobody(client: Client) -> None:
    work = make_artwork()
    client.post(f"/works/{work.pk}/like/")

    client.get("/for-you/", headers={"Sec-Purpose": "prefetch"})

    assert not Impression.objects.exists()

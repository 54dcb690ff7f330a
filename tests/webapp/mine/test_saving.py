from __future__ import annotations

import pytest
from django.test import Client

from tests.webapp.makers import make_artwork
from webapp.catalog.models import Artwork
from webapp.feed.models import Event, Visitor
from webapp.mine import actions
from webapp.mine.models import Collection

pytestmark = pytest.mark.django_db

JSON = {"accept": "application/json"}
LIST = "7b0c8a5e-5c39-4a7e-9f5e-2b8a0c5f7d11"


def test_the_first_save_offers_a_collection_that_is_made_by_saving(client: Client) -> None:
    artwork = make_artwork()

    asked = client.get(f"/works/{artwork.pk}/save/").content.decode()
    before = Visitor.objects.exists()
    client.post(f"/works/{artwork.pk}/save/", {"in": "standard"})

    assert 'name="in" value="standard" checked' in asked
    assert not before
    made = Collection.objects.get()
    assert (made.title, made.standard, made.visibility) == ("Saved", True, "private")
    assert Event.objects.get().kind == "save"


def test_without_javascript_one_comes_back_to_where_one_was(client: Client) -> None:
    artwork = make_artwork()
    there = "http://testserver/browse/?style=Ridges"
    asked = client.get(f"/works/{artwork.pk}/save/", headers={"referer": there}).content.decode()

    saved = client.post(
        f"/works/{artwork.pk}/save/", {"in": "standard", "next": "/browse/?style=Ridges"}
    )
    astray = client.post(f"/works/{artwork.pk}/save/", {"next": "https://evil.example/"})

    assert f'name="next" value="{there}"' in asked
    assert saved["Location"] == "/browse/?style=Ridges"
    assert astray["Location"] == f"/works/{artwork.pk}/"


def test_a_script_asks_for_the_panel_alone_and_is_told_what_happened(client: Client) -> None:
    artwork = make_artwork()

    panel = client.get(f"/works/{artwork.pk}/save/?panel&list={LIST}").content.decode()
    saved = client.post(
        f"/works/{artwork.pk}/save/",
        {"in": "standard", "new": "  Winter   light ", "list": LIST},
        headers=JSON,
    )
    left = client.post(f"/works/{artwork.pk}/save/", headers=JSON)

    assert "<html" not in panel
    assert f'name="list" value="{LIST}"' in panel
    assert saved.json() == {"said": "Saved in “Winter light” and “Saved”.", "saved": True}
    assert left.json() == {"said": "No longer in your collections.", "saved": False}
    event = Event.objects.get()
    assert (str(event.list_id), event.undone is None) == (LIST, False)


def test_a_saved_work_says_so_wherever_it_hangs(client: Client) -> None:
    artwork = make_artwork("Ridge")
    client.post(f"/works/{artwork.pk}/save/", {"in": "standard"})

    wall = client.get("/browse/").content.decode()
    asked = client.get(f"/works/{artwork.pk}/save/").content.decode()

    assert 'class="mark save on"' in wall
    assert 'aria-label="Save Ridge (saved)"' in wall
    assert f'value="{Collection.objects.get().pk}" checked' in asked


def test_a_full_collection_says_so_and_keeps_what_it_has(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_WORKS", 1)
    client.post(f"/works/{make_artwork().pk}/save/", {"in": "standard"})

    refused = client.post(f"/works/{make_artwork().pk}/save/", {"in": "standard"}, headers=JSON)

    assert refused.status_code == 409
    assert "is full" in refused.json()["said"]
    assert Collection.objects.get().items.count() == 1


def test_a_refused_save_leaves_no_new_collection(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_WORKS", 1)
    client.post(f"/works/{make_artwork().pk}/save/", {"in": "standard"})
    full = Collection.objects.get()

    refused = client.post(
        f"/works/{make_artwork().pk}/save/", {"in": str(full.pk), "new": "Light"}, headers=JSON
    )

    assert refused.status_code == 409
    assert Collection.objects.get() == full


@pytest.mark.parametrize(
    "chosen", ["999999", "one", "-1", "", "²", pytest.param("9" * 5_000, id="very long")]
)
def test_what_is_no_collection_of_ones_own_is_not_saved_to(client: Client, chosen: str) -> None:
    artwork = make_artwork()

    client.post(f"/works/{artwork.pk}/save/", {"in": chosen})

    assert not Collection.objects.exists()


def test_saving_takes_a_token_and_a_work_that_can_be_seen() -> None:
    artwork, gone = make_artwork(), make_artwork(state=Artwork.State.WITHDRAWN)
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(f"/works/{artwork.pk}/save/", {"in": "standard"}).status_code == 403
    assert Client().post(f"/works/{gone.pk}/save/", {"in": "standard"}).status_code == 404
    assert not Event.objects.exists()

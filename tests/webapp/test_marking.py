from __future__ import annotations

import pytest
from django.test import Client

from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.feed.models import Event, Visitor

pytestmark = pytest.mark.django_db


def test_a_like_without_javascript_comes_back_with_a_way_to_undo(client: Client) -> None:
    artwork = make_artwork()

    response = client.post(
        f"/works/{artwork.pk}/like/", {"next": "/browse/?style=Ridges"}, follow=True
    )

    html = response.content.decode()
    assert response.redirect_chain == [("/browse/?style=Ridges", 302)]
    assert f'You like this. <button form="marks" formaction="/works/{artwork.pk}/unlike/"' in html
    assert 'aria-pressed="true"' in html
    assert Event.objects.get().kind == "like"


def test_a_hidden_work_is_gone_from_the_walls_until_undone(client: Client) -> None:
    artwork, other = make_artwork("Ridge"), make_artwork("Slope")
    card = f'data-work="{artwork.pk}"'

    client.post(f"/works/{artwork.pk}/hide/")
    walls = [
        client.get(path).content.decode()
        for path in ("/", "/browse/", "/for-you/", "/artists/studio-halde/")
    ]
    client.post(f"/works/{artwork.pk}/unhide/")
    back = client.get("/browse/").content.decode()

    for html in walls:
        assert card not in html
        assert f'data-work="{other.pk}"' in html
    assert card in back


def test_likes_and_hidden_works_have_their_page(client: Client) -> None:
    liked, hidden = make_artwork("Ridge"), make_artwork("Slope")
    client.post(f"/works/{liked.pk}/like/")
    client.post(f"/works/{hidden.pk}/hide/")

    likes = client.get("/likes/").content.decode()
    hides = client.get("/yours/hidden/").content.decode()

    assert f'data-work="{liked.pk}"' in likes
    assert f'data-work="{hidden.pk}"' not in likes
    assert f'data-work="{hidden.pk}"' in hides
    assert f"/works/{hidden.pk}/unhide/" in hides


def test_a_script_is_answered_in_json(client: Client) -> None:
    artwork = make_artwork()

    response = client.post(f"/works/{artwork.pk}/hide/", headers={"accept": "application/json"})

    assert response.json() == {
        "said": "You will not see this again.",
        "undo": f"/works/{artwork.pk}/unhide/",
    }


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_a_mark_never_leads_off_the_site(client: Client, target: str) -> None:
    artwork = make_artwork()

    response = client.post(f"/works/{artwork.pk}/like/", {"next": target})

    assert response["Location"] == "/browse/"


def test_marks_are_made_by_post_with_a_token_only() -> None:
    artwork = make_artwork()
    strict = Client(enforce_csrf_checks=True)

    looked = strict.get(f"/works/{artwork.pk}/like/")
    forged = strict.post(f"/works/{artwork.pk}/like/")

    assert (looked.status_code, forged.status_code) == (405, 403)
    assert "That did not go through" in forged.content.decode()
    assert not Event.objects.exists()


def test_a_withdrawn_work_cannot_be_marked(client: Client) -> None:
    artwork = make_artwork(state=Artwork.State.WITHDRAWN)

    response = client.post(f"/works/{artwork.pk}/like/")

    assert response.status_code == 404
    assert not Visitor.objects.exists()


def test_a_look_counts_for_those_who_have_done_something(client: Client) -> None:
    artwork = make_artwork()
    stranger = client.post(f"/works/{artwork.pk}/viewed/")
    assert stranger.status_code == 204
    assert not Event.objects.exists()

    client.post(f"/works/{artwork.pk}/like/")
    client.post(f"/works/{artwork.pk}/viewed/")

    assert set(Event.objects.values_list("kind", flat=True)) == {"like", "view"}


def test_a_members_marks_are_the_accounts_own(client: Client) -> None:
    user = User.objects.create_user("mara")
    artwork = make_artwork()
    client.force_login(user)

    client.post(f"/works/{artwork.pk}/like/")

    assert Event.objects.get().visitor.user == user

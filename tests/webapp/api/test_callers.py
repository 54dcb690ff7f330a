"""Who calls, by token or session, and what they may do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.webapp.api.calling import ROOT, bearer, get, post
from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.api import tokens
from webapp.api.models import Token
from webapp.catalog.models import Artwork
from webapp.feed.models import Event, Visitor

pytestmark = pytest.mark.django_db
LIKE = {"kind": "like", "work": 1}


def test_a_token_speaks_for_its_owner(client: Client, vera: User) -> None:
    found = get(client, "/me", **bearer(vera, "read"))

    assert found["name"] == "vera"
    assert found["by"] == "token"
    assert found["may_write"] is False


def test_only_the_digest_of_a_token_is_kept(vera: User) -> None:
    made = tokens.make(user=vera, name="script", scope="read", expires=None)

    row = Token.objects.values().get()
    assert made.secret not in map(str, row.values())
    assert made.secret.startswith(row["prefix"])


@pytest.mark.parametrize("sent", ["Bearer artrec_wrong", "Bearer ", "Basic dmVyYTp4", "\xff"])
def test_a_token_that_is_none_is_refused_even_where_none_is_needed(
    client: Client, sent: str
) -> None:
    answer = client.get(f"{ROOT}/works", headers={"Authorization": sent})

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["type"].endswith("#bad-token")


def test_tokens_that_ended_or_whose_owner_left_open_nothing(client: Client, vera: User) -> None:
    ended = tokens.make(
        user=vera, name="old", scope="read", expires=timezone.now() - timedelta(seconds=1)
    )
    header = bearer(vera)

    assert client.get(f"{ROOT}/me", headers=header).status_code == 200
    assert (
        client.get(f"{ROOT}/me", headers={"Authorization": f"Bearer {ended.secret}"}).status_code
        == 401
    )
    User.objects.update(is_active=False)
    assert client.get(f"{ROOT}/me", headers=header).status_code == 401


def test_when_a_token_was_used_is_noted_to_the_minute(client: Client, vera: User) -> None:
    header = bearer(vera)

    get(client, "/me", **header)
    first = Token.objects.get().used
    get(client, "/me", **header)

    assert first is not None
    assert Token.objects.get().used == first


def test_a_token_that_may_only_read_changes_nothing(client: Client, vera: User) -> None:
    work = make_artwork()

    answer = post(
        client, "/events", {"events": [{"kind": "like", "work": work.pk}]}, **bearer(vera, "read")
    )

    assert answer.status_code == 403
    assert answer.json()["type"].endswith("#read-only-token")
    assert not Event.objects.exists()


@pytest.mark.parametrize("path", ["/me", "/me/likes", "/me/hides", "/collections"])
def test_what_is_about_somebody_needs_to_know_who_asks(client: Client, path: str) -> None:
    answer = client.get(f"{ROOT}{path}")

    assert answer.status_code == 401
    assert "/api/tokens/" in answer.json()["detail"]


def test_a_session_may_write_with_the_proof_that_it_is_the_site(vera: User) -> None:
    work = make_artwork()
    client = Client(enforce_csrf_checks=True)
    client.force_login(vera)
    page = client.get("/api/tokens/")
    body = {"events": [{"kind": "like", "work": work.pk}]}

    without = post(client, "/events", body)
    secret = page.cookies["csrftoken"].value
    with_it = post(client, "/events", body, **{"X-CSRFToken": secret})

    assert without.status_code == 403
    assert without.json()["type"].endswith("#csrf")
    assert with_it.status_code == 200
    assert Event.objects.get().visitor.user == vera


def test_a_visitor_without_an_account_reads_and_writes_by_their_session(client: Client) -> None:
    work, other = make_artwork(), make_artwork()
    client.post(f"/works/{work.pk}/like/")

    answer = post(client, "/events", {"events": [{"kind": "like", "work": other.pk}]})

    assert answer.status_code == 200
    assert get(client, "/me") == {
        "name": None,
        "by": "session",
        "may_write": True,
        "liked": 2,
        "hidden": 0,
        "export": "http://testserver/account/export/",
    }
    assert Visitor.objects.count() == 1


def test_a_token_counts_before_the_cookies_beside_it(
    client: Client, vera: User, carl: User
) -> None:
    client.force_login(carl)

    assert get(client, "/me", **bearer(vera))["name"] == "vera"


def test_good_rows_are_kept_and_bad_rows_are_told(client: Client, vera: User) -> None:
    work = make_artwork()
    secret = make_artwork(state=Artwork.State.WITHDRAWN)
    rows = [
        {"kind": "like", "work": work.pk},
        {"kind": "adore", "work": work.pk},
        {"kind": "view", "work": secret.pk},
        {"kind": "view", "work": 2**62},
        {"kind": "view", "work": work.pk, "visitor": 7},
        "like",
        {"kind": "view", "work": work.pk},
    ]

    answer = post(client, "/events", {"events": rows}, **bearer(vera))

    assert answer.status_code == 200
    told = answer.json()
    assert told["accepted"] == 2
    assert [each["row"] for each in told["rejected"]] == [1, 2, 3, 4, 5]
    assert [each["errors"][0]["field"] for each in told["rejected"]] == [
        "kind",
        "work",
        "work",
        "visitor",
        "row",
    ]
    assert set(Event.objects.values_list("kind", flat=True)) == {"like", "view"}


def test_what_is_done_can_be_undone(client: Client, vera: User) -> None:
    work, header = make_artwork(), bearer(vera)

    for kind in ("hide", "unhide", "like", "unlike", "save", "unsave"):
        post(client, "/events", {"events": [{"kind": kind, "work": work.pk}]}, **header)

    assert Event.objects.count() == 3
    assert not Event.objects.filter(undone=None).exists()


def test_a_batch_without_one_good_row_is_refused_row_by_row(client: Client, vera: User) -> None:
    answer = post(client, "/events", {"events": [LIKE]}, **bearer(vera))

    assert answer.status_code == 422
    error = answer.json()["errors"][0]
    assert error["field"] == "events.0.work"
    assert error["message"] == "There is no such work."


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"events": []}, 422),
        ({"events": [LIKE] * 101}, 422),
        ({"events": [LIKE], "visitor": 3}, 422),
        ([], 422),
        (None, 422),
    ],
)
def test_a_body_that_is_no_batch_is_told(
    client: Client, vera: User, body: object, status: int
) -> None:
    answer = post(client, "/events", body, **bearer(vera))

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe"])
def test_a_body_that_is_no_json_is_told(client: Client, vera: User, body: bytes) -> None:
    answer = client.post(
        f"{ROOT}/events", body, content_type="application/json", headers=bearer(vera)
    )

    assert answer.status_code == 400
    assert answer.json()["type"].endswith("#bad-request")


def test_likes_come_newest_first_in_pieces(client: Client, vera: User) -> None:
    works, header = [make_artwork() for _ in range(3)], bearer(vera)
    for work in works:
        post(client, "/events", {"events": [{"kind": "like", "work": work.pk}]}, **header)

    first = get(client, "/me/likes?limit=2", **header)
    rest = client.get(first["next"], headers=header).json()

    found = [each["work"]["id"] for each in (*first["items"], *rest["items"])]
    assert found == [work.pk for work in reversed(works)]
    assert rest["next"] is None


def test_nobody_sees_the_likes_of_another(client: Client, vera: User, carl: User) -> None:
    work = make_artwork()
    post(client, "/events", {"events": [{"kind": "like", "work": work.pk}]}, **bearer(vera))

    assert get(client, "/me/likes", **bearer(carl))["items"] == []
    assert get(client, "/me", **bearer(carl))["liked"] == 0


def test_a_work_withdrawn_since_leaves_the_likes(client: Client, vera: User) -> None:
    work, header = make_artwork(), bearer(vera)
    post(client, "/events", {"events": [{"kind": "like", "work": work.pk}]}, **header)
    Artwork.objects.update(state=Artwork.State.WITHDRAWN)

    assert get(client, "/me/likes", **header)["items"] == []

"""An answer takes as many queries for many works as for few."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.webapp.api.calling import bearer, get, post
from tests.webapp.makers import make_artwork, make_space, place
from webapp.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    [
        "/works",
        "/facets",
        "/artists",
        "/recommendations",
        "/me",
        "/me/likes",
        "/me/taste",
        "/collections",
        "/collections/{token}",
        "/works/{work}/similar?lens=look",
    ],
)
def test_queries_do_not_grow_with_what_there_is(client: Client, vera: User, path: str) -> None:
    space, headers = make_space(), bearer(vera)
    token = post(client, "/collections", {"title": "Ports"}, **headers).json()["token"]

    def add(number: int) -> int:
        work = make_artwork(f"Work {number}", artist=f"Artist {number}")
        place(space, work, [1, number * 0.1, 0, 0])
        post(client, "/events", {"events": [{"kind": "like", "work": work.pk}]}, **headers)
        client.put(f"/api/v1/collections/{token}/works/{work.pk}", headers=headers)
        return work.pk

    def count() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            get(client, path.format(token=token, work=first), **headers)
        return len(queries)

    first = add(0)
    for number in range(1, 4):
        add(number)
    count()  # what is read once in a process is read now
    few = count()
    for number in range(4, 14):
        add(number)

    assert count() <= few

"""What search engines are told: every public page, in files that do not grow, and no other."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.webapp.makers import make_artist, make_artwork
from webapp.catalog.models import Artwork
from webapp.sitemaps import Artists, Works

pytestmark = pytest.mark.django_db


def places(client: Client, path: str) -> list[str]:
    answer = client.get(path)
    assert answer.status_code == 200
    return re.findall(r"<loc>http://testserver(.*?)</loc>", answer.content.decode())


def test_works_and_artists_that_are_shown_are_listed(client: Client) -> None:
    shown = make_artwork(artist="Ana")
    make_artwork("Away", artist="Bo", state=Artwork.State.WITHDRAWN)
    make_artist("Nobody")

    assert places(client, "/sitemap-works.xml") == [f"/works/{shown.pk}/"]
    assert places(client, "/sitemap-artists.xml") == ["/artists/ana/"]
    assert "/" in places(client, "/sitemap-rooms.xml")
    assert places(client, "/sitemap.xml") == [
        "/sitemap-rooms.xml",
        "/sitemap-works.xml",
        "/sitemap-artists.xml",
        "/sitemap-exhibitions.xml",
    ]


def test_dates_are_those_of_the_works(client: Client) -> None:
    for day in (3, 9, 6):
        work = make_artwork()
        Artwork.objects.filter(pk=work.pk).update(added=datetime(2024, 5, day, tzinfo=UTC))

    works = client.get("/sitemap-works.xml").content.decode()
    artists = client.get("/sitemap-artists.xml").content.decode()
    index = client.get("/sitemap.xml").content.decode()

    assert re.findall(r"<lastmod>(.*?)</lastmod>", works) == [
        "2024-05-03",
        "2024-05-09",
        "2024-05-06",
    ]
    assert re.findall(r"<lastmod>(.*?)</lastmod>", artists) == ["2024-05-09"]
    assert set(re.findall(r"<lastmod>(.{10}).*?</lastmod>", index)) == {"2024-05-09"}


def test_a_large_collection_is_split_into_files(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Works, "limit", 2)
    monkeypatch.setattr(Artists, "limit", 2)
    works = [make_artwork(artist=f"Artist {number}") for number in range(5)]

    files = [place for place in places(client, "/sitemap.xml") if "works" in place]
    found = [place for file in files for place in places(client, file)]

    assert files == ["/sitemap-works.xml", "/sitemap-works.xml?p=2", "/sitemap-works.xml?p=3"]
    assert found == [f"/works/{work.pk}/" for work in works]


def test_the_queries_do_not_grow_with_the_collection(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        make_artwork(artist=f"Artist {number}")

    for path, queries in {
        "/sitemap.xml": 7,
        "/sitemap-works.xml": 3,
        "/sitemap-artists.xml": 3,
    }.items():
        with django_assert_max_num_queries(queries):
            client.get(path)


def test_crawlers_learn_where_to_look_and_what_to_leave(client: Client) -> None:
    answer = client.get("/robots.txt")

    assert answer["Content-Type"].startswith("text/plain")
    lines = answer.content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert "Disallow: /admin/" in lines
    assert "Sitemap: http://testserver/sitemap.xml" in lines
    assert "Disallow: /" not in lines

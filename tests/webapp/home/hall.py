"""A gallery for tests of the home page, and how to read the page."""

from __future__ import annotations

import re
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from tests.webapp.makers import make_artwork, make_space, place
from webapp.catalog.models import Artwork
from webapp.exhibitions.actions import start as begin
from webapp.exhibitions.models import Exhibition
from webapp.feed import actions
from webapp.feed.models import Pick, Visitor


def hung(number: int = 90) -> list[Artwork]:
    """Works on a half circle, from one taste to its opposite, each of an artist of its own."""
    space = make_space()
    works = [make_artwork(f"Work {each}", artist=f"Artist {each}") for each in range(number)]
    for each, work in enumerate(works):
        angle = each / number
        place(space, work, [1 - 2 * angle, 2 * angle * (1 - angle), 0.05 * (each % 3), 0])
    return works


def age(works: list[Artwork], days: int = 90) -> None:
    """Let works have joined long ago."""
    ids = [work.pk for work in works]
    Artwork.objects.filter(pk__in=ids).update(added=timezone.now() - timedelta(days=days))


def loved(works: list[Artwork]) -> None:
    """Let a curator pick some and others like the rest."""
    for work in works[::3]:
        Pick.objects.create(artwork=work)
    fan = Visitor.objects.create()
    for work in works:
        actions.like(visitor=fan, artwork=work)


def html_of(client: Client, path: str = "/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def cards(html: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'class="card"[^>]* data-work="(\d+)"', html)]


def rail(html: str, key: str) -> list[int]:
    """Works of the rail with this anchor."""
    return cards(html.partition(f'id="{key}"')[2].partition("</section>")[0])


def keys(html: str) -> list[str]:
    """Anchors of the rails, without the numbers of works."""
    return re.findall(r'<section class="section home-rail" id="([a-z-]+?)(?:-\d+)?"', html)


def own(client: Client) -> Visitor:
    return Visitor.objects.get(pk=client.session["visitor"])


def exhibit(works: list[Artwork], title: str = "Quiet water", **values: object) -> Exhibition:
    made = begin(title, [work.pk for work in works], None)
    given = {"opens": timezone.now(), "by_line": "Mara Veld"} | values
    Exhibition.objects.filter(pk=made.pk).update(**given)
    return made

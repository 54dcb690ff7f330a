"""For search engines: which pages there are, and which to leave alone.

A sitemap is read page by page from the database, in the order of the key, so its cost does not grow
with the collection; the index asks for one date of each kind of page.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.contrib.sitemaps import Sitemap
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from webapp.catalog import queries
from webapp.catalog.models import Artist, Artwork
from webapp.exhibitions.models import Exhibition
from webapp.exhibitions.queries import open_now

PER_PAGE: Final = 5_000
"""Addresses in one file; the protocol allows 50,000."""
PRIVATE: Final = (
    "/admin/", "/lab/", "/studio/", "/upload/", "/api/", "/sign-in/", "/sign-up/", "/for-you/",
    "/likes/", "/yours/", "/account/", "/works/*/save/",
    "/search/", "/works/*/why/", "/works/*/part/", "/works/*/zoom/", "/*?*list=",
)  # fmt: skip
"""What is somebody's own, or another form of what stands elsewhere."""


class Works(Sitemap[Artwork]):
    """The pages of works."""

    limit = PER_PAGE

    def items(self) -> QuerySet[Artwork]:
        return queries.visible().only("pk", "added").order_by("pk")

    def lastmod(self, item: Artwork) -> datetime:
        return item.added

    def get_latest_lastmod(self) -> datetime | None:
        # Django would read them all.
        latest: datetime | None = queries.visible().aggregate(at=Max("added"))["at"]
        return latest


class Artists(Sitemap[Artist]):
    """The pages of artists, as new as their newest work."""

    limit = PER_PAGE

    def items(self) -> QuerySet[Artist]:
        shown = Artist.objects.filter(
            artworks__state=Artwork.State.VISIBLE, artworks__image__isnull=False
        )
        dated = shown.annotate(newest=Max("artworks__added"))
        return dated.only("pk", "slug").order_by("pk")

    def lastmod(self, item: Artist) -> datetime:
        newest: datetime = getattr(item, "newest")  # noqa: B009  # an annotation
        return newest

    def get_latest_lastmod(self) -> datetime | None:
        return Works().get_latest_lastmod()


class Exhibitions(Sitemap[Exhibition]):
    """The pages of what can be visited."""

    limit = PER_PAGE

    def items(self) -> QuerySet[Exhibition]:
        return open_now().order_by("pk")

    def lastmod(self, item: Exhibition) -> datetime:
        return item.changed

    def get_latest_lastmod(self) -> datetime | None:
        latest: datetime | None = open_now().aggregate(at=Max("changed"))["at"]
        return latest


class Rooms(Sitemap[str]):
    """The pages that are always there."""

    def items(self) -> list[str]:
        return ["home", "browse", "exhibitions"]

    def location(self, item: str) -> str:
        return reverse(item)


SITEMAPS: Final[Mapping[str, type[Sitemap[Any]]]] = {
    "rooms": Rooms,
    "works": Works,
    "artists": Artists,
    "exhibitions": Exhibitions,
}


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Say what crawlers need not ask for, and where the sitemap is."""
    lines = ["User-agent: *", *(f"Disallow: {place}" for place in PRIVATE)]
    lines += ["", f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")

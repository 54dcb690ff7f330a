"""Read side of the desk: works to choose from, names, and what waits for somebody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import BooleanField, Count, QuerySet
from django.db.models.expressions import RawSQL
from django.http import QueryDict

from webapp.catalog.conditions import of_facets, of_text
from webapp.catalog.models import Artist, Artwork
from webapp.catalog.queries import CARD
from webapp.desk import likely
from webapp.desk.models import Apart, FormerName
from webapp.feed.wish import Wish
from webapp.ingest.models import Item
from webapp.lab.models import Version

STATES: Final = {
    "visible": "On the walls",
    "draft": "Drafts",
    "withdrawn": "Withdrawn",
    "failed": "Failed",
    "checked": "Waiting for a vector",
}
"""State of a work: what the filter calls it."""
MOST_PAIRS: Final = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """Which works somebody looks at to choose from."""

    wish: Wish
    state: str = ""
    """A key of `STATES`; none for all."""

    @classmethod
    def from_query(cls, query: QueryDict) -> Choice:
        """Read it from the address of the page."""
        state = query.get("state", "")
        return cls(Wish.from_query(query), state if state in STATES else "")

    def pairs(self) -> list[tuple[str, str]]:
        """Return its parts as the fields of a form."""
        return [*self.wish.pairs(), *([("state", self.state)] if self.state else [])]


@dataclass(frozen=True, slots=True)
class Likely:
    """Two artists who may be one, the one with more works first."""

    first: Artist
    second: Artist
    why: str


def chosen(choice: Choice) -> QuerySet[Artwork]:
    """Return the works of a choice, shown or not, newest first."""
    works = Artwork.objects.filter(image__isnull=False)
    if choice.state:
        works = works.filter(state=choice.state)
    conditions = list(of_facets(choice.wish.chosen).values())
    if choice.wish.words:
        conditions.append(of_text(choice.wish.text))
    for each in conditions:
        entries = f"SELECT s.artwork_id FROM catalog_searchentry s WHERE {each.sql}"  # noqa: S608
        among = f"catalog_artwork.id IN ({entries})"
        works = works.filter(RawSQL(among, each.arguments, BooleanField()))  # noqa: S611
    return works.order_by("-added", "-pk")


def cards(works: QuerySet[Artwork]) -> QuerySet[Artwork]:
    """Return no more of works than a wall to choose from shows."""
    return works.select_related("artist", "image").only(*CARD, "state")


def values_of(field: str) -> list[str]:
    """Return the values that works have of a field, most frequent first, at most 200."""
    found = Artwork.objects.exclude(**{field: ""}).values(field).annotate(number=Count("pk"))
    return [each[field] for each in found.order_by("-number", field)[:200]]


def artists() -> QuerySet[Artist]:
    """Return all artists with `work_count`."""
    return Artist.objects.annotate(work_count=Count("artworks")).order_by("name")


def likely_pairs() -> list[Likely]:
    """Return artists who may be one, likeliest first, but those known to be two. Three queries."""
    apart = set(Apart.objects.values_list("first_id", "second_id"))
    found = likely.pairs(Artist.objects.values_list("pk", "name"))
    kept = [pair for pair in found if (pair.first, pair.second) not in apart][:MOST_PAIRS]
    people: dict[int, Any] = artists().in_bulk([pk for p in kept for pk in (p.first, p.second)])
    pairs = []
    for pair in kept:
        both = [people[pair.first], people[pair.second]]
        both.sort(key=lambda artist: (-artist.work_count, len(artist.name), artist.pk))
        pairs.append(Likely(both[0], both[1], pair.why))
    return pairs


def some_works(artists: list[Artist], each: int = 4) -> dict[int, list[Artwork]]:
    """Return a few works of each artist, to be told apart by. One query."""
    sql = (
        "SELECT id FROM (SELECT a.id, row_number() OVER (PARTITION BY a.artist_id ORDER BY a.id)"
        " AS place FROM catalog_artwork a JOIN catalog_artworkimage i ON i.artwork_id = a.id"
        " WHERE a.artist_id = ANY(%s)) AS n WHERE place <= %s"
    )
    ids = RawSQL(sql, ([artist.pk for artist in artists], each))  # noqa: S611
    works: dict[int, list[Artwork]] = {artist.pk: [] for artist in artists}
    for work in Artwork.objects.filter(pk__in=ids).select_related("artist", "image"):
        works[work.artist_id].append(work)
    return works


def formerly_named(name: str) -> Artist | None:
    """Return the artist who had this name before."""
    return _of(FormerName.objects.select_related("artist").filter(name=name).first())


def formerly_at(slug: str) -> Artist | None:
    """Return the artist whose page was here before."""
    return _of(FormerName.objects.select_related("artist").filter(slug=slug).first())


def _of(former: FormerName | None) -> Artist | None:
    return former.artist if former else None


def failed_items() -> int:
    """Return how many files failed and could be tried again."""
    return Item.objects.filter(state=Item.State.FAILED).count()


def works_in(state: str) -> int:
    """Return how many works are in a state."""
    return Artwork.objects.filter(state=state).count()


def versions_to_judge() -> int:
    """Return how many trained models nobody has tried to let serve yet."""
    return Version.objects.filter(servable=True, promotions=None).exclude(file="").count()

"""Which rows travel besides works and spaces, in which order, and how each is known again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib.auth.models import Group
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from webapp.accounts.models import User
from webapp.catalog.models import Artist
from webapp.duplicates.models import Decision, Pair
from webapp.exhibitions.models import Exhibition, Hanging, Room
from webapp.exhibitions.queries import opened
from webapp.feed.models import Event, Pick, Serving, Visitor
from webapp.lab.models import Run, Version
from webapp.mine.models import Choices, Collection, CollectionItem, Follow
from webapp.quiz.models import Answer, Quiz
from webapp.selections.models import Selection, Tag, Tagging
from webapp.selections.queries import among
from webapp.studio.models import Map, Naming, Neighbourhood

WORKS: Final = "works"
PICTURES: Final = "works with the same picture"
"""Of those alone the vectors of an export are true."""
VISITORS: Final = "people/visitors"
USERS: Final = "people/users"
SPACES: Final = "spaces"
COLLECTIONS: Final = "site/collections"
COLLECTED: Final = "site/collected"
EXHIBITIONS: Final = "site/exhibitions"


@dataclass(frozen=True)
class Table:
    """A kind of rows, in the file `data/<name>.jsonl`."""

    name: str
    model: type[Model]
    identity: tuple[str, ...] = ()
    """Columns by which a row is known again; without any there is one row at most."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Column: table of the rows it leads to. Where those stayed behind, so does the row, unless
    the column may be empty."""
    lists: tuple[str, ...] = ()
    """Columns that hold numbers of works."""
    part_of: str = ""
    """The link to the row it is a part of: it comes with that row or not at all, so that what was
    taken away here since does not come back by another import."""
    leave_out: tuple[str, ...] = ()
    of: Callable[[QuerySet[Any], list[int], bool], QuerySet[Any]] | None = None
    """Which rows belong to some works, with people or without; all by default."""

    @property
    def file(self) -> str:
        return f"data/{self.name}.jsonl"

    @property
    def of_people(self) -> bool:
        """Whether it travels only when asked for."""
        return self.name.startswith("people/")


def _by_artwork(rows: QuerySet[Any], works: list[int], _people: bool) -> QuerySet[Any]:
    return rows.filter(artwork__in=among(works))


def _collections(rows: QuerySet[Any], works: list[int], people: bool) -> QuerySet[Any]:
    shown = rows if people else rows.filter(visibility="public", deleted=None)
    return _of_works(shown, CollectionItem.objects.filter(collection=OuterRef("pk")), works)


def _collected(rows: QuerySet[Any], works: list[int], people: bool) -> QuerySet[Any]:
    of_public = Q() if people else Q(collection__visibility="public", collection__deleted=None)
    return rows.filter(of_public, artwork__in=among(works))


def _exhibitions(rows: QuerySet[Any], works: list[int], people: bool) -> QuerySet[Any]:
    """Without people what was opened; with them, where all goes along, what is prepared too."""
    shown = rows if people else rows.filter(pk__in=opened())
    return _of_works(shown, Hanging.objects.filter(room__exhibition=OuterRef("pk")), works)


def _rooms(rows: QuerySet[Any], works: list[int], people: bool) -> QuerySet[Any]:
    return rows.filter(exhibition__in=_exhibitions(Exhibition.objects.all(), works, people))


def _hangings(rows: QuerySet[Any], works: list[int], people: bool) -> QuerySet[Any]:
    of_opened = Q() if people else Q(room__exhibition__in=opened())
    return rows.filter(of_opened, artwork__in=among(works))


def _of_works(rows: QuerySet[Any], parts: QuerySet[Any], works: list[int]) -> QuerySet[Any]:
    """Rows of which some part is among the works, and those without any part."""
    return rows.filter(Exists(parts.filter(artwork__in=among(works))) | ~Exists(parts))


def _tags(rows: QuerySet[Any], works: list[int], _people: bool) -> QuerySet[Any]:
    return rows.filter(Exists(Tagging.objects.filter(tag=OuterRef("pk"), artwork__in=among(works))))


def _artists(rows: QuerySet[Any], works: list[int], _people: bool) -> QuerySet[Any]:
    return rows.filter(artworks__in=among(works)).distinct()


ARTISTS: Final = Table("artists", Artist, ("name",), of=_artists)
OTHERS: Final = (
    Table(USERS, User, ("username",)),
    Table("people/groups", Group, ("name",)),
    Table(
        "people/memberships",
        User.groups.through,
        ("user_id", "group_id"),
        {"user_id": USERS, "group_id": "people/groups"},
        part_of="user_id",
    ),
    Table("site/serving", Serving, links={"changed_by_id": USERS}),
    Table(VISITORS, Visitor, ("user_id", "label", "created"), {"user_id": USERS}),
    Table(
        "people/events",
        Event,
        ("visitor_id", "artwork_id", "kind", "time"),
        {"visitor_id": VISITORS, "artwork_id": WORKS},
        of=_by_artwork,
    ),
    Table("people/choices", Choices, ("visitor_id",), {"visitor_id": VISITORS}),
    Table(
        "people/follows",
        Follow,
        ("visitor_id", "artist_id"),
        {"visitor_id": VISITORS, "artist_id": "artists"},
        of=lambda rows, works, _people: rows.filter(artist__artworks__in=among(works)).distinct(),
    ),
    Table("people/quizzes", Quiz, ("visitor_id", "seed", "started"), {"visitor_id": VISITORS}),
    Table(
        "people/answers",
        Answer,
        ("quiz_id", "number"),
        {"quiz_id": "people/quizzes", "chosen_id": WORKS},
        lists=("shown",),
    ),
    Table(
        "site/picks",
        Pick,
        ("artwork_id",),
        {"artwork_id": WORKS, "by_id": USERS},
        of=_by_artwork,
    ),
    Table(
        COLLECTIONS,
        Collection,
        ("token",),
        {"visitor_id": VISITORS, "cover_id": WORKS},
        of=_collections,
    ),
    Table(
        COLLECTED,
        CollectionItem,
        ("collection_id", "artwork_id"),
        {"collection_id": COLLECTIONS, "artwork_id": WORKS},
        part_of="collection_id",
        of=_collected,
    ),
    Table(
        EXHIBITIONS,
        Exhibition,
        ("token",),
        {"cover_id": WORKS, "made_by_id": USERS},
        of=_exhibitions,
    ),
    Table(
        "site/rooms",
        Room,
        ("exhibition_id", "position"),
        {"exhibition_id": EXHIBITIONS},
        part_of="exhibition_id",
        of=_rooms,
    ),
    Table(
        "site/hangings",
        Hanging,
        ("room_id", "artwork_id"),
        {"room_id": "site/rooms", "artwork_id": WORKS},
        part_of="room_id",
        of=_hangings,
    ),
    Table(
        "people/selections",
        Selection,
        ("title", "created"),
        {"by_id": USERS},
        lists=("works", "former"),
        of=lambda rows, works, _people: rows.filter(deleted=None, works__overlap=works),
    ),
    Table("people/tags", Tag, ("name",), {"by_id": USERS}, of=_tags),
    Table(
        "people/taggings",
        Tagging,
        ("tag_id", "artwork_id"),
        {"tag_id": "people/tags", "artwork_id": WORKS},
        of=_by_artwork,
    ),
)
"""After works. A table stands behind those its links lead to."""

PAIRS: Final = Table(
    "site/pairs",
    Pair,
    ("first_id", "second_id"),
    {"first_id": WORKS, "second_id": WORKS},
    of=lambda rows, works, _people: rows.exclude(state=Pair.State.OPEN).filter(
        first__in=among(works), second__in=among(works)
    ),
)
DECISIONS: Final = Table(
    "site/decisions",
    Decision,
    ("pair_id", "time"),
    {
        "pair_id": PAIRS.name,
        "stays_id": WORKS,
        "gone_id": WORKS,
        "by_id": USERS,
        "undone_by_id": USERS,
    },
    part_of="pair_id",
    leave_out=("record",),  # of rows by numbers that they lose
    of=lambda rows, works, _people: rows.filter(
        undone=None, pair__first__in=among(works), pair__second__in=among(works)
    ),
)
"""What was decided on the desk for duplicates; see `importing_desk`."""

MAPS: Final = Table(
    "maps/maps",
    Map,
    ("purpose", "created"),
    {"space_id": SPACES, "by_id": USERS},
    leave_out=(
        *("phase", "progress", "steps", "worker", "claimed_until", "attempts"),
        *("former_id", "drift", "changes"),  # against a map that stays behind
    ),
)
NEIGHBOURHOODS: Final = Table(
    "maps/neighbourhoods",
    Neighbourhood,
    ("map_id", "layer", "number"),
    {"map_id": MAPS.name, "named_by_id": USERS},
    lists=("typical", "outliers"),
    part_of="map_id",
)
NAMINGS: Final = Table(
    "maps/namings",
    Naming,
    ("neighbourhood_id", "time"),
    {"neighbourhood_id": NEIGHBOURHOODS.name, "by_id": USERS},
    part_of="neighbourhood_id",
)

RUNS: Final = Table(
    "models/runs",
    Run,
    ("model", "seed", "created"),
    leave_out=("by_id", "parent_id", "claimed_until", "worker"),
)
VERSIONS: Final = Table(
    "models/versions",
    Version,
    ("sha256", "run_id"),
    {"run_id": "models/runs", "space_id": SPACES},
)

"""What the pages of quality show. Nothing here writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Exists, F, OuterRef, Prefetch

from webapp.catalog import queries as catalog
from webapp.catalog.models import Artwork
from webapp.quality.models import Comparison, Entry, Report, SideFeature
from webapp.vectors.models import Space, Vector

STATES: Final = (Space.State.LIVE, Space.State.READY, Space.State.RETIRED, Space.State.BUILDING)
"""In the order in which spaces are listed; dropped ones are being deleted."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A space and its report, if it has one for the head it has now."""

    space: Space
    report: Report | None

    @property
    def figures(self) -> Mapping[str, Any]:
        return self.report.figures if self.report else {}


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A work in somebody's list."""

    work: Artwork
    cosine: float
    same: str
    """What it has in common with the work it stands by: "style", "artist", "both" or nothing."""


@dataclass(frozen=True, slots=True)
class Gallery:
    """A work and the works nearest to it."""

    work: Artwork
    near: tuple[Neighbour, ...]


@dataclass(frozen=True, slots=True)
class Pictures:
    """What a report shows of works; those that left the collection are left out."""

    gallery: list[Gallery]
    """Works drawn by lot."""
    worst: list[Gallery]
    hubs: list[tuple[Artwork, int]]
    """With the number of lists each is in."""
    alone: list[Artwork]
    twins: list[tuple[Artwork, Artwork, float]]


def spaces() -> list[Measured]:
    """Every space that holds vectors, those that serve first. Two queries."""
    held = Vector.objects.filter(space=OuterRef("pk"))
    rows = Space.objects.filter(Exists(held), state__in=STATES).defer("transform", "head")
    found = sorted(rows, key=lambda row: (STATES.index(Space.State(row.state)), -row.pk))
    reports = {row.space_id: row for row in _current().filter(space__in=found)}
    return [Measured(space, reports.get(space.pk)) for space in found]


def space(pk: int) -> Measured | None:
    """One of them. Two queries."""
    rows = Space.objects.filter(pk=pk, state__in=STATES).defer("transform", "head")
    found = rows.first()
    return Measured(found, _current().filter(space=found).first()) if found else None


def former(measured: Measured) -> Report | None:
    """The newest report of a head that was replaced since."""
    older = Report.objects.filter(space=measured.space).exclude(figures={})
    return older.filter(head_number__lt=measured.space.head_number).first()


def pictures(figures: Mapping[str, Any]) -> Pictures:
    """The works that a report shows. One query."""
    cards = catalog.cards().only(*catalog.CARD, "style")
    works = cards.in_bulk(list(set(_ids(figures))))
    hubs, twins = figures["hubs"], figures["twins"]["pairs"]
    return Pictures(
        gallery=_lists(figures["gallery"], works),
        worst=_lists(figures["worst"]["shown"], works),
        hubs=[(works[row["id"]], row["times"]) for row in hubs["works"] if row["id"] in works],
        alone=[works[pk] for pk in hubs["alone"] if pk in works],
        twins=[
            (works[row["a"]], works[row["b"]], row["cosine"])
            for row in twins
            if row["a"] in works and row["b"] in works
        ],
    )


def _lists(lists: Iterable[Mapping[str, Any]], works: Mapping[int, Artwork]) -> list[Gallery]:
    return [
        Gallery(
            work,
            tuple(
                Neighbour(works[each["id"]], each["cosine"], _same(work, works[each["id"]]))
                for each in row["near"]
                if each["id"] in works
            ),
        )
        for row in lists
        if (work := works.get(row["id"]))
    ]


def comparison() -> Comparison | None:
    """The newest comparison, with its entries. Two queries."""
    entries = Prefetch("entries", Entry.objects.defer("answers"))
    return Comparison.objects.prefetch_related(entries).first()


def set_aside() -> list[dict[str, Any]]:
    """How many features are kept for comparisons only, by extractor."""
    counted: Any = SideFeature.objects.values(name=F("extractor")).annotate(works=Count("pk"))
    return list(counted.order_by("name"))


def _current() -> Any:
    return Report.objects.filter(head_number=F("space__head_number"))


def _same(one: Artwork, other: Artwork) -> str:
    style = bool(one.style) and one.style == other.style
    artist = one.artist_id == other.artist_id
    return "both" if style and artist else "artist" if artist else "style" if style else ""


def _ids(figures: Mapping[str, Any]) -> Iterator[int]:
    for row in (*figures["gallery"], *figures["worst"]["shown"]):
        yield row["id"]
        yield from (each["id"] for each in row["near"])
    yield from (each["id"] for each in figures["hubs"]["works"])
    yield from figures["hubs"]["alone"]
    for pair in figures["twins"]["pairs"]:
        yield from (pair["a"], pair["b"])

"""Works, artists, and what can be filtered by."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from ninja import Query, Router
from pydantic import Field

from webapp.api import callers, cursors, schemas
from webapp.api.parameters import PIECE, Cursor, Filters, Limit, Slug, Sorted, WorkId, wish_of
from webapp.api.problems import Problem
from webapp.api.schemas import ArtistInfo, Out, Page, Work, WorkCard
from webapp.catalog import queries as catalog
from webapp.feed import queries, searching

router = Router(tags=["Catalogue"])


class Spelling(Out):
    asked: str
    searched: str


class WayOut(Out):
    drop: str = Field(description="The parameter to leave out, or 'words' for q.")
    count: int = Field(description="Works that would be found then.")


class Works(Page[WorkCard]):
    total: int = Field(description="Works that match, exactly.")
    corrected: Spelling | None = Field(
        description="Where no work has the words: those that were looked for in their place."
    )
    ways_out: list[WayOut] = Field(description="Where nothing matches: what could be left out.")


class Value(Out):
    value: str = Field(description="As the filter takes it.")
    label: str
    count: int | None = Field(
        description="Works it would show with all other filters; null for a range of one's own."
    )
    chosen: bool


class Facet(Out):
    name: str = Field(description="The parameter.")
    label: str
    values: list[Value]


class Facets(Out):
    total: int = Field(description="Works that match, exactly.")
    facets: list[Facet]


@router.get("/works", response=Works, url_name="works", summary="List and search works")
def works(request: HttpRequest, filters: Query[Sorted], cursor: Cursor = "") -> Works:
    """All works, or those that match words, colours and filters.

    Values of one filter are alternatives, filters must all hold. Works that the caller hides are
    left out. A word that no work has is taken for a slip of the hand unless 'literal' is set.
    """
    wish = wish_of(request, filters)
    of = cursors.same_list("works", wish.pairs())
    after = cursors.place_in(cursor, of=of) or ""
    visitor = callers.visitor(request)
    hidden = queries.marks_of(visitor).hidden
    found = searching.results(
        wish, visitor=visitor, hidden=hidden, after=after, limit=filters.limit
    )
    if found.lost:
        said = {"in": "query", "field": "like", "message": "This is not here any more."}
        raise Problem("invalid", "There is nothing to compare with.", errors=[said])
    return Works(
        items=[schemas.card(request, each) for each in found.piece.works],
        next=cursors.next_address(request, found.piece.after, of=of),
        total=found.total,
        corrected=Spelling(asked=found.instead_of, searched=found.shown_for)
        if found.instead_of
        else None,
        ways_out=[
            WayOut(drop=way.value, count=way.count or 0) for way in found.ways_out if not way.chosen
        ],
    )


@router.get("/facets", response=Facets, summary="Count works by facet")
def facets(request: HttpRequest, filters: Query[Filters]) -> Facets:
    """What can be filtered by, and how many works each value would show with all other filters."""
    wish = wish_of(request, filters)
    visitor = callers.visitor(request)
    found = searching.results(wish, visitor=visitor, hidden=queries.marks_of(visitor).hidden)
    return Facets(
        total=found.total,
        facets=[
            Facet(
                name=menu.name,
                label=str(menu.label),
                values=[
                    Value(
                        value=choice.value,
                        label=str(choice.label),
                        count=choice.count,
                        chosen=choice.chosen,
                    )
                    for choice in menu.choices
                ],
            )
            for menu in found.menus
        ],
    )


@router.get("/works/{int:work_id}", response=Work, url_name="work", summary="One work")
def work(request: HttpRequest, work_id: WorkId) -> Work:
    """Everything that is public about a work."""
    artwork = catalog.artworks().filter(pk=work_id).first()
    if artwork is None:
        raise Http404
    return schemas.work(request, artwork)


@router.get("/artists", response=Page[ArtistInfo], summary="List artists")
def artists(request: HttpRequest, cursor: Cursor = "", limit: Limit = PIECE) -> Page[ArtistInfo]:
    """The artists of whom there is something to see, by name."""
    after = cursors.place_in(cursor, of="artists") or ""
    people = list(catalog.artists().filter(name__gt=after).order_by("name")[: limit + 1])
    shown = people[:limit]
    place = shown[-1].name if len(people) > limit else None
    return Page[ArtistInfo](
        items=[schemas.artist(request, each) for each in shown],
        next=cursors.next_address(request, place, of="artists"),
    )


@router.get("/artists/{slug:slug}", response=ArtistInfo, summary="One artist")
def artist(request: HttpRequest, slug: Slug) -> ArtistInfo:
    """An artist of whom there is something to see."""
    person = catalog.artists().filter(slug=slug).first()
    if person is None:
        raise Http404
    return schemas.artist(request, person)

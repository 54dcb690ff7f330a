"""What is like a work, and what is recommended to the caller and why."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse
from ninja import Query, Router
from pydantic import Field

from webapp.api import callers, schemas
from webapp.api.parameters import Lens, WorkId
from webapp.api.schemas import Out, WorkCard
from webapp.catalog import queries as catalog
from webapp.feed import impressions, queries
from webapp.feed.lens_strip import LENGTH, strip_of
from webapp.feed.lenses import DEPTH

router = Router(tags=["Recommendations"])
ForYou = Annotated[int, Query(ge=1, le=72, description="How many works, 72 at most.")]
Alike = Annotated[
    int,
    Query(
        ge=1,
        le=DEPTH,
        description=f"How many works, {DEPTH} at most; 'all' of the answer leads to the others.",
    ),
]


class Match(Out):
    work: WorkCard
    why: str = Field(description="In four or five words.")
    also: str = Field(description="Which other lenses find it, too, in words; may be empty.")


class Similar(Out):
    lens: str | None = Field(
        description="The lens it was: another than was asked for where the work has not that one;"
        " null where it has none."
    )
    lenses: list[str] = Field(description="Those there are for this work.")
    good: bool = Field(description="False where even the first is not much like it.")
    items: list[Match] = Field(description="The most similar first.")
    all: str | None = Field(description="Where the API lists all works in this order.")


class Reason(Out):
    work: int
    title: str
    url: str


class Recommended(Out):
    position: int = Field(description="From 0.")
    work: WorkCard
    source: Literal["model", "explore", "fresh", "popular", "pick"] = Field(
        description="What brought it: the model, chance, the share of new works, what others like,"
        " or a curator."
    )
    propensity: float = Field(
        description="Probability that this place showed this work: 1 unless it was drawn."
    )
    verb: str = Field(description="What the caller did with the first of the reasons.")
    reasons: list[Reason] = Field(
        description="Works of the caller's that speak for it most, the strongest first."
    )


class Recommendations(Out):
    list_id: UUID = Field(description="Send it with events about these works.")
    personal: bool = Field(description="False while nothing is known of the caller's taste.")
    items: list[Recommended]


@router.get("/works/{int:work_id}/similar", response=Similar, summary="Works like one")
def similar(
    request: HttpRequest, work_id: WorkId, lens: Lens = "agree", limit: Alike = LENGTH
) -> Similar:
    """The works most like one through a lens, and why. Works that the caller hides are left out.

    look: what there is to see. colour: the palette. style: the label. artist: the same hand, then
    artists near by. taste: what those who like it are likely to like. agree: most of these.
    """
    artwork = catalog.artworks().filter(pk=work_id).first()
    if artwork is None:
        raise Http404
    hidden = queries.marks_of(callers.visitor(request)).hidden
    strip = strip_of(artwork, lens, exclude=hidden, length=limit)
    if strip is None:
        return Similar(lens=None, lenses=[], good=False, items=[], all=None)
    return Similar(
        lens=strip.lens,
        lenses=[tab.name for tab in strip.tabs],
        good=strip.good,
        items=[
            Match(work=schemas.card(request, each.artwork), why=each.why, also=each.also)
            for each in strip.matches
        ],
        all=schemas.absolute(request, f"{reverse('api-1:works')}?{strip.query}"),
    )


@router.get("/recommendations", response=Recommendations, summary="Recommended works")
def recommendations(request: HttpRequest, limit: ForYou = 24) -> Recommendations:
    """Works for the caller, and which of theirs speak for each: the list of For you.

    A stranger gets what newcomers see. The list is noted as shown, as the page notes it.
    """
    request.is_personal = True  # type: ignore[attr-defined]
    visitor = callers.visitor(request)
    page = queries.for_you(visitor, limit=limit)
    if visitor is not None and impressions.is_seen(request):
        impressions.record(
            [each.entry for each in page.shown],
            list_id=page.list_id,
            visitor_id=visitor.pk,
            surface="for-you",
            experiment_id=page.experiment_id,
        )
    return Recommendations(
        list_id=page.list_id,
        personal=page.personal,
        items=[
            Recommended(
                position=each.entry.position,
                work=schemas.card(request, each.artwork),
                source=each.entry.source,
                propensity=each.entry.propensity,
                verb=str(each.verb),
                reasons=[
                    Reason(
                        work=work.pk,
                        title=work.title,
                        url=schemas.absolute(request, work.get_absolute_url()),
                    )
                    for work in each.reasons
                ],
            )
            for each in page.shown
        ],
    )

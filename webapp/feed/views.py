"""The pages of the gallery."""

from __future__ import annotations

from typing import Final

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from webapp.catalog import hooks as former
from webapp.catalog import palette, swatches
from webapp.catalog import queries as catalog
from webapp.feed import (
    browsing,
    hooks,
    impressions,
    lens_strip,
    queries,
    rows,
    searching,
    visitors,
    visits,
    why,
)
from webapp.feed.models import Visitor
from webapp.feed.wish import Wish
from webapp.vectors import queries as vectors

HANDMADE_NOTE_SECONDS: Final = 10


@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    visitor = visitors.current(request)
    marks = queries.marks_of(visitor)
    after = request.GET.get("after", "")
    results = searching.results(
        Wish.from_query(request.GET), visitor=visitor, hidden=marks.hidden, after=after
    )
    context = {
        "from_start": not after,
        "results": results,
        "wish": results.wish,
        "piece": results.piece,
        "marks": marks,
        "swatches": swatches.SWATCHES,
        "most_colours": palette.MOST,
    }
    return render(request, "feed/browse.html", context)


@require_safe
def artwork(request: HttpRequest, pk: int) -> HttpResponse:
    work = get_object_or_404(catalog.artworks(), pk=pk)
    visitor = visitors.current(request)
    marks = queries.marks_of(visitor)
    also = rows.also_looked_at(work, exclude=marks.hidden)
    above = {each.pk for each in also.works} if also else set()
    lens = request.GET.get("lens", "")
    strip = lens_strip.strip_of(work, lens, exclude=above.union(marks.hidden))
    _log(request, also, visitor)
    found_in = impressions.list_named(request.GET.get("list", ""))
    context = {
        "artwork": work,
        "also": also,
        "strip": strip,
        "marks": marks,
        "handmade": _is_handmade(),
        "found_in": found_in,
        "explained": found_in is not None and why.can_be_told(pk, list_id=found_in),
        # Only staff may pick, and nobody else pays for the question.
        "picked": request.user.is_staff and queries.is_picked(work),
    }
    return render(request, "feed/artwork.html", context)


@require_safe
def artist(request: HttpRequest, slug: str) -> HttpResponse:
    person = catalog.artists().filter(slug=slug).first()
    if person is None:
        # Not for good: a merge can be undone.
        now = former.formerly_at(slug)
        if now is None:
            raise Http404
        return redirect(now)
    marks = queries.marks_of(visitors.current(request))
    after = request.GET.get("after", "")
    piece = browsing.piece(Wish(), artist=person, after=after, exclude=marks.hidden)
    context = {"artist": person, "piece": piece, "marks": marks, "from_start": not after}
    return render(request, "feed/artist.html", context)


@require_safe
def for_you(request: HttpRequest) -> HttpResponse:
    visitor = visitors.current(request)
    marks = queries.marks_of(visitor)
    page = queries.for_you(visitor)
    impersonal = hooks.wanted(visitor).impersonal
    upcoming = rows.next_in_visit(
        [] if impersonal else visits.current(request, visitor),
        exclude={*marks.liked, *marks.hidden, *rows.above(page)},
    )
    page = rows.without(page, upcoming)
    _log(request, upcoming, visitor)
    if visitor is not None and impressions.is_seen(request):
        impressions.record(
            [each.entry for each in page.shown],
            list_id=page.list_id,
            visitor_id=visitor.pk,
            surface="for-you",
            experiment_id=page.experiment_id,
        )
    context = {
        "page": page,
        "upcoming": upcoming,
        "impersonal": impersonal,
        "marks": marks,
        "handmade": _is_handmade(),
        "list_id": page.list_id,
    }
    return render(request, "feed/for_you.html", context)


def _log(request: HttpRequest, row: rows.Row | None, visitor: Visitor | None) -> None:
    """Note that a row was shown; to a stranger, only one that goes on from what they looked at: no
    machine that walks through all pages leaves a trail of rows behind it."""
    if row is None or (visitor is None and row.surface != rows.NEXT):
        return
    if impressions.is_seen(request):
        impressions.record(
            row.entries,
            list_id=row.list_id,
            visitor_id=visitor.pk if visitor else None,
            surface=row.surface,
        )


def _is_handmade() -> bool:
    """Whether pictures are compared without any trained network, which the pages then say."""

    def look() -> bool:
        space = vectors.live_space()
        return space is not None and space.extractor == "handmade"

    return bool(cache.get_or_set("feed.handmade", look, HANDMADE_NOTE_SECONDS))

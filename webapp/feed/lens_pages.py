"""The strip "More like this" by itself, for the page that changes its lens in place."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from webapp.catalog import queries as catalog
from webapp.feed import impressions, queries, rows, visitors
from webapp.feed.lens_strip import strip_of


@require_safe
def lenses(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the strip of a work alone; where there is none, go to the work."""
    work = get_object_or_404(catalog.artworks(), pk=pk)
    marks = queries.marks_of(visitors.current(request))
    also = rows.also_looked_at(work, exclude=marks.hidden)
    above = {each.pk for each in also.works} if also else set()
    strip = strip_of(work, request.GET.get("lens", ""), exclude=above.union(marks.hidden))
    if strip is None:
        return redirect(work)
    context = {
        "strip": strip,
        "marks": marks,
        "found_in": impressions.list_named(request.GET.get("list", "")),
    }
    answer = render(request, "feed/lenses.html", context)
    answer["X-Robots-Tag"] = "noindex"
    return answer

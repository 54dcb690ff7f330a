"""Serving: what ranks now, the knobs, what diversity costs, and the picks for newcomers."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from webapp.feed import newcomers, queries
from webapp.feed import served as serving_now
from webapp.feed.arranging import DRAWN_FROM
from webapp.lab import tradeoff
from webapp.lab.guards import curators
from webapp.lab.models import Tradeoff, Version
from webapp.lab.serving_forms import ServingForm, save, values_of

PLACES: Final = 72
PICKS: Final = 60
"""Picks shown; the newest."""


@require_http_methods(["GET", "HEAD", "POST"])
@curators("feed.view_serving")
def serving(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _turn(request)
    return _page(request, ServingForm(initial=values_of(serving_now.knobs())))


@require_POST
@curators("feed.change_serving")
def measure(request: HttpRequest) -> HttpResponse:
    tradeoff.ask()
    messages.success(request, "A worker will measure it; that takes about a minute.")
    return redirect("serving")


@curators("feed.change_serving")
def _turn(request: HttpRequest) -> HttpResponse:
    form = ServingForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    save(form, by=request.user.pk)
    messages.success(request, "Saved. The next page anybody opens is made this way.")
    return redirect("serving")


def _page(request: HttpRequest, form: ServingForm, *, status: int = 200) -> HttpResponse:
    knobs = serving_now.knobs()
    served = serving_now.serving()
    row = tradeoff.current()
    picked = newcomers.picks()[:PICKS]
    cards = queries.cards_of(picked)
    versions = Version.objects.defer("report", "samples")
    context = {
        "form": form,
        "knobs": knobs,
        "served": served,
        "version": versions.filter(space=served.space).first() if served else None,
        "drawn": round(knobs.explore_share * PLACES),
        "places": PLACES,
        "drawn_from": DRAWN_FROM,
        "tradeoff": row,
        "waits": Tradeoff.objects.filter(tradeoff.waiting()).exists(),
        "drawing": tradeoff.draw(row.points, knobs.diversity) if row else None,
        "of_another": bool(row and served and row.points and row.space_id != served.space.pk),
        "picks": [cards[pk] for pk in picked if pk in cards],
    }
    return render(request, "lab/serving.html", context, status=status)

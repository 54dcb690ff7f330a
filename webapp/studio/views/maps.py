"""The map itself, and the page of its versions: ask for one, watch it, compare it with the last."""

from __future__ import annotations

from typing import Final, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from webapp.accounts.models import User
from webapp.catalog.queries import cards
from webapp.studio import actions, drawing, flows, queries
from webapp.studio.actions import StudioError
from webapp.studio.guards import curators
from webapp.studio.models import Map, Neighbourhood
from webapp.vectors.models import Space

SHOWN: Final = 60
"""Works of a ribbon that are shown."""


@require_safe
@curators()
def studio(request: HttpRequest) -> HttpResponse:
    """Show a map: the one asked for, or that of the look that serves."""
    asked = _number(request.GET.get("map", ""))
    found = get_object_or_404(queries.ready(), pk=asked) if asked else queries.live_map()
    if found is None:
        return redirect("maps")
    other = _number(request.GET.get("beside", ""))
    beside = get_object_or_404(queries.ready(), pk=other) if other else None
    others = [room.shown for room in queries.rooms() if room.purpose != found.purpose]
    ranked = request.GET.get("scores", "")
    context = {
        "map": found,
        "beside": beside,
        "others": [other for other in others if other],
        "ranked": ranked,
        "person": ranked.partition("?")[2],
    }
    return render(request, "studio/map.html", context)


@require_safe
@curators()
def maps(request: HttpRequest) -> HttpResponse:
    """List the versions of each purpose, and what a map can be asked of."""
    rooms = queries.rooms()
    ready = [each for room in rooms for each in room.versions if each.state == Map.State.READY]
    context = {
        "rooms": rooms,
        "sketches": drawing.sketches(ready),
        "spaces": queries.spaces(),
        "fewest": actions.FEWEST,
    }
    return render(request, "studio/maps.html", context)


@require_safe
@curators()
def compare(request: HttpRequest) -> HttpResponse:
    """Show two maps side by side, of whatever spaces, and the works that a ribbon stands for."""
    ready = {found.pk: found for found in queries.ready()}
    one, other = (ready.get(_number(request.GET.get(name, "")) or 0) for name in ("a", "b"))
    context: dict[str, object] = {"maps": list(ready.values()), "one": one, "other": other}
    if one and other and one != other:
        context["flows"] = flows.flows(one, other)
        context |= _between(request, one, other)
    return render(request, "studio/compare.html", context)


def _between(request: HttpRequest, one: Map, other: Map) -> dict[str, object]:
    """The works that stand in one neighbourhood of each of two maps."""
    asked = [_number(request.GET.get(name, "")) for name in ("from", "to")]
    nodes = (
        Neighbourhood.objects.filter(map__in=(one, other))
        .select_related("map")
        .in_bulk([pk for pk in asked if pk])
    )
    ends = [nodes.get(pk or 0) for pk in asked]
    left, right = ends
    if left is None or right is None:
        return {}
    works = flows.works_between(left, right)
    shown = cards().in_bulk(works[:SHOWN])
    return {
        "left": left,
        "right": right,
        "ids": works,
        "works": [shown[pk] for pk in works[:SHOWN] if pk in shown],
    }


@require_POST
@curators("studio.add_map")
def ask(request: HttpRequest) -> HttpResponse:
    space = get_object_or_404(Space, pk=_number(request.POST.get("space", "")))
    try:
        actions.ask(space, by=cast(User, request.user))
    except StudioError as error:
        messages.error(request, str(error))
    return redirect("maps")


@require_POST
@curators("studio.change_map")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        actions.cancel(get_object_or_404(Map, pk=pk))
    except StudioError as error:
        messages.error(request, str(error))
    return redirect("maps")


@require_safe
@curators()
@never_cache
def status(_request: HttpRequest, pk: int) -> JsonResponse:
    """Say how far a drawing is, for the page that watches it."""
    found = get_object_or_404(Map.objects.defer("changes"), pk=pk)
    return JsonResponse(
        {
            "open": found.state in Map.OPEN,
            "phase": found.phase or found.get_state_display(),
            "progress": round(found.progress, 3),
        }
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None

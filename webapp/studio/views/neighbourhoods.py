"""Neighbourhoods as pictures: all of a map, one of them, and what changed between two maps."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from webapp.accounts.models import User
from webapp.catalog.queries import cards
from webapp.studio import (
    actions,
    contents,
    differences,
    drawing,
    figures,
    finding,
    portraits,
    queries,
)
from webapp.studio.actions import StudioError
from webapp.studio.guards import curators
from webapp.studio.models import Map, Neighbourhood

TYPICAL = 15
"""Works at the head of a neighbourhood's page."""


@require_safe
@curators()
def index(request: HttpRequest) -> HttpResponse:
    """Show the neighbourhoods of a map, or those with works in which the words `q` occur."""
    asked = request.GET.get("map", "")
    known = asked.isascii() and asked.isdecimal() and len(asked) < 19
    found = get_object_or_404(queries.ready(), pk=int(asked)) if known else queries.live_map()
    if found is None:
        return redirect("maps")
    text = request.GET.get("q", "").replace("\0", "").strip()[:200]
    tree = queries.tree(found)
    only = finding.counts_by_leaf(found, text) if text else None
    context = {
        "map": found,
        "maps": queries.ready(),
        "text": text,
        "shelves": portraits.shelves(found, tree, only=only),
        "matching": sum(only.values()) if only is not None else None,
        "whole": figures.total(figures.by_leaf(found).values()),
    }
    return render(request, "studio/neighbourhoods.html", context)


@require_safe
@curators()
def neighbourhood(request: HttpRequest, pk: int) -> HttpResponse:
    node, tree = _found(pk)
    by_leaf = figures.by_leaf(node.map)
    leaves = tree.leaves(node)
    here = portraits.figures_of(node, tree, by_leaf)
    layer = tree.layers[node.layer]
    parts, near = tree.parts.get(pk, ()), [layer[number] for number in node.nearest]
    shown = {work.pk: work for work in cards().filter(pk__in=[*node.typical, *node.outliers])}
    context = {
        "map": node.map,
        "node": node,
        "ancestors": tree.ancestors(node),
        "here": here,
        "bars": portraits.bars(here, figures.total(by_leaf.values())),
        "typical": [shown[pk] for pk in node.typical if pk in shown][:TYPICAL],
        "outliers": [shown[pk] for pk in node.outliers if pk in shown],
        "sketch": drawing.sketches([node.map], leaves=leaves)[node.map_id],
        "groups": contents.groups(leaves),
        "prices": contents.prices(leaves),
        "palette": contents.palette(leaves, here.works),
        "history": node.namings.select_related("by"),
        "parts": parts,
        "near": near,
        "tiles": portraits.tiles(node.map, tree, [*parts, *near]),
    }
    return render(request, "studio/neighbourhood.html", context)


@require_POST
@curators("studio.change_neighbourhood")
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a neighbourhood another name, or, with an empty one, the proposed name again."""
    node = get_object_or_404(Neighbourhood, pk=pk)
    wants_json = request.accepts("application/json") and not request.accepts("text/html")
    try:
        actions.rename(node, request.POST.get("name", ""), by=cast(User, request.user))
    except StudioError as error:
        if wants_json:
            return JsonResponse({"error": str(error)}, status=400)
        messages.error(request, str(error))
    node.refresh_from_db()
    if wants_json:
        return JsonResponse({"name": node.name, "edited": node.named is not None})
    return redirect(node)


@require_safe
@curators()
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what became of the neighbourhoods of the map before, as pictures."""
    found = get_object_or_404(
        Map.objects.select_related("former").filter(state=Map.State.READY), pk=pk
    )
    if found.former is None or not found.changes.get("layers"):
        raise Http404
    context = {
        "map": found,
        "former": found.former,
        "layers": differences.told(found, found.former),
    }
    return render(request, "studio/changes.html", context)


def _found(pk: int) -> tuple[Neighbourhood, queries.Tree]:
    """A neighbourhood with its map, and all of that map. Two queries."""
    of = get_object_or_404(Neighbourhood.objects.select_related("map__space"), pk=pk)
    tree = queries.tree(of.map)
    node = tree.nodes[pk]
    node.map = of.map
    return node, tree

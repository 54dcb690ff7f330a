"""Versions: the leaderboard, one version with its way to visitors, and two side by side."""

from __future__ import annotations

from typing import Any, Final, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from webapp.accounts.models import User
from webapp.lab import catalogue, measures, promoting, samples, version_queries
from webapp.lab.guards import curators
from webapp.lab.models import Promotion, Version
from webapp.lab.promoting import PromotionError
from webapp.lab.version_queries import Entry
from webapp.lab.words import plain

_THIS: Final = "This version"
_YARDSTICKS: Final = {
    "visrank": "VisRank",
    "item-knn": "Item-kNN of visits",
    "popularity": "Popularity",
}
_PURPOSES: Final = {
    catalogue.TASTE: "For you",
    catalogue.VISITS: "Also looked at",
    catalogue.NEXT: "Next in this visit",
}
_UNTRAINED: Final = {
    catalogue.TASTE: "Visitors see VisRank, which compares looks and needs no training.",
    catalogue.VISITS: "Visitors see what was looked at together, counted without a model.",
    catalogue.NEXT: "Visitors see no such row while no model serves it.",
}
_NOUNS: Final = {
    Promotion.Kind.PREPARE: "Preparation",
    Promotion.Kind.PROMOTE: "Promotion",
    Promotion.Kind.ROLLBACK: "Roll back",
    Promotion.Kind.REBUILD: "Rebuild",
}


@require_safe
@curators()
def leaderboard(request: HttpRequest) -> HttpResponse:
    every = version_queries.entries()
    wanted = request.GET.get("for", "")
    purpose = wanted if wanted in catalogue.PURPOSES else catalogue.TASTE
    found = [each for each in every if each.purpose == purpose]
    columns = measures.BOARDS[purpose]
    by = request.GET.get("by", columns[0].key)
    context = {
        "rows": version_queries.leaderboard(found, by, purpose),
        "columns": columns,
        "by": by,
        "serving": next((each for each in found if each.serves), None),
        "found": found,
        "purpose": purpose,
        "purposes": _PURPOSES if {each.purpose for each in every} - {catalogue.TASTE} else {},
        "untrained": _UNTRAINED[purpose],
    }
    return render(request, "lab/leaderboard.html", context)


@require_safe
@curators()
def version(request: HttpRequest, pk: int) -> HttpResponse:
    entry = version_queries.entry(pk)
    if entry is None:
        raise Http404
    asked = list(version_queries.promotions(entry.version)[:6])
    rival = _rival(entry)
    context = {
        "entry": entry,
        "version": entry.version,
        "plots": measures.plots(_rows(entry)),
        "rival": rival,
        "yardstick": version_queries.YARDSTICK[entry.purpose][1],
        "differences": measures.differences(version_queries.against_rival(entry, rival)),
        "looks": samples.looks(_columns(entry, rival)),
        "promotions": [_told(each) for each in asked],
        "open": next((each.pk for each in asked if each.state in Promotion.OPEN), None),
        "refused": bool(asked) and asked[0].state == Promotion.State.REFUSED,
    }
    return render(request, "lab/version.html", context)


@require_safe
@curators()
@never_cache
def version_status(_request: HttpRequest, pk: int) -> JsonResponse:
    """Return how far the newest promotion of a version is, for the page that watches it."""
    found = version_queries.promotions(get_object_or_404(Version.objects.only("pk"), pk=pk))
    newest = found.first()
    return JsonResponse({"promotion": _told(newest) if newest else None})


@require_safe
@curators()
def compare(request: HttpRequest) -> HttpResponse:
    """Show two versions side by side; without two, let them be chosen."""
    pair = [_chosen(request.GET.get(side, "")) for side in ("a", "b")]
    a, b = pair
    context: dict[str, Any] = {
        "found": version_queries.entries(),
        "a": a,
        "b": b,
        "sides": [("a", a), ("b", b)],
    }
    if a is not None and b is not None and a.pk != b.pk and a.purpose == b.purpose:
        found = version_queries.between(a, b)
        columns = [samples.column(each.name, each) for each in (a, b)]
        context |= {
            "compared": found,
            "differences": measures.differences(found),
            "plots": measures.plots([version_queries.own_row(each) for each in (a, b)]),
            "looks": [each for each in samples.looks(columns) if len(each.lists) == len(pair)],
        }
    return render(request, "lab/compare.html", context)


@require_POST
@curators("lab.add_promotion")
def version_promote(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a version serve; with a reason, even against the gate."""
    found = get_object_or_404(Version, pk=pk)
    reason = plain(request.POST.get("override", ""))
    if "override" in request.POST and not reason:
        messages.error(request, "Say why it shall serve all the same; the reason is kept.")
        return redirect(found)
    return _ask(request, found, lambda by: promoting.promote(found, by, reason))


@require_POST
@curators("lab.add_promotion")
def version_prepare(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a version be made ready to serve, without letting it."""
    found = get_object_or_404(Version, pk=pk)
    return _ask(request, found, lambda by: promoting.prepare(found, by))


@require_POST
@curators("lab.add_promotion")
def rollback(request: HttpRequest) -> HttpResponse:
    """Let serve what served before."""
    purpose = request.POST.get("purpose", catalogue.TASTE)
    if purpose not in catalogue.PURPOSES:
        raise Http404
    try:
        done = promoting.rollback(cast(User, request.user), purpose)
    except PromotionError as error:
        messages.error(request, str(error))
        return redirect("lab")
    messages.success(request, f"{done.version or promoting.UNTRAINED[purpose]} serves again.")
    return redirect(done.version) if done.version else redirect("lab")


def _ask(request: HttpRequest, found: Version, ask: Any) -> HttpResponse:
    try:
        ask(cast(User, request.user))
    except PromotionError as error:
        messages.error(request, str(error))
    return redirect(found)


def _rows(entry: Entry) -> list[Any]:
    """Of its report; on its own page a version needs no name."""
    rows = entry.report.get("rows", [])
    return [{**row, "name": _THIS} if row["key"] == version_queries.OWN else row for row in rows]


def _chosen(text: str) -> Entry | None:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        return None
    return version_queries.entry(int(text))


def _rival(entry: Entry) -> Entry | None:
    """What serves now; what it was measured beside, if it serves itself."""
    serving = promoting.serving_version(entry.purpose)
    pk = entry.report.get("served") if entry.serves else serving.pk if serving else None
    return version_queries.entry(pk) if pk and pk != entry.pk else None


def _columns(entry: Entry, rival: Entry | None) -> list[samples.Column]:
    mine = entry.version.samples
    found = [samples.column(_THIS, entry)]
    if rival is not None:
        found.append(samples.column(rival.name, rival))
    return [*found, *((name, mine, key) for key, name in _YARDSTICKS.items())]


def _told(promotion: Promotion) -> dict[str, Any]:
    """Return a promotion as the page and its script show it."""
    return {
        "pk": promotion.pk,
        "kind": _NOUNS[Promotion.Kind(promotion.kind)],
        "state": promotion.state,
        "label": promotion.get_state_display(),
        "open": promotion.state in Promotion.OPEN,
        "by": str(promotion.by or ""),
        "when": timezone.localtime(promotion.created).strftime("%-d %b %Y, %H:%M"),
        "override": promotion.override,
        "reason": promotion.reason,
        "steps": promotion.steps,
        # What failed comes first.
        "checks": sorted(promotion.gate.get("checks", []), key=lambda check: check["passed"]),
    }

"""The front page of the desk, and what was changed lately."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from webapp.desk import trail, waiting
from webapp.desk.guards import READ, allowed
from webapp.desk.models import Edit

LATELY = 12


@require_safe
@allowed(READ)
def desk(request: HttpRequest) -> HttpResponse:
    """Show what waits for somebody, and what was changed lately."""
    context = {
        "waiting": waiting.for_user(request.user),
        "entries": trail.of_gallery(people=_sees_people(request))[:LATELY],
        "edits": Edit.objects.exclude(made=None).select_related("by")[:6],
    }
    return render(request, "desk/front.html", context)


@require_safe
@allowed(READ)
def changes(request: HttpRequest) -> HttpResponse:
    """Show who changed what, newest first, a piece at a time."""
    entries = trail.of_gallery(until=_time(request), people=_sees_people(request))
    after = entries[-1].time.isoformat() if len(entries) == trail.PAGE else ""
    return render(request, "desk/changes.html", {"entries": entries, "after": after})


def _sees_people(request: HttpRequest) -> bool:
    return request.user.has_perm("accounts.view_user")


def _time(request: HttpRequest) -> datetime | None:
    try:
        found = parse_datetime(request.GET.get("until", ""))
    except ValueError:
        return None
    return found if found and found.tzinfo else None

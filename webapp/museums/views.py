"""HTTP for museums: what there is to ask, what was asked, and what somebody wants of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp.accounts.models import User
from webapp.ingest.sources.contract import Source
from webapp.ingest.sources.registry import SOURCES
from webapp.museums import actions, queries
from webapp.museums.actions import SyncStateError
from webapp.museums.forms import AskForm
from webapp.museums.guards import for_askers, taking_files
from webapp.museums.models import Finding, Question, Sync

TICKED: Final = {"all": True, "none": False}
WEEK_SECONDS: Final = 7 * 24 * 3600


@require_safe
@for_askers
def museums(request: HttpRequest) -> HttpResponse:
    """Show which museums can be asked, and what waits for somebody."""
    context = {
        "sources": SOURCES.values(),
        "waiting": queries.waiting(),
        "recent": queries.recent(),
        "contact": settings.SOURCES_CONTACT,
    }
    return render(request, "museums/museums.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@taking_files
def museum(request: HttpRequest, name: str) -> HttpResponse:
    """Show a museum and ask it: by a search, by numbers, an address, or its own files."""
    source = _source(name)
    form = AskForm(source, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        most = form.cleaned_data["most"]
        user = cast(User, request.user)
        return redirect(actions.ask(source=name, user=user, most=most, **form.asked))
    context = {
        "source": source,
        "form": form,
        "recent": queries.recent(name),
        "weekly": queries.weekly(name),
        "contact": settings.SOURCES_CONTACT,
    }
    return render(request, "museums/museum.html", context, status=400 if form.errors else 200)


@require_safe
@for_askers
def sync(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far a sync is, and what it found, on walls where everything can be unticked."""
    found = queries.sync(pk)
    if found is None:
        raise Http404
    show = request.GET.get("show", "")
    show = show if show in queries.WALLS else ""
    context = {
        "sync": found,
        "show": show,
        "walls": queries.walls(found, show, request.GET.get("page", "1")),
        "passed": queries.passed_over(found),
        "ticked": queries.ticked(found),
    }
    return render(request, "museums/sync.html", context)


@require_safe
@for_askers
@never_cache
def sync_status(_request: HttpRequest, pk: int) -> JsonResponse:
    """Return how far a sync is, for the page that watches it."""
    found = get_object_or_404(Sync, pk=pk)
    looking = found.state == Sync.State.LOOKING
    return JsonResponse(
        {
            "state": found.state,
            "open": found.open,
            "read": found.read,
            "reason": found.reason,
            "again": date_format(localtime(found.again), "H:i") if found.again else "",
            "log": found.log,
            "pictures": queries.looked_at(found) if looking else [],
        }
    )


@require_POST
@for_askers
def sync_choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep ticks: of the works that the page showed, or of a whole wall."""
    found = get_object_or_404(Sync, pk=pk)
    wall, _, how = request.POST.get("wall", "").partition(":")
    try:
        if how in TICKED and wall in queries.WALLS:
            actions.choose_all(found, queries.WALLS[wall], chosen=TICKED[how])
        else:
            actions.choose(found, **_ticks(request.POST))
    except SyncStateError as error:
        messages.error(request, str(error))
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"ticked": queries.ticked(found)})
    show = request.POST.get("show", "")
    return redirect(f"{found.get_absolute_url()}?show={show}" if show in queries.WALLS else found)


@require_POST
@for_askers
def sync_bring(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the page's ticks, and let a worker do all that is ticked."""

    def bring(found: Sync) -> None:
        actions.choose(found, **_ticks(request.POST))
        held = request.POST.get("held") == "yes"
        actions.bring_in(found, cast(User, request.user), held=held)

    return _do(request, pk, bring)


@require_POST
@for_askers
def sync_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """End a sync; what was brought in stays."""
    return _do(request, pk, actions.cancel)


@require_POST
@for_askers
def sync_resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Read on where the museum broke off."""
    return _do(request, pk, actions.go_on)


@require_POST
@for_askers
def question_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the same once more."""
    question = get_object_or_404(Question, pk=pk)
    return redirect(actions.ask_again(question, cast(User, request.user)))


@require_POST
@for_askers
def question_weekly(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a question be asked every week, or not any more."""
    question = get_object_or_404(Question, pk=pk)
    weekly = request.POST.get("weekly") == "yes"
    actions.set_weekly(question, weekly)
    said = "It is asked every week; you decide what comes in." if weekly else "It is asked no more."
    messages.info(request, said)
    return redirect("museum", question.source)


@require_safe
@for_askers
@cache_control(private=True, max_age=WEEK_SECONDS, immutable=True)
def preview(_request: HttpRequest, pk: int) -> HttpResponse:
    """Send the small picture of a work that is not here yet."""
    row = get_object_or_404(Finding, pk=pk, preview__isnull=False)
    return HttpResponse(bytes(row.preview or b""), content_type="image/webp")


def _source(name: str) -> Source:
    if name not in SOURCES:
        raise Http404
    return SOURCES[name]


def _ticks(form: QueryDict) -> dict[str, list[int]]:
    return {
        name: [int(pk) for pk in form.getlist(name) if pk.isdecimal() and len(pk) < 19]
        for name in ("shown", "chosen")
    }


def _do(request: HttpRequest, pk: int, action: Callable[[Sync], None]) -> HttpResponse:
    found: Any = get_object_or_404(Sync, pk=pk)
    try:
        action(found)
    except SyncStateError as error:
        messages.error(request, str(error))
    return redirect(found)

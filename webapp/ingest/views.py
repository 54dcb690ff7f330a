"""The pages of a batch: what became of every file, and what is done to all of its works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from webapp.accounts.models import User
from webapp.catalog.publishing import KEPT_DAYS
from webapp.ingest import actions, changes, coming, queries, reporting, telling
from webapp.ingest.access import DELETE, for_editors, for_uploaders
from webapp.ingest.models import Batch, Change, Item

PAGE: Final = 60
"""Files on a page, however many the batch has."""
_DEEDS: Final[dict[str, Callable[..., Change | None]]] = {
    "publish": changes.publish,
    "unpublish": changes.unpublish,
    "delete": changes.delete,
}


@require_safe
@for_uploaders
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a wall of the files of a batch, with the state of each."""
    found = get_object_or_404(Batch.objects.select_related("user"), pk=pk)
    window = _window(request, found)
    now = queries.progress(found)
    states = [(state, getattr(now, state.value)) for state in Item.State]
    still = coming.of(found.pk)
    context = {
        "batch": found,
        "coming": still,
        "ended": now.finished and not still,
        "page": window,
        "items": [telling.item(row) for row in window],
        "progress": now,
        "told": telling.progress(found, now),
        "states": [(state.value, state.label, count) for state, count in states if count],
        "state": request.GET.get("state", ""),
        "words": request.GET.get("q", ""),
        "changes": queries.changes(found),
        "sheets": queries.sheets(found),
        "kept_days": KEPT_DAYS,
    }
    return render(request, "ingest/batch.html", context)


@require_safe
@for_uploaders
@never_cache
def batch_status(request: HttpRequest, pk: int) -> JsonResponse:
    """Return how far a batch is, and the files that its page of the same address shows."""
    found = get_object_or_404(Batch.objects.select_related("user"), pk=pk)
    told = telling.progress(found, queries.progress(found))
    items = [telling.item(row) for row in _window(request, found)]
    still = coming.of(pk)
    words = render_to_string("ingest/coming.html", {"batch": found, "coming": still}, request)
    ended = told["finished"] and not still
    return JsonResponse({"progress": told, "items": items, "coming": words, "finished": ended})


@require_POST
@for_uploaders
def batch_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the failed files of a batch try again."""
    count = actions.retry_failed(batch=get_object_or_404(Batch, pk=pk))
    messages.info(request, _tried(count))
    return redirect("batch", pk)


@require_POST
@for_editors
def batch_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish, hold back or delete the works of a batch, all or those that are ticked."""
    found = get_object_or_404(Batch, pk=pk)
    name = request.POST.get("do", "")
    deed = _DEEDS.get(name)
    if deed is None:
        return HttpResponse("Say what to do: publish, unpublish or delete.", status=400)
    if name == "delete" and not request.user.has_perm(DELETE):
        raise PermissionDenied
    chosen = _chosen(request, found)
    if chosen == []:
        messages.info(request, "Tick the works first.")
    else:
        change = deed(batch=found, user=cast(User, request.user), chosen=chosen)
        messages.info(request, _done(change))
    same = {name: request.POST[name] for name in ("state", "q", "page") if request.POST.get(name)}
    return redirect(f"{reverse('batch', args=[pk])}{f'?{urlencode(same)}' if same else ''}")


@require_POST
@for_editors
def change_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what was done to many works at once."""
    change = get_object_or_404(Change, pk=pk)
    messages.info(request, changes.undo(change))
    return redirect("batch", change.batch_id)


@require_safe
@for_uploaders
def batch_report(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Send the story of every file of a batch as CSV."""
    found = get_object_or_404(Batch, pk=pk)
    site = request.build_absolute_uri("/").rstrip("/")
    lines = reporting.lines(queries.story(found), site=site)
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="batch-{pk}.csv"'},
    )


@require_safe
@for_uploaders
def notices(request: HttpRequest) -> HttpResponse:
    """List what somebody was told of the batches they brought in."""
    told = queries.notices(cast(User, request.user))
    return render(request, "ingest/notices.html", {"told": told})


def _window(request: HttpRequest, batch: Batch) -> Any:
    """Return the page of items that the address asks for; beyond the last it is the last."""
    return Paginator(_listed(request.GET, batch), PAGE).get_page(request.GET.get("page"))


def _listed(asked: QueryDict, batch: Batch) -> QuerySet[Item]:
    state = asked.get("state", "")
    known = state if state in Item.State.values else ""
    return queries.story(batch, state=known, words=asked.get("q", ""))


def _chosen(request: HttpRequest, batch: Batch) -> list[int] | None:
    """Return the works that are ticked, or those of all files listed; None for the whole batch."""
    which = request.POST.get("which")
    if which == "all":
        return None
    if which == "listed":
        works = _listed(request.POST, batch).filter(state__in=changes.BROUGHT_IN)
        return [work for work in works.values_list("artwork", flat=True) if work]
    return [int(number) for number in request.POST.getlist("works") if _is_key(number)]


def _is_key(number: str) -> bool:
    return number.isdecimal() and len(number) < 19


def _tried(count: int) -> str:
    if not count:
        return "Nothing had failed."
    return "1 file is tried again." if count == 1 else f"{count:,} files are tried again."


def _done(change: Change | None) -> str:
    if change is None:
        return "There was nothing to change."
    if not change.works and change.kind == Change.Kind.DELETE:
        return "What still arrives of this batch is deleted with it. Undo is on this page."
    words = f"{changes.counted(len(change.works))} {_ENDS[change.kind]}"
    return f"{words} Undo is on this page."


_ENDS: Final[dict[str, str]] = {
    Change.Kind.PUBLISH: "on the way into the gallery.",
    Change.Kind.UNPUBLISH: "held back.",
    Change.Kind.DELETE: f"deleted; their files go for good after {KEPT_DAYS} days.",
}

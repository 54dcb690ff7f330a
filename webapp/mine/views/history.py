"""What one looked at: to see again, to take out, to clear, to pause."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp.catalog.models import Artwork
from webapp.feed import hooks, visitors, visits
from webapp.feed.queries import marks_of
from webapp.mine import access, actions, history, undoing

FORGOTTEN: Final = "mine.forgotten_looks"


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    visitor = visitors.current(request)
    before = history.read_time(request.GET.get("before", ""))
    context = {
        "history": history.days(visitor, before=before),
        "from_start": before is None,
        "wanted": hooks.wanted(visitor),
        "marks": marks_of(visitor),
        "tab": "history",
    }
    return render(request, "mine/history.html", context)


@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a work out; until the next is taken out it can be brought back."""
    artwork = get_object_or_404(Artwork, pk=pk)
    visitor = visitors.current(request)
    if visitor is None:
        raise Http404
    request.session[FORGOTTEN] = [pk, history.forget(visitor=visitor, artwork=artwork)]
    undo = reverse("history-remember", args=[pk])
    undoing.note(request, _("Taken out of your history."), undo)
    return redirect(access.next_page(request, reverse("history")))


@require_POST
def remember(request: HttpRequest, pk: int) -> HttpResponse:
    artwork = get_object_or_404(Artwork, pk=pk)
    visitor = visitors.current(request)
    of, looks = request.session.pop(FORGOTTEN, (0, []))
    if visitor is None or of != pk:
        raise Http404
    history.remember(visitor=visitor, artwork=artwork, looks=looks)
    messages.success(request, _("It is back."))
    return redirect(access.next_page(request, reverse("history")))


@require_http_methods(["GET", "HEAD", "POST"])
def clear(request: HttpRequest) -> HttpResponse:
    """Ask, then delete all of it."""
    if request.method != "POST":
        return render(request, "mine/history_clear.html", {"tab": "history"})
    if visitor := visitors.current(request):
        history.clear(visitor=visitor)
    request.session.pop(FORGOTTEN, None)
    messages.success(request, _("Your history is empty."))
    response = redirect("history")
    response.delete_cookie(visits.COOKIE, samesite="Lax")
    return response


@require_POST
def pause(request: HttpRequest, verb: str) -> HttpResponse:
    visitor = visitors.current_or_new(request)
    actions.choose(visitor=visitor, history_paused=verb == "pause")
    if verb == "pause":
        messages.success(request, _("Paused. What you look at is not noted."))
    else:
        messages.success(request, _("What you look at is noted again."))
    return redirect(access.next_page(request, reverse("history")))

"""What a visitor does with a work, over HTTP: with or without JavaScript the same forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from webapp.catalog.models import Artwork
from webapp.feed import actions, hooks, impressions, visitors, visits

MARKS: Final[dict[str, tuple[Callable[..., Any], str, str]]] = {
    # what is done, what is said, what takes it back
    "like": (actions.like, gettext_noop("You like this."), "unlike"),
    "unlike": (actions.unlike, gettext_noop("No longer among your likes."), "like"),
    "hide": (actions.hide, gettext_noop("You will not see this again."), "unhide"),
    "unhide": (actions.unhide, gettext_noop("It may be shown again."), "hide"),
    "mute": (
        actions.mute,
        gettext_noop("It stays as it is, but no longer shapes what you are shown."),
        "unmute",
    ),
    "unmute": (actions.unmute, gettext_noop("It shapes what you are shown again."), "mute"),
}
FOUND: Final = ("like", "hide")
"""Marks that are counted for the list the work was found in."""


@require_POST
def mark(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    act, said, opposite = MARKS[verb]
    artwork = get_object_or_404(Artwork, pk=pk, state=Artwork.State.VISIBLE)
    found_in = {"list_id": list_of(request)} if verb in FOUND else {}
    visitor = visitors.current_or_new(request)
    act(visitor=visitor, artwork=artwork, **found_in)
    undo = reverse("mark", args=[pk, opposite])
    if request.accepts("text/html"):
        button = '{} <button form="marks" formaction="{}" class="link">{}</button>'
        messages.success(request, format_html(button, _(said), undo, _("Undo")))
        return visits.hand_over(request, redirect(_next(request)), visitor)
    return visits.hand_over(request, JsonResponse({"said": _(said), "undo": undo}), visitor)


@require_POST
def viewed(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a work was looked at: with their visitor, or for a stranger in their browser only,
    until their visit is over."""
    artwork = get_object_or_404(Artwork, pk=pk, state=Artwork.State.VISIBLE)
    response = HttpResponse(status=204)
    visitor = visitors.current(request)
    if visitor is None:
        return visits.keep(request, response, artwork.pk)
    response = visits.hand_over(request, response, visitor)
    if not hooks.wanted(visitor).unrecorded:
        actions.record_view(visitor=visitor, artwork=artwork, list_id=list_of(request))
    return response


def list_of(request: HttpRequest) -> UUID | None:
    """The list of recommendations that led here, if the page was opened from one."""
    return impressions.list_named(request.POST.get("list", ""))


def _next(request: HttpRequest) -> str:
    """Back to where the visitor was, if that is on this site."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return reverse("browse")

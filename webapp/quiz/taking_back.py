"""A choice of a quiz taken back, or given again, from any page that lists it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from webapp.catalog.models import Artwork
from webapp.feed import visitors
from webapp.quiz import actions


@require_POST
def choice(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Take a choice back or let it count again; either twice is the same as once."""
    artwork = get_object_or_404(Artwork, pk=pk)
    visitor = visitors.current_or_new(request)
    if verb == "take-back":
        actions.take_back(visitor=visitor, artwork=artwork)
        said, opposite = _("Your choice no longer shapes what you are shown."), "restore"
    else:
        actions.restore(visitor=visitor, artwork=artwork)
        said, opposite = _("Your choice shapes what you are shown again."), "take-back"
    undo = reverse("quiz-choice", args=[pk, opposite])
    if not request.accepts("text/html"):
        return JsonResponse({"said": said, "undo": undo})
    button = '{} <button form="marks" formaction="{}" class="link">{}</button>'
    messages.success(request, format_html(button, said, undo, _("Undo")))
    wanted = request.POST.get("next", "")
    on_site = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(wanted if on_site else "quiz-result")

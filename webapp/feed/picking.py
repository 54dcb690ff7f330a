"""Curators' picks: works that newcomers are shown first."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from webapp.catalog.models import Artwork
from webapp.feed.models import Pick


@require_POST
@login_required
@permission_required(("feed.add_pick", "feed.delete_pick"), raise_exception=True)
def pick(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Pick a work, or take the pick back; either twice is the same as once."""
    artwork = get_object_or_404(Artwork, pk=pk, state=Artwork.State.VISIBLE)
    if verb == "pick":
        Pick.objects.get_or_create(artwork=artwork, defaults={"by_id": request.user.pk})
        messages.success(request, _("Newcomers will be shown this work."))
    else:
        Pick.objects.filter(artwork=artwork).delete()
        messages.success(request, _("No longer among the picks."))
    wanted = request.POST.get("next", "")
    on_site = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(wanted if on_site else artwork.get_absolute_url())

"""The History tab of a work: who changed what, and each fact back to what it was."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from webapp.catalog.models import Artwork
from webapp.desk import actions, trail
from webapp.desk.forms import RevertForm
from webapp.desk.guards import READ, WORKS, allowed


@require_safe
@allowed(READ)
def work(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what happened to a work."""
    found = get_object_or_404(Artwork.objects.select_related("artist", "image"), pk=pk)
    return render(request, "desk/work.html", {"work": found, "entries": trail.of_work(found)})


@require_POST
@allowed(WORKS)
def revert(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a fact of a work back."""
    found = get_object_or_404(Artwork, pk=pk)
    form = RevertForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError("Nothing is known of the time before.")
        value = actions.revert(
            found, event_id=form.cleaned_data["event"], field=form.cleaned_data["field"]
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"It is {value} again.")
    return redirect("desk-work", pk)

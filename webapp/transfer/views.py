"""The page of exports, for admins."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp.accounts.models import User
from webapp.transfer import actions, queries
from webapp.transfer.forms import ExportForm
from webapp.transfer.models import Export
from webapp.transfer.selection import SelectionError

PERMISSION = "transfer.add_export"
LOST = "The file of this export is not here any more. Export it again."


def for_admins(view: Any) -> Any:
    """Ask strangers to sign in, and show the 403 page to those who may not export."""
    return login_required(permission_required(PERMISSION, raise_exception=True)(view))


@require_http_methods(["GET", "HEAD", "POST"])
@for_admins
@never_cache
def exports(request: HttpRequest) -> HttpResponse:
    """Show all exports, and start one."""
    first = {"kind": request.GET.get("kind", "all"), "value": request.GET.get("value", "")}
    form = ExportForm(request.POST) if request.method == "POST" else ExportForm(initial=first)
    if form.is_bound and form.is_valid():
        try:
            actions.ask(**form.cleaned_data, by=cast(User, request.user))
        except SelectionError as error:
            form.add_error("value", str(error))
        else:
            return redirect("exports")
    found = queries.recent()
    context = {
        "form": form,
        "exports": found,
        "open": any(export.is_open for export in found),
        "days": actions.KEPT.days,
    }
    return render(request, "transfer/exports.html", context, status=400 if form.errors else 200)


@require_safe
@for_admins
@never_cache
def exports_status(_request: HttpRequest) -> JsonResponse:
    """Say how far the exports are that are not made yet."""
    told = [
        {"id": export.pk, "state": export.get_state_display(), "done": export.done}
        for export in queries.waiting()
    ]
    return JsonResponse({"open": told})


@require_POST
@for_admins
def export_cancel(_request: HttpRequest, pk: int) -> HttpResponse:
    """End an export that is being made."""
    actions.cancel(get_object_or_404(Export, pk=pk))
    return redirect("exports")


@require_POST
@for_admins
def export_delete(_request: HttpRequest, pk: int) -> HttpResponse:
    """Delete an export and its file."""
    actions.delete(get_object_or_404(Export, pk=pk))
    return redirect("exports")


@require_safe
@for_admins
@never_cache
def export_download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the file of an export, piece by piece."""
    found = get_object_or_404(Export, pk=pk, state=Export.State.DONE)
    try:
        stream = queries.file_of(found.pk).open("rb")
    except FileNotFoundError:
        messages.warning(request, LOST)
        return redirect("exports")
    day = timezone.localdate(found.created).isoformat()
    return FileResponse(stream, as_attachment=True, filename=f"artrec-{day}-{found.pk}.zip")

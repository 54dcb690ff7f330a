"""HTTP for uploads: pages for admins, and the JSON by which their browser follows a batch."""

from __future__ import annotations

from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from webapp import uploads
from webapp.accounts.models import User
from webapp.catalog.facts import Facts
from webapp.catalog.files import variant_name
from webapp.ingest import actions, queries
from webapp.ingest.forms import MAX_FILES, UploadForm
from webapp.ingest.models import Batch, Item

PERMISSION = "catalog.add_artwork"
THUMB_WIDTH = 320


def for_admins(view: Any) -> Any:
    """Ask strangers to sign in, and show the 403 page to those who may not upload."""
    return login_required(permission_required(PERMISSION, raise_exception=True)(view))


def taking_files(view: Any) -> Any:
    """Let a page take large files, of admins only: who asks is known before the body is read, so
    the token in it is checked a step further in."""

    @csrf_exempt
    @for_admins
    @wraps(view)
    def permitted(request: HttpRequest) -> Any:
        request.upload_handlers = uploads.unlimited(request)
        return csrf_protect(view)(request)

    return permitted


@require_http_methods(["GET", "HEAD", "POST"])
@taking_files
def upload(request: HttpRequest) -> HttpResponse:
    """Show the upload page; without JavaScript, take all files in one form."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        batch = _batch_of(request)
        _receive(batch, form.cleaned_data["pictures"])
        return redirect("batch", batch.pk)
    context = {
        "form": form,
        "batches": queries.recent_batches(),
        "max_files": MAX_FILES,
        "max_bytes": settings.UPLOAD_MAX_BYTES,
    }
    return render(request, "ingest/upload.html", context, status=400 if form.errors else 200)


@require_POST
@taking_files
def upload_file(request: HttpRequest) -> JsonResponse:
    """Take one file; the first of a batch opens it, the others name it."""
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        sentences = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return JsonResponse({"error": sentences}, status=400)
    batch = _batch_of(request)
    items = _receive(batch, form.cleaned_data["pictures"])
    return JsonResponse(
        {
            "batch": batch.pk,
            "items": [item.pk for item in items],
            "url": reverse("batch", args=[batch.pk]),
            "status_url": reverse("batch-status", args=[batch.pk]),
        },
        status=201,
    )


@require_GET
@for_admins
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the story of every file of a batch."""
    found = get_object_or_404(Batch.objects.select_related("user"), pk=pk)
    state = request.GET.get("state", "")
    state = state if state in Item.State.values else ""
    items = [_told(item) for item in queries.story(found, state=state)]
    context = {
        "batch": found,
        "progress": queries.progress(found),
        "items": items,
        "state": state,
        "states": Item.State.choices,
    }
    return render(request, "ingest/batch.html", context)


@require_GET
@for_admins
@never_cache
def batch_status(_request: HttpRequest, pk: int) -> JsonResponse:
    """Return what became of each file of a batch so far."""
    found = get_object_or_404(Batch, pk=pk)
    items = [_told(item) for item in queries.story(found)]
    return JsonResponse({"items": items, "finished": all(item["settled"] for item in items)})


@require_POST
@for_admins
def batch_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the failed files of a batch try again."""
    count = actions.retry_failed(batch=get_object_or_404(Batch, pk=pk))
    messages.info(request, f"{count} files are tried again." if count else "Nothing had failed.")
    return redirect("batch", pk)


def _batch_of(request: HttpRequest) -> Batch:
    """Return the visitor's own batch that the form names, or a new one."""
    user = cast(User, request.user)
    number = request.POST.get("batch", "")
    if number.isdecimal() and len(number) < 19:
        return get_object_or_404(Batch, pk=int(number), user=user)
    return actions.start_batch(source=f"Upload by {user.get_username()}", user=user)


def _receive(batch: Batch, files: list[UploadedFile[Any]]) -> list[Item]:
    incoming = [actions.Incoming(file.name or "file", file, _facts(file)) for file in files]
    return actions.receive_files(batch=batch, files=incoming)


def _facts(file: UploadedFile[Any]) -> Facts:
    """An upload says no more of a work than the file's name."""
    title = (file.name or "").rpartition(".")[0] or file.name or "Untitled"
    return Facts(title=title[:300])


def _told(item: Item) -> dict[str, Any]:
    """Return an item as pages and scripts show it."""
    work = item.artwork
    image = getattr(work, "image", None)
    shown = work is not None and work.state == work.State.VISIBLE
    return {
        "id": item.pk,
        "name": item.name,
        "state": item.state,
        "label": item.get_state_display(),
        "reason": item.reason or (work.state_reason if work and not shown else ""),
        "settled": item.finished is not None,
        "title": work.title if work else "",
        "url": work.get_absolute_url() if work and shown else "",
        "thumbnail": _thumbnail(image) if image else "",
    }


def _thumbnail(image: Any) -> str:
    width = next((width for width in image.widths if width >= THUMB_WIDTH), image.widths[-1])
    return default_storage.url(variant_name(image.key, width, image.formats[0]))

"""The upload page, and what its script asks for besides the files themselves."""

from __future__ import annotations

import json
from functools import wraps
from http import HTTPStatus
from typing import Any, Final, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from webapp import uploads
from webapp.accounts.models import User
from webapp.ingest.access import for_uploaders
from webapp.intake import actions, queries
from webapp.intake.callers import for_senders
from webapp.intake.forms import ACCEPTED, MAX_FILES, UploadForm
from webapp.intake.models import Sending

MOST_KEYS: Final = 1000
"""Files asked about at once."""
MOST: Final = {"files": 1_000_000, "bytes": 2**50}
"""What a browser may announce."""


class QuestionError(Exception):
    """A script asked for something in a way that is not understood."""


def taking_files(view: Any) -> Any:
    """Let a page take large files, of admins only: who asks is known before the body is read, so
    the token in it is checked a step further in."""

    @csrf_exempt
    @for_uploaders
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
    user = cast(User, request.user)
    if form.is_valid():
        files, held = form.cleaned_data["pictures"], form.cleaned_data["held"]
        return redirect("batch", actions.take_plain(user=user, held=held, files=files).pk)
    context = {
        "form": form,
        "unfinished": queries.unfinished().filter(batch__user=user),
        "recent": queries.recent(),
        "accepted": ACCEPTED,
        "max_files": MAX_FILES,
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "max_archive_bytes": settings.ARCHIVE_MAX_BYTES,
    }
    return render(request, "intake/upload.html", context, status=400 if form.errors else 200)


@require_POST
@for_senders
def begin(request: HttpRequest) -> JsonResponse:
    """Open a sending for files that were chosen, or find the one that some of them belong to."""
    try:
        asked = _asked(request)
        files, size = _count(asked, "files"), _count(asked, "bytes")
        sample = _keys(asked, "sample")
        held = asked.get("held") is True
    except QuestionError as error:
        return _not_understood(error)
    user = cast(User, request.user)
    sending = actions.begin(user=user, files=files, size=size, held=held, sample=sample)
    answer = {
        "sending": sending.pk,
        "continued": sending.uploads.exists(),
        "held": sending.batch.held,
        "batch": reverse("batch", args=[sending.batch_id]),
    }
    for name in ("arrived", "more", "close", "progress"):
        answer[name] = reverse(f"sending-{name}", args=[sending.pk])
    return JsonResponse(answer, status=HTTPStatus.CREATED)


@require_POST
@for_senders
def arrived(request: HttpRequest, pk: int) -> JsonResponse:
    """Tell which of some files need not be sent any more."""
    sending = _own(request, pk)
    try:
        fingerprints = [actions.fingerprint(key) for key in _keys(_asked(request), "files")]
    except QuestionError as error:
        return _not_understood(error)
    here = queries.arrived(sending, fingerprints)
    return JsonResponse({"arrived": [each in here for each in fingerprints]})


@require_POST
@for_senders
def more(request: HttpRequest, pk: int) -> JsonResponse:
    """Expect more files of a sending that goes on."""
    sending = _own(request, pk)
    try:
        asked = _asked(request)
        actions.add(sending=sending, files=_count(asked, "files"), size=_count(asked, "bytes"))
    except QuestionError as error:
        return _not_understood(error)
    return JsonResponse({})


@require_POST
@for_senders
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """End a sending: everything was sent, or somebody leaves it at that."""
    actions.close(sending=_own(request, pk))
    if request.accepts("text/html"):
        messages.info(request, "What had arrived stays; nothing more is expected.")
        return redirect("upload")
    return JsonResponse({})


@require_GET
@for_senders
@never_cache
def progress(request: HttpRequest, pk: int) -> JsonResponse:
    """Tell what became of the files of a sending so far."""
    return JsonResponse(queries.state_of(_own(request, pk).batch))


def _own(request: HttpRequest, pk: int) -> Sending:
    rows = Sending.objects.select_related("batch")
    return get_object_or_404(rows, pk=pk, batch__user=cast(User, request.user))


def _asked(request: HttpRequest) -> dict[str, Any]:
    try:
        asked = json.loads(request.body)
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise QuestionError("The body must be a JSON object.")
    return asked


def _count(asked: dict[str, Any], name: str) -> int:
    value = asked.get(name)
    if type(value) is not int or not 0 <= value <= MOST[name]:
        raise QuestionError(f"“{name}” must be a whole number up to {MOST[name]:,}.")
    return value


def _keys(asked: dict[str, Any], name: str) -> list[actions.Key]:
    """Return files as their browser knows them: path, size, and time of change as text."""
    rows = asked.get(name)
    if not isinstance(rows, list) or len(rows) > MOST_KEYS:
        raise QuestionError(f"“{name}” must be a list of at most {MOST_KEYS} files.")
    keys = []
    for row in rows:
        match row:
            case [str(path), int(size), str(changed)]:
                keys.append((path, size, changed))
            case _:
                raise QuestionError(f"“{name}” must hold path, size and time of change.")
    return keys


def _not_understood(error: QuestionError) -> JsonResponse:
    return JsonResponse({"error": str(error)}, status=HTTPStatus.BAD_REQUEST)

"""Resumable uploads by tus 1.0 (https://tus.io/protocols/resumable-upload).

What came of a request that was cut off is kept; the client asks how much that is and goes on.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from http import HTTPStatus
from io import FileIO
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date

from webapp.intake import actions, staging
from webapp.intake.callers import for_senders
from webapp.intake.models import Sending, Upload

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,termination,expiration,checksum"
ALGORITHMS: Final = ("sha1", "sha256")
BODY: Final = "application/offset+octet-stream"
PIECE: Final = 256 * 1024
"""Bytes in memory at a time."""
SILENCE: Final = 30.0
"""Seconds after which a connection that sends nothing is given up, so that another may go on."""
CHECKSUM_MISMATCH: Final = 460
_NUMBER: Final = re.compile(r"[0-9]{1,15}")


class ProtocolError(Exception):
    """A request that cannot be done; the message is a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def speaks_tus(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer as the protocol wants: its version, and errors as a status and a sentence."""

    @wraps(view)
    def answered(request: HttpRequest, **names: Any) -> HttpResponse:
        try:
            if request.method == "OPTIONS":
                response = _abilities()
            elif request.headers.get("Tus-Resumable") != VERSION:
                raise ProtocolError(HTTPStatus.PRECONDITION_FAILED, f"Speak tus {VERSION}.")
            else:
                response = view(request, **names)
        except (ProtocolError, actions.RefusedError) as error:
            response = HttpResponse(str(error), status=error.status)
        except staging.BusyError:
            sentence = "Another connection is still sending this file. Try again in a moment."
            response = HttpResponse(sentence, status=HTTPStatus.LOCKED)
        response["Content-Type"] = "text/plain; charset=utf-8"
        response["Tus-Resumable"] = response["Tus-Version"] = VERSION
        response["Cache-Control"] = "no-store"
        return response

    return answered


@for_senders
@speaks_tus
def uploads(request: HttpRequest) -> HttpResponse:
    """Begin a file, and take its first bytes if they come along."""
    if request.method != "POST":
        raise ProtocolError(HTTPStatus.METHOD_NOT_ALLOWED, "A file is begun by POST.")
    size = _number(request, "Upload-Length")
    told = _metadata(request.headers.get("Upload-Metadata", ""))
    key = (told.get("path", ""), size, told.get("changed", ""))
    upload = actions.open_upload(sending=_sending(request, told.get("sending", "")), key=key)
    fresh = upload.state == Upload.State.OPEN and staging.length(upload.stored) == 0
    if fresh and request.content_type == BODY:
        _append(request, upload, offset=0)
    response = _told(HttpResponse(status=HTTPStatus.CREATED), upload)
    response["Location"] = reverse("tus-upload", args=[upload.pk])
    return response


@for_senders
@speaks_tus
def upload(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Tell how much of a file is here, take more of it, or forget it."""
    method = request.method
    if method == "POST":  # for networks that let nothing else through
        method = request.headers.get("X-HTTP-Method-Override", "")
    rows = Upload.objects.filter(sending__batch__user=request.user.pk)
    if (row := rows.filter(pk=pk).first()) is None:
        raise ProtocolError(HTTPStatus.NOT_FOUND, "There is no such file, or it was given up.")
    is_open = row.state == Upload.State.OPEN
    if is_open and row.expires < timezone.now():
        raise ProtocolError(HTTPStatus.GONE, "This file waited too long. Choose it again.")
    if method == "HEAD":
        return _told(HttpResponse(), row)
    if method == "PATCH":
        return _patch(request, row)
    if method != "DELETE":
        raise ProtocolError(HTTPStatus.METHOD_NOT_ALLOWED, "A file knows HEAD, PATCH and DELETE.")
    if not is_open:
        raise ProtocolError(HTTPStatus.CONFLICT, "This file is complete; delete it in its batch.")
    actions.drop(upload=row)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _patch(request: HttpRequest, upload: Upload) -> HttpResponse:
    if request.content_type != BODY:
        raise ProtocolError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"The body must be {BODY}.")
    offset = _number(request, "Upload-Offset")
    if upload.state == Upload.State.OPEN:
        _append(request, upload, offset=offset)
    elif offset != upload.size:
        raise ProtocolError(HTTPStatus.CONFLICT, "This file is complete.")
    return _told(HttpResponse(status=HTTPStatus.NO_CONTENT), upload)


def _append(request: HttpRequest, upload: Upload, *, offset: int) -> None:
    """Write the body to the end of the file, as much of it as comes."""
    algorithm, checksum = _checksum(request)
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with staging.appending(upload.stored) as stream:
        if not Upload.objects.filter(pk=upload.pk).exists():
            staging.discard(upload.stored)  # forgotten in the moment before
            raise ProtocolError(HTTPStatus.NOT_FOUND, "This file was given up.")
        here = stream.seek(0, 2)
        if here != offset:
            raise ProtocolError(HTTPStatus.CONFLICT, f"The file goes on at byte {here}.")
        if int(request.META.get("CONTENT_LENGTH") or 0) > upload.size - here:
            sentence = f"Only {upload.size - here} bytes were still to come."
            raise ProtocolError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentence)
        for piece in _body(request, upload.size - here):
            _write(stream, piece)
            digest.update(piece)
        if checksum and digest.digest() != checksum:
            stream.truncate(here)
            raise ProtocolError(CHECKSUM_MISMATCH, "The bytes are not those that were sent.")


def _body(request: HttpRequest, left: int) -> Iterator[bytes]:
    """Yield the body in pieces until it ends, is cut off, or falls silent."""
    with _impatient(request), suppress(UnreadablePostError, TimeoutError):
        while piece := request.read(min(PIECE, left)):
            yield piece
            left -= len(piece)


@contextmanager
def _impatient(request: HttpRequest) -> Iterator[None]:
    """Wait for bytes only so long, where the web server lets us."""
    connection = request.META.get("gunicorn.socket")
    if connection is None:
        yield
        return
    connection.settimeout(SILENCE)
    try:
        yield
    finally:
        connection.settimeout(None)


def _write(stream: FileIO, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[stream.write(rest) :]


def _told(response: HttpResponse, upload: Upload) -> HttpResponse:
    """Say how much of a file is here; where all of it is, it is handed over before that."""
    length = upload.size
    if upload.state == Upload.State.OPEN:
        length = staging.length(upload.stored)
        if length == upload.size:
            actions.conclude(upload.pk)
        else:
            response["Upload-Expires"] = http_date(actions.touch(upload=upload).timestamp())
    response["Upload-Offset"] = str(length)
    response["Upload-Length"] = str(upload.size)
    return response


def _abilities() -> HttpResponse:
    response = HttpResponse(status=HTTPStatus.NO_CONTENT)
    response["Tus-Extension"] = EXTENSIONS
    response["Tus-Checksum-Algorithm"] = ",".join(ALGORITHMS)
    return response


def _sending(request: HttpRequest, number: str) -> Sending:
    rows = Sending.objects.select_related("batch").filter(batch__user=request.user.pk)
    found = rows.filter(pk=int(number)).first() if _NUMBER.fullmatch(number) else None
    if found is None:
        raise ProtocolError(HTTPStatus.NOT_FOUND, "There is no such upload of yours.")
    return found


def _number(request: HttpRequest, header: str) -> int:
    value = request.headers.get(header, "")
    if not _NUMBER.fullmatch(value):
        raise ProtocolError(HTTPStatus.BAD_REQUEST, f"{header} must be a number of bytes.")
    return int(value)


def _metadata(header: str) -> dict[str, str]:
    """Return the names and values of `Upload-Metadata`."""
    told = {}
    for pair in filter(None, header.split(",")):
        name, _, value = pair.strip().partition(" ")
        told[name] = _decoded(value).decode("utf-8", "replace")
    return told


def _checksum(request: HttpRequest) -> tuple[str, bytes]:
    """Return algorithm and digest of `Upload-Checksum`; without one, an empty digest."""
    algorithm, _, value = request.headers.get("Upload-Checksum", ALGORITHMS[0]).partition(" ")
    if algorithm not in ALGORITHMS:
        sentence = f"Checksums are made by {' or '.join(ALGORITHMS)}."
        raise ProtocolError(HTTPStatus.BAD_REQUEST, sentence)
    return algorithm, _decoded(value)


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise ProtocolError(HTTPStatus.BAD_REQUEST, f"{value!r} is not Base64.") from None

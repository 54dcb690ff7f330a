"""Ask to search by a picture: checked here, seen by a worker, forgotten after a day.

What is uploaded is opened under limits and only a small copy handed on; once the worker has seen
it, that is gone too. What stays is what `PictureQuery` lists, for `KEEP`, or for `KEEP_LONGER` if
the visitor ticks so; only then a preview stays as well.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import timedelta
from math import isfinite
from threading import BoundedSemaphore
from typing import Final

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from artrec.errors import ImageError
from artrec.images import Box, Limits, open_image, small_copy
from webapp import clients
from webapp.catalog.models import Artwork
from webapp.feed.models import Visitor
from webapp.jobs import Job, enqueue
from webapp.vectors import queries as vectors
from webapp.vectors.models import PictureQuery

SESSION_KEY: Final = "pictures"
"""Where a session keeps the tokens of the pictures that were asked for in it."""
MOST_BYTES: Final = 20_000_000
LIMITS: Final = Limits(max_bytes=MOST_BYTES, max_pixels=60_000_000)
LONGEST: Final = 1024
"""Pixels of the longer side of what is handed on: more than any extractor looks at."""
AT_LEAST: Final = 512
"""Pixels of the shorter side below which decoding smaller would lose something."""
KEEP: Final = timedelta(days=1)
KEEP_LONGER: Final = timedelta(days=30)

WHILE: Final = timedelta(minutes=10)
PER_ASKER: Final = 30
PER_ADDRESS: Final = 120
"""Pictures within `WHILE`, of one visitor and of one address, where many may sit."""
QUEUE: Final = 200
"""Pictures that may wait in all: a minute of one worker."""
SMALLEST_PART: Final = 0.02
"""Share of the side of a work that a part must have."""

_DECODERS: Final = BoundedSemaphore(2)
"""Each may need some hundred megabytes for a moment."""
_PATIENCE: Final = 5.0  # seconds


class RefusedError(Exception):
    """A picture cannot be searched by; the message says why, for the visitor."""

    def __init__(self, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def ask_by_upload(
    file: bytes, *, visitor: Visitor | None, tokens: Collection[str], address: str, keep: bool
) -> PictureQuery:
    """Ask to search by a picture somebody sent.

    Args:
        file: Its bytes; not trusted in any way.
        visitor: Who asks, if known.
        tokens: Those of pictures asked for in the same session, for limits.
        address: Where it comes from.
        keep: Whether to keep it longer, and a preview.

    Raises:
        RefusedError: If it is no picture, exceeds a limit, or too many came.
    """
    _check_possible()
    return _put(
        PictureQuery(picture=_checked(file), kept=keep),
        visitor=visitor,
        tokens=tokens,
        address=address,
    )


def ask_by_part(
    work: Artwork,
    box: Box,
    *,
    visitor: Visitor | None,
    tokens: Collection[str],
    address: str,
) -> PictureQuery:
    """Ask to search by a part of a work; see `ask_by_upload`. The box may reach beyond the picture.

    Raises:
        RefusedError: If the part is too small, or too many came.
    """
    _check_possible()
    if not all(map(isfinite, box)):
        raise RefusedError(_("That is no part of the picture. Draw a frame, or give four numbers."))
    left, top, width, height = box
    right, bottom = min(1.0, left + width), min(1.0, top + height)
    left, top = max(0.0, left), max(0.0, top)
    if min(right - left, bottom - top) < SMALLEST_PART:
        raise RefusedError(_("That part is too small to search by. Choose a larger one."))
    part = [round(value, 5) for value in (left, top, right - left, bottom - top)]
    return _put(
        PictureQuery(artwork=work, box=part), visitor=visitor, tokens=tokens, address=address
    )


def forget(query: PictureQuery) -> None:
    """Let nobody see it again, from now on; what it counts for limits stays a moment longer."""
    _forget(PictureQuery.objects.filter(pk=query.pk))


def _forget(rows: QuerySet[PictureQuery]) -> None:
    rows.update(
        expires=timezone.now(),
        state=PictureQuery.State.FAILED,
        features=None,
        picture=None,
        preview=None,
        palette=[],
        placeholder="",
        visitor_id=None,
    )


def forget_session(tokens: Collection[str]) -> None:
    """Forget all pictures of a session, for whom there may be no visitor."""
    _forget(PictureQuery.objects.filter(token__in=list(tokens)))


def forget_visitor(visitor_id: int) -> None:
    """Forget all pictures of a visitor who is deleted."""
    _forget(PictureQuery.objects.filter(visitor_id=visitor_id))


def hand_over(visitor_id: int, *, to: int) -> None:
    """Give the pictures of a session to the account it signed in to."""
    PictureQuery.objects.filter(visitor_id=visitor_id).update(visitor_id=to)


def unowned(tokens: Collection[str]) -> QuerySet[PictureQuery]:
    """Return the pictures of a session that are nobody's yet, those that are forgotten left out."""
    known = PictureQuery.objects.filter(token__in=list(tokens), visitor_id=None)
    return known.filter(expires__gt=timezone.now())


def tidy() -> int:
    """Delete what has expired and counts for no limit any more. Returns how many rows."""
    return PictureQuery.objects.filter(outdated()).delete()[0]


def outdated() -> Q:
    """Rows that `tidy` deletes."""
    now = timezone.now()
    return Q(expires__lte=now, asked__lt=now - WHILE)


def _check_possible() -> None:
    if vectors.live_space() is None:
        raise RefusedError(
            _("The gallery has not looked at its pictures yet. Try again later."), status=503
        )


def _checked(file: bytes) -> bytes:
    """Open what was sent and return a small copy of it, upright, without metadata."""
    if not _DECODERS.acquire(timeout=_PATIENCE):
        raise RefusedError(_busy(), status=429)
    try:
        opened = open_image(file, limits=LIMITS, at_least=AT_LEAST)
        return small_copy(opened.pixels, longest=LONGEST)
    except ImageError as error:
        raise RefusedError(_words(error)) from error
    finally:
        _DECODERS.release()


@transaction.atomic
def _put(
    query: PictureQuery, *, visitor: Visitor | None, tokens: Collection[str], address: str
) -> PictureQuery:
    digest = salted_hmac("feed.pictures", clients.network(address), algorithm="sha256").hexdigest()
    with connection.cursor() as cursor:
        # Of two requests at once the second waits here, and counts what the first has asked for.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [digest])
    _check_limits(visitor, tokens, digest)
    query.token = secrets.token_urlsafe(24)
    query.visitor_id = visitor.pk if visitor else None
    query.address = digest
    query.expires = timezone.now() + (KEEP_LONGER if query.kept else KEEP)
    query.save(force_insert=True)
    enqueue(Job.READ_QUERIES)
    return query


def _check_limits(visitor: Visitor | None, tokens: Collection[str], digest: str) -> None:
    recent = PictureQuery.objects.filter(asked__gt=timezone.now() - WHILE)
    mine = Q(token__in=list(tokens)) | (Q(visitor_id=visitor.pk) if visitor else Q())
    of_asker = recent.filter(mine).count() if tokens or visitor else 0
    if of_asker >= PER_ASKER or recent.filter(address=digest).count() >= PER_ADDRESS:
        raise RefusedError(
            _("You have searched by many pictures just now. Wait ten minutes, then go on."),
            status=429,
        )
    if PictureQuery.objects.filter(state=PictureQuery.State.QUEUED).count() >= QUEUE:
        raise RefusedError(_busy(), status=429)


def _busy() -> str:
    return _("Many pictures are being looked at just now. Try again in a minute.")


def too_large() -> str:
    """Return what is said of a file with too many bytes."""
    return _("The file has more than %(most)d MB. Save the picture at a smaller size.") % {
        "most": MOST_BYTES // 1_000_000
    }


def _words(error: ImageError) -> str:
    """Say why a picture was refused, in the visitor's language."""
    words = {
        "empty": _("The file is empty. Choose the picture again."),
        "too-many-bytes": too_large(),
        "unsupported-format": _(
            "This is not a picture that can be opened here. Choose a JPEG, PNG, WebP or AVIF."
        ),
        "too-many-pixels": _(
            "The picture has more than %(most)d million pixels. Save it at a smaller size."
        )
        % {"most": LIMITS.max_pixels // 1_000_000},
        "too-small": _("The picture is too small to see anything in it. Choose a larger one."),
        "absurd-shape": _("The picture is too long and narrow. Cut out a part of it."),
        "damaged": _("The picture is damaged or cut off. Save it again, then try once more."),
    }
    return words.get(error.code, words["damaged"])

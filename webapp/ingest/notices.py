"""Tell who brought a batch in what came of it: on their next page, and by e-mail.

That is when it has come to its end, and before that when somebody has sent some of its files and
left it: they may have closed the browser too early and not know.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from smtplib import SMTPException
from typing import Final

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from webapp.accounts.models import User
from webapp.ingest import coming
from webapp.ingest.coming import Coming
from webapp.ingest.models import Batch, Item, Notice
from webapp.ingest.queries import UNDER_WAY, Progress, progress

log = logging.getLogger(__name__)

QUIET: Final = timedelta(seconds=20)
"""How long nothing must have come in or ended: files of one upload come one after another."""


LEFT: Final = timedelta(hours=1)
"""How long nothing must have arrived for a batch to be told of though files of it are missing."""
SOURCE_LENGTH: Final = 150
"""Characters of the name of a batch, so that what is said of it fits into a notice."""


def tell_ended() -> int:
    """Tell of batches that ended since, or that somebody left before all had arrived.

    Of one that was left it is told again once more of it has arrived. Returns of how many it was
    told. Safe to run twice and beside itself.
    """
    still = list(coming.of_all())  # asked first: what arrives meanwhile is an item further down
    missing = _left(still)
    items = Item.objects.filter(batch=OuterRef("pk"))
    since = timezone.now() - QUIET
    moving = items.filter(Q(state__in=UNDER_WAY) | Q(created__gt=since) | Q(finished__gt=since))
    ended = Batch.objects.filter(Exists(items), ~Exists(moving), told=None)
    ended = ended.exclude(pk__in={each.batch for each in still} - missing.keys())
    return sum(_tell(batch, missing.get(batch.pk)) for batch in ended.select_related("user"))


def take_unseen(user: User, count: int = 3) -> list[Notice]:
    """Return what somebody has not been shown yet; from now on they have been."""
    unseen = list(Notice.objects.filter(user=user, seen=None).order_by("pk")[:count])
    if unseen:
        Notice.objects.filter(pk__in=[notice.pk for notice in unseen]).update(seen=timezone.now())
    return unseen


def sentence(source: str, now: Progress) -> str:
    """Say how a batch ended: "Upload by mara: 40 in the gallery, 1 refused."."""
    return f"{source}: {_became(now)}."


def left_sentence(source: str, now: Progress, missing: Coming) -> str:
    """Say what came of a batch that somebody left, how many files are missing, and what to do."""
    files, are = missing.files or 0, "is" if missing.arrived == 1 else "are"
    have, them = ("has", "it") if missing.missing == 1 else ("have", "them")
    return (
        f"{source[:SOURCE_LENGTH]}: {missing.arrived:,} of {files:,} files {are} done: "
        f"{_became(now)}. {missing.missing:,} {have} not arrived, and nothing came for an hour. "
        f"To send {them}, choose the same files again on the upload page."
    )


def _became(now: Progress) -> str:
    parts = (
        (now.visible, "in the gallery"),
        (now.draft, "held back as drafts"),
        (now.duplicate, "already here"),
        (now.refused, "refused"),
        (now.failed, "failed"),
        (now.deleted, "deleted"),
    )
    return ", ".join(f"{count:,} {word}" for count, word in parts if count)


def _left(still: Iterable[Coming]) -> dict[int, Coming]:
    """Return, by batch, what somebody left before all of it had arrived."""
    left: dict[int, Coming] = {}
    for each in still:
        left.setdefault(each.batch, each)
    under_way = {each.batch for each in still if not each.rested(LEFT)}
    return {batch: each for batch, each in left.items() if batch not in under_way}


@transaction.atomic
def _tell(batch: Batch, missing: Coming | None) -> bool:
    mine = Batch.objects.filter(pk=batch.pk, told=None).update(told=timezone.now())
    if mine and batch.user:
        now, source = progress(batch), batch.source
        words = left_sentence(source, now, missing) if missing else sentence(source, now)
        Notice.objects.create(user=batch.user, batch=batch, words=words)
        if settings.EMAIL_HOST and batch.user.email:
            subject = "Your upload is not complete" if missing else "Your upload has ended"
            paths = [reverse("batch", args=[batch.pk]), *([reverse("upload")] if missing else [])]
            write = partial(_write_to, batch.user.email, subject, words, paths)
            transaction.on_commit(write)
    return bool(mine)


def _write_to(address: str, subject: str, words: str, paths: list[str]) -> None:
    if settings.SITE_ADDRESS:
        words += "\n\n" + "".join(f"{settings.SITE_ADDRESS}{path}\n" for path in paths)
    try:
        send_mail(subject, words, None, [address])
    except (OSError, SMTPException) as error:
        # They see it on the site in any case.
        log.warning("could not write to the owner of %s: %s", paths[0], error)

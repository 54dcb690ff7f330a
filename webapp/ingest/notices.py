"""Tell who brought a batch in when it has come to its end: on their next page, and by e-mail."""

from __future__ import annotations

import logging
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
from webapp.ingest.models import Batch, Item, Notice
from webapp.ingest.queries import UNDER_WAY, Progress, progress

log = logging.getLogger(__name__)

QUIET: Final = timedelta(seconds=20)
"""How long nothing must have come in or ended: files of one upload come one after another."""


def tell_ended() -> int:
    """Tell of batches that ended since, and of which nothing is still to come.

    Returns of how many. Safe to run twice and beside itself.
    """
    still = {each.batch for each in coming.of_all()}
    items = Item.objects.filter(batch=OuterRef("pk"))
    since = timezone.now() - QUIET
    moving = items.filter(Q(state__in=UNDER_WAY) | Q(created__gt=since) | Q(finished__gt=since))
    ended = Batch.objects.filter(Exists(items), ~Exists(moving), told=None).exclude(pk__in=still)
    return sum(_tell(batch) for batch in ended.select_related("user"))


def take_unseen(user: User, count: int = 3) -> list[Notice]:
    """Return what somebody has not been shown yet; from now on they have been."""
    unseen = list(Notice.objects.filter(user=user, seen=None).order_by("pk")[:count])
    if unseen:
        Notice.objects.filter(pk__in=[notice.pk for notice in unseen]).update(seen=timezone.now())
    return unseen


def sentence(source: str, now: Progress) -> str:
    """Say how a batch ended: "Upload by mara: 40 in the gallery, 1 refused."."""
    parts = (
        (now.visible, "in the gallery"),
        (now.draft, "held back as drafts"),
        (now.duplicate, "already here"),
        (now.refused, "refused"),
        (now.failed, "failed"),
        (now.deleted, "deleted"),
    )
    return f"{source}: {', '.join(f'{count:,} {word}' for count, word in parts if count)}."


@transaction.atomic
def _tell(batch: Batch) -> bool:
    mine = Batch.objects.filter(pk=batch.pk, told=None).update(told=timezone.now())
    if mine and batch.user:
        words = sentence(batch.source, progress(batch))
        Notice.objects.create(user=batch.user, batch=batch, words=words)
        if settings.EMAIL_HOST and batch.user.email:
            transaction.on_commit(partial(_write_to, batch.user.email, batch.pk, words))
    return bool(mine)


def _write_to(address: str, batch: int, words: str) -> None:
    if settings.SITE_ADDRESS:
        words += f"\n\n{settings.SITE_ADDRESS}{reverse('batch', args=[batch])}\n"
    try:
        send_mail("Your upload has ended", words, None, [address])
    except (OSError, SMTPException) as error:
        # They see it on the site in any case.
        log.warning("could not write to the owner of batch %d: %s", batch, error)

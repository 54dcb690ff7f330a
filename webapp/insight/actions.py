"""Ask workers about models. What waits already is not asked twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final, TypeVar

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from webapp.feed.models import Visitor
from webapp.insight import people
from webapp.insight.models import Apart, Draw, Inquiry, Survey
from webapp.jobs import Job, enqueue
from webapp.vectors.models import Space

Row = TypeVar("Row", bound=Inquiry)

KEEP: Final = timedelta(days=30)
"""How long draws are kept: they are quickly made anew."""
MOST: Final = 500
"""Draws that are kept, the newest."""


def survey(space: Space, rival: Space | None, *, by: Any) -> Survey:
    """Ask what a model recommends to many visitors, and how far a rival does the same."""
    return _ask(Survey, by, space=space, rival=rival)


def draw(visitor: Visitor, mode: str, seed: int, *, by: Any) -> Draw:
    """Ask for the triplets that are drawn for a visitor."""
    return _ask(Draw, by, visitor=visitor, mode=mode, seed=seed)


@transaction.atomic
def keep_apart(survey: Survey, found: Iterable[Mapping[str, Any]]) -> None:
    """Keep what a survey found of single visitors in place of what it found before, but for those
    who are gone or want no personal recommendations any more."""
    rows = {each["visitor"]: each for each in found}
    survey.apart.all().delete()
    Apart.objects.bulk_create(
        Apart(survey=survey, visitor_id=pk, shared=rows[pk]["shared"], lists=rows[pk]["lists"])
        for pk in people.known(rows)
    )


def forget(visitor: Visitor) -> None:
    """Delete what was found out of a visitor."""
    for kind in (Apart, Draw):
        kind.objects.filter(visitor=visitor).delete()


def tidy() -> int:
    """Delete draws that were asked for long ago or exceed `MOST`. Returns how many."""
    closed = Draw.objects.exclude(state=Draw.State.QUEUED)
    old = Q(asked__lt=timezone.now() - KEEP)
    for asked in closed.order_by("-asked").values_list("asked", flat=True)[MOST : MOST + 1]:
        old |= Q(asked__lte=asked)
    return closed.filter(old).delete()[0]


@transaction.atomic
def _ask(kind: type[Row], by: Any, **about: Any) -> Row:
    rows: Any = kind._default_manager.select_for_update()
    row, made = rows.get_or_create(**about, defaults={"by": by, "asked": timezone.now()})
    if not made and row.state != Inquiry.State.QUEUED:
        row.state, row.by, row.asked = Inquiry.State.QUEUED, by, timezone.now()
        row.progress, row.attempts, row.claimed_until, row.reason = 0.0, 0, None, ""
        row.save()
    enqueue(Job.INSIGHT)
    found: Row = row
    return found

"""Ask for measurements, end them, and delete what was kept for comparisons."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from webapp.accounts.models import User
from webapp.jobs import Job, enqueue
from webapp.quality.models import Comparison, Measurement, Report, SideFeature
from webapp.vectors.models import Space


@transaction.atomic
def measure(space: Space, *, by: User | None) -> Report:
    """Ask a worker to measure a space; asking while one does is the same as once."""
    report, _ = Report.objects.get_or_create(
        space=space,
        head_number=space.head_number,
        defaults={"asked": timezone.now(), "by": by},
    )
    Report.objects.filter(pk=report.pk).exclude(state__in=Measurement.OPEN).update(
        state=Measurement.State.QUEUED,
        share=0,
        reason="",
        cancel_requested=False,
        asked=timezone.now(),
        by=by,
        attempts=0,
        claimed_until=None,
    )
    enqueue(Job.MEASURE_QUALITY)
    return report


@transaction.atomic
def compare(*, works: int, by: User | None) -> Comparison:
    """Ask a worker to compare all extractors on so many works; there is one at a time."""
    under_way = Comparison.objects.select_for_update().filter(state__in=Measurement.OPEN).first()
    found = under_way or Comparison.objects.create(wanted=works, asked=timezone.now(), by=by)
    enqueue(Job.COMPARE_EXTRACTORS)
    return found


def cancel(rows: QuerySet[Report] | QuerySet[Comparison]) -> None:
    """End measurements; what runs ends within seconds, and what was measured before stays."""
    rows.filter(state=Measurement.State.QUEUED).update(state=Measurement.State.CANCELLED)
    rows.filter(state=Measurement.State.RUNNING).update(cancel_requested=True)


def forget() -> int:
    """Delete the features that were kept for comparisons only; return how many."""
    return SideFeature.objects.all().delete()[0]

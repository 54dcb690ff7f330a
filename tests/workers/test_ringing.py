"""What waits for a trainer is rung for now and then, for it may be at a training for hours."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.utils import timezone

from tests.webapp.makers import make_space
from webapp.insight.models import Survey
from webapp.jobs import Job
from webapp.quality.models import Comparison
from workers.tasks import doorbell

pytestmark = pytest.mark.django_db


def test_messages_for_a_trainer_do_not_pile_up_while_it_trains(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cache.clear()
    rung: list[Job] = []
    monkeypatch.setattr(doorbell, "enqueue", rung.append)
    Comparison.objects.create(asked=timezone.now())
    Survey.objects.create(space=make_space(), asked=timezone.now())

    for _round in range(3):
        doorbell.ring_again()

    assert [rung.count(job) for job in (Job.COMPARE_EXTRACTORS, Job.INSIGHT)] == [1, 1]

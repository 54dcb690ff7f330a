"""What the timer makes an end of."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.utils import timezone

from webapp.feed import partitions
from webapp.feed.models import Impression, Visitor
from webapp.mine import actions
from webapp.mine.models import Collection
from workers.tasks import doorbell
from workers.tasks.online import keep_impressions

pytestmark = pytest.mark.django_db


def test_collections_that_cannot_be_brought_back_any_more_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doorbell, "enqueue", lambda _job: None)
    visitor = Visitor.objects.create()
    old, new = (actions.create(visitor=visitor, title=title) for title in ("Old", "New"))
    for each in (old, new):
        actions.delete(collection=each)
    Collection.objects.filter(pk=old.pk).update(deleted=timezone.now() - actions.BRING_BACK)

    doorbell.ring_again()

    assert list(Collection.objects.all()) == [new]


def test_impressions_do_not_name_visitors_who_are_gone() -> None:
    now = timezone.now()
    partitions.make([partitions.month_of(now)])
    visitor = Visitor.objects.create()
    for visitor_id in (visitor.pk, visitor.pk + 1):
        Impression.objects.create(
            list_id=uuid4(),
            position=0,
            time=now,
            visitor_id=visitor_id,
            artwork_id=1,
            surface="for-you",
            source="model",
            propensity=1.0,
        )

    keep_impressions()

    names = Impression.objects.order_by("visitor_id").values_list("visitor_id", flat=True)
    assert list(names) == [visitor.pk, None]

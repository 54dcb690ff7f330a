"""What the timer makes an end of."""

from __future__ import annotations

import pytest
from django.utils import timezone

from webapp.feed.models import Visitor
from webapp.mine import actions
from webapp.mine.models import Collection
from workers.tasks import doorbell

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

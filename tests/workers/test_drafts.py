"""A held batch through real workers: drafts first, and in the gallery once published."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from tests.waiting import wait_until
from tests.webapp.ingest.pictures import picture
from tests.workers.conftest import Stack
from webapp.accounts.models import User
from webapp.catalog import queries
from webapp.catalog.facts import Facts
from webapp.catalog.models import Artwork
from webapp.ingest import changes
from webapp.ingest.actions import Incoming, receive_files, start_batch
from webapp.ingest.models import Batch, Item
from webapp.vectors.models import Vector

pytestmark = pytest.mark.django_db(transaction=True)


def states(batch: Batch) -> set[str]:
    return set(Item.objects.filter(batch=batch).values_list("state", flat=True))


def test_a_held_batch_ends_as_drafts_and_is_shown_once_published(stack: Stack) -> None:
    user = User.objects.create_user("mara")
    batch = start_batch(source="test", user=user, held=True)
    files = [Incoming("Spring/one.jpg", ContentFile(picture(1)))]
    files.append(Incoming("two.jpg", ContentFile(picture(2)), Facts(title="Two", year=1907)))
    receive_files(batch=batch, files=files)
    stack.start_worker()

    wait_until(lambda: states(batch) == {"draft"}, what="drafts")
    hidden = queries.visible().count()
    placed = Vector.objects.values("artwork").distinct().count()
    changes.publish(batch=batch, user=user)
    wait_until(lambda: states(batch) == {"visible"}, what="the gallery")

    assert (hidden, placed) == (0, 2)
    assert set(queries.visible().values_list("title", "year")) == {("one", None), ("Two", 1907)}
    assert set(Artwork.objects.values_list("held", "state")) == {(False, "visible")}
    assert not Item.objects.filter(checked=None).exists()

"""What a worker leaves of files that were given up while it still looked at them."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from tests.webapp.ingest.pictures import picture
from webapp.catalog.models import Artwork
from webapp.ingest.actions import Incoming, receive_files, settle, start_batch
from webapp.ingest.models import Item
from workers.tasks import ingest

pytestmark = pytest.mark.django_db


def test_a_file_that_was_given_up_meanwhile_stays_to_be_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = [Incoming("one.jpg", ContentFile(picture(1)))]
    [received] = receive_files(batch=start_batch(source="test"), files=files)
    conclude = ingest._conclude

    def late(item: Item, future: Future[Any]) -> bool:
        settle(items=[item.pk], state=Item.State.FAILED, reason="It was tried 3 times.")
        return conclude(item, future)

    monkeypatch.setattr(ingest, "_conclude", late)

    ingest.check_items()

    received.refresh_from_db()
    assert received.state == Item.State.FAILED
    assert storages["originals"].exists(received.incoming)


def test_works_hang_in_the_order_in_which_their_files_came() -> None:
    files = [Incoming(f"{n}.jpg", ContentFile(picture(n, (30 * n, 20)))) for n in (1, 2, 3)]
    receive_files(batch=start_batch(source="test"), files=files)

    ingest.check_items()

    newest = Artwork.objects.order_by("-added", "-id").values_list("title", flat=True)
    assert list(newest) == ["1", "2", "3"]

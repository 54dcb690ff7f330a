"""A batch says what has not come in yet, and is at its end only without that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.webapp.intake.senders import begin, create, signed_in
from webapp.ingest import coming
from webapp.ingest.changes import delete, undo
from webapp.ingest.models import Batch
from webapp.intake import actions
from webapp.intake.models import Parcel, Sending, Upload

pytestmark = pytest.mark.django_db

FILES = [["a.jpg", 5, "1"], ["b.jpg", 5, "1"]]


@pytest.fixture
def admin(db: None) -> Client:
    return signed_in()


def status(client: Client) -> dict[str, Any]:
    told: dict[str, Any] = client.get(f"/upload/{Batch.objects.get().pk}/status/").json()
    return told


def interrupted(client: Client) -> Batch:
    """Let one of two files arrive, which is done at once."""
    told = begin(client, files=2, bytes=10, sample=FILES)
    create(client, told["sending"], "a.jpg", 5, b"12345")
    batch = Batch.objects.get()
    batch.items.update(state="visible", finished=timezone.now())
    return batch


def test_a_batch_has_not_ended_while_files_of_it_are_sent(admin: Client) -> None:
    batch = interrupted(admin)

    told, page = status(admin), admin.get(f"/upload/{batch.pk}/").content.decode()

    assert (told["progress"]["finished"], told["finished"]) == (True, False)
    assert "1 of 2 files has arrived; the last is being sent." in told["coming"]
    assert told["coming"] in page
    assert [each.batch for each in coming.of_all()] == [batch.pk]


def test_who_left_a_sending_is_told_how_to_go_on(admin: Client) -> None:
    interrupted(admin)
    Sending.objects.update(touched=timezone.now() - timedelta(hours=5))

    told = status(admin)["coming"]

    assert "none for 5\xa0hours" in told
    assert "To send the last, choose the same files again" in told


def test_somebody_else_is_told_who_can_go_on(admin: Client) -> None:
    interrupted(admin)
    Sending.objects.update(touched=timezone.now() - timedelta(hours=5))

    told = status(signed_in(name="olu"))["coming"]

    assert "mara can go on with it." in told


def test_a_batch_has_not_ended_while_an_archive_waits(admin: Client) -> None:
    batch = Batch.objects.create(source="all.zip")
    Parcel.objects.create(batch=batch, name="<all>.zip", stored="x", entries=9, position=3)

    waiting = status(admin)
    Parcel.objects.update(state=Parcel.State.DONE)
    done = status(admin)

    assert "&lt;all&gt;.zip: 3 of 9 files are unpacked." in waiting["coming"]
    assert (waiting["finished"], done["finished"]) == (False, True)
    assert done["coming"].strip() == ""


def test_of_a_deleted_batch_nothing_more_is_expected(admin: Client) -> None:
    batch = interrupted(admin)
    user = Sending.objects.get().batch.user
    assert user is not None

    change = delete(batch=batch, user=user)
    gone = status(admin)["coming"]
    assert change is not None
    undo(change)

    assert gone.strip() == ""
    assert "1 of 2" in status(admin)["coming"]


def test_a_sending_that_its_browser_left_open_is_closed_when_all_has_arrived(
    admin: Client,
) -> None:
    told = begin(admin, files=2, bytes=10, sample=FILES)
    for name, _size, _changed in FILES:
        create(admin, told["sending"], str(name), 5, b"12345")
    Sending.objects.update(touched=timezone.now() - actions.SETTLED - timedelta(minutes=1))

    page = admin.get("/upload/").content.decode()
    actions.tidy()

    assert "Not finished" not in page
    assert Sending.objects.exclude(closed=None).exists()


def test_a_sending_that_rests_with_files_missing_stays_open(admin: Client) -> None:
    interrupted(admin)
    Sending.objects.update(touched=timezone.now() - actions.SETTLED - timedelta(minutes=1))

    actions.tidy()

    assert Sending.objects.get().closed is None
    assert Upload.objects.count() == 1


def test_a_file_that_is_arriving_keeps_its_sending_open(admin: Client) -> None:
    told = begin(admin, files=1, bytes=5, sample=[FILES[0]])
    create(admin, told["sending"], "a.jpg", 5, b"12345")
    create(admin, told["sending"], "b.jpg", 5, b"123")  # chosen later, beyond what was counted
    Sending.objects.update(touched=timezone.now() - actions.SETTLED - timedelta(minutes=1))

    actions.tidy()

    assert Sending.objects.get().closed is None
    assert Upload.objects.filter(state=Upload.State.OPEN).exists()
    (missing,) = coming.of_all()
    assert (missing.batch, missing.arrived, missing.files) == (Batch.objects.get().pk, 1, 2)

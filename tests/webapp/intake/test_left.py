"""Who leaves an upload before all has arrived is told so, once, and told again if they go on."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from tests.webapp.intake.senders import begin, create, signed_in
from webapp.accounts.models import User
from webapp.ingest import changes
from webapp.ingest.models import Batch, Item, Notice
from webapp.ingest.notices import LEFT, QUIET, tell_ended
from webapp.intake import actions, parcels
from webapp.intake.models import Parcel, Sending

pytestmark = pytest.mark.django_db

NAMES = ("a.jpg", "b.jpg", "c.jpg")
FILES = [[name, 5, "1"] for name in NAMES]
TO_GO_ON = "choose the same files again on the upload page."


@pytest.fixture
def admin(db: None) -> Client:
    return signed_in()


def send(client: Client, *names: str, content: bytes = b"12345") -> None:
    """Choose all three files, and let these arrive."""
    told = begin(client, files=3, bytes=15, sample=FILES)
    for name in names:
        create(client, told["sending"], name, len(content), content)


def end() -> None:
    """Let the works of all files that are here be shown."""
    Item.objects.exclude(state="refused").update(state="visible")
    Item.objects.filter(finished=None).update(finished=timezone.now())


def pass_time(time: timedelta) -> None:
    """Let everything have happened so much earlier."""
    for item in Item.objects.all():
        moved = {"created": item.created - time, "finished": item.finished}
        if item.finished:
            moved["finished"] = item.finished - time
        Item.objects.filter(pk=item.pk).update(**moved)
    for sending in Sending.objects.all():
        Sending.objects.filter(pk=sending.pk).update(touched=sending.touched - time)


def told() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("words", flat=True))


def test_a_file_that_never_comes_is_told_after_an_hour_and_once(admin: Client) -> None:
    send(admin, "a.jpg", "b.jpg")
    end()
    pass_time(LEFT - timedelta(minutes=1))
    before = tell_ended()
    pass_time(timedelta(minutes=2))

    counts = [tell_ended(), tell_ended()]
    pass_time(actions.KEPT)
    actions.tidy()

    assert (before, counts) == (0, [1, 0])
    (words,) = told()
    assert words == (
        "Upload by mara: 2 of 3 files are done: 2 in the gallery. 1 has not arrived, and nothing "
        f"came for an hour. To send it, {TO_GO_ON}"
    )
    assert Sending.objects.exclude(closed=None).exists()
    assert tell_ended() == 0  # they know


def test_who_goes_on_is_told_of_the_end(admin: Client) -> None:
    send(admin, "a.jpg", "b.jpg")
    end()
    pass_time(LEFT * 2)
    tell_ended()

    send(admin, "c.jpg")
    end()
    pass_time(QUIET * 2)
    counts = [tell_ended(), tell_ended()]

    assert counts == [1, 0]
    assert told()[-1] == "Upload by mara: 3 in the gallery."


def test_who_goes_on_and_leaves_again_is_told_how_many_are_missing_now(admin: Client) -> None:
    send(admin, "a.jpg")
    end()
    pass_time(LEFT * 2)
    tell_ended()

    send(admin)  # chosen again, and nothing came
    pass_time(LEFT * 2)
    in_vain = tell_ended()
    send(admin, "b.jpg")
    end()
    pass_time(LEFT * 2)

    assert (in_vain, tell_ended()) == (0, 1)
    first, second = told()
    assert "1 of 3 files is done: 1 in the gallery. 2 have not arrived" in first
    assert "To send them, choose" in first
    assert "2 of 3 files are done: 2 in the gallery. 1 has not arrived" in second


def test_nothing_is_told_while_something_of_it_is_under_way(admin: Client) -> None:
    send(admin, "a.jpg", "b.jpg")
    end()
    pass_time(LEFT * 2)
    waits = Item.objects.filter(name="a.jpg")
    waits.update(state="received")
    of_a_file = tell_ended()
    waits.update(state="visible")
    batch = Batch.objects.get()
    parcel = Parcel.objects.create(batch=batch, name="more.zip", stored="x")
    of_an_archive = tell_ended()
    parcel.delete()

    assert (of_a_file, of_an_archive, tell_ended()) == (0, 0, 1)


@pytest.mark.parametrize("last", ["works.csv", "all.zip", "large.jpg"])
def test_the_end_is_told_also_if_the_last_file_becomes_no_work(
    admin: Client, settings: Settings, last: str
) -> None:
    begun = begin(admin, files=2, bytes=10, sample=[FILES[0]])
    create(admin, begun["sending"], "a.jpg", 5, b"12345")
    end()
    pass_time(LEFT * 2)
    tell_ended()
    settings.UPLOAD_MAX_BYTES = 50
    content = {"works.csv": b"file,title\na.jpg,Ridge\n", "all.zip": _litter()}.get(last, b"1" * 99)

    create(admin, begun["sending"], last, len(content), content)
    for parcel in Parcel.objects.all():
        parcels.finish(parcel.pk)
    end()
    pass_time(QUIET * 2)

    assert (tell_ended(), len(told())) == (1, 2)
    assert told()[-1].startswith("Upload by mara: 1 in the gallery")


def _litter() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(".DS_Store", "")
    return packed.getvalue()


def test_a_batch_that_was_deleted_meanwhile_is_not_waited_for(admin: Client) -> None:
    send(admin, "a.jpg")
    end()
    pass_time(QUIET * 2)
    user = User.objects.get()

    changes.delete(batch=Batch.objects.get(), user=user)
    Item.objects.update(state="deleted")

    assert tell_ended() == 1
    assert told() == ["Upload by mara: 1 deleted."]


def test_the_letter_says_where_to_go_on(
    admin: Client,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.EMAIL_HOST = "mail.example"
    settings.SITE_ADDRESS = "https://gallery.example"
    User.objects.update(email="mara@example.org")
    send(admin, "a.jpg", "b.jpg")
    end()
    pass_time(LEFT * 2)

    with django_capture_on_commit_callbacks(execute=True):
        tell_ended()

    (letter,) = mail.outbox
    assert letter.subject == "Your upload is not complete"
    assert "1 has not arrived" in letter.body
    assert "https://gallery.example/upload/\n" in letter.body
    assert f"https://gallery.example/upload/{Batch.objects.get().pk}/\n" in letter.body


def test_the_longest_name_of_a_batch_leaves_room_for_what_to_do(admin: Client) -> None:
    send(admin, "a.jpg")
    end()
    pass_time(LEFT * 2)
    Batch.objects.update(source="n" * 300)

    tell_ended()

    (words,) = told()
    assert words.startswith("nnn")
    assert words.endswith(TO_GO_ON)


def test_looking_costs_the_same_however_many_are_left(
    admin: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        begin(admin, files=3, bytes=15, sample=[[f"{number}.jpg", 5, "1"]])

    with django_assert_num_queries(3):
        tell_ended()

"""Who brought a batch in is told when it has ended: once, on the site and by e-mail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from tests.webapp.ingest.staff import batch_of, member
from webapp.accounts.models import User
from webapp.accounts.roles import ADMINS
from webapp.ingest.actions import retry_failed
from webapp.ingest.models import Batch, Item, Notice
from webapp.ingest.notices import tell_ended

pytestmark = pytest.mark.django_db


@pytest.fixture
def mara(db: None) -> User:
    return member(ADMINS)


def ended(user: User | None) -> Batch:
    """Make a batch that ended a while ago."""
    batch = batch_of("Harbour", "Ridge", user=user)
    Item.objects.create(
        batch=batch, name="odd.txt", incoming="", state="refused", finished=timezone.now()
    )
    before = timezone.now() - timedelta(minutes=5)
    Item.objects.filter(batch=batch).update(created=before, finished=before)
    return batch


def test_the_next_page_tells_it_once_and_the_list_keeps_it(mara: User) -> None:
    ended(mara)
    client = Client()
    client.force_login(mara)

    told = [tell_ended(), tell_ended()]
    pages = [client.get("/upload/notices/").content.decode() for _ in range(2)]

    assert told == [1, 0]
    assert [page.count("test: 2 in the gallery, 1 refused.") for page in pages] == [2, 1]


@pytest.mark.parametrize("headers", [{"Sec-Purpose": "prefetch"}, {"Sec-Fetch-Dest": "empty"}])
def test_a_page_that_is_fetched_ahead_or_by_a_script_does_not_use_it_up(
    mara: User, headers: dict[str, str]
) -> None:
    ended(mara)
    tell_ended()
    client = Client()
    client.force_login(mara)

    client.get("/browse/", headers=headers)

    assert Notice.objects.filter(seen=None).count() == 1


@pytest.mark.parametrize("state", ["wanted", "received", "stored"])
def test_nothing_is_told_while_files_are_on_their_way(mara: User, state: str) -> None:
    batch = ended(mara)
    Item.objects.filter(name="odd.txt").update(state=state)

    assert tell_ended() == 0
    assert Batch.objects.get(pk=batch.pk).told is None


def test_nothing_is_told_while_files_may_still_come(mara: User) -> None:
    ended(mara)
    Item.objects.filter(name="odd.txt").update(created=timezone.now())

    assert tell_ended() == 0


def test_what_is_tried_again_is_told_again(mara: User) -> None:
    batch = ended(mara)
    tell_ended()
    Item.objects.filter(name="odd.txt").update(state="failed")

    retry_failed(batch=batch)
    Item.objects.filter(name="odd.txt").update(state="failed")

    assert tell_ended() == 1


def test_an_e_mail_goes_out_where_a_server_is_named(
    mara: User,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.EMAIL_HOST = "mail.example"
    settings.SITE_ADDRESS = "https://gallery.example"
    mara.email = "mara@example.org"
    mara.save()
    batch = ended(mara)

    with django_capture_on_commit_callbacks(execute=True):
        tell_ended()

    (letter,) = mail.outbox
    assert letter.to == ["mara@example.org"]
    assert "2 in the gallery, 1 refused." in letter.body
    assert f"https://gallery.example/upload/{batch.pk}/" in letter.body


def test_without_a_server_or_a_person_no_e_mail_goes_out(
    mara: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    mara.email = "mara@example.org"
    mara.save()
    ended(mara)
    ended(None)

    with django_capture_on_commit_callbacks(execute=True):
        told = tell_ended()

    assert told == 2
    assert mail.outbox == []
    assert Notice.objects.count() == 1

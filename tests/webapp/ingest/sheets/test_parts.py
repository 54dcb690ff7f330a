"""A large table is written part by part, by workers, and can be ended in the middle."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from tests.waiting import PATIENCE, somebody_waits_for_a_lock, wait_until
from tests.webapp.ingest.staff import batch_of, signed_in
from webapp import jobs
from webapp.accounts.roles import ADMINS
from webapp.catalog.models import Artwork
from webapp.desk import trail
from webapp.ingest.actions import lock
from webapp.ingest.models import Batch, Change, Item, Sheet
from webapp.ingest.sheets import applying, receive_sheet
from workers import claims
from workers.tasks.sheets import apply_sheets

pytestmark = pytest.mark.django_db

NAMES = ("Ana", "Bo", "Cy", "Di", "Ed")


@pytest.fixture
def admin(db: None) -> Client:
    return signed_in(ADMINS)


@pytest.fixture
def large(admin: Client, monkeypatch: pytest.MonkeyPatch) -> Sheet:
    """Return a table of five rows that is too long to be applied while one waits."""
    monkeypatch.setattr(applying, "WHILE_ONE_WAITS", 2)
    monkeypatch.setattr(applying, "PART", 1)
    monkeypatch.setattr(jobs, "send", lambda *_message: None)
    text = "file,title\n" + "".join(f"{name}.jpg,{name} anew\n" for name in NAMES)
    made = receive_sheet(batch=batch_of(*NAMES), name="t.csv", content=ContentFile(text.encode()))
    admin.post(f"/upload/sheets/{made.pk}/", {"c0": "file", "c1": "title", "do": "apply"})
    return made


def anew() -> int:
    return Artwork.objects.filter(title__endswith=" anew").count()


def test_a_large_table_waits_for_a_worker_and_shows_how_far_it_is(
    admin: Client, large: Sheet
) -> None:
    before = anew()
    apply_sheets()
    page = admin.get(f"/upload/sheets/{large.pk}/").content.decode()
    apply_sheets()

    large.refresh_from_db()
    assert before == 0
    assert "4 of 5 rows are written." in page
    assert anew() == 5
    assert (large.state, large.claimed_until) == (Sheet.State.APPLIED, None)
    assert len(Change.objects.get().works) == 5


def test_the_trail_names_whoever_applied_the_table_and_not_each_row(large: Sheet) -> None:
    apply_sheets()

    large.refresh_from_db()
    assert large.by is not None
    work = Artwork.objects.get(title="Ana anew")
    assert trail.of_work(work)[0].who == large.by.username
    assert not trail.of_gallery()


def test_it_goes_on_where_a_killed_worker_left_it(large: Sheet) -> None:
    killed = applying.parts(large.pk)
    next(killed)
    next(killed)

    rest = list(applying.parts(large.pk))

    assert rest == [4, 5, 6]
    assert anew() == 5


def test_undone_in_the_middle_the_rest_is_left(admin: Client, large: Sheet) -> None:
    apply_sheets()
    admin.post(f"/upload/changes/{Change.objects.get().pk}/undo/")

    apply_sheets()

    large.refresh_from_db()
    assert large.state == Sheet.State.READ
    assert anew() == 0


def test_applied_twice_at_once_it_is_applied_once(admin: Client, large: Sheet) -> None:
    next(applying.parts(large.pk))
    admin.post(f"/upload/sheets/{large.pk}/", {"c0": "file", "c1": "title", "do": "apply"})

    large.refresh_from_db()
    assert large.done == 2


def test_a_table_that_ends_every_worker_is_given_up(admin: Client, large: Sheet) -> None:
    Sheet.objects.filter(pk=large.pk).update(
        attempts=claims.MAX_ATTEMPTS, claimed_until=timezone.now() - claims.LEASE
    )

    apply_sheets()
    page = admin.get(f"/upload/sheets/{large.pk}/").content.decode()

    assert "The worker ended each time." in page


def test_files_that_come_meanwhile_shift_no_row(large: Sheet) -> None:
    late = Item.objects.get(name="Bo.jpg")
    Item.objects.filter(pk=late.pk).update(name="later.jpg")
    first_part = applying.parts(large.pk)
    next(first_part)
    next(first_part)
    Item.objects.filter(pk=late.pk).update(name="Bo.jpg")

    rest = list(applying.parts(large.pk))

    assert rest == [5, 6]
    written = Artwork.objects.filter(title__endswith=" anew").values_list("title", flat=True)
    assert {title[:2] for title in written} == {"An", "Cy", "Di", "Ed"}


@pytest.mark.django_db(transaction=True)
def test_who_holds_the_batch_may_write_its_files_in_any_order() -> None:
    batch = Batch.objects.create(source="x")
    first, second = (
        Item.objects.create(batch=batch, name=name, incoming=name, state=Item.State.FAILED)
        for name in ("a.jpg", "b.jpg")
    )
    content = ContentFile(b"file,title\na.jpg,A\nb.jpg,B\n")
    sheet = receive_sheet(batch=batch, name="t.csv", content=content)
    mapping = {"0": "file", "1": "title"}
    Sheet.objects.filter(pk=sheet.pk).update(state=Sheet.State.APPLYING, mapping=mapping)

    with ThreadPoolExecutor(1) as elsewhere:
        with transaction.atomic():
            lock(batch)
            Item.objects.filter(pk=second.pk).update(state=Item.State.RECEIVED)
            written = elsewhere.submit(_apply_alone, sheet.pk)
            wait_until(somebody_waits_for_a_lock, what="the table waits")
            Item.objects.filter(pk=first.pk).update(state=Item.State.RECEIVED)
        assert written.result(timeout=PATIENCE) == [3]

    titles = [item.metadata for item in Item.objects.order_by("pk")]
    assert titles == [{"title": "A"}, {"title": "B"}]


def _apply_alone(pk: int) -> list[int]:
    try:
        return list(applying.parts(pk))
    finally:
        connection.close()

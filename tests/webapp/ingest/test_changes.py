"""Publishing, holding back, deleting and editing many works at once, and undoing it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.webapp.ingest.staff import batch_of, member, titled
from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.accounts.roles import ADMINS
from webapp.catalog import publishing, queries
from webapp.catalog.actions import show_again
from webapp.catalog.facts import Facts
from webapp.catalog.models import Artwork, SearchEntry
from webapp.ingest import changes
from webapp.ingest.actions import retry_failed
from webapp.ingest.models import Batch, Change, Item

pytestmark = pytest.mark.django_db


@pytest.fixture
def mara(db: None) -> User:
    return member(ADMINS)


def states(batch: Batch) -> list[tuple[str, str]]:
    return list(batch.items.values_list("state", "artwork__state"))


def test_drafts_are_neither_shown_nor_searched(mara: User) -> None:
    batch_of("Harbour", state="draft")

    assert not queries.visible().exists()
    assert list(SearchEntry.objects.values_list("visible", flat=True)) == [False]


def test_published_drafts_go_by_way_of_the_workers_and_are_new_today(mara: User) -> None:
    batch = batch_of("Harbour", "Ridge", state="draft")
    Artwork.objects.update(added=timezone.now() - timedelta(days=90))

    change = changes.publish(batch=batch, user=mara)

    assert states(batch) == [("stored", "checked")] * 2
    assert not Artwork.objects.filter(held=True).exists()
    assert titled("Ridge").added > timezone.now() - timedelta(minutes=1)
    assert change is not None
    assert len(change.works) == 2


def test_files_that_come_after_the_whole_batch_was_published_are_shown_too(mara: User) -> None:
    batch = batch_of("Harbour", state="draft")

    change = changes.publish(batch=batch, user=mara)
    batch.refresh_from_db()
    published = batch.held
    assert change is not None
    changes.undo(change)

    batch.refresh_from_db()
    assert (published, batch.held) == (False, True)


def test_undoing_does_not_let_files_to_come_out_of_a_batch_that_was_held_before(
    mara: User,
) -> None:
    batch = batch_of("Harbour", "Ridge", state="draft")
    changes.publish(batch=batch, user=mara, chosen=[titled("Ridge").pk])
    change = changes.unpublish(batch=batch, user=mara)
    assert change is not None

    changes.undo(change)

    batch.refresh_from_db()
    assert batch.held
    assert (titled("Harbour").held, titled("Ridge").held) == (True, False)


def test_chosen_works_alone_are_held_back(mara: User) -> None:
    batch = batch_of("Harbour", "Ridge")

    changes.unpublish(batch=batch, user=mara, chosen=[titled("Harbour").pk])

    assert states(batch) == [("draft", "draft"), ("visible", "visible")]


def test_holding_back_is_undone_without_a_new_date(mara: User) -> None:
    batch = batch_of("Harbour")
    added = titled("Harbour").added
    change = changes.unpublish(batch=batch, user=mara)
    assert change is not None

    said = changes.undo(change)

    assert said == "1 work is on the way back into the gallery."
    assert states(batch) == [("stored", "checked")]
    assert titled("Harbour").added == added


def test_publishing_is_undone(mara: User) -> None:
    batch = batch_of("Harbour", state="draft")
    change = changes.publish(batch=batch, user=mara)
    assert change is not None
    Artwork.objects.update(state="visible")
    batch.items.update(state="visible")

    changes.undo(change)

    assert states(batch) == [("draft", "draft")]
    assert changes.undo(change) == "That was undone already."


def test_a_deleted_batch_comes_back_with_the_files_that_were_on_their_way(mara: User) -> None:
    batch = batch_of("Harbour")
    Item.objects.create(batch=batch, name="late.jpg", incoming="incoming/late")
    change = changes.delete(batch=batch, user=mara)
    gone = states(batch)
    assert change is not None

    changes.undo(change)

    assert gone == [("deleted", "withdrawn"), ("deleted", None)]
    assert states(batch) == [("stored", "checked"), ("received", None)]
    assert titled("Harbour").deleted is None


def test_the_work_of_a_duplicate_is_left_alone(mara: User) -> None:
    batch = batch_of("Harbour")
    other = make_artwork("Elsewhere")
    Item.objects.create(batch=batch, name="b", incoming="b", state="duplicate", artwork=other)

    changes.delete(batch=batch, user=mara)

    assert titled("Elsewhere").state == Artwork.State.VISIBLE


def test_deleted_works_are_swept_for_good_only_after_their_time(mara: User) -> None:
    batch = batch_of("Harbour", "Ridge")
    change = changes.delete(batch=batch, user=mara)
    long_ago = timezone.now() - timedelta(days=publishing.KEPT_DAYS + 1)
    Artwork.objects.filter(title="Harbour").update(deleted=long_ago)

    swept = publishing.sweep()

    assert swept == 1
    assert list(Artwork.objects.values_list("title", flat=True)) == ["Ridge"]
    assert change is not None
    assert changes.undo(change) == "1 work is brought back. 1 work is gone for good."


def test_the_files_of_deleted_items_are_swept_too(mara: User) -> None:
    originals = storages["originals"]
    name = originals.save("incoming/late", ContentFile(b"bytes"))
    long_ago = timezone.now() - timedelta(days=publishing.KEPT_DAYS + 1)
    batch = batch_of()
    Item.objects.create(batch=batch, name="l", incoming=name, state="deleted", finished=long_ago)

    swept = [changes.sweep(), changes.sweep()]

    assert swept == [1, 0]
    assert not originals.exists(name)


def test_a_deleted_work_that_is_shown_again_is_not_swept(mara: User) -> None:
    batch = batch_of("Harbour")
    changes.delete(batch=batch, user=mara)

    show_again([titled("Harbour").pk])

    assert titled("Harbour").deleted is None


def test_undoing_an_edit_leaves_what_somebody_else_wrote_since(mara: User) -> None:
    batch = batch_of("Harbour", "Ridge")
    facts = {
        titled(title).pk: Facts(year=1907, artist="Ana Ruiz") for title in ("Harbour", "Ridge")
    }
    change = changes.edit(batch=batch, user=mara, kind=Change.Kind.GRID, facts=facts)
    Artwork.objects.filter(title="Ridge").update(year=1911)
    assert change is not None

    changes.undo(change)

    now = [(work.year, work.artist.name) for work in (titled("Harbour"), titled("Ridge"))]
    assert now == [(None, "Studio Halde"), (1911, "Studio Halde")]


def test_an_edit_that_changes_nothing_is_no_change(mara: User) -> None:
    batch = batch_of("Harbour")
    facts = {titled("Harbour").pk: Facts(title="Harbour")}

    change = changes.edit(batch=batch, user=mara, kind=Change.Kind.GRID, facts=facts)

    assert change is None
    assert not Change.objects.exists()


def test_what_a_table_says_about_an_artist_is_undone(mara: User) -> None:
    batch = batch_of("Harbour", "Ridge")
    facts: dict[int, Facts] = {
        titled(name).pk: {"artist_bio": "Painted by the sea."} for name in ("Harbour", "Ridge")
    }
    change = changes.edit(batch=batch, user=mara, kind=changes.Kind.SHEET, facts=facts)
    assert change is not None
    written = titled("Harbour").artist.bio

    changes.undo(change)

    assert written == "Painted by the sea."
    assert titled("Harbour").artist.bio == ""


def test_a_date_of_another_time_zone_is_taken_back(mara: User) -> None:
    batch = batch_of("Harbour")
    before = titled("Harbour").added
    noon = datetime.fromisoformat("2019-05-01T12:00:00+02:00")
    facts = {titled("Harbour").pk: Facts(added=noon)}
    change = changes.edit(batch=batch, user=mara, kind=Change.Kind.SHEET, facts=facts)
    assert change is not None
    written = titled("Harbour").added

    changes.undo(change)

    assert (written, titled("Harbour").added) == (noon, before)


def test_published_works_hang_in_the_order_of_their_files(mara: User) -> None:
    batch = batch_of("Plate 10", "Plate 9", "Plate 1", state="draft")

    changes.publish(batch=batch, user=mara)

    works = Artwork.objects.order_by("-added", "-id")
    assert list(works.values_list("title", flat=True)) == ["Plate 1", "Plate 9", "Plate 10"]


def test_whatever_is_done_to_a_batch_locks_in_one_order(mara: User) -> None:
    batch = batch_of("Harbour", "Ridge")
    Item.objects.create(batch=batch, name="late.jpg", incoming="incoming/late")
    Artwork.objects.filter(title="Ridge").update(state="failed")
    Item.objects.filter(name="Ridge.jpg").update(state="failed")

    def undo_last() -> None:
        changes.undo(Change.objects.filter(undone=None)[0])

    deeds: list[Callable[[], object]] = [
        lambda: retry_failed(batch=batch),
        lambda: changes.unpublish(batch=batch, user=mara),
        lambda: changes.publish(batch=batch, user=mara),
        undo_last,
        lambda: changes.delete(batch=batch, user=mara),
        undo_last,
    ]
    for deed in deeds:
        with CaptureQueriesContext(connection) as captured:
            deed()
        locked = [name for query in captured if (name := locked_by(query["sql"]))]

        first = list(dict.fromkeys(locked))
        assert first[0] == "ingest_batch"
        assert [name for name in first if name in ORDER] == [n for n in ORDER if n in first]


ORDER = ("ingest_batch", "ingest_change", "catalog_artwork", "ingest_item")
"""In which tables are locked; files of which no work is made yet come before works."""


def locked_by(sql: str) -> str:
    """Return the table of which a statement locks rows, or ""."""
    if "\"state\" IN ('wanted', 'received')" in sql or '"artwork_id" IS NULL' in sql:
        return ""
    if sql.startswith("UPDATE"):
        return sql.split('"')[1]
    return (
        sql.split('FROM "')[1].split('"')[0] if "FOR UPDATE" in sql or "FOR NO KEY" in sql else ""
    )

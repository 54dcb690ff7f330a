"""What was shown: written beside the requests, joined to what visitors did, kept by month."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.waiting import somebody_waits_for_a_lock, wait_until
from tests.webapp.makers import make_artwork, make_space, place
from webapp.accounts.models import User
from webapp.feed import actions, impressions, partitions
from webapp.feed.models import Event, Impression, Visitor
from webapp.feed.ranking import Entry

pytestmark = pytest.mark.django_db


def shown(client: Client) -> tuple[UUID, list[int]]:
    html = client.get("/for-you/").content.decode()
    found = re.search(r'name="list" value="([0-9a-f-]{36})"', html)
    assert found
    works = re.findall(r'class="card"[^>]* data-work="(\d+)"', html)
    return UUID(found[1]), [int(pk) for pk in works]


def record(count: int = 1, *, visitor_id: int | None = None) -> UUID:
    list_id = uuid4()
    entries = [Entry(artwork_id=pk, position=pk, source="model") for pk in range(count)]
    impressions.record(entries, list_id=list_id, visitor_id=visitor_id, surface="for-you")
    return list_id


def test_a_page_is_logged_as_it_was_shown(client: Client) -> None:
    space = make_space()
    works = [make_artwork(str(number), artist=str(number)) for number in range(6)]
    for number, work in enumerate(works):
        place(space, work, [1, number / 10, 0, 0])
    client.post(f"/works/{works[0].pk}/like/")

    list_id, order = shown(client)
    written = impressions.flush()

    rows = list(Impression.objects.order_by("position"))
    assert written == len(rows) == 5
    assert [row.artwork_id for row in rows] == order
    assert [row.position for row in rows] == list(range(5))
    assert {row.list_id for row in rows} == {list_id}
    assert {row.visitor_id for row in rows} == {Visitor.objects.get().pk}
    assert {(row.surface, row.source, row.space_id) for row in rows} == {
        ("for-you", "model", space.pk)
    }
    assert {(row.variant, row.experiment_id, row.propensity) for row in rows} == {("", None, 1.0)}


def test_what_strangers_and_machines_are_shown_is_not_logged(client: Client) -> None:
    make_artwork()

    client.get("/for-you/")

    assert impressions.waiting() == 0


def test_a_page_that_nobody_asked_for_yet_is_not_logged(client: Client) -> None:
    make_artwork()

    client.head("/for-you/")
    client.get("/for-you/", headers={"sec-purpose": "prefetch;prerender"})

    assert impressions.waiting() == 0


def test_the_list_goes_along_to_the_artwork_page_and_to_every_mark(client: Client) -> None:
    first, second, third = (make_artwork(str(number), artist=str(number)) for number in range(3))
    client.post(f"/works/{third.pk}/like/")

    list_id, _ = shown(client)
    link = f"/works/{first.pk}/?list={list_id}"
    for_you = client.get("/for-you/").content.decode()
    opened = client.get(link).content.decode()
    client.post(f"/works/{first.pk}/viewed/", {"list": str(list_id)})
    client.post(f"/works/{first.pk}/like/", {"list": str(list_id), "next": link})
    client.post(f"/works/{second.pk}/hide/", {"list": str(list_id)})

    assert re.search(rf'href="/works/{first.pk}/\?list=[0-9a-f-]{{36}}"', for_you)
    assert f'name="list" value="{list_id}"' in opened
    below = opened.partition('id="notes"')[2].partition("<footer")[0]
    assert f"/works/{second.pk}/" in below
    assert f"/works/{second.pk}/?list={list_id}" not in below  # what is alike is no list
    assert set(Event.objects.filter(list_id=list_id).values_list("artwork_id", "kind")) == {
        (first.pk, "view"),
        (first.pk, "like"),
        (second.pk, "hide"),
    }


@pytest.mark.parametrize("text", ["", "x", "1' OR 1=1", "<script>", "0" * 33])
def test_only_a_uuid_is_taken_for_a_list(client: Client, text: str) -> None:
    work = make_artwork()

    opened = client.get(f"/works/{work.pk}/", {"list": text})
    client.post(f"/works/{work.pk}/like/", {"list": text})

    assert b'name="list"' not in opened.content
    assert Event.objects.get().list_id is None


def test_impressions_cost_a_page_no_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        record(72)

    assert impressions.waiting() == 72


def test_a_batch_is_written_by_one_statement_and_only_once(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    partitions.make([partitions.month_of(datetime.now(UTC))])
    record(72)
    batch = list(impressions._queue.rows)

    with django_assert_num_queries(3):  # savepoint, insert, release
        impressions.flush()
    impressions._queue.rows.extend(batch)  # its commit got lost on the way
    impressions.flush()

    assert Impression.objects.count() == 72


def test_while_the_database_is_away_rows_wait_and_then_are_dropped_and_counted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(_batch: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(impressions, "CAPACITY", 1000)
    lost = impressions.lost()
    with monkeypatch.context() as patched:
        patched.setattr(impressions, "_write", away)
        record(900)
        impressions._round()
        kept = impressions.waiting()
        record(300)
        impressions._round()

    assert kept == 900
    assert "900 impressions wait for the database: gone" in caplog.text
    assert impressions.waiting() == 1000
    assert impressions.lost() - lost == 200
    assert "200 impressions were dropped" in caplog.text
    assert impressions.flush() == 1000
    assert list(Impression.objects.order_by("list_id", "position").values("position")[:1])


def test_rows_keep_their_order_while_they_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_batch: object) -> None:
        raise OperationalError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(impressions, "_write", away)
        record(700)
        impressions._round()

    assert [row.position for row in impressions._queue.rows] == list(range(700))


@pytest.mark.django_db(transaction=True)
def test_a_thread_writes_them_within_a_second_or_so(settings: Settings) -> None:
    settings.IMPRESSIONS_FLUSH_SECONDS = 0.05
    list_id = record(3)
    try:
        wait_until(
            lambda: Impression.objects.filter(list_id=list_id).count() == 3,
            what="the rows are written",
        )
    finally:
        settings.IMPRESSIONS_FLUSH_SECONDS = 0
        assert impressions._queue.thread
        impressions._queue.thread.join(60)


def test_months_are_made_ahead_and_detached_when_they_are_old() -> None:
    now = datetime(2031, 12, 31, 23, 59, tzinfo=UTC)
    partitions.make([date(2030, 11, 1), date(2030, 12, 1)])

    detached = partitions.keep_up(now=now, keep_months=12)
    again = partitions.keep_up(now=now, keep_months=12)

    assert detached == ["feed_impression_2030_11"]
    assert again == []
    assert partitions.attached() >= {
        date(2030, 12, 1),
        date(2031, 12, 1),
        date(2032, 1, 1),
        date(2032, 2, 1),
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM feed_impression_2030_11")
        assert cursor.fetchone() == (0,)


def test_a_month_without_a_partition_gets_one_when_it_is_written() -> None:
    record()
    impressions._queue.rows[0] = impressions._queue.rows[0]._replace(
        time=datetime(2040, 2, 29, 12, tzinfo=UTC)
    )

    impressions.flush()

    assert date(2040, 2, 1) in partitions.attached()
    assert Impression.objects.get().time.year == 2040


def test_at_sign_in_what_a_session_was_shown_goes_to_the_account(client: Client) -> None:
    user = User.objects.create_user("mara")
    client.post(f"/works/{make_artwork().pk}/like/")
    session = Visitor.objects.get()
    list_id = record(visitor_id=session.pk)
    impressions.flush()

    client.force_login(user)  # sends the same signal as the page
    actions.merge(visitor=session, into=user)

    assert Impression.objects.get(list_id=list_id).visitor_id == user.visitor.pk


def test_who_is_deleted_is_forgotten() -> None:
    visitor, other = Visitor.objects.create(), Visitor.objects.create()
    record(visitor_id=visitor.pk)
    record(visitor_id=other.pk)
    impressions.flush()

    visitor.delete()

    assert set(Impression.objects.values_list("visitor_id", flat=True)) == {None, other.pk}


def test_rows_that_are_written_after_their_visitor_has_gone_name_nobody() -> None:
    there, gone = Visitor.objects.create(), Visitor.objects.create()
    for visitor_id in (there.pk, gone.pk, None):
        record(2, visitor_id=visitor_id)
    gone.delete()

    impressions.flush()

    left = sorted(Impression.objects.values_list("visitor_id", flat=True), key=str)
    assert left == [there.pk, there.pk, None, None, None, None]


@pytest.mark.django_db(transaction=True)
def test_rows_that_are_written_while_their_visitor_goes_wait_and_name_nobody() -> None:
    gone = Visitor.objects.create()
    record(2, visitor_id=gone.pk)

    with ThreadPoolExecutor(1) as elsewhere:
        with transaction.atomic():
            gone.delete()
            written = elsewhere.submit(_flush_alone)
            wait_until(somebody_waits_for_a_lock, what="the flush waits")
        assert written.result(timeout=60) == 2

    assert list(Impression.objects.values_list("visitor_id", flat=True)) == [None, None]


def _flush_alone() -> int:
    """Flush in a thread of its own, and leave its connection closed."""
    try:
        return impressions.flush()
    finally:
        connection.close()

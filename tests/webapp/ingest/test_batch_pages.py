"""The pages of a batch: wall, status, filters, report, and what may be done by whom."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.webapp.ingest.staff import batch_of, signed_in, titled
from webapp.accounts.roles import ADMINS, CURATORS
from webapp.catalog.models import Artwork
from webapp.ingest import queries
from webapp.ingest.models import Batch, Change, Item, Sheet
from webapp.ingest.reporting import guarded

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db: None) -> Client:
    return signed_in(ADMINS)


def page_of(client: Client, batch: Batch, query: str = "") -> str:
    return client.get(f"/upload/{batch.pk}/{query}").content.decode()


def streamed(client: Client, batch: Batch) -> str:
    answer = client.get(f"/upload/{batch.pk}/report.csv")
    return b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


@pytest.mark.parametrize("role", [None, CURATORS])
def test_who_may_not_bring_works_in_sees_none_of_it(role: str | None) -> None:
    batch = batch_of("Harbour")
    sheet = Sheet.objects.create(batch=batch, name="a.csv", columns=["file"])
    change = Change.objects.create(batch=batch, kind="delete", works={})
    client = signed_in(role)
    here = f"/upload/{batch.pk}/"

    read = [here, f"{here}status/", f"{here}report.csv", f"{here}grid/", "/upload/notices/"]
    read.append(f"/upload/sheets/{sheet.pk}/")
    done = [f"{here}act/", f"{here}retry/", f"{here}sheets/", f"/upload/changes/{change.pk}/undo/"]

    assert {client.get(path).status_code for path in read} == {403}
    assert {client.post(path).status_code for path in done} == {403}
    assert {Client().get(path).status_code for path in read} == {302}


def test_a_page_shows_sixty_files_and_its_status_the_same(admin: Client) -> None:
    batch = batch_of()
    Item.objects.bulk_create(
        Item(batch=batch, name=f"{number:03}.jpg", incoming="x") for number in range(130)
    )

    html = page_of(admin, batch, "?page=3")
    told = admin.get(f"/upload/{batch.pk}/status/?page=3").json()

    assert "Page 3 of 3" in html
    assert told["items"][0]["name"] == "120.jpg"
    assert (len(told["items"]), told["progress"]["total"]) == (10, 130)
    assert told["progress"]["words"] == "0 of 130 files done."


def test_files_are_found_by_state_and_by_words(admin: Client) -> None:
    batch = batch_of("Harbour at night", "Ridge")
    Item.objects.create(batch=batch, name="odd.txt", incoming="x", state="refused", reason="No.")

    refused = page_of(admin, batch, "?state=refused")
    found = page_of(admin, batch, "?q=night+halde")

    assert ("odd.txt" in refused, "Ridge" in refused) == (True, False)
    assert ("Harbour at night" in found, "Ridge" in found, "odd.txt" in found) == (
        True,
        False,
        False,
    )


def test_a_work_is_found_and_reported_by_its_inventory_number(admin: Client) -> None:
    batch = batch_of("Harbour", "Ridge")
    Artwork.objects.filter(title="Ridge").update(accession_number="SK-A-1505")

    html = page_of(admin, batch, "?q=sk-a-15")
    rows = list(csv.DictReader(io.StringIO(streamed(admin, batch).removeprefix("\ufeff"))))

    assert "Ridge.jpg" in html
    assert "Harbour.jpg" not in html
    assert [row["inventory number"] for row in rows] == ["", "SK-A-1505"]


def test_words_in_quotes_are_found_together(admin: Client) -> None:
    batch = batch_of("Room 2, shelf 1", "Room 1, shelf 2", "Room 2, shelf 2")

    page = admin.get(f"/upload/{batch.pk}/", {"q": '"room 2" shelf "'})

    assert [row["title"] for row in page.context["items"]] == ["Room 2, shelf 1", "Room 2, shelf 2"]


def test_the_pace_of_the_last_minute_tells_how_long_the_rest_takes(admin: Client) -> None:
    batch = batch_of("A", "B", "C", "D")
    now = timezone.now()
    # All at the same moment, as a worker ends them, after a while of checking.
    Item.objects.update(created=now - timedelta(seconds=90), finished=now - timedelta(seconds=1))
    Item.objects.create(batch=batch, name="e", incoming="e")

    told = admin.get(f"/upload/{batch.pk}/status/").json()["progress"]

    assert told["words"] == "4 of 5 files done, 4 a minute, about 15 s left."


def test_the_time_before_the_first_file_came_in_does_not_slow_the_pace(admin: Client) -> None:
    batch = batch_of("A", "B", "C", "D")
    now = timezone.now()
    Item.objects.update(created=now - timedelta(seconds=5), finished=now)

    pace = queries.pace(batch)

    assert pace is not None
    assert pace > 4 / 60


def test_what_ended_long_ago_tells_no_pace(admin: Client) -> None:
    batch = batch_of("A", "B", "C", "D")
    Item.objects.update(finished=timezone.now() - timedelta(seconds=70))
    Item.objects.create(batch=batch, name="e", incoming="e")

    assert queries.pace(batch) is None


def test_ticked_works_are_published_and_it_can_be_undone_there(admin: Client) -> None:
    batch = batch_of("Harbour", "Ridge", state="draft")
    here = f"/upload/{batch.pk}/"

    answer = admin.post(f"{here}act/", {"do": "publish", "works": [titled("Ridge").pk]})
    html = admin.get(here).content.decode()
    change = Change.objects.get()
    admin.post(f"/upload/changes/{change.pk}/undo/")

    assert answer.headers["Location"] == here
    assert "1 work is on the way into the gallery." in html
    assert f"/upload/changes/{change.pk}/undo/" in html
    assert titled("Ridge").held


def test_nothing_ticked_changes_nothing(admin: Client) -> None:
    batch = batch_of("Harbour")

    answer = admin.post(f"/upload/{batch.pk}/act/", {"do": "delete"}, follow=True)

    assert "Tick the works first." in answer.content.decode()
    assert titled("Harbour").state == Artwork.State.VISIBLE


def test_works_of_another_batch_cannot_be_named(admin: Client) -> None:
    batch, other = batch_of("Harbour"), batch_of("Ridge")

    admin.post(f"/upload/{batch.pk}/act/", {"do": "delete", "works": [titled("Ridge").pk]})

    assert other.items.get().state == "visible"
    assert titled("Ridge").state == Artwork.State.VISIBLE


def test_an_unknown_deed_is_refused_with_a_sentence(admin: Client) -> None:
    batch = batch_of("Harbour")

    answer = admin.post(f"/upload/{batch.pk}/act/", {"do": "burn", "which": "all"})

    assert answer.status_code == 400
    assert answer.content.decode() == "Say what to do: publish, unpublish or delete."


def test_the_report_is_csv_that_spreadsheets_trust_safely(admin: Client) -> None:
    batch = batch_of("Harbour")
    name = '=HYPERLINK("http://bad.example")'
    Item.objects.create(batch=batch, name=name, incoming="x", state="refused", reason="Ñ, no.")
    Item.objects.update(created=datetime(2026, 3, 1, 12, 0, 5, 77, tzinfo=UTC))

    text = streamed(admin, batch)

    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert text.startswith("\ufeff")
    assert [row["file"] for row in rows] == [f"'{name}", "Harbour.jpg"]
    assert rows[1]["work"] == f"http://testserver/works/{titled('Harbour').pk}/"
    assert (rows[0]["state"], rows[0]["reason"]) == ("refused", "Ñ, no.")
    assert (rows[0]["received"], rows[0]["ended"]) == ("2026-03-01 12:00:05", "")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_report_is_a_formula(start: str) -> None:
    assert guarded(f"{start}1+1") == f"'{start}1+1"


def test_all_that_is_listed_is_changed_and_the_same_list_comes_back(admin: Client) -> None:
    batch = batch_of("Harbour at night", "Harbour", "Ridge", state="draft")
    Item.objects.create(batch=batch, name="harbour.txt", incoming="", state="refused")

    answer = admin.post(
        f"/upload/{batch.pk}/act/",
        {"do": "publish", "which": "listed", "state": "", "q": "harbour", "page": "1"},
    )

    held = dict(Artwork.objects.values_list("title", "held"))
    assert held == {"Harbour at night": False, "Harbour": False, "Ridge": True}
    assert answer.headers["Location"] == f"/upload/{batch.pk}/?q=harbour&page=1"


def test_a_list_without_works_changes_nothing(admin: Client) -> None:
    batch = batch_of("Harbour", state="draft")

    admin.post(f"/upload/{batch.pk}/act/", {"do": "delete", "which": "listed", "q": "ridge"})

    assert not Change.objects.exists()


def test_a_batch_page_costs_the_same_for_one_file_and_for_many(
    admin: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    titles = [str(number) for number in range(40)]
    batch = batch_of(*titles)

    # Session, user, permissions, batch, items twice, progress, what is still to come twice,
    # changes, tables, notices.
    with django_assert_max_num_queries(14):
        admin.get(f"/upload/{batch.pk}/")
    with django_assert_max_num_queries(11):
        admin.get(f"/upload/{batch.pk}/status/")
    with django_assert_max_num_queries(10):
        admin.get(f"/upload/{batch.pk}/grid/")


def test_a_nul_in_the_words_finds_as_without_it(admin: Client) -> None:
    batch = batch_of("Harbour")

    page = admin.get(f"/upload/{batch.pk}/", {"q": "Har\0bour"})

    assert [row["title"] for row in page.context["items"]] == ["Harbour"]


def test_files_lie_in_the_order_of_their_names_however_they_came(admin: Client) -> None:
    batch = batch_of()
    names = ["b/2.jpg", "Plate 10.jpg", "a.jpg", "b/10.jpg", "plate 9.jpg", "1" * 300, "b/1.jpg"]
    names += ["20240101120000.jpg", "20231231235959.jpg"]
    Item.objects.bulk_create(Item(batch=batch, name=name, incoming="x") for name in names)

    told = admin.get(f"/upload/{batch.pk}/status/").json()["items"]

    shown = [item["name"] for item in told if item["name"] != "1" * 300]
    assert shown[:2] == ["20231231235959.jpg", "20240101120000.jpg"]
    assert shown[2:] == ["a.jpg", "b/1.jpg", "b/2.jpg", "b/10.jpg", "plate 9.jpg", "Plate 10.jpg"]


def test_the_newest_batches_come_first_with_their_files_counted() -> None:
    batch_of("Fjord")
    older, newer = batch_of("Harbour"), batch_of("Ridge", "Weir")
    Item.objects.create(batch=newer, name="odd.txt", incoming="x", state="refused")
    Item.objects.create(batch=newer, name="late.jpg", incoming="x")

    found: list[Any] = list(queries.recent_batches(2))

    counted = [(each, each.total, each.settled, each.bad) for each in found]
    assert counted == [(newer, 4, 3, 1), (older, 1, 1, 0)]

"""The grid: cells saved one by one, and never over somebody else's."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from tests.webapp.ingest.staff import batch_of, signed_in, titled
from webapp.accounts.roles import ADMINS
from webapp.catalog.models import Artwork
from webapp.ingest.models import Batch, Change

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db: None) -> Client:
    return signed_in(ADMINS)


def form_of(client: Client, batch: Batch, asked: str = "") -> dict[str, list[str]]:
    """Return the grid's fields as a browser would send them."""
    html = client.get(f"/upload/{batch.pk}/grid/{asked}").content.decode()
    grid = html[html.index('id="grid"') :]
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input[^>]*name="([^"]+)" value="([^"]*)"', grid):
        fields.setdefault(name, []).append(unescape(value))
    for name in re.findall(r'<select name="([^"]+)"', grid):
        fields[name] = re.findall(rf'{name}".*?value="(\w+)" selected', grid, re.DOTALL)[:1]
    return fields


def cell(title: str, column: str) -> str:
    return f"w{titled(title).pk}-{column}"


def test_changed_cells_are_saved_and_can_be_undone(admin: Client) -> None:
    batch = batch_of("Harbour", "Ridge", state="draft")
    form = form_of(admin, batch)
    form[cell("Harbour", "year")] = ["1907"]
    form[cell("Harbour", "artist")] = ["Ana  Ruiz"]

    answer = admin.post(f"/upload/{batch.pk}/grid/", form)
    saved = (titled("Harbour").year, titled("Harbour").artist.name)
    admin.post(f"/upload/changes/{Change.objects.get().pk}/undo/")

    assert answer.status_code == 302
    assert saved == (1907, "Ana Ruiz")
    assert (titled("Harbour").year, titled("Harbour").artist.name) == (None, "Studio Halde")
    assert list(Change.objects.get().works) == [str(titled("Harbour").pk)]


def test_a_wrong_cell_keeps_what_was_written_and_all_others_are_saved(admin: Client) -> None:
    batch = batch_of("Harbour", "Ridge")
    form = form_of(admin, batch)
    form[cell("Harbour", "year")] = ["soon"]
    form[cell("Harbour", "medium")] = ["ink"]
    form[cell("Ridge", "style")] = ["Fog"]

    answer = admin.post(f"/upload/{batch.pk}/grid/", form)

    html = answer.content.decode()
    assert answer.status_code == 400
    assert 'value="soon"' in html
    assert "is not a year; write a whole number" in html
    assert (titled("Harbour").medium, titled("Harbour").year) == ("ink", None)
    assert titled("Ridge").style == "Fog"


def test_a_mended_cell_is_saved_from_the_page_that_told_of_it(admin: Client) -> None:
    batch = batch_of("Harbour")
    form = form_of(admin, batch)
    form[cell("Harbour", "year")] = ["soon"]
    form[cell("Harbour", "medium")] = ["ink"]
    html = admin.post(f"/upload/{batch.pk}/grid/", form).content.decode()
    was = re.search(r'-was" value="(\w+)"', html)
    assert was

    form[cell("Harbour", "was")] = [was[1]]
    form[cell("Harbour", "year")] = ["1907"]
    answer = admin.post(f"/upload/{batch.pk}/grid/", form)

    assert answer.status_code == 302
    assert titled("Harbour").year == 1907


def test_two_editors_do_not_write_over_each_other(admin: Client) -> None:
    batch = batch_of("Harbour", "Ridge")
    form = form_of(admin, batch)
    Artwork.objects.filter(title="Harbour").update(year=1911)
    form[cell("Harbour", "year")] = ["1907"]
    form[cell("Ridge", "year")] = ["1909"]

    answer = admin.post(f"/upload/{batch.pk}/grid/", form)

    html = unescape(answer.content.decode())
    assert (titled("Harbour").year, titled("Ridge").year) == (1911, 1909)
    assert "Somebody changed this work meanwhile" in html
    assert "You had: year “1907”." in html


def test_an_inventory_number_is_written_and_told_in_words(admin: Client) -> None:
    batch = batch_of("Harbour", "Ridge")
    form = form_of(admin, batch)
    Artwork.objects.filter(title="Ridge").update(accession_number="12")
    form[cell("Harbour", "accession_number")] = [" SK-A-1505 "]
    form[cell("Ridge", "accession_number")] = ["13"]

    html = unescape(admin.post(f"/upload/{batch.pk}/grid/", form).content.decode())

    assert titled("Harbour").accession_number == "SK-A-1505"
    assert titled("Ridge").accession_number == "12"
    assert "You had: inventory number “13”." in html


def test_a_row_that_was_left_alone_is_no_conflict(admin: Client) -> None:
    batch = batch_of("Harbour", "Ridge")
    form = form_of(admin, batch)
    Artwork.objects.filter(title="Harbour").update(year=1911)
    form[cell("Ridge", "year")] = ["1909"]

    answer = admin.post(f"/upload/{batch.pk}/grid/", form)

    assert answer.status_code == 302
    assert (titled("Harbour").year, titled("Ridge").year) == (1911, 1909)


def test_rows_lie_as_their_files_do_and_stay_so_when_something_is_wrong(admin: Client) -> None:
    batch = batch_of("Harbour", "Ridge")
    first, second = batch.items.all()
    works = (first.artwork, second.artwork)
    for item, work in zip((first, second), reversed(works), strict=True):
        item.artwork = work
        item.save()
    form = form_of(admin, batch)
    shown = form["works"]
    form[cell("Ridge", "year")] = ["soon"]

    html = admin.post(f"/upload/{batch.pk}/grid/", form).content.decode()

    assert shown == [str(titled("Ridge").pk), str(titled("Harbour").pk)]
    assert html.index("Year of Ridge") < html.index("Year of Harbour")


def test_a_price_needs_a_currency(admin: Client) -> None:
    batch = batch_of("Harbour")
    form = form_of(admin, batch)
    form[cell("Harbour", "price")] = ["1200"]

    html = admin.post(f"/upload/{batch.pk}/grid/", form).content.decode()

    assert "A price needs a currency, such as EUR." in html
    assert 'value="1200"' in html
    assert titled("Harbour").price is None


def test_what_was_found_is_edited_and_stays_listed(admin: Client) -> None:
    batch = batch_of("Harbour", "Ridge", "Harbour wall")
    here = f"/upload/{batch.pk}/grid/"
    form = form_of(admin, batch, "?q=harbour")
    form[cell("Harbour", "year")] = ["1907"]

    answer = admin.post(here, form)
    none = admin.get(f"{here}?q=quay").content.decode()

    assert set(form["works"]) == {str(titled(title).pk) for title in ("Harbour", "Harbour wall")}
    assert answer.headers["Location"] == f"{here}?page=1&q=harbour"
    assert titled("Harbour").year == 1907
    assert "No work of this batch is like that." in none


def test_works_of_another_batch_are_left_alone(admin: Client) -> None:
    batch, other = batch_of("Harbour"), batch_of("Ridge")
    form = form_of(admin, other)
    form[cell("Ridge", "year")] = ["1909"]

    admin.post(f"/upload/{batch.pk}/grid/", form)

    assert titled("Ridge").year is None


def test_a_row_that_lacks_cells_is_passed_over(admin: Client) -> None:
    batch = batch_of("Harbour")
    fields = {"works": [titled("Harbour").pk], cell("Harbour", "title"): "Other"}

    answer = admin.post(f"/upload/{batch.pk}/grid/", fields)

    assert answer.status_code == 302
    assert list(Artwork.objects.values_list("title", flat=True)) == ["Harbour"]

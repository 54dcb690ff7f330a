"""A table comes to a batch, its columns are mapped, and it is applied."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.webapp.ingest.staff import batch_of, signed_in, titled
from webapp.accounts.roles import ADMINS
from webapp.catalog.facts import Facts
from webapp.catalog.models import Artwork
from webapp.ingest.models import Batch, Change, Item, Sheet
from webapp.ingest.sheets import receive_sheet
from webapp.ingest.sheets.matching import Plan, plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db: None) -> Client:
    return signed_in(ADMINS)


def sheet_of(batch: Batch, text: str, name: str = "works.csv") -> Sheet:
    return receive_sheet(batch=batch, name=name, content=ContentFile(text.encode()))


def matched(*files: str, row: str) -> Plan:
    batch = batch_of()
    Item.objects.bulk_create(Item(batch=batch, name=name, incoming="x") for name in files)
    sheet = sheet_of(batch, f"file,title\n{row},A\n")
    return plan(sheet, sheet.mapping)


@pytest.mark.parametrize(
    "row",
    [
        "Spring/Café.JPG",
        "spring/cafe\u0301.jpg",
        "CAFÉ.jpg",
        "café",
        r"Spring\Café.jpg",
        "./café.png",
    ],
)
def test_a_row_finds_its_file_however_it_is_written(row: str) -> None:
    told = matched("Spring/Café.jpg", "Spring/other.jpg", row=row)

    if row == "./café.png":
        assert told.unmatched[0].problems == ("There is no file ./café.png in this batch.",)
    else:
        assert [match.file for match in told.matched] == [row]
        assert told.files_without_row == ("Spring/other.jpg",)


def test_a_name_that_several_files_have_is_not_guessed() -> None:
    told = matched("a/one.jpg", "b/one.jpg", row="one.jpg")

    assert told.unmatched[0].problems == (
        "one.jpg may be any of several files: a/one.jpg, b/one.jpg.",
    )


@pytest.mark.parametrize("row", ["b/one.jpg", r"B\one", "Loan/b/one.jpg"])
def test_the_folders_that_a_row_names_tell_files_of_one_name_apart(row: str) -> None:
    told = matched("Loan/a/one.jpg", "Loan/b/one.jpg", row=row)

    assert told.files_without_row == ("Loan/a/one.jpg",)


def test_what_is_wrong_with_many_cells_is_said_once(admin: Client) -> None:
    batch = batch_of("Harbour", "Ridge", "Weir")
    sheet = sheet_of(batch, "file,year\nHarbour,soon\nRidge,1907\nWeir,soon\n")

    page = admin.get(f"/upload/sheets/{sheet.pk}/").content.decode()

    assert page.count("&#x27;soon&#x27; is not a year") == 3  # on two cards, and once below
    assert "Rows 2, 4" in page


def test_of_two_rows_for_one_file_the_first_counts() -> None:
    batch = batch_of("Harbour")
    sheet = sheet_of(batch, "file,title\nHarbour.jpg,A\nharbour,B\n")

    told = plan(sheet, sheet.mapping)

    assert [row.facts["title"] for row in told.matched] == ["A"]
    assert told.problems == ("Row 3: harbour already has a row, number 2.",)


def test_an_exact_path_goes_before_a_bare_name() -> None:
    told = matched("one.jpg", "b/one.jpg", row="one.jpg")

    assert told.files_without_row == ("b/one.jpg",)


def test_a_table_is_added_previewed_and_applied(admin: Client) -> None:
    batch = batch_of("Harbour", "Ridge", state="draft")
    text = "Archivo;Título;Künstler;Precio\nharbour;Puerto;Ana Ruiz;€ 1.200\nnone;X;Y;\n"

    added = admin.post(
        f"/upload/{batch.pk}/sheets/", {"table": SimpleUploadedFile("t.csv", text.encode())}
    )
    page = admin.get(added.headers["Location"]).content.decode()
    before = titled("Harbour").artist.name
    fields = {"c0": "file", "c1": "title", "c2": "artist", "c3": "price", "do": "apply"}
    admin.post(added.headers["Location"], fields)

    work = titled("Puerto")
    assert "1 of 2 rows have their file." in page
    assert "Row 3: There is no file none in this batch." in page
    assert before == "Studio Halde"
    assert (work.artist.name, work.price, work.currency) == ("Ana Ruiz", Decimal(1200), "EUR")
    assert Sheet.objects.get().state == Sheet.State.APPLIED


def test_what_a_table_did_is_undone(admin: Client) -> None:
    batch = batch_of("Harbour")
    sheet = sheet_of(batch, "file,title,year\nharbour.jpg,Puerto,1907\n")
    admin.post(f"/upload/sheets/{sheet.pk}/", {"c0": "file", "c1": "title", "do": "apply"})
    applied = list(Artwork.objects.values_list("title", "year"))

    admin.post(f"/upload/changes/{Change.objects.get().pk}/undo/")

    assert applied == [("Puerto", None)]
    assert titled("Harbour").year is None


def test_a_file_on_its_way_takes_its_facts_along(admin: Client) -> None:
    batch = batch_of()
    Item.objects.create(batch=batch, name="a.jpg", incoming="x", metadata=Facts(title="a"))
    sheet = sheet_of(batch, "file,title,height\na.jpg,Puerto,40\n")

    answer = admin.post(
        f"/upload/sheets/{sheet.pk}/",
        {"c0": "file", "c1": "title", "c2": "height_cm", "do": "apply"},
        follow=True,
    )

    assert batch.items.get().metadata == {"title": "Puerto", "height_cm": "40.0"}
    assert "1 file that is no work yet takes its facts along." in answer.content.decode()


@pytest.mark.parametrize("state", ["failed", "deleted"])
def test_a_file_that_may_still_become_a_work_takes_its_facts_along(
    admin: Client, state: str
) -> None:
    batch = batch_of()
    Item.objects.create(batch=batch, name="a.jpg", incoming="x", state=state)
    sheet = sheet_of(batch, "file,title\na.jpg,Puerto\n")

    admin.post(f"/upload/sheets/{sheet.pk}/", {"c0": "file", "c1": "title", "do": "apply"})

    item = batch.items.get()
    assert (item.state, item.metadata) == (state, {"title": "Puerto"})


def test_another_mapping_is_kept_and_changes_nothing(admin: Client) -> None:
    batch = batch_of("Harbour")
    sheet = sheet_of(batch, "picture,words\nharbour.jpg,Puerto\n")

    admin.post(f"/upload/sheets/{sheet.pk}/", {"c0": "file", "c1": "title", "do": "look"})

    sheet.refresh_from_db()
    assert sheet.mapping == {"0": "file", "1": "title"}
    assert list(Artwork.objects.values_list("title", flat=True)) == ["Harbour"]


def test_no_column_is_taken_for_two_things_nor_two_for_one(admin: Client) -> None:
    sheet = sheet_of(batch_of(), "a,b,c\n1,2,3\n")

    admin.post(f"/upload/sheets/{sheet.pk}/", {"c0": "title", "c1": "title", "c2": "nonsense"})

    sheet.refresh_from_db()
    assert sheet.mapping == {"0": "title"}


def test_a_table_that_cannot_be_read_says_why(admin: Client) -> None:
    sheet = sheet_of(batch_of(), "no workbook", "works.xlsx")

    page = admin.get(f"/upload/sheets/{sheet.pk}/").content.decode()

    assert sheet.state == Sheet.State.REFUSED
    assert "works.xlsx cannot be read as an Excel workbook" in page


def test_what_is_no_table_is_not_taken(admin: Client) -> None:
    batch = batch_of()

    answer = admin.post(
        f"/upload/{batch.pk}/sheets/", {"table": SimpleUploadedFile("a.exe", b"MZ")}, follow=True
    )

    assert "Choose a table: .csv, .json, .jsonl, .tsv, .xlsx." in answer.content.decode()
    assert not Sheet.objects.exists()


def test_words_of_a_table_are_never_markup(admin: Client) -> None:
    batch = batch_of("Harbour")
    sheet = sheet_of(batch, "file,title\nharbour.jpg,<script>alert(1)</script>\n")

    page = admin.get(f"/upload/sheets/{sheet.pk}/").content.decode()

    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page

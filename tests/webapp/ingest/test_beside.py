"""Tables for `manage.py import_folder`: of which kinds they may be, and those that lie there."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from tests.webapp.ingest.pictures import folder_of
from webapp.ingest import beside
from webapp.ingest.beside import MOST, read_any
from webapp.ingest.models import Item
from webapp.ingest.table import TableError

pytestmark = pytest.mark.django_db

COLUMNS = ("File", "Title", "Year", "Width cm", "Mood")
ROWS = (("a.jpg", "Harbour", 1907, 40.25, "calm"), ("b.jpg", "Ridge", None, None, "loud"))


def workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (COLUMNS, *ROWS):
        sheet.append(row)
    book.save(path)


def lines(path: Path) -> None:
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]
    path.write_text("\n".join(json.dumps(row) for row in rows))


def array(path: Path) -> None:
    path.write_text(json.dumps([dict(zip(COLUMNS, row, strict=True)) for row in ROWS]))


def tabs(path: Path) -> None:
    rows = [["" if cell is None else str(cell) for cell in row] for row in (COLUMNS, *ROWS)]
    path.write_text("\n".join("\t".join(row) for row in rows))


KINDS = {"works.xlsx": workbook, "works.jsonl": lines, "works.json": array, "WORKS.TSV": tabs}


def said(folder: Path, **options: object) -> str:
    """Return what a dry run writes."""
    out = io.StringIO()
    call_command("import_folder", str(folder), dry_run=True, stdout=out, **options)
    return out.getvalue()


def table(path: Path, text: str = "file,title\na.jpg,Harbour\n") -> Path:
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", KINDS)
def test_a_table_of_any_kind_says_what_the_same_csv_would(tmp_path: Path, name: str) -> None:
    KINDS[name](tmp_path / name)

    read = read_any(tmp_path / name)

    assert read.unknown == ("mood",)
    assert [row.file for row in read.rows] == ["a.jpg", "b.jpg"]
    width = Decimal("40.3")
    assert read.rows[0].facts == {"title": "Harbour", "year": 1907, "width_cm": width}
    assert read.rows[1].facts == {"title": "Ridge", "year": None, "width_cm": None}
    assert read.rows[0].where.startswith(f"{name}:")


def test_cells_beyond_the_columns_are_told(tmp_path: Path) -> None:
    path = table(tmp_path / "works.tsv", "file\ttitle\na.jpg\tHarbour\tby night\n")

    assert "Row 2 has 3 cells but there are only 2 columns" in read_any(path).notes[0]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("works.jsonl", '{"name": "a.jpg"}', "there is no column “file”"),
        ("works.xlsx", "no workbook", "works.xlsx"),
        ("works.json", "{", "is not proper JSON"),
        ("works.csv", "file;title\na.jpg;Harbour\n", "Separate columns with commas"),
    ],
)
def test_what_cannot_be_used_says_why(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    folder = folder_of(tmp_path / "f", ["a.jpg"])
    path = table(tmp_path / name, text)

    with pytest.raises(TableError, match=sentence):
        read_any(path)
    with pytest.raises(CommandError, match=sentence):
        said(folder, metadata=str(path))


def test_the_one_table_that_fits_is_told_with_the_command_that_uses_it(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "my pictures", ["a.jpg", "b.jpg"])
    table(folder / "notes.csv", "date,words\n1 May,rain\n")
    workbook(folder / "metadata.xlsx")
    (folder / "~$metadata.xlsx").write_bytes(b"open elsewhere")

    told = said(folder, source="Harbours")

    assert "metadata.xlsx lies in the folder and has rows for 2 of its 2 pictures." in told
    command = (
        f"manage.py import_folder '{folder}' --metadata '{folder}/metadata.xlsx' "
        "--source Harbours --dry-run"
    )
    assert f"  {command}\n" in told
    assert "1 file is no picture and is passed over." in told
    assert not Item.objects.exists()


def test_a_table_is_not_used_unless_it_is_given(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "f", ["a.jpg", "b.jpg"])
    path = table(folder / "works.csv")

    unasked = said(folder)
    with pytest.raises(CommandError, match="1 of 2"):  # b.jpg has no row
        said(folder, metadata=str(path))

    assert "Would add 2" in unasked


def test_a_table_that_was_given_is_not_told_of(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "f", ["a.jpg"])
    path = table(folder / "works.csv")
    table(folder / "others.csv")

    told = said(folder, metadata=str(path))

    assert "not used" not in told
    assert "passed over" not in told


def test_of_several_that_fit_none_is_chosen(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "f", ["a.jpg"])
    table(folder / "one.csv")
    table(folder / "two.csv")

    told = said(folder)

    assert "Several tables fit the pictures: one.csv, two.csv. Give one of them" in told
    assert "manage.py" not in told


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("file,title\nelsewhere.jpg,Harbour\n", "names no picture of the folder."),
        ("picture,title\na.jpg,Harbour\n", "there is no column “file”"),
    ],
)
def test_a_table_that_does_not_fit_is_told_with_why(tmp_path: Path, text: str, reason: str) -> None:
    folder = folder_of(tmp_path / "f", ["a.jpg"])
    (folder / "sub").mkdir()
    table(folder / "sub/works.csv", text)

    told = said(folder)

    assert "sub/works.csv lies in the folder and is not used." in told
    assert reason in told


def test_a_table_of_gigabytes_is_not_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(tmp_path / "f", ["a.jpg"])
    path = table(folder / "works.csv")
    monkeypatch.setattr(beside, "MAX_BYTES", path.stat().st_size - 1)

    told = said(folder)

    assert "works.csv lies in the folder and is not used. It is too large to be looked into" in told
    assert len(read_any(path).rows) == 1  # who gives it means it


def test_what_a_program_wrote_beside_each_picture_is_told_in_one_line(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "f", ["a.jpg"])
    for number in range(MOST + 5):
        table(folder / f"{number:02}.json", '{"camera": "X"}')

    told = said(folder)

    assert "not used: 00.json, 01.json, 02.json and 22 more. None has a column “file”" in told

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from webapp.ingest.table import TableError, read_table


def table(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "paintings.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_columns_are_found_by_name_and_unknown_ones_reported(tmp_path: Path) -> None:
    path = table(tmp_path, "Mood,Title,file,Width CM\ncalm,Harbour,a.jpg,40.25\n")

    read = read_table(path)

    assert read.unknown == ("mood",)
    assert read.rows[0].file == "a.jpg"
    assert read.rows[0].facts == {"title": "Harbour", "width_cm": Decimal("40.3")}


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    read = read_table(table(tmp_path, "file,title\na.jpg,Ä\n", "utf-8-sig"))

    assert read.rows[0].facts["title"] == "Ä"


@pytest.mark.parametrize(
    ("column", "text", "sentence"),
    [
        ("year", "about 1900", "'about 1900' is not a year"),
        ("year", "9999", "'9999' is not a year"),
        ("year", "0", "'0' is not a year"),
        ("width_cm", "12,5", "'12,5' is not a number"),
        ("width_cm", "0", "more than 0"),
        ("width_cm", "inf", "'inf' is not a number"),
        ("height_cm", "1e9", "out of range"),
        ("added", "31.05.2024", "'31.05.2024' is not a date"),
        ("availability", "perhaps", "write one of available, sold, not_for_sale"),
        ("one_of_a_kind", "maybe", "neither yes nor no"),
        ("currency", "euro", "'EURO'|'euro' is not a currency"),
        ("source_url", "javascript:alert(1)", "not a web address"),
        ("title", "x" * 301, "301 characters; at most 300 fit"),
    ],
)
def test_a_bad_cell_is_told_with_file_line_and_column(
    tmp_path: Path, column: str, text: str, sentence: str
) -> None:
    path = table(tmp_path, f'file,{column}\nfine.jpg,\nbad.jpg,"{text}"\n')

    read = read_table(path)

    assert read.rows[0].problems == ()
    (problem,) = read.rows[1].problems
    assert problem.startswith(f"paintings.csv:3:{column}: ")
    assert any(part in problem for part in sentence.split("|"))


def test_lines_are_counted_through_quoted_line_breaks(tmp_path: Path) -> None:
    path = table(tmp_path, 'file,description,year\na.jpg,"two\nlines",1900\nb.jpg,,x\n')

    read = read_table(path)

    assert read.rows[1].problems[0].startswith("paintings.csv:4:year: ")


def test_a_price_needs_a_currency(tmp_path: Path) -> None:
    read = read_table(table(tmp_path, "file,price,currency\na.jpg,10,\nb.jpg,10,eur\n"))

    assert "needs a currency" in read.rows[0].problems[0]
    assert read.rows[1].facts["currency"] == "EUR"


def test_empty_names_become_the_file_and_the_unknown_artist(tmp_path: Path) -> None:
    read = read_table(table(tmp_path, "file,title,artist,added\nsub/dusk.jpg,, ,\n"))

    assert read.rows[0].facts == {"title": "dusk", "artist": "Unknown artist"}


def test_a_row_with_too_many_cells_is_told(tmp_path: Path) -> None:
    read = read_table(table(tmp_path, "file,title\na.jpg,Harbour, at dusk\n"))

    assert "3 cells but there are only 2 columns" in read.rows[0].problems[0]


@pytest.mark.parametrize(
    ("text", "encoding", "sentence"),
    [
        ("file,title\na.jpg,Größe\n", "latin-1", "is not UTF-8"),
        ("title\nHarbour\n", "utf-8", "no column “file”"),
        ("file;title\na.jpg;x\n", "utf-8", "Separate columns with commas"),
        ("", "utf-8", "no column “file”"),
        ("file,title,title\n", "utf-8", "is there twice"),
        ('file,title\na.jpg,"open\n', "utf-8", "not proper CSV"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_as_a_whole(
    tmp_path: Path, text: str, encoding: str, sentence: str
) -> None:
    with pytest.raises(TableError, match=sentence):
        read_table(table(tmp_path, text, encoding))


def test_a_missing_table_is_told(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="cannot be read"):
        read_table(tmp_path / "none.csv")

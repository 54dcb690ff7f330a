"""Tables as people save them: encodings, delimiters, workbooks, JSON, and files that are none."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from webapp.ingest.sheets import reading
from webapp.ingest.sheets.guessing import guess
from webapp.ingest.sheets.reading import read
from webapp.ingest.table import TableError

TEXT = "file;título\r\na.jpg;El río\r\n"


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_is_read_in_any_usual_encoding(encoding: str) -> None:
    cells = read("works.csv", TEXT.encode(encoding))

    assert cells.columns == ("file", "título")
    assert cells.rows[0].values == ("a.jpg", "El río")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    text = delimiter.join(("file", "title")) + "\n" + delimiter.join(("a.jpg", '"One, two; 3"'))

    cells = read("works.csv", text.encode())

    assert cells.rows[0].values == ("a.jpg", "One, two; 3")


@pytest.mark.parametrize(
    "text",
    [
        "File name;Title, as shown;Year\na.jpg;Ridge, evening;1907\n",
        "sep=;\nFile name;Title, as shown;Year\na.jpg;Ridge, evening;1907\n",
        '\n"File name","Title, as shown","Year; perhaps"\na.jpg,"Ridge, evening",1907\n',
        "File name;Title, as shown;Year\ra.jpg;Ridge, evening;1907\r",
    ],
)
def test_other_delimiters_in_the_words_do_not_mislead(text: str) -> None:
    cells = read("works.csv", text.encode())

    assert cells.columns[:2] == ("File name", "Title, as shown")
    assert cells.rows[0].values == ("a.jpg", "Ridge, evening", "1907")


def test_a_row_is_called_by_the_line_on_which_it_begins() -> None:
    cells = read("works.csv", b'file,title\na.jpg,"two\nlines"\n\nb.jpg,B\n')

    assert [row.number for row in cells.rows] == [2, 5]


def test_a_workbook_gives_numbers_and_dates_as_people_read_them() -> None:
    content = workbook(["file", "year", "price", "gone"], ["a.jpg", 1907, 12.5, None], [], [])

    cells = read("works.xlsx", content)

    assert cells.columns == ("file", "year", "price", "gone")
    assert [row.values for row in cells.rows] == [("a.jpg", "1907", "12.5", "")]


def test_a_formula_that_was_never_computed_says_nothing() -> None:
    cells = read("works.xlsx", workbook(["file", "title"], ["a.jpg", "=1+1"]))

    assert cells.rows[0].values == ("a.jpg", "")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("works.jsonl", b'{"file": "a.jpg", "year": 1907}\n{"file": "b.jpg", "tags": ["x", "y"]}'),
        ("works.json", b'[{"file": "a.jpg", "year": 1907}, {"file": "b.jpg", "tags": ["x", "y"]}]'),
    ],
)
def test_json_objects_are_rows(name: str, content: bytes) -> None:
    cells = read(name, content)

    assert cells.columns == ("file", "year", "tags")
    assert [row.values for row in cells.rows] == [("a.jpg", "1907", ""), ("b.jpg", "", "x, y")]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("works.csv", b"", "works.csv is empty; its first line must name the columns."),
        ("works.csv", b"file,title\n", "has no rows below them"),
        ("works.xlsx", b"PK no workbook", "cannot be read as an Excel workbook"),
        ("works.json", b"{", "is not proper JSON"),
        ("works.json", b"[" * 100_000, "is not proper JSON"),
        ("works.json", b"[1]", "record 1 is no object"),
        ("works.ods", b"", "works.ods is no table; give one of .csv"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(
    name: str, content: bytes, sentence: str
) -> None:
    with pytest.raises(TableError, match=sentence.replace(".", r"\.")):
        read(name, content)


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"xl/{number}.xml", bytes(100 * 2**20))

    with pytest.raises(TableError, match="unpacks to 300 MB"):
        read("bomb.xlsx", buffer.getvalue())


@pytest.mark.parametrize("kind", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_workbook_that_could_unpack_to_more_than_it_says_is_refused(kind: int) -> None:
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(["file"], ["a.jpg"]))) as usual,
        zipfile.ZipFile(packed, "w", kind) as archive,
    ):
        for name in usual.namelist():
            archive.writestr(name, usual.read(name))

    with pytest.raises(TableError, match="compressed in an unusual way"):
        read("works.xlsx", packed.getvalue())


@pytest.mark.parametrize("flag", [1, 0], ids=["encrypted", "damaged"])
def test_a_workbook_that_cannot_be_unpacked_is_refused(flag: int) -> None:
    data = bytearray(workbook(["file"], ["a.jpg"]))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        places = [info.header_offset for info in archive.infolist()]
    listed = -1
    while (listed := data.find(b"PK\1\2", listed + 1)) >= 0:
        data[listed + 8] |= flag
    for place in places:
        data[place + 6] |= flag
        start = place + 30 + int.from_bytes(data[place + 26 : place + 28], "little")
        data[start : start + 8] = b"\xff" * 8

    with pytest.raises(TableError, match="cannot be read as an Excel workbook"):
        read("works.xlsx", bytes(data))


def test_what_no_database_takes_is_left_out() -> None:
    cells = read("works.json", rb'[{"fi\u0000le\ud800": "a\ud800.jpg\u0000"}]')

    assert cells.columns == ("file",)
    assert cells.rows[0].values == ("a.jpg",)


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 2)

    with pytest.raises(TableError, match="more than 2 rows"):
        read("works.csv", b"file\na\nb\nc\n")


NUMBERS = (
    *("Accession number", "accession_number", "Accession No.", "accessionnum", "Object Number"),
    *("Inventory number", "Inv. no.", "Inventarnummer", "Inv.-Nr.", "Objektnummer (alt)"),
    *("Número de inventario", "N.º inventario", "Numéro d'inventaire", "N° d’inventaire"),
    *("Numero d'inventario", "Inventarisnummer", "main_reference_number", "Museum number"),
    *("Acc. No.", "Obj. no.", "Museum no.", "Inv.-Nummer", "Núm. de inventario", "N° d'inv."),
)


@pytest.mark.parametrize(
    ("columns", "targets"),
    [
        (["Filename", "Title", "Artist", "Date", "Medium"], "file title artist year medium"),
        (["Archivo", "Título", "Autor", "Año", "Técnica"], "file title artist year medium"),
        (["Datei", "Titel", "Künstler", "Jahr", "Maße"], "file title artist year dimensions"),
        (["Fichier", "Titre", "Auteur", "Année", "Prix (EUR)"], "file title artist year price"),
        (
            ["image_file", "objectTitle", "Artist Display Name", "object_date", "Credit Line"],
            "file title artist year credit_line",
        ),
        (
            ["Datei/Bild", "Titel, wie gezeigt", "Künstler: Name", "Preis in EUR", "Breite cm"],
            "file title artist price width_cm",
        ),
        (["Foto", "Date acquired", "Title of the exhibition", "Artist born", "Price paid"], "file"),
        *((["Image", name], "file accession_number") for name in NUMBERS),
        (["Image", "Identifier", "Object ID", "AccessionYear"], "file"),
    ],
)
def test_columns_are_known_by_their_names(columns: list[str], targets: str) -> None:
    mapping = guess([*columns, "inventory"])

    assert list(mapping.values()) == targets.split()
    assert "5" not in mapping

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.webapp.ingest.pictures import folder_of, picture
from webapp.catalog.actions import CheckedImage, publish_image
from webapp.catalog.models import Artwork
from webapp.ingest.folder import Entry, Verdict, plan, scan
from webapp.ingest.table import Table, read_table

pytestmark = pytest.mark.django_db


def planned(folder: Path, csv: str | None = None) -> dict[str, Entry]:
    table: Table | None = None
    if csv is not None:
        path = folder.parent / "table.csv"
        path.write_text(csv)
        table = read_table(path)
    return {entry.file: entry for entry in plan(scan(folder), source="f", table=table)}


def publish(entry: Entry) -> Artwork:
    """Do what the workers will do with an entry."""
    image = CheckedImage(
        original="incoming/x",
        key=entry.sha256[:32],
        format="JPEG",
        width=160,
        height=120,
        size=1,
        sha256=entry.sha256,
        perceptual_hash="0" * 16,
        placeholder="",
        palette=[{"hex": "#000000", "lab": [0, 0, 0], "share": 1.0}],
        widths=[160],
        formats=["jpeg"],
    )
    return publish_image(image=image, facts=entry.facts, source_key=entry.source_key).artwork


def test_pictures_in_subfolders_are_found_and_hidden_ones_passed_over(tmp_path: Path) -> None:
    names = ["a.jpg", "süb folder/b c.JPG", ".hidden.jpg", ".thumbs/c.jpg"]
    folder = folder_of(tmp_path / "f", names)
    (folder / "notes.txt").write_text("no picture")
    (folder / "no ending").write_bytes(picture(9))

    found = scan(folder)

    assert set(found.pictures) == {"a.jpg", "süb folder/b c.JPG", "no ending"}
    assert found.ignored == 1


def test_links_are_not_followed_out_of_the_folder(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "f", ["a.jpg"])
    secret = folder_of(tmp_path / "elsewhere", ["secret.jpg"])
    (folder / "out.jpg").symlink_to(secret / "secret.jpg")
    (folder / "outside").symlink_to(secret)
    (folder / "gone.jpg").symlink_to(folder / "nothing.jpg")

    found = scan(folder)

    assert set(found.pictures) == {"a.jpg"}
    assert "outside the folder" in found.problems["out.jpg"]
    assert "leads nowhere" in found.problems["gone.jpg"]


def test_a_name_that_is_not_unicode_is_refused_not_fatal(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "f", ["a.jpg"])
    Path(os.fsdecode(os.fsencode(folder) + b"/b\xff.jpg")).write_bytes(picture(1))

    entries = planned(folder)

    assert [entry.verdict for entry in entries.values()].count(Verdict.FAIL) == 1
    assert entries["a.jpg"].verdict is Verdict.ADD


def test_names_match_whatever_unicode_form_they_are_written_in(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "f", [unicodedata.normalize("NFD", "süß.jpg")])

    entries = planned(folder, f"file,title\n{unicodedata.normalize('NFC', 'süß.jpg')},Sweet\n")

    assert [(entry.verdict, entry.facts.get("title")) for entry in entries.values()] == [
        (Verdict.ADD, "Sweet")
    ]


def test_without_a_table_the_file_name_becomes_the_title(tmp_path: Path) -> None:
    entries = planned(folder_of(tmp_path / "f", ["sub/evening ridge.jpg"]))

    assert entries["sub/evening ridge.jpg"].facts == {
        "title": "evening ridge",
        "artist": "Unknown artist",
    }
    assert entries["sub/evening ridge.jpg"].source_key == "folder:f/sub/evening ridge.jpg"


def test_every_disagreement_of_table_and_folder_is_told(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "f", ["a.jpg", "twice.jpg", "rowless.jpg", "bad.jpg"])
    csv = "file,year\na.jpg,1900\nmissing.jpg,\ntwice.jpg,\ntwice.jpg,\nbad.jpg,soon\n../x.jpg,\n"
    path = tmp_path / "table.csv"
    path.write_text(csv)

    entries = plan(scan(folder), source="f", table=read_table(path))

    failed = {(entry.file, entry.reason) for entry in entries if entry.verdict is Verdict.FAIL}
    assert failed == {
        ("missing.jpg", "table.csv:3:file: There is no picture missing.jpg in the folder."),
        ("twice.jpg", "table.csv:5:file: twice.jpg already has a row, table.csv:4."),
        ("bad.jpg", failed_reason(entries, "bad.jpg")),
        ("../x.jpg", "table.csv:7:file: There is no picture ../x.jpg in the folder."),
        ("rowless.jpg", "The picture is in the folder but has no row in the table."),
    }
    assert failed_reason(entries, "bad.jpg").startswith("table.csv:6:year: 'soon' is not a year")
    added = [entry.file for entry in entries if entry.verdict is Verdict.ADD]
    assert added == ["a.jpg", "twice.jpg"]


def failed_reason(entries: list[Entry], file: str) -> str:
    return next(entry.reason for entry in entries if entry.file == file)


def test_a_second_run_skips_updates_or_replaces(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "f", ["same.jpg", "facts.jpg", "picture.jpg"])
    csv = "file,title\nsame.jpg,A\nfacts.jpg,B\npicture.jpg,C\n"
    for entry in planned(folder, csv).values():
        publish(entry)
    (folder / "picture.jpg").write_bytes(picture(77))

    entries = planned(folder, csv.replace("facts.jpg,B", "facts.jpg,New"))

    verdicts = {file: entry.verdict for file, entry in entries.items()}
    assert verdicts == {
        "same.jpg": Verdict.SKIP,
        "facts.jpg": Verdict.UPDATE,
        "picture.jpg": Verdict.REPLACE,
    }
    assert entries["facts.jpg"].reason == "title"


def test_a_run_without_the_table_leaves_the_facts_alone(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "f", ["a.jpg"])
    for entry in planned(folder, "file,title\na.jpg,Harbour\n").values():
        publish(entry)

    entries = planned(folder)

    assert entries["a.jpg"].verdict is Verdict.SKIP


def test_the_same_file_twice_comes_in_once(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "f", ["a.jpg"])
    (folder / "b.jpg").write_bytes((folder / "a.jpg").read_bytes())

    before = planned(folder)
    publish(before["a.jpg"])
    after = planned(folder)

    assert before["b.jpg"].verdict is Verdict.SKIP
    assert before["b.jpg"].reason == "the same file as a.jpg"
    assert after["b.jpg"].reason.startswith("the same file as “a”")


def test_another_folder_of_the_same_name_replaces_nothing_by_mistake(tmp_path: Path) -> None:
    first = folder_of(tmp_path / "one/f", ["a.jpg", "b.jpg"])
    for entry in planned(first).values():
        publish(entry)
    second = tmp_path / "two/f"
    second.mkdir(parents=True)
    for seed, name in enumerate(("a.jpg", "b.jpg"), start=70):
        (second / name).write_bytes(picture(seed))

    with pytest.raises(CommandError, match="another folder of the same name"):
        call_command("import_folder", str(second), dry_run=True)
    call_command("import_folder", str(second), dry_run=True, source="f")
    call_command("import_folder", str(first), dry_run=True)

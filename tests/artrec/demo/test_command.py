"""`python -m artrec demo`: files, tables, and never half a folder."""

from __future__ import annotations

import argparse
import csv
import hashlib
from pathlib import Path

import pytest
from PIL import Image

from artrec.demo import command
from artrec.demo.command import ARTWORK_COLUMNS, EVENT_COLUMNS, add_arguments, make_collection, run
from artrec.demo.plan import Work
from artrec.errors import DataError


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _digest(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_artworks_have_exactly_the_public_columns(collection: Path) -> None:
    rows = _rows(collection / "artworks.csv")

    assert tuple(rows[0]) == ARTWORK_COLUMNS
    # The true parameters of the pictures must not be readable from the table.
    assert not {"density", "line", "order", "grain", "motif", "turn"} & set(rows[0])
    for row in rows:
        assert row["availability"] in {"available", "sold", "not_for_sale"}
        assert row["one_of_a_kind"] in {"true", "false"}
        assert (row["price"] == "") == (row["availability"] == "not_for_sale")
        assert 1900 < int(row["year"]) <= int(row["added"][:4])
        assert row["rights"] == "CC0"
        assert row["accession_number"].startswith(row["added"][:4] + ".")
    assert len({row["accession_number"] for row in rows}) == len(rows)


def test_every_row_has_its_picture_and_every_picture_its_row(collection: Path) -> None:
    files = {row["file"] for row in _rows(collection / "artworks.csv")}

    assert files == {p.name for p in (collection / "images").iterdir()}
    assert {Path(f).suffix for f in files} == {".jpg", ".png", ".webp"}
    for path in (collection / "images").iterdir():
        with Image.open(path) as image:
            image.load()
            assert image.mode == "RGB"


def test_pictures_and_folder_carry_nothing_but_pixels_and_tables(collection: Path) -> None:
    assert {p.name for p in collection.iterdir()} == {
        "images", "artworks.csv", "events.csv", "collection.json",
    }  # fmt: skip
    for path in (collection / "images").iterdir():
        with Image.open(path) as image:
            assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"} | (
                {"loop", "background", "timestamp", "duration"}
            ), path.name


def test_sold_means_bought_and_one_of_a_kind(collection: Path) -> None:
    bought = {e["file"] for e in _rows(collection / "events.csv") if e["kind"] == "purchase"}

    for row in _rows(collection / "artworks.csv"):
        expected = row["one_of_a_kind"] == "true" and row["file"] in bought
        assert (row["availability"] == "sold") == expected


def test_events_name_known_works_and_times_in_utc(collection: Path) -> None:
    files = {row["file"] for row in _rows(collection / "artworks.csv")}
    events = _rows(collection / "events.csv")

    assert tuple(events[0]) == EVENT_COLUMNS
    assert {e["kind"] for e in events} == {"view", "like", "purchase"}
    assert {e["file"] for e in events} <= files
    assert all(e["time"].endswith("Z") for e in events)


def test_one_process_and_two_write_the_same_bytes(tmp_path: Path) -> None:
    make_collection(tmp_path / "one", works=24, seed=3, jobs=1, size=80)
    make_collection(tmp_path / "two", works=24, seed=3, jobs=2, size=80)

    assert _digest(tmp_path / "one") == _digest(tmp_path / "two")


def test_a_second_run_does_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    folder = tmp_path / "demo"
    args = parser.parse_args([str(folder), "--works", "4", "--jobs", "1", "--size", "80"])

    run(args)
    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*")}
    run(args)

    assert {p: p.stat().st_mtime_ns for p in folder.rglob("*")} == before
    assert "Nothing to do" in capsys.readouterr().out


def test_an_interrupted_run_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(work: Work, seed: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "draw_work", stop)

    with pytest.raises(KeyboardInterrupt):
        make_collection(tmp_path / "demo", works=4, seed=1, jobs=1, size=80)

    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_replaced(tmp_path: Path) -> None:
    left = tmp_path / "demo.partial" / "images"
    left.mkdir(parents=True)
    (left / "half.jpg").write_bytes(b"half")

    assert make_collection(tmp_path / "demo", works=4, seed=1, jobs=1, size=80)

    assert [p.name for p in tmp_path.iterdir()] == ["demo"]
    assert not (tmp_path / "demo" / "images" / "half.jpg").exists()


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")

    with pytest.raises(DataError, match="is not empty"):
        make_collection(tmp_path, works=4, seed=1, jobs=1, size=80)

    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_other_settings_do_not_overwrite_a_collection(tmp_path: Path) -> None:
    make_collection(tmp_path / "demo", works=4, seed=1, jobs=1, size=80)

    with pytest.raises(DataError, match="made with other settings"):
        make_collection(tmp_path / "demo", works=4, seed=2, jobs=1, size=80)


def test_senseless_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="--works is 0"):
        make_collection(tmp_path / "demo", works=0, seed=1, jobs=1, size=80)

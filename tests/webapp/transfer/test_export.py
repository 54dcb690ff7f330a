"""What is in an export: files, checksums, tables, documents, vectors."""

from __future__ import annotations

import csv
import errno
import io
import json
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.webapp.transfer.exports import lines
from tests.webapp.transfer.galleries import make_gallery, make_work
from webapp.catalog.models import Artwork
from webapp.mine.models import Collection
from webapp.transfer import images, selection
from webapp.transfer.bags import DamagedError, open_bag
from webapp.transfer.exporting import Wanted, export
from webapp.transfer.selection import SelectionError
from webapp.vectors.models import Space, Vector

pytestmark = pytest.mark.django_db


def test_every_file_has_its_checksum_by_which_any_tool_can_verify_the_folder(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    works = make_gallery(rng, works=10)
    made = export(tmp_path / "out", Wanted([work.pk for work in works], "All"))

    sums = ["sha256sum", "--check", "--strict", "manifest-sha256.txt", "tagmanifest-sha256.txt"]
    done = subprocess.run(sums, cwd=tmp_path / "out", capture_output=True, text=True)

    told = {line.partition(":")[0] for line in done.stdout.splitlines()}
    there = {path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*.*")}
    assert done.returncode == 0, done.stdout
    assert told == {str(path) for path in there} - {"tagmanifest-sha256.txt"}
    assert made.missing == []


def test_without_people_nothing_in_it_says_who_did_what(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    works = make_gallery(rng, works=10)
    export(tmp_path / "out", Wanted([work.pk for work in works], "All"))

    text = "".join(path.read_text() for path in (tmp_path / "out").rglob("*.jsonl"))

    assert not (tmp_path / "out/data/people").exists()
    assert "mara" not in text
    assert "Only mine" not in text
    assert "Evenings" in text


def test_words_that_a_spreadsheet_could_run_are_told_apart_as_words(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    facts = {"description": " @SUM(1)", "medium": "oil", "accession_number": "-12"}
    work = make_work(rng, 1, title="=HYPERLINK(1)", **facts)
    export(tmp_path / "out", Wanted([work.pk], "One"))

    row = next(csv.DictReader(io.StringIO((tmp_path / "out/data/works.csv").read_text())))

    assert (row["title"], row["description"]) == ("'=HYPERLINK(1)", "' @SUM(1)")
    assert (row["medium"], row["accession_number"]) == ("oil", "'-12")
    assert lines(tmp_path / "out/data/works.jsonl")[0]["title"] == "=HYPERLINK(1)"


def test_documents_lead_to_each_other_and_to_the_pictures_of_the_export(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    facts = {"rights": "CC0", "height_cm": 40, "year": 1890, "source_url": "https://m.example/1"}
    work = make_work(rng, 1, **facts, accession_number="SK-A-1505")
    export(tmp_path / "out", Wanted([work.pk], "One", base="https://a.example/x/"))
    data = tmp_path / "out" / "data"

    collection = json.loads((data / "iiif/collection.json").read_text())
    address = collection["items"][0]["id"]
    manifest = json.loads((data / address.removeprefix("https://a.example/x/")).read_text())
    body = manifest["items"][0]["items"][0]["items"][0]["body"]
    told = json.loads((data / f"linked-art/works/{work.pk}.json").read_text())

    shown = told["representation"][0]["digitally_shown_by"][0]
    assert manifest["id"] == address
    assert (data / body["id"].removeprefix("https://a.example/x/")).is_file()
    assert body["id"] == shown["access_point"][0]["id"]
    assert body["format"] == "image/png"
    assert [page["id"] for page in manifest["homepage"]] == ["https://m.example/1"]
    assert (told["type"], told["_label"]) == ("HumanMadeObject", "Ridge 1")
    assert told["produced_by"]["timespan"]["begin_of_the_begin"] == "1890-01-01T00:00:00Z"
    assert told["dimension"][0]["value"] == 40.0
    numbers = {
        each["classified_as"][0]["id"]: each["content"] for each in reversed(told["identified_by"])
    }
    assert numbers["http://vocab.getty.edu/aat/300312355"] == "SK-A-1505"
    assert numbers["http://vocab.getty.edu/aat/300404626"] == str(work.pk)
    metadata = [(each["label"]["en"], each["value"]["none"]) for each in manifest["metadata"]]
    assert (["Accession number"], ["SK-A-1505"]) in metadata
    assert shown["subject_to"][0]["classified_as"][0]["id"].startswith("https://creativecommons")


def test_vectors_are_parquet_with_what_made_them(rng: np.random.Generator, tmp_path: Path) -> None:
    works = make_gallery(rng, works=10)
    export(tmp_path / "out", Wanted([work.pk for work in works[:3]], "Three"))
    look = Space.objects.get(purpose="look")

    table = pq.read_table(tmp_path / f"out/data/vectors/space-{look.pk}.parquet")

    known = dict(Vector.objects.filter(space=look).values_list("artwork_id", "values"))
    about = json.loads(table.schema.metadata[b"artrec"])
    assert table["id"].to_pylist() == sorted(work.pk for work in works[:3])
    assert table["vector"][0].as_py() == np.asarray(known[works[0].pk], np.float32).tolist()
    assert (about["extractor"], about["dim"]) == ("test", "4")


def test_pictures_can_be_narrower_than_they_came_or_left_out(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    work = make_work(rng, 1)
    export(tmp_path / "small.zip", Wanted([work.pk], "One", pictures="64"))
    export(tmp_path / "none.zip", Wanted([work.pk], "One", pictures="none"))

    small, none = (zipfile.ZipFile(tmp_path / f"{name}.zip") for name in ("small", "none"))

    with small, none:
        assert small.read(f"data/images/{work.pk:07d}.jpeg").startswith(b"\xff\xd8")
        assert not [name for name in none.namelist() if "/images/" in name]


def test_a_picture_that_is_gone_is_named_and_the_rest_is_exported(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    works = [make_work(rng, 1), make_work(rng, 2, title="Gone")]
    (tmp_path / "originals" / works[1].image.original).unlink()

    made = export(tmp_path / "out", Wanted([work.pk for work in works], "Two"))

    assert [line["file"] for line in lines(tmp_path / "out/data/works.jsonl")] == [
        f"data/images/{works[0].pk:07d}.png",
        "",
    ]
    assert len(made.missing) == 1
    assert "Gone" in made.missing[0]


def test_a_full_disk_is_no_picture_that_is_missing(
    rng: np.random.Generator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = make_work(rng, 1)

    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(images, "picture", full)

    with pytest.raises(OSError, match="No space left"):
        export(tmp_path / "out", Wanted([work.pk], "One"))

    assert list(tmp_path.glob("out*")) == []


def test_an_export_that_is_stopped_leaves_nothing_behind(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    works = [make_work(rng, number) for number in range(2)]

    def stop(_done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(tmp_path / "new/out.zip", Wanted([work.pk for work in works], "Two"), stop)

    assert list((tmp_path / "new").iterdir()) == []


def test_selections_name_works_by_search_collection_and_number(rng: np.random.Generator) -> None:
    works = make_gallery(rng, works=10)
    collection = Collection.objects.get(title="Evenings")

    by_search, told = selection.works_of("search", "/browse/?q=Ridge+7")
    by_collection, _ = selection.works_of(
        "collection", f"https://x/collections/{collection.token}/"
    )
    by_ids, _ = selection.works_of("ids", f"{works[3].pk}, {works[1].pk}")

    assert by_search == [works[7].pk]
    assert told == "The search q=Ridge+7"
    assert by_collection == [works[0].pk, works[1].pk]
    assert by_ids == sorted([works[1].pk, works[3].pk])
    assert selection.works_of("all", "")[0] == sorted(Artwork.objects.values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        ("ids", "12, twelve", "twelve is no number"),
        ("ids", "99999999", "There is no work 99999999"),
        ("collection", "nowhere", "There is no collection nowhere"),
        ("batch", "77", "There is no batch 77"),
        ("search", "?q=nothing-has-this-word", "no work to export"),
    ],
)
def test_a_selection_of_nothing_says_what_is_wrong(kind: str, value: str, told: str) -> None:
    with pytest.raises(SelectionError, match=told):
        selection.works_of(kind, value)


def test_no_name_in_a_bag_leads_out_of_it(rng: np.random.Generator, tmp_path: Path) -> None:
    work = make_work(rng, 1)
    export(tmp_path / "out", Wanted([work.pk], "One"))
    (tmp_path / "secret").write_text("private")
    manifest = tmp_path / "out" / "manifest-sha256.txt"
    manifest.write_text(manifest.read_text() + f"{'0' * 64}  data/../../secret\n")

    with open_bag(tmp_path / "out") as bag, pytest.raises(DamagedError, match="missing"):
        bag.open("data/../../secret")

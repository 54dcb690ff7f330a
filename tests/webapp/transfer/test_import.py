"""Imports of whole, damaged and foreign exports."""

from __future__ import annotations

import errno
import json
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from tests.webapp.makers import make_space
from tests.webapp.transfer.exports import change, exported
from tests.webapp.transfer.galleries import make_gallery, make_work, shown
from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.feed.models import Event, Pick
from webapp.mine.models import Collection
from webapp.operations.checks.work import check_claims
from webapp.studio.models import Place
from webapp.transfer import images, importing_works
from webapp.transfer.exporting import Wanted, export
from webapp.transfer.importing import RefusedError, import_export, look_through
from webapp.vectors.models import Space, Vector

pytestmark = pytest.mark.django_db


def test_works_keep_their_numbers_and_pictures_and_are_visible(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = exported(rng, tmp_path / "out")

    report = import_export(tmp_path / "out")

    works = Artwork.objects.filter(state=Artwork.State.VISIBLE)
    image = works.get(pk=ids[0]).image
    assert report.troubles == []
    assert sorted(works.values_list("pk", flat=True)) == shown(ids)
    assert default_storage.exists(f"works/{image.key}/64.jpeg")
    assert Vector.objects.count() == 2 * len(ids)
    assert Pick.objects.get(by=None).artwork_id == ids[9]


def test_inventory_numbers_come_along_and_older_exports_have_none(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = exported(rng, tmp_path / "out")

    def as_told(text: str) -> str:
        first, *others = map(json.loads, text.splitlines())
        first["accession_number"] = "SK-A-1505"
        for other in others:
            del other["accession_number"]
        return "".join(f"{json.dumps(each)}\n" for each in (first, *others))

    change(tmp_path / "out", "data/works.jsonl", as_told)

    report = import_export(tmp_path / "out")

    numbers = dict(Artwork.objects.values_list("pk", "accession_number"))
    assert report.troubles == []
    assert numbers == {pk: "SK-A-1505" if pk == ids[0] else "" for pk in ids}


def test_without_people_public_collections_come_and_nobody_else(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    exported(rng, tmp_path / "out", people=True)

    import_export(tmp_path / "out")

    found = Collection.objects.values_list("title", "visitor__label", "items__artwork__title")
    assert list(found.order_by("items__position")) == [
        ("Evenings", "imported", "Ridge 0"),
        ("Evenings", "imported", "Ridge 1"),
    ]
    assert not User.objects.exists()
    assert not Event.objects.exists()


def test_new_works_get_numbers_behind_those_that_came(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = exported(rng, tmp_path / "out")
    import_export(tmp_path / "out")

    work = make_work(rng, 99)

    assert work.pk > max(ids)


def test_an_import_that_was_interrupted_goes_on(rng: np.random.Generator, tmp_path: Path) -> None:
    ids = exported(rng, tmp_path / "out", people=True)

    def stop(done: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_export(tmp_path / "out", people=True, progress=stop)

    report = import_export(tmp_path / "out", people=True)

    assert (report.made["works"], report.known["works"]) == (len(ids) - 5, 5)
    assert Artwork.objects.filter(state=Artwork.State.VISIBLE).count() == len(shown(ids))
    assert Event.objects.count() == 6


def test_a_full_disk_ends_an_import_which_then_goes_on_with_all_its_parts(
    rng: np.random.Generator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = exported(rng, tmp_path / "out")
    keep, kept = images.keep_variants, []

    def until_full(key: str, data: bytes) -> Any:
        kept.append(key)
        if len(kept) == 5:
            raise OSError(errno.ENOSPC, "No space left on device")
        return keep(key, data)

    monkeypatch.setattr(images, "keep_variants", until_full)
    with pytest.raises(CommandError, match="There is no room left on the disk"):
        call_command("import_export", str(tmp_path / "out"), stderr=StringIO())
    before = Place.objects.count()

    report = import_export(tmp_path / "out")

    assert before == 0
    assert (report.made["works"], report.troubles) == (len(ids) - 4, [])
    assert Place.objects.count() == report.made["maps/places"] > 5


def test_a_damaged_picture_costs_its_work_alone(rng: np.random.Generator, tmp_path: Path) -> None:
    ids = exported(rng, tmp_path / "out")
    (tmp_path / f"out/data/images/{ids[2]:07d}.png").write_bytes(b"not what it was")

    report = import_export(tmp_path / "out")

    assert len(report.troubles) == 1
    assert report.troubles[0].startswith(
        f"data/works.jsonl, line 3: data/images/{ids[2]:07d}.png: its checksum is not"
    )
    assert set(ids) - set(Artwork.objects.values_list("pk", flat=True)) == {ids[2]}


def test_broken_rows_are_told_by_line_and_the_others_taken(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = exported(rng, tmp_path / "out")

    def damage(text: str) -> str:
        lines = text.splitlines()
        lines[0] = lines[0][:40]
        lines[1] = lines[1].replace('"state": "visible"', '"state": "sideways"')
        lines[3] = json.dumps({**json.loads(lines[3]), "file": "../../etc/passwd"})
        return "\n".join(lines) + "\n"

    change(tmp_path / "out", "data/works.jsonl", damage)

    report = import_export(tmp_path / "out")

    told = [trouble.partition(":")[0] for trouble in report.troubles]
    assert told == [f"data/works.jsonl, line {line}" for line in (1, 2, 4)]
    assert Artwork.objects.count() == len(ids) - 3


def test_names_of_files_that_lead_elsewhere_are_made_anew(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = exported(rng, tmp_path / "out")

    def mislead(text: str) -> str:
        lines = [json.loads(line) for line in text.splitlines()]
        lines[0]["image"] |= {"key": "../../../elsewhere", "original": "../../elsewhere.png"}
        lines[1]["image"] |= {"original": "inside/../../elsewhere.png"}
        return "".join(f"{json.dumps(line)}\n" for line in lines)

    change(tmp_path / "out", "data/works.jsonl", mislead)

    report = import_export(tmp_path / "out")

    first = Artwork.objects.get(pk=ids[0]).image
    assert [trouble.partition(":")[0] for trouble in report.troubles] == [
        "data/works.jsonl, line 2"
    ]
    assert first.original == f"imported/{ids[0]:07d}.png"
    assert default_storage.exists(f"works/{first.key}/64.jpeg")
    assert not list(tmp_path.rglob("elsewhere*"))


def test_a_work_with_another_picture_by_now_keeps_its_own_vector(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = exported(rng, tmp_path / "out")
    import_export(tmp_path / "out")
    Artwork.objects.filter(pk=ids[0]).update(source_key="folder:1", state=Artwork.State.CHECKED)
    Artwork.objects.get(pk=ids[0]).image.delete()
    Vector.objects.filter(artwork=ids[0]).delete()

    def with_key(text: str) -> str:
        return text.replace('"source_key": null', '"source_key": "folder:1"', 1)

    change(tmp_path / "out", "data/works.jsonl", with_key)

    report = import_export(tmp_path / "out")

    assert (report.known["works"], report.made["vectors"]) == (len(ids), 0)
    assert not Vector.objects.filter(artwork=ids[0]).exists()


def test_vectors_that_are_damaged_leave_works_to_the_workers(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = exported(rng, tmp_path / "out")
    for path in (tmp_path / "out/data/vectors").glob("*.parquet"):
        path.write_bytes(path.read_bytes()[:-20])

    report = import_export(tmp_path / "out")

    waiting = Artwork.objects.filter(state=Artwork.State.CHECKED, claimed_until=None)
    assert waiting.count() == len(shown(ids))
    assert all("checksum" in trouble for trouble in report.troubles)


def test_a_gallery_with_a_look_of_its_own_keeps_it(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = exported(rng, tmp_path / "out")
    own = make_space()
    taken = make_work(rng, 50)

    report = import_export(tmp_path / "out")

    assert list(Space.objects.all()) == [own]
    assert "a look of its own" in report.notes[0]
    waiting = Artwork.objects.filter(state=Artwork.State.CHECKED, claimed_until=None)
    assert waiting.count() == len(shown(ids))
    assert Artwork.objects.get(pk=taken.pk).title == "Ridge 50"


def test_a_number_that_is_taken_is_given_to_nobody_twice(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = exported(rng, tmp_path / "out")
    make_work(rng, 50, id=ids[0], title="Here before")

    report = import_export(tmp_path / "out")

    moved = Artwork.objects.get(title="Ridge 0")
    assert report.troubles == []
    assert moved.pk not in ids
    assert Artwork.objects.get(pk=ids[0]).title == "Here before"
    assert Vector.objects.filter(artwork=moved).count() == 2


def test_an_export_of_a_newer_format_is_refused(rng: np.random.Generator, tmp_path: Path) -> None:
    exported(rng, tmp_path / "out")
    change(
        tmp_path / "out", "export.json", lambda text: text.replace('"version": 2', '"version": 3')
    )

    with pytest.raises(RefusedError, match="format 3, and this installation reads up to 2"):
        import_export(tmp_path / "out")


def test_a_dry_run_checks_everything_and_changes_nothing(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = exported(rng, tmp_path / "out")
    change(tmp_path / "out", "data/works.csv", lambda text: text + "x", sign=False)

    works, report = look_through(tmp_path / "out")

    assert works == len(ids)
    assert [trouble.partition(":")[0] for trouble in report.troubles] == ["data/works.csv"]
    assert not Artwork.objects.exists()


@pytest.mark.parametrize("content", [None, b"", b"PK\x05\x06 not a zip"])
def test_what_is_no_export_is_told_as_that(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "thing.zip"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(CommandError, match=r"nothing at|neither a folder nor a whole ZIP"):
        call_command("import_export", str(path))


@pytest.mark.parametrize(
    ("compressed", "flags", "told"),
    [
        (zipfile.ZIP_BZIP2, 0, "compressed in a way"),
        (zipfile.ZIP_STORED, 1, "locked by a password"),
    ],
)
def test_a_zip_that_exports_are_not_is_refused_with_a_way_out(
    tmp_path: Path, compressed: int, flags: int, told: str
) -> None:
    path = tmp_path / "thing.zip"
    with zipfile.ZipFile(path, "w", compressed) as archive:
        archive.writestr("manifest-sha256.txt", "")
        archive.infolist()[0].flag_bits |= flags

    with pytest.raises(CommandError, match=rf"manifest-sha256.txt is {told}.*give the folder"):
        call_command("import_export", str(path))


def test_works_of_an_import_that_goes_on_are_not_taken_for_claims_of_a_wrong_clock(
    rng: np.random.Generator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported(rng, tmp_path / "out")
    monkeypatch.setattr(importing_works, "show", lambda _numbers: None)
    import_export(tmp_path / "out")
    held = Artwork.objects.filter(state=Artwork.State.CHECKED, claimed_until__isnull=False)

    found = list(check_claims(mend=True))

    assert held.exists()
    assert [each.count for each in found] == [0, 0]


def test_what_was_held_back_while_it_waited_is_not_shown(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = [work.pk for work in make_gallery(rng)]
    Artwork.objects.filter(pk=ids[0]).update(state=Artwork.State.CHECKED, held=True)
    export(tmp_path / "out", Wanted(ids, "All"))
    Artwork.objects.all().delete()

    import_export(tmp_path / "out")

    works = Artwork.objects.in_bulk(ids)
    assert (works[ids[0]].state, works[ids[0]].held) == (Artwork.State.CHECKED, True)
    assert works[ids[1]].state == Artwork.State.VISIBLE

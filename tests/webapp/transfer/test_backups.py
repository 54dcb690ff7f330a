"""Backups: made while the site goes on, whole or refused, and put back as it was."""

from __future__ import annotations

import errno
import json
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import default_storage, storages
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.webapp.transfer.galleries import make_gallery, make_work
from tests.webapp.transfer.seeing import seen
from webapp.catalog.models import Artwork
from webapp.transfer import backups, postgres
from webapp.transfer.backups import ABOUT, DUMP, MANIFEST, BackupError
from webapp.transfer.restoring import STAGED


def _backup(folder: Path) -> Path:
    call_command("backup", str(folder), stdout=StringIO())
    return backups.list_of(folder)[-1]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_restored_backup_is_the_gallery_as_it_was(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    works = make_gallery(rng)
    before = seen()
    picture = default_storage.path(f"works/{works[0].image.key}/64.jpeg")
    bytes_before = Path(picture).read_bytes()
    path = _backup(tmp_path / "backups")
    works[1].delete()
    Artwork.objects.filter(pk=works[0].pk).update(title="Changed since")
    Path(picture).write_bytes(b"damaged")
    storages["originals"].delete(works[2].image.original)

    call_command("restore", str(path), "--replace", stdout=StringIO())

    assert seen() == before
    assert Path(picture).read_bytes() == bytes_before
    assert storages["originals"].exists(works[2].image.original)


@pytest.mark.django_db
def test_what_has_not_changed_takes_no_room_a_second_time(
    rng: np.random.Generator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_work(rng, 1)
    stamps = iter(["20250101T000000Z", "20250102T000000Z", "20250103T000000Z"])
    monkeypatch.setattr(backups, "_now", lambda: next(stamps))

    first = backups.make(tmp_path, keep=2)
    second = backups.make(tmp_path, keep=2)
    third = backups.make(tmp_path, keep=2)

    name = next(name for name in backups.read_sums(third.path) if name.endswith(".png"))
    assert (first.linked, second.linked) == (0, first.files)
    assert (second.path / name).stat().st_ino == (third.path / name).stat().st_ino
    assert backups.list_of(tmp_path) == [second.path, third.path]
    assert backups.damaged(third.path) == {}


@pytest.mark.django_db
def test_a_damaged_backup_is_refused_before_anything_changes(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    work = make_work(rng, 1)
    path = _backup(tmp_path)
    (path / DUMP).write_bytes((path / DUMP).read_bytes()[:-100])

    with pytest.raises(CommandError, match=rf"damaged, nothing was changed\. {DUMP}"):
        call_command("restore", str(tmp_path), "--replace")

    assert Artwork.objects.filter(pk=work.pk).exists()


@pytest.mark.django_db
def test_a_damaged_picture_need_not_cost_all_the_others(
    rng: np.random.Generator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = make_work(rng, 1)
    path = _backup(tmp_path)
    name = f"files/originals/{work.image.original}"
    (path / name).write_bytes(b"rotten")
    monkeypatch.setattr(postgres, "restore", lambda _dump: None)
    monkeypatch.setattr(postgres, "others", lambda: 0)

    with pytest.raises(CommandError, match=rf"{name}: its checksum.*or this one with --without"):
        call_command("restore", str(path), "--replace")
    told = StringIO()
    options = {"replace": True, "without_damaged": True}
    call_command("restore", str(path), stdout=StringIO(), stderr=told, **options)

    assert f"left out: {name}" in told.getvalue()
    assert not storages["originals"].exists(work.image.original)
    assert default_storage.exists(f"works/{work.image.key}/64.jpeg")


@pytest.mark.django_db
def test_a_manifest_that_was_cut_off_costs_no_picture(
    rng: np.random.Generator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = make_work(rng, 1)
    path = _backup(tmp_path)
    lines = (path / MANIFEST).read_text().splitlines(keepends=True)
    (path / MANIFEST).write_text("".join(lines[:2]))
    monkeypatch.setattr(postgres, "restore", lambda _dump: None)
    monkeypatch.setattr(postgres, "others", lambda: 0)

    call_command("restore", str(path), "--replace", stdout=StringIO())

    assert storages["originals"].exists(work.image.original)


@pytest.mark.django_db
def test_a_restore_that_fails_leaves_files_as_they_were_and_none_beside_them(
    rng: np.random.Generator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = make_work(rng, 1)
    path = _backup(tmp_path)

    def refused(_dump: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(postgres, "restore", refused)
    monkeypatch.setattr(postgres, "others", lambda: 0)

    with pytest.raises(CommandError, match="There is no room left on the disk"):
        call_command("restore", str(path), "--replace", stdout=StringIO())

    assert storages["originals"].exists(work.image.original)
    for root in backups.roots().values():
        assert not [each for each in root.parent.iterdir() if each.name.endswith(STAGED)]


@pytest.mark.django_db
def test_one_backup_is_made_at_a_time_and_clears_away_what_a_killed_one_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / "20250101T000000Z.part"
    (left / "files").mkdir(parents=True)
    dump = postgres.dump

    def meanwhile(path: Path) -> None:
        with pytest.raises(BackupError, match="Another backup is being made"):
            backups.make(tmp_path)
        dump(path)

    monkeypatch.setattr(postgres, "dump", meanwhile)

    made = backups.make(tmp_path)

    assert backups.list_of(tmp_path) == [made.path]
    assert not left.exists()


@pytest.mark.django_db
def test_an_installation_in_use_is_only_replaced_when_told_to(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    make_work(rng, 1)
    path = _backup(tmp_path)

    with pytest.raises(CommandError, match="not empty"):
        call_command("restore", str(path))


@pytest.mark.django_db
def test_a_backup_of_a_newer_version_is_refused_by_name(tmp_path: Path) -> None:
    path = _backup(tmp_path)
    about = json.loads((path / ABOUT).read_text())
    about["migrations"].append(["catalog", "9999_from_the_future"])
    (path / ABOUT).write_text(json.dumps(about))
    lines = (path / MANIFEST).read_text().splitlines()
    digest = backups.digest(path / ABOUT)
    lines = [f"{digest}  {ABOUT}" if line.endswith(ABOUT) else line for line in lines]
    (path / MANIFEST).write_text("\n".join(lines))

    with pytest.raises(CommandError, match="catalog 9999_from_the_future"):
        call_command("restore", str(path), "--verify")


@pytest.mark.django_db
def test_a_folder_without_a_backup_is_no_backup(tmp_path: Path) -> None:
    (tmp_path / f"{timezone.now():%Y}.part").mkdir()

    with pytest.raises(CommandError, match="There is no backup"):
        call_command("restore", str(tmp_path))

"""What is left of a restore that is interrupted, and what a backup lets in and out."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import IO

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from tests.webapp.transfer.galleries import make_gallery
from tests.webapp.transfer.seeing import seen
from webapp.transfer import backups, postgres


@pytest.mark.django_db(transaction=True)
def test_a_restore_that_is_interrupted_leaves_the_database_as_it_was(
    rng: np.random.Generator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_gallery(rng)
    before = seen()
    postgres.dump(tmp_path / "database.dump")

    def interrupted(script: IO[bytes], into: IO[bytes], _size: int) -> None:
        into.write(script.read(4096))
        into.flush()
        raise SystemExit

    monkeypatch.setattr(shutil, "copyfileobj", interrupted)

    with pytest.raises(SystemExit):
        postgres.restore(tmp_path / "database.dump")

    assert seen() == before


@pytest.mark.django_db
def test_a_file_that_arrives_during_a_backup_is_whole_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    originals = storages["originals"]
    name = originals.save("incoming/arriving", ContentFile(b"the first half"))
    dump = postgres.dump

    def arrived(path: Path) -> None:
        with Path(originals.path(name)).open("ab") as stream:
            stream.write(b" and the second")
        dump(path)

    monkeypatch.setattr(postgres, "dump", arrived)

    made = backups.make(tmp_path)

    copy = made.path / "files/originals" / name
    assert copy.read_bytes() == b"the first half and the second"
    assert backups.damaged(made.path) == {}


@pytest.mark.django_db
def test_nobody_else_on_the_machine_can_read_a_backup(tmp_path: Path) -> None:
    made = backups.make(tmp_path)

    assert made.path.stat().st_mode & 0o077 == 0

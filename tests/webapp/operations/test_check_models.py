from __future__ import annotations

import hashlib
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.webapp.lab.makers import make_run, make_version
from tests.webapp.makers import make_artwork, make_space
from tests.webapp.studio.makers import make_map, make_works
from webapp import jobs
from webapp.catalog.models import Artwork
from webapp.lab.models import Promotion, Run, Version
from webapp.vectors.models import Space

pytestmark = pytest.mark.django_db

PARTS = {"run-1.npz": b"model", "run-1.works.npz": b"works"}
SHA256 = hashlib.sha256(b"modelworks").hexdigest()


def check(*areas: str, mend: bool = False) -> int:
    """Run the command; return its exit code."""
    try:
        call_command("check_gallery", *areas, mend=mend)
    except CommandError as error:
        return error.returncode
    return 0


def stored_version() -> Version:
    version = make_version()
    for name, content in PARTS.items():
        storages["models"].save(name, ContentFile(content))
    Version.objects.filter(pk=version.pk).update(file="run-1.npz", sha256=SHA256)
    return version


def age(path: Path) -> None:
    then = time.time() - 7200
    os.utime(path, (then, then))


def test_a_model_whose_files_are_as_they_were_is_all_well() -> None:
    stored_version()

    assert check("models") == 0


@pytest.mark.parametrize("name", PARTS)
def test_a_model_file_that_is_gone_or_another_is_told(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stored_version()
    path = Path(storages["models"].path(name))
    path.write_bytes(b"other")
    changed = check("models", mend=True)
    path.unlink()
    gone = check("models", mend=True)

    assert (changed, gone) == (1, 1)
    said = capsys.readouterr().out
    assert "run-1.npz has another content" in said
    assert "run-1.npz cannot be read" in said


def test_model_files_without_a_version_are_deleted_when_they_are_old() -> None:
    storages["models"].save("run-8.npz", ContentFile(b"new"))
    storages["models"].save("run-9.npz", ContentFile(b"old"))
    age(Path(storages["models"].path("run-9.npz")))

    assert check("models") == 1
    assert check("models", mend=True) == 0

    assert storages["models"].listdir("")[1] == ["run-8.npz"]


def test_the_file_of_a_map_stays_and_a_version_whose_file_was_deleted_lacks_nothing() -> None:
    Version.objects.filter(pk=make_version().pk).update(file="")
    found = make_map(make_works(), space=make_space(state=Space.State.RETIRED))
    found.file = storages["models"].save("map-1.npz", ContentFile(b"places"))
    found.save()
    age(Path(storages["models"].path(found.file)))

    assert check("models", mend=True) == 0

    assert storages["models"].exists(found.file)


def test_a_head_that_cannot_be_used_is_taken_from_the_model_again() -> None:
    space = Space.objects.create(
        purpose="taste", dim=4, scored=4, transform=b"", head=b"junk", fitted_on=1, state="live"
    )
    version = stored_version()
    Version.objects.filter(pk=version.pk).update(space=space)

    assert check("models") == 1
    assert check("models", mend=True) == 0

    assert Promotion.objects.get().version == version


def test_work_whose_worker_is_gone_is_rung_for(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr("webapp.operations.checks.work.enqueue", rung.append)
    lapsed = timezone.now() - timedelta(minutes=6)
    held = timezone.now() + timedelta(seconds=20)
    make_run(state=Run.State.RUNNING, claimed_until=held)
    assert check("work") == 0
    make_run(state=Run.State.RUNNING, claimed_until=lapsed)

    looked = check("work")
    silent = not rung
    mended = check("work", mend=True)

    assert (looked, mended) == (1, 0)
    assert silent
    assert rung == [jobs.Job.RING_AGAIN]


def test_a_claim_without_an_end_is_given_up() -> None:
    work = make_artwork(state=Artwork.State.CHECKED)
    far = timezone.now() + timedelta(days=400)
    Artwork.objects.filter(pk=work.pk).update(claimed_until=far)

    assert check("work") == 1
    assert check("work", mend=True) == 0

    work.refresh_from_db()
    assert work.claimed_until is None


def test_folders_of_runs_that_are_gone_are_deleted() -> None:
    run = make_run()
    root = Path(settings.RUNS_ROOT)
    for name in (str(run.pk), "987654", "987655"):
        (root / name).mkdir(parents=True)
    age(root / "987654")
    age(root / str(run.pk))

    assert check("work") == 1
    assert check("work", mend=True) == 0

    assert {each.name for each in root.iterdir()} == {str(run.pk), "987655"}

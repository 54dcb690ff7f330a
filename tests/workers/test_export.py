"""Exports are made by workers: whole, stopped, or told why not."""

from __future__ import annotations

import errno
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from tests.webapp.transfer.galleries import make_work
from webapp.transfer import actions
from webapp.transfer.exporting import export
from webapp.transfer.models import Export
from webapp.transfer.queries import file_of
from workers import claims
from workers.tasks import export as task
from workers.tasks.export import make_export

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _exports_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.EXPORTS_ROOT = tmp_path / "exports"


def _ask(**changed: Any) -> Export:
    asked = {"kind": "all", "value": "", "pictures": "originals", "base": "http://localhost"}
    return actions.ask(**{**asked, **changed}, by=None)


def test_an_export_is_made_with_all_its_works(rng: np.random.Generator) -> None:
    work = make_work(rng, 1)
    asked = _ask()

    make_export()

    asked.refresh_from_db()
    with zipfile.ZipFile(file_of(asked.pk)) as made:
        names = made.namelist()
    assert (asked.state, asked.done, asked.claimed_until) == ("done", 1, None)
    assert asked.size == file_of(asked.pk).stat().st_size
    assert f"data/images/{work.pk:07d}.png" in names


def test_a_second_worker_leaves_a_claimed_export_alone(rng: np.random.Generator) -> None:
    make_work(rng, 1)
    asked = _ask()
    claims.claim(Export.objects.all(), limit=1)

    make_export()

    asked.refresh_from_db()
    assert asked.state == "queued"
    assert not file_of(asked.pk).exists()


def test_what_a_killed_worker_left_is_begun_again_and_cleared_away(
    rng: np.random.Generator,
) -> None:
    make_work(rng, 1)
    asked = _ask()
    past = timezone.now() - claims.LEASE
    Export.objects.update(state="running", attempts=1, claimed_until=past)
    left = file_of(asked.pk, 1).with_suffix(".zip.part")
    left.parent.mkdir()
    left.write_bytes(b"half of it")

    make_export()

    asked.refresh_from_db()
    assert (asked.state, asked.attempts) == ("done", 2)
    assert [path.name for path in left.parent.iterdir()] == [f"{asked.pk}.zip"]


def test_one_that_kills_its_workers_is_given_up_with_a_reason(rng: np.random.Generator) -> None:
    make_work(rng, 1)
    asked = _ask()
    past = timezone.now() - claims.LEASE
    Export.objects.update(attempts=claims.MAX_ATTEMPTS, claimed_until=past)

    make_export()

    asked.refresh_from_db()
    assert (asked.state, asked.reason) == ("failed", task.GIVEN_UP)


def test_a_cancelled_export_stops_at_the_next_work_and_leaves_no_file(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        make_work(rng, number)
    monkeypatch.setattr(task, "SAID_SECONDS", 0.0)
    asked = _ask()
    Export.objects.update(cancel_requested=True)

    make_export()

    asked.refresh_from_db()
    assert asked.state == "cancelled"
    assert list(file_of(asked.pk).parent.iterdir()) == []


def test_a_selection_that_is_gone_by_then_is_told(rng: np.random.Generator) -> None:
    work = make_work(rng, 1)
    asked = _ask(kind="ids", value=str(work.pk))
    work.delete()

    make_export()

    asked.refresh_from_db()
    assert (asked.state, asked.reason) == ("failed", f"There is no work {asked.value}.")


def test_a_full_disk_is_told_in_words(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_work(rng, 1)
    asked = _ask()

    def full(*_arguments: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(task, "export", full)

    make_export()

    asked.refresh_from_db()
    assert asked.state == "failed"
    assert asked.reason == "There is no room left on the disk. Make some, then begin again."


def test_a_worker_that_lost_an_export_leaves_the_file_of_the_one_who_made_it(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_work(rng, 1)
    asked = _ask()

    def overtaken(path: Path, wanted: Any, progress: Any) -> Any:
        made = export(path, wanted, progress)
        Export.objects.update(state=Export.State.DONE, claimed_until=None, finished=timezone.now())
        return made

    monkeypatch.setattr(task, "export", overtaken)

    make_export()

    assert file_of(asked.pk).exists()

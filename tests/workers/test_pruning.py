"""What is deleted for its age: files of runs, and models that nobody wanted to serve."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.utils import timezone
from pytest_django import Settings

from tests.workers.toys import Gallery, make_gallery
from webapp.lab import actions
from webapp.lab.models import Promotion, Run, Version
from webapp.lab.promoting import PromotionError, promote
from workers import model_files, pipeline
from workers.tasks.train import train

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def gallery() -> Gallery:
    return make_gallery(dim=6)


def trained_version() -> Version:
    run = actions.start_run(model="popularity", config={})
    train()
    return Version.objects.get(run=run)


def test_files_of_runs_that_are_gone_or_long_ended_are_deleted(
    gallery: Gallery, settings: Settings
) -> None:
    root = Path(settings.RUNS_ROOT)
    now = timezone.now()
    old = Run.objects.create(model="als", state=Run.State.FAILED, finished=now - timedelta(days=31))
    new = Run.objects.create(model="als", state=Run.State.FAILED, finished=now)
    for name in (str(old.pk), str(new.pk), "999999", "notes"):
        (root / name).mkdir(parents=True)

    pipeline.prune()

    assert {path.name for path in root.iterdir()} == {str(new.pk), "notes"}


def test_a_model_nobody_wanted_goes_with_age_and_its_report_stays(gallery: Gallery) -> None:
    unwanted, wanted, young = (trained_version() for _ in range(3))
    Promotion.objects.create(version=wanted, state=Promotion.State.REFUSED)
    long_ago = timezone.now() - timedelta(days=pipeline.UNWANTED_DAYS + 1)
    Version.objects.exclude(pk=young.pk).update(created=long_ago)

    pipeline.prune()

    stored = storages[model_files.MODELS].listdir("")[1]
    assert not [name for name in stored if name.startswith(f"run-{unwanted.run_id}.")]
    assert model_files.load(wanted).artworks.tolist() == [work.pk for work in gallery.works]
    assert young.file in stored
    unwanted.refresh_from_db()
    assert (unwanted.file, bool(unwanted.report)) == ("", True)
    with pytest.raises(PromotionError, match="deleted for its age"):
        promote(unwanted, None)

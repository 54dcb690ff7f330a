"""Runs in the test's own process: every kind of model, every way to end."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from artrec.errors import TrainingError
from tests.workers.toys import EXTRACTOR, Gallery, make_gallery
from webapp.feed.models import Event
from webapp.jobs import Job
from webapp.lab import actions
from webapp.lab.models import Epoch, Run, Version
from workers import claims, devices, leases, model_files, pipeline, runs
from workers.tasks.train import train

pytestmark = pytest.mark.django_db(transaction=True)

SMALL = {
    "item_layers": [8],
    "user_layers": [8],
    "training.epochs": 3,
    "training.batch": 32,
    "sampling.runs": 1,
    "sampling.clusters": 4,
}


@pytest.fixture
def gallery() -> Gallery:
    return make_gallery(dim=6)


def start(model: str = "curatornet", **config: Any) -> Run:
    return actions.start_run(model=model, config=config or SMALL)


def trained(run: Run) -> Run:
    train()
    run.refresh_from_db()
    return run


def points(run: Run) -> list[tuple[str, int]]:
    return list(Epoch.objects.filter(run=run).order_by("pk").values_list("part", "number"))


def test_a_run_ends_with_a_version_its_report_and_its_epochs(
    gallery: Gallery, settings: Settings
) -> None:
    run = trained(start())

    assert (run.state, run.reason, run.claimed_until) == (Run.State.FINISHED, "", None)
    version = Version.objects.get(run=run)
    assert version.servable
    assert version.report["rows"]
    assert len(version.samples) > 0
    found = model_files.load(version)
    assert found.artworks.tolist() == [work.pk for work in gallery.works]
    first = [number for part, number in points(run) if part == ""]
    again = [number for part, number in points(run) if part == "refit"]
    assert first == [1, 2, 3]
    assert again == list(range(1, len(again) + 1))
    assert run.snapshot["works"] == len(gallery.works)
    assert run.started is not None
    assert run.finished is not None
    assert run.device == "cpu"
    assert run.peak_memory
    assert "choices by 24 visitors among 40 works" in run.log
    assert [path.name for path in (Path(settings.RUNS_ROOT) / str(run.pk)).iterdir()] == [
        "snapshot.npz"
    ]


@pytest.mark.parametrize("name", ["als", "popularity", "visual-popularity", "factor-regression"])
def test_a_model_without_epochs_is_trained_just_so(gallery: Gallery, name: str) -> None:
    run = trained(actions.start_run(model=name, config={}))

    assert (run.state, run.reason, points(run)) == (Run.State.FINISHED, "", [])
    assert Version.objects.get(run=run).servable


def test_a_model_that_cannot_serve_is_measured_all_the_same(gallery: Gallery) -> None:
    run = trained(actions.start_run(model="ease", config={}))

    assert run.state == Run.State.FINISHED
    version = Version.objects.get(run=run)
    assert not version.servable
    assert version.report["rows"]


def test_a_blend_tells_the_epochs_of_each_part(gallery: Gallery) -> None:
    config = {"parts": "popularity, vbpr", "settings.vbpr.training.epochs": 2, "refit": False}

    run = trained(actions.start_run(model="blend", config=config))

    assert (run.state, run.reason) == (Run.State.FINISHED, "")
    assert points(run) == [("vbpr", 1), ("vbpr", 2), ("vbpr, again", 1), ("vbpr, again", 2)]


def test_the_same_data_settings_and_seed_make_the_same_model_and_another_seed_another(
    gallery: Gallery,
) -> None:
    first, again = trained(start()), trained(start())
    other = trained(actions.clone_run(first, by=None, seed=1))

    digests = [Version.objects.get(run=run).sha256 for run in (first, again, other)]
    assert first.snapshot["digest"] == again.snapshot["digest"] == other.snapshot["digest"]
    assert digests[0] == digests[1] != digests[2]


def test_without_refit_what_serves_has_not_seen_what_was_held_out(gallery: Gallery) -> None:
    whole = trained(actions.start_run(model="popularity", config={}))
    part = trained(actions.start_run(model="popularity", config={"refit": False}))

    counts = [
        float(model_files.load(Version.objects.get(run=run)).model.item_vectors().sum())
        for run in (whole, part)
    ]
    assert counts[0] == Event.objects.count()
    assert counts[1] < counts[0] - 20


def test_too_few_choices_end_a_run_with_what_to_do(gallery: Gallery) -> None:
    Event.objects.filter(pk__gt=Event.objects.order_by("pk")[10].pk).delete()

    run = trained(start())

    assert run.state == Run.State.FAILED
    assert run.reason.startswith("There are 11 likes, saves and purchases by")
    assert run.reason in run.log


def test_settings_that_do_not_go_together_are_told_before_anything_is_done(
    gallery: Gallery,
) -> None:
    run = trained(start(item_layers=[8], user_layers=[9]))

    assert run.state == Run.State.FAILED
    assert "user_layers must be 8 wide at the end" in run.reason
    assert run.snapshot == {}


@pytest.mark.parametrize(
    ("error", "reason", "logged"),
    [
        (TrainingError("The loss is nan."), "The loss is nan.", False),
        (MemoryError(), "It ran out of memory.", True),
        (RuntimeError("CUDA out of memory: 2 GiB"), "It ran out of memory.", True),
        (KeyError("spam"), "An error in the program ended it (KeyError: 'spam')", True),
    ],
)
def test_a_failure_is_told_in_words_and_a_traceback_only_where_it_helps(
    gallery: Gallery,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    reason: str,
    logged: bool,
) -> None:
    def fail(*_arguments: Any) -> None:
        raise error

    monkeypatch.setattr(pipeline, "make_report", fail)

    run = trained(start())

    assert run.state == Run.State.FAILED
    assert run.reason.startswith(reason)
    assert ("Traceback" in run.log) is logged


def test_a_run_that_failed_late_goes_on_where_it_was(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any) -> None:
        raise TrainingError("not today")

    with monkeypatch.context() as broken:
        broken.setattr(pipeline, "make_report", fail)
        run = trained(start())
    before = list(Epoch.objects.filter(run=run).values_list("pk", flat=True))
    version = Version.objects.get(run=run)

    actions.retry_run(run)
    again = trained(run)

    assert again.state == Run.State.FINISHED
    assert list(Epoch.objects.filter(run=run).values_list("pk", flat=True)) == before
    assert Version.objects.get(run=run).pk == version.pk


def test_a_run_without_its_files_draws_the_same_data_again(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(pipeline, "make_report", lambda *_: 1 / 0)
        run = trained(start())
    settings.RUNS_ROOT = tmp_path / "another machine"
    Event.objects.create(
        visitor=gallery.visitors[0], artwork=gallery.works[1], kind="save", time=timezone.now()
    )

    actions.retry_run(run)
    again = trained(run)

    assert again.state == Run.State.FINISHED
    assert again.snapshot["digest"] == run.snapshot["digest"]
    assert "another machine and have changed" not in again.log


def test_a_run_that_was_begun_too_often_is_given_up_with_a_reason(gallery: Gallery) -> None:
    run = start()
    Run.objects.update(attempts=claims.MAX_ATTEMPTS, state=Run.State.RUNNING)

    trained(run)

    assert run.state == Run.State.FAILED
    assert "begun 3 times" in run.reason


def test_whoever_lost_a_run_writes_no_more_of_it(gallery: Gallery) -> None:
    start()
    run = runs.claim("cpu")
    assert run is not None
    mine = runs.Held(run, run.attempts)
    Run.objects.update(worker="somebody else")

    with pytest.raises(leases.LostError):
        mine.say("hello")
    runs.end(mine, Run.State.FINISHED)

    run.refresh_from_db()
    assert (run.state, run.log) == (Run.State.RUNNING, "")
    with pytest.raises(leases.LostError):
        mine.check()


def test_a_claimed_run_is_kept_from_others_while_its_worker_lives(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.05)
    start()
    run = runs.claim("cpu")
    assert run is not None
    assert runs.claim("cpu") is None
    Run.objects.update(claimed_until=timezone.now())

    with runs.held(run) as mine:
        actions.cancel_run(run)
        assert mine.cancelled.wait(60)
        assert not runs.waiting()

    with pytest.raises(leases.CancelledError):
        mine.check()


def test_what_was_given_back_is_not_taken_again_by_a_late_sign_of_life(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.01)
    start()
    run = runs.claim("cpu")
    assert run is not None

    with runs.held(run) as mine:
        mine.give_back()
        assert mine.lost.wait(60)

    run.refresh_from_db()
    assert (run.state, run.claimed_until, run.attempts) == (Run.State.RUNNING, None, 0)


def test_a_worker_that_is_about_to_end_begins_no_run(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_to_end = threading.Event()
    asked_to_end.set()
    monkeypatch.setattr(leases, "STOPPING", asked_to_end)

    run = trained(start())

    assert (run.state, run.attempts) == (Run.State.QUEUED, 0)


def test_one_device_trains_one_run_and_a_second_waits(gallery: Gallery) -> None:
    run = start()
    taken, done = threading.Event(), threading.Event()

    def occupy() -> None:
        with devices.free_device() as device:
            assert device == "cpu"
            taken.set()
            done.wait(60)
        connection.close()

    other = threading.Thread(target=occupy)
    other.start()
    assert taken.wait(60)

    waiting = trained(run).state
    done.set()
    other.join()

    assert waiting == Run.State.QUEUED
    assert trained(run).state == Run.State.FINISHED


def test_a_damaged_model_is_made_again_and_leaves_no_files(gallery: Gallery) -> None:
    run = trained(actions.start_run(model="popularity", config={}))
    Version.objects.filter(run=run).update(sha256="of another file")
    Run.objects.filter(pk=run.pk).update(state=Run.State.FAILED)
    actions.retry_run(run)

    trained(run)

    version = Version.objects.get(run=run)
    assert model_files.load(version).artworks.tolist() == [work.pk for work in gallery.works]
    _, files = storages[model_files.MODELS].listdir("")
    assert {name for name in files if name.startswith(f"run-{run.pk}.")} == {
        version.file,
        version.file.replace(".npz", ".works.npz"),
    }
    assert not [name for name in files if name.startswith(f"run-{run.pk}_")]


def test_a_run_names_the_features_it_learned_from(gallery: Gallery) -> None:
    run = trained(actions.start_run(model="visual-popularity", config={}))

    assert (run.extractor, run.snapshot["extractor"]) == (EXTRACTOR, EXTRACTOR)
    assert run.snapshot["look_space"] == gallery.look.pk


@pytest.mark.parametrize(
    ("states", "rings"),
    [
        ([], False),
        (["queued"], True),
        (["queued", "held"], False),
        (["running"], True),
        (["running", "held"], True),
        (["held"], False),
        (["finished"], False),
    ],
)
def test_the_timer_rings_for_dead_workers_and_where_nobody_trains(
    monkeypatch: pytest.MonkeyPatch, states: list[str], rings: bool
) -> None:
    heard: list[Any] = []
    monkeypatch.setattr(runs, "enqueue", heard.append)
    now = timezone.now()
    for state in states:
        held = state == "held"
        Run.objects.create(
            model="als",
            state="running" if held else state,
            claimed_until=now + timedelta(minutes=1 if held else -1),
        )

    runs.ring()

    assert heard == [Job.TRAIN] * rings

"""Runs with real workers that are killed, stopped and told to cancel."""

from __future__ import annotations

import random
import time

import pytest
from django.db import connection

from tests.waiting import wait_until
from tests.workers.conftest import Stack
from tests.workers.toys import make_gallery
from webapp.feed.models import Event
from webapp.lab import actions
from webapp.lab.models import Epoch, Run, Version

pytestmark = pytest.mark.slow

HURRIED = "tests.workers.hurried"
PAUSING = "tests.workers.pausing_trainer"
EPOCHS = 12
CONFIG = {
    "training.epochs": EPOCHS,
    "training.validation": "none",
    # Some 0.1 s an epoch: a kill at any moment may hit one, and all of them end soon.
    "training.epoch_examples": 2_000,
    "training.batch": 64,
    "sampling.mode": "random",
}


def start_run() -> Run:
    make_gallery(dim=6)
    return actions.start_run(model="curatornet", config=CONFIG)


def epochs(run: Run, part: str) -> list[int]:
    found = Epoch.objects.filter(run=run, part=part).order_by("number")
    return list(found.values_list("number", flat=True))


def state(run: Run) -> str:
    run.refresh_from_db()
    return run.state


def wait_for_epoch(run: Run, number: int, *, part: str = "") -> None:
    wait_until(lambda: epochs(run, part)[-1:] >= [number], what=f"epoch {number} of {part!r}")


def test_a_run_whose_worker_is_killed_goes_on_with_another_and_ends(stack: Stack) -> None:
    run = start_run()
    stack.start_worker(HURRIED)
    with stack.pausing("training"):
        trainer = stack.start_trainer(PAUSING)
        wait_for_epoch(run, 3)
        stack.kill(trainer)
    dead = worker(run)
    stack.start_trainer(PAUSING)

    wait_until(lambda: worker(run) != dead, what="another worker")
    wait_until(lambda: state(run) not in Run.OPEN, what="the end")

    assert (run.state, run.reason) == (Run.State.FINISHED, "")
    assert epochs(run, "") == epochs(run, "refit") == list(range(1, EPOCHS + 1))
    assert Version.objects.get(run=run).report["rows"]


def test_a_run_killed_at_any_moment_ends_as_if_it_never_was(stack: Stack) -> None:
    run = start_run()
    stack.start_worker(HURRIED)
    moments = random.Random(7)
    for _ in range(3):
        trainer = stack.start_trainer(PAUSING)
        wait_until(lambda: held(run) or state(run) not in Run.OPEN, what="a claim")
        time.sleep(moments.uniform(0, 4))
        stack.kill(trainer)
        # What a minute would do: the lease of the dead worker is over.
        Run.objects.filter(pk=run.pk, state__in=Run.OPEN).update(claimed_until=None, attempts=1)
        unlock()

    stack.start_trainer(PAUSING)
    wait_until(lambda: state(run) not in Run.OPEN, what="the end")

    unbroken = actions.clone_run(run, by=None)
    wait_until(lambda: state(unbroken) not in Run.OPEN, what="the other end")
    assert (run.state, run.reason) == (Run.State.FINISHED, "")
    assert epochs(run, "") == epochs(run, "refit") == list(range(1, EPOCHS + 1))
    assert Version.objects.get(run=run).sha256 == Version.objects.get(run=unbroken).sha256


def test_a_cancelled_run_ends_with_the_epoch_and_can_be_taken_up_again(stack: Stack) -> None:
    run = start_run()
    stack.start_worker(HURRIED)
    with stack.pausing("training"):
        stack.start_trainer(PAUSING)
        wait_for_epoch(run, 3)
        actions.cancel_run(run)

    wait_until(lambda: state(run) not in Run.OPEN, what="cancelling")
    assert run.state == Run.State.CANCELLED
    assert epochs(run, "") == [1, 2, 3]
    assert not Version.objects.exists()

    actions.retry_run(run)
    wait_until(lambda: state(run) not in Run.OPEN, what="the end")
    assert run.state == Run.State.FINISHED
    assert epochs(run, "") == list(range(1, EPOCHS + 1))


def test_a_trainer_that_is_asked_to_end_hands_its_run_on(stack: Stack) -> None:
    run = start_run()
    stack.start_worker(HURRIED)
    with stack.pausing("training"):
        trainer = stack.start_trainer(PAUSING)
        wait_for_epoch(run, 3)
        stack.end(trainer)

    run.refresh_from_db()
    assert (run.state, run.claimed_until) == (Run.State.RUNNING, None)
    assert run.attempts == 0
    assert epochs(run, "") == [1, 2, 3]
    stack.start_trainer(PAUSING)
    wait_until(lambda: state(run) not in Run.OPEN, what="the end")
    assert run.state == Run.State.FINISHED


def test_the_command_watches_a_run_and_fails_with_it(stack: Stack) -> None:
    make_gallery(dim=6)
    stack.start_worker(HURRIED)
    stack.start_trainer(PAUSING)

    done = stack.manage("train", "vbpr", "--set", "training.epochs=2", "refit=false", "--wait")
    Event.objects.filter(pk__gt=Event.objects.order_by("pk")[10].pk).delete()
    failed = stack.manage("train", "als", "--wait")
    wrong = stack.manage("train", "vbpr", "--set", "training.epochs=0", "colour=red")

    assert done.returncode == 0, done.stderr
    assert "epoch 2 of at most 2" in done.stdout
    assert "is finished; its model is VBPR, version" in done.stdout
    assert wrong.returncode == 1
    assert "training.epochs must be at least 1" in wrong.stderr
    assert "vbpr has no setting 'colour'" in wrong.stderr
    assert failed.returncode == 1
    assert "failed: There are 11 likes, saves and purchases" in failed.stderr


def worker(run: Run) -> str:
    run.refresh_from_db()
    return run.worker


def held(run: Run) -> bool:
    return Run.objects.filter(pk=run.pk, claimed_until__isnull=False).exists()


def unlock() -> None:
    """Wait until the server has noticed that the killed worker's connections are gone."""

    def gone() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
            return bool(cursor.fetchone()[0] == 0)

    wait_until(gone, what="the lock of the killed worker")

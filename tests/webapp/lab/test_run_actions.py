from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.webapp.makers import make_artwork, make_space
from webapp import jobs
from webapp.accounts.models import User
from webapp.feed.models import Event, Visitor
from webapp.jobs import Job
from webapp.lab import actions, queries
from webapp.lab.catalogue import SettingsError
from webapp.lab.models import Epoch, Run, Schedule
from webapp.vectors.models import Feature

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 3, 4, 3, 30, tzinfo=UTC)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    heard: list[Job] = []
    monkeypatch.setattr(jobs, "send", lambda job, _arguments: heard.append(job))
    return heard


@pytest.fixture
def carl() -> User:
    return User.objects.create(username="carl")


def embed(extractor: str = "test") -> None:
    Feature.objects.create(artwork=make_artwork(), extractor=extractor, values=[1.0, 0.0])


def choose(count: int, *, kind: str = Event.Kind.LIKE) -> list[Event]:
    visitor = Visitor.objects.create()
    return [
        Event.objects.create(visitor=visitor, artwork=make_artwork(), kind=kind, time=NIGHT)
        for _ in range(count)
    ]


def finished(**values: Any) -> Run:
    return Run.objects.create(model="als", state=Run.State.FINISHED, **values)


def test_a_run_keeps_only_what_differs_and_rings_once_it_is_committed(
    rung: list[Job], carl: User, django_capture_on_commit_callbacks: Any
) -> None:
    make_space()
    embed()

    with django_capture_on_commit_callbacks(execute=True):
        run = actions.start_run(
            model="vbpr", config={"training.epochs": "5", "visual_dim": "16"}, by=carl, seed=3
        )
        assert rung == []

    run.refresh_from_db()
    assert (run.state, run.config, run.seed, run.by) == (
        Run.State.QUEUED,
        {"training.epochs": 5},
        3,
        carl,
    )
    assert run.extractor == "test"
    assert rung == [Job.TRAIN]


def test_everything_wrong_is_told_at_once_and_nothing_is_started() -> None:
    with pytest.raises(SettingsError) as caught:
        actions.start_run(model="vbpr", config={"x": 1}, window_days=0, seed=-1)

    assert set(caught.value.errors) == {"x", "window_days", "seed", "extractor"}
    assert not Run.objects.exists()


def test_a_model_that_looks_at_nothing_needs_no_features() -> None:
    run = actions.start_run(model="als", config={})

    assert run.extractor == ""


def test_features_other_than_the_live_ones_can_be_chosen_and_unknown_ones_not() -> None:
    make_space()
    embed()
    embed("other")

    assert actions.start_run(model="vbpr", config={}, extractor="other").extractor == "other"
    with pytest.raises(SettingsError, match="No work has features of 'none'; there are test, oth"):
        actions.start_run(model="vbpr", config={}, extractor="none")


def test_a_clone_differs_only_in_what_was_changed(carl: User) -> None:
    run = actions.start_run(model="als", config={"factors": 8}, window_days=30, seed=5)

    clone = actions.clone_run(run, by=carl, seed=6)

    assert (clone.model, clone.config, clone.window_days) == ("als", {"factors": 8}, 30)
    assert (clone.seed, clone.parent, clone.by) == (6, run, carl)


def test_a_waiting_run_is_cancelled_at_once_and_a_running_one_when_its_worker_hears() -> None:
    waiting = actions.start_run(model="als", config={})
    running = Run.objects.create(model="als", state=Run.State.RUNNING)

    actions.cancel_run(waiting)
    actions.cancel_run(running)

    waiting.refresh_from_db()
    running.refresh_from_db()
    assert (waiting.state, waiting.finished is not None) == (Run.State.CANCELLED, True)
    assert (running.state, running.cancel_requested) == (Run.State.RUNNING, True)


def test_only_what_ended_without_a_model_is_tried_again() -> None:
    failed = Run.objects.create(
        model="als", state=Run.State.FAILED, reason="no", attempts=3, cancel_requested=True
    )

    actions.retry_run(failed)

    failed.refresh_from_db()
    assert (failed.state, failed.reason, failed.attempts) == (Run.State.QUEUED, "", 0)
    assert not failed.cancel_requested
    for run in (failed, finished()):
        with pytest.raises(actions.RunStateError, match="can be tried again only once"):
            actions.retry_run(run)
    with pytest.raises(actions.RunStateError, match="has ended already"):
        actions.cancel_run(finished())


def schedule(**changes: Any) -> None:
    values = {"enabled": True, "model": "als", "config": {}, "window_days": None, "hour": 3}
    actions.set_schedule(**{**values, "min_events": 5, **changes})


def test_the_nightly_run_starts_once_a_night() -> None:
    schedule(config={"factors": "8"}, window_days=90)
    choose(5)

    first = actions.start_scheduled(NIGHT)
    assert first is not None
    Run.objects.filter(pk=first.pk).update(state=Run.State.FAILED, created=NIGHT)

    assert (first.model, first.config, first.window_days, first.by) == (
        "als",
        {"factors": 8},
        90,
        None,
    )
    assert actions.start_scheduled(NIGHT + timedelta(hours=1)) is None
    assert actions.start_scheduled(NIGHT + timedelta(days=1)) is not None


def test_the_nightly_run_waits_for_enough_new_choices() -> None:
    schedule()
    seen = choose(5)
    choose(9, kind=Event.Kind.VIEW)
    finished(snapshot={"last_event": seen[-1].pk})
    Run.objects.update(created=NIGHT - timedelta(days=1))

    assert actions.start_scheduled(NIGHT) is None
    new = choose(5)
    Event.objects.filter(pk=new[0].pk).update(undone=NIGHT)
    assert actions.start_scheduled(NIGHT) is None
    choose(1)
    assert actions.start_scheduled(NIGHT) is not None


def test_the_nightly_run_leaves_an_open_run_its_turn(carl: User) -> None:
    schedule()
    choose(5)
    other = Run.objects.create(model="vbpr", state=Run.State.RUNNING, by=carl)

    assert actions.start_scheduled(NIGHT) is None
    Run.objects.filter(pk=other.pk).update(state=Run.State.CANCELLED)
    assert actions.start_scheduled(NIGHT) is not None


@pytest.mark.parametrize(
    ("hour", "at", "due"),
    [(3, 2, False), (3, 3, True), (3, 8, True), (3, 9, False), (23, 1, True), (23, 22, False)],
)
def test_the_night_begins_at_the_hour_and_ends_six_later(hour: int, at: int, due: bool) -> None:
    schedule(hour=hour)
    choose(5)

    started = actions.start_scheduled(NIGHT.replace(hour=at))

    assert (started is not None) is due


def test_a_schedule_that_is_off_starts_nothing() -> None:
    schedule(enabled=False)
    choose(5)

    assert actions.start_scheduled(NIGHT) is None


def test_a_schedule_that_cannot_be_is_refused_and_the_former_stays() -> None:
    schedule(hour=4)

    with pytest.raises(SettingsError) as caught:
        schedule(hour=24, min_events=0, window_days=0, config={"factors": "many"})

    assert set(caught.value.errors) == {"hour", "min_events", "window_days", "factors"}
    assert Schedule.objects.get().hour == 4


def test_progress_tells_the_chart_by_part_and_of_a_run_that_is_gone_nothing() -> None:
    run = finished(started=NIGHT, finished=NIGHT + timedelta(seconds=9), log="a line\n")
    for part, number in (("", 1), ("", 2), ("refit", 1)):
        Epoch.objects.create(
            run=run,
            part=part,
            number=number,
            of=2,
            loss=1 / number,
            lr=0.1,
            rate=10,
            seconds=number,
            seconds_left=0,
        )

    told = queries.progress(run.pk)

    assert told is not None
    assert (told["seconds"], told["open"], told["log"]) == (9.0, False, "a line\n")
    points = [(each["part"], [p["loss"] for p in each["points"]]) for each in told["epochs"]]
    assert points == [("", [1.0, 0.5]), ("refit", [1.0])]
    assert queries.progress(run.pk + 1) is None


def test_runs_are_listed_with_how_far_they_are_in_one_query(
    django_assert_num_queries: Any,
) -> None:
    run = finished()
    for number in (1, 2):
        Epoch.objects.create(
            run=run, number=number, of=8, loss=1, lr=0.1, rate=10, seconds=1, seconds_left=6
        )
    finished()

    with django_assert_num_queries(1):
        listed = list(queries.runs())

    newest, older = (vars(run) for run in listed)
    assert [older[name] for name in ("epochs_done", "epochs_of", "seconds_left")] == [2, 8, 6.0]
    assert newest["epochs_done"] is None

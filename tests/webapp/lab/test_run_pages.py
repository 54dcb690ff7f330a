"""Pages of runs: who may see them, what they ask, and what they tell."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.webapp.lab.makers import curator, make_epochs, make_run
from tests.webapp.makers import make_artwork, make_space
from webapp.accounts.models import User
from webapp.accounts.roles import CATALOGUERS
from webapp.feed.models import Event, Visitor
from webapp.lab import catalogue
from webapp.lab.models import Run
from webapp.vectors.models import Feature

pytestmark = pytest.mark.django_db

READ = ["/lab/", "/lab/compare/", "/lab/runs/", "/lab/runs/new/"]
ACT = ["/lab/runs/1/cancel/", "/lab/runs/1/retry/", "/lab/rollback/", "/lab/versions/1/promote/"]


@pytest.fixture
def carl(db: None) -> Client:
    return curator()


def embed() -> None:
    """A live look space, and a work with features of it."""
    make_space()
    Feature.objects.create(artwork=make_artwork(), extractor="test", values=[1, 0, 0, 0])


@pytest.mark.parametrize("path", [*READ, *ACT, "/lab/runs/1/", "/lab/runs/1/status/"])
def test_strangers_are_asked_to_sign_in(path: str) -> None:
    answer = Client().post(path) if path in ACT else Client().get(path)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/?next=/lab/")


@pytest.mark.parametrize("role", [None, CATALOGUERS])
@pytest.mark.parametrize("path", [*READ, *ACT, "/lab/runs/1/", "/lab/runs/1/status/"])
def test_visitors_and_cataloguers_are_kept_out(client: Client, role: str | None, path: str) -> None:
    user = User.objects.create_user("cate", is_staff=role is not None)
    if role:
        user.groups.add(Group.objects.get(name=role))
    client.force_login(user)

    answer = client.post(path) if path in ACT else client.get(path)

    assert answer.status_code == 403
    assert ">Lab<" not in client.get("/").content.decode()


@pytest.mark.parametrize("path", ["/lab/runs/7/", "/lab/runs/7/status/", "/lab/runs/new/?of=7"])
def test_a_run_that_is_not_there_is_not_found(carl: Client, path: str) -> None:
    assert carl.get(path).status_code == 404


def test_acts_are_not_done_by_following_a_link(carl: Client) -> None:
    assert {carl.get(path).status_code for path in ACT} == {405}


def test_the_lab_begins_with_the_models_there_are(carl: Client) -> None:
    page = carl.get("/lab/runs/").content.decode()

    assert "Nothing has been trained yet" in page
    assert "/lab/runs/new/?model=curatornet" in page
    assert "model=ease" not in page  # it could never be promoted
    assert 'href="/lab/"' in carl.get("/").content.decode()


def test_each_run_tells_its_state_its_line_and_who_wanted_it(carl: Client) -> None:
    running = make_run(
        "vbpr",
        state=Run.State.RUNNING,
        started=timezone.now(),
        by=User.objects.get(username="carl"),
    )
    make_epochs(running, [0.5, 0.6, 0.7])
    make_run("als", state=Run.State.FAILED, reason="Too few likes.")

    page = carl.get("/lab/runs/").content.decode()

    assert "VBPR" in page
    assert "running, epoch 3 of 10" in page
    assert "Too few likes." in page
    assert "the schedule, " in page
    assert "carl, " in page
    assert 'aria-label="from 0.500 to 0.700"' in page


def test_a_list_of_many_runs_is_as_many_queries_as_one_of_few_and_goes_on(
    carl: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    runs = [make_run() for _ in range(33)]
    for run in runs:
        make_epochs(run, [0.5, 0.6])

    with django_assert_max_num_queries(7) as queries:  # session, user, permissions, runs, epochs
        first = carl.get("/lab/runs/").content.decode()
    assert not [each for each in queries if '"report"' in each["sql"]]  # too large for a list
    older = re.search(r"\?before=(\d+)", first)
    assert older is not None
    second = carl.get(f"/lab/runs/?before={older[1]}").content.decode()

    assert first.count('class="run"') == 30
    assert second.count('class="run"') == 3
    assert "Older runs" not in second


def test_the_form_asks_for_every_setting_of_the_model(carl: Client) -> None:
    embed()

    page = carl.get("/lab/runs/new/?model=curatornet&preset=quick").content.decode()

    for setting in catalogue.model("curatornet").settings:
        assert f'name="setting-{setting.name}"' in page
    assert 'name="setting-training.epochs" value="5"' in page
    assert "other than usual: epochs 5" in page.replace("epochs  5", "epochs 5")
    assert "<code>softmax</code>" in page
    assert '<option value="test"' in page


@pytest.mark.parametrize("query", ["model=nothing", "model=als&preset=quick"])
def test_a_model_or_preset_that_is_not_there_is_not_found(carl: Client, query: str) -> None:
    assert carl.get(f"/lab/runs/new/?{query}").status_code == 404


def test_a_run_is_started_with_what_was_changed(carl: Client) -> None:
    embed()
    form = {"model": "curatornet", "window_days": "30", "seed": "7", "extractor": "test"}
    settings = {"setting-training.epochs": "12", "setting-training.in_batch": "no"}

    answer = carl.post("/lab/runs/new/", form | settings)

    run = Run.objects.get()
    assert answer.headers["Location"] == f"/lab/runs/{run.pk}/"
    assert run.config == {"training.epochs": 12}
    assert (run.window_days, run.seed, run.extractor) == (30, 7, "test")
    assert run.by == User.objects.get(username="carl")


def test_every_wrong_answer_is_told_beside_it_and_the_right_ones_stay(carl: Client) -> None:
    form = {"model": "als", "window_days": "soon", "seed": "-1", "setting-factors": "many"}

    answer = carl.post("/lab/runs/new/", form | {"setting-sweeps": "17"})

    page = answer.content.decode()
    assert answer.status_code == 400
    assert not Run.objects.exists()
    assert "This must be a whole number; it is &#x27;soon&#x27;." in page
    assert "factors must be a whole number; it is &#x27;many&#x27;." in page
    assert 'value="many"' in page
    assert 'value="17"' in page
    assert '<details class="all-settings" open>' in page


def test_what_only_the_start_can_know_is_told_too(carl: Client) -> None:
    answer = carl.post("/lab/runs/new/", {"model": "vbpr", "window_days": "0", "seed": "-1"})

    page = answer.content.decode()
    assert answer.status_code == 400
    assert "The window must be at least one day; it is 0." in page
    assert "The seed must be from 0 to 2147483647; it is -1." in page
    assert "No work has been embedded yet." in page


def test_a_clone_begins_with_the_settings_of_its_run(carl: Client) -> None:
    parent = make_run("als", config={"factors": 24}, window_days=90, seed=3)

    page = carl.get(f"/lab/runs/new/?of={parent.pk}").content.decode()
    carl.post(
        f"/lab/runs/new/?of={parent.pk}",
        {"model": "als", "of": str(parent.pk), "seed": "4", "setting-factors": "24"},
    )

    assert f"Clone run {parent.pk}" in page
    assert 'name="setting-factors" value="24"' in page
    assert 'name="window_days" inputmode="numeric" value="90"' in page
    clone = Run.objects.exclude(pk=parent.pk).get()
    assert (clone.parent, clone.config, clone.seed) == (parent, {"factors": 24}, 4)


def test_a_run_is_watched_by_json_whose_charts_grow(carl: Client) -> None:
    run = make_run(state=Run.State.RUNNING, phase="training", started=timezone.now())
    make_epochs(run, [0.5, 0.7])

    before = carl.get(f"/lab/runs/{run.pk}/status/").json()
    make_epochs_again(run)
    after = carl.get(f"/lab/runs/{run.pk}/status/").json()

    assert before["open"] is True
    assert before["told"]["epoch"] == "2 of 10"
    assert before["told"]["state"] == "running: training"
    assert before["told"]["left"] == "8.0 s"
    metric, loss = before["charts"]
    assert metric["name"] == "Held-out AUC"
    assert metric["best"] == "best 0.700 at epoch 2"
    assert (loss["low"], loss["high"]) == ("0.500", "1.000")
    assert len(after["charts"][0]["path"]) > len(metric["path"])
    assert after["told"]["epoch"] == "3 of 10"


def make_epochs_again(run: Run) -> None:
    run.epochs.all().delete()
    make_epochs(run, [0.5, 0.7, 0.6])


def test_a_refit_has_a_chart_of_its_own(carl: Client) -> None:
    run = make_run()
    make_epochs(run, [0.5, 0.7])
    make_epochs(run, [None, None], part="refit")

    watched = carl.get(f"/lab/runs/{run.pk}/status/").json()

    assert [(each["id"], each["part"]) for each in watched["charts"]] == [
        ("0-metric", "Trained without what is held out"),
        ("0-loss", "Trained without what is held out"),
        ("1-loss", "Trained once more on everything"),
    ]
    assert watched["told"]["held"] == "0.700"


def test_the_page_of_a_run_reads_without_javascript(carl: Client) -> None:
    facts: dict[str, Any] = {"events": 8467, "visitors": 341, "works": 720, "chosen_works": 712}
    facts |= {"first": "2025-01-01", "last": "2025-06-01", "last_event": 38068}
    run = make_run(
        snapshot=facts | {"extractor": "", "look_space": None, "digest": "abc" * 20},
        log="Trained.\n",
        config={"training.epochs": 3},
        device="cuda:0",
        peak_memory=3 * 2**30,
    )
    make_epochs(run, [0.5, 0.7])

    page = carl.get(f"/lab/runs/{run.pk}/").content.decode()

    assert 'd="M' in page
    assert "8,467 of 341 visitors" in page
    assert "training.epochs" in page
    assert "3.0 GiB" in page
    assert "Trained." in page
    assert "data-status-url" not in page  # it has ended; there is nothing to watch


def test_a_waiting_run_is_cancelled_and_tried_again(carl: Client) -> None:
    run = make_run(state=Run.State.QUEUED)

    cancelled = carl.post(f"/lab/runs/{run.pk}/cancel/", follow=True).content.decode()
    run.refresh_from_db()
    assert run.state == Run.State.CANCELLED
    assert "The run is cancelled." in cancelled
    assert "Try again" in cancelled
    carl.post(f"/lab/runs/{run.pk}/retry/")

    run.refresh_from_db()
    assert run.state == Run.State.QUEUED


def test_a_run_that_a_worker_is_at_is_not_said_to_be_cancelled_yet(carl: Client) -> None:
    run = make_run(state=Run.State.RUNNING)

    page = carl.post(f"/lab/runs/{run.pk}/cancel/", follow=True).content.decode()

    run.refresh_from_db()
    assert (run.state, run.cancel_requested) == (Run.State.RUNNING, True)
    assert "The run ends after the epoch it is in." in page
    assert "is cancelled" not in page


def test_what_cannot_be_done_is_told(carl: Client) -> None:
    run = make_run()

    cancelled = carl.post(f"/lab/runs/{run.pk}/cancel/", follow=True).content.decode()
    tried = carl.post(f"/lab/runs/{run.pk}/retry/", follow=True).content.decode()

    assert "has ended already" in cancelled
    assert "only once it failed or was cancelled" in tried


def test_a_model_of_visits_is_offered_all_looks(carl: Client) -> None:
    visitor, work = Visitor.objects.create(), make_artwork()
    for kind in ("view", "view", "like", "hide"):
        Event.objects.create(visitor=visitor, artwork=work, kind=kind, time=timezone.now())

    pages = [
        carl.get(f"/lab/runs/new/?model={name}").content.decode() for name in ("als", "gru4rec")
    ]

    assert "Empty for all 1 likes, saves and purchases." in pages[0]
    assert "Empty for all 3 looks, likes, saves and purchases." in pages[1]

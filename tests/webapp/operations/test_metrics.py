from __future__ import annotations

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import get_args
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from tests.webapp.makers import make_artwork, make_space, place
from webapp import clients, metrics
from webapp.accounts.models import User
from webapp.feed import actions as feed
from webapp.feed import impressions
from webapp.feed.models import Visitor
from webapp.feed.ranking import Entry
from webapp.ingest.models import Batch, Item
from webapp.metrics import Stage
from webapp.operations import actions, gauges, queries

pytestmark = pytest.mark.django_db


def figure(name: str, page: str | None = None) -> float:
    """Read one sample; 0 where it is not there yet."""
    page = page if page is not None else gauges.exposition().decode()
    found = re.search(rf"^{re.escape(name)} (\S+)$", page, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_requests_are_counted_by_view_and_status(client: Client) -> None:
    name = 'artrec_request_seconds_count{method="GET",status="%d",view="%s"}'
    before = figure(name % (200, "browse")), figure(name % (404, "artwork"))

    client.get("/browse/")
    client.get("/works/987654/")

    after = figure(name % (200, "browse")), figure(name % (404, "artwork"))
    assert (after[0] - before[0], after[1] - before[1]) == (1, 1)


def test_made_up_addresses_and_methods_make_no_series_of_their_own(client: Client) -> None:
    for number in range(3):
        client.generic(f"BREW{number}", f"/no/such/page/{number}")

    assert figure('artrec_request_seconds_count{method="other",status="404",view=""}') >= 3
    assert "BREW" not in gauges.exposition().decode()


def test_stages_are_timed() -> None:
    before = figure('artrec_for_you_stage_seconds_count{stage="head"}')

    with metrics.stage("head"):
        pass

    assert figure('artrec_for_you_stage_seconds_count{stage="head"}') == before + 1


def test_rows_are_counted_in_every_state_and_the_oldest_is_told() -> None:
    make_artwork()
    item = Item.objects.create(batch=Batch.objects.create(source="x"), name="a", incoming="a")
    Item.objects.filter(pk=item.pk).update(created=timezone.now() - timedelta(seconds=90))

    page = gauges.exposition().decode()

    assert figure('artrec_rows{kind="artwork",state="visible"}', page) == 1
    assert figure('artrec_rows{kind="item",state="received"}', page) == 1
    assert 'artrec_rows{kind="run",state="failed"} 0.0' in page
    assert 85 < figure('artrec_oldest_waiting_seconds{kind="item"}', page) < 300
    assert 'artrec_oldest_waiting_seconds{kind="run"} 0.0' in page


def test_tasks_workers_broker_and_what_serves_are_told() -> None:
    make_space()
    started = monotonic()
    actions.give_sign("celery@a", ["celery"])
    actions.tally("workers.train", "success", 2.0)
    actions.tally("workers.train", "success", 1.5)
    actions.tally("workers.train", "failure", 9.0)

    page = gauges.exposition().decode()

    assert figure('artrec_task_seconds_sum{outcome="success",task="workers.train"}', page) == 3.5
    assert figure('artrec_task_seconds_count{outcome="failure",task="workers.train"}', page) == 1
    silent = 'artrec_worker_silent_seconds{worker="celery@a"}'
    assert f"{silent} " in page
    assert 0 <= figure(silent, page) <= monotonic() - started
    assert 'artrec_doorbells{queue="gpu"} ' in page
    assert re.search(r'artrec_serving_info{.*purpose="look".*} 1.0', page)


def test_a_database_that_is_away_leaves_the_rest_of_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(queries, "states", away)

    page = gauges.exposition().decode()

    assert "artrec_database_up 0.0" in page
    assert "artrec_broker_up 1.0" in page
    assert "artrec_impressions_written_total" in page


def test_metrics_are_for_operators(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "ridge-evening"
    far = Client(REMOTE_ADDR="203.0.113.9")

    assert client.get("/metrics").status_code == 200
    assert far.get("/metrics").status_code == 403
    assert far.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
    right = {"Authorization": "Bearer ridge-evening"}
    assert far.get("/metrics", headers=right).status_code == 200


def test_an_empty_token_opens_nothing(settings: Settings) -> None:
    settings.METRICS_TOKEN = ""

    far = Client(REMOTE_ADDR="203.0.113.9")

    assert far.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403


@pytest.mark.parametrize(
    ("proxy", "remote", "forwarded", "near"),
    [
        (False, "127.0.0.1", None, True),
        (False, "::1", None, True),
        (False, "::ffff:127.0.0.1", None, True),
        (False, "10.0.0.7", None, False),
        (False, "", None, False),
        # A proxy on this machine that nobody told us of stands before every stranger.
        (False, "127.0.0.1", "203.0.113.9", False),
        (True, "127.0.0.1", "203.0.113.9", False),
        # What the client wrote itself comes first and is not believed.
        (True, "127.0.0.1", "127.0.0.1, 203.0.113.9", False),
        (True, "10.0.0.1", "203.0.113.9, 127.0.0.1", True),
        (True, "127.0.0.1", None, True),
    ],
)
def test_who_is_near(
    settings: Settings, *, proxy: bool, remote: str, forwarded: str | None, near: bool
) -> None:
    settings.BEHIND_PROXY = proxy
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory(REMOTE_ADDR=remote).get("/metrics", headers=headers)

    assert clients.is_operator(request) is near


def test_several_processes_are_counted_together(tmp_path: Path, settings: Settings) -> None:
    code = "from webapp import metrics; metrics.IMPRESSIONS_WRITTEN.inc(2)"
    for _ in range(2):
        env = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
        subprocess.run([sys.executable, "-c", code], env=env, check=True)
    settings.METRICS_FOLDER = str(tmp_path)

    assert figure("artrec_impressions_written_total") == 4


def test_a_list_of_recommendations_tells_of_its_stages(client: Client) -> None:
    user = User.objects.create_user("mara")
    mara = Visitor.objects.create(user=user)
    space = make_space()
    works = [make_artwork(f"Work {number}") for number in range(4)]
    for number, work in enumerate(works):
        place(space, work, [1, number, 0, 0])
    feed.like(visitor=mara, artwork=works[0])
    client.force_login(user)
    names = [f'artrec_for_you_stage_seconds_count{{stage="{name}"}}' for name in get_args(Stage)]
    before = [figure(name) for name in names]

    client.get("/for-you/")

    assert [figure(name) - was for name, was in zip(names, before, strict=True)] == [1, 1, 1, 1]


def test_impressions_are_counted_as_they_are_written() -> None:
    before = figure("artrec_impressions_written_total")
    entry = Entry(artwork_id=1, position=0, source="model")
    impressions.record([entry], list_id=uuid4(), visitor_id=None, surface="for-you")
    waiting = figure("artrec_impressions_waiting")

    impressions.flush()

    assert waiting == 1
    assert figure("artrec_impressions_waiting") == 0
    assert figure("artrec_impressions_written_total") == before + 1

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import wait_until
from tests.workers.conftest import Stack, make_stack
from webapp.operations.models import Tally, Worker

pytestmark = pytest.mark.slow

RING = (
    "from webapp import jobs, logs\n"
    "logs.become(request_id='proxy-1234')\n"
    "jobs.send(jobs.Job.RING_AGAIN, {})\n"
)


@pytest.fixture
def json_stack(transactional_db: None, tmp_path: Path) -> Iterator[Stack]:
    made = make_stack(tmp_path, ARTREC_LOG_FORMAT="json")
    yield made
    made.stop()


def lines(stack: Stack) -> list[dict[str, Any]]:
    """What the worker logged; Celery's greeting is no log."""
    text = stack.log.read_text().splitlines()
    return [json.loads(line) for line in text if line.startswith("{")]


def test_a_worker_shows_that_it_lives_what_it_does_and_for_whom(json_stack: Stack) -> None:
    process = json_stack.start_worker()
    wait_until(Worker.objects.exists, what="a sign of life")

    rung = json_stack.manage("shell", "-c", RING)

    def told() -> list[dict[str, Any]]:
        return [line for line in lines(json_stack) if line.get("request_id") == "proxy-1234"]

    assert rung.returncode == 0, rung.stderr
    wait_until(lambda: bool(told()), what="a line of the request")
    assert {line["task"] for line in told()} == {"workers.ring_again"}
    assert all(line["task_id"] for line in told())
    tallies = Tally.objects.filter(task="workers.ring_again", outcome="success", count__gte=1)
    wait_until(tallies.exists, what="a tally")
    assert Worker.objects.get().queues == ["background", "celery", "quick"]
    assert "No hostname was supplied" not in json_stack.log.read_text()

    json_stack.end(process)

    assert not Worker.objects.exists()

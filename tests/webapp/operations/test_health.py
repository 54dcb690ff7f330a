from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.webapp.makers import make_space
from webapp.operations import actions, readiness
from webapp.operations.models import Worker
from webapp.vectors.models import Space

pytestmark = pytest.mark.django_db


def parts(client: Client, status: int) -> dict[str, Any]:
    answer = client.get("/health/ready")
    assert answer.status_code == status
    found: dict[str, Any] = answer.json()
    assert found["ready"] is (status == 200)
    return dict(found["parts"])


def test_a_site_with_a_worker_is_ready_even_before_the_first_work(client: Client) -> None:
    actions.give_sign("celery@a", ["celery"])

    found = parts(client, 200)

    assert all(part["ok"] for part in found.values())
    assert re.fullmatch(r"Last signs: celery@a \d+ s ago\.", found["worker"]["note"])
    assert found["model"]["note"] == "There is no work to rank yet."


def test_a_silent_worker_does_not_count(client: Client) -> None:
    actions.give_sign("celery@a", ["celery"])
    Worker.objects.update(seen=timezone.now() - timedelta(seconds=61))

    assert not parts(client, 503)["worker"]["ok"]


def test_who_only_trains_does_not_bring_works_in(client: Client) -> None:
    actions.give_sign("trainer@a", ["gpu"])

    assert not parts(client, 503)["worker"]["ok"]


def test_a_model_that_cannot_be_read_is_told_though_visrank_stands_in(client: Client) -> None:
    actions.give_sign("celery@a", ["celery"])
    make_space()
    Space.objects.create(
        purpose="taste", dim=4, scored=4, transform=b"", head=b"junk", fitted_on=1, state="live"
    )

    found = parts(client, 503)

    assert not found["model"]["ok"]
    assert found["database"]["ok"]


def test_a_broker_that_is_away_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    actions.give_sign("celery@a", ["celery"])

    def away() -> dict[str, int]:
        raise OSError("Connection refused")

    monkeypatch.setattr(readiness, "doorbells", away)

    assert parts(client, 503)["broker"] == {"ok": False, "note": "OSError: Connection refused"}


def test_a_database_that_is_away_is_an_answer_not_an_error(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> readiness.Part:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(readiness, "_database", away)

    assert not parts(client, 503)["database"]["ok"]


def test_strangers_learn_whether_and_not_what() -> None:
    actions.give_sign("celery@a", ["celery"])

    found = parts(Client(REMOTE_ADDR="203.0.113.9"), 200)

    assert found["worker"] == {"ok": True}


def test_living_needs_no_database(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/health/live")

    assert answer.content == b"ok"


def test_probes_speak_plain_http_to_a_site_that_wants_https(
    client: Client, settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT = True

    assert client.get("/health/live").status_code == 200
    assert client.get("/metrics").status_code == 200
    assert client.get("/").status_code == 301

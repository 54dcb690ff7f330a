from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from celery.signals import before_task_publish
from django.test import Client

from webapp import logs


@pytest.fixture(autouse=True)
def _no_context() -> None:
    logs.become()


def record(message: str, **values: Any) -> logging.LogRecord:
    made = logging.makeLogRecord({"name": "webapp.x", "levelname": "INFO", "msg": message})
    made.__dict__.update(values)
    return made


def test_lines_carry_what_the_thread_is_at_and_those_after_it_do_not() -> None:
    logs.become(request_id="abc-12345")
    inside = logs.TextFormatter().format(record("came"))
    logs.become()
    outside = logs.TextFormatter().format(record("went"))

    assert inside.endswith("INFO webapp.x: came [request_id=abc-12345]")
    assert outside.endswith("INFO webapp.x: went")


def test_what_a_message_quotes_cannot_begin_a_line_of_its_own() -> None:
    forged = logs.TextFormatter().format(record("Not Found: /x\n2026-01-01 INFO root: all is well"))

    assert forged.splitlines()[1].startswith("    ")


def test_json_lines_hold_context_own_fields_and_the_exception() -> None:
    try:
        raise ValueError("bad\nrow")
    except ValueError:
        failed = record("broke", exc_info=sys.exc_info(), fields={"status": 500})

    logs.become(task="workers.train", task_id="7")
    line = logs.JsonFormatter().format(failed)

    found = json.loads(line)
    assert "\n" not in line
    assert (found["message"], found["level"], found["status"]) == ("broke", "INFO", 500)
    assert (found["task"], found["task_id"]) == ("workers.train", "7")
    assert "ValueError: bad" in found["exception"]


@pytest.mark.parametrize("odd", [None, "", "short", "a b c d e f", "x" * 65, "id\nforged-line"])
def test_an_id_that_is_not_plain_is_replaced(odd: str | None) -> None:
    made = logs.request_id(odd)

    assert made != odd
    assert logs.request_id(made) == made


@pytest.fixture
def said() -> Iterator[list[str]]:
    """What is logged, as it would be written."""
    seen: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(logs.TextFormatter().format(record))

    listener = Listener()
    logging.getLogger().addHandler(listener)
    yield seen
    logging.getLogger().removeHandler(listener)


@pytest.mark.django_db
def test_a_request_keeps_the_id_it_came_with_and_every_line_has_it(
    client: Client, said: list[str]
) -> None:
    answer = client.get("/browse/?q=private", headers={"X-Request-ID": "proxy-1234"})
    made = client.get("/")

    assert answer["X-Request-ID"] == "proxy-1234"
    assert "GET /browse/ 200 in " in said[0]
    assert said[0].endswith("[request_id=proxy-1234]")
    assert "private" not in said[0]
    assert said[1].endswith(f"[request_id={made['X-Request-ID']}]")
    assert not logs.current()


@pytest.mark.django_db
def test_what_django_says_of_an_error_has_the_id_too(client: Client, said: list[str]) -> None:
    client.get("/no/such/page", headers={"X-Request-ID": "proxy-1234"})

    assert any("django.request: Not Found" in line for line in said)
    assert all(line.endswith("[request_id=proxy-1234]") for line in said)


def test_what_a_request_rings_for_carries_its_id() -> None:
    headers: dict[str, Any] = {}

    logs.become(request_id="proxy-1234", task="workers.check_items")
    before_task_publish.send(sender="workers.train", headers=headers)

    assert headers == {"request_id": "proxy-1234"}

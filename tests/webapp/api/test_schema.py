"""The API does what its description says: schemathesis asks, with values nobody thought of.

The same values at each run; the real application and database behind it, in this process.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from pytest_django import Settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.webapp.api.calling import bearer, post
from tests.webapp.makers import make_artwork, make_space, place
from webapp.accounts.models import User
from webapp.api.site import description
from webapp.exhibitions import actions as exhibitions
from webapp.exhibitions.models import Exhibition

pytestmark = pytest.mark.django_db
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SCHEMA = schemathesis.openapi.from_dict(json.loads(json.dumps(description())))
SCHEMA.app = get_wsgi_application()
OPERATIONS: dict[str, Any] = {
    found.ok().label: found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)
}
PLAIN = {"Accept-Encoding": "identity"}  # the WSGI client does not unpack
BOUNDED = examples(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def world(client: Client, vera: User, settings: Settings) -> Iterator[dict[str, Any]]:
    """A few works, a collection, an exhibition, and the parts of paths that name them."""
    settings.API_PER_MINUTE = dict.fromkeys(settings.API_PER_MINUTE, 1_000_000)
    settings.ALLOWED_HOSTS = ["*"]
    space = make_space()
    works = [make_artwork(f"Work {number}", artist=f"Artist {number}") for number in range(5)]
    for number, work in enumerate(works):
        place(space, work, [1, number * 0.3, 0, 0])
    headers = bearer(vera)
    body = {"title": "Ports", "visibility": "public"}
    token = post(client, "/collections", body, **headers).json()["token"]
    shown = exhibitions.start("Evenings", [work.pk for work in works], None)
    Exhibition.objects.filter(pk=shown.pk).update(token=token, opens=timezone.now())
    post(client, "/events", {"events": [{"kind": "like", "work": works[0].pk}]}, **headers)
    # As Django's own client does: the connection holds what no other would see.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield {"headers": headers, "work_id": works[1].pk, "slug": "artist-1", "token": token}
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_one_that_the_description_knows(label: str, world: dict[str, Any]) -> None:
    operation = OPERATIONS[label]
    known = {each.name: world[each.name] for each in operation.path_parameters}
    sends_anything = operation.query or operation.path_parameters or operation.body
    owner, stranger = {**PLAIN, **world["headers"]}, PLAIN
    rounds = [
        (owner, operation.as_strategy(path_parameters=known or None), 10),
        (owner, operation.as_strategy(), 4),
        (stranger, operation.as_strategy(), 4),
    ]
    if sends_anything:
        rounds.append((owner, operation.as_strategy(GenerationMode.NEGATIVE), 10))

    for headers, strategy, number in rounds:
        _ask(headers, strategy, number)


def _ask(headers: dict[str, str], strategy: Any, number: int) -> None:
    @examples(BOUNDED, max_examples=number)
    @given(case=strategy)
    def ask(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    ask()

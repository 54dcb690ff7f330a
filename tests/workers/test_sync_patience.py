"""Syncs whose museum asks for patience: they wait, say so, and go on or end."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from tests.webapp.ingest.sources.museum import Museum, Reply
from tests.workers.test_sync import asked, serve, work
from webapp.accounts.models import User
from webapp.ingest.fetching import TryLaterError
from webapp.ingest.models import HostPace
from webapp.ingest.sources import met
from webapp.ingest.sources.met import API
from webapp.museums.models import Sync
from workers import claims, syncs
from workers.syncs import note
from workers.tasks.sync import sync

pytestmark = pytest.mark.django_db

State = Sync.State


@pytest.fixture
def museum(museum: Museum, monkeypatch: pytest.MonkeyPatch) -> Museum:
    monkeypatch.setitem(met.SOURCE.pauses, "images.metmuseum.org", 0.001)
    return museum


def test_a_museum_that_asks_for_patience_gets_it_and_what_was_read_is_kept(
    museum: Museum, ada: User
) -> None:
    serve(museum, *range(25))
    museum.serve(f"{API}/objects/20", Reply(status=429, headers={"Retry-After": "600"}))
    row = asked(ada)

    sync()
    sync()

    row.refresh_from_db()
    assert row.state == State.READING
    assert row.counts == {"new": 20}
    assert "429" in row.reason
    assert row.claimed_until is not None
    assert (row.claimed_until - timezone.now()).total_seconds() == pytest.approx(600, abs=300)
    assert museum.asked().count(f"{API}/objects/20") == 1

    # Ten minutes later.
    Sync.objects.update(claimed_until=timezone.now())
    HostPace.objects.all().delete()
    serve(museum, *range(25))
    work(row)

    assert row.counts == {"new": 25}
    assert row.reason == ""
    assert museum.asked().count(f"{API}/objects/3") == 1


def test_a_museum_that_is_busy_each_time_is_not_waited_for_in_vain(
    museum: Museum, ada: User
) -> None:
    museum.serve(f"{API}/search", Reply(status=429, headers={"Retry-After": "600"}))
    row = asked(ada)
    waits = []

    for _ in range(claims.MAX_ATTEMPTS):
        Sync.objects.update(claimed_until=None)
        HostPace.objects.all().delete()
        sync()
        waits.append(Sync.objects.get().again is not None)
    sync()

    row.refresh_from_db()
    assert waits == [True, True, False]
    assert row.state == State.FAILED
    assert "It was tried 3 times. collectionapi.metmuseum.org asks us" in row.reason
    assert row.log.count("It is asked again in 600 seconds.") == 2


def test_a_sync_that_waited_no_longer_says_why_once_it_goes_on(
    museum: Museum, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(museum, 1)
    row = asked(ada)
    syncs.wait(row, TryLaterError("It is busy.", seconds=600, asked=True))
    assert Sync.objects.get().again is not None
    Sync.objects.update(claimed_until=timezone.now())
    said: list[Any] = []

    def note_and_look(held: Sync, found: Any) -> bool:
        now = Sync.objects.get()
        said.append((now.reason, now.again))
        return note(held, found)

    monkeypatch.setattr(syncs, "note", note_and_look)

    work(row)

    assert said == [("", None)]


def test_a_sync_that_is_ended_while_its_museum_is_busy_waits_for_nothing(
    museum: Museum, ada: User
) -> None:
    row = asked(ada)
    Sync.objects.update(state=State.CANCELLED)

    syncs.wait(row, TryLaterError("It is busy.", seconds=600, asked=True))

    row.refresh_from_db()
    assert (row.state, row.reason, row.log) == (State.CANCELLED, "", "")

"""Real workers, killed while they promote: the site serves all the while, and it ends well."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.waiting import wait_until
from tests.workers.conftest import Stack
from tests.workers.toys import EXTRACTOR, Gallery, make_gallery, make_version
from webapp.accounts.models import User
from webapp.feed.models import Visitor
from webapp.lab import promoting
from webapp.lab.models import Promotion, Version
from webapp.vectors import actions
from webapp.vectors.models import Space, Vector
from workers import resources

pytestmark = pytest.mark.slow

KILLS = 10
PAGE = 12
"""Works at least that a page must show."""
WORKS = 600
FILLING, SWITCHING = 3.0, 1.5
"""Seconds that a promotion takes to fill and index a space, about, and from then to its end. Every
other kill falls anywhere in the one, the others in the other, some surely before its end."""
PAUSES = {0: "filling", 1: "switching"}
"""By number, modulo four, before the end of which step a promotion waits to be killed."""
APPLICATION = "tests.workers.small_indexes"


@dataclass
class Site:
    """Somebody who looks at For you all the time."""

    client: Client
    looks: int = 0
    by: set[str] = field(default_factory=set)
    """What served."""

    def look(self) -> bool:
        """Open the page; it must show works, ranked by one model at most."""
        page = self.client.get(reverse("for-you"))
        assert page.status_code == 200
        assert len(set(re.findall(rb'href="/works/(\d+)', page.content))) >= PAGE
        serving = Space.objects.filter(purpose="taste", state=Space.State.LIVE)
        names = list(serving.values_list("name", flat=True))
        assert len(names) <= 1
        self.by.update(names or ["VisRank"])
        self.looks += 1
        return True


@pytest.fixture
def gallery(transactional_db: None) -> Gallery:
    return make_gallery(WORKS, dim=resources.extractor(EXTRACTOR).dim)


@pytest.fixture
def site(gallery: Gallery) -> Site:
    user = User.objects.create(username="vera")
    Visitor.objects.filter(pk=gallery.visitors[0].pk).update(user=user, label=None)
    client = Client()
    client.force_login(user)
    return Site(client)


def test_killed_ten_times_it_serves_all_the_while_and_ends_well(
    stack: Stack, gallery: Gallery, site: Site
) -> None:
    version = make_version(gallery)
    promotion = promoting.promote(version, None)
    moments = np.random.default_rng(11).uniform(0, 1, KILLS)
    interrupted: list[str] = []

    for number, moment in enumerate(moments):
        promotion = under_way(promotion)
        worker = stack.start_worker(APPLICATION)
        early = number % 2 == 0
        # However fast the machine is, some fall into either.
        with stack.pausing(PAUSES[number % 4]) if number % 4 in PAUSES else nullcontext():
            watch(site, promotion, until=begun if early else indexed)
            length = FILLING if early else SWITCHING
            watch(site, promotion, until=past(time.monotonic() + moment * length))
            stack.kill(worker)
        promotion.refresh_from_db()
        if promotion.state == Promotion.State.RUNNING:
            interrupted.append(promotion.steps[-1]["name"] if promotion.steps else "")
            # The lease runs out half a minute later; nothing else is waited for.
            before = timezone.now() - timedelta(seconds=1)
            Promotion.objects.filter(pk=promotion.pk).update(claimed_until=before)
    stack.start_worker(APPLICATION)
    watch(site, promotion, until=ended)
    if promotion.state != Promotion.State.DONE:  # given up at the last moment
        promotion = under_way(promotion)
        watch(site, promotion, until=ended)

    assert (promotion.state, promotion.reason) == (Promotion.State.DONE, "")
    assert promoting.serving_version() == version
    space = Space.objects.get(version=version)
    assert Space.objects.filter(state=Space.State.LIVE).count() == 2  # look and taste
    assert Vector.objects.filter(space=space).count() == WORKS
    assert indexes_of(space) == ({f"vectors_space_{space.pk}_{space.index}"} - {unindexed(space)})
    assert site.looks > KILLS
    assert {"VisRank", str(version)} <= site.by
    # By the last step that was done: kills fell into several.
    assert len(interrupted) >= 4, interrupted
    assert len(set(interrupted)) >= 2, interrupted


def under_way(promotion: Promotion) -> Promotion:
    """The promotion, or one after it if it has ended.

    One that is done is rolled back and begun from nothing. One that was given up, having died too
    often without getting further, is asked for again as a curator would.
    """
    promotion.refresh_from_db()
    if promotion.state in Promotion.OPEN:
        return promotion
    version = Version.objects.get()
    if promotion.state == Promotion.State.DONE:
        promoting.rollback(None)
        actions.drop(Space.objects.get(version=version))
        version.refresh_from_db()
    else:
        assert "its worker ended each time" in promotion.reason
    return promoting.promote(version, None)


def past(end: float) -> Callable[[Promotion], bool]:
    return lambda _row: time.monotonic() > end


def ended(row: Promotion) -> bool:
    return row.state not in Promotion.OPEN


def indexed(row: Promotion) -> bool:
    held = row.claimed_until is not None and row.claimed_until > timezone.now()
    return ended(row) or (held and any(step["name"] == "index" for step in row.steps))


def begun(row: Promotion) -> bool:
    held = row.claimed_until is not None and row.claimed_until > timezone.now()
    return ended(row) or held


def watch(site: Site, promotion: Promotion, *, until: Callable[[Promotion], bool]) -> None:
    def reached() -> bool:
        site.look()
        promotion.refresh_from_db()
        return until(promotion)

    wait_until(reached, what=f"{promotion}, {promotion.state}")


def unindexed(space: Space) -> str:
    return f"vectors_space_{space.pk}_exact"


def indexes_of(space: Space) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE indexname LIKE %s",
            [f"vectors\\_space\\_{space.pk}\\_%"],
        )
        return {name for (name,) in cursor.fetchall()}

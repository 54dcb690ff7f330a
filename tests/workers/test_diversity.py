"""What diversity costs, measured on a gallery whose right answer is known."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.core.cache import cache
from django.utils import timezone

from tests.webapp.makers import make_artwork, make_space
from webapp.catalog.models import Artwork
from webapp.feed.models import Event, Visitor
from webapp.lab import tradeoff
from webapp.lab.models import Tradeoff
from webapp.vectors.actions import store_vectors
from workers import diversity
from workers.tasks.diversity import measure_diversity

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


def gallery(rng: np.random.Generator, *, visitors: int = 12) -> None:
    """Four camps of looks; each visitor chooses within one."""
    space = make_space(8)
    rows = np.repeat(np.eye(8)[:4], 30, axis=0) + 0.3 * rng.normal(size=(120, 8))
    works = [make_artwork(str(number)) for number in range(120)]
    units = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    store_vectors(space, [work.pk for work in works], units)
    now = timezone.now()
    for number in range(visitors):
        visitor = Visitor.objects.create()
        for step, row in enumerate(rng.choice(30, 6, replace=False)):
            work = works[30 * (number % 4) + row]
            time = now - timedelta(days=10 - step)
            Event.objects.create(visitor=visitor, artwork=work, kind="like", time=time)


def test_more_diverse_lists_differ_more_and_find_less(rng: np.random.Generator) -> None:
    gallery(rng, visitors=24)
    tradeoff.ask()

    measure_diversity()

    row = Tradeoff.objects.get()
    lambdas = [point["diversity"] for point in row.points]
    differences = [point["difference"] for point in row.points]
    rates = [point["hit_rate"] for point in row.points]
    assert lambdas == list(diversity.LAMBDAS)
    assert row.visitors == 24
    assert row.space is not None
    assert differences[0] < differences[3] < differences[-1]
    assert rates[0] > rates[-1]
    assert row.claimed_until is None
    assert not Tradeoff.objects.filter(tradeoff.waiting()).exists()


def test_a_rate_of_nothing_is_not_known_exactly(rng: np.random.Generator) -> None:
    gallery(rng)
    works = list(Artwork.objects.order_by("pk"))
    for number, visitor in enumerate(Visitor.objects.order_by("pk")):
        other_camp = works[30 * ((number + 1) % 4) + 29]
        Event.objects.create(visitor=visitor, artwork=other_camp, kind="save", time=timezone.now())
    tradeoff.ask()

    measure_diversity()

    first = Tradeoff.objects.get().points[0]
    assert first["hit_rate"] == 0
    assert first["margin"] == pytest.approx(1.96 * np.sqrt(2 / 16 * 14 / 16 / 16), abs=1e-4)


def test_likes_that_shall_not_shape_recommendations_do_not_count(rng: np.random.Generator) -> None:
    gallery(rng)
    silent = Visitor.objects.order_by("pk").first()
    Event.objects.filter(visitor=silent).update(muted=timezone.now())
    tradeoff.ask()

    measure_diversity()

    assert Tradeoff.objects.get().visitors == 11


def test_without_enough_choices_the_reason_is_told() -> None:
    make_space()
    tradeoff.ask()

    measure_diversity()

    row = Tradeoff.objects.get()
    assert row.points == []
    assert "Nobody chose 4 works or more" in row.reason


def test_a_job_that_nobody_asked_for_ends_quietly(rng: np.random.Generator) -> None:
    measure_diversity()
    assert not Tradeoff.objects.exists()

    gallery(rng)
    tradeoff.ask()
    measure_diversity()
    first = Tradeoff.objects.get().measured
    measure_diversity()

    assert Tradeoff.objects.get().measured == first


def test_a_worker_that_died_leaves_the_row_to_the_next(rng: np.random.Generator) -> None:
    gallery(rng)
    tradeoff.ask()
    lost = timezone.now() - timedelta(seconds=1)
    Tradeoff.objects.update(claimed_until=lost, attempts=1)

    measure_diversity()

    assert Tradeoff.objects.get().points

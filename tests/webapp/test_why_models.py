"""Reasons as visitors meet them are true: what is set aside lowers what it was cited for."""

from __future__ import annotations

import numpy as np
import pytest
from django.utils import timezone

from tests.contracts.worlds import ITEMS
from tests.webapp.test_feed_models import Gallery, gallery  # noqa: F401  # a fixture
from webapp.feed import actions, candidates, queries, served
from webapp.feed.models import Event, Visitor
from webapp.feed.profile import profile_of
from webapp.feed.why import why
from webapp.vectors.filters import Filters

pytestmark = pytest.mark.django_db


def test_setting_aside_what_is_cited_lowers_the_work(
    gallery: Gallery,  # noqa: F811
    rng: np.random.Generator,
) -> None:
    fell = []
    for _ in range(3):
        visitor = somebody(gallery, rng)
        before = standing(visitor)
        for each in queries.for_you(visitor, limit=8).shown:
            told = why(visitor, each.artwork)
            if told.by_look or not told.reasons:
                continue
            cited = told.reasons[0].artwork
            actions.mute(visitor=visitor, artwork=cited)
            fell.append(standing(visitor)[each.artwork.pk] < before[each.artwork.pk])
            actions.unmute(visitor=visitor, artwork=cited)
        assert standing(visitor) == before

    assert bool(fell) == gallery.learns
    if fell:
        assert np.mean(fell) >= 0.95


def somebody(gallery: Gallery, rng: np.random.Generator) -> Visitor:  # noqa: F811
    visitor = Visitor.objects.create()
    for row in rng.choice(ITEMS - 2, 6, replace=False):
        kind = str(rng.choice(["like", "like", "save", "purchase"]))
        work = gallery.works[int(row)]
        Event.objects.create(visitor=visitor, artwork=work, kind=kind, time=timezone.now())
    return visitor


def standing(visitor: Visitor) -> dict[int, float]:
    """How far each work scores above the mean of all, in deviations."""
    live = served.serving()
    assert live
    profile = profile_of(visitor)
    found = candidates.find(profile, live.space, live.bundle, limit=ITEMS, filters=Filters())
    scores = (found.scores - found.scores.mean()) / (found.scores.std() or 1)
    return dict(zip(found.ids.tolist(), scores.tolist(), strict=True))

"""Shown by: people with known tastes click through the running site, and an experiment finds out.

Every page and every click goes through the whole stack: session, feed, templates, forms. The
models are VisRank over what the works look like, and one that has other works' vectors.
"""

from __future__ import annotations

import numpy as np
import pytest

from artrec.online.split import position
from tests.webapp.crowds import Gallery, clicks_through, make_gallery, make_people
from webapp.feed import experiments, impressions
from webapp.feed.models import Experiment, Impression
from webapp.lab.experiment_results import results
from webapp.lab.experiments import start

pytestmark = pytest.mark.django_db


@pytest.fixture
def gallery(rng: np.random.Generator) -> Gallery:
    return make_gallery(60, rng)


def running(gallery: Gallery, kind: str, *, better_first: bool = True) -> Experiment:
    spaces = (None, gallery.shuffled) if better_first else (gallery.shuffled, None)
    made = Experiment.objects.create(
        name=kind, kind=kind, space_a=spaces[0], space_b=spaces[1], salt="spring"
    )
    start(made)
    return Experiment.objects.get(pk=made.pk)


def test_interleaving_picks_the_better_model(gallery: Gallery, rng: np.random.Generator) -> None:
    experiment = running(gallery, "interleaving", better_first=False)

    people = make_people(gallery, 30)
    clicks_through(people, gallery, rng, visits=1, after=impressions.flush)

    found = results(experiment)
    clicks = found.measures[0]
    assert found.visitors == found.lists == 30
    assert Impression.objects.filter(experiment_id=experiment.pk).count() == found.shown
    assert clicks.winner == "b"
    assert clicks.p_value < 0.01
    assert not found.ratio.alarm


def test_an_ab_test_picks_the_better_model(gallery: Gallery, rng: np.random.Generator) -> None:
    experiment = running(gallery, "ab")

    people = make_people(gallery, 56)
    clicks_through(people, gallery, rng, visits=1, after=impressions.flush)

    found = results(experiment)
    clicks = found.measures[0]
    assert found.visitors == found.lists == 56
    assert clicks.rates
    assert clicks.rates[0].value > 1.5 * clicks.rates[1].value
    assert clicks.winner == "a"
    assert not found.ratio.alarm


def test_the_alarm_goes_off_when_the_split_is_broken(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The kind of mistake it is for: side A for everybody below 0.9 instead of 0.5.
    monkeypatch.setattr(
        experiments,
        "side_of",
        lambda salt, unit, share: "a" if position(f"{salt}/side", unit) < 0.9 else "b",
    )
    experiment = running(gallery, "ab")

    for person in make_people(gallery, 50):
        person.client.get("/for-you/")
    impressions.flush()

    found = results(experiment)
    assert found.ratio.a + found.ratio.b == 50
    assert found.ratio.alarm

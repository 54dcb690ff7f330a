"""Off-policy replay: what a model that does not serve would have earned, from a log by chance."""

from __future__ import annotations

from uuid import uuid4

import numpy as np
import pytest
from django.utils import timezone

from tests.webapp.crowds import CAMPS, Gallery, Person, make_gallery, make_people
from webapp.feed import actions, impressions, replay
from webapp.feed.models import Event, Replay
from webapp.feed.profile import profile_of
from webapp.feed.ranking import Entry
from webapp.feed.replay import ReplayError
from workers.tasks.online import replay as task

pytestmark = pytest.mark.django_db


@pytest.fixture
def gallery(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> Gallery:
    monkeypatch.setattr(replay, "PAGE", 20)
    return make_gallery(80, rng)


def draw(gallery: Gallery, people: list[Person], rng: np.random.Generator, *, each: int) -> None:
    """Show works drawn from all those unknown; what is of one's camp is opened by every second."""
    for person in people:
        known = profile_of(person.visitor).known
        drawable = [work.pk for work in gallery.works if work.pk not in known]
        chosen = rng.choice(drawable, each, replace=False).tolist()
        entries = [
            Entry(artwork_id=pk, position=place, source="explore", propensity=1 / len(drawable))
            for place, pk in enumerate(chosen)
        ]
        list_id = uuid4()
        impressions.record(
            entries, list_id=list_id, visitor_id=person.visitor.pk, surface="for-you"
        )
        for pk in chosen:
            if gallery.camps[pk] == person.camp and rng.random() < 0.5:
                Event.objects.create(
                    visitor=person.visitor,
                    artwork_id=pk,
                    kind="like",
                    time=timezone.now(),
                    list_id=list_id,
                )
    impressions.flush()


def test_the_better_model_is_told_from_the_worse_before_either_serves(
    gallery: Gallery, rng: np.random.Generator
) -> None:
    draw(gallery, make_people(gallery, 24), rng, each=30)

    good, bad = replay.replay(None), replay.replay(gallery.shuffled.pk)

    chance = good.chance["clicks"]
    assert (good.lists, good.drawn) == (24, 24 * 30)
    assert chance.value == pytest.approx(0.5 / CAMPS, abs=0.03)
    assert good.page["clicks"].low > chance.value  # all but all of its page is of the camp
    assert good.page["clicks"].value == pytest.approx(0.5, abs=0.1)
    assert bad.page["clicks"].high < good.page["clicks"].low
    assert good.page["likes"] == good.page["clicks"]
    assert good.ips["clicks"].value == pytest.approx(0.5, abs=0.15)


def test_visitors_are_ranked_for_as_they_were_known_then(
    gallery: Gallery, rng: np.random.Generator
) -> None:
    person = make_people(gallery, 1)[0]
    draw(gallery, [person], rng, each=60)
    before = replay.replay(None).as_json()

    other = next(work for work in gallery.works if gallery.camps[work.pk] != person.camp)
    for work in gallery.works:
        if gallery.camps[work.pk] == gallery.camps[other.pk]:
            actions.like(visitor=person.visitor, artwork=work)

    assert replay.replay(None).as_json() == before


def test_a_log_without_chance_says_so(gallery: Gallery) -> None:
    make_people(gallery, 1)[0].client.get("/for-you/")
    impressions.flush()

    with pytest.raises(ReplayError, match="No work was shown by chance"):
        replay.replay(None)


def test_a_worker_answers_what_was_asked_once(gallery: Gallery, rng: np.random.Generator) -> None:
    draw(gallery, make_people(gallery, 4), rng, each=10)

    asked = replay.ask(gallery.shuffled.pk, by=None)
    again = replay.ask(gallery.shuffled.pk, by=None)
    look = replay.ask(None, by=None)
    task()
    task()

    assert asked == again
    for row in (asked, look):
        row.refresh_from_db()
        assert (row.state, row.result["drawn"], row.claimed_until) == ("done", 40, None)
    assert Replay.objects.count() == 2


def test_a_model_that_is_gone_ends_the_replay_in_words(gallery: Gallery) -> None:
    asked = replay.ask(gallery.shuffled.pk, by=None)
    gallery.shuffled.head = b"damaged"
    gallery.shuffled.save()

    task()

    asked.refresh_from_db()
    assert asked.state == "failed"
    assert "prepare it" in asked.reason

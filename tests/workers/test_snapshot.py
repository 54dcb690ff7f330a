from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from artrec.errors import BundleError, DataError
from tests.webapp.makers import make_artwork
from tests.workers.toys import EXTRACTOR, Gallery, make_gallery
from webapp.catalog.models import Artwork
from webapp.feed.models import Event, Visitor
from webapp.lab.models import Run
from workers import snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def gallery() -> Gallery:
    return make_gallery(dim=6)


def make_run(**values: Any) -> Run:
    return Run.objects.create(model="vbpr", extractor=EXTRACTOR, **values)


def draw(**values: Any) -> snapshot.Snapshot:
    return snapshot.draw(make_run(**values), now=timezone.now())


def history(found: snapshot.Snapshot, visitor: Visitor) -> list[int]:
    log = found.interactions
    return [found.artworks[row] for row in log.history(log.user_rows[str(visitor.pk)])]


def choose(visitor: Visitor, work: Artwork, kind: str, hours: float, **more: Any) -> Event:
    time = timezone.now() - timedelta(hours=hours)
    return Event.objects.create(visitor=visitor, artwork=work, kind=kind, time=time, **more)


def test_likes_saves_and_purchases_count_in_the_order_of_time(gallery: Gallery) -> None:
    visitor = Visitor.objects.create()
    works = gallery.works
    choose(visitor, works[2], "purchase", 1)
    choose(visitor, works[0], "like", 9)
    choose(visitor, works[1], "save", 5)
    choose(visitor, works[3], "view", 2)

    assert history(draw(), visitor) == [works[0].pk, works[1].pk, works[2].pk]


def test_what_is_undone_muted_hidden_or_withdrawn_does_not_count(gallery: Gallery) -> None:
    visitor = Visitor.objects.create()
    works = gallery.works
    choose(visitor, works[0], "like", 9)
    choose(visitor, works[1], "like", 8, undone=timezone.now())
    choose(visitor, works[2], "like", 7, muted=timezone.now())
    choose(visitor, works[3], "like", 6)
    choose(visitor, works[3], "hide", 5)
    choose(visitor, works[4], "like", 4)
    choose(visitor, works[4], "hide", 3, undone=timezone.now())
    choose(visitor, works[5], "like", 2)
    Artwork.objects.filter(pk=works[5].pk).update(state=Artwork.State.WITHDRAWN)

    assert history(draw(), visitor) == [works[0].pk, works[4].pk]


def test_a_work_liked_and_then_bought_is_one_choice_of_the_later_moment(gallery: Gallery) -> None:
    visitor = Visitor.objects.create()
    works = gallery.works
    choose(visitor, works[0], "like", 9)
    choose(visitor, works[1], "like", 5)
    choose(visitor, works[0], "purchase", 1)

    assert history(draw(), visitor) == [works[1].pk, works[0].pk]


def test_sold_works_stay_and_the_window_leaves_out_what_is_older(gallery: Gallery) -> None:
    visitor = Visitor.objects.create()
    works = gallery.works
    choose(visitor, works[0], "like", 25)
    choose(visitor, works[1], "purchase", 1)
    Artwork.objects.filter(pk=works[1].pk).update(availability=Artwork.Availability.SOLD)

    found = draw(window_days=1)

    assert history(found, visitor) == [works[1].pk]
    assert len(found.artworks) == len(works)
    assert found.items.sold[1] == 0 < found.items.sold[0]


def test_what_was_bought_together_is_one_basket(gallery: Gallery) -> None:
    visitor = Visitor.objects.create()
    for place, basket in enumerate(("a", "a", "b")):
        choose(visitor, gallery.works[place], "purchase", 9 - place, basket=basket)

    log = draw().interactions

    user = log.user_rows[str(visitor.pk)]
    assert log.baskets[log.indptr[user] : log.indptr[user + 1]].tolist() == [0, 0, 1]


def test_works_without_features_are_left_out_and_features_stand_in_their_rows(
    gallery: Gallery,
) -> None:
    make_artwork("not embedded")

    found = draw()

    assert found.artworks == [work.pk for work in gallery.works]
    content = found.data().content
    assert list(content.features) == ["colour"]
    assert np.array_equal(content.features["colour"], gallery.features)
    assert content.artists is not None
    artists = [found.items.artist_ids[row] for row in content.artists]
    assert artists == [str(work.artist_id) for work in gallery.works]


def test_equal_data_have_an_equal_digest_and_any_change_another(gallery: Gallery) -> None:
    first, again = draw(), draw()
    choose(Visitor.objects.create(), gallery.works[0], "like", 1)
    changed = draw()

    assert first.facts["digest"] == again.facts["digest"] != changed.facts["digest"]
    assert changed.facts["events"] == first.facts["events"] + 1
    assert changed.facts["last_event"] > first.facts["last_event"]


def test_data_drawn_again_up_to_an_event_leave_out_what_came_since(gallery: Gallery) -> None:
    first = draw()
    choose(Visitor.objects.create(), gallery.works[0], "like", 1)

    again = snapshot.draw(make_run(), now=timezone.now(), last_event=int(first.facts["last_event"]))

    assert again.facts["digest"] == first.facts["digest"]


def test_a_snapshot_is_read_as_it_was_written(gallery: Gallery, tmp_path: Path) -> None:
    found = draw()
    snapshot.save(tmp_path / "run" / "snapshot.npz", found)

    read = snapshot.load(tmp_path / "run" / "snapshot.npz")

    assert snapshot.digest(read) == snapshot.digest(found) == found.facts["digest"]
    assert read.facts == found.facts
    assert read.families == found.families
    with pytest.raises(BundleError):
        snapshot.load(tmp_path / "none.npz")


def test_too_few_choices_are_told_with_what_to_do(gallery: Gallery) -> None:
    Event.objects.update(time=timezone.now() - timedelta(days=9))

    with pytest.raises(DataError, match="There are 0 likes, saves and purchases by 0 visitors in "):
        draw(window_days=3)


def test_features_that_no_work_has_are_told() -> None:
    make_artwork()

    with pytest.raises(DataError, match="None of the 1 visible works has features of colour"):
        draw()

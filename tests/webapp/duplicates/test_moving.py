"""What hangs on a work goes over to another one, nothing twice, and comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from tests.webapp.duplicates.makers import make_admin
from tests.webapp.makers import make_artwork
from webapp.catalog.models import Artwork
from webapp.duplicates.moving import LEFT, MOVED, move, move_back
from webapp.exhibitions import actions as exhibitions
from webapp.exhibitions.arrangement import reorder, take_down
from webapp.exhibitions.queries import arrangement_of
from webapp.feed.models import Event, Pick, Visitor
from webapp.ingest.models import Batch, Item
from webapp.mine.models import Collection, CollectionItem

TRAIL = "desk"
"""Keeps what was; its rows follow no work."""


def test_every_relation_to_a_work_is_known_to_move_or_to_stay() -> None:
    relations = {
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label != TRAIL
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model is Artwork
    }

    assert relations == {*MOVED, *LEFT}


@pytest.fixture
def both(db: None) -> tuple[Artwork, Artwork]:
    return make_artwork("Ridge"), make_artwork("Ridge, again")


def mark(visitor: Visitor, work: Artwork, kind: Event.Kind) -> Event:
    return Event.objects.create(visitor=visitor, artwork=work, kind=kind, time=timezone.now())


def test_what_visitors_did_goes_over_but_no_mark_twice(both: tuple[Artwork, Artwork]) -> None:
    stays, gone = both
    one, two = Visitor.objects.create(), Visitor.objects.create()
    own = mark(one, stays, Event.Kind.LIKE)
    double = mark(one, gone, Event.Kind.LIKE)
    look = mark(one, gone, Event.Kind.VIEW)
    saved = mark(one, gone, Event.Kind.SAVE)
    hidden = mark(two, gone, Event.Kind.HIDE)

    moved = move(gone, stays)

    assert set(stays.events.all()) == {own, look, saved, hidden}
    assert list(gone.events.all()) == [double]
    move_back(moved, stays=stays, gone=gone)
    assert list(stays.events.all()) == [own]
    assert set(gone.events.all()) == {double, look, saved, hidden}


def test_a_hide_stays_behind_where_the_other_work_is_liked(both: tuple[Artwork, Artwork]) -> None:
    stays, gone = both
    visitor = Visitor.objects.create()
    mark(visitor, stays, Event.Kind.LIKE)
    hide = mark(visitor, gone, Event.Kind.HIDE)

    move(gone, stays)

    assert list(gone.events.all()) == [hide]


def test_a_mark_that_was_taken_back_bars_none(both: tuple[Artwork, Artwork]) -> None:
    stays, gone = both
    visitor = Visitor.objects.create()
    undone = mark(visitor, stays, Event.Kind.LIKE)
    Event.objects.filter(pk=undone.pk).update(undone=timezone.now() - timedelta(days=1))
    like = mark(visitor, gone, Event.Kind.LIKE)

    move(gone, stays)

    assert set(stays.events.all()) == {undone, like}


def test_places_in_exhibitions_go_over_but_no_work_hangs_twice(
    both: tuple[Artwork, Artwork],
) -> None:
    stays, gone = both
    with_one = exhibitions.start("One", [gone.pk], None)
    with_both = exhibitions.start("Both", [gone.pk, stays.pk], None)

    moved = move(gone, stays)

    assert arrangement_of(with_one).works == [stays.pk]
    assert arrangement_of(with_both).works == [gone.pk, stays.pk]
    move_back(moved, stays=stays, gone=gone)
    assert arrangement_of(with_one).works == [gone.pk]


def test_an_exhibition_that_was_edited_since_the_merge_is_divided_again(
    both: tuple[Artwork, Artwork],
) -> None:
    stays, gone = both
    made = exhibitions.start("One", [gone.pk, make_artwork("Slope").pk], None)
    moved = move(gone, stays)
    order = list(reversed(arrangement_of(made).works))
    exhibitions.change(made, None, lambda all_of: (reorder(all_of, 0, order), "Turned round"))

    move_back(moved, stays=stays, gone=gone)

    assert arrangement_of(made).works == [order[0], gone.pk]


def test_what_is_undone_after_a_merge_hangs_the_work_that_stayed(
    both: tuple[Artwork, Artwork],
) -> None:
    stays, gone = both
    taken_down, hung = (exhibitions.start(title, [gone.pk], None) for title in ("One", "Two"))
    exhibitions.change(taken_down, None, lambda all_of: (take_down(all_of, {gone.pk}), "Down"))
    exhibitions.change(hung, None, lambda all_of: (replace(all_of, title="Other"), "Called"))

    moved = move(gone, stays)
    for made in (taken_down, hung):
        exhibitions.undo(made, None)

    assert [arrangement_of(made).works for made in (taken_down, hung)] == [[stays.pk]] * 2
    move_back(moved, stays=stays, gone=gone)
    for made in (taken_down, hung):
        exhibitions.restore(made, 1, None)
    assert [arrangement_of(made).works for made in (taken_down, hung)] == [[gone.pk]] * 2


def test_places_in_collections_go_over_but_no_work_hangs_twice(
    both: tuple[Artwork, Artwork],
) -> None:
    stays, gone = both
    visitor = Visitor.objects.create()
    with_one, with_both = (
        Collection.objects.create(visitor=visitor, title=title, cover=gone) for title in "ab"
    )
    place = CollectionItem.objects.create(collection=with_one, artwork=gone, position=5)
    for work in both:
        CollectionItem.objects.create(collection=with_both, artwork=work)

    moved = move(gone, stays)

    assert set(Collection.objects.values_list("cover", flat=True)) == {stays.pk}
    assert list(with_one.items.values_list("artwork", "position")) == [(stays.pk, 5)]
    assert with_both.items.filter(artwork=stays).count() == 1
    move_back(moved, stays=stays, gone=gone)
    place.refresh_from_db()
    assert place.artwork == gone
    assert set(Collection.objects.values_list("cover", flat=True)) == {gone.pk}


@pytest.mark.parametrize("picked", [False, True])
def test_a_pick_goes_over_unless_there_is_one(picked: bool, both: tuple[Artwork, Artwork]) -> None:
    stays, gone = both
    ada = make_admin()
    Pick.objects.create(artwork=gone, by=ada)
    if picked:
        Pick.objects.create(artwork=stays, by=ada)

    move(gone, stays)

    assert Pick.objects.filter(artwork=stays).count() == 1
    assert Pick.objects.filter(artwork=gone).exists() == picked


def test_what_somebody_did_to_both_since_then_is_not_doubled_on_the_way_back(
    both: tuple[Artwork, Artwork],
) -> None:
    stays, gone = both
    visitor = Visitor.objects.create()
    kept = Collection.objects.create(visitor=visitor, title="Evenings")
    mark(visitor, gone, Event.Kind.LIKE)
    kept.items.create(artwork=gone)
    moved = move(gone, stays)
    again = mark(visitor, gone, Event.Kind.LIKE)
    kept.items.create(artwork=gone)

    move_back(moved, stays=stays, gone=gone)

    assert Event.objects.get(artwork=gone) == again
    assert Event.objects.filter(artwork=stays).count() == 1
    assert kept.items.filter(artwork=gone).count() == kept.items.filter(artwork=stays).count() == 1


def test_files_tell_of_the_work_they_became(both: tuple[Artwork, Artwork]) -> None:
    stays, gone = both
    batch = Batch.objects.create(source="Folder paintings")
    item = Item.objects.create(batch=batch, name="ridge.jpg", incoming="a", artwork=gone)

    move(gone, stays)

    item.refresh_from_db()
    assert item.artwork == stays

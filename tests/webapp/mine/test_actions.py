from __future__ import annotations

from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.webapp.makers import make_artist, make_artwork
from webapp.accounts.models import User
from webapp.feed import actions as feed
from webapp.feed import hooks
from webapp.feed.models import Event, Visitor
from webapp.feed.queries import marks_of
from webapp.mine import actions
from webapp.mine.models import Choices, Collection, Follow

pytestmark = pytest.mark.django_db


def _titles(collection: Collection) -> list[str]:
    return [item.artwork.title for item in collection.items.select_related("artwork")]


def test_a_work_is_saved_while_it_is_in_any_collection() -> None:
    visitor, artwork = Visitor.objects.create(), make_artwork()
    saved = actions.standard(visitor=visitor)
    light = actions.create(visitor=visitor, title="Light")

    both = actions.keep(visitor=visitor, artwork=artwork, collections=[saved.pk, light.pk])
    one = actions.keep(visitor=visitor, artwork=artwork, collections=[light.pk])
    still = marks_of(visitor).saved
    none = actions.keep(visitor=visitor, artwork=artwork, collections=[])

    assert ({each.pk for each in both}, one, none) == ({saved.pk, light.pk}, [light], [])
    assert still == (artwork.pk,)
    assert marks_of(visitor).saved == ()


def test_nobody_puts_works_into_the_collections_of_others() -> None:
    visitor, other, artwork = Visitor.objects.create(), Visitor.objects.create(), make_artwork()
    theirs = actions.standard(visitor=other)

    kept = actions.keep(visitor=visitor, artwork=artwork, collections=[theirs.pk])

    assert kept == []
    assert not theirs.items.exists()
    assert marks_of(visitor).saved == ()


def test_new_works_come_first_and_an_order_with_notes_is_kept() -> None:
    visitor = Visitor.objects.create()
    light = actions.create(visitor=visitor, title="Light")
    works = [make_artwork(title) for title in ("One", "Two", "Three")]
    for work in works:
        actions.keep(visitor=visitor, artwork=work, collections=[light.pk])
    one, two, three = (work.pk for work in works)
    before = _titles(light)

    actions.arrange(
        collection=light, order=[two, three, 999_999], notes={two: "First light."}, cover=three
    )

    light.refresh_from_db()
    assert before == ["Three", "Two", "One"]
    assert _titles(light) == ["Two", "Three", "One"]
    assert light.items.get(artwork_id=two).note == "First light."
    assert light.cover_id == three
    assert one in marks_of(visitor).saved


def test_a_work_taken_out_can_be_put_back_where_it_was() -> None:
    visitor = Visitor.objects.create()
    light = actions.create(visitor=visitor, title="Light")
    works = [make_artwork(title) for title in ("One", "Two", "Three")]
    for work in works:
        actions.keep(visitor=visitor, artwork=work, collections=[light.pk])
    order = [work.pk for work in works]
    actions.arrange(collection=light, order=order, notes={}, without=works[1].pk)
    gone = marks_of(visitor).saved

    actions.put_back(collection=light, artwork=works[1], position=1, note="Kept.")

    assert works[1].pk not in gone
    assert _titles(light) == ["One", "Two", "Three"]
    assert works[1].pk in marks_of(visitor).saved


def test_a_deleted_collection_comes_back_with_its_saves_for_a_day() -> None:
    visitor, artwork = Visitor.objects.create(), make_artwork()
    saved = actions.standard(visitor=visitor)
    actions.keep(visitor=visitor, artwork=artwork, collections=[saved.pk])

    actions.delete(collection=saved)
    unsaved = marks_of(visitor).saved
    again = actions.standard(visitor=visitor)
    actions.restore(collection=saved)

    assert unsaved == ()
    assert again != saved
    assert marks_of(visitor).saved == (artwork.pk,)
    assert Collection.objects.filter(deleted=None, standard=True).get() == again


def test_what_is_restored_stands_as_it_was_and_what_is_hidden_stays_hidden(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    visitor = Visitor.objects.create()
    light = actions.create(visitor=visitor, title="Light")
    works = [make_artwork() for _ in range(12)]
    for work in works:
        actions.keep(visitor=visitor, artwork=work, collections=[light.pk], list_id=uuid4())
    feed.mute(visitor=visitor, artwork=works[0])
    feed.hide(visitor=visitor, artwork=works[0])
    before = list(Event.objects.order_by("pk").values())

    actions.delete(collection=light)
    with django_assert_max_num_queries(10):
        actions.restore(collection=light)

    assert list(Event.objects.order_by("pk").values()) == before
    assert marks_of(visitor).hidden == (works[0].pk,)


def test_a_work_put_back_stands_as_it_was_and_stays_hidden() -> None:
    visitor, work = Visitor.objects.create(), make_artwork()
    light = actions.create(visitor=visitor, title="Light")
    for _ in range(2):  # the first save stays taken back
        actions.keep(visitor=visitor, artwork=work, collections=[])
        actions.keep(visitor=visitor, artwork=work, collections=[light.pk], list_id=uuid4())
    feed.hide(visitor=visitor, artwork=work)
    before = list(Event.objects.order_by("pk").values())

    actions.arrange(collection=light, order=[], notes={}, without=work.pk)
    actions.put_back(collection=light, artwork=work, position=0, note="")

    assert list(Event.objects.order_by("pk").values()) == before


def test_a_work_of_two_deleted_collections_is_saved_when_either_is_back() -> None:
    visitor, work = Visitor.objects.create(), make_artwork()
    light, shade = (actions.create(visitor=visitor, title=each) for each in ("Light", "Shade"))
    actions.keep(visitor=visitor, artwork=work, collections=[light.pk, shade.pk])
    for each in (light, shade):
        actions.delete(collection=each)

    actions.restore(collection=light)
    once = marks_of(visitor).saved
    actions.restore(collection=shade)

    assert once == marks_of(visitor).saved == (work.pk,)
    assert Event.objects.count() == 1


def test_what_was_deleted_longer_ago_is_swept() -> None:
    visitor = Visitor.objects.create()
    old, new = (actions.create(visitor=visitor, title=title) for title in ("Old", "New"))
    for each in (old, new):
        actions.delete(collection=each)
    Collection.objects.filter(pk=old.pk).update(deleted=timezone.now() - actions.BRING_BACK)

    actions.sweep()

    assert list(Collection.objects.all()) == [new]


def test_too_many_collections_or_works_are_refused_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(actions, "MOST_COLLECTIONS", 1)
    monkeypatch.setattr(actions, "MOST_WORKS", 1)
    visitor = Visitor.objects.create()
    full = actions.create(visitor=visitor, title="Light")
    actions.keep(visitor=visitor, artwork=make_artwork(), collections=[full.pk])

    with pytest.raises(actions.RefusedError, match="Delete one first"):
        actions.create(visitor=visitor, title="Shade")
    with pytest.raises(actions.RefusedError, match="“Light” is full"):
        actions.keep(visitor=visitor, artwork=make_artwork(), collections=[full.pk])
    assert full.items.count() == 1


def test_what_a_session_kept_becomes_the_accounts() -> None:
    user = User.objects.create_user("mara")
    own, session = Visitor.objects.create(user=user), Visitor.objects.create()
    both, theirs, mine = (make_artwork(title) for title in ("Both", "Theirs", "Mine"))
    artist, other = make_artist(), make_artist("Ida Moor")
    for visitor, works in ((own, (mine, both)), (session, (theirs, both))):
        saved = actions.standard(visitor=visitor)
        for work in works:
            actions.keep(visitor=visitor, artwork=work, collections=[saved.pk])
        actions.follow(visitor=visitor, artist=artist)
    actions.follow(visitor=session, artist=other)
    light = actions.create(visitor=session, title="Light")
    actions.choose(visitor=session, history_paused=True)
    actions.choose(visitor=own, impersonal=True)

    feed.merge(visitor=session, into=user)

    standard = Collection.objects.get(standard=True)
    assert (standard.visitor, sorted(_titles(standard))) == (own, ["Both", "Mine", "Theirs"])
    assert _titles(standard)[0] == "Theirs"
    assert Collection.objects.get(pk=light.pk).visitor == own
    assert Follow.objects.filter(visitor=own).count() == Follow.objects.count() == 2
    assert hooks.wanted(Visitor.objects.get()) == hooks.Wanted(impersonal=True, unrecorded=True)
    assert Choices.objects.count() == 1
    assert len(marks_of(own).saved) == 3

"""Selections are kept, changed by several people at once, and brought back."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.waiting import somebody_waits_for_a_lock, wait_until
from tests.webapp.desk.people import person
from tests.webapp.duplicates.makers import make_pair
from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.accounts.roles import CURATORS
from webapp.catalog.models import Artwork
from webapp.duplicates.models import Decision, Pair
from webapp.duplicates.moving import move, move_back
from webapp.selections import actions, queries
from webapp.selections.actions import RefusedError
from webapp.selections.models import Selection, Tag

pytestmark = pytest.mark.django_db


@pytest.fixture
def carl() -> User:
    return person("carl", CURATORS)


def select(*works: Artwork, title: str = "Evening") -> Selection:
    return actions.save(works=[work.pk for work in works], by=None, title=title)[0]


def test_works_keep_their_order_and_what_is_unknown_is_named(carl: User) -> None:
    one, two = make_artwork("One"), make_artwork("Two")

    made, unknown = actions.save(works=[two.pk, 10**9, one.pk, two.pk], by=carl)

    assert made.works == [two.pk, one.pk]
    assert unknown == [10**9]
    assert made.title.startswith("By hand, ")


def test_nothing_and_too_much_are_refused(monkeypatch: pytest.MonkeyPatch, carl: User) -> None:
    works = [make_artwork().pk for _ in range(3)]
    monkeypatch.setattr(actions, "MOST_WORKS", 2)

    with pytest.raises(RefusedError, match="2 works at most; these are 3"):
        actions.save(works=works, by=carl)
    with pytest.raises(RefusedError, match="None of these works"):
        actions.save(works=[10**9], by=carl)
    made, _ = actions.save(works=works[:2], by=carl)
    with pytest.raises(RefusedError, match="this one would have 3"):
        actions.add(made, works)


def test_two_people_change_one_selection_and_neither_loses_anything() -> None:
    one, two, three = (make_artwork() for _ in range(3))
    mine = select(one, two)
    theirs = Selection.objects.get(pk=mine.pk)

    added = actions.add(mine, [three.pk, one.pk])
    removed = actions.remove(theirs, [one.pk])
    actions.order(mine, [three.pk, one.pk])

    mine.refresh_from_db()
    assert (added, removed) == (1, 1)
    assert mine.works == [three.pk, two.pk]


def test_the_last_change_is_undone_and_done_again() -> None:
    one, two = make_artwork(), make_artwork()
    made = select(one, two)
    actions.remove(made, [one.pk])

    actions.undo(made)
    made.refresh_from_db()
    undone = made.works
    actions.undo(made)

    made.refresh_from_db()
    assert (undone, made.works) == ([one.pk, two.pk], [two.pk])
    with pytest.raises(RefusedError, match="Nothing was changed"):
        actions.undo(select(one))


def test_what_was_deleted_lately_comes_back_and_the_rest_is_swept() -> None:
    old, new = select(make_artwork()), select(make_artwork())
    for each in (old, new):
        actions.delete(each)
    long_ago = timezone.now() - actions.BRING_BACK - timedelta(minutes=1)
    Selection.objects.filter(pk=old.pk).update(deleted=long_ago)

    actions.sweep()
    actions.restore(new)

    assert [each.pk for each in queries.selections()] == [new.pk]
    assert not Selection.objects.filter(pk=old.pk).exists()


def test_works_that_left_the_gallery_are_passed_over_and_come_back() -> None:
    one, two = make_artwork(), make_artwork()
    made = select(one, two)
    Artwork.objects.filter(pk=one.pk).update(state=Artwork.State.WITHDRAWN)

    without = queries.works_of(made)
    Artwork.objects.filter(pk=one.pk).update(state=Artwork.State.VISIBLE)

    assert without == [two.pk]
    assert queries.works_of(made) == [one.pk, two.pk]


def test_a_merged_work_is_followed_to_the_one_that_stays() -> None:
    gone, next_one, stays, other = (make_artwork(state="withdrawn") for _ in range(4))
    Artwork.objects.filter(pk__in=[stays.pk, other.pk]).update(state=Artwork.State.VISIBLE)
    made = select(gone, other)
    for one, two in ((gone, next_one), (next_one, stays)):
        pair = make_pair(one, two)
        Decision.objects.create(pair=pair, state=Pair.State.MERGED, gone=one, stays=two)

    works = queries.works_of(made)
    removed = actions.remove(made, [stays.pk])

    assert works == [stays.pk, other.pk]
    assert removed == 1
    assert queries.works_of(Selection.objects.get()) == [other.pk]


def test_a_tag_is_put_on_works_once_whatever_its_capitals(carl: User) -> None:
    one, two = make_artwork(), make_artwork()
    tag, first = actions.tag(works=[one.pk], name="  For  sale ", by=carl)

    same, more = actions.tag(works=[one.pk, two.pk, 10**9], name="for sale", by=carl)
    taken_off = actions.untag(same, [one.pk])

    assert (tag, tag.name, taken_off) == (same, "For sale", 1)
    assert (len(first), len(more)) == (1, 1)
    assert queries.tagged(tag) == [two.pk]
    assert [(each.name, number) for each, number in queries.tags_of([one.pk, two.pk])] == [
        ("For sale", 1)
    ]
    with pytest.raises(RefusedError, match="needs a name"):
        actions.tag(works=[one.pk], name=" ", by=carl)
    assert Tag.objects.count() == 1


def test_a_tagging_is_taken_back_but_for_what_had_the_tag_before(carl: User) -> None:
    one, two, three = (make_artwork() for _ in range(3))
    actions.tag(works=[one.pk], name="spring", by=carl)
    tag, new = actions.tag(works=[one.pk, two.pk, three.pk], name="spring", by=carl)

    gone = actions.undo_tag(tag, new[0], new[-1])

    assert gone == 2
    assert queries.tagged(tag) == [one.pk]


@pytest.mark.django_db(transaction=True)
def test_a_tagging_beside_another_one_takes_back_its_own_works_alone() -> None:
    works = [make_artwork().pk for _ in range(4)]
    carl = User.objects.create_user("carl")
    tag, _ = actions.tag(works=works[:1], name="spring", by=carl)

    def put_on() -> None:
        actions.tag(works=works[1:3], name="spring", by=carl)
        connection.close()

    other = threading.Thread(target=put_on)
    with transaction.atomic():
        _, mine = actions.tag(works=works[3:], name="spring", by=carl)
        other.start()
        wait_until(somebody_waits_for_a_lock, what="the other tagging waits")
        mine += actions.tag(works=works[:2], name="spring", by=carl)[1]
    other.join()
    actions.undo_tag(tag, mine[0], mine[-1])

    assert sorted(queries.tagged(tag)) == [works[0], works[2]]


def test_tags_of_a_merged_work_go_over_once_and_come_back(carl: User) -> None:
    stays, gone = make_artwork(), make_artwork()
    both, _ = actions.tag(works=[stays.pk, gone.pk], name="both", by=carl)
    alone, _ = actions.tag(works=[gone.pk], name="alone", by=carl)

    moved = move(gone, stays)
    after = {tag.name: queries.tagged(tag) for tag in (both, alone)}
    move_back(moved, stays=stays, gone=gone)

    assert after == {"both": [gone.pk, stays.pk], "alone": [stays.pk]}
    assert queries.tagged(alone) == [gone.pk]

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.webapp.makers import make_artist, make_artwork
from webapp.catalog.models import Artwork
from webapp.feed.models import Visitor
from webapp.mine import queries
from webapp.mine.models import Collection, CollectionItem, Follow

pytestmark = pytest.mark.django_db


def _exhibition(title: str, works: list[Artwork], days: int = 0) -> Collection:
    made = Collection.objects.create(
        visitor=Visitor.objects.create(),
        title=title,
        visibility="public",
        exhibited=timezone.now() - timedelta(days=days),
    )
    for place, work in enumerate(works):
        CollectionItem.objects.create(collection=made, artwork=work, position=place)
    return made


def test_followed_artists_come_newest_follow_first_and_with_their_new_works() -> None:
    visitor, other = Visitor.objects.create(), Visitor.objects.create()
    make_artwork("Ridge", artist="Ida Moor")
    make_artwork("Slope", artist="Otto Brae")
    ida, otto = make_artist("Ida Moor"), make_artist("Otto Brae")
    Follow.objects.create(visitor=visitor, artist=ida)
    Follow.objects.create(visitor=visitor, artist=otto)
    Follow.objects.create(visitor=other, artist=ida)

    found = list(queries.followed_artists(visitor))
    works = [work.title for work in queries.newest_of_followed(visitor)]

    assert found == [otto, ida]
    assert works == ["Slope", "Ridge"]
    assert not queries.followed_artists(None)
    assert not queries.newest_of_followed(None)


def test_exhibitions_are_public_have_something_to_see_and_come_newest_first(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    seen, gone = make_artwork("Ridge"), make_artwork("Slope", state=Artwork.State.WITHDRAWN)
    old = _exhibition("Old", [gone, seen], days=3)
    new = _exhibition("New", [seen])
    _exhibition("Empty", [gone])
    deleted = _exhibition("Deleted", [seen])
    Collection.objects.filter(pk=deleted.pk).update(deleted=timezone.now())

    with django_assert_num_queries(2):
        found = list(queries.public_exhibitions())
        covers = queries.covers(found)

    assert found == [new, old]
    assert [vars(each)["works"] for each in found] == [1, 1]
    assert covers == {old.pk: seen, new.pk: seen}


def test_of_a_few_exhibitions_only_those_are_counted() -> None:
    seen = make_artwork("Ridge")
    for days in range(3):
        _exhibition("Evening", [seen], days)

    newest = queries.public_exhibitions()[:2]

    assert "GROUP BY" not in str(newest.query).rpartition(' FROM "mine_collection" ')[2]
    assert [vars(each)["works"] for each in newest] == [1, 1]
    assert vars(queries.collections().get(pk=_exhibition("Empty", []).pk))["works"] == 0


def test_the_owners_choice_is_the_cover_while_it_can_be_seen() -> None:
    one, two = make_artwork("Ridge"), make_artwork("Slope")
    made = _exhibition("Evening", [one, two])
    Collection.objects.filter(pk=made.pk).update(cover=two)

    chosen = queries.covers(list(queries.collections()))
    Artwork.objects.filter(pk=two.pk).update(state=Artwork.State.WITHDRAWN)
    left = queries.covers(list(queries.collections()))

    assert (chosen[made.pk], left[made.pk]) == (two, one)

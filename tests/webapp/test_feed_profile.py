"""What counts in a profile, and how much."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.webapp.makers import make_artwork
from webapp.catalog.models import Artwork
from webapp.feed import hooks, profile
from webapp.feed.models import Event, Visitor
from webapp.feed.profile import profile_of

pytestmark = pytest.mark.django_db

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def sign(
    visitor: Visitor, artwork: Artwork, kind: str = "like", *, days_ago: float = 0, **more: datetime
) -> Event:
    time = NOON - timedelta(days=days_ago)
    return Event.objects.create(visitor=visitor, artwork=artwork, kind=kind, time=time, **more)


def test_a_stranger_has_an_empty_profile_at_no_cost(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        assert profile_of(None) == profile.NOBODY


def test_stronger_signs_count_more_and_the_strongest_of_a_work_counts_once() -> None:
    visitor = Visitor.objects.create()
    works = {kind: make_artwork(kind) for kind in ("like", "save", "purchase", "view")}
    for kind, work in works.items():
        for _ in range(profile.LOOKS):
            if kind == "view":
                sign(visitor, work, "view")
        if kind != "view":
            sign(visitor, work, "like")
        if kind in ("save", "purchase"):
            sign(visitor, work, kind)

    chosen = {work.artwork_id: work for work in profile_of(visitor).works}

    weights = [chosen[works[kind].pk].weight for kind in ("view", "like", "save", "purchase")]
    assert weights == sorted(set(weights))
    assert chosen[works["purchase"].pk].kind == "purchase"


def test_one_look_is_curiosity() -> None:
    visitor, work = Visitor.objects.create(), make_artwork()
    sign(visitor, work, "view")

    found = profile_of(visitor)

    assert found.works == ()
    assert work.pk not in found.known


def test_old_signs_fade_to_a_floor_and_the_newest_count_double() -> None:
    visitor = Visitor.objects.create()
    ages = [10_000, 360, 180, *([0.0] * profile.NEWEST)]
    for days in ages:
        sign(visitor, make_artwork(), days_ago=days)

    weights = [work.weight for work in profile_of(visitor).works]

    assert weights == pytest.approx([0.25, 0.25, 0.5, *([2.0] * profile.NEWEST)])


def test_who_returns_after_years_finds_their_taste_as_it_was() -> None:
    visitor = Visitor.objects.create()
    for days in (3_000, 3_001):
        sign(visitor, make_artwork(), days_ago=days)

    assert [work.weight for work in profile_of(visitor).works] == pytest.approx([2, 2], rel=0.01)


def test_what_was_muted_later_still_counted_back_then() -> None:
    visitor = Visitor.objects.create()
    liked, muted = make_artwork("liked"), make_artwork("muted")
    sign(visitor, liked, days_ago=3)
    sign(visitor, muted, days_ago=2, muted=NOON)

    before = profile_of(visitor, until=NOON - timedelta(days=1))
    after = profile_of(visitor, until=NOON + timedelta(days=1))

    assert [work.artwork_id for work in before.works] == [liked.pk, muted.pk]
    assert [work.artwork_id for work in after.works] == [liked.pk]


def test_hidden_works_count_against_undone_and_muted_ones_not_at_all() -> None:
    visitor = Visitor.objects.create()
    kept, hidden, undone, muted, silent = (make_artwork(str(i)) for i in range(5))
    sign(visitor, kept)
    sign(visitor, hidden, "purchase", days_ago=2)
    sign(visitor, hidden, "hide", days_ago=1)
    sign(visitor, undone, undone=NOON)
    sign(visitor, muted, muted=NOON)
    sign(visitor, muted, "purchase")
    sign(visitor, silent, "hide", muted=NOON)

    found = profile_of(visitor)

    assert [work.artwork_id for work in found.works] == [kept.pk]
    assert found.hidden == (hidden.pk,)
    assert found.known == {kept.pk, hidden.pk, muted.pk, silent.pk}


def test_a_long_profile_keeps_its_newest_and_its_weightiest_works_oldest_first() -> None:
    visitor = Visitor.objects.create()
    works = [make_artwork(str(i)) for i in range(profile.CAP + 30)]
    for place, work in enumerate(works):
        kind = "purchase" if place < profile.CAP else "like"
        sign(visitor, work, kind, days_ago=len(works) - place)

    found = profile_of(visitor)

    ids = [work.artwork_id for work in found.works]
    newest = [work.pk for work in works[-profile.NEWEST :]]
    assert len(ids) == profile.CAP
    assert ids[-profile.NEWEST :] == newest
    bought = [work.pk for work in works[: profile.CAP]]
    assert ids[: -profile.NEWEST] == bought[profile.NEWEST :]
    assert len(found.known) == len(works)


def test_a_profile_is_one_query_however_long(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    pk = Visitor.objects.create().pk
    visitor = hooks.visitors().get(pk=pk)  # as every page gets them
    for number in range(40):
        sign(visitor, make_artwork(str(number)), days_ago=number)

    with django_assert_num_queries(1):
        assert len(profile_of(visitor).works) == 40

"""For you, page by page, as VisRank serves it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.webapp.makers import make_artwork, make_space, place
from webapp.accounts.models import User
from webapp.catalog.facts import UNKNOWN_ARTIST
from webapp.catalog.models import Artwork
from webapp.feed import actions, hooks, newcomers, queries
from webapp.feed.models import Event, Pick, Visitor

pytestmark = pytest.mark.django_db


def _ids(page: queries.FeedPage) -> list[int]:
    return [each.artwork.pk for each in page.shown]


def _visitor(*liked: Artwork, hidden: tuple[Artwork, ...] = ()) -> Visitor:
    visitor = Visitor.objects.create()
    for work in liked:
        actions.like(visitor=visitor, artwork=work)
    for work in hidden:
        actions.hide(visitor=visitor, artwork=work)
    return visitor


def test_the_feed_puts_works_near_the_likes_first_and_says_why() -> None:
    space = make_space()
    liked, near, far = (make_artwork(title, artist=title) for title in ("Liked", "Near", "Far"))
    place(space, liked, [1, 0, 0, 0])
    place(space, near, [1, 0.2, 0, 0])
    place(space, far, [0, 1, 0, 0])

    page = queries.for_you(_visitor(liked))

    assert page.personal
    assert _ids(page) == [near.pk, far.pk]
    assert page.more[0].because == liked
    assert page.more[0].entry.score == pytest.approx(1 / np.sqrt(1.04), abs=1e-3)


def test_the_feed_leaves_out_what_is_known_and_what_is_gone() -> None:
    space = make_space()
    names = ("Liked", "Saved", "Bought", "Hidden", "Sold", "Withdrawn", "Taken", "Shown")
    works = {name: make_artwork(name, artist=name) for name in names}
    Artwork.objects.filter(title="Sold").update(availability=Artwork.Availability.SOLD)
    Artwork.objects.filter(title="Withdrawn").update(state=Artwork.State.WITHDRAWN)
    for artwork in works.values():
        place(space, artwork, [1, 0, 0, 0])
    visitor = _visitor(works["Liked"], hidden=(works["Hidden"],))
    for name, kind, who in (
        ("Saved", "save", visitor),
        ("Bought", "purchase", visitor),
        ("Taken", "purchase", Visitor.objects.create()),  # one of a kind, and somebody's
    ):
        Event.objects.create(visitor=who, artwork=works[name], kind=kind, time=timezone.now())

    assert _ids(queries.for_you(visitor)) == [works["Shown"].pk]


def test_a_work_of_an_edition_stays_after_somebody_bought_it() -> None:
    edition = make_artwork("Edition")
    Artwork.objects.update(one_of_a_kind=False)
    buyer = Visitor.objects.create()
    Event.objects.create(visitor=buyer, artwork=edition, kind="purchase", time=timezone.now())

    assert _ids(queries.for_you(Visitor.objects.create())) == [edition.pk]
    assert _ids(queries.for_you(buyer)) == []


def test_a_sold_work_still_speaks_for_its_admirer() -> None:
    space = make_space()
    liked, near, far = (make_artwork(title, artist=title) for title in ("Liked", "Near", "Far"))
    for work, vector in ((liked, [1, 0, 0, 0]), (far, [0, 1, 0, 0]), (near, [1, 0.2, 0, 0])):
        place(space, work, vector)
    visitor = _visitor(liked)
    Artwork.objects.filter(pk=liked.pk).update(availability=Artwork.Availability.SOLD)

    page = queries.for_you(visitor)

    assert _ids(page) == [near.pk, far.pk]
    assert page.more[0].because == liked


def test_works_beyond_the_cap_per_artist_come_after_all_others() -> None:
    space = make_space()
    liked = make_artwork("Liked", artist="Somebody")
    place(space, liked, [1, 0, 0, 0])
    prolific = [make_artwork(str(number), artist="Prolific") for number in range(6)]
    for number, work in enumerate(prolific):
        place(space, work, [1, 0.1 * number, 0, 0])
    other = make_artwork("Other", artist="Rare")
    place(space, other, [0, 0, 1, 0])

    short = queries.for_you(_visitor(liked), limit=4)
    whole = queries.for_you(_visitor(liked))

    assert set(_ids(short)) == {other.pk, *(work.pk for work in prolific[:3])}
    assert _ids(whole)[-3:] == [work.pk for work in prolific[3:]]
    assert len(_ids(whole)) == 7


def test_works_without_a_known_artist_are_not_capped_as_one_artist() -> None:
    space = make_space()
    liked = make_artwork("Liked", artist=UNKNOWN_ARTIST)
    place(space, liked, [1, 0, 0, 0])
    for number in range(6):
        place(space, make_artwork(str(number), artist=UNKNOWN_ARTIST), [1, 0.1 * number, 0, 0])
    place(space, make_artwork("Far", artist="Rare"), [0, 0, 1, 0])

    assert len(_ids(queries.for_you(_visitor(liked), limit=6))) == 6
    assert _ids(queries.for_you(_visitor(liked)))[-1] == Artwork.objects.get(title="Far").pk


def test_a_reason_that_brings_many_works_gets_a_row_and_no_work_comes_twice() -> None:
    space = make_space()
    bought = make_artwork("Bought", artist="Somebody")
    place(space, bought, [1, 0, 0, 0])
    for number in range(20):
        place(space, make_artwork(str(number), artist=str(number)), [1, 0.05 * number, 0, 0])
    visitor = Visitor.objects.create()
    Event.objects.create(visitor=visitor, artwork=bought, kind="purchase", time=timezone.now())

    page = queries.for_you(visitor)

    assert [(rail.because, rail.verb) for rail in page.rails] == [(bought, "bought")]
    assert len(page.rails[0].works) == queries.RAIL_LENGTH
    assert len(_ids(page)) == len(set(_ids(page))) == 20
    assert [each.entry.position for each in page.shown] == list(range(20))


def test_without_a_taste_the_feed_mixes_picks_popular_and_fresh_works() -> None:
    popular = make_artwork("Popular", artist="A")
    picked = make_artwork("Picked", artist="P")
    for number in range(8):
        make_artwork(str(number), artist=str(number))
    newest = make_artwork("Newest", artist="B")
    actions.like(visitor=Visitor.objects.create(), artwork=popular)
    Pick.objects.create(artwork=picked)

    page = queries.for_you(None)

    assert not page.personal
    assert _ids(page)[:3] == [picked.pk, popular.pk, newest.pk]
    assert [each.entry.source for each in page.shown[:3]] == ["pick", "popular", "fresh"]
    assert len(_ids(page)) == 11


def test_what_was_liked_long_before_the_last_weeks_is_not_popular() -> None:
    once, now = make_artwork("Once", artist="A"), make_artwork("Now", artist="B")
    for work, count, days in ((once, 5, 100), (now, 1, 0)):
        for _ in range(count):
            time = timezone.now() - timedelta(days=days)
            visitor = Visitor.objects.create()
            Event.objects.create(visitor=visitor, artwork=work, kind="like", time=time)

    first = queries.for_you(None).shown[0]

    assert (first.artwork, first.entry.source) == (now, "popular")


def test_after_a_quiet_season_what_was_loved_before_it_is_popular_still() -> None:
    works = [make_artwork(str(number), artist=str(number)) for number in range(3)]
    for work, count, days in ((works[0], 2, 100), (works[1], 3, 100), (works[2], 1, 0)):
        for _ in range(count):
            time = timezone.now() - timedelta(days=days)
            visitor = Visitor.objects.create()
            Event.objects.create(visitor=visitor, artwork=work, kind="like", time=time)

    assert newcomers.popular() == [works[2].pk, works[1].pk, works[0].pk]


def test_in_a_busy_gallery_only_the_last_weeks_count() -> None:
    once, now = make_artwork("Once", artist="A"), make_artwork("Now", artist="B")
    before = timezone.now() - timedelta(days=100)
    fans = Visitor.objects.bulk_create(Visitor() for _ in range(newcomers.POPULAR_SIGNS))
    signs = [Event(visitor=fan, artwork=now, kind="like", time=timezone.now()) for fan in fans]
    signs.append(Event(visitor=fans[0], artwork=once, kind="like", time=before))
    Event.objects.bulk_create(signs)

    assert newcomers.popular() == [now.pk]


def test_works_without_a_vector_come_last_and_are_not_left_out() -> None:
    space = make_space()
    liked, near = make_artwork("Liked", artist="A"), make_artwork("Near", artist="B")
    place(space, liked, [1, 0, 0, 0])
    place(space, near, [1, 0.2, 0, 0])
    blank = make_artwork("Blank", artist="C")

    page = queries.for_you(_visitor(liked))

    assert [(each.artwork, each.entry.source) for each in page.shown] == [
        (near, "model"),
        (blank, "fresh"),
    ]


@pytest.mark.parametrize("number", [30, 90])
def test_the_feed_costs_a_fixed_number_of_queries(
    django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    space = make_space()
    works = [make_artwork(str(i), artist=str(i)) for i in range(number)]
    for i, work in enumerate(works):
        place(space, work, [1, i / 10, 0, 0])
    _visitor(*works[: number // 10]), Visitor.objects.create()
    full, stranger = hooks.visitors().order_by("pk")  # as requests read them, with their wishes

    # Profile, experiment, spaces, knobs, profile vectors, nearest, new works, looks, facts, cards.
    with django_assert_num_queries(10):
        queries.for_you(full, limit=20)
    # Profile, spaces, knobs, picks, popularity (2), new works, facts, cards.
    with django_assert_num_queries(9):
        queries.for_you(stranger, limit=20)


def test_liking_twice_keeps_one_like_and_hiding_takes_it_back() -> None:
    visitor, artwork = Visitor.objects.create(), make_artwork()

    actions.like(visitor=visitor, artwork=artwork)
    actions.like(visitor=visitor, artwork=artwork)
    assert queries.marks_of(visitor) == queries.Marks(liked=(artwork.pk,))

    actions.hide(visitor=visitor, artwork=artwork)
    assert queries.marks_of(visitor) == queries.Marks(hidden=(artwork.pk,))
    assert Event.objects.count() == 2  # the like stays in the log, undone


def test_a_session_s_likes_move_into_the_account_and_the_account_s_own_marks_win() -> None:
    user = User.objects.create(username="vera")
    own = Visitor.objects.create(user=user)
    session = Visitor.objects.create()
    both, fresh = make_artwork("Both"), make_artwork("Fresh")
    actions.hide(visitor=own, artwork=both)
    actions.like(visitor=session, artwork=both)
    actions.like(visitor=session, artwork=fresh)

    actions.merge(visitor=session, into=user)

    assert queries.marks_of(own) == queries.Marks(liked=(fresh.pk,), hidden=(both.pk,))
    assert not Visitor.objects.filter(pk=session.pk).exists()


def test_the_page_says_what_somebody_did_with_the_work_that_speaks_for_another(
    client: Client,
) -> None:
    space = make_space()
    bought, near = make_artwork("Bought one", artist="A"), make_artwork("Near", artist="B")
    for work in (bought, near):
        place(space, work, [1, 0, 0, 0])
    mara = User.objects.create_user("mara")
    visitor = Visitor.objects.create(user=mara)
    Event.objects.create(visitor=visitor, artwork=bought, kind="purchase", time=timezone.now())
    client.force_login(mara)

    html = client.get("/for-you/").content.decode()

    assert "Because you bought <cite>Bought one</cite>" in html

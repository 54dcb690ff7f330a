"""For you, More like this, and what a mark does to them."""

from __future__ import annotations

import numpy as np
import pytest
from pytest_django import DjangoAssertNumQueries

from artrec.serving import visrank
from tests.webapp.makers import make_artwork, make_space, place
from webapp.accounts.models import User
from webapp.catalog.facts import UNKNOWN_ARTIST
from webapp.catalog.models import Artwork
from webapp.feed import actions, queries, ranking
from webapp.feed.models import Event, Visitor
from webapp.vectors.filters import Filters

pytestmark = pytest.mark.django_db


def _ids(page: queries.FeedPage) -> list[int]:
    rails = [entry.artwork.pk for rail in page.rails for entry in rail.works]
    return rails + [entry.artwork.pk for entry in page.more]


def test_the_feed_puts_works_near_the_likes_first_and_says_why() -> None:
    space = make_space()
    liked, near, far = (make_artwork(title, artist=title) for title in ("Liked", "Near", "Far"))
    place(space, liked, [1, 0, 0, 0])
    place(space, near, [1, 0.2, 0, 0])
    place(space, far, [0, 1, 0, 0])

    page = queries.for_you(queries.Marks(liked=(liked.pk,)))

    assert page.personal
    assert _ids(page) == [near.pk, far.pk]
    assert page.more[0].because == liked
    assert page.more[0].score == pytest.approx(1 / np.sqrt(1.04), abs=1e-3)


def test_the_feed_leaves_out_liked_hidden_sold_and_withdrawn_works() -> None:
    space = make_space()
    names = ("Liked", "Hidden", "Sold", "Withdrawn", "Shown")
    liked, hidden, sold, withdrawn, shown = (make_artwork(name, artist=name) for name in names)
    Artwork.objects.filter(pk=sold.pk).update(availability=Artwork.Availability.SOLD)
    Artwork.objects.filter(pk=withdrawn.pk).update(state=Artwork.State.WITHDRAWN)
    for artwork in (liked, hidden, sold, withdrawn, shown):
        place(space, artwork, [1, 0, 0, 0])

    page = queries.for_you(queries.Marks(liked=(liked.pk,), hidden=(hidden.pk,)))

    assert _ids(page) == [shown.pk]


def test_the_feed_caps_works_per_artist() -> None:
    space = make_space()
    liked = make_artwork("Liked", artist="Somebody")
    place(space, liked, [1, 0, 0, 0])
    for number in range(6):
        place(space, make_artwork(str(number), artist="Prolific"), [1, 0.1 * number, 0, 0])
    other = make_artwork("Other", artist="Rare")
    place(space, other, [0, 0, 1, 0])

    ids = _ids(queries.for_you(queries.Marks(liked=(liked.pk,))))

    assert len(ids) == queries.PER_ARTIST + 1
    assert other.pk in ids


def test_works_without_a_known_artist_are_not_capped_as_one_artist() -> None:
    space = make_space()
    liked = make_artwork("Liked", artist=UNKNOWN_ARTIST)
    place(space, liked, [1, 0, 0, 0])
    for number in range(6):
        place(space, make_artwork(str(number), artist=UNKNOWN_ARTIST), [1, 0.1 * number, 0, 0])

    assert len(_ids(queries.for_you(queries.Marks(liked=(liked.pk,))))) == 6
    assert len(_ids(queries.for_you(queries.Marks()))) == 7


def test_a_like_that_brings_many_works_gets_a_row_and_no_work_comes_twice() -> None:
    space = make_space()
    liked = make_artwork("Liked", artist="Somebody")
    place(space, liked, [1, 0, 0, 0])
    for number in range(20):
        place(space, make_artwork(str(number), artist=str(number)), [1, 0.05 * number, 0, 0])

    page = queries.for_you(queries.Marks(liked=(liked.pk,)))

    assert [rail.because for rail in page.rails] == [liked]
    assert len(page.rails[0].works) == queries.RAIL_LENGTH
    assert len(_ids(page)) == len(set(_ids(page))) == 20


def test_without_likes_the_feed_mixes_popular_and_fresh() -> None:
    popular = make_artwork("Popular", artist="A")
    for number in range(8):
        make_artwork(str(number), artist=str(number))
    newest = make_artwork("Newest", artist="B")
    actions.like(visitor=Visitor.objects.create(), artwork=popular)

    page = queries.for_you(queries.Marks())

    assert not page.personal
    assert _ids(page)[:2] == [popular.pk, newest.pk]


@pytest.mark.parametrize("top", [1, 2, 3, 50])
def test_merged_lists_rank_exactly_as_a_full_scan(top: int, rng: np.random.Generator) -> None:
    space = make_space(dim=8)
    vectors = rng.normal(size=(60, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    works = [make_artwork(str(i)) for i in range(60)]
    for work, vector in zip(works, vectors, strict=True):
        place(space, work, vector.tolist())
    liked = [work.pk for work in works[:5]]

    ranked = ranking.rank(space, liked, limit=10, top=top, filters=Filters(), exclude=liked)

    halves = vectors.astype(np.float16).astype(np.float32)  # what the database keeps
    exact = visrank.score(halves[5:], halves[:5], top=top).values
    best = np.sort(exact)[::-1][:10]
    assert [entry.score for entry in ranked] == pytest.approx(best.tolist(), abs=2e-3)


def test_the_feed_costs_a_fixed_number_of_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    space = make_space()
    works = [make_artwork(str(i), artist=str(i)) for i in range(30)]
    for i, work in enumerate(works):
        place(space, work, [1, i / 10, 0, 0])
    marks = queries.Marks(liked=tuple(work.pk for work in works[:5]))

    # Space, profile vectors, nearest (routing and ranking), artists, cards.
    with django_assert_num_queries(5):
        queries.for_you(marks)


def test_more_like_this_is_ordered_by_likeness_and_leaves_itself_out() -> None:
    space = make_space()
    one, near, far = (make_artwork(title) for title in ("One", "Near", "Far"))
    place(space, one, [1, 0, 0, 0])
    place(space, near, [1, 0.2, 0, 0])
    place(space, far, [0, 1, 0, 0])

    assert queries.more_like(one) == [near, far]
    assert queries.more_like(one, exclude=[near.pk]) == [far]


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

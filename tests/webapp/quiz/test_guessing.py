"""For you after a quiz, where looks alone rank."""

from __future__ import annotations

import numpy as np
import pytest
from django.core.cache import cache
from pytest_django import DjangoAssertNumQueries

from tests.webapp.makers import make_artwork
from tests.webapp.quiz.halls import Hall
from tests.webapp.tastes import make_taste, mean_bundle
from webapp.catalog.models import Artwork
from webapp.feed import actions as feed
from webapp.feed import blending, queries
from webapp.feed.models import Serving, Visitor
from webapp.feed.profile import profile_of
from webapp.feed.served import serving
from webapp.feed.why import why
from webapp.quiz import actions, pool
from webapp.quiz.actions import Given
from webapp.vectors.actions import store_vectors

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_ranked(hall: Hall) -> None:
    """Lists in the order of their scores."""
    Serving.objects.create(diversity=0, explore_share=0, fresh_share=0, per_artist=99)


def take(hall: Hall, kind: str = "Waves", questions: int = 3) -> Visitor:
    """A visitor who of each question chose the work of a kind."""
    visitor = Visitor.objects.create()
    for number in range(questions):
        shown = [works[number] for works in _by_kind(hall).values()]
        chosen = _by_kind(hall)[kind][number]
        given = Given(1, number, tuple(work.pk for work in shown), chosen.pk)
        actions.answer(visitor=visitor, given=given)
    return visitor


def listed(visitor: Visitor) -> list[int]:
    page = queries.for_you(visitor)
    return [each.artwork.pk for each in sorted(page.shown, key=lambda each: -each.entry.score)]


def test_of_what_is_like_the_choices_the_loved_comes_first(hall: Hall) -> None:
    visitor = take(hall)
    loved = _by_kind(hall)["Waves"][8]
    _like(loved, fans=6)

    first = listed(visitor)[:9]

    assert {hall.kind_of[pk] for pk in first} == {"Waves"}
    assert first[0] == loved.pk


def test_what_is_loved_but_was_passed_over_does_not_come_first(hall: Hall) -> None:
    visitor = take(hall)
    loved = _by_kind(hall)["Grids"][8]
    _like(loved, fans=1)

    order = listed(visitor)

    assert order.index(loved.pk) > 8
    assert order.index(loved.pk) < min(order.index(work.pk) for work in _by_kind(hall)["Grids"][9:])


def test_what_is_hidden_sold_or_chosen_is_not_shown(hall: Hall) -> None:
    visitor = take(hall)
    hidden, sold = _by_kind(hall)["Waves"][5:7]
    feed.hide(visitor=visitor, artwork=hidden)
    Artwork.objects.filter(pk=sold.pk).update(availability=Artwork.Availability.SOLD)

    order = listed(visitor)

    chosen = {work.artwork_id for work in profile_of(visitor).works}
    assert not {hidden.pk, sold.pk, *chosen} & set(order)
    assert len(order) == len(hall.works) - 5


def test_works_that_were_never_asked_about_are_ranked_too(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "MOST", 24)
    visitor = Visitor.objects.create()
    asked = pool.current()
    assert asked is not None
    kinds = {hall.kind_of[pk] for pk in asked.rows}
    shown = [next(pk for pk in asked.rows if hall.kind_of[pk] == kind) for kind in sorted(kinds)]
    actions.answer(visitor=visitor, given=Given(1, 0, tuple(shown), shown[0]))

    order = listed(visitor)

    others = [pk for pk in order if pk not in asked.rows]
    assert len(order) == len(hall.works) - 1
    assert hall.kind_of[others[0]] == hall.kind_of[shown[0]]


@pytest.mark.parametrize("how", ["taken back", "set aside", "all taken again"])
def test_choices_that_no_longer_count_tell_nothing(hall: Hall, how: str) -> None:
    visitor = take(hall, questions=1)
    chosen = _by_kind(hall)["Waves"][0]
    before = _guesses(visitor)
    if how == "taken back":
        actions.take_back(visitor=visitor, artwork=chosen)
    elif how == "set aside":
        feed.mute(visitor=visitor, artwork=chosen)
    else:
        actions.again(visitor=visitor, seed=2)

    after = _guesses(visitor)

    assert (before, after) == (True, False)


def test_who_took_no_quiz_is_ranked_by_looks_alone(hall: Hall) -> None:
    visitor = Visitor.objects.create()
    feed.like(visitor=visitor, artwork=hall.works[0])

    assert not _guesses(visitor)


def test_a_model_ranks_alone(hall: Hall) -> None:
    taste = make_taste(mean_bundle())
    rng = np.random.default_rng(0)
    store_vectors(taste, [work.pk for work in hall.works], rng.normal(size=(len(hall.works), 4)))
    visitor = take(hall)

    assert not _guesses(visitor)
    assert {entry.entry.space_id for entry in queries.for_you(visitor).shown} == {taste.pk}


def test_every_like_lets_the_quiz_count_less(hall: Hall) -> None:
    visitor = take(hall)
    shares = [blending.share_of(profile_of(visitor))]
    for work in _by_kind(hall)["Faces"][4:8]:
        feed.like(visitor=visitor, artwork=work)
        shares.append(blending.share_of(profile_of(visitor)))

    assert shares == sorted(set(shares))
    assert shares[0] < 0.2 < shares[-1]


def test_what_is_cited_holds_the_work_up(hall: Hall) -> None:
    visitor = take(hall, questions=4)
    feed.like(visitor=visitor, artwork=_by_kind(hall)["Faces"][6])
    before = _standing(visitor)
    told = [(pk, why(visitor, Artwork.objects.get(pk=pk))) for pk in listed(visitor)[:6]]

    assert all(each.because == "model" and not each.by_look for _pk, each in told)
    assert sum(bool(each.reasons) for _pk, each in told) >= 2
    for pk, each in told:
        for reason in each.reasons:
            feed.mute(visitor=visitor, artwork=reason.artwork)
            assert _standing(visitor)[pk] < before[pk]
            feed.unmute(visitor=visitor, artwork=reason.artwork)


def test_the_page_cites_the_choices_it_comes_from(hall: Hall) -> None:
    visitor = take(hall)

    page = queries.for_you(visitor)

    waves = [each for each in page.shown if hall.kind_of[each.artwork.pk] == "Waves"]
    cited = {each.because.pk for each in waves if each.because}
    assert cited <= {work.pk for work in _by_kind(hall)["Waves"][:3]}
    assert all(each.because for each in waves)
    grids = [each for each in page.shown if hall.kind_of[each.artwork.pk] == "Grids"]
    assert not all(each.because for each in grids)


def test_the_page_costs_the_same_however_much_was_answered(
    hall: Hall, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    few, many = take(hall, questions=2), take(hall, questions=9)
    queries.for_you(few)

    with django_assert_max_num_queries(18) as first:
        queries.for_you(Visitor.objects.get(pk=few.pk))
    with django_assert_max_num_queries(18) as second:
        queries.for_you(Visitor.objects.get(pk=many.pk))

    assert len(first.captured_queries) == len(second.captured_queries)


def test_a_work_without_a_vector_does_no_harm(hall: Hall) -> None:
    visitor = take(hall)
    bare = make_artwork("without a vector")
    feed.like(visitor=visitor, artwork=bare)

    told = why(visitor, bare)

    assert len(listed(visitor)) == len(hall.works) - 3
    assert not told.reasons


def _by_kind(hall: Hall) -> dict[str, list[Artwork]]:
    return {kind: hall.of(kind) for kind in ("Ridges", "Grids", "Waves", "Faces")}


def _like(work: Artwork, *, fans: int) -> None:
    for _ in range(fans):
        feed.like(visitor=Visitor.objects.create(), artwork=work)
    cache.clear()
    pool.forget()


def _guesses(visitor: Visitor) -> bool:
    live = serving()
    assert live
    return blending.guess_of(profile_of(visitor), live) is not None


def _standing(visitor: Visitor) -> dict[int, float]:
    """How far each work stands above the others, by what ranks them."""
    live = serving()
    assert live
    profile = profile_of(visitor)
    guess = blending.guess_of(profile, live)
    assert guess
    asked = pool.current()
    assert asked
    ids = asked.ids.tolist()
    rows = blending.rows_of(live.space, [*ids, *(work.artwork_id for work in profile.works)])
    scores = blending.standing(profile, live.space, guess, ids, rows)
    return dict(zip(ids, scores.tolist(), strict=True))

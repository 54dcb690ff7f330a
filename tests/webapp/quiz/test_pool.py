"""Which works a quiz asks about, and what it makes of answers whose works are gone."""

from __future__ import annotations

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from artrec.online.quiz_questions import MOST
from tests.webapp.makers import make_artwork, make_space, place
from tests.webapp.quiz.halls import Hall
from tests.webapp.tastes import make_taste, mean_bundle
from webapp.catalog.models import Artwork
from webapp.feed import actions as feed
from webapp.feed import newcomers
from webapp.feed.models import Event, Visitor
from webapp.feed.profile import NOBODY, profile_of
from webapp.quiz import actions, pool, queries
from webapp.quiz.actions import Given
from webapp.quiz.asking import ask
from webapp.quiz.models import Answer, Quiz

pytestmark = pytest.mark.django_db


def test_sold_slender_and_unplaced_works_are_not_asked_about() -> None:
    space = make_space(4)
    good = [make_artwork(str(n), artist=str(n)) for n in range(3)]
    sold = make_artwork("sold", availability=Artwork.Availability.SOLD)
    slender = make_artwork("slender", width=300, height=1200)
    wide = make_artwork("wide", width=1200, height=300)
    for number, work in enumerate([*good, sold, slender, wide]):
        place(space, work, (1.0, number, number % 2, 0.5))
    make_artwork("without a vector")

    made = pool.current()

    assert made is not None
    assert made.ids.tolist() == sorted(work.pk for work in good)


def test_works_are_found_however_far_apart_their_ids_are() -> None:
    space = make_space(4)
    works = []
    for number in range(3):
        with connection.cursor() as cursor:
            start = 10**7 * (number + 1)
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence('catalog_artwork', 'id'), %s)", [start]
            )
        works.append(make_artwork(str(number), artist=str(number)))
        place(space, works[-1], (1.0, number, 1.0, 0.5))

    made = pool.current()

    assert made is not None
    assert made.ids.tolist() == [work.pk for work in works]


def test_the_space_of_the_model_that_serves_is_the_one_asked_in(hall: Hall) -> None:
    looks = pool.current()
    taste = make_taste(mean_bundle())
    for number, work in enumerate(hall.works[:5]):
        place(taste, work, (1.0, number, 0.0, 0.5))

    tastes = pool.current()

    assert looks is not None
    assert tastes is not None
    assert (len(looks.ids), len(tastes.ids)) == (len(hall.works), 5)


def test_a_pool_is_made_once(
    hall: Hall,
    django_assert_num_queries: DjangoAssertNumQueries,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(14):
        pool.current()

    with django_assert_num_queries(1):
        pool.current()


def test_loved_works_are_worth_more_before_any_choice(hall: Hall) -> None:
    for _ in range(3):
        feed.like(visitor=Visitor.objects.create(), artwork=hall.works[0])

    made = pool.current()

    assert made is not None
    assert made.before[made.rows[hall.works[0].pk]] == made.before.max() > 0


def test_answers_whose_works_are_gone_still_lead_on(hall: Hall) -> None:
    gone = 10**6
    answers = [
        Answer(number=0, shown=[hall.works[0].pk, gone], chosen_id=gone),
        Answer(number=1, shown=[gone, gone + 1], chosen_id=None),
        Answer(number=2, shown=[gone, hall.works[1].pk], chosen_id=hall.works[1].pk),
    ]

    asked = ask(answers, profile=NOBODY, seed=1)

    assert asked is not None
    assert not {hall.works[0].pk, hall.works[1].pk} & set(asked.shown)


def test_nothing_is_asked_after_the_last_answer(hall: Hall) -> None:
    answers = [
        Answer(number=number, shown=[work.pk], chosen_id=None)
        for number, work in enumerate(hall.works[:MOST])
    ]

    assert ask(answers, profile=NOBODY, seed=1) is None
    assert ask(answers[:2], profile=NOBODY, seed=1) is not None


def test_a_choice_counts_half_a_like_and_is_no_popularity(hall: Hall) -> None:
    visitor = Visitor.objects.create()
    chosen, liked = hall.works[:2]
    feed.like(visitor=visitor, artwork=liked)
    _choose(visitor, chosen)

    weights = {work.artwork_id: work.weight for work in profile_of(visitor).works}

    assert weights[chosen.pk] == pytest.approx(weights[liked.pk] / 2, rel=1e-3)
    assert newcomers.popular() == [liked.pk]


def test_choices_are_listed_newest_first_until_taken_back(hall: Hall) -> None:
    visitor = Visitor.objects.create()
    for number, work in enumerate(hall.works[:3]):
        _choose(visitor, work, number)
    actions.take_back(visitor=visitor, artwork=hall.works[1])

    listed = [choice.artwork_id for choice in queries.choices_of(visitor)]

    assert listed == [hall.works[2].pk, hall.works[0].pk]
    assert queries.choices_of(None) == []


def test_to_restore_what_was_never_chosen_does_nothing(hall: Hall) -> None:
    visitor = Visitor.objects.create()

    actions.restore(visitor=visitor, artwork=hall.works[0])

    assert not Event.objects.exists()


def test_a_work_that_went_while_it_was_shown_is_no_choice(hall: Hall) -> None:
    visitor = Visitor.objects.create()
    shown = (hall.works[0].pk, 10**6)

    actions.answer(visitor=visitor, given=Given(1, 0, shown, 10**6))

    assert Answer.objects.get().chosen is None
    assert not Event.objects.exists()


def test_a_quiz_without_an_answer_cannot_be_finished(hall: Hall) -> None:
    visitor = Visitor.objects.create()
    actions.again(visitor=visitor, seed=3)

    actions.finish(visitor=visitor)
    actions.back(visitor=visitor)

    assert Quiz.objects.get().finished is None


def _choose(visitor: Visitor, work: Artwork, number: int = 0) -> None:
    actions.answer(visitor=visitor, given=Given(1, number, (work.pk,), work.pk))
